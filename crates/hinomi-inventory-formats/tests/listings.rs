// SPDX-License-Identifier: Apache-2.0
//! What package managers print, tables of packages, and SBOMs inside other documents.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{Format, Inventory, read};

fn inventory(text: &str) -> Inventory {
    read(text.as_bytes(), "list").unwrap()
}

fn purls(text: &str) -> Vec<String> {
    let found = inventory(text);
    assert_eq!(found.format, Format::PackageList, "{text}");
    found.components.into_iter().map(|one| one.purl.unwrap_or(one.name)).collect()
}

#[test]
fn lists_of_package_urls_and_cpe_names_are_one_component_a_line() {
    let text = "# ours\npkg:npm/%40a/b@1.0\n\n  pkg:deb/debian/curl@7.88.1-10?distro=debian-12  \r\n\
                cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*\ncpe:/a:acme:app:1.0\npkg:npm\n";
    let found = inventory(text);
    assert_eq!(found.format, Format::PackageList);
    let rows: Vec<_> = found
        .components
        .iter()
        .map(|one| {
            (one.purl.as_deref().or(one.cpe.as_deref()).unwrap(), one.name.as_str(), one.version.as_deref())
        })
        .collect();
    let expected = [
        ("pkg:npm/%40a/b@1.0", "b", Some("1.0")),
        ("pkg:deb/debian/curl@7.88.1-10?distro=debian-12", "curl", Some("7.88.1-10")),
        ("cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*", "openssh", Some("9.2")),
        ("cpe:/a:acme:app:1.0", "app", Some("1.0")),
        ("pkg:npm", "pkg:npm", None),
    ];
    assert_eq!(rows, expected);
    assert_eq!(found.components[1].distro.as_deref(), Some("debian-12"));
    assert!(found.partial, "a list of names does not say that it is complete");
    assert!(read(b"pkg:npm/a@1\nand more\n", "list").is_err());
}

#[test]
fn tables_with_package_urls_need_no_other_column() {
    let named = |text: &str| -> Vec<(String, String, String)> {
        let found = inventory(text);
        assert_eq!(found.format, Format::PackageTable, "{text}");
        let row = |one: hinomi_inventory_formats::Component| {
            (one.name, one.version.unwrap_or_default(), one.purl.unwrap_or_default())
        };
        found.components.into_iter().map(row).collect()
    };
    let row = |name: &str, version: &str, purl: &str| (name.to_owned(), version.to_owned(), purl.to_owned());
    let expected = [row("a", "1", "pkg:npm/a@1"), row("b", "2", "pkg:npm/%40s/b@2")];
    assert_eq!(named("purl\npkg:npm/a@1\npkg:npm/%40s/b@2\n"), expected);
    assert_eq!(named("name,version,purl\na,1,pkg:npm/a@1\nb,2,pkg:npm/%40s/b@2\n"), expected);
    assert_eq!(named("License;PURL\nMIT;pkg:npm/a@1\n;pkg:npm/%40s/b@2\n"), expected);
}

#[test]
fn dpkg_apt_and_dpkg_query_lists_hold_what_is_installed() {
    let dpkg = "Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files\n||/ Name  Version  Architecture Description\n\
                +++-=====-=====-====-====\nii  adduser  3.134  all  add users\nrc  gone  1.0-1  amd64  removed\n\
                hi  libc6:amd64  2.36-9+deb12u4  amd64  GNU C Library\n";
    let expected =
        ["pkg:deb/debian/adduser@3.134?arch=all", "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64"];
    assert_eq!(purls(dpkg), expected);
    let apt = "Listing... Done\nadduser/stable,now 3.134 all [installed,automatic]\nnano/stable 7.2-1 amd64\n\
               libc6/stable-security,now 2.36-9+deb12u4 amd64 [installed]\n";
    assert_eq!(purls(apt), expected);
    assert_eq!(purls("adduser\t3.134\tall\nlibc6:amd64\t2.36-9+deb12u4\n"), expected);
}

#[test]
fn lists_of_alpine_arch_and_fedora_hold_name_and_version() {
    let musl = "pkg:apk/alpine/musl@1.2.5-r0";
    assert_eq!(purls("musl-1.2.5-r0\nca-certificates-bundle-20240226-r0\n")[0], musl);
    let listed = inventory("ssl_client-1.36.1-r29 x86_64 {busybox} (GPL-2.0-only) [installed]\n");
    let component = &listed.components[0];
    assert_eq!((component.source_name.as_deref(), component.licenses.len()), (Some("busybox"), 1));
    assert!(listed.warnings[0].text.contains("does not name the distribution"));
    assert_eq!(purls("acl 2.3.2-1\nbash 5.2.026-2\n")[1], "pkg:alpm/arch/bash@5.2.026-2");
    let dnf = "Installed Packages\nacl.x86_64   2.3.1-3.el9   @anaconda\nNetworkManager.x86_64  1:1.40.16-9.el8  @baseos\n";
    assert_eq!(purls(dnf)[1], "pkg:rpm/NetworkManager@1.40.16-9.el8?arch=x86_64&epoch=1");
}

#[test]
fn lists_of_languages_hold_every_version() {
    assert_eq!(purls("Package    Version\n---------- -------\nPyYAML     6.0\n"), ["pkg:pypi/pyyaml@6.0"]);
    assert_eq!(purls(r#"[{"name": "pip", "version": "23.0"}]"#), ["pkg:pypi/pip@23.0"]);
    assert_eq!(
        purls("*** LOCAL GEMS ***\n\njson (default: 2.6.3)\nrake (13.0.6, 12.0.0)\n"),
        ["pkg:gem/json@2.6.3", "pkg:gem/rake@13.0.6", "pkg:gem/rake@12.0.0"]
    );
    assert_eq!(
        purls(
            "# packages in environment at /opt/conda:\nnumpy 1.26.4 py311 conda-forge\nsix 1.16.0 pypi_0 pypi\n"
        ),
        ["pkg:conda/numpy@1.26.4", "pkg:pypi/six@1.16.0"]
    );
    assert_eq!(
        purls("example.com/me\ngithub.com/a/b v1.0.0 => github.com/c/b v1.0.1\n"),
        ["pkg:golang/github.com/c/b@v1.0.1"]
    );
    assert_eq!(purls("ripgrep v14.1.0:\n    rg\n"), ["pkg:cargo/ripgrep@14.1.0"]);
    let tree = r#"{"name": "app", "version": "1.0.0", "dependencies": {"a": {"version": "1.0.0", "dependencies":
        {"@s/b": {"version": "2.0.0"}}}, "c": {"missing": true}}}"#;
    assert_eq!(purls(tree), ["app", "pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0"]);
    assert!(inventory(tree).warnings[0].text.starts_with("1 entries"));
}

#[test]
fn a_text_with_one_other_line_is_no_list() {
    let error = read(b"acl 2.3.2-1\nthis is a letter\n", "letter.txt").unwrap_err().to_string();
    assert!(error.contains("no known inventory format"), "{error}");
}

#[test]
fn tables_of_packages_keep_the_source_package() {
    let table = "package\tversion\tarchitecture\tsource\tsource_version\nlibssl3\t3.0.11-1\tamd64\topenssl\t3.0.11-1\n\
                 0ad\t0.0.26-3\tamd64\t0ad\t0.0.26-3\n";
    let found = inventory(table);
    assert_eq!((found.format, found.partial, found.components.len()), (Format::PackageTable, true, 2));
    assert_eq!(found.components[0].purl.as_deref(), Some("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64"));
    assert_eq!(found.components[0].source_name.as_deref(), Some("openssl"));
    let named = inventory("Package Name,Version,Ecosystem\nlodash,4.17.21,npm\n,1,npm\n");
    assert_eq!(named.components[0].purl.as_deref(), Some("pkg:npm/lodash@4.17.21"));
    assert_eq!((named.components.len(), named.warnings.len()), (1, 1));
}

#[test]
fn an_sbom_is_taken_out_of_its_envelope() {
    let sbom = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "a"}]}"#;
    for (before, after) in [
        (
            r#"{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://cyclonedx.org/bom", "predicate": "#,
            "}",
        ),
        (r#"{"sbom": "#, "}"),
    ] {
        assert_eq!(inventory(&format!("{before}{sbom}{after}")).components.len(), 1);
    }
    // A statement about how something was built holds no inventory.
    let built = r#"{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1", "predicate": {"a": 1}}"#;
    assert!(read(built.as_bytes(), "provenance.json").is_err());
}

#[test]
fn encodings_are_found_without_a_mark_and_by_declaration() {
    let json = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "日本"}]}"#;
    let little: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = json.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        assert_eq!(read(&bytes, "utf16").unwrap().components[0].name, "日本");
    }
    // 日本 in Shift_JIS: 93 FA 96 7B.
    let mut xml = br#"<?xml version="1.0" encoding="Shift_JIS"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>"#.to_vec();
    xml.extend([0x93, 0xfa, 0x96, 0x7b]);
    xml.extend(br#"</name><version>1</version></component></components></bom>"#);
    assert_eq!(read(&xml, "sjis.xml").unwrap().components[0].name, "日本");
}

#[test]
fn advisories_are_refused_with_the_way_to_go() {
    for text in [
        r#"{"document": {"title": "x"}, "product_tree": {}, "vulnerabilities": []}"#,
        r#"{"@context": "https://openvex.dev/ns/v0.2.0", "author": "a", "statements": []}"#,
    ] {
        let error = read(text.as_bytes(), "advisory.json").unwrap_err().to_string();
        assert!(error.contains("hinomi feed import"), "{error}");
    }
}
