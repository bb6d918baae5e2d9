// SPDX-License-Identifier: Apache-2.0
//! Originals in blocks of like documents.
//!
//! ```text
//! batch of documents ─→ blocks of about 4 MB ─→ compressed on all cores ─→ stored
//! records ─→ their blocks, a few at a time ─→ unpacked once each ─→ each document's bytes
//! ```
//! One by one documents of some kilobytes compress to a third of what they need together; larger blocks gain little and
//! cost whoever wants one document.

use std::collections::{BTreeMap, HashMap};

use hinomi_db::Db;
use rayon::prelude::*;

use crate::model::AdvisoryError;
use crate::store::originals::{self, NewOriginal, Place};

pub(super) const BLOCK_BYTES: usize = 4 << 20;
const LEVEL: i32 = 9;
/// Blocks that are unpacked at one time: bounds memory whatever is asked for.
const BLOCKS_AT_ONCE: usize = 8;
/// More than any block or document: one larger than a block is a block of its own.
const MOST_UNPACKED: usize = 2 << 30;

/// A document to be kept: its hash, the record it is told by, its bytes, how many records it holds.
pub(crate) struct Wanted<'a> {
    pub hash: &'a str,
    pub advisory_id: &'a str,
    pub bytes: &'a [u8],
    pub records: i64,
}

/// Documents packed before it is known which of them count.
#[derive(Default)]
pub(crate) struct Packed {
    blocks: Vec<Vec<u8>>,
    rows: Vec<NewOriginal>,
}

impl Packed {
    /// Rows that `keep` wants, as it leaves them, with the blocks that they lie in.
    pub(crate) fn only(
        self,
        mut keep: impl FnMut(&mut NewOriginal) -> bool,
    ) -> (Vec<Vec<u8>>, Vec<NewOriginal>) {
        let mut rows: Vec<NewOriginal> = self.rows;
        rows.retain_mut(&mut keep);
        let mut places: Vec<Option<usize>> = vec![None; self.blocks.len()];
        rows.iter().for_each(|row| places[row.block] = Some(0));
        let mut blocks = Vec::new();
        for (block, place) in self.blocks.into_iter().zip(&mut places) {
            if place.is_some() {
                *place = Some(blocks.len());
                blocks.push(block);
            }
        }
        rows.iter_mut().for_each(|row| row.block = places[row.block].unwrap_or_default());
        (blocks, rows)
    }
}

/// Packs documents, neighbours together: sources list what is alike side by side.
pub(crate) fn pack(wanted: Vec<Wanted<'_>>) -> Result<Packed, AdvisoryError> {
    let mut raw: Vec<Vec<u8>> = Vec::new();
    let mut rows = Vec::with_capacity(wanted.len());
    for one in wanted {
        match raw.last() {
            Some(last) if last.len() + one.bytes.len() <= BLOCK_BYTES => {}
            _ => raw.push(Vec::new()),
        }
        let block = raw.len() - 1;
        let Some(last) = raw.last_mut() else { continue };
        rows.push(NewOriginal {
            hash: one.hash.to_owned(),
            advisory_id: one.advisory_id.to_owned(),
            size_bytes: one.bytes.len() as i64,
            block,
            offset: last.len() as i64,
            records: one.records,
        });
        last.extend_from_slice(one.bytes);
    }
    let blocks = raw.into_par_iter().map(|block| packed(&block)).collect::<Result<Vec<_>, _>>()?;
    // In one order everywhere: two imports of the same files wait for each other instead of locking up.
    rows.sort_by(|left, right| left.hash.cmp(&right.hash));
    Ok(Packed { blocks, rows })
}

/// Rows of one block, each with its place in the order asked for.
type Waiting<T> = (Option<i64>, Vec<(usize, T)>);

/// What is made of the rows of one document and its bytes: a result for each, in their order.
pub(crate) type Work<T, R> = fn(Vec<T>, &[u8]) -> Result<Vec<R>, AdvisoryError>;

/// Hands the rows of each document its bytes, and all of one document at once: whoever reads it does so once, however many
/// records were made of it. The results are in the order of the rows.
pub(crate) async fn with_bytes<T, R>(
    db: &Db,
    rows: Vec<T>,
    place: fn(&T) -> &Place,
    told: fn(&T) -> (&str, &str),
    work: Work<T, R>,
) -> Result<Vec<R>, AdvisoryError>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let mut by_block: BTreeMap<Option<i64>, Vec<(usize, T)>> = BTreeMap::new();
    for (index, row) in rows.into_iter().enumerate() {
        by_block.entry(place(&row).block_id).or_default().push((index, row));
    }
    let mut results: Vec<(usize, R)> = Vec::new();
    let mut waiting = by_block.into_iter().peekable();
    while waiting.peek().is_some() {
        let chunk: Vec<Waiting<T>> = waiting.by_ref().take(BLOCKS_AT_ONCE).collect();
        let ids: Vec<i64> = chunk.iter().filter_map(|(block, _)| *block).collect();
        let blocks: HashMap<i64, Vec<u8>> = match ids.is_empty() {
            true => HashMap::new(),
            false => originals::blocks(db, &ids).await?.into_iter().collect(),
        };
        let unpacking = tokio::task::spawn_blocking(move || {
            let parts = chunk.into_par_iter().map(|(block, rows)| {
                let packed = block.and_then(|block| blocks.get(&block));
                of_block(packed.map(Vec::as_slice), rows, place, told, work)
            });
            parts.collect::<Result<Vec<_>, _>>()
        });
        let parts = unpacking
            .await
            .map_err(|_| AdvisoryError::Interrupted { path: "reading of stored records".into() })??;
        results.extend(parts.into_iter().flatten());
    }
    results.sort_unstable_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

fn of_block<T: Send, R: Send>(
    packed: Option<&[u8]>,
    rows: Vec<(usize, T)>,
    place: fn(&T) -> &Place,
    told: fn(&T) -> (&str, &str),
    work: Work<T, R>,
) -> Result<Vec<(usize, R)>, AdvisoryError> {
    let damaged = |row: &T, cause: &str| {
        let (id, hash) = told(row);
        AdvisoryError::Damaged { id: id.to_owned(), hash: hash.to_owned(), cause: cause.to_owned() }
    };
    let block = match packed.map(unpack).transpose() {
        Ok(block) => block,
        Err(cause) => {
            let first = rows.first().map(|(_, row)| damaged(row, &cause.to_string()));
            return Err(first.unwrap_or(AdvisoryError::Unreadable(cause.to_string())));
        }
    };
    let mut documents: BTreeMap<Option<i64>, Vec<(usize, T)>> = BTreeMap::new();
    for (index, row) in rows {
        documents.entry(place(&row).block_offset).or_default().push((index, row));
    }
    // What lies in no block lies with its record.
    let documents: Vec<Vec<(usize, T)>> = documents
        .into_iter()
        .flat_map(|(offset, rows)| match offset {
            Some(_) => vec![rows],
            None => rows.into_iter().map(|row| vec![row]).collect(),
        })
        .collect();
    let results = documents.into_par_iter().map(|rows| {
        let (indices, rows): (Vec<usize>, Vec<T>) = rows.into_iter().unzip();
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let at = place(row);
        let own;
        let bytes = match (&block, at.block_id, at.block_offset) {
            (Some(block), Some(_), Some(offset)) => {
                let range = usize::try_from(offset).ok().zip(usize::try_from(at.size_bytes).ok());
                let range = range.and_then(|(offset, size)| Some(offset..offset.checked_add(size)?));
                range
                    .and_then(|range| block.get(range))
                    .ok_or_else(|| damaged(row, "its block ends before it"))?
            }
            (None, None, _) => {
                own = unpack(&at.data).map_err(|cause| damaged(row, &cause.to_string()))?;
                own.as_slice()
            }
            _ => return Err(damaged(row, "its block is not there")),
        };
        Ok(indices.into_iter().zip(work(rows, bytes)?).collect::<Vec<_>>())
    });
    Ok(results.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

pub(super) fn packed(block: &[u8]) -> Result<Vec<u8>, AdvisoryError> {
    zstd::bulk::compress(block, LEVEL)
        .map_err(|cause| AdvisoryError::Unreadable(format!("a block of originals cannot be packed: {cause}")))
}

pub(super) fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    zstd::Decoder::new(packed)?.take(MOST_UNPACKED as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Work, with_bytes};
    use crate::service::import::Importer;
    use crate::service::prepare::Document;
    use crate::service::read;
    use crate::store::records::{self, PackedRecord};
    use hinomi_core::Time;
    use hinomi_db::{Db, Migration, both_engines};
    use serde_json::json;

    const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, crate::MIGRATIONS];

    fn statements(id: &str, cves: [&str; 3]) -> Document {
        let statement = |cve: &&str| json!({"vulnerability": {"name": cve}, "products": [{"@id": format!("pkg:pypi/demo-{cve}@1.0")}], "status": "fixed"});
        let document = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": format!("https://vex.example/{id}"),
            "author": "demo", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
            "statements": cves.iter().map(statement).collect::<Vec<_>>()});
        Document { path: format!("{id}.openvex.json"), bytes: Ok(document.to_string().into_bytes()) }
    }

    both_engines! { SETS;
        async fn a_document_of_many_records_is_read_once_for_all_of_them(db: Db) {
            let mut importer = Importer::open(&db, Time::from_micros(1), "vex", "file").await.unwrap();
            let documents = vec![
                statements("a", ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"]),
                statements("b", ["CVE-2026-0001", "CVE-2026-0004", "CVE-2026-0005"]),
            ];
            importer.take(documents).await.unwrap();
            assert_eq!(importer.finish().await.unwrap().added, 6);
            let rows = records::packed_page(&db, 0, 100).await.unwrap();
            let told: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
            let together: Work<PackedRecord, (String, usize)> = |rows, _| {
                let count = rows.len();
                Ok(rows.into_iter().map(|row| (row.id, count)).collect())
            };
            let read = with_bytes(&db, rows, |row| &row.original, |row| (&row.id, &row.hash), together).await.unwrap();
            assert_eq!(read, told.iter().map(|id| (id.clone(), 3)).collect::<Vec<_>>());
            // Each of them is still the record of its own.
            let numbers: Vec<i64> = (1..=6).collect();
            let records = read::records_of_numbers(&db, &numbers).await.unwrap();
            let ids: Vec<String> = records.iter().map(|record| record.advisory.id.clone()).collect();
            assert_eq!(ids, told);
            assert!(records.iter().all(|record| record.advisory.statements.len() == 1));
        }
    }
}
