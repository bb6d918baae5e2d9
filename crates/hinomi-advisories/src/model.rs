// SPDX-License-Identifier: Apache-2.0
//! Types and rules of advisories; pure.

use hinomi_advisory_formats::Advisory;
use hinomi_core::{DomainError, ErrorKind};
use hinomi_score::Severity;
use hinomi_score::choice::{self, Basis, GivenSeverity, Kept};
use hinomi_score::cvss::{Score, Vector};
use hinomi_score::policy::Ssvc;
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
    #[error("no feed {name}")]
    FeedUnknown { name: String },
    #[error("no threat report {id}")]
    ThreatUnknown { id: String },
    #[error("no held record {id} waits for a decision")]
    HeldUnknown { id: i64 },
    #[error("stored original {hash} of {id} is damaged: {cause}")]
    Damaged { id: String, hash: String, cause: String },
    #[error("vulnerabilities are being grouped by another process; try again")]
    Overtaken,
    #[error(transparent)]
    Turn(#[from] hinomi_platform::turn::TurnError),
    #[error("another import of advisories is running")]
    Busy,
    #[error("{path}: interrupted")]
    Interrupted { path: String },
}

impl DomainError for AdvisoryError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Archive(_) | Self::Unreadable(_) => ErrorKind::Invalid,
            Self::VulnerabilityUnknown { .. }
            | Self::AdvisoryUnknown { .. }
            | Self::ThreatUnknown { .. }
            | Self::HeldUnknown { .. }
            | Self::FeedUnknown { .. } => ErrorKind::NotFound,
            Self::Damaged { .. } => ErrorKind::Internal,
            Self::Turn(error) => error.kind(),
            Self::Overtaken | Self::Busy | Self::Interrupted { .. } => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Archive(_) | Self::Unreadable(_) => "file-unreadable",
            Self::VulnerabilityUnknown { .. } => "vulnerability-not-found",
            Self::AdvisoryUnknown { .. } => "advisory-not-found",
            Self::FeedUnknown { .. } => "feed-not-found",
            Self::ThreatUnknown { .. } => "threat-not-found",
            Self::HeldUnknown { .. } => "held-record-not-found",
            Self::Damaged { .. } => "original-damaged",
            Self::Overtaken => "grouping-overtaken",
            Self::Turn(error) => error.code(),
            Self::Busy => "feed-import-running",
            Self::Interrupted { .. } => "interrupted",
        }
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::Busy)
            .then(|| "try again when it has ended; the list of feeds shows it".to_owned())
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

/// What one record says about severity, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordSeverity {
    pub severity: Severity,
    pub basis: Basis,
    pub score: Option<f64>,
}

/// The record's own severity: its newest CVSS vector, the highest of equals, else its source's word.
pub fn record_severity(advisory: &Advisory) -> RecordSeverity {
    let entries =
        advisory.severity.iter().chain(advisory.affected.iter().flat_map(|affected| &affected.severity));
    let own = choice::RecordSeverity {
        id: &advisory.id,
        given: entries.map(|entry| GivenSeverity { kind: &entry.kind, value: &entry.score }).collect(),
        word: advisory.source_severity.as_deref(),
    };
    let choice = choice::choose(&own, &[]);
    RecordSeverity { severity: choice.severity, basis: choice.basis(), score: choice.score.map(Score::value) }
}

/// What the record's newest decision by SSVC says (CISA's container of a CVE record).
pub fn record_ssvc(advisory: &Advisory) -> Ssvc {
    let decisions = advisory.database_specific.get("ssvc").and_then(serde_json::Value::as_array);
    let newest =
        decisions.into_iter().flatten().max_by_key(|one| one["timestamp"].as_str().unwrap_or_default());
    let Some(points) = newest.and_then(|one| one["options"].as_object()) else { return Ssvc::default() };
    let point = |name: &str| {
        let found = points.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    };
    Ssvc::from_published(point("Exploitation"), point("Automatable"), point("Technical Impact"))
}

/// The graver of two decisions, point by point; the order does not matter.
pub fn graver(left: Ssvc, right: Ssvc) -> Ssvc {
    Ssvc {
        exploitation: left.exploitation.max(right.exploitation),
        automatable: left.automatable.max(right.automatable),
        technical_impact: left.technical_impact.max(right.technical_impact),
    }
}

/// A vector's rating with its score, or a source's word's; `None` for neither.
pub fn rate(text: &str) -> Option<(Severity, Option<f64>)> {
    match Vector::parse(text) {
        Ok(vector) => {
            let scores = vector.scores();
            Some((scores.severity, Some(scores.score.value())))
        }
        Err(_) => Severity::from_word(text).map(|severity| (severity, None)),
    }
}

/// The severity of a group: the best founded one of its records, and why it was chosen.
pub fn group_severity<'a>(records: impl IntoIterator<Item = Kept<'a>>) -> (RecordSeverity, String) {
    match choice::best_founded(records) {
        Some(Kept { record, severity, basis, score }) => {
            let reason = match basis {
                Basis::Word => format!("word{OF}{record}"),
                basis => format!("{}{VECTOR_OF}{record}", basis.as_str()),
            };
            (RecordSeverity { severity, basis, score }, reason)
        }
        None => {
            let none = RecordSeverity { severity: Severity::Unrated, basis: Basis::None, score: None };
            (none, NO_SEVERITY.to_owned())
        }
    }
}

const OF: &str = " of ";
const VECTOR_OF: &str = " vector of ";
const NO_SEVERITY: &str = "no record of the group carries a severity";

/// Why a severity was chosen, for texts in any language: a key of the catalogues with what fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityReason<'a> {
    pub text_key: &'static str,
    /// The record that gave it.
    pub record: Option<&'a str>,
    /// Of its vector: `2.0`, `3`, `4.0`.
    pub cvss: Option<&'static str>,
}

impl SeverityReason<'_> {
    pub const TEXT_KEYS: [&'static str; 3] =
        ["severity-reason-vector", "severity-reason-word", "severity-reason-none"];
}

impl VulnerabilityRow {
    /// Read back from the words that are stored, those of [`group_severity`].
    pub fn why_severity(&self) -> SeverityReason<'_> {
        let [vector, word, none] = SeverityReason::TEXT_KEYS;
        if let Some((basis, record)) = self.severity_reason.split_once(VECTOR_OF) {
            let cvss = match Basis::from_stored(basis) {
                Basis::CvssV2 => Some("2.0"),
                Basis::CvssV3 => Some("3"),
                Basis::CvssV4 => Some("4.0"),
                Basis::Word | Basis::None => None,
            };
            return SeverityReason { text_key: vector, record: Some(record), cvss };
        }
        let record = self.severity_reason.strip_prefix(Basis::Word.as_str());
        match record.and_then(|rest| rest.strip_prefix(OF)) {
            Some(record) => SeverityReason { text_key: word, record: Some(record), cvss: None },
            None => SeverityReason { text_key: none, record: None, cvss: None },
        }
    }
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
    /// The CVEs that it is, or that its records are about (*upstream*), by spaces: what is known of them holds for it.
    pub about: String,
    pub title: String,
    pub severity: String,
    pub severity_rank: i64,
    pub severity_reason: String,
    pub score: Option<f64>,
    pub known_exploited: bool,
    pub kev_added: Option<i64>,
    pub kev_due: Option<i64>,
    /// How likely exploitation is, in steps: 0 below 1 %, 1 from 1 %, 2 from 10 %, 3 from 50 %, 4 from 90 %.
    pub epss_band: i64,
    /// What a coordinator decided by SSVC, as [`Ssvc::to_stored`] writes it.
    pub ssvc: String,
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

    fn kept(record: &str, severity: Severity, basis: Basis, score: Option<f64>) -> Kept<'_> {
        Kept { record, severity, basis, score }
    }

    #[test]
    fn a_vector_beats_a_word_and_the_newer_version_beats_the_older() {
        let word = kept("A", Severity::Critical, Basis::Word, None);
        let three = kept("B", Severity::Medium, Basis::CvssV3, Some(5.0));
        let four = kept("C", Severity::Low, Basis::CvssV4, Some(2.0));
        let (chosen, reason) = group_severity([word, three, four]);
        assert_eq!((chosen.severity, reason.as_str()), (Severity::Low, "CVSS_V4 vector of C"));
        let (none, reason) = group_severity([]);
        assert_eq!(
            (none.severity, reason.as_str()),
            (Severity::Unrated, "no record of the group carries a severity")
        );
    }

    #[test]
    fn equals_are_chosen_by_id_whatever_the_order() {
        let left = kept("GHSA-b", Severity::High, Basis::CvssV3, Some(7.5));
        let right = kept("CVE-1", Severity::High, Basis::CvssV3, Some(7.5));
        assert_eq!(group_severity([left, right]).1, "CVSS_V3 vector of CVE-1");
        assert_eq!(group_severity([right, left]).1, "CVSS_V3 vector of CVE-1");
    }

    #[test]
    fn a_record_is_rated_as_the_score_engine_chooses() {
        let record = |severity: &str| {
            let text = format!(
                r#"{{"id":"X-1","modified":"2026-01-01T00:00:00Z","severity":{severity},"database_specific":{{"severity":"LOW"}}}}"#
            );
            let read = hinomi_advisory_formats::read(text.as_bytes(), "x.json").unwrap();
            record_severity(&read[0])
        };
        let vector = r#"[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},{"type":"Ubuntu","score":"critical"}]"#;
        let rated = record(vector);
        assert_eq!((rated.severity, rated.basis, rated.score), (Severity::High, Basis::CvssV3, Some(7.5)));
        assert_eq!(record(r#"[{"type":"Ubuntu","score":"critical"}]"#).severity, Severity::Critical);
        assert_eq!((record("[]").severity, record("[]").basis), (Severity::Low, Basis::Word));
    }
}
