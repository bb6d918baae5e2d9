// SPDX-License-Identifier: Apache-2.0
//! Points, tables and selections of SSVC, right and wrong ones.

use serde_json::{Value, json};

use super::{SsvcDocument, looks_like, read};

fn point(key: &str, values: &[&str]) -> Value {
    let values: Vec<Value> = values.iter().map(|key| json!({"key": key, "name": key})).collect();
    json!({"namespace": "demo", "key": key, "version": "1.0.0", "name": key, "values": values})
}

fn table() -> Value {
    json!({"namespace": "demo", "key": "DT", "version": "1.0.0", "name": "demo", "schemaVersion": "2.0.0",
        "decision_points": {"demo:A:1.0.0": point("A", &["N", "Y"]), "demo:B:1.0.0": point("B", &["N", "Y"]),
            "demo:R:1.0.0": point("R", &["later", "now"])},
        "outcome": "demo:R:1.0.0",
        "mapping": [
            {"demo:A:1.0.0": "N", "demo:B:1.0.0": "N", "demo:R:1.0.0": "later"},
            {"demo:A:1.0.0": "N", "demo:B:1.0.0": "Y", "demo:R:1.0.0": "later"},
            {"demo:A:1.0.0": "Y", "demo:B:1.0.0": "N", "demo:R:1.0.0": "later"},
            {"demo:A:1.0.0": "Y", "demo:B:1.0.0": "Y", "demo:R:1.0.0": "now"}]})
}

fn refused(value: &Value) -> String {
    read(value.to_string().as_bytes(), "t.json").unwrap_err().to_string()
}

#[test]
fn a_table_decides_every_combination() {
    let Ok(SsvcDocument::Table(read)) = read(table().to_string().as_bytes(), "t.json") else {
        panic!("no table")
    };
    let chosen = |a: &str, b: &str| {
        [("demo:A:1.0.0".to_owned(), a.to_owned()), ("demo:B:1.0.0".to_owned(), b.to_owned())].into()
    };
    assert_eq!(read.decide(&chosen("Y", "Y")), Some("now"));
    assert_eq!(read.decide(&chosen("N", "Y")), Some("later"));
    assert_eq!(read.decide(&chosen("?", "Y")), None);
}

#[test]
fn a_table_with_a_gap_a_second_word_or_an_unknown_value_is_refused() {
    let mut gap = table();
    gap["mapping"].as_array_mut().unwrap().pop();
    assert_eq!(refused(&gap), "t.json: the table decides 3 of 4 combinations");
    let mut twice = table();
    twice["mapping"][3] = twice["mapping"][0].clone();
    assert_eq!(refused(&twice), "t.json: mapping[3] decides a combination for the second time");
    let mut unknown = table();
    unknown["mapping"][1]["demo:R:1.0.0"] = json!("never");
    assert_eq!(refused(&unknown), "t.json: mapping[1]: `never` is no value of demo:R:1.0.0");
    let mut outcome = table();
    outcome["outcome"] = json!("demo:X:1.0.0");
    assert!(refused(&outcome).contains("is none of the decision points"));
}

#[test]
fn rows_in_words_are_held_to_the_same() {
    let text = "row,Automatable v2.0.0,Value Density v1.0.0,\"Now, Later v1.0.1 (demo)\"\n0,no,diffuse,later\n\
        1,no,dense,later\n2,yes,diffuse,later\n3,yes,dense,now\n";
    let Ok(SsvcDocument::Rows(rows)) = read(text.as_bytes(), "t.csv") else { panic!("no rows") };
    assert_eq!(rows.columns[2], "Now, Later v1.0.1 (demo)");
    assert_eq!(rows.rows[3], ["yes", "dense", "now"]);
    let gap = text.replace("3,yes,dense,now\n", "");
    assert!(read(gap.as_bytes(), "t.csv").unwrap_err().to_string().contains("3 of 4 combinations"));
    let short = text.replace("3,yes,dense,now", "3,yes,now");
    assert!(read(short.as_bytes(), "t.csv").unwrap_err().to_string().starts_with("t.csv:5:1: 2 values"));
    assert!(!looks_like(b"row,name,price\n1,a,2\n"));
}

#[test]
fn points_and_selections_are_read_and_a_schema_is_neither() {
    let value = point("E", &["N", "A"]);
    assert!(matches!(read(value.to_string().as_bytes(), "p.json"), Ok(SsvcDocument::Point(_))));
    assert!(refused(&point("E", &["N", "N"])).contains("value `N` twice"));
    assert!(refused(&point("E", &[])).contains("has no values"));
    let chosen = json!({"schemaVersion": "2.0.0", "timestamp": "2026-01-01T00:00:00Z", "target_ids": ["CVE-2026-0001"],
        "selections": [{"namespace": "ssvc", "key": "E", "version": "1.1.0", "values": [{"key": "A"}]}]});
    let Ok(SsvcDocument::Selections(read_back)) = read(chosen.to_string().as_bytes(), "s.json") else {
        panic!("no selections")
    };
    assert_eq!(
        (read_back.targets[0].as_str(), read_back.selections[0].values[0].key.as_str()),
        ("CVE-2026-0001", "A")
    );
    let schema =
        json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "namespace": 1, "values": []});
    assert!(!looks_like(schema.to_string().as_bytes()));
}
