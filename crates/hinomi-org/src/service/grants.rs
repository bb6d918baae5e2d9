// SPDX-License-Identifier: Apache-2.0
//! Rights follow from seats: who fills one, as holder or deputy, may do what its kind allows in the unit and below.

use std::collections::BTreeMap;

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
