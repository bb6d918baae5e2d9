// SPDX-License-Identifier: Apache-2.0
//! What putting one thing right today would bring to the running month, reckoned as the next evaluation will reckon it.
//!
//! ```text
//! ticket closed today ─┬─ due later          counts as done in time
//!                      ├─ due in this month  was late and stays so: no gain
//!                      ├─ due before         is no longer left over: leaves the scope
//!                      ├─ its items stop ageing (S5) and add to what was closed (S11)
//!                      └─ its assets are no longer exposed (S4), where it is its system's only such ticket
//! ```

use std::collections::{BTreeMap, HashMap};

use hinomi_core::{Scope, Time};
use hinomi_db::Db;
use hinomi_score::maturity::{Axis, FormulaSet, Indicator, Outcome, Shape, Tally};

use super::gap::thing;
use super::read::figure;
use super::rows::visible_rows;
use super::tree::Tree;
use crate::error::MaturityError;
use crate::model::{CountedRow, Side, Subject, side, tally_of};
use crate::store::{figures, labels};

const DAY_MICROS: i64 = 86_400_000_000;
/// Tickets that are reckoned exactly: those that promise most by their counts alone.
const MOST_TICKETS: usize = 400;

/// What a thing changes in one indicator.
#[derive(Debug, Clone, Default)]
struct Change {
    for_milli: i64,
    in_scope: i64,
    /// It is about what was done, where the other half of the score is about who did.
    second: bool,
    gone: Vec<i64>,
    new: Vec<i64>,
}

/// A thing to put right.
#[derive(Debug, Clone, Default)]
struct Thing {
    unit_no: usize,
    changes: BTreeMap<String, Change>,
}

/// A thing with the points that it would bring.
pub(super) struct Gain {
    pub(super) subject: Subject,
    pub(super) unit_no: usize,
    pub(super) points: f64,
    pub(super) indicators: Vec<String>,
}

struct Count<'a> {
    indicator: &'a Indicator,
    rows: Vec<(usize, CountedRow)>,
    tally: Tally,
    blind: bool,
}

impl Count<'_> {
    fn outcome(&self, change: Option<&Change>) -> Outcome {
        if self.blind {
            return Outcome::Blind;
        }
        let Some(change) = change else { return self.indicator.score(&self.tally) };
        let mut tally = self.tally.clone();
        match change.second {
            true => tally.add_to_second(change.for_milli, change.in_scope),
            false => tally.add_parts(change.for_milli, change.in_scope),
        }
        change.gone.iter().for_each(|value| tally.remove_value(*value));
        change.new.iter().for_each(|value| tally.add_value(*value));
        self.indicator.score(&tally)
    }
}

/// What each open thing would bring, the dearest first.
pub(super) async fn gains(
    db: &Db,
    scope: &Scope,
    (tree, no): (&Tree, usize),
    (set, axis): (&FormulaSet, Axis),
    (start, now): (Time, Time),
) -> Result<Vec<Gain>, MaturityError> {
    let stored: Vec<_> =
        figures::indicators(db, tree.close.id, no as i64).await?.into_iter().map(figure).collect();
    let mut counts: Vec<Count<'_>> = Vec::new();
    for indicator in set.of_axis(axis) {
        let Some(known) = stored.iter().find(|known| known.code == indicator.code) else { continue };
        let (rows, _) = visible_rows(db, scope, tree, no, &indicator.code).await?;
        let plain: Vec<CountedRow> = rows.iter().map(|(_, row)| *row).collect();
        let blind = known.outcome == Outcome::Blind;
        counts.push(Count { indicator, tally: tally_of(indicator, &plain), rows, blind });
    }
    let mut things = things(db, &counts, start, now).await?;
    count_items(db, &counts, &mut things, now).await?;
    let index = |changes: Option<&BTreeMap<String, Change>>| {
        set.exact(axis, |one| {
            let count = counts.iter().find(|count| count.indicator.code == one.code);
            count.map_or(Outcome::Awaited, |count| {
                count.outcome(changes.and_then(|changes| changes.get(&one.code)))
            })
        })
    };
    let before = index(None);
    let mut gains: Vec<Gain> = things
        .into_iter()
        .map(|(subject, thing)| Gain {
            subject,
            unit_no: thing.unit_no,
            points: index(Some(&thing.changes)) - before,
            indicators: thing.changes.into_keys().collect(),
        })
        .filter(|gain| gain.points > 1e-9)
        .collect();
    gains.sort_by(|left, right| right.points.total_cmp(&left.points).then(left.subject.cmp(&right.subject)));
    Ok(gains)
}

/// Everything that speaks against the unit and can still be put right, with what that changes in the counts.
async fn things(
    db: &Db,
    counts: &[Count<'_>],
    start: Time,
    now: Time,
) -> Result<BTreeMap<Subject, Thing>, MaturityError> {
    let against: Vec<(&Indicator, usize, CountedRow)> = counts
        .iter()
        .flat_map(|count| {
            let of = |(unit_no, row): &(usize, CountedRow)| {
                // That something began in the month is not undone by ending it.
                let is_open_to_change = row.in_scope && side(count.indicator, row) == Side::Against;
                is_open_to_change.then_some((count.indicator, *unit_no, *row))
            };
            count.rows.iter().filter_map(of)
        })
        .collect();
    let known = Known::of(db, &against).await?;
    let mut things: BTreeMap<Subject, Thing> = BTreeMap::new();
    for (indicator, unit_no, row) in against {
        let subject = known.cleared_by(indicator, row.subject);
        let (for_milli, in_scope) = match (subject, indicator.shape) {
            (_, Shape::MedianFalling { .. }) if known.is_open(subject) => (0, 0),
            (_, Shape::MedianFalling { .. }) => continue,
            (_, Shape::Falling { .. }) => (-row.amount, 0),
            (Subject::Asset(_) | Subject::Seat(_) | Subject::Unit(_), _) => (1_000 - row.amount, 0),
            // What was not attended is over.
            (Subject::Brought(_), _) => continue,
            (Subject::Ticket(_) | Subject::Duty(_) | Subject::Item { .. }, _) => {
                match known.due_at(subject) {
                    Some(due_at) if due_at >= now.as_micros() => (1_000 - row.amount, 0),
                    // It was late, and stays so; only what was left over from before is done with.
                    Some(due_at) if due_at < start.as_micros() && indicator.code != "G6" => (-row.amount, -1),
                    _ => continue,
                }
            }
        };
        let thing = things.entry(subject).or_insert_with(|| Thing { unit_no, ..Thing::default() });
        let change = thing.changes.entry(indicator.code.clone()).or_default();
        change.second = indicator.shape == Shape::Halves && !matches!(subject, Subject::Unit(_));
        change.for_milli += for_milli;
        change.in_scope += in_scope;
    }
    Ok(things)
}

/// What the records say of the rows today.
struct Known {
    tickets: HashMap<i64, labels::TicketLabel>,
    duties: HashMap<String, labels::DutyLabel>,
    systems_of_assets: HashMap<i64, String>,
    /// The one open ticket of a system with known-exploited items; `None` where there are several.
    exploited: HashMap<String, Option<i64>>,
}

impl Known {
    async fn of(db: &Db, rows: &[(&Indicator, usize, CountedRow)]) -> Result<Self, MaturityError> {
        let (mut tickets, mut duties, mut exposed) = (Vec::new(), Vec::new(), Vec::new());
        for (indicator, _, row) in rows {
            match thing(row.subject) {
                Subject::Ticket(id) => tickets.push(id),
                Subject::Duty(id) => duties.push(id.to_string()),
                Subject::Asset(ordinal) if indicator.code == EXPLOITED => exposed.push(ordinal),
                _ => {}
            }
        }
        let mut exploited: HashMap<String, Option<i64>> = HashMap::new();
        if !exposed.is_empty() {
            for (system, ticket) in labels::exploited(db).await? {
                exploited.entry(system).and_modify(|one| *one = None).or_insert(Some(ticket));
            }
            tickets.extend(exploited.values().flatten());
        }
        tickets.sort_unstable();
        tickets.dedup();
        Ok(Self {
            tickets: labels::tickets(db, &tickets).await?,
            duties: labels::duties(db, &duties).await?,
            systems_of_assets: labels::systems_of_assets(db, &exposed).await?,
            exploited,
        })
    }

    /// The thing that a row is put right with.
    fn cleared_by(&self, indicator: &Indicator, subject: Subject) -> Subject {
        let subject = thing(subject);
        let Subject::Asset(ordinal) = subject else { return subject };
        if indicator.code != EXPLOITED {
            return subject;
        }
        let system = self.systems_of_assets.get(&ordinal);
        let ticket = system.and_then(|system| self.exploited.get(system)).copied().flatten();
        ticket.map_or(subject, Subject::Ticket)
    }

    fn is_open(&self, subject: Subject) -> bool {
        match subject {
            Subject::Ticket(id) => self.tickets.get(&id).is_some_and(|ticket| ticket.is_open),
            _ => true,
        }
    }

    /// When something open is due; `None` when it is not open.
    fn due_at(&self, subject: Subject) -> Option<i64> {
        match subject {
            Subject::Ticket(id) => self.tickets.get(&id).filter(|one| one.is_open).map(|one| one.due_at),
            Subject::Duty(id) => {
                self.duties.get(&id.to_string()).filter(|one| one.done_at.is_none()).map(|one| one.due_at)
            }
            _ => None,
        }
    }
}

/// Counts assets, which are put right by closing tickets.
const EXPLOITED: &str = "S4";
/// Counts the days of items, open and closed.
const EXPOSED_DAYS: &str = "S5";
/// Counts the days of items that were closed.
const CLOSED_DAYS: &str = "S11";

/// Keeps the tickets that promise most, and adds what closing their items today does to the medians.
async fn count_items(
    db: &Db,
    counts: &[Count<'_>],
    things: &mut BTreeMap<Subject, Thing>,
    now: Time,
) -> Result<(), MaturityError> {
    let weight = |code: &String| {
        let count = counts.iter().find(|count| count.indicator.code == *code);
        count.map_or(0.0, |count| f64::from(count.indicator.weight) / (count.tally.in_scope().max(1) as f64))
    };
    let mut promise: Vec<(f64, i64)> = things
        .iter()
        .filter_map(|(subject, thing)| {
            let Subject::Ticket(id) = subject else { return None };
            let sum = thing.changes.iter().map(|(code, change)| {
                let moved =
                    (change.for_milli.abs() as f64 / 1_000.0) + 0.5 * (-change.in_scope.min(0)) as f64;
                weight(code) * moved.max(0.01)
            });
            Some((sum.sum(), *id))
        })
        .collect();
    promise.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    for (_, dropped) in promise.iter().skip(MOST_TICKETS) {
        things.remove(&Subject::Ticket(*dropped));
    }
    promise.truncate(MOST_TICKETS);
    let ids: Vec<i64> = promise.iter().map(|(_, id)| *id).collect();
    let exposed: HashMap<Subject, i64> = counts
        .iter()
        .filter(|count| count.indicator.code == EXPOSED_DAYS)
        .flat_map(|count| count.rows.iter().map(|(_, row)| (row.subject, row.amount)))
        .collect();
    let has_closed_days = counts.iter().any(|count| count.indicator.code == CLOSED_DAYS);
    for (ticket, vulnerability, first_seen) in labels::open_items(db, &ids).await? {
        let Some(thing) = things.get_mut(&Subject::Ticket(ticket)) else { continue };
        let days = (now.as_micros() - first_seen).max(0) / DAY_MICROS;
        if let Some(until_the_end) = exposed.get(&Subject::Item { ticket, vulnerability }) {
            let change = thing.changes.entry(EXPOSED_DAYS.to_owned()).or_default();
            change.gone.push(*until_the_end);
            change.new.push(days);
        }
        if has_closed_days {
            thing.changes.entry(CLOSED_DAYS.to_owned()).or_default().new.push(days);
        }
    }
    Ok(())
}
