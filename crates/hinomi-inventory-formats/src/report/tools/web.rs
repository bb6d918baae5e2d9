// SPDX-License-Identifier: Apache-2.0
//! Scanners of web applications and of what answers on the Internet.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, PACKAGE, PART, Package, Part, SHAPE, Shape};

const SITE: Asset = Asset { class: AssetClass::Application, ..HOST };

const NUCLEI_PART: Part = Part {
    levels: &[""],
    id: &["template-id", "templateID"],
    text: &["info.name"],
    severity: &["info.severity"],
    // With `-matcher-status` it tells of every template, also of those that found nothing.
    state: &["matched {matcher-status}"],
    vulnerabilities: &["info.classification.cve-id", "template-id", "templateID"],
    weaknesses: &["info.classification.cwe-id"],
    scores: &["info.classification.cvss-metrics", "info.classification.cvss-score"],
    solution: &["info.remediation"],
    evidence: &["extracted-results", "extracted_results", "matcher-name", "matcher_name"],
    target: &["matched-at", "matched", "url", "host"],
    port: &["port"],
    service: &["type"],
    last_seen: &["timestamp"],
    package: Some(Package { cpe: &["info.classification.cpe"], ..PACKAGE }),
    asset: Some(Asset { id: &["ip", "host", "url"], names: &["host", "url"], ips: &["ip"], ..HOST }),
    ..PART
};

/// Nuclei: lines of JSON, a list, or one finding; the names of before version 2.5 and of today.
pub(super) const NUCLEI: [Shape; 2] = [
    Shape {
        format: Format::Nuclei,
        marks: &["template-id", "info.severity"],
        parts: &[NUCLEI_PART],
        ..SHAPE
    },
    Shape { format: Format::Nuclei, marks: &["templateID", "info.severity"], parts: &[NUCLEI_PART], ..SHAPE },
];

const ZAP_ALERT: Part = Part {
    id: &["pluginid", "alertRef"],
    text: &["alert", "name"],
    severity: &["riskdesc", "riskcode"],
    weaknesses: &["cweid"],
    solution: &["solution"],
    evidence: &["instances.instance.evidence", "instances.evidence", "otherinfo"],
    target: &["instances.instance.uri", "instances.uri", "uri"],
    port: &["^@port"],
    asset: Some(Asset { up: 1, id: &["@name", "@host"], names: &["@host"], ..SITE }),
    ..PART
};

pub(super) const ZAP: [Shape; 2] = [
    Shape {
        format: Format::Zap,
        marks: &["OWASPZAPReport"],
        observed: &["/@generated"],
        version: &["/@version"],
        parts: &[Part { levels: &["site", "alerts.alertitem"], ..ZAP_ALERT }],
        ..SHAPE
    },
    Shape {
        format: Format::Zap,
        marks: &["@version", "@generated", "site"],
        // GitLab keeps ZAP's sites beside its own list.
        only_if: Some(|node| !node.has("vulnerabilities")),
        observed: &["/@generated"],
        version: &["/@version"],
        parts: &[Part { levels: &["site", "alerts"], ..ZAP_ALERT }],
        ..SHAPE
    },
];

pub(super) const BURP: [Shape; 3] = [
    Shape {
        format: Format::Burp,
        marks: &["issues", "@burpVersion"],
        observed: &["/@exportTime"],
        version: &["/@burpVersion"],
        parts: &[Part {
            levels: &["issue"],
            id: &["type", "serialNumber"],
            text: &["name"],
            severity: &["severity"],
            state: &["confidence"],
            weaknesses: &["vulnerabilityClassifications"],
            solution: &["remediationDetail", "remediationBackground"],
            evidence: &["issueDetail"],
            target: &["{host}{path}", "host"],
            asset: Some(Asset { id: &["host"], names: &["host"], ips: &["host.@ip"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Burp,
        marks: &["task_id", "issue_events"],
        parts: &[Part {
            levels: &["issue_events"],
            id: &["issue.type_index", "id"],
            text: &["issue.name"],
            severity: &["issue.severity"],
            state: &["issue.confidence"],
            solution: &["issue.remediation"],
            evidence: &["issue.description"],
            target: &["{issue.origin}{issue.path}"],
            asset: Some(Asset { id: &["issue.origin"], names: &["issue.origin"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Burp,
        marks: &["Issues.issue_type"],
        parts: &[Part {
            levels: &["Issues"],
            id: &["issue_type.name"],
            text: &["issue_type.name"],
            severity: &["severity"],
            weaknesses: &["issue_type.vulnerability_classifications_html"],
            solution: &["remediation_html", "issue_type.remediation_html"],
            evidence: &["description_html"],
            target: &["{origin}{path}"],
            asset: Some(Asset { id: &["origin"], names: &["origin"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
];

/// Acunetix, and the family of Invicti, Netsparker and Acunetix 360.
pub(super) const ACUNETIX: [Shape; 2] = [
    Shape {
        format: Format::Acunetix,
        marks: &["ScanGroup"],
        observed: &["/Scan.FinishTime"],
        parts: &[Part {
            levels: &["Scan", "ReportItems.ReportItem"],
            id: &["@id", "Name"],
            text: &["Name"],
            severity: &["Severity"],
            vulnerabilities: &["CVEList.CVE.Text", "CVEList.CVE"],
            weaknesses: &["CWEList.CWE", "CWEList.CWE.@id"],
            scores: &["CVSS3.Descriptor", "CVSS.Descriptor", "CVSS.Score"],
            solution: &["Recommendation"],
            evidence: &["Details"],
            target: &["Affects"],
            asset: Some(Asset { up: 1, id: &["StartURL"], names: &["StartURL"], os: &["Os"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Invicti,
        marks: &["Generated", "Target.Url", "Vulnerabilities"],
        observed: &["/Generated"],
        parts: &[Part {
            levels: &["Vulnerabilities"],
            id: &["LookupId", "Type"],
            text: &["Name", "Type"],
            severity: &["Severity"],
            state: &["State"],
            vulnerabilities: &["Classification.Cve", "KnownVulnerabilities.Title"],
            weaknesses: &["Classification.Cwe"],
            scores: &["Classification.Cvss31.Vector", "Classification.Cvss.Vector"],
            solution: &["RemedialProcedure"],
            evidence: &["ExtraInformation.Value"],
            target: &["Url"],
            first_seen: &["FirstSeenDate"],
            last_seen: &["LastSeenDate"],
            asset: Some(Asset { id: &["/Target.Url"], names: &["/Target.Url"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
];

const WAPITI_ENTRY: Part = Part {
    id: &["^@name"],
    text: &["info"],
    severity: &["level"],
    weaknesses: &["^references.reference.title"],
    solution: &["^solution"],
    evidence: &["parameter"],
    target: &["path"],
    asset: Some(Asset {
        id: &["/report_infos.info[@name=target]"],
        names: &["/report_infos.info[@name=target]"],
        ..SITE
    }),
    ..PART
};

const WPSCAN_FINDING: Part = Part {
    kind: "vulnerability",
    id: &["references.wpvulndb", "title"],
    text: &["title"],
    vulnerabilities: &["CVE-{references.cve}"],
    fixed: &["fixed_in"],
    asset: Some(Asset {
        id: &["/target_url", "/effective_url"],
        names: &["/target_url"],
        ips: &["/target_ip"],
        ..SITE
    }),
    ..PART
};

pub(super) const SITES: [Shape; 8] = [
    Shape {
        format: Format::Wapiti,
        marks: &["report", "report_infos", "vulnerabilities"],
        observed: &["/report_infos.info[@name=dateOfScan]"],
        parts: &[
            Part { levels: &["vulnerabilities.vulnerability", "entries.entry"], ..WAPITI_ENTRY },
            Part { levels: &["anomalies.anomaly", "entries.entry"], ..WAPITI_ENTRY },
            Part {
                levels: &["additionals.additional", "entries.entry"],
                kind: "information",
                ..WAPITI_ENTRY
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Arachni,
        marks: &["sitemap", "issues", "start_datetime"],
        observed: &["/finish_datetime"],
        version: &["/version"],
        parts: &[Part {
            levels: &["issues"],
            id: &["check.shortname", "name"],
            text: &["name"],
            severity: &["severity"],
            weaknesses: &["cwe"],
            solution: &["remedy_guidance"],
            evidence: &["proof"],
            target: &["vector.url", "page.dom.url"],
            asset: Some(Asset { id: &["/options.url"], names: &["/options.url"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::WpScan,
        marks: &["banner", "target_url"],
        parts: &[
            Part {
                levels: &["version", "vulnerabilities"],
                package: Some(Package { name: &["=wordpress"], version: &["^number"], ..PACKAGE }),
                ..WPSCAN_FINDING
            },
            Part {
                levels: &["main_theme", "vulnerabilities"],
                package: Some(Package { name: &["^slug"], version: &["^version.number"], ..PACKAGE }),
                ..WPSCAN_FINDING
            },
            Part {
                levels: &["plugins.*", "vulnerabilities"],
                package: Some(Package { name: &["^slug"], version: &["^version.number"], ..PACKAGE }),
                ..WPSCAN_FINDING
            },
            Part {
                levels: &["themes.*", "vulnerabilities"],
                package: Some(Package { name: &["^slug"], version: &["^version.number"], ..PACKAGE }),
                ..WPSCAN_FINDING
            },
            Part {
                levels: &["interesting_findings"],
                kind: "information",
                id: &["type"],
                text: &["to_s"],
                vulnerabilities: &[],
                target: &["url"],
                evidence: &["interesting_entries"],
                ..WPSCAN_FINDING
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::AppSpider,
        marks: &["VulnSummary", "VulnList"],
        observed: &["/ScanEnded"],
        parts: &[Part {
            levels: &["VulnList.Vuln"],
            id: &["ModuleId", "DbId"],
            text: &["VulnType"],
            severity: &["AttackScore"],
            vulnerabilities: &["Cve-id", "CVE-ID"],
            weaknesses: &["CweId"],
            solution: &["Recommendation"],
            evidence: &["AttackValue"],
            target: &["VulnUrl"],
            asset: Some(Asset { id: &["WebSite"], names: &["WebSite"], ips: &["WebSiteIP"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::ImmuniWeb,
        marks: &["Vulnerabilities", "Vulnerability.CWE-ID"],
        parts: &[Part {
            levels: &["Vulnerability"],
            id: &["ID"],
            text: &["Name"],
            severity: &["Risk"],
            state: &["Status"],
            vulnerabilities: &["CVE-ID"],
            weaknesses: &["CWE-ID"],
            scores: &["CVSSv3"],
            solution: &["Remediation"],
            evidence: &["Description"],
            target: &["URL"],
            last_seen: &["Date"],
            asset: Some(Asset { id: &["URL"], names: &["URL"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::AppCheck,
        marks: &["items.results_set_id"],
        parts: &[Part {
            levels: &["items"],
            id: &["_id", "plugin"],
            text: &["title"],
            severity: &["priority", "impact"],
            state: &["status"],
            vulnerabilities: &["cves"],
            scores: &["cvss_v4_vector", "cvss_v3_vector", "cvss_vector"],
            solution: &["solution"],
            target: &["url"],
            port: &["port"],
            first_seen: &["first_detected_at"],
            last_seen: &["last_detected_at"],
            asset: Some(Asset {
                id: &["host", "ipv4_address", "web_app"],
                names: &["host"],
                ips: &["ipv4_address"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::StackHawk,
        marks: &["service", "scanCompleted"],
        only_if: Some(|node| node.first("service") == Some("StackHawk")),
        parts: &[Part {
            levels: &["scanCompleted.findings"],
            id: &["pluginId"],
            text: &["pluginName"],
            severity: &["severity"],
            target: &["paths.path"],
            asset: Some(Asset { id: &["host"], names: &["host"], ..SITE }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::GitlabReport,
        marks: &["vulnerabilities.identifiers"],
        observed: &["/scan.end_time"],
        version: &["/version"],
        parts: &[GITLAB],
        ..SHAPE
    },
];

pub(super) const GITLAB: Part = Part {
    levels: &["vulnerabilities"],
    id: &["identifiers.value", "id"],
    text: &["name", "message"],
    severity: &["severity"],
    kinds: Some(("category", &[("secret_detection", "secret")])),
    vulnerabilities: &["identifiers.name", "identifiers.value", "cve"],
    weaknesses: &["identifiers[type=cwe].value"],
    solution: &["solution"],
    evidence: &["evidence.summary"],
    target: &[
        "{location.file}:{location.start_line}",
        "location.file",
        "{location.hostname}{location.path}",
        "location.image",
    ],
    first_seen: &["discovered_at"],
    package: Some(Package {
        name: &["location.dependency.package.name"],
        version: &["location.dependency.version"],
        ecosystem: &["location.operating_system"],
        file: &["location.file"],
        ..PACKAGE
    }),
    ..PART
};
