// SPDX-License-Identifier: Apache-2.0
//! A unit that ends leaves its bodies, and its places at the tables of others, to another unit.

use hinomi_core::{Time, UnitId};
use hinomi_db::{DbError, Tx};
use hinomi_platform::estate::{Handover, HandoverError};

use super::store::{self, PlaceRow};

/// Bodies of the unit, and places that whoever holds its seats fills.
pub(crate) async fn held(tx: &mut Tx, unit: UnitId, now: Time) -> Result<(i64, i64), DbError> {
    let places = store::places_of_unit(tx, unit, now).await?;
    Ok((store::bodies_of_unit(tx, unit).await?, i64::try_from(places.len()).unwrap_or(i64::MAX)))
}

pub(crate) async fn pass_on(tx: &mut Tx, handover: Handover<'_>) -> Result<(), HandoverError> {
    let Handover { app, from, to, .. } = handover;
    let now = app.now();
    store::bodies_move(tx, from, to).await?;
    let heirs = store::places_of_unit(tx, to, now).await?;
    for place in store::places_of_unit(tx, from, now).await? {
        store::place_end(tx, &place.id, now).await?;
        let is_same = |other: &&PlaceRow| {
            (&other.body_id, &other.filled_by, &other.seat_kind, &other.unit_kind)
                == (&place.body_id, &place.filled_by, &place.seat_kind, &place.unit_kind)
        };
        // Nobody sits at a table twice, and the table keeps its chair.
        match heirs.iter().find(is_same) {
            Some(_) if !place.chair => continue,
            Some(other) => store::place_end(tx, &other.id, now).await?,
            None => {}
        }
        let (id, unit_id) = (app.ids.uuid7(now).to_string(), Some(to.to_string()));
        store::place_add(tx, &PlaceRow { id, unit_id, ..place }, now).await?;
    }
    Ok(())
}
