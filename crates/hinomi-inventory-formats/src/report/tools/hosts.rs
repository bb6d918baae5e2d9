// SPDX-License-Identifier: Apache-2.0
//! Scanners of networks and hosts.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, Join, PACKAGE, PART, Package, Part, SHAPE, Shape};

/// Nessus v2 (`.nessus`), as Nessus, Tenable.io and Tenable.sc write it.
pub(super) const NESSUS: Shape = Shape {
    format: Format::Nessus,
    marks: &["NessusClientData_v2"],
    observed: &["/Report.ReportHost.HostProperties.tag[@name=HOST_END]"],
    parts: &[
        Part { levels: &["Report.ReportHost"], listing: true, asset: Some(NESSUS_HOST), ..PART },
        Part {
            levels: &["Report.ReportHost", "ReportItem"],
            id: &["@pluginID"],
            text: &["@pluginName", "plugin_name"],
            severity: &["risk_factor", "@severity"],
            vulnerabilities: &["cve", "xref"],
            weaknesses: &["cwe"],
            scores: &[
                "cvss4_vector",
                "cvss4_base_score",
                "cvss3_vector",
                "cvss3_base_score",
                "cvss_vector",
                "cvss_base_score",
                "vpr_score",
            ],
            solution: &["solution"],
            evidence: &["plugin_output"],
            port: &["@port"],
            protocol: &["@protocol"],
            service: &["@svc_name"],
            first_seen: &["^HostProperties.tag[@name=HOST_START]"],
            last_seen: &["^HostProperties.tag[@name=HOST_END]"],
            package: Some(Package { cpe: &["cpe"], ..PACKAGE }),
            asset: Some(Asset { up: 1, ..NESSUS_HOST }),
            ..PART
        },
    ],
    ..SHAPE
};

const NESSUS_HOST: Asset = Asset {
    id: &["@name"],
    names: &[
        "HostProperties.tag[@name=host-fqdn]",
        "HostProperties.tag[@name=host-rdns]",
        "HostProperties.tag[@name=netbios-name]",
        "HostProperties.tag[@name=hostname]",
        "@name",
    ],
    ips: &["HostProperties.tag[@name=host-ip]", "@name"],
    macs: &["HostProperties.tag[@name=mac-address]"],
    os: &["HostProperties.tag[@name=operating-system]", "HostProperties.tag[@name=os]"],
    os_cpe: &["HostProperties.tag[@name=cpe-0]", "HostProperties.tag[@name=cpe]"],
    agent: Some(("nessus", "HostProperties.tag[@name=host-uuid]")),
    cloud: Some(("aws:", "HostProperties.tag[@name=aws-instance-instance-id]")),
    ..HOST
};

const NESSUS_ROW: Part = Part {
    levels: &[""],
    id: &["Plugin ID", "Plugin"],
    text: &["Name", "Plugin Name", "Synopsis"],
    severity: &["Risk", "Severity", "Risk Factor"],
    state: &["Vulnerability State"],
    vulnerabilities: &["CVE"],
    scores: &[
        "CVSS V3 Vector",
        "CVSS3 Vector",
        "CVSS V3 Base Score",
        "CVSS3 Base Score",
        "CVSS v3.0 Base Score",
        "CVSSv3",
        "CVSS V2 Vector",
        "CVSS Vector",
        "CVSS V2 Base Score",
        "CVSS Base Score",
        "CVSS v2.0 Base Score",
        "CVSS",
    ],
    solution: &["Solution", "Steps to Remediate"],
    evidence: &["Plugin Output"],
    port: &["Port"],
    protocol: &["Protocol"],
    first_seen: &["First Found", "First Discovered"],
    last_seen: &["Last Found", "Last Observed"],
    package: Some(Package { cpe: &["CPE"], ..PACKAGE }),
    asset: Some(Asset {
        id: &["Host", "DNS Name", "IP Address"],
        names: &["FQDN", "DNS Name", "NetBios", "NetBIOS Name", "Host"],
        ips: &["IP Address", "Host"],
        macs: &["MAC Address"],
        os: &["OS"],
        ..HOST
    }),
    ..PART
};

/// Tables of Nessus, Tenable.io, Tenable.sc and the web application scanner.
pub(super) const NESSUS_CSV: [Shape; 2] = [
    Shape {
        format: Format::NessusCsv,
        marks: &["Plugin ID", "Host", "Plugin Output"],
        parts: &[NESSUS_ROW],
        ..SHAPE
    },
    Shape {
        format: Format::NessusCsv,
        marks: &["Plugin", "Plugin Name", "Severity", "IP Address"],
        parts: &[NESSUS_ROW],
        ..SHAPE
    },
];

const OPENVAS_RESULT: Part = Part {
    id: &["nvt.@oid"],
    text: &["nvt.name", "name"],
    severity: &["threat", "severity"],
    vulnerabilities: &["nvt.refs.ref.@id", "nvt.cve"],
    scores: &["severity", "nvt.severities.severity.value", "nvt.cvss_base"],
    solution: &["nvt.solution", "nvt.tags|solution"],
    evidence: &["description"],
    port: &["port"],
    last_seen: &["modification_time", "creation_time"],
    asset: Some(Asset { id: &["host"], names: &["host.hostname"], ips: &["host"], ..HOST }),
    ..PART
};

const OPENVAS_HOST: Asset = Asset {
    id: &["ip"],
    names: &["detail[name=hostname].value", "detail[name=best_hostname].value"],
    ips: &["ip"],
    macs: &["detail[name=MAC].value"],
    os: &["detail[name=best_os_txt].value", "detail[name=OS].value"],
    os_cpe: &["detail[name=best_os_cpe].value"],
    // A login by SNMP reads no packages.
    login: &[
        "detail[name=Auth-SSH-Success].value",
        "detail[name=Auth-SMB-Success].value",
        "detail[name=Auth-ESXi-Success].value",
    ],
    no_login: &[
        "detail[name=Auth-SSH-Failure].value",
        "detail[name=Auth-SMB-Failure].value",
        "detail[name=Auth-ESXi-Failure].value",
    ],
    ..HOST
};

const OPENVAS_HOSTS: Part = Part { listing: true, asset: Some(OPENVAS_HOST), ..PART };

const OPENVAS_APPS: Part = Part {
    listing: true,
    package: Some(Package { cpe: &["value"], ..PACKAGE }),
    asset: Some(Asset { up: 1, ..OPENVAS_HOST }),
    ..PART
};

/// Greenbone's report: the report itself, inside an envelope of the same name, or as an answer of the protocol.
pub(super) const OPENVAS: [Shape; 3] = [
    Shape {
        format: Format::OpenVas,
        marks: &["report", "report.results"],
        observed: &["/report.scan_end", "/report.timestamp"],
        parts: &[
            Part { levels: &["report.host"], ..OPENVAS_HOSTS },
            Part { levels: &["report.host", "detail[name=App]"], ..OPENVAS_APPS },
            Part { levels: &["report.results.result"], ..OPENVAS_RESULT },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::OpenVas,
        marks: &["report", "results"],
        observed: &["/scan_end", "/timestamp"],
        parts: &[
            Part { levels: &["host"], ..OPENVAS_HOSTS },
            Part { levels: &["host", "detail[name=App]"], ..OPENVAS_APPS },
            Part { levels: &["results.result"], ..OPENVAS_RESULT },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::OpenVas,
        marks: &["get_reports_response", "report"],
        observed: &["/report.report.scan_end", "/report.report.timestamp"],
        parts: &[
            Part { levels: &["report.report.host"], ..OPENVAS_HOSTS },
            Part { levels: &["report.report.host", "detail[name=App]"], ..OPENVAS_APPS },
            Part { levels: &["report.report.results.result"], ..OPENVAS_RESULT },
        ],
        ..SHAPE
    },
];

pub(super) const OPENVAS_CSV: Shape = Shape {
    format: Format::OpenVasCsv,
    marks: &["NVT Name", "NVT OID", "IP"],
    parts: &[Part {
        levels: &[""],
        id: &["NVT OID"],
        text: &["NVT Name"],
        severity: &["Severity"],
        vulnerabilities: &["CVEs"],
        scores: &["CVSS"],
        solution: &["Solution"],
        evidence: &["Specific Result"],
        port: &["Port"],
        protocol: &["Port Protocol"],
        last_seen: &["Timestamp"],
        asset: Some(Asset { id: &["IP", "Hostname"], names: &["Hostname"], ips: &["IP"], ..HOST }),
        ..PART
    }],
    ..SHAPE
};

const NEXPOSE_HOST: Asset = Asset {
    id: &["@address"],
    names: &["names.name"],
    ips: &["@address"],
    macs: &["@hardware-address"],
    os: &["{fingerprints.os.@product} {fingerprints.os.@version}", "fingerprints.os.@product"],
    agent: Some(("nexpose", "@unique-id")),
    // Installed programs are listed by who has logged in; that nobody did is not written anywhere.
    login: &["software.fingerprint.@product"],
    ..HOST
};

const NEXPOSE_TEST: Part = Part {
    id: &["@id"],
    text: &["~@title"],
    severity: &["~@severity"],
    state: &["@status"],
    vulnerabilities: &["~references.reference", "@id"],
    scores: &["~@cvssVector", "~@cvssScore", "~@riskScore"],
    solution: &["~solution**"],
    evidence: &["**"],
    join: Some(Join { table: "VulnerabilityDefinitions.vulnerability", key: "@id", by: "@id" }),
    first_seen: &["@vulnerable-since"],
    keep: Some(|test| test.first("@status").is_some_and(|status| status.starts_with("vulnerable"))),
    ..PART
};

/// Nexpose and InsightVM, "XML Export" and "XML Export 2.0". Only checks that found something are findings.
pub(super) const NEXPOSE: Shape = Shape {
    format: Format::Nexpose,
    marks: &["NexposeReport", "nodes"],
    observed: &["/scans.scan.@endTime", "/scans.scan.@startTime"],
    version: &["/@version"],
    parts: &[
        Part { levels: &["nodes.node"], listing: true, asset: Some(NEXPOSE_HOST), ..PART },
        Part {
            levels: &["nodes.node", "software.fingerprint"],
            listing: true,
            package: Some(Package {
                name: &["@product"],
                group: &["@vendor"],
                version: &["@version"],
                cpe: &["@cpe"],
                ..PACKAGE
            }),
            asset: Some(Asset { up: 1, ..NEXPOSE_HOST }),
            ..PART
        },
        Part {
            levels: &["nodes.node", "tests.test"],
            asset: Some(Asset { up: 1, ..NEXPOSE_HOST }),
            ..NEXPOSE_TEST
        },
        Part {
            levels: &["nodes.node", "endpoints.endpoint", "services.service", "tests.test"],
            port: &["^^@port"],
            protocol: &["^^@protocol"],
            service: &["^@name"],
            asset: Some(Asset { up: 3, ..NEXPOSE_HOST }),
            ..NEXPOSE_TEST
        },
        Part {
            levels: &["nodes.node", "endpoints.endpoint", "services.service"],
            kind: "port",
            id: &["{^@protocol}/{^@port}"],
            state: &["^@status"],
            text: &["@name"],
            service: &["@name"],
            port: &["^@port"],
            protocol: &["^@protocol"],
            asset: Some(Asset { up: 2, ..NEXPOSE_HOST }),
            ..PART
        },
    ],
    ..SHAPE
};

/// Web servers and their flaws.
const NIKTO_ITEM: Part = Part {
    id: &["@id"],
    text: &["description"],
    vulnerabilities: &["description", "@references"],
    target: &["uri"],
    port: &["^@targetport"],
    asset: Some(Asset {
        up: 1,
        id: &["@targetip", "@targethostname"],
        names: &["@targethostname"],
        ips: &["@targetip"],
        ..HOST
    }),
    ..PART
};

pub(super) const NIKTO: [Shape; 3] = [
    Shape {
        format: Format::Nikto,
        marks: &["niktoscan"],
        parts: &[
            Part { levels: &["niktoscan.scandetails", "item"], ..NIKTO_ITEM },
            Part { levels: &["scandetails", "item"], ..NIKTO_ITEM },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Nikto,
        marks: &["host", "port", "banner", "vulnerabilities"],
        parts: &[NIKTO_JSON],
        ..SHAPE
    },
    Shape {
        format: Format::Nikto,
        marks: &["host", "ip", "port", "vulnerabilities.msg"],
        parts: &[NIKTO_JSON],
        ..SHAPE
    },
];

const NIKTO_JSON: Part = Part {
    levels: &["", "vulnerabilities"],
    id: &["id"],
    text: &["msg"],
    vulnerabilities: &["msg", "references"],
    target: &["url"],
    port: &["^port"],
    asset: Some(Asset { up: 1, id: &["ip", "host"], names: &["host"], ips: &["ip"], ..HOST }),
    ..PART
};

/// Scanners that list open ports only.
pub(super) const PORTS: [Shape; 3] = [
    Shape {
        format: Format::Masscan,
        marks: &["ip", "ports.proto", "ports.port"],
        parts: &[Part {
            levels: &["", "ports"],
            kind: "port",
            id: &["{proto}/{port}"],
            state: &["status"],
            service: &["service.name"],
            evidence: &["service.banner"],
            port: &["port"],
            protocol: &["proto"],
            asset: Some(Asset { up: 1, id: &["ip"], ips: &["ip"], ..HOST }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Naabu,
        marks: &["ip", "port", "tls"],
        parts: &[Part {
            levels: &[""],
            kind: "port",
            id: &["{protocol}/{port}", "tcp/{port}"],
            state: &["=open"],
            port: &["port"],
            protocol: &["protocol"],
            last_seen: &["timestamp"],
            asset: Some(Asset { id: &["ip", "host"], names: &["host"], ips: &["ip"], ..HOST }),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::Httpx,
        marks: &["timestamp", "url", "input", "scheme", "host"],
        parts: &[Part {
            levels: &[""],
            kind: "port",
            id: &["tcp/{port}"],
            state: &["=open"],
            text: &["title", "webserver"],
            target: &["url"],
            service: &["scheme"],
            port: &["port"],
            evidence: &["webserver"],
            last_seen: &["timestamp"],
            asset: Some(Asset {
                id: &["host"],
                names: &["host", "input"],
                ips: &["host", "host_ip", "a"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
];

/// Properties of the keys, ciphers and protocols that a host offers.
pub(super) const TESTSSL: Shape = Shape {
    format: Format::TestSsl,
    marks: &["id", "fqdn/ip", "port", "severity", "finding"],
    parts: &[Part {
        levels: &[""],
        id: &["id"],
        text: &["finding"],
        severity: &["severity"],
        vulnerabilities: &["cve"],
        weaknesses: &["cwe"],
        port: &["port"],
        asset: Some(Asset { class: AssetClass::Service, id: &["fqdn/ip"], ..HOST }),
        ..PART
    }],
    ..SHAPE
};
