// SPDX-License-Identifier: Apache-2.0
//! Why a match no longer holds, in the words of whoever said so.
//!
//! ```text
//! the record was withdrawn            → by which feed, since when
//! its feed no longer has the record   → which feed, since when
//! its maker says "not affected"       → which record, by which feed
//! the record says something else now  → which record, by which feed, when it changed
//! ```

use crate::model::{Closure, TicketError};
use crate::plan::Proof;
use hinomi_advisories::read::{RecordMeta, record_metas};
use hinomi_core::Time;
use hinomi_db::Db;
use serde_json::json;
use std::collections::HashMap;

/// Puts into the evidence of what was retracted who took it back.
pub(super) async fn explain(
    db: &Db,
    vanished: &[(i64, i64, i64)],
    proofs: &mut HashMap<(i64, i64), Proof>,
) -> Result<(), TicketError> {
    let is_retracted =
        |proof: &Proof| proof.closure == Closure::Retracted && proof.evidence["record"].is_null();
    let retracted: Vec<&(i64, i64, i64)> = vanished
        .iter()
        .filter(|(ticket, vulnerability, _)| proofs.get(&(*ticket, *vulnerability)).is_some_and(is_retracted))
        .collect();
    if retracted.is_empty() {
        return Ok(());
    }
    let mut components: Vec<u32> = retracted.iter().map(|(_, _, component)| *component as u32).collect();
    components.sort_unstable();
    components.dedup();
    let ended = hinomi_findings::ended_last(db, &components).await?;
    let denied = hinomi_findings::matches_of_components(db, &components, hinomi_findings::OPEN - 1).await?;
    let denied: HashMap<(i64, i64), i64> = denied
        .into_iter()
        .filter(|row| row.state == "not_affected")
        .map(|row| ((row.component_id, row.vulnerability_id), row.advisory_no))
        .collect();
    let mut numbers: Vec<i64> = ended.values().flatten().chain(denied.values()).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let metas: HashMap<i64, RecordMeta> =
        record_metas(db, &numbers).await?.into_iter().map(|meta| (meta.no, meta)).collect();
    for (ticket, vulnerability, component) in retracted {
        let pair = (*component, *vulnerability);
        let records = ended.get(&pair).into_iter().flatten().filter_map(|no| metas.get(no));
        let maker = denied.get(&pair).and_then(|no| metas.get(no));
        let Some((why, meta, at)) = reason(records, maker) else { continue };
        if let Some(evidence) =
            proofs.get_mut(&(*ticket, *vulnerability)).and_then(|proof| proof.evidence.as_object_mut())
        {
            evidence.insert("why".to_owned(), json!(why));
            evidence.insert("record".to_owned(), json!(meta.id));
            evidence.insert("feed".to_owned(), json!(meta.feed));
            evidence.insert("said_at".to_owned(), json!(at.map(Time::from_micros)));
        }
    }
    Ok(())
}

/// What was withdrawn last says it best; then what a maker says, then what says something else now.
fn reason<'a>(
    records: impl Iterator<Item = &'a RecordMeta>,
    maker: Option<&'a RecordMeta>,
) -> Option<(&'static str, &'a RecordMeta, Option<i64>)> {
    let mut records: Vec<&RecordMeta> = records.collect();
    records.sort_by(|left, right| (left.withdrawn, &left.id).cmp(&(right.withdrawn, &right.id)));
    let last = records.last().copied();
    match (last, maker) {
        (Some(meta), _) if meta.absent_since.is_some() => Some(("record-absent", meta, meta.absent_since)),
        (Some(meta), _) if meta.withdrawn.is_some() => Some(("record-withdrawn", meta, meta.withdrawn)),
        (_, Some(meta)) => Some(("said-not-affected", meta, meta.modified)),
        (Some(meta), None) => Some(("record-corrected", meta, meta.modified)),
        (None, None) => None,
    }
}
