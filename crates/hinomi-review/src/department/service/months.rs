// SPDX-License-Identifier: Apache-2.0
//! The tickets of a unit's months.
//!
//! ```text
//! month ended ─→ counted once by unit, kept ─┐
//! month runs, or is not counted yet ─→ asked ┴─→ added up over the unit's subtree, each month under the tree of its end
//! ```
//! What is kept is what the lists of tickets say of that month: nothing that happens later changes it. Only what is known to be
//! exploited becomes known later, so that is always asked.

use std::collections::{HashMap, HashSet};

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_platform::days::GroupDays;
use hinomi_tickets::service::read::{self, Moved, StateFilter, TicketFilter};

use crate::ReviewError;
use crate::department::store::{self, MonthRow};

/// Open, overdue, known-exploited, opened, closed.
pub(super) type Counts = [i64; 5];

/// Of the unit with everything below it; nothing of a month that had not begun or in which the unit was not there.
pub(super) async fn tickets(
    db: &Db,
    days: &GroupDays,
    scope: &Scope,
    unit: UnitId,
    (months, now): (&[Month], Time),
) -> Result<Vec<Option<Counts>>, ReviewError> {
    let ends: Vec<Time> = months.iter().map(|month| month.last_instant(days).min(now)).collect();
    let trees = hinomi_org::trees_at(db, &ends).await?;
    let scopes: Vec<Option<Scope>> = months
        .iter()
        .zip(&trees)
        .map(|(month, tree)| {
            let is_root = tree.root().is_some_and(|root| root.id == unit);
            match month.start(days) > now || tree.get(unit).is_none() {
                true => None,
                // The whole group is the whole scope: what units had that ended since is its own.
                false if is_root => Some(scope.clone()),
                false => Some(Scope::units(tree.subtree(unit)).intersection(scope)),
            }
        })
        .collect();
    let wide = scopes.iter().flatten().fold(Scope::none(), |wide, one| wide.union(one));
    let first = read::first_ticket_at(db).await?;
    let counted: HashSet<String> = store::months_counted(db).await?.into_iter().collect();
    let is_known = |month: Month| {
        counted.contains(&month.to_string()) || first.is_none_or(|first| month.end(days) <= first)
    };
    let mut sums: HashMap<String, Counts> = HashMap::new();
    let mut add = |month: &str, scope: Option<&Scope>, unit: &str, counts: Counts| {
        if unit.parse::<UnitId>().is_ok_and(|unit| scope.is_some_and(|scope| scope.contains(unit))) {
            let sum = sums.entry(month.to_owned()).or_default();
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    };
    let names: HashMap<String, usize> =
        months.iter().enumerate().map(|(no, month)| (month.to_string(), no)).collect();
    let span = months.first().zip(months.last());
    if let Some((from, to)) = span {
        for row in store::month_tickets(db, &wide, &from.to_string(), &to.to_string()).await? {
            let scope = names.get(&row.month).and_then(|no| scopes[*no].as_ref());
            add(&row.month, scope, &row.unit_id, [row.open, row.overdue, 0, row.opened, row.closed]);
        }
    }
    for (unit, counts) in read::exploited_at(db, &wide, &ends).await? {
        for ((month, scope), count) in months.iter().zip(&scopes).zip(counts) {
            if is_known(*month) {
                add(&month.to_string(), scope.as_ref(), &unit, [0, 0, count, 0, 0]);
            }
        }
    }
    let mut all = Vec::with_capacity(months.len());
    for (month, scope) in months.iter().zip(scopes) {
        all.push(match scope {
            None => None,
            Some(_) if is_known(*month) => Some(sums.remove(&month.to_string()).unwrap_or_default()),
            Some(scope) => Some(asked(db, days, &scope, (*month, now)).await?),
        });
    }
    Ok(all)
}

/// What the lists of tickets show of a month.
fn wanted(days: &GroupDays, month: Month, now: Time) -> [TicketFilter; 3] {
    let span = |moved: Moved| TicketFilter {
        state: StateFilter::All,
        moved: Some((moved, month.start(days), month.end(days))),
        ..TicketFilter::default()
    };
    let at = (month.end(days) <= now).then(|| month.last_instant(days));
    [TicketFilter { at, ..TicketFilter::default() }, span(Moved::Opened), span(Moved::Closed)]
}

async fn asked(
    db: &Db,
    days: &GroupDays,
    scope: &Scope,
    (month, now): (Month, Time),
) -> Result<Counts, ReviewError> {
    let [standing, opened, closed] = wanted(days, month, now);
    let standing = read::ticket_counts(db, scope, &standing, now).await?;
    let opened = read::ticket_counts(db, scope, &opened, now).await?.open;
    let closed = read::ticket_counts(db, scope, &closed, now).await?.open;
    Ok([standing.open, standing.overdue, standing.known_exploited, opened, closed])
}

/// Counts a month that ended, by unit.
pub(in crate::department) async fn count(
    db: &Db,
    days: &GroupDays,
    month: Month,
    now: Time,
) -> Result<Vec<MonthRow>, ReviewError> {
    let [standing, opened, closed] = wanted(days, month, now);
    let name = month.to_string();
    let mut rows: HashMap<String, MonthRow> = HashMap::new();
    let mut row_of = |unit: String, put: &dyn Fn(&mut MonthRow)| {
        let new = || MonthRow { unit_id: unit.clone(), month: name.clone(), ..MonthRow::default() };
        put(rows.entry(unit.clone()).or_insert_with(new));
    };
    for one in read::ticket_counts_by_unit(db, &standing, now).await? {
        row_of(one.unit_id, &|row| (row.open, row.overdue) = (one.tickets, one.overdue));
    }
    for one in read::ticket_counts_by_unit(db, &opened, now).await? {
        row_of(one.unit_id, &|row| row.opened = one.tickets);
    }
    for one in read::ticket_counts_by_unit(db, &closed, now).await? {
        row_of(one.unit_id, &|row| row.closed = one.tickets);
    }
    Ok(rows.into_values().collect())
}

/// Month → what was open at its end by unit, of the months of a span that are counted.
pub(crate) async fn open_counted(
    db: &Db,
    (first, last): (&str, &str),
) -> Result<HashMap<String, Vec<(String, i64)>>, ReviewError> {
    let counted = store::months_counted(db).await?;
    let mut open: HashMap<String, Vec<(String, i64)>> =
        counted.into_iter().map(|month| (month, Vec::new())).collect();
    for row in store::month_tickets(db, &Scope::all(), first, last).await? {
        if let Some(of_month) = open.get_mut(&row.month) {
            of_month.push((row.unit_id, row.open));
        }
    }
    Ok(open)
}
