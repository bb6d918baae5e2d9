// SPDX-License-Identifier: Apache-2.0
//! How a unit ends: with nothing left that only it looked after.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::{Db, DbError, Tx};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::estate::{Handover, Holding};
use serde_json::json;

use super::units::{edit, field};
use super::{Act, tree_at};
use crate::error::OrgError;
use crate::model::RuleError;
use crate::store;

/// When a unit ends, and who goes on with what it owns.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnitClosing {
    /// Now when absent.
    pub at: Option<Time>,
    /// Takes over everything, people too.
    pub hand_over_to: Option<UnitId>,
}

/// What a unit owns itself, and how many people belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitHoldings {
    pub owned: Vec<Holding>,
    pub people: i64,
}

pub async fn unit_holdings(app: &App, scope: &Scope, id: UnitId) -> Result<UnitHoldings, OrgError> {
    let now = app.now();
    let tree = tree_at(&app.db, now).await?;
    if !scope.contains(id) || tree.get(id).is_none() {
        return Err(OrgError::UnitNotFound { id });
    }
    let people = people_of(&app.db, id, now).await?;
    let mut tx = app.db.begin_read().await?;
    Ok(UnitHoldings { owned: owned(&mut tx, app, id).await?, people })
}

async fn people_of(db: &Db, unit: UnitId, now: Time) -> Result<i64, DbError> {
    let filter = store::people::PersonFilter { query: String::new(), units: Some(vec![unit]), at_work: now };
    store::people::count(db, &Scope::all(), &filter).await
}

/// What every domain keeps for the unit.
pub(super) async fn owned(tx: &mut Tx, app: &App, unit: UnitId) -> Result<Vec<Holding>, DbError> {
    let now = app.now();
    let mut owned = Vec::new();
    for estate in app.estates.iter() {
        owned.extend(estate.holdings(tx, unit, now).await?);
    }
    Ok(owned)
}

/// Ends a unit and its seats; units below it must be elsewhere by then, and what it owns needs an heir. A day to come is a
/// plan: what the unit owns then is looked at then.
pub async fn unit_close(act: &Act<'_>, id: UnitId, closing: UnitClosing) -> Result<(), OrgError> {
    let at = closing.at.unwrap_or(act.now);
    for unit in [Some(id), closing.hand_over_to].into_iter().flatten() {
        if !act.scope.contains(unit) {
            return Err(OrgError::UnitNotFound { id: unit });
        }
    }
    let mut tx = act.app.db.begin().await?;
    let mut code = String::new();
    edit(&mut tx, |history| {
        let below = history.children_after(id, at);
        let unit = history.get(id);
        code = unit.map(|unit| unit.code.clone()).unwrap_or_default();
        if let (Some(first), Some(_)) = (below.first(), unit) {
            let (code, first) = (code.clone(), first.code.clone());
            return Err(RuleError::HasChildren { code, count: below.len(), first });
        }
        history.close(id, at)
    })
    .await?;
    let holdings = owned(&mut tx, act.app, id).await?;
    match closing.hand_over_to {
        Some(heir) => hand_over(&mut tx, act, (id, &code), heir, at).await?,
        None if at <= act.now && !holdings.is_empty() => return Err(OrgError::UnitOwns { code, holdings }),
        None => {}
    }
    store::seats::close_of_unit(&mut tx, id, at).await?;
    let passed = closing.hand_over_to.map(|_| &holdings);
    let after = json!({ "valid_to": at, "hand_over_to": closing.hand_over_to, "handed_over": passed });
    let event = AuditEvent::new(act.actor, "unit.close", "unit", id).unit(id).after(&after);
    audit::append(&mut tx, act.app, event.reason(&act.reason)).await?;
    tx.commit().await?;
    Ok(())
}

/// Everything passes to the heir: what the domains keep, and who works there.
async fn hand_over(
    tx: &mut Tx,
    act: &Act<'_>,
    (from, code): (UnitId, &str),
    to: UnitId,
    at: Time,
) -> Result<(), OrgError> {
    if at > act.now {
        return Err(field(
            "hand_over_to",
            "is for a unit that ends today: nothing can pass on ahead of time",
        ));
    }
    let tree = store::units::tree_at_tx(tx, act.now).await?;
    let heir = tree.get(to).ok_or(OrgError::UnitNotFound { id: to })?;
    let codes = format!("{code} → {}", heir.code);
    let handover =
        Handover { app: act.app, actor: act.actor, from, to, codes: &codes, at, reason: &act.reason };
    for estate in act.app.estates.iter() {
        estate.hand_over(tx, handover).await.map_err(|error| OrgError::handover(code, error))?;
    }
    store::people::move_all(tx, (from, to), act.now).await?;
    Ok(())
}
