// SPDX-License-Identifier: Apache-2.0
//! The rows that would close a gap: what each would bring by itself, the dearest first.
//!
//! Of the running month: what putting it right today brings to the next evaluation. Of a closed month, which nothing changes:
//! what it would have brought had it been right in time, of what is still to be done.

use std::collections::{BTreeMap, HashMap};

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::{Axis, FormulaSet, Indicator, Outcome, Shape};
use serde::Serialize;
use utoipa::ToSchema;

use super::read::{figure, is_withheld};
use super::rows::{RowView, described, visible_rows};
use super::tree::Tree;
use super::{formulas_named, gap_kept, gap_now};
use crate::error::MaturityError;
use crate::model::{CountedRow, Month, Side, Subject, side, tally_of};
use crate::store::{figures, labels, snapshots};

/// As many as a department can look at.
const MOST: usize = 40;
/// So many are found: some are closed before somebody looks.
const SPARE: usize = 400;

/// Something to put right, and the points of the axis that it would bring by itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GapRow {
    #[serde(flatten)]
    pub row: RowView,
    pub points: f64,
    /// The indicators that it would raise.
    pub indicators: Vec<String>,
}

/// What is put right as one thing: a ticket with all its items.
pub(super) fn thing(subject: Subject) -> Subject {
    match subject {
        Subject::Item { ticket, .. } => Subject::Ticket(ticket),
        other => other,
    }
}

/// The rows of an axis that would raise a unit's index most.
pub async fn gap(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    month: Option<Month>,
    axis: Axis,
    now: Time,
) -> Result<Vec<GapRow>, MaturityError> {
    let days = GroupDays::load(db).await?;
    let running = Month::of(now, &days);
    let is_previewed = snapshots::close_of(db, &running.to_string()).await?.is_some();
    let tree = Tree::of(db, month.or(is_previewed.then_some(running))).await?;
    let no = tree.find(scope, unit)?;
    let set = formulas_named(db, &tree.close.formula).await?;
    if is_withheld(&set, axis, tree.units[no].people) {
        return Ok(Vec::new());
    }
    let mut dearest = match gap_kept::get(db, scope, &tree, no, axis).await? {
        Some(kept) => kept,
        None => dearest(db, scope, (&tree, no), (&set, axis), now).await?,
    };
    retain_open(db, &mut dearest, MOST).await?;
    shown(db, &tree, dearest).await
}

/// What would raise the index most, the dearest first; so many that enough are open still when some are closed.
pub(super) async fn dearest(
    db: &Db,
    scope: &Scope,
    (tree, no): (&Tree, usize),
    (set, axis): (&FormulaSet, Axis),
    now: Time,
) -> Result<Vec<Dear>, MaturityError> {
    let days = GroupDays::load(db).await?;
    let running = Month::of(now, &days);
    if tree.close.revision == 0 && tree.month()? == running {
        let mut gains =
            gap_now::gains(db, scope, (tree, no), (set, axis), (running.start(&days), now)).await?;
        gains.truncate(SPARE);
        let dear = |gain: gap_now::Gain| (gain.subject, (gain.points, gain.unit_no, gain.indicators));
        return Ok(gains.into_iter().map(dear).collect());
    }
    let stored = figures::indicators(db, tree.close.id, no as i64).await?;
    let stored: Vec<_> = stored.into_iter().map(figure).collect();
    let weight: u32 = set
        .of_axis(axis)
        .filter(|one| stored.iter().any(|figure| figure.code == one.code && figure.outcome.score().is_some()))
        .map(|one| one.weight)
        .sum();
    let mut gains: HashMap<Subject, (f64, usize, Vec<String>)> = HashMap::new();
    for one in set.of_axis(axis) {
        let is_scored = stored.iter().any(|figure| {
            figure.code == one.code && matches!(figure.outcome, Outcome::Scored(score) if score < 1.0)
        });
        if !is_scored {
            continue;
        }
        let (rows, _) = visible_rows(db, scope, tree, no, &one.code).await?;
        for (unit_no, subject, gain) in gains_of(one, &rows) {
            let points = 100.0 * gain * f64::from(one.weight) / f64::from(weight.max(1));
            let sum = gains.entry(subject).or_insert((0.0, unit_no, Vec::new()));
            sum.0 += points;
            if !sum.2.contains(&one.code) {
                sum.2.push(one.code.clone());
            }
        }
    }
    let mut dearest: Vec<_> = gains.into_iter().filter(|(_, (points, ..))| *points > 0.0).collect();
    dearest.sort_by(|left, right| right.1.0.total_cmp(&left.1.0).then(left.0.cmp(&right.0)));
    retain_open(db, &mut dearest, SPARE).await?;
    Ok(dearest)
}

/// What would be put right, with its points, its unit's place and the indicators that would rise.
pub(super) type Dear = (Subject, (f64, usize, Vec<String>));

/// Things with their points as pages show them.
async fn shown(db: &Db, tree: &Tree, dearest: Vec<Dear>) -> Result<Vec<GapRow>, MaturityError> {
    let rows: Vec<(usize, CountedRow)> = dearest
        .iter()
        .map(|(subject, (_, unit_no, _))| (*unit_no, CountedRow::whole(*subject, false)))
        .collect();
    let views = described(db, tree, &rows).await?;
    Ok(views
        .into_iter()
        .zip(dearest)
        .map(|(mut row, (_, (points, _, indicators)))| {
            row.side = "against".to_owned();
            GapRow { row, points, indicators }
        })
        .collect())
}

/// What each row against would bring to its indicator, were it put right alone.
fn gains_of(one: &Indicator, rows: &[(usize, CountedRow)]) -> Vec<(usize, Subject, f64)> {
    let plain: Vec<CountedRow> = rows.iter().map(|(_, row)| *row).collect();
    let tally = tally_of(one, &plain);
    let now = one.score(&tally).score().unwrap_or(0.0);
    // That something began in the month is not undone by ending it.
    let against = rows.iter().filter(|(_, row)| row.in_scope && side(one, row) == Side::Against);
    // The same change brings the same gain: each distinct one is worked out once.
    let mut known: BTreeMap<(i64, bool), f64> = BTreeMap::new();
    against
        .map(|(unit_no, row)| {
            let gain =
                *known.entry((row.amount, matches!(row.subject, Subject::Unit(_)))).or_insert_with(|| {
                    let mut better = tally.clone();
                    match one.shape {
                        Shape::Ratio | Shape::Rising { .. } => better.add_parts(1_000 - row.amount, 0),
                        Shape::Falling { .. } => better.add_parts(-row.amount, 0),
                        Shape::MedianFalling { .. } => better.remove_value(row.amount),
                        Shape::Halves if matches!(row.subject, Subject::Unit(_)) => {
                            better.add_parts(1_000 - row.amount, 0);
                        }
                        Shape::Halves => better.add_to_second(1_000 - row.amount, 0),
                    }
                    one.score(&better).score().unwrap_or(1.0) - now
                });
            (*unit_no, thing(row.subject), gain)
        })
        .collect()
}

/// What is closed by now is no longer to be done. The first of what is left: nobody asks about the others.
async fn retain_open(db: &Db, dearest: &mut Vec<Dear>, most: usize) -> Result<(), MaturityError> {
    let mut open: Vec<Dear> = Vec::with_capacity(most);
    let mut rest = std::mem::take(dearest).into_iter();
    loop {
        let some: Vec<Dear> = rest.by_ref().take(2 * most).collect();
        if some.is_empty() || open.len() >= most {
            break;
        }
        let ids: Vec<i64> = some
            .iter()
            .filter_map(|(subject, _)| if let Subject::Ticket(id) = subject { Some(*id) } else { None })
            .collect();
        let known = labels::tickets(db, &ids).await?;
        open.extend(some.into_iter().filter(|(subject, _)| match subject {
            Subject::Ticket(id) => known.get(id).is_some_and(|label| label.is_open),
            _ => true,
        }));
    }
    open.truncate(most);
    *dearest = open;
    Ok(())
}
