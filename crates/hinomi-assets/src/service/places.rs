// SPDX-License-Identifier: Apache-2.0
//! The rules of assignment, precedence of sources, and what the passing of time does to assets.

use std::collections::BTreeMap;

use hinomi_core::{SystemId, Time, UnitId};
use hinomi_db::Db;
use hinomi_platform::audit::{self, AuditEvent};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::reconcile::Network;
use super::record::{audit_many, change};
use super::{Act, systems};
use crate::error::AssetError;
use crate::model::FieldProblem;
use crate::store;
use crate::store::bound::{self, Membership, Written};
use crate::store::rules::RuleRow;

/// A rule of assignment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssignmentRule {
    pub id: String,
    /// Rules are asked in this order; the first that fits counts.
    pub position: i64,
    /// `192.0.2.0/24`, or empty.
    pub network: String,
    /// `web-*`, or empty.
    pub name_pattern: String,
    pub unit_id: UnitId,
    /// Without one, the unit's own system of discovered assets.
    pub system_id: Option<SystemId>,
    pub created_at: Time,
    pub created_by: String,
}

impl From<RuleRow> for AssignmentRule {
    fn from(row: RuleRow) -> Self {
        let RuleRow { id, position, network, name_pattern, unit_id, system_id, created_at, created_by } = row;
        Self { id, position, network, name_pattern, unit_id, system_id, created_at, created_by }
    }
}

/// Rules in the order in which they are asked.
pub async fn assignment_rules(db: &Db) -> Result<Vec<AssignmentRule>, AssetError> {
    Ok(store::rules::all(db).await?.into_iter().map(AssignmentRule::from).collect())
}

/// A rule to be made.
#[derive(Debug, Clone)]
pub struct NewRule {
    pub position: i64,
    pub network: String,
    pub name_pattern: String,
    pub unit: UnitId,
    pub system: Option<SystemId>,
}

/// Adds a rule; everything is assigned anew at the next reconciliation.
pub async fn assignment_rule_create(act: &Act<'_>, new: NewRule) -> Result<AssignmentRule, AssetError> {
    let (network, name_pattern) = (new.network.trim().to_owned(), new.name_pattern.trim().to_owned());
    let mut problems = Vec::new();
    if !network.is_empty() && Network::parse(&network).is_none() {
        problems.push(FieldProblem::new("network", "is no range of addresses such as 192.0.2.0/24"));
    }
    if network.is_empty() && name_pattern.is_empty() {
        problems.push(FieldProblem::new("network", "and name pattern are both empty"));
    }
    if name_pattern.chars().count() > 200 {
        problems.push(FieldProblem::new("name_pattern", "is longer than 200 characters"));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let mut tx = act.app.db.begin().await?;
    if !act.scope.contains(new.unit) || !hinomi_org::unit_exists_tx(&mut tx, new.unit, act.now).await? {
        return Err(AssetError::UnitNotFound { id: new.unit });
    }
    if let Some(system) = new.system {
        systems::in_use(&mut tx, act, system).await?;
    }
    let row = RuleRow {
        id: act.app.ids.uuid7(act.now).to_string(),
        position: new.position,
        network,
        name_pattern,
        unit_id: new.unit,
        system_id: new.system,
        created_at: act.now,
        created_by: act.actor.display_name().to_owned(),
    };
    store::rules::insert(&mut tx, &row).await?;
    let rule = AssignmentRule::from(row);
    let event = AuditEvent::new(act.actor, "assignment-rule.create", "assignment_rule", &rule.id);
    audit::append(&mut tx, act.app, event.unit(rule.unit_id).after(&rule)).await?;
    tx.commit().await?;
    Ok(rule)
}

/// Takes a rule away; what it assigned stays where it is.
pub async fn assignment_rule_remove(act: &Act<'_>, id: &str) -> Result<(), AssetError> {
    let mut tx = act.app.db.begin().await?;
    let rule = store::rules::all_tx(&mut tx).await?.into_iter().find(|rule| rule.id == id);
    let rule = rule.filter(|rule| act.scope.contains(rule.unit_id));
    let rule = AssignmentRule::from(rule.ok_or_else(|| AssetError::RuleNotFound { id: id.to_owned() })?);
    store::rules::remove(&mut tx, id).await?;
    let event = AuditEvent::new(act.actor, "assignment-rule.remove", "assignment_rule", id);
    audit::append(&mut tx, act.app, event.unit(rule.unit_id).before(&rule)).await?;
    tx.commit().await?;
    Ok(())
}

/// Finds the place of every record anew, if the rules have changed; what moved is looked at again. A new record has its
/// place from the beginning.
pub async fn records_place(act: &Act<'_>) -> Result<usize, AssetError> {
    use crate::reconcile::SourceRecord;
    let db = &act.app.db;
    let places = super::reconcile::Places::read(db).await?;
    if store::rules::placed_by(db).await? == places.hash {
        return Ok(0);
    }
    let mut after = 0;
    let mut moved = 0;
    loop {
        let rows = store::records::after(db, after, 2_000).await?;
        let Some(last) = rows.last() else {
            let mut tx = db.begin().await?;
            store::rules::set_placed_by(&mut tx, &places.hash).await?;
            tx.commit().await?;
            return Ok(moved);
        };
        after = last.id;
        let changed: Vec<(i64, Option<String>)> = rows
            .iter()
            .filter_map(|row| {
                let record: SourceRecord = serde_json::from_str(&row.data).unwrap_or_default();
                let place = places.place_of(&record);
                (place != row.place).then_some((row.id, place))
            })
            .collect();
        if changed.is_empty() {
            continue;
        }
        moved += changed.len();
        let mut tx = db.begin().await?;
        store::records::move_to(&mut tx, &changed).await?;
        tx.commit().await?;
    }
}

/// Changes whom to believe.
pub async fn source_rank(
    act: &Act<'_>,
    name: &str,
    rank: i64,
    attribute_ranks: &BTreeMap<String, i64>,
) -> Result<(), AssetError> {
    let mut tx = act.app.db.begin().await?;
    let found = store::sources::by_name_tx(&mut tx, name).await?;
    let mut source = found.ok_or_else(|| AssetError::SourceNotFound { name: name.to_owned() })?;
    let before = json!({ "rank": source.rank, "attribute_ranks": source.ranks() });
    source.rank = rank;
    source.ranks = json!(attribute_ranks).to_string();
    store::sources::rank(&mut tx, &source).await?;
    let after = json!({ "rank": rank, "attribute_ranks": attribute_ranks });
    let event = AuditEvent::new(act.actor, "asset-source.rank", "asset_source", name);
    audit::append(&mut tx, act.app, event.before(&before).after(&after).reason(&act.reason)).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes assets out of use that nothing has shown for so many days. They come back as soon as something shows them.
pub async fn assets_age(act: &Act<'_>, retire_days: i64) -> Result<usize, AssetError> {
    let before = act.now.plus_days(-retire_days);
    let mut aged = 0;
    loop {
        let mut tx = act.app.db.begin().await?;
        store::records::lock(&mut tx).await?;
        let assets = bound::unseen(&mut tx, before, 500).await?;
        if assets.is_empty() {
            tx.rollback().await?;
            return Ok(aged);
        }
        aged += assets.len();
        let ids: Vec<_> = assets.iter().map(|asset| asset.id).collect();
        let mut identifiers = bound::identifiers_tx(&mut tx, &ids).await?;
        let mut changes = Vec::with_capacity(assets.len());
        let mut written = Vec::with_capacity(assets.len());
        for mut asset in assets {
            let (from, to) = (
                json!({ "retired_at": null }),
                json!({ "retired_at": act.now, "retired_by": store::assets::UNSEEN }),
            );
            changes.push(change(act, asset.id.uuid(), "retired", from, to));
            (asset.retired_at, asset.retired_by) = (Some(act.now), store::assets::UNSEEN.to_owned());
            let known = identifiers.remove(&asset.id).unwrap_or_default();
            written.push(Written {
                identifiers_before: known.clone(),
                identifiers: known,
                is_new: false,
                renamed: false,
                membership: Membership::End,
                asset,
            });
        }
        bound::put(&mut tx, &written, act.now).await?;
        store::changes::append(&mut tx, &changes).await?;
        audit_many(&mut tx, act, "asset.retire", &json!({ "assets": ids.len(), "unseen_days": retire_days }))
            .await?;
        tx.commit().await?;
    }
}
