// SPDX-License-Identifier: Apache-2.0
//! Counting tickets and their items as they stand at a month's end, by system: S3, S5, S10, S11 and the counts beside.

use std::collections::{HashMap, HashSet};

use hinomi_core::Time;
use hinomi_db::Db;

use crate::error::MaturityError;
use crate::model::{CountedRow, Subject, Work};
use crate::store::facts;

const DAY_MICROS: i64 = 86_400_000_000;
/// Of the Internet.
const INTERNET: i64 = 3;
/// Evidence closed them; anything else is an accepted risk.
const CLOSED_ON_EVIDENCE: [&str; 2] = ["fixed", "gone"];
const RETRACTED: &str = "retracted";

/// What the month's tickets say, system by system.
pub(super) async fn work(db: &Db, span: (Time, Time)) -> Result<Work, MaturityError> {
    let mut work = Work::default();
    count_tickets(db, span, &mut work).await?;
    count_items(db, span, &mut work).await?;
    Ok(work)
}

/// S3, and the counts beside it.
async fn count_tickets(db: &Db, (start, end): (Time, Time), work: &mut Work) -> Result<(), MaturityError> {
    let (start_at, end_at) = (start.as_micros(), end.as_micros());
    for row in facts::tickets(db, (start, end)).await? {
        let Some(system) = work.of(&row.system_id) else { continue };
        let closed_at = (row.to_at < end_at).then_some(row.to_at);
        // A closure that came after the month's end says nothing about the month.
        let closure = closed_at.and(row.closure.as_deref());
        let is_retracted = closure == Some(RETRACTED);
        let is_evident = closure.is_none_or(|closure| CLOSED_ON_EVIDENCE.contains(&closure));
        let ended_in_month = closed_at.is_some_and(|at| at >= start_at);
        let row_beside = CountedRow::whole(Subject::Ticket(row.case_id), true);
        if ended_in_month && is_retracted {
            system.beside.retracted += 1;
            system.add("retracted", row_beside);
        } else if ended_in_month && !is_evident {
            system.beside.accepted += 1;
            system.add("accepted", row_beside);
        }
        let was_due_before = row.due_at < start_at;
        let counts_at_all = row.due_at < end_at && (!was_due_before || closed_at.is_none()) && !is_retracted;
        if counts_at_all {
            let in_time = is_evident && closed_at.is_some_and(|at| at <= row.due_at);
            system.add("S3", CountedRow::whole(Subject::Ticket(row.case_id), in_time));
        }
    }
    for (system, case) in facts::lowered(db, (start, end)).await? {
        if let Some(system) = work.of(&system) {
            system.beside.lowered += 1;
            system.add("lowered", CountedRow::whole(Subject::Ticket(case), true));
        }
    }
    Ok(())
}

/// S5, S10, S11.
async fn count_items(db: &Db, (start, end): (Time, Time), work: &mut Work) -> Result<(), MaturityError> {
    let (start_at, end_at) = (start.as_micros(), end.as_micros());
    let systems: HashMap<String, facts::SystemRow> =
        facts::systems(db, end).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let mut items = facts::items_moved(db, (start, end)).await?;
    items.extend(facts::items_standing(db, (start, end), INTERNET).await?);
    let faces_internet =
        |system: &str| systems.get(system).is_some_and(|system| system.reachability == INTERNET);
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
        let Some(system) = work.of(&row.system_id) else { continue };
        let closed_at = row.closed_at.filter(|at| *at < end_at);
        if closed_at.is_some() && row.closure.as_deref() == Some(RETRACTED) {
            continue;
        }
        let subject = Subject::Item { ticket: row.ticket_id, vulnerability: row.vulnerability_id };
        let days = (closed_at.unwrap_or(end_at) - row.first_seen).max(0) / DAY_MICROS;
        let open_for = CountedRow { subject, amount: days, in_scope: true };
        if grave.contains(&row.vulnerability_id) && faces_internet(&row.system_id) {
            system.add("S5", open_for);
        }
        if closed_at.is_some() {
            system.add("S11", open_for);
        }
        if row.first_seen >= start_at {
            system.add("S10", CountedRow { subject, amount: 1_000, in_scope: false });
        }
    }
    Ok(())
}
