// SPDX-License-Identifier: Apache-2.0
//! What is kept in memory of the open tickets is what the tables say, whatever happens meanwhile.

use crate::history::Company;
use crate::support::SETS;
use hinomi_core::{Clock, PageRequest, Scope, Time};
use hinomi_db::{Db, both_engines, values};
use hinomi_tickets::service::read::{self, GroupRow, TicketFilter};
use hinomi_tickets::{NEVER, OpenTickets, Owed};
use std::collections::{BTreeMap, BTreeSet};

const DAYS: usize = 20;

fn filters(systems: &[String]) -> Vec<TicketFilter> {
    let any = TicketFilter::default();
    vec![
        any.clone(),
        TicketFilter { overdue: true, ..any.clone() },
        TicketFilter { waiting: Some(true), criticalities: vec![1, 3], ..any.clone() },
        TicketFilter { waiting: Some(false), high_priority: Some(true), ..any.clone() },
        TicketFilter { known_exploited: Some(false), system: systems.first().cloned(), ..any.clone() },
        TicketFilter { distribution: Some(("Debian".to_owned(), "12".to_owned())), ..any.clone() },
        TicketFilter { distribution: Some(("Debian".to_owned(), "11".to_owned())), ..any.clone() },
        // What memory does not hold is asked of the tables.
        TicketFilter { text: Some("ssl".to_owned()), ..any },
    ]
}

/// Every page, as the tables have it and as memory has it.
async fn groups(
    db: &Db,
    open: Option<&OpenTickets>,
    scope: &Scope,
    filter: &TicketFilter,
    now: Time,
) -> Vec<GroupRow> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest::new(2, after);
        let page = match open {
            Some(open) => open.groups(db, scope, filter, now, &request).await.unwrap(),
            None => read::ticket_groups(db, scope, filter, now, &request).await.unwrap(),
        };
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next.parse().unwrap()),
            None => return all,
        }
    }
}

/// Unit → tickets, overdue, earliest due date.
type Owing = BTreeMap<String, (u64, u64, Option<i64>)>;

fn owing(owed: Vec<Owed>) -> Owing {
    owed.into_iter().map(|one| (one.unit_id.to_string(), (one.tickets, one.overdue, one.due_at))).collect()
}

/// As [`owing`], counted one by one over what the tables hold.
fn counted(items: &[(i64, i64, i64, String)], scope: &BTreeSet<String>, ids: &[i64], now: i64) -> Owing {
    let mut tickets: BTreeMap<(&String, i64), i64> = BTreeMap::new();
    for (vulnerability, ticket, due, unit) in items {
        if ids.contains(vulnerability) && scope.contains(unit) {
            let earliest = tickets.entry((unit, *ticket)).or_insert(*due);
            *earliest = (*earliest).min(*due);
        }
    }
    let mut owing = Owing::new();
    for ((unit, _), due) in tickets {
        let one = owing.entry(unit.clone()).or_default();
        one.0 += 1;
        one.1 += u64::from(due < now);
        one.2 = Some(one.2.map_or(due, |before| before.min(due)));
    }
    owing.values_mut().for_each(|one| one.2 = one.2.filter(|due| *due != NEVER));
    owing
}

async fn check(company: &Company, db: &Db, open: &OpenTickets, systems: &[String]) -> i64 {
    let now = company.scene.server.test.clock.now();
    let europe = company.scene.unit("EU").await;
    let tree = hinomi_org::tree_at(db, now).await.unwrap();
    let everything: BTreeSet<String> = company.units.values().cloned().collect();
    let below: BTreeSet<String> = tree.subtree(europe).iter().map(ToString::to_string).collect();
    let items: Vec<(i64, i64, i64, String)> = db
        .all(
            "SELECT i.vulnerability_id, t.id, i.due_at, t.unit_id FROM ticket_item i \
             JOIN ticket t ON t.id = i.ticket_id WHERE i.closed_at IS NULL AND t.is_open",
            values![],
        )
        .await
        .unwrap();
    let vulnerabilities: Vec<i64> =
        db.column("SELECT id FROM vulnerability ORDER BY id", values![]).await.unwrap();
    for (scope, units) in [
        (Scope::all(), &everything),
        (Scope::units(tree.subtree(europe)), &below),
        (Scope::none(), &BTreeSet::new()),
    ] {
        for filter in filters(systems) {
            let counts = open.counts(db, &scope, &filter, now).await.unwrap();
            assert_eq!(counts, read::ticket_counts(db, &scope, &filter, now).await.unwrap(), "{filter:?}");
            let paused = open.paused(db, &scope, &filter, now).await.unwrap();
            assert_eq!(paused, read::tickets_paused(db, &scope, &filter, now).await.unwrap(), "{filter:?}");
            let grouped = groups(db, Some(open), &scope, &filter, now).await;
            assert_eq!(grouped, groups(db, None, &scope, &filter, now).await, "{filter:?}");
        }
        let held = open.fresh(db).await.unwrap();
        let by_vulnerability = held.tickets_by_vulnerability(&scope, &vulnerabilities);
        for id in &vulnerabilities {
            let wanted = counted(&items, units, &[*id], now.as_micros());
            assert_eq!(owing(held.owed(&scope, *id, now.as_micros())), wanted, "{id}");
            let tickets: u64 = wanted.values().map(|one| one.0).sum();
            assert_eq!(by_vulnerability.get(id).copied().unwrap_or(0), tickets as i64, "{id}");
        }
        for some in [&vulnerabilities[..], &vulnerabilities[..vulnerabilities.len() / 2]] {
            let wanted = counted(&items, units, some, now.as_micros());
            assert_eq!(owing(held.owed_of_any(&scope, some, now.as_micros())), wanted);
        }
    }
    items.len() as i64
}

both_engines! { SETS;
    async fn what_memory_holds_of_open_tickets_is_what_the_tables_say(db: Db) {
        let mut company = Company::new(db.clone(), 21).await;
        let systems: Vec<String> = db.column("SELECT id FROM system ORDER BY id", values![]).await.unwrap();
        let open = OpenTickets::default();
        let mut items = 0;
        for day in 0..DAYS {
            if day % 4 == 3 {
                company.publish_alias().await;
            }
            company.day().await;
            items += check(&company, &db, &open, &systems).await;
            // Who reads everything at once knows what was learnt day by day.
            if day % 10 == 9 {
                check(&company, &db, &OpenTickets::default(), &systems).await;
            }
            company.next_day().await;
        }
        let merged: i64 =
            db.scalar("SELECT COUNT(*) FROM vulnerability WHERE merged_into IS NOT NULL", values![]).await.unwrap();
        let closed: i64 = db.scalar("SELECT COUNT(*) FROM ticket WHERE NOT is_open", values![]).await.unwrap();
        let again: i64 = db.scalar("SELECT COUNT(*) FROM ticket WHERE reopened > 0", values![]).await.unwrap();
        assert!(items > 500 && merged > 2 && closed + again > 5, "too little happened: {items} {merged} {closed} {again}");
    }
}
