// SPDX-License-Identifier: Apache-2.0
//! A table belongs to the crate whose migrations create it. Only that crate's `store` files name it in SQL; everyone
//! else asks the owner's query functions or reads a view of its named `v_…`.
//!
//! `hinomi-db` is the layer itself: its own tables may be named anywhere in it, and its `testing` may look at all. So may
//! the tests in `tests/` of the application and of insight, which stand above every domain: they hold what a page
//! shows against the tables themselves.

use std::collections::BTreeMap;

use super::sql::{Mention, literals, looks_like_sql, mentions};
use super::{Violation, crate_graph};
use crate::repo::{Repo, crate_of, extension};

const REMEDY: &str = "call a query function of the owner, or read one of its v_ views";

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    let owners = owners(repo, &mut violations);
    for (path, text) in repo.under("crates/") {
        let Some(crate_name) = crate_of(path) else { continue };
        if crate_name == "xtask" {
            continue;
        }
        let at_home = Home::of(path, crate_name);
        match extension(path) {
            "sql" => check_migration(path, crate_name, text, &owners, &mut violations),
            "rs" => {
                for (line, table) in tables_in_rust(text, at_home) {
                    let Some(owner) = owners.get(table) else { continue };
                    if at_home == Home::Anything || (*owner == crate_name && at_home == Home::Own) {
                        continue;
                    }
                    let message = if *owner == crate_name {
                        format!("names table {table:?} outside the store")
                    } else {
                        format!("names table {table:?} of {owner}")
                    };
                    let remedy =
                        if *owner == crate_name { "move the statement into src/store" } else { REMEDY };
                    violations.push(Violation::new(path, line, message, remedy));
                }
            }
            _ => {}
        }
    }
    violations
}

/// What the place of a file allows it to name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    /// The store of its crate, or its crate's tests: the crate's own tables.
    Own,
    /// Test databases, and tests of the whole, know every table.
    Anything,
    Nothing,
}

impl Home {
    fn of(path: &str, crate_name: &str) -> Self {
        let inside =
            path.strip_prefix("crates/").and_then(|rest| rest.strip_prefix(crate_name)).unwrap_or(path);
        let mut parts = inside.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
        // `hinomi-feeds` has no tables: what it brings is in those of the advisories.
        let is_whole = matches!(crate_name, "hinomi" | "hinomi-testkit" | "hinomi-feeds")
            || crate_graph::is_insight(crate_name);
        if (crate_name == "hinomi-db" && inside.starts_with("/src/testing"))
            || (is_whole && inside.starts_with("/tests/"))
        {
            Self::Anything
        } else if crate_name == "hinomi-db" || parts.any(|part| part.starts_with("store") || part == "tests")
        {
            Self::Own
        } else {
            Self::Nothing
        }
    }
}

fn owners<'a>(repo: &'a Repo, violations: &mut Vec<Violation>) -> BTreeMap<&'a str, &'a str> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, text) in repo.under("crates/") {
        let (Some(crate_name), "sql") = (crate_of(path), extension(path)) else { continue };
        for (line, mention) in mentions(text) {
            match mention {
                Mention::CreatesTable(table) => {
                    if let Some(other) = owners.insert(table, crate_name)
                        && other != crate_name
                    {
                        let message = format!("table {table:?} is also created by {other}");
                        violations.push(Violation::new(
                            path,
                            line + 1,
                            message,
                            "one table, one owner: rename one",
                        ));
                    }
                }
                Mention::CreatesView(view) if !view.starts_with("v_") => {
                    let message = format!("view {view:?} is not named v_…");
                    violations.push(Violation::new(path, line + 1, message, "name what others may read v_…"));
                }
                _ => {}
            }
        }
    }
    owners
}

fn check_migration(
    path: &str,
    crate_name: &str,
    text: &str,
    owners: &BTreeMap<&str, &str>,
    violations: &mut Vec<Violation>,
) {
    for (line, mention) in mentions(text) {
        let (table, refers) = match mention {
            Mention::Names(table) => (table, false),
            Mention::Refers(table) => (table, true),
            _ => continue,
        };
        let Some(owner) = owners.get(table) else { continue };
        let allowed = if refers { crate_graph::may_refer(crate_name, owner) } else { *owner == crate_name };
        if !allowed {
            let message = format!("names table {table:?} of {owner}");
            violations.push(Violation::new(path, line + 1, message, REMEDY));
        }
    }
}

/// Calls of the query builder whose argument is a table's name.
const BUILDER_CALLS: &[&str] = &[
    ".from(",
    ".from_as(",
    ".into_table(",
    ".table(",
    "join(",
    "join_as(",
    "Alias::new(",
    "ident(",
    "Table::create(",
];

fn tables_in_rust(text: &str, home: Home) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    // A file's own test module stands at its end and may look into the crate's own tables, as `tests/` may.
    let tests_from = match text.find("#[cfg(test)]\nmod ") {
        Some(at) if home == Home::Nothing => text[..at].matches('\n').count() + 1,
        _ => usize::MAX,
    };
    for literal in literals(text) {
        if literal.line >= tests_from {
            break;
        }
        let is_name = literal.text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if is_name {
            let is_table = BUILDER_CALLS.iter().any(|call| literal.before.ends_with(call))
                || names_bulk_table(literal.before);
            if is_table {
                found.push((literal.line, literal.text));
            }
        } else if looks_like_sql(literal.text) {
            for (line, mention) in mentions(literal.text) {
                if let Mention::Names(table) | Mention::Refers(table) | Mention::CreatesTable(table) = mention
                {
                    found.push((literal.line + line, table));
                }
            }
        }
    }
    found
}

/// `BulkTable { name: "…"`.
fn names_bulk_table(before: &str) -> bool {
    before.strip_suffix("name:").is_some_and(|rest| {
        rest.trim_end().strip_suffix('{').is_some_and(|rest| rest.trim_end().ends_with("BulkTable"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSET: (&str, &str) = (
        "crates/hinomi-assets/migrations/202611230001_assets/sqlite.sql",
        "CREATE TABLE asset (id TEXT PRIMARY KEY, unit_id TEXT REFERENCES unit(id));\n",
    );
    const UNIT: (&str, &str) = (
        "crates/hinomi-org/migrations/202611230000_org/sqlite.sql",
        "CREATE TABLE unit (id TEXT PRIMARY KEY);\n",
    );

    fn messages(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&Repo::of(&[ASSET, UNIT, (path, text)])).into_iter().map(|v| (v.line, v.message)).collect()
    }

    #[test]
    fn the_owners_store_may_name_its_table_and_others_may_not() {
        let read = "fn f() {\n    query(\"SELECT id\n             FROM asset\");\n}\n";
        assert_eq!(messages("crates/hinomi-assets/src/store/list.rs", read), []);
        let foreign = (3, "names table \"asset\" of hinomi-assets".to_owned());
        assert_eq!(messages("crates/hinomi-tickets/src/store.rs", read), [foreign]);
        let outside = (3, "names table \"asset\" outside the store".to_owned());
        assert_eq!(messages("crates/hinomi-assets/src/service.rs", read), [outside]);
    }

    #[test]
    fn the_query_builder_and_bulk_tables_count_too() {
        let builder = "fn f() { Query::select().from(\"asset\"); }\n";
        assert_eq!(messages("crates/hinomi-risk/src/store.rs", builder).len(), 1);
        let bulk = "const T: BulkTable = BulkTable {\n    name: \"asset\",\n};\n";
        assert_eq!(messages("crates/hinomi-risk/src/store.rs", bulk).len(), 1);
        let id_sequence = "next_ids(tx, \"asset\", 5)";
        assert_eq!(messages("crates/hinomi-risk/src/store.rs", id_sequence), []);
    }

    #[test]
    fn views_and_prose_are_open_to_all_and_test_databases_see_everything() {
        let view = "fn f() { query(\"SELECT * FROM v_asset\"); fail(\"nothing read from asset\"); }\n";
        assert_eq!(messages("crates/hinomi-risk/src/store.rs", view), []);
        let all = "fn f() { query(\"DELETE FROM asset\"); }\n";
        assert_eq!(messages("crates/hinomi-db/src/testing/clean.rs", all), []);
        assert_eq!(messages("crates/hinomi-db/src/pool.rs", all).len(), 1);
    }

    #[test]
    fn tests_of_the_whole_may_count_in_the_tables_and_tests_of_a_domain_may_not() {
        let count = "fn f() { query(\"SELECT COUNT(*) FROM asset\"); }\n";
        assert_eq!(messages("crates/hinomi-risk/tests/heat_map.rs", count), []);
        assert_eq!(messages("crates/hinomi/tests/it/schema.rs", count), []);
        assert_eq!(messages("crates/hinomi-assets/tests/service.rs", count), []);
        assert_eq!(messages("crates/hinomi-tickets/tests/service.rs", count).len(), 1);
        assert_eq!(messages("crates/hinomi-risk/src/service.rs", count).len(), 1);
    }

    #[test]
    fn foreign_keys_follow_the_arrows() {
        let down = "CREATE TABLE a_note (asset_id TEXT REFERENCES asset(id));\n";
        assert_eq!(messages("crates/hinomi-tickets/migrations/202611230002_t/sqlite.sql", down), []);
        assert_eq!(messages("crates/hinomi-org/migrations/202611230002_t/sqlite.sql", down).len(), 1);
        let read = "CREATE VIEW v_note AS SELECT * FROM asset;\n";
        assert_eq!(messages("crates/hinomi-tickets/migrations/202611230002_t/sqlite.sql", read).len(), 1);
    }

    #[test]
    fn a_table_has_one_owner_and_views_have_their_prefix() {
        let second = "CREATE TABLE asset (id TEXT);\n";
        assert_eq!(messages("crates/hinomi-risk/migrations/202611230009_r/sqlite.sql", second).len(), 1);
        let view = "CREATE VIEW asset_list AS SELECT 1;\n";
        assert_eq!(messages("crates/hinomi-risk/migrations/202611230009_r/sqlite.sql", view).len(), 1);
    }
}
