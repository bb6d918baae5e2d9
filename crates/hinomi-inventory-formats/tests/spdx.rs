// SPDX-License-Identifier: Apache-2.0
//! SPDX 2.2 and 2.3: what is read and what is refused.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{ComponentKind, Format, Inventory, read};

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
        "t.json: no known inventory format: JSON with the keys a, b\\\\u001b"
    );
}

const TAG_VALUE: &str = "SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: doc
Created: 2026-01-01T00:00:00Z

# a comment
PackageName: openssl
SPDXID: SPDXRef-Package-openssl
PackageVersion: 3.0.1
PackageSupplier: Organization: OpenSSL
PackageLicenseDeclared: Apache-2.0
PackageChecksum: SHA1: 0000
ExternalRef: PACKAGE-MANAGER purl pkg:generic/openssl@3.0.1
PackageCopyrightText: <text>many lines

PackageName: not-a-package
</text>

FileName: ./x
SPDXID: SPDXRef-File-x

SPDXID: SPDXRef-early
PackageName: zlib

PackageName: late
SPDXID: SPDXRef-late
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package-openssl
";

#[test]
fn tag_value_sections_keep_their_tags() {
    for text in [TAG_VALUE.to_owned(), TAG_VALUE.replace('\n', "\r\n"), TAG_VALUE.replace('\n', "\r")] {
        let found = read(text.as_bytes(), "t.spdx").unwrap();
        assert_eq!(found.format, Format::SpdxTagValue);
        let ids: Vec<_> =
            found.components.iter().map(|one| (one.name.as_str(), one.id.as_deref().unwrap())).collect();
        assert_eq!(
            ids,
            [("openssl", "SPDXRef-Package-openssl"), ("zlib", "SPDXRef-early"), ("late", "SPDXRef-late")]
        );
        let package = &found.components[0];
        assert_eq!(package.purl.as_deref(), Some("pkg:generic/openssl@3.0.1"));
        assert_eq!(package.supplier.as_deref(), Some("OpenSSL"));
        assert_eq!(package.hashes[0].value, "0000");
        assert_eq!(found.subject.unwrap().name, "openssl");
        assert_eq!(found.observed_at.as_deref(), Some("2026-01-01T00:00:00Z"));
    }
    let broken = TAG_VALUE.replace("</text>", "");
    assert_eq!(
        read(broken.as_bytes(), "t.spdx").unwrap_err().to_string(),
        "t.spdx: line 15, column 1: <text> is not closed"
    );
}

#[test]
fn yaml_is_the_same_document() {
    let text = "SPDXID: SPDXRef-DOCUMENT\nspdxVersion: SPDX-2.3\nname: doc\ncreationInfo:\n  created: \"2026-01-01T00:00:00Z\"\n\
                packages:\n- SPDXID: SPDXRef-a\n  name: a\n  versionInfo: \"1.0\"\n  externalRefs:\n\
                \x20 - referenceType: purl\n    referenceLocator: pkg:npm/a@1.0\n";
    let found = read(text.as_bytes(), "t.yaml").unwrap();
    assert_eq!(found.format, Format::SpdxYaml);
    assert_eq!(found.components[0].purl.as_deref(), Some("pkg:npm/a@1.0"));
    assert_eq!(found.components[0].version.as_deref(), Some("1.0"));
    let broken = read(b"spdxVersion: SPDX-2.3\npackages: 7\n", "t.yaml").unwrap_err().to_string();
    assert!(broken.starts_with("t.yaml: line 2, column "), "{broken}");
    // Every alias would repeat the list before it: nine layers are a billion entries.
    let mut laughs = String::from("spdxVersion: SPDX-2.3\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for layer in 1..10 {
        let below = format!("*a{}", layer - 1);
        laughs.push_str(&format!("a{layer}: &a{layer} [{}]\n", vec![below; 10].join(",")));
    }
    assert!(read(laughs.as_bytes(), "t.yaml").is_err() || laughs.len() < 2000);
}

#[test]
fn spdx_3_graphs_are_resolved() {
    let text = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
      {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z"},
      {"type":"Organization","spdxId":"urn:org","name":"Example"},
      {"type":"SpdxDocument","spdxId":"urn:doc","rootElement":["urn:sbom"]},
      {"type":"software_Sbom","spdxId":"urn:sbom","rootElement":["urn:a"]},
      {"type":"software_Package","spdxId":"urn:a","name":"a","software_packageVersion":"1","suppliedBy":"urn:org",
       "software_packageUrl":"pkg:npm/a@1","externalIdentifier":[{"externalIdentifierType":"cpe23","identifier":"cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"}],
       "verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"00"}]},
      {"type":"software_File","spdxId":"urn:f","name":"f"},
      {"type":"ai_AIPackage","spdxId":"urn:m","name":"m"},
      {"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","simplelicensing_licenseExpression":"MIT"},
      {"type":"Relationship","from":"urn:a","relationshipType":"hasDeclaredLicense","to":["urn:l"]},
      {"type":"Relationship","from":{"spdxId":"urn:a"},"relationshipType":"dependsOn","to":["urn:m","urn:f"]}]}"#;
    let found = read(text.as_bytes(), "t.json").unwrap();
    assert_eq!(found.format, Format::Spdx3Json);
    let ids: Vec<_> = found.components.iter().map(|one| one.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["urn:a", "urn:m"]);
    let package = &found.components[0];
    assert_eq!(package.licenses, ["MIT"]);
    assert_eq!(package.supplier.as_deref(), Some("Example"));
    assert_eq!(package.cpe.as_deref(), Some("cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"));
    assert_eq!(found.components[1].kind, ComponentKind::MachineLearningModel);
    assert_eq!(found.subject.unwrap().id.as_deref(), Some("urn:a"));
    assert_eq!(
        found.relationships.iter().filter(|one| one.kind == "depends-on" && one.from == "urn:a").count(),
        2
    );
}

#[test]
fn spdx_3_elements_stand_alone_and_inside_others() {
    let flat = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
        {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z"},
        {"type": "https://spdx.org/rdf/3.0.1/terms/Software/Package", "spdxId": "urn:a", "name": "a", "externalIdentifier":
            {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:npm/a@1"}},
        {"type": "Relationship", "from": "urn:a", "relationshipType": "contains", "to": [
            {"type": "software_Package", "spdxId": "urn:b", "name": "b", "creationInfo": "_:c"}]},
        {"type": "SpdxDocument", "spdxId": "urn:d", "rootElement": ["urn:a"], "import":
            [{"type": "ExternalMap", "externalSpdxId": "urn:elsewhere"}]}]}"#;
    let found = read(flat.as_bytes(), "spdx3.json").unwrap();
    let names: Vec<&str> = found.components.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((names.as_slice(), found.format_version.as_deref()), (&["a", "b"][..], Some("3.0.1")));
    assert_eq!(found.components[0].purl.as_deref(), Some("pkg:npm/a@1"));
    assert_eq!((found.relationships[0].to.as_str(), found.subject.unwrap().name.as_str()), ("urn:b", "a"));
    let alone = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "type": "software_Package", "spdxId": "urn:a",
        "name": "a", "creationInfo": {"type": "CreationInfo", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z"}}"#;
    assert_eq!(read(alone.as_bytes(), "spdx3.json").unwrap().components.len(), 1);
}

#[test]
fn identifiers_that_stand_as_elements_and_names_with_a_colon_are_followed() {
    let text = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
      {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z"},
      {"type":"software:Package","spdxId":"urn:a","name":"a","software:packageVersion":"1",
       "externalIdentifier":["urn:x1"],"verifiedUsing":["urn:h1"]},
      {"type":"ExternalIdentifier","spdxId":"urn:x1","externalIdentifierType":"packageUrl","identifier":"pkg:nuget/a@1"},
      {"type":"Hash","spdxId":"urn:h1","algorithm":"sha256","hashValue":"00ff"}]}"#;
    let found = read(text.as_bytes(), "a.spdx.json").unwrap();
    let [package] = found.components.as_slice() else { panic!("{:?}", found.components) };
    assert_eq!((package.purl.as_deref(), package.version.as_deref()), (Some("pkg:nuget/a@1"), Some("1")));
    assert_eq!(package.hashes.iter().map(|hash| hash.value.as_str()).collect::<Vec<_>>(), ["00ff"]);
}
