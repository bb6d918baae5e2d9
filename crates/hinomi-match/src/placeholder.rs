// SPDX-License-Identifier: Apache-2.0
//! Texts that stand where a version goes and say that there is none.
//!
//! ```text
//!   unspecified, LATEST, n/a       somebody's word for "not known"
//!   ${project.version}             nobody filled it in
//!   [1.0,2.0)   main-SNAPSHOT      Maven: what is asked for, or built from, not what it is
//!   0+unknown                      PyPI: versioneer outside a repository
//! ```
//! Most schemes would give them a place among versions, as a rule before all numbers: in every range from 0.

use hinomi_version::Scheme;

/// In any case of letters.
const WORDS: [&str; 16] = [
    "(devel)",
    "(unknown)",
    "unknown",
    "unspecified",
    "undefined",
    "latest",
    "release",
    "noassertion",
    "none",
    "null",
    "nil",
    "n/a",
    "na",
    "not available",
    "not specified",
    "\"\"",
];

/// The version, unless it says that there is none.
pub(crate) fn meaningful(version: Option<&str>) -> Option<&str> {
    let version = version?.trim();
    let is_word = WORDS.iter().any(|word| version.eq_ignore_ascii_case(word));
    (!version.is_empty() && !is_word && !is_unfilled(version)).then_some(version)
}

/// The same, with what is no version in one order alone.
pub(crate) fn meaningful_in(scheme: Option<Scheme>, version: &str) -> Option<&str> {
    let version = meaningful(Some(version))?;
    let is_none = match scheme {
        Some(Scheme::Maven) => is_range(version) || is_branch_build(version),
        Some(Scheme::Pypi) => is_unversioned(version),
        _ => false,
    };
    (!is_none).then_some(version)
}

/// `${project.version}`, `@VERSION@`, `{{ version }}`, `%VERSION%`: a template's place, anywhere in the text.
fn is_unfilled(version: &str) -> bool {
    let between = |open: &str, close: &str| {
        version.split_once(open).is_some_and(|(_, rest)| rest.find(close).is_some_and(|end| end > 0))
    };
    between("${", "}") || between("{{", "}}") || between("@", "@") || between("%", "%")
}

/// Maven's ranges, also of one version (Maven, "Dependency Version Requirement Specification").
fn is_range(version: &str) -> bool {
    version.starts_with(['[', '(']) && version.ends_with([']', ')'])
}

/// A snapshot of a branch, as JitPack and many builds name it: `master-SNAPSHOT`.
fn is_branch_build(version: &str) -> bool {
    let base = version.len().checked_sub("-SNAPSHOT".len()).and_then(|at| version.split_at_checked(at));
    base.is_some_and(|(base, mark)| {
        mark.eq_ignore_ascii_case("-SNAPSHOT") && !base.contains(|letter: char| letter.is_ascii_digit())
    })
}

/// versioneer's words where there is no repository to ask: `0+unknown`, `0.0.0+unknown`.
fn is_unversioned(version: &str) -> bool {
    version.split_once('+').is_some_and(|(public, local)| {
        local.eq_ignore_ascii_case("unknown") && public.split('.').all(|part| part == "0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_no_version_are_none() {
        for text in
            ["", " ", "LATEST", "Release", "unspecified", "n/a", "${project.version}", "1.${minor}", "\"\""]
        {
            assert_eq!(meaningful(Some(text)), None, "{text}");
        }
        let maven = |text| meaningful_in(Some(Scheme::Maven), text);
        for text in ["[1.0,2.0)", "(,1.0]", "[1.0]", "master-SNAPSHOT", "@project.version@"] {
            assert_eq!(maven(text), None, "{text}");
        }
        for text in ["0+unknown", "0.0.0+Unknown"] {
            assert_eq!(meaningful_in(Some(Scheme::Pypi), text), None, "{text}");
        }
    }

    #[test]
    fn versions_are_left_as_they_are() {
        for text in ["1.0-SNAPSHOT", "Finchley.RELEASE", "1.0.RELEASE", "r09", "2.0-latest"] {
            assert_eq!(meaningful_in(Some(Scheme::Maven), text), Some(text), "{text}");
        }
        for text in ["1.2.3+unknown", "0+unknown.1", "0"] {
            assert_eq!(meaningful_in(Some(Scheme::Pypi), text), Some(text), "{text}");
        }
        for text in ["1.2@rc", "dev-master", "1:2.3%2B1"] {
            assert_eq!(meaningful(Some(text)), Some(text), "{text}");
        }
    }
}
