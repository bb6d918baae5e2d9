// SPDX-License-Identifier: Apache-2.0
//! Documents point at what is there: every relative link of a Markdown file leads to a file or folder of the tree, and
//! every invariant of ARCHITECTURE.md links a test that exists, as ``[`test_name`](path/to/file.rs)``.

use super::Violation;
use crate::repo::{Repo, extension};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const INVARIANTS: &str = "## Invariants";

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in repo.files.iter().filter(|(path, _)| extension(path) == "md") {
        let mut in_code = false;
        for (index, line) in text.lines().enumerate() {
            in_code ^= line.trim_start().starts_with("```");
            if in_code {
                continue;
            }
            for (label, target) in links(line) {
                if let Some(fault) = fault(repo, path, label, target) {
                    violations.push(Violation::new(path, index + 1, fault, "correct the link"));
                }
            }
        }
    }
    if let Some(text) = repo.text(ARCHITECTURE) {
        check_invariants(text, &mut violations);
    }
    violations
}

fn check_invariants(text: &str, violations: &mut Vec<Violation>) {
    let lines = text.lines().enumerate().skip_while(|(_, line)| *line != INVARIANTS).skip(1);
    let section = lines.take_while(|(_, line)| !line.starts_with("## "));
    // The number's line, and whether a test has been linked since.
    let mut open: Option<(usize, bool)> = None;
    let mut close = |open: Option<(usize, bool)>| {
        if let Some((line, false)) = open {
            let remedy = "link the test that holds it: [`test_name`](crates/…/file.rs)";
            violations.push(Violation::new(ARCHITECTURE, line, "an invariant without a test", remedy));
        }
    };
    for (index, line) in section {
        let is_numbered = line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        if is_numbered {
            close(open.replace((index + 1, false)));
        }
        if let Some((_, has_test)) = &mut open {
            *has_test |= links(line).any(|(label, target)| test_name(label).is_some() && is_code(target));
        }
    }
    close(open);
}

fn is_code(target: &str) -> bool {
    matches!(extension(target), "rs" | "ts" | "mjs")
}

fn fault(repo: &Repo, from: &str, label: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or(target);
    if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let path = resolve(from, target);
    let folder = format!("{path}/");
    let Some(text) = repo.text(&path) else {
        // A folder is there through its files.
        let is_there = repo.files.keys().any(|file| file.starts_with(&folder));
        return (!is_there).then(|| format!("links {target}, which is not there"));
    };
    let name = test_name(label).filter(|_| from == ARCHITECTURE && is_code(&path))?;
    let is_defined = text.contains(&format!("fn {name}(")) || text.contains(&format!("'{name}'"));
    (!is_defined).then(|| format!("{path} has no test {name}"))
}

/// A label that is one code word.
fn test_name(label: &str) -> Option<&str> {
    let name = label.strip_prefix('`')?.strip_suffix('`')?;
    (!name.contains(['`', '/', '-']) || name.contains(' ')).then_some(name)
}

fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// `[label](target)` of a line, pictures too.
fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.match_indices("](").filter_map(|(at, _)| {
        let label = &line[line[..at].rfind('[')? + 1..at];
        let rest = &line[at + 2..];
        let target = rest[..rest.find(')')?].split_whitespace().next()?;
        Some((label, target))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<(usize, String)> {
        check(&Repo::of(files)).into_iter().map(|v| (v.line, v.message)).collect()
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        let text = "[up](../README.md) [dir](../crates/a/) [web](https://x.org/y) [gone](b.md#part)\n```\n[x](y)\n```\n";
        let files = [("docs/a.md", text), ("README.md", "[here](#top)"), ("crates/a/Cargo.toml", "")];
        assert_eq!(messages(&files), [(1, "links b.md, which is not there".to_owned())]);
    }

    #[test]
    fn every_invariant_links_a_test_that_exists() {
        let rs = ("crates/a/src/lib.rs", "#[test]\nfn holds() {}\n");
        let good = "## Invariants\n\n1. **A.** b\n   ([`holds`](crates/a/src/lib.rs))\n2. c [`holds`](crates/a/src/lib.rs)\n## Next\n3. d\n";
        assert_eq!(messages(&[(ARCHITECTURE, good), rs]), []);
        let bad = "## Invariants\n1. **A.** b\n2. c [`breaks`](crates/a/src/lib.rs)\n";
        let expected = [
            (3, "crates/a/src/lib.rs has no test breaks".to_owned()),
            (2, "an invariant without a test".to_owned()),
        ];
        assert_eq!(messages(&[(ARCHITECTURE, bad), rs]), expected);
    }
}
