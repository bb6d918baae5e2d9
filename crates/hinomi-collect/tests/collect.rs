// SPDX-License-Identifier: Apache-2.0
//! A made-up host in a folder, read as `--root`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::path::Path;

use hinomi_collect::{Collected, Options, collect};
use hinomi_inventory_formats::{Format, WriteOptions, read, write_cyclonedx};

fn put(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn host() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(root, "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n");
    put(root, "etc/hostname", "web-1\n");
    put(root, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    put(
        root,
        "etc/hosts",
        "127.0.0.1 localhost\n192.0.2.7 web-1.example.org web-1 # own\n192.0.2.8 web-2.example.org\n",
    );
    put(
        root,
        "run/cloud-init/instance-data.json",
        r#"{"v1":{"cloud_name":"aws","instance_id":"i-0123456789abcdef0","region":"eu-west-1"}}"#,
    );
    put(
        root,
        "var/lib/dpkg/status",
        "Package: python3-requests\nStatus: install ok installed\nSource: requests\nVersion: 2.28.1+dfsg-1\n\
         Architecture: all\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: all\n",
    );
    let owned = "usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO";
    put(root, owned, "Name: requests\nVersion: 2.28.1\n");
    put(root, "var/lib/dpkg/info/python3-requests.list", &format!("/.\n/usr\n/{owned}\n"));
    put(root, "opt/app/lib/Flask-2.0.dist-info/METADATA", "Name: Flask\nVersion: 2.0\n");
    put(root, "srv/other/Flask-2.0.dist-info/METADATA", "Name: Flask\nVersion: 2.0\n");
    put(root, "srv/web/node_modules/a/package.json", r#"{"name":"a","version":"1.0.0"}"#);
    put(root, "srv/web/node_modules/@s/b/package.json", r#"{"name":"@s/b","version":"2.0.0"}"#);
    put(root, "srv/web/node_modules/a/test/package.json", r#"{"name":"fixture","version":"9.9.9"}"#);
    put(root, "srv/web/node_modules/bad/package.json", "{");
    put(root, "srv/web/package.json", r#"{"name":"web","version":"0.0.1"}"#);
    put(
        root,
        "srv/tool/Cargo.lock",
        "version = 4\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = \"registry+y\"\n",
    );
    put(
        root,
        "root/.cargo/registry/src/z/Cargo.lock",
        "version = 4\n[[package]]\nname = \"no\"\nversion = \"1.0.0\"\n",
    );
    put(root, "proc/Never-1.dist-info/METADATA", "Name: Never\nVersion: 1\n");
    std::os::unix::fs::symlink("/", root.join("srv/loop")).unwrap();
    folder
}

fn collected(root: &Path, walk_files: bool) -> Collected {
    let options = Options { root, walk_files, observed_at: Some("2026-11-23T00:00:00Z") };
    collect(&options, &mut |_| {}).unwrap()
}

#[test]
fn a_host_is_read_whole_and_once() {
    let folder = host();
    let found = collected(folder.path(), true);
    let purls: Vec<&str> = found.inventory.components.iter().filter_map(|one| one.purl.as_deref()).collect();
    assert_eq!(
        purls,
        [
            "pkg:deb/debian/python3-requests@2.28.1%2Bdfsg-1?arch=all&distro=debian-12",
            "pkg:pypi/flask@2.0",
            "pkg:npm/%40s/b@2.0.0",
            "pkg:npm/a@1.0.0",
            "pkg:cargo/x@1.0.0",
        ]
    );
    let flask = found.inventory.components.iter().find(|one| one.name == "Flask").unwrap();
    assert_eq!(
        flask.locations,
        ["/opt/app/lib/Flask-2.0.dist-info/METADATA", "/srv/other/Flask-2.0.dist-info/METADATA"]
    );
    let warnings: Vec<_> =
        found.inventory.warnings.iter().map(|one| (one.place.as_str(), one.text.as_str())).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0].0, "/srv/web/node_modules/bad/package.json");
    // What Debian's package carries is listed below it, without an identity that upstream's advisories would meet.
    let part = found.inventory.components.iter().position(|one| one.name == "requests").unwrap();
    let (package, part) = (&found.inventory.components[part - 1], &found.inventory.components[part]);
    assert_eq!((part.purl.as_deref(), part.parent.as_ref()), (None, package.id.as_ref()));
    assert_eq!(package.name, "python3-requests");
    assert_eq!(found.inventory.subject.as_ref().unwrap().name, "web-1");
    assert!(!found.inventory.partial && !found.inventory.packages_whole);

    let written = write_cyclonedx(&found.inventory, &WriteOptions::default());
    let again = read(written.as_bytes(), "host.json").unwrap();
    assert_eq!(again.components, found.inventory.components);
    assert_eq!(again.subject, found.inventory.subject);
    assert_eq!(again.host, found.inventory.host);
    assert_eq!(again.assets[0].identifiers, found.inventory.assets[0].identifiers);
    assert_eq!(again.assets[0].identifiers.agent_ids, ["machine-id:0123456789abcdef0123456789abcdef"]);
    assert_eq!(again.assets[0].identifiers.cloud_id.as_deref(), Some("aws:i-0123456789abcdef0"));
    assert_eq!(again.assets[0].identifiers.fqdns, ["web-1.example.org"]);
    assert_eq!(again.format, Format::CycloneDxJson);
}

/// An ELF file with Go's build information: version go1.22.1, one module.
fn go_program() -> Vec<u8> {
    let modules = format!("{0}dep\tgolang.org/x/text\tv0.3.0\n{0}", "0123456789abcdef");
    let mut section = b"\xff Go buildinf:\x08\x02".to_vec();
    section.resize(32, 0);
    section.push(8);
    section.extend(b"go1.22.1");
    section.push(u8::try_from(modules.len()).unwrap());
    section.extend(modules.as_bytes());
    let names = b"\0.go.buildinfo\0";
    let mut file = b"\x7fELF\x02\x01".to_vec();
    file.resize(64, 0);
    let table_at = 64 + names.len() + section.len();
    file[40..48].copy_from_slice(&(table_at as u64).to_le_bytes());
    file[58..64].copy_from_slice(&[64, 0, 2, 0, 1, 0]);
    file.extend(names);
    file.extend(&section);
    for (name, offset, size) in [(1u32, 64 + names.len(), section.len()), (0, 64, names.len())] {
        let mut entry = [0u8; 64];
        entry[..4].copy_from_slice(&name.to_le_bytes());
        entry[24..32].copy_from_slice(&(offset as u64).to_le_bytes());
        entry[32..40].copy_from_slice(&(size as u64).to_le_bytes());
        file.extend(entry);
    }
    file
}

#[test]
fn programs_outside_of_packages_list_their_modules() {
    let folder = host();
    let put_program = |path: &str| {
        std::fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(folder.path().join(path), go_program()).unwrap();
    };
    put_program("usr/bin/packaged");
    put(folder.path(), "var/lib/dpkg/info/packaged.list", "/bin/packaged\n");
    let before = collected(folder.path(), true).inventory.components.len();
    put_program("usr/local/bin/tool");
    let found = collected(folder.path(), true);
    let added: Vec<_> = found.inventory.components[before..].iter().map(|one| one.purl.as_deref()).collect();
    assert_eq!(added, [Some("pkg:golang/stdlib@1.22.1"), Some("pkg:golang/golang.org/x/text@v0.3.0")]);
    assert_eq!(found.inventory.components[before].locations, ["/usr/local/bin/tool"]);
}

#[test]
fn the_pacman_database_is_found() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "etc/os-release", "ID=arch\n");
    put(
        folder.path(),
        "var/lib/pacman/local/bash-5.2-1/desc",
        "%NAME%\nbash\n\n%VERSION%\n5.2-1\n\n%ARCH%\nx86_64\n",
    );
    put(folder.path(), "var/lib/pacman/local/ALPM_DB_VERSION", "9\n");
    let found = collected(folder.path(), true);
    let purls: Vec<_> = found.inventory.components.iter().filter_map(|one| one.purl.as_deref()).collect();
    assert_eq!(purls, ["pkg:alpm/arch/bash@5.2-1?arch=x86_64"]);
}

#[test]
fn without_the_walk_only_databases_are_read() {
    let folder = host();
    let found = collected(folder.path(), false);
    assert_eq!(found.inventory.components.len(), 3);
    assert_eq!(found.files, 0);
    // What lies about as files was not looked for: nothing of it may be taken as gone.
    assert!(found.inventory.partial && found.inventory.packages_whole);
    assert_eq!(found.inventory.unread, ["/"]);
}

#[test]
fn a_damaged_database_is_an_error() {
    let folder = host();
    put(folder.path(), "usr/lib/sysimage/rpm/Packages.db", "RpmP");
    let options = Options { root: folder.path(), walk_files: false, observed_at: None };
    let error = collect(&options, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("rpm/Packages.db: the database is damaged"), "{error}");
    put(folder.path(), "var/lib/dpkg/status", "Package: a\nStatus: install ok installed\n");
    let error = collect(&options, &mut |_| {}).unwrap_err().to_string();
    assert!(
        error.ends_with("var/lib/dpkg/status: line 1, column 1: paragraph without the field Version"),
        "{error}"
    );
    let options = Options { root: Path::new("/no/such/root"), walk_files: true, observed_at: None };
    assert!(
        collect(&options, &mut |_| {}).unwrap_err().to_string().starts_with("/no/such/root: cannot read: ")
    );
}

#[test]
fn lock_files_are_known_by_each_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(root, "srv/py/requirements-dev.txt", "pytest==7.4.0\nblack>=23\n");
    put(root, "srv/py/test-requirements.txt", "tox==4.0.0\n");
    put(root, "srv/py/requirements-notes.txt", "These are the notes of a meeting.\n");
    put(root, "srv/ts/deno.lock", r#"{"version": "4", "specifiers": {}, "npm": {"chalk@5.3.0": {}}}"#);
    let read =
        collect(&Options { root, walk_files: true, observed_at: None }, &mut |_| {}).unwrap().inventory;
    let mut purls: Vec<&str> = read.components.iter().filter_map(|one| one.purl.as_deref()).collect();
    purls.sort_unstable();
    assert_eq!(purls, ["pkg:npm/chalk@5.3.0", "pkg:pypi/pytest@7.4.0", "pkg:pypi/tox@4.0.0"]);
    assert_eq!(read.warnings, []);
}

#[test]
fn what_packages_bring_along_and_what_workflows_use_is_listed_apart() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(root, "etc/os-release", "ID=debian\nVERSION_ID=12\n");
    let lock = "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.2.8)\n\nPLATFORMS\n  ruby\n";
    put(root, "var/lib/gems/3.1.0/gems/sinatra-3.0/Gemfile.lock", lock);
    put(root, "srv/shop/Gemfile.lock", lock);
    put(root, "srv/web/node_modules/a/Gemfile.lock", lock);
    let flow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n";
    put(root, "srv/shop/.github/workflows/ci.yml", flow);
    put(root, "srv/shop/.github/other/ci.yml", flow);
    let action = "runs:\n  using: composite\n  steps:\n    - uses: actions/cache@v3\n";
    put(root, "srv/shop/.github/actions/build/action.yml", action);
    let found = collected(root, true).inventory;
    let mut told: Vec<_> = found
        .components
        .iter()
        .filter(|one| !one.locations.is_empty())
        .map(|one| (one.name.as_str(), one.scope.as_deref(), one.purl.is_some(), one.locations.len()))
        .collect();
    told.sort_unstable();
    let wanted = [
        ("actions/cache", Some("optional"), true, 1),
        ("actions/checkout", Some("optional"), true, 1),
        ("rack", Some("excluded"), false, 1),
        ("rack", Some("optional"), true, 1),
    ];
    assert_eq!(told, wanted);
}

const ROOT_OF_NOBODY: &str = "HINOMI_TEST_ROOT";

/// What an ordinary user finds on a host whose `/root` is closed.
fn as_nobody(root: &Path) {
    let inventory = collected(root, true).inventory;
    assert!(inventory.partial && inventory.packages_whole, "{:?}", inventory.warnings);
    let again = read(write_cyclonedx(&inventory, &WriteOptions::default()).as_bytes(), "host.json").unwrap();
    assert!(again.partial && again.packages_whole);
    assert_eq!(
        (again.unread.as_slice(), &again.unread),
        (["/root".to_owned()].as_slice(), &inventory.unread)
    );
    assert!(
        inventory.components.iter().any(|one| one.name == "python3-requests"),
        "the packages are all there"
    );
}

/// Ordinary users cannot read `/root`, and still see every package of the system. Started by root, it starts itself again
/// as nobody.
#[test]
fn without_root_the_packages_are_whole_and_the_walk_is_not() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    if let Some(root) = std::env::var_os(ROOT_OF_NOBODY) {
        return as_nobody(Path::new(&root));
    }
    let folder = host();
    let may =
        |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    may(folder.path(), 0o755);
    let closed = folder.path().join("root");
    std::fs::create_dir_all(&closed).unwrap();
    may(&closed, 0o000);
    // A copy, since not everybody may look into the folder of this program.
    let program = folder.path().join("this-test");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    may(&program, 0o755);
    let mut command = std::process::Command::new(&program);
    command.args(["--exact", "without_root_the_packages_are_whole_and_the_walk_is_not", "--nocapture"]);
    command.env(ROOT_OF_NOBODY, folder.path());
    command.current_dir(folder.path());
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.gid(65_534).uid(65_534);
    }
    let ended = command.output().unwrap();
    may(&closed, 0o700);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()));
}

#[test]
fn what_projects_and_packages_say_in_their_own_forms_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let setup = "from setuptools import setup\nsetup(name='billing', version='2.1', install_requires=['jinja2==3.1.3', 'lxml'])\n";
    put(root, "srv/billing/setup.py", setup);
    put(
        root,
        "srv/shop/pyproject.toml",
        "[project]\nname = \"shop\"\ndependencies = [\"click==8.1.7\", \"rich>=13\"]\n",
    );
    let project = "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><PackageReference Include=\"Serilog\" Version=\"3.1.1\" /></ItemGroup></Project>";
    put(root, "srv/app/App.csproj", project);
    put(root, "srv/native/conanfile.txt", "[requires]\nspdlog/1.13.0\n");
    put(root, "opt/lua/luasocket-3.1.0-1.rockspec", "package = \"luasocket\"\nversion = \"3.1.0-1\"\n");
    let plugin = "<?php\n/*\nPlugin Name: Akismet\nVersion: 5.3.1\n*/\n";
    put(root, "var/www/wp-content/plugins/akismet/akismet.php", plugin);
    put(root, "var/www/wp-content/plugins/akismet/other.php", "<?php\n");
    // What an installed package brought along says nothing of this host.
    put(root, "opt/venv/lib/python3.11/site-packages/x/setup.py", setup);
    put(root, "srv/web/node_modules/a/conanfile.txt", "[requires]\nfmt/1.0\n");
    let found = collected(root, true).inventory;
    let mut told: Vec<_> = found
        .components
        .iter()
        .filter(|one| !one.locations.is_empty())
        .map(|one| {
            (
                one.name.as_str(),
                one.version.as_deref().unwrap_or(""),
                one.scope.as_deref(),
                one.locations.len(),
            )
        })
        .collect();
    told.sort_unstable();
    let optional = Some("optional");
    let wanted = [
        ("Serilog", "3.1.1", optional, 1),
        ("akismet", "5.3.1", None, 1),
        ("billing", "2.1", optional, 1),
        ("click", "8.1.7", optional, 1),
        ("jinja2", "3.1.3", optional, 1),
        ("luasocket", "3.1.0-1", None, 1),
        ("shop", "", optional, 1),
        ("spdlog", "1.13.0", optional, 1),
    ];
    assert_eq!(told, wanted);
}
