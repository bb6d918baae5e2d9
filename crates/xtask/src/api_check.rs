// SPDX-License-Identifier: Apache-2.0
//! Asks every reading operation of a running Hinomi once, with ids that its own answers gave.
//!
//! An answer's `"assets": [{"id": …}]`, or the `items` of `…/assets`, fill the pool `assets`; `/assets/{id}/findings`
//! then takes its id from there. An empty list is asked again of the next asset, so that lists lead on. Rounds go on
//! until nothing new can be asked. What the demo company has no example of is asked for something that does not exist:
//! that must be refused with a problem document, and is counted apart.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::http::Client;
use crate::out::say;

const DOCUMENT: &str = "/api/v1/openapi.json";
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// Values for query parameters that an operation cannot do without.
const QUERY_VALUES: &[(&str, &str)] = &[
    ("q", "openssl"),
    ("kind", "units"),
    ("at", "2026-01-31"),
    ("from", "2026-01-01"),
    ("to", "2026-01-31"),
];

/// How many ids are tried until a list is not empty.
const TRIES: usize = 30;

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) asked: usize,
    /// Of these, without an example.
    pub(crate) refused: usize,
    pub(crate) failed: usize,
    pub(crate) slowest_ms: u128,
    pub(crate) slowest: String,
}

struct Operation {
    path: String,
    /// Names of query parameters that must be given.
    query: Vec<String>,
}

pub(crate) fn run(client: &Client) -> Result<Counts> {
    let document = client.get(DOCUMENT)?.json().context("openapi.json")?;
    let mut waiting = reading_operations(&document);
    let mut pool = Pool::default();
    let mut counts = Counts::default();
    loop {
        let (ready, later): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|operation| pool.fill(&operation.path, 0).is_some());
        waiting = later;
        if ready.is_empty() {
            break;
        }
        for operation in ready {
            counts.asked += 1;
            if let Err(fault) = ask(client, &operation, &mut pool, &mut counts) {
                counts.failed += 1;
                say!("GET {fault}");
            }
        }
    }
    for operation in waiting {
        counts.asked += 1;
        counts.refused += 1;
        let answer = client.get(&operation.url(&without_example(&operation.path)))?;
        if !(400..500).contains(&answer.status) || !answer.content_type.contains("problem+json") {
            counts.failed += 1;
            say!("GET {}: what does not exist was answered with {}", operation.path, answer.status);
        }
    }
    Ok(counts)
}

/// Asks with one id after another until the answer is no empty list.
fn ask(client: &Client, operation: &Operation, pool: &mut Pool, counts: &mut Counts) -> Result<(), String> {
    for turn in 0..TRIES {
        let Some(path) = pool.fill(&operation.path, turn) else { break };
        let url = operation.url(&path);
        let started = std::time::Instant::now();
        let answer = client.get(&url).map_err(|error| format!("{url}: {error:#}"))?;
        let elapsed_ms = started.elapsed().as_millis();
        if elapsed_ms > counts.slowest_ms {
            counts.slowest_ms = elapsed_ms;
            counts.slowest.clone_from(&operation.path);
        }
        if !(200..300).contains(&answer.status) {
            let text: String = answer.text.chars().take(400).collect();
            return Err(format!("{url}: {} {text}", answer.status));
        }
        if !answer.content_type.contains("json") {
            break;
        }
        let value = answer.json().map_err(|error| format!("{url}: {error:#}"))?;
        pool.learn(collection(&operation.path), &value);
        let is_empty = value.get("items").and_then(Value::as_array).is_some_and(Vec::is_empty);
        if !is_empty || !operation.path.contains('{') {
            break;
        }
    }
    Ok(())
}

impl Operation {
    fn url(&self, path: &str) -> String {
        let mut url = path.to_owned();
        for (index, name) in self.query.iter().enumerate() {
            let value = QUERY_VALUES.iter().find(|(known, _)| known == name).map_or("1", |(_, value)| *value);
            url.push_str(&format!("{}{name}={value}", if index == 0 { '?' } else { '&' }));
        }
        url
    }
}

/// A name that nothing has, in the form of an id.
fn without_example(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn reading_operations(document: &Value) -> Vec<Operation> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut operations = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        let Some(get) = item.get("get") else { continue };
        let parameters = [item.get("parameters"), get.get("parameters")];
        let query = parameters
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
            .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
            .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
            .collect();
        operations.push(Operation { path: path.clone(), query });
    }
    operations
}

/// The word that an answer's `items` are examples of: the last of the path that is no parameter.
fn collection(path: &str) -> &str {
    path.rsplit('/').find(|part| !part.starts_with('{')).unwrap_or(path)
}

#[derive(Default)]
struct Pool {
    ids: BTreeMap<String, BTreeSet<String>>,
}

impl Pool {
    fn learn(&mut self, name: &str, value: &Value) {
        match value {
            Value::Array(items) => {
                for item in items {
                    if let Some(id) = item.get("id").or_else(|| item.get("key")) {
                        self.add(name, id);
                    }
                    self.learn(name, item);
                }
            }
            Value::Object(fields) => {
                for (key, field) in fields {
                    self.learn(if key == "items" { name } else { key }, field);
                    // `"asset": {"id": …}` and `"asset_id": …` are examples of `assets`.
                    if let Some(id) = field.get("id") {
                        self.add(&plural(key), id);
                    } else if let Some(stem) = key.strip_suffix("_id") {
                        self.add(&plural(stem), field);
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: &str, id: &Value) {
        let id = match id {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return,
        };
        self.ids.entry(name.to_owned()).or_default().insert(id);
    }

    /// The path with the `turn`-th id for each parameter, from the pool of the word before it.
    fn fill(&self, path: &str, turn: usize) -> Option<String> {
        let mut filled: Vec<String> = Vec::new();
        let mut word = "";
        for part in path.split('/') {
            if part.starts_with('{') {
                filled.push(encode(self.ids.get(word)?.iter().nth(turn)?));
            } else {
                word = part;
                filled.push(part.to_owned());
            }
        }
        Some(filled.join("/"))
    }
}

fn plural(word: &str) -> String {
    match word {
        "person" | "assignee" | "holder" => "people".to_owned(),
        _ => match word.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{word}s"),
        },
    }
}

fn encode(id: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    id.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_give_the_ids_of_later_questions() {
        let mut pool = Pool::default();
        assert_eq!(pool.fill("/api/v1/assets/{id}", 0), None);
        pool.learn("assets", &json!({"items": [{"id": "a/1", "system_id": "s1"}]}));
        pool.learn("tickets", &json!({"advisories": [{"id": "DSA-1"}], "vulnerability": {"id": 7}}));
        assert_eq!(
            pool.fill("/api/v1/assets/{id}/findings", 0).as_deref(),
            Some("/api/v1/assets/a%2F1/findings")
        );
        assert_eq!(pool.fill("/systems/{id}", 0).as_deref(), Some("/systems/s1"));
        assert_eq!(
            pool.fill("/advisories/{record_id}/original", 0).as_deref(),
            Some("/advisories/DSA-1/original")
        );
        assert_eq!(pool.fill("/vulnerabilities/{id}", 0).as_deref(), Some("/vulnerabilities/7"));
    }

    #[test]
    fn only_reading_operations_are_asked_with_what_they_need() {
        let document = json!({"paths": {
            "/affected": {"get": {"parameters": [
                {"in": "query", "name": "q", "required": true}, {"in": "query", "name": "at", "required": false}]}},
            "/session": {"post": {}},
        }});
        let operations = reading_operations(&document);
        assert_eq!(operations[0].url("/affected"), "/affected?q=openssl");
        assert!(!without_example("/a/{id}/b").contains('{'));
        assert_eq!(operations.len(), 1);
        assert_eq!(
            (operations[0].path.as_str(), operations[0].query.as_slice()),
            ("/affected", &["q".to_owned()][..])
        );
        assert_eq!(collection("/assets/{id}/snapshots"), "snapshots");
    }
}
