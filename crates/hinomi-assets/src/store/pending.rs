// SPDX-License-Identifier: Apache-2.0
//! Column `asset_record.pending_keys` and the whole of `asset_record_key`: keys by the thousand.
//!
//! A key is a hash, so each record's keys lie anywhere in the table. Written record by record they touch a page each;
//! written in their order, those of many records together, a page is touched once.

use hinomi_db::{Db, DbError, Value, values};

/// Hashes as stored: eight bytes each.
pub(super) fn packed(hashes: &[i64]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect()
}

fn unpacked(bytes: &[u8]) -> impl Iterator<Item = i64> + '_ {
    bytes.chunks_exact(8).filter_map(|eight| eight.try_into().ok()).map(i64::from_le_bytes)
}

const PAGE: i64 = 20_000;

/// Hash and record of every key that waits.
pub(crate) async fn all(db: &Db) -> Result<Vec<(i64, i64)>, DbError> {
    let sql = "SELECT id, pending_keys FROM asset_record
        WHERE dirty AND pending_keys IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
    let mut found = Vec::new();
    let mut after = 0;
    loop {
        let rows: Vec<(i64, Vec<u8>)> = db.all(sql, values![after, PAGE]).await?;
        let Some((last, _)) = rows.last() else { return Ok(found) };
        after = *last;
        found.extend(rows.iter().flat_map(|(id, keys)| unpacked(keys).map(|hash| (hash, *id))));
    }
}

/// The same of some records.
pub(crate) async fn of_records(db: &Db, records: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    let sql = "SELECT id, pending_keys FROM asset_record WHERE pending_keys IS NOT NULL
        AND id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows: Vec<(i64, Vec<u8>)> = db.all(sql, vec![Value::json_list(records)]).await?;
    Ok(rows.iter().flat_map(|(id, keys)| unpacked(keys).map(|hash| (hash, *id))).collect())
}

/// Hash and record of every key that is written, in order.
pub(crate) async fn written(db: &Db) -> Result<Vec<(i64, i64)>, DbError> {
    let sql = "SELECT hash, record_id FROM asset_record_key
        WHERE (hash, record_id) > ($1, $2) ORDER BY hash, record_id LIMIT $3";
    let mut found: Vec<(i64, i64)> = Vec::new();
    let mut after = (i64::MIN, i64::MIN);
    loop {
        let rows: Vec<(i64, i64)> = db.all(sql, values![after.0, after.1, 5 * PAGE]).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = *last;
        found.extend(rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_survive_their_bytes() {
        let hashes = [i64::MIN, -1, 0, 7, i64::MAX];
        assert_eq!(unpacked(&packed(&hashes)).collect::<Vec<_>>(), hashes);
        assert_eq!(unpacked(&[]).count(), 0);
    }
}
