// SPDX-License-Identifier: Apache-2.0
//! What people do with tickets: assign, start, comment. Closing is not among it.

use crate::model::{Event, EventKind, TicketError, TicketRow};
use crate::store::tickets;
use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::{Db, Tx};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

/// Longest comment, in characters.
pub const COMMENT_MAX_CHARS: usize = 10_000;

/// One thing to do with one ticket.
#[derive(Debug, Clone)]
pub enum Action {
    /// A person, or nobody.
    Assign(Option<String>),
    /// Work begins: the target version is fixed, to this one or to the proposed one.
    Start(Option<String>),
    Comment(String),
}

impl Action {
    fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "ticket.assign",
            Self::Start(_) => "ticket.start",
            Self::Comment(_) => "ticket.comment",
        }
    }
}

/// Does it, within the reader's scope, with history and audit in the same transaction.
pub async fn act(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: i64,
    action: &Action,
) -> Result<(), TicketError> {
    check(app, action).await?;
    let mut tx = app.db.begin().await?;
    let ticket = visible(&mut tx, scope, id).await?;
    let (before, after) = apply(&mut tx, &ticket, action, app.now()).await?;
    let event = Event {
        ticket_id: id,
        at: app.now().as_micros(),
        actor: actor.display_name().to_owned(),
        kind: match action {
            Action::Assign(_) => EventKind::Assigned,
            Action::Start(_) => EventKind::Started,
            Action::Comment(_) => EventKind::Commented,
        },
        data: json!({ "before": before, "after": after }),
    };
    tickets::events_put(&mut tx, vec![event]).await?;
    let mut entry = AuditEvent::new(actor, action.name(), "ticket", format!("T-{id}"));
    if let Ok(unit) = ticket.unit_id.parse::<UnitId>() {
        entry = entry.unit(unit);
    }
    audit::append(&mut tx, app, entry.before(&before).after(&after)).await?;
    Ok(tx.commit().await?)
}

async fn check(app: &App, action: &Action) -> Result<(), TicketError> {
    match action {
        Action::Comment(text) if text.trim().is_empty() => {
            Err(TicketError::Invalid { field: "text", message: "a comment needs words".into() })
        }
        Action::Comment(text) if text.chars().count() > COMMENT_MAX_CHARS => Err(TicketError::Invalid {
            field: "text",
            message: format!("a comment has at most {COMMENT_MAX_CHARS} characters"),
        }),
        Action::Assign(Some(person)) if !person_exists(&app.db, person).await? => {
            Err(TicketError::AssigneeUnknown { id: person.clone() })
        }
        _ => Ok(()),
    }
}

async fn person_exists(db: &Db, id: &str) -> Result<bool, TicketError> {
    let found: Option<(String,)> =
        db.optional("SELECT id FROM v_person WHERE id = $1", hinomi_db::values![id]).await?;
    Ok(found.is_some())
}

/// The ticket, if the reader may see it; others are not told that it exists.
async fn visible(tx: &mut Tx, scope: &Scope, id: i64) -> Result<TicketRow, TicketError> {
    let ticket = tickets::ticket_for_update(tx, id).await?.ok_or(TicketError::Unknown { id })?;
    let unit = ticket.unit_id.parse::<UnitId>().map_err(|_| TicketError::Unknown { id })?;
    if scope.contains(unit) { Ok(ticket) } else { Err(TicketError::Unknown { id }) }
}

async fn apply(
    tx: &mut Tx,
    ticket: &TicketRow,
    action: &Action,
    now: Time,
) -> Result<(serde_json::Value, serde_json::Value), TicketError> {
    match action {
        Action::Assign(person) => {
            tickets::assign(tx, ticket.id, person.as_deref()).await?;
            Ok((json!({ "assignee": ticket.assignee }), json!({ "assignee": person })))
        }
        Action::Start(target) => {
            if !ticket.is_open {
                return Err(TicketError::Closed { id: ticket.id });
            }
            let target = target
                .as_deref()
                .or(ticket.target_version.as_deref())
                .filter(|version| !version.trim().is_empty())
                .ok_or(TicketError::NothingToStart { id: ticket.id })?;
            tickets::start(tx, ticket.id, now.as_micros(), target).await?;
            Ok((json!({ "target_version": ticket.target_version }), json!({ "target_version": target })))
        }
        Action::Comment(text) => Ok((serde_json::Value::Null, json!({ "text": text }))),
    }
}
