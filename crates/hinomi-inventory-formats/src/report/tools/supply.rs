// SPDX-License-Identifier: Apache-2.0
//! Packages and what is wrong with them, from services and tools that are asked less often than those of `packages`.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, Join, PACKAGE, PART, Package, Part, SHAPE, Shape};

const VULNERABLE: Part = Part { kind: "vulnerability", ..PART };

const METERIAN: Part = Part {
    id: &["cve", "id"],
    text: &["description"],
    severity: &["severity"],
    vulnerabilities: &["cve"],
    weaknesses: &["cwe"],
    scores: &["cvss"],
    fixed: &["^safeVersions.latestPatch", "^safeVersions.latestMinor", "^safeVersions.latestMajor"],
    package: Some(Package {
        name: &["^dependency.name"],
        version: &["^dependency.version"],
        ecosystem: &["^^language"],
        file: &["^locations"],
        ..PACKAGE
    }),
    ..PART
};

const ORT_PACKAGE: Package = Package { name: &["id"], purl: &["purl"], ..PACKAGE };
const ORT_JOINED: Package = Package { name: &["~id"], purl: &["~purl"], ..PACKAGE };
const ORT_PACKAGES: Join = Join { table: "packages", key: "_id", by: "pkg" };

const SPECTRA_COMPONENT: Package = Package {
    name: &["identity.product", "product", "name"],
    group: &["identity.publisher", "publisher"],
    version: &["identity.version", "version"],
    purl: &["identity.purl", "purl"],
    cpe: &["identity.cpe", "cpe"],
    file: &["path", "name"],
    licenses: &["identity.license", "license"],
    ..PACKAGE
};

pub(super) const SUPPLY: [Shape; 10] = [
    Shape {
        format: Format::GcloudArtifact,
        marks: &["package_vulnerability_summary", "image_summary"],
        subject: &["/image_summary.fully_qualified_digest"],
        parts: &[Part {
            levels: &["package_vulnerability_summary.vulnerabilities.*", "vulnerability.packageIssue"],
            id: &["^vulnerability.shortDescription", "^noteName"],
            text: &["^vulnerability.longDescription"],
            severity: &["effectiveSeverity", "^vulnerability.effectiveSeverity"],
            vulnerabilities: &["^vulnerability.relatedUrls.url"],
            scores: &["^vulnerability.cvssScore"],
            fixed: &["fixedVersion.fullName"],
            first_seen: &["^createTime"],
            last_seen: &["^updateTime"],
            package: Some(Package {
                name: &["affectedPackage"],
                version: &["affectedVersion.fullName"],
                ecosystem: &["packageType"],
                file: &["fileLocation.filePath"],
                ..PACKAGE
            }),
            asset: Some(Asset {
                class: AssetClass::ContainerImage,
                up: 1,
                id: &["resourceUri"],
                names: &["resourceUri"],
                ..HOST
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Meterian,
        marks: &["reports.security", "scores"],
        observed: &["/timestamp"],
        parts: &[Part { levels: &["reports.security.reports", "reports", "advices"], ..METERIAN }],
        ..SHAPE
    },
    Shape {
        format: Format::Meterian,
        marks: &["security.reports", "scores"],
        observed: &["/timestamp"],
        parts: &[Part { levels: &["security.reports", "reports", "advices"], ..METERIAN }],
        ..SHAPE
    },
    Shape {
        format: Format::Ort,
        marks: &["packages._id", "scan_results", "dependency_trees"],
        subject: &["/repository.vcs_processed.url"],
        parts: &[
            Part { levels: &["packages"], listing: true, package: Some(ORT_PACKAGE), ..PART },
            Part {
                levels: &["issues"],
                id: &["{source}/{type}"],
                text: &["message"],
                severity: &["severity"],
                solution: &["how_to_fix"],
                last_seen: &["timestamp"],
                join: Some(ORT_PACKAGES),
                package: Some(ORT_JOINED),
                ..PART
            },
            Part {
                levels: &["rule_violations"],
                kind: "licence",
                id: &["rule"],
                text: &["message"],
                severity: &["severity"],
                solution: &["how_to_fix"],
                join: Some(ORT_PACKAGES),
                package: Some(ORT_JOINED),
                ..PART
            },
            Part {
                levels: &["vulnerabilities"],
                id: &["id"],
                text: &["summary", "description"],
                severity: &["references.severity"],
                join: Some(ORT_PACKAGES),
                package: Some(ORT_JOINED),
                ..VULNERABLE
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Satellite,
        marks: &["results.errata_id", "results.hosts_applicable_count"],
        parts: &[Part {
            levels: &["results"],
            id: &["errata_id"],
            text: &["title"],
            severity: &["severity"],
            state: &["type"],
            vulnerabilities: &["errata_id", "cves.cve_id", "cves"],
            solution: &["solution"],
            evidence: &["packages"],
            fixed: &["packages"],
            first_seen: &["issued"],
            last_seen: &["updated"],
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SpectraAssure,
        marks: &["report.metadata.components", "report.info.file"],
        observed: &["/timestamp"],
        version: &["/schema"],
        subject: &["/report.info.file.name"],
        parts: &[
            Part {
                levels: &["report.metadata.components.*"],
                listing: true,
                package: Some(SPECTRA_COMPONENT),
                ..PART
            },
            Part {
                levels: &["report.metadata.dependencies.*"],
                listing: true,
                package: Some(SPECTRA_COMPONENT),
                ..PART
            },
            Part {
                levels: &["report.metadata.components.*", "identity.vulnerabilities.active"],
                id: &[""],
                scores: &["~cvss.baseScore"],
                state: &["=active"],
                join: Some(SPECTRA_VULNERABILITIES),
                package: Some(SPECTRA_COMPONENT_ABOVE),
                ..VULNERABLE
            },
            Part {
                levels: &["report.metadata.dependencies.*", "vulnerabilities.active"],
                id: &[""],
                scores: &["~cvss.baseScore"],
                state: &["=active"],
                join: Some(SPECTRA_VULNERABILITIES),
                package: Some(SPECTRA_COMPONENT_ABOVE),
                ..VULNERABLE
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::VeracodeSca,
        marks: &["Issue ID", "Issue type", "Library", "Version in use", "Package manager"],
        parts: &[Part {
            levels: &[""],
            id: &["CVE-{CVE}", "Issue ID"],
            text: &["Title"],
            severity: &["Severity"],
            state: &["Status"],
            scores: &["CVSS score"],
            fixed: &["Updated Version"],
            first_seen: &["Issue opened: Scan date"],
            last_seen: &["Scan date"],
            kinds: Some(("Issue type", &[("License", "licence"), ("Library", "information")])),
            package: Some(Package {
                name: &["Coordinate 2", "Coordinate 1", "Library"],
                group: &["Coordinate 1"],
                version: &["Version in use"],
                ecosystem: &["Package manager"],
                licenses: &["License"],
                ..PACKAGE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Zora,
        marks: &["source", "image", "id", "fixVersion"],
        parts: &[Part {
            levels: &[""],
            id: &["id"],
            text: &["title"],
            severity: &["severity"],
            state: &["status"],
            evidence: &["description"],
            fixed: &["fixVersion"],
            asset: Some(Asset {
                class: AssetClass::ContainerImage,
                id: &["image"],
                names: &["image"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::GithubSnapshot,
        marks: &["detector", "manifests", "job"],
        observed: &["/scanned"],
        version: &["/version"],
        parts: &[Part {
            levels: &["manifests.*", "resolved.*"],
            listing: true,
            package: Some(Package {
                name: &["#key"],
                purl: &["package_url"],
                file: &["^file.source_location", "^name"],
                ..PACKAGE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::GenericFindings,
        marks: &["Title", "Severity", "Description", "Date"],
        parts: &[Part {
            levels: &[""],
            id: &["Vulnerability Id", "CVE", "Title"],
            text: &["Title"],
            severity: &["Severity"],
            vulnerabilities: &["Vulnerability Id", "CVE", "Title"],
            weaknesses: &["CweId"],
            scores: &["CVSSV4", "CVSSV3"],
            solution: &["Mitigation"],
            fixed: &["fix_version"],
            target: &["Url", "FilePath"],
            last_seen: &["Date"],
            asset: Some(super::site_of(&["Url"])),
            ..PART
        }],
        ..SHAPE
    },
];

const SPECTRA_VULNERABILITIES: Join =
    Join { table: "report.metadata.vulnerabilities.*", key: "#key", by: "" };

const SPECTRA_COMPONENT_ABOVE: Package = Package {
    name: &["^identity.product", "^product", "^name"],
    group: &["^identity.publisher", "^publisher"],
    version: &["^identity.version", "^version"],
    purl: &["^identity.purl", "^purl"],
    cpe: &["^identity.cpe", "^cpe"],
    file: &["^path", "^name"],
    licenses: &["^identity.license", "^license"],
    ..PACKAGE
};
