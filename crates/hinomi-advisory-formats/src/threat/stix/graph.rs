// SPDX-License-Identifier: Apache-2.0
//! Objects put together, wherever each came from.
//!
//! ```text
//!   one step       campaign ─uses, exploits, attributed-to, …─► technique, vulnerability, group
//!                  indicator ─indicates─► campaign, and back: the campaign is recognised by it
//!   up to three    indicator ─indicates─► campaign ─uses─► technique ─targets─► CVE
//! ```
//! Steps go forward only: what a group uses is its own; what else uses a tool is not the tool's. What was reached by more
//! than one step says by way of what. The order of the objects does not matter.

use std::collections::{HashMap, HashSet};

use super::object::StixObject;
use super::{MARKINGS, kind};
use crate::model::Reference;
use crate::threat::{
    Indicator, Reached, Sighting, Technique, Threat, ThreatFormat, ThreatKind, Tlp, cve, is_technique_id,
    settle,
};
use crate::time::micros;

/// Steps from a report to what it reaches.
pub const MAX_STEPS: usize = 3;
/// Links that are followed for one report: bounds the work on graphs that are made to be costly.
const MAX_LINKS: usize = 20_000;

/// Words of relationships that lead from who acts to how: what that goes through is then the actor's, too.
const LEADING: [&str; 5] = ["indicates", "uses", "delivers", "drops", "downloads"];
/// Words of relationships that end at a vulnerability.
const AIMING: [&str; 3] = ["exploits", "targets", "has"];

pub(super) fn leads(object: &StixObject) -> bool {
    object.kind == "relationship" && LEADING.contains(&object.relationship_type.as_str())
}

/// The reports among the objects that `wanted` names, with everything that the objects tell of them.
pub fn assemble(objects: &[StixObject], wanted: impl Fn(&str) -> bool) -> Vec<Threat> {
    let graph = Graph::of(objects);
    let named = graph.by_id.values().filter(|object| wanted(&object.id));
    let mut threats: Vec<Threat> =
        named.filter_map(|object| Some(graph.threat(object, kind(&object.kind)?))).collect();
    threats.sort_by(|left, right| left.id.cmp(&right.id));
    threats
}

/// A relationship seen from one of its ends; true goes out.
type Link<'a> = (&'a StixObject, &'a StixObject, bool);

struct Graph<'a> {
    by_id: HashMap<&'a str, &'a StixObject>,
    links: HashMap<&'a str, Vec<Link<'a>>>,
    sightings: HashMap<&'a str, Vec<&'a StixObject>>,
}

impl<'a> Graph<'a> {
    fn of(objects: &'a [StixObject]) -> Self {
        let mut by_id: HashMap<&str, &StixObject> = HashMap::with_capacity(objects.len());
        for object in objects {
            let known = by_id.entry(&object.id).or_insert(object);
            if object.modified() >= known.modified() {
                *known = object;
            }
        }
        let mut links: HashMap<&str, Vec<Link<'_>>> = HashMap::new();
        let mut sightings: HashMap<&str, Vec<&StixObject>> = HashMap::new();
        let holds = |object: &&&StixObject| !object.revoked && !object.x_mitre_deprecated;
        for object in by_id.values().filter(holds) {
            if object.kind == "sighting" {
                sightings.entry(object.sighting_of_ref.as_str()).or_default().push(object);
            }
            if object.kind != "relationship" {
                continue;
            }
            let ends = (by_id.get(object.source_ref.as_str()), by_id.get(object.target_ref.as_str()));
            if let (Some(source), Some(target)) = ends {
                links.entry(&source.id).or_default().push((object, target, true));
                links.entry(&target.id).or_default().push((object, source, false));
            }
        }
        // The way by which something is reached is the same whatever came first.
        for list in links.values_mut() {
            list.sort_by(|left, right| (&left.1.id, &left.0.id).cmp(&(&right.1.id, &right.0.id)));
        }
        for list in sightings.values_mut() {
            list.sort_by(|left, right| left.id.cmp(&right.id));
        }
        Self { by_id, links, sightings }
    }

    fn threat(&self, object: &StixObject, kind: ThreatKind) -> Threat {
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
            sightings: self.sightings(object),
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
        for (relation, other, outgoing) in self.links_of(object) {
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
        self.reach(object, &mut threat);
        settle(&mut threat);
        threat
    }

    fn links_of(&self, object: &StixObject) -> &[Link<'a>] {
        self.links.get(object.id.as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    /// What lies further than one step, breadth first: by the shortest way.
    fn reach(&self, object: &'a StixObject, threat: &mut Threat) {
        let mut seen: HashSet<&str> = HashSet::from([object.id.as_str()]);
        let mut frontier: Vec<(&StixObject, Vec<String>)> = vec![(object, Vec::new())];
        let mut followed = 0;
        for _ in 0..MAX_STEPS {
            let mut next = Vec::new();
            for (at, way) in &frontier {
                for (relation, other, _) in self.links_of(at).iter().filter(|link| link.2 && !link.1.revoked)
                {
                    followed += 1;
                    if followed > MAX_LINKS {
                        return;
                    }
                    let aims = AIMING.contains(&relation.relationship_type.as_str());
                    if aims && other.kind == "vulnerability" {
                        self.arrive(threat, other, way);
                    } else if leads(relation) && seen.insert(&other.id) {
                        self.arrive(threat, other, way);
                        next.push((*other, way.iter().cloned().chain([called(other)]).collect()));
                    }
                }
            }
            frontier = next;
        }
    }

    /// Tells what was reached, if it is nothing that the report is linked with itself.
    fn arrive(&self, threat: &mut Threat, other: &StixObject, way: &[String]) {
        if way.is_empty() || !matches!(other.kind.as_str(), "vulnerability" | "attack-pattern") {
            return;
        }
        let mut told = Threat::default();
        add(&mut told, other);
        for cve in told.cves.into_iter().filter(|cve| !threat.cves.contains(cve)).collect::<Vec<_>>() {
            threat.reached.push(Reached { id: cve.clone(), way: way.to_vec() });
            threat.cves.push(cve);
        }
        for technique in told.techniques {
            if !threat.techniques.iter().any(|known| known.id == technique.id) {
                threat.reached.push(Reached { id: technique.id.clone(), way: way.to_vec() });
                threat.techniques.push(technique);
            }
        }
    }

    fn author(&self, object: &StixObject) -> Option<String> {
        let author = self.by_id.get(object.created_by_ref.as_deref()?)?;
        (!author.name.is_empty()).then(|| author.name.clone())
    }

    fn sightings(&self, object: &StixObject) -> Vec<Sighting> {
        let time = |text: &Option<String>| text.as_deref().and_then(micros);
        let sightings = self.sightings.get(object.id.as_str()).into_iter().flatten();
        let sightings = sightings.map(|sighting| {
            let named = sighting.where_sighted_refs.iter().filter_map(|id| self.by_id.get(id.as_str()));
            Sighting {
                by: named.map(|other| other.name.clone()).filter(|name| !name.is_empty()).collect(),
                count: sighting.count.unwrap_or(1),
                first: time(&sighting.first_seen),
                last: time(&sighting.last_seen),
            }
        });
        sightings.take(MAX_LINKS).collect()
    }

    /// The strictest of its markings.
    fn tlp(&self, object: &StixObject) -> Option<Tlp> {
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

/// As people call it: a technique with its number.
fn called(object: &StixObject) -> String {
    match technique_id(object) {
        Some(id) if object.kind == "attack-pattern" => format!("{id} {}", object.name),
        _ if object.name.is_empty() => object.id.clone(),
        _ => object.name.clone(),
    }
}

fn technique_id(object: &StixObject) -> Option<String> {
    let named = object.external_references.iter().filter(|external| external.source_name.contains("attack"));
    named.filter_map(|external| external.external_id.clone()).find(|id| is_technique_id(id))
}

/// What an object that a threat is linked with tells of it.
fn add(threat: &mut Threat, other: &StixObject) {
    match other.kind.as_str() {
        "vulnerability" => {
            let externals =
                other.external_references.iter().filter_map(|external| external.external_id.as_deref());
            threat.cves.extend(externals.chain([other.name.as_str()]).filter_map(cve));
        }
        "attack-pattern" if !other.revoked => {
            let technique = technique_id(other).map(|id| Technique { id, name: other.name.clone() });
            threat.techniques.extend(technique);
        }
        "campaign" => threat.campaigns.push(other.name.clone()),
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
