// SPDX-License-Identifier: Apache-2.0
//! What services and pipelines around repositories say of the code in them.

use crate::Format;
use crate::report::shape::{PACKAGE, PART, Package, Part, SHAPE, Shape};

const XYGENI: Part = Part {
    id: &["detector", "type"],
    text: &["explanation", "description"],
    severity: &["severity"],
    weaknesses: &["cwes", "cwe"],
    evidence: &["location.code"],
    target: &["{location.filepath}:{location.beginLine}", "location.filepath"],
    ..PART
};

const HUSKY: Part = Part {
    id: &["title"],
    text: &["details", "title"],
    severity: &["severity"],
    vulnerabilities: &["title", "details"],
    evidence: &["code"],
    target: &["{file}:{line}", "file"],
    ..PART
};

const SONAR_RULE: Part = Part {
    levels: &[""],
    kind: "information",
    id: &["key"],
    text: &["name"],
    severity: &["severity", "vulnerabilityProbability"],
    weaknesses: &["sysTags"],
    solution: &["fixRecommendations"],
    ..PART
};

pub(super) const REPOSITORIES: [Shape; 10] = [
    Shape {
        format: Format::GithubCodeScanning,
        marks: &["most_recent_instance", "rule.id", "tool.name"],
        parts: &[Part {
            levels: &[""],
            id: &["rule.id"],
            text: &["rule.description", "most_recent_instance.message.text"],
            severity: &["rule.security_severity_level", "rule.severity"],
            state: &["state"],
            weaknesses: &["rule.tags"],
            evidence: &["most_recent_instance.message.text"],
            target: &["{most_recent_instance.location.path}:{most_recent_instance.location.start_line}"],
            first_seen: &["created_at"],
            last_seen: &["updated_at"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SonarQube,
        marks: &["hotspots", "paging"],
        parts: &[Part {
            levels: &["hotspots"],
            id: &["ruleKey", "securityCategory"],
            text: &["message"],
            severity: &["vulnerabilityProbability"],
            state: &["status"],
            target: &["{component}:{line}", "component"],
            first_seen: &["creationDate"],
            last_seen: &["updateDate"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SonarQube,
        marks: &["issues", "paging", "components"],
        parts: &[Part {
            levels: &["issues"],
            id: &["rule"],
            text: &["message"],
            severity: &["severity"],
            state: &["status"],
            target: &["{component}:{line}", "component"],
            first_seen: &["creationDate"],
            last_seen: &["updateDate"],
            ..PART
        }],
        ..SHAPE
    },
    Shape { format: Format::SonarQube, marks: &["key", "repo", "isTemplate"], parts: &[SONAR_RULE], ..SHAPE },
    Shape {
        format: Format::SonarQube,
        marks: &["key", "securityCategory", "vulnerabilityProbability"],
        parts: &[SONAR_RULE],
        ..SHAPE
    },
    Shape {
        format: Format::Xygeni,
        marks: &["metadata.scanType", "metadata.reportProperties"],
        observed: &["/metadata.timestamp"],
        subject: &["/metadata.projectName"],
        parts: &[
            Part { levels: &["vulnerabilities"], ..XYGENI },
            Part { levels: &["secrets"], kind: "secret", ..XYGENI },
            Part { levels: &["misconfigurations"], kind: "misconfiguration", ..XYGENI },
            Part {
                levels: &["dependencies"],
                listing: true,
                package: Some(Package {
                    name: &["name"],
                    group: &["group"],
                    version: &["version"],
                    purl: &["purl"],
                    ecosystem: &["language", "packageType"],
                    file: &["paths.dependencyPaths", "fileName"],
                    ..PACKAGE
                }),
                ..PART
            },
            Part {
                levels: &["dependencies", "vulnerabilities"],
                id: &["cve", "id"],
                text: &["description"],
                severity: &["severity"],
                weaknesses: &["weaknesses", "cwes"],
                fixed: &["versions.fixed"],
                package: Some(Package {
                    name: &["^name"],
                    group: &["^group"],
                    version: &["^version"],
                    purl: &["^purl"],
                    ecosystem: &["^language", "^packageType"],
                    file: &["^paths.dependencyPaths", "^fileName"],
                    ..PACKAGE
                }),
                ..PART
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Semgrep,
        marks: &["findings.rule_name", "findings.triage_state"],
        parts: &[Part {
            levels: &["findings"],
            id: &["rule_name"],
            text: &["rule_message"],
            severity: &["severity"],
            state: &["triage_state", "state"],
            weaknesses: &["rule.cwe_names"],
            solution: &["assistant.guidance.summary", "assistant.autofix.fix_code"],
            target: &["{location.file_path}:{location.line}"],
            first_seen: &["created_at"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Dawnscanner,
        marks: &["dawn_version", "vulnerabilities"],
        observed: &["/scan_started"],
        version: &["/dawn_version"],
        subject: &["/target"],
        parts: &[Part {
            levels: &["vulnerabilities"],
            id: &["name"],
            text: &["message"],
            severity: &["severity"],
            scores: &["cvss_score"],
            solution: &["remediation"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::HuskyCi,
        marks: &["RID", "repositoryURL", "huskyciresults"],
        observed: &["/finishedAt"],
        subject: &["/repositoryURL"],
        parts: &[Part { levels: &["huskyciresults.*.*.*"], ..HUSKY }],
        ..SHAPE
    },
    Shape {
        format: Format::KiuwanSast,
        marks: &["Rule code", "Rule", "Priority", "Software characteristic"],
        parts: &[Part {
            levels: &[""],
            id: &["Rule code"],
            text: &["Rule"],
            severity: &["Priority"],
            state: &["Status"],
            weaknesses: &["CWE"],
            evidence: &["Line text"],
            target: &["{File}:{Line number}", "File"],
            ..PART
        }],
        ..SHAPE
    },
];
