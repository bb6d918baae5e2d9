// SPDX-License-Identifier: Apache-2.0
//! A CycloneDX document in XML, said in the fields of the JSON form, as far as statements on vulnerabilities need them.
//!
//! ```text
//!   <affects><target><ref>a</ref><versions><version><version>1</version><status>affected</status>…
//!     ─► "affects": [{"ref": "a", "versions": [{"version": "1", "status": "affected"}]}]
//! ```
//!
//! CycloneDX 1.4 to 1.7, `bom-1.7.xsd`: attributes and elements of one name mean the same field.

use serde_json::{Map, Value};

use crate::xml::Element;

/// True for the root of a BOM of this maker: other formats call theirs `bom` too.
pub(crate) fn looks_like(root: &str, bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    root == "bom" && head.windows(21).any(|window| window == b"cyclonedx.org/schema/")
}

pub(crate) fn document(root: &Element) -> Value {
    let mut document = Map::new();
    put(&mut document, "serialNumber", root.attribute("serialNumber"));
    put(&mut document, "version", root.attribute("version"));
    if let Some(metadata) = root.child("metadata") {
        let mut fields = Map::new();
        put(&mut fields, "timestamp", metadata.text_of("timestamp"));
        if let Some(own) = metadata.child("component") {
            fields.insert("component".to_owned(), component(own));
        }
        document.insert("metadata".to_owned(), Value::Object(fields));
    }
    put_list(&mut document, root, ("components", "component"), component);
    put_list(&mut document, root, ("services", "service"), component);
    put_list(&mut document, root, ("vulnerabilities", "vulnerability"), vulnerability);
    Value::Object(document)
}

fn component(element: &Element) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "bom-ref", element.attribute("bom-ref"));
    for name in ["name", "version", "purl", "cpe"] {
        put(&mut fields, name, element.text_of(name));
    }
    put_list(&mut fields, element, ("hashes", "hash"), |hash| {
        let mut fields = Map::new();
        put(&mut fields, "alg", hash.attribute("alg"));
        put(&mut fields, "content", Some(hash.text()));
        Value::Object(fields)
    });
    put_list(&mut fields, element, ("components", "component"), component);
    put_list(&mut fields, element, ("services", "service"), component);
    Value::Object(fields)
}

fn vulnerability(element: &Element) -> Value {
    let mut fields = Map::new();
    for name in ["id", "description", "recommendation", "created", "published", "updated"] {
        put(&mut fields, name, element.text_of(name));
    }
    put_list(&mut fields, element, ("references", "reference"), |reference| texts(reference, &["id"]));
    put_list(&mut fields, element, ("ratings", "rating"), |rating| {
        let mut fields = texts(rating, &["score", "severity", "method", "vector"]);
        if let (Some(source), Some(fields)) = (rating.child("source"), fields.as_object_mut()) {
            fields.insert("source".to_owned(), texts(source, &["name", "url"]));
        }
        fields
    });
    if let Some(analysis) = element.child("analysis") {
        let mut told = texts(analysis, &["state", "justification", "detail", "lastUpdated"]);
        let responses = analysis.list("responses", "response").map(|response| Value::from(response.text()));
        if let Some(fields) = told.as_object_mut() {
            fields.insert("response".to_owned(), responses.collect());
        }
        fields.insert("analysis".to_owned(), told);
    }
    put_list(&mut fields, element, ("affects", "target"), |target| {
        let mut fields = Map::new();
        put(&mut fields, "ref", target.text_of("ref"));
        put_list(&mut fields, target, ("versions", "version"), |version| {
            texts(version, &["version", "range", "status"])
        });
        Value::Object(fields)
    });
    Value::Object(fields)
}

fn texts(element: &Element, names: &[&str]) -> Value {
    let mut fields = Map::new();
    names.iter().for_each(|name| put(&mut fields, name, element.text_of(name)));
    Value::Object(fields)
}

fn put(fields: &mut Map<String, Value>, name: &str, text: Option<&str>) {
    fields.extend(text.map(|text| (name.to_owned(), Value::from(text))));
}

fn put_list(
    fields: &mut Map<String, Value>,
    element: &Element,
    (list, item): (&str, &str),
    read: impl Fn(&Element) -> Value,
) {
    let items: Vec<Value> = element.list(list, item).map(read).collect();
    if !items.is_empty() {
        fields.insert(list.to_owned(), Value::Array(items));
    }
}
