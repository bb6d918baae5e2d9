// SPDX-License-Identifier: Apache-2.0
//! Further scanners of packages, images, hosts and applications.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, Join, PACKAGE, PART, Package, Part, SHAPE, Shape};

const VULNERABLE: Part = Part { kind: "vulnerability", ..PART };
const SITE: Asset = Asset { class: AssetClass::Application, ..HOST };

pub(super) const PACKAGES: [Shape; 11] = [
    Shape {
        format: Format::Mend,
        marks: &["vulnerabilities.library", "vulnerabilities.topFix"],
        parts: &[Part {
            levels: &["vulnerabilities"],
            id: &["name"],
            text: &["description"],
            severity: &["cvss3_severity", "severity"],
            scores: &["scoreMetadataVector", "cvss3_score", "score"],
            solution: &["topFix.fixResolution", "topFix.message"],
            package: Some(Package {
                name: &["library.artifactId", "library.name"],
                group: &["library.groupId"],
                version: &["library.version"],
                file: &["library.filename"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Mend,
        marks: &["projectVitals", "libraries"],
        observed: &["/projectVitals.lastUpdatedDate"],
        subject: &["/projectVitals.name"],
        parts: &[
            Part {
                levels: &["libraries"],
                listing: true,
                package: Some(Package {
                    name: &["name"],
                    group: &["groupId"],
                    version: &["version"],
                    licenses: &["licenses.name"],
                    ..PACKAGE
                }),
                ..PART
            },
            Part {
                levels: &["libraries", "vulnerabilities"],
                id: &["name"],
                text: &["description"],
                severity: &["cvss3_severity", "severity"],
                scores: &["scoreMetadataVector", "cvss3_score", "score"],
                solution: &["topFix.fixResolution", "fixResolutionText"],
                package: Some(Package {
                    name: &["^name"],
                    group: &["^groupId"],
                    version: &["^version"],
                    licenses: &["^licenses.name"],
                    ..PACKAGE
                }),
                ..VULNERABLE
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::SonatypeIq,
        marks: &["components.componentIdentifier", "matchSummary"],
        parts: &[
            Part {
                levels: &["components"],
                listing: true,
                package: Some(Package {
                    name: &[
                        "componentIdentifier.coordinates.artifactId",
                        "componentIdentifier.coordinates.name",
                        "displayName",
                    ],
                    group: &["componentIdentifier.coordinates.groupId"],
                    version: &["componentIdentifier.coordinates.version"],
                    purl: &["packageUrl"],
                    ecosystem: &["componentIdentifier.format"],
                    licenses: &["licenseData.declaredLicenses.licenseId"],
                    ..PACKAGE
                }),
                ..PART
            },
            Part {
                levels: &["components", "securityData.securityIssues"],
                id: &["reference"],
                severity: &["threatCategory"],
                state: &["status"],
                scores: &["severity"],
                weaknesses: &["cwe"],
                package: Some(Package {
                    name: &[
                        "^componentIdentifier.coordinates.artifactId",
                        "^componentIdentifier.coordinates.name",
                        "^displayName",
                    ],
                    group: &["^componentIdentifier.coordinates.groupId"],
                    version: &["^componentIdentifier.coordinates.version"],
                    purl: &["^packageUrl"],
                    ecosystem: &["^componentIdentifier.format"],
                    licenses: &["^licenseData.declaredLicenses.licenseId"],
                    ..PACKAGE
                }),
                ..VULNERABLE
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::BlackDuck,
        marks: &["componentName", "vulnerabilityWithRemediation"],
        parts: &[Part {
            levels: &[""],
            id: &["vulnerabilityWithRemediation.vulnerabilityName"],
            text: &["vulnerabilityWithRemediation.description"],
            severity: &["vulnerabilityWithRemediation.severity"],
            state: &["vulnerabilityWithRemediation.remediationStatus"],
            vulnerabilities: &["vulnerabilityWithRemediation.relatedVulnerability"],
            weaknesses: &["vulnerabilityWithRemediation.cweId"],
            scores: &["vulnerabilityWithRemediation.overallScore", "vulnerabilityWithRemediation.baseScore"],
            first_seen: &["vulnerabilityWithRemediation.remediationCreatedAt"],
            package: Some(Package {
                name: &["componentName"],
                version: &["componentVersionName"],
                ecosystem: &["componentVersionOriginName"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::BlackDuckCsv,
        marks: &["Project name", "Channel version origin", "Vulnerability id"],
        parts: &[Part {
            levels: &[""],
            id: &["Vulnerability id"],
            text: &["Description"],
            severity: &["Security Risk"],
            state: &["Remediation status"],
            scores: &["Base score"],
            package: Some(Package { name: &["Project name"], version: &["Version"], ..PACKAGE }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::BlackDuckCsv,
        marks: &["Component", "Version", "CVE", "Matching type", "Object full path"],
        parts: &[Part {
            levels: &[""],
            id: &["CVE", "BDSA"],
            text: &["Summary"],
            scores: &["CVSS vector (v3)", "CVSS3", "CVSS"],
            target: &["Object full path"],
            package: Some(Package {
                name: &["Component"],
                version: &["Version"],
                file: &["Object full path"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::VeracodeSca,
        marks: &["_embedded.issues.library", "_embedded.issues.vulnerability"],
        parts: &[Part {
            levels: &["_embedded.issues"],
            id: &["CVE-{vulnerability.cve}", "vulnerability.id"],
            text: &["vulnerability.title"],
            severity: &["severity"],
            state: &["issue_status"],
            weaknesses: &["vulnerability.cwe_id"],
            scores: &["vulnerability.cvss3_vector", "vulnerability.cvss3_score"],
            first_seen: &["created_date"],
            package: Some(Package {
                name: &["library.id", "library.name"],
                version: &["library.version"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Kiuwan,
        marks: &["cve", "securityRisk", "components"],
        parts: &[Part {
            levels: &["", "components"],
            id: &["^cve"],
            text: &["^description"],
            severity: &["^securityRisk"],
            weaknesses: &["^cwe"],
            scores: &["^cVSSv3BaseScore", "^cVSSv2BaseScore"],
            package: Some(Package { name: &["artifact"], version: &["version"], ..PACKAGE }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Scantist,
        marks: &["Public ID", "Library", "Library Version"],
        parts: &[Part {
            levels: &[""],
            id: &["Public ID"],
            text: &["Description"],
            severity: &["Score"],
            fixed: &["Patched Version"],
            target: &["File Path"],
            package: Some(Package {
                name: &["Library"],
                version: &["Library Version"],
                file: &["File Path"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::CheckmarxOsa,
        marks: &["cveName", "libraryId"],
        parts: &[Part {
            levels: &[""],
            id: &["cveName", "id"],
            text: &["description"],
            severity: &["severity.name"],
            state: &["state.name"],
            scores: &["score"],
            solution: &["recommendations"],
            package: Some(Package { name: &["~name"], version: &["~version"], ..PACKAGE }),
            // The second list of the document holds the libraries.
            keep: Some(|node| node.has("libraryId")),
            join: Some(Join { table: "", key: "id", by: "libraryId" }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::GithubAlerts,
        marks: &["data"],
        only_if: Some(|node| {
            node.has("data.repository.vulnerabilityAlerts")
                || node.has("data.search.nodes.vulnerabilityAlerts")
        }),
        parts: &[
            Part { levels: &["data.repository", "vulnerabilityAlerts.nodes"], ..GITHUB_ALERT },
            Part { levels: &["data.search.nodes", "vulnerabilityAlerts.nodes"], ..GITHUB_ALERT },
        ],
        ..SHAPE
    },
];

const GITHUB_ALERT: Part = Part {
    id: &["securityVulnerability.advisory.ghsaId", "securityVulnerability.advisory.identifiers.value", "id"],
    text: &["securityVulnerability.advisory.summary"],
    severity: &["securityVulnerability.severity"],
    state: &["state"],
    vulnerabilities: &["securityVulnerability.advisory.identifiers.value"],
    weaknesses: &["securityVulnerability.advisory.cwes.nodes.cweId"],
    scores: &["securityVulnerability.advisory.cvss.vectorString"],
    fixed: &["securityVulnerability.firstPatchedVersion.identifier"],
    target: &["{^name}/{vulnerableManifestPath}", "^name"],
    first_seen: &["createdAt"],
    package: Some(Package {
        name: &["securityVulnerability.package.name"],
        version: &["vulnerableRequirements"],
        ecosystem: &["securityVulnerability.package.ecosystem"],
        ..PACKAGE
    }),
    asset: Some(Asset { up: 1, class: AssetClass::Application, id: &["name"], ..HOST }),
    ..VULNERABLE
};

pub(super) const HOSTS: [Shape; 8] = [
    Shape {
        format: Format::Vulners,
        marks: &["data.report.vulnID", "data.vulns"],
        parts: &[Part {
            levels: &["data.report"],
            id: &["vulnID"],
            text: &["title"],
            severity: &["severityText", "severity"],
            solution: &["cumulativeFix"],
            asset: Some(Asset {
                id: &["agentip", "agentfqdn"],
                names: &["agentfqdn"],
                ips: &["agentip"],
                ..HOST
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Edgescan,
        marks: &["asset_id", "location_specifier_id", "date_opened"],
        parts: &[Part {
            levels: &[""],
            id: &["id"],
            text: &["name"],
            severity: &["severity"],
            state: &["status"],
            vulnerabilities: &["cves"],
            weaknesses: &["cwes"],
            scores: &["cvss_vector", "cvss_score"],
            solution: &["remediation"],
            target: &["location"],
            first_seen: &["date_opened"],
            asset: Some(Asset {
                id: &["asset_name", "location"],
                names: &["location"],
                ips: &["location"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::CyCognito,
        marks: &["affected_asset", "issue_id", "issue_status"],
        parts: &[Part {
            levels: &[""],
            id: &["issue_id", "id"],
            text: &["title", "summary"],
            severity: &["severity"],
            state: &["issue_status"],
            vulnerabilities: &["cve_ids", "title"],
            solution: &["remediation_method"],
            first_seen: &["first_detected"],
            last_seen: &["last_detected"],
            asset: Some(Asset { id: &["affected_asset"], ..HOST }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SshAudit,
        marks: &["banner", "kex", "mac"],
        parts: &[Part {
            levels: &["cves"],
            id: &["name"],
            text: &["description"],
            scores: &["cvssv2"],
            port: &["=22"],
            package: Some(Package { name: &["/banner.software"], ..PACKAGE }),
            asset: Some(Asset { id: &["/target"], names: &["/target"], ..HOST }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::KubeHunter,
        marks: &["nodes", "services", "vulnerabilities"],
        parts: &[
            Part {
                levels: &["nodes"],
                listing: true,
                asset: Some(Asset { id: &["location"], names: &["location"], ips: &["location"], ..HOST }),
                ..PART
            },
            Part {
                levels: &["vulnerabilities"],
                id: &["vid"],
                text: &["vulnerability"],
                severity: &["severity"],
                target: &["location"],
                evidence: &["evidence"],
                vulnerabilities: &["vulnerability", "description"],
                ..PART
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Nettacker,
        marks: &["scan_id", "target", "module_name", "port"],
        parts: &[Part {
            levels: &[""],
            id: &["module_name"],
            text: &["event"],
            target: &["target"],
            port: &["port"],
            last_seen: &["date"],
            asset: Some(Asset { id: &["target"], names: &["target"], ips: &["target"], ..HOST }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::WhatWeb,
        marks: &["target", "http_status", "plugins"],
        parts: &[Part {
            levels: &["", "plugins.*"],
            kind: "information",
            id: &["#key"],
            evidence: &["version", "string"],
            target: &["^target"],
            asset: Some(Asset {
                up: 1,
                id: &["target"],
                names: &["target"],
                ips: &["plugins.IP.string"],
                ..SITE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::AzureSecurityCenter,
        marks: &["subscriptionId", "resourceId", "recommendationId", "severity"],
        parts: &[Part {
            levels: &[""],
            kind: "misconfiguration",
            id: &["recommendationName", "recommendationId"],
            text: &["recommendationDisplayName"],
            severity: &["severity"],
            state: &["state"],
            solution: &["remediationSteps"],
            first_seen: &["firstEvaluationDate"],
            last_seen: &["exportedTimestamp"],
            asset: Some(Asset {
                class: AssetClass::CloudResource,
                id: &["resourceId"],
                names: &["resourceName"],
                cloud: Some(("azure:", "resourceId")),
                organisation: &["subscriptionName"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
];
