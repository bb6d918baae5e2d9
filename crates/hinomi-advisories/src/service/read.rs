// SPDX-License-Identifier: Apache-2.0
//! Reading records and vulnerabilities back.

pub use super::group::{group_pending, groups_of};
pub use super::likelihoods::{Likelihoods, likelihood_of};
use super::originals::{Work, with_bytes};
use super::prepare::{named_apart, parts};
pub use super::scores::{Epss, EpssPoint, epss_course, epss_of, epss_scores};
pub use super::search::{Facets, SearchIndex, VulnerabilityFilter, VulnerabilitySort};
use crate::model::{AdvisoryError, StoredAdvisory, VulnerabilityRow};
pub use crate::store::feeds::{
    FeedRow, KnownExploitedRow, RefusalRow, feed_list, known_exploited, known_exploited_by, refusal_list,
};
use crate::store::groups;
pub use crate::store::groups::{ChangeRow, changes_of, most_urgent, names_of, same_names_of};
pub use crate::store::history::{
    Mark, Stretch, VulnerabilityChange, changes_within, first_seen_within, mark, reader, reader_put,
};
pub use crate::store::records::RecordMeta;
use crate::store::records::{self, PackedRecord};
use hinomi_advisory_formats::Advisory;
use hinomi_db::Db;
use hinomi_match::{Coverage, PackageKey};

/// Records written after `sequence`, and how far that read.
pub async fn records_changed_since(db: &Db, sequence: i64) -> Result<(Vec<i64>, i64), AdvisoryError> {
    Ok(records::changed_since(db, sequence).await?)
}

/// The vulnerability that a name leads to, and those whose records are about it; those alone where no record bears the name.
pub async fn ids_about(db: &Db, name: &str) -> Result<Vec<i64>, AdvisoryError> {
    let row = match vulnerability(db, name).await {
        Ok(row) => row,
        Err(error @ AdvisoryError::VulnerabilityUnknown { .. }) => {
            let name = name.trim().to_ascii_uppercase();
            let about = crate::spoken::downstream_of(db, &[name]).await?.into_values().next();
            return about.ok_or(error);
        }
        Err(error) => return Err(error),
    };
    Ok(crate::spoken::with_followers(db, row.id).await?)
}

/// How many of the ids are recorded.
pub async fn known_ids(db: &Db, ids: &[String]) -> Result<usize, AdvisoryError> {
    Ok(records::known(db, ids).await?.len())
}

/// Keys under which the records speak of packages.
pub async fn keys_of(db: &Db, numbers: &[i64]) -> Result<Vec<PackageKey>, AdvisoryError> {
    Ok(records::keys_of(db, numbers).await?)
}

/// What the loaded records speak of.
pub async fn coverage(db: &Db) -> Result<Coverage, AdvisoryError> {
    let mut coverage = Coverage::default();
    for (ecosystem, release) in records::coverage(db).await? {
        coverage.count(&ecosystem, Some(release.as_str()).filter(|release| !release.is_empty()));
    }
    Ok(coverage)
}

/// Records that speak of any of the keys, read again from their originals.
pub async fn records_of_keys(db: &Db, keys: &[PackageKey]) -> Result<Vec<StoredAdvisory>, AdvisoryError> {
    unpack_all(db, records::packed_of_keys(db, keys).await?).await
}

/// A page of all records in the order of their numbers.
pub async fn records_page(db: &Db, after: i64, limit: i64) -> Result<Vec<StoredAdvisory>, AdvisoryError> {
    unpack_all(db, records::packed_page(db, after, limit).await?).await
}

/// Records by their numbers, read again from their originals.
pub async fn records_of_numbers(db: &Db, numbers: &[i64]) -> Result<Vec<StoredAdvisory>, AdvisoryError> {
    unpack_all(db, records::packed_of_numbers(db, numbers).await?).await
}

/// The records of one vulnerability, by id.
pub async fn records_of_vulnerability(db: &Db, id: i64) -> Result<Vec<StoredAdvisory>, AdvisoryError> {
    unpack_all(db, records::packed_of_vulnerability(db, id).await?).await
}

pub async fn record(db: &Db, id: &str) -> Result<StoredAdvisory, AdvisoryError> {
    let packed = packed(db, id).await?;
    let mut found = unpack_all(db, vec![packed]).await?;
    found.pop().ok_or_else(|| AdvisoryError::AdvisoryUnknown { id: id.to_owned() })
}

/// Feed, hash and time of records, by their numbers.
pub async fn record_metas(db: &Db, numbers: &[i64]) -> Result<Vec<RecordMeta>, AdvisoryError> {
    Ok(records::metas(db, numbers).await?)
}

/// The record's original, byte for byte.
pub async fn original(db: &Db, id: &str) -> Result<Vec<u8>, AdvisoryError> {
    let packed = packed(db, id).await?;
    let bytes: Work<PackedRecord, Vec<u8>> = |rows, bytes| Ok(vec![bytes.to_vec(); rows.len()]);
    let mut found =
        with_bytes(db, vec![packed], |row| &row.original, |row| (&row.id, &row.hash), bytes).await?;
    found.pop().ok_or_else(|| AdvisoryError::AdvisoryUnknown { id: id.to_owned() })
}

async fn packed(db: &Db, id: &str) -> Result<PackedRecord, AdvisoryError> {
    records::packed_by_id(db, id).await?.ok_or_else(|| AdvisoryError::AdvisoryUnknown { id: id.to_owned() })
}

/// The vulnerability that a canonical id, a record's id or an alias leads to, however it is spelt in capitals.
pub async fn vulnerability(db: &Db, name: &str) -> Result<VulnerabilityRow, AdvisoryError> {
    let unknown = || AdvisoryError::VulnerabilityUnknown { name: name.to_owned() };
    let id = match name.parse::<i64>() {
        Ok(id) => id,
        Err(_) => vulnerability_named(db, name.trim()).await?.ok_or_else(unknown)?,
    };
    vulnerability_by_id(db, id).await?.ok_or_else(unknown)
}

async fn vulnerability_named(db: &Db, name: &str) -> Result<Option<i64>, AdvisoryError> {
    // As nearly all are spelt: all in capitals, or the first part alone (GHSA-jfh8-c2jp-5v3q).
    let upper = name.to_ascii_uppercase();
    let (prefix, rest) = name.split_once('-').unwrap_or((name, ""));
    let first = format!("{}-{}", prefix.to_ascii_uppercase(), rest.to_ascii_lowercase());
    let mut tried: Vec<&str> = Vec::new();
    for spelt in [name, &upper, &first] {
        if tried.contains(&spelt) {
            continue;
        }
        if let Some(id) = groups::vulnerability_of_name(db, spelt).await? {
            return Ok(Some(id));
        }
        tried.push(spelt);
    }
    // These are spelt in one way only: whoever asks for one that is not there need not read every name.
    if ["CVE-", "GHSA-"].iter().any(|known| first.starts_with(known)) {
        return Ok(None);
    }
    Ok(groups::vulnerability_of_name_in_any_case(db, name).await?)
}

/// Follows a merge to the row that stands now.
pub async fn vulnerability_by_id(db: &Db, id: i64) -> Result<Option<VulnerabilityRow>, AdvisoryError> {
    let mut id = id;
    // A chain is as long as the number of merges; each step moves to a row that still stands or was merged later.
    for _ in 0..32 {
        let Some(row) = groups::vulnerabilities_by_ids(db, &[id]).await?.pop() else { return Ok(None) };
        match row.merged_into {
            Some(into) => id = into,
            None => return Ok(Some(row)),
        }
    }
    Ok(None)
}

pub async fn vulnerabilities_by_ids(db: &Db, ids: &[i64]) -> Result<Vec<VulnerabilityRow>, AdvisoryError> {
    Ok(groups::vulnerabilities_by_ids(db, ids).await?)
}

pub async fn vulnerabilities_all(db: &Db) -> Result<Vec<VulnerabilityRow>, AdvisoryError> {
    Ok(groups::vulnerabilities_all(db).await?)
}

/// Vulnerabilities written after `sequence`, merged ones too.
pub async fn vulnerabilities_changed(db: &Db, sequence: i64) -> Result<Vec<VulnerabilityRow>, AdvisoryError> {
    Ok(groups::vulnerabilities_changed(db, sequence).await?)
}

async fn unpack_all(db: &Db, rows: Vec<PackedRecord>) -> Result<Vec<StoredAdvisory>, AdvisoryError> {
    with_bytes(db, rows, |row| &row.original, |row| (&row.id, &row.hash), unpack).await
}

fn stored(packed: PackedRecord, mut advisory: Advisory) -> StoredAdvisory {
    // What its feed no longer has counts as withdrawn, though the record itself never said so.
    advisory.withdrawn = advisory.withdrawn.or(packed.absent_since);
    StoredAdvisory {
        no: packed.no,
        vulnerability_id: packed.vulnerability_id.unwrap_or_default(),
        feed_id: packed.feed_id,
        hash: packed.hash,
        advisory,
    }
}

fn unpack(rows: Vec<PackedRecord>, bytes: &[u8]) -> Result<Vec<StoredAdvisory>, AdvisoryError> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let advisories = hinomi_advisory_formats::read(bytes, &first.id)
        .map_err(|cause| damaged(first, &cause.to_string()))?;
    let whole = advisories.first().cloned().map(named_apart);
    let parts: Vec<Advisory> = parts(advisories).collect();
    let found = rows.into_iter().map(|packed| {
        let whole = whole.as_ref().filter(|record| record.id == packed.id);
        let part = usize::try_from(packed.place).ok().and_then(|place| parts.get(place));
        // A document that was kept before its vulnerabilities had a record each stands for all of them.
        match part.filter(|record| record.id == packed.id || whole.is_none()).or(whole) {
            Some(advisory) => Ok(stored(packed, advisory.clone())),
            None => Err(damaged(&packed, "it has no record at the stored place")),
        }
    });
    found.collect()
}

fn damaged(packed: &PackedRecord, cause: &str) -> AdvisoryError {
    AdvisoryError::Damaged { id: packed.id.clone(), hash: packed.hash.clone(), cause: cause.to_owned() }
}
