// SPDX-License-Identifier: Apache-2.0
//! What people do with a directive.

use std::collections::BTreeSet;

use hinomi_core::{Actor, PersonId, Scope, SeatKind, Time, UnitId};
use hinomi_db::{Db, Tx};
use hinomi_obligations::ledger::{self, Deadline, NewObligation};
use hinomi_platform::App;
use hinomi_platform::accounts::Account;
use hinomi_platform::audit::{self, AuditEvent};
use jiff::civil::Date;
use serde_json::json;

use super::{Known, course, event, measure_of, subject, visible};
use crate::ReviewError;
use crate::directives::model::NewDirective;
use crate::directives::store::{self, DirectiveRow};
use crate::letters::{self, Drawn, Letter};
use crate::measures::{self, Addressed, Measured, Occasion, Taken};
use crate::meetings;

const LONGEST_WORDS: usize = 10_000;

/// The managers of every unit that a directive covers, and who answers for it.
pub(crate) const MANAGERS: [SeatKind; 3] =
    [SeatKind::SystemSecurityManager, SeatKind::InformationManager, SeatKind::PsirtManager];

/// Measures, then writes the directive, its first value and its mails down at once.
pub(in crate::directives) async fn issue(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewDirective,
) -> Result<i64, ReviewError> {
    new.check()?;
    let now = app.now();
    let due_at = new.due_at()?;
    if due_at <= now {
        let message = format!("{} is past", new.due_on);
        return Err(ReviewError::Invalid { field: "due_on", message });
    }
    let covered = addressable(app, scope, &new.units, now).await?;
    if let Some(id) = new.decision_id.as_deref().filter(|id| !id.is_empty()) {
        decided(app, id, &new.units, now).await?;
    }
    let mut units: Vec<(String, bool)> =
        new.units.iter().map(|one| (one.unit_id.to_string(), one.subtree)).collect();
    // Named twice, it is meant with everything below it.
    units.sort_by(|one, other| (&one.0, !one.1).cmp(&(&other.0, !other.1)));
    units.dedup_by(|one, other| one.0 == other.0);
    let measured = measures::evaluate(&app.db, &new.measure, &new.units, now, None).await?;
    if new.measure.is_met(measured.value, new.target) {
        let message = format!("the measure meets it already: {}", measured.value.unwrap_or_default());
        return Err(ReviewError::Invalid { field: "target", message });
    }
    let mut people = letters::holders(&app.db, &covered, &MANAGERS, now).await?;
    let insiders = insiders(app, &new.units, now).await?;
    people.extend(new.responsible_id);
    let readers = letters::readers(app, &people).await?;
    let row = DirectiveRow {
        id: 0,
        decision_id: new.decision_id.clone().filter(|id| !id.is_empty()),
        title: new.title.trim().to_owned(),
        text: new.text.trim().to_owned(),
        issued_at: now.as_micros(),
        issued_by: actor.display_name().to_owned(),
        responsible_id: new.responsible_id.map(|person| person.to_string()),
        measure: serde_json::to_string(&new.measure).unwrap_or_default(),
        target: new.target,
        due_at: due_at.as_micros(),
        state: "running".to_owned(),
        closed_at: None,
        closed_by: None,
        looked_at: now.as_micros(),
    };
    let values: Vec<(Time, f64)> = measured.value.map(|value| (now, value)).into_iter().collect();
    let pictures = course(app, &row, &values).await;
    let mut tx = app.db.begin().await?;
    let id = store::add(&mut tx, &row, &units).await?;
    owe(&mut tx, app, id, (new, due_at)).await?;
    let occasion = Occasion { subject: &subject(id), as_of: now, now, month: None, actor };
    let taken = measures::keep(&mut tx, occasion, &measured).await?;
    store::log(&mut tx, id, &event(now, actor, "issued", value_text(measured.value))).await?;
    let due_on = new.calendar()?.day_of(due_at);
    let title = ("directive-mail-issued", "directive-mail-issued-subject");
    let letter = Letter { pictures, ..letter_of(id, (&row, due_on), title, measured.value) };
    tell(&mut tx, app, (&readers, &insiders), letter).await?;
    let after = json!({
        "title": row.title, "units": units, "measure": new.measure, "target": new.target, "due_at": due_at,
        "measurement": taken.map(|taken| taken.id),
    });
    audit::append(&mut tx, app, AuditEvent::new(actor, "directive.issue", "directive", id).after(&after))
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// What a unit owes is kept under its directive and its unit.
pub(in crate::directives) const OWED: &str = "directive";

pub(in crate::directives) fn owed(id: i64, unit: UnitId) -> String {
    format!("{id}/{unit}")
}

/// Each unit addressed owes it by then.
async fn owe(
    tx: &mut Tx,
    app: &App,
    id: i64,
    (new, due_at): (&NewDirective, Time),
) -> Result<(), ReviewError> {
    let calendar = new.calendar()?;
    for one in &new.units {
        let obligation = NewObligation {
            kind: OWED,
            subject: &owed(id, one.unit_id),
            unit: one.unit_id,
            person: new.responsible_id,
            title: &format!("D-{id} {}", new.title.trim()),
            href: &format!("/directives/{id}"),
            start: app.now(),
            deadline: Deadline::At(due_at),
        };
        ledger::owe(tx, app, &obligation, &calendar).await?;
    }
    Ok(())
}

/// Every unit covered, if the actor may direct all of them.
async fn addressable(
    app: &App,
    scope: &Scope,
    units: &[Addressed],
    now: Time,
) -> Result<Vec<UnitId>, ReviewError> {
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    for one in units {
        if tree.get(one.unit_id).is_none() || !scope.contains(one.unit_id) {
            let id = one.unit_id.to_string();
            return Err(ReviewError::Unknown { what: "unit", code: "unit-not-found", id });
        }
    }
    measures::covered(&app.db, units, now).await
}

/// The decision is there, and its body looks at every unit addressed.
async fn decided(app: &App, id: &str, units: &[Addressed], now: Time) -> Result<(), ReviewError> {
    let invalid = |message: String| ReviewError::Invalid { field: "decision_id", message };
    let body = meetings::decision_unit(&app.db, id).await?;
    let body = body.ok_or_else(|| invalid(format!("no decision {id}")))?;
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let below: BTreeSet<UnitId> = tree.subtree(body).into_iter().collect();
    match units.iter().find(|one| !below.contains(&one.unit_id)) {
        None => Ok(()),
        Some(one) => Err(invalid(format!("the body of decision {id} does not look at unit {}", one.unit_id))),
    }
}

/// As logs keep a value; pages write it in their reader's way.
pub(super) fn value_text(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Those who see everything that a value counts: who sits in the one unit addressed.
pub(in crate::directives) async fn insiders(
    app: &App,
    units: &[Addressed],
    now: Time,
) -> Result<BTreeSet<PersonId>, ReviewError> {
    match units {
        [one] => letters::holders(&app.db, &[one.unit_id], &MANAGERS, now).await,
        _ => Ok(BTreeSet::new()),
    }
}

/// The day to whose end the units have time, by the calendar that it was issued under.
pub(in crate::directives) async fn due_on(db: &Db, one: &Known) -> Result<Date, ReviewError> {
    let due_at = Time::from_micros(one.row.due_at);
    for unit in &one.units {
        if let Some(entry) = ledger::of(db, OWED, &owed(one.row.id, unit.unit_id)).await? {
            return Ok(entry.calendar().day_of(due_at));
        }
    }
    Ok(due_at.day())
}

/// What its units owe for it, as the ledger numbers it.
pub(in crate::directives) async fn entries(db: &Db, one: &Known) -> Result<Vec<String>, ReviewError> {
    let mut found = Vec::with_capacity(one.units.len());
    for unit in &one.units {
        found.extend(ledger::of(db, OWED, &owed(one.row.id, unit.unit_id)).await?.map(|entry| entry.id));
    }
    Ok(found)
}

/// What managers are told in a mail: about a directive, due on a day, with the newest value.
pub(in crate::directives) fn letter_of(
    id: i64,
    (row, due_on): (&DirectiveRow, Date),
    (lead, subject): (&'static str, &'static str),
    value: Option<f64>,
) -> Letter {
    Letter {
        key: format!("directive {id} {subject}"),
        subject,
        lines: vec![lead, "directive-mail-what", WITH_VALUE, "directive-mail-how"],
        values: vec![
            ("number", format!("D-{id}")),
            ("title", row.title.clone()),
            ("text", row.text.clone()),
            ("value", value.map_or_else(|| "–".to_owned(), |value| value.to_string())),
            ("target", row.target.to_string()),
            ("due", due_on.to_string()),
        ],
        path: format!("/directives/{id}"),
        pictures: Drawn::default(),
    }
}

const WITH_VALUE: &str = "directive-mail-target";
const WITHOUT_VALUE: &str = "directive-mail-target-part";

/// Writes it to each of the readers; the value, which is that of all units together, only to those who see all of it. How many
/// had not got it yet.
pub(in crate::directives) async fn tell(
    tx: &mut Tx,
    app: &App,
    (readers, insiders): (&[Account], &BTreeSet<PersonId>),
    mut letter: Letter,
) -> Result<usize, ReviewError> {
    let (inside, outside): (Vec<Account>, Vec<Account>) =
        readers.iter().cloned().partition(|account| insiders.contains(&account.person_id));
    let told = letters::write(tx, app, &inside, &letter).await?;
    for line in letter.lines.iter_mut().filter(|line| **line == WITH_VALUE) {
        *line = WITHOUT_VALUE;
    }
    letter.pictures = Drawn::default();
    Ok(told + letters::write(tx, app, &outside, &letter).await?)
}

/// Keeps a value; a value that meets the target closes the directive.
pub(in crate::directives) async fn apply(
    tx: &mut Tx,
    app: &App,
    one: &Known,
    occasion: Occasion<'_>,
    measured: &Measured,
) -> Result<Option<Taken>, ReviewError> {
    let row = &one.row;
    let Some(taken) = measures::keep(tx, occasion, measured).await? else { return Ok(None) };
    let (now, actor) = (occasion.now, occasion.actor);
    store::log(tx, row.id, &event(now, actor, "measured", value_text(measured.value))).await?;
    let is_met = measure_of(row)?.is_met(measured.value, row.target);
    if is_met && store::end(tx, row.id, "reached", now, Some(taken.id)).await? {
        store::log(tx, row.id, &event(now, actor, "reached", value_text(measured.value))).await?;
        for unit in &one.units {
            // It was reached when the rows said so, not when the month was closed.
            let at = occasion.as_of;
            ledger::fulfil(tx, OWED, &owed(row.id, unit.unit_id), at, actor.display_name()).await?;
        }
        let event = AuditEvent::new(actor, "directive.reach", "directive", row.id)
            .after(&json!({ "value": measured.value, "target": row.target, "measurement": taken.id }));
        audit::append(tx, app, event).await?;
    }
    Ok(Some(taken))
}

/// Measures now, on demand.
pub(in crate::directives) async fn measure_now(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: i64,
) -> Result<(), ReviewError> {
    let now = app.now();
    let known = visible(&app.db, scope, id, now).await?;
    if known.row.state == "withdrawn" {
        return Err(conflict(id, "was withdrawn"));
    }
    let measure = measure_of(&known.row)?;
    let measured = measures::evaluate(&app.db, &measure, &known.units, now, None).await?;
    let mut tx = app.db.begin().await?;
    let occasion = Occasion { subject: &subject(id), as_of: now, now, month: None, actor };
    apply(&mut tx, app, &known, occasion, &measured).await?;
    tx.commit().await?;
    Ok(())
}

fn conflict(id: i64, message: &str) -> ReviewError {
    ReviewError::Conflict { code: "directive-closed", message: format!("directive {id} {message}") }
}

fn words(text: &str) -> Result<&str, ReviewError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_WORDS {
        let message = format!("wants 1 to {LONGEST_WORDS} characters");
        return Err(ReviewError::Invalid { field: "text", message });
    }
    Ok(text)
}

/// A unit says what it does; that closes nothing.
pub(in crate::directives) async fn answer(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: i64,
    unit: UnitId,
    text: &str,
) -> Result<(), ReviewError> {
    let now = app.now();
    let text = words(text)?;
    let known = visible(&app.db, scope, id, now).await?;
    let covered = measures::covered(&app.db, &known.units, now).await?;
    if !scope.contains(unit) || !covered.contains(&unit) {
        return Err(ReviewError::Unknown { what: "unit", code: "unit-not-found", id: unit.to_string() });
    }
    let mut tx = app.db.begin().await?;
    let mut row = event(now, actor, "answered", text);
    row.unit_id = Some(unit.to_string());
    store::log(&mut tx, id, &row).await?;
    let event = AuditEvent::new(actor, "directive.answer", "directive", id)
        .unit(unit)
        .after(&json!({ "text": text }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a running directive back; it stays to be read.
pub(in crate::directives) async fn withdraw(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: i64,
    reason: &str,
) -> Result<(), ReviewError> {
    let now = app.now();
    let reason = words(reason)?;
    let known = visible(&app.db, scope, id, now).await?;
    if known.units.iter().any(|one| !scope.contains(one.unit_id)) {
        let message = format!("directive {id} is addressed to units that you do not direct");
        return Err(ReviewError::Forbidden { code: "directive-of-others", message });
    }
    let mut tx = app.db.begin().await?;
    if !store::end(&mut tx, id, "withdrawn", now, None).await? {
        return Err(conflict(id, "is closed already"));
    }
    store::log(&mut tx, id, &event(now, actor, "withdrawn", reason)).await?;
    for unit in &known.units {
        ledger::withdraw(&mut tx, app, actor, (OWED, &owed(id, unit.unit_id)), reason).await?;
    }
    let event = AuditEvent::new(actor, "directive.withdraw", "directive", id).reason(reason);
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(())
}
