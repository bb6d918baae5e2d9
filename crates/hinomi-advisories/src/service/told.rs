// SPDX-License-Identifier: Apache-2.0
//! What feeds bring beside records: reports of attackers, decision tables, ends of life.
//!
//! ```text
//! document ─→ parts by id ─→ compare by hash ─┬─ the same: nothing
//!                                             └─ new or later: written; a report is told at the vulnerabilities it names
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_advisory_formats::Document as Told;
use hinomi_advisory_formats::ssvc::SsvcDocument;
use hinomi_advisory_formats::threat::{Threat, Threats};
use rayon::prelude::*;

use super::changes::Change;
use super::import::{IN_DOCUMENT, Importer};
use super::stage::on_cores;
use crate::model::{AdvisoryError, effective_modified};
use crate::store::groups;
use crate::store::threat_words;
use crate::store::threats::{self, FeedDocumentRow, NewThreat};

/// What one transaction writes: so many reports, and so many words of them unless one alone has more.
const REPORTS_AT_ONCE: usize = 200;
const WORDS_AT_ONCE: usize = 20_000;
const DOCUMENTS_AT_ONCE: usize = 1_000;

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
        let known: HashMap<(String, String), String> = threats::documents_known(&self.db, &keys)
            .await?
            .into_iter()
            .map(|(kind, id, hash)| ((kind, id), hash))
            .collect();
        let mut new: BTreeMap<(String, String), FeedDocumentRow> = BTreeMap::new();
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
        let mut rows: Vec<FeedDocumentRow> = new.into_values().collect();
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(DOCUMENTS_AT_ONCE));
            let mut tx = self.db.begin().await?;
            let chunk = std::mem::replace(&mut rows, rest);
            threats::documents_put(&mut tx, self.feed_id, self.now.as_micros(), chunk).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Reports that stand for themselves.
    pub(super) async fn take_threats(&mut self, told: Vec<Threat>) -> Result<(), AdvisoryError> {
        let ids: Vec<String> = told.iter().map(|threat| threat.id.clone()).collect();
        let known: HashMap<String, (String, Option<i64>)> = threats::threats_known(&self.db, &ids)
            .await?
            .into_iter()
            .map(|row| (row.id, (row.hash, row.modified)))
            .collect();
        let told = new_threats(told.into_iter().map(|threat| (self.feed_id, threat)).collect()).await?;
        let mut new: BTreeMap<String, NewThreat> = BTreeMap::new();
        for threat in told {
            self.report.read += 1;
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
        self.write_threats(new.into_values().collect()).await
    }

    /// Writes reports, a few at a time: sign-ins and hosts' pushes beside a list of thousands wait for none of it. A run
    /// that breaks off goes on where it stopped.
    pub(super) async fn write_threats(&mut self, mut rows: Vec<NewThreat>) -> Result<(), AdvisoryError> {
        while !rows.is_empty() {
            let mut words = 0;
            let fits = |row: &&NewThreat| {
                words += row.words.len();
                words <= WORDS_AT_ONCE
            };
            let count = rows.iter().take(REPORTS_AT_ONCE).take_while(fits).count().max(1);
            let rest = rows.split_off(count);
            let chunk = std::mem::replace(&mut rows, rest);
            let mut tx = self.db.begin().await?;
            self.tell(&mut tx, &chunk).await?;
            threats::threats_put(&mut tx, self.now.as_micros(), chunk).await?;
            tx.commit().await?;
        }
        Ok(())
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
    async fn tell(&self, tx: &mut hinomi_db::Tx, rows: &[NewThreat]) -> Result<(), AdvisoryError> {
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

/// Reports made ready to be written, each with the feed that brought it: outside any transaction, for it takes long.
pub(super) async fn new_threats(told: Vec<(i64, Threat)>) -> Result<Vec<NewThreat>, AdvisoryError> {
    on_cores(move || told.into_par_iter().map(|(feed_id, threat)| new_threat(feed_id, threat)).collect())
        .await
}

fn new_threat(feed_id: i64, threat: Threat) -> NewThreat {
    let document = serde_json::to_string(&threat).unwrap_or_default();
    let hash = hash_of(&document);
    let source = match threat.source {
        hinomi_advisory_formats::threat::ThreatFormat::Stix => "stix",
        hinomi_advisory_formats::threat::ThreatFormat::Misp => "misp",
    };
    let words = threat_words::words_of(&threat);
    NewThreat { feed_id, source: source.to_owned(), hash, document, words, threat }
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

#[cfg(test)]
mod tests {
    use super::{Importer, REPORTS_AT_ONCE, Threat};
    use hinomi_core::Time;
    use hinomi_db::{Db, Engine, Migration, both_engines, values};

    const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, crate::MIGRATIONS];

    fn reports() -> Vec<Threat> {
        let one = |number: usize| Threat {
            id: format!("report-{number:04}"),
            name: format!("Paper Crane {number}"),
            ..Threat::default()
        };
        (0..REPORTS_AT_ONCE * 2 + 50).map(one).collect()
    }

    async fn take(db: &Db) -> bool {
        let mut importer = Importer::open(db, Time::from_micros(1), "test", "file").await.unwrap();
        importer.take_threats(reports()).await.is_ok()
    }

    async fn count(db: &Db, sql: &'static str) -> i64 {
        db.scalar(sql, values![]).await.unwrap()
    }

    both_engines! { SETS;
        async fn a_long_list_is_written_a_part_at_a_time_and_goes_on_after_a_break(db: Db) {
            // The third part cannot be written at first.
            let (broken, mended) = match db.engine() {
                Engine::Sqlite => (
                    "CREATE TRIGGER broken BEFORE INSERT ON threat WHEN NEW.id = 'report-0420' \
                     BEGIN SELECT RAISE(ABORT, 'broken'); END",
                    "DROP TRIGGER broken",
                ),
                Engine::Postgres => (
                    "ALTER TABLE threat ADD CONSTRAINT broken CHECK (id <> 'report-0420')",
                    "ALTER TABLE threat DROP CONSTRAINT broken",
                ),
            };
            db.execute(broken, values![]).await.unwrap();
            assert!(!take(&db).await);
            assert_eq!(count(&db, "SELECT count(*) FROM threat").await, 2 * REPORTS_AT_ONCE as i64);
            db.execute(mended, values![]).await.unwrap();
            assert!(take(&db).await);
            assert_eq!(count(&db, "SELECT count(*) FROM threat WHERE is_indexed").await, reports().len() as i64);
            let named = "SELECT count(DISTINCT threat_id) FROM threat_word WHERE word = 'crane'";
            assert_eq!(count(&db, named).await, reports().len() as i64);
        }
    }
}
