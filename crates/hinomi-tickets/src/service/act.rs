// SPDX-License-Identifier: Apache-2.0
//! What people do with tickets: assign, start, comment. Closing is not among it.

use crate::model::{Event, EventKind, TicketError, TicketRow};
use crate::store::tickets;
use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::{Tx, values};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_version::Scheme;
use serde_json::json;

/// Longest comment, in characters.
pub const COMMENT_MAX_CHARS: usize = 10_000;

/// Longest version to work towards, in characters.
pub const TARGET_MAX_CHARS: usize = 200;

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
    check(action)?;
    let mut tx = app.db.begin().await?;
    let ticket = visible(&mut tx, scope, id).await?;
    if let Action::Assign(Some(person)) = action
        && !may_be_assigned(&mut tx, &ticket.unit_id, person, app.now()).await?
    {
        return Err(TicketError::AssigneeUnknown { id: person.clone() });
    }
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

fn check(action: &Action) -> Result<(), TicketError> {
    match action {
        Action::Comment(text) if text.trim().is_empty() => {
            Err(TicketError::Invalid { field: "text", message: "a comment needs words".into() })
        }
        Action::Comment(text) if text.chars().count() > COMMENT_MAX_CHARS => Err(TicketError::Invalid {
            field: "text",
            message: format!("a comment has at most {COMMENT_MAX_CHARS} characters"),
        }),
        Action::Start(Some(target)) if target.chars().count() > TARGET_MAX_CHARS => {
            Err(TicketError::Invalid {
                field: "target_version",
                message: format!("a version has at most {TARGET_MAX_CHARS} characters"),
            })
        }
        _ => Ok(()),
    }
}

/// Somebody at work in the ticket's unit or below it, or who fills a seat there or above it.
async fn may_be_assigned(tx: &mut Tx, unit: &str, person: &str, now: Time) -> Result<bool, TicketError> {
    let Ok(unit) = unit.parse::<UnitId>() else { return Ok(false) };
    let sql = "SELECT unit_id FROM v_person WHERE id = $1 AND (left_at IS NULL OR left_at > $2)";
    let at_work: Option<(UnitId,)> = tx.optional(sql, values![person.to_owned(), now]).await?;
    let Some((own,)) = at_work else { return Ok(false) };
    let tree = hinomi_org::tree_at_tx(tx, now).await?;
    if tree.subtree(unit).contains(&own) {
        return Ok(true);
    }
    let above = tree.standing(unit).map(|unit| tree.path(unit)).unwrap_or_default();
    let sql = "SELECT unit_id FROM v_seat_holder WHERE person_id = $1 AND valid_from <= $2 AND valid_to > $2";
    let seats: Vec<(UnitId,)> = tx.all(sql, values![person.to_owned(), now]).await?;
    Ok(seats.iter().any(|(seat,)| above.iter().any(|node| node.id == *seat)))
}

/// A version to work towards closes something of the ticket: one that is older than every fix, or of which that cannot
/// be told, would only move everything to another ticket.
fn closes_something(ticket: &TicketRow, fixes: &[String], target: &str) -> bool {
    // Ecosystems without an order of their own are compared as matching compares them.
    let scheme = Scheme::for_ecosystem(&ticket.ecosystem).unwrap_or(Scheme::Generic);
    fixes.iter().any(|fixed| {
        fixed == target || hinomi_version::compare(scheme, fixed, target).is_ok_and(std::cmp::Ordering::is_le)
    })
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
            // The ticket's own is what the policy would have people do.
            if ticket.target_version.as_deref() != Some(target) {
                let fixes = tickets::open_fixes(tx, ticket.id).await?;
                if fixes.is_empty() {
                    return Err(TicketError::NothingToStart { id: ticket.id });
                }
                if !closes_something(ticket, &fixes, target) {
                    return Err(TicketError::Invalid {
                        field: "target_version",
                        message: format!("{target} closes nothing of ticket T-{}", ticket.id),
                    });
                }
            }
            tickets::start(tx, ticket.id, now.as_micros(), target).await?;
            Ok((json!({ "target_version": ticket.target_version }), json!({ "target_version": target })))
        }
        Action::Comment(text) => Ok((serde_json::Value::Null, json!({ "text": text }))),
    }
}
