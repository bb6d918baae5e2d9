// SPDX-License-Identifier: Apache-2.0
//! Depth and entities: what is refused, and in which words.

#![cfg(test)]

use hinomi_inventory_formats::read;

fn refused(text: &str) -> String {
    read(text.as_bytes(), "in").unwrap_err().to_string()
}

#[test]
fn what_is_not_read_may_be_as_deep_as_it_likes() {
    let lists = 100_000;
    let text = format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "x": {}{},
        "components": [{{"type": "library", "name": "x"}}]}}"#,
        "[".repeat(lists),
        "]".repeat(lists)
    );
    assert_eq!(read(text.as_bytes(), "in").unwrap().components.len(), 1);
}

#[test]
fn components_too_deep_in_one_another_are_refused() {
    let depth = 11_000;
    let open = r#"{"type": "library", "name": "x", "components": ["#.repeat(depth);
    let text = format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [{open}{}]}}"#,
        "]}".repeat(depth)
    );
    assert!(refused(&text).contains("nested deeper than 20000 layers"), "{}", refused(&text));
}

#[test]
fn xml_too_deep_is_refused() {
    let text = format!(
        r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.4">{}{}</bom>"#,
        "<a>".repeat(100_000),
        "</a>".repeat(100_000)
    );
    assert!(refused(&text).contains("deep"), "{}", refused(&text));
}

#[test]
fn entities_of_a_document_are_refused() {
    let text = r#"<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
        <bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>&b;</name>
        </component></components></bom>"#;
    let message = refused(text);
    assert!(message.starts_with("in:"), "{message}");
    assert!(
        message.to_lowercase().contains("entit") || message.to_lowercase().contains("doctype"),
        "{message}"
    );
}
