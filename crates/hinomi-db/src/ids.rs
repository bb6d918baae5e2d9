// SPDX-License-Identifier: Apache-2.0
//! Small ordinal ids (BIGINT) in blocks: an import takes ten thousand at once and numbers its rows itself.

use std::ops::RangeInclusive;

use crate::{DbError, Tx, values};

/// The next `count` ids of a sequence, starting at 1. They are given back when the transaction rolls back; until it
/// ends, nobody else takes from this sequence.
pub async fn next_ids(
    tx: &mut Tx,
    sequence: &'static str,
    count: i64,
) -> Result<RangeInclusive<i64>, DbError> {
    if count < 1 {
        return Err(DbError::IdCount { sequence, count });
    }
    let last: i64 = tx
        .scalar(
            "INSERT INTO id_sequence (name, last_id) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET last_id = id_sequence.last_id + $2 RETURNING last_id",
            values![sequence, count],
        )
        .await?;
    Ok(last - count + 1..=last)
}
