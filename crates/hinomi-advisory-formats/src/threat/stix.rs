// SPDX-License-Identifier: Apache-2.0
//! STIX 2.1 bundles and TAXII envelopes: objects one by one, and what they tell together.
//!
//! ```text
//!   bundle, page ─► objects ─► kept, each by its id ─► assembled: relationships whose both ends are known, not revoked
//!                                                        └─► campaign, intrusion-set, malware, indicator, … ─► Threat
//! ```

mod graph;
mod object;

pub use graph::{MAX_STEPS, assemble};
pub use object::{StixObject, StixRole};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ThreatKind, Threats, Tlp};
use crate::error::ReadError;
use crate::json;
use crate::model::Warning;

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, default)]
    objects: Vec<&'a RawValue>,
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
    let mut read = Threats::default();
    for raw in bundle.objects {
        match json::parse_part::<StixObject>(bytes, path, raw) {
            Ok(object) if !is_used(&object.kind) => {}
            Ok(object) if object.id.is_empty() => {
                let cause = format!("an object of type {} has no id", object.kind);
                read.warnings.push(Warning { place: "objects".to_owned(), cause });
            }
            Ok(object) => read.objects.push(object),
            // One object that is wrong does not silence the others.
            Err(error) => read.warnings.push(Warning {
                place: error.place.as_ref().map_or_else(|| "objects".to_owned(), ToString::to_string),
                cause: error.cause.to_string(),
            }),
        }
    }
    Ok(read)
}

/// Kinds of objects that reports are made of; the others are passed over.
fn is_used(word: &str) -> bool {
    kind(word).is_some()
        || matches!(
            word,
            "vulnerability"
                | "attack-pattern"
                | "identity"
                | "marking-definition"
                | "relationship"
                | "sighting"
        )
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
