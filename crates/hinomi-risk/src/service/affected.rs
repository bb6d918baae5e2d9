// SPDX-License-Identifier: Apache-2.0
//! "Which systems are affected by …?", asked by CVE, alias, package name or purl.
//!
//! ```text
//! CVE, alias, record id ─→ vulnerability ─→ affected components ─→ carriers ─→ systems
//! purl                  ─→ that component ───────────────────────→ carriers ─→ systems
//! package name          ─→ components of that name ──────────────→ carriers ─→ systems
//! ```
//! For a vulnerability, components that cannot be judged although a record names their package are counted as
//! unknown and listed beside; they are never left out.

use crate::error::RiskError;
use crate::service::vulnerabilities::components_by_vulnerability;
use crate::state::{Carried, assets_of};
use hinomi_advisories::{AdvisoryError, read as advisories};
use hinomi_db::Db;
use hinomi_inventory::{ComponentRow, components_by_ids};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    Vulnerability,
    Package,
    Purl,
}

/// What was understood of the question.
pub struct Question {
    pub kind: QuestionKind,
    pub title: String,
    pub matched: Vec<(String, String)>,
    pub vulnerability_id: Option<i64>,
    /// Components that are affected; for a package, that carry it.
    pub affected: Vec<u32>,
    /// Components that cannot be judged.
    pub unknown: Vec<u32>,
}

/// Most components that a name may stand for before the answer names only the first.
const COMPONENTS_MAX: i64 = 5_000;

pub async fn ask(db: &Db, text: &str) -> Result<Question, RiskError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(RiskError::Invalid {
            field: "q",
            message: "ask for a CVE, an alias, a package or a purl".into(),
        });
    }
    if !text.starts_with("pkg:") {
        match vulnerability(db, text).await {
            Ok(question) => return Ok(question),
            Err(RiskError::Advisories(AdvisoryError::VulnerabilityUnknown { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    let rows =
        hinomi_inventory::service::read::component_list(db, text, None, ("", 0), COMPONENTS_MAX).await?;
    let is_purl = text.starts_with("pkg:");
    let wanted: Vec<ComponentRow> = rows
        .into_iter()
        .filter(|row| match is_purl {
            true => row.purl.as_deref().is_some_and(|purl| same_package(purl, text)),
            false => row.name.eq_ignore_ascii_case(text) || row.package.eq_ignore_ascii_case(text),
        })
        .collect();
    Ok(Question {
        kind: if is_purl { QuestionKind::Purl } else { QuestionKind::Package },
        title: text.to_owned(),
        matched: wanted.iter().take(50).map(|row| (row.id.to_string(), row.label())).collect(),
        vulnerability_id: None,
        affected: wanted.iter().map(|row| row.id as u32).collect(),
        unknown: Vec::new(),
    })
}

/// A purl asks for itself, and without a version for every version of its package.
fn same_package(stored: &str, asked: &str) -> bool {
    let plain = |purl: &str| purl.split(['?', '#']).next().unwrap_or_default().to_owned();
    if asked.contains(['?', '#']) {
        return stored == asked;
    }
    let stored = plain(stored);
    stored == asked
        || (!asked.contains('@') && stored.rsplit_once('@').is_some_and(|(name, _)| name == asked))
}

async fn vulnerability(db: &Db, name: &str) -> Result<Question, RiskError> {
    let name = if name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cve-")) {
        name.to_ascii_uppercase()
    } else {
        name.to_owned()
    };
    // A bare number is a package's name or version more often than a row's number.
    if name.parse::<i64>().is_ok() {
        return Err(AdvisoryError::VulnerabilityUnknown { name }.into());
    }
    let row = advisories::vulnerability(db, &name).await?;
    let affected: BTreeSet<u32> =
        components_by_vulnerability(db, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let unknown = undecided(db, row.id, &affected).await?;
    Ok(Question {
        kind: QuestionKind::Vulnerability,
        title: format!("{} · {}", row.canonical, row.title),
        matched: vec![(row.id.to_string(), row.canonical.clone())],
        vulnerability_id: Some(row.id),
        affected: affected.into_iter().collect(),
        unknown,
    })
}

/// Components of the packages that the records name, which cannot be judged.
async fn undecided(db: &Db, vulnerability_id: i64, affected: &BTreeSet<u32>) -> Result<Vec<u32>, RiskError> {
    let records = advisories::records_of_vulnerability(db, vulnerability_id).await?;
    let keys: Vec<_> =
        records.iter().flat_map(|record| hinomi_match::advisory_keys(&record.advisory)).collect();
    let named = hinomi_inventory::components_of_keys(db, &keys).await?;
    let at = hinomi_findings::OPEN - 1;
    let unknown: BTreeSet<u32> = hinomi_findings::unknowns_of_components(db, &named, at)
        .await?
        .into_iter()
        .map(|row| row.component_id as u32)
        .collect();
    let mut found: BTreeSet<u32> = unknown.difference(affected).copied().collect();
    let rows = hinomi_findings::matches_of_vulnerabilities(db, &[vulnerability_id], at).await?;
    found.extend(rows.into_iter().filter(|row| row.state == "unknown").map(|row| row.component_id as u32));
    Ok(found.into_iter().filter(|id| !affected.contains(id)).collect())
}

/// A system with the carriers and components that answer the question.
#[derive(Debug, Default)]
pub struct AffectedSystem {
    pub assets: BTreeSet<String>,
    pub components: BTreeSet<String>,
    /// False when all that is known of it is unknown.
    pub affected: bool,
    pub unit_id: String,
}

/// Systems by id, within the visible carriers; and how many carriers are affected and unknown in all.
pub async fn systems(
    db: &Db,
    carried: &mut Carried,
    visible: &RoaringBitmap,
    question: &Question,
) -> Result<(BTreeMap<String, AffectedSystem>, u64, u64), RiskError> {
    let mut by_carrier: HashMap<u32, Vec<(u32, bool)>> = HashMap::new();
    let mut affected_carriers = RoaringBitmap::new();
    let mut unknown_carriers = RoaringBitmap::new();
    for (components, is_affected) in [(&question.affected, true), (&question.unknown, false)] {
        for &component in components {
            let on = &*carried.carriers_of(component) & visible;
            for carrier in &on {
                by_carrier.entry(carrier).or_default().push((component, is_affected));
            }
            *(if is_affected { &mut affected_carriers } else { &mut unknown_carriers }) |= on;
        }
    }
    let used: BTreeSet<u32> = by_carrier.values().flatten().map(|(component, _)| *component).collect();
    let used: Vec<u32> = used.into_iter().collect();
    let labels: HashMap<u32, String> =
        components_by_ids(db, &used).await?.into_iter().map(|row| (row.id as u32, row.label())).collect();
    let mut systems: BTreeMap<String, AffectedSystem> = BTreeMap::new();
    for asset in assets_of(db, &(&affected_carriers | &unknown_carriers)).await? {
        let system = systems.entry(asset.system_id).or_default();
        system.unit_id = asset.unit_id;
        system.assets.insert(asset.id);
        for (component, is_affected) in by_carrier.get(&(asset.ordinal as u32)).into_iter().flatten() {
            system.affected |= is_affected;
            system.components.extend(labels.get(component).cloned());
        }
    }
    unknown_carriers -= &affected_carriers;
    Ok((systems, affected_carriers.len(), unknown_carriers.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purl_without_version_asks_for_every_version() {
        assert!(same_package("pkg:pypi/django@4.2?x=y", "pkg:pypi/django"));
        assert!(same_package("pkg:pypi/django@4.2", "pkg:pypi/django@4.2"));
        assert!(!same_package("pkg:pypi/django@4.2", "pkg:pypi/django@4.3"));
        assert!(!same_package("pkg:pypi/django-x@4.2", "pkg:pypi/django"));
    }
}
