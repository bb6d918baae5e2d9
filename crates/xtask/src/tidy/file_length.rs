// SPDX-License-Identifier: Apache-2.0
//! No source file is longer than 500 lines: one concept a file.

use super::Violation;
use crate::repo::{Repo, extension};

const MAX_LINES: usize = 500;

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in &repo.files {
        let is_source =
            matches!(extension(path), "rs" | "ts" | "svelte" | "mjs" | "js" | "css" | "sh" | "sql" | "ftl");
        // The API client's types are written by a program and read by none but the compiler.
        if !is_source || super::generated::is_generated(path) {
            continue;
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            let message = format!("{lines} lines, the limit is {MAX_LINES}");
            violations.push(Violation::new(path, MAX_LINES + 1, message, "split the file by concept"));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_501_lines_is_named_and_one_of_500_is_not() {
        let (long, full) = ("//\n".repeat(501), "//\n".repeat(500));
        let repo = Repo::of(&[("crates/a/src/long.rs", &long), ("crates/a/src/full.rs", &full)]);
        let found = check(&repo);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].file.as_str(), found[0].line), ("crates/a/src/long.rs", 501));
    }

    #[test]
    fn generated_files_and_data_may_be_long() {
        let long = "x\n".repeat(900);
        let repo = Repo::of(&[("web/src/lib/api/schema.d.ts", &long), ("docs/a.md", &long)]);
        assert_eq!(check(&repo), []);
    }
}
