// SPDX-License-Identifier: Apache-2.0
//! A policy that was filed by an earlier release stays in force and decides as it did: a database keeps its policy through every
//! upgrade, and what the program has learned since counts only for who writes it into a new version.

#![cfg(test)]

use hinomi_score::Severity;
use hinomi_score::policy::{
    CaseInputs, Importance, KnownExploited, Level, Likelihood, Policy, Reachability, Rises, Share, Ssvc,
};

const BEFORE: &str = include_str!("fixtures/policy-of-the-first-release.toml");

fn every_case() -> impl Iterator<Item = CaseInputs> {
    let listed = [None, Some(KnownExploited { listed_at: 0, catalogue_due_at: None })];
    Severity::ALL.into_iter().flat_map(move |severity| {
        listed.into_iter().flat_map(move |known_exploited| {
            Reachability::ALL.iter().flat_map(move |&reachability| {
                Level::ALL.iter().flat_map(move |&level| {
                    [false, true].into_iter().map(move |sensitive_data| CaseInputs {
                        severity,
                        known_exploited,
                        likelihood: None,
                        ssvc: Ssvc::default(),
                        reachability,
                        importance: Importance::uniform(level),
                        sensitive_data,
                        first_seen_at: 0,
                        fix_known_at: Some(0),
                        rises: Rises::default(),
                    })
                })
            })
        })
    })
}

#[test]
fn an_earlier_policy_is_read_and_asks_for_nothing_that_it_does_not_name() {
    let before = Policy::parse(BEFORE, "policy").unwrap();
    let (mut cases, mut differ_today) = (0, 0);
    for case in every_case() {
        let decided = before.decide(&case);
        let learned = CaseInputs {
            likelihood: Some(Likelihood { score: Share::new(0.97), percentile: Share::new(0.99) }),
            ssvc: Ssvc::from_stored("active/yes/total"),
            ..case.clone()
        };
        let again = before.decide(&learned);
        assert_eq!((decided.criticality, decided.due_at), (again.criticality, again.due_at), "{case:?}");
        let today = Policy::shipped().unwrap().decide(&learned);
        differ_today += usize::from(today.criticality != decided.criticality);
        cases += 1;
    }
    assert!(cases > 200, "{cases}");
    // Else the test would show nothing.
    assert!(differ_today > 0, "today's policy asks for likelihood or decision points");
}
