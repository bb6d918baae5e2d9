// SPDX-License-Identifier: Apache-2.0
//! The *why* of a match: what a person needs to check it by hand.

use crate::model::{FindingError, MatchRow};
use hinomi_advisories::read as advisories;
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_match::Evidence;
use std::collections::HashMap;

/// The bounds that the record gives for the range that was hit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct WhyInterval {
    pub introduced: Option<String>,
    pub fixed: Option<String>,
    pub last_affected: Option<String>,
}

/// Why a component is held to be affected, not affected or undecided by one record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Why {
    pub advisory: String,
    /// The feed that brought the record.
    pub source: String,
    /// Stable id of the rule.
    pub rule: String,
    /// The rule in words.
    pub rule_text: String,
    pub package: String,
    pub release: Option<String>,
    pub installed: String,
    /// The version compared is the source package's.
    pub by_source: bool,
    pub interval: WhyInterval,
    /// The version order that was used.
    pub scheme: Option<String>,
    pub record_hash: String,
    /// Where the stored original can be read.
    pub record_url: String,
    pub record_modified: Option<Time>,
    /// When the record came to us.
    pub feed_time: Time,
    pub reason: Option<String>,
    /// Each step in words, in order.
    pub steps: Vec<String>,
}

/// The why of each row, in the order given; a row whose record is gone is left out.
pub async fn explain(db: &Db, rows: &[MatchRow]) -> Result<HashMap<(i64, i64), Vec<Why>>, FindingError> {
    let mut numbers: Vec<i64> = rows.iter().map(|row| row.advisory_no).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let metas: HashMap<i64, advisories::RecordMeta> =
        advisories::record_metas(db, &numbers).await?.into_iter().map(|meta| (meta.no, meta)).collect();
    let mut whys: HashMap<(i64, i64), Vec<Why>> = HashMap::new();
    for row in rows {
        let (Some(meta), Ok(evidence)) =
            (metas.get(&row.advisory_no), serde_json::from_str::<Evidence>(&row.evidence))
        else {
            continue;
        };
        whys.entry((row.component_id, row.vulnerability_id)).or_default().push(why(row, meta, &evidence));
    }
    Ok(whys)
}

fn why(row: &MatchRow, meta: &advisories::RecordMeta, evidence: &Evidence) -> Why {
    let enumerated = evidence.range.is_none();
    let interval = WhyInterval {
        introduced: evidence.lo.clone().or_else(|| (!enumerated).then(|| "0".to_owned())),
        fixed: row.fixed.clone(),
        last_affected: evidence.hi.clone().filter(|_| evidence.hi_inclusive),
    };
    Why {
        advisory: meta.id.clone(),
        source: meta.feed.clone(),
        rule: row.rule.clone(),
        rule_text: rule_text(&row.rule).to_owned(),
        package: evidence.package.to_string(),
        release: evidence.release.clone(),
        installed: evidence.installed.clone(),
        by_source: evidence.by_source,
        scheme: evidence.scheme.clone(),
        record_hash: meta.hash.clone(),
        record_url: format!("/api/v1/advisories/{}/original", meta.id),
        record_modified: meta.modified.map(Time::from_micros),
        feed_time: Time::from_micros(meta.received_at),
        reason: row.reason.clone(),
        steps: steps(row, meta, evidence, enumerated),
        interval,
    }
}

fn steps(
    row: &MatchRow,
    meta: &advisories::RecordMeta,
    evidence: &Evidence,
    enumerated: bool,
) -> Vec<String> {
    if row.rule == crate::SCANNER_RULE {
        return vec![
            format!("a scanner reports {} as \"{}\"", evidence.installed, evidence.package.name),
            "no component of the asset's inventories explains it or speaks against it".to_owned(),
            "it ends with a later scan of the same target by the same scanner that no longer sees it"
                .to_owned(),
        ];
    }
    let mut steps = vec![match (&evidence.release, evidence.by_source) {
        (Some(release), true) => {
            format!("it is built from the source package {} of release {release}", evidence.package)
        }
        (Some(release), false) => format!("it is the package {} of release {release}", evidence.package),
        (None, _) => format!("it is the package {}", evidence.package),
    }];
    steps.push(format!("{} of feed {} speaks of that package", meta.id, meta.feed));
    if enumerated {
        steps.push(format!("the record lists version {} itself", evidence.installed));
    } else {
        let low = evidence.lo.as_deref().map_or("the beginning".to_owned(), |lo| format!("{lo}, included"));
        let high = match (&evidence.hi, evidence.hi_inclusive) {
            (Some(hi), true) => format!("{hi}, included"),
            (Some(hi), false) => format!("{hi}, excluded"),
            (None, _) => "no end".to_owned(),
        };
        let order = evidence.scheme.as_deref().unwrap_or("text");
        steps.push(format!(
            "in the {order} order, {} lies in the record's range from {low} to {high}",
            evidence.installed
        ));
    }
    match &row.fixed {
        Some(fixed) => steps.push(format!("version {fixed} closes it")),
        None => steps.push("the record names no version that closes it".to_owned()),
    }
    if let Some(reason) = &row.reason {
        steps.push(reason.clone());
    }
    steps
}

fn rule_text(rule: &str) -> &'static str {
    match rule {
        "osv-ecosystem-range" => "version range in the ecosystem's order",
        "osv-semver-range" => "version range in SemVer order",
        "osv-versions-list" => "version listed in the record, in this or an equal spelling",
        "osv-versions-text" => "version listed in the record in this spelling; it has no place in the order",
        "range-not-comparable" => "range of an ecosystem without an order",
        "record-without-release" => "record names the distribution, but no release of it",
        "module-stream-unknown" => "modular package whose stream the inventory does not say",
        "kernel-not-running" => "kernel that is installed but does not run",
        "end-of-life" => "distribution release past its end of life",
        crate::SCANNER_RULE => "seen by a scanner alone",
        _ => "rule of the matching engine",
    }
}
