// SPDX-License-Identifier: Apache-2.0
//! Components that new lists speak of: affected by vulnerabilities whose likelihood crosses a bound of the shipped policy from
//! one list to the next, or that the next catalogue lists and the last one did not.

use std::collections::{BTreeSet, HashMap};

use hinomi_advisories::AdvisoryError;
use hinomi_advisories::read;
use hinomi_advisories::service::prepare::Document;
use hinomi_advisory_formats::{Advisory, CpeMatch, Event, epss, kev};
use hinomi_db::Db;
use hinomi_inventory::model::{NewComponent, PACKAGE};
use hinomi_match::Index;

use super::stock::component_of;
use crate::failure::Told;

/// Scores from which on the shipped policy decides otherwise.
const BOUNDS: [f64; 2] = [0.1, 0.5];

/// CVEs that cross a bound.
pub(super) fn crossing(old: &Document, new: &Document) -> anyhow::Result<BTreeSet<String>> {
    let steps = |document: &Document| -> anyhow::Result<HashMap<String, usize>> {
        let scores = epss::read(bytes(document)?, &document.path)?;
        let step = |score: f64| BOUNDS.iter().filter(|bound| score >= **bound).count();
        Ok(scores.entries.into_iter().map(|entry| (entry.cve, step(entry.epss))).collect())
    };
    let before = steps(old)?;
    let moved = |(cve, step): &(String, usize)| before.get(cve).copied().unwrap_or_default() != *step;
    Ok(steps(new)?.into_iter().filter(moved).map(|(cve, _)| cve).collect())
}

/// CVEs that the new catalogue alone lists.
pub(super) fn listed(old: &Document, new: &Document) -> anyhow::Result<BTreeSet<String>> {
    let cves = |document: &Document| -> anyhow::Result<BTreeSet<String>> {
        let catalogue = kev::read(bytes(document)?, &document.path)?;
        Ok(catalogue.entries.into_iter().map(|entry| entry.cve).collect())
    };
    let before = cves(old)?;
    Ok(cves(new)?.into_iter().filter(|cve| !before.contains(cve)).collect())
}

fn bytes(document: &Document) -> anyhow::Result<&[u8]> {
    document.bytes.as_deref().map_err(|error| anyhow::anyhow!("{}: {error}", document.path))
}

/// A component for each of the vulnerabilities of which a loaded record says what is affected; checked by the index.
pub(super) async fn components(db: &Db, cves: &BTreeSet<String>) -> anyhow::Result<Vec<NewComponent>> {
    let mut found = Vec::new();
    for cve in cves {
        let vulnerability = match read::vulnerability(db, cve).await {
            Ok(vulnerability) => vulnerability,
            Err(AdvisoryError::VulnerabilityUnknown { .. }) => continue,
            Err(error) => return Err(error).told(),
        };
        let records = read::records_of_vulnerability(db, vulnerability.id).await.told()?;
        let mut index = Index::builder();
        for record in &records {
            index.add(&record.advisory);
        }
        let index = index.finish();
        let mut candidates = records.iter().flat_map(|record| candidates(&record.advisory));
        found.extend(candidates.find(|one| index.match_component(&one.query()).affected().count() > 0));
    }
    Ok(found)
}

fn candidates(record: &Advisory) -> Vec<NewComponent> {
    let mut candidates = Vec::new();
    for affected in &record.affected {
        let events = affected.ranges.iter().flat_map(|range| &range.events);
        let bounds = events.filter_map(|event| match event {
            Event::Introduced(version) | Event::LastAffected(version) => Some(version),
            _ => None,
        });
        let ecosystem = affected.package.ecosystem.as_deref().unwrap_or_default();
        for version in bounds.chain(&affected.versions).take(8) {
            candidates.extend(component_of(ecosystem, &affected.package.name, version));
        }
    }
    let nodes = record.configurations.iter().flat_map(|configuration| &configuration.nodes);
    let products = nodes.flat_map(|node| &node.matches).filter(|product| product.vulnerable);
    candidates.extend(products.take(64).filter_map(of_cpe));
    candidates
}

/// A version in the range: its own, an end that belongs to it, else a very old one.
fn of_cpe(product: &CpeMatch) -> Option<NewComponent> {
    let mut parts: Vec<&str> = product.criteria.strip_prefix("cpe:2.3:")?.split(':').collect();
    let own = parts.get(3).copied().filter(|version| !matches!(*version, "*" | "-"));
    let bound = product.start_including.as_deref().or(product.end_including.as_deref());
    let version = own.or(bound).unwrap_or("0.0.1").to_owned();
    if parts.len() != 11 {
        return None;
    }
    *parts.get_mut(3)? = &version;
    let name = (*parts.get(2)?).to_owned();
    let cpe = format!("cpe:2.3:{}", parts.join(":"));
    let kind = PACKAGE.to_owned();
    Some(NewComponent { kind, name, version: Some(version), cpe: Some(cpe), ..NewComponent::default() })
}
