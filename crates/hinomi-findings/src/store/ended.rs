// SPDX-License-Identifier: Apache-2.0
//! What no longer holds.

use hinomi_db::{Db, DbError, values};
use std::collections::HashMap;

/// The records whose matches of a component and a vulnerability ended last: component and vulnerability → numbers of
/// records. A pair that still has a match is among them, too.
pub async fn ended_last(db: &Db, component_ids: &[u32]) -> Result<HashMap<(i64, i64), Vec<i64>>, DbError> {
    let sql = db.pick(
        "SELECT component_id, vulnerability_id, advisory_no, to_at FROM component_match \
         WHERE component_id IN (SELECT value FROM json_each($1)) AND to_at < $2 AND state = 'affected'",
        "SELECT component_id, vulnerability_id, advisory_no, to_at FROM component_match \
         WHERE component_id IN (SELECT json_array_elements_text($1::json)::bigint) AND to_at < $2 AND state = 'affected'",
    );
    let mut newest: HashMap<(i64, i64), (i64, Vec<i64>)> = HashMap::new();
    for chunk in component_ids.chunks(5_000) {
        let list = serde_json::to_string(chunk).unwrap_or_else(|_| "[]".to_owned());
        for (component, vulnerability, record, to_at) in
            db.all::<(i64, i64, i64, i64)>(sql, values![list, crate::OPEN]).await?
        {
            let (at, records) = newest.entry((component, vulnerability)).or_insert((to_at, Vec::new()));
            if to_at > *at {
                (*at, *records) = (to_at, Vec::new());
            }
            if to_at == *at && !records.contains(&record) {
                records.push(record);
            }
        }
    }
    Ok(newest.into_iter().map(|(pair, (_, records))| (pair, records)).collect())
}
