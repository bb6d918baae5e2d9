// SPDX-License-Identifier: Apache-2.0
//! Lists of others who say what is exploited, in the fields of CISA's catalogue or close to them.
//!
//! ```text
//! [{"cve": ["CVE-…"], "date_added": "2026-01-02T…", "vulnerabilityName": "…", "required_action": "…", …}, …]
//! ```
//! One entry may name several CVEs: each is an entry of its own. *Not verified on real files* of any maker.

use serde_json::{Map, Value};

use super::{KevCatalogue, KevEntry};
use crate::error::{Cause, ReadError};
use crate::json;

const CVE: &[&str] = &["cveID", "cve", "cve_id", "cveId"];
const ADDED: &[&str] = &["dateAdded", "date_added", "dateReported", "date_reported"];

/// True when the text is a list whose first entry names a CVE and the day on which it was listed.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let Some(start) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()) else { return false };
    if bytes.get(start) != Some(&b'[') {
        return false;
    }
    let first = bytes.get(start + 1..).unwrap_or_default();
    let Some(open) = first.iter().position(|byte| !byte.is_ascii_whitespace()) else { return false };
    let (mut names_cve, mut names_day) = (false, false);
    json::top_keys(first.get(open..).unwrap_or_default(), |key, _| {
        names_cve |= CVE.iter().any(|name| name.as_bytes() == key);
        names_day |= ADDED.iter().any(|name| name.as_bytes() == key);
        if names_cve && names_day {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    });
    names_cve && names_day
}

pub(super) fn read(bytes: &[u8], path: &str) -> Result<KevCatalogue, ReadError> {
    let list: Vec<Map<String, Value>> = json::parse(bytes, path)?;
    let mut entries = Vec::with_capacity(list.len());
    for (index, entry) in list.into_iter().enumerate() {
        let text = |names: &[&str]| {
            names.iter().find_map(|name| entry.get(*name)?.as_str()).unwrap_or_default().to_owned()
        };
        let some = |names: &[&str]| Some(text(names)).filter(|value| !value.is_empty());
        let named = CVE.iter().find_map(|name| entry.get(*name));
        let cves: Vec<&str> = match named {
            Some(Value::String(cve)) => vec![cve.as_str()],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if cves.is_empty() {
            return Err(ReadError::new(path, Cause::Malformed(format!("[{index}] names no CVE"))));
        }
        for cve in cves {
            if !crate::nvd::is_cve_id(cve) {
                let shown: String = cve.chars().take(40).collect();
                return Err(json::wrong(
                    path,
                    format!("[{index}]"),
                    format!("`{shown}` is no CVE identifier"),
                ));
            }
            entries.push(KevEntry {
                cve: cve.to_owned(),
                vendor_project: text(&["vendorProject", "vendor_project"]),
                product: text(&["product"]),
                vulnerability_name: text(&["vulnerabilityName", "vulnerability_name", "name"]),
                date_added: text(ADDED),
                short_description: text(&["shortDescription", "short_description"]),
                required_action: text(&["requiredAction", "required_action"]),
                due_date: some(&["dueDate", "due_date"]),
                known_ransomware_campaign_use: some(&["knownRansomwareCampaignUse"]),
                notes: text(&["notes"]),
                cwes: Vec::new(),
                extra: Map::new(),
            });
        }
    }
    Ok(KevCatalogue { title: String::new(), version: String::new(), released: String::new(), entries })
}
