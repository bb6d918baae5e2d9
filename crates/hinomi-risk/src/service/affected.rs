// SPDX-License-Identifier: Apache-2.0
//! "Which systems are affected by …?", asked by CVE, alias, package name or purl.
//!
//! ```text
//! CVE, alias, record id ─→ vulnerability ─→ affected components ─→ carriers ─→ systems
//! purl                  ─→ that package, of every version unless one is asked ─→ carriers ─→ systems
//! package name          ─→ components of that very name ─────────→ carriers ─→ systems
//! ```
//! For a vulnerability, components that cannot be judged although a record names their package are counted as
//! unknown and listed beside; they are never left out.

use crate::error::RiskError;
use crate::service::vulnerabilities::components_by_vulnerability;
use crate::state::{Carried, OnSystem};
use hinomi_advisories::{AdvisoryError, read as advisories};
use hinomi_db::Db;
use hinomi_inventory::components_by_ids;
use hinomi_inventory::service::named::{Named, components_of_name, components_of_package};
use hinomi_match::NamedPackage;
use roaring::RoaringBitmap;
use std::collections::{BTreeSet, HashMap};

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
    /// More components are called so than were looked at: who carries one of the others is missing.
    pub cut: bool,
}

/// Of what was understood, so many are named.
const MATCHED_SHOWN: usize = 50;

pub async fn ask(db: &Db, text: &str) -> Result<Question, RiskError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(RiskError::Invalid {
            field: "q",
            message: "ask for a CVE, an alias, a package or a purl".into(),
        });
    }
    if text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkg:")) {
        let asked = NamedPackage::parse(text)
            .map_err(|error| RiskError::Invalid { field: "q", message: error.to_string() })?;
        let named = components_of_package(db, &asked).await?;
        return carried(db, QuestionKind::Purl, text, named).await;
    }
    match vulnerability(db, text).await {
        Err(RiskError::Advisories(AdvisoryError::VulnerabilityUnknown { .. })) => {
            carried(db, QuestionKind::Package, text, components_of_name(db, text).await?).await
        }
        answer => answer,
    }
}

/// Who carries it, whether or not anything is known to be wrong with it.
async fn carried(db: &Db, kind: QuestionKind, text: &str, named: Named) -> Result<Question, RiskError> {
    let shown: Vec<u32> = named.ids.iter().copied().take(MATCHED_SHOWN).collect();
    let shown = components_by_ids(db, &shown).await?;
    Ok(Question {
        kind,
        title: text.to_owned(),
        matched: shown.iter().map(|row| (row.id.to_string(), row.label())).collect(),
        vulnerability_id: None,
        affected: named.ids,
        unknown: Vec::new(),
        cut: named.cut,
    })
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
    let ids = advisories::ids_about(db, &name).await?;
    let rows = advisories::vulnerabilities_by_ids(db, &ids).await?;
    let affected: BTreeSet<u32> =
        components_by_vulnerability(db, &ids).await?.into_values().flatten().collect();
    let unknown = undecided(db, &ids, &affected).await?;
    let asked = match advisories::vulnerability(db, &name).await {
        Ok(row) => Some(row),
        Err(AdvisoryError::VulnerabilityUnknown { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Question {
        kind: QuestionKind::Vulnerability,
        title: asked.as_ref().map_or(name, |row| format!("{} · {}", row.canonical, row.title)),
        matched: rows.iter().map(|row| (row.id.to_string(), row.canonical.clone())).collect(),
        vulnerability_id: asked.map(|row| row.id),
        affected: affected.into_iter().collect(),
        unknown,
        cut: false,
    })
}

/// Components of the packages that the records name, which cannot be judged.
async fn undecided(db: &Db, ids: &[i64], affected: &BTreeSet<u32>) -> Result<Vec<u32>, RiskError> {
    let mut keys = Vec::new();
    for id in ids {
        let records = advisories::records_of_vulnerability(db, *id).await?;
        keys.extend(records.iter().flat_map(|record| hinomi_match::advisory_keys(&record.advisory)));
    }
    let named = hinomi_inventory::components_of_keys(db, &keys).await?;
    let at = hinomi_findings::OPEN - 1;
    let unknown: BTreeSet<u32> = hinomi_findings::unknowns_of_components(db, &named, at)
        .await?
        .into_iter()
        .map(|row| row.component_id as u32)
        .collect();
    let mut found: BTreeSet<u32> = unknown.difference(affected).copied().collect();
    let rows = hinomi_findings::matches_of_vulnerabilities(db, ids, at).await?;
    found.extend(rows.into_iter().filter(|row| row.state == "unknown").map(|row| row.component_id as u32));
    Ok(found.into_iter().filter(|id| !affected.contains(id)).collect())
}

/// A system with what of it answers the question.
#[derive(Debug, Default)]
pub struct AffectedSystem {
    pub system_id: String,
    pub unit_id: String,
    /// Its carriers that are affected, or cannot be judged.
    pub assets: usize,
    /// Distinct components on them, and the first of them by number.
    pub components_total: usize,
    pub components: Vec<u32>,
    /// False when all that is known of it is unknown.
    pub affected: bool,
}

/// The whole answer.
#[derive(Debug, Default)]
pub struct Answer {
    pub systems: Vec<AffectedSystem>,
    pub assets_affected: u64,
    /// Carriers of which nothing but that they cannot be judged is known.
    pub assets_unknown: u64,
    /// What the components of the systems are called.
    pub labels: HashMap<u32, String>,
}

/// Components that are named for one system.
pub const COMPONENTS_SHOWN: usize = 20;

/// The systems that answer the question, among the carriers that the reader sees.
///
/// Work grows with the carriers of the components alone: each carrier leads to its system by its number.
pub async fn systems(
    db: &Db,
    carried: &mut Carried,
    visible: &[OnSystem],
    question: &Question,
) -> Result<Answer, RiskError> {
    let all: RoaringBitmap = visible.iter().fold(RoaringBitmap::new(), |all, system| all | &system.carriers);
    let mut system_of: Vec<u32> = vec![u32::MAX; all.max().map_or(0, |highest| highest as usize + 1)];
    for (number, system) in visible.iter().enumerate() {
        for carrier in &system.carriers {
            system_of[carrier as usize] = number as u32;
        }
    }
    let mut found: Vec<AffectedSystem> = visible.iter().map(|_| AffectedSystem::default()).collect();
    let mut affected = RoaringBitmap::new();
    let mut unknown = RoaringBitmap::new();
    for (components, is_affected) in [(&question.affected, true), (&question.unknown, false)] {
        for &component in components {
            let on = &*carried.carriers_of(component) & &all;
            for carrier in &on {
                let system = &mut found[system_of[carrier as usize] as usize];
                system.affected |= is_affected;
                // Carriers of one component come together, so the last one tells whether it is counted.
                if system.components.last() != Some(&component) {
                    system.components_total += 1;
                    system.components.push(component);
                }
            }
            *(if is_affected { &mut affected } else { &mut unknown }) |= on;
        }
    }
    for carrier in &affected | &unknown {
        found[system_of[carrier as usize] as usize].assets += 1;
    }
    unknown -= &affected;
    for (system, on) in found.iter_mut().zip(visible) {
        system.components.truncate(COMPONENTS_SHOWN);
        system.system_id.clone_from(&on.system_id);
        system.unit_id.clone_from(&on.unit_id);
    }
    found.retain(|system| system.assets > 0);
    let used: BTreeSet<u32> = found.iter().flat_map(|system| system.components.iter().copied()).collect();
    let used: Vec<u32> = used.into_iter().collect();
    let labels =
        components_by_ids(db, &used).await?.into_iter().map(|row| (row.id as u32, row.label())).collect();
    Ok(Answer { systems: found, assets_affected: affected.len(), assets_unknown: unknown.len(), labels })
}

/// What of the question each carrier has: the components, and whether one of them is affected.
pub fn by_carrier(
    carried: &mut Carried,
    visible: &RoaringBitmap,
    question: &Question,
) -> HashMap<u32, (Vec<u32>, bool)> {
    let mut by_carrier: HashMap<u32, (Vec<u32>, bool)> = HashMap::new();
    for (components, is_affected) in [(&question.affected, true), (&question.unknown, false)] {
        for &component in components {
            for carrier in &*carried.carriers_of(component) & visible {
                let (listed, affected) = by_carrier.entry(carrier).or_default();
                listed.push(component);
                *affected |= is_affected;
            }
        }
    }
    by_carrier
}
