// SPDX-License-Identifier: Apache-2.0
//! Documents inside attestations.
//!
//! ```text
//!   Sigstore bundle ─ dsseEnvelope ─► DSSE envelope ─ payload (base64) ─► statement of in-toto ─ predicate ─► VEX
//! ```
//! Whether a signature holds is not asked here: who trusts a document decides that before it is read.
//!
//! DSSE 1.0 (secure-systems-lab), in-toto attestation framework: Statement v0.1 and v1.

use std::borrow::Cow;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Cause, ReadError};
use crate::json;

/// A bundle, its envelope, the statement.
const LAYERS: usize = 3;

#[derive(Deserialize)]
struct Layer<'a> {
    #[serde(borrow, rename = "dsseEnvelope")]
    signed: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<Cow<'a, str>>,
    #[serde(borrow)]
    predicate: Option<&'a RawValue>,
}

/// The document itself, without what is around it.
pub(crate) fn unwrapped<'a>(bytes: &'a [u8], path: &str) -> Result<Cow<'a, [u8]>, ReadError> {
    let mut inner = Cow::Borrowed(bytes);
    for _ in 0..LAYERS {
        match layer(&inner, path)? {
            Some(next) => inner = Cow::Owned(next),
            None => break,
        }
    }
    Ok(inner)
}

fn layer(bytes: &[u8], path: &str) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(kind) = kind(bytes) else { return Ok(None) };
    let layer: Layer<'_> = json::parse(bytes, path)?;
    match (kind, layer) {
        (Kind::Bundle, Layer { signed: Some(signed), .. }) => Ok(Some(signed.get().as_bytes().to_vec())),
        (Kind::Envelope, Layer { payload: Some(payload), .. }) => {
            let text = payload.as_bytes();
            let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
            let broken = |_| {
                let cause = Cause::Malformed("the payload of the envelope is not base64".to_owned());
                ReadError::new(path, cause)
            };
            bytes.map(Some).map_err(broken)
        }
        (Kind::Statement, Layer { predicate: Some(predicate), .. }) => {
            let inner = predicate.get().as_bytes();
            match json::form(inner) {
                // Its reader wants the subjects of the statement, too.
                json::Form::OpenVex => Ok(None),
                json::Form::CycloneDx | json::Form::Csaf => Ok(Some(inner.to_vec())),
                _ => {
                    let cause = Cause::Unrecognised("a statement of in-toto that is no VEX");
                    Err(ReadError::new(path, cause))
                }
            }
        }
        _ => Ok(None),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bundle,
    Envelope,
    Statement,
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    let mut found = None;
    let mut keys = 0;
    json::top_keys(bytes, |key, value| {
        keys += 1;
        let text = bytes.get(value..value.saturating_add(64).min(bytes.len())).unwrap_or_default();
        found = match key {
            b"dsseEnvelope" => Some(Kind::Bundle),
            b"payloadType" => Some(Kind::Envelope),
            // Before the type, and a long text.
            b"payload" if text.iter().all(|byte| *byte != b'{') => Some(Kind::Envelope),
            b"predicateType" => Some(Kind::Statement),
            _ => None,
        };
        if found.is_some() || keys >= 8 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use crate::{Format, read};

    fn statement() -> Value {
        json!({"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://openvex.dev/ns/v0.2.0",
            "subject": [{"name": "pkg:oci/demo", "digest": {"sha256": "ab12"}}],
            "predicate": {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://demo.example/vex/1", "author": "demo",
                "timestamp": "2026-01-02T00:00:00Z", "version": 1, "statements": [
                {"vulnerability": {"name": "CVE-2026-0001"}, "status": "fixed"},
                {"vulnerability": {"name": "CVE-2026-0002"}, "products": [{"@id": "pkg:pypi/demo@1"}], "status": "fixed"}]}})
    }

    fn envelope(statement: &Value) -> Value {
        json!({"payloadType": "application/vnd.in-toto+json", "payload": STANDARD.encode(statement.to_string()),
            "signatures": [{"keyid": "", "sig": "AA=="}]})
    }

    #[test]
    fn a_signed_statement_is_read_as_the_document_in_it() {
        let bare = statement();
        let signed = envelope(&bare);
        let bundle = json!({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {}, "dsseEnvelope": signed});
        let expected = read(bare.to_string().as_bytes(), "a.json").unwrap();
        assert_eq!(
            (expected[0].id.as_str(), expected[0].source),
            ("https://demo.example/vex/1", Format::OpenVex)
        );
        // Who names no product means what the statement is about.
        let products = &expected[0].statements[0].products;
        assert_eq!(
            (products[0].purl.as_deref(), products[0].hashes[0].value.as_str()),
            (Some("pkg:oci/demo"), "ab12")
        );
        assert_eq!(expected[0].statements[1].products[0].purl.as_deref(), Some("pkg:pypi/demo@1"));
        for form in [signed, bundle] {
            assert_eq!(read(form.to_string().as_bytes(), "a.json").unwrap(), expected);
        }
    }

    #[test]
    fn other_statements_are_called_what_they_are_and_broken_ones_refused() {
        let mut built = statement();
        built["predicateType"] = json!("https://slsa.dev/provenance/v1");
        built["predicate"] = json!({"buildDefinition": {}});
        let error = read(envelope(&built).to_string().as_bytes(), "a.json").unwrap_err();
        assert!(error.is_unrecognised() && error.to_string().contains("no VEX"), "{error}");
        let mut broken = envelope(&statement());
        broken["payload"] = json!("***");
        assert!(
            read(broken.to_string().as_bytes(), "a.json").unwrap_err().to_string().contains("not base64")
        );
        let mut nested = envelope(&statement());
        for _ in 0..8 {
            nested = envelope(&nested);
        }
        assert!(read(nested.to_string().as_bytes(), "a.json").is_err());
        let bom = json!({"predicateType": "https://cyclonedx.org/bom", "subject": [], "predicate": {"bomFormat": "CycloneDX",
            "specVersion": "1.5", "serialNumber": "urn:uuid:00000000-0000-4000-8000-000000000001", "vulnerabilities": [
            {"id": "CVE-2026-0003", "analysis": {"state": "not_affected"}, "affects": [{"ref": "pkg:pypi/demo@1"}]}]}});
        assert_eq!(
            read(envelope(&bom).to_string().as_bytes(), "a.json").unwrap()[0].source,
            Format::CycloneDxVex
        );
    }
}
