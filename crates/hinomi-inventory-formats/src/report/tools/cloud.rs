// SPDX-License-Identifier: Apache-2.0
//! Findings that clouds, agents and services keep about hosts and resources.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, PACKAGE, PART, Package, Part, SHAPE, Shape};

const RESOURCE: Asset = Asset { class: AssetClass::CloudResource, ..HOST };

const ASFF: Part = Part {
    id: &["Vulnerabilities.Id", "GeneratorId"],
    text: &["Title"],
    severity: &["Severity.Label", "FindingProviderFields.Severity.Label"],
    state: &["Compliance.Status", "Workflow.Status"],
    vulnerabilities: &["Vulnerabilities.Id", "Vulnerabilities.RelatedVulnerabilities"],
    scores: &["Vulnerabilities.Cvss.BaseVector", "Vulnerabilities.Cvss.BaseScore"],
    solution: &["Remediation.Recommendation.Text"],
    fixed: &["Vulnerabilities.VulnerablePackages.FixedInVersion"],
    evidence: &["Description"],
    first_seen: &["FirstObservedAt", "CreatedAt"],
    last_seen: &["LastObservedAt", "UpdatedAt"],
    package: Some(Package {
        name: &["Vulnerabilities.VulnerablePackages.Name"],
        version: &[
            "{Vulnerabilities.VulnerablePackages.Version}-{Vulnerabilities.VulnerablePackages.Release}",
            "Vulnerabilities.VulnerablePackages.Version",
        ],
        ecosystem: &["Vulnerabilities.VulnerablePackages.PackageManager"],
        file: &["Vulnerabilities.VulnerablePackages.FilePath"],
        ..PACKAGE
    }),
    asset: Some(Asset {
        id: &["Resources.Id"],
        names: &["Resources.Tags.Name"],
        ips: &["Resources.Details.AwsEc2Instance.IpV4Addresses"],
        cloud: Some(("aws:", "Resources.Id")),
        organisation: &["AwsAccountId"],
        ..RESOURCE
    }),
    ..PART
};

/// AWS Security Hub (ASFF), Inspector and Prowler in the same form.
pub(super) const AWS: [Shape; 4] = [
    Shape {
        format: Format::SecurityHub,
        marks: &["findings.SchemaVersion"],
        parts: &[Part { levels: &["findings"], ..ASFF }],
        ..SHAPE
    },
    Shape {
        format: Format::SecurityHub,
        marks: &["Findings.SchemaVersion"],
        parts: &[Part { levels: &["Findings"], ..ASFF }],
        ..SHAPE
    },
    Shape {
        format: Format::SecurityHub,
        marks: &["SchemaVersion", "ProductArn"],
        parts: &[Part { levels: &[""], ..ASFF }],
        ..SHAPE
    },
    Shape {
        format: Format::Inspector,
        marks: &["findings.findingArn"],
        parts: &[Part {
            levels: &["findings"],
            id: &["packageVulnerabilityDetails.vulnerabilityId", "title"],
            text: &["title"],
            severity: &["severity"],
            state: &["status"],
            vulnerabilities: &[
                "packageVulnerabilityDetails.vulnerabilityId",
                "packageVulnerabilityDetails.relatedVulnerabilities",
            ],
            weaknesses: &["codeVulnerabilityDetails.cwes"],
            scores: &["packageVulnerabilityDetails.cvss.scoringVector", "inspectorScore"],
            solution: &["remediation.recommendation.text"],
            fixed: &["packageVulnerabilityDetails.vulnerablePackages.fixedInVersion"],
            port: &["networkReachabilityDetails.openPortRange.begin"],
            first_seen: &["firstObservedAt"],
            last_seen: &["lastObservedAt"],
            package: Some(Package {
                name: &["packageVulnerabilityDetails.vulnerablePackages.name"],
                version: &["packageVulnerabilityDetails.vulnerablePackages.version"],
                ecosystem: &["packageVulnerabilityDetails.vulnerablePackages.packageManager"],
                file: &["packageVulnerabilityDetails.vulnerablePackages.filePath"],
                ..PACKAGE
            }),
            asset: Some(Asset {
                id: &["resources.id"],
                names: &["resources.tags.Name"],
                ips: &["resources.details.awsEc2Instance.ipV4Addresses"],
                cloud: Some(("aws:", "resources.id")),
                organisation: &["awsAccountId"],
                ..RESOURCE
            }),
            ..PART
        }],
        ..SHAPE
    },
];

/// Prowler: its own JSON of version 3, OCSF of version 4, and the tables.
pub(super) const PROWLER: [Shape; 4] = [
    Shape {
        format: Format::Prowler,
        marks: &["finding_info.uid", "status_code", "resources"],
        parts: &[Part {
            levels: &[""],
            kind: "misconfiguration",
            id: &["metadata.event_code"],
            text: &["finding_info.title"],
            severity: &["severity"],
            state: &["status_code"],
            solution: &["remediation.desc"],
            evidence: &["status_detail"],
            last_seen: &["finding_info.created_time_dt", "finding_info.created_time"],
            asset: Some(Asset {
                id: &["resources.uid", "resources.name"],
                names: &["resources.name"],
                organisation: &["cloud.account.uid"],
                ..RESOURCE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Prowler,
        marks: &["FindingUniqueId", "CheckID", "Status"],
        parts: &[Part {
            levels: &[""],
            kind: "misconfiguration",
            id: &["CheckID"],
            text: &["CheckTitle"],
            severity: &["Severity"],
            state: &["Status"],
            solution: &["Remediation.Recommendation.Text"],
            evidence: &["StatusExtended"],
            last_seen: &["AssessmentStartTime"],
            asset: Some(Asset {
                id: &["ResourceArn", "ResourceId"],
                names: &["ResourceId"],
                organisation: &["AccountId"],
                ..RESOURCE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Prowler,
        marks: &["CHECK_ID", "CHECK_TITLE", "STATUS", "RESOURCE_UID"],
        parts: &[Part {
            levels: &[""],
            kind: "misconfiguration",
            id: &["CHECK_ID"],
            text: &["CHECK_TITLE"],
            severity: &["SEVERITY"],
            state: &["STATUS"],
            solution: &["REMEDIATION_RECOMMENDATION_TEXT"],
            evidence: &["STATUS_EXTENDED"],
            last_seen: &["TIMESTAMP"],
            asset: Some(Asset {
                id: &["RESOURCE_UID", "RESOURCE_NAME"],
                names: &["RESOURCE_NAME"],
                organisation: &["ACCOUNT_UID"],
                ..RESOURCE
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Prowler,
        marks: &["ACCOUNT_NUM", "TITLE_ID", "CHECK_RESULT"],
        parts: &[Part {
            levels: &[""],
            kind: "misconfiguration",
            id: &["TITLE_ID"],
            text: &["TITLE_TEXT"],
            severity: &["CHECK_SEVERITY"],
            state: &["CHECK_RESULT"],
            solution: &["CHECK_REMEDIATION"],
            evidence: &["CHECK_RESULT_EXTENDED"],
            asset: Some(Asset { id: &["ACCOUNT_NUM"], organisation: &["ACCOUNT_NUM"], ..RESOURCE }),
            ..PART
        }],
        ..SHAPE
    },
];

const WAZUH_AGENT: Part = Part { kind: "vulnerability", ..PART };

/// Vulnerabilities of Wazuh: the interface until 4.7, the index since 4.8.
pub(super) const WAZUH: [Shape; 2] = [
    Shape {
        format: Format::Wazuh,
        marks: &["hits.hits._source.vulnerability"],
        parts: &[Part {
            levels: &["hits.hits"],
            id: &["_source.vulnerability.id"],
            text: &["_source.vulnerability.description"],
            severity: &["_source.vulnerability.severity"],
            scores: &["_source.vulnerability.score.base"],
            first_seen: &["_source.vulnerability.detected_at"],
            evidence: &["_source.vulnerability.scanner.condition"],
            package: Some(Package {
                name: &["_source.package.name"],
                version: &["_source.package.version"],
                ecosystem: &["_source.host.os.platform"],
                file: &["_source.package.path"],
                ..PACKAGE
            }),
            asset: Some(Asset {
                id: &["_source.agent.id"],
                names: &["_source.agent.name"],
                os: &["_source.host.os.full"],
                agent: Some(("wazuh", "_source.agent.id")),
                ..HOST
            }),
            ..WAZUH_AGENT
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Wazuh,
        marks: &["data.affected_items.cve"],
        parts: &[Part {
            levels: &["data.affected_items"],
            id: &["cve"],
            text: &["title"],
            severity: &["severity"],
            scores: &["cvss3_score", "cvss2_score"],
            state: &["status"],
            last_seen: &["detection_time"],
            evidence: &["condition"],
            package: Some(Package { name: &["name"], version: &["version"], ..PACKAGE }),
            asset: Some(Asset {
                id: &["agent_name", "agent_ip"],
                names: &["agent_name"],
                ips: &["agent_ip"],
                ..HOST
            }),
            ..WAZUH_AGENT
        }],
        ..SHAPE
    },
];

pub(super) const HOST_SERVICES: [Shape; 6] = [
    Shape {
        format: Format::Defender,
        marks: &["value.machineId", "value.cveId"],
        parts: &[Part {
            levels: &["value"],
            id: &["cveId"],
            severity: &["severity"],
            solution: &["fixingKbId"],
            package: Some(Package {
                name: &["productName"],
                group: &["productVendor"],
                version: &["productVersion"],
                ..PACKAGE
            }),
            asset: Some(Asset { id: &["machineId"], agent: Some(("defender", "machineId")), ..HOST }),
            ..WAZUH_AGENT
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Cyberwatch,
        marks: &["cves", "security_issues"],
        parts: &[
            Part {
                levels: &["cves", "servers"],
                id: &["^cve_code"],
                severity: &["^cve_level"],
                weaknesses: &["^cwes.cwe_id"],
                scores: &["^cvss_v3", "^cve_score"],
                state: &["active {active}"],
                asset: Some(Asset {
                    id: &["computer_id"],
                    names: &["computer_name"],
                    os: &["computer_os_name"],
                    ..HOST
                }),
                ..WAZUH_AGENT
            },
            Part {
                levels: &["security_issues", "servers"],
                id: &["^security_issue_id"],
                text: &["^security_issue_title"],
                severity: &["^level"],
                first_seen: &["detected_at"],
                asset: Some(Asset { id: &["computer_id"], names: &["computer_name"], ..HOST }),
                ..PART
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::AlertLogic,
        marks: &["Vulnerability", "Asset Name", "IP Address", "Vulnerability Key"],
        parts: &[Part {
            levels: &[""],
            id: &["CVE", "Vulnerability ID"],
            text: &["Vulnerability"],
            severity: &["Severity"],
            scores: &["CVSS Score"],
            solution: &["Resolution"],
            evidence: &["Evidence"],
            port: &["Protocol/Port"],
            service: &["Service"],
            first_seen: &["First Seen"],
            last_seen: &["Last Scanned"],
            asset: Some(Asset {
                id: &["Asset Name", "IP Address"],
                names: &["Asset Name"],
                ips: &["IP Address"],
                os: &["Operating System"],
                organisation: &["Customer Account"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Trustwave,
        marks: &["IP", "Target Name", "Vulnerability Name", "Severity"],
        parts: &[Part {
            levels: &[""],
            id: &["CVE", "Vulnerability Name"],
            text: &["Vulnerability Name"],
            severity: &["Severity"],
            state: &["Status"],
            solution: &["Remediation"],
            evidence: &["Evidence"],
            port: &["Port"],
            protocol: &["Protocol"],
            service: &["Service"],
            asset: Some(Asset { id: &["IP"], names: &["Domain"], ips: &["IP"], ..HOST }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Trustwave,
        marks: &["items.kb", "items.location", "totalCount"],
        parts: &[Part {
            levels: &["items"],
            id: &["kb.id"],
            text: &["name"],
            severity: &["severity"],
            vulnerabilities: &["kb.cves"],
            scores: &["kb.cvssV3BaseScore", "kb.cvssV2BaseScore"],
            target: &["location.url"],
            port: &["location.port"],
            protocol: &["location.transportProtocol"],
            service: &["location.applicationProtocol"],
            first_seen: &["createdOn"],
            last_seen: &["updatedOn"],
            package: Some(Package { cpe: &["location.applicationCpe"], ..PACKAGE }),
            asset: Some(Asset {
                id: &["location.ip", "location.domain"],
                names: &["location.domain"],
                ips: &["location.ip"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Outpost24,
        marks: &["main", "reportinfo"],
        observed: &["/reportinfo.date"],
        parts: &[
            Part {
                levels: &["hostlist.host"],
                listing: true,
                asset: Some(Asset {
                    id: &["ip"],
                    names: &["name", "ip"],
                    ips: &["ip"],
                    os: &["platform"],
                    ..HOST
                }),
                ..PART
            },
            Part {
                levels: &["detaillist.detail"],
                id: &["id"],
                text: &["name"],
                severity: &["risk"],
                vulnerabilities: &["cve.id", "cve"],
                scores: &["cvss_vector", "cvss_score"],
                solution: &["solution"],
                evidence: &["information"],
                port: &["portinfo.portnumber"],
                protocol: &["portinfo.protocol"],
                service: &["portinfo.service"],
                last_seen: &["date"],
                asset: Some(Asset {
                    id: &["ip"],
                    names: &["hostname", "ip"],
                    ips: &["ip"],
                    os: &["platform"],
                    ..HOST
                }),
                ..PART
            },
        ],
        ..SHAPE
    },
];
