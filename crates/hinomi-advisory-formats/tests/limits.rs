// SPDX-License-Identifier: Apache-2.0
//! Depth and aliases: what is refused, and in which words.

#![cfg(test)]

use hinomi_advisory_formats::read;

#[test]
fn json_too_deep_is_refused_by_its_place() {
    let lists = 100_000;
    let text = format!(r#"{{"id": "DEMO-1", "x": {}{}}}"#, "[".repeat(lists), "]".repeat(lists));
    let message = read(text.as_bytes(), "in").unwrap_err().to_string();
    assert!(message.starts_with("in") && message.contains("recursion limit exceeded"), "{message}");
}

#[test]
fn yaml_that_multiplies_itself_is_refused() {
    let mut text = String::from("id: DEMO-1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let list = [before.as_str(); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    let message = read(text.as_bytes(), "in").unwrap_err().to_string();
    assert!(message.starts_with("in") && message.contains("repetition limit exceeded"), "{message}");
}
