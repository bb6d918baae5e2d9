// SPDX-License-Identifier: Apache-2.0
//! Everything that may be one with what changed.
//!
//! What shares a key, an asset or a decision comes along, and what shares with that, until nothing more does: only
//! then is the answer for these records the answer for all.

use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_core::AssetId;
use hinomi_db::{Db, DbError};

use super::links::{Links, Marks};
use crate::files::keys::seen_beside_others;
use crate::reconcile::{Candidate, Decided, Key, SourceRecord, keys_of, looked_for_by};
use crate::store::assets::AssetRow;
use crate::store::records::{self, RecordRow};
use crate::store::sources::SourceRow;
use crate::store::{bound, decisions, sources};

/// Digits that make the keys of sources comparable as texts.
const LEAST_DIGITS: usize = 12;

/// A record with what it says.
#[derive(Debug)]
pub(super) struct Loaded {
    pub row: RecordRow,
    pub record: SourceRecord,
    pub keys: Vec<Key>,
    /// Source and key: what orders records whatever their numbers are.
    pub name: String,
    /// It shares a host name with so many that the name identifies nobody.
    pub crowded: bool,
}

#[derive(Debug, Default)]
pub(super) struct Closure {
    pub records: Vec<Loaded>,
    pub decided: Vec<Decided>,
    pub assets: HashMap<AssetId, AssetRow>,
    pub identifiers: BTreeMap<AssetId, BTreeMap<String, String>>,
    pub sources: HashMap<i64, (SourceRow, BTreeMap<String, i64>)>,
}

impl Closure {
    pub(super) fn source(&self, loaded: &Loaded) -> Option<&(SourceRow, BTreeMap<String, i64>)> {
        self.sources.get(&loaded.row.source_id)
    }

    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let several: HashSet<(i64, &str)> = self
            .records
            .iter()
            .filter_map(|one| Some((one.row.source_id, seen_beside_others(&one.row.source_key)?)))
            .collect();
        let beside = |row: &RecordRow| {
            let name = seen_beside_others(&row.source_key).unwrap_or(&row.source_key);
            several.contains(&(row.source_id, name)).then(|| name.to_owned())
        };
        let candidate = |loaded: &Loaded| {
            let source = self.source(loaded).map(|(source, _)| source);
            Candidate {
                id: loaded.row.id,
                name: loaded.name.clone(),
                source: loaded.row.source_id,
                rank: source.map_or(i64::MAX, |source| source.rank),
                numbered: source.is_some_and(|source| source.numbered),
                beside: source.filter(|source| source.kind == "scanner").and_then(|_| beside(&loaded.row)),
                kind: loaded.record.kind,
                place: loaded.row.place.clone(),
                keys: loaded.keys.clone(),
            }
        };
        self.records.iter().map(candidate).collect()
    }
}

/// Source and key of a record; numbers within are padded, so that they order as numbers.
fn lead_name(source: &str, key: &str) -> String {
    let is_number =
        !key.is_empty() && key.len() < LEAST_DIGITS && key.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        format!("{source} {key:0>width$}", width = LEAST_DIGITS)
    } else {
        format!("{source} {key}")
    }
}

/// `done` has had its turn in this run: what hangs together with it is there already.
pub(super) async fn read(db: &Db, links: &Links, from: &[i64], done: &Marks) -> Result<Closure, DbError> {
    let mut closure = Closure::default();
    for source in sources::all(db).await? {
        let ranks = source.ranks();
        closure.sources.insert(source.id, (source, ranks));
    }
    let nothing_decided = decisions::is_empty(db).await?;
    let mut crowded: HashSet<Key> = HashSet::new();
    let mut asked_keys: HashSet<i64> = HashSet::new();
    let mut asked_assets: HashSet<AssetId> = HashSet::new();
    let mut asked_decisions: HashSet<String> = HashSet::new();
    let mut known: HashSet<i64> = from.iter().copied().collect();
    let mut next: Vec<i64> = from.to_vec();
    while !next.is_empty() {
        let rows = records::by_ids(db, &next).await?;
        let mut hashes: HashMap<i64, Key> = HashMap::new();
        let mut assets: Vec<AssetId> = Vec::new();
        for mut row in rows {
            let record: SourceRecord = serde_json::from_str(&row.data).unwrap_or_default();
            row.data = String::new();
            let keys = keys_of(&record);
            hashes.extend(looked_for_by(&keys).into_iter().filter(|(hash, _)| asked_keys.insert(*hash)));
            assets.extend(
                [row.asset_id, row.home_id].into_iter().flatten().filter(|id| asked_assets.insert(*id)),
            );
            let source = closure.sources.get(&row.source_id).map(|(source, _)| source.name.as_str());
            let name = lead_name(source.unwrap_or_default(), &row.source_key);
            closure.records.push(Loaded { row, record, keys, name, crowded: false });
        }
        let mut found: Vec<i64> = links.sharing(db, &hashes, &mut crowded).await?;
        if !assets.is_empty() {
            found.extend(records::ids_of_assets(db, &assets).await?);
        }
        if !nothing_decided {
            for decision in decisions::of_records(db, &next).await? {
                found.extend([decision.left_id, decision.right_id]);
                if asked_decisions.insert(decision.id) {
                    closure.decided.push(match decision.kind.as_str() {
                        "same" => Decided::Same(decision.left_id, decision.right_id),
                        _ => Decided::Apart(decision.left_id, decision.right_id),
                    });
                }
            }
        }
        next = found.into_iter().filter(|id| !done.has(*id) && known.insert(*id)).collect();
    }
    for loaded in &mut closure.records {
        loaded.crowded = loaded.keys.iter().any(|key| crowded.contains(key));
        loaded.keys.retain(|key| !crowded.contains(key));
    }
    closure.records.sort_by(|left, right| left.name.cmp(&right.name));
    let by_hand = by_hand(&closure);
    closure.decided.extend(by_hand);
    let assets: Vec<AssetId> = asked_assets.into_iter().collect();
    for chunk in assets.chunks(10_000) {
        closure.assets.extend(bound::by_ids(db, chunk).await?.into_iter().map(|row| (row.id, row)));
        closure.identifiers.extend(bound::identifiers(db, chunk).await?);
    }
    Ok(closure)
}

/// What a person said of an asset later belongs to the record that the asset was made of.
fn by_hand(closure: &Closure) -> Vec<Decided> {
    let mut first: HashMap<AssetId, i64> = HashMap::new();
    for row in closure.records.iter().map(|loaded| &loaded.row) {
        if let Some(home) = row.home_id {
            let known = first.entry(home).or_insert(row.id);
            *known = row.id.min(*known);
        }
    }
    let manual = closure
        .records
        .iter()
        .filter(|loaded| closure.source(loaded).is_some_and(|(source, _)| source.kind == "manual"));
    let pair = |loaded: &Loaded| {
        let made_of = *first.get(&loaded.row.home_id?)?;
        (made_of != loaded.row.id).then_some(Decided::Same(made_of, loaded.row.id))
    };
    manual.filter_map(pair).collect()
}
