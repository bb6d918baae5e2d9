// SPDX-License-Identifier: Apache-2.0
//! SBOMs inside other JSON: in-toto statements (attestations of build tools), GitHub's export of a dependency graph
//! (`{"sbom": …}`), BuildKit's answer (`{"SPDX": …}`).

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    predicate: Option<&'a RawValue>,
    #[serde(borrow)]
    sbom: Option<&'a RawValue>,
    #[serde(borrow, rename = "SPDX")]
    spdx: Option<&'a RawValue>,
}

/// The document inside, which is always shorter than its envelope.
pub(crate) fn inner(text: &str) -> Option<&str> {
    let head = text.get(..text.len().min(4096)).unwrap_or(text);
    let signs = ["\"predicateType\"", "\"predicate\"", "\"sbom\"", "\"SPDX\""];
    if !text.trim_start().starts_with('{') || !signs.iter().any(|sign| head.contains(sign)) {
        return None;
    }
    let envelope: Envelope<'_> = serde_json::from_str(text).ok()?;
    let inner = envelope.predicate.or(envelope.sbom).or(envelope.spdx)?.get();
    // Other statements of in-toto tell how something was built.
    let is_sbom =
        ["\"bomFormat\"", "\"spdxVersion\"", "spdx.org/rdf/3"].iter().any(|sign| inner.contains(sign));
    is_sbom.then_some(inner)
}
