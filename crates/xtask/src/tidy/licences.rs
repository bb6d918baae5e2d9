// SPDX-License-Identifier: Apache-2.0
//! What we ship is under permissive licences only: every crate in the build, and every npm package that the pages
//! carry (those only used for building them are not shipped).

use super::{Violation, line_of};
use crate::repo::Repo;

const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "bzip2-1.0.6",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// For fonts only, which npm carries: they may be embedded and shipped with their licence (openfontlicense.org, 1.1).
const OF_FONTS: (&str, &str) = ("@expo-google-fonts/", "OFL-1.1");

const NPM_LOCK: &str = "web/package-lock.json";
const REMEDY: &str =
    "use another package, or add the licence to licences.rs and deny.toml if it is permissive";

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (name, licence) in &repo.packages {
        if !is_permissive(licence) {
            let line = line_of(repo.text("Cargo.lock").unwrap_or_default(), &format!("name = \"{name}\""));
            let message = format!("crate {name} is under {licence:?}");
            violations.push(Violation::new("Cargo.lock", line, message, REMEDY));
        }
    }
    let Some(lock) = repo.text(NPM_LOCK) else { return violations };
    let Ok(document) = serde_json::from_str::<serde_json::Value>(lock) else {
        violations.push(Violation::new(NPM_LOCK, 1, "not valid JSON", "run npm install in web/"));
        return violations;
    };
    let packages = document.get("packages").and_then(serde_json::Value::as_object);
    for (path, package) in packages.into_iter().flatten().filter(|(path, _)| !path.is_empty()) {
        let is_set = |key: &str| package.get(key).and_then(serde_json::Value::as_bool).unwrap_or(false);
        let licence =
            package.get("license").and_then(serde_json::Value::as_str).unwrap_or("no stated licence");
        let name = path.rsplit("node_modules/").next().unwrap_or(path);
        // A package of fonts says "its code's AND its fonts' licence".
        let of_code = match name.starts_with(OF_FONTS.0) {
            true => licence.strip_suffix(OF_FONTS.1).and_then(|code| code.strip_suffix(" AND ")),
            false => None,
        };
        if !is_set("dev") && !is_permissive(of_code.unwrap_or(licence)) {
            let message = format!("npm package {name} is under {licence:?}");
            violations.push(Violation::new(NPM_LOCK, line_of(lock, &format!("\"{path}\"")), message, REMEDY));
        }
    }
    violations
}

/// Of an SPDX expression: one alternative of every part must be on the list. `/` is the old way to write OR.
fn is_permissive(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    split_outside(&expression, " AND ").iter().all(|part| {
        let part = part.trim();
        let inner = part.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        match inner {
            Some(inner) if split_outside(part, " OR ").len() == 1 => is_permissive(inner),
            _ => {
                let alternatives = split_outside(part, " OR ");
                if alternatives.len() > 1 {
                    alternatives.iter().any(|alternative| is_permissive(alternative.trim()))
                } else {
                    PERMISSIVE.contains(&part)
                }
            }
        }
    })
}

/// Splits where the separator stands outside all brackets.
fn split_outside<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut at) = (0_i32, 0, 0);
    while at < text.len() {
        match text.as_bytes()[at] {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 && text.as_bytes()[at..].starts_with(separator.as_bytes()) {
            parts.push(&text[start..at]);
            at += separator.len();
            start = at;
        } else {
            at += 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
            "Apache-2.0 AND ISC",
        ] {
            assert!(is_permissive(good), "{good}");
        }
        for bad in
            ["GPL-3.0-only", "MIT AND GPL-3.0-only", "(MPL-2.0 OR LGPL-2.1-only) AND MIT", "", "MPL-2.0"]
        {
            assert!(!is_permissive(bad), "{bad}");
        }
    }

    #[test]
    fn a_copyleft_crate_and_a_shipped_npm_package_are_named_a_build_tool_is_not() {
        let lock = r#"{"packages": {"": {"name": "web"},
            "node_modules/shipped": {"license": "GPL-2.0"},
            "node_modules/tool": {"license": "MPL-2.0", "dev": true}}}"#;
        let mut repo = Repo::of(&[(NPM_LOCK, lock), ("Cargo.lock", "[[package]]\nname = \"gnu\"\n")]);
        repo.packages = vec![("gnu".into(), "GPL-3.0-only".into()), ("fine".into(), "MIT".into())];
        let found: Vec<_> = check(&repo).into_iter().map(|v| (v.file, v.line)).collect();
        assert_eq!(found, [("Cargo.lock".to_owned(), 2), (NPM_LOCK.to_owned(), 2)]);
    }
}
