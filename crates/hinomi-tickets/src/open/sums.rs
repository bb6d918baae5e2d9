// SPDX-License-Identifier: Apache-2.0
//! What is counted of the open tickets.

use super::{EMPTY, HIGH_PRIORITY, KNOWN_EXPLOITED, Open, OpenTickets, Ticket, WAITING_FOR_FIX};
use crate::service::read::{self, CountsRow, GroupRow, StateFilter, TicketFilter};
use crate::{NEVER, TicketError};
use hinomi_core::{Page, PageRequest, Scope, Time, UnitId};
use hinomi_db::Db;
use std::collections::HashMap;

/// What one unit owes of some vulnerabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    pub unit_id: UnitId,
    pub tickets: u64,
    pub overdue: u64,
    /// The earliest of the items, where one has a date.
    pub due_at: Option<i64>,
}

impl OpenTickets {
    /// How many of the filter there are of each kind; what is not of now, or of text, the database counts.
    pub async fn counts(
        &self,
        db: &Db,
        scope: &Scope,
        filter: &TicketFilter,
        now: Time,
    ) -> Result<CountsRow, TicketError> {
        match filter.is_of_what_is_open() {
            true => Ok(self.fresh(db).await?.counts(scope, filter, now)),
            false => read::ticket_counts(db, scope, filter, now).await,
        }
    }

    /// Those of the filter whose clock stands still.
    pub async fn paused(
        &self,
        db: &Db,
        scope: &Scope,
        filter: &TicketFilter,
        now: Time,
    ) -> Result<i64, TicketError> {
        match filter.is_of_what_is_open() {
            true => Ok(self.fresh(db).await?.paused(scope, filter, now)),
            false => read::tickets_paused(db, scope, filter, now).await,
        }
    }

    /// By system and distribution, the first to fall due first; what is not of now, or of text, the database groups.
    pub async fn groups(
        &self,
        db: &Db,
        scope: &Scope,
        filter: &TicketFilter,
        now: Time,
        request: &PageRequest,
    ) -> Result<Page<GroupRow>, TicketError> {
        if !filter.is_of_what_is_open() {
            return read::ticket_groups(db, scope, filter, now, request).await;
        }
        let offset = read::groups_before(request)?;
        let limit = usize::try_from(request.fetch_limit()).unwrap_or(1);
        let rows = self.fresh(db).await?.groups(scope, filter, now, offset as usize, limit);
        Ok(read::groups_page(rows, request, offset))
    }
}

impl TicketFilter {
    /// Whether nothing is asked but what stands in memory.
    fn is_of_what_is_open(&self) -> bool {
        self.state == StateFilter::Open
            && self.at.is_none()
            && self.moved.is_none()
            && self.assignee.is_none()
            && self.vulnerabilities.is_none()
            && self.text.is_none()
            && self.ids.is_none()
    }

    /// The marks that matter, and how they must be.
    fn marks(&self) -> (u8, u8) {
        let wanted = [
            (self.waiting, WAITING_FOR_FIX),
            (self.high_priority, HIGH_PRIORITY),
            (self.known_exploited, KNOWN_EXPLOITED),
        ];
        wanted.iter().fold((0, 0), |(matter, set), (wanted, mark)| match wanted {
            None => (matter, set),
            Some(true) => (matter | mark, set | mark),
            Some(false) => (matter | mark, set),
        })
    }
}

impl Open {
    /// The tickets of the filter within the scope.
    fn wanted<'a>(
        &'a self,
        scope: &Scope,
        filter: &'a TicketFilter,
        now: Time,
    ) -> impl Iterator<Item = &'a Ticket> {
        let visible = self.visible(scope);
        let is_run_wanted = |run: &super::Run| {
            let of = &filter.distribution;
            visible[run.unit as usize]
                && filter.system.as_ref().is_none_or(|system| *system == run.system)
                && of.as_ref().is_none_or(|(name, release)| *name == run.ecosystem && *release == run.release)
        };
        let runs: Vec<bool> = self.runs.all.iter().map(is_run_wanted).collect();
        let (matter, marks) = filter.marks();
        let before = if filter.overdue { now.as_micros() } else { i64::MAX };
        let any = filter.criticalities.is_empty();
        self.tickets.iter().filter(move |ticket| {
            ticket.criticality != EMPTY.criticality
                && runs[ticket.run as usize]
                && ticket.marks & matter == marks
                && (before == i64::MAX || ticket.due_at < before)
                && (any || filter.criticalities.contains(&i64::from(ticket.criticality)))
        })
    }

    pub fn counts(&self, scope: &Scope, filter: &TicketFilter, now: Time) -> CountsRow {
        let now_at = now.as_micros();
        let mut counts = CountsRow::default();
        let mut by_criticality = [0; 5];
        for ticket in self.wanted(scope, filter, now) {
            counts.open += 1;
            counts.overdue += i64::from(ticket.due_at < now_at);
            counts.waiting_for_fix += i64::from(ticket.marks & WAITING_FOR_FIX != 0);
            counts.high_priority += i64::from(ticket.marks & HIGH_PRIORITY != 0);
            counts.known_exploited += i64::from(ticket.marks & KNOWN_EXPLOITED != 0);
            by_criticality[usize::from(ticket.criticality)] += 1;
        }
        [_, counts.low, counts.medium, counts.high, counts.critical] = by_criticality;
        counts
    }

    pub fn paused(&self, scope: &Scope, filter: &TicketFilter, now: Time) -> i64 {
        self.wanted(scope, filter, now).filter(|ticket| ticket.paused_until > now.as_micros()).count() as i64
    }

    /// So many update runs after the first ones, in the order of the earliest due date.
    pub fn groups(
        &self,
        scope: &Scope,
        filter: &TicketFilter,
        now: Time,
        offset: usize,
        limit: usize,
    ) -> Vec<GroupRow> {
        let now_at = now.as_micros();
        let mut sums = vec![Sum::NONE; self.runs.all.len()];
        for ticket in self.wanted(scope, filter, now) {
            let sum = &mut sums[ticket.run as usize];
            sum.overdue += i64::from(ticket.due_at < now_at);
            sum.earliest_due = sum.earliest_due.min(ticket.due_at);
            sum.by_criticality[usize::from(ticket.criticality)] += 1;
        }
        let mut found: Vec<u32> =
            (0u32..).zip(&sums).filter(|(_, sum)| sum.tickets() > 0).map(|(run, _)| run).collect();
        let order = |left: &u32, right: &u32| {
            let key = |run: u32| (sums[run as usize].earliest_due, &self.runs.all[run as usize]);
            key(*left).cmp(&key(*right))
        };
        let end = offset.saturating_add(limit);
        if end < found.len() {
            found.select_nth_unstable_by(end, order);
            found.truncate(end);
        }
        found.sort_unstable_by(order);
        let rows = found.into_iter().skip(offset);
        rows.map(|run| self.group(run as usize, &sums[run as usize])).collect()
    }

    fn group(&self, run: usize, sum: &Sum) -> GroupRow {
        let of = &self.runs.all[run];
        let [_, low, medium, high, critical] = sum.by_criticality;
        GroupRow {
            system_id: of.system.clone(),
            unit_id: self.units.all[of.unit as usize].to_string(),
            ecosystem: of.ecosystem.clone(),
            release: of.release.clone(),
            tickets: sum.tickets(),
            critical,
            high,
            medium,
            low,
            overdue: sum.overdue,
            earliest_due: sum.earliest_due,
        }
    }

    /// In how many open tickets of the scope each vulnerability is; those that are in none are left out.
    pub fn tickets_by_vulnerability(&self, scope: &Scope, ids: &[i64]) -> HashMap<i64, i64> {
        let visible = self.visible(scope);
        let count = |id: &i64| {
            let items = self.items_of(*id);
            let count = match scope.is_all() {
                true => items.len(),
                false => items.iter().filter(|item| visible[self.unit_of(item.place)]).count(),
            };
            (count > 0).then_some((*id, count as i64))
        };
        ids.iter().filter_map(count).collect()
    }

    /// What each unit of the scope owes of one vulnerability.
    pub fn owed(&self, scope: &Scope, vulnerability: i64, now: i64) -> Vec<Owed> {
        let items = self.items_of(vulnerability).iter();
        self.by_unit(scope, items.map(|item| (item.place, self.dues.all[item.due as usize])), now)
    }

    /// What each unit owes of any of them: a ticket counts once, with the earliest of its items.
    pub fn owed_of_any(&self, scope: &Scope, vulnerabilities: &[i64], now: i64) -> Vec<Owed> {
        let mut earliest: Vec<Option<i64>> = vec![None; self.tickets.len()];
        for item in vulnerabilities.iter().flat_map(|id| self.items_of(*id)) {
            let due = self.dues.all[item.due as usize];
            let of_ticket = &mut earliest[item.place as usize];
            *of_ticket = Some(of_ticket.map_or(due, |before| before.min(due)));
        }
        let owed = (0u32..).zip(earliest).filter_map(|(place, due)| Some((place, due?)));
        self.by_unit(scope, owed, now)
    }

    /// Tickets, by their places, with their dates.
    fn by_unit(&self, scope: &Scope, owed: impl Iterator<Item = (u32, i64)>, now: i64) -> Vec<Owed> {
        let visible = self.visible(scope);
        let none = |unit_id: &UnitId| Owed { unit_id: *unit_id, tickets: 0, overdue: 0, due_at: None };
        let mut units: Vec<Owed> = self.units.all.iter().map(none).collect();
        for (place, due) in owed {
            let unit = self.unit_of(place);
            if visible[unit] {
                let unit = &mut units[unit];
                unit.tickets += 1;
                unit.overdue += u64::from(due < now);
                unit.due_at = Some(unit.due_at.map_or(due, |before| before.min(due)));
            }
        }
        units.retain(|unit| unit.tickets > 0);
        units.iter_mut().for_each(|unit| unit.due_at = unit.due_at.filter(|due| *due != NEVER));
        units
    }

    fn items_of(&self, vulnerability: i64) -> &[super::Item] {
        let number = self.vulnerabilities.numbers.get(&vulnerability);
        number.and_then(|number| self.items.get(*number as usize)).map_or(&[], Vec::as_slice)
    }

    fn unit_of(&self, place: u32) -> usize {
        let run = self.tickets[place as usize].run;
        self.runs.all[run as usize].unit as usize
    }
}

/// The tickets of one update run.
#[derive(Debug, Clone, Copy)]
struct Sum {
    overdue: i64,
    earliest_due: i64,
    by_criticality: [i64; 5],
}

impl Sum {
    const NONE: Self = Self { overdue: 0, earliest_due: NEVER, by_criticality: [0; 5] };

    fn tickets(&self) -> i64 {
        self.by_criticality.iter().sum()
    }
}
