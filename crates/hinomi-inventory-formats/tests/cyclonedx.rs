// SPDX-License-Identifier: Apache-2.0
//! CycloneDX: what is read, in which order, what is refused and what is written.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{
    Component, ComponentKind, Format, Hash, HostFacts, Inventory, Relationship, Subject, WriteOptions, read,
    write_cyclonedx,
};

fn bom(body: &str) -> String {
    format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,{body}}}"#)
}

fn inventory(body: &str) -> Inventory {
    read(bom(body).as_bytes(), "t.json").unwrap()
}

fn refusal(body: &str) -> String {
    read(bom(body).as_bytes(), "t.json").unwrap_err().to_string()
}

fn names(inventory: &Inventory) -> Vec<&str> {
    inventory.components.iter().map(|component| component.name.as_str()).collect()
}

#[test]
fn components_are_flattened_in_document_order_with_the_subject() {
    let parts = r#""components":[{"type":"library","bom-ref":"a","name":"a","components":[
        {"type":"file","name":"a1"},{"type":"library","name":"a2","components":[{"type":"library","name":"a21"}]}]},
        {"type":"library","name":"b"},{"type":"library","name":"b"}]"#;
    let subject = r#""metadata":{"timestamp":"2026-01-02T03:04:05Z","component":{"type":"container","bom-ref":"root",
        "name":"image","version":"1","components":[{"type":"library","name":"inner"}]}}"#;
    let first = inventory(&format!("{subject},{parts}"));
    assert_eq!(names(&first), ["image", "inner", "a", "a1", "a2", "a21", "b", "b"]);
    assert_eq!(
        names(&inventory(&format!("{parts},{subject}"))),
        ["a", "a1", "a2", "a21", "b", "b", "image", "inner"]
    );
    assert_eq!(first.components[3].parent.as_deref(), Some("a"));
    let stated = first.subject.unwrap();
    assert_eq!((stated.name.as_str(), stated.kind), ("image", ComponentKind::Container));
    assert_eq!(first.observed_at.as_deref(), Some("2026-01-02T03:04:05Z"));
    assert_eq!(first.format_version.as_deref(), Some("1.6"));
}

#[test]
fn the_source_package_comes_from_the_purl_or_the_tool() {
    let found = inventory(
        r#""components":[
        {"type":"operating-system","name":"debian","version":"12.5"},
        {"type":"library","name":"libssl3","version":"3.0.11-1","purl":"pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&upstream=openssl&distro=debian-12"},
        {"type":"library","name":"libstdc++6","version":"12.2.0-14","purl":"pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?upstream=gcc-12%4012.2.0-13"},
        {"type":"library","name":"bash","version":"5.1.8-6.el9","purl":"pkg:rpm/almalinux/bash@5.1.8-6.el9?arch=x86_64&epoch=1&upstream=bash-5.1.8-6.el9.src.rpm&distro=almalinux-9.2"},
        {"type":"library","name":"libc6","version":"2.36-9","purl":"pkg:deb/debian/libc6@2.36-9","properties":[
            {"name":"aquasecurity:trivy:SrcName","value":"glibc"},{"name":"aquasecurity:trivy:SrcVersion","value":"2.36"},
            {"name":"aquasecurity:trivy:SrcRelease","value":"9"},{"name":"aquasecurity:trivy:SrcEpoch","value":"2"}]},
        {"type":"library","name":"libcrypto3","version":"3.1.4-r5","purl":"pkg:apk/alpine/libcrypto3@3.1.4-r5?distro=alpine-3.19.1","properties":[
            {"name":"syft:metadata:originPackage","value":"openssl"}]},
        {"type":"library","name":"left-pad","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}]"#,
    );
    let context: Vec<_> = found.components[1..]
        .iter()
        .map(|one| (one.source_name.as_deref(), one.source_version.as_deref(), one.distro.as_deref()))
        .collect();
    assert_eq!(
        context,
        [
            (Some("openssl"), Some("3.0.11-1"), Some("debian-12")),
            (Some("gcc-12"), Some("12.2.0-13"), Some("debian-12")),
            (Some("bash"), Some("1:5.1.8-6.el9"), Some("almalinux-9")),
            (Some("glibc"), Some("2:2.36-9"), Some("debian-12")),
            (Some("openssl"), Some("3.1.4-r5"), Some("alpine-3.19")),
            (None, None, None),
        ]
    );
    assert_eq!(found.components[1].arch.as_deref(), Some("amd64"));
}

#[test]
fn what_the_schema_forbids_is_refused_with_its_path() {
    let library = |extra: &str| format!(r#""components":[{{"type":"library","name":"x"{extra}}}]"#);
    for (body, message) in [
        (r#""components":[{"type":"library"}]"#.to_owned(), "t.json: components[0].name: is missing"),
        (
            r#""components":[{"type":"foo","name":"x"}]"#.to_owned(),
            "t.json: components[0].type: \"foo\" is not a component type",
        ),
        (r#""serialNumber":"urn:uuid:1""#.to_owned(), "t.json: serialNumber: is not a urn:uuid"),
        (library(r#","bom-ref":"""#), "t.json: components[0].bom-ref: is empty"),
        (library(r#","scope":"foo""#), "t.json: components[0].scope: \"foo\" is not a scope"),
        (
            library(r#","hashes":[{"alg":"FOO","content":"00"}]"#),
            "t.json: components[0].hashes[0].alg: \"FOO\" is not a hash algorithm",
        ),
        (
            library(r#","hashes":[{"alg":"MD5","content":"00"}]"#),
            "t.json: components[0].hashes[0].content: is not 32 hexadecimal digits",
        ),
        (
            library(r#","licenses":[{"license":{}}]"#),
            "t.json: components[0].licenses[0].license: has neither an id nor a name",
        ),
        (
            r#""metadata":{"timestamp":"2020-04-13"}"#.to_owned(),
            "t.json: metadata.timestamp: is not a date and time (RFC 3339)",
        ),
        (
            r#""dependencies":[{"dependsOn":[]}]"#.to_owned(),
            "t.json: dependencies[0].ref: is missing or empty",
        ),
    ] {
        assert_eq!(refusal(&body), message);
    }
    let other = read(br#"{"bomFormat":"Other","specVersion":"1.6"}"#, "t.json").unwrap_err();
    assert_eq!(other.to_string(), "t.json: bomFormat: is \"Other\", expected \"CycloneDX\"");
    assert_eq!(
        refusal("\n\"components\":[{\"type\":\"library\",\"name\":7}]"),
        "t.json: line 2, column 40: invalid type: integer `7`, expected a string"
    );
    assert!(refusal(r#""components":[],"components":[]"#).contains("duplicate field `components`"));
}

#[test]
fn names_are_data() {
    let found = inventory(
        r#""components":[{"type":"library","name":"<script>alert(1)</script>","version":"=1+1"},
        {"type":"library","name":"a\u001b[31mb\u0000c"}]"#,
    );
    assert_eq!(names(&found), ["<script>alert(1)</script>", "a\u{1b}[31mb\0c"]);
    assert_eq!(found.warnings.len(), 1);
    assert_eq!(found.warnings[0].place, "components[1]");
}

#[test]
fn vulnerabilities_become_observations_per_component() {
    let found = inventory(
        r#""vulnerabilities":[{"id":"CVE-2026-1","ratings":[{"severity":"high"}],"analysis":{"state":"not_affected"},
        "affects":[{"ref":"a"},{"ref":"b"}]},{"id":"CVE-2026-2"}]"#,
    );
    let seen: Vec<_> =
        found.observations.iter().map(|one| (one.id.as_deref().unwrap(), one.component.as_deref())).collect();
    assert_eq!(seen, [("CVE-2026-1", Some("a")), ("CVE-2026-1", Some("b")), ("CVE-2026-2", None)]);
    assert_eq!(found.observations[0].state.as_deref(), Some("not_affected"));
    assert_eq!(
        found.observations[2].vulnerabilities,
        ["CVE-2026-2"],
        "what it is about is named, not only its id"
    );
    assert!(found.judged);
}

#[test]
fn a_vulnerability_says_its_other_names_its_vector_and_what_to_do() {
    let json = inventory(
        r#""vulnerabilities":[{"id":"GHSA-aaaa-bbbb-cccc","references":[{"id":"CVE-2026-1","source":{"name":"NVD"}},{"id":""}],
        "ratings":[{"score":9.8,"severity":"critical","method":"CVSSv31","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "recommendation":"Update to 2.0","affects":[{"ref":"a"}]}]"#,
    );
    let xml = read(
        br#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><vulnerabilities><vulnerability>
        <id>GHSA-aaaa-bbbb-cccc</id><references><reference><id>CVE-2026-1</id><source><name>NVD</name></source></reference></references>
        <ratings><rating><score>9.8</score><severity>critical</severity>
        <vector>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</vector></rating></ratings>
        <recommendation>Update to 2.0</recommendation><affects><target><ref>a</ref></target></affects>
        </vulnerability></vulnerabilities></bom>"#,
        "vdr.xml",
    )
    .unwrap();
    for found in [&json, &xml] {
        let one = &found.observations[0];
        assert_eq!(one.vulnerabilities, ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"]);
        assert_eq!(one.scores, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]);
        assert_eq!(
            (one.severity.as_deref(), one.solution.as_deref()),
            (Some("critical"), Some("Update to 2.0"))
        );
        assert_eq!((one.component.as_deref(), found.judged), (Some("a"), true));
    }
}

#[test]
fn what_is_written_reads_back_the_same() {
    let mut written = Inventory::new(Format::CycloneDxJson);
    written.format_version = Some("1.6".into());
    written.observed_at = Some("2026-11-23T00:00:00Z".into());
    written.partial = true;
    written.host = HostFacts {
        os_id: Some("debian".into()),
        os_version_id: Some("12".into()),
        os_name: Some("Debian GNU/Linux 12".into()),
        kernel_release: Some("6.1.0-30-amd64".into()),
        arch: Some("x86_64".into()),
        hostname: Some("web-1".into()),
    };
    written.subject = Some(Subject {
        id: Some("host".into()),
        kind: ComponentKind::Device,
        name: "web-1".into(),
        ..Subject::default()
    });
    written.components = vec![
        Component {
            id: Some("host".into()),
            kind: ComponentKind::Device,
            name: "web-1".into(),
            ..Component::default()
        },
        Component {
            id: Some("deb:linux".into()),
            purl: Some("pkg:deb/debian/linux-image-6.1.0-28-amd64@6.1.119-1".into()),
            cpe: Some("cpe:2.3:o:linux:linux_kernel:6.1.119:*:*:*:*:*:*:*".into()),
            swid: Some("tag".into()),
            more_identities: vec!["cpe:2.3:o:debian:linux:6.1.119:*:*:*:*:*:*:*".into()],
            group: Some("g".into()),
            name: "linux-image-6.1.0-28-amd64".into(),
            version: Some("6.1.119-1".into()),
            supplier: Some("Debian \"Kernel\" <team>".into()),
            licenses: vec!["GPL-2.0-only".into(), "Own words".into()],
            source_name: Some("linux-signed-amd64".into()),
            source_version: Some("6.1.119+1".into()),
            arch: Some("amd64".into()),
            distro: Some("debian-12".into()),
            kernel_running: Some(false),
            scope: Some("optional".into()),
            hashes: vec![Hash { algorithm: "MD5".into(), value: "0".repeat(32) }],
            locations: vec!["/boot/x".into()],
            ..Component::default()
        },
    ];
    written.relationships =
        vec![Relationship { from: "host".into(), to: "deb:linux".into(), kind: "depends-on".into() }];
    let text = write_cyclonedx(&written, &WriteOptions::default());
    assert_eq!(read(text.as_bytes(), "t.json").unwrap(), written);
}

#[test]
fn encodings_are_told_apart() {
    let text = bom(r#""components":[{"type":"library","name":"日本"}]"#);
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        let mut encoded = mark.to_vec();
        encoded.extend(text.encode_utf16().flat_map(bytes));
        encoded
    };
    let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
    for bytes in [marked, utf16([0xff, 0xfe], u16::to_le_bytes), utf16([0xfe, 0xff], u16::to_be_bytes)] {
        assert_eq!(names(&read(&bytes, "t.json").unwrap()), ["日本"]);
    }
    let mut broken = text.into_bytes();
    let at = broken.iter().position(|byte| *byte == 0xe6).unwrap();
    broken[at] = 0xff;
    assert_eq!(
        read(&broken, "t.json").unwrap_err().to_string(),
        format!("t.json: byte {at}: the text is not valid UTF-8")
    );
}

#[test]
fn endless_nesting_is_an_error() {
    let deep = format!(
        r#""components":{}{}"#,
        r#"[{"type":"library","name":"x","components":"#.repeat(100_000),
        "[]}]".repeat(100_000)
    );
    assert!(refusal(&deep).contains("nested deeper than 20000 layers"));
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.5" xmlns:x="urn:other" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79">
  <b:metadata><b:timestamp>2026-01-01T00:00:00Z</b:timestamp>
    <b:tools><b:components><b:component type="application"><b:name>tool</b:name></b:component></b:components></b:tools>
    <b:component type="container" bom-ref="root"><b:name>image</b:name></b:component></b:metadata>
  <b:components>
    <b:component type="library" bom-ref="a"><b:supplier><b:name>A &amp; B</b:name></b:supplier><b:group>g</b:group>
      <b:name><![CDATA[<a>]]></b:name><x:name>extension</x:name><b:version>1&#46;0</b:version>
      <b:hashes><b:hash alg="MD5">00000000000000000000000000000000</b:hash></b:hashes>
      <b:licenses><b:license><b:id>MIT</b:id></b:license></b:licenses>
      <b:purl>pkg:maven/g/a@1.0?type=jar</b:purl>
      <b:pedigree><b:ancestors><b:component type="library"><b:name>old</b:name></b:component></b:ancestors></b:pedigree>
      <b:components><b:component type="file"><b:name>inner</b:name></b:component></b:components>
    </b:component>
    <x:component><x:name>other</x:name></x:component>
  </b:components>
  <b:dependencies><b:dependency ref="root"><b:dependency ref="a"/></b:dependency></b:dependencies>
</b:bom>"#;

#[test]
fn xml_is_the_same_document() {
    let found = read(XML.as_bytes(), "t.xml").unwrap();
    assert_eq!((found.format, found.format_version.as_deref()), (Format::CycloneDxXml, Some("1.5")));
    assert_eq!(names(&found), ["image", "<a>", "inner"]);
    let package = &found.components[1];
    assert_eq!(package.supplier.as_deref(), Some("A & B"));
    assert_eq!(package.version.as_deref(), Some("1.0"));
    assert_eq!(package.licenses, ["MIT"]);
    assert_eq!(package.hashes.len(), 1);
    assert_eq!(found.relationships.len(), 1);
    assert_eq!(found.subject.unwrap().name, "image");
}

#[test]
fn hostile_xml_is_refused_with_its_line() {
    let refusal = |text: &str| read(text.as_bytes(), "t.xml").unwrap_err().to_string();
    let entities = XML.replace("?>\n", "?>\n<!DOCTYPE bom [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n");
    assert!(refusal(&entities).starts_with("t.xml: line 2, column "), "{}", refusal(&entities));
    assert!(refusal(&entities).ends_with("a document type that declares entities is not accepted"));
    let unknown = refusal(&XML.replace("&amp;", "&passwd;"));
    assert!(
        unknown.starts_with("t.xml: line 7, ") && unknown.ends_with("an entity is not known"),
        "{unknown}"
    );
    assert!(refusal(&XML[..XML.find("<b:dependencies").unwrap()]).contains("ends inside an element"));
    let deep =
        format!("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">{}", "<components>".repeat(100_000));
    assert!(refusal(&deep).contains("nested deeper than 20000"));
    assert_eq!(
        refusal("<bom xmlns=\"http://cyclonedx.org/schema/bom/12\"/>"),
        "t.xml: bom: the namespace \"http://cyclonedx.org/schema/bom/12\" is none of CycloneDX 1.0 to 1.7"
    );
    assert!(refusal("<html></html>").ends_with("no known inventory format: an HTML page"));
}

#[test]
fn the_vulnerability_extension_of_1_2_names_components_from_outside_and_from_inside() {
    let vulnerability = |id: &str, reference: &str| {
        format!(
            "<v:vulnerability ref='{reference}'><v:id>{id}</v:id><v:ratings><v:rating><v:score><v:base>9.8</v:base></v:score>\
             <v:severity>Critical</v:severity><v:method>CVSSv3</v:method><v:vector>AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</v:vector>\
             </v:rating></v:ratings><v:recommendations><v:recommendation>Upgrade</v:recommendation></v:recommendations>\
             </v:vulnerability>"
        )
    };
    let document = |inside: &str, outside: &str| {
        format!(
            "<bom xmlns='http://cyclonedx.org/schema/bom/1.2' xmlns:v='http://cyclonedx.org/schema/ext/vulnerability/1.0'>\
             <components><component type='library' bom-ref='a'><name>a</name><version>1</version></component>\
             <component type='library'><name>b</name><version>2</version>{inside}</component></components>{outside}</bom>"
        )
    };
    let inside =
        format!("<v:vulnerabilities>{}</v:vulnerabilities>", vulnerability("CVE-2026-2", "urn:uuid:own"));
    let outside = format!("<v:vulnerabilities>{}</v:vulnerabilities>", vulnerability("CVE-2026-1", "a"));
    let found = read(document(&inside, &outside).as_bytes(), "bom.xml").unwrap();
    assert!(found.judged);
    let about = |observation: &hinomi_inventory_formats::Observation| {
        let component =
            found.components.iter().find(|one| one.id.is_some() && one.id == observation.component);
        component.map(|component| component.name.clone()).unwrap_or_default()
    };
    let told: Vec<(String, String)> =
        found.observations.iter().map(|one| (one.id.clone().unwrap_or_default(), about(one))).collect();
    let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    assert_eq!(told, [pair("CVE-2026-1", "a"), pair("CVE-2026-2", "b")]);
    let first = &found.observations[0];
    assert_eq!(first.scores, ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]);
    assert_eq!((first.severity.as_deref(), first.solution.as_deref()), (Some("Critical"), Some("Upgrade")));
    // Who speaks the extension and names nothing says that nothing is wrong.
    let none = read(document("", "").as_bytes(), "bom.xml").unwrap();
    assert!(none.judged && none.observations.is_empty());
}
