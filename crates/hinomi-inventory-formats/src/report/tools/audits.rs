// SPDX-License-Identifier: Apache-2.0
//! Auditors of one language each, and Dependency-Track.

use crate::Format;
use crate::model::ComponentKind;
use crate::report::shape::{PACKAGE, PART, Package, Part, SHAPE, Shape};

const VULNERABLE: Part = Part { kind: "vulnerability", ..PART };

/// Auditors of one language each.
pub(super) const AUDITS: [Shape; 9] = [
    Shape {
        format: Format::ComposerAudit,
        marks: &["advisories", "abandoned"],
        parts: &[Part {
            levels: &["advisories.*"],
            id: &["advisoryId"],
            text: &["title"],
            severity: &["severity"],
            vulnerabilities: &["cve", "sources.remoteId"],
            evidence: &["affectedVersions"],
            package: Some(Package { name: &["packageName"], ecosystem: &["=composer"], ..PACKAGE }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::MixAudit,
        marks: &["pass", "vulnerabilities"],
        parts: &[Part {
            levels: &["vulnerabilities"],
            id: &["advisory.id"],
            text: &["advisory.title"],
            severity: &["advisory.severity"],
            vulnerabilities: &["advisory.cve", "CVE-{advisory.cve}"],
            fixed: &["advisory.first_patched_versions"],
            target: &["dependency.lockfile"],
            package: Some(Package {
                name: &["dependency.package"],
                version: &["dependency.version"],
                ecosystem: &["=hex"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::DotnetVulnerable,
        marks: &["parameters", "projects.path"],
        parts: &[
            Part { levels: &["projects", "frameworks", "topLevelPackages", "vulnerabilities"], ..DOTNET },
            Part { levels: &["projects", "frameworks", "transitivePackages", "vulnerabilities"], ..DOTNET },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Nancy,
        marks: &["audited", "num_audited", "num_vulnerable"],
        parts: &[
            Part { levels: &["audited"], listing: true, package: Some(NANCY), ..PART },
            Part {
                levels: &["vulnerable", "Vulnerabilities"],
                id: &["Cve", "Id", "ID"],
                text: &["Title"],
                vulnerabilities: &["Title", "Cve"],
                scores: &["CvssVector", "CvssScore"],
                package: Some(Package { purl: &["^Coordinates"], ..PACKAGE }),
                ..VULNERABLE
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::AuditJs,
        marks: &["coordinates", "reference", "vulnerabilities"],
        parts: &[
            Part {
                levels: &[""],
                listing: true,
                package: Some(Package { purl: &["coordinates"], ..PACKAGE }),
                ..PART
            },
            Part {
                levels: &["", "vulnerabilities"],
                id: &["cve", "id"],
                text: &["title"],
                vulnerabilities: &["title"],
                weaknesses: &["cwe"],
                scores: &["cvssVector", "cvssScore"],
                package: Some(Package { purl: &["^coordinates"], ..PACKAGE }),
                ..VULNERABLE
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::DevAudit,
        marks: &["Packages.Package.pm", "Packages.Vulnerabilities"],
        parts: &[Part {
            levels: &["Packages", "Vulnerabilities"],
            id: &["id"],
            text: &["title"],
            vulnerabilities: &["cve", "title"],
            weaknesses: &["cwe"],
            scores: &["cvssVector", "cvssScore"],
            package: Some(Package {
                name: &["^Package.name"],
                version: &["^Package.version"],
                ecosystem: &["^Package.pm"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::RetireJs,
        marks: &["data.results.component"],
        observed: &["/start"],
        version: &["/version"],
        parts: &[Part {
            levels: &["data", "results", "vulnerabilities"],
            id: &["identifiers.CVE", "identifiers.githubID", "identifiers.summary"],
            text: &["identifiers.summary"],
            severity: &["severity"],
            vulnerabilities: &["identifiers.CVE", "identifiers.githubID", "info"],
            weaknesses: &["cwe"],
            fixed: &["below"],
            target: &["^^file"],
            package: Some(Package {
                name: &["^npmname", "^component"],
                version: &["^version"],
                ecosystem: &["=npm"],
                file: &["^^file"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SymfonyCheck,
        marks: &["*.advisories.link", "*.version"],
        parts: &[Part {
            levels: &["*", "advisories"],
            id: &["cve", "title"],
            text: &["title"],
            package: Some(Package {
                name: &["^#key"],
                version: &["^version"],
                ecosystem: &["=composer"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::DependencyTrack,
        marks: &["meta.application", "project", "findings"],
        observed: &["/meta.timestamp"],
        subject: &["/project.name"],
        subject_kind: ComponentKind::Application,
        parts: &[Part {
            levels: &["findings"],
            id: &["vulnerability.vulnId"],
            text: &["vulnerability.title", "vulnerability.description"],
            severity: &["vulnerability.severity"],
            state: &["analysis.state"],
            vulnerabilities: &[
                "vulnerability.aliases.cveId",
                "vulnerability.aliases.ghsaId",
                "vulnerability.aliases.osvId",
            ],
            weaknesses: &["vulnerability.cwes.cweId", "vulnerability.cweId"],
            scores: &["vulnerability.cvssV3BaseScore", "vulnerability.cvssV2BaseScore"],
            solution: &["vulnerability.recommendation"],
            first_seen: &["attribution.attributedOn"],
            package: Some(Package {
                name: &["component.name"],
                group: &["component.group"],
                version: &["component.version"],
                purl: &["component.purl"],
                cpe: &["component.cpe"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
];

const NANCY: Package = Package { purl: &["Coordinates"], ..PACKAGE };

const DOTNET: Part = Part {
    id: &["advisoryurl"],
    severity: &["severity"],
    vulnerabilities: &["advisoryurl"],
    target: &["^^^path"],
    package: Some(Package {
        name: &["^id"],
        version: &["^resolvedVersion"],
        ecosystem: &["=nuget"],
        ..PACKAGE
    }),
    ..VULNERABLE
};
