// SPDX-License-Identifier: Apache-2.0
//! A whole database as text, to say that nothing in it changed.

use hinomi_db::{Db, Engine, values};
use std::collections::BTreeMap;

/// What a request moves whatever it asks for: when a session was last used.
const MOVES_BY_ITSELF: &[&str] = &["session"];

/// Every table with its rows as sorted lines.
pub(crate) async fn dump(db: &Db) -> BTreeMap<String, Vec<String>> {
    let tables: Vec<String> = db
        .column(
            db.pick(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
                "SELECT table_name::text FROM information_schema.tables \
                 WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
            ),
            values![],
        )
        .await
        .unwrap();
    let mut all = BTreeMap::new();
    for table in tables.into_iter().filter(|table| !MOVES_BY_ITSELF.contains(&table.as_str())) {
        let sql = match db.engine() {
            Engine::Sqlite => {
                let columns: Vec<String> = db
                    .column("SELECT name FROM pragma_table_info($1) ORDER BY cid", values![table.clone()])
                    .await
                    .unwrap();
                let quoted: Vec<String> =
                    columns.iter().map(|name| format!("'{name}=' || quote(\"{name}\")")).collect();
                format!("SELECT {} FROM \"{table}\" ORDER BY 1", quoted.join(" || ' ' || "))
            }
            Engine::Postgres => format!("SELECT to_jsonb(t)::text FROM \"{table}\" t ORDER BY 1"),
        };
        // The text of a statement lives as long as the program; a test makes a few dozen.
        let rows: Vec<String> = db.column(String::leak(sql), values![]).await.unwrap();
        all.insert(table, rows);
    }
    assert!(all.len() > 30, "{:?}", all.keys());
    all
}

/// Panics with the rows that differ, not with two whole databases.
pub(crate) fn assert_same(
    before: &BTreeMap<String, Vec<String>>,
    after: &BTreeMap<String, Vec<String>>,
    what: &str,
) {
    let mut differences = Vec::new();
    for (table, rows) in before {
        let now = after.get(table).map_or(&[][..], Vec::as_slice);
        let gone = rows.iter().filter(|row| now.binary_search(row).is_err());
        differences.extend(gone.map(|row| format!("- {table}: {row}")));
        let new = now.iter().filter(|row| !rows.contains(row));
        differences.extend(new.map(|row| format!("+ {table}: {row}")));
    }
    differences.truncate(40);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}
