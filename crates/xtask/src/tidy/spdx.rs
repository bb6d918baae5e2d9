// SPDX-License-Identifier: Apache-2.0
//! Every source file says its licence in its first line (after `#!`, where there is one).

use super::Violation;
use crate::repo::{Repo, extension};

const LICENCE: &str = "SPDX-License-Identifier: Apache-2.0";

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, text) in &repo.files {
        let Some(expected) = expected_line(path, text) else { continue };
        let mut lines = text.lines();
        let mut first = lines.next().unwrap_or_default();
        let mut number = 1;
        if first.starts_with("#!") && !first.starts_with("#![") {
            first = lines.next().unwrap_or_default();
            number = 2;
        }
        if first.trim_end() != expected {
            let remedy = format!("make it `{expected}`");
            violations.push(Violation::new(path, number, "the licence line is missing", remedy));
        }
    }
    violations
}

fn expected_line(path: &str, text: &str) -> Option<String> {
    match extension(path) {
        "rs" | "ts" | "js" | "mjs" => Some(format!("// {LICENCE}")),
        "svelte" | "html" => Some(format!("<!-- {LICENCE} -->")),
        "sh" => Some(format!("# {LICENCE}")),
        "" if text.starts_with("#!") => Some(format!("# {LICENCE}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_file_has_its_own_comment() {
        let repo = Repo::of(&[
            ("a.rs", "// SPDX-License-Identifier: Apache-2.0\nfn a() {}\n"),
            ("b.svelte", "<!-- SPDX-License-Identifier: Apache-2.0 -->\n<p>b</p>\n"),
            (".ci/run", "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n"),
            ("README.md", "# no line needed\n"),
        ]);
        assert_eq!(check(&repo), []);
    }

    #[test]
    fn missing_late_and_other_licences_are_named() {
        let repo = Repo::of(&[
            ("a.rs", "fn a() {}\n"),
            ("b.ts", "\n// SPDX-License-Identifier: Apache-2.0\n"),
            ("c.sh", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n"),
            ("d.rs", ""),
        ]);
        let found: Vec<_> = check(&repo).into_iter().map(|v| (v.file, v.line)).collect();
        let expected = [("a.rs", 1), ("b.ts", 1), ("c.sh", 2), ("d.rs", 1)];
        assert_eq!(found, expected.map(|(file, line)| (file.to_owned(), line)));
    }
}
