// SPDX-License-Identifier: Apache-2.0
//! SBOMs inside other JSON: in-toto statements (attestations of build tools), also signed ones (DSSE envelopes, alone or
//! in a bundle of Sigstore), GitHub's export of a dependency graph (`{"sbom": …}`), BuildKit's answer (`{"SPDX": …}`).
//!
//! Whether a signature holds is not asked here: who trusts a document decides that before it is read.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
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
    #[serde(borrow, rename = "dsseEnvelope")]
    signed: Option<&'a RawValue>,
    /// Base64 of the statement.
    #[serde(borrow)]
    payload: Option<Cow<'a, str>>,
}

/// The document inside, which is always shorter than its envelope.
pub(crate) fn inner(text: &str) -> Option<Cow<'_, str>> {
    let head = text.get(..text.len().min(4096)).unwrap_or(text);
    let signs = [
        "\"predicateType\"",
        "\"predicate\"",
        "\"sbom\"",
        "\"SPDX\"",
        "\"payloadType\"",
        "\"dsseEnvelope\"",
        "dev.sigstore.bundle",
    ];
    if !text.trim_start().starts_with('{') || !signs.iter().any(|sign| head.contains(sign)) {
        return None;
    }
    let envelope: Envelope<'_> = serde_json::from_str(text).ok()?;
    if let Some(payload) = envelope.payload {
        let statement = STANDARD.decode(payload.as_bytes()).or_else(|_| URL_SAFE.decode(payload.as_bytes()));
        return String::from_utf8(statement.ok()?).ok().map(Cow::Owned);
    }
    if let Some(signed) = envelope.signed {
        return Some(Cow::Borrowed(signed.get()));
    }
    let inner = envelope.predicate.or(envelope.sbom).or(envelope.spdx)?.get();
    // Other statements of in-toto tell how something was built.
    let is_sbom =
        ["\"bomFormat\"", "\"spdxVersion\"", "spdx.org/rdf/3"].iter().any(|sign| inner.contains(sign));
    is_sbom.then_some(Cow::Borrowed(inner))
}
