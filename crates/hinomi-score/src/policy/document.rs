// SPDX-License-Identifier: Apache-2.0
//! The policy as a TOML document: reading, checking, and errors that name line, column and key.
use super::cells::{Bounds, cells};
use super::inputs::{Criticality, Exploitation, Level, Reachability, Share, TechnicalImpact};
use crate::Severity;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A checked ticket policy. Every combination of inputs meets exactly one deciding row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    pub name: String,
    pub rows: Vec<Row>,
    pub due_days: DueDays,
    pub known_exploited: KnownExploitedRule,
    pub high_priority: HighPriorityRule,
}

/// One row of the criticality table. A condition that is `None` always holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Stable name, written on each ticket that the row decided.
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Vec<Severity>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_exploited: Option<bool>,
    /// EPSS: the score is at least this; does not hold where nobody has scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epss_score_at_least: Option<Share>,
    /// EPSS: as likely as this share of all scored vulnerabilities, or likelier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epss_percentile_at_least: Option<Share>,
    /// SSVC: one of these; does not hold where nobody decided the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exploitation: Option<Vec<Exploitation>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technical_impact: Option<Vec<TechnicalImpact>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachability: Option<Vec<Reachability>>,
    /// Compared with the high-water mark of the system's three levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<Vec<Level>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitive_data: Option<bool>,
    pub criticality: Criticality,
}

/// How the days of a rule are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// Of 24 hours each, nights and holidays too: an attacker keeps none.
    #[default]
    Days,
    /// Those on which the managing unit works, to the end of the last one.
    BusinessDays,
}

impl Count {
    fn is_days(&self) -> bool {
        *self == Self::Days
    }
}

/// How long a rule gives. How it is reckoned is the caller's: a policy knows no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub days: u16,
    pub count: Count,
}

/// Days to the due date, by case criticality; `unrated` for a vulnerability without severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueDays {
    pub critical: u16,
    pub high: u16,
    pub medium: u16,
    pub low: u16,
    pub unrated: u16,
    #[serde(default, skip_serializing_if = "Count::is_days")]
    pub count: Count,
}

/// What the due date in a known-exploited catalogue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KevDate {
    /// Never due later than the catalogue's date, even if it has passed.
    Cap,
    /// Never due later than the catalogue's date if that was still ahead when the gap was first seen.
    CapAhead,
    /// The catalogue's date plays no part.
    Ignore,
}

/// Own due rule of known-exploited vulnerabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownExploitedRule {
    pub days: u16,
    #[serde(default, skip_serializing_if = "Count::is_days")]
    pub count: Count,
    pub catalogue_due_date: KevDate,
}

/// High risk × directly reachable × holds sensitive data: all three parts must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HighPriorityRule {
    /// High risk: one of these severities …
    pub severity: Vec<Severity>,
    /// … or known exploited, if set …
    pub or_known_exploited: bool,
    /// … or an EPSS score of at least this …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or_epss_score_at_least: Option<Share>,
    /// … or one of these at SSVC's point of exploitation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub or_exploitation: Vec<Exploitation>,
    pub reachability: Vec<Reachability>,
    /// Whether the system must hold sensitive data.
    pub sensitive_data: bool,
    /// The case is at least this critical when the rule applies.
    pub criticality: Criticality,
    pub days: u16,
    #[serde(default, skip_serializing_if = "Count::is_days")]
    pub count: Count,
}

/// A policy document that cannot be used, with the place that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct PolicyError {
    pub path: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The key that is wrong, as a dotted path, where one is to blame.
    pub key: Option<String>,
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    row: Vec<toml::Spanned<Row>>,
    due_days: toml::Spanned<DueDays>,
    known_exploited: toml::Spanned<KnownExploitedRule>,
    high_priority: toml::Spanned<HighPriorityRule>,
}

/// Ten years: a longer time is a typing error.
const DAYS_MAX: u16 = 3660;
/// As many rows as there are combinations without EPSS and SSVC; nobody reads more.
const ROWS_MAX: usize = 216;
/// Each bound of EPSS multiplies the combinations that are checked.
const BOUNDS_MAX: usize = 5;

struct Source<'a> {
    path: &'a str,
    text: &'a str,
}

impl Source<'_> {
    /// The dotted key whose line holds the byte offset: the last table header above it and what stands before `=`.
    fn key_at(&self, offset: usize) -> Option<String> {
        let line_start = self.text.get(..offset)?.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text.get(line_start..)?.lines().next()?.trim();
        let mut headers =
            self.text.get(..line_start)?.lines().map(str::trim).filter(|line| line.starts_with('['));
        let table = headers.next_back().map(header_name);
        match (table, line.split_once('=')) {
            _ if line.starts_with('[') => Some(header_name(line).to_owned()),
            (Some(table), Some((key, _))) => Some(format!("{table}.{}", key.trim())),
            (None, Some((key, _))) => Some(key.trim().to_owned()),
            (table, None) => table.map(str::to_owned),
        }
    }

    fn error(&self, span: Option<Range<usize>>, key: Option<String>, message: String) -> PolicyError {
        let offset = span.map_or(0, |range| range.start);
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        PolicyError { path: self.path.to_owned(), line, column, key, message }
    }
}

/// `[[row]]  # comment` is `row`.
fn header_name(line: &str) -> &str {
    line.split('#').next().unwrap_or(line).trim().trim_matches(['[', ']']).trim()
}

impl Policy {
    /// Reads and checks a policy document. `path` only names the document in errors.
    pub fn parse(text: &str, path: &str) -> Result<Policy, PolicyError> {
        let source = Source { path, text };
        let document: Document = toml::from_str(text).map_err(|error| {
            let key = error.span().and_then(|span| source.key_at(span.start));
            source.error(error.span(), key, error.message().trim().replace('\n', ", "))
        })?;
        source.check_rows(&document.row)?;
        source.check_days(&document)?;
        let high_priority = document.high_priority;
        if high_priority.get_ref().reachability.is_empty() {
            let message = "high_priority.reachability is empty, so the rule could never apply".to_owned();
            let key = Some("high_priority.reachability".to_owned());
            return Err(source.error(Some(high_priority.span()), key, message));
        }
        Ok(Policy {
            name: document.name,
            rows: document.row.into_iter().map(toml::Spanned::into_inner).collect(),
            due_days: document.due_days.into_inner(),
            known_exploited: document.known_exploited.into_inner(),
            high_priority: high_priority.into_inner(),
        })
    }

    /// Whether some rule counts days that depend on a calendar.
    pub fn counts_business_days(&self) -> bool {
        [self.due_days.count, self.known_exploited.count, self.high_priority.count]
            .contains(&Count::BusinessDays)
    }

    /// The policy that Hinomi starts with ([`super::SHIPPED_POLICY`]).
    pub fn shipped() -> Result<Policy, PolicyError> {
        Policy::parse(super::SHIPPED_POLICY, "policy/default.toml")
    }
}

impl Source<'_> {
    /// Rows are complete (every cell meets one) and sharp (every row decides some cell).
    fn check_rows(&self, rows: &[toml::Spanned<Row>]) -> Result<(), PolicyError> {
        if let Some(extra) = rows.get(ROWS_MAX) {
            let message = format!("more than {ROWS_MAX} rows");
            return Err(self.error(Some(extra.span()), Some("row".to_owned()), message));
        }
        for (index, row) in rows.iter().enumerate() {
            let id = &row.get_ref().id;
            let problem = if id.is_empty() {
                Some("the row has an empty id".to_owned())
            } else if rows.iter().take(index).any(|earlier| earlier.get_ref().id == *id) {
                Some(format!("row id \"{id}\" is used twice"))
            } else {
                None
            };
            if let Some(message) = problem {
                return Err(self.error(Some(row.span()), Some(format!("row[{index}].id")), message));
            }
        }
        let table: Vec<&Row> = rows.iter().map(toml::Spanned::get_ref).collect();
        let bounds = Bounds::of(&table);
        if bounds.scores.len().max(bounds.percentiles.len()) > BOUNDS_MAX {
            let message = format!("more than {BOUNDS_MAX} bounds of EPSS");
            return Err(self.error(rows.last().map(toml::Spanned::span), Some("row".to_owned()), message));
        }
        let mut decides = vec![false; rows.len()];
        for cell in cells(&table) {
            match table.iter().position(|row| row.matches(&cell)) {
                Some(index) => decides[index] = true,
                None => {
                    let message = format!("no row matches {cell}");
                    return Err(self.error(
                        rows.last().map(toml::Spanned::span),
                        Some("row".to_owned()),
                        message,
                    ));
                }
            }
        }
        if let Some(index) = decides.iter().position(|decides| !decides) {
            let row = &rows[index];
            let message =
                format!("row \"{}\" never decides: earlier rows match all it would", row.get_ref().id);
            return Err(self.error(Some(row.span()), Some(format!("row[{index}]")), message));
        }
        Ok(())
    }

    fn check_days(&self, document: &Document) -> Result<(), PolicyError> {
        let due = document.due_days.get_ref();
        let days = [
            ("due_days.critical", due.critical, document.due_days.span()),
            ("due_days.high", due.high, document.due_days.span()),
            ("due_days.medium", due.medium, document.due_days.span()),
            ("due_days.low", due.low, document.due_days.span()),
            ("due_days.unrated", due.unrated, document.due_days.span()),
            (
                "known_exploited.days",
                document.known_exploited.get_ref().days,
                document.known_exploited.span(),
            ),
            ("high_priority.days", document.high_priority.get_ref().days, document.high_priority.span()),
        ];
        for (key, value, span) in days {
            if value > DAYS_MAX {
                let message = format!("{key} is {value}, at most {DAYS_MAX} days are allowed");
                return Err(self.error(Some(span), Some(key.to_owned()), message));
            }
        }
        let by_criticality = [
            ("due_days.critical", due.critical, "due_days.high", due.high),
            ("due_days.high", due.high, "due_days.medium", due.medium),
            ("due_days.medium", due.medium, "due_days.low", due.low),
        ];
        for (key, value, milder_key, milder) in by_criticality {
            if value > milder {
                let message = format!("{key} is {value}, longer than {milder_key} with {milder}");
                return Err(self.error(Some(document.due_days.span()), Some(key.to_owned()), message));
            }
        }
        Ok(())
    }
}
