// SPDX-License-Identifier: Apache-2.0
//! Documents that stand beside records in feeds and hold none, or hold them in a form that is read elsewhere: named, so that
//! whoever reads why one was refused knows what it is.

use std::ops::ControlFlow;

use crate::json;

/// By a field of the outermost object, or of the first object of the outermost list.
const BY_FIELD: [(&[u8], &str); 12] = [
    (b"numberOfChanges", "a log of changes of the CVE list: it names records and holds none"),
    (b"CVE_data_meta", "a CVE record of format 4.0: only 5.x is read"),
    (b"canonical_url", "the metadata of a CSAF provider: they say where documents are and hold none"),
    (b"feed", "a ROLIE feed: it says where documents are and holds none"),
    (b"ghsa_id", "an advisory in the form of GitHub's API: the same in OSV form is read"),
    (b"results", "an answer to a query of many packages: it names records and holds none"),
    (b"package_state", "a CVE in the form of Red Hat's API: Red Hat's CSAF and OSV documents are read"),
    (b"threat_severity", "a CVE in the form of Red Hat's API: Red Hat's CSAF and OSV documents are read"),
    (b"cveChanges", "an answer of the NVD on the history of records: it holds none"),
    (b"matchStrings", "an answer of the NVD on match criteria: it holds no records"),
    (b"spdxVersion", "an SBOM (SPDX): it is imported as an inventory"),
    (b"spdx_version", "an SBOM (SPDX): it is imported as an inventory"),
];

/// What the document is, for one that no reader wants.
pub(crate) fn named(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != b'[')?;
    let mut found = None;
    json::top_keys(bytes.get(start..)?, |key, value| {
        let text = bytes.get(start + value..).unwrap_or_default();
        let text = text.get(..text.len().min(256)).unwrap_or_default();
        let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
        found = BY_FIELD.iter().find(|(field, _)| *field == key).map(|(_, named)| *named);
        if key == b"format" && text.starts_with(b"NVD_CPE") {
            found = Some("an answer of the NVD on products: it holds no records");
        }
        if is_uuid(key) && text.starts_with(b"{") && (has(b"\"info\"") || has(b"\"Orgc\"")) {
            found = Some("a manifest of MISP: it names events and holds none");
        }
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

/// As [`named`], for the root of an XML document.
pub(crate) fn named_root(root: &str) -> &'static str {
    match root {
        "oval_definitions" => "OVAL definitions: the same distributions' OSV and CSAF documents are read",
        "STIX_Package" => "a STIX 1 package: only STIX 2 is read",
        "Result" => "an answer of MyJVN that lists no records",
        "bom" => "a BOM that is not of CycloneDX",
        _ => "an XML document that is neither CVRF nor of JVN nor of CycloneDX",
    }
}

fn is_uuid(key: &[u8]) -> bool {
    key.len() == 36
        && key.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
