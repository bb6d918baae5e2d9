// SPDX-License-Identifier: Apache-2.0
//! Free checkers of own code and of mobile applications: findings with a rule, a file and a line.

use crate::Format;
use crate::report::shape::{PART, Part, SHAPE, Shape};

const BEARER: Part = Part {
    id: &["id"],
    text: &["title"],
    severity: &["^#key", "#key"],
    weaknesses: &["cwe_ids"],
    solution: &["documentation_url"],
    evidence: &["code_extract", "snippet"],
    target: &["{filename}:{line_number}"],
    ..PART
};

const QARK: Part = Part {
    levels: &[""],
    id: &["name"],
    text: &["description"],
    severity: &["severity"],
    target: &["{file_object}:{line_number}", "file_object"],
    ..PART
};

/// Findings of njsscan and mobsfscan: a rule with the places it was broken at; one without a place counts once.
const RULE_FILE: Part = Part {
    id: &["^#key"],
    text: &["^metadata.description"],
    severity: &["^metadata.severity"],
    weaknesses: &["^metadata.cwe"],
    evidence: &["match_string"],
    target: &["{file_path}:{match_lines}", "file_path"],
    ..PART
};

const RULE: Part = Part {
    id: &["#key"],
    text: &["metadata.description"],
    severity: &["metadata.severity"],
    weaknesses: &["metadata.cwe"],
    keep: Some(|node| !node.has("files") && node.has("metadata")),
    ..PART
};

const MOBSF_CODE: Part = Part {
    id: &["#key"],
    text: &["metadata.description"],
    severity: &["metadata.severity"],
    weaknesses: &["metadata.cwe"],
    scores: &["metadata.cvss"],
    target: &["files.#keys"],
    keep: Some(|node| node.has("metadata")),
    ..PART
};

const MOBSF_MANIFEST: Part = Part {
    id: &["rule", "name", "title"],
    text: &["name", "title"],
    severity: &["severity", "stat"],
    evidence: &["description", "desc"],
    target: &["=AndroidManifest.xml"],
    keep: Some(|node| node.has("title")),
    ..PART
};

pub(super) const MOBILE: [Shape; 4] = [
    Shape {
        format: Format::MobSf,
        marks: &["app_name", "code_analysis"],
        version: &["/version"],
        subject: &["/package_name", "/app_name"],
        parts: &[
            Part { levels: &["code_analysis.*"], ..MOBSF_CODE },
            Part { levels: &["code_analysis.findings.*"], ..MOBSF_CODE },
            Part { levels: &["manifest_analysis"], ..MOBSF_MANIFEST },
            Part { levels: &["manifest_analysis.manifest_findings"], ..MOBSF_MANIFEST },
            Part {
                levels: &["binary_analysis", "*"],
                id: &["#key"],
                text: &["description"],
                severity: &["severity"],
                target: &["^name"],
                keep: Some(|node| node.has("severity")),
                ..PART
            },
            Part {
                levels: &["permissions.*"],
                kind: "information",
                id: &["#key"],
                text: &["info"],
                severity: &["status"],
                evidence: &["description"],
                ..PART
            },
            Part { levels: &["secrets"], kind: "secret", text: &["=secret in the application"], ..PART },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::MobSf,
        marks: &["mobsfscan_version", "results"],
        version: &["/mobsfscan_version"],
        parts: &[
            Part { levels: &["results.*", "files"], ..RULE_FILE },
            Part { levels: &["results.*"], ..RULE },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::NjsScan,
        marks: &["njsscan_version", "nodejs"],
        version: &["/njsscan_version"],
        parts: &[
            Part { levels: &["nodejs.*", "files"], ..RULE_FILE },
            Part { levels: &["nodejs.*"], ..RULE },
            Part { levels: &["templates.*", "files"], ..RULE_FILE },
            Part { levels: &["templates.*"], ..RULE },
        ],
        ..SHAPE
    },
    Shape { format: Format::Qark, marks: &["apk_exploit_dict", "file_object"], parts: &[QARK], ..SHAPE },
];

pub(super) const LINTERS: [Shape; 14] = [
    Shape {
        format: Format::Bearer,
        marks: &["*.cwe_ids", "*.documentation_url"],
        parts: &[Part { levels: &["*"], ..BEARER }],
        ..SHAPE
    },
    Shape {
        format: Format::CodeChecker,
        marks: &["version", "reports"],
        only_if: Some(|node| {
            node.has("reports.checker_name") || node.get("reports").is_some_and(|list| list.is_empty())
        }),
        parts: &[Part {
            levels: &["reports"],
            id: &["checker_name"],
            text: &["message"],
            severity: &["severity"],
            state: &["review_status"],
            target: &["{file.path}:{line}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Coverity,
        marks: &["viewContentsV1.columns", "viewContentsV1.rows"],
        parts: &[Part {
            levels: &["viewContentsV1.rows"],
            id: &["cid"],
            text: &["displayType"],
            severity: &["displayImpact", "severity"],
            state: &["status"],
            weaknesses: &["cwe"],
            target: &["displayFile"],
            first_seen: &["firstDetected"],
            last_seen: &["lastDetected"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Coverity,
        marks: &["type", "formatVersion", "issues", "suppressedIssueCount"],
        version: &["/formatVersion"],
        parts: &[Part {
            levels: &["issues"],
            id: &["checkerName"],
            text: &["checkerProperties.subcategoryLongDescription", "subcategory"],
            severity: &["checkerProperties.impact"],
            weaknesses: &["checkerProperties.cweCategory"],
            solution: &["events[remediation=true].eventDescription"],
            evidence: &["events[main=true].eventDescription"],
            target: &["{strippedMainEventFilePathname}:{mainEventLineNumber}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::CweChecker,
        marks: &["name", "addresses", "tids", "symbols"],
        parts: &[Part {
            levels: &[""],
            id: &["name"],
            text: &["description"],
            weaknesses: &["name"],
            target: &["addresses"],
            evidence: &["symbols"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Infer,
        marks: &["bug_type", "qualifier", "procedure"],
        parts: &[Part {
            levels: &[""],
            id: &["bug_type"],
            text: &["qualifier"],
            severity: &["severity"],
            target: &["{file}:{line}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::EsLint,
        marks: &["filePath", "messages", "errorCount"],
        parts: &[Part {
            levels: &["", "messages"],
            id: &["ruleId"],
            text: &["message"],
            severity: &["severity"],
            target: &["{^filePath}:{line}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::RuboCop,
        marks: &["metadata.rubocop_version", "files"],
        version: &["/metadata.rubocop_version"],
        parts: &[Part {
            levels: &["files", "offenses"],
            id: &["cop_name"],
            text: &["message"],
            severity: &["severity"],
            target: &["{^path}:{location.line}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Pmd,
        marks: &["Problem", "Package", "Priority", "Rule set", "Rule"],
        parts: &[Part {
            levels: &[""],
            id: &["{Rule set}/{Rule}"],
            text: &["Description"],
            severity: &["Priority"],
            target: &["{File}:{Line}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::PhpCodeSniffer,
        marks: &["totals.errors", "totals.warnings", "files"],
        parts: &[Part {
            levels: &["files.*", "messages"],
            id: &["source"],
            text: &["message"],
            severity: &["type"],
            target: &["{^#key}:{line}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::PwnSast,
        marks: &["report_name", "data"],
        only_if: Some(|node| node.has("data.security_references")),
        parts: &[Part {
            levels: &["data", "line_no_and_contents"],
            id: &["^security_references.sast_module"],
            text: &["^security_references.section"],
            weaknesses: &["^security_references.cwe_id"],
            evidence: &["contents"],
            target: &["{^filename.entry}:{line_no}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Vcg,
        marks: &["CodeIssueCollection"],
        parts: &[Part {
            levels: &["CodeIssue"],
            id: &["Title"],
            text: &["Title"],
            severity: &["Severity"],
            evidence: &["CodeLine"],
            target: &["{FileName}:{Line}"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Xanitizer,
        marks: &["XanitizerFindingsList"],
        observed: &["/@timeStamp"],
        version: &["/@xanitizerVersionShort"],
        parts: &[Part {
            levels: &["finding"],
            id: &["problemTypeId"],
            text: &["problemType"],
            severity: &["rating"],
            state: &["classification"],
            weaknesses: &["cweNumber"],
            evidence: &["description"],
            target: &["{package}.{class}:{line}", "{file}:{line}", "file"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::AppScreener,
        marks: &["Vulnerability", "Language", "Recommendations", "Severity Level", "Trace"],
        parts: &[Part {
            levels: &[""],
            id: &["Vulnerability"],
            text: &["Vulnerability"],
            severity: &["Severity Level"],
            state: &["Status"],
            weaknesses: &["Links"],
            solution: &["Recommendations"],
            target: &["{File}:{Line}"],
            ..PART
        }],
        ..SHAPE
    },
];
