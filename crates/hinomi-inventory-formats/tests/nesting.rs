// SPDX-License-Identifier: Apache-2.0
//! Components in components in components: read to a depth that no stack would bear, in JSON and XML.

#![cfg(test)]

use std::fmt::Write as _;

use hinomi_inventory_formats::{Inventory, WriteOptions, read, write_cyclonedx};

/// Each component holds the next, and a sibling of it; `inside` goes into the innermost.
fn json(depth: usize, inside: &str) -> String {
    let mut text = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":["#.to_owned();
    for level in 0..depth {
        let _ = write!(
            text,
            "\n{{\"type\":\"library\",\"bom-ref\":\"c{level}\",\"name\":\"{{[\\\"{level}\",\"components\":["
        );
    }
    text.push_str(inside);
    for level in (0..depth).rev() {
        let _ = write!(text, "],\"version\":\"1.{level}\"}}");
        if level > 0 {
            let _ = write!(text, ",\n{{\"type\":\"file\",\"name\":\"beside {level}\"}}");
        }
    }
    text.push_str("], \"metadata\": {\"timestamp\": \"2026-01-02T03:04:05Z\"}}");
    text
}

fn xml(depth: usize) -> String {
    let mut text = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>"#.to_owned();
    for level in 0..depth {
        let _ = write!(
            text,
            "<component type=\"library\" bom-ref=\"c{level}\"><name>n{level}</name><components>"
        );
    }
    for level in (0..depth).rev() {
        let _ = write!(text, "</components><purl>pkg:npm/n{level}@1</purl></component>");
    }
    text.push_str("</components></bom>");
    text
}

fn chain(inventory: &Inventory, depth: usize) {
    for level in 1..depth {
        let parent = format!("c{}", level - 1);
        assert_eq!(inventory.components[level].parent.as_deref(), Some(parent.as_str()), "{level}");
    }
}

#[test]
fn components_nest_to_thousands_of_levels_in_json() {
    for depth in [10, 70, 5_000] {
        let text = json(depth, "");
        let inventory = read(text.as_bytes(), "deep.json").unwrap();
        assert_eq!(inventory.components.len(), 2 * depth - 1);
        chain(&inventory, depth);
        assert_eq!(inventory.components[depth - 1].name, format!("{{[\"{}", depth - 1));
        assert_eq!(inventory.components[0].version.as_deref(), Some("1.0"));
        // The innermost sibling lies in the component that is last but one.
        assert_eq!(inventory.components[depth].name, format!("beside {}", depth - 1));
        assert_eq!(inventory.components[depth].parent, Some(format!("c{}", depth - 2)));
        assert_eq!(inventory.observed_at.as_deref(), Some("2026-01-02T03:04:05Z"));
        // What is written again, nobody needs such a reader for.
        let written = write_cyclonedx(&inventory, &WriteOptions::default());
        let plain: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert!(plain["components"].is_array());
        let again = read(written.as_bytes(), "again.json").unwrap();
        assert_eq!(again.components.len(), inventory.components.len());
    }
}

#[test]
fn the_subject_may_be_as_deep() {
    let deep = json(300, "");
    let components = &deep[deep.find('[').unwrap()..deep.rfind(", \"metadata\"").unwrap()];
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"component":{{"type":"application",
        "name":"about","bom-ref":"s","components":{components}}}}},"components":[{{"type":"library","name":"last"}}]}}"#
    );
    let inventory = read(text.as_bytes(), "subject.json").unwrap();
    assert_eq!(inventory.components.len(), 1 + 599 + 1);
    assert_eq!(inventory.components[0].name, "about");
    assert_eq!(inventory.components[1].parent.as_deref(), Some("s"));
    assert_eq!(inventory.components[2].parent.as_deref(), Some("c0"));
    assert_eq!(inventory.components[600].name, "last");
    assert_eq!(inventory.subject.unwrap().name, "about");
}

#[test]
fn components_nest_to_thousands_of_levels_in_xml() {
    for depth in [10, 5_000] {
        let inventory = read(xml(depth).as_bytes(), "deep.xml").unwrap();
        assert_eq!(inventory.components.len(), depth);
        chain(&inventory, depth);
        assert_eq!(inventory.components[0].purl.as_deref(), Some("pkg:npm/n0@1"));
    }
    let told = read(xml(12_000).as_bytes(), "deep.xml").unwrap_err().to_string();
    assert!(told.contains("nested deeper than 20000"), "{told}");
}

#[test]
fn what_is_wrong_deep_down_is_told_with_its_place() {
    let refused = |inside: &str| read(json(200, inside).as_bytes(), "t.json").unwrap_err().to_string();
    // The innermost component stands on line 201 and what is inside of it too.
    assert!(refused(r#"{"type":7,"name":"x"}"#).starts_with("t.json: line 201, column "));
    assert!(refused(r#"{"type":"library","name":"x"},"#).starts_with("t.json: line 201, column "));
    assert!(refused("7").starts_with("t.json: line 201, column "));
    assert!(refused(r#"{"type":"library" "name":"x"}"#).contains("line 201"));
    let nameless = refused(r#"{"type":"library"}"#);
    assert!(nameless.contains("(181 levels)") && nameless.ends_with(".name: is missing"), "{nameless}");
    let cut = &json(200, "")[..9_000];
    assert!(read(cut.as_bytes(), "t.json").unwrap_err().to_string().contains("EOF"));
    let told = read(json(12_000, "").as_bytes(), "t.json").unwrap_err().to_string();
    assert!(told.contains("nested deeper than 20000 layers"), "{told}");
}

/// Half a million levels, and a document whose every level holds a large sibling, end in time and with an answer.
#[test]
fn work_grows_with_the_document_alone() {
    assert!(read(json(500_000, "").as_bytes(), "t.json").is_err());
    let large = format!(r#"{{"type":"library","name":"x","description":"{}"}}"#, "y".repeat(20_000_000));
    let inventory = read(json(5_000, &large).as_bytes(), "t.json").unwrap();
    assert_eq!(inventory.components.len(), 10_000);
}
