// SPDX-License-Identifier: Apache-2.0
//! More scanners of images, and of what runs in clusters.

use crate::Format;
use crate::model::{AssetClass, ComponentKind};
use crate::report::shape::{Asset, HOST, PACKAGE, PART, Package, Part, SHAPE, Shape};
use crate::tree::Node;

const VULNERABLE: Part = Part { kind: "vulnerability", ..PART };
const IMAGE: Asset = Asset { class: AssetClass::ContainerImage, ..HOST };
const IMAGE_SHAPE: Shape = Shape { subject_kind: ComponentKind::Container, ..SHAPE };

const TWISTLOCK_IMAGE: Asset = Asset { up: 1, id: &["name", "id"], os: &["distro"], ..IMAGE };

/// Prisma Cloud (Twistlock): `twistcli` and the tables of the console.
pub(super) const TWISTLOCK: [Shape; 2] = [
    Shape {
        format: Format::Twistlock,
        marks: &["results.vulnerabilityDistribution"],
        parts: &[
            Part {
                levels: &["results", "packages"],
                listing: true,
                package: Some(Package {
                    name: &["name"],
                    version: &["version"],
                    ecosystem: &["type"],
                    ..PACKAGE
                }),
                asset: Some(TWISTLOCK_IMAGE),
                ..PART
            },
            Part {
                levels: &["results", "vulnerabilities"],
                id: &["id"],
                text: &["description"],
                severity: &["severity"],
                state: &["status"],
                scores: &["vector", "cvss"],
                first_seen: &["discoveredDate"],
                package: Some(Package {
                    name: &["packageName"],
                    version: &["packageVersion"],
                    file: &["packagePath"],
                    ..PACKAGE
                }),
                asset: Some(TWISTLOCK_IMAGE),
                ..VULNERABLE
            },
            Part {
                levels: &["results", "compliances"],
                kind: "misconfiguration",
                id: &["id"],
                text: &["title"],
                severity: &["severity"],
                evidence: &["cause"],
                asset: Some(TWISTLOCK_IMAGE),
                ..PART
            },
        ],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Twistlock,
        marks: &["Registry", "Repository", "CVE ID", "Packages", "Package Version"],
        parts: &[Part {
            levels: &[""],
            id: &["CVE ID", "Compliance ID"],
            text: &["Description"],
            severity: &["Severity"],
            state: &["Fix Status"],
            scores: &["CVSS"],
            first_seen: &["Discovered"],
            package: Some(Package {
                name: &["Packages"],
                version: &["Package Version"],
                ecosystem: &["Type"],
                ..PACKAGE
            }),
            asset: Some(Asset {
                id: &["{Registry}/{Repository}:{Tag}", "{Repository}:{Tag}", "Id"],
                os: &["Distro"],
                ..IMAGE
            }),
            ..PART
        }],
        ..IMAGE_SHAPE
    },
];

const WIZ_VULNERABILITY: Part = Part {
    id: &["name"],
    text: &["description"],
    severity: &["severity"],
    scores: &["score"],
    fixed: &["fixedVersion"],
    package: Some(Package { name: &["^name"], version: &["^version"], file: &["^path"], ..PACKAGE }),
    ..VULNERABLE
};

const WIZ_PACKAGE: Part = Part {
    listing: true,
    package: Some(Package { name: &["name"], version: &["version"], file: &["path"], ..PACKAGE }),
    ..PART
};

/// Wiz: the command line (folders, images, infrastructure) and the tables of the console.
pub(super) const WIZ: [Shape; 3] = [
    Shape {
        format: Format::Wiz,
        marks: &["scanOriginResource", "policies", "result"],
        observed: &["/createdAt"],
        subject: &["/scanOriginResource.name"],
        parts: &[
            Part { levels: &["result.osPackages"], ..WIZ_PACKAGE },
            Part { levels: &["result.libraries"], ..WIZ_PACKAGE },
            Part { levels: &["result.osPackages", "vulnerabilities"], ..WIZ_VULNERABILITY },
            Part { levels: &["result.libraries", "vulnerabilities"], ..WIZ_VULNERABILITY },
            Part {
                levels: &["result.secrets"],
                kind: "secret",
                id: &["id", "type"],
                text: &["description"],
                target: &["{path}:{lineNumber}", "path"],
                ..PART
            },
            Part {
                levels: &["result.ruleMatches"],
                kind: "misconfiguration",
                id: &["rule.id"],
                text: &["rule.name"],
                severity: &["severity"],
                target: &["matches.fileName"],
                ..PART
            },
        ],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::WizCsv,
        marks: &["FindingStatus", "DetailedName", "AssetID", "Version"],
        parts: &[Part {
            levels: &[""],
            id: &["Name"],
            severity: &["CVSSSeverity", "VendorSeverity"],
            state: &["FindingStatus"],
            solution: &["Remediation"],
            fixed: &["FixedVersion"],
            target: &["LocationPath"],
            first_seen: &["FirstDetected"],
            last_seen: &["LastDetected"],
            package: Some(Package {
                name: &["DetailedName"],
                version: &["Version"],
                file: &["LocationPath"],
                ..PACKAGE
            }),
            asset: Some(Asset { id: &["AssetID"], names: &["AssetName"], ..HOST }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::WizCsv,
        marks: &["Issue ID", "Control ID", "Resource Name", "Resource external ID"],
        parts: &[Part {
            levels: &[""],
            kind: "misconfiguration",
            id: &["Control ID"],
            text: &["Title"],
            severity: &["Severity"],
            state: &["Status"],
            solution: &["Remediation Recommendation"],
            first_seen: &["Created At"],
            asset: Some(Asset {
                class: AssetClass::CloudResource,
                id: &["Resource external ID", "Resource Name"],
                names: &["Resource Name"],
                os: &["Resource OS"],
                organisation: &["Subscription Name"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
];

fn is_xeol(node: &Node<'_>) -> bool {
    node.first("descriptor.name") == Some("xeol") || node.has("matches.Cycle")
}

/// Components past their end of life.
pub(super) const XEOL: Shape = Shape {
    format: Format::Xeol,
    marks: &["matches", "source"],
    only_if: Some(is_xeol),
    subject: &["/source.target.userInput"],
    parts: &[Part {
        levels: &["matches"],
        kind: "end-of-life",
        id: &["{Cycle.ProductName} {Cycle.ReleaseCycle}"],
        text: &["end of life {Cycle.Eol}"],
        fixed: &["Cycle.LatestRelease"],
        package: Some(Package {
            name: &["artifact.name"],
            version: &["artifact.version"],
            purl: &["artifact.purl"],
            cpe: &["artifact.cpes"],
            file: &["artifact.locations.path"],
            ..PACKAGE
        }),
        ..PART
    }],
    ..IMAGE_SHAPE
};

fn is_trivy_operator(node: &Node<'_>) -> bool {
    let version = node.first("apiVersion").or_else(|| node.first("items.apiVersion"));
    version.is_some_and(|version| version.starts_with("aquasecurity.github.io"))
}

const OPERATED: Asset = Asset {
    up: 1,
    class: AssetClass::Container,
    id: &["{metadata.namespace}/{metadata.name}", "metadata.name"],
    ..HOST
};

const OPERATOR_VULNERABILITY: Part = Part {
    id: &["vulnerabilityID"],
    text: &["title"],
    severity: &["severity"],
    scores: &["score"],
    fixed: &["fixedVersion"],
    target: &["target"],
    package: Some(Package {
        name: &["resource"],
        version: &["installedVersion"],
        purl: &["packagePURL"],
        file: &["packagePath"],
        ..PACKAGE
    }),
    asset: Some(OPERATED),
    ..VULNERABLE
};

const OPERATOR_CHECK: Part = Part {
    kind: "misconfiguration",
    id: &["checkID"],
    text: &["title"],
    severity: &["severity"],
    state: &["success {success}"],
    evidence: &["messages"],
    solution: &["remediation"],
    asset: Some(OPERATED),
    ..PART
};

const OPERATOR_SECRET: Part = Part {
    kind: "secret",
    id: &["ruleID"],
    text: &["title"],
    severity: &["severity"],
    target: &["target"],
    asset: Some(OPERATED),
    ..PART
};

/// The resources that Trivy's operator leaves in a cluster, one or a list.
pub(super) const TRIVY_OPERATOR: Shape = Shape {
    format: Format::TrivyOperator,
    marks: &["apiVersion", "kind"],
    only_if: Some(is_trivy_operator),
    observed: &["/report.updateTimestamp"],
    parts: &[
        Part { levels: &["", "report.vulnerabilities"], ..OPERATOR_VULNERABILITY },
        Part { levels: &["items", "report.vulnerabilities"], ..OPERATOR_VULNERABILITY },
        Part { levels: &["", "report.checks"], ..OPERATOR_CHECK },
        Part { levels: &["items", "report.checks"], ..OPERATOR_CHECK },
        Part { levels: &["", "report.secrets"], ..OPERATOR_SECRET },
        Part { levels: &["items", "report.secrets"], ..OPERATOR_SECRET },
        Part {
            levels: &["", "status.detailReport.results", "checks"],
            id: &["^id"],
            text: &["^name"],
            severity: &["^severity"],
            asset: None,
            ..OPERATOR_CHECK
        },
        Part {
            levels: &["", "status.summaryReport.controlCheck"],
            id: &["id"],
            text: &["name"],
            state: &["failed {totalFail}"],
            asset: None,
            ..OPERATOR_CHECK
        },
    ],
    ..IMAGE_SHAPE
};

const POLICY_RESULT: Part = Part {
    id: &["policy"],
    text: &["message"],
    severity: &["severity"],
    state: &["result"],
    fixed: &["properties.fixedVersion"],
    package: Some(Package {
        name: &["properties.pkgName"],
        version: &["properties.installedVersion"],
        ..PACKAGE
    }),
    asset: Some(Asset { up: 1, id: &["{scope.kind}/{scope.name}", "metadata.name"], ..IMAGE }),
    ..PART
};

pub(super) const OPEN_REPORTS: Shape = Shape {
    format: Format::OpenReports,
    marks: &["apiVersion", "kind"],
    only_if: Some(|node| {
        let version = node.first("items.apiVersion").or_else(|| node.first("apiVersion"));
        version.is_some_and(|version| version.starts_with("openreports.io"))
    }),
    parts: &[
        Part { levels: &["items", "results"], ..POLICY_RESULT },
        Part { levels: &["", "results"], ..POLICY_RESULT },
    ],
    ..IMAGE_SHAPE
};
