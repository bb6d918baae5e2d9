// SPDX-License-Identifier: Apache-2.0
//! A document that makes statements on several vulnerabilities, as a record for each.
//!
//! ```text
//!   DOC   statements on CVE-1 (fixed), CVE-1 (not affected), CVE-2 (affected)
//!     ─►  DOC::CVE-1  an alias of CVE-1, its two statements and scores
//!     ─►  DOC::CVE-2  an alias of CVE-2, …
//! ```
//! Who keeps one row for a record and its vulnerability needs it so: what is said of one must neither hide nor close
//! what is said of another.

use crate::model::{Advisory, Statement};

/// Between a document's identifier and the vulnerability of its part.
pub const PART: &str = "::";

/// The record itself, as an alias of the vulnerability, where it speaks of one; else its parts, in the order of the
/// document.
#[must_use]
pub fn by_vulnerability(record: Advisory) -> Vec<Advisory> {
    let mut groups: Vec<(String, Vec<Statement>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for statement in &record.statements {
        let place = *places.entry(statement.vulnerability.clone()).or_insert_with(|| {
            groups.push((statement.vulnerability.clone(), Vec::new()));
            groups.len() - 1
        });
        if let Some((_, statements)) = groups.get_mut(place) {
            statements.push(statement.clone());
        }
    }
    if groups.is_empty() || !record.affected.is_empty() || !record.configurations.is_empty() {
        return vec![record];
    }
    if let [(name, statements)] = groups.as_slice() {
        let mut record = record.clone();
        for alias in names(name, statements) {
            if alias != record.id && !record.aliases.contains(&alias) {
                record.aliases.push(alias);
            }
        }
        return vec![record];
    }
    let parts = groups.into_iter().map(|(name, statements)| {
        let id = format!("{}{PART}{name}", record.id);
        let aliases = names(&name, &statements);
        let of_another = |score: &crate::model::Severity| {
            score.extra.get("vulnerability").and_then(|of| of.as_str()).is_some_and(|of| of != name)
        };
        let severity = record.severity.iter().filter(|score| !of_another(score)).cloned().collect();
        Advisory {
            id,
            aliases,
            upstream: Vec::new(),
            severity,
            statements,
            related: record.related.clone(),
            summary: record.summary.clone(),
            details: record.details.clone(),
            references: record.references.clone(),
            credits: record.credits.clone(),
            cwes: record.cwes.clone(),
            source_severity: record.source_severity.clone(),
            schema_version: record.schema_version.clone(),
            database_specific: record.database_specific.clone(),
            source: record.source,
            modified: record.modified,
            published: record.published,
            withdrawn: record.withdrawn,
            ..Advisory::default()
        }
    });
    parts.collect()
}

/// The vulnerability, and what else its statements call it.
fn names(name: &str, statements: &[Statement]) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    for alias in statements.iter().flat_map(|statement| &statement.aliases) {
        // Some list web pages among the other names.
        if !alias.contains('/') && !names.contains(alias) {
            names.push(alias.clone());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::by_vulnerability;
    use crate::read;

    #[test]
    fn each_vulnerability_keeps_its_own_statements() {
        let text = br#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex", "author": "demo",
            "timestamp": "2026-01-02T00:00:00Z", "version": 1, "statements": [
            {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:pypi/a@1"}], "status": "fixed"},
            {"vulnerability": {"name": "CVE-2026-2", "aliases": ["GHSA-2"]}, "products": [{"@id": "pkg:pypi/a"}],
             "status": "affected", "action_statement": "update"},
            {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:pypi/b"}], "status": "not_affected",
             "justification": "component_not_present"}]}"#;
        let record = read(text, "vex.json").unwrap().remove(0);
        let whole = record.clone();
        let parts = by_vulnerability(record);
        let seen: Vec<(String, Vec<String>, usize)> = parts
            .iter()
            .map(|part| (part.id.replace(&whole.id, ""), part.aliases.clone(), part.statements.len()))
            .collect();
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected = [
            ("::CVE-2026-1".to_owned(), names(&["CVE-2026-1"]), 2),
            ("::CVE-2026-2".to_owned(), names(&["CVE-2026-2", "GHSA-2"]), 1),
        ];
        assert_eq!(seen, expected);
        let alone = by_vulnerability(parts[1].clone());
        assert_eq!(alone, [parts[1].clone()], "one vulnerability stays one record");
    }
}
