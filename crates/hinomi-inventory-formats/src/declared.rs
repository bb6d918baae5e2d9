// SPDX-License-Identifier: Apache-2.0
//! What packages and projects say of themselves in small files of their own forms, which only their names tell: Lua's
//! rockspec, OCaml's opam, SWI-Prolog's pack, a gem's source, what a project of Conan, Stack, Julia or Terraform resolved,
//! extensions of WordPress.
//!
//! Only literals count: a version that a program computes is not guessed.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::language;
use crate::model::Component;
use crate::purl::PurlParts;
use crate::text::non_empty;

/// What a file says; `place` is its path. None of what it does not say in this form.
pub fn of_file(place: &str, text: &str) -> Vec<Component> {
    let name = place.rsplit('/').next().unwrap_or(place);
    match name {
        "pack.pl" => prolog(text).into_iter().collect(),
        "conanfile.txt" => conan(text, &["requires", "build_requires", "tool_requires", "test_requires"]),
        "conaninfo.txt" => conan(text, &["full_requires"]),
        "stack.yaml" => stack(text),
        "Manifest.toml" => julia(text),
        ".terraform.lock.hcl" => terraform(text),
        // The folder of an installed package, among thousands that could be.
        "opam" if place.contains("/.opam-switch/packages/") => opam(place, text).into_iter().collect(),
        _ if name.ends_with(".opam") => opam(place, text).into_iter().collect(),
        _ if name.ends_with(".rockspec") => rock(text).into_iter().collect(),
        _ if name.ends_with(".gemspec") => language::gemspec(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether the file says what a project resolved, and not what lies there.
pub fn is_resolved(place: &str) -> bool {
    let name = place.rsplit('/').next().unwrap_or(place);
    matches!(name, "conanfile.txt" | "stack.yaml" | "Manifest.toml" | ".terraform.lock.hcl")
}

fn quoted(text: &str) -> Option<String> {
    let text = text.trim();
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    text[1..].split(quote).next().and_then(non_empty)
}

/// `package = "luasocket"`, `version = "3.1.0-1"`.
fn rock(text: &str) -> Option<Component> {
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| quoted(value)).flatten()
        })
    };
    let name = value("package")?;
    let license = text.find("license").and_then(|at| quoted(text[at..].split_once('=')?.1));
    Some(language::component("luarocks", None, &name, &name, Some(value("version")?), license))
}

/// `lwt.opam`, or `lwt.5.7.0/opam`, which need not repeat what the path says.
fn opam(place: &str, text: &str) -> Option<Component> {
    let value = |key: &str| text.lines().find_map(|line| quoted(line.strip_prefix(key)?.strip_prefix(':')?));
    let (folder, file) = place.rsplit_once('/')?;
    let said = match file.strip_suffix(".opam") {
        Some(name) => (name, None),
        None => {
            let (name, version) = folder.rsplit('/').next()?.split_once('.')?;
            (name, Some(version.to_owned()))
        }
    };
    let name = value("name").or_else(|| non_empty(said.0))?;
    let version = value("version").or(said.1)?;
    Some(language::component("opam", None, &name, &name, Some(version), value("license")))
}

/// `name(assoc).`, `version('1.2.0').`
fn prolog(text: &str) -> Option<Component> {
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let inner = line.trim().strip_prefix(key)?.strip_prefix('(')?.split(')').next()?.trim();
            quoted(inner).or_else(|| non_empty(inner))
        })
    };
    let name = value("name")?;
    Some(language::component("swiplpack", None, &name, &name, Some(value("version")?), None))
}

/// `fmt/10.2.1@user/channel#revision:package` in the sections that are named; a range in brackets resolves nothing.
fn conan(text: &str, sections: &[&str]) -> Vec<Component> {
    let mut within = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            within = sections.contains(&section);
            continue;
        }
        let package = line.split_once('/').filter(|_| within);
        if let Some((name, rest)) = package {
            let version = rest.split(['@', '#', ':', ' ']).next().unwrap_or_default();
            if !version.is_empty() && !version.starts_with('[') {
                found.push(language::component("conan", None, name, name, Some(version.to_owned()), None));
            }
        }
    }
    found
}

/// `- aeson-2.2.1.0@sha256:…` below `extra-deps:`.
fn stack(text: &str) -> Vec<Component> {
    let lines = text.lines().skip_while(|line| !line.starts_with("extra-deps:")).skip(1);
    let entries = lines.take_while(|line| line.is_empty() || line.starts_with([' ', '-', '#']));
    let package = |line: &str| {
        let entry = line.trim().strip_prefix('-')?.trim().trim_matches(['"', '\'']);
        let (name, version) = entry.split('@').next()?.rsplit_once('-')?;
        let is_version = version.chars().all(|c| c.is_ascii_digit() || c == '.') && !version.is_empty();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (is_version && is_name)
            .then(|| language::component("hackage", None, name, name, Some(version.to_owned()), None))
    };
    entries.filter_map(package).collect()
}

#[derive(Deserialize)]
struct JuliaManifest {
    #[serde(default)]
    deps: BTreeMap<String, Vec<JuliaPackage>>,
}

#[derive(Deserialize)]
struct JuliaPackage {
    uuid: Option<String>,
    version: Option<String>,
}

/// `[[deps.JSON]]` with `uuid` and `version` (manifest format 2); the standard library has no version of its own.
fn julia(text: &str) -> Vec<Component> {
    let Ok(manifest) = toml::from_str::<JuliaManifest>(text) else { return Vec::new() };
    let packages =
        manifest.deps.into_iter().flat_map(|(name, all)| all.into_iter().map(move |one| (name.clone(), one)));
    let component = |(name, one): (String, JuliaPackage)| {
        let version = one.version?;
        let mut found = language::component("julia", None, &name, &name, Some(version.clone()), None);
        if let Some(uuid) = one.uuid {
            let qualifiers = [("uuid", uuid.as_str())];
            let purl = PurlParts {
                ty: "julia",
                namespace: None,
                name: &name,
                version: Some(&version),
                qualifiers: &qualifiers,
            }
            .build();
            (found.id, found.purl) = (Some(purl.clone()), Some(purl));
        }
        Some(found)
    };
    packages.filter_map(component).collect()
}

/// `provider "registry.terraform.io/hashicorp/aws" {` and its `version`.
fn terraform(text: &str) -> Vec<Component> {
    let mut provider: Option<(String, String)> = None;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("provider ") {
            let address = quoted(rest).unwrap_or_default();
            provider = address.rsplit_once('/').map(|(space, name)| {
                let space = space.rsplit('/').next().unwrap_or(space);
                (space.to_owned(), name.to_owned())
            });
        } else if let Some(value) =
            line.strip_prefix("version").and_then(|rest| rest.trim().strip_prefix('='))
            && let (Some((space, name)), Some(version)) = (provider.take(), quoted(value))
        {
            found.push(language::component("terraform", Some(&space), &name, &name, Some(version), None));
        }
    }
    found
}

/// The head of a plugin's program or a theme's style sheet (developer.wordpress.org, header requirements): in the first
/// 8 kB. No package URL is agreed for them.
pub fn wordpress(folder: &str, text: &str) -> Option<Component> {
    let head: String = text.chars().take(8 << 10).collect();
    let value = |key: &str| {
        head.lines().find_map(|line| {
            let line = line.trim().trim_start_matches(['*', '/', '#', '@']).trim_start();
            line.strip_prefix(key)?.strip_prefix(':').map(str::trim).and_then(non_empty)
        })
    };
    value("Plugin Name").or_else(|| value("Theme Name"))?;
    let version = value("Version")?;
    let found = language::component("wordpress", None, folder, folder, Some(version), value("License"));
    Some(Component { purl: None, ..found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purls(place: &str, text: &str) -> Vec<String> {
        of_file(place, text).into_iter().filter_map(|one| one.purl).collect()
    }

    #[test]
    fn each_form_says_name_and_version() {
        let rock = "package = \"LuaSocket\"\nversion = \"3.1.0-1\"\ndescription = { license = \"MIT\" }\n";
        assert_eq!(purls("/a/luasocket-3.1.0-1.rockspec", rock), ["pkg:luarocks/LuaSocket@3.1.0-1"]);
        let opam = "opam-version: \"2.0\"\nversion: \"5.7.0\"\nlicense: \"MIT\"\n";
        assert_eq!(purls("/src/lwt.opam", opam), ["pkg:opam/lwt@5.7.0"]);
        let installed = "/srv/.opam/default/.opam-switch/packages/lwt.5.7.0/opam";
        assert_eq!(purls(installed, "opam-version: \"2.0\"\n"), ["pkg:opam/lwt@5.7.0"]);
        assert!(purls("/srv/.opam/repo/default/packages/lwt/lwt.5.6.0/opam", opam).is_empty());
        assert_eq!(purls("/p/pack.pl", "name(assoc).\nversion('1.2.0').\n"), ["pkg:swiplpack/assoc@1.2.0"]);
        let conan = "[requires]\nspdlog/1.13.0\nboost/[>=1.80]\n[generators]\ncmake/x\n";
        assert_eq!(purls("/c/conanfile.txt", conan), ["pkg:conan/spdlog@1.13.0"]);
        let info = "[requires]\n    catch2/3.Y.Z\n[full_requires]\n    catch2/3.5.2:5ab84d6\n";
        assert_eq!(purls("/c/conaninfo.txt", info), ["pkg:conan/catch2@3.5.2"]);
        let stack =
            "resolver: lts-22\nextra-deps:\n- aeson-2.2.1.0@sha256:abc,1\n- git: x\nflags: {}\n- no-1.0\n";
        assert_eq!(purls("/h/stack.yaml", stack), ["pkg:hackage/aeson@2.2.1.0"]);
        let julia = "manifest_format = \"2.0\"\n[[deps.Dates]]\nuuid = \"a\"\n[[deps.JSON]]\nuuid = \"682c\"\nversion = \"0.21.4\"\n";
        assert_eq!(purls("/j/Manifest.toml", julia), ["pkg:julia/JSON@0.21.4?uuid=682c"]);
        let terraform = "provider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"5.38.0\"\n}\n";
        assert_eq!(purls("/t/.terraform.lock.hcl", terraform), ["pkg:terraform/hashicorp/aws@5.38.0"]);
        let gem = "Gem::Specification.new do |s|\n s.name = \"shop\"\n s.version = \"0.4.0\"\nend\n";
        assert_eq!(purls("/g/shop.gemspec", gem), ["pkg:gem/shop@0.4.0"]);
        assert!(purls("/g/shop.gemspec", &gem.replace("\"0.4.0\"", "Shop::VERSION")).is_empty());
    }

    #[test]
    fn an_extension_of_wordpress_is_told_by_its_head() {
        let text = "<?php\n/**\n * Plugin Name: Akismet Anti-spam\n * Version: 5.3.1\n * License: GPLv2 or later\n */\n";
        let found = wordpress("akismet", text).unwrap();
        assert_eq!((found.name.as_str(), found.version.as_deref()), ("akismet", Some("5.3.1")));
        assert!(wordpress("akismet", "<?php echo 1;").is_none());
    }
}
