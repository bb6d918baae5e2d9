// SPDX-License-Identifier: Apache-2.0
//! Reports that a tool prints for people and that keep to fixed lines: each such line is one finding.

use crate::Format;
use crate::model::{Component, ComponentKind, Inventory, Observation};
use crate::purl::PurlParts;
use crate::text::non_empty;

pub(super) fn read(text: &str) -> Option<Inventory> {
    let head = || text.lines().take(40);
    let has = |sign: &str| head().any(|line| line.contains(sign));
    if text.lines().rev().take(40).any(|line| line.contains("SCAN SUMMARY"))
        && text.contains("Infected files:")
    {
        Some(clamav(text))
    } else if has("Running Rootkit Hunter version") {
        Some(rkhunter(text))
    } else if has("ROOTDIR is `") {
        Some(chkrootkit(text))
    } else if has("(AIDE ") || has("AIDE found ") {
        Some(aide(text))
    } else if text.lines().any(|line| line.starts_with("Advisory: ")) && has("Name: ") && has("Version: ") {
        Some(bundler_audit(text))
    } else if has("sqlmap identified the following injection point")
        || has("sqlmap resumed the following injection")
    {
        Some(sqlmap(text))
    } else {
        None
    }
}

fn report(format: Format) -> Inventory {
    let mut inventory = Inventory::new(format);
    inventory.partial = true;
    inventory
}

/// `/path: Name FOUND`
fn clamav(text: &str) -> Inventory {
    let mut inventory = report(Format::ClamAv);
    for line in text.lines() {
        let found = line.strip_suffix(" FOUND").and_then(|line| line.rsplit_once(": "));
        if let Some((file, name)) = found {
            inventory.observations.push(Observation {
                kind: "malware".to_owned(),
                id: non_empty(name),
                target: non_empty(file),
                ..Observation::default()
            });
        }
    }
    let version = text.lines().find_map(|line| line.strip_prefix("Engine version: "));
    inventory.format_version = version.and_then(non_empty);
    let end = text.lines().find_map(|line| line.strip_prefix("End Date: "));
    inventory.observed_at = end.map(str::trim).and_then(non_empty);
    inventory
}

/// `[05:04:43] Warning: what is wrong`
fn rkhunter(text: &str) -> Inventory {
    let mut inventory = report(Format::RkHunter);
    for line in text.lines() {
        let Some((_, warning)) = line.split_once("] Warning: ") else { continue };
        inventory.observations.push(Observation {
            kind: "finding".to_owned(),
            severity: Some("warning".to_owned()),
            text: warning.split("  ").next().and_then(non_empty),
            evidence: non_empty(line),
            ..Observation::default()
        });
    }
    let version = text.lines().find_map(|line| line.split_once("Rootkit Hunter version "));
    inventory.format_version = version.and_then(|(_, rest)| rest.split(' ').next()).and_then(non_empty);
    inventory
}

/// `Checking `ls'...   INFECTED`, and what begins with WARNING
fn chkrootkit(text: &str) -> Inventory {
    let mut inventory = report(Format::ChkRootkit);
    for line in text.lines() {
        let (what, result) =
            line.rsplit_once("... ").map_or((line, ""), |(what, result)| (what, result.trim()));
        let is_check = ["INFECTED", "WARNING", "Vulnerable"].iter().any(|word| result.starts_with(word));
        if !is_check && !line.starts_with("WARNING:") {
            continue;
        }
        inventory.observations.push(Observation {
            kind: if result.starts_with("INFECTED") { "malware" } else { "finding" }.to_owned(),
            severity: non_empty(if is_check { result } else { "WARNING" }),
            text: non_empty(what.trim()),
            evidence: non_empty(line),
            ..Observation::default()
        });
    }
    inventory
}

/// Lines of the sections of added, removed and changed entries: `f > ... ....H : /path`.
fn aide(text: &str) -> Inventory {
    let mut inventory = report(Format::Aide);
    let mut section = None;
    for line in text.lines() {
        section = match line.trim_end() {
            "Added entries:" => Some("added"),
            "Removed entries:" => Some("removed"),
            "Changed entries:" => Some("changed"),
            heading
                if heading.starts_with("Detailed information")
                    || heading.starts_with("The attributes of") =>
            {
                None
            }
            _ => section,
        };
        let (Some(what), Some((marks, file))) = (section, line.split_once(": /")) else { continue };
        inventory.observations.push(Observation {
            kind: "integrity".to_owned(),
            state: Some(what.to_owned()),
            target: Some(format!("/{file}")),
            evidence: non_empty(marks.trim()),
            ..Observation::default()
        });
    }
    let start = text.lines().find_map(|line| line.strip_prefix("Start timestamp: "));
    inventory.observed_at = start.and_then(|line| line.split(" (").next()).and_then(non_empty);
    inventory
}

/// Paragraphs of `Name:`, `Version:`, `Advisory:`, `Criticality:`, `URL:`, `Title:`, `Solution:`.
fn bundler_audit(text: &str) -> Inventory {
    let mut inventory = report(Format::BundlerAudit);
    for paragraph in text.replace("\r\n", "\n").split("\n\n") {
        let field = |name: &str| {
            let mut lines = paragraph.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(key, _)| *key == name).map(|(_, value)| value.trim())
        };
        let (Some(name), Some(advisory)) = (field("Name"), field("Advisory").or(field("CVE"))) else {
            continue;
        };
        let version = field("Version");
        let purl = PurlParts { ty: "gem", namespace: None, name, version, qualifiers: &[] };
        let id = format!("gem:{name}@{}", version.unwrap_or_default());
        if !inventory.components.iter().any(|known| known.id.as_deref() == Some(id.as_str())) {
            inventory.components.push(Component {
                id: Some(id.clone()),
                kind: ComponentKind::Library,
                purl: Some(purl.build()),
                name: name.to_owned(),
                version: version.and_then(non_empty),
                ..Component::default()
            });
        }
        let mut vulnerabilities = Vec::new();
        let named = [Some(advisory), field("CVE"), field("GHSA")];
        named
            .iter()
            .flatten()
            .for_each(|id| super::shape::words::vulnerability_ids(id, &mut vulnerabilities));
        inventory.observations.push(Observation {
            kind: "vulnerability".to_owned(),
            id: non_empty(advisory),
            component: Some(id),
            vulnerabilities,
            severity: field("Criticality").and_then(non_empty),
            text: field("Title").and_then(non_empty),
            solution: field("Solution").and_then(non_empty),
            ..Observation::default()
        });
    }
    inventory
}

/// `Parameter: id (GET)`, then one `Type:`, `Title:` and `Payload:` for each way that works.
fn sqlmap(text: &str) -> Inventory {
    let mut inventory = report(Format::SqlMap);
    let mut parameter = "";
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("Parameter: ") {
            parameter = name;
        } else if let Some(way) = line.strip_prefix("Type: ") {
            inventory.observations.push(Observation {
                kind: "finding".to_owned(),
                id: Some("sql-injection".to_owned()),
                text: Some(format!("SQL injection by parameter {parameter}: {way}")),
                target: non_empty(parameter),
                weaknesses: vec!["CWE-89".to_owned()],
                ..Observation::default()
            });
        } else if let (Some(payload), Some(last)) =
            (line.strip_prefix("Payload: "), inventory.observations.last_mut())
        {
            last.evidence = non_empty(payload);
        }
    }
    inventory
}
