// SPDX-License-Identifier: Apache-2.0
//! One decision, with everything it was made from.
use super::cells::Cell;
use super::document::{Count, KevDate, Policy, Term};
use super::inputs::{CaseInputs, Criticality, Likelihood, Ssvc};
use crate::Severity;
use serde::{Deserialize, Serialize};
use std::fmt;

const DAY_MICROS: i64 = 86_400_000_000;

/// What the policy says about one vulnerability on one system. Times are UTC microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub criticality: Criticality,
    /// `None` only while waiting for fix.
    pub due_at: Option<i64>,
    /// Which rule gave `due_at`.
    pub due_rule: DueRule,
    pub high_priority: bool,
    /// The parts of the high-priority rule with their values, whether or not it applies.
    pub high_priority_conditions: Vec<Condition>,
    /// Id of the row that decided.
    pub row: String,
    /// Name of the policy.
    pub policy: String,
    pub inputs: CaseInputs,
    /// In the order in which they were reached.
    pub reasons: Vec<Reason>,
}

/// The rule that gave the due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DueRule {
    /// Days by case criticality.
    Criticality,
    /// The row of vulnerabilities without severity.
    Unrated,
    /// Days of the known-exploited rule.
    KnownExploited,
    /// The due date of the known-exploited catalogue.
    CatalogueDate,
    HighPriority,
    /// No fixed version yet: no due date.
    WaitingForFix,
}

/// One part of the high-priority rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// `high-risk`, `reachable` or `sensitive-data`.
    pub part: String,
    /// What was found.
    pub value: String,
    /// What the policy asks for.
    pub wanted: String,
    pub holds: bool,
}

/// One step of a decision: a stable code with its figures for machines, a sentence by `Display`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Reason {
    Row {
        row: String,
        criticality: Criticality,
    },
    /// The deciding row, or the high-priority rule, asked how likely exploitation is.
    Likelihood(Likelihood),
    /// The deciding row, or the high-priority rule, asked what a coordinator decided.
    Ssvc(Ssvc),
    HighPriorityApplies {
        lifted_from: Option<Criticality>,
    },
    DaysByCriticality {
        criticality: Criticality,
        days: u16,
        #[serde(default)]
        count: Count,
        due_at: i64,
    },
    DaysUnrated {
        days: u16,
        #[serde(default)]
        count: Count,
        due_at: i64,
    },
    DaysKnownExploited {
        days: u16,
        #[serde(default)]
        count: Count,
        due_at: i64,
    },
    CatalogueDate {
        due_at: i64,
    },
    CatalogueDatePassed {
        catalogue_due_at: i64,
    },
    /// The days before count from the moment when the case became so urgent.
    SinceRise {
        at: i64,
    },
    DaysHighPriority {
        days: u16,
        #[serde(default)]
        count: Count,
        due_at: i64,
    },
    WaitingForFix,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Row { row, criticality } => write!(formatter, "row \"{row}\" gives {criticality}"),
            Reason::Likelihood(Likelihood { score, percentile }) => write!(
                formatter,
                "exploitation is {:.1} % likely within 30 days, as likely as {:.1} % of all",
                score.value() * 100.0,
                percentile.value() * 100.0
            ),
            Reason::Ssvc(points) => write!(
                formatter,
                "SSVC: exploitation {}, automatable {}, technical impact {}",
                points.exploitation.map_or("unknown", |point| point.as_str()),
                points.automatable.map_or("unknown", |yes| if yes { "yes" } else { "no" }),
                points.technical_impact.map_or("unknown", |point| point.as_str())
            ),
            Reason::HighPriorityApplies { lifted_from: None } => {
                formatter.write_str("high-priority rule applies")
            }
            Reason::HighPriorityApplies { lifted_from: Some(from) } => {
                write!(formatter, "high-priority rule applies and lifts the case from {from}")
            }
            Reason::DaysByCriticality { criticality, days, count, .. } => {
                write!(formatter, "{criticality} cases are due in {}", Term { days: *days, count: *count })
            }
            Reason::DaysUnrated { days, count, .. } => {
                write!(formatter, "unrated cases are due in {}", Term { days: *days, count: *count })
            }
            Reason::DaysKnownExploited { days, count, .. } => {
                let term = Term { days: *days, count: *count };
                write!(formatter, "known-exploited vulnerabilities are due in {term}")
            }
            Reason::CatalogueDate { .. } => formatter.write_str("never later than the catalogue's due date"),
            Reason::CatalogueDatePassed { .. } => {
                formatter.write_str("the catalogue's due date had passed when the gap was first seen")
            }
            Reason::DaysHighPriority { days, count, .. } => {
                write!(formatter, "high-priority cases are due in {}", Term { days: *days, count: *count })
            }
            Reason::SinceRise { .. } => formatter.write_str("counted from when it became so urgent"),
            Reason::WaitingForFix => formatter.write_str("no fixed version yet, so no due date"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = match self.count {
            Count::Days => "days",
            Count::BusinessDays => "business days",
        };
        write!(formatter, "{} {days}", self.days)
    }
}

/// From when and how long to by when.
pub type Reckon<'a> = &'a dyn Fn(i64, Term) -> i64;

impl Policy {
    /// As [`Policy::decide_by`], with every day of 24 hours and no pause.
    pub fn decide(&self, inputs: &CaseInputs) -> Decision {
        self.decide_by(inputs, &|start, term| after_days(start, term.days))
    }

    /// Decides one case; `reckon` says when a term ends. Pure: no clock, the same inputs give the same decision.
    pub fn decide_by(&self, inputs: &CaseInputs, reckon: Reckon<'_>) -> Decision {
        let mut reasons = Vec::new();
        let (row, row_criticality, asked) = self.deciding_row(inputs);
        reasons.push(Reason::Row { row: row.clone(), criticality: row_criticality });
        reasons.extend(asked);

        let high_priority_conditions = self.high_priority_conditions(inputs);
        let high_priority = high_priority_conditions.iter().all(|condition| condition.holds);
        let mut criticality = row_criticality;
        if high_priority {
            criticality = criticality.max(self.high_priority.criticality);
            let lifted_from = (criticality != row_criticality).then_some(row_criticality);
            reasons.push(Reason::HighPriorityApplies { lifted_from });
        }

        let (due_at, due_rule) = self.due(inputs, criticality, high_priority, reckon, &mut reasons);
        Decision {
            criticality,
            due_at,
            due_rule,
            high_priority,
            high_priority_conditions,
            row,
            policy: self.name.clone(),
            inputs: inputs.clone(),
            reasons,
        }
    }

    /// `parse` has proved that some row matches; a hand-made policy without one decides as critical, which nobody
    /// overlooks.
    fn deciding_row(&self, inputs: &CaseInputs) -> (String, Criticality, Vec<Reason>) {
        let cell = Cell {
            severity: inputs.severity,
            known_exploited: inputs.known_exploited.is_some(),
            likelihood: inputs.likelihood,
            ssvc: inputs.ssvc,
            reachability: inputs.reachability,
            importance: inputs.importance.high_water_mark(),
            sensitive_data: inputs.sensitive_data,
        };
        match self.rows.iter().find(|row| row.matches(&cell)) {
            Some(row) => {
                let likelihood = inputs.likelihood.filter(|_| row.asks_likelihood()).map(Reason::Likelihood);
                let ssvc = row.asks_ssvc().then_some(Reason::Ssvc(inputs.ssvc));
                (row.id.clone(), row.criticality, likelihood.into_iter().chain(ssvc).collect())
            }
            None => ("no-row".to_owned(), Criticality::Critical, Vec::new()),
        }
    }

    fn high_priority_conditions(&self, inputs: &CaseInputs) -> Vec<Condition> {
        let rule = &self.high_priority;
        let exploited = inputs.known_exploited.is_some();
        let score = inputs.likelihood.map(|likelihood| likelihood.score);
        let is_likely = rule.or_epss_score_at_least.is_some_and(|bound| score >= Some(bound));
        let is_seen = inputs.ssvc.exploitation.is_some_and(|point| rule.or_exploitation.contains(&point));
        let mut wanted = vec![join(rule.severity.iter().map(|severity| severity.as_str()))];
        wanted.extend(rule.or_known_exploited.then(|| "known exploited".to_owned()));
        wanted.extend(rule.or_epss_score_at_least.map(|bound| format!("EPSS from {bound}")));
        wanted.extend(rule.or_exploitation.iter().map(|point| format!("SSVC exploitation {point}")));
        wanted.retain(|part| !part.is_empty());
        let mut value = vec![
            inputs.severity.to_string(),
            if exploited { "known exploited" } else { "not known exploited" }.to_owned(),
        ];
        value.extend(
            score.filter(|_| rule.or_epss_score_at_least.is_some()).map(|score| format!("EPSS {score}")),
        );
        let seen = inputs.ssvc.exploitation.filter(|_| !rule.or_exploitation.is_empty());
        value.extend(seen.map(|point| format!("SSVC exploitation {point}")));
        vec![
            Condition {
                part: "high-risk".to_owned(),
                value: value.join(", "),
                wanted: wanted.join(" or "),
                holds: rule.severity.contains(&inputs.severity)
                    || (rule.or_known_exploited && exploited)
                    || is_likely
                    || is_seen,
            },
            Condition {
                part: "reachable".to_owned(),
                value: inputs.reachability.to_string(),
                wanted: join(rule.reachability.iter().map(|reachability| reachability.as_str())),
                holds: rule.reachability.contains(&inputs.reachability),
            },
            Condition {
                part: "sensitive-data".to_owned(),
                value: if inputs.sensitive_data { "yes" } else { "no" }.to_owned(),
                wanted: if rule.sensitive_data { "yes" } else { "any" }.to_owned(),
                holds: inputs.sensitive_data || !rule.sensitive_data,
            },
        ]
    }

    /// The earliest date that any rule gives. Days by criticality need a fixed version to count from; the
    /// known-exploited and high-priority rules do not wait for one.
    fn due(
        &self,
        inputs: &CaseInputs,
        criticality: Criticality,
        high_priority: bool,
        reckon: Reckon<'_>,
        reasons: &mut Vec<Reason>,
    ) -> (Option<i64>, DueRule) {
        let mut candidates: Vec<(i64, DueRule)> = Vec::new();
        match inputs.fix_known_at {
            None => {}
            Some(fix_known_at) => {
                let start = inputs.first_seen_at.max(fix_known_at);
                let count = self.due_days.count;
                if inputs.severity == Severity::Unrated {
                    let days = self.due_days.unrated;
                    let due_at = reckon(start, Term { days, count });
                    reasons.push(Reason::DaysUnrated { days, count, due_at });
                    candidates.push((due_at, DueRule::Unrated));
                } else {
                    self.by_criticality(inputs, start, criticality, reckon, &mut candidates, reasons);
                }
            }
        }
        self.known_exploited_due(inputs, reckon, &mut candidates, reasons);
        if high_priority {
            let (days, count) = (self.high_priority.days, self.high_priority.count);
            let rise = inputs.rises.high_priority.filter(|at| *at > inputs.first_seen_at);
            let due_at = reckon(rise.unwrap_or(inputs.first_seen_at), Term { days, count });
            reasons.push(Reason::DaysHighPriority { days, count, due_at });
            reasons.extend(rise.map(|at| Reason::SinceRise { at }));
            candidates.push((due_at, DueRule::HighPriority));
        }
        // Among equal dates the first rule in the order above is named.
        match candidates.into_iter().min_by_key(|(due_at, _)| *due_at) {
            Some((due_at, rule)) => (Some(due_at), rule),
            None => {
                reasons.push(Reason::WaitingForFix);
                (None, DueRule::WaitingForFix)
            }
        }
    }

    /// Days of the criticality, from when it holds; what the case was before keeps its own date, so that becoming worse
    /// never gives more time.
    fn by_criticality(
        &self,
        inputs: &CaseInputs,
        start: i64,
        criticality: Criticality,
        reckon: Reckon<'_>,
        candidates: &mut Vec<(i64, DueRule)>,
        reasons: &mut Vec<Reason>,
    ) {
        let count = self.due_days.count;
        let mut before: Option<i64> = None;
        for &step in Criticality::ALL.iter().rev().filter(|step| **step <= criticality) {
            let rise = inputs.rises.of(step).filter(|at| *at > start);
            let from = rise.unwrap_or(start);
            if before.is_some_and(|before| from >= before) {
                continue;
            }
            before = Some(from);
            let days = self.due_days.of(step);
            let due_at = reckon(from, Term { days, count });
            reasons.push(Reason::DaysByCriticality { criticality: step, days, count, due_at });
            reasons.extend(rise.map(|at| Reason::SinceRise { at }));
            candidates.push((due_at, DueRule::Criticality));
        }
    }

    fn known_exploited_due(
        &self,
        inputs: &CaseInputs,
        reckon: Reckon<'_>,
        candidates: &mut Vec<(i64, DueRule)>,
        reasons: &mut Vec<Reason>,
    ) {
        let Some(known_exploited) = inputs.known_exploited else { return };
        let (days, count) = (self.known_exploited.days, self.known_exploited.count);
        let due_at = reckon(inputs.first_seen_at.max(known_exploited.listed_at), Term { days, count });
        reasons.push(Reason::DaysKnownExploited { days, count, due_at });
        candidates.push((due_at, DueRule::KnownExploited));

        let Some(catalogue_due_at) = known_exploited.catalogue_due_at else { return };
        let caps = match self.known_exploited.catalogue_due_date {
            KevDate::Cap => true,
            KevDate::CapAhead => catalogue_due_at > inputs.first_seen_at,
            KevDate::Ignore => return,
        };
        if caps {
            reasons.push(Reason::CatalogueDate { due_at: catalogue_due_at });
            candidates.push((catalogue_due_at, DueRule::CatalogueDate));
        } else {
            reasons.push(Reason::CatalogueDatePassed { catalogue_due_at });
        }
    }
}

impl super::DueDays {
    /// The days of one case criticality.
    pub const fn of(&self, criticality: Criticality) -> u16 {
        match criticality {
            Criticality::Critical => self.critical,
            Criticality::High => self.high,
            Criticality::Medium => self.medium,
            Criticality::Low => self.low,
        }
    }
}

fn after_days(start: i64, days: u16) -> i64 {
    start.saturating_add(i64::from(days) * DAY_MICROS)
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
