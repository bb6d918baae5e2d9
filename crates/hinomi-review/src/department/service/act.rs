// SPDX-License-Identifier: Apache-2.0
//! What a department does with its figures: names a cause, sets itself something to do, ends it.

use hinomi_core::{Actor, PersonId, Scope};
use hinomi_obligations::Calendars;
use hinomi_obligations::ledger::{self, Deadline, NewObligation};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::improvement_href;
use super::{IMPROVEMENT, figures, path_up, tree_with};
use crate::ReviewError;
use crate::department::model::{NewCause, NewImprovement, check_result};
use crate::department::store::{self, CauseRow, ImprovementRow};
use crate::duties::MANAGERS;
use crate::letters;
use crate::measures::{self, Addressed, Measure, Occasion};

/// What an improvement's measurements are kept under.
pub(in crate::department) fn subject(id: &str) -> String {
    format!("improvement/{id}")
}

pub(in crate::department) fn measure_of(row: &ImprovementRow) -> Result<Measure, ReviewError> {
    serde_json::from_str(&row.measure).map_err(|error| ReviewError::Damaged {
        what: "improvement",
        id: row.id.clone(),
        cause: error.to_string(),
    })
}

/// The name of who is responsible, if there is such a person.
async fn named(app: &App, person: Option<PersonId>) -> Result<String, ReviewError> {
    let Some(person) = person else { return Ok(String::new()) };
    match hinomi_org::person_get(&app.db, &Scope::all(), person, app.now()).await {
        Ok(found) => Ok(found.person.name),
        Err(hinomi_org::OrgError::PersonNotFound { .. }) => {
            Err(ReviewError::Invalid { field: "responsible_id", message: format!("no person {person}") })
        }
        Err(error) => Err(error.into()),
    }
}

/// Names why a figure is as it is. An earlier word on it stays to be read.
pub async fn cause_name(app: &App, actor: &Actor, scope: &Scope, new: &NewCause) -> Result<(), ReviewError> {
    let known = figures::names();
    new.check(&known.iter().map(String::as_str).collect::<Vec<_>>())?;
    let now = app.now();
    tree_with(&app.db, scope, new.unit_id, now).await?;
    let row = CauseRow {
        id: app.ids.uuid7(now).to_string(),
        figure: new.figure.clone(),
        cause: new.cause.clone(),
        text: new.text.trim().to_owned(),
        responsible_id: new.responsible_id.map(|person| person.to_string()),
        responsible_name: named(app, new.responsible_id).await?,
        named_at: now,
        named_by: actor.display_name().to_owned(),
    };
    let mut tx = app.db.begin().await?;
    store::cause_add(&mut tx, new.unit_id, &new.month, &row).await?;
    let event =
        AuditEvent::new(actor, "department.cause", "unit", new.unit_id).unit(new.unit_id).after(&json!({
            "month": new.month, "figure": new.figure, "cause": new.cause, "text": row.text,
            "responsible": row.responsible_name,
        }));
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// Opens an improvement: measured now, owed by its day.
pub async fn improvement_open(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewImprovement,
) -> Result<String, ReviewError> {
    let day = new.check()?;
    let now = app.now();
    let tree = tree_with(&app.db, scope, new.unit_id, now).await?;
    let calendar = Calendars::load(&app.db).await?.of(&path_up(&tree, new.unit_id));
    let due_at = calendar.end_of(day);
    if due_at <= now {
        let message = format!("{} is past", new.due_on);
        return Err(ReviewError::Invalid { field: "due_on", message });
    }
    let addressed = [Addressed { unit_id: new.unit_id, subtree: true }];
    let measured = measures::evaluate(&app.db, &new.measure, &addressed, now, None).await?;
    let row = ImprovementRow {
        id: app.ids.uuid7(now).to_string(),
        unit_id: new.unit_id,
        month: new.month.clone(),
        title: new.title.trim().to_owned(),
        text: new.text.trim().to_owned(),
        measure: serde_json::to_string(&new.measure).unwrap_or_default(),
        target: new.target,
        responsible_id: new.responsible_id.map(|person| person.to_string()),
        responsible_name: named(app, new.responsible_id).await?,
        due_at,
        state: "running".to_owned(),
        opened_at: now,
        opened_by: actor.display_name().to_owned(),
        closed_at: None,
        closed_by: String::new(),
        result: String::new(),
    };
    let mut tx = app.db.begin().await?;
    store::improvement_add(&mut tx, &row).await?;
    let subject = subject(&row.id);
    let occasion = Occasion { subject: &subject, as_of: now, now, month: None, actor };
    measures::keep(&mut tx, occasion, &measured).await?;
    let href = improvement_href(row.unit_id, &row.id);
    let owed = NewObligation {
        kind: IMPROVEMENT,
        subject: &row.id,
        unit: row.unit_id,
        person: new.responsible_id,
        title: &row.title,
        href: &href,
        start: now,
        deadline: Deadline::Day(day),
    };
    ledger::owe(&mut tx, app, &owed, &calendar).await?;
    let event = AuditEvent::new(actor, "improvement.open", "improvement", &row.id).unit(row.unit_id).after(&json!({
        "title": row.title, "measure": new.measure, "target": row.target, "value": measured.value, "due_at": due_at,
        "responsible": row.responsible_name,
    }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// Ends an improvement with what came of it; the measurements say how far that is true. Dropping it is no doing: it is owed no
/// more only when somebody else says so than those who owe it.
pub async fn improvement_close(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: &str,
    state: &str,
    result: &str,
) -> Result<(), ReviewError> {
    check_result(state, result)?;
    let unknown =
        || ReviewError::Unknown { what: "improvement", code: "improvement-not-found", id: id.to_owned() };
    let row = store::improvement(&app.db, id).await?.filter(|row| scope.contains(row.unit_id));
    let row = row.ok_or_else(unknown)?;
    let now = app.now();
    let ended = || {
        let message = format!("improvement {id} is {} already", row.state);
        ReviewError::Conflict { code: "improvement-closed", message }
    };
    if row.state != "running" {
        return Err(ended());
    }
    if state == DROPPED && is_own(app, actor, &row).await? {
        let message = format!("improvement {id} is your own; somebody above the unit has to drop it");
        return Err(ReviewError::Forbidden { code: "improvement-own", message });
    }
    let measure = measure_of(&row)?;
    let addressed = [Addressed { unit_id: row.unit_id, subtree: true }];
    let measured = measures::evaluate(&app.db, &measure, &addressed, now, None).await?;
    let moved = has_moved(app, id, &measure, measured.value).await?;
    let mut tx = app.db.begin().await?;
    if !store::improvement_end(&mut tx, id, (state, result.trim()), now, actor.display_name()).await? {
        return Err(ended());
    }
    let subject = subject(id);
    let occasion = Occasion { subject: &subject, as_of: now, now, month: None, actor };
    measures::keep(&mut tx, occasion, &measured).await?;
    match state {
        DROPPED => ledger::withdraw(&mut tx, app, actor, (IMPROVEMENT, id), result.trim()).await?,
        _ => ledger::fulfil(&mut tx, IMPROVEMENT, id, now, actor.display_name()).await?,
    };
    if state != DROPPED && moved {
        ledger::prove(&mut tx, IMPROVEMENT, id, now, MEASURED).await?;
    }
    let event = AuditEvent::new(actor, "improvement.close", "improvement", id)
        .unit(row.unit_id)
        .after(&json!({ "state": state, "result": result.trim(), "value": measured.value }));
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

const DROPPED: &str = "dropped";
/// What proves an improvement: its measure, which has moved.
pub(in crate::department) const MEASURED: &str = "measure";

/// The measure stands better than when the improvement was opened.
pub(in crate::department) async fn has_moved(
    app: &App,
    id: &str,
    measure: &Measure,
    now: Option<f64>,
) -> Result<bool, ReviewError> {
    let taken = measures::all_of(&app.db, &[subject(id)]).await?;
    let then = taken.first().and_then(|first| first.value);
    Ok(measure.has_bettered(then, now))
}

/// Somebody else than the department says that an improvement that it calls done is done.
pub async fn improvement_confirm(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: &str,
) -> Result<(), ReviewError> {
    let unknown =
        || ReviewError::Unknown { what: "improvement", code: "improvement-not-found", id: id.to_owned() };
    let row = store::improvement(&app.db, id).await?.filter(|row| scope.contains(row.unit_id));
    let row = row.ok_or_else(unknown)?;
    let refused = |message: String| ReviewError::Conflict { code: "improvement-not-done", message };
    if row.state != "done" {
        return Err(refused(format!("improvement {id} is {}", row.state)));
    }
    if is_own(app, actor, &row).await? || row.closed_by == actor.display_name() {
        let message = format!("improvement {id} is your own; somebody else has to confirm it");
        return Err(ReviewError::Forbidden { code: "improvement-own", message });
    }
    let mut tx = app.db.begin().await?;
    if !ledger::prove(&mut tx, IMPROVEMENT, id, app.now(), actor.display_name()).await? {
        return Err(refused(format!("improvement {id} is confirmed already")));
    }
    let event =
        AuditEvent::new(actor, "improvement.confirm", "improvement", id).unit(row.unit_id).after(&json!({
            "result": row.result
        }));
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// The actor owes it: is responsible for it, set it, or sits in the unit's seats.
async fn is_own(app: &App, actor: &Actor, row: &ImprovementRow) -> Result<bool, ReviewError> {
    let Some(person) = actor.person_id() else { return Ok(false) };
    let is_responsible = row.responsible_id.as_ref().is_some_and(|id| *id == person.to_string());
    let holders = letters::holders(&app.db, &[row.unit_id], &MANAGERS, app.now()).await?;
    Ok(is_responsible || row.opened_by == actor.display_name() || holders.contains(&person))
}
