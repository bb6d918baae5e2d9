// SPDX-License-Identifier: Apache-2.0
//! A host that is known, and says from now on that it is another thing.
//!
//! ```text
//! what it says now, less what it said before ─ leads to an asset that is not its own ─→ a question; its word of
//!                                            │                                         before stays, and its inventory
//!                                            └ leads nowhere else ─→ reconciliation    stays where it was
//! ```
//! A copied document or a stolen secret would else make the neighbour part of the host that sends it, with its tickets.

use std::collections::BTreeSet;

use hinomi_core::{AssetId, Scope};
use serde_json::json;

use crate::enrolment::PUSH_SOURCE;
use crate::reconcile::{Key, QuestionKind, Rule, SourceRecord, keys_of};
use crate::service::adopt;
use crate::store::questions::{self, QuestionRow};
use crate::store::{self, records};
use crate::{Act, AssetError, Incoming};

/// Does the host of `bound` say from now on that it is something else, too? Then a person is asked, once.
pub(super) async fn is_claimed(
    act: &Act<'_>,
    incoming: &Incoming,
    bound: AssetId,
) -> Result<bool, AssetError> {
    let db = &act.app.db;
    let source = store::sources::all(db).await?.into_iter().find(|source| source.name == PUSH_SOURCE);
    let known = match source {
        Some(source) => records::named(db, source.id, std::slice::from_ref(&incoming.key)).await?.pop(),
        None => None,
    };
    let before: SourceRecord =
        known.as_ref().and_then(|row| serde_json::from_str(&row.data).ok()).unwrap_or_default();
    let before = keys_of(&before);
    let mut new = keys_of(&incoming.record);
    new.retain(|key| key.rule != Rule::Address && !before.contains(key));
    let hashes: Vec<i64> = new.iter().map(Key::hash).collect();
    let holders = records::holders(db, &hashes).await?;
    let ids: Vec<AssetId> = holders.iter().map(|(_, asset)| *asset).filter(|asset| *asset != bound).collect();
    let others = store::bound::by_ids(db, &ids).await?;
    let others: Vec<_> = others.into_iter().filter(|asset| asset.retired_at.is_none()).collect();
    let Some(first) = others.first() else { return Ok(false) };

    adopt(&Act { scope: Scope::all(), ..act.clone() }).await?;
    let asked = match &known {
        Some(row) => Some(row.id),
        None => records::of_assets(db, &[bound]).await?.first().map(|row| row.id),
    };
    let Some(asked) = asked else { return Ok(true) };
    let decided = store::decisions::of_records(db, &[asked]).await?;
    let is_apart = |record: i64| {
        decided.iter().any(|one| one.kind == "apart" && (one.left_id == record || one.right_id == record))
    };
    let mut candidates = Vec::new();
    for other in &others {
        let theirs = records::of_assets(db, &[other.id]).await?;
        if !theirs.iter().any(|row| is_apart(row.id)) {
            candidates.extend(theirs.first().map(|row| row.id));
        }
    }
    if candidates.is_empty() {
        // Somebody has said that they are two: nobody is asked again, and its word of before stays.
        return Ok(true);
    }
    let held: BTreeSet<i64> =
        holders.into_iter().filter(|(_, asset)| *asset != bound).map(|one| one.0).collect();
    let shared: Vec<&Key> = new.iter().filter(|key| held.contains(&key.hash())).collect();
    let question = QuestionRow {
        record_id: asked,
        kind: QuestionKind::Contradiction.name().to_owned(),
        rule: shared.first().map_or(Rule::Hostname, |key| key.rule).name().to_owned(),
        shared: json!(shared.iter().map(|key| &key.value).collect::<Vec<_>>()).to_string(),
        against: String::new(),
        candidates: json!(candidates).to_string(),
        unit_id: first.unit_id,
        opened_at: act.now,
        closed_at: None,
    };
    let mut tx = db.begin().await?;
    records::lock(&mut tx).await?;
    if questions::open_of(&mut tx, &[asked]).await?.is_empty() {
        questions::put(&mut tx, &[question]).await?;
    }
    tx.commit().await?;
    Ok(true)
}
