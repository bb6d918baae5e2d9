// SPDX-License-Identifier: Apache-2.0
//! What is owed, to when, and whether it was done.
//!
//! ```text
//! owner's Tx ─┬─ own record
//!             └─ owe ─→ open ─┬─ fulfil ──→ done (in time or late)
//!                             ├─ withdraw ─→ withdrawn, by somebody else than who owes it
//!                             └─ pause_ask → pause_approve (somebody else) → pause_end: the due date moves on
//! ```
//! Entering the same record twice changes nothing: reconcilers may owe again what they owed before.

use std::collections::{HashMap, HashSet};

use hinomi_core::{Actor, PersonId, Scope, Time, UnitId};
use hinomi_db::{Db, DbError, Tx};
use hinomi_platform::App;
use jiff::civil::Date;

use crate::clock::with_pauses;
use crate::error::ObligationError;
use crate::pauses::{self, PauseRow, approved};
use crate::store::ledger as store;
use crate::{Calendar, Span, due_at};

pub use crate::store::ledger::{Obligation, OwedCount};

/// How its end is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    After(Span),
    /// The end of this day, in the unit's calendar.
    Day(Date),
    /// This instant: a document said so.
    At(Time),
}

/// What is to be owed.
#[derive(Debug, Clone)]
pub struct NewObligation<'a> {
    pub kind: &'a str,
    /// The owner's record.
    pub subject: &'a str,
    pub unit: UnitId,
    /// `None`: whoever fills the unit's seats.
    pub person: Option<PersonId>,
    pub title: &'a str,
    pub href: &'a str,
    pub start: Time,
    pub deadline: Deadline,
}

/// Enters that something is owed; returns by when. What was entered before under this kind and subject stays as it was.
pub async fn owe(
    tx: &mut Tx,
    app: &App,
    new: &NewObligation<'_>,
    calendar: &Calendar,
) -> Result<Time, ObligationError> {
    let (span, due) = match new.deadline {
        Deadline::After(span) => (span.to_string(), due_at(new.start, span, calendar, &[])),
        Deadline::Day(day) => ("day".to_owned(), calendar.end_of(day)),
        Deadline::At(at) => ("at".to_owned(), at),
    };
    let id = app.ids.uuid7(app.now()).to_string();
    store::insert(tx, &id, new, (calendar.name(), &span), due).await?;
    let stored = store::of_subject(tx, new.kind, new.subject).await?;
    Ok(stored.map_or(due, |stored| stored.due_at))
}

/// It was done; false when nothing open is known of it.
pub async fn fulfil(tx: &mut Tx, kind: &str, subject: &str, at: Time, by: &str) -> Result<bool, DbError> {
    store::close(tx, kind, subject, at, by).await
}

/// More than the word of who owed it says that it was done: a measurement, or somebody else. False when it is not done, or proven
/// already.
pub async fn prove(tx: &mut Tx, kind: &str, subject: &str, at: Time, by: &str) -> Result<bool, DbError> {
    store::prove(tx, kind, subject, at, by).await
}

/// Record → since when and by whom it is proven, of a unit's entries of a kind.
pub async fn proofs(db: &Db, kind: &str, unit: UnitId) -> Result<HashMap<String, (Time, String)>, DbError> {
    store::proofs(db, kind, unit).await
}

/// It is open again.
pub async fn reopen(tx: &mut Tx, kind: &str, subject: &str) -> Result<bool, DbError> {
    store::reopen(tx, kind, subject).await
}

/// Somebody else owes what is open: the unit, the record and the page change, and its times stay. False when nothing open is known
/// of it.
pub async fn pass_on(
    tx: &mut Tx,
    (kind, subject): (&str, &str),
    unit: UnitId,
    (new_subject, href): (&str, &str),
) -> Result<bool, DbError> {
    store::pass_on(tx, (kind, subject), unit, (new_subject, href)).await
}

/// Another end was agreed on; steps that were taken stay taken.
pub async fn deadline_move(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
    day: Date,
    calendar: &Calendar,
) -> Result<Option<Time>, ObligationError> {
    let Some(found) = store::of_subject(tx, kind, subject).await? else { return Ok(None) };
    let plain = calendar.end_of(day);
    let due = with_pauses(found.began_at, plain, &approved(&pauses::of_tx(tx, &found.id).await?));
    store::due_put(tx, &found.id, plain, due).await?;
    Ok(Some(due))
}

/// The owner's record no longer asks for it. `owner` is who owes it: nobody withdraws what is their own.
pub async fn withdraw(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    (kind, subject): (&str, &str),
    reason: &str,
) -> Result<bool, ObligationError> {
    let Some(found) = store::of_subject(tx, kind, subject).await? else { return Ok(false) };
    if found.person_id.is_some() && found.person_id == actor.person_id() {
        return Err(ObligationError::OwnObligation { id: found.id, who: actor.display_name().to_owned() });
    }
    Ok(store::withdraw(tx, &found.id, app.now(), actor.display_name(), reason).await?)
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ObligationFilter {
    pub kind: Option<String>,
    /// Of this person, or of these units where nobody is named.
    pub mine: Option<(PersonId, Vec<UnitId>)>,
    /// Only what is open.
    pub open: bool,
    /// Only what was due before this, is not done and does not stand still then.
    pub overdue_at: Option<Time>,
    /// What became due at or after this; keeps lists of the past short.
    pub due_since: Option<Time>,
}

/// By due date.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &ObligationFilter,
    limit: u64,
) -> Result<Vec<Obligation>, DbError> {
    store::list(db, scope, filter, limit).await
}

/// What units owe and have not done, and how much of it is late; what stands still is not.
pub async fn counts(db: &Db, scope: &Scope, now: Time) -> Result<Vec<OwedCount>, DbError> {
    store::counts(db, scope, now).await
}

/// Records of a kind whose clock stands still now.
pub async fn paused_subjects(db: &Db, kind: &str, now: Time) -> Result<Vec<String>, DbError> {
    store::paused_subjects(db, kind, now).await
}

/// Units that owe something still.
pub async fn units_owing(db: &Db) -> Result<Vec<UnitId>, DbError> {
    store::units_owing(db).await
}

pub async fn get(db: &Db, id: &str) -> Result<Obligation, ObligationError> {
    store::by_id(db, id).await?.ok_or_else(|| ObligationError::Unknown { id: id.to_owned() })
}

/// What is owed for a record.
pub async fn of(db: &Db, kind: &str, subject: &str) -> Result<Option<Obligation>, DbError> {
    store::of(db, kind, subject).await
}

/// Record → by when, of those of a kind that are due at or after an instant.
pub async fn due_of_kind(db: &Db, kind: &str, since: Time) -> Result<HashMap<String, Time>, DbError> {
    store::due_of_kind(db, kind, since).await
}

/// Asks for a pause of an entry.
pub async fn pause_ask(
    app: &App,
    actor: &Actor,
    id: &str,
    until: Option<Time>,
    reason: &str,
) -> Result<String, ObligationError> {
    let found = get(&app.db, id).await?;
    if let Some(state) = found.over() {
        return Err(ObligationError::Over { id: id.to_owned(), state });
    }
    let mut tx = app.db.begin().await?;
    let pause = pauses::ask(&mut tx, app, actor, &found.owed(), until, reason).await?;
    tx.commit().await?;
    Ok(pause)
}

/// Somebody else than who asked says yes; returns by when it is due now.
pub async fn pause_approve(app: &App, actor: &Actor, pause: &str) -> Result<Time, ObligationError> {
    let mut tx = app.db.begin().await?;
    let row = pauses::get_tx(&mut tx, pause).await?;
    let id = row.obligation_id.as_str();
    let found = store::by_id_tx(&mut tx, id).await?;
    if let Some(state) = found.as_ref().and_then(Obligation::over) {
        return Err(ObligationError::Over { id: id.to_owned(), state });
    }
    pauses::approve(&mut tx, app, actor, &row).await?;
    reckoned(tx, app, actor, "obligation.pause", &row).await
}

/// The pause ends now; returns by when it is due.
pub async fn pause_end(app: &App, actor: &Actor, pause: &str) -> Result<Time, ObligationError> {
    let mut tx = app.db.begin().await?;
    let row = pauses::get_tx(&mut tx, pause).await?;
    pauses::end(&mut tx, app, &row).await?;
    reckoned(tx, app, actor, "obligation.pause-end", &row).await
}

/// The due date with every approved pause, kept and told.
async fn reckoned(
    mut tx: Tx,
    app: &App,
    actor: &Actor,
    verb: &'static str,
    pause: &PauseRow,
) -> Result<Time, ObligationError> {
    let id = pause.obligation_id.as_str();
    let found = store::by_id_tx(&mut tx, id).await?;
    let found = found.ok_or_else(|| ObligationError::Unknown { id: id.to_owned() })?;
    let all = approved(&pauses::of_tx(&mut tx, id).await?);
    let due = with_pauses(found.began_at, found.plain_due_at, &all);
    store::due_put(&mut tx, id, found.plain_due_at, due).await?;
    pauses::told(&mut tx, app, actor, verb, &found.owed(), (pause, due)).await?;
    tx.commit().await?;
    Ok(due)
}

/// Takes steps, (what is owed, step), towards a person; how many were not taken before. Commit them with the message, so that a
/// crash repeats both or neither.
pub async fn steps_take(
    tx: &mut Tx,
    steps: &[(String, String)],
    person: PersonId,
    now: Time,
) -> Result<u64, DbError> {
    store::steps_take(tx, steps, person, now).await
}

/// Which of these steps, (what is owed, step), were taken towards a person.
pub async fn steps_taken(
    db: &Db,
    person: PersonId,
    steps: &[(String, String)],
) -> Result<HashSet<(String, String)>, DbError> {
    store::steps_taken(db, person, steps).await
}
