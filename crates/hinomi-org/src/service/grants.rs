// SPDX-License-Identifier: Apache-2.0
//! Rights follow from seats: who fills one, as holder or deputy, may do what its kind allows in the unit and below.

use std::collections::{BTreeMap, HashSet};

use hinomi_core::{Grant, PersonId, SeatId, SeatKind, Time, UnitId};
use hinomi_db::{Db, DbError};
use hinomi_platform::{BoxFuture, GrantSource, Profile, SeatView};

use crate::store;

/// Grants of the seats that a person fills now.
#[derive(Debug, Clone)]
pub struct SeatGrants {
    db: Db,
}

impl SeatGrants {
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

/// A seat that somebody fills.
struct Held {
    kind: SeatKind,
    unit: UnitId,
    is_root: bool,
    subtree: Vec<UnitId>,
}

impl Held {
    /// What was owned by units that are gone stays with those above them, see [`crate::model::Tree::subtree`].
    fn take_over(&mut self, gone: &[(UnitId, Option<UnitId>)]) {
        let mut seen: HashSet<UnitId> = self.subtree.iter().copied().collect();
        loop {
            let is_below = |parent: &Option<UnitId>| parent.is_some_and(|parent| seen.contains(&parent));
            let below: Vec<UnitId> = gone
                .iter()
                .filter(|(unit, parent)| !seen.contains(unit) && is_below(parent))
                .map(|(unit, _)| *unit)
                .collect();
            if below.is_empty() {
                return;
            }
            seen.extend(&below);
            self.subtree.extend(below);
        }
    }

    /// A seat at the root also sees what was owned by units that are gone.
    fn grant(self) -> Grant {
        let grant =
            if self.is_root { Grant::everywhere(self.kind) } else { Grant::new(self.kind, self.subtree) };
        grant.of_unit(self.unit)
    }
}

impl GrantSource for SeatGrants {
    fn grants(&self, person: PersonId, now: Time) -> BoxFuture<'_, Result<Vec<Grant>, DbError>> {
        Box::pin(async move {
            let mut seats: BTreeMap<SeatId, Held> = BTreeMap::new();
            for row in store::seats::grants(&self.db, person, now).await? {
                let (kind, unit, is_root) = (row.kind, row.unit_id, row.is_root);
                let seat =
                    seats.entry(row.seat_id).or_insert(Held { kind, unit, is_root, subtree: Vec::new() });
                seat.subtree.push(row.below);
            }
            if seats.values().any(|seat| !seat.is_root) {
                let gone = store::units::gone_at(&self.db, now).await?;
                seats.values_mut().for_each(|seat| seat.take_over(&gone));
            }
            Ok(seats.into_values().map(Held::grant).collect())
        })
    }

    fn profile(&self, person: PersonId, now: Time) -> BoxFuture<'_, Result<Option<Profile>, DbError>> {
        Box::pin(async move {
            let Some(found) = store::people::get(&self.db, person).await? else { return Ok(None) };
            let held = store::seats::held(&self.db, person, now).await?;
            let units: Vec<UnitId> = held.iter().map(|(_, unit)| *unit).collect();
            let names = store::units::names(&self.db, now, &units).await?;
            let view = |(kind, unit_id): (SeatKind, UnitId)| SeatView {
                unit_id,
                unit_name: names.get(&unit_id).map(|(name, _)| name.clone()).unwrap_or_default(),
                kind,
            };
            let seats = held.into_iter().map(view).collect();
            Ok(Some(Profile { name: found.name, name_native: found.name_native, seats }))
        })
    }
}
