// SPDX-License-Identifier: Apache-2.0
//! What runs every hour: measuring closed months, reminding, bringing what was missed up the tree. Takes no input and may
//! run any number of times.

use std::collections::BTreeSet;

use hinomi_core::{Actor, SeatKind, Time, UnitId};
use hinomi_maturity::model::Month;
use hinomi_obligations::{Step, ledger};
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;

use super::model::{WATCHED_DAYS, plan};
use super::service::{
    Known, MANAGERS, apply, course, due_on, entries, event, insiders, known, letter_of, measure_of, subject,
    tell,
};
use super::store;
use crate::ReviewError;
use crate::letters;
use crate::measures::{self, Measure, Occasion};

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct DirectivesKept {
    pub measured: usize,
    pub mails: usize,
}

pub async fn directives_keep(app: &App) -> Result<DirectivesKept, ReviewError> {
    let now = app.now();
    let mut kept = DirectivesKept::default();
    let watched_since = now.plus_days(-WATCHED_DAYS).as_micros();
    let is_watched = |one: &Known| match one.row.state.as_str() {
        "withdrawn" => false,
        "reached" => one.row.closed_at.is_some_and(|at| at >= watched_since),
        _ => true,
    };
    for one in known(&app.db).await?.iter().filter(|one| is_watched(one)) {
        match measure_months(app, one, now).await {
            Ok(measured) => kept.measured += measured,
            Err(error) => measures::only_this(&subject(one.row.id), error)?,
        }
    }
    // Read anew: what a month just closed needs no reminder.
    for one in known(&app.db).await?.iter().filter(|one| one.row.state == "running") {
        match remind(app, one, now).await {
            Ok(mails) => kept.mails += mails,
            Err(error) => measures::only_this(&subject(one.row.id), error)?,
        }
    }
    Ok(kept)
}

/// A month is measured from so many days before its close on, so that its figures know what was reached in it.
const MEASURED_DAYS_BEFORE: i64 = 1;

/// The month that is about to be closed; nothing where the value is made of the closed month itself.
fn closing(measure: &Measure, days: &GroupDays, now: Time) -> Option<Month> {
    let month = Month::of(now, days).plus(-1);
    let is_soon = now >= month.closes_at(days).plus_days(-MEASURED_DAYS_BEFORE);
    (is_soon && !measure.kind.is_of_maturity()).then_some(month)
}

/// Measures the months that were closed since the directive was issued, or are about to be, and have no value yet.
async fn measure_months(app: &App, one: &Known, now: Time) -> Result<usize, ReviewError> {
    let actor = Actor::Machine { name: "directives" };
    let measure = measure_of(&one.row)?;
    let subject = subject(one.row.id);
    let taken = measures::all_of(&app.db, std::slice::from_ref(&subject)).await?;
    let mut measured = 0;
    let days = GroupDays::load(&app.db).await?;
    let issued_at = Time::from_micros(one.row.issued_at);
    let mut months = measures::closed_months(&app.db, issued_at).await?;
    let closing = closing(&measure, &days, now).filter(|month| month.end(&days) > issued_at);
    months.extend(closing.filter(|month| !months.contains(month)));
    for month in months {
        let name = month.to_string();
        if taken.iter().any(|row| row.month.as_deref() == Some(name.as_str())) {
            continue;
        }
        let as_of = month.last_instant(&days);
        let value = match measures::evaluate(&app.db, &measure, &one.units, as_of, Some(month)).await {
            Ok(value) => value,
            // A unit that did not exist yet, an axis without a figure: nothing to measure in that month.
            Err(ReviewError::Invalid { .. } | ReviewError::Maturity(_)) => continue,
            Err(error) => return Err(error),
        };
        let mut tx = app.db.begin().await?;
        let occasion = Occasion { subject: &subject, as_of, now, month: Some(month), actor: &actor };
        measured += usize::from(apply(&mut tx, app, one, occasion, &value).await?.is_some());
        tx.commit().await?;
    }
    Ok(measured)
}

/// Mails for the steps that became due since the last look; looking twice asks for nothing twice.
async fn remind(app: &App, one: &Known, now: Time) -> Result<usize, ReviewError> {
    let due = Time::from_micros(one.row.due_at);
    let steps = plan().steps(due, Time::from_micros(one.row.looked_at), now);
    if steps.is_empty() {
        return Ok(0);
    }
    let actor = Actor::Machine { name: "directives" };
    let covered = measures::covered(&app.db, &one.units, now).await?;
    let newest = measures::all_of(&app.db, &[subject(one.row.id)]).await?;
    let value = measures::newest_of(&newest).and_then(|row| row.value);
    let mut values: Vec<(Time, f64)> =
        newest.iter().filter_map(|row| Some((Time::from_micros(row.as_of), row.value?))).collect();
    values.sort_by_key(|(at, _)| *at);
    let pictures = course(app, &one.row, &values).await;
    let due_on = due_on(&app.db, one).await?;
    let entries = entries(&app.db, one).await?;
    let mut letters_due = Vec::new();
    for (_, step) in &steps {
        let inside;
        let (people, lead, title, kind, text) = match step {
            Step::Remind { days_before } => {
                inside = insiders(app, &one.units, now).await?;
                let mut people = letters::holders(&app.db, &covered, &MANAGERS, now).await?;
                people.extend(
                    one.row.responsible_id.as_ref().and_then(|id| id.parse::<hinomi_core::PersonId>().ok()),
                );
                (people, "directive-mail-remind", "directive-mail-remind-subject", "reminded", *days_before)
            }
            Step::Escalate { levels_up } => {
                let people = above(app, one, *levels_up, now).await?;
                // Who stands above one unit sees the whole of it; above several, each a part.
                inside = if one.units.len() == 1 { people.clone() } else { BTreeSet::new() };
                (people, "directive-mail-missed", "directive-mail-missed-subject", "escalated", *levels_up)
            }
        };
        let mut letter = letter_of(one.row.id, (&one.row, due_on), (lead, title), value);
        letter.key = format!("{} {text}", letter.key);
        letter.pictures = pictures.clone();
        letters_due.push((letters::readers(app, &people).await?, inside, letter, (kind, text, *step)));
    }
    let mut tx = app.db.begin().await?;
    if !store::looked(&mut tx, one.row.id, one.row.looked_at, now).await? {
        return Ok(0);
    }
    let mut mails = 0;
    for (readers, inside, letter, (kind, text, step)) in letters_due {
        mails += tell(&mut tx, app, (&readers, &inside), letter).await?;
        // What was chased is not done unasked.
        let steps: Vec<(String, String)> = entries.iter().map(|id| (id.clone(), step.name())).collect();
        for reader in &readers {
            ledger::steps_take(&mut tx, &steps, reader.person_id, now).await?;
        }
        store::log(&mut tx, one.row.id, &event(now, &actor, kind, text.to_string())).await?;
    }
    tx.commit().await?;
    Ok(mails)
}

/// Who is told that it was missed: the managers so many steps above the units, and the CISOs there.
async fn above(
    app: &App,
    one: &Known,
    levels_up: u32,
    now: Time,
) -> Result<BTreeSet<hinomi_core::PersonId>, ReviewError> {
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let mut units: BTreeSet<UnitId> = BTreeSet::new();
    for addressed in &one.units {
        let ancestors = tree.ancestors(addressed.unit_id);
        let step = ancestors.len().saturating_sub(levels_up as usize);
        // At the top there is nobody higher: the group's own seats.
        units.insert(ancestors.get(step).copied().unwrap_or(addressed.unit_id));
    }
    let units: Vec<UnitId> = units.into_iter().collect();
    let kinds = [&MANAGERS[..], &[SeatKind::RegionalCiso, SeatKind::Ciso]].concat();
    let mut people = letters::holders(&app.db, &units, &kinds, now).await?;
    people.extend(letters::holders_anywhere(&app.db, &[SeatKind::Ciso], now).await?);
    Ok(people)
}
