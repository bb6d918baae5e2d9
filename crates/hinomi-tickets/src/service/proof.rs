// SPDX-License-Identifier: Apache-2.0
//! What proves that an open item's cause is no longer there.
//!
//! ```text
//! the very component is still there       → retracted: what was known about it changed
//! another version of its unit is there    → fixed, unless that version cannot be judged
//! nothing of its unit is there any more    → gone, on the inventory that lacks it
//! ```

use super::due::Carrier;
use crate::model::{Closure, TicketError};
use crate::plan::Proof;
use crate::store::facts;
use hinomi_db::Db;
use hinomi_inventory::service::read::{self as inventory, LastSeen};
use hinomi_inventory::{CarrierIndex, ComponentRow, components_by_ids};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Reasons for which a version is not judged: a change from a known bad version to one of these proves nothing.
const UNJUDGED: [&str; 7] = [
    "no-identity",
    "unreadable-purl",
    "no-version",
    "version-not-comparable",
    "release-missing",
    "distribution-unknown",
    "unsupported-type",
];

/// Proofs for the vanished items (ticket, vulnerability, component that was installed); what has none stays open.
pub(super) async fn find(
    db: &Db,
    index: &CarrierIndex,
    carriers: &[Carrier],
    vanished: &[(i64, i64, i64)],
) -> Result<HashMap<(i64, i64), Proof>, TicketError> {
    let scene = Scene::load(db, index, carriers, vanished).await?;
    let mut proofs = HashMap::new();
    for &(ticket_id, vulnerability_id, component_id) in vanished {
        if let Some(proof) = scene.judge(component_id as u32) {
            proofs.insert((ticket_id, vulnerability_id), proof);
        }
    }
    Ok(proofs)
}

struct Place {
    carrier: u32,
    source_id: i64,
    snapshot_id: i64,
    from_at: i64,
}

/// What the carriers of the system hold now of the units in question, and of their names.
struct Scene {
    before: HashMap<u32, ComponentRow>,
    present: HashMap<u32, Vec<Place>>,
    of_unit: Vec<ComponentRow>,
    unjudged: HashSet<u32>,
    last_seen: HashMap<u32, LastSeen>,
    names: HashMap<u32, String>,
    newest: HashMap<(u32, i64), (i64, i64)>,
}

impl Scene {
    async fn load(
        db: &Db,
        index: &CarrierIndex,
        carriers: &[Carrier],
        vanished: &[(i64, i64, i64)],
    ) -> Result<Self, TicketError> {
        let mut gone: Vec<u32> = vanished.iter().map(|(_, _, component)| *component as u32).collect();
        gone.sort_unstable();
        gone.dedup();
        let before: HashMap<u32, ComponentRow> =
            components_by_ids(db, &gone).await?.into_iter().map(|row| (row.id as u32, row)).collect();
        let mut present: HashMap<u32, Vec<Place>> = HashMap::new();
        let mut newest = HashMap::new();
        for carrier in carriers {
            for slot in index.slots(carrier.ordinal) {
                newest.insert((carrier.ordinal, slot.source_id), (slot.snapshot_id, slot.from_at));
                for component in index.components_of_slot(slot) {
                    present.entry(component).or_default().push(Place {
                        carrier: carrier.ordinal,
                        source_id: slot.source_id,
                        snapshot_id: slot.snapshot_id,
                        from_at: slot.from_at,
                    });
                }
            }
        }
        let ids: Vec<u32> = present.keys().copied().collect();
        let units: HashSet<(&str, Option<&str>, &str)> = before.values().map(unit).collect();
        let names: HashSet<&str> = before.values().map(|row| row.name.as_str()).collect();
        let of_unit: Vec<ComponentRow> = components_by_ids(db, &ids)
            .await?
            .into_iter()
            .filter(|row| units.contains(&unit(row)) || names.contains(row.name.as_str()))
            .collect();
        let ids: Vec<u32> = of_unit.iter().map(|row| row.id as u32).collect();
        let unknown = hinomi_findings::unknowns_of_components(db, &ids, hinomi_findings::OPEN - 1).await?;
        let unjudged = unknown
            .into_iter()
            .filter(|row| UNJUDGED.contains(&row.code.as_str()))
            .map(|row| row.component_id as u32)
            .collect();
        let ordinals: Vec<u32> = carriers.iter().map(|carrier| carrier.ordinal).collect();
        let last_seen = inventory::last_seen_on(db, &ordinals, &gone).await?;
        let asset_names = facts::asset_names(db, &ordinals).await?;
        Ok(Self { before, present, of_unit, unjudged, last_seen, names: asset_names, newest })
    }

    fn judge(&self, component: u32) -> Option<Proof> {
        let before = self.before.get(&component)?;
        if let Some(places) = self.present.get(&component) {
            let place = places.first();
            return Some(Proof {
                closure: Closure::Retracted,
                evidence: json!({
                    "before": before.label(),
                    "after": before.label(),
                    "why": "match-no-longer-holds",
                    "asset_name": place.and_then(|place| self.names.get(&place.carrier)),
                    "snapshot_id": place.map(|place| place.snapshot_id),
                }),
            });
        }
        let others: Vec<&ComponentRow> =
            self.of_unit.iter().filter(|row| unit(row) == unit(before)).collect();
        let running = others.iter().filter(|row| row.kernel_running != Some(false));
        let same_name = running.clone().find(|row| row.name == before.name);
        match same_name.or_else(|| running.clone().next()) {
            Some(after) => self.fixed(before, after, &others),
            // Only kernels that do not run are left: what runs is not known.
            None if !others.is_empty() => None,
            None => Some(self.gone(component, before)),
        }
    }

    fn fixed(&self, before: &ComponentRow, after: &ComponentRow, others: &[&ComponentRow]) -> Option<Proof> {
        if others.iter().any(|row| self.unjudged.contains(&(row.id as u32))) {
            return None;
        }
        let component = before.id as u32;
        let seen = self.last_seen.get(&component);
        let places = self.present.get(&(after.id as u32))?;
        let place = places
            .iter()
            .find(|place| seen.is_some_and(|seen| seen.carrier == place.carrier))
            .or_else(|| places.first())?;
        Some(Proof {
            closure: Closure::Fixed,
            evidence: json!({
                "before": before.label(),
                "after": after.label(),
                "asset_name": self.names.get(&place.carrier),
                "source_id": place.source_id,
                "snapshot_id": place.snapshot_id,
                "before_snapshot_id": seen.map(|seen| seen.snapshot_id),
                "observed_at": place.from_at,
            }),
        })
    }

    fn gone(&self, component: u32, before: &ComponentRow) -> Proof {
        let evidence = match self.last_seen.get(&component) {
            Some(seen) => {
                let lacking = self.newest.get(&(seen.carrier, seen.source_id));
                json!({
                    "before": before.label(),
                    "why": "absent-from-newer-inventory",
                    "asset_name": self.names.get(&seen.carrier),
                    "source_id": seen.source_id,
                    "before_snapshot_id": seen.snapshot_id,
                    "snapshot_id": lacking.map(|(snapshot_id, _)| snapshot_id),
                    "observed_at": seen.until,
                })
            }
            None => json!({ "before": before.label(), "why": "carrier-retired-or-moved" }),
        };
        Proof { closure: Closure::Gone, evidence }
    }
}

fn unit(row: &ComponentRow) -> (&str, Option<&str>, &str) {
    (&row.ecosystem, row.release.as_deref(), &row.package)
}
