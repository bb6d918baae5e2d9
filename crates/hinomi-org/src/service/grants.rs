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

impl GrantSource for SeatGrants {
    fn grants(&self, person: PersonId, now: Time) -> BoxFuture<'_, Result<Vec<Grant>, DbError>> {
        Box::pin(async move {
            let mut seats: BTreeMap<SeatId, (SeatKind, bool, Vec<UnitId>)> = BTreeMap::new();
            for row in store::seats::grants(&self.db, person, now).await? {
                let seat = seats.entry(row.seat_id).or_insert((row.kind, row.is_root, Vec::new()));
                seat.2.push(row.below);
            }
            let grant = |(kind, is_root, subtree)| {
                // A seat at the root also sees what was owned by units that are gone.
                if is_root { Grant::everywhere(kind) } else { Grant::new(kind, subtree) }
            };
            Ok(seats.into_values().map(grant).collect())
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
