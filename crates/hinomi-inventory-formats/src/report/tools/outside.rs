// SPDX-License-Identifier: Apache-2.0
//! What people and services see from outside: bug bounties, penetration tests, ratings, scans of sites.

use crate::Format;
use crate::report::shape::{HOST, PACKAGE, PART, Package, Part, SHAPE, Shape};

const HACKER_ONE: Part = Part {
    levels: &["data"],
    id: &["id"],
    text: &["attributes.title"],
    severity: &["relationships.severity.data.attributes.rating"],
    state: &["attributes.state"],
    vulnerabilities: &["attributes.cve_ids", "attributes.title"],
    weaknesses: &["relationships.weakness.data.attributes.external_id"],
    scores: &["relationships.severity.data.attributes.score"],
    evidence: &["attributes.vulnerability_information"],
    target: &["relationships.structured_scope.data.attributes.asset_identifier"],
    first_seen: &["attributes.created_at"],
    last_seen: &["attributes.last_activity_at"],
    ..PART
};

pub(super) const BOUNTIES: [Shape; 6] = [
    Shape {
        format: Format::Bugcrowd,
        marks: &["id", "type", "attributes.vrt_id"],
        parts: &[Part {
            levels: &[""],
            id: &["id"],
            text: &["attributes.title"],
            severity: &["attributes.severity"],
            state: &["attributes.state"],
            vulnerabilities: &["attributes.vulnerability_references", "attributes.title"],
            solution: &["attributes.remediation_advice"],
            evidence: &["attributes.description"],
            target: &["attributes.bug_url"],
            first_seen: &["attributes.submitted_at"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Bugcrowd,
        marks: &["reference_number", "bounty_code", "vrt_lineage"],
        parts: &[Part {
            levels: &[""],
            id: &["reference_number"],
            text: &["title"],
            severity: &["priority"],
            state: &["substate", "state"],
            vulnerabilities: &["vulnerability_references", "title"],
            solution: &["remediation_advice"],
            evidence: &["description"],
            target: &["bug_url", "target_name"],
            first_seen: &["submitted_at"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Cobalt,
        marks: &["data.resource.pentest_id", "data.links"],
        parts: &[Part {
            levels: &["data"],
            id: &["resource.id"],
            text: &["resource.title"],
            severity: &["resource.severity"],
            state: &["resource.state"],
            solution: &["resource.suggested_fix"],
            evidence: &["resource.description"],
            target: &["resource.affected_targets"],
            first_seen: &["resource.log.timestamp"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Cobalt,
        marks: &["Token", "Tag", "CriticalityJustification", "StepsToReproduce"],
        parts: &[Part {
            levels: &[""],
            id: &["Token"],
            text: &["Title"],
            state: &["EvaluatedResult"],
            weaknesses: &["Type"],
            solution: &["SuggestedFix"],
            evidence: &["Description"],
            target: &["BrowserUrl"],
            first_seen: &["CreatedAt"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::HackerOne,
        marks: &["data.type", "data.attributes.vulnerability_information", "links"],
        parts: &[HACKER_ONE],
        ..SHAPE
    },
    Shape {
        format: Format::HackerOne,
        marks: &["id", "severity_rating", "substate", "structured_scope"],
        parts: &[Part {
            levels: &[""],
            id: &["id"],
            text: &["title"],
            severity: &["severity_rating"],
            state: &["substate", "state"],
            vulnerabilities: &["cve_ids", "title"],
            weaknesses: &["weakness"],
            scores: &["severity_score"],
            target: &["structured_scope", "reference"],
            first_seen: &["reported_at"],
            ..PART
        }],
        ..SHAPE
    },
];

const PTART_HIT: Part = Part {
    id: &["id"],
    text: &["title", "original_hit.title"],
    severity: &["severity", "original_hit.severity"],
    state: &["status"],
    weaknesses: &["cwes.cwe_id", "original_hit.cwes.cwe_id"],
    scores: &["cvss_vector", "original_hit.cvss_vector"],
    solution: &["remediation", "original_hit.remediation"],
    evidence: &["body"],
    target: &["asset", "original_hit.asset"],
    first_seen: &["added"],
    ..PART
};

const INTSIGHTS: Part = Part {
    severity: &["Details.Severity", "Severity"],
    text: &["Details.Title", "Title"],
    vulnerabilities: &["Details.Title", "Title"],
    first_seen: &["FoundDate", "Report Date (UTC)"],
    ..PART
};

/// Penetration tests, monitoring of what is said and sold, ratings by others.
pub(super) const VIEWS: [Shape; 8] = [
    Shape {
        format: Format::Ptart,
        marks: &["assessments", "retests", "scope"],
        subject: &["/name"],
        parts: &[
            Part { levels: &["assessments", "hits"], ..PTART_HIT },
            Part { levels: &["retests", "hits"], ..PTART_HIT },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::IntSights,
        marks: &["Alerts.Details", "Alerts._id"],
        parts: &[Part {
            levels: &["Alerts"],
            id: &["_id"],
            state: &["TakedownStatus"],
            evidence: &["Details.Description"],
            target: &["Assets.Value"],
            last_seen: &["UpdateDate"],
            ..INTSIGHTS
        }],
        ..SHAPE
    },
    Shape {
        format: Format::IntSights,
        marks: &["Alert ID", "Title", "Network Type", "Alert Link"],
        parts: &[Part {
            levels: &[""],
            id: &["Alert ID"],
            state: &["Status"],
            evidence: &["Description"],
            target: &["Assets"],
            ..INTSIGHTS
        }],
        ..SHAPE
    },
    Shape {
        format: Format::RiskRecon,
        marks: &["findings.security_criteria", "findings.security_domain"],
        parts: &[Part {
            levels: &["findings"],
            id: &["finding_id"],
            text: &["finding"],
            severity: &["severity"],
            state: &["auto_status"],
            evidence: &["finding_context"],
            target: &["host_name"],
            first_seen: &["first_seen"],
            last_seen: &["last_seen"],
            asset: Some(crate::report::shape::Asset {
                id: &["host_name", "ip_address"],
                names: &["host_name"],
                ips: &["ip_address"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::IriusRisk,
        marks: &["Component", "Threat", "Inherent Risk", "Current Risk"],
        parts: &[Part {
            levels: &[""],
            id: &["Threat"],
            text: &["Threat"],
            severity: &["Current Risk"],
            state: &["Risk Response"],
            weaknesses: &["MITRE reference"],
            target: &["Component"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Threagile,
        marks: &["category", "risk_status", "exploitation_likelihood"],
        parts: &[Part {
            levels: &[""],
            id: &["category"],
            text: &["title"],
            severity: &["severity"],
            state: &["risk_status"],
            target: &["most_relevant_technical_asset", "synthetic_id"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::ThreatComposer,
        marks: &["schema", "threats", "mitigations"],
        subject: &["/applicationInfo.name"],
        parts: &[Part {
            levels: &["threats"],
            id: &["id"],
            text: &["statement"],
            severity: &["metadata[key=Priority].value"],
            state: &["status"],
            weaknesses: &["tags"],
            target: &["impactedAssets"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Skf,
        marks: &["title", "description", "mitigation"],
        parts: &[Part {
            levels: &[""],
            kind: "requirement",
            text: &["title"],
            evidence: &["description"],
            solution: &["mitigation"],
            ..PART
        }],
        ..SHAPE
    },
];

const OBSERVATORY: Part = Part {
    kind: "misconfiguration",
    id: &["name"],
    text: &["score_description"],
    severity: &["score_modifier"],
    state: &["=failed"],
    evidence: &["result"],
    keep: Some(|node| node.first("pass") == Some("false")),
    ..PART
};

const OBSERVATORY_PASSED: Part =
    Part { state: &["=passed"], keep: Some(|node| node.first("pass") == Some("true")), ..OBSERVATORY };

const HUMBLE: Part = Part {
    kind: "misconfiguration",
    id: &[""],
    text: &["{#key}: {}"],
    asset: Some(super::site_of(&["/[0. Info].URL"])),
    keep: Some(|node| node.text().is_some_and(|text| !text.starts_with("Nothing to report"))),
    ..PART
};

const CRASHTEST: Part = Part {
    id: &["finding_description_slug"],
    text: &["information"],
    vulnerabilities: &["cve_findings.cve_id", "cve_findings.id", "information"],
    target: &["details.request.url"],
    first_seen: &["created_at"],
    package: Some(Package { name: &["product"], version: &["version"], ..PACKAGE }),
    ..PART
};

pub(super) const WEB_SITES: [Shape; 9] = [
    Shape {
        format: Format::Crashtest,
        marks: &["data.findings", "message"],
        parts: &[Part { levels: &["data.findings.*"], ..CRASHTEST }],
        ..SHAPE
    },
    Shape {
        format: Format::Crashtest,
        marks: &["findings.portscan", "findings.ssl", "descriptions"],
        parts: &[Part { levels: &["findings.*"], ..CRASHTEST }],
        ..SHAPE
    },
    Shape {
        format: Format::DrHeader,
        marks: &["rule", "severity", "message"],
        parts: &[Part {
            levels: &[""],
            kind: "misconfiguration",
            id: &["rule"],
            text: &["message"],
            severity: &["severity"],
            solution: &["expected"],
            evidence: &["value"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Observatory,
        marks: &["scan.likelihood_indicator", "tests"],
        observed: &["/scan.end_time"],
        parts: &[
            Part { levels: &["tests.*"], ..OBSERVATORY },
            Part { levels: &["tests.*"], ..OBSERVATORY_PASSED },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Observatory,
        marks: &["*.expectation", "*.score_modifier", "*.pass"],
        parts: &[Part { levels: &["*"], ..OBSERVATORY }, Part { levels: &["*"], ..OBSERVATORY_PASSED }],
        ..SHAPE
    },
    Shape {
        format: Format::Humble,
        marks: &["[0. Info].URL", "[1. Missing HTTP Security Headers]"],
        observed: &["/[0. Info].Date"],
        parts: &[
            Part { levels: &["[1. Missing HTTP Security Headers]"], ..HUMBLE },
            Part { levels: &["[2. Fingerprint HTTP Response Headers]"], ..HUMBLE },
            Part {
                levels: &["[3. Deprecated HTTP Response Headers/Protocols and Insecure Values]"],
                ..HUMBLE
            },
            Part { levels: &["[4. Empty HTTP Response Headers Values]"], ..HUMBLE },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Rapplex,
        marks: &["ScanId", "Severities.Critical"],
        observed: &["/StartedDate"],
        parts: &[Part {
            levels: &["Severities.*.IssueGroups", "Issues"],
            id: &["^Group"],
            text: &["Title"],
            severity: &["Severity"],
            weaknesses: &["^Definition.Classifications[Foundation=CWE].Value"],
            evidence: &["Payload"],
            target: &["Url"],
            asset: Some(super::site_of(&["Url"])),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::WhiteHat,
        marks: &["collection.attack_vectors", "collection.threat"],
        parts: &[Part {
            levels: &["collection"],
            id: &["id"],
            text: &["class"],
            severity: &["severity"],
            state: &["status"],
            solution: &["solution.solution"],
            evidence: &["description.description"],
            target: &["attack_vectors.request.url", "url"],
            first_seen: &["opened"],
            last_seen: &["found"],
            asset: Some(super::site_of(&["url", "site_name"])),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SqlMap,
        marks: &["Target URL", "Place", "Parameter", "Technique(s)"],
        parts: &[Part {
            levels: &[""],
            id: &["=sql-injection"],
            text: &["SQL injection by {Place} parameter {Parameter}"],
            weaknesses: &["=CWE-89"],
            evidence: &["Technique(s)"],
            target: &["Target URL"],
            asset: Some(super::site_of(&["Target URL"])),
            ..PART
        }],
        ..SHAPE
    },
];

/// Failures of test runs (JUnit), which many checkers write; each is one finding.
pub(super) const JUNIT: [Shape; 2] = [
    Shape {
        format: Format::JUnit,
        marks: &["testsuites"],
        parts: &[Part { levels: &["testsuite", "testcase", "failure"], ..JUNIT_FAILURE }],
        ..SHAPE
    },
    Shape {
        format: Format::JUnit,
        marks: &["testsuite"],
        parts: &[Part { levels: &["", "testcase", "failure"], ..JUNIT_FAILURE }],
        ..SHAPE
    },
];

const JUNIT_FAILURE: Part = Part {
    id: &["^@name"],
    text: &["@message", "^@name"],
    severity: &["@type"],
    vulnerabilities: &["^@name", "@message"],
    weaknesses: &["#text"],
    evidence: &["#text", ""],
    target: &["^^@name"],
    ..PART
};
