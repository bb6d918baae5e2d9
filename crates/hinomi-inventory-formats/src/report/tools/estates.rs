// SPDX-License-Identifier: Apache-2.0
//! Checks of whole estates: cloud accounts, directories, fleets of hosts, interfaces, and how attacks went against them.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, PART, Part, SHAPE, Shape};

const CHECK: Part = Part { kind: "misconfiguration", ..PART };

const ORCA: Part = Part {
    levels: &[""],
    id: &["Title"],
    text: &["Title"],
    severity: &["OrcaScore"],
    state: &["Status"],
    vulnerabilities: &["Title", "Labels"],
    first_seen: &["CreatedAt"],
    last_seen: &["LastSeen"],
    asset: Some(Asset {
        class: AssetClass::CloudResource,
        id: &["Inventory.Name", "Source"],
        names: &["Inventory.Name"],
        organisation: &["CloudAccount.Name"],
        ..HOST
    }),
    ..PART
};

const CRUNCH_42: Part = Part {
    id: &["^#key"],
    text: &["specificDescription", "^description"],
    severity: &["criticality"],
    target: &["pointer"],
    evidence: &["fingerprint"],
    ..PART
};

pub(super) const ESTATES: [Shape; 9] = [
    Shape {
        format: Format::CloudSploit,
        marks: &["plugin", "category", "region", "status"],
        parts: &[Part {
            levels: &[""],
            id: &["plugin"],
            text: &["title"],
            state: &["status"],
            evidence: &["message"],
            target: &["resource"],
            asset: Some(Asset {
                class: AssetClass::CloudResource,
                id: &["resource"],
                cloud: Some(("aws:", "resource")),
                ..HOST
            }),
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::CloudflareInsights,
        marks: &["issue_class", "issue_type", "subject", "scan_performed_on"],
        parts: &[Part {
            levels: &[""],
            id: &["issue_class"],
            text: &["issue_class"],
            severity: &["severity"],
            state: &["status"],
            solution: &["recommended_action"],
            evidence: &["insight", "risk"],
            target: &["subject"],
            last_seen: &["scan_performed_on"],
            asset: Some(super::site_of(&["subject"])),
            ..CHECK
        }],
        ..SHAPE
    },
    Shape { format: Format::Orca, marks: &["OrcaScore", "CloudAccount"], parts: &[ORCA], ..SHAPE },
    Shape {
        format: Format::Orca,
        marks: &["OrcaScore", "Title", "CloudAccount.Name"],
        parts: &[ORCA],
        ..SHAPE
    },
    Shape {
        format: Format::ChefInspec,
        marks: &["status", "impact", "control_tags"],
        parts: &[Part {
            levels: &[""],
            id: &["id"],
            text: &["title"],
            severity: &["impact"],
            state: &["status"],
            evidence: &["results.message", "results.code_desc"],
            last_seen: &["batch_runtime"],
            asset: Some(Asset { id: &["platform.target_id"], names: &["platform.target_id"], ..HOST }),
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Picus,
        marks: &["simulationRunId", "threatId", "actionId"],
        parts: &[Part {
            levels: &[""],
            id: &["actionId"],
            text: &["actionName"],
            severity: &["threatSeverity"],
            state: &["actionPreventionResult"],
            vulnerabilities: &["cve"],
            weaknesses: &["cwe"],
            evidence: &["actionDescription"],
            target: &["threatName"],
            last_seen: &["attackEndedTimeUTC"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::PingCastle,
        marks: &["HealthcheckData"],
        observed: &["/GenerationDate"],
        version: &["/EngineVersion"],
        subject: &["/DomainFQDN"],
        parts: &[Part {
            levels: &["RiskRules.HealthcheckRiskRule"],
            id: &["RiskId"],
            text: &["Rationale"],
            severity: &["Points"],
            evidence: &["Details.string"],
            target: &["{Category}/{Model}"],
            asset: Some(super::application_of(&["/DomainFQDN"])),
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Crunch42,
        marks: &["report.index", "report.assessmentVersion"],
        version: &["/report.assessmentVersion"],
        parts: &[
            Part { levels: &["report.security.issues.*", "issues"], ..CRUNCH_42 },
            Part { levels: &["report.data.issues.*", "issues"], ..CRUNCH_42 },
            Part { levels: &["report.warnings.issues.*", "issues"], ..CRUNCH_42 },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Prowler,
        marks: &["Control ID", "Account Number", "Status", "Control"],
        parts: &[Part {
            levels: &[""],
            id: &["Control ID"],
            text: &["Control"],
            severity: &["Severity"],
            state: &["Status"],
            solution: &["Remediation"],
            evidence: &["Message"],
            last_seen: &["Timestamp"],
            asset: Some(Asset {
                class: AssetClass::CloudResource,
                id: &["Resource ID", "Account Number"],
                organisation: &["Account Number"],
                ..HOST
            }),
            ..CHECK
        }],
        ..SHAPE
    },
];
