// SPDX-License-Identifier: Apache-2.0
//! `crates/README.md` has one line per crate, and none for a crate that is not there.

use super::{Violation, line_of};
use crate::repo::Repo;

const LIST: &str = "crates/README.md";

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let Some(list) = repo.text(LIST) else {
        return vec![Violation::new(LIST, 1, "the file is missing", "write one line per crate")];
    };
    let crates = repo.crates();
    let mut violations = Vec::new();
    for name in &crates {
        let entry = format!("[`{name}`]({name}/)");
        match list.lines().filter(|line| line.contains(&entry)).count() {
            1 => {}
            0 => violations.push(Violation::new(
                LIST,
                1,
                format!("no line for crate {name}"),
                format!("add a line with {entry} and what it is for"),
            )),
            _ => violations.push(Violation::new(
                LIST,
                line_of(list, &entry),
                format!("more than one line for crate {name}"),
                "keep one",
            )),
        }
    }
    for (index, line) in list.lines().enumerate() {
        let Some(name) = linked_crate(line) else { continue };
        if !crates.contains(&name) {
            let message = format!("crate {name} does not exist");
            violations.push(Violation::new(LIST, index + 1, message, "remove the line"));
        }
    }
    violations
}

fn linked_crate(line: &str) -> Option<&str> {
    let rest = &line[line.find("[`")? + 2..];
    rest.split_once("`](").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\n";

    #[test]
    fn a_crate_without_a_line_and_a_line_without_a_crate_are_named() {
        let repo = Repo::of(&[
            (LIST, "| [`hinomi-a`](hinomi-a/) | a |\n| [`hinomi-gone`](hinomi-gone/) | gone |\n"),
            ("crates/hinomi-a/Cargo.toml", MANIFEST),
            ("crates/hinomi-b/Cargo.toml", MANIFEST),
        ]);
        let found: Vec<_> = check(&repo).into_iter().map(|v| v.message).collect();
        assert_eq!(found, ["no line for crate hinomi-b", "crate hinomi-gone does not exist"]);
    }

    #[test]
    fn a_complete_list_passes_and_a_missing_one_does_not() {
        let a = ("crates/hinomi-a/Cargo.toml", MANIFEST);
        assert_eq!(check(&Repo::of(&[(LIST, "- [`hinomi-a`](hinomi-a/): a\n"), a])), []);
        assert_eq!(check(&Repo::of(&[a])).len(), 1);
    }
}
