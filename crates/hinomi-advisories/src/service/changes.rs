// SPDX-License-Identifier: Apache-2.0
//! What changes about a vulnerability, as values: its log tells them in any language.
//!
//! ```text
//! old row ─┬─ new row      effective values: name, severity, score, known-exploited, due date, likelihood, withdrawn
//! old record ─┬─ new record   what a record says of packages: fixed versions, affected ranges, products, its end
//! ```

use std::collections::BTreeMap;

use hinomi_advisory_formats::{Advisory, Event};

use crate::model::VulnerabilityRow;

/// How many packages a change names.
const NAMED_MAX: usize = 4;

/// One change, from one value to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub kind: &'static str,
    pub old: String,
    pub new: String,
    /// The record whose change this is; empty for what follows from all of them.
    pub record: String,
}

/// Kinds that pages name in the reader's language, each with a text of key `change-KIND`.
pub const KINDS: [&str; 16] = [
    "name",
    "severity",
    "score",
    "exploited",
    "exploited-due",
    "likelihood",
    "ssvc",
    "withdrawn",
    "restored",
    "published",
    "absent",
    "fixed",
    "ranges",
    "products",
    "threat",
    "text",
];

impl Change {
    pub(crate) fn new(kind: &'static str, old: impl Into<String>, new: impl Into<String>) -> Self {
        Self { kind, old: old.into(), new: new.into(), record: String::new() }
    }

    pub(crate) fn of(mut self, record: &str) -> Self {
        self.record = record.to_owned();
        self
    }

    /// For logs and the command line, in English.
    pub(crate) fn words(&self) -> String {
        let Self { kind, old, new, record } = self;
        let of = if record.is_empty() { String::new() } else { format!("{record}: ") };
        match *kind {
            "exploited" if new == "true" => "listed as known exploited".to_owned(),
            "exploited" => "no longer listed as known exploited".to_owned(),
            "withdrawn" => format!("{of}withdrawn"),
            "restored" => format!("{of}no longer withdrawn"),
            "published" => format!("{of}published anew"),
            "absent" => format!("{of}no longer in its feed"),
            "threat" => format!("named by {new}"),
            kind => format!("{of}{kind} {} → {}", dash(old), dash(new)),
        }
    }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

/// How likely exploitation is, from which percentage on.
const STEPS: [&str; 5] = ["0", "1", "10", "50", "90"];

/// What became different between two states of a vulnerability.
pub(crate) fn between(stored: &VulnerabilityRow, row: &VulnerabilityRow) -> Vec<Change> {
    let mut changes = Vec::new();
    if stored.canonical != row.canonical {
        changes.push(Change::new("name", &stored.canonical, &row.canonical));
    }
    let score = |row: &VulnerabilityRow| row.score.map(|score| format!("{score:.1}")).unwrap_or_default();
    if stored.severity != row.severity {
        let record = row.why_severity().record.unwrap_or_default().to_owned();
        changes.push(Change::new("severity", &stored.severity, &row.severity).of(&record));
    } else if score(stored) != score(row) {
        let record = row.why_severity().record.unwrap_or_default().to_owned();
        changes.push(Change::new("score", score(stored), score(row)).of(&record));
    }
    if stored.known_exploited != row.known_exploited {
        changes.push(Change::new(
            "exploited",
            stored.known_exploited.to_string(),
            row.known_exploited.to_string(),
        ));
    } else if stored.kev_due != row.kev_due {
        let day = |at: Option<i64>| at.map(day_of).unwrap_or_default();
        changes.push(Change::new("exploited-due", day(stored.kev_due), day(row.kev_due)));
    }
    if stored.epss_band != row.epss_band {
        let step =
            |band: i64| usize::try_from(band).ok().and_then(|band| STEPS.get(band)).copied().unwrap_or("");
        changes.push(Change::new("likelihood", step(stored.epss_band), step(row.epss_band)));
    }
    if stored.ssvc != row.ssvc {
        changes.push(Change::new("ssvc", &stored.ssvc, &row.ssvc));
    }
    match (stored.withdrawn, row.withdrawn) {
        (None, Some(_)) => changes.push(Change::new("withdrawn", "", "")),
        (Some(_), None) => changes.push(Change::new("restored", "", "")),
        _ => {}
    }
    changes
}

fn day_of(at: i64) -> String {
    let text = hinomi_core::Time::from_micros(at).to_string();
    text.get(..10).unwrap_or(&text).to_owned()
}

/// What a record says of packages and products, small enough to be compared with what it said before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Fixed versions and affected ranges by package.
    packages: BTreeMap<String, (String, String)>,
    products: String,
    is_withdrawn: bool,
}

impl Facts {
    pub(crate) fn of(advisory: &Advisory) -> Self {
        let mut packages: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
        for affected in &advisory.affected {
            let ecosystem = affected.package.ecosystem.as_deref().unwrap_or_default();
            let (fixed, ranges) =
                packages.entry(format!("{ecosystem} {}", affected.package.name)).or_default();
            for event in affected.ranges.iter().flat_map(|range| &range.events) {
                match event {
                    Event::Fixed(version) => fixed.push(version.clone()),
                    Event::Introduced(version) => ranges.push(format!(">={version}")),
                    Event::LastAffected(version) => ranges.push(format!("<={version}")),
                    Event::Limit(version) => ranges.push(format!("<{version}")),
                }
            }
            if !affected.versions.is_empty() {
                ranges.push(format!("={}", affected.versions.len()));
            }
        }
        let joined = |mut list: Vec<String>| {
            list.sort();
            list.dedup();
            list.join(" ")
        };
        let matches: usize = advisory
            .configurations
            .iter()
            .flat_map(|configuration| &configuration.nodes)
            .map(|node| node.matches.len())
            .sum();
        let said = serde_json::to_vec(&(&advisory.configurations, &advisory.statements)).unwrap_or_default();
        let products = match (matches, advisory.statements.len()) {
            (0, 0) => String::new(),
            (matches, statements) => {
                format!("{} {}", matches + statements, &blake3::hash(&said).to_hex()[..8])
            }
        };
        Self {
            packages: packages
                .into_iter()
                .map(|(name, (fixed, ranges))| (name, (joined(fixed), joined(ranges))))
                .collect(),
            products,
            is_withdrawn: advisory.withdrawn.is_some(),
        }
    }

    /// What the record `id` says differently now. A record that came anew and says the same is told as that.
    pub(crate) fn changes(&self, id: &str, new: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (kind, part) in [("fixed", 0), ("ranges", 1)] {
            let value = |facts: &Self, name: &String| {
                facts.packages.get(name).map(|pair| if part == 0 { &pair.0 } else { &pair.1 }).cloned()
            };
            let names = self.packages.keys().chain(new.packages.keys());
            let mut moved: Vec<&String> = names
                .filter(|name| value(self, name).unwrap_or_default() != value(new, name).unwrap_or_default())
                .collect();
            moved.sort();
            moved.dedup();
            if moved.is_empty() {
                continue;
            }
            let told = |facts: &Self| {
                let mut parts: Vec<String> = moved
                    .iter()
                    .take(NAMED_MAX)
                    .filter_map(|name| {
                        Some(format!("{name} {}", value(facts, name).filter(|text| !text.is_empty())?))
                    })
                    .collect();
                if moved.len() > NAMED_MAX {
                    parts.push(format!("+{}", moved.len() - NAMED_MAX));
                }
                parts.join("; ")
            };
            changes.push(Change::new(kind, told(self), told(new)).of(id));
        }
        if self.products != new.products {
            let count = |facts: &Self| facts.products.split(' ').next().unwrap_or_default().to_owned();
            changes.push(Change::new("products", count(self), count(new)).of(id));
        }
        match (self.is_withdrawn, new.is_withdrawn) {
            (false, true) => changes.push(Change::new("withdrawn", "", "").of(id)),
            (true, false) => changes.push(Change::new("restored", "", "").of(id)),
            _ => {}
        }
        if changes.is_empty() {
            changes.push(Change::new("published", "", "").of(id));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Facts};

    fn facts(text: &str) -> Facts {
        Facts::of(&hinomi_advisory_formats::read(text.as_bytes(), "x.json").unwrap()[0])
    }

    fn record(fixed: &str, more: &str) -> Facts {
        facts(&format!(
            r#"{{"id": "X-1", "modified": "2026-01-01T00:00:00Z", {more} "affected": [{{"package": {{"ecosystem": "PyPI", "name": "demo"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        ))
    }

    #[test]
    fn a_moved_fix_is_told_with_both_versions() {
        let changes = record("1.2", "").changes("X-1", &record("1.3", ""));
        assert_eq!(changes, [Change::new("fixed", "PyPI demo 1.2", "PyPI demo 1.3").of("X-1")]);
        assert_eq!(changes[0].words(), "X-1: fixed PyPI demo 1.2 → PyPI demo 1.3");
    }

    #[test]
    fn a_withdrawal_is_told_and_the_same_again_only_as_that() {
        let withdrawn = record("1.2", r#""withdrawn": "2026-02-01T00:00:00Z","#);
        assert_eq!(
            record("1.2", "").changes("X-1", &withdrawn),
            [Change::new("withdrawn", "", "").of("X-1")]
        );
        assert_eq!(
            record("1.2", "").changes("X-1", &record("1.2", "")),
            [Change::new("published", "", "").of("X-1")]
        );
    }
}
