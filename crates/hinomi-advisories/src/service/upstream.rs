// SPDX-License-Identifier: Apache-2.0
//! What is known of a vulnerability beside its records: lists of what is exploited, scores, and what is known of the
//! vulnerabilities that its records are about.
//!
//! ```text
//! CVE-2024-1111: known exploited, likely, critical
//!        ▲ upstream
//! DSA-5600-1, USN-…, ALSA-…: groups of their own, for each may be about many CVEs; what is known of them holds for it
//! ```
//! A distribution's advisory is no alias of the CVEs that it fixes, and mostly unrated itself. What it is told of is the worst of
//! them: the earliest listing and date, the highest score, the gravest decision; the severity only where it has none of its own.

use std::collections::{BTreeSet, HashMap, HashSet};

use hinomi_db::Db;
use hinomi_match::alias::Groups;
use hinomi_score::Severity;
use hinomi_score::policy::Ssvc;

use super::scores::{band, cve_number};
use crate::model::{AdvisoryError, VulnerabilityRow, graver};
use crate::store::groups::{self, MemberRow};
use crate::store::{epss, feeds};

/// Scores of more vulnerabilities than this are read with all others.
const SCORES_AT_MOST: usize = 20_000;

/// An entry of the lists of what is exploited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    pub added_at: i64,
    pub due_at: Option<i64>,
}

/// What a plan of groups needs to know beside the records.
pub(super) struct Known {
    exploited: HashMap<String, Listed>,
    /// The step of likelihood of each CVE that has one.
    likely: HashMap<i64, i64>,
    /// The names that each record gives as upstream.
    upstream: HashMap<i64, Vec<String>>,
    /// Vulnerabilities upstream that are not part of the plan.
    stored: HashMap<String, VulnerabilityRow>,
}

impl Known {
    pub(super) async fn load(
        db: &Db,
        groups: &Groups,
        by_group: &HashMap<&str, Vec<&MemberRow>>,
    ) -> Result<Self, AdvisoryError> {
        let standing = by_group.values().flatten().filter(|member| member.withdrawn.is_none());
        let numbers: Vec<i64> = standing.map(|member| member.no).collect();
        let mut upstream: HashMap<i64, Vec<String>> = HashMap::new();
        for row in groups::upstream_names(db, &numbers).await? {
            upstream.entry(row.advisory_no).or_default().push(row.name);
        }
        let named: BTreeSet<&str> = upstream.values().flatten().map(String::as_str).collect();
        let beside: Vec<String> = named
            .iter()
            .filter(|name| !by_group.contains_key(groups.canonical(name)))
            .map(|name| (*name).to_owned())
            .collect();
        let mut stored = HashMap::new();
        for chunk in beside.chunks(10_000) {
            let rows = groups::vulnerabilities_by_names(db, chunk).await?;
            stored.extend(rows.into_iter().map(|row| (row.canonical.clone(), row)));
        }
        let own = by_group.keys().flat_map(|canonical| {
            let members = groups.group(canonical).map_or(&[][..], |group| &group.members);
            members.iter().map(String::as_str).chain([*canonical])
        });
        let scored: HashSet<i64> = own.chain(named.iter().copied()).filter_map(cve_number).collect();
        let rows = match scored.len() > SCORES_AT_MOST {
            true => epss::scores_all(db).await?,
            false => epss::scores_of(db, &scored.into_iter().collect::<Vec<_>>()).await?,
        };
        let bands = rows.into_iter().map(|row| (row.cve, band(row.score)));
        let likely = bands.filter(|(_, band)| *band > 0).collect();
        Ok(Self { exploited: exploited(db).await?, likely, upstream, stored })
    }

    /// The earliest listing and the earliest date among the names.
    pub(super) fn listed(&self, names: &BTreeSet<&str>) -> Option<Listed> {
        names.iter().filter_map(|name| self.exploited.get(*name).copied()).reduce(earliest)
    }

    pub(super) fn band(&self, names: &BTreeSet<&str>) -> i64 {
        let bands = names.iter().filter_map(|name| self.likely.get(&cve_number(name)?));
        bands.max().copied().unwrap_or(0)
    }

    /// The row with what is known of the vulnerabilities that its records are about; `None` where they are about none.
    pub(super) fn inherit(
        &self,
        row: &VulnerabilityRow,
        members: &[&MemberRow],
        groups: &Groups,
        rows: &HashMap<&str, VulnerabilityRow>,
    ) -> Option<VulnerabilityRow> {
        let named = members.iter().filter_map(|member| self.upstream.get(&member.no)).flatten();
        let names: BTreeSet<&str> =
            named.map(String::as_str).filter(|name| groups.canonical(name) != row.canonical).collect();
        if names.is_empty() {
            return None;
        }
        let mut told = row.clone();
        let about: BTreeSet<&str> = row.about.split_whitespace().chain(names.iter().copied()).collect();
        told.about = cves(&about);
        let own = row.kev_added.map(|added_at| Listed { added_at, due_at: row.kev_due });
        let listed = own.into_iter().chain(self.listed(&names)).reduce(earliest);
        told.known_exploited = listed.is_some();
        told.kev_added = listed.map(|listed| listed.added_at);
        told.kev_due = listed.and_then(|listed| listed.due_at);
        told.epss_band = told.epss_band.max(self.band(&names));
        let above: Vec<&VulnerabilityRow> = names
            .iter()
            .filter_map(|name| rows.get(groups.canonical(name)).or_else(|| self.stored.get(*name)))
            .filter(|above| above.withdrawn.is_none() && above.merged_into.is_none())
            .collect();
        let decided = above.iter().map(|above| Ssvc::from_stored(&above.ssvc));
        told.ssvc = decided.fold(Ssvc::from_stored(&row.ssvc), graver).to_stored();
        let unrated = Severity::Unrated.as_str();
        let rated = above.into_iter().filter(|above| above.severity != unrated);
        let worst = rated.max_by(|left, right| {
            let score = |row: &VulnerabilityRow| row.score.unwrap_or(0.0);
            (left.severity_rank.cmp(&right.severity_rank))
                .then(score(left).total_cmp(&score(right)))
                .then_with(|| right.canonical.cmp(&left.canonical))
        });
        if let Some(worst) = worst.filter(|_| row.severity == unrated) {
            told.severity.clone_from(&worst.severity);
            told.severity_rank = worst.severity_rank;
            told.severity_reason.clone_from(&worst.severity_reason);
            told.score = worst.score;
        }
        Some(told)
    }
}

fn earliest(left: Listed, right: Listed) -> Listed {
    let due_at = left.due_at.into_iter().chain(right.due_at).min();
    Listed { added_at: left.added_at.min(right.added_at), due_at }
}

/// Those of the names that are CVEs, as they are stored.
pub(super) fn cves(names: &BTreeSet<&str>) -> String {
    let cves: Vec<&str> = names.iter().copied().filter(|name| cve_number(name).is_some()).collect();
    cves.join(" ")
}

async fn exploited(db: &Db) -> Result<HashMap<String, Listed>, AdvisoryError> {
    let mut tx = db.begin_read().await?;
    let rows = feeds::known_exploited_all(&mut tx).await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| (row.cve, Listed { added_at: row.added_at, due_at: row.due_at })).collect())
}
