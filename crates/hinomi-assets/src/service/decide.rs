// SPDX-License-Identifier: Apache-2.0
//! What people decide: which of the proposed, none of them, merge, split; and to take it back.
//!
//! A decision is kept for ever and stands until it is revoked; it says something of two records, so that it holds
//! whatever the sources say later.

use std::collections::HashSet;

use hinomi_core::{AssetId, Scope, UnitId, Uuid};
use hinomi_db::Tx;
use serde_json::json;

use super::Act;
use super::reconcile::{AssetsReconciled, adopt, reconcile_these};
use super::record::{Subject, record};
use crate::error::AssetError;
use crate::store;
use crate::store::assets::AssetRow;
use crate::store::decisions::{self, DecisionRow};
use crate::store::records::{self, RecordRow};

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is the thing of this record.
    Same(i64),
    /// It is none of those proposed, but a thing of its own.
    Separate,
}

/// What a decision did. `id` takes it back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct AssetDecided {
    pub id: String,
    pub reconciled: AssetsReconciled,
}

/// Decisions of one act of a person.
struct Deed<'a, 'b> {
    act: &'a Act<'b>,
    id: Uuid,
    unit: UnitId,
    made: usize,
    touched: HashSet<i64>,
}

impl<'a, 'b> Deed<'a, 'b> {
    fn new(act: &'a Act<'b>, unit: UnitId) -> Self {
        Self { act, id: act.app.ids.uuid7(act.now), unit, made: 0, touched: HashSet::new() }
    }

    /// Says it, and takes back what says the opposite of the same two.
    async fn say(
        &mut self,
        tx: &mut Tx,
        kind: &'static str,
        left: &RecordRow,
        right: &RecordRow,
    ) -> Result<(), AssetError> {
        self.made += 1;
        let opposite: Vec<String> = decisions::of_records_tx(tx, &[left.id])
            .await?
            .into_iter()
            .filter(|known| {
                let pair = (known.left_id, known.right_id);
                pair == (left.id, right.id) || pair == (right.id, left.id)
            })
            .map(|known| known.id)
            .collect();
        let by = self.act.actor.display_name();
        decisions::revoke(tx, &opposite, self.act.now, by).await?;
        let row = DecisionRow {
            id: format!("{}.{:06}", self.id, self.made),
            kind: kind.to_owned(),
            left_id: left.id,
            right_id: right.id,
            left_asset: left.asset_id,
            right_asset: right.asset_id,
            unit_id: self.unit,
            decided_at: self.act.now,
            decided_by: by.to_owned(),
            reason: self.act.reason.clone(),
            revoked_at: None,
            revoked_by: None,
        };
        decisions::insert(tx, &row).await?;
        self.touched.extend([left.id, right.id]);
        Ok(())
    }

    async fn done(self, mut tx: Tx) -> Result<AssetDecided, AssetError> {
        let records: Vec<i64> = self.touched.into_iter().collect();
        records::mark_dirty(&mut tx, &records).await?;
        tx.commit().await?;
        let reconciled = look_again(self.act, &records).await?;
        Ok(AssetDecided { id: self.id.to_string(), reconciled })
    }
}

/// What a person decided may touch more than they see: the rest follows by machine.
async fn look_again(act: &Act<'_>, records: &[i64]) -> Result<AssetsReconciled, AssetError> {
    let everywhere = Act { scope: Scope::all(), ..act.clone() };
    reconcile_these(&everywhere, records).await
}

/// Most decisions of one act: a merge of many assets with many records says much.
const MOST: usize = 200;

/// Answers an open question.
pub async fn question_decide(
    act: &Act<'_>,
    question: i64,
    answer: Answer,
) -> Result<AssetDecided, AssetError> {
    let db = &act.app.db;
    let found = store::questions::get(db, question).await?;
    let open = found.filter(|row| row.closed_at.is_none() && act.scope.contains(row.unit_id));
    let asked = open.ok_or(AssetError::QuestionNotFound { id: question })?;
    let candidates = asked.candidates();
    let mut wanted = candidates.clone();
    wanted.push(question);
    let mut tx = db.begin().await?;
    records::lock(&mut tx).await?;
    let rows = records::by_ids_tx(&mut tx, &wanted).await?;
    let row = |id: i64| rows.iter().find(|row| row.id == id).ok_or(AssetError::QuestionNotFound { id });
    let asked_row = row(question)?;
    if !is_own_or_unclaimed(&mut tx, act, asked_row.asset_id).await? {
        return Err(AssetError::QuestionOfOthers { id: question });
    }
    if let Answer::Same(candidate) = answer
        && !candidates.contains(&candidate)
    {
        return Err(AssetError::NotProposed { record: candidate });
    }
    let mut deed = Deed::new(act, asked.unit_id);
    for candidate in candidates {
        let candidate_row = row(candidate)?;
        may_touch(&mut tx, act, candidate_row).await?;
        let kind = if answer == Answer::Same(candidate) { "same" } else { "apart" };
        deed.say(&mut tx, kind, asked_row, candidate_row).await?;
    }
    let after = json!({ "question": question, "answer": match answer { Answer::Same(id) => json!(id), Answer::Separate => json!("separate") } });
    audit(&mut tx, act, asked.unit_id, "asset.decide", &after).await?;
    deed.done(tx).await
}

/// What nobody has claimed may become part of an own asset; what another unit has may not.
async fn is_own_or_unclaimed(tx: &mut Tx, act: &Act<'_>, asset: Option<AssetId>) -> Result<bool, AssetError> {
    let Some(id) = asset else { return Ok(true) };
    let found = store::assets::get_tx(tx, id).await?;
    Ok(found.is_none_or(|asset| asset.unassigned || act.scope.contains(asset.unit_id)))
}

/// The records of an asset that a writer may not change are not theirs to decide about.
async fn may_touch(tx: &mut Tx, act: &Act<'_>, row: &RecordRow) -> Result<(), AssetError> {
    let Some(id) = row.asset_id else { return Ok(()) };
    let asset = store::assets::get_tx(tx, id).await?;
    match asset.filter(|asset| act.scope.contains(asset.unit_id)) {
        Some(_) => Ok(()),
        None => Err(AssetError::AssetNotFound { id }),
    }
}

async fn audit(
    tx: &mut Tx,
    act: &Act<'_>,
    unit: UnitId,
    action: &'static str,
    after: &serde_json::Value,
) -> Result<(), AssetError> {
    use hinomi_platform::audit::{self, AuditEvent};
    let event =
        AuditEvent::new(act.actor, action, "asset", "decision").unit(unit).after(after).reason(&act.reason);
    Ok(audit::append(tx, act.app, event).await?)
}

async fn visible(tx: &mut Tx, act: &Act<'_>, id: AssetId) -> Result<AssetRow, AssetError> {
    let found = store::assets::get_tx(tx, id).await?;
    found.filter(|asset| act.scope.contains(asset.unit_id)).ok_or(AssetError::AssetNotFound { id })
}

/// Before anything is written on behalf of somebody who may not.
pub(super) async fn in_scope(act: &Act<'_>, id: AssetId) -> Result<(), AssetError> {
    let found = store::assets::get(&act.app.db, id).await?;
    match found.filter(|asset| act.scope.contains(asset.unit_id)) {
        Some(_) => Ok(()),
        None => Err(AssetError::AssetNotFound { id }),
    }
}

/// Makes one asset of several: the others become part of `into`.
pub async fn assets_merge(
    act: &Act<'_>,
    into: AssetId,
    others: &[AssetId],
) -> Result<AssetDecided, AssetError> {
    let others: HashSet<AssetId> = others.iter().copied().filter(|other| *other != into).collect();
    if others.is_empty() || others.len() > MOST {
        return Err(AssetError::TooMany { count: others.len(), most: MOST });
    }
    for id in others.iter().chain([&into]) {
        in_scope(act, *id).await?;
    }
    adopt(&Act { scope: Scope::all(), ..act.clone() }).await?;
    let mut tx = act.app.db.begin().await?;
    records::lock(&mut tx).await?;
    let target = visible(&mut tx, act, into).await?;
    let own = records::of_assets_tx(&mut tx, &[into]).await?;
    let lead = own.first().ok_or(AssetError::AssetNotFound { id: into })?.clone();
    let mut deed = Deed::new(act, target.unit_id);
    for other in others {
        let asset = visible(&mut tx, act, other).await?;
        let theirs = records::of_assets_tx(&mut tx, &[other]).await?;
        let first = theirs.first().ok_or(AssetError::AssetNotFound { id: other })?.clone();
        // Whatever said that they are two no longer holds.
        let own_ids: HashSet<i64> = own.iter().map(|row| row.id).collect();
        let their_ids: Vec<i64> = theirs.iter().map(|row| row.id).collect();
        let against: Vec<String> = decisions::of_records_tx(&mut tx, &their_ids)
            .await?
            .into_iter()
            .filter(|known| known.kind == "apart")
            .filter(|known| own_ids.contains(&known.left_id) || own_ids.contains(&known.right_id))
            .map(|known| known.id)
            .collect();
        decisions::revoke(&mut tx, &against, act.now, act.actor.display_name()).await?;
        deed.say(&mut tx, "same", &lead, &first).await?;
        let (before, after) = (json!({}), json!({ "merged": asset.name, "asset_id": asset.id }));
        record(&mut tx, act, Subject::Asset(into), target.unit_id, "merged", &before, &after).await?;
    }
    deed.done(tx).await
}

/// Takes records out of an asset: they are another thing.
pub async fn asset_split(act: &Act<'_>, id: AssetId, out: &[i64]) -> Result<AssetDecided, AssetError> {
    in_scope(act, id).await?;
    adopt(&Act { scope: Scope::all(), ..act.clone() }).await?;
    let mut tx = act.app.db.begin().await?;
    records::lock(&mut tx).await?;
    let asset = visible(&mut tx, act, id).await?;
    let all = records::of_assets_tx(&mut tx, &[id]).await?;
    let wanted: HashSet<i64> = out.iter().copied().collect();
    let (out, stay): (Vec<RecordRow>, Vec<RecordRow>) =
        all.into_iter().partition(|row| wanted.contains(&row.id));
    if out.is_empty() || out.len() != wanted.len() || stay.is_empty() {
        return Err(AssetError::SplitOfNothing { id });
    }
    let ids: Vec<i64> = out.iter().map(|row| row.id).collect();
    let together: Vec<String> = decisions::of_records_tx(&mut tx, &ids)
        .await?
        .into_iter()
        .filter(|known| {
            known.kind == "same" && wanted.contains(&known.left_id) != wanted.contains(&known.right_id)
        })
        .map(|known| known.id)
        .collect();
    decisions::revoke(&mut tx, &together, act.now, act.actor.display_name()).await?;
    let mut deed = Deed::new(act, asset.unit_id);
    for row in &out {
        for other in &stay {
            deed.say(&mut tx, "apart", row, other).await?;
        }
    }
    for pair in out.windows(2) {
        deed.say(&mut tx, "same", &pair[0], &pair[1]).await?;
    }
    let after = json!({ "split_off": out.iter().map(|row| &row.source_key).collect::<Vec<_>>() });
    record(&mut tx, act, Subject::Asset(id), asset.unit_id, "split", &json!({}), &after).await?;
    deed.done(tx).await
}

/// Takes back what a person decided; everything is as the sources say again.
pub async fn decision_revoke(act: &Act<'_>, id: &str) -> Result<AssetsReconciled, AssetError> {
    let mut tx = act.app.db.begin().await?;
    records::lock(&mut tx).await?;
    let made = decisions::of_act_tx(&mut tx, id).await?;
    let mine: Vec<&DecisionRow> =
        made.iter().filter(|row| row.revoked_at.is_none() && act.scope.contains(row.unit_id)).collect();
    let Some(first) = mine.first() else { return Err(AssetError::DecisionNotFound { id: id.to_owned() }) };
    let ids: Vec<String> = mine.iter().map(|row| row.id.clone()).collect();
    let records: Vec<i64> = mine.iter().flat_map(|row| [row.left_id, row.right_id]).collect();
    let then = mine.iter().flat_map(|row| [row.left_asset, row.right_asset]);
    let now = records::by_ids_tx(&mut tx, &records).await?.into_iter().map(|row| row.asset_id);
    for asset in then.chain(now).collect::<HashSet<_>>() {
        if !is_own_or_unclaimed(&mut tx, act, asset).await? {
            return Err(AssetError::DecisionOfOthers { id: id.to_owned() });
        }
    }
    decisions::revoke(&mut tx, &ids, act.now, act.actor.display_name()).await?;
    records::mark_dirty(&mut tx, &records).await?;
    audit(&mut tx, act, first.unit_id, "asset.undecide", &json!({ "decision": id })).await?;
    tx.commit().await?;
    look_again(act, &records).await
}
