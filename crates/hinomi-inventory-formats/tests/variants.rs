// SPDX-License-Identifier: Apache-2.0
//! Shapes of known formats that are valid and seldom: each was once refused or read in part.

#![expect(clippy::unwrap_used, reason = "tests")]

use hinomi_inventory_formats::{Format, Inventory, read};

fn document(text: &str) -> Inventory {
    read(text.as_bytes(), "p").unwrap()
}

fn names(inventory: &Inventory) -> Vec<&str> {
    inventory.components.iter().map(|one| one.name.as_str()).collect()
}

#[test]
fn what_stands_around_a_package_of_tag_value_changes_nothing() {
    let found = document(
        "SPDXVersion: SPDX-2.2\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: d\n\
        DocumentComment: <text>a comment\nPackageName: no package\n</text>\n\n\
        PackageName: a\n\nSPDXID: SPDXRef-a\nAnnotator: Person: J\nAnnotationComment: <text>x\nPackageVersion: 9</text>\n\
        PackageVersion: 1\n# a comment\n\nPackageName: b\n## between\nSPDXID: SPDXRef-b\nPackageVersion: 2\n\n\
        SPDXID: SPDXRef-c\nPackageName: c\n\nFileName: ./f\nSPDXID: SPDXRef-f\n",
    );
    let told: Vec<_> =
        found.components.iter().map(|one| (one.id.as_deref(), one.version.as_deref())).collect();
    let wanted = [(Some("SPDXRef-a"), Some("1")), (Some("SPDXRef-b"), Some("2")), (Some("SPDXRef-c"), None)];
    assert_eq!(told, wanted);
}

#[test]
fn a_graph_with_its_context_in_a_file_is_spdx_3_and_listed_licences_have_their_names() {
    let found = document(
        r#"{"@context": "spdx-context.jsonld", "@graph": [
        {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z"},
        {"type": "software_Package", "spdxId": "urn:a", "name": "a"},
        {"type": "expandedlicensing_CustomLicense", "spdxId": "urn:l", "name": "Our licence"},
        {"type": "Relationship", "spdxId": "urn:r", "from": "urn:a", "relationshipType": "hasDeclaredLicense",
         "to": ["https://spdx.org/licenses/MIT", "urn:l"]}]}"#,
    );
    assert_eq!((found.format, names(&found)), (Format::Spdx3Json, vec!["a"]));
    assert_eq!(found.components[0].licenses, ["MIT", "Our licence"]);
}

#[test]
fn a_signed_statement_is_opened() {
    // {"predicateType":"https://cyclonedx.org/bom","predicate":{"bomFormat":"CycloneDX","specVersion":"1.4",
    //  "components":[{"type":"library","name":"a"}]}}
    let payload = "eyJwcmVkaWNhdGVUeXBlIjoiaHR0cHM6Ly9jeWNsb25lZHgub3JnL2JvbSIsInByZWRpY2F0ZSI6eyJib21Gb3JtYXQiOi\
        JDeWNsb25lRFgiLCJzcGVjVmVyc2lvbiI6IjEuNCIsImNvbXBvbmVudHMiOlt7InR5cGUiOiJsaWJyYXJ5IiwibmFtZSI6ImEifV19fQ==";
    let signed = format!(
        r#"{{"payloadType": "application/vnd.in-toto+json", "payload": "{payload}", "signatures": []}}"#
    );
    assert_eq!(names(&document(&signed)), ["a"]);
    let bundle = format!(
        r#"{{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {signed}}}"#
    );
    assert_eq!(names(&document(&bundle)), ["a"]);
    assert!(read(signed.replace("eyJw", "!!!!").as_bytes(), "p").is_err());
}

#[test]
fn cyclonedx_names_authors_as_supplier_and_keeps_what_a_component_provides() {
    let json = document(
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "a", "bom-ref": "a", "authors": [{"name": "Jane"}]}],
        "dependencies": [{"ref": "a", "dependsOn": ["b"], "provides": ["aes"]}]}"#,
    );
    let xml = document(
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components><component type=\"library\" bom-ref=\"a\">\
        <authors><author><name>Jane</name></author></authors><name>a</name></component></components>\
        <dependencies><dependency ref=\"a\"><dependency ref=\"b\"/><provides ref=\"aes\"/></dependency>\
        </dependencies></bom>",
    );
    assert_eq!(json.components[0].supplier.as_deref(), Some("Jane"));
    assert_eq!((&json.components, &json.relationships), (&xml.components, &xml.relationships));
    assert_eq!(json.relationships[1].kind, "provides");
}

#[test]
fn programs_of_windows_come_from_any_of_its_tools() {
    let wmic = document("Node,Name,Vendor,Version\r\nPC1,7-Zip,Igor Pavlov,19.00\r\nPC1,Other,,1\r\n");
    let cim = document(
        "#TYPE Selected.Win32_Product\n\"IdentifyingNumber\",\"Name\",\"Version\",\"Caption\"\n\"{A}\",\"7-Zip\",\"19.00\",\"x\"\n",
    );
    let query = document(
        "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Uninstall\\7-Zip\r\n    DisplayName    REG_SZ    7-Zip\r\n    \
        DisplayVersion    REG_SZ    19.00\r\n\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Uninstall\\Part\r\n    Size    REG_DWORD    0x1\r\n",
    );
    assert_eq!((wmic.format, names(&wmic)), (Format::WindowsPrograms, vec!["7-Zip", "Other"]));
    assert_eq!(wmic.components[0].supplier.as_deref(), Some("Igor Pavlov"));
    assert_eq!(cim.components[0].swid.as_deref(), Some("{A}"));
    assert_eq!((query.format, names(&query)), (Format::WindowsRegistry, vec!["7-Zip"]));
    let json = document(
        "[{\"DisplayName\": \"7-Zip\", \"DisplayVersion\": \"19.00\", \"Publisher\": \"Igor Pavlov\"}, {\"DisplayName\": null}]",
    );
    let excel = document("sep=;\nDisplayName;DisplayVersion\n7-Zip;19.00\n");
    assert_eq!((json.format, names(&json), json.warnings.len()), (Format::WindowsPrograms, vec!["7-Zip"], 1));
    let fixes = document(r#"{"HotFixID": "KB5031356", "Description": "Update"}"#);
    assert_eq!(
        (fixes.format, names(&fixes), fixes.partial),
        (Format::WindowsHotfixes, vec!["KB5031356"], true)
    );
    assert!(
        [&wmic, &cim, &query, &json, &excel]
            .iter()
            .all(|one| one.components[0].version.as_deref() == Some("19.00"))
    );
}

#[test]
fn fleet_lists_hosts_with_their_software_and_what_it_knows_of_it() {
    let found = document(
        r#"{"hosts": [
        {"id": 1, "hostname": "web-01", "hardware_serial": "S1", "platform": "ubuntu", "os_version": "Ubuntu 22.04.3 LTS",
         "software": [{"id": 7, "name": "bash", "version": "5.1-6", "source": "deb_packages",
                       "vulnerabilities": [{"cve": "CVE-2022-3715", "resolved_in_version": "5.1-7"}]}]},
        {"id": 2, "hostname": "web-02", "platform": "rhel", "os_version": "AlmaLinux 9.3", "software": [
            {"id": 8, "name": "bash", "version": "5.1.8", "release": "6.el9", "arch": "x86_64", "source": "rpm_packages"},
            {"id": 9, "name": "requests", "version": "2.31.0", "source": "python_packages"}]}]}"#,
    );
    assert_eq!((found.format, found.assets.len(), found.partial), (Format::Fleet, 2, false));
    assert_eq!(names(&found), ["bash", "bash", "requests"]);
    assert_eq!(found.components[0].distro.as_deref(), Some("ubuntu-22.04"));
    assert_eq!(found.components[1].distro.as_deref(), Some("almalinux-9"));
    assert_eq!(found.components[1].purl.as_deref(), Some("pkg:rpm/bash@5.1.8-6.el9?arch=x86_64"));
    assert_eq!(found.components[2].asset.as_deref(), Some("fleet:2"));
    assert_eq!(found.observations[0].fixed.as_deref(), Some("5.1-7"));
    let without = document(r#"{"host": {"id": 1, "hostname": "web-01", "osquery_version": "5.1"}}"#);
    assert!(without.partial && without.components.is_empty());
}

#[test]
fn numbers_and_nulls_of_a_glpi_agent_are_taken_as_they_are_meant() {
    let found = document(
        r#"{"deviceid": "h-1", "itemtype": "Computer", "content": {"hardware": {"name": "h"},
        "operatingsystem": {"name": "Debian GNU/Linux", "version": 12},
        "softwares": [{"name": "a", "version": 1.5, "from": "deb"}, {"name": "b", "version": null}]}}"#,
    );
    assert_eq!(names(&found), ["h", "Debian GNU/Linux", "a", "b"]);
    assert_eq!(found.components[2].version.as_deref(), Some("1.5"));
    assert!(read(br#"{"deviceid": "h-1", "content": {"softwares": null}}"#, "p").is_ok());
}

#[test]
fn a_scan_that_was_broken_off_gives_its_finished_hosts() {
    let host = |ip: &str| format!("<host><address addr=\"{ip}\" addrtype=\"ipv4\"/></host>\n");
    let whole = format!(
        "<?xml version=\"1.0\"?>\n<nmaprun scanner=\"nmap\">{}{}",
        host("192.0.2.1"),
        host("192.0.2.2")
    );
    let found = document(&format!("{whole}<host><address addr=\"192.0."));
    assert_eq!(found.assets.len(), 2);
    assert!(found.warnings.iter().any(|warning| warning.text.contains("broken off")), "{:?}", found.warnings);
    let nothing = document("<?xml version=\"1.0\"?>\n<nmaprun scanner=\"nmap\"><scaninfo ty");
    assert!(nothing.assets.is_empty() && nothing.partial);
    assert!(
        !document(&format!("{whole}</nmaprun>")).warnings.iter().any(|one| one.text.contains("broken off"))
    );
}

#[test]
fn the_project_itself_has_its_name_from_the_top_of_the_lock_file() {
    let found = document(
        r#"{"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"version": "1.0.0"}, "node_modules/a": {"version": "1.2.3"}}}"#,
    );
    assert_eq!(names(&found), ["shop", "a"]);
    assert_eq!(found.components[0].purl, None);
}

#[test]
fn packages_of_dpkg_that_left_only_their_configuration_are_told() {
    let found = document(
        "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 2\n",
    );
    assert_eq!(names(&found), ["a"]);
    assert!(found.warnings.iter().any(|warning| warning.text.starts_with("1 packages are removed")));
}
