// SPDX-License-Identifier: Apache-2.0
//! Nothing in the tree promises to be done later, and every test runs.

use super::Violation;
use crate::repo::{Repo, extension};

/// Written in halves, so that this list does not find itself.
const MARKS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or file an issue and say what is so today"),
    (concat!("FIX", "ME"), "mend it, or file an issue and say what is so today"),
    (concat!("todo", "!("), "write it"),
    (concat!("unimplemented", "!("), "write it"),
    (concat!("#[", "ignore"), "make the test run, or remove it"),
    (concat!("test.", "skip("), "make the test run, or remove it"),
    (concat!("it.", "skip("), "make the test run, or remove it"),
    (concat!("describe.", "skip("), "make the test run, or remove it"),
    (concat!("test.", "only("), "let the other tests run too"),
    (concat!("it.", "only("), "let the other tests run too"),
];

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in &repo.files {
        if !matches!(
            extension(path),
            "rs" | "ts" | "svelte" | "mjs" | "js" | "sh" | "sql" | "ftl" | "toml" | "css"
        ) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            for (mark, remedy) in MARKS.iter().filter(|(mark, _)| stands_alone(line, mark)) {
                violations.push(Violation::new(path, index + 1, format!("{mark} left in the tree"), *remedy));
            }
        }
    }
    violations
}

/// Not the end of a longer word: `await(` holds no `it(`, and a name such as `TODOS` is none of ours to judge.
fn stands_alone(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let is_open = mark.ends_with('(') || mark.starts_with('#');
        !before.is_some_and(char::is_alphanumeric) && (is_open || !after.is_some_and(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_and_resting_tests_are_named_with_their_line() {
        let rust = format!("fn a() {{}}\n// {}: later\n{}]\nfn b() {{}}\n", MARKS[0].0, MARKS[4].0);
        let script = format!("{}'a', () => {{}});\n", MARKS[6].0);
        let found: Vec<_> = check(&Repo::of(&[("a.rs", &rust), ("b.test.ts", &script)]))
            .into_iter()
            .map(|v| (v.file, v.line))
            .collect();
        assert_eq!(
            found,
            [("a.rs", 2), ("a.rs", 3), ("b.test.ts", 1)].map(|(file, line)| (file.to_owned(), line))
        );
    }

    #[test]
    fn longer_words_and_prose_files_are_left_alone() {
        let rust = format!("let AUTO{} = 1; let a = {}S;\n", MARKS[0].0, MARKS[0].0);
        assert_eq!(check(&Repo::of(&[("a.rs", &rust), ("CONTRIBUTING.md", MARKS[0].0)])), []);
    }
}
