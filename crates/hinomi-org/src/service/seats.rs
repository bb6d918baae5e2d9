// SPDX-License-Identifier: Apache-2.0
//! Seats: which are filled, which are vacant and since when, and the dated assignments.

use std::collections::HashMap;

use hinomi_core::{PersonId, Scope, SeatId, SeatKind, Time, UnitId};
use hinomi_db::Db;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::{Act, one_writer, unit_exists_tx};
use crate::error::OrgError;
use crate::model::plan::{PersonRecord, SeatRecord, SeatStep, Sitting, seat_step};
use crate::store;
use crate::store::seats::SeatAt;

/// A person as seats show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatPerson {
    pub id: PersonId,
    pub name: String,
    pub name_native: String,
}

/// A seat as it stands at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatView {
    pub id: SeatId,
    pub unit_id: UnitId,
    pub kind: SeatKind,
    pub required: bool,
    pub holder: Option<SeatPerson>,
    pub deputy: Option<SeatPerson>,
    /// Who will hold it next, as planned, and from when.
    pub next_holder: Option<SeatPerson>,
    pub next_from: Option<Time>,
    /// Since when nobody holds it.
    pub vacant_since: Option<Time>,
}

#[derive(Debug, Clone, Default)]
pub struct SeatFilter {
    pub units: Option<Vec<UnitId>>,
    pub vacant: Option<bool>,
}

/// Seats in scope by unit and kind.
pub async fn seats_list(
    db: &Db,
    scope: &Scope,
    filter: &SeatFilter,
    now: Time,
) -> Result<Vec<SeatView>, OrgError> {
    let seats = store::seats::list(db, scope, filter.units.as_deref(), now).await?;
    let sitting: Vec<PersonId> = seats
        .iter()
        .flat_map(|seat| [seat.holder.now, seat.holder.next, seat.deputy.now])
        .flatten()
        .map(|sitting| sitting.person)
        .collect();
    let people = store::people::many(db, &sitting).await?;
    let people: HashMap<PersonId, PersonRecord> =
        people.into_iter().map(|person| (person.id, person)).collect();
    let person = |sitting: Option<Sitting>| {
        let person = people.get(&sitting?.person)?;
        Some(SeatPerson { id: person.id, name: person.name.clone(), name_native: person.name_native.clone() })
    };
    let view = |at: SeatAt| SeatView {
        id: at.seat.id,
        unit_id: at.seat.unit_id,
        kind: at.seat.kind,
        required: at.seat.required,
        holder: person(at.holder.now),
        deputy: person(at.deputy.now),
        next_holder: person(at.holder.next),
        next_from: at.holder.next.map(|sitting| sitting.from),
        // Vacant from its making, or from the end of its last holder.
        vacant_since: match at.holder.now {
            Some(_) => None,
            None => at.holder.left_at.or(Some(at.seat.created_at)),
        },
    };
    let vacancy = |seat: &SeatView| filter.vacant.is_none_or(|vacant| vacant == seat.vacant_since.is_some());
    Ok(seats.into_iter().map(view).filter(vacancy).collect())
}

#[derive(Debug, Clone, Copy)]
pub struct NewSeat {
    pub unit_id: UnitId,
    pub kind: SeatKind,
    pub required: bool,
}

pub async fn seat_create(act: &Act<'_>, new: NewSeat) -> Result<SeatId, OrgError> {
    let mut tx = act.app.db.begin().await?;
    if !act.scope.contains(new.unit_id) || !unit_exists_tx(&mut tx, new.unit_id, act.now).await? {
        return Err(OrgError::UnitNotFound { id: new.unit_id });
    }
    if store::seats::is_taken_tx(&mut tx, new.unit_id, new.kind, act.now).await? {
        return Err(OrgError::SeatTaken { kind: new.kind, id: new.unit_id });
    }
    let seat = SeatRecord {
        id: SeatId::new(&*act.app.ids, act.now),
        unit_id: new.unit_id,
        kind: new.kind,
        required: new.required,
        created_at: act.now,
        holder: None,
        deputy: None,
    };
    store::seats::insert(&mut tx, std::slice::from_ref(&seat)).await.map_err(|error| {
        if error.is_unique_violation() {
            OrgError::SeatTaken { kind: new.kind, id: new.unit_id }
        } else {
            error.into()
        }
    })?;
    let after = json!({ "unit_id": new.unit_id, "kind": new.kind, "required": new.required });
    let event = AuditEvent::new(act.actor, "seat.create", "seat", seat.id).unit(new.unit_id).after(&after);
    audit::append(&mut tx, act.app, event.reason(&act.reason)).await?;
    tx.commit().await?;
    Ok(seat.id)
}

/// Puts a person in a seat, as holder or deputy, from a date on; who sat there before ends then.
pub async fn seat_assign(
    act: &Act<'_>,
    id: SeatId,
    person: PersonId,
    deputy: bool,
    from: Option<Time>,
) -> Result<(), OrgError> {
    change_place(act, id, Some(person), deputy, from, "seat.assign").await
}

/// Leaves a place of a seat empty from a date on.
pub async fn seat_vacate(act: &Act<'_>, id: SeatId, deputy: bool, at: Option<Time>) -> Result<(), OrgError> {
    change_place(act, id, None, deputy, at, "seat.vacate").await
}

async fn change_place(
    act: &Act<'_>,
    id: SeatId,
    person: Option<PersonId>,
    deputy: bool,
    from: Option<Time>,
    action: &'static str,
) -> Result<(), OrgError> {
    let mut tx = act.app.db.begin().await?;
    one_writer(&mut tx).await?;
    let found =
        store::seats::get_tx(&mut tx, id, act.now).await?.filter(|seat| act.scope.contains(seat.unit_id));
    let seat = found.ok_or(OrgError::SeatNotFound { id })?;
    let last = if deputy { seat.deputy } else { seat.holder };
    let begin = from.unwrap_or(act.now);
    let mut leaves_at = None;
    if let Some(person) = person {
        let known = store::people::get_tx(&mut tx, person).await?;
        leaves_at = known.ok_or(OrgError::PersonNotFound { id: person })?.left_at;
        if leaves_at.is_some_and(|at| at <= begin) {
            return Err(OrgError::PersonLeft { id: person });
        }
    }
    let step = seat_step(last.as_ref(), person, begin, from.is_some())
        .map_err(|cause| OrgError::Seat { id, cause })?;
    if step == SeatStep::Unchanged {
        return Ok(());
    }
    let ids = &act.app.ids;
    store::seats::write_steps(&mut tx, &[(id, deputy, step)], || ids.uuid7(act.now)).await?;
    if let (Some(person), Some(at)) = (person, leaves_at) {
        store::seats::end_all_of(&mut tx, person, at).await?;
    }
    let before = json!({ "person_id": last.map(|sitting| sitting.person), "deputy": deputy });
    let after = json!({ "person_id": person, "deputy": deputy, "from": begin });
    let event = AuditEvent::new(act.actor, action, "seat", id).unit(seat.unit_id);
    let event = event.before(&before).after(&after).reason(&act.reason);
    audit::append(&mut tx, act.app, event).await?;
    tx.commit().await?;
    Ok(())
}
