// SPDX-License-Identifier: Apache-2.0
//! What is counted of duties: self-checks, directives, improvements, whatever else the one clock keeps, and who attended.
//!
//! A duty belongs to the month of its last day in the calendar of whoever owes it: an American department has until the end of its
//! own thirtieth, and what it does by then is done in time, whatever day it is elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_obligations::Calendar;
use hinomi_platform::days::GroupDays;

use super::gather::Map;
use crate::error::MaturityError;
use crate::model::{CountedRow, Gathered, Month, Subject};
use crate::store::facts::{self, DutyRow};

/// Kinds of obligations that management's review brings.
const REVIEW_KINDS: [&str; 2] = ["directive", "review-action"];
const SELF_CHECK: &str = "self-check";
const IMPROVEMENT: &str = "improvement";
/// Months of self-checks that count.
const SELF_CHECK_MONTHS: i32 = 3;
/// An assessment holds for so long.
const ASSESSED_DAYS: i64 = 365;
/// Improvements that were opened in so many days speak for a department.
const IMPROVEMENT_DAYS: i64 = 90;
/// Attendance is counted over so many days.
const ATTENDED_DAYS: i64 = 180;
/// No calendar's day ends further than this from the group's.
const ZONES_APART_DAYS: i64 = 1;

pub(super) async fn gather(
    db: &Db,
    days: &GroupDays,
    month: Month,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let (start, end) = (month.start(days), month.end(days));
    gather_duties(db, days, month, map, gathered).await?;
    gather_assessments(db, end, map, gathered).await?;
    gather_improvements(db, (start, end), month, map, gathered).await?;
    for row in facts::brought(db, "C5", end.plus_days(-ATTENDED_DAYS), end).await? {
        let Some(&place_no) = map.units.get(&row.unit_id) else { continue };
        gathered.add(Some(place_no), "C5", CountedRow::whole(Subject::Brought(row.subject), row.counts));
    }
    Ok(())
}

/// How a duty stands in a month.
struct Standing {
    /// It stands still and is not done: it falls due when its clock has gone on.
    rests: bool,
    in_time: bool,
    due_in: Month,
    /// Done before the month's end.
    done_at: Option<i64>,
}

fn standing(row: &DutyRow, end_at: i64) -> Standing {
    let calendar = Calendar::named(&row.calendar).unwrap_or_else(|_| Calendar::weekdays());
    let stands_still = row.paused_from.is_some_and(|from| from < end_at);
    let done_at = row.done_at.filter(|at| *at < end_at);
    Standing {
        rests: stands_still && done_at.is_none(),
        // Of a day that ends later than the group's, the hours after the month's end are in time, too.
        in_time: row.done_at.is_some_and(|at| at <= row.due_at || (stands_still && at < end_at)),
        due_in: Month::of_day(calendar.day_of(Time::from_micros(row.due_at))),
        done_at,
    }
}

impl Standing {
    /// Due in the month, or due earlier and still open at its end.
    fn counts_in(&self, month: Month) -> bool {
        self.due_in == month || self.due_in < month && self.done_at.is_none() && !self.in_time
    }
}

/// G5, G6, C6, and whether reviews were held.
async fn gather_duties(
    db: &Db,
    days: &GroupDays,
    month: Month,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let (start_at, end_at) = (month.start(days).as_micros(), month.end(days).as_micros());
    let first = month.plus(1 - SELF_CHECK_MONTHS);
    gathered.review_months = (0..SELF_CHECK_MONTHS).map(|later| first.plus(later).to_string()).collect();
    let since = first.start(days).plus_days(-ZONES_APART_DAYS);
    for row in facts::duties(db, (since, month.end(days))).await? {
        // What a unit owed that has ended is not its group's.
        let Some(&place_no) = map.units.get(&row.unit_id) else { continue };
        let unit_no = Some(place_no);
        let subject = Subject::Duty(row.id);
        let stands = standing(&row, end_at);
        if stands.rests {
            continue;
        }
        if row.kind == SELF_CHECK {
            if stands.due_in >= first && stands.due_in <= month {
                gathered.add(unit_no, "G6", CountedRow::whole(subject, stands.in_time));
                if let Some(place) = gathered.places.get_mut(place_no) {
                    let sum = place.reviews.entry(stands.due_in.to_string()).or_default();
                    *sum = (sum.0 + i64::from(stands.done_at.is_some() || stands.in_time), sum.1 + 1);
                }
            }
        } else if REVIEW_KINDS.contains(&row.kind.as_str()) && stands.counts_in(month) {
            gathered.add(unit_no, "G5", CountedRow::whole(subject, stands.in_time));
        }
        if let Some(done) = stands.done_at.filter(|at| *at >= start_at) {
            // A department's own word does not make its improvement done.
            let is_proven = row.kind != IMPROVEMENT || row.proven_at.is_some_and(|at| at < end_at);
            let unasked = row.reminded_at.is_none_or(|reminded| done < reminded);
            gathered.add(unit_no, "C6", CountedRow::whole(subject, is_proven && unasked));
        }
    }
    Ok(())
}

/// G3: whether each unit that owes self-checks went through their measures in the year before. The newest one that was
/// handed in says yes; without one, the newest that was due says no.
async fn gather_assessments(
    db: &Db,
    end: Time,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let since = end.plus_days(-ASSESSED_DAYS).as_micros();
    let mut newest: BTreeMap<String, DutyRow> = BTreeMap::new();
    let is_assessed = |row: &DutyRow| row.done_at.is_some_and(|at| at >= since && at < end.as_micros());
    for row in facts::duties_of(db, SELF_CHECK, (Time::from_micros(since), end)).await? {
        let is_better = newest.get(&row.unit_id).is_none_or(|known| {
            (is_assessed(&row), row.due_at, row.id) > (is_assessed(known), known.due_at, known.id)
        });
        let stands_still = row.paused_from.is_some_and(|from| from < end.as_micros());
        let was_due = row.due_at < end.as_micros() && !stands_still;
        if is_better && (is_assessed(&row) || was_due) {
            newest.insert(row.unit_id.clone(), row);
        }
    }
    for (unit, row) in newest {
        let counts = is_assessed(&row);
        // What a unit owed that has ended is not its group's.
        let Some(&place_no) = map.units.get(&unit) else { continue };
        gathered.add(Some(place_no), "G3", CountedRow::whole(Subject::Duty(row.id), counts));
    }
    Ok(())
}

/// C4: departments that opened an improvement in the last ninety days, and which of these were done in time. That one was done
/// counts when its measure moved or somebody else than the department said so.
async fn gather_improvements(
    db: &Db,
    (start, end): (Time, Time),
    month: Month,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let (since, end_at) = (end.plus_days(-IMPROVEMENT_DAYS).as_micros(), end.as_micros());
    let mut opened: BTreeSet<String> = BTreeSet::new();
    for row in
        facts::duties_begun(db, IMPROVEMENT, (Time::from_micros(since.min(start.as_micros())), end)).await?
    {
        if row.began_at < since {
            continue;
        }
        let Some(&place_no) = map.units.get(&row.unit_id) else { continue };
        opened.insert(row.unit_id.clone());
        let stands = standing(&row, end_at);
        if !stands.rests && stands.counts_in(month) {
            let is_proven = row.proven_at.is_some_and(|at| at < end_at);
            let counted = CountedRow::whole(Subject::Duty(row.id), stands.in_time && is_proven);
            gathered.add(Some(place_no), "C4", counted);
        }
    }
    for unit in &map.departments {
        let id = unit.to_string();
        let place_no = map.units.get(&id).copied();
        let counted = CountedRow::whole(Subject::Unit(unit.uuid()), opened.contains(&id));
        gathered.add(place_no, "C4", counted);
    }
    Ok(())
}
