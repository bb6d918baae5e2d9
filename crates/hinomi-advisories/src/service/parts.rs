// SPDX-License-Identifier: Apache-2.0
//! A document of statements is a record for each vulnerability; its newest revision alone counts, as a whole.
//!
//! ```text
//!   revision 1   DOC::CVE-1  DOC::CVE-2
//!   revision 2   DOC::CVE-1              ─► DOC::CVE-2 is taken back: its source says it no longer
//! ```
//! It does not matter in which order the revisions come.

use super::prepare::Prepared;
use crate::model::{AdvisoryError, precedence};
use crate::store::records;
use hinomi_advisory_formats::PART;
use hinomi_db::Tx;
use std::collections::{HashMap, HashSet};

/// The document that a record is, or is a part of; `None` for records that make no statements.
pub(super) fn document_of(id: &str) -> Option<&str> {
    let is_statement = ["csaf:", "openvex:", "cyclonedx-vex:"].iter().any(|space| id.starts_with(space));
    is_statement.then(|| id.split_once(PART).map_or(id, |(document, _)| document))
}

/// Leaves out parts of revisions that a newer one has replaced, and names the stored ones that the newest revision
/// no longer has; then the revisions, by hash, of which something was left out: it counts if the newer one goes.
pub(super) async fn settle(
    tx: &mut Tx,
    winners: &mut Vec<Prepared>,
) -> Result<(Vec<i64>, HashSet<String>), AdvisoryError> {
    let mut newest: HashMap<String, (Option<i64>, String)> = HashMap::new();
    for record in winners.iter() {
        let Some(document) = document_of(&record.id) else { continue };
        let own = (record.modified, record.hash.clone());
        newest
            .entry(document.to_owned())
            .and_modify(|known| {
                if precedence((own.0, &own.1), (known.0, &known.1)).is_gt() {
                    known.clone_from(&own);
                }
            })
            .or_insert(own);
    }
    if newest.is_empty() {
        return Ok((Vec::new(), HashSet::new()));
    }
    let documents: Vec<String> = newest.keys().cloned().collect();
    let stored = records::of_documents(tx, &documents).await?;
    for row in &stored {
        let Some(known) = document_of(&row.id).and_then(|document| newest.get_mut(document)) else {
            continue;
        };
        if row.absent_since.is_none() && precedence((row.modified, &row.hash), (known.0, &known.1)).is_gt() {
            *known = (row.modified, row.hash.clone());
        }
    }
    let counts = |id: &str, hash: &str| {
        document_of(id).and_then(|document| newest.get(document)).is_none_or(|(_, newest)| newest == hash)
    };
    let mut overtaken = HashSet::new();
    winners.retain(|record| {
        let does_count = counts(&record.id, &record.hash);
        if !does_count {
            overtaken.insert(record.hash.clone());
        }
        does_count
    });
    let written: HashSet<&str> = winners.iter().map(|record| record.id.as_str()).collect();
    let gone = stored.iter().filter(|row| {
        row.absent_since.is_none() && !written.contains(row.id.as_str()) && !counts(&row.id, &row.hash)
    });
    let gone = gone.map(|row| row.no).collect();
    Ok((gone, overtaken))
}

#[cfg(test)]
mod tests {
    use super::document_of;

    #[test]
    fn a_part_belongs_to_its_document() {
        assert_eq!(document_of("csaf:RHSA-2026:1::CVE-2026-1"), Some("csaf:RHSA-2026:1"));
        assert_eq!(document_of("openvex:https://example.org/a#b"), Some("openvex:https://example.org/a#b"));
        assert_eq!(document_of("nvd:CVE-2026-1"), None);
    }
}
