// SPDX-License-Identifier: Apache-2.0
//! A file per way of talking to a source. Each fills a [`Run`]: what to import, and where to go on next time.
//!
//! To add one: a variant of [`Kind`], a file here with a `collect`, a player in the test kit, a test in `tests/kinds.rs`.

mod csaf;
mod csaf_list;
mod cve;
mod file;
mod misp;
mod msrc;
mod nvd;
mod nvd_files;
mod osv;
mod taxii;

use serde::de::DeserializeOwned;

use crate::definition::Kind;
use crate::error::FetchError;
use crate::run::Run;

/// Asks the source for everything that is new. Blocking.
pub(crate) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    match run.definition.kind {
        Kind::File => file::collect(run),
        Kind::Osv => osv::collect(run),
        Kind::Cve => cve::collect(run),
        Kind::Nvd => nvd::collect(run),
        Kind::NvdFiles => nvd_files::collect(run),
        Kind::Csaf => csaf::collect(run),
        Kind::Msrc => msrc::collect(run),
        Kind::Taxii => taxii::collect(run),
        Kind::Misp => misp::collect(run),
    }
}

fn json<T: DeserializeOwned>(url: &str, bytes: &[u8]) -> Result<T, FetchError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(text).map_err(|error| FetchError::wrong(url, error.to_string()))
}

fn utf8<'a>(url: &str, bytes: &'a [u8]) -> Result<&'a str, FetchError> {
    std::str::from_utf8(bytes).map_err(|_| FetchError::wrong(url, "it is not UTF-8"))
}

/// A part of a path as a URL writes it: names of sources are data.
fn encoded(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte))
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// The base with one slash behind it.
fn folder(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}
