// SPDX-License-Identifier: Apache-2.0
//! A migration is a folder `migrations/YYYYMMDDhhmm_name/` with one file per engine, and the crate that owns it
//! compiles both in.

use std::collections::{BTreeMap, BTreeSet};

use super::Violation;
use crate::repo::{Repo, crate_of, extension};

const ENGINES: [&str; 2] = ["sqlite.sql", "postgres.sql"];

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut folders: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (path, _) in repo.under("crates/") {
        let Some(crate_name) = crate_of(path) else { continue };
        let prefix = format!("crates/{crate_name}/migrations/");
        let Some((folder, file)) = path.strip_prefix(&prefix).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        folders.entry((crate_name, folder)).or_default().insert(file);
    }
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for ((crate_name, folder), files) in &folders {
        let place = format!("crates/{crate_name}/migrations/{folder}");
        for engine in ENGINES {
            if !files.contains(engine) {
                let message = format!("{engine} is missing");
                violations.push(Violation::new(&place, 1, message, "write the migration for both engines"));
            } else if !is_compiled_in(repo, crate_name, &format!("{folder}/{engine}")) {
                let message = format!("{folder}/{engine} is compiled in nowhere");
                violations.push(Violation::new(&place, 1, message, "list it in the crate's MIGRATIONS"));
            }
        }
        if !is_dated(folder) {
            let message = "the folder is not named YYYYMMDDhhmm_name";
            violations.push(Violation::new(
                &place,
                1,
                message,
                "begin with the date, then a lower-case name",
            ));
        }
        if let Some(other) = owners.insert(folder, crate_name) {
            let message = format!("{other} has a migration of the same name");
            violations.push(Violation::new(&place, 1, message, "names give the one order: choose another"));
        }
    }
    violations
}

fn is_compiled_in(repo: &Repo, crate_name: &str, file: &str) -> bool {
    let prefix = format!("crates/{crate_name}/src/");
    let folder = file.split('/').next().unwrap_or(file);
    repo.under(&prefix).any(|(path, text)| {
        extension(path) == "rs"
            && (text.contains(file) || (text.contains("include_migration!") && text.contains(folder)))
    })
}

fn is_dated(folder: &str) -> bool {
    let Some((date, name)) = folder.split_once('_') else { return false };
    matches!(date.len(), 12 | 14)
        && date.bytes().all(|byte| byte.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = r#"include_str!("../migrations/202611230001_org/sqlite.sql"); include_str!("../migrations/202611230001_org/postgres.sql");"#;

    #[test]
    fn both_engines_compiled_in_pass() {
        let repo = Repo::of(&[
            ("crates/hinomi-org/migrations/202611230001_org/sqlite.sql", ""),
            ("crates/hinomi-org/migrations/202611230001_org/postgres.sql", ""),
            ("crates/hinomi-org/src/lib.rs", LIB),
        ]);
        assert_eq!(check(&repo), []);
    }

    #[test]
    fn a_missing_engine_a_forgotten_file_and_a_bad_name_are_found() {
        let repo = Repo::of(&[
            ("crates/hinomi-org/migrations/202611230001_org/sqlite.sql", ""),
            ("crates/hinomi-org/migrations/202611230002_more/sqlite.sql", ""),
            ("crates/hinomi-org/migrations/202611230002_more/postgres.sql", ""),
            ("crates/hinomi-org/migrations/today_More/sqlite.sql", ""),
            ("crates/hinomi-org/src/lib.rs", LIB),
        ]);
        let found: Vec<_> = check(&repo).into_iter().map(|v| v.message).collect();
        let expected = [
            "postgres.sql is missing",
            "202611230002_more/sqlite.sql is compiled in nowhere",
            "202611230002_more/postgres.sql is compiled in nowhere",
            "today_More/sqlite.sql is compiled in nowhere",
            "postgres.sql is missing",
            "the folder is not named YYYYMMDDhhmm_name",
        ];
        assert_eq!(found, expected);
    }
}
