// SPDX-License-Identifier: Apache-2.0
//! OpenVEX 0.0.1 (names as plain strings) to 0.2.0 (objects), told apart by what is there; also as the predicate of a statement
//! of in-toto.

use serde_json::{Value, json};

use super::{list, product_of, text};
use crate::error::{Cause, ReadError};
use crate::json::{parse, wrong};
use crate::model::{Advisory, Format, Hash, Product, Statement, Status};
use crate::time::micros;

pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Advisory, ReadError> {
    let mut document: Value = parse(bytes, path)?;
    // A statement of in-toto, as attestations carry it: its predicate is the document, on what the statement is about.
    let mut subjects = Vec::new();
    if document.get("predicateType").is_some() {
        subjects = list(&document, "subject").iter().map(subject).collect();
        document = document["predicate"].take();
    }
    // Required, yet forgotten by some tools: the file's name serves then.
    let file = path.rsplit(['/', '!']).next().unwrap_or(path);
    let id = text(&document, "@id")
        .filter(|id| !id.is_empty())
        .map_or_else(|| format!("openvex:{file}"), str::to_owned);
    let Some(raw) = document.get("statements").and_then(Value::as_array) else {
        return Err(ReadError::new(path, Cause::Missing("statements")));
    };
    let published = text(&document, "timestamp").and_then(micros);
    let mut record = Advisory {
        id,
        source: Format::OpenVex,
        schema_version: text(&document, "@context")
            .and_then(|context| context.rsplit_once("/v"))
            .map(|(_, version)| version.to_owned()),
        published,
        modified: text(&document, "last_updated").and_then(micros).or(published),
        ..Advisory::default()
    };
    record.database_specific = json!({
        "author": document["author"], "role": document["role"], "version": document["version"],
        "supplier": document["supplier"],
    });
    for (index, raw) in raw.iter().enumerate() {
        let place = |field: &str| format!("statements[{index}].{field}");
        let vulnerability = &raw["vulnerability"];
        let name = vulnerability
            .as_str()
            .or_else(|| text(vulnerability, "name"))
            .or_else(|| text(vulnerability, "@id"))
            .filter(|name| !name.is_empty())
            .ok_or_else(|| wrong(path, place("vulnerability"), "it has no `name`"))?;
        let status = match text(raw, "status") {
            Some("not_affected") => Status::NotAffected,
            Some("affected") => Status::Affected,
            Some("fixed") => Status::Fixed,
            Some("under_investigation") => Status::UnderInvestigation,
            other => {
                let shown: String = other.unwrap_or_default().chars().take(40).collect();
                return Err(wrong(path, place("status"), format!("`{shown}` is no status")));
            }
        };
        let mut products: Vec<Product> = list(raw, "products").iter().map(product).collect();
        if raw.get("products").is_none() {
            products.clone_from(&subjects);
        }
        // 0.0.1 lists the parts beside the products.
        let parts: Vec<Product> = list(raw, "subcomponents").iter().map(product).collect();
        for product in &mut products {
            product.subcomponents.extend(parts.iter().cloned());
        }
        if !record.upstream.iter().any(|known| known == name) {
            record.upstream.push(name.to_owned());
        }
        record.statements.push(Statement {
            vulnerability: name.to_owned(),
            aliases: list(vulnerability, "aliases")
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            status,
            justification: text(raw, "justification").map(str::to_owned),
            statement: text(raw, "impact_statement").or_else(|| text(raw, "status_notes")).map(str::to_owned),
            action: text(raw, "action_statement").map(str::to_owned),
            products,
            timestamp: text(raw, "last_updated")
                .or_else(|| text(raw, "timestamp"))
                .and_then(micros)
                .or(record.modified),
        });
    }
    Ok(record)
}

/// What an attestation is about: a name, and digests by algorithm.
fn subject(raw: &Value) -> Product {
    let mut product = text(raw, "name").filter(|name| !name.is_empty()).map(product_of).unwrap_or_default();
    for (algorithm, value) in raw.get("digest").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = value.as_str() {
            product.hashes.push(Hash { algorithm: algorithm.to_ascii_lowercase(), value: value.to_owned() });
        }
    }
    product
}

fn product(raw: &Value) -> Product {
    if let Some(name) = raw.as_str() {
        return product_of(name);
    }
    let mut product = text(raw, "@id").map(product_of).unwrap_or_default();
    let names = &raw["identifiers"];
    product.purl = text(names, "purl").map(str::to_owned).or(product.purl);
    product.cpe = text(names, "cpe23").or_else(|| text(names, "cpe22")).map(str::to_owned).or(product.cpe);
    for (algorithm, value) in raw.get("hashes").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = value.as_str() {
            product.hashes.push(Hash { algorithm: algorithm.to_ascii_lowercase(), value: value.to_owned() });
        }
    }
    product.subcomponents = list(raw, "subcomponents").iter().map(subcomponent).collect();
    product
}

/// A part has no parts of its own.
fn subcomponent(raw: &Value) -> Product {
    let mut part = raw.as_object().cloned().unwrap_or_default();
    part.remove("subcomponents");
    raw.as_str().map_or_else(|| product(&Value::Object(part)), product_of)
}
