// SPDX-License-Identifier: Apache-2.0
//! What proves that an open item's cause is no longer there.
//!
//! ```text
//! the very component is still there            → retracted: what was known about it changed
//! where it was seen last, another version now  → fixed, unless that version cannot be judged
//! where it was seen last, nothing of it now    → gone, on the inventory that lacks it
//! it was on no carrier that is still here      → gone, with its carrier
//! only a scanner saw it, and a component explains or contradicts it now → retracted: that is the finding from then on
//! ```
//! Evidence comes from the carrier that lost the component; what its neighbours have proves nothing about it. What
//! cannot be judged, or has not met the advisories yet, proves nothing either.

use super::due::Carrier;
use crate::model::{Closure, TicketError};
use crate::plan::Proof;
use crate::store::facts;
use hinomi_db::Db;
use hinomi_inventory::scans::SCANNED;
use hinomi_inventory::service::read::{self as inventory, LastSeen};
use hinomi_inventory::{CarrierIndex, ComponentRow, components_by_ids};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Past its end of life a release is announced no more; what was announced before is still judged.
const JUDGED_YET_UNKNOWN: &str = "end-of-life";

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
        if let Some(proof) = scene.judge(component_id as u32, vulnerability_id) {
            proofs.insert((ticket_id, vulnerability_id), proof);
        }
    }
    super::said::explain(db, vanished, &mut proofs).await?;
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
    related: Vec<ComponentRow>,
    unjudged: HashSet<u32>,
    /// (component, vulnerability) of which a record still says "unknown".
    undecided: HashSet<(u32, i64)>,
    /// (carrier, vulnerability) of which something on the carrier was matched, whatever came of it.
    explained: HashSet<(u32, i64)>,
    last_seen: HashMap<u32, Vec<LastSeen>>,
    names: HashMap<u32, String>,
    newest: HashMap<(u32, i64), i64>,
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
                newest.insert((carrier.ordinal, slot.source_id), slot.snapshot_id);
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
        let packages: HashSet<&str> =
            before.values().flat_map(|row| [row.name.as_str(), row.package.as_str()]).collect();
        let related: Vec<ComponentRow> = components_by_ids(db, &ids)
            .await?
            .into_iter()
            .filter(|row| {
                units.contains(&unit(row))
                    || packages.contains(row.name.as_str())
                    || packages.contains(row.package.as_str())
            })
            .collect();
        let ids: Vec<u32> = related.iter().map(|row| row.id as u32).collect();
        let at = hinomi_findings::OPEN - 1;
        let mut unjudged: HashSet<u32> = hinomi_findings::unmatched_of(db, &ids).await?.into_iter().collect();
        let unknown = hinomi_findings::unknowns_of_components(db, &ids, at).await?;
        unjudged.extend(
            unknown
                .into_iter()
                .filter(|row| row.code != JUDGED_YET_UNKNOWN)
                .map(|row| row.component_id as u32),
        );
        let still_there: Vec<u32> = gone.iter().copied().filter(|id| present.contains_key(id)).collect();
        let undecided = hinomi_findings::matches_of_components(db, &still_there, at)
            .await?
            .into_iter()
            .filter(|row| row.state != "not_affected")
            .map(|row| (row.component_id as u32, row.vulnerability_id))
            .collect();
        let explained = explained(db, &before, &present, vanished).await?;
        let ordinals: Vec<u32> = carriers.iter().map(|carrier| carrier.ordinal).collect();
        let lost: Vec<u32> = gone.iter().copied().filter(|id| !present.contains_key(id)).collect();
        let last_seen = inventory::last_seen_on(db, &ordinals, &lost).await?;
        let names = facts::asset_names(db, &ordinals).await?;
        Ok(Self { before, present, related, unjudged, undecided, explained, last_seen, names, newest })
    }

    fn judge(&self, component: u32, vulnerability_id: i64) -> Option<Proof> {
        let before = self.before.get(&component)?;
        if let Some(places) = self.present.get(&component) {
            // It was judged before, so it is the record that changed; unless that has become undecidable.
            let is_decided = !self.undecided.contains(&(component, vulnerability_id));
            return is_decided.then(|| self.retracted(before, places.first()));
        }
        let Some(seen) = self.last_seen.get(&component) else {
            let evidence = json!({ "before": before.label(), "why": "carrier-retired-or-moved" });
            return Some(Proof { closure: Closure::Gone, evidence });
        };
        // Lost on several carriers in one instant: each must be proven, and a fix says more than an absence.
        let proofs: Vec<Proof> =
            seen.iter().map(|seen| self.judge_at(before, seen, vulnerability_id)).collect::<Option<_>>()?;
        let fixed = proofs.iter().position(|proof| proof.closure == Closure::Fixed).unwrap_or(0);
        proofs.into_iter().nth(fixed)
    }

    /// What became of it on the carrier where it was seen last.
    fn judge_at(&self, before: &ComponentRow, seen: &LastSeen, vulnerability_id: i64) -> Option<Proof> {
        if before.kind == SCANNED {
            return Some(self.unseen(before, seen, vulnerability_id));
        }
        let here: Vec<(&ComponentRow, &Place)> = self
            .related
            .iter()
            .filter_map(|row| {
                let places = self.present.get(&(row.id as u32))?;
                let on_carrier = || places.iter().filter(|place| place.carrier == seen.carrier);
                let same_source = on_carrier().find(|place| place.source_id == seen.source_id);
                Some((row, same_source.or_else(|| on_carrier().next())?))
            })
            .collect();
        // A kernel's place is taken by another kernel, not by the headers that are built from the same source.
        let is_kernel = before.kernel_running.is_some();
        let of_unit: Vec<_> = here
            .iter()
            .filter(|(row, _)| unit(row) == unit(before) && (!is_kernel || row.kernel_running.is_some()))
            .collect();
        let running: Vec<_> = of_unit.iter().filter(|(row, _)| row.kernel_running != Some(false)).collect();
        if let Some((after, place)) =
            running.iter().find(|(row, _)| row.name == before.name).or(running.first()).map(|found| ***found)
        {
            let is_judged = running.iter().all(|(row, _)| !self.unjudged.contains(&(row.id as u32)));
            return is_judged.then(|| self.fixed(before, after, place, seen));
        }
        if !of_unit.is_empty() {
            // Only kernels that do not run are left: what runs is not known.
            return None;
        }
        // It may still be there under another identity: in another release, or in none that can be judged.
        let kin: Vec<_> = here
            .iter()
            .filter(|(row, _)| row.name == before.name && (!is_kernel || row.kernel_running != Some(false)))
            .collect();
        if kin.iter().any(|(row, _)| self.unjudged.contains(&(row.id as u32)) && is_kin(row, before)) {
            return None;
        }
        let elsewhere =
            kin.iter().find(|(row, _)| row.ecosystem == before.ecosystem && row.package == before.package);
        Some(match elsewhere {
            Some((after, place)) => self.fixed(before, after, place, seen),
            None => self.gone(before, seen),
        })
    }

    fn retracted(&self, before: &ComponentRow, place: Option<&Place>) -> Proof {
        Proof {
            closure: Closure::Retracted,
            evidence: json!({
                "before": before.label(),
                "after": before.label(),
                "why": "match-no-longer-holds",
                "asset_name": place.and_then(|place| self.names.get(&place.carrier)),
                "snapshot_id": place.map(|place| place.snapshot_id),
            }),
        }
    }

    fn fixed(&self, before: &ComponentRow, after: &ComponentRow, place: &Place, seen: &LastSeen) -> Proof {
        let is_same = (&before.name, &before.version, &before.source_version)
            == (&after.name, &after.version, &after.source_version);
        if is_same && before.kernel_running == after.kernel_running {
            // The same version, only better described, and not affected: nothing was fixed.
            return self.retracted(before, Some(place));
        }
        Proof {
            closure: Closure::Fixed,
            evidence: json!({
                "before": before.label(),
                "after": after.label(),
                "asset_name": self.names.get(&place.carrier),
                "source_id": place.source_id,
                "snapshot_id": place.snapshot_id,
                "before_snapshot_id": seen.snapshot_id,
                "observed_at": place.from_at,
            }),
        }
    }

    /// A scanner no longer sees it, or something else tells what it is.
    fn unseen(&self, before: &ComponentRow, seen: &LastSeen, vulnerability_id: i64) -> Proof {
        let is_explained = self.explained.contains(&(seen.carrier, vulnerability_id));
        let (closure, why) = match is_explained {
            true => (Closure::Retracted, "told-by-inventory"),
            false => (Closure::Gone, "absent-from-later-scan"),
        };
        let mut proof = self.gone(before, seen);
        proof.closure = closure;
        if let Some(fields) = proof.evidence.as_object_mut() {
            fields.insert("why".to_owned(), json!(why));
        }
        proof
    }

    fn gone(&self, before: &ComponentRow, seen: &LastSeen) -> Proof {
        Proof {
            closure: Closure::Gone,
            evidence: json!({
                "before": before.label(),
                "why": "absent-from-newer-inventory",
                "asset_name": self.names.get(&seen.carrier),
                "source_id": seen.source_id,
                "before_snapshot_id": seen.snapshot_id,
                "snapshot_id": self.newest.get(&(seen.carrier, seen.source_id)),
                "observed_at": seen.until,
            }),
        }
    }
}

/// Where the vulnerabilities that only a scanner saw have been matched meanwhile.
async fn explained(
    db: &Db,
    before: &HashMap<u32, ComponentRow>,
    present: &HashMap<u32, Vec<Place>>,
    vanished: &[(i64, i64, i64)],
) -> Result<HashSet<(u32, i64)>, TicketError> {
    let is_scanned = |component: i64| before.get(&(component as u32)).is_some_and(|row| row.kind == SCANNED);
    let mut ids: Vec<i64> =
        vanished.iter().filter(|(_, _, component)| is_scanned(*component)).map(|(_, id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut explained = HashSet::new();
    for row in hinomi_findings::matches_of_vulnerabilities(db, &ids, hinomi_findings::OPEN - 1).await? {
        if row.rule != hinomi_findings::SCANNER_RULE {
            let places = present.get(&(row.component_id as u32)).map_or(&[][..], Vec::as_slice);
            explained.extend(places.iter().map(|place| (place.carrier, row.vulnerability_id)));
        }
    }
    Ok(explained)
}

/// Could this be the same package, seen through an identity that says less?
fn is_kin(row: &ComponentRow, before: &ComponentRow) -> bool {
    row.ecosystem == before.ecosystem || matches!(row.ecosystem.as_str(), "unknown" | "cpe" | "")
}

fn unit(row: &ComponentRow) -> (&str, Option<&str>, &str) {
    (&row.ecosystem, row.release.as_deref(), &row.package)
}
