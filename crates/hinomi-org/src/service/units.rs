// SPDX-License-Identifier: Apache-2.0
//! Units: the visible tree, one unit with what surrounds it, and the dated changes.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::{Db, Tx};
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::seats::{SeatFilter, SeatView, seats_list};
use super::{Act, one_writer, tree_at};
use crate::error::OrgError;
use crate::model::{
    History, Revision, RuleError, TreeNode, UnitKind, UnitRecord, UnitVersion, clean_code, clean_text,
    forever,
};
use crate::store;

/// The units in scope at `time`, parents first. A parent out of scope is not shown.
pub async fn units_visible(db: &Db, scope: &Scope, time: Time) -> Result<Vec<TreeNode>, OrgError> {
    let tree = tree_at(db, time).await?;
    let visible = tree.nodes().iter().filter(|node| scope.contains(node.id));
    Ok(visible.map(|node| seen(node, scope)).collect())
}

fn seen(node: &TreeNode, scope: &Scope) -> TreeNode {
    let mut node = node.clone();
    node.parent_id = node.parent_id.filter(|parent| scope.contains(*parent));
    node
}

/// A unit with its surroundings.
#[derive(Debug, Clone)]
pub struct UnitDetail {
    pub unit: TreeNode,
    /// From the root down, as far as in scope.
    pub parents: Vec<TreeNode>,
    pub children: Vec<TreeNode>,
    pub seats: Vec<SeatView>,
    /// People of the unit and everything below it.
    pub people: i64,
}

pub async fn unit_get(db: &Db, scope: &Scope, id: UnitId, now: Time) -> Result<UnitDetail, OrgError> {
    let tree = tree_at(db, now).await?;
    let unit = tree.get(id).filter(|unit| scope.contains(unit.id)).ok_or(OrgError::UnitNotFound { id })?;
    let mut parents: Vec<TreeNode> = tree.path(id).into_iter().map(|node| seen(node, scope)).collect();
    parents.retain(|node| node.id != id && scope.contains(node.id));
    let children = tree.children(id).filter(|node| scope.contains(node.id)).cloned().collect();
    let filter = SeatFilter { units: Some(vec![id]), vacant: None };
    let seats = seats_list(db, scope, &filter, now).await?;
    let below =
        store::people::PersonFilter { query: String::new(), units: Some(tree.subtree(id)), at_work: now };
    let people = store::people::count(db, scope, &below).await?;
    Ok(UnitDetail { unit: seen(unit, scope), parents, children, seats, people })
}

/// A unit to be created.
#[derive(Debug, Clone)]
pub struct NewUnit {
    pub code: String,
    pub kind: UnitKind,
    pub name: String,
    pub name_ja: String,
    pub parent_id: Option<UnitId>,
    /// Since when it exists; now when absent.
    pub valid_from: Option<Time>,
}

pub async fn unit_create(act: &Act<'_>, new: NewUnit) -> Result<UnitId, OrgError> {
    let code = clean_code(&new.code).map_err(|cause| field("code", cause))?;
    let name = named("name", &new.name)?;
    let name_ja = clean_text(&new.name_ja).map_err(|cause| field("name_ja", cause))?;
    match new.parent_id {
        None if !act.scope.is_all() => return Err(OrgError::NeedsEverything),
        Some(parent) if !act.scope.contains(parent) => return Err(OrgError::UnitNotFound { id: parent }),
        _ => {}
    }
    let id = UnitId::new(&*act.app.ids, act.now);
    let from = new.valid_from.unwrap_or(act.now);
    let version = UnitVersion { from, to: forever(), parent: new.parent_id, name, name_ja };
    let after = json!({ "code": code, "kind": new.kind, "name": version.name, "name_ja": version.name_ja,
        "parent_id": version.parent, "valid_from": from });
    let unit = UnitRecord { id, code, kind: new.kind, created_at: act.now, versions: vec![version] };
    let mut tx = act.app.db.begin().await?;
    edit(&mut tx, |history| history.create(unit)).await?;
    let event = AuditEvent::new(act.actor, "unit.create", "unit", id).unit(id).after(&after);
    audit::append(&mut tx, act.app, event.reason(&act.reason)).await?;
    tx.commit().await?;
    Ok(id)
}

/// What changes of a unit; `None` keeps what it has.
#[derive(Debug, Clone, Default)]
pub struct UnitChange {
    pub name: Option<String>,
    pub name_ja: Option<String>,
    pub parent_id: Option<UnitId>,
    /// From when it is so; now when absent. Past days before it keep what they had.
    pub valid_from: Option<Time>,
}

pub async fn unit_change(act: &Act<'_>, id: UnitId, change: UnitChange) -> Result<(), OrgError> {
    let name = change.name.as_deref().map(|name| named("name", name)).transpose()?;
    let name_ja = change.name_ja.as_deref().map(clean_text).transpose();
    let name_ja = name_ja.map_err(|cause| field("name_ja", cause))?;
    for unit in [Some(id), change.parent_id].into_iter().flatten() {
        if !act.scope.contains(unit) {
            return Err(OrgError::UnitNotFound { id: unit });
        }
    }
    let from = change.valid_from.unwrap_or(act.now);
    let revision = Revision { parent: change.parent_id, name, name_ja };
    let mut tx = act.app.db.begin().await?;
    let mut before = None;
    let mut changed = false;
    let known = edit(&mut tx, |history| {
        before = history.get(id).and_then(|unit| unit.versions.last().cloned());
        changed = history.revise(id, from, &revision)?;
        Ok(())
    })
    .await;
    match known {
        Err(OrgError::Rule(RuleError::UnknownUnit { id: unknown })) if unknown == id => {
            return Err(OrgError::UnitNotFound { id });
        }
        other => other?,
    }
    if !changed {
        return Ok(());
    }
    let before =
        before.map(|unit| json!({ "name": unit.name, "name_ja": unit.name_ja, "parent_id": unit.parent }));
    let after = json!({ "name": revision.name, "name_ja": revision.name_ja, "parent_id": revision.parent,
        "valid_from": from });
    let event = AuditEvent::new(act.actor, "unit.change", "unit", id).unit(id).before(&before).after(&after);
    audit::append(&mut tx, act.app, event.reason(&act.reason)).await?;
    tx.commit().await?;
    Ok(())
}

/// Applies a change to the whole history, checks every rule of the tree, writes what differs.
pub(super) async fn edit(
    tx: &mut Tx,
    change: impl FnOnce(&mut History) -> Result<(), RuleError>,
) -> Result<(), OrgError> {
    one_writer(tx).await?;
    let before = store::units::history_tx(tx).await?;
    let mut after = before.clone();
    change(&mut after)?;
    if let Some((_, error)) = after.check().into_iter().next() {
        return Err(error.into());
    }
    store::units::write_history(tx, &before, &after).await?;
    Ok(())
}

pub(super) fn field(field: &'static str, cause: &'static str) -> OrgError {
    OrgError::Field { field, cause: cause.to_owned() }
}

/// A name that must not be empty.
pub(super) fn named(name: &'static str, text: &str) -> Result<String, OrgError> {
    let text = clean_text(text).map_err(|cause| field(name, cause))?;
    if text.is_empty() { Err(field(name, "is empty")) } else { Ok(text) }
}
