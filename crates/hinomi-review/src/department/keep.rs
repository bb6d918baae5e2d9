// SPDX-License-Identifier: Apache-2.0
//! What runs every hour: each department owes its self-check of the month, improvements are measured at each close, what units
//! owed that have ended is withdrawn, and the tickets of months that ended are counted. Takes no input and may run any number of times.

use std::collections::{HashMap, HashSet};

use hinomi_core::{Actor, Scope, Time};
use hinomi_maturity::model::Month;
use hinomi_obligations::ledger::{self, Deadline, NewObligation};
use hinomi_obligations::{Calendars, Span};
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;

use super::service::{
    IMPROVEMENT, MEASURED, SELF_CHECK, has_moved, is_department, measure_of, month_count, path_up, set_of,
    subject,
};
use super::store::{self, ImprovementRow};
use crate::ReviewError;
use crate::attended;
use crate::measures::{self, Addressed, Occasion, Taken};

/// The job's kind.
pub const DEPARTMENTS_JOB: &str = "departments.keep";
/// A department has so long for its self-check.
const CHECK_BUSINESS_DAYS: u32 = 10;
/// What an improvement did is looked at for so long after it ended.
const WATCHED_DAYS: i64 = 186;
/// Self-checks of one transaction.
const CHUNK: usize = 100;
/// The rest goes with the next run.
const MOST_WITHDRAWN: u64 = 10_000;
/// Months counted in a run.
const MOST_MONTHS: usize = 12;
/// What was settled before a month ended is written by so many days after it.
const COUNTED_AFTER_DAYS: i64 = 1;
const KEEPER: Actor = Actor::Machine { name: "departments" };

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct DepartmentsKept {
    /// Self-checks that departments owe from now on.
    pub checks: usize,
    pub measured: usize,
    /// What units that are no longer there owed.
    pub withdrawn: usize,
    /// Rows of who attended what that were brought to the Maturity Monitor.
    pub attended: usize,
    /// Months whose tickets were counted for good.
    pub months: usize,
}

pub async fn departments_keep(app: &App) -> Result<DepartmentsKept, ReviewError> {
    Ok(DepartmentsKept {
        withdrawn: duties_withdraw(app).await?,
        checks: checks_owe(app).await?,
        measured: improvements_measure(app).await?,
        attended: attended::bring(app).await?,
        months: months_count(app).await?,
    })
}

/// A unit that ended can do nothing any more: what it owed is withdrawn, by nobody who owed it.
async fn duties_withdraw(app: &App) -> Result<usize, ReviewError> {
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    let mut ended = ledger::units_owing(&app.db).await?;
    ended.retain(|unit| tree.get(*unit).is_none());
    if ended.is_empty() {
        return Ok(0);
    }
    let open = ledger::ObligationFilter { open: true, ..Default::default() };
    let owed = ledger::list(&app.db, &Scope::units(ended), &open, MOST_WITHDRAWN).await?;
    let mut withdrawn = 0;
    for entries in owed.chunks(CHUNK) {
        let mut tx = app.db.begin().await?;
        for one in entries {
            let (kind, subject) = (one.kind.as_str(), one.subject.as_str());
            let is_new =
                ledger::withdraw(&mut tx, app, &KEEPER, (kind, subject), "the unit has ended").await?;
            withdrawn += usize::from(is_new);
        }
        tx.commit().await?;
    }
    Ok(withdrawn)
}

/// Counts what ended since the first ticket, the newest month first: that is what people look at.
async fn months_count(app: &App) -> Result<usize, ReviewError> {
    let Some(first) = hinomi_tickets::service::read::first_ticket_at(&app.db).await? else { return Ok(0) };
    let counted: HashSet<String> = store::months_counted(&app.db).await?.into_iter().collect();
    let now = app.now();
    let days = GroupDays::load(&app.db).await?;
    let ended = |month: &Month| month.end(&days).plus_days(COUNTED_AFTER_DAYS) <= now;
    let months = std::iter::successors(Some(Month::of(now, &days)), |month| Some(month.plus(-1)));
    let missing = months
        .take_while(|month| month.end(&days) > first)
        .filter(|month| ended(month) && !counted.contains(&month.to_string()));
    let mut done = 0;
    for month in missing.take(MOST_MONTHS) {
        let rows = month_count(&app.db, &days, month, now).await?;
        let mut tx = app.db.begin().await?;
        done += usize::from(store::month_count(&mut tx, &month.to_string(), rows, now).await?);
        tx.commit().await?;
    }
    Ok(done)
}

/// Each department owes a self-check a month, from when it is known here: nobody is late for what they could not know.
async fn checks_owe(app: &App) -> Result<usize, ReviewError> {
    let now = app.now();
    let month = Month::of(now, &GroupDays::load(&app.db).await?);
    let name = month.to_string();
    let there: HashSet<_> =
        store::checks_of_month(&app.db, &name).await?.into_iter().map(|row| row.unit_id).collect();
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let missing: Vec<_> = tree
        .nodes()
        .iter()
        .filter(|node| is_department(node.kind) && !there.contains(&node.id))
        .map(|node| node.id)
        .collect();
    if missing.is_empty() {
        return Ok(0);
    }
    let calendars = Calendars::load(&app.db).await?;
    let version = set_of(&app.db, month).await?.version;
    let mut owed = 0;
    for units in missing.chunks(CHUNK) {
        let mut tx = app.db.begin().await?;
        for unit in units {
            let id = app.ids.uuid7(now).to_string();
            if !store::check_add(&mut tx, &id, *unit, (&name, &version), now).await? {
                continue;
            }
            let href = format!("/department/check?unit={unit}&month={name}");
            let new = NewObligation {
                kind: SELF_CHECK,
                subject: &id,
                unit: *unit,
                person: None,
                title: &name,
                href: &href,
                start: now,
                deadline: Deadline::After(Span::BusinessDays(CHECK_BUSINESS_DAYS)),
            };
            ledger::owe(&mut tx, app, &new, &calendars.of(&path_up(&tree, *unit))).await?;
            owed += 1;
        }
        tx.commit().await?;
    }
    Ok(owed)
}

/// Measures the months that were closed since an improvement was opened and have no value yet.
async fn improvements_measure(app: &App) -> Result<usize, ReviewError> {
    let now = app.now();
    let rows = store::improvements_watched(&app.db, now.plus_days(-WATCHED_DAYS)).await?;
    let subjects: Vec<String> = rows.iter().map(|row| subject(&row.id)).collect();
    let mut taken: HashMap<String, Vec<Taken>> = HashMap::new();
    for one in measures::all_of(&app.db, &subjects).await? {
        taken.entry(one.subject.clone()).or_default().push(one);
    }
    let Some(oldest) = rows.iter().map(|row| row.opened_at).min() else { return Ok(0) };
    let closed = measures::closed_months(&app.db, oldest).await?;
    let mut measured = 0;
    for row in &rows {
        let known = taken.get(&subject(&row.id)).map_or(&[][..], Vec::as_slice);
        match measure_months(app, row, known, &closed).await {
            Ok(count) => measured += count,
            Err(error) => measures::only_this(&subject(&row.id), error)?,
        }
    }
    Ok(measured)
}

async fn measure_months(
    app: &App,
    row: &ImprovementRow,
    known: &[Taken],
    closed: &[Month],
) -> Result<usize, ReviewError> {
    let now = app.now();
    let subject = subject(&row.id);
    let measure = measure_of(row)?;
    let addressed = [Addressed { unit_id: row.unit_id, subtree: true }];
    let mut measured = 0;
    let days = GroupDays::load(&app.db).await?;
    for month in closed.iter().filter(|month| month.end(&days) > row.opened_at) {
        let name = month.to_string();
        if known.iter().any(|one| one.month.as_deref() == Some(name.as_str())) {
            continue;
        }
        let as_of: Time = month.last_instant(&days);
        let value = match measures::evaluate(&app.db, &measure, &addressed, as_of, Some(*month)).await {
            Ok(value) => value,
            // A unit that was not there yet, an axis without a figure: nothing to measure in that month.
            Err(ReviewError::Invalid { .. } | ReviewError::Maturity(_)) => continue,
            Err(error) => return Err(error),
        };
        let mut tx = app.db.begin().await?;
        let occasion = Occasion { subject: &subject, as_of, now, month: Some(*month), actor: &KEEPER };
        measured += usize::from(measures::keep(&mut tx, occasion, &value).await?.is_some());
        if let Some(closed_at) = row.closed_at.filter(|_| row.state == "done")
            && has_moved(app, &row.id, &measure, value.value).await?
        {
            ledger::prove(&mut tx, IMPROVEMENT, &row.id, as_of.max(closed_at), MEASURED).await?;
        }
        tx.commit().await?;
    }
    Ok(measured)
}
