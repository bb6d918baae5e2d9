// SPDX-License-Identifier: Apache-2.0
//! CSAF 2.0 and 2.1 documents of any profile: one record each, with a statement for each vulnerability and status.
//!
//! ```text
//!   product_tree ─► products by id ─┐
//!   product_groups ─────────────────┤
//!   vulnerabilities[] ─ product_status, flags, remediations, threats ─► statements[]
//! ```
//!
//! A document that breaks a mandatory test of section 6.1 is refused with the test's number and the place
//! (OASIS CSAF 2.0, CSAF 2.1). Red Hat's `tracking.status: deleted` takes a document back.

mod products;
mod rules;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::error::{Cause, ReadError};
use crate::json::{parse, wrong};
use crate::model::{Advisory, Format, Product, Statement, Status, Warning};
use crate::nvd::{add_weakness, severity};
use crate::time::micros;

use products::Tree;
use rules::Broken;

/// Most products that the statements of one document may name together: the largest real ones stay far below.
const MAX_PRODUCT_REFERENCES: usize = 1_000_000;

pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Advisory, ReadError> {
    let document: Value = parse(bytes, path)?;
    let tracking = &document["document"]["tracking"];
    let Some(id) = text(tracking, "id") else {
        return Err(ReadError::new(path, Cause::Missing("document.tracking.id")));
    };
    if text(tracking, "status") == Some("deleted") {
        return Ok(Advisory {
            id: id.to_owned(),
            source: Format::Csaf,
            withdrawn: Some(0),
            ..Advisory::default()
        });
    }
    let (slips, broken): (Vec<Broken>, Vec<Broken>) =
        rules::check(&document).into_iter().partition(|broken| is_slip(&document, broken));
    if let Some(first) = broken.first() {
        let mut cause = format!("CSAF mandatory test {}: {}", first.test, first.cause);
        for other in broken.iter().skip(1).take(7) {
            cause.push_str(&format!("; test {}: {} ({})", other.test, other.cause, other.place));
        }
        return Err(wrong(path, first.place.clone(), cause));
    }
    let mut record = advisory(&document, id, path)?;
    record.warnings.extend(slips.into_iter().map(|slip| Warning {
        place: slip.place,
        cause: format!("CSAF mandatory test {}: {}", slip.test, slip.cause),
    }));
    Ok(record)
}

/// Slips in bookkeeping that vendors publish by the thousand (Red Hat's `version` stays behind the history, its
/// remediations name products that only people know). They leave every statement as it is, so that refusing a
/// vendor's document for them would lose what it says of its own products.
fn is_slip(document: &Value, broken: &Broken) -> bool {
    let vendor = text(&document["document"]["publisher"], "category") == Some("vendor");
    let bookkeeping = matches!(broken.test, "6.1.14" | "6.1.16" | "6.1.21" | "6.1.22")
        || (broken.test == "6.1.1" && broken.place.contains(".remediations["));
    vendor && bookkeeping
}

pub(super) fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str)
}

pub(super) fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn advisory(document: &Value, id: &str, path: &str) -> Result<Advisory, ReadError> {
    let head = &document["document"];
    let tracking = &head["tracking"];
    let modified = text(tracking, "current_release_date").and_then(micros);
    let published = text(tracking, "initial_release_date").and_then(micros);
    let category = text(head, "category").unwrap_or_default();
    let withdrawn = matches!(category, "csaf_withdrawn" | "csaf_superseded");
    let mut record = Advisory {
        id: id.to_owned(),
        source: Format::Csaf,
        schema_version: text(head, "csaf_version").map(str::to_owned),
        modified,
        published,
        withdrawn: withdrawn.then(|| modified.or(published).unwrap_or(0)),
        summary: text(head, "title").map(str::to_owned),
        source_severity: text(&head["aggregate_severity"], "text").map(str::to_owned),
        ..Advisory::default()
    };
    record.related.extend(list(tracking, "aliases").iter().filter_map(Value::as_str).map(str::to_owned));
    let notes = list(head, "notes").iter();
    record.details = notes
        .filter(|note| matches!(text(note, "category"), Some("summary" | "description" | "general")))
        .find_map(|note| text(note, "text"))
        .map(str::to_owned);
    for link in list(head, "references") {
        record.references.extend(text(link, "url").map(|url| crate::model::Reference {
            kind: if text(link, "category") == Some("self") { "ADVISORY" } else { "WEB" }.to_owned(),
            url: url.to_owned(),
            extra: Map::new(),
        }));
    }
    let tlp = text(&head["distribution"]["tlp"], "label");
    record.database_specific = json!({
        "publisher": head["publisher"]["name"], "namespace": head["publisher"]["namespace"],
        "publisher_category": head["publisher"]["category"], "category": category, "tlp": tlp,
        "status": tracking["status"], "version": tracking["version"],
    });
    let tree = Tree::of(document);
    let mut references = 0;
    for vulnerability in list(document, "vulnerabilities") {
        one(vulnerability, &tree, &mut record, &mut references);
        if references > MAX_PRODUCT_REFERENCES {
            let cause = format!("its statements name more than {MAX_PRODUCT_REFERENCES} products");
            return Err(wrong(path, "vulnerabilities", cause));
        }
    }
    Ok(record)
}

fn one(raw: &Value, tree: &Tree<'_>, record: &mut Advisory, references: &mut usize) {
    let ids = || list(raw, "ids").iter().filter_map(|id| text(id, "text"));
    let Some(name) = text(raw, "cve").or_else(|| ids().next()).or_else(|| text(raw, "title")) else { return };
    if name != record.id && !record.upstream.iter().any(|known| known == name) && text(raw, "cve").is_some() {
        record.upstream.push(name.to_owned());
    }
    let aliases: Vec<String> = ids().filter(|id| *id != name).map(str::to_owned).collect();
    // 2.0 has one weakness, 2.1 a list.
    for weakness in std::iter::once(&raw["cwe"]).chain(list(raw, "cwes")) {
        add_weakness(&mut record.cwes, text(weakness, "id").unwrap_or_default());
    }
    let scores = list(raw, "scores").iter();
    for content in scores.chain(list(raw, "metrics").iter().map(|metric| &metric["content"])) {
        for scale in ["cvss_v4", "cvss_v3", "cvss_v2"] {
            let Some(vector) = text(&content[scale], "vectorString") else { continue };
            let mut score = severity(vector.to_owned(), None, false);
            score.extra.insert("vulnerability".to_owned(), Value::String(name.to_owned()));
            if !record.severity.contains(&score) {
                record.severity.push(score);
            }
        }
    }
    let reasons = tree.by_product(raw, "flags", "label");
    let impacts =
        tree.by_product_if(raw, "threats", "details", |threat| text(threat, "category") == Some("impact"));
    let actions = tree.by_product_if(raw, "remediations", "details", |_| true);
    let note = list(raw, "notes").iter().find(|note| text(note, "category") == Some("description"));
    for (field, status) in STATES {
        let ids = list(&raw["product_status"], field).iter().filter_map(Value::as_str);
        // One statement for all products of which the same is said.
        let mut groups: BTreeMap<[Option<&str>; 3], Vec<Product>> = BTreeMap::new();
        for id in ids {
            let key = match status {
                Status::NotAffected => [reasons.get(id).copied(), impacts.get(id).copied(), None],
                Status::Affected => [None, impacts.get(id).copied(), actions.get(id).copied()],
                _ => [None, None, actions.get(id).copied()],
            };
            let products = tree.products(id);
            *references += products.len();
            if *references > MAX_PRODUCT_REFERENCES {
                return;
            }
            groups.entry(key).or_default().extend(products);
        }
        for ([justification, statement, action], products) in groups {
            record.statements.push(Statement {
                vulnerability: name.to_owned(),
                aliases: aliases.clone(),
                status,
                justification: justification.map(str::to_owned),
                statement: statement.map(str::to_owned),
                action: action.map(str::to_owned),
                products,
                timestamp: record.modified,
            });
        }
    }
    if record.details.is_none() {
        record.details = note.and_then(|note| text(note, "text")).map(str::to_owned);
    }
}

/// `recommended` says what to install, not what is wrong: no statement.
const STATES: [(&str, Status); 8] = [
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("fixed", Status::Fixed),
    ("first_fixed", Status::Fixed),
    ("known_not_affected", Status::NotAffected),
    ("under_investigation", Status::UnderInvestigation),
    ("unknown", Status::UnderInvestigation),
];
