// SPDX-License-Identifier: Apache-2.0
//! Pauses of a ticket's clock: asked for by who owes it, approved by somebody else, within the limits of all pauses.
//!
//! A ticket that is known to be exploited is never paused, nor one that is late already or has no due date: there the clock has
//! nothing to wait for. What is approved is reckoned at once for the answer, and by the next reconcile for every list.

use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::Tx;
use hinomi_obligations::pauses::{self, Owed, PauseRow};
use hinomi_platform::App;
use serde_json::json;

use super::clock::{pause_key, paused_ticket};
use super::read;
use crate::NEVER;
use crate::model::{Event, EventKind, TicketError, TicketRow};
use crate::store::tickets;

/// Asks for a pause until an instant; returns its id.
pub async fn pause_ask(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: i64,
    until: Option<Time>,
    reason: &str,
) -> Result<String, TicketError> {
    let Some(until) = until else {
        return Err(TicketError::Invalid { field: "until", message: "a ticket's pause has an end".into() });
    };
    let mut tx = app.db.begin().await?;
    let (ticket, unit) = visible(&mut tx, scope, id).await?;
    if let Some(why) = refusal(&ticket, app.now()) {
        return Err(TicketError::NoPause { id, why });
    }
    let key = pause_key(id);
    let pause = pauses::ask(&mut tx, app, actor, &owed(&key, unit), Some(until), reason).await?;
    let data = json!({ "until": until.as_micros(), "reason": reason.trim() });
    told(&mut tx, app, actor, id, (EventKind::PauseAsked, data)).await?;
    tx.commit().await?;
    Ok(pause)
}

fn refusal(ticket: &TicketRow, now: Time) -> Option<&'static str> {
    match ticket {
        _ if !ticket.is_open => Some("it is closed"),
        _ if ticket.known_exploited => Some("it is known to be exploited"),
        _ if ticket.due_at == NEVER => Some("it has no due date"),
        _ if ticket.due_at < now.as_micros() => Some("it is late already"),
        _ => None,
    }
}

/// Somebody else than who asked says yes; returns by when the ticket is due now.
pub async fn pause_approve(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    pause: &PauseRow,
) -> Result<Time, TicketError> {
    let mut tx = app.db.begin().await?;
    let (ticket, unit) = visible(&mut tx, scope, ticket_of(pause)?).await?;
    if let Some(why) = refusal(&ticket, app.now()) {
        return Err(TicketError::NoPause { id: ticket.id, why });
    }
    pauses::approve(&mut tx, app, actor, pause).await?;
    let data = json!({ "until": pause.to_at.map(Time::as_micros), "reason": pause.reason });
    told(&mut tx, app, actor, ticket.id, (EventKind::Paused, data)).await?;
    settle(tx, app, actor, "obligation.pause", (&ticket, unit), pause).await
}

/// The pause ends now, approved or not; returns by when the ticket is due.
pub async fn pause_end(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    pause: &PauseRow,
) -> Result<Time, TicketError> {
    let mut tx = app.db.begin().await?;
    let (ticket, unit) = visible(&mut tx, scope, ticket_of(pause)?).await?;
    pauses::end(&mut tx, app, pause).await?;
    told(&mut tx, app, actor, ticket.id, (EventKind::PauseEnded, json!({ "reason": pause.reason }))).await?;
    settle(tx, app, actor, "obligation.pause-end", (&ticket, unit), pause).await
}

/// Commits, has every list settled, and answers with the date that they will show.
async fn settle(
    mut tx: Tx,
    app: &App,
    actor: &Actor,
    verb: &'static str,
    (ticket, unit): (&TicketRow, UnitId),
    pause: &PauseRow,
) -> Result<Time, TicketError> {
    app.jobs.enqueue(&mut tx, &super::reconcile_job()).await?;
    let key = pause_key(ticket.id);
    let changed = pauses::of_tx(&mut tx, &key).await?;
    let due_at = Time::from_micros(read::due_with(&app.db, app.now(), ticket, &changed).await?);
    pauses::told(&mut tx, app, actor, verb, &owed(&key, unit), (pause, due_at)).await?;
    tx.commit().await?;
    app.jobs.wake();
    Ok(due_at)
}

fn owed(key: &str, unit: UnitId) -> Owed<'_> {
    Owed { id: key, record: "ticket", unit }
}

fn ticket_of(pause: &PauseRow) -> Result<i64, TicketError> {
    let unknown = || hinomi_obligations::ObligationError::PauseUnknown { id: pause.id.clone() };
    Ok(paused_ticket(&pause.obligation_id).ok_or_else(unknown)?)
}

async fn told(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    ticket_id: i64,
    (kind, data): (EventKind, serde_json::Value),
) -> Result<(), TicketError> {
    let (at, actor) = (app.now().as_micros(), actor.display_name().to_owned());
    Ok(tickets::events_put(tx, vec![Event { ticket_id, at, actor, kind, data }]).await?)
}

/// The ticket, if the reader may see it; others are not told that it exists.
async fn visible(tx: &mut Tx, scope: &Scope, id: i64) -> Result<(TicketRow, UnitId), TicketError> {
    let ticket = tickets::ticket_for_update(tx, id).await?.ok_or(TicketError::Unknown { id })?;
    let unit = ticket.unit_id.parse::<UnitId>().map_err(|_| TicketError::Unknown { id })?;
    if scope.contains(unit) { Ok((ticket, unit)) } else { Err(TicketError::Unknown { id }) }
}
