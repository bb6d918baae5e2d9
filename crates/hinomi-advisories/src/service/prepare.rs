// SPDX-License-Identifier: Apache-2.0
//! From a file to records ready to be stored; pure and parallel.

use super::changes::Facts;
use crate::model::{self, RecordSeverity};
use hinomi_advisory_formats::epss::EpssScores;
use hinomi_advisory_formats::kev::KevCatalogue;
use hinomi_advisory_formats::{Advisory, Document as Told};
use hinomi_match::{Coverage, PackageKey};

/// A file as an archive walk hands it over.
pub struct Document {
    pub path: String,
    pub bytes: Result<Vec<u8>, String>,
}

/// One record, everything about it that is stored beside the original.
pub(crate) struct Prepared {
    pub id: String,
    pub hash: String,
    pub place: i64,
    /// Index of the document in its batch.
    pub document: usize,
    pub modified: Option<i64>,
    pub published: Option<i64>,
    pub withdrawn: Option<i64>,
    pub severity: RecordSeverity,
    pub ssvc: String,
    pub title: String,
    /// Name and relation: 0 alias, 1 upstream, 2 related.
    pub names: Vec<(String, i64)>,
    pub keys: Vec<PackageKey>,
    /// Ecosystems and releases that it speaks of.
    pub coverage: Vec<(String, String)>,
    /// To tell what changed when it comes anew.
    pub facts: Facts,
    /// Language, title and folded words, for every language but English.
    pub texts: Vec<(String, String, String)>,
}

pub(crate) enum Content {
    Records(Vec<Prepared>),
    /// The very document is kept, with so many records.
    Kept(u64),
    KnownExploited(Box<KevCatalogue>),
    Scores(Box<EpssScores>),
    /// Neither records nor scores: reports of attackers, decision tables, ends of life.
    Told(Box<Told>),
    Refused(String),
}

/// Under which a document is kept; empty where it could not be had.
pub(super) fn hash_of(document: &Document) -> String {
    let hex = |bytes: &Vec<u8>| blake3::hash(bytes).to_hex()[..40].to_owned();
    document.bytes.as_ref().map(hex).unwrap_or_default()
}

/// Reads a document, of this place in its batch.
pub(crate) fn prepare(index: usize, document: &Document, hash: &str) -> Content {
    let bytes = match &document.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return Content::Refused(reason.clone()),
    };
    let advisories = match hinomi_advisory_formats::read_document(bytes, &document.path) {
        Ok(Told::Advisories(advisories)) => advisories,
        Ok(Told::KnownExploited(catalogue)) => return Content::KnownExploited(catalogue),
        Ok(Told::Scores(scores)) => return Content::Scores(scores),
        Ok(told) => return Content::Told(Box::new(told)),
        Err(error) => return Content::Refused(error.to_string()),
    };
    let records = parts(advisories).enumerate().map(|(place, advisory)| {
        let advisory = &advisory;
        Prepared {
            id: advisory.id.clone(),
            hash: hash.to_owned(),
            place: place as i64,
            document: index,
            modified: advisory.modified,
            published: advisory.published,
            withdrawn: advisory.withdrawn,
            severity: model::record_severity(advisory),
            ssvc: model::record_ssvc(advisory).to_stored(),
            title: model::title(advisory),
            names: names_of(advisory),
            keys: hinomi_match::advisory_keys(advisory),
            coverage: coverage(advisory),
            facts: Facts::of(advisory),
            texts: texts(advisory),
        }
    });
    Content::Records(records.collect())
}

/// The records of a document as they are kept: one that makes statements on several vulnerabilities is one for each.
pub(crate) fn parts(advisories: Vec<Advisory>) -> impl Iterator<Item = Advisory> {
    advisories.into_iter().flat_map(hinomi_advisory_formats::by_vulnerability).map(named_apart)
}

/// A record as it is kept. Where sources use one another's identifiers (the CVE record and the NVD's), its own says
/// whose it is, and the bare one stays among its aliases.
pub(crate) fn named_apart(mut advisory: Advisory) -> Advisory {
    let namespace = advisory.source.namespace();
    if !namespace.is_empty() {
        let id = format!("{namespace}:{}", advisory.id);
        let bare = std::mem::replace(&mut advisory.id, id);
        if !advisory.aliases.contains(&bare) {
            advisory.aliases.push(bare);
        }
    }
    advisory
}

/// Hands over a file, a page or a year of many records as a document for each: so a record's original can be kept and
/// read without the thousands beside it.
pub(crate) fn take_apart(path: String, bytes: Result<Vec<u8>, String>, sink: &mut dyn FnMut(Document)) {
    let mut number = 0;
    let mut part = |bytes: Vec<u8>| {
        number += 1;
        sink(Document { path: format!("{path}#{number}"), bytes: Ok(bytes) });
    };
    let is_apart = match bytes.as_deref() {
        // What is broken is told by its reader.
        Ok(bytes) => hinomi_advisory_formats::split_each(bytes, &path, &mut part).unwrap_or(false),
        Err(_) => false,
    };
    if !is_apart {
        sink(Document { path, bytes });
    }
}

/// Updates of AlmaLinux, Rocky Linux and Red Hat: in their OSV records the CVEs that they fix stand as *related*.
const RELATED_IS_UPSTREAM: [&str; 9] =
    ["ALSA-", "ALBA-", "ALEA-", "RLSA-", "RLBA-", "RLEA-", "RHSA-", "RHBA-", "RHEA-"];

/// The names that a record gives, each with its relation.
fn names_of(advisory: &Advisory) -> Vec<(String, i64)> {
    let is_update = RELATED_IS_UPSTREAM.iter().any(|prefix| advisory.id.starts_with(prefix));
    let related = |name: &String| i64::from(!(is_update && name.starts_with("CVE-"))) + 1;
    let aliases = advisory.aliases.iter().map(|name| (name.clone(), 0));
    let upstream = advisory.upstream.iter().map(|name| (name.clone(), 1));
    let related = advisory.related.iter().map(|name| (name.clone(), related(name)));
    let mut names: Vec<(String, i64)> = aliases.chain(upstream).chain(related).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Words in other languages than English: `descriptions` by language, and the title of a record that is wholly in one.
fn texts(advisory: &Advisory) -> Vec<(String, String, String)> {
    let specific = &advisory.database_specific;
    let Some(descriptions) = specific.get("descriptions").and_then(serde_json::Value::as_object) else {
        return Vec::new();
    };
    let own = specific.get("language").and_then(serde_json::Value::as_str);
    let told = descriptions.iter().filter_map(|(language, text)| Some((language, text.as_str()?)));
    told.map(|(language, text)| {
        let title =
            advisory.summary.as_deref().filter(|_| own == Some(language.as_str())).unwrap_or_default();
        let folded = hinomi_db::search::fold(&format!("{title} {text}"));
        (language.to_lowercase(), title.to_owned(), folded)
    })
    .collect()
}

fn coverage(advisory: &Advisory) -> Vec<(String, String)> {
    let mut coverage = Coverage::default();
    coverage.add(advisory);
    coverage
        .iter()
        .map(|(ecosystem, release, _)| (ecosystem.to_owned(), release.unwrap_or_default().to_owned()))
        .collect()
}
