// SPDX-License-Identifier: Apache-2.0
//! Which files say what is installed, told by their name and the folders that they lie in.

/// How a found file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// `METADATA`, `PKG-INFO`
    Python,
    /// `node_modules/NAME/package.json`
    Node,
    /// A file of a package manager that is known by its content: lock files, gem specifications, installed lists.
    Listed,
    /// A lock file: what a project resolved, not what is installed.
    Lock,
    /// What a project says that it wants: it lists what is wanted in one exact version.
    Manifest,
    /// A file of its own form, known by its name: `pack.pl`, `NAME.rockspec`, `conanfile.txt`.
    Declared,
    /// The head of a plugin or theme of WordPress.
    Wordpress,
    /// A lock file that an installed package brought along: what its authors tested with.
    InnerLock,
    /// A program or library for Windows.
    WindowsProgram,
    Jar,
    /// Header, version and release files of language runtimes.
    Runtime,
    /// `lib/NAME-VERSION/ebin/NAME.app`
    Erlang,
    /// What it was built from is inside.
    Program,
}

/// What a folder is to the files and folders inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    NodeModules,
    NodeScope,
    NodePackage,
    /// Below an installed package: its own lock files say what its authors tested with.
    Installed,
    /// Below an installed package of Node, which brings lock files along by the thousand.
    NodeInstalled,
    GithubWorkflows,
    GithubActions,
    Programs,
    /// `specifications` of RubyGems
    GemSpecifications,
    /// `vendor/composer`
    Composer,
    CondaMeta,
    Erlang,
    /// `wp-content/plugins`, `wp-content/themes`, and a folder in them.
    WordpressExtensions,
    WordpressExtension,
}

impl Role {
    /// The role of the folder `name` inside a folder of this role and name.
    pub(crate) fn of_child(self, parent: &[u8], name: &[u8]) -> Role {
        match (self, name) {
            (_, b"node_modules") => Role::NodeModules,
            (Role::NodeModules, _) if name.starts_with(b"@") => Role::NodeScope,
            (Role::NodeModules, _) if !name.starts_with(b".") => Role::NodePackage,
            (Role::NodeScope, _) => Role::NodePackage,
            (_, b"specifications") => Role::GemSpecifications,
            (Role::GemSpecifications, b"default") => Role::GemSpecifications,
            (_, b"composer") if parent == b"vendor" => Role::Composer,
            (_, b"conda-meta") => Role::CondaMeta,
            (_, b"ebin") => Role::Erlang,
            (_, b"plugins" | b"themes") if parent == b"wp-content" => Role::WordpressExtensions,
            (Role::WordpressExtensions, _) => Role::WordpressExtension,
            (_, b"workflows") if parent == b".github" => Role::GithubWorkflows,
            (_, b"actions") if parent == b".github" => Role::GithubActions,
            (Role::GithubActions, _) => Role::GithubActions,
            (Role::NodePackage | Role::NodeInstalled, _) => Role::NodeInstalled,
            (Role::Installed, _) => Role::Installed,
            (_, b"bin" | b"sbin" | b"libexec" | b"cli-plugins") => Role::Programs,
            (_, b"site-packages" | b"dist-packages") => Role::Installed,
            _ if parent == b"gems" => Role::Installed,
            _ => Role::Plain,
        }
    }
}

/// A file that is worth opening; `None` for nearly all. Programs outside of folders of programs need a look at their
/// mode and size first: [`may_be_program`].
pub(crate) fn of(role: Role, name: &[u8]) -> Option<Kind> {
    let ends = |ending: &[u8]| name.ends_with(ending);
    match name {
        b"package.json" if role == Role::NodePackage => return Some(Kind::Node),
        b"patchlevel.h"
        | b"node_version.h"
        | b"php_version.h"
        | b"release"
        | b"VERSION"
        | b"multirust-channel-manifest.toml" => {
            return Some(Kind::Runtime);
        }
        b"setup.py"
        | b"setup.cfg"
        | b"pyproject.toml"
        | b"environment.yml"
        | b"environment.yaml"
        | b"Directory.Packages.props" => return own(role, Kind::Manifest),
        b"conanfile.txt"
        | b"conaninfo.txt"
        | b"stack.yaml"
        | b"Manifest.toml"
        | b".terraform.lock.hcl"
        | b"pack.pl"
        | b"opam" => return own(role, Kind::Declared),
        b"installed.json" if role == Role::Composer => return Some(Kind::Listed),
        b"DESCRIPTION" => return Some(Kind::Listed),
        b"Cargo.lock"
        | b"package-lock.json"
        | b"npm-shrinkwrap.json"
        | b"yarn.lock"
        | b"pnpm-lock.yaml"
        | b"bun.lock"
        | b"poetry.lock"
        | b"uv.lock"
        | b"pdm.lock"
        | b"pylock.toml"
        | b"pixi.lock"
        | b"conda-lock.yml"
        | b"Pipfile.lock"
        | b"requirements.txt"
        | b"Gemfile.lock"
        | b"gems.locked"
        | b"composer.lock"
        | b"packages.lock.json"
        | b"packages.config"
        | b"gradle.lockfile"
        | b"mix.lock"
        | b"rebar.lock"
        | b"pubspec.lock"
        | b"Package.resolved"
        | b"Podfile.lock"
        | b"conan.lock"
        | b"renv.lock"
        | b"cabal.project.freeze"
        | b"stack.yaml.lock"
        | b"deno.lock"
        | b"go.mod"
        | b"pom.xml" => {
            return lock(role);
        }
        _ => {}
    }
    if (role == Role::GithubWorkflows && (ends(b".yml") || ends(b".yaml")))
        || (role == Role::GithubActions && matches!(name, b"action.yml" | b"action.yaml"))
    {
        return Some(Kind::Lock);
    }
    if ends(b".egg-info") {
        return Some(Kind::Python);
    }
    // `requirements-dev.txt`, `test_requirements.txt`: the two ways to have several of them.
    let is_requirements = ends(b"requirements.txt") || (name.starts_with(b"requirements") && ends(b".txt"));
    if is_requirements {
        return lock(role);
    }
    if hinomi_inventory_formats::pe::is_program_name(name) {
        return Some(Kind::WindowsProgram);
    }
    if (ends(b".gemspec") && role == Role::GemSpecifications) || ends(b".deps.json") {
        return Some(Kind::Listed);
    }
    if ends(b".rockspec") || ends(b".opam") || ends(b".gemspec") {
        return own(role, Kind::Declared);
    }
    if ends(b".csproj") || ends(b".fsproj") || ends(b".vbproj") {
        return own(role, Kind::Manifest);
    }
    if role == Role::WordpressExtension && (ends(b".php") || name == b"style.css") {
        return Some(Kind::Wordpress);
    }
    if ends(b".json") && role == Role::CondaMeta {
        return Some(Kind::Listed);
    }
    if ends(b".app") && role == Role::Erlang {
        return Some(Kind::Erlang);
    }
    if str::from_utf8(name).is_ok_and(hinomi_inventory_formats::jar::is_archive_name) {
        return Some(Kind::Jar);
    }
    (role == Role::Programs).then_some(Kind::Program)
}

/// A file of a project or package of its own; what installed packages brought along says nothing of this host.
fn own(role: Role, kind: Kind) -> Option<Kind> {
    let is_brought = matches!(role, Role::NodePackage | Role::NodeInstalled | Role::Installed);
    (!is_brought).then_some(kind)
}

fn lock(role: Role) -> Option<Kind> {
    match role {
        Role::NodePackage | Role::NodeInstalled => None,
        Role::Installed => Some(Kind::InnerLock),
        _ => Some(Kind::Lock),
    }
}

/// Whether the name leaves it open that a file is a program: most endings say that it is none.
pub(crate) fn may_be_program(name: &[u8]) -> bool {
    let ending = match name.iter().rposition(|byte| *byte == b'.') {
        None | Some(0) => return true,
        Some(at) => &name[at + 1..],
    };
    let is_text = ending.first().is_some_and(u8::is_ascii_alphabetic) && (1..=5).contains(&ending.len());
    !is_text || matches!(ending, b"so" | b"bin" | b"run" | b"node" | b"elf" | b"amd64" | b"arm64")
}
