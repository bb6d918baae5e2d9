// SPDX-License-Identifier: Apache-2.0
//! MISP events, one of a feed's files or several of an export.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{
    Indicator, Technique, Threat, ThreatFormat, ThreatKind, Threats, Tlp, cve, is_technique_id, settle,
};
use crate::error::{Cause, ReadError};
use crate::json;
use crate::model::Reference;
use crate::time::micros;

#[derive(Deserialize)]
struct Wrapped {
    #[serde(rename = "Event")]
    event: Event,
}

#[derive(Deserialize)]
struct Answer {
    response: Vec<Wrapped>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    uuid: String,
    #[serde(default)]
    info: String,
    #[serde(default)]
    date: String,
    #[serde(default, deserialize_with = "number")]
    timestamp: Option<i64>,
    #[serde(rename = "Orgc", default)]
    author: Option<Organisation>,
    #[serde(rename = "Attribute", default, deserialize_with = "json::or_default")]
    attributes: Vec<Attribute>,
    #[serde(rename = "Object", default, deserialize_with = "json::or_default")]
    objects: Vec<Object>,
    #[serde(rename = "Galaxy", default, deserialize_with = "json::or_default")]
    galaxies: Vec<Galaxy>,
    #[serde(rename = "Tag", default, deserialize_with = "json::or_default")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Organisation {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "Attribute", default, deserialize_with = "json::or_default")]
    attributes: Vec<Attribute>,
    #[serde(default)]
    deleted: bool,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default, deserialize_with = "text")]
    value: String,
    #[serde(default)]
    to_ids: bool,
    #[serde(default)]
    deleted: bool,
    #[serde(rename = "Galaxy", default, deserialize_with = "json::or_default")]
    galaxies: Vec<Galaxy>,
    #[serde(rename = "Tag", default, deserialize_with = "json::or_default")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Galaxy {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(rename = "GalaxyCluster", default, deserialize_with = "json::or_default")]
    clusters: Vec<Cluster>,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(default)]
    value: String,
    #[serde(default)]
    meta: Value,
}

#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    name: String,
}

/// Times are seconds, as a text or a number.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    })
}

pub(super) fn read(bytes: &[u8], path: &str) -> Result<Threats, ReadError> {
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let events = if is_list {
        json::parse::<Vec<Wrapped>>(bytes, path)?
    } else {
        let mut has_response = false;
        json::top_keys(bytes, |key, _| {
            has_response = key == b"response";
            std::ops::ControlFlow::Break(())
        });
        match has_response {
            true => json::parse::<Answer>(bytes, path)?.response,
            false => vec![json::parse::<Wrapped>(bytes, path)?],
        }
    };
    let mut threats = Threats::default();
    for wrapped in events {
        if wrapped.event.uuid.trim().is_empty() {
            return Err(ReadError::new(path, Cause::Missing("Event.uuid")));
        }
        threats.threats.push(threat(wrapped.event));
    }
    Ok(threats)
}

fn threat(event: Event) -> Threat {
    let at = event.timestamp.and_then(|seconds| seconds.checked_mul(1_000_000));
    let mut threat = Threat {
        id: event.uuid,
        source: ThreatFormat::Misp,
        kind: ThreatKind::Report,
        name: event.info,
        author: event.author.map(|author| author.name).filter(|name| !name.is_empty()),
        created: micros(&event.date).or(at),
        modified: at.or_else(|| micros(&event.date)),
        ..Threat::default()
    };
    for tag in &event.tags {
        apply_tag(&mut threat, &tag.name);
    }
    for galaxy in &event.galaxies {
        apply_galaxy(&mut threat, galaxy);
    }
    let nested =
        event.objects.into_iter().filter(|object| !object.deleted).flat_map(|object| object.attributes);
    for attribute in event.attributes.into_iter().chain(nested).filter(|attribute| !attribute.deleted) {
        for galaxy in &attribute.galaxies {
            apply_galaxy(&mut threat, galaxy);
        }
        for tag in attribute.tags.iter().filter(|tag| !tag.name.to_ascii_lowercase().starts_with("tlp:")) {
            apply_tag(&mut threat, &tag.name);
        }
        // A stricter mark on a part counts for the whole: it is shown as one.
        let marks = attribute.tags.iter().filter_map(|tag| Tlp::parse(tag.name.strip_prefix("tlp:")?));
        threat.tlp = marks.chain(threat.tlp).max();
        apply_attribute(&mut threat, attribute);
    }
    settle(&mut threat);
    threat
}

fn apply_attribute(threat: &mut Threat, attribute: Attribute) {
    match attribute.kind.as_str() {
        "vulnerability" => threat.cves.extend(cve(&attribute.value)),
        "link" | "url" if !attribute.to_ids => {
            let extra = serde_json::Map::new();
            threat.references.push(Reference { kind: "WEB".to_owned(), url: attribute.value, extra });
        }
        "text" | "comment" if threat.description.is_empty() => threat.description = attribute.value,
        kind if attribute.to_ids && !attribute.value.is_empty() => {
            threat.indicators.push(Indicator { kind: kind.to_owned(), value: attribute.value });
        }
        _ => {}
    }
}

fn apply_galaxy(threat: &mut Threat, galaxy: &Galaxy) {
    for cluster in &galaxy.clusters {
        let ids = cluster.meta.get("external_id").and_then(Value::as_array).into_iter().flatten();
        let id = ids.filter_map(Value::as_str).find(|id| is_technique_id(id));
        apply_cluster(threat, &galaxy.kind, &cluster.value, id);
    }
}

/// `value` of a technique is `Phishing - T1566`.
fn apply_cluster(threat: &mut Threat, kind: &str, value: &str, id: Option<&str>) {
    let (name, told) = value.rsplit_once(" - ").unwrap_or((value, ""));
    if kind.contains("attack-pattern") {
        if let Some(id) = id.or(Some(told)).filter(|id| is_technique_id(id)) {
            threat.techniques.push(Technique { id: id.to_owned(), name: name.to_owned() });
        }
        return;
    }
    let name = if told.starts_with(['G', 'S']) && told.len() == 5 { name } else { value };
    match kind {
        "threat-actor"
        | "mitre-intrusion-set"
        | "mitre-enterprise-attack-intrusion-set"
        | "microsoft-activity-group" => {
            threat.actors.push(name.to_owned());
        }
        "mitre-malware" | "mitre-tool" | "ransomware" | "malpedia" | "tool" | "rat" | "banker" | "botnet"
        | "stealer" | "backdoor" | "exploit-kit" => threat.tools.push(name.to_owned()),
        _ => {}
    }
}

fn apply_tag(threat: &mut Threat, name: &str) {
    if let Some(tlp) =
        name.get(..4).filter(|head| head.eq_ignore_ascii_case("tlp:")).and_then(|_| Tlp::parse(name))
    {
        threat.tlp = threat.tlp.max(Some(tlp));
        return;
    }
    let quoted = name.split_once("=\"").map(|(key, value)| (key, value.trim_end_matches('"')));
    match quoted {
        Some((key, value)) if key.starts_with("misp-galaxy:") => {
            apply_cluster(threat, key.trim_start_matches("misp-galaxy:"), value, None);
        }
        Some(("misp:confidence-level", value)) => threat.confidence = confidence(value).or(threat.confidence),
        Some(("admiralty-scale:information-credibility", value)) => {
            threat.confidence = admiralty(value).or(threat.confidence);
        }
        _ => threat.labels.push(name.to_owned()),
    }
    threat.cves.extend(cve(name));
}

/// The numerical values of MISP's taxonomy `misp`, predicate `confidence-level`.
fn confidence(word: &str) -> Option<u8> {
    Some(match word {
        "completely-confident" => 100,
        "usually-confident" => 75,
        "fairly-confident" => 50,
        "rarely-confident" => 25,
        "unconfident" => 0,
        _ => return None,
    })
}

/// Credibility of the Admiralty scale on STIX's scale of confidence (STIX 2.1, appendix A); 6 cannot be judged.
fn admiralty(digit: &str) -> Option<u8> {
    Some(match digit {
        "1" => 95,
        "2" => 75,
        "3" => 50,
        "4" => 25,
        "5" => 5,
        _ => return None,
    })
}
