// SPDX-License-Identifier: Apache-2.0
//! No input makes a reader panic: documents of every format, cut and changed at random.

use hinomi_inventory_formats::cmdb::Mapping;
use hinomi_inventory_formats::read;
use proptest::prelude::*;

const DOCUMENTS: [&str; 28] = [
    r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2026-01-01T00:00:00Z","component":
       {"type":"device","name":"h"}},"components":[{"type":"library","name":"a","version":"1","purl":
       "pkg:deb/debian/a@1?upstream=b%401%2B2&distro=debian-12&epoch=1","hashes":[{"alg":"MD5","content":
       "00000000000000000000000000000000"}],"components":[{"type":"file","name":"b"}]}],"dependencies":[{"ref":"a"}]}"#,
    r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"d","packages":[{"SPDXID":"SPDXRef-a","name":"a",
       "versionInfo":"1","sourceInfo":"built package from: b 1","externalRefs":[{"referenceType":"purl",
       "referenceLocator":"pkg:rpm/x/a@1?upstream=a-1-2.src.rpm"}]}],"relationships":[]}"#,
    "Package: a\nStatus: install ok installed\nSource: b (1)\nVersion: 1+b1\nArchitecture: amd64\n\nPackage: c\nVersion: 2\n",
    "C:Q1abc=\nP:a\nV:1-r0\nA:x86_64\no:b\nF:usr\nR:x\n\n",
    "NAME=\"x\"\nID=debian\nVERSION_ID=\"12\"\n",
    "bash-5.1.8-6.el9.x86_64\ncoreutils-8.32-34.el9.x86_64\n",
    "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component type=\"library\" bom-ref=\"a\"><name>a&lt;\
     </name><version><![CDATA[1]]></version></component></components></bom>",
    "SPDXVersion: SPDX-2.2\nSPDXID: SPDXRef-DOCUMENT\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: <text>1\n</text>\n",
    "spdxVersion: SPDX-2.3\npackages:\n- SPDXID: SPDXRef-a\n  name: a\n  versionInfo: \"1\"\n",
    r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","specVersion":"3.0.1"},
       {"type":"software_Package","spdxId":"urn:a","name":"a"}]}"#,
    r#"{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"}}}"#,
    "# yarn lockfile v1\n\n\"@a/b@^1\":\n  version \"1.0.0\"\n",
    "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0(b@1):\n    dev: false\n",
    r#"{"content-hash":"x","packages":[{"name":"a/b","version":"v1"}]}"#,
    "module x\ngo 1.22\nrequire (\n\ta/b v1.0.0\n)\nreplace a/b => c/d v1\n",
    "GEM\n  specs:\n    a (1.0-x86)\n",
    "a==1.0\nb[c]==2 ; x\n",
    r#"{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Target":"t","Type":"npm","Packages":[{"Name":"a","Version":"1"}],
       "Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"a","InstalledVersion":"1"}]}]}"#,
    r#"{"matches":[{"vulnerability":{"id":"CVE-1"},"artifact":{"name":"a","version":"1","cpes":[{"x":1}]}}],"source":{}}"#,
    "<nmaprun><host><address addr=\"1.2.3.4\" addrtype=\"ipv4\"/><ports><port protocol=\"tcp\" portid=\"1\"><state state=\"open\"/></port></ports></host></nmaprun>",
    r#"{"deviceid":"d","content":{"hardware":{"name":"a"},"softwares":[{"name":"a","version":"1","from":"rpm"}]}}"#,
    r#"[{"name":"a","version":"1","source":"b (2)","arch":"x","revision":"1","status":"install ok installed"}]"#,
    "%NAME%\na\n\n%VERSION%\n1-1\n",
    "version = 4\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n",
    "<NessusClientData_v2><Report><ReportHost name=\"a\"><ReportItem port=\"1\" pluginID=\"2\"><cpe>cpe:/a:b:c:1</cpe></ReportItem></ReportHost></Report></NessusClientData_v2>",
    "<report><results><result><host>1.2.3.4</host><port>1/tcp</port></result></results><host><ip>1.2.3.4</ip><detail><name>App</name><value>cpe:/a:b:c</value></detail></host></report>",
    r#"{"vulnerabilities":[{"id":"A","packageName":"a","version":"1"}],"ok":true,"packageManager":"npm"}"#,
    r#"{"dependencies":[{"name":"a","version":"1","vulns":[{"id":"PYSEC-2021-1"}]}]}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_documents_never_panic(
        which in 0..DOCUMENTS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut bytes = DOCUMENTS[which].as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Err(error) = read(&bytes, "name") {
            prop_assert!(error.to_string().starts_with("name: "));
        }
    }

    #[test]
    fn damaged_rpm_databases_never_panic(
        tail in prop::collection::vec(any::<u8>(), 0..3000),
        page_size in any::<[u8; 2]>(),
    ) {
        let mut bytes = b"SQLite format 3\0".to_vec();
        bytes.extend(page_size);
        bytes.extend(tail);
        let _outcome = read(&bytes, "name");
    }
}

/// Exports that have assets and no components.
const EXPORTS: [&str; 5] = [
    r#"{"results":[{"id":1,"name":"a","device_type":{"model":"m"},"site":{"name":"s"},"primary_ip4":{"address":"1.2.3.4/24"}}]}"#,
    r#"[{"model":"dcim.device","pk":1,"fields":{"name":"a","site":1}},{"model":"ipam.ipaddress","pk":1,"fields":{"address":"1.2.3.4/8"}}]"#,
    "name,sys_class_name,ip_address\n\"a\",Server,1.2.3.4\n",
    r#"{"Reservations":[{"Instances":[{"InstanceId":"i-1","Tags":[{"Key":"Name","Value":"x"}]}]}]}"#,
    r#"{"template-id":"a","info":{"name":"b","severity":"low"},"ip":"1.2.3.4"}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_exports_never_panic(
        which in 0..EXPORTS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = EXPORTS[which].as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Err(error) = read(&bytes, "name") {
            prop_assert!(error.to_string().starts_with("name: "));
        }
        let _outcome = Mapping::default().preview(&bytes, "name", 3);
    }
}

#[test]
fn unchanged_exports_are_read() {
    for document in EXPORTS {
        assert!(read(document.as_bytes(), "name").is_ok_and(|found| found.assets.len() == 1), "{document}");
    }
}

#[test]
fn large_maps_and_lists_take_time_in_proportion() {
    // A dictionary of many keys beside a list of many findings must not be searched once a finding.
    let keys: String = (0..100_000).map(|at| format!("\"k{at}\":1,")).collect();
    let findings = vec![r#"{"id":"A","packageName":"a"}"#; 50_000].join(",");
    let document =
        format!("{{{keys}\"vulnerabilities\":[{findings}],\"ok\":true,\"packageManager\":\"npm\"}}");
    let started = std::time::Instant::now();
    let _outcome = read(document.as_bytes(), "name");
    let document =
        format!("{{\"vulnerabilities\":[{findings}],\"ok\":true,\"packageManager\":\"npm\",{keys}\"z\":1}}");
    assert!(read(document.as_bytes(), "name").is_ok_and(|found| found.observations.len() == 50_000));
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn unchanged_documents_are_read() {
    for document in DOCUMENTS {
        assert!(
            read(document.as_bytes(), "name").is_ok_and(|found| !found.components.is_empty()),
            "{document}"
        );
    }
}
