// SPDX-License-Identifier: Apache-2.0
//! Which severity a record has, and why that one.
//!
//! ```text
//! the record's vectors ─→ its alias group's vectors ─→ the record's own word ─→ its group's words ─→ unrated
//! ```
//! The first step that gives something decides. Among vectors the newest CVSS version wins, among those of one
//! version the highest score; equals are settled by record id and text, so that the order of the input never
//! matters.
use crate::Severity;
use crate::cvss::{CvssError, Score, Vector, Version};
use serde::Serialize;
use std::cmp::Reverse;
use std::fmt;

/// One entry of a record's severity list: OSV's `type` and `score`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenSeverity<'a> {
    /// `CVSS_V2`, `CVSS_V3`, `CVSS_V4`, or a source's own scale such as `Ubuntu`.
    pub kind: &'a str,
    /// A vector, or a word of the source's scale.
    pub value: &'a str,
}

/// What one record says about its severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordSeverity<'a> {
    pub id: &'a str,
    pub given: Vec<GivenSeverity<'a>>,
    /// The source's own word outside the list, such as GitHub's `database_specific.severity`.
    pub word: Option<&'a str>,
}

/// Where the chosen severity comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    RecordVector,
    AliasGroupVector,
    RecordWord,
    AliasGroupWord,
    Unrated,
}

/// The severity of a record, with the reason for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeverityChoice {
    pub severity: Severity,
    pub origin: Origin,
    /// The record that said so; `None` when unrated.
    pub record: Option<String>,
    /// The chosen vector as its source wrote it, with its overall score.
    pub vector: Option<String>,
    pub version: Option<Version>,
    pub score: Option<Score>,
    /// The chosen word as its source wrote it.
    pub word: Option<String>,
    /// Entries that could not be used, each with its record and cause.
    pub unusable: Vec<Unusable>,
}

/// How well a severity is founded, the least first; the words are those of OSV's `severity.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    None,
    Word,
    CvssV2,
    CvssV3,
    CvssV4,
}

impl Basis {
    pub const fn as_str(self) -> &'static str {
        match self {
            Basis::None => "none",
            Basis::Word => "word",
            Basis::CvssV2 => "CVSS_V2",
            Basis::CvssV3 => "CVSS_V3",
            Basis::CvssV4 => "CVSS_V4",
        }
    }

    /// Anything that is not one of our words founds nothing.
    pub fn from_stored(text: &str) -> Self {
        [Basis::Word, Basis::CvssV2, Basis::CvssV3, Basis::CvssV4]
            .into_iter()
            .find(|basis| basis.as_str() == text)
            .unwrap_or(Basis::None)
    }
}

impl SeverityChoice {
    pub fn basis(&self) -> Basis {
        match (self.version, &self.word) {
            (Some(Version::V40), _) => Basis::CvssV4,
            (Some(Version::V30 | Version::V31), _) => Basis::CvssV3,
            (Some(Version::V2), _) => Basis::CvssV2,
            (None, Some(_)) => Basis::Word,
            (None, None) => Basis::None,
        }
    }
}

/// A record's own choice as a store keeps it: enough to choose among the records of a group without reading them again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept<'a> {
    pub record: &'a str,
    pub severity: Severity,
    pub basis: Basis,
    pub score: Option<f64>,
}

/// The best founded severity of a group's records: vectors before words, the newest CVSS version first, then the
/// highest, then the first by id. `None` when no record has one.
pub fn best_founded<'a>(records: impl IntoIterator<Item = Kept<'a>>) -> Option<Kept<'a>> {
    let weight = |kept: &Kept<'_>| kept.score.unwrap_or(f64::from(kept.severity.list_rank()));
    records.into_iter().filter(|kept| kept.basis != Basis::None).max_by(|left, right| {
        (left.basis.cmp(&right.basis))
            .then(weight(left).total_cmp(&weight(right)))
            .then_with(|| right.record.cmp(left.record))
    })
}

/// A severity entry that is no vector and no known word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unusable {
    pub record: String,
    pub value: String,
    pub cause: String,
}

struct Rated<'a> {
    record: &'a str,
    text: &'a str,
    version: Version,
    score: Score,
    severity: Severity,
}

struct Word<'a> {
    record: &'a str,
    text: &'a str,
    severity: Severity,
}

/// Chooses the severity of `record`; `alias_group` holds the other records of its vulnerability (the record itself
/// may be among them).
pub fn choose(record: &RecordSeverity<'_>, alias_group: &[RecordSeverity<'_>]) -> SeverityChoice {
    let mut unusable = Vec::new();
    let (own_vectors, own_words) = read(record, &mut unusable);
    let (mut group_vectors, mut group_words) = (Vec::new(), Vec::new());
    for other in alias_group.iter().filter(|other| other.id != record.id) {
        let (vectors, words) = read(other, &mut unusable);
        group_vectors.extend(vectors);
        group_words.extend(words);
    }
    let mut choice = best_vector(own_vectors, Origin::RecordVector)
        .or_else(|| best_vector(group_vectors, Origin::AliasGroupVector))
        .or_else(|| best_word(own_words, Origin::RecordWord))
        .or_else(|| best_word(group_words, Origin::AliasGroupWord))
        .unwrap_or(SeverityChoice {
            severity: Severity::Unrated,
            origin: Origin::Unrated,
            record: None,
            vector: None,
            version: None,
            score: None,
            word: None,
            unusable: Vec::new(),
        });
    unusable.sort_by(|left, right| (&left.record, &left.value).cmp(&(&right.record, &right.value)));
    choice.unusable = unusable;
    choice
}

fn read<'a>(record: &RecordSeverity<'a>, unusable: &mut Vec<Unusable>) -> (Vec<Rated<'a>>, Vec<Word<'a>>) {
    let mut vectors = Vec::new();
    let mut words = Vec::new();
    let mut refuse = |value: &str, cause: String| {
        unusable.push(Unusable {
            record: record.id.to_owned(),
            value: value.chars().take(64).collect(),
            cause,
        });
    };
    for entry in &record.given {
        match Vector::parse(entry.value.trim()) {
            Ok(vector) => {
                let scores = vector.scores();
                vectors.push(Rated {
                    record: record.id,
                    text: entry.value,
                    version: scores.version,
                    score: scores.score,
                    severity: scores.severity,
                });
            }
            Err(error) => match Severity::from_word(entry.value) {
                Some(severity) => words.push(Word { record: record.id, text: entry.value, severity }),
                None => refuse(entry.value, describe(entry, &error)),
            },
        }
    }
    match record.word.map(|word| (word, Severity::from_word(word))) {
        Some((word, Some(severity))) => words.push(Word { record: record.id, text: word, severity }),
        Some((word, None)) => refuse(word, "not a known severity word".to_owned()),
        None => {}
    }
    (vectors, words)
}

fn describe(entry: &GivenSeverity<'_>, error: &CvssError) -> String {
    if entry.kind.starts_with("CVSS") { error.to_string() } else { "not a known severity word".to_owned() }
}

fn best_vector(vectors: Vec<Rated<'_>>, origin: Origin) -> Option<SeverityChoice> {
    let best = vectors
        .into_iter()
        .max_by_key(|rated| (rated.version, rated.score, Reverse((rated.record, rated.text))))?;
    Some(SeverityChoice {
        severity: best.severity,
        origin,
        record: Some(best.record.to_owned()),
        vector: Some(best.text.to_owned()),
        version: Some(best.version),
        score: Some(best.score),
        word: None,
        unusable: Vec::new(),
    })
}

fn best_word(words: Vec<Word<'_>>, origin: Origin) -> Option<SeverityChoice> {
    let best = words
        .into_iter()
        .max_by_key(|word| (word.severity.list_rank(), Reverse((word.record, word.text))))?;
    Some(SeverityChoice {
        severity: best.severity,
        origin,
        record: Some(best.record.to_owned()),
        vector: None,
        version: None,
        score: None,
        word: Some(best.text.to_owned()),
        unusable: Vec::new(),
    })
}

/// The reason in one sentence, for explanations and logs.
impl fmt::Display for SeverityChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record.as_deref().unwrap_or("");
        let word = self.word.as_deref().unwrap_or("");
        match (self.origin, self.score, self.version) {
            (Origin::RecordVector, Some(score), Some(version)) => {
                write!(formatter, "{}: CVSS v{version} score {score} of {record} itself", self.severity)
            }
            (Origin::AliasGroupVector, Some(score), Some(version)) => {
                write!(formatter, "{}: CVSS v{version} score {score} of its alias {record}", self.severity)
            }
            (Origin::RecordWord, ..) => {
                write!(formatter, "{}: the source's own word \"{word}\" in {record}", self.severity)
            }
            (Origin::AliasGroupWord, ..) => {
                write!(formatter, "{}: the word \"{word}\" of its alias {record}", self.severity)
            }
            _ => write!(formatter, "{}: no record of the alias group gives a severity", self.severity),
        }
    }
}
