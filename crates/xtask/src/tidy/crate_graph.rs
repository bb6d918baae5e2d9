// SPDX-License-Identifier: Apache-2.0
//! Arrows between crates only point down:
//!
//! ```text
//! hinomi → insight → domains → web → platform → db → core
//!                       └────→ engines (pure; of ours they know only -archive and -version)
//! ```
//!
//! Tests may look further (a domain's tests may use another engine as an oracle), but never up into a domain or
//! the application; only `hinomi-testkit` may be used by anyone's tests.

use std::collections::BTreeSet;

use super::{Violation, line_of};
use crate::repo::Repo;

const ENGINES: &[&str] =
    &["version", "archive", "advisory-formats", "inventory-formats", "match", "score", "charts", "pdf"];

const PLATFORM: &[&str] = &["core", "db", "platform", "obligations", "web", "collect"];

const DOMAINS: &[&str] = &[
    "org",
    "inventory",
    "assets",
    "advisories",
    "feeds",
    "findings",
    "tickets",
    "surface",
    "controls",
    "assurance",
    "ledger",
    "privacy",
    "incidents",
    "products",
    "training",
];

const INSIGHT: &[&str] = &["risk", "maturity", "review"];

/// The review is made of what the two Monitors show; they know nothing of it.
const INSIGHT_TO_INSIGHT: &[(&str, &[&str])] = &[("review", &["risk", "maturity"])];

/// Engines and platform crates: exactly these arrows.
const LOWER: &[(&str, &[&str])] = &[
    ("version", &[]),
    ("archive", &[]),
    ("advisory-formats", &["archive", "version"]),
    ("inventory-formats", &["archive", "version"]),
    ("match", &["archive", "version", "advisory-formats"]),
    ("score", &["archive", "version"]),
    ("charts", &[]),
    ("pdf", &["charts"]),
    ("core", &[]),
    ("db", &["core"]),
    ("platform", &["core", "db"]),
    ("obligations", &["core", "db", "platform"]),
    ("web", &["core", "db", "platform"]),
    ("collect", &["archive", "version", "inventory-formats"]),
];

/// Domain to domain, besides `org`, which every domain may use.
const DOMAIN_TO_DOMAIN: &[(&str, &[&str])] = &[
    ("assets", &["inventory"]),
    ("products", &["inventory", "advisories", "findings", "tickets"]),
    ("feeds", &["advisories"]),
    ("findings", &["inventory", "advisories"]),
    ("tickets", &["inventory", "advisories", "findings", "assets", "controls"]),
    ("incidents", &["assets", "ledger", "tickets"]),
    ("surface", &["assets", "findings", "tickets"]),
    ("ledger", &["assets"]),
    ("controls", &["assets"]),
    ("privacy", &["assets"]),
    ("assurance", &["assets"]),
];

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    for folder in repo.crates() {
        let path = format!("crates/{folder}/Cargo.toml");
        let text = repo.text(&path).unwrap_or_default();
        let manifest: toml::Table = match text.parse() {
            Ok(manifest) => manifest,
            Err(error) => {
                violations.push(Violation::new(path, 1, error.to_string(), "make it valid TOML"));
                continue;
            }
        };
        let package = manifest.get("package").and_then(|package| package.get("name"));
        if package.and_then(toml::Value::as_str) != Some(folder) {
            let message = format!("the package is not named {folder} as its folder is");
            violations.push(Violation::new(
                &path,
                line_of(text, "name"),
                message,
                "folder name = crate name",
            ));
        }
        for (dependency, in_tests) in own_dependencies(&manifest) {
            if let Some(message) = refusal(folder, &dependency, in_tests) {
                let remedy = "turn the arrow: pass data in, or put the shared part in a lower crate";
                violations.push(Violation::new(&path, line_of(text, &dependency), message, remedy));
            }
        }
    }
    violations
}

/// Whether `owner`'s tables may be named in a foreign key of `from`'s migrations: along the arrows, as code.
pub(super) fn may_refer(from: &str, owner: &str) -> bool {
    from == owner || refusal(from, owner, false).is_none()
}

fn refusal(from: &str, to: &str, in_tests: bool) -> Option<String> {
    let (from, to) = (short(from), short(to));
    if in_tests {
        let lower = is_engine(to) || PLATFORM.contains(&to);
        if lower || to == "testkit" {
            return None;
        }
    }
    match from {
        // The build tasks must build in seconds, also when nothing else does.
        "xtask" => Some(format!("xtask must not depend on {to}")),
        "testkit" => None,
        "hinomi" if to != "xtask" && to != "testkit" => None,
        _ if allowed(from).contains(to) => None,
        _ if !is_known(from) => {
            Some(format!("crate {from} has no place in the house (crate_graph.rs lists them)"))
        }
        _ => Some(format!("the arrow {from} → {to} is not allowed")),
    }
}

fn allowed(from: &str) -> BTreeSet<&'static str> {
    if let Some((_, arrows)) = LOWER.iter().find(|(name, _)| *name == from) {
        return arrows.iter().copied().collect();
    }
    let mut arrows: BTreeSet<&'static str> = ENGINES.iter().chain(PLATFORM).copied().collect();
    if INSIGHT.contains(&from) {
        arrows.extend(DOMAINS);
        let more = INSIGHT_TO_INSIGHT.iter().find(|(name, _)| *name == from);
        arrows.extend(more.map_or(&[][..], |(_, more)| *more));
    } else if DOMAINS.contains(&from) {
        if from != "org" {
            arrows.insert("org");
        }
        let more = DOMAIN_TO_DOMAIN.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, more)| *more);
        arrows.extend(more);
    } else {
        arrows.clear();
    }
    arrows
}

/// Whether a crate reads all domains.
pub(super) fn is_insight(crate_name: &str) -> bool {
    INSIGHT.contains(&short(crate_name))
}

fn is_engine(name: &str) -> bool {
    ENGINES.contains(&name)
}

fn is_known(name: &str) -> bool {
    name == "hinomi"
        || is_engine(name)
        || [PLATFORM, DOMAINS, INSIGHT].iter().any(|list| list.contains(&name))
}

fn short(name: &str) -> &str {
    name.strip_prefix("hinomi-").unwrap_or(name)
}

/// Names of our own crates in every dependency table, and whether the table is for tests only.
fn own_dependencies(manifest: &toml::Table) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut tables = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        tables.extend(targets.values().filter_map(toml::Value::as_table));
    }
    for table in tables {
        for (key, in_tests) in
            [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        {
            let Some(dependencies) = table.get(key).and_then(toml::Value::as_table) else { continue };
            for (name, value) in dependencies {
                let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(name);
                if package == "hinomi" || package == "xtask" || package.starts_with("hinomi-") {
                    found.push((package.to_owned(), in_tests));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(folder: &str, dependencies: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{folder}\"\n{dependencies}");
        let path = format!("crates/{folder}/Cargo.toml");
        check(&Repo::of(&[(&path, &manifest)])).into_iter().map(|v| v.message).collect()
    }

    #[test]
    fn arrows_down_pass() {
        let dependencies = "[dependencies]\nhinomi-org.workspace = true\nhinomi-match.workspace = true\n\
                            hinomi-findings = { workspace = true }\nserde = \"1\"\n";
        assert_eq!(messages("hinomi-tickets", dependencies), [""; 0]);
    }

    #[test]
    fn arrows_up_and_sideways_are_refused() {
        let up = "[dependencies]\nhinomi-tickets.workspace = true\n";
        assert_eq!(messages("hinomi-assets", up), ["the arrow assets → tickets is not allowed"]);
        assert_eq!(messages("hinomi-db", up), ["the arrow db → tickets is not allowed"]);
        let sideways = "[dependencies]\nhinomi-findings.workspace = true\n";
        assert_eq!(messages("hinomi-assets", sideways), ["the arrow assets → findings is not allowed"]);
        let monitor = "[dependencies]\nhinomi-maturity.workspace = true\n";
        assert_eq!(messages("hinomi-risk", monitor), ["the arrow risk → maturity is not allowed"]);
        assert_eq!(messages("hinomi-review", monitor), [""; 0]);
        let back = "[dependencies]\nhinomi-review.workspace = true\n";
        assert_eq!(messages("hinomi-maturity", back), ["the arrow maturity → review is not allowed"]);
    }

    #[test]
    fn engines_stay_pure_even_in_renamed_and_build_dependencies() {
        let renamed =
            "[build-dependencies]\nclock = { package = \"hinomi-core\", path = \"../hinomi-core\" }\n";
        assert_eq!(messages("hinomi-version", renamed), ["the arrow version → core is not allowed"]);
        let formats = "[dependencies]\nhinomi-advisory-formats.workspace = true\n";
        assert_eq!(messages("hinomi-match", formats), [""; 0]);
        assert_eq!(messages("hinomi-score", formats), ["the arrow score → advisory-formats is not allowed"]);
    }

    #[test]
    fn tests_may_use_engines_and_the_testkit_but_no_higher_domain() {
        let tests = "[dev-dependencies]\nhinomi-testkit.workspace = true\nhinomi-archive.workspace = true\n";
        assert_eq!(messages("hinomi-org", tests), [""; 0]);
        let higher = "[dev-dependencies]\nhinomi-tickets.workspace = true\n";
        assert_eq!(messages("hinomi-org", higher), ["the arrow org → tickets is not allowed"]);
    }

    #[test]
    fn xtask_depends_on_nothing_of_ours_and_unknown_crates_have_no_place() {
        let core = "[dependencies]\nhinomi-core.workspace = true\n";
        assert_eq!(messages("xtask", core), ["xtask must not depend on core"]);
        assert_eq!(messages("hinomi-misc", core).len(), 1);
        assert_eq!(messages("hinomi-db-wrong", "").len(), 0);
        let named = check(&Repo::of(&[("crates/hinomi-db/Cargo.toml", "[package]\nname = \"db\"\n")]));
        assert_eq!(named.len(), 1);
    }
}
