// SPDX-License-Identifier: Apache-2.0
//! Package databases of hosts.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{
    Component, Format, HostFacts, Inventory, dpkg, language, mark_kernels, os_release, read, rpm,
};

const STATUS: &str = "Package: base-files
Status: install ok installed
Maintainer: Santiago Vila <sanvila@debian.org>
Architecture: amd64
Version: 12.4+deb12u5
Description: base
 with a second line
 .
 Package: not-a-package

Package: libssl3
Status: hold ok installed
Architecture: amd64
Source: openssl (3.0.11-1)
Version: 3.0.11-1+b2

Package: old-config
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: rebuilt
Status: install ok installed
Architecture: arm64
Source: built
Version: 1:2.0-3+b1

Package: broken
Status: install reinstreq half-installed
Architecture: all
Version: 9
";

type Names<'a> = (&'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn versions(inventory: &Inventory) -> Vec<Names<'_>> {
    inventory
        .components
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.version.as_deref(),
                one.source_name.as_deref(),
                one.source_version.as_deref(),
            )
        })
        .collect()
}

#[test]
fn dpkg_counts_what_is_installed() {
    let found = read(STATUS.as_bytes(), "status").unwrap();
    assert_eq!(found.format, Format::DpkgStatus);
    assert_eq!(
        versions(&found),
        [
            ("base-files", Some("12.4+deb12u5"), Some("base-files"), Some("12.4+deb12u5")),
            ("libssl3", Some("3.0.11-1+b2"), Some("openssl"), Some("3.0.11-1")),
            ("rebuilt", Some("1:2.0-3+b1"), Some("built"), Some("1:2.0-3")),
            ("broken", Some("9"), Some("broken"), Some("9")),
        ]
    );
    assert_eq!(
        found.components[2].purl.as_deref(),
        Some("pkg:deb/debian/rebuilt@1:2.0-3%2Bb1?arch=arm64&distro=debian-12")
    );
    assert!(
        found.warnings.iter().any(|warning| warning.text.contains("half-installed")),
        "{:?}",
        found.warnings
    );
}

#[test]
fn dpkg_errors_name_the_line() {
    let refusal = |text: &str| read(text.as_bytes(), "status").unwrap_err().to_string();
    assert_eq!(
        refusal("Package: a\nVersion: 1\n\nPackage: b\n"),
        "status: line 4, column 1: paragraph without the field Version"
    );
    assert_eq!(refusal("Package: a\ngarbage\n"), "status: line 2, column 1: is not a field \"Name: value\"");
}

#[test]
fn os_release_is_unquoted() {
    let text = "# comment\nPRETTY_NAME=\"Alma \\\"Linux\\\" 9\"\nID='almalinux'\nVERSION_ID=\"9.4\"\n\
                CPE_NAME=\"cpe:/o:almalinux:almalinux:9::baseos\"\n";
    let facts = os_release::facts(text);
    assert_eq!(facts.os_name.as_deref(), Some("Alma \"Linux\" 9"));
    assert_eq!(facts.distro().as_deref(), Some("almalinux-9"));
    let found = read(text.as_bytes(), "os-release").unwrap();
    assert_eq!(found.format, Format::OsRelease);
    assert_eq!(found.components[0].cpe.as_deref(), Some("cpe:/o:almalinux:almalinux:9::baseos"));
}

#[test]
fn apk_records_have_their_origin() {
    let text = "C:Q1abc=\nP:libcrypto3\nV:3.1.4-r5\nA:x86_64\no:openssl\nL:Apache-2.0\nF:usr/lib\nR:libcrypto.so.3\n\n\
                C:Q1def=\nP:musl\nV:1.2.4-r2\nA:x86_64\n";
    let found = read(text.as_bytes(), "installed").unwrap();
    assert_eq!(
        versions(&found),
        [
            ("libcrypto3", Some("3.1.4-r5"), Some("openssl"), Some("3.1.4-r5")),
            ("musl", Some("1.2.4-r2"), Some("musl"), Some("1.2.4-r2"))
        ]
    );
    assert_eq!(
        read(b"C:Q1abc=\nV:1\n", "installed").unwrap_err().to_string(),
        "installed: line 1, column 1: paragraph without the field P (name)"
    );
}

#[test]
fn rpm_query_lines_are_split_from_the_right() {
    let found =
        read(b"bash-5.1.8-6.el9.x86_64\ngpg-pubkey-1-2\npython3-pip-wheel-21.2.3-7.el9.noarch\n", "q")
            .unwrap();
    assert_eq!(
        versions(&found),
        [
            ("bash", Some("5.1.8-6.el9"), None, None),
            ("gpg-pubkey", Some("1-2"), None, None),
            ("python3-pip-wheel", Some("21.2.3-7.el9"), None, None)
        ]
    );
}

#[test]
fn kernels_count_by_the_running_one() {
    let kernel = |name: &str, purl: &str, version: &str| Component {
        name: name.into(),
        purl: Some(purl.into()),
        version: Some(version.into()),
        arch: Some("x86_64".into()),
        ..Component::default()
    };
    let mut host = Inventory::new(Format::Host);
    host.components = vec![
        kernel("linux-image-6.1.0-28-amd64", "pkg:deb/debian/x", "6.1.119-1"),
        kernel("linux-image-6.1.0-30-amd64", "pkg:deb/debian/x", "6.1.124-1"),
        kernel("linux-image-amd64", "pkg:deb/debian/x", "6.1.124-1"),
        kernel("bash", "pkg:deb/debian/x", "5"),
    ];
    let running = |host: &Inventory| host.components.iter().map(|one| one.kernel_running).collect::<Vec<_>>();
    mark_kernels(&mut host);
    assert_eq!(running(&host), [None; 4], "without the running release nothing is said");
    host.host.kernel_release = Some("6.8.0-1-cloud".into());
    mark_kernels(&mut host);
    assert_eq!(running(&host), [None; 4], "a container shows its host's kernel");
    host.host.kernel_release = Some("6.1.0-28-amd64".into());
    mark_kernels(&mut host);
    assert_eq!(running(&host), [Some(true), Some(false), None, None]);

    let mut host = Inventory::new(Format::Host);
    host.components = vec![
        kernel("kernel-core", "pkg:rpm/almalinux/x", "5.14.0-427.13.1.el9_4"),
        kernel("kernel-core", "pkg:rpm/almalinux/x", "5.14.0-503.el9_5"),
    ];
    host.host.kernel_release = Some("5.14.0-503.el9_5.x86_64".into());
    mark_kernels(&mut host);
    assert_eq!(running(&host), [Some(false), Some(true)]);
}

#[test]
fn language_metadata_gives_one_package() {
    let package =
        language::python_metadata("Metadata-Version: 2.1\nName: Ruamel.Yaml_x\nVersion: 1.0\n\nName: no\n")
            .unwrap();
    assert_eq!(package.purl.as_deref(), Some("pkg:pypi/ruamel-yaml-x@1.0"));
    assert_eq!(language::python_metadata("Name: x\n\nVersion: 1\n"), None);
    let package =
        language::node_package(r#"{"name":"@a/b","version":"1.0.0","license":"MIT"}"#, "p").unwrap().unwrap();
    assert_eq!(package.purl.as_deref(), Some("pkg:npm/%40a/b@1.0.0"));
    assert_eq!(language::node_package(r#"{"private":true}"#, "p").unwrap(), None);
    let lock = "version = 4\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\n\
                version = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"00\"\n";
    let packages = language::cargo_lock(lock, "Cargo.lock").unwrap();
    assert_eq!(
        packages.iter().map(|one| one.purl.as_deref()).collect::<Vec<_>>(),
        [None, Some("pkg:cargo/serde@1.0.0")]
    );
    assert_eq!(read(lock.as_bytes(), "x").unwrap().format, Format::CargoLock);
    let broken = language::cargo_lock("[[package]]\nname = 1\n", "Cargo.lock").unwrap_err().to_string();
    assert!(broken.starts_with("Cargo.lock: line 2, column 8: "), "{broken}");
}

#[test]
fn a_host_gives_its_distribution_to_its_packages() {
    let mut inventory = Inventory::new(Format::Host);
    inventory.host = HostFacts {
        os_id: Some("ubuntu".into()),
        os_version_id: Some("22.04".into()),
        ..HostFacts::default()
    };
    dpkg::packages("Package: a\nVersion: 1\n", "status", &mut inventory).unwrap();
    assert_eq!(inventory.components[0].purl.as_deref(), Some("pkg:deb/ubuntu/a@1?distro=ubuntu-22.04"));
    assert_eq!(inventory.components[0].distro.as_deref(), Some("ubuntu-22.04"));
}

/// Made by `rpm --initdb` and `rpm -i --justdb` of rpm 4.18 from packages of our own (names, versions, epoch 2).
fn rpm_database() -> Vec<u8> {
    unpacked(include_bytes!("data/rpmdb.sqlite.xz"))
}

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    hinomi_archive::walk_bytes("rpmdb", packed, &hinomi_archive::Limits::default(), &mut |entry| {
        found = entry.bytes.unwrap().into_owned();
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    found
}

#[test]
fn rpm_databases_are_read_without_rpm() {
    let bytes = rpm_database();
    let found = read(&bytes, "rpmdb.sqlite").unwrap();
    assert_eq!(found.format, Format::RpmDatabase);
    let source = Some("hinomi-sample");
    assert_eq!(
        versions(&found),
        [
            ("hinomi-sample-libs", Some("2:1.4-3"), source, Some("2:1.4-3")),
            ("hinomi-sample", Some("2:1.4-3"), source, Some("2:1.4-3")),
        ]
    );
    assert_eq!(
        found.components[1].purl.as_deref(),
        Some("pkg:rpm/hinomi-sample@1.4-3?arch=noarch&epoch=2&upstream=hinomi-sample-1.4-3.src.rpm")
    );
    assert_eq!(found.components[1].licenses, ["MIT"]);
    let mut inventory = Inventory::new(Format::Host);
    inventory.host = HostFacts {
        os_id: Some("almalinux".into()),
        os_version_id: Some("9.4".into()),
        ..HostFacts::default()
    };
    let mut files = Vec::new();
    rpm::packages(&bytes, "rpmdb.sqlite", &mut inventory, &mut |_, file| files.push(file.to_owned()))
        .unwrap();
    assert_eq!(files, ["/usr/lib/python3/site-packages/sample-1.4.dist-info/METADATA"]);
    assert_eq!(inventory.components[0].distro.as_deref(), Some("almalinux-9"));
}

#[test]
fn damaged_rpm_databases_are_errors_or_warnings() {
    let whole = rpm_database();
    let half = read(&whole[..whole.len() / 2], "rpmdb.sqlite").unwrap_err().to_string();
    assert!(half.starts_with("rpmdb.sqlite: the database is damaged at page "), "{half}");
    // One byte at a time across the file: never a panic, never an endless walk.
    for at in (0..whole.len()).step_by(97) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        if let Ok(found) = read(&bytes, "rpmdb.sqlite") {
            assert!(found.components.len() <= 3);
        }
    }
}

/// The same headers and one of 50 kB, written by rpm 4.18's own `rpmpkg.c` (one package deleted again) and by
/// `db5.3_load` of Berkeley DB 5.3.
const OLDER_FORMS: [(&str, &[u8]); 2] = [
    ("Packages.db", include_bytes!("data/rpmdb.ndb.xz")),
    ("Packages", include_bytes!("data/rpmdb-hash.bdb.xz")),
];

#[test]
fn older_forms_of_the_rpm_database_are_read_the_same() {
    for (name, packed) in OLDER_FORMS {
        let bytes = unpacked(packed);
        let found = read(&bytes, name).unwrap();
        let names: Vec<&str> = found.components.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["hinomi-sample-libs", "hinomi-sample", "hinomi-many"], "{name}");
        assert_eq!(found.components[1].version.as_deref(), Some("2:1.4-3"), "{name}");
        assert_eq!(found.warnings, [], "{name}");
        let mut inventory = Inventory::new(Format::Host);
        let mut files = 0;
        rpm::packages(&bytes, name, &mut inventory, &mut |_, _| files += 1).unwrap();
        assert_eq!(files, 402, "{name}");
    }
}

#[test]
fn damaged_older_forms_are_errors_or_warnings() {
    for (name, packed) in OLDER_FORMS {
        let whole = unpacked(packed);
        let half = read(&whole[..whole.len() / 2], name).unwrap_err().to_string();
        assert!(half.contains("cut off"), "{half}");
        for at in (0..whole.len()).step_by(61) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            if let Ok(found) = read(&bytes, name) {
                assert!(found.components.len() <= 4);
            }
        }
    }
}
