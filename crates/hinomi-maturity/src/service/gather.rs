// SPDX-License-Identifier: Apache-2.0
//! The rows of every indicator whose data exists, by the unit that owned them at the month's end.
//!
//! One statement a source, never one a unit. Nothing here looks at "now": what a source keeps only as of now comes from the
//! month's [`Capture`]. What is kept with the time at which it was true is read again, so that a correction sees what came
//! late: an inventory of a day before, an approval of a day before, an owner or an organisation with effect from before.

use std::collections::HashMap;

use hinomi_core::{Time, UnitId};
use hinomi_db::Db;
use hinomi_org::model::{TreeNode, UnitKind};
use hinomi_platform::days::GroupDays;

use super::gather_owed;
use crate::error::MaturityError;
use crate::model::{
    Capture, CountedRow, Gathered, Month, OLD_AFTER_DAYS, Place, SEEN_DAYS, SourceState, Subject, Work,
};
use crate::store::{approvals, facts};

/// Appointed longer ago than this, a seat is to be confirmed anew.
const SEAT_MONTHS: i32 = 24;
/// Indicators that have a gatherer here.
const GATHERED: &[&str] =
    &["G1", "G3", "G5", "G6", "G9", "S1", "S2", "S3", "S4", "S5", "S8", "S9", "S10", "S11", "C4", "C5", "C6"];
/// A unit's own system of assets that were found and that nobody has put into a real one: as the register names it.
const DISCOVERED: &str = "discovered-";
/// Where systems and units stood at the month's end.
pub(super) struct Map {
    pub(super) units: HashMap<String, usize>,
    /// Those that answer for themselves: departments.
    pub(super) departments: Vec<UnitId>,
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

pub(super) async fn gather(
    db: &Db,
    days: &GroupDays,
    month: Month,
    capture: &Capture,
) -> Result<Gathered, MaturityError> {
    let (start, end) = (month.start(days), month.end(days));
    let tree = hinomi_org::tree_at(db, month.last_instant(days)).await?;
    let numbers: HashMap<UnitId, usize> =
        tree.nodes().iter().enumerate().map(|(no, node)| (node.id, no)).collect();
    let place = |node: &TreeNode| Place {
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
        departments: tree
            .nodes()
            .iter()
            .filter(|node| node.kind == UnitKind::Department)
            .map(|node| node.id)
            .collect(),
        units: gathered.places.iter().enumerate().map(|(no, unit)| (unit.unit_id.clone(), no)).collect(),
        systems: facts::systems(db, end).await?.into_iter().map(|row| (row.id.clone(), row)).collect(),
    };
    let appointed_since = month.plus(1 - SEAT_MONTHS).start(days);
    gather_seats(db, (appointed_since, end), capture, &map, &mut gathered).await?;
    gather_assets(db, (start, end), capture, &map, &mut gathered).await?;
    match &capture.work {
        Some(kept) => gather_work(kept, &map, &mut gathered),
        None => gather_work(&super::work::work(db, (start, end)).await?, &map, &mut gathered),
    }
    gather_owed::gather(db, days, month, &map, &mut gathered).await?;
    gather_approvals(db, (end, &month.last_day().to_string()), &map, &mut gathered).await?;
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
    (since, end): (Time, Time),
    capture: &Capture,
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    for seat in facts::seats(db, end).await? {
        let is_required = match &capture.seats {
            Some(required) => required.contains(&seat.id.to_string()),
            None => seat.required,
        };
        if !is_required {
            continue;
        }
        let unit_no = map.units.get(&seat.unit_id).copied();
        let is_filled = seat.held_since.is_some_and(|held| held >= since.as_micros());
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

/// Procedures that somebody had approved and that had not expired.
async fn gather_approvals(
    db: &Db,
    (end, last_day): (Time, &str),
    map: &Map,
    gathered: &mut Gathered,
) -> Result<(), MaturityError> {
    for row in approvals::until(db, last_day).await? {
        gathered.has_approvals = true;
        let is_valid = row.expires_on.is_none_or(|expires| expires.as_str() >= last_day)
            && row.revoked_at.is_none_or(|at| at >= end);
        if let Some(place) = map.units.get(&row.unit_id).and_then(|no| gathered.places.get_mut(*no))
            && is_valid
        {
            place.approved.insert(row.axis);
        }
    }
    Ok(())
}
