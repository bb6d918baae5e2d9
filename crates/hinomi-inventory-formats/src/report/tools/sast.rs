// SPDX-License-Identifier: Apache-2.0
//! Checkers of own code from vendors: findings with a rule, a file and a line, a weakness rather than a vulnerability.

use crate::Format;
use crate::report::shape::{Join, PACKAGE, PART, Package, Part, SHAPE, Shape};

const CHECKMARX_ONE_SAST: Part = Part {
    levels: &["scanResults.resultsList", "vulnerabilities"],
    id: &["^queryId", "^queryName"],
    text: &["^queryName"],
    severity: &["severity"],
    state: &["state"],
    weaknesses: &["^cweId"],
    evidence: &["sourceCode", "nodes.code"],
    target: &["{sourceFileName}:{sourceLine}", "sourceFileName"],
    first_seen: &["firstFoundDate"],
    last_seen: &["foundDate"],
    ..PART
};

/// Checkmarx CxSAST, its flow into trackers (CxFlow) and Checkmarx One.
pub(super) const CHECKMARX: [Shape; 5] = [
    Shape {
        format: Format::Checkmarx,
        marks: &["CxXMLResults"],
        observed: &["/@ScanStart"],
        version: &["/@CheckmarxVersion"],
        subject: &["/@ProjectName"],
        parts: &[Part {
            levels: &["Query", "Result"],
            id: &["^@id"],
            text: &["^@name"],
            severity: &["@Severity", "^@Severity"],
            state: &["@Status"],
            weaknesses: &["^@cweId"],
            target: &["{@FileName}:{@Line}", "@FileName"],
            evidence: &["Path.PathNode.Snippet.Line.Code"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Checkmarx,
        marks: &["reportHeader", "scanResults.sast"],
        observed: &["/reportHeader.createdDate"],
        subject: &["/reportHeader.projectName"],
        parts: &[Part {
            levels: &["scanResults.sast.languages.queries", "vulnerabilities"],
            id: &["^queryId", "^queryName"],
            text: &["^queryName"],
            severity: &["severity"],
            state: &["state"],
            weaknesses: &["cweId"],
            target: &["{nodes.fileName}:{nodes.line}"],
            first_seen: &["firstFoundDate"],
            last_seen: &["foundDate"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Checkmarx,
        marks: &["xissues", "projectId"],
        version: &["/version"],
        subject: &["/project"],
        parts: &[Part {
            levels: &["xissues", "additionalDetails.results"],
            id: &["^vulnerability"],
            text: &["^vulnerability"],
            severity: &["^severity"],
            state: &["^vulnerabilityStatus"],
            weaknesses: &["^cwe"],
            target: &["{source.file}:{source.line}", "^filename"],
            evidence: &["source.snippet"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::CheckmarxOne,
        marks: &["reportHeader", "reportType", "scanResults"],
        observed: &["/reportHeader.scanDate", "/reportCreationDate"],
        subject: &["/reportHeader.projectName"],
        parts: &[
            CHECKMARX_ONE_SAST,
            Part {
                levels: &["iacScanResults.technology.queries", "resultsList"],
                kind: "misconfiguration",
                id: &["^queryName"],
                text: &["^queryName"],
                severity: &["severity"],
                state: &["state"],
                solution: &["expectedValue"],
                evidence: &["actualValue"],
                target: &["fileName"],
                first_seen: &["firstDetectionDate"],
                last_seen: &["lastDetectionDate"],
                ..PART
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::CheckmarxOne,
        marks: &["results", "totalCount"],
        parts: &[Part {
            levels: &["results"],
            id: &["data.queryId", "vulnerabilityDetails.cveName", "id"],
            text: &["data.queryName", "description"],
            severity: &["severity"],
            state: &["state"],
            vulnerabilities: &["vulnerabilityDetails.cveName", "id"],
            weaknesses: &["vulnerabilityDetails.cweId"],
            scores: &["vulnerabilityDetails.cvssScore"],
            solution: &["data.expectedValue"],
            evidence: &["data.value"],
            fixed: &["data.recommendedVersion"],
            target: &["{data.fileName}:{data.line}", "{data.nodes.fileName}:{data.nodes.line}"],
            first_seen: &["firstFoundAt"],
            last_seen: &["foundAt"],
            kinds: Some(("type", &[("kics", "misconfiguration"), ("sscs-secret-detection", "secret")])),
            package: Some(Package { name: &["data.packageIdentifier"], ..PACKAGE }),
            ..PART
        }],
        ..SHAPE
    },
];

/// Fortify's own scan results (FVDL), its reports, and WebInspect.
pub(super) const FORTIFY: [Shape; 4] = [
    Shape {
        format: Format::Fortify,
        marks: &["FVDL", "Vulnerabilities"],
        observed: &["/CreatedTS.@date"],
        version: &["/@version"],
        subject: &["/Build.Project"],
        parts: &[Part {
            levels: &["Vulnerabilities.Vulnerability"],
            id: &["ClassInfo.ClassID"],
            text: &["{ClassInfo.Type}: {ClassInfo.Subtype}", "ClassInfo.Type"],
            severity: &["InstanceInfo.InstanceSeverity"],
            target: &[
                "{AnalysisInfo.Unified.Trace.Primary.Entry.Node.SourceLocation.@path}:{AnalysisInfo.Unified.Trace.Primary.Entry.Node.SourceLocation.@line}",
                "AnalysisInfo.Unified.Context.FunctionDeclarationSourceLocation.@path",
            ],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Fortify,
        marks: &["ReportDefinition", "ReportSection"],
        parts: &[Part {
            levels: &["ReportSection.SubSection.IssueListing.Chart.GroupingSection", "Issue"],
            id: &["@ruleID", "@iid"],
            text: &["Category", "^groupTitle"],
            severity: &["Friority", "Folder"],
            evidence: &["Abstract"],
            solution: &["^MajorAttributeSummary.MetaInfo[Name=Recommendations].Value"],
            target: &["{Primary.FilePath}:{Primary.LineStart}", "Primary.FileName"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::WebInspect,
        marks: &["Scan", "PolicyName"],
        observed: &["/StartTime"],
        parts: &[Part { levels: &["", "Issues.Issue"], ..WEB_INSPECT_ISSUE }],
        ..SHAPE
    },
    Shape {
        format: Format::WebInspect,
        marks: &["Sessions", "Session"],
        parts: &[Part { levels: &["Session", "Issues.Issue"], ..WEB_INSPECT_ISSUE }],
        ..SHAPE
    },
];

const WEB_INSPECT_ISSUE: Part = Part {
    id: &["VulnerabilityID", "@id"],
    text: &["Name"],
    severity: &["Severity"],
    weaknesses: &["Classifications.Classification[@kind=CWE].@identifier"],
    solution: &["ReportSection[Name=Fix].SectionText"],
    target: &["URL", "^URL"],
    port: &["Port", "^Port"],
    asset: Some(super::site_of(&["Host", "^Host"])),
    ..PART
};

/// HCL (before: IBM) AppScan: one shape of report for running sites and for code.
pub(super) const APPSCAN: Shape = Shape {
    format: Format::AppScan,
    marks: &["xml-report"],
    subject: &["/scan-information.scan-name"],
    parts: &[Part {
        levels: &["issue-group.item"],
        id: &["issue-type.ref"],
        text: &["issue-type-name", "issue-type.ref"],
        severity: &["severity"],
        state: &["status"],
        vulnerabilities: &["@cve", "cve"],
        weaknesses: &["cwe", "cwe.ref"],
        scores: &["cvss-vector.vector", "cvss-vector.base-vector", "cvss-score"],
        solution: &["fix.item.remediation"],
        target: &["location", "~name"],
        join: Some(Join { table: "url-group.item", key: "@id", by: "url.ref" }),
        asset: Some(super::site_of(&["~name"])),
        ..PART
    }],
    ..SHAPE
};

const VERACODE_FLAW: Part = Part {
    id: &["@issueid"],
    text: &["@categoryname"],
    severity: &["@severity"],
    state: &["@remediation_status"],
    weaknesses: &["@cweid"],
    evidence: &["@description"],
    target: &["{@sourcefilepath}{@sourcefile}:{@line}", "@url", "@module"],
    first_seen: &["@date_first_occurrence"],
    ..PART
};

const VERACODE_REST: Part = Part {
    levels: &["_embedded.findings"],
    id: &["finding_details.cve.name", "issue_id"],
    text: &["finding_details.cwe.name", "finding_details.cve.name"],
    severity: &["finding_details.severity"],
    state: &["finding_status.status"],
    vulnerabilities: &["finding_details.cve.name"],
    weaknesses: &["finding_details.cwe.id", "finding_details.cwe.name"],
    scores: &["finding_details.cve.cvss3.vector", "finding_details.cve.cvss"],
    evidence: &["description"],
    target: &[
        "finding_details.url",
        "{finding_details.file_path}:{finding_details.file_line_number}",
        "finding_details.component_filename",
    ],
    port: &["finding_details.port"],
    first_seen: &["finding_status.first_found_date"],
    last_seen: &["finding_status.last_seen_date"],
    package: Some(Package {
        name: &["finding_details.component_filename"],
        version: &["finding_details.version"],
        licenses: &["finding_details.licenses.license_id"],
        ..PACKAGE
    }),
    ..PART
};

pub(super) const VERACODE: [Shape; 2] = [
    Shape {
        format: Format::Veracode,
        marks: &["detailedreport"],
        observed: &["/static-analysis.@published_date", "/@last_update_time"],
        version: &["/@report_format_version"],
        subject: &["/@app_name"],
        parts: &[
            Part { levels: &["severity.category.cwe.staticflaws.flaw"], ..VERACODE_FLAW },
            Part { levels: &["severity.category.cwe.dynamicflaws.flaw"], ..VERACODE_FLAW },
            Part {
                levels: &["software_composition_analysis.vulnerable_components.component"],
                listing: true,
                package: Some(VERACODE_COMPONENT),
                ..PART
            },
            Part {
                levels: &[
                    "software_composition_analysis.vulnerable_components.component",
                    "vulnerabilities.vulnerability",
                ],
                id: &["@cve_id"],
                text: &["@cve_summary"],
                severity: &["@severity_desc", "@severity"],
                state: &["@mitigation_status"],
                weaknesses: &["@cwe_id"],
                scores: &["@cvss_score"],
                first_seen: &["@first_found_date"],
                package: Some(VERACODE_COMPONENT_ABOVE),
                ..PART
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Veracode,
        marks: &["_embedded.findings.finding_details"],
        parts: &[VERACODE_REST],
        ..SHAPE
    },
];

const VERACODE_COMPONENT: Package = Package {
    name: &["@library", "@file_name"],
    group: &["@vendor"],
    version: &["@version"],
    file: &["file_paths.file_path.@value", "@file_name"],
    licenses: &["licenses.license.@spdx_id"],
    ..PACKAGE
};

const VERACODE_COMPONENT_ABOVE: Package = Package {
    name: &["^@library", "^@file_name"],
    group: &["^@vendor"],
    version: &["^@version"],
    file: &["^file_paths.file_path.@value", "^@file_name"],
    licenses: &["^licenses.license.@spdx_id"],
    ..PACKAGE
};

pub(super) const CONTRAST: Shape = Shape {
    format: Format::Contrast,
    marks: &["Vulnerability Name", "Vulnerability ID", "Rule Name", "Application Name"],
    parts: &[Part {
        levels: &[""],
        id: &["Rule Name"],
        text: &["Vulnerability Name"],
        severity: &["Severity"],
        state: &["Status"],
        weaknesses: &["CWE ID"],
        target: &["Request URI"],
        first_seen: &["First Seen Datetime", "First Seen"],
        last_seen: &["Last Seen Datetime", "Last Seen"],
        asset: Some(super::application_of(&["Application Name"])),
        ..PART
    }],
    ..SHAPE
};
