// SPDX-License-Identifier: Apache-2.0
//! SPDX 2.2 and 2.3: what is read and what is refused.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{ComponentKind, Inventory, read};

fn document(body: &str) -> String {
    format!(r#"{{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","name":"doc",{body}}}"#)
}

fn inventory(body: &str) -> Inventory {
    read(document(body).as_bytes(), "t.json").unwrap()
}

#[test]
fn packages_are_read_in_order_and_never_merged() {
    let found = inventory(
        r#""creationInfo":{"created":"2026-01-01T00:00:00Z"},
        "packages":[
          {"SPDXID":"SPDXRef-OperatingSystem-1","name":"debian","versionInfo":"11.5"},
          {"SPDXID":"SPDXRef-a","name":"libc6","versionInfo":"2.31-13","sourceInfo":"built package from: glibc 1:2.31-13",
           "supplier":"Organization: Debian","licenseConcluded":"NOASSERTION","licenseDeclared":"LGPL-2.1-only",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/libc6@2.31-13"},
             {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:x:x:1:*:*:*:*:*:*:*"},
             {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:y:x:1:*:*:*:*:*:*:*"}],
           "checksums":[{"algorithm":"SHA256","checksumValue":"00"}]},
          {"SPDXID":"SPDXRef-a","name":"libc6","versionInfo":"2.31-13"}],
        "files":[{"SPDXID":"SPDXRef-f","fileName":"x","deep":[[[{}]]]}],
        "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"},
          {"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-b"}]"#,
    );
    assert_eq!(found.components.len(), 3);
    assert_eq!(found.components[0].kind, ComponentKind::OperatingSystem);
    let package = &found.components[1];
    assert_eq!(package.source_name.as_deref(), Some("glibc"));
    assert_eq!(package.source_version.as_deref(), Some("1:2.31-13"));
    assert_eq!(package.distro.as_deref(), Some("debian-11"));
    assert_eq!(package.supplier.as_deref(), Some("Debian"));
    assert_eq!(package.licenses, ["LGPL-2.1-only"]);
    assert_eq!(package.more_identities, ["cpe:2.3:a:y:x:1:*:*:*:*:*:*:*"]);
    assert_eq!(package.hashes[0].algorithm, "SHA-256");
    assert_eq!(found.subject.unwrap().id.as_deref(), Some("SPDXRef-a"));
    assert_eq!(found.relationships[1].kind, "depends-on");
    assert_eq!(found.warnings.len(), 1, "the repeated identifier is told: {:?}", found.warnings);
}

#[test]
fn refusals_name_their_place() {
    let refusal = |text: &str| read(text.as_bytes(), "t.json").unwrap_err().to_string();
    assert_eq!(
        refusal(&document(r#""packages":[{"name":"x"}]"#)),
        "t.json: packages[0].SPDXID: is missing or empty"
    );
    assert_eq!(
        refusal(r#"{"spdxVersion":"SPDX-2.3","SPDXID":"x"}"#),
        "t.json: SPDXID: is \"x\", expected \"SPDXRef-DOCUMENT\""
    );
    assert_eq!(
        refusal(r#"{"spdxVersion":2}"#),
        "t.json: line 1, column 16: invalid type: integer `2`, expected a string"
    );
    assert_eq!(
        refusal(r#"{"spdxVersion":"SPDX-2.3","#),
        "t.json: line 1, column 26: EOF while parsing a value"
    );
    assert_eq!(refusal(""), "t.json: the document is empty");
    assert_eq!(
        refusal(r#"{"a":1,"b\u001b":{"bomFormat":"CycloneDX"}}"#),
        "t.json: no known inventory format: a JSON object with the keys a, b\\\\u001b"
    );
}
