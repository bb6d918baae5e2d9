// SPDX-License-Identifier: Apache-2.0
//! What people do with a hazard.

use std::collections::BTreeSet;

use hinomi_core::{Actor, PersonId, Scope};
use hinomi_obligations::Span;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::open::{LONGEST_WORDS, after, owe_report, report_dropped, report_given};
use super::picture::place;
use super::rule::REPORTED_TO;
use super::{RULE, Standing, detail, event, follow_merges, open, tell_letter};
use crate::ReviewError;
use crate::hazards::model::HazardDetail;
use crate::hazards::store::{self, HazardRow};
use crate::letters::{self, Letter};
use crate::settings::{HAZARD_TELL_AGAIN_DAYS, count};

fn words(text: &str) -> Result<&str, ReviewError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_WORDS {
        let message = format!("wants 1 to {LONGEST_WORDS} characters");
        return Err(ReviewError::Invalid { field: "text", message });
    }
    Ok(text)
}

fn released(id: i64) -> ReviewError {
    let message = format!("hazard {id} is released, or changed meanwhile");
    ReviewError::Conflict { code: "hazard-released", message }
}

/// Names who leads it.
pub(in crate::hazards) async fn lead(
    app: &App,
    actor: &Actor,
    id: i64,
    person: PersonId,
) -> Result<(), ReviewError> {
    let now = app.now();
    let found = hinomi_org::person_get(&app.db, &Scope::all(), person, now).await?;
    let name = found.person.name;
    let mut tx = app.db.begin().await?;
    if !store::lead(&mut tx, id, &person.to_string()).await? {
        return Err(released(id));
    }
    store::log(&mut tx, id, &event(now, actor, "lead", name.as_str())).await?;
    let event =
        AuditEvent::new(actor, "hazard.lead", "hazard", id).after(&json!({ "lead": person, "name": name }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(())
}

/// What is added to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hazards) enum Entry {
    Decision,
    /// Something was done against it: from now on only what is seen later counts.
    Measure,
}

pub(in crate::hazards) async fn log(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: i64,
    (entry, text): (Entry, &str),
) -> Result<(), ReviewError> {
    let now = app.now();
    let text = words(text)?;
    let (row, seen) = detail(app, scope, id).await?;
    if row.state != "open" {
        return Err(released(id));
    }
    let kind = if entry == Entry::Decision { "decision" } else { "measure" };
    let mut tx = app.db.begin().await?;
    if entry == Entry::Measure && !store::measured(&mut tx, id, now).await? {
        return Err(released(id));
    }
    let mut row = event(now, actor, kind, text);
    // Of the units that the author speaks for; who speaks for all is heard by all.
    let units: BTreeSet<&String> = seen.items.iter().map(|item| &item.unit_id).collect();
    row.unit_ids = (!scope.is_all()).then(|| serde_json::to_string(&units).unwrap_or_default());
    store::log(&mut tx, id, &row).await?;
    let event =
        AuditEvent::new(actor, "hazard.log", "hazard", id).after(&json!({ "kind": kind, "text": text }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(())
}

/// Tells management, by mail to everyone who holds its seat.
pub(in crate::hazards) async fn tell(
    app: &App,
    actor: &Actor,
    id: i64,
    (kind, text): (&str, &str),
) -> Result<(), ReviewError> {
    let now = app.now();
    let (row, shown) = detail(app, &Scope::all(), id).await?;
    let people = letters::holders_anywhere(&app.db, &REPORTED_TO, now).await?;
    let readers = letters::readers(app, &people).await?;
    let next = after(now, Span::Days(count(&HAZARD_TELL_AGAIN_DAYS, &app.db).await?));
    let tickets = shown.items.iter().map(|item| (item.unit_id.clone(), item.open));
    let pictures = place(app, &row.name, tickets).await?;
    let mut tx = app.db.begin().await?;
    if !store::told(&mut tx, id, row.tell_due_at, now, next).await? {
        return Err(released(id));
    }
    report_given(&mut tx, app, actor, &row).await?;
    owe_report(&mut tx, app, (id, &row.name), next).await?;
    let letter = Letter { pictures, ..tell_letter(&row, shown.items.len(), text) };
    letters::write(&mut tx, app, &readers, &letter).await?;
    store::log(&mut tx, id, &event(now, actor, kind, text)).await?;
    let after = json!({ "people": readers.len(), "next": next });
    audit::append(&mut tx, app, AuditEvent::new(actor, "hazard.tell", "hazard", id).after(&after)).await?;
    tx.commit().await?;
    Ok(())
}

/// Releases it, if a fresh measurement shows that it is gone; else it is refused, with what stands against it.
pub(in crate::hazards) async fn release(
    app: &App,
    actor: &Actor,
    id: i64,
    text: &str,
) -> Result<(), ReviewError> {
    let now = app.now();
    let text = words(text)?;
    let (row, shown) = up_to_date(app, id).await?;
    if row.state != "open" {
        return Err(released(id));
    }
    let mut tx = app.db.begin().await?;
    if let Some(cause) = refusal(&shown) {
        let mut row = event(now, actor, "refused", cause.as_str());
        // It names systems and assets of every unit.
        row.unit_ids = Some("[]".to_owned());
        store::log(&mut tx, id, &row).await?;
        tx.commit().await?;
        return Err(ReviewError::Conflict {
            code: "hazard-not-measured",
            message: format!("hazard {id} {cause}"),
        });
    }
    if !store::release(&mut tx, &row, now, actor.display_name()).await? {
        return Err(released(id));
    }
    store::log(&mut tx, id, &event(now, actor, "released", text)).await?;
    report_dropped(&mut tx, app, actor, &row).await?;
    audit::append(&mut tx, app, AuditEvent::new(actor, "hazard.release", "hazard", id).reason(text)).await?;
    tx.commit().await?;
    Ok(())
}

/// The hazard with every ticket that shows it now: what came since the last hourly look counts too.
async fn up_to_date(app: &App, id: i64) -> Result<(HazardRow, HazardDetail), ReviewError> {
    follow_merges(app).await?;
    let (row, shown) = detail(app, &Scope::all(), id).await?;
    if row.state != "open" {
        return Ok((row, shown));
    }
    let standing = Standing::read(&app.db, &[row.vulnerability_id]).await?;
    open(app, &RULE, (row.vulnerability_id, &row.name), &row.origin, &row.reason, &standing).await?;
    detail(app, &Scope::all(), id).await
}

fn refusal(shown: &HazardDetail) -> Option<String> {
    let first = shown.obstacles.first()?;
    let more = match shown.obstacles.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(match (&first.ticket_id, first.kind.as_str()) {
        (Some(ticket), "ticket_open") => format!("is still shown by ticket {ticket} of {}{more}", first.name),
        _ => format!("was not measured: no inventory of {} is newer than the measure{more}", first.name),
    })
}
