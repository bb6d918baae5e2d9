// SPDX-License-Identifier: Apache-2.0
//! The shipped policy as a table, the due rules one by one, and what a wrong document is told.
use hinomi_score::Severity;
use hinomi_score::policy::{
    CaseInputs, Count, Criticality, Decision, DueRule, Exploitation, Importance, KevDate, KnownExploited,
    Level, Likelihood, Policy, Reachability, Reason, Rises, SHIPPED_POLICY, Share, Ssvc, TechnicalImpact,
    Term,
};
use std::fmt::Write as _;

const DAY: i64 = 86_400_000_000;
/// 2026-01-05T00:00:00Z.
const SEEN: i64 = 1_767_571_200_000_000;

fn inputs(severity: Severity) -> CaseInputs {
    CaseInputs {
        severity,
        known_exploited: None,
        likelihood: None,
        ssvc: Ssvc::default(),
        reachability: Reachability::Internal,
        importance: Importance::uniform(Level::Moderate),
        sensitive_data: false,
        first_seen_at: SEEN,
        fix_known_at: Some(SEEN),
        rises: Rises::default(),
    }
}

fn listed(days_after_seen: i64, due_days_after_seen: Option<i64>) -> Option<KnownExploited> {
    Some(KnownExploited {
        listed_at: SEEN + days_after_seen * DAY,
        catalogue_due_at: due_days_after_seen.map(|days| SEEN + days * DAY),
    })
}

fn days(decision: &Decision) -> Option<i64> {
    decision.due_at.map(|due_at| (due_at - SEEN) / DAY)
}

/// Every combination, worst case first in neither axis: the order of the policy's own vocabulary.
fn all_inputs() -> Vec<CaseInputs> {
    let mut all = Vec::new();
    for severity in Severity::ALL {
        for known_exploited in [None, listed(-10, None)] {
            for &reachability in Reachability::ALL {
                for &importance in Level::ALL {
                    for sensitive_data in [false, true] {
                        all.push(CaseInputs {
                            known_exploited,
                            reachability,
                            importance: Importance {
                                integrity: importance,
                                ..Importance::uniform(Level::Low)
                            },
                            sensitive_data,
                            ..inputs(severity)
                        });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn shipped_decision_table() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let mut table = String::from(
        "severity  exploited  reachable  importance  sensitive  | criticality  first  due  waiting  row\n",
    );
    for case in all_inputs() {
        let decision = policy.decide(&case);
        let waiting = policy.decide(&CaseInputs { fix_known_at: None, ..case.clone() });
        let _ = writeln!(
            table,
            "{:<9} {:<10} {:<10} {:<11} {:<10} | {:<12} {:<6} {:<4} {:<8} {}",
            case.severity,
            if case.known_exploited.is_some() { "yes" } else { "no" },
            case.reachability,
            case.importance.high_water_mark(),
            if case.sensitive_data { "yes" } else { "no" },
            decision.criticality,
            if decision.high_priority { "yes" } else { "" },
            days(&decision).map_or(String::new(), |days| days.to_string()),
            days(&waiting).map_or(String::from("none"), |days| days.to_string()),
            decision.row,
        );
    }
    insta::assert_snapshot!(table);
}

fn likely(score: f64) -> Option<Likelihood> {
    Some(Likelihood { score: Share::new(score), percentile: Share::new(0.9) })
}

#[test]
fn a_likelihood_decides_from_its_bound_on() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let row = |score: f64, reachability: Reachability| {
        let case = CaseInputs { likelihood: likely(score), reachability, ..inputs(Severity::Medium) };
        let decision = policy.decide(&case);
        (decision.row, decision.criticality)
    };
    assert_eq!(row(0.499_999_9, Reachability::Internal), ("medium".to_owned(), Criticality::Medium));
    assert_eq!(row(0.5, Reachability::Internal), ("likely".to_owned(), Criticality::High));
    assert_eq!(row(0.5, Reachability::Internet), ("likely-internet".to_owned(), Criticality::Critical));
    assert_eq!(row(0.1, Reachability::Internet), ("rather-likely-internet".to_owned(), Criticality::High));
    let case = CaseInputs { likelihood: likely(0.5), ..inputs(Severity::Low) };
    let told: Vec<String> = policy.decide(&case).reasons.iter().map(ToString::to_string).collect();
    assert_eq!(told[1], "exploitation is 50.0 % likely within 30 days, as likely as 90.0 % of all");
    // Between two bounds nothing is different, and below them all a score is none.
    assert_eq!(policy.cut(likely(0.2)), policy.cut(likely(0.4)));
    assert_ne!(policy.cut(likely(0.49)), policy.cut(likely(0.5)));
    assert_eq!(policy.cut(likely(0.05)), None);
}

#[test]
fn what_a_coordinator_decided_counts_and_what_nobody_did_does_not() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let row = |ssvc: &str, reachability: Reachability| {
        let case = CaseInputs { ssvc: Ssvc::from_stored(ssvc), reachability, ..inputs(Severity::Low) };
        policy.decide(&case).row
    };
    assert_eq!(row("active/no/partial", Reachability::Internal), "seen-exploited");
    assert_eq!(row("active/no/partial", Reachability::Internet), "seen-exploited-internet");
    assert_eq!(row("poc/yes/total", Reachability::Internet), "wormable-internet");
    assert_eq!(row("poc/-/total", Reachability::Internet), "low");
    assert_eq!(row("", Reachability::Internal), "low");
    let published = Ssvc::from_published("Public PoC", "YES", "Total");
    let total = Some(TechnicalImpact::Total);
    let wanted =
        Ssvc { exploitation: Some(Exploitation::Poc), automatable: Some(true), technical_impact: total };
    assert_eq!((published, published.to_stored().as_str()), (wanted, "poc/yes/total"));
    assert_eq!(Ssvc::from_stored(&published.to_stored()), published);
    let case = CaseInputs { ssvc: Ssvc::from_stored("active/-/-"), ..inputs(Severity::Low) };
    assert!(policy.decide(&case).reasons.iter().any(|reason| matches!(reason, Reason::Ssvc(_))));
}

/// A policy of its own may ask for the place among all.
#[test]
fn a_percentile_is_asked_for_too() {
    let text = SHIPPED_POLICY.replacen("epss_score_at_least = 0.1", "epss_percentile_at_least = 0.95", 1);
    let policy = Policy::parse(&text, "policy.toml").expect("is valid");
    let row = |percentile: f64| {
        let likelihood = Some(Likelihood { score: Share::new(0.01), percentile: Share::new(percentile) });
        let case =
            CaseInputs { likelihood, reachability: Reachability::Internet, ..inputs(Severity::Medium) };
        policy.decide(&case).row
    };
    assert_eq!((row(0.949).as_str(), row(0.95).as_str()), ("medium", "rather-likely-internet"));
}

/// Making one input worse never makes a case milder or its due date later.
#[test]
fn shipped_policy_is_monotone() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let worse = |case: &CaseInputs| {
        let mut next = Vec::new();
        let scale = [Severity::None, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        if let Some(position) = scale.iter().position(|severity| *severity == case.severity)
            && let Some(&severity) = scale.get(position + 1)
        {
            next.push(CaseInputs { severity, ..case.clone() });
        }
        next.push(CaseInputs { known_exploited: listed(-10, None), ..case.clone() });
        next.push(CaseInputs { likelihood: likely(0.1), ..case.clone() });
        next.push(CaseInputs { likelihood: likely(0.6), ..case.clone() });
        next.push(CaseInputs { ssvc: Ssvc::from_stored("poc/yes/total"), ..case.clone() });
        next.push(CaseInputs { ssvc: Ssvc::from_stored("active/no/partial"), ..case.clone() });
        next.push(CaseInputs { sensitive_data: true, ..case.clone() });
        next.push(CaseInputs { importance: Importance::uniform(Level::High), ..case.clone() });
        next.push(CaseInputs { reachability: Reachability::Internet, ..case.clone() });
        next
    };
    for case in all_inputs() {
        let before = policy.decide(&case);
        for worse_case in worse(&case) {
            let after = policy.decide(&worse_case);
            assert!(after.criticality >= before.criticality, "{case:?} -> {worse_case:?}");
            assert!(after.due_at <= before.due_at, "{case:?} -> {worse_case:?}");
            assert!(after.high_priority >= before.high_priority, "{case:?} -> {worse_case:?}");
        }
    }
}

#[test]
fn importance_is_the_high_water_mark() {
    let importance =
        Importance { confidentiality: Level::Low, integrity: Level::Low, availability: Level::High };
    assert_eq!(importance.high_water_mark(), Level::High);
    assert_eq!(Importance::uniform(Level::Low).high_water_mark(), Level::Low);
}

#[test]
fn waiting_for_fix_has_no_due_date_unless_exploited_or_first() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let waiting = CaseInputs { fix_known_at: None, ..inputs(Severity::Critical) };
    let decision = policy.decide(&waiting);
    assert_eq!((decision.due_at, decision.due_rule), (None, DueRule::WaitingForFix));
    assert_eq!(decision.criticality, Criticality::High, "criticality does not wait");

    let exploited = policy.decide(&CaseInputs { known_exploited: listed(-3, None), ..waiting.clone() });
    assert_eq!((days(&exploited), exploited.due_rule), (Some(14), DueRule::KnownExploited));

    let first =
        policy.decide(&CaseInputs { reachability: Reachability::Internet, sensitive_data: true, ..waiting });
    assert!(first.high_priority);
    assert_eq!((days(&first), first.due_rule), (Some(7), DueRule::HighPriority));
}

#[test]
fn days_count_from_the_later_of_seen_and_fix_known() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let early = policy.decide(&CaseInputs { fix_known_at: Some(SEEN - 100 * DAY), ..inputs(Severity::High) });
    assert_eq!((days(&early), early.due_rule), (Some(30), DueRule::Criticality));
    let late = policy.decide(&CaseInputs { fix_known_at: Some(SEEN + 40 * DAY), ..inputs(Severity::High) });
    assert_eq!(days(&late), Some(70));
    let unrated = policy.decide(&inputs(Severity::Unrated));
    assert_eq!((days(&unrated), unrated.due_rule), (Some(30), DueRule::Unrated));
    assert_eq!(unrated.criticality, Criticality::Medium, "the due row differs from that of medium (90 days)");
}

#[test]
fn catalogue_date_caps_as_configured() {
    let mut policy = Policy::shipped().expect("the shipped policy is valid");
    let ahead = CaseInputs { known_exploited: listed(0, Some(5)), ..inputs(Severity::High) };
    let passed = CaseInputs { known_exploited: listed(-60, Some(-40)), ..inputs(Severity::High) };
    let due = |policy: &Policy, case| {
        let decision = policy.decide(case);
        (days(&decision), decision.due_rule)
    };
    assert_eq!(due(&policy, &ahead), (Some(5), DueRule::CatalogueDate));
    assert_eq!(due(&policy, &passed), (Some(14), DueRule::KnownExploited));
    policy.known_exploited.catalogue_due_date = KevDate::Cap;
    assert_eq!(due(&policy, &passed), (Some(-40), DueRule::CatalogueDate));
    policy.known_exploited.catalogue_due_date = KevDate::Ignore;
    assert_eq!(due(&policy, &ahead), (Some(14), DueRule::KnownExploited));
    // Listed after the gap was seen: the clock starts with the listing, unless another rule is earlier.
    let later = CaseInputs { known_exploited: listed(10, None), ..inputs(Severity::High) };
    assert_eq!(due(&policy, &later), (Some(24), DueRule::KnownExploited));
}

#[test]
fn high_priority_shows_its_inputs() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let base =
        CaseInputs { reachability: Reachability::Internet, sensitive_data: true, ..inputs(Severity::High) };
    let holds = |case: &CaseInputs| {
        let decision = policy.decide(case);
        let parts: Vec<bool> =
            decision.high_priority_conditions.iter().map(|condition| condition.holds).collect();
        (decision.high_priority, parts)
    };
    assert_eq!(holds(&base), (true, vec![true, true, true]));
    let cases = [
        (CaseInputs { severity: Severity::Medium, ..base.clone() }, vec![false, true, true]),
        (CaseInputs { reachability: Reachability::Partner, ..base.clone() }, vec![true, false, true]),
        (CaseInputs { sensitive_data: false, ..base.clone() }, vec![true, true, false]),
    ];
    for (case, parts) in cases {
        assert_eq!(holds(&case), (false, parts));
    }
    let exploited =
        CaseInputs { severity: Severity::Medium, known_exploited: listed(-1, None), ..base.clone() };
    assert!(policy.decide(&exploited).high_priority, "known exploited is high risk whatever the score");

    let decision = policy.decide(&base);
    assert_eq!(decision.inputs, base);
    insta::assert_json_snapshot!(decision);
    let stored = serde_json::to_string(&decision).expect("serializes");
    assert_eq!(serde_json::from_str::<Decision>(&stored).expect("reads back"), decision);
}

#[test]
fn extreme_times_saturate() {
    let policy = Policy::shipped().expect("the shipped policy is valid");
    let case = CaseInputs { first_seen_at: i64::MAX, fix_known_at: Some(i64::MIN), ..inputs(Severity::Low) };
    assert_eq!(policy.decide(&case).due_at, Some(i64::MAX));
}

/// Each edit of the shipped text, and the error that it must give.
#[test]
fn wrong_documents_are_told_where() {
    let edits: &[(&str, &str)] = &[
        ("criticality = \"critical\"", "criticality = \"worst\""),
        ("severity = [\"critical\"]", "severity = [\"grave\"]"),
        ("[due_days]", "[due_day]"),
        ("days = 14", "days = 99999"),
        ("days = 14", "days = 4000"),
        ("days = 14", "days = -1"),
        ("days = 14", "dayz = 14"),
        ("epss_score_at_least = 0.5", "epss_score_at_least = 50"),
        ("exploitation = [\"active\"]", "exploitation = [\"seen\"]"),
        ("epss_score_at_least = 0.1", "epss_score_at_least = 0.7"),
        ("high = 30", "high = 300"),
        ("catalogue_due_date = \"cap-ahead\"", "catalogue_due_date = \"later\""),
        ("id = \"exploited\"", "id = \"exploited-internet\""),
        ("id = \"exploited\"", "id = \"\""),
        ("severity = [\"low\", \"none\"]", "severity = [\"low\"]"),
        ("id = \"exploited\"\nknown_exploited = true", "id = \"exploited\""),
        (
            "reachability = [\"internet\"]\nsensitive_data = true\ncriticality = \"critical\"",
            "reachability = []\nsensitive_data = true\ncriticality = \"critical\"",
        ),
        ("name = \"hinomi-default\"", "name = \"hinomi-default\nrest"),
        ("name = \"hinomi-default\"", ""),
    ];
    let mut told = String::new();
    for (from, to) in edits {
        assert!(SHIPPED_POLICY.contains(from), "the shipped policy has {from:?}");
        let text = SHIPPED_POLICY.replacen(from, to, 1);
        let error = Policy::parse(&text, "policy.toml").expect_err(to);
        let _ = writeln!(told, "{to:?}\n    {error}  [{}]", error.key.as_deref().unwrap_or("-"));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn whoever_asks_says_when_business_days_end() {
    let text = SHIPPED_POLICY.replacen("unrated = 30", "unrated = 30\ncount = \"business-days\"", 1);
    let policy = Policy::parse(&text, "policy").unwrap();
    assert!(policy.counts_business_days() && !Policy::shipped().unwrap().counts_business_days());
    // Every business day as long as two days: what a calendar says is the caller's business.
    let reckon = |start: i64, term: Term| {
        let days = i64::from(term.days) * if term.count == Count::BusinessDays { 2 } else { 1 };
        start + days * DAY
    };
    let case = inputs(Severity::High);
    let decision = policy.decide_by(&case, &reckon);
    let days = i64::from(policy.due_days.of(decision.criticality)) * 2;
    assert_eq!(decision.due_at, Some(case.first_seen_at + days * DAY));
    assert!(
        decision.reasons.iter().any(|reason| reason.to_string().ends_with("business days")),
        "{:?}",
        decision.reasons
    );
    assert_eq!(policy.decide(&case).due_at, Some(case.first_seen_at + days / 2 * DAY));
}

#[test]
fn what_became_worse_counts_its_days_from_then_and_never_gives_more_time() {
    let policy = Policy::shipped().unwrap();
    let due = |severity, after: i64, before: Criticality| {
        let case = inputs(severity);
        let now_is = policy.decide(&case).criticality;
        let rises = Rises::default().after(SEEN + after * DAY, Some(before), now_is);
        days(&policy.decide(&CaseInputs { rises, ..case })).unwrap()
    };
    let case = |severity| policy.decide(&inputs(severity)).criticality;
    let (worse, milder) = (case(Severity::Critical), case(Severity::Low));
    assert!(worse > milder, "{worse} {milder}");
    let term = |criticality| i64::from(policy.due_days.of(criticality));
    assert_eq!(due(Severity::Critical, 20, milder), 20 + term(worse));
    let late = term(milder) + 20;
    assert_eq!(due(Severity::Critical, late, milder), term(milder), "it was late before it became worse");
    assert_eq!(due(Severity::Critical, 20, worse), term(worse), "nothing rose");
    // It falls and rises again: what fell is forgotten.
    let rises =
        Rises::default().after(SEEN + DAY, Some(milder), worse).after(SEEN + 2 * DAY, Some(worse), milder);
    assert!(rises.is_none(), "{rises:?}");
}
