// SPDX-License-Identifier: Apache-2.0
//! Types and rules of advisories; pure.

use hinomi_advisory_formats::Advisory;
use hinomi_core::{DomainError, ErrorKind};
use hinomi_score::Severity;
use std::cmp::Ordering;

#[derive(Debug, thiserror::Error)]
pub enum AdvisoryError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error(transparent)]
    Archive(#[from] hinomi_archive::ArchiveError),
    /// The message names file, place and cause.
    #[error("{0}")]
    Unreadable(String),
    #[error("no vulnerability {name}")]
    VulnerabilityUnknown { name: String },
    #[error("no advisory {id}")]
    AdvisoryUnknown { id: String },
    #[error("stored original {hash} of {id} is damaged: {cause}")]
    Damaged { id: String, hash: String, cause: String },
    #[error("{path}: interrupted")]
    Interrupted { path: String },
}

impl DomainError for AdvisoryError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Archive(_) | Self::Unreadable(_) => ErrorKind::Invalid,
            Self::VulnerabilityUnknown { .. } | Self::AdvisoryUnknown { .. } => ErrorKind::NotFound,
            Self::Damaged { .. } => ErrorKind::Internal,
            Self::Interrupted { .. } => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Archive(_) | Self::Unreadable(_) => "file-unreadable",
            Self::VulnerabilityUnknown { .. } => "vulnerability-not-found",
            Self::AdvisoryUnknown { .. } => "advisory-not-found",
            Self::Damaged { .. } => "original-damaged",
            Self::Interrupted { .. } => "interrupted",
        }
    }
}

/// Midnight of 0002-01-01 UTC in microseconds: a `modified` before it is a source's "unknown".
const YEAR_TWO: i64 = -62_104_060_800_000_000;

/// When a record was last changed, for comparing two of one id.
pub fn effective_modified(modified: Option<i64>) -> i64 {
    modified.filter(|&at| at >= YEAR_TWO).unwrap_or(i64::MIN)
}

/// Which of two records of one id counts: the later one, then the one with the greater hash.
pub fn precedence(left: (Option<i64>, &str), right: (Option<i64>, &str)) -> Ordering {
    effective_modified(left.0).cmp(&effective_modified(right.0)).then_with(|| left.1.cmp(right.1))
}

/// What one record says about severity.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordSeverity {
    pub severity: Severity,
    /// `CVSS_V4`, `CVSS_V3`, `CVSS_V2`, `word` or `none`.
    pub basis: String,
    pub score: Option<f64>,
}

impl RecordSeverity {
    fn rank(&self) -> (u8, f64) {
        let basis = match self.basis.as_str() {
            "CVSS_V4" => 4,
            "CVSS_V3" => 3,
            "CVSS_V2" => 2,
            "word" => 1,
            _ => 0,
        };
        (basis, self.score.unwrap_or(f64::from(self.severity.list_rank())))
    }

    fn better(&self, other: &Self) -> bool {
        let (left, right) = (self.rank(), other.rank());
        left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)) == Ordering::Greater
    }
}

/// The record's own severity: its newest CVSS vector, the highest of equals, else its source's word.
pub fn record_severity(advisory: &Advisory) -> RecordSeverity {
    let mut best = RecordSeverity { severity: Severity::Unrated, basis: "none".into(), score: None };
    let vectors =
        advisory.severity.iter().chain(advisory.affected.iter().flat_map(|affected| &affected.severity));
    for vector in vectors {
        let candidate = match scored(&vector.score) {
            Some((severity, score)) => {
                RecordSeverity { severity, basis: basis_of(&vector.score).to_owned(), score: Some(score) }
            }
            // Ubuntu and others put a word where a vector belongs.
            None => match Severity::from_word(&vector.score) {
                Some(severity) => RecordSeverity { severity, basis: "word".into(), score: None },
                None => continue,
            },
        };
        if candidate.better(&best) {
            best = candidate;
        }
    }
    if best.basis == "none"
        && let Some(severity) = advisory.source_severity.as_deref().and_then(Severity::from_word)
    {
        best = RecordSeverity { severity, basis: "word".into(), score: None };
    }
    best
}

/// A vector's rating with its score, or a source's word's; `None` for neither.
pub fn rate(text: &str) -> Option<(Severity, Option<f64>)> {
    match scored(text) {
        Some((severity, score)) => Some((severity, Some(score))),
        None => Severity::from_word(text).map(|severity| (severity, None)),
    }
}

fn scored(vector: &str) -> Option<(Severity, f64)> {
    let scores = hinomi_score::cvss::Vector::parse(vector).ok()?.scores();
    Some((scores.severity, scores.score.value()))
}

fn basis_of(vector: &str) -> &'static str {
    if vector.starts_with("CVSS:4") {
        "CVSS_V4"
    } else if vector.starts_with("CVSS:3") {
        "CVSS_V3"
    } else {
        "CVSS_V2"
    }
}

/// The severity of a group: the best founded one of its records, and why it was chosen.
pub fn group_severity<'a>(
    records: impl Iterator<Item = (&'a str, RecordSeverity)>,
) -> (RecordSeverity, String) {
    let mut best = RecordSeverity { severity: Severity::Unrated, basis: "none".into(), score: None };
    let mut reason = "no record of the group carries a severity".to_owned();
    for (id, candidate) in records {
        if candidate.basis != "none" && candidate.better(&best) {
            reason = match candidate.basis.as_str() {
                "word" => format!("word of {id}"),
                basis => format!("{basis} vector of {id}"),
            };
            best = candidate;
        }
    }
    (best, reason)
}

/// One line for lists: the summary, else the beginning of the details, else the id.
pub fn title(advisory: &Advisory) -> String {
    let text =
        advisory.summary.as_deref().filter(|text| !text.trim().is_empty()).or(advisory.details.as_deref());
    let line = text
        .and_then(|text| {
            text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("###"))
        })
        .unwrap_or(&advisory.id);
    match line.char_indices().nth(240) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// A vulnerability as lists show it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VulnerabilityRow {
    pub id: i64,
    pub canonical: String,
    pub title: String,
    pub severity: String,
    pub severity_rank: i64,
    pub severity_reason: String,
    pub score: Option<f64>,
    pub known_exploited: bool,
    pub kev_added: Option<i64>,
    pub kev_due: Option<i64>,
    pub published: Option<i64>,
    pub modified: Option<i64>,
    pub withdrawn: Option<i64>,
    pub merged_into: Option<i64>,
    pub sequence: i64,
}

/// A record with its original read again: what matching and pages need.
#[derive(Debug, Clone)]
pub struct StoredAdvisory {
    pub no: i64,
    pub vulnerability_id: i64,
    pub feed_id: i64,
    pub hash: String,
    pub advisory: Advisory,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_one_time_is_unknown_and_loses() {
        let year_one = -62_135_596_800_000_000;
        assert_eq!(precedence((Some(year_one), "ff"), (Some(0), "00")), Ordering::Less);
        assert_eq!(precedence((Some(year_one), "ff"), (None, "00")), Ordering::Greater);
        assert_eq!(precedence((Some(5), "aa"), (Some(5), "ab")), Ordering::Less);
    }

    #[test]
    fn a_vector_beats_a_word_and_the_newer_version_beats_the_older() {
        let word = RecordSeverity { severity: Severity::Critical, basis: "word".into(), score: None };
        let three = RecordSeverity { severity: Severity::Medium, basis: "CVSS_V3".into(), score: Some(5.0) };
        let four = RecordSeverity { severity: Severity::Low, basis: "CVSS_V4".into(), score: Some(2.0) };
        let (chosen, reason) = group_severity([("A", word), ("B", three.clone()), ("C", four)].into_iter());
        assert_eq!((chosen.severity, reason.as_str()), (Severity::Low, "CVSS_V4 vector of C"));
        let (chosen, _) = group_severity([("B", three)].into_iter());
        assert_eq!(chosen.severity, Severity::Medium);
        let (none, reason) = group_severity(std::iter::empty());
        assert_eq!(
            (none.severity, reason.as_str()),
            (Severity::Unrated, "no record of the group carries a severity")
        );
    }
}
