// SPDX-License-Identifier: Apache-2.0
//! STIX bundles and MISP events.

use serde_json::json;

use super::{ThreatKind, Tlp, looks_like, read};

fn id(kind: &str, number: u8) -> String {
    format!("{kind}--00000000-0000-4000-8000-0000000000{number:02}")
}

fn relation(number: u8, word: &str, source: &str, target: &str) -> serde_json::Value {
    json!({"type": "relationship", "spec_version": "2.1", "id": id("relationship", number),
        "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
        "relationship_type": word, "source_ref": source, "target_ref": target})
}

fn bundle() -> serde_json::Value {
    let times = |mut object: serde_json::Value| {
        object["created"] = json!("2026-01-02T00:00:00Z");
        object["modified"] = json!("2026-01-03T00:00:00Z");
        object
    };
    let (campaign, group, flaw) = (id("campaign", 1), id("intrusion-set", 2), id("vulnerability", 3));
    let (technique, indicator, malware) = (id("attack-pattern", 4), id("indicator", 5), id("malware", 6));
    json!({"type": "bundle", "id": id("bundle", 0), "objects": [
        times(json!({"type": "identity", "id": id("identity", 7), "name": "Demo CERT"})),
        times(json!({"type": "campaign", "id": campaign, "name": "Paper Crane", "confidence": 80,
            "created_by_ref": id("identity", 7),
            "object_marking_refs": ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"]})),
        times(json!({"type": "intrusion-set", "id": group, "name": "Demo Group"})),
        times(json!({"type": "vulnerability", "id": flaw, "name": "CVE-2026-0001",
            "external_references": [{"source_name": "cve", "external_id": "CVE-2026-0001"}]})),
        times(json!({"type": "attack-pattern", "id": technique, "name": "Exploit Public-Facing Application",
            "external_references": [{"source_name": "mitre-attack", "external_id": "T1190",
                "url": "https://attack.example/T1190"}]})),
        times(json!({"type": "indicator", "id": indicator, "name": "beacon", "pattern_type": "stix",
            "pattern": "[ipv4-addr:value = '192.0.2.7']", "valid_from": "2026-01-02T00:00:00Z",
            "valid_until": "2026-04-02T00:00:00Z"})),
        times(json!({"type": "malware", "id": malware, "name": "CraneLoader", "is_family": true})),
        relation(10, "exploits", &campaign, &flaw), relation(11, "uses", &campaign, &technique),
        relation(12, "attributed-to", &campaign, &group), relation(13, "indicates", &indicator, &campaign),
        relation(14, "uses", &campaign, &malware),
        {"type": "campaign", "id": 7}
    ]})
}

#[test]
fn a_campaign_is_told_with_what_it_is_linked_to() {
    let text = bundle().to_string();
    assert!(looks_like(text.as_bytes()));
    let read = read(text.as_bytes(), "b.json").unwrap();
    assert_eq!(read.warnings.len(), 1, "{:?}", read.warnings);
    let threats = read.alone();
    let campaign = threats.iter().find(|threat| threat.kind == ThreatKind::Campaign).unwrap();
    assert_eq!((campaign.name.as_str(), campaign.author.as_deref()), ("Paper Crane", Some("Demo CERT")));
    assert_eq!((campaign.confidence, campaign.tlp), (Some(80), Some(Tlp::Amber)));
    assert_eq!(
        (campaign.cves.as_slice(), campaign.actors.as_slice()),
        (&["CVE-2026-0001".to_owned()][..], &["Demo Group".to_owned()][..])
    );
    assert_eq!(campaign.techniques[0].id, "T1190");
    assert_eq!(campaign.tools, ["CraneLoader"]);
    assert_eq!(campaign.indicators[0].value, "[ipv4-addr:value = '192.0.2.7']");
    // What a campaign does is not what the group or the malware that it uses does.
    let others = [ThreatKind::IntrusionSet, ThreatKind::Malware];
    for threat in threats.iter().filter(|threat| others.contains(&threat.kind)) {
        assert!(threat.cves.is_empty(), "{threat:?}");
    }
    let indicator = threats.iter().find(|threat| threat.kind == ThreatKind::Indicator).unwrap();
    assert_eq!(indicator.valid_until, Some(1_775_088_000_000_000));
    // Whoever sees the indicator sees the campaign, and knows by which flaw it comes.
    assert_eq!(
        (indicator.campaigns.as_slice(), &indicator.cves[0]),
        (&["Paper Crane".to_owned()][..], &"CVE-2026-0001".to_owned())
    );
    assert_eq!(indicator.reached[0].way, ["Paper Crane"]);
}

#[test]
fn a_chain_is_followed_forward_and_says_by_way_of_what() {
    let object = |kind: &str, number: u8, name: &str| json!({"type": kind, "id": id(kind, number), "name": name, "modified": "2026-01-01T00:00:00Z"});
    let mut technique = object("attack-pattern", 3, "Exploit Public-Facing Application");
    technique["external_references"] = json!([{"source_name": "mitre-attack", "external_id": "T1190"}]);
    let sighting = json!({"type": "sighting", "id": id("sighting", 9), "sighting_of_ref": id("indicator", 1), "count": 7,
        "where_sighted_refs": [id("identity", 8)], "last_seen": "2026-01-05T00:00:00Z"});
    let objects = [
        object("indicator", 1, "beacon"),
        object("campaign", 2, "Paper Crane"),
        technique,
        object("vulnerability", 4, "CVE-2026-0004"),
        object("intrusion-set", 5, "Demo Group"),
        object("identity", 8, "Demo CERT"),
        sighting,
        relation(10, "indicates", &id("indicator", 1), &id("campaign", 2)),
        relation(11, "uses", &id("campaign", 2), &id("attack-pattern", 3)),
        relation(12, "targets", &id("attack-pattern", 3), &id("vulnerability", 4)),
        relation(13, "uses", &id("intrusion-set", 5), &id("malware", 6)),
    ];
    let text = json!({"type": "bundle", "id": id("bundle", 0), "objects": objects}).to_string();
    let threats = read(text.as_bytes(), "b.json").unwrap().alone();
    let of = |kind: ThreatKind| threats.iter().find(|threat| threat.kind == kind).unwrap();
    let indicator = of(ThreatKind::Indicator);
    assert_eq!(indicator.cves, ["CVE-2026-0004"]);
    assert_eq!(indicator.techniques[0].id, "T1190");
    let ways: Vec<(&str, usize)> =
        indicator.reached.iter().map(|one| (one.id.as_str(), one.way.len())).collect();
    assert_eq!(ways, [("CVE-2026-0004", 2), ("T1190", 1)]);
    assert_eq!(indicator.reached[0].way, ["Paper Crane", "T1190 Exploit Public-Facing Application"]);
    assert_eq!(
        (indicator.sightings[0].count, indicator.sightings[0].by.as_slice()),
        (7, &["Demo CERT".to_owned()][..])
    );
    assert_eq!(of(ThreatKind::Campaign).cves, ["CVE-2026-0004"]);
    // Nobody follows an arrow backwards.
    assert!(of(ThreatKind::IntrusionSet).cves.is_empty());
    let reversed: Vec<_> = objects.iter().rev().cloned().collect();
    let text = json!({"type": "bundle", "id": id("bundle", 0), "objects": reversed}).to_string();
    assert_eq!(read(text.as_bytes(), "b.json").unwrap().alone(), threats);
}

#[test]
fn a_revoked_relationship_links_nothing_and_an_envelope_reads_as_a_bundle() {
    let mut bundle = bundle();
    for object in bundle["objects"].as_array_mut().unwrap() {
        if object["relationship_type"] == "exploits" {
            object["revoked"] = json!(true);
        }
    }
    let envelope = json!({"more": false, "objects": bundle["objects"]}).to_string();
    assert!(looks_like(envelope.as_bytes()));
    let read = read(envelope.as_bytes(), "e.json").unwrap();
    assert!(!read.objects.is_empty() && read.alone().iter().all(|threat| threat.cves.is_empty()));
}

fn event() -> serde_json::Value {
    json!({"Event": {"uuid": "00000000-0000-4000-8000-000000000001", "info": "見本の攻撃", "date": "2026-02-01",
        "timestamp": "1770000000", "Orgc": {"name": "Demo CERT"},
        "Tag": [{"name": "tlp:green"}, {"name": "misp:confidence-level=\"usually-confident\""},
            {"name": "misp-galaxy:threat-actor=\"Demo Group\""}, {"name": "osint:source-type=\"blog-post\""}],
        "Galaxy": [{"type": "mitre-attack-pattern", "GalaxyCluster": [{"value": "Phishing - T1566",
            "meta": {"external_id": ["T1566"]}}]}],
        "Attribute": [
            {"type": "vulnerability", "value": "cve-2026-0002", "to_ids": false, "Tag": [{"name": "tlp:amber"}]},
            {"type": "vulnerability", "value": "CVE-2026-0003", "deleted": true},
            {"type": "ip-dst", "value": "192.0.2.9", "to_ids": true},
            {"type": "link", "value": "https://demo.example/report", "to_ids": false}],
        "Object": [{"name": "vulnerability", "Attribute": [{"type": "vulnerability", "object_relation": "id",
            "value": "CVE-2026-0004"}]}]}})
}

#[test]
fn an_event_is_one_threat_with_its_strictest_mark() {
    let text = event().to_string();
    assert!(looks_like(text.as_bytes()));
    for form in [text.clone(), format!("[{text}]"), format!("{{\"response\": [{text}]}}")] {
        let read = read(form.as_bytes(), "e.json").unwrap();
        let threat = &read.threats[0];
        assert_eq!(
            (threat.name.as_str(), threat.tlp, threat.confidence),
            ("見本の攻撃", Some(Tlp::Amber), Some(75))
        );
        assert_eq!(threat.cves, ["CVE-2026-0002", "CVE-2026-0004"]);
        assert_eq!(
            (threat.techniques[0].id.as_str(), threat.techniques[0].name.as_str()),
            ("T1566", "Phishing")
        );
        assert_eq!((threat.actors.as_slice(), threat.indicators.len()), (&["Demo Group".to_owned()][..], 1));
        assert_eq!(threat.modified, Some(1_770_000_000_000_000));
        assert_eq!(threat.references[0].url, "https://demo.example/report");
    }
}

#[test]
fn other_documents_are_no_threats() {
    for text in [
        "[]",
        "{}",
        r#"{"id": "X", "modified": "2026-01-01T00:00:00Z"}"#,
        r#"[{"id": "X", "Event": 1}]"#,
        r#"{"objects": [1]}"#,
        "",
    ] {
        assert!(!looks_like(text.as_bytes()), "{text}");
        assert!(read(text.as_bytes(), "x.json").is_err(), "{text}");
    }
    assert_eq!(Tlp::parse("TLP:AMBER+STRICT"), Some(Tlp::AmberStrict));
    assert_eq!(Tlp::parse("purple"), None);
}
