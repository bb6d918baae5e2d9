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

use std::collections::HashMap;

use hinomi_core::{Actor, PersonId, Scope, Time, UnitId};
use hinomi_db::{Db, DbError, Tx};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use jiff::civil::Date;
use serde_json::json;

use crate::clock::with_pauses;
use crate::error::ObligationError;
use crate::store::ledger as store;
use crate::{Calendar, Pause, Span, due_at};

pub use crate::store::ledger::{Obligation, PauseRow};

const LONGEST_REASON: usize = 2_000;

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

/// It is open again.
pub async fn reopen(tx: &mut Tx, kind: &str, subject: &str) -> Result<bool, DbError> {
    store::reopen(tx, kind, subject).await
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
    let due = with_pauses(found.began_at, plain, &approved(&store::pauses_tx(tx, &found.id).await?));
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
    /// Only what was due before this and is not done.
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

/// Its pauses, the oldest first.
pub async fn pauses(db: &Db, id: &str) -> Result<Vec<PauseRow>, DbError> {
    store::pauses(db, id).await
}

/// Those with a pause that lasts, approved or only asked for.
pub async fn with_pauses_open(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    store::with_pauses_open(db, now).await
}

pub async fn pause_get(db: &Db, pause: &str) -> Result<Option<PauseRow>, DbError> {
    store::pause_get(db, pause).await
}

/// Those whose clock stands still now.
pub async fn paused_now(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    store::paused_now(db, now).await
}

fn approved(rows: &[PauseRow]) -> Vec<Pause> {
    let approved = rows.iter().filter(|row| row.approved_at.is_some());
    approved
        .map(|row| Pause {
            from: row.from_at,
            to: row.to_at,
            reason: row.reason.clone(),
            approved_by: row.approved_by.clone(),
        })
        .collect()
}

/// Asks for a pause from now on; it counts from then once it is approved.
pub async fn pause_ask(
    app: &App,
    actor: &Actor,
    id: &str,
    until: Option<Time>,
    reason: &str,
) -> Result<String, ObligationError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        let message = format!("say why, in at most {LONGEST_REASON} characters");
        return Err(ObligationError::Invalid { field: "reason", message });
    }
    let now = app.now();
    if until.is_some_and(|until| until <= now) {
        return Err(ObligationError::Invalid { field: "until", message: "lies in the past".to_owned() });
    }
    let found = get(&app.db, id).await?;
    if let Some(state) = found.over() {
        return Err(ObligationError::Over { id: id.to_owned(), state });
    }
    let pause = app.ids.uuid7(now).to_string();
    let mut tx = app.db.begin().await?;
    store::pause_add(&mut tx, (&pause, id), (now, until), reason, actor).await?;
    let event = AuditEvent::new(actor, "obligation.pause-ask", "obligation", id)
        .unit(found.unit_id)
        .after(&json!({ "pause": pause, "until": until }))
        .reason(reason);
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(pause)
}

/// Somebody else than who asked says yes; returns by when it is due now.
pub async fn pause_approve(app: &App, actor: &Actor, pause: &str) -> Result<Time, ObligationError> {
    let mut tx = app.db.begin().await?;
    let row = store::pause(&mut tx, pause).await?;
    let row = row.ok_or_else(|| ObligationError::PauseUnknown { id: pause.to_owned() })?;
    if row.approved_at.is_some() {
        return Err(ObligationError::PauseState { id: pause.to_owned(), state: "approved already" });
    }
    let is_own = match (&row.asked_by_id, actor.person_id()) {
        (Some(asked), Some(person)) => *asked == person,
        _ => row.asked_by == actor.display_name(),
    };
    if is_own {
        return Err(ObligationError::OwnPause { id: pause.to_owned(), who: row.asked_by });
    }
    store::pause_approve(&mut tx, pause, app.now(), actor.display_name()).await?;
    let due = reckon(&mut tx, &row.obligation_id).await?;
    let event = AuditEvent::new(actor, "obligation.pause", "obligation", &row.obligation_id)
        .unit(due.0)
        .after(&json!({ "pause": pause, "due_at": due.1 }))
        .reason(row.reason);
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(due.1)
}

/// The pause ends now; returns by when it is due.
pub async fn pause_end(app: &App, actor: &Actor, pause: &str) -> Result<Time, ObligationError> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let row = store::pause(&mut tx, pause).await?;
    let row = row.ok_or_else(|| ObligationError::PauseUnknown { id: pause.to_owned() })?;
    if row.to_at.is_some_and(|to| to <= now) {
        return Err(ObligationError::PauseState { id: pause.to_owned(), state: "over already" });
    }
    store::pause_end(&mut tx, pause, now).await?;
    let due = reckon(&mut tx, &row.obligation_id).await?;
    let event = AuditEvent::new(actor, "obligation.pause-end", "obligation", &row.obligation_id)
        .unit(due.0)
        .after(&json!({ "pause": pause, "due_at": due.1 }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(due.1)
}

/// The due date with every approved pause.
async fn reckon(tx: &mut Tx, id: &str) -> Result<(UnitId, Time), ObligationError> {
    let found = store::by_id_tx(tx, id).await?;
    let found = found.ok_or_else(|| ObligationError::Unknown { id: id.to_owned() })?;
    let pauses = approved(&store::pauses_tx(tx, id).await?);
    let due = with_pauses(found.began_at, found.plain_due_at, &pauses);
    store::due_put(tx, id, found.plain_due_at, due).await?;
    Ok((found.unit_id, due))
}

/// Takes a step towards a person; false when it was taken before. Commit it with the message, so that a crash repeats both or
/// neither.
pub async fn step_take(
    tx: &mut Tx,
    obligation: &str,
    step: &str,
    person: PersonId,
    now: Time,
) -> Result<bool, DbError> {
    store::step_take(tx, obligation, step, person, now).await
}

/// Which steps were taken towards whom, of these obligations.
pub async fn steps_taken(db: &Db, ids: &[String]) -> Result<Vec<(String, String, PersonId)>, DbError> {
    store::steps_taken(db, ids).await
}
