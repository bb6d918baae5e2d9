// SPDX-License-Identifier: Apache-2.0
//! One door for every file of a feed: what it is, and what it holds.
//!
//! ```text
//!   bytes ─► read_document ─┬─ Advisories        records, see `read`
//!                           ├─ KnownExploited    a catalogue of what is exploited (JSON or CSV)
//!                           ├─ Scores            EPSS
//!                           ├─ Ssvc              decision points, tables, selections
//!                           ├─ Lifecycles        until when releases get fixes
//!                           └─ Threats           STIX, MISP
//! ```

use crate::error::{Cause, ReadError};
use crate::lifecycle::Lifecycle;
use crate::ssvc::SsvcDocument;
use crate::threat::Threats;
use crate::{Advisory, epss, foreign, json, kev, lifecycle, ssvc, threat};

/// What a document holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// Records.
    Advisories(Vec<Advisory>),
    /// A catalogue of known exploited vulnerabilities.
    KnownExploited(Box<kev::KevCatalogue>),
    /// A day's scores.
    Scores(Box<epss::EpssScores>),
    /// SSVC.
    Ssvc(Box<SsvcDocument>),
    /// Ends of life.
    Lifecycles(Vec<Lifecycle>),
    /// Threat intelligence.
    Threats(Box<Threats>),
}

/// Reads whatever it is; a document that is none of these is refused with what it is, where that can be told.
pub fn read_document(bytes: &[u8], path: &str) -> Result<Document, ReadError> {
    if is_json_schema(bytes) {
        let cause = Cause::Unrecognised("a JSON schema: it describes documents and holds no records");
        return Err(ReadError::new(path, cause));
    }
    if kev::looks_like_catalogue(bytes) || kev::looks_like_table(bytes) {
        return kev::read(bytes, path).map(|catalogue| Document::KnownExploited(Box::new(catalogue)));
    }
    if epss::looks_like_scores(bytes) {
        return epss::read(bytes, path).map(|scores| Document::Scores(Box::new(scores)));
    }
    if ssvc::looks_like(bytes) {
        return ssvc::read(bytes, path).map(|document| Document::Ssvc(Box::new(document)));
    }
    if threat::looks_like(bytes) {
        return threat::read(bytes, path).map(|threats| Document::Threats(Box::new(threats)));
    }
    if lifecycle::looks_like(bytes) {
        return lifecycle::read(bytes, path).map(Document::Lifecycles);
    }
    crate::read(bytes, path).map(Document::Advisories).map_err(|error| named(bytes, error))
}

/// What no reader wants is called by its name where it has one.
fn named(bytes: &[u8], error: ReadError) -> ReadError {
    let may_be_foreign = matches!(
        error.cause,
        Cause::Unrecognised(_) | Cause::Malformed(_) | Cause::Missing("vulnerabilities")
    );
    match foreign::named(bytes).filter(|_| may_be_foreign) {
        Some(name) => ReadError::new(&error.path, Cause::Unrecognised(name)),
        None => error,
    }
}

/// `"$schema": "https://json-schema.org/…"` among the outermost fields; other documents name their schema, too.
fn is_json_schema(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return false;
    }
    let mut found = false;
    let mut keys = 0;
    json::top_keys(bytes, |key, value| {
        keys += 1;
        let text = bytes.get(value..value.saturating_add(64).min(bytes.len())).unwrap_or_default();
        found = key == b"$schema" && text.windows(15).any(|window| window == b"json-schema.org");
        // Schemas say so at their beginning.
        if found || keys >= 6 {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{Document, read_document};

    #[test]
    fn every_kind_goes_through_one_door() {
        let kind = |text: &str, path: &str| match read_document(text.as_bytes(), path).unwrap() {
            Document::Advisories(list) => format!("{} advisories", list.len()),
            Document::KnownExploited(catalogue) => format!("{} exploited", catalogue.entries.len()),
            Document::Scores(scores) => format!("{} scores", scores.entries.len()),
            Document::Ssvc(_) => "ssvc".to_owned(),
            Document::Lifecycles(list) => format!("{} products", list.len()),
            Document::Threats(threats) => format!("{} threats", threats.alone().len()),
        };
        assert_eq!(kind(r#"{"id": "X-1", "modified": "2026-01-01T00:00:00Z"}"#, "x.json"), "1 advisories");
        assert_eq!(kind("cve,epss,percentile\nCVE-2026-0001,0.1,0.2\n", "e.csv"), "1 scores");
        assert_eq!(
            kind("cveID,dateAdded,notes\nCVE-2026-0001,2026-01-02,\"a, b\"\n", "k.csv"),
            "1 exploited"
        );
        assert_eq!(kind("row,A v1.0.0,B v1.0.0\n0,no,later\n1,yes,now\n", "t.csv"), "ssvc");
        assert_eq!(kind(r#"[{"cycle": "1", "eol": true}]"#, "demo.json"), "1 products");
        assert_eq!(kind(r#"{"type": "bundle", "id": "bundle--1", "objects": []}"#, "b.json"), "0 threats");
        let schema = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}"#;
        let error = read_document(schema.as_bytes(), "s.json").unwrap_err();
        assert!(error.is_unrecognised() && error.to_string().contains("a JSON schema"), "{error}");
    }
}
