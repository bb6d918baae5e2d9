// SPDX-License-Identifier: Apache-2.0
//! What gets no more fixes: releases of distributions, and of products that say so themselves.
//!
//! ```text
//! stored ends of life (a feed) ──┐ the stored word counts where there is one
//! dated facts of the engine ─────┴─→ a distribution's release → a finding of its own, its packages unknown
//! stored ends of life ─────────────→ a product's release (by package URL or CPE name) → a finding, by rule `end-of-life`
//! ```
//! A package of a distribution gets its distribution's fixes, whatever the product's makers say.

use crate::model::{FindingError, MatchRow, RecordRef, Wanted};
use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::threats;
use hinomi_advisory_formats::lifecycle::{End, Lifecycle, LifecycleRelease};
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_inventory::ComponentRow;
use hinomi_inventory::model::DISTRIBUTION;
use hinomi_match::eol::{self, Day};
use hinomi_match::{ComponentQuery, PackageKey};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The rule of these findings.
pub(crate) const RULE: &str = "end-of-life";
const DAY_MICROS: i64 = 86_400_000_000;
const SOURCE: &str = "end-of-life feed";

/// A release past its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The distribution's ecosystem, or the product as it calls itself.
    pub name: String,
    pub release: String,
    /// The last day with fixes; `None` where only its being over is known.
    pub ends: Option<Day>,
    pub source: String,
    /// When the source last changed what it says.
    modified: Option<i64>,
    /// Of a product: its name in the record's key.
    product: Option<String>,
}

impl Past {
    pub(crate) fn since(&self) -> String {
        self.ends.map_or_else(|| "an unknown day".to_owned(), |day| day.to_string())
    }

    /// The record that says so.
    pub(crate) fn id(&self) -> String {
        format!("EOL-{}-{}", self.product.as_deref().unwrap_or(&self.name), self.release)
    }

    /// Under which the record is found.
    pub(crate) fn key(&self) -> PackageKey {
        match &self.product {
            None => PackageKey { ecosystem: self.name.clone(), name: RULE.to_owned() },
            Some(product) => PackageKey { ecosystem: RULE.to_owned(), name: product.clone() },
        }
    }

    fn document(&self) -> Document {
        let (name, release) = (&self.name, &self.release);
        let ends = self.ends.map(|day| format!("{day}T00:00:00Z"));
        // What a source says later replaces what it said before.
        let modified = self.modified.map(|at| Time::from_micros(at).to_string()).or_else(|| ends.clone());
        let package = match &self.product {
            None => serde_json::json!({"ecosystem": format!("{name}:{release}"), "name": RULE}),
            Some(product) => serde_json::json!({"ecosystem": RULE, "name": product}),
        };
        let record = serde_json::json!({
            "schema_version": "1.7.0",
            "id": self.id(),
            "modified": modified.unwrap_or_else(|| "0001-01-01T00:00:00Z".to_owned()),
            "published": ends,
            "summary": match &self.ends {
                Some(day) => format!("{name} {release} has reached its end of life on {day}"),
                None => format!("{name} {release} has reached its end of life"),
            },
            "details": format!(
                "No more security fixes are published for {name} {release} (source: {}). New vulnerabilities in it \
                 will not be announced, so silence about them proves nothing. Upgrade to a supported release.",
                self.source
            ),
            "affected": [{"package": package, "versions": [release]}],
            "database_specific": {"severity": "HIGH"},
        });
        let mut record = record;
        if ends.is_none() {
            record.as_object_mut().map(|fields| fields.remove("published"));
        }
        Document { path: self.id(), bytes: Ok(record.to_string().into_bytes()) }
    }

    fn finding(&self, component: &ComponentRow, record: RecordRef, now: i64) -> MatchRow {
        let package = match &self.product {
            None => serde_json::json!({"ecosystem": self.name, "name": RULE}),
            Some(_) => serde_json::json!({"ecosystem": component.ecosystem, "name": component.package}),
        };
        let evidence = serde_json::json!({
            "package": package,
            "release": self.release,
            "installed": component.version.as_deref().unwrap_or_default(),
            "affected": 0,
        });
        MatchRow {
            component_id: component.id,
            advisory_no: record.no,
            from_at: now,
            to_at: crate::OPEN,
            vulnerability_id: record.vulnerability_id,
            state: "affected".to_owned(),
            fixed: None,
            rule: RULE.to_owned(),
            evidence: evidence.to_string(),
            reason: Some(format!("no fixes since {} ({})", self.since(), self.source)),
        }
    }
}

/// Every end of life that is known, as of a day.
pub(crate) struct Lives {
    today: Day,
    now: i64,
    stored: Vec<Lifecycle>,
    by_name: HashMap<String, usize>,
    by_key: HashMap<PackageKey, usize>,
    hash: i64,
}

impl Lives {
    pub(crate) async fn load(db: &Db, now: Time) -> Result<Self, FindingError> {
        let rows = threats::documents_of(db, "lifecycle").await?;
        let today = Day::from_micros(now.as_micros());
        let mut hasher = DefaultHasher::new();
        (today.year, today.month, today.day).hash(&mut hasher);
        rows.iter().for_each(|row| row.hash.hash(&mut hasher));
        let stored: Vec<Lifecycle> =
            rows.iter().filter_map(|row| serde_json::from_str(&row.document).ok()).collect();
        let mut lives = Self {
            today,
            now: now.as_micros(),
            stored: Vec::new(),
            by_name: HashMap::new(),
            by_key: HashMap::new(),
            hash: hasher.finish() as i64,
        };
        for (index, life) in stored.iter().enumerate() {
            lives.by_name.insert(short(&life.product), index);
            for key in life.identifiers.iter().flat_map(|(kind, id)| keys(kind, id)) {
                lives.by_key.entry(key).or_insert(index);
            }
        }
        lives.stored = stored;
        Ok(lives)
    }

    /// Another number when what is past may be something else: another day, other stored documents.
    pub(crate) fn hash(&self) -> i64 {
        self.hash
    }

    /// A distribution's release past its end.
    pub(crate) fn past(&self, ecosystem: &str, release: &str) -> Option<Past> {
        let stored = self.by_name.get(&short(ecosystem)).and_then(|index| self.stored.get(*index));
        let said =
            stored.and_then(|life| Some((life, life.releases.iter().find(|one| one.name == release)?)));
        let own = |product: Option<String>, (ends, source, modified): (Option<Day>, String, Option<i64>)| {
            Past { name: ecosystem.to_owned(), release: release.to_owned(), ends, source, modified, product }
        };
        // Debian's long-term support is for everybody, others' extended support is for who pays.
        let is_open_to_all = ecosystem == "Debian";
        if let Some((life, one)) = said {
            let end = match one.extended_end {
                End::On(_) | End::Open if is_open_to_all => one.extended_end,
                _ => one.end,
            };
            match end {
                End::Unknown => {}
                End::Open => return None,
                end => {
                    let ends = self.ended(end)?;
                    return Some(own(None, (ends, SOURCE.to_owned(), life.modified)));
                }
            }
        }
        let fact = eol::past(ecosystem, release, self.today)?;
        Some(own(None, (Some(fact.ends), fact.source.to_owned(), None)))
    }

    /// The last day with fixes when that is over; `Some(None)` where only its being over is known.
    fn ended(&self, end: End) -> Option<Option<Day>> {
        match end {
            End::Past => Some(None),
            End::On(at) if at <= self.now => Some(Some(Day::from_micros(at - DAY_MICROS))),
            _ => None,
        }
    }

    /// Of a component that no distribution keeps: its product's release, when that is past its end.
    pub(crate) fn product_past(&self, component: &ComponentRow) -> Option<Past> {
        let is_own = component.kind != DISTRIBUTION && component.release.is_none();
        let version = component.version.as_deref().filter(|_| is_own && !self.by_key.is_empty())?;
        let resolved = hinomi_match::resolve(&component.query());
        let index = resolved.every_key().find_map(|key| self.by_key.get(key))?;
        let life = self.stored.get(*index)?;
        let one = life.releases.iter().filter(|one| is_of(version, one)).max_by_key(|one| one.name.len())?;
        let ends = self.ended(one.end)?;
        Some(Past {
            name: life.label.clone().unwrap_or_else(|| life.product.clone()),
            release: one.name.clone(),
            ends,
            source: SOURCE.to_owned(),
            modified: life.modified,
            product: Some(life.product.clone()),
        })
    }

    /// The components of products whose ends are known.
    pub(crate) async fn of_products(&self, db: &Db) -> Result<Vec<ComponentRow>, FindingError> {
        if self.by_key.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<PackageKey> = self.by_key.keys().cloned().collect();
        let ids = hinomi_inventory::components_of_keys(db, &keys).await?;
        Ok(hinomi_inventory::components_by_ids(db, &ids).await?)
    }

    /// The finding that a release is past its end; the record that says so is ours.
    pub(crate) fn judge(
        &self,
        component: &ComponentRow,
        records: &HashMap<String, RecordRef>,
        now: i64,
    ) -> Wanted {
        let version = component.version.as_deref().unwrap_or_default();
        let found = self.past(&component.name, version);
        let row = found.and_then(|past| Some(past.finding(component, *records.get(&past.id())?, now)));
        Wanted { matches: row.into_iter().collect(), unknown: None }
    }

    /// The same of a product, beside whatever else is known of the component.
    pub(crate) fn product_finding(
        &self,
        component: &ComponentRow,
        records: &HashMap<String, RecordRef>,
        now: i64,
    ) -> Option<MatchRow> {
        let past = self.product_past(component)?;
        Some(past.finding(component, *records.get(&past.id())?, now))
    }

    /// Our own records for the carried releases whose life has ended.
    pub(crate) async fn publish(&self, db: &Db, now: Time, is_other: bool) -> Result<(), FindingError> {
        let mut ended: BTreeMap<String, Past> = BTreeMap::new();
        for component in hinomi_inventory::distributions(db).await? {
            let past = self.past(&component.name, component.version.as_deref().unwrap_or_default());
            ended.extend(past.map(|past| (past.id(), past)));
        }
        let carried = self.of_products(db).await?;
        ended.extend(
            carried.iter().filter_map(|component| self.product_past(component)).map(|past| (past.id(), past)),
        );
        if ended.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = ended.keys().cloned().collect();
        if !is_other && hinomi_advisories::read::known_ids(db, &ids).await? == ids.len() {
            return Ok(());
        }
        let documents = ended.values().map(Past::document).collect();
        let mut importer = hinomi_advisories::Importer::open(db, now, "end-of-life", "built-in").await?;
        importer.take(documents).await?;
        importer.finish().await?;
        Ok(())
    }
}

/// The version is of the release when it is it or goes on behind it.
fn is_of(version: &str, release: &LifecycleRelease) -> bool {
    let rest = version.trim_start_matches('v').strip_prefix(release.name.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '+', '_']))
}

/// Distributions are called differently: `Rocky Linux`, `rocky-linux`; `Red Hat`, `rhel`.
fn short(name: &str) -> String {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let plain = plain.strip_suffix("linux").unwrap_or(&plain).to_owned();
    match plain.as_str() {
        "redhat" => "rhel".to_owned(),
        "suse" => "sles".to_owned(),
        _ => plain,
    }
}

/// Under which an identifier of a product is looked up. Those of distributions' packages and of images are not its own.
fn keys(kind: &str, id: &str) -> Vec<PackageKey> {
    let cpe = (kind == "cpe").then(|| cpe_name(id)).flatten();
    let is_distributed = |id: &str| {
        let kind = id.strip_prefix("pkg:").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "docker" | "oci" | "github" | "os")
    };
    let purl = (kind == "purl" && !is_distributed(id)).then_some(id);
    if cpe.is_none() && purl.is_none() {
        return Vec::new();
    }
    let query = ComponentQuery { purl, cpe: cpe.as_deref(), version: Some("1"), ..ComponentQuery::default() };
    hinomi_match::resolve(&query).every_key().cloned().collect()
}

/// A whole CPE name from the beginning of one, in either form.
fn cpe_name(id: &str) -> Option<String> {
    let rest = id.strip_prefix("cpe:2.3:").or_else(|| id.strip_prefix("cpe:/"))?;
    let mut parts = rest.split(':');
    let (part, vendor, product) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("cpe:2.3:{part}:{vendor}:{product}:1:*:*:*:*:*:*:*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_meet_under_one_name_and_products_under_their_keys() {
        for (left, right) in [
            ("Rocky Linux", "rocky-linux"),
            ("Red Hat", "rhel"),
            ("Alpine", "alpine-linux"),
            ("SUSE", "sles"),
        ] {
            assert_eq!(short(left), short(right), "{left}");
        }
        assert_eq!(keys("cpe", "cpe:/a:nodejs:node.js"), keys("cpe", "cpe:2.3:a:nodejs:node.js"));
        assert!(
            !keys("cpe", "cpe:/a:nodejs:node.js").is_empty() && !keys("purl", "pkg:npm/express").is_empty()
        );
        assert_eq!((keys("purl", "pkg:deb/debian/nodejs"), keys("repology", "nodejs")), (vec![], vec![]));
    }

    #[test]
    fn a_version_is_of_its_longest_release() {
        let release = |name: &str| LifecycleRelease { name: name.to_owned(), ..LifecycleRelease::default() };
        assert!(
            is_of("3.7.17", &release("3.7"))
                && is_of("v16.20.2", &release("16"))
                && is_of("11", &release("11"))
        );
        assert!(!is_of("3.70", &release("3.7")) && !is_of("160.1", &release("16")));
    }
}
