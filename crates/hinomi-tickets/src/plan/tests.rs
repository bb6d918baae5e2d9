// SPDX-License-Identifier: Apache-2.0
//! The plan as a table of what happens when; no database.

use super::*;
use crate::NEVER;
use crate::model::EventKind;
use hinomi_core::Time;
use hinomi_score::policy::{Level, SHIPPED_POLICY};
use serde_json::json;

const DAY: i64 = 86_400_000_000;

fn system() -> SystemFacts {
    SystemFacts {
        id: "shop".into(),
        unit_id: "sales".into(),
        reachability: Reachability::Internet,
        importance: Importance::uniform(Level::High),
        sensitive_data: false,
    }
}

fn openssl() -> UnitKey {
    UnitKey { ecosystem: "Debian".into(), release: "12".into(), package: "openssl".into() }
}

fn shown(items: &[(i64, Option<&str>)]) -> BTreeMap<UnitKey, WantedUnit> {
    let items = items.iter().map(|&(vulnerability, fixed)| {
        let item = WantedItem { component_id: 1, since: DAY, fixed: fixed.map(str::to_owned) };
        (vulnerability, item)
    });
    let unit =
        WantedUnit { items: items.collect(), assets: 1, scheme: Some(Scheme::Deb), ..WantedUnit::default() };
    BTreeMap::from([(openssl(), unit)])
}

/// A system whose plans are applied one after another, as the store would.
struct World {
    policy: Policy,
    system: SystemFacts,
    facts: HashMap<i64, VulnerabilityFacts>,
    moved: HashMap<i64, Moved>,
    clock: TicketClock,
    now: i64,
    stored: Stored,
    numbers: i64,
}

impl World {
    fn new() -> Self {
        let high = VulnerabilityFacts { severity: Severity::High, ..VulnerabilityFacts::NONE };
        Self {
            policy: Policy::parse(SHIPPED_POLICY, "policy").unwrap(),
            system: system(),
            facts: (1..10).map(|id| (id, high)).collect(),
            moved: HashMap::new(),
            clock: TicketClock::default(),
            now: 2 * DAY,
            stored: Stored::default(),
            numbers: 0,
        }
    }

    fn run(&mut self, shown: &BTreeMap<UnitKey, WantedUnit>, closures: &[(i64, Closure)]) -> Writes {
        let gone: Vec<(i64, i64)> =
            vanished(shown, &self.stored).map(|(ticket, item)| (ticket.id, item.vulnerability_id)).collect();
        let proofs = gone
            .iter()
            .filter_map(|key| {
                let (_, closure) = closures.iter().find(|(vulnerability, _)| *vulnerability == key.1)?;
                Some((*key, Proof { closure: *closure, evidence: json!({"after": "proof"}) }))
            })
            .collect();
        let shown_facts: HashMap<i64, VulnerabilityFacts> = shown
            .values()
            .flat_map(|unit| unit.items.keys())
            .filter_map(|id| Some((*id, *self.facts.get(id)?)))
            .collect();
        let frame = Frame {
            now: self.now,
            policy: &self.policy,
            policy_id: 1,
            system: &self.system,
            vulnerabilities: &shown_facts,
            unshown: &self.facts,
            moved: &self.moved,
            clock: &self.clock,
        };
        let stored = Stored {
            tickets: self.stored.tickets.clone(),
            items: self.stored.items.clone(),
            intervals: self.stored.intervals.iter().filter(|row| row.to_at == NEVER).cloned().collect(),
        };
        let mut next_number = 0;
        let mut writes = plan(&frame, shown, stored, &proofs, &mut next_number);
        let base = self.numbers + 1;
        self.numbers -= next_number;
        let number = |id: i64| if id < 0 { base - id - 1 } else { id };
        writes.tickets.iter_mut().for_each(|row| row.id = number(row.id));
        writes.items.iter_mut().for_each(|row| row.ticket_id = number(row.ticket_id));
        writes.intervals.iter_mut().for_each(|row| row.case_id = number(row.case_id));
        self.apply(&writes);
        writes
    }

    fn apply(&mut self, writes: &Writes) {
        let left = &writes.left;
        self.stored.items.retain(|row| !left.contains(&(row.ticket_id, row.vulnerability_id)));
        put(&mut self.stored.tickets, &writes.tickets, |row| row.id);
        put(&mut self.stored.items, &writes.items, |row| (row.ticket_id, row.vulnerability_id));
        put(&mut self.stored.intervals, &writes.intervals, |row| (row.case_id, row.from_at));
    }

    fn ticket(&self, id: i64) -> &TicketRow {
        self.stored.tickets.iter().find(|row| row.id == id).unwrap()
    }

    fn items(&self, ticket: i64) -> Vec<i64> {
        let mut ids: Vec<i64> = self
            .stored
            .items
            .iter()
            .filter(|row| row.ticket_id == ticket)
            .map(|row| row.vulnerability_id)
            .collect();
        ids.sort_unstable();
        ids
    }

    fn start(&mut self, id: i64) {
        let now = self.now;
        self.stored.tickets.iter_mut().find(|row| row.id == id).unwrap().started_at = Some(now);
        self.now += DAY;
    }
}

fn put<T: Clone, K: PartialEq>(rows: &mut Vec<T>, new: &[T], key: impl Fn(&T) -> K) {
    for row in new {
        rows.retain(|old| key(old) != key(row));
        rows.push(row.clone());
    }
}

#[test]
fn one_ticket_holds_the_unit_and_asks_for_the_highest_fix() {
    let mut world = World::new();
    let writes = world.run(&shown(&[(1, Some("1.2")), (2, Some("1.10")), (3, None)]), &[]);
    assert_eq!((writes.opened, writes.tickets.len(), world.items(1)), (1, 1, vec![1, 2, 3]));
    let ticket = world.ticket(1);
    assert_eq!((ticket.target_version.as_deref(), ticket.items_open), (Some("1.10"), 3));
    assert!(!ticket.waiting_for_fix);
    let earliest = world.stored.items.iter().map(|row| row.due_at).min().unwrap();
    assert_eq!(ticket.due_at, earliest);
    let waiting = world.stored.items.iter().find(|row| row.vulnerability_id == 3).unwrap();
    assert_eq!((waiting.due_at, waiting.fix_known_at), (NEVER, None), "no fix, no date");
}

#[test]
fn the_same_again_writes_nothing() {
    let mut world = World::new();
    let unit = shown(&[(1, Some("1.2"))]);
    world.run(&unit, &[]);
    world.now += DAY;
    assert_eq!(world.run(&unit, &[]).rows(), 0);
}

#[test]
fn a_ticket_waits_until_a_fix_is_known_and_counts_from_then() {
    let mut world = World::new();
    world.run(&shown(&[(1, None)]), &[]);
    assert_eq!((world.ticket(1).waiting_for_fix, world.ticket(1).due_at), (true, NEVER));
    world.now += 10 * DAY;
    let writes = world.run(&shown(&[(1, Some("1.2"))]), &[]);
    assert!(writes.events.iter().any(|event| event.kind == EventKind::FixAvailable));
    let ticket = world.ticket(1);
    assert!(!ticket.waiting_for_fix && ticket.due_at != NEVER && ticket.due_at >= world.now, "{ticket:?}");
}

#[test]
fn known_exploited_has_a_date_without_a_fix() {
    let mut world = World::new();
    let listed = KnownExploited { listed_at: DAY, catalogue_due_at: None };
    world.facts.insert(
        1,
        VulnerabilityFacts {
            severity: Severity::High,
            known_exploited: Some(listed),
            ..VulnerabilityFacts::NONE
        },
    );
    world.run(&shown(&[(1, None)]), &[]);
    assert!(world.ticket(1).waiting_for_fix && world.ticket(1).due_at != NEVER);
}

#[test]
fn nothing_closes_without_proof_and_what_stays_open_keeps_its_rank_and_date() {
    let mut world = World::new();
    world.run(&shown(&[(1, Some("1.2"))]), &[]);
    let before = world.ticket(1).clone();
    world.now += DAY;
    let writes = world.run(&BTreeMap::new(), &[]);
    assert_eq!((writes.closed, writes.rows()), (0, 0));
    assert_eq!(world.ticket(1), &before);
}

#[test]
fn the_last_proof_closes_the_ticket_and_its_interval() {
    let mut world = World::new();
    world.run(&shown(&[(1, Some("1.2")), (2, Some("1.3"))]), &[]);
    world.now += DAY;
    world.run(&shown(&[(2, Some("1.3"))]), &[(1, Closure::Fixed)]);
    assert!(world.ticket(1).is_open);
    world.now += DAY;
    let writes = world.run(&BTreeMap::new(), &[(2, Closure::Gone)]);
    let ticket = world.ticket(1);
    assert_eq!((writes.closed, ticket.is_open, ticket.closure.as_deref()), (1, false, Some("fixed")));
    assert_eq!(ticket.closed_at, Some(world.now));
    assert!(world.stored.intervals.iter().all(|row| row.to_at == world.now));
}

#[test]
fn a_regression_opens_item_and_ticket_again() {
    let mut world = World::new();
    world.run(&shown(&[(1, Some("1.2"))]), &[]);
    world.start(1);
    world.run(&BTreeMap::new(), &[(1, Closure::Fixed)]);
    world.now += DAY;
    let writes = world.run(&shown(&[(1, Some("1.2"))]), &[]);
    let ticket = world.ticket(1);
    assert_eq!((writes.reopened, writes.opened, ticket.is_open, ticket.reopened), (1, 0, true, 1));
    assert_eq!((ticket.started_at, ticket.closure.as_deref()), (None, None), "work begins anew");
    let item = &world.stored.items[0];
    assert_eq!((item.closed_at, item.closure.as_deref(), item.evidence.as_deref()), (None, None, None));
}

#[test]
fn started_work_keeps_its_target_and_what_comes_later_opens_the_next_ticket() {
    let mut world = World::new();
    world.run(&shown(&[(1, Some("1.2"))]), &[]);
    world.start(1);
    world.run(&shown(&[(1, Some("1.2")), (2, Some("1.1")), (3, Some("1.9")), (4, None)]), &[]);
    assert_eq!(world.ticket(1).target_version.as_deref(), Some("1.2"));
    assert_eq!((world.items(1), world.items(2)), (vec![1, 2], vec![3, 4]));
    assert_eq!(world.ticket(2).target_version.as_deref(), Some("1.9"));
}

#[test]
fn what_started_work_leaves_moves_to_the_next_ticket_with_its_dates() {
    let mut world = World::new();
    world.run(&shown(&[(1, Some("1.2")), (2, None)]), &[]);
    world.start(1);
    let writes = world.run(&shown(&[(1, Some("1.2")), (2, None)]), &[]);
    assert_eq!((writes.opened, writes.left.as_slice()), (1, &[(1, 2)][..]));
    assert_eq!((world.items(1), world.items(2)), (vec![1], vec![2]));
    assert_eq!(world.stored.items.iter().find(|row| row.vulnerability_id == 2).unwrap().first_seen, DAY);
    assert!(world.ticket(2).waiting_for_fix && !world.ticket(1).waiting_for_fix);
    let writes = world.run(&shown(&[(2, None)]), &[(1, Closure::Fixed)]);
    assert_eq!((writes.closed, world.ticket(1).is_open, world.ticket(2).is_open), (1, false, true));
}

#[test]
fn a_ticket_never_ends_because_everything_was_taken_from_it() {
    let mut world = World::new();
    world.run(&shown(&[(1, Some("1.2"))]), &[]);
    world.start(1);
    // The record is corrected: the target would close nothing any more.
    let writes = world.run(&shown(&[(1, Some("1.9"))]), &[]);
    assert_eq!((writes.closed, writes.opened, world.items(1)), (0, 0, vec![1]));
}

#[test]
fn a_new_owner_takes_the_ticket_and_the_day_before_keeps_the_old_one() {
    let mut world = World::new();
    let unit = shown(&[(1, Some("1.2"))]);
    world.run(&unit, &[]);
    world.now += DAY;
    world.system.unit_id = "logistics".into();
    world.run(&unit, &[]);
    assert_eq!(world.ticket(1).unit_id, "logistics");
    let owners: Vec<(&str, bool)> =
        world.stored.intervals.iter().map(|row| (row.unit_id.as_str(), row.to_at == NEVER)).collect();
    assert_eq!(owners, [("sales", false), ("logistics", true)]);
}

#[test]
fn an_empty_system_writes_nothing() {
    assert_eq!(World::new().run(&BTreeMap::new(), &[]).rows(), 0);
}

#[test]
fn a_pause_moves_the_ticket_on_and_ends_early_moves_it_back() {
    let mut world = World::new();
    let unit = shown(&[(1, Some("1.2"))]);
    world.run(&unit, &[]);
    let plain = world.ticket(1).due_at;
    let pause = |to: i64| hinomi_obligations::Pause {
        from: Time::from_micros(2 * DAY),
        to: Some(Time::from_micros(to)),
        reason: "stocktaking".into(),
        approved_by: "CISO".into(),
    };
    for (to, moved) in [(12 * DAY, 10 * DAY), (5 * DAY, 3 * DAY)] {
        world.clock = TicketClock::new(HashMap::new(), HashMap::from([(1, vec![pause(to)])]));
        world.run(&unit, &[]);
        let ticket = world.ticket(1);
        assert_eq!((ticket.due_at, ticket.paused_until), (plain + moved, Some(to)));
        let open = world.stored.intervals.iter().find(|row| row.to_at == NEVER).unwrap();
        assert_eq!(open.due_at, plain + moved, "the heat map's row moves along");
    }
    // Another ticket of the like keeps its date.
    let other = WantedUnit {
        items: unit[&openssl()].items.clone(),
        assets: 1,
        scheme: Some(Scheme::Deb),
        ..WantedUnit::default()
    };
    let zlib = UnitKey { package: "zlib".into(), ..openssl() };
    let both = BTreeMap::from([(openssl(), unit[&openssl()].clone()), (zlib, other)]);
    world.run(&both, &[]);
    assert_eq!(world.ticket(2).due_at, plain);
}

#[test]
fn business_days_are_those_of_the_managing_unit() {
    let mut world = World::new();
    let text = SHIPPED_POLICY.replacen("unrated = 30", "unrated = 30\ncount = \"business-days\"", 1);
    world.policy = Policy::parse(&text, "policy").unwrap();
    let calendar = |name: &str| hinomi_obligations::Calendar::named(name).unwrap();
    let calendars =
        HashMap::from([("sales".to_owned(), calendar("jp")), ("works".to_owned(), calendar("utc"))]);
    world.clock = TicketClock::new(calendars, HashMap::new());
    world.run(&shown(&[(1, Some("1.2"))]), &[]);
    let japan = world.ticket(1).due_at;
    // The system is handed over: the other unit works on other days.
    world.system.unit_id = "works".into();
    world.run(&shown(&[(1, Some("1.2"))]), &[]);
    let days = i64::from(world.policy.due_days.high);
    assert!(world.ticket(1).due_at < japan, "no holidays, nine hours later");
    assert!(world.ticket(1).due_at > DAY + days * DAY, "weekends do not count");
    assert_eq!((world.ticket(1).due_at + 1) % DAY, 0, "to the end of the day");
}

#[test]
fn what_becomes_worse_is_due_from_then_and_what_was_late_stays_late() {
    let unit = shown(&[(1, Some("1.2"))]);
    let rated = |world: &mut World, severity: Severity| {
        world.facts.insert(1, VulnerabilityFacts { severity, ..VulnerabilityFacts::NONE });
        world.run(&unit, &[]);
        (world.ticket(1).criticality, world.ticket(1).due_at)
    };
    let mut world = World::new();
    world.system.reachability = Reachability::Internal;
    let (mild, first) = rated(&mut world, Severity::Low);
    world.now = first - DAY;
    let (grave, due) = rated(&mut world, Severity::Critical);
    assert!(grave > mild);
    assert_eq!(due, first, "the day before its date it gets no more time");
    // Long before its date: the days of the new criticality begin now.
    let mut world = World::new();
    world.system.reachability = Reachability::Internal;
    rated(&mut world, Severity::Low);
    world.now = 60 * DAY;
    let (grave, due) = rated(&mut world, Severity::Critical);
    let days = i64::from(world.policy.due_days.of(crate::model::criticality_of_rank(grave)));
    assert_eq!(due, world.now + days * DAY);
    world.now += DAY;
    assert_eq!(world.run(&unit, &[]).rows(), 0, "the next look counts from the same moment");
    // It falls, and its own date holds again.
    assert_eq!(rated(&mut world, Severity::Low), (mild, first));
    // Under another policy nothing has risen: its preview said so.
    world.now += DAY;
    let before = world.ticket(1).due_at;
    world.stored.tickets.iter_mut().for_each(|row| row.policy_id = 0);
    let (_, due) = rated(&mut world, Severity::Critical);
    assert!(due < world.now && due < before);
}

#[test]
fn an_unrated_case_that_is_rated_has_its_days_from_then() {
    let mut world = World::new();
    let unit = shown(&[(1, Some("1.2"))]);
    world.facts.insert(1, VulnerabilityFacts { severity: Severity::Unrated, ..VulnerabilityFacts::NONE });
    world.run(&unit, &[]);
    world.now = 25 * DAY;
    world.facts.insert(1, VulnerabilityFacts { severity: Severity::Critical, ..VulnerabilityFacts::NONE });
    world.run(&unit, &[]);
    assert!(world.ticket(1).due_at > world.now, "{:?}", world.ticket(1));
}
