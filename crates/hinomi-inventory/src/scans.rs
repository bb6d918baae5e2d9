// SPDX-License-Identifier: Apache-2.0
//! What scanners say of carriers; pure.
//!
//! ```text
//! report ─→ Seen (check, title, severity, port, vulnerabilities) ─ identity ─→ the same again, new, or no longer there
//! ```
//! An observation is evidence and nothing else: what it means is decided where matches are, see `hinomi-findings`.

mod cover;

pub use cover::Cover;

use hinomi_core::Time;
use hinomi_inventory_formats::{Component, Observation};
use std::collections::HashMap;

/// The kind of the component that stands for what only a scanner sees: its name is what is wrong in the scanner's
/// words, its version the vulnerability.
pub const SCANNED: &str = "scanner";
/// The ecosystem of these components, and of the records that say which vulnerability they are.
pub const SCANNER_ECOSYSTEM: &str = "Scanner";
/// The source under which these components are on their carriers.
pub const SCANNED_SOURCE: &str = "scanner-findings";

/// Longer texts of a scanner are cut: the original is where it came from.
const MOST_CHARACTERS: usize = 2_000;
/// More observations of one target than this are not kept: a report that needs more is not about one thing.
pub const MOST_OF_ONE: usize = 100_000;

/// One thing that a scanner saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub kind: String,
    /// Of the plugin, test or rule.
    pub check_id: String,
    pub title: String,
    /// In the scanner's words.
    pub severity: String,
    pub severity_rank: i64,
    /// The scanner's own verdict.
    pub state: String,
    /// Package and version, where the scanner names one.
    pub component: String,
    pub package: String,
    pub fixed: String,
    pub port: String,
    pub service: String,
    pub vulnerabilities: Vec<String>,
    pub weaknesses: Vec<String>,
    pub scores: Vec<String>,
    pub solution: String,
    pub evidence: String,
}

/// The name under which a scanner's report is kept: two tools under one name of a source are two scanners, and neither
/// ends what the other saw.
pub fn scanner_name(source: &str, format: &str) -> String {
    let own = source.strip_prefix(format).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    if own { source.to_owned() } else { format!("{source} ({format})") }
}

/// One look of a scanner at one carrier.
#[derive(Debug, Clone)]
pub struct Scan {
    pub carrier_id: i64,
    /// The scanner's own name of it; empty where the document is about one thing.
    pub target: String,
    pub observed_at: Time,
    /// What it does not name is no longer there, as far as it has looked.
    pub complete: bool,
    pub cover: Cover,
    pub seen: Vec<Seen>,
}

impl Seen {
    /// From what a reader found; `component` is the one that it refers to.
    pub fn from_read(read: &Observation, component: Option<&Component>) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(cut).unwrap_or_default();
        let severity = text(&read.severity);
        let mut vulnerabilities = vulnerabilities_of(read);
        vulnerabilities.truncate(1_000);
        Seen {
            kind: cut(&read.kind),
            check_id: text(&read.id),
            title: text(&read.text).lines().next().unwrap_or_default().trim().to_owned(),
            severity_rank: severity_rank(&severity),
            severity,
            state: text(&read.state),
            component: component.map(label).unwrap_or_default(),
            package: component.map(|component| component.name.clone()).unwrap_or_default(),
            fixed: text(&read.fixed),
            port: text(&read.port),
            service: text(&read.service),
            vulnerabilities,
            weaknesses: read.weaknesses.iter().take(100).map(|one| cut(one)).collect(),
            scores: read.scores.iter().take(100).map(|one| cut(one)).collect(),
            solution: text(&read.solution),
            evidence: text(&read.evidence),
        }
    }

    /// The same thing seen again has the same identity, whatever the scanner has to say about it this time.
    pub fn identity(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let fields = [&self.kind, &self.check_id, &self.title, &self.component, &self.port, &self.service];
        for field in fields.into_iter().chain(&self.vulnerabilities) {
            hasher.update(&(field.len() as u64).to_le_bytes()).update(field.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// Does the scanner itself call it harmless? Then it is kept, and means nothing.
    pub fn is_harmless(&self) -> bool {
        match self.state.to_lowercase().replace([' ', '-', ','], "_").as_str() {
            // It looked and found nothing, or what it looks for has no place there.
            "not_affected" | "not_vulnerable" | "not_exploitable" | "not_applicable" | "notapplicable" => {
                true
            }
            "pass" | "passed" | "ok" | "healthy" | "success_true" | "matched_false" | "active_false" => true,
            // It was there.
            "resolved" | "resolved_with_pedigree" | "closed" | "mitigated" | "remediated" | "solved" => true,
            "absent" | "threatresolved" | "threatresolvednotuseful" => true,
            // Somebody has said that it is nothing.
            "false_positive" | "falsepositive" | "present__falsepositive" | "invalid" | "intentional" => true,
            "suppressed" | "ignored" | "dismissed" | "auto_dismissed" | "out_of_scope" => true,
            // Scanners of packages mean by it that there is a fix, others that it was done.
            "fixed" => self.fixed.is_empty() && self.package.is_empty(),
            _ => false,
        }
    }

    /// What a ticket about it is called: the package, else the scanner's words, else where it is.
    pub fn remedy(&self) -> String {
        let words = [&self.package, &self.title, &self.check_id, &self.port];
        let name = words.into_iter().find(|words| !words.is_empty()).map_or("scan", String::as_str);
        name.chars().take(200).collect()
    }
}

/// The hash of everything that a scan says; equal hashes, nothing to write.
pub fn content_of(seen: &[(String, &Seen)]) -> String {
    let mut lines: Vec<String> =
        seen.iter().map(|(identity, seen)| format!("{identity} {}", seen.standing_words())).collect();
    lines.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for line in lines {
        hasher.update(&(line.len() as u64).to_le_bytes()).update(line.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

impl Seen {
    /// What may change while it is the same observation: a change of these is written, one of its evidence is not.
    pub(crate) fn standing_words(&self) -> String {
        [&self.severity, &self.state, &self.fixed, &self.solution].map(String::as_str).join("\u{1f}")
    }
}

fn label(component: &Component) -> String {
    let name = match &component.group {
        Some(group) => format!("{group}:{}", component.name),
        None => component.name.clone(),
    };
    match &component.version {
        Some(version) => cut(&format!("{name} {version}")),
        None => cut(&name),
    }
}

fn cut(text: &str) -> String {
    // NUL is no text for PostgreSQL.
    text.chars().filter(|one| *one != '\0').take(MOST_CHARACTERS).collect::<String>().trim().to_owned()
}

/// CVEs alone where there are any: an advisory of a vendor that is named beside them speaks of all of them at once, and
/// must not make them one. In order, without repetition.
fn vulnerabilities_of(read: &Observation) -> Vec<String> {
    let named: Vec<String> = read.vulnerabilities.iter().map(|name| cut(name).to_uppercase()).collect();
    let is_cve = |name: &&String| name.starts_with("CVE-");
    let mut found: Vec<String> = named.iter().filter(is_cve).cloned().collect();
    if found.is_empty() {
        // The spelling of the others is their own: GHSA ids have small letters.
        found = read.vulnerabilities.iter().map(|name| cut(name)).collect();
    }
    found.retain(|name| !name.is_empty() && name.len() <= 100);
    found.sort_unstable();
    found.dedup();
    found
}

/// 4 critical, 3 high, 2 medium, 1 low, 0 the rest: scanners' words for how bad it is.
pub fn severity_rank(words: &str) -> i64 {
    let words = words.to_lowercase();
    match words.trim() {
        "critical" | "urgent" | "very high" | "very_high" | "fatal" => 4,
        "high" | "important" | "severe" | "serious" | "error" => 3,
        "medium" | "moderate" | "warning" | "warn" => 2,
        "low" | "minor" | "note" => 1,
        score => match score.parse::<f64>() {
            // A score of CVSS has a point; plain numbers count differently in every scanner.
            Ok(score) if words.contains('.') => match score {
                score if score >= 9.0 => 4,
                score if score >= 7.0 => 3,
                score if score >= 4.0 => 2,
                score if score > 0.0 => 1,
                _ => 0,
            },
            _ => 0,
        },
    }
}

/// The word of a rank, as advisories write severities.
pub fn severity_word(rank: i64) -> &'static str {
    match rank {
        4 => "CRITICAL",
        3 => "HIGH",
        2 => "MEDIUM",
        1 => "LOW",
        _ => "UNKNOWN",
    }
}

/// Everything that a document says of one asset; `of` tells which observations are meant.
pub fn seen_in<'a>(
    observations: impl Iterator<Item = &'a Observation>,
    components: &HashMap<&str, &Component>,
) -> Vec<Seen> {
    observations
        .take(MOST_OF_ONE)
        .map(|read| {
            let component = read.component.as_deref().and_then(|id| components.get(id).copied());
            Seen::from_read(read, component)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str]) -> Observation {
        Observation {
            kind: "vulnerability".into(),
            id: Some("142591".into()),
            text: Some("PHP < 7.3.24\nmore".into()),
            severity: Some("Medium".into()),
            vulnerabilities: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Observation::default()
        }
    }

    #[test]
    fn a_vendors_advisory_beside_cves_names_none_of_its_own() {
        let seen = Seen::from_read(&read(&["RHSA-2024:1", "cve-2024-2", "CVE-2024-1", "CVE-2024-1"]), None);
        assert_eq!(seen.vulnerabilities, ["CVE-2024-1", "CVE-2024-2"]);
        let seen = Seen::from_read(&read(&["GHSA-aaaa-bbbb-cccc"]), None);
        assert_eq!(seen.vulnerabilities, ["GHSA-aaaa-bbbb-cccc"]);
    }

    #[test]
    fn evidence_and_severity_do_not_make_another_observation() {
        let before = Seen::from_read(&read(&["CVE-2024-1"]), None);
        let after = Seen { evidence: "seen at noon".into(), severity: "High".into(), ..before.clone() };
        assert_eq!(before.identity(), after.identity());
        let elsewhere = Seen { port: "tcp/443".into(), ..before.clone() };
        assert_ne!(before.identity(), elsewhere.identity());
        let one = |seen: &Seen| content_of(&[(seen.identity(), seen)]);
        assert_ne!(one(&before), one(&after));
    }

    #[test]
    fn words_and_scores_have_ranks() {
        let words = ["Critical", "7.5", "moderate", "0.1", "4", "Log", ""];
        assert_eq!(words.map(severity_rank), [4, 3, 2, 1, 0, 0, 0]);
    }

    #[test]
    fn what_the_scanner_calls_harmless_is_known() {
        let seen = |state: &str| Seen { state: state.into(), ..Seen::default() };
        assert!(seen("not_affected").is_harmless());
        assert!(seen("False Positive").is_harmless());
        for state in [
            "pass",
            "Passed",
            "notApplicable",
            "not-applicable",
            "absent",
            "Not exploitable",
            "auto_dismissed",
            "Present, FalsePositive",
            "matched false",
            "success true",
            "not-vulnerable",
            "Solved",
        ] {
            assert!(seen(state).is_harmless(), "{state}");
        }
        for state in [
            "affected",
            "",
            "fail",
            "open",
            "review",
            "new",
            "unchanged",
            "updated",
            "matched true",
            "in_triage",
            "proposed_not_exploitable",
            "will_not_fix",
            "duplicate",
            "accepted",
            "unresolved",
            "unhealthy",
        ] {
            assert!(!seen(state).is_harmless(), "{state}");
        }
        assert!(seen("Fixed").is_harmless());
        let fixable = Seen { fixed: "1.1.1d-r0".into(), package: "openssl".into(), ..seen("fixed") };
        assert!(!fixable.is_harmless());
    }
}
