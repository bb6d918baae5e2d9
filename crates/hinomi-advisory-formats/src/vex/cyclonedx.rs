// SPDX-License-Identifier: Apache-2.0
//! `vulnerabilities[]` with an `analysis` in a CycloneDX document (1.4 to 1.7), alone or inside a BOM.
//!
//! ```text
//!   affects[].ref ─┬─ a bom-ref of this document ─► the component's purl, cpe, hashes
//!                  ├─ urn:cdx:SERIAL/VERSION#REF  ─► REF of another document: a package URL, or a link
//!                  └─ anything else               ─► a name
//! ```

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{list, product_of, text};
use crate::error::{Cause, ReadError};
use crate::json::parse;
use crate::model::{Advisory, Format, Hash, Product, Statement, Status, Warning};
use crate::nvd::severity;
use crate::time::micros;
use crate::xml::Element;

/// Deepest nesting of components that is looked through.
const MAX_DEPTH: usize = 64;

pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Advisory, ReadError> {
    advisory(&parse(bytes, path)?, path)
}

/// The same document as XML.
pub(crate) fn read_xml(root: &Element, path: &str) -> Result<Advisory, ReadError> {
    advisory(&super::cyclonedx_xml::document(root), path)
}

fn advisory(document: &Value, path: &str) -> Result<Advisory, ReadError> {
    if list(document, "vulnerabilities").is_empty() {
        return Err(ReadError::new(
            path,
            Cause::Unrecognised("a CycloneDX document without vulnerabilities"),
        ));
    }
    let file = path.rsplit(['/', '!']).next().unwrap_or(path);
    let id = text(document, "serialNumber").map_or_else(|| format!("cyclonedx:{file}"), str::to_owned);
    let modified = text(&document["metadata"], "timestamp").and_then(micros);
    let mut record = Advisory {
        id,
        source: Format::CycloneDxVex,
        schema_version: text(document, "specVersion").map(str::to_owned),
        modified,
        published: modified,
        ..Advisory::default()
    };
    record.database_specific = json!({"version": document["version"]});
    let mut components = HashMap::new();
    for component in std::iter::once(&document["metadata"]["component"]).chain(list(document, "components")) {
        collect(component, &mut components, 0);
    }
    for service in list(document, "services") {
        collect(service, &mut components, 0);
    }
    for (index, raw) in list(document, "vulnerabilities").iter().enumerate() {
        one(raw, index, &components, &mut record);
    }
    Ok(record)
}

fn collect<'a>(component: &'a Value, found: &mut HashMap<&'a str, &'a Value>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Some(reference) = text(component, "bom-ref") {
        found.insert(reference, component);
    }
    for child in list(component, "components") {
        collect(child, found, depth + 1);
    }
}

fn one(raw: &Value, index: usize, components: &HashMap<&str, &Value>, record: &mut Advisory) {
    let place = format!("vulnerabilities[{index}]");
    let Some(name) = text(raw, "id") else {
        record.warnings.push(Warning { place, cause: "it has no `id`".to_owned() });
        return;
    };
    let analysis = &raw["analysis"];
    let status = match text(analysis, "state") {
        Some("resolved" | "resolved_with_pedigree") => Status::Fixed,
        Some("exploitable") => Status::Affected,
        Some("in_triage") => Status::UnderInvestigation,
        Some("false_positive" | "not_affected") => Status::NotAffected,
        other => {
            let cause = other
                .map_or_else(|| "it has no analysis".to_owned(), |state| format!("`{state}` is no state"));
            record.warnings.push(Warning { place, cause });
            return;
        }
    };
    if !record.upstream.iter().any(|known| known == name) {
        record.upstream.push(name.to_owned());
    }
    for rating in list(raw, "ratings") {
        if let Some(vector) = text(rating, "vector") {
            // The prefix of 3.x and 4.0 is often left out.
            let prefix = match text(rating, "method") {
                Some("CVSSv31") => "CVSS:3.1/",
                Some("CVSSv3") => "CVSS:3.0/",
                Some("CVSSv4") => "CVSS:4.0/",
                _ => "",
            };
            let vector =
                if vector.starts_with("CVSS:") { vector.to_owned() } else { format!("{prefix}{vector}") };
            let source = text(&rating["source"], "name").map(str::to_owned);
            let mut score = severity(vector, source, false);
            score.extra.insert("vulnerability".to_owned(), Value::String(name.to_owned()));
            record.severity.push(score);
        }
    }
    let aliases = list(raw, "references").iter().filter_map(|reference| text(reference, "id"));
    let mut responses: Vec<&str> = list(analysis, "response").iter().filter_map(Value::as_str).collect();
    responses.extend(text(raw, "recommendation"));
    let base = Statement {
        vulnerability: name.to_owned(),
        aliases: aliases.filter(|alias| *alias != name).map(str::to_owned).collect(),
        status,
        justification: text(analysis, "justification").map(str::to_owned),
        statement: text(analysis, "detail").map(str::to_owned),
        action: (!responses.is_empty()).then(|| responses.join("; ")),
        products: Vec::new(),
        timestamp: text(analysis, "lastUpdated")
            .or_else(|| text(raw, "updated"))
            .and_then(micros)
            .or(record.modified),
    };
    // Versions may say otherwise than the analysis as a whole.
    let mut unaffected = Vec::new();
    let mut stated = Vec::new();
    for target in list(raw, "affects") {
        let Some(reference) = text(target, "ref") else { continue };
        let product = product(reference, components);
        let versions = list(target, "versions");
        if versions.is_empty() {
            stated.push(product.clone());
        }
        for version in versions {
            let mut product = product.clone();
            product.version = text(version, "version").map(str::to_owned).or(product.version);
            product.range = text(version, "range").map(str::to_owned);
            match text(version, "status") {
                Some("unaffected") => unaffected.push(product),
                Some("unknown") => {}
                _ => stated.push(product),
            }
        }
    }
    if !unaffected.is_empty() {
        record.statements.push(Statement {
            status: Status::NotAffected,
            products: unaffected,
            ..base.clone()
        });
    }
    record.statements.push(Statement { products: stated, ..base });
}

fn product(reference: &str, components: &HashMap<&str, &Value>) -> Product {
    let link = reference.strip_prefix("urn:cdx:").map(link_of);
    let local = link.as_deref().and_then(|link| link.split_once('#')).map(|(_, local)| local);
    let wanted = local.unwrap_or(reference);
    let Some(component) = components.get(wanted).or_else(|| components.get(reference)) else {
        let product = product_of(wanted);
        let is_named = product.purl.is_some() || product.cpe.is_some();
        return Product { link: link.filter(|_| !is_named), ..product };
    };
    let hashes = list(component, "hashes").iter().filter_map(|hash| {
        let (algorithm, value) = (text(hash, "alg")?, text(hash, "content")?);
        Some(Hash { algorithm: algorithm.to_ascii_lowercase(), value: value.to_owned() })
    });
    Product {
        name: text(component, "name").map(str::to_owned),
        purl: text(component, "purl").map(str::to_owned),
        cpe: text(component, "cpe").map(str::to_owned),
        version: text(component, "version").map(str::to_owned),
        hashes: hashes.collect(),
        ..Product::default()
    }
}

/// `SERIAL/VERSION#REF` with a serial number in lower case and a reference as its document writes it.
fn link_of(rest: &str) -> String {
    let (document, local) = rest.split_once('#').unwrap_or((rest, ""));
    let document = document.to_ascii_lowercase();
    match local {
        "" => document,
        _ => format!("{document}#{}", decoded(local)),
    }
}

/// Percent signs of a URN, read.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits =
            after.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
