// SPDX-License-Identifier: Apache-2.0
//! Scanners of container images and clusters.

use crate::Format;
use crate::model::{AssetClass, ComponentKind};
use crate::report::shape::{Asset, HOST, PACKAGE, PART, Package, Part, SHAPE, Shape};

const VULNERABLE: Part = Part { kind: "vulnerability", ..PART };
const IMAGE: Asset = Asset { class: AssetClass::ContainerImage, ..HOST };
const IMAGE_SHAPE: Shape = Shape { subject_kind: ComponentKind::Container, ..SHAPE };

const ANCHORE: Part = Part {
    id: &["vuln"],
    severity: &["severity"],
    text: &["extra.description"],
    vulnerabilities: &["nvd_data.id"],
    scores: &["nvd_data.cvss_v3.base_score", "nvd_data.cvss_v2.base_score", "nvdData.cvssV3.baseScore"],
    fixed: &["fix"],
    ..VULNERABLE
};

/// Anchore's engine and its command line.
pub(super) const ANCHORE_VULNERABILITIES: [Shape; 2] = [
    Shape {
        format: Format::Anchore,
        marks: &["vulnerabilities", "vulnerability_type"],
        subject: &["/imageFullTag", "/image_digest", "/imageDigest"],
        parts: &[Part {
            levels: &["vulnerabilities"],
            package: Some(Package {
                name: &["package_name"],
                version: &["package_version"],
                cpe: &["package_cpe23", "package_cpe"],
                ecosystem: &["package_type", "feed_group"],
                ..PACKAGE
            }),
            ..ANCHORE
        }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Anchore,
        marks: &["feedGroup", "packageName", "vuln"],
        parts: &[Part {
            levels: &[""],
            package: Some(Package {
                name: &["packageName"],
                version: &["packageVersion"],
                cpe: &["packageCpe23", "packageCpe"],
                ecosystem: &["feedGroup", "packageType"],
                ..PACKAGE
            }),
            ..ANCHORE
        }],
        ..IMAGE_SHAPE
    },
];

const AQUA: Part = Part {
    id: &["name"],
    text: &["description"],
    severity: &["aqua_severity", "severity", "nvd_severity"],
    scores: &["aqua_vectors", "aqua_score", "nvd_cvss3_vectors", "nvd_score_v3", "score"],
    solution: &["solution"],
    fixed: &["fix_version"],
    first_seen: &["first_found_date"],
    last_seen: &["last_found_date"],
    ..VULNERABLE
};

const AQUA_RESOURCE: Package = Package {
    name: &["resource.name"],
    version: &["resource.version"],
    purl: &["resource.cpe"],
    cpe: &["resource.cpe"],
    ecosystem: &["resource.format"],
    file: &["resource.path"],
    ..PACKAGE
};

const AQUA_IMAGE_ABOVE: Asset = Asset { up: 1, id: &["image_name"], ..IMAGE };

const AQUA_RESOURCE_ABOVE: Package = Package {
    name: &["^resource.name"],
    version: &["^resource.version"],
    purl: &["^resource.cpe"],
    cpe: &["^resource.cpe"],
    ecosystem: &["^resource.format"],
    file: &["^resource.path"],
    ..PACKAGE
};

pub(super) const AQUA_SCANS: [Shape; 4] = [
    Shape {
        format: Format::Aqua,
        marks: &["image", "resources.resource"],
        subject: &["/image"],
        parts: &[
            Part { levels: &["resources"], listing: true, package: Some(AQUA_RESOURCE), ..PART },
            Part { levels: &["resources", "vulnerabilities"], package: Some(AQUA_RESOURCE_ABOVE), ..AQUA },
        ],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Aqua,
        marks: &["image_name", "results.resources"],
        parts: &[
            Part {
                levels: &["", "results.resources"],
                listing: true,
                package: Some(AQUA_RESOURCE),
                asset: Some(AQUA_IMAGE_ABOVE),
                ..PART
            },
            Part {
                levels: &["", "results.resources", "vulnerabilities"],
                package: Some(AQUA_RESOURCE_ABOVE),
                asset: Some(Asset { up: 2, ..AQUA_IMAGE_ABOVE }),
                ..AQUA
            },
        ],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Aqua,
        marks: &["image_name", "cves"],
        subject: &["/image_name"],
        parts: &[Part { levels: &["cves"], package: Some(Package { name: &["file"], ..PACKAGE }), ..AQUA }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Aqua,
        marks: &["count", "result.resource"],
        parts: &[Part {
            levels: &["result"],
            package: Some(AQUA_RESOURCE),
            asset: Some(Asset { id: &["image_name", "resource.image"], ..IMAGE }),
            ..AQUA
        }],
        ..IMAGE_SHAPE
    },
];

pub(super) const CLAIR: [Shape; 2] = [
    Shape {
        format: Format::Clair,
        marks: &["image", "unapproved", "vulnerabilities"],
        subject: &["/image"],
        parts: &[Part {
            levels: &["vulnerabilities"],
            id: &["vulnerability"],
            text: &["description"],
            severity: &["severity"],
            fixed: &["fixedby"],
            package: Some(Package {
                name: &["featurename"],
                version: &["featureversion"],
                ecosystem: &["namespace"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Clair,
        marks: &["LayerCount", "Vulnerabilities"],
        parts: &[Part {
            levels: &["Vulnerabilities.*"],
            id: &["Name"],
            text: &["Description"],
            severity: &["Severity"],
            fixed: &["FixedBy"],
            package: Some(Package {
                name: &["FeatureName"],
                version: &["FeatureVersion"],
                ecosystem: &["NamespaceName"],
                ..PACKAGE
            }),
            ..VULNERABLE
        }],
        ..IMAGE_SHAPE
    },
];

const HARBOR: Part = Part {
    id: &["id"],
    text: &["description"],
    severity: &["severity"],
    weaknesses: &["cwe_ids"],
    scores: &["preferred_cvss.vector_v3", "preferred_cvss.score_v3"],
    fixed: &["fix_version"],
    package: Some(Package { name: &["package"], version: &["version"], ..PACKAGE }),
    ..VULNERABLE
};

pub(super) const HARBOR_REPORTS: [Shape; 2] = [
    Shape {
        format: Format::Harbor,
        marks: &["*.generated_at", "*.scanner", "*.vulnerabilities"],
        observed: &["/*.generated_at"],
        parts: &[Part { levels: &["*.vulnerabilities"], ..HARBOR }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Harbor,
        marks: &["generated_at", "scanner", "vulnerabilities"],
        observed: &["/generated_at"],
        parts: &[Part { levels: &["vulnerabilities"], ..HARBOR }],
        ..IMAGE_SHAPE
    },
];

/// JFrog Xray: what the interface, the export and the command line write.
pub(super) const XRAY: [Shape; 4] = [
    Shape {
        format: Format::Xray,
        marks: &["artifacts.general", "artifacts.issues"],
        parts: &[Part {
            levels: &["artifacts", "issues"],
            id: &["cves.cve", "issue_id"],
            text: &["summary"],
            severity: &["severity"],
            vulnerabilities: &["cves.cve"],
            weaknesses: &["cves.cwe"],
            scores: &["cves.cvss_v3", "cves.cvss_v2"],
            target: &["impact_path"],
            first_seen: &["created"],
            asset: Some(Asset { up: 1, id: &["general.component_id"], ..IMAGE }),
            ..PART
        }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Xray,
        marks: &["scan_id", "vulnerabilities", "component_id"],
        parts: &[Part {
            levels: &["", "vulnerabilities"],
            id: &["cves.cve", "issue_id"],
            text: &["summary"],
            severity: &["severity"],
            vulnerabilities: &["cves.cve"],
            scores: &["cves.cvss_v3_vector", "cves.cvss_v3_score"],
            fixed: &["components.*.fixed_versions"],
            solution: &["extended_information.remediation"],
            package: Some(Package { name: &["components.#keys"], ..PACKAGE }),
            ..PART
        }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Xray,
        marks: &["total_rows", "rows"],
        parts: &[Part {
            levels: &["rows"],
            id: &["cves.cve", "issue_id"],
            text: &["summary"],
            severity: &["severity"],
            vulnerabilities: &["cves.cve", "summary"],
            scores: &["cves.cvss_v3_vector", "cves.cvss_v3_score", "cves.cvss_v2_vector"],
            fixed: &["fixed_versions"],
            target: &["path"],
            last_seen: &["artifact_scan_time"],
            package: Some(Package { name: &["vulnerable_component"], ..PACKAGE }),
            asset: Some(Asset { id: &["impacted_artifact"], ..IMAGE }),
            ..PART
        }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Xray,
        marks: &["total_count", "data.component_versions"],
        parts: &[Part {
            levels: &["data"],
            id: &["component_versions.more_details.cves.cve", "id"],
            text: &["summary"],
            severity: &["severity"],
            vulnerabilities: &["component_versions.more_details.cves.cve"],
            weaknesses: &["component_versions.more_details.cves.cwe"],
            scores: &["component_versions.more_details.cves.cvss_v3"],
            fixed: &["component_versions.fixed_versions"],
            package: Some(Package { name: &["component"], ..PACKAGE }),
            ..PART
        }],
        ..IMAGE_SHAPE
    },
];

pub(super) const NEUVECTOR: Shape = Shape {
    format: Format::NeuVector,
    marks: &["report.vulnerabilities", "report.modules"],
    parts: &[Part {
        levels: &["report.vulnerabilities"],
        id: &["name"],
        text: &["description"],
        severity: &["severity"],
        scores: &["vectors_v3", "score_v3", "vectors", "score"],
        fixed: &["fixed_version"],
        package: Some(Package {
            name: &["package_name"],
            version: &["package_version"],
            cpe: &["cpes"],
            ..PACKAGE
        }),
        ..VULNERABLE
    }],
    ..IMAGE_SHAPE
};

/// Sysdig: the command line, the export of the interface (two generations) and the table.
pub(super) const SYSDIG: [Shape; 4] = [
    Shape {
        format: Format::Sysdig,
        marks: &["info.scanTime", "scanner", "result.packages"],
        observed: &["/info.scanTime"],
        subject: &["/result.metadata.pullString"],
        parts: &[
            Part { levels: &["result.packages"], listing: true, package: Some(SYSDIG_PACKAGE), ..PART },
            Part {
                levels: &["result.packages", "vulns"],
                id: &["name"],
                severity: &["severity.value", "severity"],
                scores: &["cvssScore.value.vector", "cvssScore.value.score"],
                fixed: &["fixedInVersion"],
                package: Some(Package {
                    name: &["^name"],
                    version: &["^version"],
                    ecosystem: &["^type"],
                    file: &["^path"],
                    ..PACKAGE
                }),
                ..VULNERABLE
            },
        ],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Sysdig,
        marks: &["data.imageId", "data.vulnName"],
        parts: &[Part {
            levels: &["data"],
            id: &["vulnName"],
            severity: &["vulnSeverity"],
            scores: &["vulnCvssVector", "vulnCvssScore"],
            fixed: &["vulnFixVersion"],
            package: Some(Package {
                name: &["packageName"],
                version: &["packageVersion"],
                ecosystem: &["packageType"],
                file: &["packagePath"],
                ..PACKAGE
            }),
            asset: Some(Asset { id: &["imagePullString", "imageId"], os: &["osName"], ..IMAGE }),
            ..VULNERABLE
        }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Sysdig,
        marks: &["panels.data"],
        parts: &[Part {
            levels: &["panels", "data"],
            id: &["vuln_id"],
            severity: &["vuln_severity"],
            scores: &["vuln_cvss_vector", "vuln_cvss_score"],
            fixed: &["vuln_fixed_in_version"],
            package: Some(Package {
                name: &["scan_package_name"],
                version: &["scan_package_version"],
                ecosystem: &["scan_package_type"],
                file: &["scan_package_path"],
                ..PACKAGE
            }),
            asset: Some(Asset { id: &["container_image"], os: &["container_image_distro"], ..IMAGE }),
            ..VULNERABLE
        }],
        ..IMAGE_SHAPE
    },
    Shape {
        format: Format::Sysdig,
        marks: &["Vulnerability ID", "Severity", "Package name", "Package version", "Image"],
        parts: &[Part {
            levels: &[""],
            id: &["Vulnerability ID"],
            severity: &["Severity"],
            scores: &["CVSS vector", "CVSS score"],
            fixed: &["Fix version"],
            package: Some(Package {
                name: &["Package name"],
                version: &["Package version"],
                ecosystem: &["Package type"],
                file: &["Package path"],
                ..PACKAGE
            }),
            asset: Some(Asset { id: &["Image", "Image ID"], os: &["OS Name"], ..IMAGE }),
            ..VULNERABLE
        }],
        ..IMAGE_SHAPE
    },
];

const SYSDIG_PACKAGE: Package =
    Package { name: &["name"], version: &["version"], ecosystem: &["type"], file: &["path"], ..PACKAGE };
