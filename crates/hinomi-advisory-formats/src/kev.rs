// SPDX-License-Identifier: Apache-2.0
//! CISA's catalogue of known exploited vulnerabilities, in the JSON of its schema 1.0 and as the CSV beside it; and lists of
//! others in its fields.

mod list;
mod table;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Cause, ReadError};
use crate::place::place_at;

/// The whole catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KevCatalogue {
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Its version, a date with dots.
    #[serde(rename = "catalogVersion")]
    pub version: String,
    /// When it was released, as written.
    #[serde(rename = "dateReleased")]
    pub released: String,
    /// Its entries.
    #[serde(rename = "vulnerabilities")]
    pub entries: Vec<KevEntry>,
}

/// One vulnerability that is being exploited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KevEntry {
    /// The CVE.
    #[serde(rename = "cveID")]
    pub cve: String,
    /// Vendor or project.
    #[serde(default)]
    pub vendor_project: String,
    /// Product.
    #[serde(default)]
    pub product: String,
    /// A short title.
    #[serde(default)]
    pub vulnerability_name: String,
    /// Date of entry, `YYYY-MM-DD`.
    pub date_added: String,
    /// A short description.
    #[serde(default)]
    pub short_description: String,
    /// What to do.
    #[serde(default)]
    pub required_action: String,
    /// Due date for federal agencies, `YYYY-MM-DD`.
    #[serde(default)]
    pub due_date: Option<String>,
    /// `Known` or `Unknown`, as written.
    #[serde(default)]
    pub known_ransomware_campaign_use: Option<String>,
    /// Links and remarks.
    #[serde(default)]
    pub notes: String,
    /// Weaknesses.
    #[serde(default)]
    pub cwes: Vec<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl KevEntry {
    /// True when ransomware campaigns are known to use it.
    #[must_use]
    pub fn in_ransomware(&self) -> bool {
        self.known_ransomware_campaign_use.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("known"))
    }

    /// Microseconds since 1970 of the day it was entered.
    #[must_use]
    pub fn added_micros(&self) -> Option<i64> {
        crate::time::micros(&self.date_added)
    }

    /// Microseconds since 1970 of the due date.
    #[must_use]
    pub fn due_micros(&self) -> Option<i64> {
        self.due_date.as_deref().and_then(crate::time::micros)
    }
}

/// True when the text begins like the catalogue, so that a caller can tell it from advisories.
#[must_use]
pub fn looks_like_catalogue(bytes: &[u8]) -> bool {
    if list::looks_like(bytes) {
        return true;
    }
    let head = &bytes[..bytes.len().min(2048)];
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    // The catalogue's own JSON schema names the same field.
    has(b"\"catalogVersion\"") && !has(b"\"$schema\"")
}

/// True when the text begins like the catalogue as a table.
#[must_use]
pub fn looks_like_table(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let bare = |name: &'_ [u8]| name.iter().copied().filter(|byte| *byte != b'"').collect::<Vec<u8>>();
    let columns: Vec<Vec<u8>> = line.trim_ascii().split(|byte| *byte == b',').map(bare).collect();
    let has = |wanted: &[u8]| columns.iter().any(|name| name.trim_ascii() == wanted);
    has(b"cveID") && has(b"dateAdded")
}

/// Reads the catalogue, JSON or CSV.
pub fn read(bytes: &[u8], path: &str) -> Result<KevCatalogue, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > crate::MAX_DOCUMENT_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: crate::MAX_DOCUMENT_BYTES }));
    }
    if looks_like_table(bytes) {
        return table::read(bytes, path);
    }
    if list::looks_like(bytes) {
        return list::read(bytes, path);
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let place = place_at(bytes, error.line(), error.column());
        ReadError::at(path, Some(place), Cause::Malformed(error.to_string()))
    })
}
