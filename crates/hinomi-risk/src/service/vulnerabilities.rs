// SPDX-License-Identifier: Apache-2.0
//! Which vulnerabilities affect something that the reader sees, and how much.

use crate::error::RiskError;
use crate::state::Carried;
use hinomi_db::Db;
use roaring::RoaringBitmap;
use std::collections::{BTreeSet, HashMap};

/// Affected components by vulnerability, now.
pub async fn components_by_vulnerability(
    db: &Db,
    ids: &[i64],
) -> Result<HashMap<i64, BTreeSet<u32>>, RiskError> {
    let mut components: HashMap<i64, BTreeSet<u32>> = HashMap::new();
    for row in hinomi_findings::matches_of_vulnerabilities(db, ids, hinomi_findings::OPEN - 1).await? {
        if row.state == "affected" {
            components.entry(row.vulnerability_id).or_default().insert(row.component_id as u32);
        }
    }
    Ok(components)
}

/// Vulnerabilities that affect at least one visible carrier, in the order of their numbers.
pub async fn affecting(
    db: &Db,
    carried: &mut Carried,
    visible: &RoaringBitmap,
) -> Result<Vec<i64>, RiskError> {
    let mut known: HashMap<u32, bool> = HashMap::new();
    let mut ids = BTreeSet::new();
    for row in hinomi_findings::open_affected(db).await? {
        let component = row.component_id as u32;
        let is_carried =
            *known.entry(component).or_insert_with(|| !carried.carriers_of(component).is_disjoint(visible));
        if is_carried {
            ids.insert(row.vulnerability_id);
        }
    }
    Ok(ids.into_iter().collect())
}

/// The visible carriers of each vulnerability.
pub async fn carriers_by_vulnerability(
    db: &Db,
    carried: &mut Carried,
    visible: &RoaringBitmap,
    ids: &[i64],
) -> Result<HashMap<i64, RoaringBitmap>, RiskError> {
    let components = components_by_vulnerability(db, ids).await?;
    Ok(components
        .into_iter()
        .map(|(id, components)| (id, carried.carriers_of_any(components) & visible))
        .collect())
}

/// Open tickets of each vulnerability within the visible units.
pub async fn open_tickets(
    db: &Db,
    scope: &hinomi_core::Scope,
    ids: &[i64],
) -> Result<HashMap<i64, (i64, BTreeSet<String>)>, RiskError> {
    let sql = db.pick(
        "SELECT i.vulnerability_id, t.unit_id, t.system_id FROM v_ticket_item i JOIN v_ticket t ON t.id = i.ticket_id \
         WHERE i.closed_at IS NULL AND i.vulnerability_id IN (SELECT value FROM json_each($1))",
        "SELECT i.vulnerability_id, t.unit_id, t.system_id FROM v_ticket_item i JOIN v_ticket t ON t.id = i.ticket_id \
         WHERE i.closed_at IS NULL AND i.vulnerability_id IN (SELECT value::bigint FROM json_each($1))",
    );
    let rows: Vec<(i64, hinomi_core::UnitId, String)> =
        db.all(sql, hinomi_db::values![serde_json::to_string(ids).unwrap_or_default()]).await?;
    let mut found: HashMap<i64, (i64, BTreeSet<String>)> = HashMap::new();
    for (id, unit, system) in rows {
        if scope.contains(unit) {
            let entry = found.entry(id).or_default();
            entry.0 += 1;
            entry.1.insert(system);
        }
    }
    Ok(found)
}
