// SPDX-License-Identifier: Apache-2.0
//! STIX 2.1 bundles and TAXII envelopes.
//!
//! ```text
//!   objects ─► by id ─► relationships (both ends in the document, not revoked)
//!                 │            uses, targets, exploits, indicates, attributed-to, variant-of, …
//!                 └─► campaign, intrusion-set, threat-actor, malware, tool, indicator, report ─► Threat
//! ```

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Indicator, Technique, Threat, ThreatFormat, ThreatKind, Threats, Tlp, cve, is_technique_id, settle,
};
use crate::error::ReadError;
use crate::json;
use crate::model::{Reference, Warning};
use crate::time::micros;

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, default)]
    objects: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    created: String,
    #[serde(default)]
    modified: String,
    #[serde(default)]
    published: Option<String>,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_until: Option<String>,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    confidence: Option<u8>,
    #[serde(default)]
    created_by_ref: Option<String>,
    #[serde(default)]
    external_references: Vec<External>,
    #[serde(default)]
    object_marking_refs: Vec<String>,
    #[serde(default)]
    object_refs: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default)]
    pattern_type: Option<String>,
    #[serde(default)]
    relationship_type: String,
    #[serde(default)]
    source_ref: String,
    #[serde(default)]
    target_ref: String,
    #[serde(default)]
    definition_type: Option<String>,
    #[serde(default)]
    definition: Option<Definition>,
    #[serde(default)]
    x_mitre_deprecated: bool,
    #[serde(default)]
    extensions: BTreeMap<String, Extension>,
}

#[derive(Deserialize, Default)]
struct Definition {
    #[serde(default)]
    tlp: Option<String>,
}

#[derive(Deserialize, Default)]
struct Extension {
    #[serde(default)]
    tlp_2_0: Option<String>,
}

#[derive(Deserialize)]
struct External {
    #[serde(default)]
    source_name: String,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// Predefined markings (STIX 2.1, 7.2.1.4, and the TLP 2.0 extension): bundles may refer to them without holding them.
const MARKINGS: [(&str, Tlp); 9] = [
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
    ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear),
    ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green),
    ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber),
    ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::AmberStrict),
    ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red),
];

pub(super) fn read(bytes: &[u8], path: &str) -> Result<Threats, ReadError> {
    let bundle: Bundle<'_> = json::parse(bytes, path)?;
    let mut threats = Threats::default();
    let mut objects: Vec<Object> = Vec::with_capacity(bundle.objects.len());
    for raw in bundle.objects {
        match json::parse_part::<Object>(bytes, path, raw) {
            Ok(object) => objects.push(object),
            // One object that is wrong does not silence the others.
            Err(error) => threats.warnings.push(Warning {
                place: error.place.as_ref().map_or_else(|| "objects".to_owned(), ToString::to_string),
                cause: error.cause.to_string(),
            }),
        }
    }
    let graph = Graph::of(&objects);
    for object in &objects {
        let Some(kind) = kind(&object.kind) else { continue };
        if object.id.is_empty() {
            let cause = format!("an object of type {} has no id", object.kind);
            threats.warnings.push(Warning { place: "objects".to_owned(), cause });
            continue;
        }
        threats.threats.push(graph.threat(object, kind));
    }
    Ok(threats)
}

fn kind(word: &str) -> Option<ThreatKind> {
    Some(match word {
        "campaign" => ThreatKind::Campaign,
        "intrusion-set" => ThreatKind::IntrusionSet,
        "threat-actor" => ThreatKind::ThreatActor,
        "malware" => ThreatKind::Malware,
        "tool" => ThreatKind::Tool,
        "indicator" => ThreatKind::Indicator,
        "report" | "grouping" => ThreatKind::Report,
        _ => return None,
    })
}

struct Graph<'a> {
    by_id: HashMap<&'a str, &'a Object>,
    /// The objects at the other end of each object's relationships; with their direction: true goes out.
    links: HashMap<&'a str, Vec<(&'a Object, &'a Object, bool)>>,
}

impl<'a> Graph<'a> {
    fn of(objects: &'a [Object]) -> Self {
        let by_id: HashMap<&str, &Object> =
            objects.iter().map(|object| (object.id.as_str(), object)).collect();
        let mut links: HashMap<&str, Vec<(&Object, &Object, bool)>> = HashMap::new();
        let holds =
            |object: &&Object| object.kind == "relationship" && !object.revoked && !object.x_mitre_deprecated;
        for relation in objects.iter().filter(holds) {
            let ends = (by_id.get(relation.source_ref.as_str()), by_id.get(relation.target_ref.as_str()));
            if let (Some(source), Some(target)) = ends {
                links.entry(&source.id).or_default().push((relation, target, true));
                links.entry(&target.id).or_default().push((relation, source, false));
            }
        }
        Self { by_id, links }
    }

    fn threat(&self, object: &Object, kind: ThreatKind) -> Threat {
        let time = |text: &Option<String>| text.as_deref().and_then(micros);
        let mut threat = Threat {
            id: object.id.clone(),
            source: ThreatFormat::Stix,
            kind,
            name: if object.name.is_empty() { object.id.clone() } else { object.name.clone() },
            description: object.description.clone(),
            author: self.author(object),
            created: time(&object.published).or_else(|| micros(&object.created)),
            modified: micros(&object.modified),
            valid_from: time(&object.valid_from),
            valid_until: time(&object.valid_until),
            revoked: object.revoked || object.x_mitre_deprecated,
            confidence: object.confidence.filter(|share| *share <= 100),
            tlp: self.tlp(object),
            labels: object.labels.clone(),
            ..Threat::default()
        };
        if let Some(pattern) = &object.pattern {
            let kind = object.pattern_type.clone().unwrap_or_else(|| "stix".to_owned());
            threat.indicators.push(Indicator { kind, value: pattern.clone() });
        }
        for external in &object.external_references {
            threat.cves.extend(external.external_id.as_deref().and_then(cve));
            if let Some(url) = &external.url {
                let extra = serde_json::Map::new();
                threat.references.push(Reference { kind: "WEB".to_owned(), url: url.clone(), extra });
            }
        }
        for (relation, other, outgoing) in self.links.get(object.id.as_str()).into_iter().flatten() {
            // What a group uses is its own; what else uses a tool is not the tool's.
            let belongs = *outgoing || matches!(other.kind.as_str(), "indicator");
            if belongs && relation.relationship_type != "revoked-by" {
                add(&mut threat, other);
            }
        }
        for id in &object.object_refs {
            if let Some(other) = self.by_id.get(id.as_str()).filter(|other| !other.revoked) {
                add(&mut threat, other);
            }
        }
        settle(&mut threat);
        threat
    }

    fn author(&self, object: &Object) -> Option<String> {
        let author = self.by_id.get(object.created_by_ref.as_deref()?)?;
        (!author.name.is_empty()).then(|| author.name.clone())
    }

    /// The strictest of its markings.
    fn tlp(&self, object: &Object) -> Option<Tlp> {
        let marked = |id: &String| {
            MARKINGS.iter().find(|(known, _)| known == id).map(|(_, tlp)| *tlp).or_else(|| {
                let marking = self.by_id.get(id.as_str())?;
                let extended = marking.extensions.values().find_map(|extension| extension.tlp_2_0.as_deref());
                let given = (marking.definition_type.as_deref() == Some("tlp"))
                    .then(|| marking.definition.as_ref().and_then(|definition| definition.tlp.as_deref()))
                    .flatten();
                Tlp::parse(extended.or(given).unwrap_or(&marking.name))
            })
        };
        object.object_marking_refs.iter().filter_map(marked).max()
    }
}

/// What an object that a threat is linked with tells of it.
fn add(threat: &mut Threat, other: &Object) {
    match other.kind.as_str() {
        "vulnerability" => {
            let externals =
                other.external_references.iter().filter_map(|external| external.external_id.as_deref());
            threat.cves.extend(externals.chain([other.name.as_str()]).filter_map(cve));
        }
        "attack-pattern" if !other.revoked => {
            let ids =
                other.external_references.iter().filter(|external| external.source_name.contains("attack"));
            let id = ids.filter_map(|external| external.external_id.clone()).find(|id| is_technique_id(id));
            threat.techniques.extend(id.map(|id| Technique { id, name: other.name.clone() }));
        }
        "intrusion-set" | "threat-actor" => threat.actors.push(other.name.clone()),
        "malware" | "tool" => threat.tools.push(other.name.clone()),
        "indicator" if !other.revoked => {
            if let Some(pattern) = &other.pattern {
                let kind = other.pattern_type.clone().unwrap_or_else(|| "stix".to_owned());
                threat.indicators.push(Indicator { kind, value: pattern.clone() });
            }
        }
        _ => {}
    }
}
