// SPDX-License-Identifier: Apache-2.0
//! From a file to records ready to be stored; pure and parallel.

use crate::model::{self, RecordSeverity};
use hinomi_advisory_formats::epss::EpssScores;
use hinomi_advisory_formats::kev::KevCatalogue;
use hinomi_advisory_formats::{Advisory, Document as Read};
use hinomi_match::{Coverage, PackageKey};
use rayon::prelude::*;
use std::borrow::Cow;

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
    pub title: String,
    /// Name and relation: 0 alias, 1 upstream, 2 related.
    pub names: Vec<(String, i64)>,
    pub keys: Vec<PackageKey>,
    /// Ecosystems and releases that it speaks of.
    pub coverage: Vec<(String, String)>,
}

pub(crate) enum Content {
    Records(Vec<Prepared>),
    KnownExploited(Box<KevCatalogue>),
    Scores(Box<EpssScores>),
    /// Read, and nothing of it is kept: so many entries.
    Understood(u64),
    Refused(String),
}

/// Reads every document of a batch on all cores; the order is that of the batch.
pub(crate) fn prepare(batch: &[Document]) -> Vec<Content> {
    batch.par_iter().enumerate().map(|(index, document)| prepare_one(index, document)).collect()
}

fn prepare_one(index: usize, document: &Document) -> Content {
    let bytes = match &document.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return Content::Refused(reason.clone()),
    };
    let advisories = match hinomi_advisory_formats::read_document(bytes, &document.path) {
        Ok(Read::Advisories(advisories)) => advisories,
        Ok(Read::KnownExploited(catalogue)) => return Content::KnownExploited(catalogue),
        Ok(Read::Scores(scores)) => return Content::Scores(scores),
        Ok(Read::Ssvc(_)) => return Content::Understood(1),
        Ok(Read::Lifecycles(list)) => return Content::Understood(list.len() as u64),
        Ok(Read::Threats(threats)) => return Content::Understood(threats.threats.len() as u64),
        Err(error) => return Content::Refused(error.to_string()),
    };
    let hash = blake3::hash(bytes).to_hex()[..40].to_owned();
    let records = advisories.into_iter().map(named_apart).enumerate().map(|(place, advisory)| {
        let advisory = &advisory;
        let names = |list: &[String], relation: i64| -> Vec<(String, i64)> {
            list.iter().map(|name| (name.clone(), relation)).collect()
        };
        Prepared {
            id: advisory.id.clone(),
            hash: hash.clone(),
            place: place as i64,
            document: index,
            modified: advisory.modified,
            published: advisory.published,
            withdrawn: advisory.withdrawn,
            severity: model::record_severity(advisory),
            title: model::title(advisory),
            names: [names(&advisory.aliases, 0), names(&advisory.upstream, 1), names(&advisory.related, 2)]
                .concat(),
            keys: hinomi_match::advisory_keys(advisory),
            coverage: coverage(advisory),
        }
    });
    Content::Records(records.collect())
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

/// Puts a file into the batch, a page or a year of many records as a document for each: so a record's original can
/// be kept and read without the thousands beside it.
pub(crate) fn take_apart(path: String, bytes: Result<Vec<u8>, String>, batch: &mut Vec<Document>) {
    let parts = match bytes.as_deref().map(|bytes| hinomi_advisory_formats::split(bytes, &path)) {
        Ok(Ok(parts)) if parts.len() > 1 => parts.into_iter().map(Cow::into_owned).collect::<Vec<_>>(),
        // What is broken is told by its reader.
        _ => return batch.push(Document { path, bytes }),
    };
    let numbered = parts.into_iter().enumerate();
    batch.extend(
        numbered.map(|(number, part)| Document { path: format!("{path}#{}", number + 1), bytes: Ok(part) }),
    );
}

fn coverage(advisory: &Advisory) -> Vec<(String, String)> {
    let mut coverage = Coverage::default();
    coverage.add(advisory);
    coverage
        .iter()
        .map(|(ecosystem, release, _)| (ecosystem.to_owned(), release.unwrap_or_default().to_owned()))
        .collect()
}
