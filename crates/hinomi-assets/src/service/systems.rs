// SPDX-License-Identifier: Apache-2.0
//! Changes of systems.

use hinomi_core::{SystemId, UnitId};
use hinomi_db::search::fold;
use hinomi_db::{DbError, Tx};
use serde_json::{Value as Json, json};

use super::Act;
use super::record::{Subject, record};
use crate::error::AssetError;
use crate::model::{FieldProblem, NewSystem, SystemChange, customer_problem, kinds_problem};
use crate::store;
use crate::store::systems::SystemRow;

/// What the history tells of a system.
fn facts(system: &SystemRow) -> Json {
    json!({
        "code": system.code,
        "name": system.name,
        "name_ja": system.name_ja,
        "unit_id": system.unit_id,
        "kind": system.kind,
        "customer": system.customer,
        "importance": system.importance(),
        "reachability": system.reachability,
        "sensitive_data": system.sensitive_data,
        "sensitive_kinds": system.sensitive_kinds(),
        "description": system.description,
        "retired_at": system.retired_at,
    })
}

/// Makes a system owned by a unit in scope.
pub async fn system_create(tx: &mut Tx, act: &Act<'_>, new: NewSystem) -> Result<SystemRow, AssetError> {
    let new = new.clean()?;
    check_owner(tx, act, new.unit_id).await?;
    let owned_from = new.valid_from.unwrap_or(act.now);
    if owned_from > act.now {
        return Err(vec![FieldProblem::new("valid_from", "lies in the future")].into());
    }
    if store::systems::by_code_tx(tx, &new.code).await?.is_some() {
        return Err(AssetError::SystemCodeTaken { code: new.code });
    }
    let system = SystemRow {
        id: SystemId::new(&*act.app.ids, act.now),
        name_key: fold(&new.name),
        unit_id: new.unit_id,
        kind: new.kind,
        customer: new.customer,
        confidentiality: new.importance.confidentiality,
        integrity: new.importance.integrity,
        availability: new.importance.availability,
        reachability: new.reachability,
        sensitive_data: new.sensitive_data,
        sensitive_kinds: json!(new.sensitive_kinds).to_string(),
        description: new.description,
        unassigned: false,
        created_at: act.now,
        retired_at: None,
        code: new.code,
        name: new.name,
        name_ja: new.name_ja,
    };
    let taken = |error: DbError| {
        if error.is_unique_violation() {
            AssetError::SystemCodeTaken { code: system.code.clone() }
        } else {
            error.into()
        }
    };
    store::systems::insert(tx, &system, owned_from).await.map_err(taken)?;
    let subject = Subject::System(system.id);
    record(tx, act, subject, system.unit_id, "created", &json!({}), &facts(&system)).await?;
    Ok(system)
}

/// Changes a system in scope. A new owner must be in scope too and owns from a date on; the past keeps the old one.
pub async fn system_change(
    tx: &mut Tx,
    act: &Act<'_>,
    id: SystemId,
    change: SystemChange,
) -> Result<SystemRow, AssetError> {
    let change = change.clean()?;
    let before = in_use(tx, act, id).await?;
    let mut after = apply(before.clone(), &change)?;
    if after != before {
        if before.unassigned {
            return Err(AssetError::Unassigned);
        }
        store::systems::update(tx, &after).await?;
        record(tx, act, Subject::System(id), before.unit_id, "changed", &facts(&before), &facts(&after))
            .await?;
    }
    if let Some(unit) = change.unit_id.filter(|unit| *unit != before.unit_id) {
        move_owner(tx, act, &before, unit, &change).await?;
        after.unit_id = unit;
    }
    Ok(after)
}

fn apply(mut system: SystemRow, change: &SystemChange) -> Result<SystemRow, AssetError> {
    if let Some(name) = &change.name {
        system.name_key = fold(name);
        system.name.clone_from(name);
    }
    if let Some(name_ja) = &change.name_ja {
        system.name_ja.clone_from(name_ja);
    }
    if let Some(customer) = &change.customer {
        system.customer.clone_from(customer);
    }
    if let Some(importance) = change.importance {
        system.confidentiality = importance.confidentiality;
        system.integrity = importance.integrity;
        system.availability = importance.availability;
    }
    if let Some(kinds) = &change.sensitive_kinds {
        system.sensitive_kinds = json!(kinds).to_string();
    }
    if let Some(description) = &change.description {
        system.description.clone_from(description);
    }
    system.kind = change.kind.unwrap_or(system.kind);
    system.reachability = change.reachability.unwrap_or(system.reachability);
    system.sensitive_data = change.sensitive_data.unwrap_or(system.sensitive_data);
    let problems: Vec<FieldProblem> = customer_problem(system.kind, &system.customer)
        .into_iter()
        .chain(kinds_problem(system.sensitive_data, &system.sensitive_kinds()))
        .collect();
    if problems.is_empty() { Ok(system) } else { Err(problems.into()) }
}

async fn move_owner(
    tx: &mut Tx,
    act: &Act<'_>,
    system: &SystemRow,
    unit: UnitId,
    change: &SystemChange,
) -> Result<(), AssetError> {
    check_owner(tx, act, unit).await?;
    let from = change.valid_from.unwrap_or(act.now);
    if from > act.now {
        return Err(vec![FieldProblem::new("valid_from", "lies in the future")].into());
    }
    if let Some(since) = store::systems::owned_since(tx, system.id).await?
        && from <= since
    {
        return Err(AssetError::OwnerOverlap { code: system.code.clone(), from, since });
    }
    store::systems::change_owner(tx, system.id, unit, from).await?;
    let before = json!({ "unit_id": system.unit_id });
    let after = json!({ "unit_id": unit, "valid_from": from });
    record(tx, act, Subject::System(system.id), unit, "owner", &before, &after).await?;
    Ok(())
}

/// Takes a system out of use; its assets must have gone elsewhere before.
pub async fn system_retire(tx: &mut Tx, act: &Act<'_>, id: SystemId) -> Result<SystemRow, AssetError> {
    let before = in_use(tx, act, id).await?;
    if before.unassigned {
        return Err(AssetError::Unassigned);
    }
    let count = store::assets::count_of_system_tx(tx, id).await?;
    if count > 0 {
        return Err(AssetError::SystemHasAssets { code: before.code, count });
    }
    let after = SystemRow { retired_at: Some(act.now), ..before.clone() };
    store::systems::update(tx, &after).await?;
    record(tx, act, Subject::System(id), before.unit_id, "retired", &facts(&before), &facts(&after)).await?;
    Ok(after)
}

/// Takes a retired system into use again.
pub async fn system_restore(tx: &mut Tx, act: &Act<'_>, id: SystemId) -> Result<SystemRow, AssetError> {
    let found = store::systems::get_tx(tx, id).await?;
    let Some(before) = found.filter(|system| act.scope.contains(system.unit_id)) else {
        return Err(AssetError::SystemNotFound { id });
    };
    if before.retired_at.is_none() {
        return Err(AssetError::SystemInUse { code: before.code });
    }
    let after = SystemRow { retired_at: None, ..before.clone() };
    store::systems::update(tx, &after).await?;
    record(tx, act, Subject::System(id), before.unit_id, "restored", &facts(&before), &facts(&after)).await?;
    Ok(after)
}

async fn check_owner(tx: &mut Tx, act: &Act<'_>, unit: UnitId) -> Result<(), AssetError> {
    let exists = act.scope.contains(unit) && hinomi_org::unit_exists_tx(tx, unit, act.now).await?;
    if exists { Ok(()) } else { Err(AssetError::UnitNotFound { id: unit }) }
}

/// The system, if it is in scope and not retired.
pub(crate) async fn in_use(tx: &mut Tx, act: &Act<'_>, id: SystemId) -> Result<SystemRow, AssetError> {
    let found = store::systems::get_tx(tx, id).await?;
    let Some(system) = found.filter(|system| act.scope.contains(system.unit_id)) else {
        return Err(AssetError::SystemNotFound { id });
    };
    match system.retired_at {
        Some(at) => Err(AssetError::SystemRetired { code: system.code, at }),
        None => Ok(system),
    }
}
