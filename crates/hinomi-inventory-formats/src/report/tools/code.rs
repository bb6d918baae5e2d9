// SPDX-License-Identifier: Apache-2.0
//! Scanners of own code, of infrastructure as code and of configurations: findings with a file and a line.

use crate::Format;
use crate::report::shape::{PACKAGE, PART, Package, Part, SHAPE, Shape};

const CONFIGURATION: Part = Part { kind: "misconfiguration", ..PART };

const CHECKOV: Part = Part {
    id: &["check_id"],
    text: &["check_name"],
    severity: &["severity"],
    state: &["check_result.result"],
    solution: &["guideline"],
    target: &["{file_path}:{file_line_range}", "file_path"],
    ..CONFIGURATION
};

pub(super) const CODE: [Shape; 16] = [
    Shape {
        format: Format::Bandit,
        marks: &["generated_at", "metrics", "results"],
        observed: &["/generated_at"],
        parts: &[Part {
            levels: &["results"],
            id: &["test_id"],
            text: &["issue_text"],
            severity: &["issue_severity"],
            weaknesses: &["issue_cwe.id"],
            target: &["{filename}:{line_number}"],
            evidence: &["code"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Gosec,
        marks: &["Issues", "Stats"],
        parts: &[Part {
            levels: &["Issues"],
            id: &["rule_id"],
            text: &["details"],
            severity: &["severity"],
            weaknesses: &["cwe.id", "cwe.ID"],
            target: &["{file}:{line}"],
            evidence: &["code"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Semgrep,
        marks: &["results", "errors"],
        only_if: Some(|node| node.has("results.check_id") || node.has("paths") || node.has("version")),
        version: &["/version"],
        parts: &[Part {
            levels: &["results"],
            id: &["check_id"],
            text: &["extra.message"],
            severity: &["extra.severity"],
            vulnerabilities: &["extra.metadata.sca-vuln-database-identifier"],
            weaknesses: &["extra.metadata.cwe"],
            solution: &["extra.fix"],
            target: &["{path}:{start.line}"],
            package: Some(Package {
                name: &["extra.sca_info.dependency_match.found_dependency.package"],
                version: &["extra.sca_info.dependency_match.found_dependency.version"],
                ecosystem: &["extra.sca_info.dependency_match.found_dependency.ecosystem"],
                ..PACKAGE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Semgrep,
        marks: &["vulns.matchedDependency"],
        parts: &[Part {
            levels: &["vulns"],
            id: &["advisory.references.cveIds", "advisory.ruleId"],
            text: &["title"],
            severity: &["advisory.severity"],
            state: &["triage.status"],
            vulnerabilities: &["advisory.references.cveIds", "advisory.references.urls"],
            weaknesses: &["advisory.references.cweIds"],
            target: &["{dependencyFileLocation.path}:{dependencyFileLocation.startLine}"],
            fixed: &["advisory.safeDependencies.versionSpecifier"],
            package: Some(Package {
                name: &["matchedDependency.name"],
                version: &["matchedDependency.versionSpecifier"],
                ecosystem: &["advisory.ecosystem"],
                file: &["dependencyFileLocation.path"],
                ..PACKAGE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Brakeman,
        marks: &["scan_info", "warnings"],
        observed: &["/scan_info.end_time"],
        parts: &[Part {
            levels: &["warnings"],
            id: &["check_name", "warning_code"],
            text: &["message"],
            severity: &["confidence"],
            vulnerabilities: &["message", "link"],
            weaknesses: &["cwe_id"],
            target: &["{file}:{line}", "file"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Checkov,
        marks: &["check_type", "results"],
        parts: &[
            Part { levels: &["", "results.failed_checks"], ..CHECKOV },
            Part { levels: &["", "results.passed_checks"], ..CHECKOV },
            Part { levels: &["", "results.skipped_checks"], ..CHECKOV },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Tfsec,
        marks: &["results.rule_id", "results.location"],
        parts: &[Part {
            levels: &["results"],
            id: &["long_id", "rule_id"],
            text: &["description"],
            severity: &["severity"],
            state: &["status"],
            solution: &["resolution"],
            target: &["{location.filename}:{location.start_line}"],
            ..CONFIGURATION
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Terrascan,
        marks: &["results.violations", "results.scan_summary"],
        parts: &[Part {
            levels: &["results.violations"],
            id: &["rule_id"],
            text: &["description"],
            severity: &["severity"],
            target: &["{file}:{line}"],
            ..CONFIGURATION
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Kics,
        marks: &["queries", "files_scanned"],
        parts: &[Part {
            levels: &["queries", "files"],
            id: &["^query_id"],
            text: &["^query_name"],
            severity: &["^severity"],
            weaknesses: &["^cwe"],
            solution: &["expected_value"],
            evidence: &["actual_value"],
            target: &["{file_name}:{line}"],
            ..CONFIGURATION
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Horusec,
        marks: &["analysisVulnerabilities"],
        observed: &["/finishedAt"],
        parts: &[Part {
            levels: &["analysisVulnerabilities"],
            id: &["vulnerabilities.rule_id", "vulnerabilities.vulnHash"],
            text: &["vulnerabilities.details"],
            severity: &["vulnerabilities.severity"],
            vulnerabilities: &["vulnerabilities.details"],
            weaknesses: &["vulnerabilities.details"],
            target: &["{vulnerabilities.file}:{vulnerabilities.line}"],
            evidence: &["vulnerabilities.code"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SonarQube,
        marks: &["projectName", "issues.rule"],
        parts: &[Part {
            levels: &["issues"],
            id: &["rule"],
            text: &["message"],
            severity: &["severity"],
            state: &["status"],
            target: &["{component}:{line}", "component"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Hadolint,
        marks: &["code", "level", "file", "line"],
        parts: &[Part {
            levels: &[""],
            id: &["code"],
            text: &["message"],
            severity: &["level"],
            target: &["{file}:{line}"],
            ..CONFIGURATION
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Dockle,
        marks: &["summary.fatal", "details"],
        parts: &[Part {
            levels: &["details"],
            id: &["code"],
            text: &["title"],
            severity: &["level"],
            evidence: &["alerts"],
            ..CONFIGURATION
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SpotBugs,
        marks: &["BugCollection"],
        parts: &[Part {
            levels: &["BugInstance"],
            id: &["@type"],
            text: &["LongMessage", "ShortMessage"],
            severity: &["@priority"],
            weaknesses: &["@cweid"],
            target: &["{SourceLine.@sourcepath}:{SourceLine.@start}", "Class.@classname"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::KubeBench,
        marks: &["Controls", "Totals"],
        parts: &[Part {
            levels: &["Controls", "tests", "results"],
            id: &["test_number"],
            text: &["test_desc"],
            state: &["status"],
            solution: &["remediation"],
            evidence: &["actual_value"],
            target: &["^^node_type"],
            ..CONFIGURATION
        }],
        ..SHAPE
    },
    Shape {
        format: Format::GenericFindings,
        marks: &["findings.title", "findings.severity"],
        parts: &[Part {
            levels: &["findings"],
            id: &["unique_id_from_tool", "vuln_id_from_tool", "cve", "title"],
            text: &["title"],
            severity: &["severity"],
            vulnerabilities: &["cve", "vulnerability_ids", "title"],
            weaknesses: &["cwe"],
            scores: &["cvssv4", "cvssv3", "cvssv3_score"],
            solution: &["mitigation"],
            fixed: &["fix_version"],
            target: &["{file_path}:{line}", "file_path", "endpoints.host"],
            last_seen: &["date"],
            package: Some(Package {
                name: &["component_name"],
                version: &["component_version"],
                file: &["file_path"],
                ..PACKAGE
            }),
            ..PART
        }],
        ..SHAPE
    },
];
