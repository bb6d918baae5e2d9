// SPDX-License-Identifier: Apache-2.0
//! Tests on scores and other metrics.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Broken, Rule, Scene, broken, list, strings, text};
use crate::cvss;
use crate::time::micros;

pub(super) const RULES: &[Rule] = &[repeated, well_formed, computed, consistent, ratings, ssvc, dates];

/// Place, content, source and products of each score (2.0) or metric (2.1).
fn metrics<'a>(scene: &Scene<'a>) -> Vec<(String, &'a Value, Option<&'a str>, &'a Value)> {
    let mut found = Vec::new();
    for (place, raw) in scene.vulnerabilities() {
        for (index, score) in list(raw, "scores").iter().enumerate() {
            found.push((format!("{place}.scores[{index}]"), score, None, score));
        }
        for (index, metric) in list(raw, "metrics").iter().enumerate() {
            let place = format!("{place}.metrics[{index}]");
            found.push((format!("{place}.content"), &metric["content"], text(metric, "source"), metric));
        }
    }
    found
}

const SCALES: [&str; 3] = ["cvss_v2", "cvss_v3", "cvss_v4"];

/// The vulnerability that a metric's place lies in.
fn owner(place: &str) -> &str {
    place.split_once(']').map_or(place, |(before, _)| before)
}

/// 6.1.7: a source scores a product once by a scale's version.
fn repeated(scene: &Scene<'_>) -> Option<Broken> {
    let mut seen: HashSet<(String, &str, &str, &str, &str)> = HashSet::new();
    for (place, content, source, metric) in metrics(scene) {
        for scale in SCALES.iter().chain(&["ssvc_v2", "epss", "qualitative_severity_rating"]) {
            let Some(value) = content.get(scale) else { continue };
            let version =
                if scale.starts_with("cvss") { text(value, "version").unwrap_or_default() } else { "" };
            for product in strings(metric, "products") {
                let key = (owner(&place).to_owned(), product, *scale, version, source.unwrap_or_default());
                if !seen.insert(key) {
                    let cause = format!("product `{product}` has several {scale} of one version and source");
                    return broken("6.1.7", place, cause);
                }
            }
        }
    }
    None
}

/// Place, scale and object of each CVSS score.
fn cvss_scores<'a>(scene: &Scene<'a>) -> Vec<(String, &'static str, &'a Value)> {
    let of = |(place, content, _, _): (String, &'a Value, _, _)| {
        SCALES.map(|scale| Some((format!("{place}.{scale}"), scale, content.get(scale)?)))
    };
    metrics(scene).into_iter().flat_map(of).flatten().collect()
}

/// The vector, when it is one of the version that the score names.
fn vector(score: &Value) -> Option<cvss::Vector<'_>> {
    let version = text(score, "version")?;
    cvss::Vector::parse(text(score, "vectorString")?).filter(|parsed| parsed.version == version)
}

/// 6.1.8
fn well_formed(scene: &Scene<'_>) -> Option<Broken> {
    for (place, scale, score) in cvss_scores(scene) {
        let version = text(score, "version").unwrap_or_default();
        let known = match scale {
            "cvss_v2" => version == "2.0",
            "cvss_v3" => matches!(version, "3.0" | "3.1"),
            _ => version == "4.0",
        };
        if !known {
            return broken("6.1.8", format!("{place}.version"), "the scale has no such version");
        }
        if vector(score).is_none() {
            let shown: String = text(score, "vectorString").unwrap_or_default().chars().take(80).collect();
            return broken(
                "6.1.8",
                format!("{place}.vectorString"),
                format!("`{shown}` is no vector of {version}"),
            );
        }
        if score.get("baseScore").and_then(Value::as_f64).is_none() {
            return broken("6.1.8", format!("{place}.baseScore"), "the field is required");
        }
        if scale != "cvss_v2" && text(score, "baseSeverity").is_none() {
            return broken("6.1.8", format!("{place}.baseSeverity"), "the field is required");
        }
    }
    None
}

/// 6.1.9
fn computed(scene: &Scene<'_>) -> Option<Broken> {
    let differs = |left: f64, right: f64| (left - right).abs() > 0.0499;
    for (place, scale, score) in cvss_scores(scene) {
        let Some(parsed) = vector(score) else { continue };
        for (field, right) in [("baseScore", parsed.base()), ("temporalScore", parsed.temporal())] {
            let given = score.get(field).and_then(Value::as_f64);
            if let (Some(right), Some(given)) = (right, given)
                && differs(right, given)
            {
                return broken(
                    "6.1.9",
                    format!("{place}.{field}"),
                    format!("the vector gives {right}, not {given}"),
                );
            }
        }
        let words = [
            ("baseScore", "baseSeverity"),
            ("temporalScore", "temporalSeverity"),
            ("environmentalScore", "environmentalSeverity"),
        ];
        for (number, word) in words {
            let number = score.get(number).and_then(Value::as_f64);
            let (Some(number), Some(given)) = (number, text(score, word)) else { continue };
            let right = rating(number);
            if scale != "cvss_v2" && given != right {
                return broken(
                    "6.1.9",
                    format!("{place}.{word}"),
                    format!("{number} is {right}, not {given}"),
                );
            }
        }
    }
    None
}

/// 6.1.10
fn consistent(scene: &Scene<'_>) -> Option<Broken> {
    cvss_scores(scene).into_iter().find_map(|(place, _, score)| {
        let (field, cause) = vector(score)?.contradicts(score)?;
        broken("6.1.10", format!("{place}.{field}"), cause)
    })
}

/// Qualitative ratings of CVSS 3.1 section 5 and 4.0 section 6.
fn rating(score: f64) -> &'static str {
    match score {
        score if score >= 9.0 => "CRITICAL",
        score if score >= 7.0 => "HIGH",
        score if score >= 4.0 => "MEDIUM",
        score if score > 0.0 => "LOW",
        _ => "NONE",
    }
}

/// 6.1.56 (2.1): a word stands only where there is no score of the same source.
fn ratings(scene: &Scene<'_>) -> Option<Broken> {
    let mut scored: HashMap<(String, &str), bool> = HashMap::new();
    let all = metrics(scene);
    for (place, content, source, metric) in &all {
        if SCALES.iter().any(|scale| content.get(scale).is_some()) {
            for product in strings(metric, "products") {
                scored.insert((format!("{}{}", owner(place), source.unwrap_or_default()), product), true);
            }
        }
    }
    for (place, content, source, metric) in &all {
        if content.get("qualitative_severity_rating").is_none() {
            continue;
        }
        let key = format!("{}{}", owner(place), source.unwrap_or_default());
        if let Some(product) =
            strings(metric, "products").find(|product| scored.contains_key(&(key.clone(), *product)))
        {
            return broken(
                "6.1.56",
                place.clone(),
                format!("product `{product}` has a CVSS score and a word"),
            );
        }
    }
    None
}

/// 6.1.46, 6.1.47 (2.1)
fn ssvc(scene: &Scene<'_>) -> Option<Broken> {
    for (place, raw) in scene.vulnerabilities() {
        let ids: HashSet<&str> = text(raw, "cve")
            .into_iter()
            .chain(list(raw, "ids").iter().filter_map(|id| text(id, "text")))
            .collect();
        for (index, metric) in list(raw, "metrics").iter().enumerate() {
            let Some(ssvc) = metric["content"].get("ssvc_v2") else { continue };
            let place = format!("{place}.metrics[{index}].content.ssvc_v2");
            for field in ["schemaVersion", "selections", "timestamp"] {
                if ssvc.get(field).is_none() {
                    return broken("6.1.46", format!("{place}.{field}"), "the field is required");
                }
            }
            for (index, selection) in list(ssvc, "selections").iter().enumerate() {
                let place = format!("{place}.selections[{index}]");
                let complete =
                    ["key", "namespace", "version"].iter().all(|field| text(selection, field).is_some());
                if !complete || list(selection, "values").is_empty() {
                    return broken("6.1.46", place, "it is no selection of SSVC");
                }
                if let Some(found) = decision_point(&place, selection) {
                    return Some(found);
                }
            }
            if let Some(id) = strings(ssvc, "target_ids").find(|id| !ids.contains(id)) {
                let cause = format!("`{id}` is no name of this vulnerability");
                return broken("6.1.47", format!("{place}.target_ids"), cause);
            }
        }
    }
    None
}

/// Key, version, and the values in their order, each with its name.
type Point = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// 6.1.48, the decision points most used (CERT/CC, namespace `ssvc`): values exist and stand in their order.
fn decision_point(place: &str, selection: &Value) -> Option<Broken> {
    const POINTS: &[Point] = &[
        ("E", "1.1.0", &[("N", "None"), ("P", "Public PoC"), ("A", "Active")]),
        ("E", "1.0.0", &[("N", "None"), ("P", "PoC"), ("A", "Active")]),
        ("A", "2.0.0", &[("N", "No"), ("Y", "Yes")]),
        ("TI", "1.0.0", &[("P", "Partial"), ("T", "Total")]),
    ];
    if text(selection, "namespace") != Some("ssvc") {
        return None;
    }
    let (key, version) = (text(selection, "key")?, text(selection, "version")?);
    let (_, _, values) = POINTS.iter().find(|(point, of, _)| *point == key && *of == version)?;
    let mut last = None;
    for value in list(selection, "values") {
        let wanted = text(value, "key").unwrap_or_default();
        let Some(index) = values.iter().position(|(known, _)| *known == wanted) else {
            return broken(
                "6.1.48",
                place,
                format!("decision point {key} {version} has no value `{wanted}`"),
            );
        };
        if text(value, "name").is_some_and(|name| values.get(index).is_some_and(|(_, known)| *known != name))
        {
            return broken("6.1.48", place, format!("value `{wanted}` of {key} {version} has another name"));
        }
        if last.is_some_and(|last| last >= index) {
            return broken("6.1.48", place, format!("the values of {key} {version} are not in their order"));
        }
        last = Some(index);
    }
    None
}

/// 6.1.49, 6.1.51 (2.1): a finished document has no metric that is younger than itself.
fn dates(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer || !scene.is_final() {
        return None;
    }
    let last = scene.last_revision()?;
    for (place, content, _, _) in metrics(scene) {
        for (field, test) in [("ssvc_v2", "6.1.49"), ("epss", "6.1.51")] {
            if text(&content[field], "timestamp").and_then(micros).is_some_and(|time| time > last) {
                return broken(
                    test,
                    format!("{place}.{field}.timestamp"),
                    "it is later than the last revision",
                );
            }
        }
    }
    None
}
