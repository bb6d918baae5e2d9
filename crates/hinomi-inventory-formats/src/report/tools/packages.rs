// SPDX-License-Identifier: Apache-2.0
//! Scanners of lock files and of the packages of a project.

use crate::Format;
use crate::report::shape::{Join, PACKAGE, PART, Package, Part, SHAPE, Shape};

const VULNERABLE: Part = Part { kind: "vulnerability", ..PART };

/// Snyk's own JSON (`snyk test --json`), of one project or a list of them.
/// `snyk iac test --json`: checks of templates, without packages.
pub(super) const SNYK_IAC: Shape = Shape {
    format: Format::Snyk,
    marks: &["infrastructureAsCodeIssues"],
    subject: &["/projectName", "/path"],
    parts: &[Part {
        levels: &["", "infrastructureAsCodeIssues"],
        kind: "misconfiguration",
        id: &["id"],
        text: &["title"],
        severity: &["severity"],
        solution: &["resolve", "iacDescription.resolve"],
        evidence: &["issue", "iacDescription.issue"],
        target: &["{^targetFile}:{lineNumber}", "^targetFile"],
        ..PART
    }],
    ..SHAPE
};

const SNYK_FOUND: Part = Part {
    id: &["id"],
    text: &["title"],
    severity: &["severity"],
    kinds: Some(("type", &[("license", "licence")])),
    vulnerabilities: &["identifiers.CVE", "identifiers.GHSA", "id"],
    weaknesses: &["identifiers.CWE"],
    scores: &["CVSSv3", "cvssScore"],
    fixed: &["nearestFixedInVersion", "fixedIn"],
    target: &["^displayTargetFile", "^targetFile", "^path"],
    last_seen: &["^scanTime"],
    package: Some(Package {
        name: &["packageName", "moduleName", "name"],
        version: &["version"],
        ecosystem: &["packageManager", "^packageManager"],
        ..PACKAGE
    }),
    ..VULNERABLE
};

pub(super) const SNYK: Shape = Shape {
    format: Format::Snyk,
    marks: &["vulnerabilities", "packageManager", "ok"],
    subject: &["/projectName", "/docker.image", "/path"],
    parts: &[
        Part { levels: &["", "vulnerabilities"], ..SNYK_FOUND },
        // What lies in an image beside the packages of its system.
        Part { levels: &["", "applications", "vulnerabilities"], ..SNYK_FOUND },
    ],
    ..SHAPE
};

/// Issues of Snyk's REST interface.
pub(super) const SNYK_API: Shape = Shape {
    format: Format::SnykIssues,
    marks: &["data.attributes.effective_severity_level"],
    parts: &[Part {
        levels: &["data"],
        id: &["attributes.key", "id"],
        text: &["attributes.title"],
        severity: &["attributes.effective_severity_level"],
        state: &["attributes.status"],
        vulnerabilities: &["attributes.problems.id"],
        weaknesses: &["attributes.classes.id"],
        scores: &["attributes.severities.vector"],
        first_seen: &["attributes.created_at"],
        last_seen: &["attributes.updated_at"],
        package: Some(Package {
            name: &["attributes.coordinates.representations.dependency.package_name"],
            version: &["attributes.coordinates.representations.dependency.package_version"],
            purl: &["attributes.coordinates.representations.package.url"],
            ..PACKAGE
        }),
        ..PART
    }],
    ..SHAPE
};

const CHECKED: Package = Package {
    name: &["fileName", "@fileName"],
    purl: &["identifiers.package.id", "packages.id"],
    cpe: &["identifiers.vulnerabilityIds.id", "vulnerabilityIds.id"],
    file: &["filePath"],
    licenses: &["license"],
    ..PACKAGE
};

const CHECKED_ABOVE: Package = Package {
    name: &["^fileName"],
    purl: &["^identifiers.package.id", "^packages.id"],
    cpe: &["^identifiers.vulnerabilityIds.id", "^vulnerabilityIds.id"],
    file: &["^filePath"],
    licenses: &["^license"],
    ..PACKAGE
};

const CHECK_FINDING: Part = Part {
    id: &["name"],
    text: &["description"],
    severity: &["severity", "cvssv3.baseSeverity", "cvssV3.baseSeverity"],
    weaknesses: &["cwes.cwe", "cwes", "cwe"],
    scores: &[
        "cvssV4.baseScore",
        "cvssv4.baseScore",
        "cvssV3.baseScore",
        "cvssv3.baseScore",
        "cvssV2.score",
        "cvssv2.score",
    ],
    fixed: &[
        "vulnerableSoftware.software.@versionEndExcluding",
        "vulnerableSoftware.software.versionEndExcluding",
    ],
    package: Some(CHECKED_ABOVE),
    ..VULNERABLE
};

/// OWASP Dependency-Check, XML and JSON: every dependency is a component, suppressed findings say so.
pub(super) const DEPENDENCY_CHECK: [Shape; 2] = [
    Shape {
        format: Format::DependencyCheck,
        marks: &["analysis"],
        observed: &["/projectInfo.reportDate"],
        version: &["/scanInfo.engineVersion"],
        subject: &["/projectInfo.name"],
        parts: CHECK_XML,
        ..SHAPE
    },
    Shape {
        format: Format::DependencyCheck,
        marks: &["reportSchema", "dependencies", "projectInfo"],
        observed: &["/projectInfo.reportDate"],
        version: &["/scanInfo.engineVersion"],
        subject: &["/projectInfo.name"],
        parts: CHECK_JSON,
        ..SHAPE
    },
];

const CHECK_XML: &[Part] = &[
    Part { levels: &["dependencies.dependency"], listing: true, package: Some(CHECKED), ..PART },
    Part { levels: &["dependencies.dependency", "vulnerabilities.vulnerability"], ..CHECK_FINDING },
    Part {
        levels: &["dependencies.dependency", "vulnerabilities.suppressedVulnerability"],
        state: &["=suppressed"],
        ..CHECK_FINDING
    },
];

const CHECK_JSON: &[Part] = &[
    Part { levels: &["dependencies"], listing: true, package: Some(CHECKED), ..PART },
    Part { levels: &["dependencies", "vulnerabilities"], ..CHECK_FINDING },
    Part { levels: &["dependencies", "suppressedVulnerabilities"], state: &["=suppressed"], ..CHECK_FINDING },
];

pub(super) const DEPENDENCY_CHECK_CSV: Shape = Shape {
    format: Format::DependencyCheckCsv,
    marks: &["DependencyName", "DependencyPath", "CVE"],
    parts: &[Part {
        levels: &[""],
        id: &["CVE"],
        text: &["Vulnerability"],
        severity: &["CVSSv3_BaseSeverity", "CVSSv2_Severity"],
        weaknesses: &["CWE"],
        scores: &["CVSSv3", "CVSSv3_BaseScore", "CVSSv2", "CVSSv2_Score"],
        last_seen: &["ScanDate"],
        package: Some(Package {
            name: &["DependencyName"],
            purl: &["Identifiers"],
            cpe: &["CPE"],
            file: &["DependencyPath"],
            ..PACKAGE
        }),
        ..VULNERABLE
    }],
    ..SHAPE
};

pub(super) const OSV_SCANNER: Shape = Shape {
    format: Format::OsvScanner,
    marks: &["results.packages.package", "results.source"],
    parts: &[
        Part {
            levels: &["results", "packages"],
            listing: true,
            package: Some(Package {
                name: &["package.name"],
                version: &["package.version"],
                ecosystem: &["package.ecosystem"],
                file: &["^source.path"],
                ..PACKAGE
            }),
            ..PART
        },
        Part {
            levels: &["results", "packages", "vulnerabilities"],
            id: &["id"],
            text: &["summary", "details"],
            severity: &["database_specific.severity"],
            vulnerabilities: &["aliases"],
            weaknesses: &["database_specific.cwe_ids"],
            scores: &["severity.score"],
            fixed: &["affected.ranges.events.fixed"],
            target: &["^^source.path"],
            package: Some(Package {
                name: &["^package.name"],
                version: &["^package.version"],
                ecosystem: &["^package.ecosystem"],
                file: &["^^source.path"],
                ..PACKAGE
            }),
            ..VULNERABLE
        },
    ],
    ..SHAPE
};

const NPM_ADVISORY: Part = Part {
    id: &["^id", "^github_advisory_id"],
    text: &["^title"],
    severity: &["^severity"],
    vulnerabilities: &["^cves", "^github_advisory_id", "^url"],
    weaknesses: &["^cwe"],
    scores: &["^cvss.vectorString", "^cvss.score"],
    solution: &["^recommendation"],
    fixed: &["^patched_versions"],
    target: &["paths"],
    package: Some(Package {
        name: &["^module_name"],
        version: &["version"],
        ecosystem: &["=npm"],
        ..PACKAGE
    }),
    ..VULNERABLE
};

/// `npm audit --json` of npm 6 and pnpm, of npm 7 and later, and `yarn audit --json`.
pub(super) const NPM_AUDIT: [Shape; 4] = [
    Shape {
        format: Format::NpmAudit,
        marks: &["advisories", "metadata"],
        parts: &[Part { levels: &["advisories.*", "findings"], ..NPM_ADVISORY }],
        ..SHAPE
    },
    Shape {
        format: Format::NpmAudit,
        marks: &["auditReportVersion", "vulnerabilities"],
        parts: &[Part {
            levels: &["vulnerabilities.*"],
            id: &["via.url", "via.source", "#key"],
            text: &["via.title", "name"],
            severity: &["severity"],
            vulnerabilities: &["via.url"],
            weaknesses: &["via.cwe"],
            scores: &["via.cvss.vectorString"],
            evidence: &["{name} {range}"],
            fixed: &["fixAvailable.version"],
            target: &["nodes"],
            package: Some(Package { name: &["name", "#key"], ecosystem: &["=npm"], ..PACKAGE }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::NpmAudit,
        marks: &["type", "data.advisory"],
        parts: &[Part { levels: &["data.advisory", "findings"], ..NPM_ADVISORY }],
        ..SHAPE
    },
    Shape {
        format: Format::NpmAudit,
        marks: &["vulnerable_versions", "patched_versions", "module", "advisory"],
        parts: &[Part {
            levels: &[""],
            id: &["id"],
            text: &["title"],
            scores: &["cvss_vector", "cvss_score"],
            solution: &["recommendation"],
            fixed: &["patched_versions"],
            package: Some(Package {
                name: &["module"],
                version: &["version"],
                ecosystem: &["=npm"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
];

pub(super) const PIP_AUDIT: Shape = Shape {
    format: Format::PipAudit,
    marks: &["dependencies.name", "dependencies.vulns"],
    parts: &[
        Part {
            levels: &["dependencies"],
            listing: true,
            package: Some(Package {
                name: &["name"],
                version: &["version"],
                ecosystem: &["=pypi"],
                ..PACKAGE
            }),
            ..PART
        },
        Part {
            levels: &["dependencies", "vulns"],
            id: &["id"],
            text: &["description"],
            vulnerabilities: &["aliases"],
            fixed: &["fix_versions"],
            package: Some(Package {
                name: &["^name"],
                version: &["^version"],
                ecosystem: &["=pypi"],
                ..PACKAGE
            }),
            ..VULNERABLE
        },
    ],
    ..SHAPE
};

const CRATE: Package =
    Package { name: &["package.name"], version: &["package.version"], ecosystem: &["=cargo"], ..PACKAGE };

pub(super) const CARGO_AUDIT: Shape = Shape {
    format: Format::CargoAudit,
    marks: &["database", "lockfile", "vulnerabilities"],
    observed: &["/database.last-updated"],
    parts: &[
        Part {
            levels: &["vulnerabilities.list"],
            id: &["advisory.id"],
            text: &["advisory.title"],
            vulnerabilities: &["advisory.aliases"],
            scores: &["advisory.cvss"],
            fixed: &["versions.patched"],
            package: Some(CRATE),
            ..VULNERABLE
        },
        Part {
            levels: &["warnings.*"],
            kind: "information",
            id: &["advisory.id"],
            text: &["advisory.title", "kind"],
            state: &["kind"],
            package: Some(CRATE),
            ..PART
        },
    ],
    ..SHAPE
};

pub(super) const BUNDLER_AUDIT: Shape = Shape {
    format: Format::BundlerAudit,
    marks: &["results.gem.name"],
    observed: &["/created_at"],
    parts: &[Part {
        levels: &["results"],
        id: &["advisory.id"],
        text: &["advisory.title"],
        severity: &["advisory.criticality"],
        vulnerabilities: &["CVE-{advisory.cve}", "GHSA-{advisory.ghsa}"],
        scores: &["advisory.cvss_v3", "advisory.cvss_v2"],
        fixed: &["advisory.patched_versions"],
        package: Some(Package {
            name: &["gem.name"],
            version: &["gem.version"],
            ecosystem: &["=gem"],
            ..PACKAGE
        }),
        ..VULNERABLE
    }],
    ..SHAPE
};

/// govulncheck: the first form, and the stream of messages since 1.0.
pub(super) const GOVULNCHECK: [Shape; 2] = [
    Shape {
        format: Format::Govulncheck,
        marks: &["Calls", "Vulns"],
        parts: &[Part {
            levels: &["Vulns"],
            id: &["OSV.id"],
            text: &["OSV.details", "Symbol"],
            vulnerabilities: &["OSV.aliases"],
            fixed: &["OSV.affected.ranges.events.fixed"],
            package: Some(Package { name: &["ModPath", "PkgPath"], ecosystem: &["=go"], ..PACKAGE }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Govulncheck,
        marks: &["config.protocol_version"],
        parts: &[Part {
            levels: &["finding"],
            id: &["osv"],
            text: &["~summary"],
            vulnerabilities: &["~aliases"],
            fixed: &["fixed_version"],
            target: &["trace.function"],
            package: Some(Package {
                name: &["trace.module"],
                version: &["trace.version"],
                ecosystem: &["=go"],
                ..PACKAGE
            }),
            join: Some(Join { table: "osv", key: "id", by: "osv" }),
            ..VULNERABLE
        }],
        ..SHAPE
    },
];
