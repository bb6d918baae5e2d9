// SPDX-License-Identifier: Apache-2.0
//! The catalogue as CSV: the same fields under the same names, weaknesses with commas between them.

use super::{KevCatalogue, KevEntry};
use crate::error::{Cause, Place, ReadError};

pub(super) fn read(bytes: &[u8], path: &str) -> Result<KevCatalogue, ReadError> {
    let refuse = |line: usize, cause: String| {
        let place = Place { value: String::new(), line, column: 1 };
        ReadError::at(path, Some(place), Cause::Malformed(cause))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse(1, "it is not UTF-8".to_owned()))?;
    let (mut columns, mut entries): (Option<Vec<String>>, _) = (None, Vec::new());
    for (line, record) in records(text) {
        let cells = record.ok_or_else(|| refuse(line, "a quote is not closed".to_owned()))?;
        let Some(columns) = &columns else {
            columns = Some(cells.iter().map(|cell| cell.trim().to_owned()).collect());
            continue;
        };
        if cells.len() != columns.len() {
            return Err(refuse(line, format!("{} values stand under {} names", cells.len(), columns.len())));
        }
        let cell = |name: &str| columns.iter().position(|column| column == name).and_then(|at| cells.get(at));
        let text = |name: &str| cell(name).cloned().unwrap_or_default();
        let some = |name: &str| cell(name).filter(|value| !value.is_empty()).cloned();
        let cve = text("cveID");
        if !crate::nvd::is_cve_id(&cve) {
            let shown: String = cve.chars().take(40).collect();
            return Err(refuse(line, format!("`{shown}` is no CVE identifier")));
        }
        entries.push(KevEntry {
            cve,
            vendor_project: text("vendorProject"),
            product: text("product"),
            vulnerability_name: text("vulnerabilityName"),
            date_added: text("dateAdded"),
            short_description: text("shortDescription"),
            required_action: text("requiredAction"),
            due_date: some("dueDate"),
            known_ransomware_campaign_use: some("knownRansomwareCampaignUse"),
            notes: text("notes"),
            cwes: text("cwes")
                .split(',')
                .map(|cwe| cwe.trim().to_owned())
                .filter(|cwe| !cwe.is_empty())
                .collect(),
            extra: serde_json::Map::new(),
        });
    }
    Ok(KevCatalogue { title: String::new(), version: String::new(), released: String::new(), entries })
}

/// Records with the line that each begins on; a quoted cell may go on over lines. `None`: a quote stays open.
fn records(text: &str) -> impl Iterator<Item = (usize, Option<Vec<String>>)> {
    let mut lines = text.lines().enumerate();
    std::iter::from_fn(move || {
        let (index, first) = lines.by_ref().find(|(_, line)| !line.trim().is_empty())?;
        let mut record = first.to_owned();
        let is_odd = |line: &str| line.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
        let mut is_open = is_odd(first);
        while is_open {
            let Some((_, more)) = lines.next() else { return Some((index + 1, None)) };
            is_open ^= is_odd(more);
            record.push('\n');
            record.push_str(more);
        }
        Some((index + 1, crate::ssvc::csv_cells(&record)))
    })
}
