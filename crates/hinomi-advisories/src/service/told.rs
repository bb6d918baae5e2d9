// SPDX-License-Identifier: Apache-2.0
//! What feeds bring beside records: reports of attackers, decision tables, ends of life.
//!
//! ```text
//! document ─→ parts by id ─→ compare by hash ─┬─ the same: nothing
//!                                             └─ new or later: written; a report is told at the vulnerabilities it names
//! ```

use std::collections::{HashMap, HashSet};

use hinomi_advisory_formats::Document as Told;
use hinomi_advisory_formats::ssvc::SsvcDocument;
use hinomi_advisory_formats::threat::{Threat, Threats};

use super::changes::Change;
use super::import::{IN_DOCUMENT, Importer};
use crate::model::{AdvisoryError, effective_modified};
use crate::store::groups;
use crate::store::threat_words;
use crate::store::threats::{self, FeedDocumentRow, NewThreat};

impl Importer {
    /// Takes a document that holds no records. Says what of it could not be read, and where it stands.
    pub(super) async fn take_told(
        &mut self,
        path: &str,
        told: Told,
    ) -> Result<Vec<(String, String)>, AdvisoryError> {
        match told {
            Told::Threats(threats) => {
                let place = |place: &str| format!("{path}{IN_DOCUMENT}{place}");
                let refused =
                    threats.warnings.iter().map(|warning| (place(&warning.place), warning.cause.clone()));
                let refused = refused.collect();
                let Threats { threats, objects, .. } = *threats;
                self.take_objects(objects).await?;
                self.take_threats(threats).await?;
                return Ok(refused);
            }
            Told::Ssvc(document) => self.take_documents(ssvc_rows(path, *document)).await?,
            Told::Lifecycles(list) => {
                let rows = list.iter().map(|life| row("lifecycle", &life.product, life)).collect();
                self.take_documents(rows).await?;
            }
            Told::Advisories(_) | Told::KnownExploited(_) | Told::Scores(_) => {}
        }
        Ok(Vec::new())
    }

    pub(super) async fn take_documents(&mut self, rows: Vec<FeedDocumentRow>) -> Result<(), AdvisoryError> {
        let keys: Vec<(String, String)> = rows.iter().map(|row| (row.kind.clone(), row.id.clone())).collect();
        let mut tx = self.db.begin().await?;
        let known: HashMap<(String, String), String> = threats::documents_known(&mut tx, &keys)
            .await?
            .into_iter()
            .map(|(kind, id, hash)| ((kind, id), hash))
            .collect();
        let mut new: HashMap<(String, String), FeedDocumentRow> = HashMap::new();
        for row in rows {
            self.report.read += 1;
            match known.get(&(row.kind.clone(), row.id.clone())) {
                Some(hash) if *hash == row.hash => self.report.unchanged += 1,
                old => {
                    let counts =
                        if old.is_some() { &mut self.report.changed } else { &mut self.report.added };
                    match new.insert((row.kind.clone(), row.id.clone()), row) {
                        Some(_) => self.report.unchanged += 1,
                        None => *counts += 1,
                    }
                }
            }
        }
        if !new.is_empty() {
            let mut rows: Vec<FeedDocumentRow> = new.into_values().collect();
            rows.sort_by(|left, right| (&left.kind, &left.id).cmp(&(&right.kind, &right.id)));
            threats::documents_put(&mut tx, self.feed_id, self.now.as_micros(), rows).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Reports that stand for themselves.
    pub(super) async fn take_threats(&mut self, told: Vec<Threat>) -> Result<(), AdvisoryError> {
        let ids: Vec<String> = told.iter().map(|threat| threat.id.clone()).collect();
        let mut tx = self.db.begin().await?;
        let known: HashMap<String, (String, Option<i64>)> = threats::threats_known(&mut tx, &ids)
            .await?
            .into_iter()
            .map(|row| (row.id, (row.hash, row.modified)))
            .collect();
        let mut new: HashMap<String, NewThreat> = HashMap::new();
        for threat in told {
            self.report.read += 1;
            let threat = new_threat(self.feed_id, threat);
            // As for records: of two with one id the later counts, then the greater hash.
            let order = |row: &NewThreat| (effective_modified(row.threat.modified), row.hash.clone());
            let before = known.get(&threat.threat.id);
            let beaten = before.is_some_and(|(hash, modified)| {
                order(&threat) <= (effective_modified(*modified), hash.clone())
            });
            let beside = new.get(&threat.threat.id).is_some_and(|other| order(&threat) <= order(other));
            if beaten || beside {
                self.report.unchanged += 1;
                continue;
            }
            let is_change = before.is_some();
            match new.insert(threat.threat.id.clone(), threat) {
                Some(_) => self.report.unchanged += 1,
                None if is_change => self.report.changed += 1,
                None => self.report.added += 1,
            }
        }
        let mut rows: Vec<NewThreat> = new.into_values().collect();
        rows.sort_by(|left, right| left.threat.id.cmp(&right.threat.id));
        if !rows.is_empty() {
            self.tell(&mut tx, &rows).await?;
            threats::threats_put(&mut tx, self.now.as_micros(), rows).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Finds the words of reports that came before there were words.
    pub(super) async fn index_threats(&self) -> Result<(), AdvisoryError> {
        loop {
            let rows = threat_words::unindexed(&self.db, 500).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let words = rows.into_iter().map(|(id, document)| {
                let threat: Option<Threat> = serde_json::from_str(&document).ok();
                let words = threat.as_ref().map(threat_words::words_of).unwrap_or_default();
                (id, words)
            });
            let words: Vec<_> = words.collect();
            let mut tx = self.db.begin().await?;
            threat_words::put(&mut tx, &words).await?;
            tx.commit().await?;
        }
    }

    /// Notes at each vulnerability who names it for the first time.
    pub(super) async fn tell(&self, tx: &mut hinomi_db::Tx, rows: &[NewThreat]) -> Result<(), AdvisoryError> {
        let ids: Vec<String> = rows.iter().map(|row| row.threat.id.clone()).collect();
        let before: HashSet<(String, String)> = threats::named_before(tx, &ids).await?.into_iter().collect();
        let mut named: HashMap<String, Vec<String>> = HashMap::new();
        for row in rows.iter().filter(|row| !row.threat.revoked) {
            let is_new = |cve: &&String| !before.contains(&(row.threat.id.clone(), (*cve).clone()));
            for cve in row.threat.cves.iter().filter(is_new) {
                named.entry(cve.clone()).or_default().push(row.threat.name.clone());
            }
        }
        let cves: Vec<String> = named.keys().cloned().collect();
        let mut changes = Vec::new();
        for (vulnerability_id, cve) in threats::vulnerabilities_named(tx, &cves).await? {
            for name in named.get(&cve).into_iter().flatten() {
                let change = Change::new("threat", "", name.chars().take(200).collect::<String>());
                changes.push(groups::NewChange { vulnerability_id, feed_id: self.feed_id, change });
            }
        }
        Ok(groups::changes_put(tx, self.now.as_micros(), changes).await?)
    }
}

pub(super) fn hash_of(document: &str) -> String {
    blake3::hash(document.as_bytes()).to_hex()[..40].to_owned()
}

pub(super) fn new_threat(feed_id: i64, threat: Threat) -> NewThreat {
    let document = serde_json::to_string(&threat).unwrap_or_default();
    let hash = hash_of(&document);
    let source = match threat.source {
        hinomi_advisory_formats::threat::ThreatFormat::Stix => "stix",
        hinomi_advisory_formats::threat::ThreatFormat::Misp => "misp",
    };
    NewThreat { feed_id, source: source.to_owned(), hash, document, threat }
}

fn row(kind: &str, id: &str, value: &impl serde::Serialize) -> FeedDocumentRow {
    let document = serde_json::to_string(value).unwrap_or_default();
    let hash = hash_of(&document);
    FeedDocumentRow { kind: kind.to_owned(), id: id.to_owned(), hash, document, received_at: 0 }
}

fn ssvc_rows(path: &str, document: SsvcDocument) -> Vec<FeedDocumentRow> {
    let table = |table: &hinomi_advisory_formats::ssvc::DecisionTable| {
        row("ssvc-table", &format!("{}:{}:{}", table.namespace, table.key, table.version), table)
    };
    match document {
        SsvcDocument::Point(point) => vec![row("ssvc-point", &point.id(), &point)],
        SsvcDocument::Table(read) => vec![table(&read)],
        SsvcDocument::Rows(rows) => {
            // A table in words has no name but its file's.
            let name = path.rsplit('/').next().unwrap_or(path);
            vec![row("ssvc-rows", name, &rows)]
        }
        SsvcDocument::Registry { points, tables } => {
            let points = points.iter().map(|point| row("ssvc-point", &point.id(), point));
            points.chain(tables.iter().map(table)).collect()
        }
        SsvcDocument::Selections(selections) => {
            selections.targets.iter().map(|target| row("ssvc-selection", target, &selections)).collect()
        }
    }
}
