// SPDX-License-Identifier: Apache-2.0
//! Times that do not count: asked for with a reason, approved by somebody else, ended early or by themselves.
//!
//! ```text
//! ask (reason, until; within the limits) ─→ approve (somebody else) ─→ the due date moves on ─→ end (early: it moves back)
//!                                         └─→ end: taken back, it never counted
//! ```
//! The same for an entry of the ledger and for what its owner keeps itself, such as a ticket: an [`Owed`] is all that is asked
//! of either. Reckoning the new date is its keeper's, by [`crate::due_at`].

use hinomi_core::{Actor, Time, UnitId};
use hinomi_db::{Db, DbError, Tx};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use crate::Pause;
use crate::error::ObligationError;
use crate::settings::{PAUSE_MOST_DAYS, PAUSE_TOTAL_DAYS};
use crate::store::pauses as store;

pub use crate::store::pauses::PauseRow;

const LONGEST_REASON: usize = 2_000;
const DAY_MICROS: i64 = 86_400_000_000;

/// What somebody must do, as far as a pause asks.
#[derive(Debug, Clone, Copy)]
pub struct Owed<'a> {
    pub id: &'a str,
    /// What the audit trail calls it.
    pub record: &'static str,
    pub unit: UnitId,
}

/// What a pause may be: how long at once, and how long all of one thing together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub most_days: i64,
    pub total_days: i64,
}

pub async fn limits(db: &Db) -> Result<Limits, DbError> {
    Ok(Limits { most_days: PAUSE_MOST_DAYS.read(db).await?, total_days: PAUSE_TOTAL_DAYS.read(db).await? })
}

/// Asks for a pause from now on; it counts from then once it is approved. Returns its id.
pub async fn ask(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    owed: &Owed<'_>,
    until: Option<Time>,
    reason: &str,
) -> Result<String, ObligationError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        let message = format!("say why, in at most {LONGEST_REASON} characters");
        return Err(ObligationError::Invalid { field: "reason", message });
    }
    let now = app.now();
    let limits = limits(&app.db).await?;
    if let Some(until) = until {
        let too = |message: String| Err(ObligationError::Invalid { field: "until", message });
        if until <= now {
            return too("lies in the past".to_owned());
        }
        if until > now.plus_days(limits.most_days) {
            return too(format!("lies more than {} days ahead", limits.most_days));
        }
        let before: i64 = of_tx(tx, owed.id).await?.iter().map(lasted).sum();
        if before + (until.as_micros() - now.as_micros()) > limits.total_days * DAY_MICROS {
            return too(format!("would make all its pauses longer than {} days", limits.total_days));
        }
    }
    let pause = app.ids.uuid7(now).to_string();
    store::add(tx, (&pause, owed.id), (now, until), reason, actor).await?;
    let event = AuditEvent::new(actor, "obligation.pause-ask", owed.record, owed.id)
        .unit(owed.unit)
        .after(&json!({ "pause": pause, "until": until }))
        .reason(reason);
    audit::append(tx, app, event).await?;
    Ok(pause)
}

fn lasted(row: &PauseRow) -> i64 {
    row.to_at.map_or(0, |to| (to.as_micros() - row.from_at.as_micros()).max(0))
}

/// Somebody else than who asked says yes.
pub async fn approve(tx: &mut Tx, app: &App, actor: &Actor, pause: &PauseRow) -> Result<(), ObligationError> {
    let id = pause.id.clone();
    if pause.approved_at.is_some() {
        return Err(ObligationError::PauseState { id, state: "approved already" });
    }
    if pause.to_at.is_some_and(|to| to <= app.now()) {
        return Err(ObligationError::PauseState { id, state: "over already" });
    }
    let is_own = match (&pause.asked_by_id, actor.person_id()) {
        (Some(asked), Some(person)) => *asked == person,
        _ => pause.asked_by == actor.display_name(),
    };
    if is_own {
        return Err(ObligationError::OwnPause { id, who: pause.asked_by.clone() });
    }
    store::approve(tx, &pause.id, app.now(), actor.display_name()).await?;
    Ok(())
}

/// It ends now; one that nobody approved is taken back.
pub async fn end(tx: &mut Tx, app: &App, pause: &PauseRow) -> Result<(), ObligationError> {
    let now = app.now();
    if pause.to_at.is_some_and(|to| to <= now) {
        return Err(ObligationError::PauseState { id: pause.id.clone(), state: "over already" });
    }
    store::end(tx, &pause.id, now).await?;
    Ok(())
}

/// Files in the audit trail that a pause was approved or ended, with the date that came of it.
pub async fn told(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    verb: &'static str,
    owed: &Owed<'_>,
    (pause, due_at): (&PauseRow, Time),
) -> Result<(), DbError> {
    let event = AuditEvent::new(actor, verb, owed.record, owed.id)
        .unit(owed.unit)
        .after(&json!({ "pause": pause.id, "due_at": due_at }))
        .reason(pause.reason.clone());
    audit::append(tx, app, event).await.map(|_| ())
}

/// Of one thing, the oldest first.
pub async fn of(db: &Db, owed: &str) -> Result<Vec<PauseRow>, DbError> {
    store::of(db, owed).await
}

pub async fn of_tx(tx: &mut Tx, owed: &str) -> Result<Vec<PauseRow>, DbError> {
    store::of_tx(tx, owed).await
}

/// Approved ones of everything whose id begins so, by id and beginning: few, whatever is owed.
pub async fn approved_with_prefix(db: &Db, prefix: &str) -> Result<Vec<PauseRow>, DbError> {
    store::approved_with_prefix(db, prefix).await
}

/// What has a pause that lasts, approved or only asked for.
pub async fn open_ones(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    store::open_ones(db, now).await
}

/// What stands still now.
pub async fn paused_now(db: &Db, now: Time) -> Result<Vec<String>, DbError> {
    store::paused_now(db, now).await
}

pub async fn get(db: &Db, pause: &str) -> Result<PauseRow, ObligationError> {
    store::get(db, pause).await?.ok_or_else(|| ObligationError::PauseUnknown { id: pause.to_owned() })
}

pub async fn get_tx(tx: &mut Tx, pause: &str) -> Result<PauseRow, ObligationError> {
    store::get_tx(tx, pause).await?.ok_or_else(|| ObligationError::PauseUnknown { id: pause.to_owned() })
}

/// As the clock takes them: those that somebody approved.
pub fn approved(rows: &[PauseRow]) -> Vec<Pause> {
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
