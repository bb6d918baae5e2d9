// SPDX-License-Identifier: Apache-2.0
//! The rows of every indicator whose data exists, by the unit that owned them at the month's end.
//!
//! One statement a source, never one a unit. Nothing here looks at "now": what a source keeps only as of now comes from the
//! month's [`Capture`]. What is kept with the time at which it was true is read again, so that a correction sees what came
//! late: an inventory of a day before, an approval of a day before, an owner or an organisation with effect from before.

use std::collections::{BTreeMap, HashMap};

use hinomi_core::{Time, UnitId};
use hinomi_db::Db;

use crate::error::MaturityError;
use crate::model::{
    Capture, CountedRow, Gathered, Month, OLD_AFTER_DAYS, Place, SEEN_DAYS, SourceState, Subject, Work,
};
use crate::store::{approvals, facts};

/// Appointed longer ago than this, a seat is to be confirmed anew.
const SEAT_MONTHS: i32 = 24;
/// Indicators that have a gatherer here.
const GATHERED: &[&str] =
    &["G1", "G3", "G5", "G6", "G9", "S1", "S2", "S3", "S4", "S5", "S8", "S9", "S10", "S11", "C6"];
/// A unit's own system of assets that were found and that nobody has put into a real one: as the register names it.
const DISCOVERED: &str = "discovered-";
/// Kinds of obligations that management's review brings.
const REVIEW_KINDS: [&str; 2] = ["directive", "review-action"];
const SELF_CHECK: &str = "self-check";
/// Months of self-checks that count.
const SELF_CHECK_MONTHS: i32 = 3;
/// An assessment holds for so long.
const ASSESSED_DAYS: i64 = 365;

/// Where systems and units stood at the month's end.
struct Map {
    units: HashMap<String, usize>,
    systems: HashMap<String, facts::SystemRow>,
}

impl Map {
    fn unit_of_system(&self, system: &str) -> Option<usize> {
        self.units.get(&self.systems.get(system)?.unit_id).copied()
    }

    /// Somebody said what the system is; found assets wait in one that says nothing.
    fn is_registered(&self, system: &str) -> bool {
        self.systems.get(system).is_some_and(|row| !row.unassigned && !row.code.starts_with(DISCOVERED))
    }
}

pub(super) async fn gather(db: &Db, month: Month, capture: &Capture) -> Result<Gathered, MaturityError> {
    let (start, end) = (month.start(), month.end());
    let tree = hinomi_org::tree_at(db, Time::from_micros(end.as_micros() - 1)).await?;
    let numbers: HashMap<UnitId, usize> =
        tree.nodes().iter().enumerate().map(|(no, node)| (node.id, no)).collect();
    let place = |node: &hinomi_org::model::TreeNode| Place {
        unit_id: node.id.to_string(),
        parent_no: node.parent_id.and_then(|parent| numbers.get(&parent)).copied(),
        people: capture.people.get(&node.id.to_string()).copied().unwrap_or(0),
        ..Place::default()
    };
    let mut gathered = Gathered {
        places: tree.nodes().iter().map(place).collect(),
        sources: source_states(capture, end),
        gathered: GATHERED.iter().map(|code| (*code).to_owned()).collect(),
        ..Gathered::default()
    };
    let map = Map {
        units: gathered.places.iter().enumerate().map(|(no, unit)| (unit.unit_id.clone(), no)).collect(),
        systems: facts::systems(db, end).await?.into_iter().map(|row| (row.id.clone(), row)).collect(),
    };
    gather_seats(db, month, capture, &map, &mut gathered).await?;
    gather_assets(db, (start, end), capture, &map, &mut gathered).await?;
    match &capture.work {
        Some(kept) => gather_work(kept, &map, &mut gathered),
        None => gather_work(&super::work::work(db, month).await?, &map, &mut gathered),
    }
    gather_duties(db, month, &map, &mut gathered).await?;
    gather_assessments(db, month.end(), &map, &mut gathered).await?;
    gather_approvals(db, end, &map, &mut gathered).await?;
    Ok(gathered)
}

fn source_states(capture: &Capture, end: Time) -> Vec<SourceState> {
    let old_before = end.plus_days(-OLD_AFTER_DAYS);
    let state = |source: &str| {
        let newest_at = capture.sources.get(source).copied();
        SourceState {
            source: source.to_owned(),
            newest_at,
            blind: newest_at.is_none_or(|newest| newest < old_before),
        }
    };
    ["assets", "tickets"].into_iter().map(state).collect()
}

/// G1, G9, and the seats that answer for an axis.
async fn gather_seats(
    db: &Db,
    month: Month,
    capture: &Capture,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let longest = month.plus(1 - SEAT_MONTHS).start().as_micros();
    for seat in facts::seats(db, month.end()).await? {
        let is_required = match &capture.seats {
            Some(required) => required.contains(&seat.id.to_string()),
            None => seat.required,
        };
        if !is_required {
            continue;
        }
        let unit_no = map.units.get(&seat.unit_id).copied();
        let is_filled = seat.held_since.is_some_and(|since| since >= longest);
        gathered.add(unit_no, "G1", CountedRow::whole(Subject::Seat(seat.id), is_filled));
        gathered.add(unit_no, "G9", CountedRow::whole(Subject::Seat(seat.id), seat.has_deputy));
        if let Some(place) = gathered.places.get_mut(unit_no.unwrap_or(0)) {
            let sum = place.seats.entry(seat.kind).or_default();
            *sum = (sum.0 + i64::from(seat.held_since.is_some()), sum.1 + 1);
        }
    }
    Ok(())
}

/// S1, S2, S4, S8, S9.
async fn gather_assets(
    db: &Db,
    (start, end): (Time, Time),
    capture: &Capture,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let mut assets = Vec::new();
    facts::assets(db, (start, end), |row| assets.push(row)).await?;
    let lists: HashMap<i64, bool> =
        facts::lists(db, end.plus_days(-SEEN_DAYS), end).await?.into_iter().collect();
    for row in assets {
        let unit_no = map.unit_of_system(&row.system_id);
        if row.retired_at.is_some_and(|at| at < end.as_micros()) {
            if let Some(place) = gathered.places.get_mut(unit_no.unwrap_or(0)) {
                place.beside.retired += 1;
            }
            gathered.add(unit_no, "retired", CountedRow::whole(Subject::Asset(row.ordinal), true));
            continue;
        }
        let known = capture.assets.get(&row.ordinal).copied();
        if known.is_none() && capture.kept && row.retired_at.is_none() {
            // It was out of use then, and has come back since.
            continue;
        }
        let mut marks = known.unwrap_or_default();
        if let Some(complete) = lists.get(&row.ordinal) {
            marks.seen = true;
            marks.listed |= *complete;
            marks.known |= *complete;
        }
        let is_registered = map.is_registered(&row.system_id);
        let subject = Subject::Asset(row.ordinal);
        let mut add = |indicator, counts| {
            gathered.add(unit_no, indicator, CountedRow::whole(subject, counts));
        };
        if marks.seen {
            add("S1", is_registered);
        }
        add("S2", is_registered && unit_no.is_some() && marks.listed);
        add("S4", marks.exploited);
        if matches!(row.kind.as_str(), "host" | "container_image" | "cloud_resource") {
            add("S8", marks.listed);
        }
        if marks.known {
            add("S9", marks.ended);
        }
        gathered.add(unit_no, "S10", CountedRow { subject, amount: 0, in_scope: true });
    }
    Ok(())
}

/// S3, S5, S10, S11 and the counts beside them: whose they were is asked here.
fn gather_work(work: &Work, map: &Map, gathered: &mut Gathered) {
    for (system, counted) in &work.0 {
        let unit_no = map.unit_of_system(&system.to_string());
        for (indicator, rows) in &counted.rows {
            for row in rows {
                gathered.add(unit_no, indicator, *row);
            }
        }
        if let Some(place) = gathered.places.get_mut(unit_no.unwrap_or(0)) {
            place.beside.merge(&counted.beside);
        }
    }
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
    let mut newest: BTreeMap<String, facts::DutyRow> = BTreeMap::new();
    let is_assessed =
        |row: &facts::DutyRow| row.done_at.is_some_and(|at| at >= since && at < end.as_micros());
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

/// G5, G6, C6, and whether reviews were held.
async fn gather_duties(
    db: &Db,
    month: Month,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let (start_at, end_at) = (month.start().as_micros(), month.end().as_micros());
    let first = month.plus(1 - SELF_CHECK_MONTHS);
    gathered.review_months = (0..SELF_CHECK_MONTHS).map(|later| first.plus(later).to_string()).collect();
    for row in facts::duties(db, (first.start(), month.end())).await? {
        // What a unit owed that has ended is not its group's.
        let Some(&place_no) = map.units.get(&row.unit_id) else { continue };
        let unit_no = Some(place_no);
        let subject = Subject::Duty(row.id);
        let done_at = row.done_at.filter(|at| *at < end_at);
        let stands_still = row.paused_from.is_some_and(|from| from < end_at);
        if stands_still && done_at.is_none() {
            // It falls due when its clock has gone on.
            continue;
        }
        let in_time = done_at.is_some_and(|at| stands_still || at <= row.due_at);
        let is_due_in_month = row.due_at >= start_at && row.due_at < end_at;
        let is_left_over = row.due_at < start_at && done_at.is_none_or(|at| at >= start_at);
        let is_open_left_over = is_left_over && done_at.is_none();
        if row.kind == SELF_CHECK {
            if row.due_at >= first.start().as_micros() && row.due_at < end_at {
                gathered.add(unit_no, "G6", CountedRow::whole(subject, in_time));
                let due_month = Month::of(Time::from_micros(row.due_at)).to_string();
                if let Some(place) = gathered.places.get_mut(place_no) {
                    let sum = place.reviews.entry(due_month).or_default();
                    *sum = (sum.0 + i64::from(done_at.is_some()), sum.1 + 1);
                }
            }
        } else if REVIEW_KINDS.contains(&row.kind.as_str()) && (is_due_in_month || is_open_left_over) {
            gathered.add(unit_no, "G5", CountedRow::whole(subject, in_time));
        }
        if let Some(done) = done_at.filter(|at| *at >= start_at) {
            let unasked = row.reminded_at.is_none_or(|reminded| done < reminded);
            gathered.add(unit_no, "C6", CountedRow::whole(subject, unasked));
        }
    }
    Ok(())
}

/// Procedures that somebody had approved and that had not expired.
async fn gather_approvals(
    db: &Db,
    end: Time,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let last_day = Time::from_micros(end.as_micros() - 1).day().to_string();
    for row in approvals::until(db, &last_day).await? {
        gathered.has_approvals = true;
        let is_valid = row.expires_on.is_none_or(|expires| expires >= last_day)
            && row.revoked_at.is_none_or(|at| at >= end);
        if let Some(place) = map.units.get(&row.unit_id).and_then(|no| gathered.places.get_mut(*no))
            && is_valid
        {
            place.approved.insert(row.axis);
        }
    }
    Ok(())
}
