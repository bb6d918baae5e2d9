// SPDX-License-Identifier: Apache-2.0
//! Published security advisories, read into one model.
//!
//! ```text
//!   bytes + name ──► read ──► sniff ──► osv (JSON, YAML) ──► Vec<Advisory>
//!                                  ├──► cve, nvd (API 2.0, feed 1.1, overrides)
//!                                  ├──► csaf, vex (OpenVEX, CycloneDX)
//!                                  ├──► debian_list (DSA, DLA), debian_tracker (its state, its list of CVEs)
//!                                  ├──► msrc (CVRF), jvn (VULDEF, JVNRSS)
//!                                  ├──► native (Alpine secdb, FriendsOfPHP, Ruby, Haskell, Node.js)
//!                                  └──► anything else    ──► ReadError (place and cause)
//!   bytes        ──► kev::read ─────────────────────────────► KevCatalogue
//!                ──► epss::read ────────────────────────────► EpssScores
//!                ──► ssvc::read, threat::read, lifecycle::read
//!                ──► read_document ─────────────────────────► whichever of these it is
//! ```
//!
//! The model is that of the [OSV schema](https://ossf.github.io/osv-schema/) (1.7), because every other
//! format we know can be said in it, together with CPE configurations and statements on products (VEX). Of an OSV
//! record nothing is lost: fields that the model does not name stay in the `extra` of the object they came with. What
//! is used of the other formats is in `FORMATS.md`; their originals are for the caller to keep. Reading is pure: bytes in, records out, no clock, no
//! panic, size and depth bounded.
//!
//! ```
//! let text = br#"{"id": "DEMO-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"},
//!   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}]}"#;
//! let advisories = hinomi_advisory_formats::read(text, "demo.json")?;
//! assert_eq!(advisories[0].affected[0].package.name, "demo");
//! # Ok::<(), hinomi_advisory_formats::ReadError>(())
//! ```

mod apart;
mod configurations;
mod csaf;
mod cve;
mod cvss;
mod debian_list;
mod debian_tracker;
mod document;
mod envelope;
pub mod epss;
mod error;
mod foreign;
mod json;
mod jvn;
pub mod kev;
pub mod lifecycle;
mod model;
mod msrc;
mod native;
mod nvd;
mod osv;
mod place;
mod span;
mod split;
pub mod ssvc;
pub mod threat;
mod time;
mod vex;
mod xml;

pub use apart::{PART, by_vulnerability};
pub use document::{Document, read_document};
pub use error::{Cause, Place, ReadError};
pub use model::{
    Advisory, Affected, Configuration, ConfigurationNode, CpeMatch, Credit, Event, Format, Hash, Micros,
    Operator, Package, Product, Range, RangeKind, Reference, Severity, Statement, Status, Warning,
};
pub use split::{split, split_each};

/// Largest document that is read: bigger ones are refused before any work is done.
pub const MAX_DOCUMENT_BYTES: usize = 256 << 20;

/// Largest YAML document: reading YAML takes an order of magnitude more time and memory than JSON.
pub const MAX_YAML_BYTES: usize = 16 << 20;

/// Reads every advisory of one document; its format is found by content.
///
/// `path` is only used in messages and, where content does not decide, for its extension.
pub fn read(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let mut records = Vec::new();
    let mut first_failure = None;
    read_each(bytes, path, &mut |record| match record {
        Ok(record) => records.push(record),
        Err(error) => first_failure = first_failure.take().or(Some(error)),
    })?;
    first_failure.map_or(Ok(records), Err)
}

/// Reads a document record by record, so that a year of the NVD needs no more memory than its text. A record that
/// cannot be read is handed over as its error and the others go on; `Err` is a document that is broken itself.
pub fn read_each(
    bytes: &[u8],
    path: &str,
    visit: &mut dyn FnMut(Result<Advisory, ReadError>),
) -> Result<(), ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: MAX_DOCUMENT_BYTES }));
    }
    let bytes: &[u8] = &envelope::unwrapped(bytes, path)?;
    let all = |records: Vec<Advisory>| records.into_iter().for_each(|record| visit(Ok(record)));
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(ReadError::new(path, Cause::Unrecognised("the file is empty"))),
        Some(b'[') if debian_list::looks_like_list(bytes) => debian_list::read(bytes, path).map(all),
        Some(b'{') => match json::form(bytes) {
            json::Form::Cve => cve::read(bytes, path).map(|record| visit(Ok(record))),
            json::Form::NvdApi => nvd::read_api(bytes, path, visit),
            json::Form::NvdFeed => nvd::read_feed(bytes, path, visit),
            json::Form::NvdOverride => nvd::read_override(bytes, path).map(|record| visit(Ok(record))),
            json::Form::Csaf => csaf::read(bytes, path).map(|record| visit(Ok(record))),
            json::Form::OpenVex => vex::openvex::read(bytes, path).map(|record| visit(Ok(record))),
            json::Form::CycloneDx => vex::cyclonedx::read(bytes, path).map(|record| visit(Ok(record))),
            json::Form::AlpineSecdb => native::alpine::read_json(bytes, path).map(all),
            _ if debian_tracker::looks_like_json(bytes) => debian_tracker::read_json(bytes, path).map(all),
            _ => read_osv(bytes, path).map(all),
        },
        Some(b'[') => read_osv(bytes, path).map(all),
        Some(b'<') => read_xml(bytes, path).map(all),
        Some(b'C') if debian_tracker::looks_like_list(bytes) => {
            debian_tracker::read_list(bytes, path).map(all)
        }
        Some(_) => read_yaml(bytes, path).map(all),
    }
}

/// What is no OSV may be npm's old form: looked for only then, so that OSV is not searched twice.
fn read_osv(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    osv::read_json(bytes, path).or_else(|error| native::node::read(bytes, path).unwrap_or(Err(error)))
}

fn read_xml(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    match xml::root_name(bytes) {
        Some(root) if msrc::looks_like(&root) => msrc::read(bytes, path),
        Some(root) if jvn::looks_like(&root, bytes) => jvn::read(bytes, path),
        Some(root) if vex::cyclonedx_xml::looks_like(&root, bytes) => {
            vex::cyclonedx::read_xml(&xml::parse(bytes, path)?, path).map(|record| vec![record])
        }
        root => {
            let name = foreign::named_root(root.as_deref().unwrap_or_default());
            Err(ReadError::new(path, Cause::Unrecognised(name)))
        }
    }
}

fn read_yaml(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let none = Cause::Unrecognised("neither a JSON document nor a YAML record of a known form");
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(ReadError::new(path, none)) };
    let is_osv = osv::looks_like_yaml(bytes);
    let native = if is_osv { None } else { native::reader_of(text) };
    if native.is_none() && !is_osv {
        return Err(ReadError::new(path, none));
    }
    if bytes.len() > MAX_YAML_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: MAX_YAML_BYTES }));
    }
    match native {
        Some(reader) => reader(text, path),
        None => osv::read_yaml(bytes, path),
    }
}
