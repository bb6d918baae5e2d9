// SPDX-License-Identifier: Apache-2.0
//! Reports of attackers whose parts come in different documents, pages and feeds.
//!
//! ```text
//! objects ─→ kept by id, waiting ─→ whom do they change? ─→ each of these assembled from what is kept ─→ threat
//!            of two the later          back along the links      forward along the links, three steps
//! ```
//! What is assembled depends on nothing but the objects that are kept, so the order in which they come does not matter. A
//! run that breaks off leaves its objects waiting, and the next one assembles them.

use std::collections::{BTreeSet, HashMap, HashSet};

use hinomi_advisory_formats::threat::{MAX_STEPS, StixObject, StixRole, Threat, assemble};
use rayon::prelude::*;

use super::import::Importer;
use super::stage::on_cores;
use super::told::{hash_of, new_threats};
use crate::model::{AdvisoryError, effective_modified};
use crate::store::stix::{self, Edge, NewObject};
use crate::store::threats::{self, NewThreat};

/// Objects that one transaction writes.
const OBJECTS_AT_ONCE: usize = 1_000;
/// Reports that are assembled, and written, together.
const REPORTS_AT_ONCE: usize = 200;

impl Importer {
    pub(super) async fn take_objects(&mut self, mut objects: Vec<StixObject>) -> Result<(), AdvisoryError> {
        while !objects.is_empty() {
            let rest = objects.split_off(objects.len().min(OBJECTS_AT_ONCE));
            self.keep_objects(std::mem::replace(&mut objects, rest)).await?;
        }
        self.assemble_waiting().await
    }

    async fn keep_objects(&mut self, objects: Vec<StixObject>) -> Result<(), AdvisoryError> {
        let ids: Vec<String> = objects.iter().map(|object| object.id().to_owned()).collect();
        let objects =
            on_cores(move || objects.par_iter().map(new_object).collect::<Vec<NewObject>>()).await?;
        let known: HashMap<String, (String, Option<i64>)> = stix::objects_known(&self.db, &ids)
            .await?
            .into_iter()
            .map(|row| (row.id, (row.hash, row.modified)))
            .collect();
        let mut new: HashMap<String, NewObject> = HashMap::new();
        for object in objects {
            self.report.read += 1;
            let order = |row: &NewObject| (effective_modified(row.modified), row.hash.clone());
            let before = known.get(&object.id);
            let beaten = before.is_some_and(|(hash, modified)| {
                order(&object) <= (effective_modified(*modified), hash.clone())
            });
            let beside = new.get(&object.id).is_some_and(|other| order(&object) <= order(other));
            if beaten || beside {
                self.report.unchanged += 1;
                continue;
            }
            let is_change = before.is_some();
            match new.insert(object.id.clone(), object) {
                Some(_) => self.report.unchanged += 1,
                None if is_change => self.report.changed += 1,
                None => self.report.added += 1,
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<NewObject> = new.into_values().collect();
        rows.sort_by(|left, right| left.id.cmp(&right.id));
        let mut tx = self.db.begin().await?;
        stix::objects_put(&mut tx, self.feed_id, self.now.as_micros(), rows).await?;
        Ok(tx.commit().await?)
    }

    /// Assembles every report that objects waiting change.
    async fn assemble_waiting(&mut self) -> Result<(), AdvisoryError> {
        let waiting = stix::waiting(&self.db).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let affected: Vec<String> = self.affected(&waiting).await?.into_iter().collect();
        for wanted in affected.chunks(REPORTS_AT_ONCE) {
            let (threats, feeds) = self.assembled(wanted).await?;
            self.write_assembled(threats, &feeds).await?;
        }
        for done in waiting.chunks(OBJECTS_AT_ONCE) {
            let mut tx = self.db.begin().await?;
            stix::waiting_done(&mut tx, done).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// What may be told differently for these objects; more than is, never less.
    async fn affected(&self, changed: &[String]) -> Result<BTreeSet<String>, AdvisoryError> {
        let mut affected: BTreeSet<String> = changed.iter().cloned().collect();
        // A link changes both its ends.
        let ends = stix::edges_of(&self.db, changed).await?;
        let is_end = |edge: &&Edge| {
            [StixRole::Source, StixRole::Target, StixRole::Sighted]
                .iter()
                .any(|role| edge.role == *role as i64)
        };
        affected.extend(ends.iter().filter(is_end).map(|edge| edge.end_id.clone()));
        let sources = ends.iter().filter(|edge| edge.role == StixRole::Source as i64);
        let mut frontier: BTreeSet<String> =
            changed.iter().cloned().chain(sources.map(|edge| edge.end_id.clone())).collect();
        let mut seen: HashSet<String> = frontier.iter().cloned().collect();
        for step in 0..MAX_STEPS {
            let here: Vec<String> = frontier.into_iter().collect();
            let (mut toward, mut beside) = (Vec::new(), Vec::new());
            for edge in stix::edges_to(&self.db, &here).await? {
                match edge.role {
                    role if role == StixRole::Target as i64 => toward.push(edge.object_id),
                    _ if step > 0 => {}
                    role if role == StixRole::Source as i64 || role == StixRole::Sighter as i64 => {
                        beside.push(edge.object_id);
                    }
                    _ => {
                        affected.insert(edge.object_id);
                    }
                }
            }
            affected.extend(
                stix::edges_of(&self.db, &beside)
                    .await?
                    .iter()
                    .filter(is_end)
                    .map(|edge| edge.end_id.clone()),
            );
            let from = stix::edges_of(&self.db, &toward).await?;
            let from = from.into_iter().filter(|edge| edge.role == StixRole::Source as i64);
            frontier = from.map(|edge| edge.end_id).filter(|id| seen.insert(id.clone())).collect();
            affected.extend(frontier.iter().cloned());
        }
        Ok(affected)
    }

    /// The reports among these ids, with the feed that brought each.
    async fn assembled(
        &self,
        wanted: &[String],
    ) -> Result<(Vec<Threat>, HashMap<String, i64>), AdvisoryError> {
        let mut known: HashMap<String, (i64, StixObject)> = HashMap::new();
        let mut frontier = self.load(wanted, &mut known).await?;
        frontier.retain(|id| known.get(id).is_some_and(|(_, object)| object.is_threat()));
        let wanted: HashSet<String> = frontier.iter().cloned().collect();
        let feeds = wanted.iter().filter_map(|id| Some((id.clone(), known.get(id)?.0))).collect();
        let named = stix::edges_of(&self.db, &frontier).await?;
        self.load(&named.into_iter().map(|edge| edge.end_id).collect::<Vec<_>>(), &mut known).await?;
        for step in 0..MAX_STEPS {
            let edges = stix::edges_to(&self.db, &frontier).await?;
            let counts = |edge: &Edge| {
                edge.role == StixRole::Source as i64
                    || step == 0
                        && (edge.role == StixRole::Target as i64 || edge.role == StixRole::Sighted as i64)
            };
            let links: Vec<String> = edges.into_iter().filter(counts).map(|edge| edge.object_id).collect();
            self.load(&links, &mut known).await?;
            let (mut ends, mut next) = (Vec::new(), Vec::new());
            for (_, link) in links.iter().filter_map(|id| known.get(id)) {
                for (role, end) in link.ends() {
                    ends.push(end.to_owned());
                    if role == StixRole::Target && link.leads_on() {
                        next.push(end.to_owned());
                    }
                }
            }
            self.load(&ends, &mut known).await?;
            next.sort();
            next.dedup();
            frontier = next;
        }
        let objects: Vec<StixObject> = known.into_values().map(|(_, object)| object).collect();
        Ok((assemble(&objects, |id| wanted.contains(id)), feeds))
    }

    /// Loads those that are kept and not loaded yet; says which of the wanted are there.
    async fn load(
        &self,
        ids: &[String],
        known: &mut HashMap<String, (i64, StixObject)>,
    ) -> Result<Vec<String>, AdvisoryError> {
        let lacking: BTreeSet<&String> = ids.iter().filter(|id| !known.contains_key(*id)).collect();
        let lacking: Vec<String> = lacking.into_iter().cloned().collect();
        for row in stix::objects(&self.db, &lacking).await? {
            let object = serde_json::from_str(&row.document).map_err(|cause| AdvisoryError::Damaged {
                id: row.id.clone(),
                hash: String::new(),
                cause: cause.to_string(),
            })?;
            known.insert(row.id, (row.feed_id, object));
        }
        Ok(ids.iter().filter(|id| known.contains_key(*id)).cloned().collect())
    }

    async fn write_assembled(
        &mut self,
        threats: Vec<Threat>,
        feeds: &HashMap<String, i64>,
    ) -> Result<(), AdvisoryError> {
        let ids: Vec<String> = threats.iter().map(|threat| threat.id.clone()).collect();
        let known: HashMap<String, String> =
            threats::threats_known(&self.db, &ids).await?.into_iter().map(|row| (row.id, row.hash)).collect();
        let threats: Vec<(i64, Threat)> = threats
            .into_iter()
            .map(|threat| (feeds.get(&threat.id).copied().unwrap_or(self.feed_id), threat))
            .collect();
        let rows = new_threats(threats).await?;
        let differs = |row: &NewThreat| known.get(&row.threat.id) != Some(&row.hash);
        self.write_threats(rows.into_iter().filter(differs).collect()).await
    }
}

fn new_object(object: &StixObject) -> NewObject {
    let document = serde_json::to_string(object).unwrap_or_default();
    NewObject {
        id: object.id().to_owned(),
        kind: object.kind().to_owned(),
        modified: object.modified(),
        hash: hash_of(&document),
        document,
        ends: object.ends().into_iter().map(|(role, id)| (role as i64, id.to_owned())).collect(),
    }
}
