// SPDX-License-Identifier: Apache-2.0
//! What one transaction writes of some clusters.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use hinomi_core::{AssetId, UnitId};
use hinomi_db::ids::next_ids;
use hinomi_db::search::fold;
use hinomi_db::{DbError, Tx};
use serde_json::json;

use crate::error::AssetError;
use crate::model::AssetKind;
use crate::service::Act;
use crate::service::assets::facts;
use crate::service::reconcile::AssetsReconciled;
use crate::service::reconcile::closure::Closure;
use crate::service::reconcile::homes::{Known, system_for, unassigned};
use crate::service::reconcile::inventories;
use crate::service::reconcile::plan::{ClusterPlan, Target};
use crate::service::record::{change, difference};
use crate::store::assets::AssetRow;
use crate::store::bound::{self, Membership, Written};
use crate::store::changes::Change;
use crate::store::questions::{self, QuestionRow};
use crate::store::{self, records};

/// A transaction's share of the work.
pub(super) struct Chunk<'a, 'b> {
    act: &'a Act<'b>,
    closure: &'a Closure,
    bound: Vec<(i64, Option<AssetId>)>,
    written: Vec<Written>,
    changes: Vec<Change<'a>>,
    questions: Vec<QuestionRow>,
    /// Assets that became part of another, and those that are no longer.
    merged: Vec<inventories::Pair>,
    returned: Vec<inventories::Pair>,
    pub(super) done: AssetsReconciled,
}

impl<'a, 'b> Chunk<'a, 'b> {
    pub(super) fn new(act: &'a Act<'b>, closure: &'a Closure) -> Self {
        Self {
            act,
            closure,
            bound: Vec::new(),
            written: Vec::new(),
            changes: Vec::new(),
            questions: Vec::new(),
            merged: Vec::new(),
            returned: Vec::new(),
            done: AssetsReconciled::default(),
        }
    }

    pub(super) async fn plan(
        &mut self,
        tx: &mut Tx,
        known: &mut Known,
        at: usize,
        plans: &[ClusterPlan],
    ) -> Result<(), AssetError> {
        let plan = &plans[at];
        let rows = plan.members.iter().map(|member| &self.closure.records[*member].row);
        self.done.records += rows.clone().filter(|row| row.dirty).count();
        let asset = match plan.target {
            Target::Nothing => None,
            Target::New => Some(self.create(tx, known, plan).await?),
            Target::Existing(id) => match self.closure.assets.get(&id) {
                Some(before) => Some(self.change(tx, known, before, plan).await?),
                None => None,
            },
        };
        let unit = match &asset {
            Some((_, unit)) => *unit,
            None => unassigned(tx, self.act, known).await?.unit_id,
        };
        known.units.insert(at, unit);
        let asset = asset.map(|(id, _)| id);
        for loser in &plan.losers {
            if let (Some(before), Some(into)) = (self.closure.assets.get(loser), asset) {
                self.merge(before, into);
            }
        }
        self.bound.extend(rows.filter(|row| row.dirty || row.asset_id != asset).map(|row| (row.id, asset)));
        if let Some(question) = &plan.question {
            let lead = |cluster: usize| {
                let first = plans.get(cluster).and_then(|plan| plan.members.first())?;
                Some(self.closure.records[*first].row.id)
            };
            let proposed = question.candidates.first().and_then(|cluster| known.units.get(cluster));
            self.questions.push(QuestionRow {
                record_id: lead(at).unwrap_or_default(),
                kind: question.kind.name().to_owned(),
                rule: question.rule.name().to_owned(),
                shared: json!(question.values).to_string(),
                against: question.against.map(|rule| rule.name()).unwrap_or_default().to_owned(),
                candidates: json!(question.candidates.iter().copied().filter_map(lead).collect::<Vec<_>>())
                    .to_string(),
                unit_id: proposed.copied().unwrap_or(unit),
                opened_at: self.act.now,
                closed_at: None,
            });
        }
        Ok(())
    }

    async fn create(
        &mut self,
        tx: &mut Tx,
        known: &mut Known,
        plan: &ClusterPlan,
    ) -> Result<(AssetId, UnitId), AssetError> {
        let system = system_for(tx, self.act, known, plan.assign).await?;
        let chosen = &plan.chosen;
        let now = self.act.now;
        let asset = AssetRow {
            // By the clock, not by the run: what is written later lies behind, in every index.
            id: AssetId::new(&*self.act.app.ids, self.act.app.now()),
            // Numbered together with the others of the transaction.
            ordinal: 0,
            name: plan.name.clone(),
            name_key: fold(&plan.name),
            kind: chosen.kind.unwrap_or(AssetKind::Host),
            system_id: system.id,
            unit_id: system.unit_id,
            unassigned: system.unassigned,
            attributes: json!(chosen.attributes).to_string(),
            os_id: chosen.os.0.clone(),
            os_version: chosen.os.1.clone(),
            os_name: chosen.os.2.clone(),
            has_inventory: false,
            first_seen: chosen.first.unwrap_or(now),
            last_seen: chosen.last.unwrap_or(now),
            created_at: now,
            retired_at: chosen.retired.then_some(now),
            in_question: false,
            discovered: plan.discovered,
            retired_by: if chosen.retired { "source".to_owned() } else { String::new() },
            merged_into: None,
        };
        let found = (asset.id, asset.unit_id);
        self.done.created += 1;
        self.written.push(Written {
            identifiers: chosen.identifiers.clone(),
            identifiers_before: BTreeMap::new(),
            is_new: true,
            renamed: false,
            membership: if asset.retired_at.is_some() { Membership::Keep } else { Membership::Begin },
            asset,
        });
        Ok(found)
    }

    async fn change(
        &mut self,
        tx: &mut Tx,
        known: &mut Known,
        before: &AssetRow,
        plan: &ClusterPlan,
    ) -> Result<(AssetId, UnitId), AssetError> {
        let chosen = &plan.chosen;
        let mut after = before.clone();
        after.in_question = plan.in_question;
        after.discovered = plan.discovered;
        after.kind = chosen.kind.unwrap_or(before.kind);
        after.attributes = json!(chosen.attributes).to_string();
        if !before.has_inventory && chosen.os != Default::default() {
            (after.os_id, after.os_version, after.os_name) = chosen.os.clone();
        }
        after.first_seen = chosen.first.map_or(before.first_seen, |first| first.min(before.first_seen));
        after.last_seen = chosen.last.map_or(before.last_seen, |last| last.max(before.last_seen));
        let membership = self.retirement(before, &mut after, plan);
        if after.retired_at.is_none() && (before.name != plan.name || before.retired_at.is_some()) {
            after.name = plan.name.clone();
            after.name_key = fold(&after.name);
        }
        let heir = plan.losers.iter().filter_map(|id| self.closure.assets.get(id));
        let claimed = heir.into_iter().find(|one| !one.unassigned && one.retired_at.is_none());
        if let Some(one) = claimed.filter(|_| after.retired_at.is_none() && before.unassigned) {
            // Nobody had claimed this one, but its other half: the claim holds for the whole.
            if membership == Membership::Keep {
                let to = store::assets::Destination {
                    system: one.system_id,
                    unit: one.unit_id,
                    unassigned: false,
                };
                store::assets::assign(tx, &[before.id], to, self.act.now).await?;
            }
            (after.system_id, after.unit_id, after.unassigned) = (one.system_id, one.unit_id, false);
        } else if after.retired_at.is_none() && before.unassigned && plan.assign.is_some() {
            let system = system_for(tx, self.act, known, plan.assign).await?;
            if membership == Membership::Keep && system.id != before.system_id {
                let to =
                    store::assets::Destination { system: system.id, unit: system.unit_id, unassigned: false };
                store::assets::assign(tx, &[before.id], to, self.act.now).await?;
            }
            (after.system_id, after.unit_id, after.unassigned) =
                (system.id, system.unit_id, system.unassigned);
        }
        if after.merged_into.is_none() {
            self.returned.extend(before.merged_into.map(|whole| (before.id, whole)));
        }
        let old = self.closure.identifiers.get(&before.id).cloned().unwrap_or_default();
        let identifiers_changed = old != chosen.identifiers;
        if after != *before || identifiers_changed {
            self.tell(before, &old, &after, &chosen.identifiers);
            self.written.push(Written {
                identifiers: chosen.identifiers.clone(),
                identifiers_before: old,
                is_new: false,
                renamed: after.name_key != before.name_key,
                membership,
                asset: after.clone(),
            });
        }
        Ok((before.id, after.unit_id))
    }

    /// In or out of use. What a person took out of use stays out.
    fn retirement(&mut self, before: &AssetRow, after: &mut AssetRow, plan: &ClusterPlan) -> Membership {
        // With an inventory it stays: its tickets must not close because somebody is asked something.
        let reason = match (plan.in_question, plan.chosen.retired) {
            (true, _) if !before.has_inventory => Some("question"),
            (false, true) => Some("source"),
            _ => None,
        };
        let now = self.act.now;
        match (before.retired_at, reason) {
            (None, Some(reason)) => {
                self.done.retired += 1;
                (after.retired_at, after.retired_by) = (Some(now), reason.to_owned());
                Membership::End
            }
            (Some(_), _) if before.retired_by.is_empty() => Membership::Keep,
            (Some(_), Some(reason)) => {
                after.retired_by = reason.to_owned();
                after.merged_into = None;
                Membership::Keep
            }
            // Its time stands still from when it went; see `records::seen_again`.
            (Some(_), None) if before.is_unseen() && after.last_seen <= before.last_seen => Membership::Keep,
            (Some(_), None) => {
                self.done.returned += 1;
                (after.retired_at, after.merged_into) = (None, None);
                after.retired_by.clear();
                Membership::Begin
            }
            (None, None) => Membership::Keep,
        }
    }

    fn merge(&mut self, before: &AssetRow, into: AssetId) {
        let now = self.act.now;
        let mut after = before.clone();
        after.retired_at = before.retired_at.or(Some(now));
        "merged".clone_into(&mut after.retired_by);
        (after.merged_into, after.in_question) = (Some(into), false);
        if after == *before {
            return;
        }
        self.done.merged += 1;
        self.returned.extend(before.merged_into.map(|whole| (before.id, whole)));
        self.merged.push((before.id, into));
        let identifiers = self.closure.identifiers.get(&before.id).cloned().unwrap_or_default();
        let (old, new) = (json!({}), json!({ "merged_into": into }));
        self.changes.push(change(self.act, before.id.uuid(), "merged", old, new));
        self.written.push(Written {
            identifiers_before: identifiers.clone(),
            identifiers,
            is_new: false,
            renamed: false,
            membership: if before.retired_at.is_some() { Membership::Keep } else { Membership::End },
            asset: after,
        });
    }

    /// One line of history, when something changed that people care about.
    fn tell(
        &mut self,
        before: &AssetRow,
        old: &BTreeMap<String, String>,
        after: &AssetRow,
        new: &BTreeMap<String, String>,
    ) {
        let (mut from, mut to) = (facts(before, old), facts(after, new));
        for (facts, asset) in [(&mut from, before), (&mut to, after)] {
            facts["in_question"] = asset.in_question.into();
            facts["retired_by"] = asset.retired_by.clone().into();
        }
        let (from, to) = difference(&from, &to);
        if from == to {
            return;
        }
        self.done.changed += 1;
        let action = match (before.retired_at, after.retired_at) {
            (None, Some(_)) => "retired",
            (Some(_), None) => "returned",
            _ => "changed",
        };
        self.changes.push(change(self.act, before.id.uuid(), action, from, to));
    }

    /// A name that something outside of this transaction has is not taken.
    pub(super) async fn names(&mut self, tx: &mut Tx) -> Result<(), DbError> {
        let wanting = |one: &&mut Written| {
            one.asset.retired_at.is_none()
                && (one.is_new || one.renamed || one.membership == Membership::Begin)
        };
        let wanted: Vec<String> =
            self.written.iter_mut().filter(wanting).map(|one| one.asset.name_key.clone()).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let giving: HashSet<AssetId> = self
            .written
            .iter()
            .filter(|one| one.renamed || one.membership == Membership::End)
            .map(|one| one.asset.id)
            .collect();
        let holders = store::assets::holders_tx(tx, &wanted).await?;
        let mut taken: HashSet<String> =
            holders.into_iter().filter(|(_, id)| !giving.contains(id)).map(|(name, _)| name).collect();
        let new = self.written.iter().filter(|one| one.is_new).count() as i64;
        let mut ordinals = if new > 0 { Some(next_ids(tx, "carrier", new).await?) } else { None };
        for one in &mut self.written {
            if one.is_new {
                one.asset.ordinal = ordinals.as_mut().and_then(Iterator::next).unwrap_or_default();
            }
        }
        let distinct: HashSet<&String> = wanted.iter().collect();
        if !taken.is_empty() || distinct.len() < wanted.len() {
            // What is made up instead must be free outside of this transaction, too.
            let made_up: Vec<String> = self
                .written
                .iter_mut()
                .filter(wanting)
                .flat_map(|one| names_instead(one).map(|name| fold(&name)))
                .collect();
            let holders = store::assets::holders_tx(tx, &made_up).await?;
            taken.extend(holders.into_iter().filter(|(_, id)| !giving.contains(id)).map(|(name, _)| name));
        }
        for one in self.written.iter_mut().filter(wanting) {
            if taken.contains(&one.asset.name_key) {
                let mut instead = names_instead(one).into_iter();
                if let Some(free) = instead.find(|name| !taken.contains(&fold(name))) {
                    one.asset.name_key = fold(&free);
                    one.asset.name = free;
                }
            }
            taken.insert(one.asset.name_key.clone());
        }
        Ok(())
    }

    pub(super) async fn commit(
        &mut self,
        mut tx: Tx,
        part: &[usize],
        plans: &[ClusterPlan],
        moved: &HashSet<usize>,
    ) -> Result<Duration, AssetError> {
        let now = self.act.now;
        for one in self.written.iter().filter(|one| one.is_new) {
            let facts = facts(&one.asset, &one.identifiers);
            self.changes.push(change(self.act, one.asset.id.uuid(), "created", json!({}), facts));
        }
        bound::put(&mut tx, &self.written, now).await?;
        inventories::follow(&mut tx, &self.returned, &self.merged, now).await?;
        store::changes::append(&mut tx, &self.changes).await?;
        records::bind(&mut tx, &self.bound).await?;
        let settled = part.iter().filter(|at| !moved.contains(at));
        let members = settled.flat_map(|at| &plans[*at].members);
        let ids: Vec<i64> = members.map(|member| self.closure.records[*member].row.id).collect();
        let open = questions::open_of(&mut tx, &ids).await?;
        let asked: HashMap<i64, &QuestionRow> =
            self.questions.iter().map(|row| (row.record_id, row)).collect();
        let over: Vec<i64> =
            open.iter().map(|row| row.record_id).filter(|record| !asked.contains_key(record)).collect();
        questions::close(&mut tx, &over, now).await?;
        let known: HashMap<i64, &QuestionRow> = open.iter().map(|row| (row.record_id, row)).collect();
        let mut put: Vec<QuestionRow> = Vec::new();
        for row in &self.questions {
            match known.get(&row.record_id) {
                Some(known) => {
                    let same = QuestionRow { opened_at: known.opened_at, ..row.clone() };
                    if same != **known {
                        put.push(same);
                    }
                }
                None => {
                    self.done.questions_opened += 1;
                    put.push(row.clone());
                }
            }
        }
        self.done.questions_closed += over.len();
        questions::put(&mut tx, &put).await?;
        let held = tx.age();
        tx.commit().await?;
        Ok(held)
    }
}

/// What an asset may be called whose name is taken, best first; the last is its own alone.
fn names_instead(one: &Written) -> [String; 3] {
    let telling = ["fqdn", "serial", "uuid", "mac", "ip"];
    let more = telling.into_iter().find_map(|scheme| one.identifiers.get(scheme)?.split(' ').next());
    let (plain, number) = (&one.asset.name, one.asset.ordinal);
    let numbered = format!("{plain} #{number}");
    let named = more.map_or_else(|| numbered.clone(), |value| format!("{plain} ({value})"));
    [named, numbered, format!("{plain} ({})", one.asset.id)]
}
