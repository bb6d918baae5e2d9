// SPDX-License-Identifier: Apache-2.0
//! The systems that take assets in: that of a rule, a unit's own of discovered assets, or the unassigned one.

use std::collections::HashMap;

use hinomi_core::{SystemId, UnitId};
use hinomi_db::Tx;

use crate::error::AssetError;
use crate::model::NewSystem;
use crate::service::observe::unassigned_system;
use crate::service::{Act, systems};
use crate::store;
use crate::store::systems::SystemRow;

/// What is known across the transactions of one run.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) systems: HashMap<(UnitId, Option<SystemId>), SystemRow>,
    pub(super) unassigned: Option<SystemRow>,
    pub(super) units: HashMap<usize, UnitId>,
}

pub(super) async fn unassigned(
    tx: &mut Tx,
    act: &Act<'_>,
    known: &mut Known,
) -> Result<SystemRow, AssetError> {
    if let Some(system) = &known.unassigned {
        return Ok(system.clone());
    }
    let system = unassigned_system(tx, act).await?;
    known.unassigned = Some(system.clone());
    Ok(system)
}

/// The system that a rule names; without one the unit's own system of discovered assets, made when first needed.
pub(super) async fn system_for(
    tx: &mut Tx,
    act: &Act<'_>,
    known: &mut Known,
    assign: Option<(UnitId, Option<SystemId>)>,
) -> Result<SystemRow, AssetError> {
    let Some((unit, system)) = assign else { return unassigned(tx, act, known).await };
    if let Some(system) = known.systems.get(&(unit, system)) {
        return Ok(system.clone());
    }
    let found = match system {
        Some(id) => store::systems::get_tx(tx, id).await?.filter(|system| system.retired_at.is_none()),
        None => discovered_system(tx, act, unit).await?,
    };
    // A rule may outlive its system or unit: then nobody has claimed the asset.
    let Some(found) = found else { return unassigned(tx, act, known).await };
    known.systems.insert((unit, system), found.clone());
    Ok(found)
}

pub(crate) async fn discovered_system(
    tx: &mut Tx,
    act: &Act<'_>,
    unit: UnitId,
) -> Result<Option<SystemRow>, AssetError> {
    let tree = hinomi_org::tree_at_tx(tx, act.now).await?;
    let Some(node) = tree.get(unit) else { return Ok(None) };
    let code = format!("discovered-{}", node.code.to_lowercase());
    if let Some(system) = store::systems::by_code_tx(tx, &code).await? {
        return Ok(Some(system).filter(|system| system.retired_at.is_none()));
    }
    let mut new = NewSystem::plain(code, format!("Discovered assets of {}", node.name), unit);
    new.name_ja =
        format!("{}で発見された資産", if node.name_ja.is_empty() { &node.name } else { &node.name_ja });
    Ok(Some(systems::system_create(tx, act, new).await?))
}
