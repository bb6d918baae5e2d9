// SPDX-License-Identifier: Apache-2.0
//! Which records share a key.
//!
//! ```text
//! one changed record      ─→ the index of keys in the database is asked
//! a great part of them    ─→ all keys are read once, in order, and asked in memory
//! ```
//! A key takes sixteen bytes in memory: ten million of them, as a million assets of three sources have, 160 MB.

use std::collections::{HashMap, HashSet};

use hinomi_db::{Db, DbError};

use crate::reconcile::{Key, MOST_SHARERS};
use crate::store::{pending, records};

/// Keys written in one transaction.
const KEYS_AT_ONCE: usize = 20_000;

/// Reading all keys costs about as much as asking for those of one record in so many.
const SHARE: usize = 16;
const FEWEST: usize = 100;

pub(super) enum Links {
    Index,
    Held(Held),
}

impl Links {
    /// Writes the keys that wait, and chooses how these records are best looked at.
    pub(super) async fn of(db: &Db, dirty: &[i64]) -> Result<Self, DbError> {
        let many =
            dirty.len() >= FEWEST && dirty.len() * SHARE >= records::highest(db).await?.max(0) as usize;
        let waiting = pending::all(db).await?;
        if !many {
            settle(db, waiting).await?;
            return Ok(Self::Index);
        }
        let mut pairs = pending::written(db).await?;
        let waiting = settle(db, waiting).await?;
        if !waiting.is_empty() {
            pairs.extend(waiting);
            pairs.sort_unstable();
            pairs.dedup();
        }
        Ok(Self::Held(Held::new(pairs, dirty)))
    }

    /// Records with any of the keys. A key that too many share leads nowhere; when it has just become so, its records
    /// are looked at once more.
    pub(super) async fn sharing(
        &self,
        db: &Db,
        hashes: &HashMap<i64, Key>,
        crowded: &mut HashSet<Key>,
    ) -> Result<Vec<i64>, DbError> {
        match self {
            Self::Index => in_index(db, hashes, crowded).await,
            Self::Held(held) => Ok(held.sharing(hashes, crowded)),
        }
    }
}

/// Writes the keys of records that wait, in their order. A run that breaks off writes them again.
pub(super) async fn settle(db: &Db, mut waiting: Vec<(i64, i64)>) -> Result<Vec<(i64, i64)>, DbError> {
    waiting.sort_unstable();
    waiting.dedup();
    for chunk in waiting.chunks(KEYS_AT_ONCE) {
        let mut tx = db.begin().await?;
        records::lock(&mut tx).await?;
        records::keys_add(&mut tx, chunk.to_vec()).await?;
        tx.commit().await?;
    }
    Ok(waiting)
}

async fn in_index(
    db: &Db,
    hashes: &HashMap<i64, Key>,
    crowded: &mut HashSet<Key>,
) -> Result<Vec<i64>, DbError> {
    let most = MOST_SHARERS as i64;
    let all: Vec<i64> = hashes.keys().copied().collect();
    let mut found = Vec::new();
    for chunk in all.chunks(20_000) {
        let mut shared: Vec<i64> = Vec::with_capacity(chunk.len());
        for (hash, (count, dirty)) in records::sharers(db, chunk).await? {
            if count > most {
                crowded.extend(hashes.get(&hash).cloned());
            }
            if count > 1 && count - dirty <= most {
                shared.push(hash);
            }
        }
        found.extend(records::with_keys(db, &shared).await?);
    }
    Ok(found)
}

/// All keys, and which records wait to be looked at.
pub(super) struct Held {
    /// Hash and record, in order.
    pairs: Vec<(i64, i64)>,
    /// Where the hashes that begin with each sixteen bits begin: hashes are spread evenly.
    begins: Vec<usize>,
    dirty: Marks,
}

impl Held {
    fn new(pairs: Vec<(i64, i64)>, dirty: &[i64]) -> Self {
        let mut begins = vec![0; ROOMS + 1];
        for (hash, _) in &pairs {
            begins[room(*hash) + 1] += 1;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let mut marks = Marks::default();
        dirty.iter().for_each(|id| marks.set(*id));
        Self { pairs, begins, dirty: marks }
    }

    fn of(&self, hash: i64) -> &[(i64, i64)] {
        let room = room(hash);
        let pairs = &self.pairs[self.begins[room]..self.begins[room + 1]];
        let from = pairs.partition_point(|(other, _)| *other < hash);
        let count = pairs[from..].iter().take_while(|(other, _)| *other == hash).count();
        &pairs[from..from + count]
    }

    fn sharing(&self, hashes: &HashMap<i64, Key>, crowded: &mut HashSet<Key>) -> Vec<i64> {
        let mut found = Vec::new();
        for (hash, key) in hashes {
            let sharing = self.of(*hash).iter().map(|(_, record)| *record);
            if sharing.len() <= MOST_SHARERS {
                found.extend(sharing.filter(|_| self.of(*hash).len() > 1));
                continue;
            }
            crowded.insert(key.clone());
            // Those that wait have their own turn; those that the key held together until now would have none.
            let settled: Vec<i64> = sharing.filter(|record| !self.dirty.has(*record)).collect();
            if settled.len() <= MOST_SHARERS {
                found.extend(settled);
            }
        }
        found
    }
}

const ROOMS: usize = 1 << 16;

/// The room of a hash; rooms are in the order of hashes.
fn room(hash: i64) -> usize {
    usize::from(((hash as u64 ^ (1 << 63)) >> 48) as u16)
}

/// A set of records. Their numbers are dense.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks(Vec<u64>);

impl Marks {
    pub(super) fn set(&mut self, record: i64) {
        let at = usize::try_from(record).unwrap_or_default();
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(super) fn has(&self, record: i64) -> bool {
        let at = usize::try_from(record).unwrap_or_default();
        self.0.get(at / 64).is_some_and(|word| word & 1 << (at % 64) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::Rule;

    #[test]
    fn keys_in_memory_find_who_shares_them() {
        let key = |value: &str| Key::new(Rule::Fqdn, value);
        let crowd = key("crowd");
        let mut pairs = vec![(key("a").hash(), 1), (key("a").hash(), 2), (key("alone").hash(), 3)];
        pairs.extend([(i64::MIN, 4), (i64::MAX, 5), (0, 6), (-1, 7)]);
        pairs.extend((10..100).map(|record| (crowd.hash(), record)));
        pairs.sort_unstable();
        let dirty: Vec<i64> = (20..100).collect();
        let held = Held::new(pairs, &dirty);
        for (hash, record) in [(i64::MIN, 4), (i64::MAX, 5), (0, 6), (-1, 7)] {
            assert_eq!(held.of(hash), [(hash, record)]);
        }
        let asked: HashMap<i64, Key> =
            [key("a"), key("alone"), key("nobody"), crowd.clone()].map(|key| (key.hash(), key)).into();
        let mut crowded = HashSet::new();
        let mut found = held.sharing(&asked, &mut crowded);
        found.sort_unstable();
        // Of the crowd those ten that were settled before it became one.
        assert_eq!(found, [1, 2].into_iter().chain(10..20).collect::<Vec<i64>>());
        assert_eq!(crowded, HashSet::from([crowd]));
    }

    #[test]
    fn marks_are_kept() {
        let mut marks = Marks::default();
        [1, 63, 64, 1_000_000].iter().for_each(|id| marks.set(*id));
        let marked: Vec<i64> = (0..2_000_000).filter(|id| marks.has(*id)).collect();
        assert_eq!(marked, [1, 63, 64, 1_000_000]);
    }
}
