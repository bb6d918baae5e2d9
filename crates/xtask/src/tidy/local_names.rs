// SPDX-License-Identifier: Apache-2.0
//! Nothing in the tree names one machine's folders or the hosts that its package clients happen to use: a clone
//! works anywhere, through whatever mirror its machine is set up for.

use super::Violation;
use crate::repo::Repo;

/// Written in halves, so that this list does not find itself.
const NAMES: &[(&str, &str)] = &[
    (concat!("/wor", "k/"), "a machine's folder"),
    (concat!("/far", "m/"), "a machine's folder"),
    (concat!("/tm", "p/bash_jobs"), "a machine's folder"),
    (concat!("/roo", "t/."), "a machine's folder"),
    (concat!("registry.npm", "js.org"), "a package registry's host"),
    (concat!("static.crates", ".io"), "a package registry's host"),
    (concat!("index.crates", ".io"), "a package registry's host"),
    (concat!("files.python", "hosted.org"), "a package registry's host"),
    (concat!("deb.debian", ".org"), "a package registry's host"),
];

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in &repo.files {
        for (index, line) in text.lines().enumerate() {
            for (name, what) in NAMES {
                if line.contains(name) && !is_longer_path(line, name) {
                    let message = format!("names {name}, {what}");
                    let remedy = "use a path relative to the workspace, or an option or variable";
                    violations.push(Violation::new(path, index + 1, message, remedy));
                }
            }
        }
    }
    violations
}

/// `docs/work/x` is a path of ours, not a folder at a machine's root.
fn is_longer_path(line: &str, name: &str) -> bool {
    name.starts_with('/')
        && line.match_indices(name).all(|(at, _)| {
            line[..at]
                .chars()
                .next_back()
                .is_some_and(|before| before.is_alphanumeric() || "._-}".contains(before))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_folders_and_registry_hosts_are_named_with_their_line() {
        let text = format!("cd {}main\n\nregistry = {}\n", NAMES[0].0, NAMES[4].0);
        let found: Vec<_> = check(&Repo::of(&[("run.sh", &text)])).into_iter().map(|v| v.line).collect();
        assert_eq!(found, [1, 3]);
    }

    #[test]
    fn a_relative_path_with_the_same_word_passes() {
        let text = format!("see docs{}x and https://example.org{}y\n", NAMES[0].0, NAMES[0].0);
        assert_eq!(check(&Repo::of(&[("a.md", &text)])), []);
    }
}
