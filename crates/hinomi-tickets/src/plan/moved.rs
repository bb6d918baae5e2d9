// SPDX-License-Identifier: Apache-2.0
//! A ticket of which something else is known of a few vulnerabilities, and nothing of the others.
//!
//! ```text
//! moved items alone ─→ decided anew ─┬─ none falls that decided for all ─→ the ticket's sums rise
//!                                    └─ one does ─→ nothing here: the whole ticket must be read
//! ```
//! An entry of a catalogue of exploited vulnerabilities reaches thousands of tickets with hundreds of items each. What must stay
//! true: where this says something, it says what [`plan`](super::plan) says of the whole ticket.

use super::decisions::{Decided, Decisions};
use super::draft::Draft;
use super::{Frame, Moved, Writes};
use crate::model::{IntervalRow, ItemRow, Standing, TicketRow};

/// What must be written for the open items that moved; `None` where the others have a say.
pub fn plan_moved(
    frame: &Frame<'_>,
    ticket: TicketRow,
    items: Vec<ItemRow>,
    interval: Option<&IntervalRow>,
) -> Option<Writes> {
    let as_ever = ticket.is_open
        && ticket.policy_id == frame.policy_id
        && ticket.unit_id == frame.system.unit_id
        && ticket.paused_until.is_none()
        && !frame.clock.has_pauses(ticket.id);
    if !as_ever {
        return None;
    }
    let mut draft =
        Draft { before: Some(ticket.clone()), ticket: ticket.clone(), items, dirty_items: Vec::new() };
    let mut writes = Writes::default();
    let mut risen = Some(ticket);
    draft.decide(frame, &mut Decisions::new(frame), &mut writes, |before, decided, _| {
        let moved = frame.moved.get(&before.vulnerability_id);
        risen = risen.take().and_then(|ticket| rise(ticket, before, moved?, decided));
    });
    draft.ticket = risen?;
    draft.file(frame, &mut writes, interval);
    Some(writes)
}

/// The ticket's sums with what one item became; `None` when it falls from where it may have decided for all.
fn rise(mut ticket: TicketRow, before: &ItemRow, moved: &Moved, decided: &Decided) -> Option<TicketRow> {
    let facts = moved.before?;
    let stood = Standing::read(before.standing.as_deref()).filter(|_| before.criticality > 0)?;
    let (rank, rank_before) =
        (i64::from(decided.severity.list_rank()), i64::from(facts.severity.list_rank()));
    let falls = (decided.criticality < before.criticality && before.criticality >= ticket.criticality)
        || (decided.due_at > before.due_at && before.due_at <= ticket.due_at)
        || (stood.is_high_priority && !decided.high_priority)
        || (facts.known_exploited.is_some() && !decided.known_exploited)
        || (rank < rank_before && rank_before >= ticket.severity_rank);
    if falls {
        return None;
    }
    ticket.criticality = ticket.criticality.max(decided.criticality);
    ticket.due_at = ticket.due_at.min(decided.due_at);
    ticket.high_priority |= decided.high_priority;
    ticket.known_exploited |= decided.known_exploited;
    if rank > ticket.severity_rank {
        ticket.severity = decided.severity.as_str().to_owned();
        ticket.severity_rank = rank;
    }
    Some(ticket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NEVER;
    use crate::plan::{
        Stored, SystemFacts, TicketClock, UnitKey, VulnerabilityFacts, WantedItem, WantedUnit, plan,
    };
    use hinomi_score::Severity;
    use hinomi_score::policy::{
        Importance, KnownExploited, Level, Likelihood, Policy, Reachability, SHIPPED_POLICY, Share, Ssvc,
    };
    use hinomi_version::Scheme;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, HashMap};

    const DAY: i64 = 86_400_000_000;

    fn facts() -> impl Strategy<Value = VulnerabilityFacts> {
        let severity = proptest::sample::select(vec![
            Severity::None,
            Severity::Low,
            Severity::Medium,
            Severity::Unrated,
            Severity::High,
            Severity::Critical,
        ]);
        let listed = proptest::option::weighted(0.3, 1..20_i64).prop_map(|day| {
            day.map(|day| KnownExploited { listed_at: day * DAY, catalogue_due_at: Some((day + 14) * DAY) })
        });
        let likelihood =
            proptest::option::of(proptest::sample::select(vec![0.01, 0.2, 0.7])).prop_map(|score| {
                score.map(|score| Likelihood { score: Share::new(score), percentile: Share::new(score) })
            });
        (severity, listed, likelihood).prop_map(|(severity, known_exploited, likelihood)| {
            VulnerabilityFacts { severity, known_exploited, likelihood, ssvc: Ssvc::default() }
        })
    }

    fn frame<'a>(
        now: i64,
        (policy, system, clock): (&'a Policy, &'a SystemFacts, &'a TicketClock),
        facts: &'a HashMap<i64, VulnerabilityFacts>,
        moved: &'a HashMap<i64, Moved>,
    ) -> Frame<'a> {
        Frame { now, policy, policy_id: 1, system, vulnerabilities: facts, unshown: facts, moved, clock }
    }

    /// A ticket of these vulnerabilities, as it is opened on the second day.
    fn opened(
        base: (&Policy, &SystemFacts, &TicketClock),
        facts: &HashMap<i64, VulnerabilityFacts>,
    ) -> Stored {
        let items = facts.keys().map(|id| {
            let fixed = (id % 3 != 0).then(|| "1.2".to_owned());
            (*id, WantedItem { component_id: 1, since: DAY + id, fixed })
        });
        let unit = WantedUnit {
            items: items.collect(),
            assets: 1,
            scheme: Some(Scheme::Deb),
            ..WantedUnit::default()
        };
        let key = UnitKey { ecosystem: "Debian".into(), release: "12".into(), package: "openssl".into() };
        let moved = HashMap::new();
        let frame = frame(2 * DAY, base, facts, &moved);
        let mut writes =
            plan(&frame, &BTreeMap::from([(key, unit)]), Stored::default(), &HashMap::new(), &mut 0);
        writes.tickets.iter_mut().for_each(|row| row.id = 1);
        writes.items.iter_mut().for_each(|row| row.ticket_id = 1);
        writes.intervals.iter_mut().for_each(|row| row.case_id = 1);
        Stored { tickets: writes.tickets, items: writes.items, intervals: writes.intervals }
    }

    fn written(mut writes: Writes) -> String {
        writes.items.sort_by_key(|row| row.vulnerability_id);
        writes.events.sort_by_key(|event| (event.kind.as_str(), event.data.to_string()));
        format!("{writes:#?}")
    }

    proptest! {
        #[test]
        fn what_the_moved_items_say_is_what_the_whole_ticket_says(
            before in proptest::collection::vec(facts(), 1..6),
            after in proptest::collection::vec((0..6_i64, facts()), 1..3),
        ) {
            let policy = Policy::parse(SHIPPED_POLICY, "policy").unwrap();
            let system = SystemFacts {
                id: "shop".into(),
                unit_id: "sales".into(),
                reachability: Reachability::Internet,
                importance: Importance::uniform(Level::High),
                sensitive_data: false,
            };
            let clock = TicketClock::default();
            let base = (&policy, &system, &clock);
            let mut facts: HashMap<i64, VulnerabilityFacts> = (1..).zip(before).collect();
            let stored = opened(base, &facts);
            let mut moved = HashMap::new();
            for (id, after) in after {
                if let Some(known) = facts.get_mut(&id) {
                    let before = moved.get(&id).map_or(Some(*known), |moved: &Moved| moved.before);
                    moved.insert(id, Moved { before, after });
                    *known = after;
                }
            }
            let frame = frame(5 * DAY, base, &facts, &moved);
            let ticket = stored.tickets[0].clone();
            let items = stored.items.iter().filter(|row| moved.contains_key(&row.vulnerability_id)).cloned().collect();
            let interval = stored.intervals.iter().find(|row| row.to_at == NEVER).cloned();
            if let Some(in_part) = plan_moved(&frame, ticket, items, interval.as_ref()) {
                let whole = plan(&frame, &BTreeMap::new(), stored, &HashMap::new(), &mut 0);
                prop_assert_eq!(written(in_part), written(whole));
            } else {
                let falls = |moved: &Moved| {
                    let (was, is) = (moved.before.unwrap(), moved.after);
                    is.severity.list_rank() < was.severity.list_rank()
                        || is.likelihood.map(|it| it.score) < was.likelihood.map(|it| it.score)
                        || is.known_exploited != was.known_exploited
                        // Unrated is beside the scale: its days are its own, longer or shorter than those of a level.
                        || [was.severity, is.severity].contains(&Severity::Unrated)
                };
                prop_assert!(moved.values().any(falls), "a ticket that only rises was read as a whole: {moved:?}");
            }
        }
    }
}
