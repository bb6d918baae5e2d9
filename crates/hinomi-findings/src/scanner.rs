// SPDX-License-Identifier: Apache-2.0
//! What scanners see beside what was matched: one truth, the scanner as its evidence.
//!
//! ```text
//! a scanner names a vulnerability on an asset
//!   ├─ a component there is affected by it  → matched:      one finding, the scanner is its second evidence
//!   ├─ the component there is not affected  → contradicted: what was compared counts; the contradiction is shown
//!   ├─ a note, or harmless by its own words → noted:        evidence, and no finding
//!   └─ nobody else knows of it              → alone:        a finding by rule `scanner`
//! ```
//! A finding of a scanner alone is a component of its carrier like any other (kind `scanner`, the scanner's words its name,
//! the vulnerability its version), under a source of its own. So it is present from the scan that saw it until one that no
//! longer does, it replays for any past day, and tickets need not know where it comes from. The record that connects it
//! with its vulnerability is ours, as that of an ended life is.

mod matched;

use self::matched::Matched;
use crate::model::{FindingError, MatchRow, RecordRef, Wanted};
use crate::store;
use hinomi_advisories::StoredAdvisory;
use hinomi_advisories::read as advisories;
use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::spoken;
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_inventory::model::{HoldRule, NewComponent, content_hash};
use hinomi_inventory::scans::{SCANNED, SCANNED_SOURCE, SCANNER_ECOSYSTEM, Seen, severity_word};
use hinomi_inventory::service::read as inventory;
use hinomi_inventory::service::scan::{self, StandingRow, StoredObservation};
use hinomi_inventory::{ComponentRow, Observation, Session, components_by_ids};
use hinomi_match::PackageKey;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The rule of findings that only a scanner sees.
pub const RULE: &str = "scanner";
/// Stands for the fixed version where the scanner says what to do, but names no version.
const ADVICE: &str = "scanner's advice";

const CARRIERS_AT_ONCE: usize = 100;
/// When more records than this changed, every carrier is looked at again.
const MANY_RECORDS: usize = 20_000;
/// What a scan no longer shows is gone at once: that is what scanning again is for.
const NEVER_HELD: HoldRule = HoldRule { loss_percent: 100, from_components: usize::MAX };

/// How a vulnerability that a scanner names stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Matched,
    Contradicted,
    Noted,
    Alone,
}

impl Standing {
    fn word(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Contradicted => "contradicted",
            Self::Noted => "noted",
            Self::Alone => "alone",
        }
    }
}

const RECORD_PREFIX: &str = "SCAN-";

fn record_id(vulnerability: &str) -> String {
    format!("{RECORD_PREFIX}{vulnerability}")
}

fn record_key(vulnerability: &str) -> PackageKey {
    PackageKey { ecosystem: SCANNER_ECOSYSTEM.to_owned(), name: vulnerability.to_owned() }
}

/// The keys of the record that says what a scanner's component is.
pub(crate) fn key_of(component: &ComponentRow) -> PackageKey {
    record_key(component.version.as_deref().unwrap_or_default())
}

/// The one match of a component that stands for what only a scanner sees.
pub(crate) fn judge(component: &ComponentRow, records: &HashMap<String, RecordRef>, now: i64) -> Wanted {
    let vulnerability = component.version.as_deref().unwrap_or_default();
    let Some(record) = records.get(&record_id(vulnerability)) else { return Wanted::default() };
    let fixed = component.host.as_deref().and_then(|text| {
        let facts: serde_json::Value = serde_json::from_str(text).ok()?;
        facts.get("fixed")?.as_str().map(str::to_owned)
    });
    let evidence = serde_json::json!({
        "package": {"ecosystem": SCANNER_ECOSYSTEM, "name": component.name},
        "installed": vulnerability,
        "affected": 0,
    });
    Wanted {
        matches: vec![MatchRow {
            component_id: component.id,
            advisory_no: record.no,
            from_at: now,
            to_at: crate::OPEN,
            vulnerability_id: record.vulnerability_id,
            state: "affected".to_owned(),
            fixed,
            rule: RULE.to_owned(),
            evidence: evidence.to_string(),
            reason: Some(format!("a scanner reports {vulnerability}: {}", component.name)),
        }],
        unknown: None,
    }
}

/// Brings the findings of scanners alone up to what scans, matches and inventories say. Says whether any began or ended,
/// or a record of ours is new: then there is something to match.
pub(crate) async fn settle(db: &Db, now: Time, full: bool) -> Result<bool, FindingError> {
    let marks = Marks::read(db).await?;
    if marks.scans == 0 {
        return Ok(false);
    }
    let before = Marks::stored(db).await?;
    if marks == before && !full {
        return Ok(false);
    }
    let due = due(db, &before, full).await?;
    let mut session = Session::default();
    session.hold = NEVER_HELD;
    let (mut known, mut changed) = (Known::default(), false);
    for chunk in due.chunks(CARRIERS_AT_ONCE) {
        changed |= settle_carriers(db, now, &mut session, &mut known, chunk).await?;
    }
    // What was written meanwhile by others is above the marks that were read first.
    marks.write(db).await?;
    Ok(changed || known.published)
}

/// How far each of the sources of a decision was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Marks {
    scans: i64,
    matches: i64,
    inventories: i64,
    records: i64,
}

impl Marks {
    const NAMES: [&'static str; 4] =
        ["scanner-scans", "scanner-matches", "scanner-inventories", "scanner-records"];

    async fn read(db: &Db) -> Result<Self, FindingError> {
        let scans = scan::highest_sequence(db).await?;
        if scans == 0 {
            return Ok(Self::default());
        }
        let before = Self::stored(db).await?;
        Ok(Self {
            scans,
            matches: store::highest_sequence(db).await?,
            inventories: inventory::carriers_changed(db, before.inventories).await?.1.max(before.inventories),
            records: advisories::records_changed_since(db, before.records).await?.1.max(before.records),
        })
    }

    async fn stored(db: &Db) -> Result<Self, FindingError> {
        let [scans, matches, inventories, records] = Self::NAMES;
        Ok(Self {
            scans: store::progress(db, scans).await?,
            matches: store::progress(db, matches).await?,
            inventories: store::progress(db, inventories).await?,
            records: store::progress(db, records).await?,
        })
    }

    async fn write(self, db: &Db) -> Result<(), FindingError> {
        let mut tx = db.begin().await?;
        let values = [self.scans, self.matches, self.inventories, self.records];
        for (name, value) in Self::NAMES.into_iter().zip(values) {
            store::progress_put(&mut tx, name, value).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Which vulnerability each name is by now.
#[derive(Default)]
struct Known {
    vulnerability_of: HashMap<String, i64>,
    /// A record of ours is new or changed.
    published: bool,
}

impl Known {
    /// Looks names up that are not known yet, and publishes the records of those that are new.
    async fn learn(&mut self, db: &Db, now: Time, names: BTreeSet<String>) -> Result<(), FindingError> {
        let names: Vec<String> =
            names.into_iter().filter(|name| !self.vulnerability_of.contains_key(name)).collect();
        let stored = records_of(db, &names).await?;
        let documents = unpublished(db, &names, &stored).await?;
        if documents.is_empty() {
            self.add(stored);
            return Ok(());
        }
        let mut importer = hinomi_advisories::Importer::open(db, now, "scanners", "built-in").await?;
        importer.take(documents).await?;
        importer.finish().await?;
        advisories::group_pending(db, now).await?;
        self.published = true;
        self.add(records_of(db, &names).await?);
        Ok(())
    }

    fn add(&mut self, records: Vec<StoredAdvisory>) {
        for record in records {
            if let Some(name) = record.advisory.id.strip_prefix(RECORD_PREFIX) {
                self.vulnerability_of.insert(name.to_owned(), record.vulnerability_id);
            }
        }
    }
}

async fn records_of(db: &Db, names: &[String]) -> Result<Vec<StoredAdvisory>, FindingError> {
    let keys: Vec<PackageKey> = names.iter().map(|name| record_key(name)).collect();
    Ok(advisories::records_of_keys(db, &keys).await?)
}

/// Our records of vulnerabilities that scanners name, as far as they are new, with the worst severity in a scanner's words:
/// it counts only where no feed knows better.
async fn unpublished(
    db: &Db,
    names: &[String],
    stored: &[StoredAdvisory],
) -> Result<Vec<Document>, FindingError> {
    let stored: HashMap<&str, &str> = stored
        .iter()
        .map(|record| {
            let severity = record.advisory.database_specific.get("severity").and_then(|word| word.as_str());
            (record.advisory.id.as_str(), severity.unwrap_or_default())
        })
        .collect();
    let mut documents = Vec::new();
    for (name, rank) in scan::worst_of(db, names).await? {
        let (id, severity) = (record_id(&name), severity_word(rank));
        if stored.get(id.as_str()).is_some_and(|known| *known == severity) {
            continue;
        }
        let record = serde_json::json!({
            "schema_version": "1.7.0",
            "id": id,
            // A worse word is a newer edition of the record; no clock has a say in which counts.
            "modified": format!("2000-01-01T00:00:0{rank}Z"),
            "aliases": [name],
            "affected": [{"package": {"ecosystem": SCANNER_ECOSYSTEM, "name": name}, "versions": [name]}],
            "database_specific": {"severity": severity},
        });
        documents.push(Document { path: id, bytes: Ok(record.to_string().into_bytes()) });
    }
    Ok(documents)
}

/// Carriers of which something that decides has changed.
async fn due(db: &Db, before: &Marks, full: bool) -> Result<Vec<i64>, FindingError> {
    let mut due: BTreeSet<i64> = scan::carriers_changed(db, before.scans).await?.into_iter().collect();
    let named = scan::carriers_with_vulnerabilities(db).await?;
    let (regrouped, _) = advisories::records_changed_since(db, before.records).await?;
    if full || regrouped.len() > MANY_RECORDS {
        due.extend(named);
        return Ok(due.into_iter().collect());
    }
    let (moved, _) = inventory::carriers_changed(db, before.inventories).await?;
    let moved: HashSet<i64> = moved.into_iter().map(i64::from).collect();
    due.extend(named.into_iter().filter(|carrier| moved.contains(carrier)));
    let rematched = store::vulnerabilities_matched_since(db, before.matches).await?;
    due.extend(scan::carriers_of(db, &rematched).await?);
    let upstream = spoken::upstream_of(db, &rematched).await?;
    due.extend(scan::carriers_naming(db, &upstream).await?);
    let names: Vec<String> = advisories::record_metas(db, &regrouped)
        .await?
        .iter()
        .filter_map(|meta| meta.id.strip_prefix(RECORD_PREFIX).map(str::to_owned))
        .collect();
    due.extend(scan::carriers_naming(db, &names).await?);
    Ok(due.into_iter().collect())
}

async fn settle_carriers(
    db: &Db,
    now: Time,
    session: &mut Session,
    known: &mut Known,
    carriers: &[i64],
) -> Result<bool, FindingError> {
    let mut seen_on: BTreeMap<i64, Vec<StoredObservation>> = BTreeMap::new();
    for row in scan::open_of(db, carriers).await? {
        seen_on.entry(row.carrier_id).or_default().push(row);
    }
    let names = seen_on.values().flatten().flat_map(|row| row.seen().vulnerabilities).collect();
    known.learn(db, now, names).await?;
    let stored: HashSet<StandingRow> = scan::standings_of(db, carriers).await?.into_iter().collect();
    let matched = Matched::read(db, known, &seen_on).await?;
    let (mut standings, mut changed) = (Vec::new(), false);
    for &carrier in carriers {
        let carried = Carried::read(db, carrier).await?;
        let nothing = Vec::new();
        let observations = seen_on.get(&carrier).unwrap_or(&nothing);
        let mut alone: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        let mut scanned_at = i64::MIN;
        for row in observations {
            let seen = row.seen();
            for name in &seen.vulnerabilities {
                let standing = matched.standing(&carried, &seen, name);
                let stands = StandingRow {
                    observation_id: row.id,
                    name: name.clone(),
                    standing: standing.word().to_owned(),
                    vulnerability_id: known.vulnerability_of.get(name).copied().unwrap_or(0),
                };
                if !stored.contains(&stands) {
                    standings.push(stands);
                }
                if standing == Standing::Alone {
                    alone.entry(name.clone()).or_default().push(seen.clone());
                    scanned_at = scanned_at.max(row.first_at).max(row.last_at);
                }
            }
        }
        changed |= carried.become_what_is_alone(db, now, session, carrier, &alone, scanned_at).await?;
    }
    if !standings.is_empty() {
        let mut tx = db.begin().await?;
        scan::standings_put(&mut tx, standings).await?;
        tx.commit().await?;
    }
    Ok(changed)
}

/// What a carrier has now: of all sources but ours, and of ours.
struct Carried {
    components: HashSet<u32>,
    ours: Vec<u32>,
    /// When ours was said last.
    newest: Option<i64>,
}

impl Carried {
    async fn read(db: &Db, carrier: i64) -> Result<Self, FindingError> {
        let words = inventory::sources_of(db, carrier).await?;
        let word = words.iter().find(|word| word.name == SCANNED_SOURCE);
        let mut carried =
            Self { components: HashSet::new(), ours: Vec::new(), newest: word.map(|word| word.observed_at) };
        let open = Time::from_micros(crate::OPEN - 1);
        for (source, _, components) in inventory::slots_at(db, carrier, open).await? {
            match word.is_some_and(|word| word.source_id == source) {
                true => carried.ours = components,
                false => carried.components.extend(components),
            }
        }
        Ok(carried)
    }

    /// Makes what the carrier has of ours what scanners alone see. A finding keeps the name under which it began.
    async fn become_what_is_alone(
        &self,
        db: &Db,
        now: Time,
        session: &mut Session,
        carrier: i64,
        alone: &BTreeMap<String, Vec<Seen>>,
        scanned_at: i64,
    ) -> Result<bool, FindingError> {
        if alone.is_empty() && self.ours.is_empty() {
            return Ok(false);
        }
        let names: HashMap<String, String> = components_by_ids(db, &self.ours)
            .await?
            .into_iter()
            .map(|row| (row.version.unwrap_or_default(), row.name))
            .collect();
        let wanted: Vec<NewComponent> =
            alone.iter().map(|(name, seen)| component(name, seen, names.get(name))).collect();
        let mut ids = session.intern(db, now, &wanted).await?;
        ids.sort_unstable();
        ids.dedup();
        if content_hash(&ids) == content_hash(&self.ours) {
            return Ok(false);
        }
        // What a scan changed is of the time of the scan; what matching changed, of now.
        let observed_at = match self.newest {
            Some(last) if alone.is_empty() || scanned_at <= last => now.as_micros().max(last + 1),
            _ => scanned_at,
        };
        let observation = Observation {
            carrier_id: carrier,
            source: SCANNED_SOURCE,
            observed_at: Time::from_micros(observed_at),
            complete: true,
            format: "scans",
            document: None,
            components: &wanted,
            warnings: &[],
        };
        session.observe(db, now, &observation).await?;
        Ok(true)
    }
}

fn component(vulnerability: &str, seen: &[Seen], known_as: Option<&String>) -> NewComponent {
    // The same choice in whatever order scans came: one that names a package, then by its words.
    let speaker = seen.iter().min_by_key(|seen| (seen.package.is_empty(), seen.remedy()));
    let fixed = seen.iter().map(|seen| seen.fixed.as_str()).filter(|fixed| !fixed.is_empty()).max();
    let advised = || {
        let advice = |seen: &&Seen| !matches!(seen.solution.to_lowercase().as_str(), "" | "n/a" | "none");
        seen.iter().find(advice).map(|_| ADVICE)
    };
    NewComponent {
        kind: SCANNED.to_owned(),
        name: known_as.cloned().or(speaker.map(Seen::remedy)).unwrap_or_default(),
        version: Some(vulnerability.to_owned()),
        host: fixed.or_else(advised).map(|fixed| serde_json::json!({ "fixed": fixed }).to_string()),
        ..NewComponent::default()
    }
}
