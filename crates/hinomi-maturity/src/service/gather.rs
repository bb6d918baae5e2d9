// SPDX-License-Identifier: Apache-2.0
//! The rows of every indicator whose data exists, by the unit that owned them at the month's end.
//!
//! One statement a source, never one a unit. Nothing here looks at "now": what a source keeps only as of now comes from the
//! month's [`Capture`].

use std::collections::{HashMap, HashSet};

use hinomi_core::{Time, UnitId};
use hinomi_db::Db;

use crate::error::MaturityError;
use crate::model::{Capture, CountedRow, Gathered, Month, OLD_AFTER_DAYS, Place, SourceState, Subject};
use crate::store::{approvals, facts};

const DAY_MICROS: i64 = 86_400_000_000;
/// Appointed longer ago than this, a seat is to be confirmed anew.
const SEAT_MONTHS: i32 = 24;
/// Of the Internet.
const INTERNET: i64 = 3;
/// Evidence closed them; anything else is an accepted risk.
const CLOSED_ON_EVIDENCE: [&str; 2] = ["fixed", "gone"];
const RETRACTED: &str = "retracted";

/// Indicators that have a gatherer here.
const GATHERED: &[&str] = &["G1", "G5", "G6", "S1", "S2", "S3", "S4", "S5", "S8", "S9", "S10", "S11", "C6"];
/// Kinds of obligations that management's review brings.
const REVIEW_KINDS: [&str; 2] = ["directive", "review-action"];
const SELF_CHECK: &str = "self-check";
/// Months of self-checks that count.
const SELF_CHECK_MONTHS: i32 = 3;

/// Where systems and units stood at the month's end.
struct Map {
    units: HashMap<String, usize>,
    systems: HashMap<String, facts::SystemRow>,
}

impl Map {
    fn unit_of_system(&self, system: &str) -> Option<usize> {
        self.units.get(&self.systems.get(system)?.unit_id).copied()
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
    gather_seats(db, month, &map, &mut gathered).await?;
    gather_assets(db, (start, end), capture, &map, &mut gathered).await?;
    gather_tickets(db, (start, end), &map, &mut gathered).await?;
    gather_items(db, (start, end), &map, &mut gathered).await?;
    gather_duties(db, month, &map, &mut gathered).await?;
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

/// G1, and the seats that answer for an axis.
async fn gather_seats(
    db: &Db,
    month: Month,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let longest = month.plus(1 - SEAT_MONTHS).start().as_micros();
    for seat in facts::seats(db, month.end()).await? {
        let unit_no = map.units.get(&seat.unit_id).copied();
        let is_filled = seat.held_since.is_some_and(|since| since >= longest);
        gathered.add(unit_no, "G1", CountedRow::whole(Subject::Seat(seat.id), is_filled));
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
    for row in assets {
        let unit_no = map.unit_of_system(&row.system_id);
        if row.retired_at.is_some_and(|at| at < end.as_micros()) {
            if let Some(place) = gathered.places.get_mut(unit_no.unwrap_or(0)) {
                place.beside.retired += 1;
            }
            continue;
        }
        let marks = capture.assets.get(&row.ordinal).copied().unwrap_or_default();
        let is_registered = map.systems.get(&row.system_id).is_some_and(|system| !system.unassigned);
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

/// S3, and the counts beside it.
async fn gather_tickets(
    db: &Db,
    (start, end): (Time, Time),
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let (start_at, end_at) = (start.as_micros(), end.as_micros());
    for row in facts::tickets(db, (start, end)).await? {
        let unit_no = map.unit_of_system(&row.system_id);
        let closed_at = (row.to_at < end_at).then_some(row.to_at);
        // A closure that came after the month's end says nothing about the month.
        let closure = closed_at.and(row.closure.as_deref());
        let is_retracted = closure == Some(RETRACTED);
        let is_evident = closure.is_none_or(|closure| CLOSED_ON_EVIDENCE.contains(&closure));
        if let (Some(place), Some(at)) = (gathered.places.get_mut(unit_no.unwrap_or(0)), closed_at)
            && at >= start_at
        {
            place.beside.retracted += i64::from(is_retracted);
            place.beside.accepted += i64::from(!is_retracted && !is_evident);
        }
        let was_due_before = row.due_at < start_at;
        let counts_at_all = row.due_at < end_at && (!was_due_before || closed_at.is_none()) && !is_retracted;
        if counts_at_all {
            let in_time = is_evident && closed_at.is_some_and(|at| at <= row.due_at);
            gathered.add(unit_no, "S3", CountedRow::whole(Subject::Ticket(row.case_id), in_time));
        }
    }
    for (system, count) in facts::lowered(db, (start, end)).await? {
        if let Some(place) = gathered.places.get_mut(map.unit_of_system(&system).unwrap_or(0)) {
            place.beside.lowered += count;
        }
    }
    Ok(())
}

/// S5, S10, S11.
async fn gather_items(
    db: &Db,
    (start, end): (Time, Time),
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    let (start_at, end_at) = (start.as_micros(), end.as_micros());
    let mut items = Vec::new();
    facts::items(db, (start, end), |row| items.push(row)).await?;
    let faces_internet =
        |system: &str| map.systems.get(system).is_some_and(|system| system.reachability == INTERNET);
    let mut asked: Vec<i64> =
        items.iter().filter(|row| faces_internet(&row.system_id)).map(|row| row.vulnerability_id).collect();
    asked.sort_unstable();
    asked.dedup();
    let grave: HashSet<i64> = hinomi_advisories::read::vulnerabilities_by_ids(db, &asked)
        .await?
        .into_iter()
        .filter(|row| {
            let is_listed = row.known_exploited && row.kev_added.is_none_or(|added| added < end_at);
            row.severity == "critical" || is_listed
        })
        .map(|row| row.id)
        .collect();
    for row in items {
        let unit_no = map.unit_of_system(&row.system_id);
        let closed_at = row.closed_at.filter(|at| *at < end_at);
        if closed_at.is_some() && row.closure.as_deref() == Some(RETRACTED) {
            continue;
        }
        let subject = Subject::Item { ticket: row.ticket_id, vulnerability: row.vulnerability_id };
        let days = (closed_at.unwrap_or(end_at) - row.first_seen).max(0) / DAY_MICROS;
        let open_for = CountedRow { subject, amount: days, in_scope: true };
        if grave.contains(&row.vulnerability_id) && faces_internet(&row.system_id) {
            gathered.add(unit_no, "S5", open_for);
        }
        if closed_at.is_some() {
            gathered.add(unit_no, "S11", open_for);
        }
        if row.first_seen >= start_at {
            gathered.add(unit_no, "S10", CountedRow { subject, amount: 1_000, in_scope: false });
        }
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
        let unit_no = map.units.get(&row.unit_id).copied();
        let subject = Subject::Duty(row.id);
        let done_at = row.done_at.filter(|at| *at < end_at);
        let in_time = done_at.is_some_and(|at| at <= row.due_at);
        let is_due_in_month = row.due_at >= start_at && row.due_at < end_at;
        let is_left_over = row.due_at < start_at && done_at.is_none_or(|at| at >= start_at);
        let is_open_left_over = is_left_over && done_at.is_none();
        if row.kind == SELF_CHECK {
            if row.due_at >= first.start().as_micros() && row.due_at < end_at {
                gathered.add(unit_no, "G6", CountedRow::whole(subject, in_time));
                let due_month = Month::of(Time::from_micros(row.due_at)).to_string();
                if let Some(place) = gathered.places.get_mut(unit_no.unwrap_or(0)) {
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
    for row in approvals::before(db, end).await? {
        gathered.has_approvals = true;
        let is_valid = row.expires_on.is_none_or(|expires| expires >= last_day)
            && row.approved_on <= last_day
            && row.revoked_at.is_none_or(|at| at >= end);
        if let Some(place) = map.units.get(&row.unit_id).and_then(|no| gathered.places.get_mut(*no))
            && is_valid
        {
            place.approved.insert(row.axis);
        }
    }
    Ok(())
}
