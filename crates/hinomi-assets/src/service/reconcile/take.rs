// SPDX-License-Identifier: Apache-2.0
//! Taking records in. What is already known writes nothing.

use std::collections::{BTreeMap, HashMap};

use hinomi_core::Time;
use hinomi_db::ids::next_ids;
use hinomi_db::{DbError, Tx};
use serde::Serialize;

use super::place::Places;
use crate::error::AssetError;
use crate::reconcile::{Key, Origin, Rule, SourceRecord, found_by, keys_of};
use crate::service::Act;
use crate::store::records::{self, KnownRow, RecordRow, RelationRow};
use crate::store::{rules, sources};

/// A source by name, and what it is when it is new.
#[derive(Debug, Clone, Copy)]
pub struct SourceName<'a> {
    pub name: &'a str,
    pub kind: Origin,
}

/// What a source says now of one thing.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Under which the source speaks of it again.
    pub key: String,
    pub record: SourceRecord,
    pub observed_at: Time,
}

/// What became of the records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RecordsTaken)]
pub struct Taken {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Older than what the source has said meanwhile.
    pub older: usize,
}

const CHUNK: usize = 2_000;
const LONGEST_KEY: usize = 300;

/// Takes records of one source in, in short transactions.
pub async fn records_put(
    act: &Act<'_>,
    source: SourceName<'_>,
    incoming: Vec<Incoming>,
) -> Result<Taken, AssetError> {
    let db = &act.app.db;
    let places = Places::read(db).await?;
    let mut newest: BTreeMap<String, (Time, String, Incoming)> = BTreeMap::new();
    for mut one in incoming {
        one.key = one.key.chars().filter(|character| !character.is_control()).take(LONGEST_KEY).collect();
        let text = serde_json::to_string(&one.record).unwrap_or_default();
        let order = (one.observed_at, text);
        // A key twice in one file: the newer counts, whichever comes first.
        match newest.get(&one.key) {
            Some((at, text, _)) if (*at, text) >= (order.0, &order.1) => {}
            _ => {
                newest.insert(one.key.clone(), (order.0, order.1, one));
            }
        }
    }
    let all: Vec<(String, Incoming)> = newest.into_values().map(|(_, text, one)| (text, one)).collect();
    let mut taken = Taken::default();
    for chunk in all.chunks(CHUNK) {
        let mut tx = db.begin().await?;
        records::lock(&mut tx).await?;
        take(&mut tx, source, chunk, &places, &mut taken).await?;
        tx.commit().await?;
    }
    if Places::read(db).await?.hash != places.hash {
        // A rule came in between: everything finds its place once more.
        let mut tx = db.begin().await?;
        rules::set_placed_by(&mut tx, "").await?;
        tx.commit().await?;
    }
    Ok(taken)
}

async fn take(
    tx: &mut Tx,
    source: SourceName<'_>,
    chunk: &[(String, Incoming)],
    places: &Places,
    taken: &mut Taken,
) -> Result<(), DbError> {
    let source = sources::named(tx, source.name, source.kind).await?;
    let keys: Vec<&str> = chunk.iter().map(|(_, one)| one.key.as_str()).collect();
    let known: HashMap<String, KnownRow> = records::known(tx, source.id, &keys)
        .await?
        .into_iter()
        .map(|row| (row.source_key.clone(), row))
        .collect();
    let mut put: Vec<(RecordRow, &SourceRecord)> = Vec::new();
    let mut replaced: Vec<i64> = Vec::new();
    let mut again: BTreeMap<Time, Vec<i64>> = BTreeMap::new();
    let mut new_count = 0;
    for (text, one) in chunk {
        let content = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        let mut row = RecordRow {
            id: 0,
            source_id: source.id,
            source_key: one.key.clone(),
            content,
            data: text.clone(),
            place: places.place_of(&one.record),
            observed_at: one.observed_at,
            asset_id: None,
            home_id: None,
            dirty: true,
        };
        match known.get(&one.key) {
            None => {
                taken.new += 1;
                new_count += 1;
                put.push((row, &one.record));
            }
            Some(known) if known.content == row.content => {
                taken.unchanged += 1;
                if one.observed_at > known.observed_at {
                    again.entry(one.observed_at).or_default().push(known.id);
                }
            }
            Some(known) if (known.observed_at, &known.content) > (row.observed_at, &row.content) => {
                taken.older += 1
            }
            Some(known) => {
                taken.changed += 1;
                replaced.push(known.id);
                row.id = known.id;
                put.push((row, &one.record));
            }
        }
    }
    if new_count > 0 {
        let mut ids = next_ids(tx, "asset_record", new_count).await?;
        for (row, _) in put.iter_mut().filter(|(row, _)| row.id == 0) {
            row.id = ids.next().unwrap_or_default();
        }
    }
    if !replaced.is_empty() {
        let before = |data: String| serde_json::from_str::<SourceRecord>(&data).unwrap_or_default();
        let said = records::data_of(tx, &replaced).await?.into_iter().map(before);
        let old_keys: Vec<i64> = said.flat_map(|record| found_by(&keys_of(&record))).collect();
        records::keys_remove(tx, &old_keys, &replaced).await?;
    }
    let relations = put.iter().flat_map(|(row, record)| relations_of(record, row)).collect();
    // Their keys wait until they are reconciled: written here, each would touch a page of its own.
    let rows = put.into_iter().map(|(row, record)| (row, Some(found_by(&keys_of(record)))));
    records::put(tx, rows).await?;
    records::relations_replace(tx, &replaced, relations).await?;
    for (at, ids) in again {
        records::seen_again(tx, &ids, at).await?;
    }
    Ok(())
}

fn relations_of(record: &SourceRecord, row: &RecordRow) -> Vec<RelationRow> {
    let mut rows: Vec<RelationRow> = record
        .relations
        .iter()
        .map(|relation| RelationRow {
            record_id: row.id,
            kind: relation.kind.clone(),
            target: relation_target(row.source_id, &relation.by, &relation.to),
            target_by: relation.by.clone(),
            target_text: relation.to.clone(),
        })
        .collect();
    rows.sort_by(|left, right| (&left.kind, left.target).cmp(&(&right.kind, right.target)));
    rows.dedup_by(|left, right| (&left.kind, left.target) == (&right.kind, right.target));
    rows
}

/// The number under which the other end of a relation is found.
pub(crate) fn relation_target(source: i64, by: &str, to: &str) -> i64 {
    match by {
        "cloud" => Key::new(Rule::Cloud, to).hash(),
        "name" => {
            let name = hinomi_db::search::fold(to);
            let rule = if name.contains('.') { Rule::Fqdn } else { Rule::Hostname };
            Key::new(rule, name).hash()
        }
        "asset" => xxhash_rust::xxh3::xxh3_64(format!("asset {to}").as_bytes()) as i64,
        _ => xxhash_rust::xxh3::xxh3_64(format!("record {source} {to}").as_bytes()) as i64,
    }
}
