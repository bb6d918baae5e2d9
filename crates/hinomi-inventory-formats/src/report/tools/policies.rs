// SPDX-License-Identifier: Apache-2.0
//! Checks of configurations: of hosts, clusters, clouds, templates. A check that passed is kept with its result, since
//! that it was asked is evidence too.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, Join, PART, Part, SHAPE, Shape};

const CHECK: Part = Part { kind: "misconfiguration", ..PART };

const ANCHORE_GATE: Part = Part {
    id: &["triggerId"],
    text: &["description"],
    severity: &["status"],
    vulnerabilities: &["triggerId"],
    target: &["tag", "imageId"],
    asset: Some(Asset {
        class: AssetClass::ContainerImage,
        id: &["imageId", "tag"],
        names: &["tag"],
        ..HOST
    }),
    ..CHECK
};

/// Anchore's policy evaluations, of the engine (rows without names) and of `anchorectl`.
pub(super) const ANCHORE: [Shape; 3] = [
    Shape {
        format: Format::AnchorePolicy,
        marks: &["*.*.detail.result.result", "*.*.policyId"],
        parts: &[Part {
            levels: &["*", "*", "detail.result.result.*.result.rows.#rows"],
            id: &["#2"],
            text: &["#5"],
            severity: &["#6"],
            vulnerabilities: &["#2"],
            target: &["#1"],
            asset: Some(Asset { class: AssetClass::ContainerImage, id: &["#0"], names: &["#1"], ..HOST }),
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::AnchorePolicy,
        marks: &["evaluations", "imageDigest"],
        observed: &["/evaluations.evaluationTime"],
        subject: &["/evaluatedTag"],
        parts: &[Part { levels: &["", "evaluations.details"], ..ANCHORE_GATE }],
        ..SHAPE
    },
    Shape {
        format: Format::AnchorePolicy,
        marks: &["detail", "finalAction", "policyId"],
        parts: &[Part { levels: &["", "detail"], ..ANCHORE_GATE }],
        ..SHAPE
    },
];

const KUBE_BENCH: Part = Part {
    id: &["test_number"],
    text: &["test_desc"],
    state: &["status"],
    solution: &["remediation"],
    evidence: &["actual_value"],
    target: &["^^node_type"],
    ..CHECK
};

const POLARIS: Part = Part {
    id: &["ID"],
    text: &["Message"],
    severity: &["Severity"],
    state: &["=passed"],
    keep: Some(|node| node.first("Success") == Some("true")),
    ..CHECK
};

const POLARIS_FAILED: Part =
    Part { state: &["=failed"], keep: Some(|node| node.first("Success") == Some("false")), ..POLARIS };

const POPEYE: Part = Part {
    id: &["message"],
    text: &["message"],
    severity: &["level"],
    target: &["{^sanitizer}/{#key}", "{^linter}/{#key}", "#key"],
    ..CHECK
};

pub(super) const CLUSTERS: [Shape; 10] = [
    Shape {
        format: Format::KubeBench,
        marks: &["node_type", "tests.results", "total_pass"],
        parts: &[Part { levels: &["", "tests", "results"], ..KUBE_BENCH }],
        ..SHAPE
    },
    Shape {
        format: Format::KubeAudit,
        marks: &["AuditResultName", "ResourceKind"],
        parts: &[Part {
            levels: &[""],
            id: &["AuditResultName"],
            text: &["msg"],
            severity: &["level"],
            target: &[
                "{ResourceNamespace}/{ResourceKind}/{ResourceName}",
                "{ResourceKind}/{ResourceName}",
                "ResourceKind",
            ],
            last_seen: &["time"],
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::KubeLinter,
        marks: &["Checks", "Reports", "Summary"],
        observed: &["/Summary.CheckEndTime"],
        version: &["/Summary.KubeLinterVersion"],
        parts: &[Part {
            levels: &["Reports"],
            id: &["Check"],
            text: &["Diagnostic.Message"],
            solution: &["Remediation"],
            target: &["Object.Metadata.FilePath", "Object.K8sObject.Name"],
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Kubescape,
        marks: &["summaryDetails.controls", "results"],
        observed: &["/generationTime"],
        subject: &["/clusterName"],
        parts: &[Part {
            levels: &["results", "controls"],
            id: &["controlID"],
            text: &["name"],
            severity: &["~scoreFactor"],
            state: &["status.status", "rules[status=failed].status", "rules.status"],
            evidence: &["rules.paths.failedPath", "rules.paths.fixPath.path"],
            target: &["^resourceID"],
            join: Some(Join { table: "summaryDetails.controls.*", key: "controlID", by: "controlID" }),
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Polaris,
        marks: &["PolarisOutputVersion", "Results"],
        observed: &["/AuditTime"],
        version: &["/PolarisOutputVersion"],
        parts: &[
            Part { levels: &["Results", "Results.*"], target: &["{^Kind}/{^Name}"], ..POLARIS_FAILED },
            Part { levels: &["Results", "Results.*"], target: &["{^Kind}/{^Name}"], ..POLARIS },
            Part {
                levels: &["Results", "PodResult.Results.*"],
                target: &["{^Kind}/{^Name}"],
                ..POLARIS_FAILED
            },
            Part { levels: &["Results", "PodResult.Results.*"], target: &["{^Kind}/{^Name}"], ..POLARIS },
            Part {
                levels: &["Results", "PodResult.ContainerResults", "Results.*"],
                target: &["{^^Kind}/{^^Name}/{^Name}"],
                ..POLARIS_FAILED
            },
            Part {
                levels: &["Results", "PodResult.ContainerResults", "Results.*"],
                target: &["{^^Kind}/{^^Name}/{^Name}"],
                ..POLARIS
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Popeye,
        marks: &["popeye.score"],
        parts: &[
            Part { levels: &["popeye.sanitizers", "issues.*"], ..POPEYE },
            Part { levels: &["popeye.sections", "issues.*"], ..POPEYE },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::NeuVectorCompliance,
        marks: &["items", "docker_cis_version"],
        observed: &["/run_at"],
        parts: &[Part {
            levels: &["items"],
            id: &["test_number"],
            text: &["description"],
            severity: &["level"],
            state: &["level"],
            solution: &["remediation"],
            evidence: &["message"],
            target: &["type"],
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::DockerBench,
        marks: &["dockerbenchsecurity", "tests"],
        version: &["/dockerbenchsecurity"],
        parts: &[Part {
            levels: &["tests", "results"],
            id: &["id"],
            text: &["desc"],
            state: &["result"],
            solution: &["remediation"],
            evidence: &["details"],
            target: &["items"],
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Deepfence,
        marks: &["compliance_check_type", "node_name", "test_number"],
        parts: &[Part {
            levels: &[""],
            id: &["test_number"],
            text: &["test_desc", "test_info"],
            state: &["status"],
            evidence: &["test_info"],
            last_seen: &["@timestamp"],
            asset: Some(Asset { id: &["node_id", "node_name"], names: &["host_name", "node_name"], ..HOST }),
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Deepfence,
        marks: &["Rule Name", "Class", "File Name", "NodeType"],
        parts: &[Part {
            levels: &[""],
            kind: "malware",
            id: &["Rule Name"],
            text: &["Summary"],
            severity: &["Severity"],
            target: &["File Name"],
            asset: Some(Asset { id: &["Node Name"], names: &["Node Name"], ..HOST }),
            ..PART
        }],
        ..SHAPE
    },
];

pub(super) const TEMPLATES: [Shape; 5] = [
    Shape {
        format: Format::CfnLint,
        marks: &["Filename", "Level", "Rule.Id"],
        parts: &[Part {
            levels: &[""],
            id: &["Rule.Id"],
            text: &["Message"],
            severity: &["Level"],
            solution: &["Rule.Description"],
            target: &["{Filename}:{Location.Start.LineNumber}", "Filename"],
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::CfnNag,
        marks: &["filename", "file_results.failure_count"],
        parts: &[Part {
            levels: &["", "file_results.violations"],
            id: &["id"],
            text: &["message"],
            severity: &["type"],
            target: &["{^filename}:{line_numbers}", "^filename"],
            evidence: &["logical_resource_ids"],
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Conftest,
        marks: &["filename", "namespace", "successes"],
        parts: &[
            Part { levels: &["", "failures"], severity: &["=failure"], ..CONFTEST },
            Part { levels: &["", "warnings"], severity: &["=warning"], ..CONFTEST },
            Part { levels: &["", "exceptions"], severity: &["=exception"], ..CONFTEST },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::KrakendAudit,
        marks: &["recommendations", "stats"],
        parts: &[Part {
            levels: &["recommendations"],
            id: &["rule"],
            text: &["message"],
            severity: &["severity"],
            ..CHECK
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Legitify,
        marks: &["type", "content.*.policyInfo"],
        parts: &[Part {
            levels: &["content.*", "violations"],
            id: &["^policyInfo.policyName"],
            text: &["^policyInfo.title"],
            severity: &["^policyInfo.severity"],
            state: &["status"],
            solution: &["^policyInfo.remediationSteps"],
            evidence: &["^policyInfo.threat"],
            target: &["canonicalLink"],
            ..CHECK
        }],
        ..SHAPE
    },
];

const CONFTEST: Part = Part { id: &["metadata.query"], text: &["msg"], target: &["^filename"], ..CHECK };

const XCCDF_HOST: Asset = Asset {
    up: 1,
    id: &["target"],
    names: &["target", "target-facts.fact[@name=urn:xccdf:fact:asset:identifier:fqdn]"],
    ips: &["target-address"],
    macs: &["target-facts.fact[@name=urn:xccdf:fact:asset:identifier:mac]"],
    ..HOST
};

/// A rule that passed names its vulnerability in the definition only: it is not there.
const XCCDF_PASSED: Part = Part {
    id: &["@idref"],
    text: &["~title"],
    severity: &["@severity"],
    state: &["result"],
    last_seen: &["@time"],
    asset: Some(XCCDF_HOST),
    keep: Some(|node| is_fine(node.first("result"))),
    ..CHECK
};

const XCCDF_FAILED: Part = Part {
    kind: "misconfiguration",
    vulnerabilities: &["ident", "~title"],
    solution: &["~fixtext**"],
    evidence: &["message"],
    keep: Some(|node| !is_fine(node.first("result"))),
    ..XCCDF_PASSED
};

fn is_fine(result: Option<&str>) -> bool {
    matches!(
        result,
        Some("pass" | "fixed" | "notapplicable" | "notselected" | "notchecked" | "informational")
    )
}

/// Where the definitions of rules lie: in groups of groups.
const XCCDF_RULES: Join = Join {
    table: "Rule,Group.Rule,Group.Group.Rule,Group.Group.Group.Rule,Group.Group.Group.Group.Rule",
    key: "@id",
    by: "@idref",
};

const ARF_RULES: Join = Join {
    table: "report-requests.report-request.content.data-stream-collection.component.Benchmark.Rule,report-requests.report-request.content.data-stream-collection.component.Benchmark.Group.Rule,report-requests.report-request.content.data-stream-collection.component.Benchmark.Group.Group.Rule,report-requests.report-request.content.data-stream-collection.component.Benchmark.Group.Group.Group.Rule",
    ..XCCDF_RULES
};

/// OpenSCAP and other checkers by SCAP: a benchmark with its results, the results alone, or an archive (ARF).
pub(super) const SCAP: [Shape; 3] = [
    Shape {
        format: Format::OpenScap,
        marks: &["Benchmark", "TestResult"],
        observed: &["/TestResult.@end-time"],
        parts: &[
            Part { levels: &["TestResult", "rule-result"], join: Some(XCCDF_RULES), ..XCCDF_FAILED },
            Part { levels: &["TestResult", "rule-result"], join: Some(XCCDF_RULES), ..XCCDF_PASSED },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::OpenScap,
        marks: &["TestResult", "rule-result"],
        observed: &["/@end-time"],
        parts: &[
            Part { levels: &["", "rule-result"], ..XCCDF_FAILED },
            Part { levels: &["", "rule-result"], ..XCCDF_PASSED },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::OpenScap,
        marks: &["asset-report-collection", "reports.report.content.TestResult"],
        observed: &["/reports.report.content.TestResult.@end-time"],
        parts: &[
            Part {
                levels: &["reports.report.content.TestResult", "rule-result"],
                join: Some(ARF_RULES),
                ..XCCDF_FAILED
            },
            Part {
                levels: &["reports.report.content.TestResult", "rule-result"],
                join: Some(ARF_RULES),
                ..XCCDF_PASSED
            },
        ],
        ..SHAPE
    },
];
