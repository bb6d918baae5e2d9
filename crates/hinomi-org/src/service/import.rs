// SPDX-License-Identifier: Apache-2.0
//! The organisation as CSV files, in and out. A file goes in whole or not at all.

use std::collections::HashMap;

use hinomi_core::{PersonId, Scope, SeatId, Time, UnitId};
use hinomi_db::{Db, Tx};
use hinomi_platform::audit::{self, AuditEvent};

use super::people::account_follows;
use super::{Act, closing, one_writer, tree_at};
use crate::error::{OrgError, told};
use crate::model::plan::{
    ImportCounts, PersonRecord, SeatRecord, SeatStep, Sitting, plan_people, plan_seats, plan_units,
};
use crate::model::sheet::{PersonRow, RowError, SeatRow, SheetKind, UnitRow, show_time, write_sheet};
use crate::model::{UnitRecord, shown_end};
use crate::store;

/// Reads a file, compares it with what is there, and unless it is a dry run writes the difference.
pub async fn org_import(
    act: &Act<'_>,
    kind: SheetKind,
    file: &[u8],
    dry_run: bool,
) -> Result<ImportCounts, OrgError> {
    let mut tx = act.app.db.begin().await?;
    one_writer(&mut tx).await?;
    let counts = match kind {
        SheetKind::Units => import_units(&mut tx, act, file).await?,
        SheetKind::People => import_people(&mut tx, act, file).await?,
        SheetKind::Seats => import_seats(&mut tx, act, file).await?,
    };
    if dry_run {
        tx.rollback().await?;
        return Ok(counts);
    }
    if counts.added + counts.changed > 0 {
        let event = AuditEvent::new(act.actor, "org.import", "sheet", kind).after(&counts);
        audit::append(&mut tx, act.app, event.reason(&act.reason)).await?;
    }
    tx.commit().await?;
    Ok(counts)
}

fn refused(kind: SheetKind) -> impl Fn(Vec<RowError>) -> OrgError {
    move |errors| OrgError::Sheet { kind, errors }
}

async fn import_units(tx: &mut Tx, act: &Act<'_>, file: &[u8]) -> Result<ImportCounts, OrgError> {
    let refuse = refused(SheetKind::Units);
    let rows = UnitRow::read(file).map_err(&refuse)?;
    let before = store::units::history_tx(tx).await?;
    let new_id = || UnitId::new(&*act.app.ids, act.now);
    let (after, counts) = plan_units(&before, &rows, &act.scope, act.now, new_id).map_err(&refuse)?;
    store::units::write_history(tx, &before, &after).await?;
    let mut errors = Vec::new();
    for unit in after.units() {
        let ended = shown_end(unit.end());
        let before_end = before.get(unit.id).and_then(|unit| shown_end(unit.end()));
        let (Some(at), None) = (ended, before_end) else { continue };
        let owned = if at <= act.now { closing::owned(tx, act.app, unit.id).await? } else { Vec::new() };
        if let (false, Some(row)) = (owned.is_empty(), rows.iter().find(|row| row.code == unit.code)) {
            let message = format!("unit {} still owns {}: hand it over first", unit.code, told(&owned));
            errors.push(RowError::new(row.row, "valid_to", message));
        }
        store::seats::close_of_unit(tx, unit.id, at).await?;
    }
    errors.sort();
    if errors.is_empty() { Ok(counts) } else { Err(refuse(errors)) }
}

async fn import_people(tx: &mut Tx, act: &Act<'_>, file: &[u8]) -> Result<ImportCounts, OrgError> {
    let refuse = refused(SheetKind::People);
    let rows = PersonRow::read(file).map_err(&refuse)?;
    let tree = store::units::tree_at_tx(tx, act.now).await?;
    let before = store::people::all_tx(tx).await?;
    let new_id = || PersonId::new(&*act.app.ids, act.now);
    let plan = plan_people(before, &tree, &rows, &act.scope, new_id).map_err(&refuse)?;
    let moving: Vec<PersonId> = plan
        .changed
        .iter()
        .filter(|(before, after)| before.email.is_some() && before.email != after.email)
        .map(|(_, after)| after.id)
        .collect();
    if !moving.is_empty() {
        store::people::release_emails(tx, &moving).await?;
    }
    for (before, after) in &plan.changed {
        store::people::update(tx, before, after, act.now).await?;
        if let Some(at) = after.left_at.filter(|_| before.left_at != after.left_at) {
            store::seats::end_all_of(tx, after.id, at).await?;
        }
    }
    account_follows(tx, act, plan.changed.iter().map(|(before, after)| (before, after))).await?;
    store::people::insert(tx, &plan.added, act.now).await?;
    Ok(plan.counts)
}

async fn import_seats(tx: &mut Tx, act: &Act<'_>, file: &[u8]) -> Result<ImportCounts, OrgError> {
    let refuse = refused(SheetKind::Seats);
    let rows = SeatRow::read(file).map_err(&refuse)?;
    let tree = store::units::tree_at_tx(tx, act.now).await?;
    let before = store::seats::all_tx(tx, act.now).await?;
    let people = store::people::all_tx(tx).await?;
    let leaving: HashMap<PersonId, Time> =
        people.iter().filter_map(|person| Some((person.id, person.left_at?))).collect();
    let at_work: HashMap<String, PersonId> = people
        .into_iter()
        .filter(|person| person.is_at_work(act.now))
        .map(|person| (person.code, person.id))
        .collect();
    let new_id = || SeatId::new(&*act.app.ids, act.now);
    let plan = plan_seats(before, &at_work, &tree, &rows, &act.scope, act.now, new_id).map_err(&refuse)?;
    store::seats::insert(tx, &plan.added).await?;
    for (seat, required) in &plan.required {
        store::seats::set_required(tx, *seat, *required).await?;
    }
    store::seats::write_steps(tx, &plan.steps, || act.app.ids.uuid7(act.now)).await?;
    for (_, _, step) in &plan.steps {
        if let SeatStep::Begin { person, .. } = step
            && let Some(at) = leaving.get(person)
        {
            store::seats::end_all_of(tx, *person, *at).await?;
        }
    }
    Ok(plan.counts)
}

/// The file that, imported again, changes nothing: what is in scope now.
pub async fn org_export(db: &Db, scope: &Scope, kind: SheetKind, now: Time) -> Result<Vec<u8>, OrgError> {
    let rows = match kind {
        SheetKind::Units => unit_rows(db, scope, now).await?,
        SheetKind::People => people_rows(db, scope, now).await?,
        SheetKind::Seats => seat_rows(db, scope, now).await?,
    };
    Ok(write_sheet(kind.columns(), rows))
}

/// Each unit as it stands last, which for a planned move is how it will stand.
async fn unit_rows(db: &Db, scope: &Scope, now: Time) -> Result<Vec<Vec<String>>, OrgError> {
    let history = store::units::history_tx(&mut db.begin_read().await?).await?;
    let code = |unit: UnitId| history.get(unit).map(|unit| unit.code.clone());
    let row = |unit: &UnitRecord| {
        let last = unit.versions.last()?;
        Some(vec![
            unit.code.clone(),
            unit.kind.to_string(),
            last.name.clone(),
            last.name_ja.clone(),
            last.parent.and_then(code).unwrap_or_default(),
            show_time(last.from),
            shown_end(last.to).map(show_time).unwrap_or_default(),
        ])
    };
    let lasting = history.units().filter(|unit| unit.end() > now && scope.contains(unit.id));
    let mut rows: Vec<Vec<String>> = lasting.filter_map(row).collect();
    rows.sort();
    Ok(rows)
}

async fn people_rows(db: &Db, scope: &Scope, now: Time) -> Result<Vec<Vec<String>>, OrgError> {
    let tree = tree_at(db, now).await?;
    let people = store::people::all(db).await?;
    let row = |person: PersonRecord| {
        // Who belongs to a unit that is gone cannot be imported again: they are listed on their page only.
        let unit = tree.get(person.unit_id)?;
        Some(vec![
            person.code,
            person.name,
            person.name_native,
            person.email.unwrap_or_default(),
            unit.code.clone(),
            person.left_at.map(show_time).unwrap_or_default(),
        ])
    };
    Ok(people.into_iter().filter(|person| scope.contains(person.unit_id)).filter_map(row).collect())
}

async fn seat_rows(db: &Db, scope: &Scope, now: Time) -> Result<Vec<Vec<String>>, OrgError> {
    let tree = tree_at(db, now).await?;
    let seats: Vec<SeatRecord> =
        store::seats::list(db, scope, None, now).await?.into_iter().map(|at| at.seat).collect();
    let sitting: Vec<PersonId> = seats
        .iter()
        .flat_map(|seat| [seat.holder, seat.deputy])
        .flatten()
        .map(|sitting| sitting.person)
        .collect();
    let people = store::people::many(db, &sitting).await?;
    let codes: HashMap<PersonId, String> =
        people.into_iter().map(|person| (person.id, person.code)).collect();
    let place = |sitting: Option<Sitting>| {
        // Who sits until a known day still sits, and the file would take them out otherwise.
        let lasting = sitting.filter(|sitting| now < sitting.to);
        let code = lasting.and_then(|sitting| codes.get(&sitting.person).cloned());
        let from = lasting.map(|sitting| show_time(sitting.from));
        [code.unwrap_or_default(), from.unwrap_or_default()]
    };
    let mut rows = Vec::with_capacity(seats.len());
    for seat in seats {
        let Some(unit) = tree.get(seat.unit_id) else { continue };
        let mut row = vec![unit.code.clone(), seat.kind.to_string(), seat.required.to_string()];
        row.extend(place(seat.holder));
        row.extend(place(seat.deputy));
        rows.push(row);
    }
    rows.sort();
    Ok(rows)
}
