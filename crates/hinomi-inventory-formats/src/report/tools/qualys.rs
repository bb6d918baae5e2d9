// SPDX-License-Identifier: Apache-2.0
//! Qualys: reports of the asset data, of a scan, of web applications, and its tables.

use crate::Format;
use crate::model::AssetClass;
use crate::report::shape::{Asset, HOST, Join, PART, Part, SHAPE, Shape};

const ASSET_HOST: Asset = Asset {
    id: &["IP", "DNS"],
    names: &["DNS", "NETBIOS"],
    ips: &["IP", "IPV6"],
    os: &["OPERATING_SYSTEM"],
    os_cpe: &["OS_CPE"],
    agent: Some(("qualys", "QG_HOSTID")),
    ..HOST
};

const CATEGORY: Part = Part {
    levels: &[],
    id: &["@number"],
    text: &["TITLE"],
    severity: &["@severity"],
    vulnerabilities: &["@cveid", "CVE_ID_LIST.CVE_ID.ID", "CVE_ID_LIST.CVE_ID"],
    scores: &["CVSS3_BASE", "CVSS3_TEMPORAL", "CVSS_BASE", "CVSS_TEMPORAL"],
    solution: &["SOLUTION"],
    evidence: &["RESULT"],
    port: &["^@port"],
    protocol: &["^@protocol"],
    asset: Some(Asset { up: 2, ..SCAN_HOST }),
    ..PART
};

const SCAN_HOST: Asset =
    Asset { id: &["@value"], names: &["@name", "NETBIOS_HOSTNAME"], ips: &["@value"], os: &["OS"], ..HOST };

pub(super) const QUALYS: [Shape; 3] = [
    Shape {
        format: Format::Qualys,
        marks: &["ASSET_DATA_REPORT"],
        observed: &["/HEADER.GENERATION_DATETIME"],
        parts: &[
            Part { levels: &["HOST_LIST.HOST"], listing: true, asset: Some(ASSET_HOST), ..PART },
            Part {
                levels: &["HOST_LIST.HOST", "VULN_INFO_LIST.VULN_INFO"],
                id: &["QID"],
                text: &["~TITLE"],
                severity: &["~SEVERITY"],
                state: &["VULN_STATUS"],
                kinds: Some(("TYPE", &[("Ig", "information")])),
                vulnerabilities: &["~CVE_ID_LIST.CVE_ID.ID", "~CVE_ID_LIST.CVE_ID"],
                scores: &["~CVSS3_SCORE.CVSS3_BASE", "~CVSS_SCORE.CVSS_BASE", "CVSS_FINAL"],
                solution: &["~SOLUTION"],
                evidence: &["RESULT"],
                port: &["PORT"],
                protocol: &["PROTOCOL"],
                service: &["SERVICE"],
                first_seen: &["FIRST_FOUND"],
                last_seen: &["LAST_FOUND"],
                asset: Some(Asset { up: 1, ..ASSET_HOST }),
                join: Some(Join { table: "GLOSSARY.VULN_DETAILS_LIST.VULN_DETAILS", key: "QID", by: "QID" }),
                ..PART
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Qualys,
        marks: &["SCAN", "HEADER"],
        observed: &["/HEADER.KEY[@value=DATE]"],
        parts: &[
            Part { levels: &["IP"], listing: true, asset: Some(SCAN_HOST), ..PART },
            Part { levels: &["IP", "INFOS.CAT", "INFO"], kind: "information", ..CATEGORY },
            Part { levels: &["IP", "SERVICES.CAT", "SERVICE"], kind: "information", ..CATEGORY },
            Part { levels: &["IP", "VULNS.CAT", "VULN"], ..CATEGORY },
            Part { levels: &["IP", "PRACTICES.CAT", "PRACTICE"], ..CATEGORY },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::Qualys,
        marks: &["HOST_LIST_VM_DETECTION_OUTPUT"],
        observed: &["/RESPONSE.DATETIME"],
        parts: &[Part {
            levels: &["RESPONSE.HOST_LIST.HOST", "DETECTION_LIST.DETECTION"],
            id: &["QID"],
            severity: &["SEVERITY"],
            state: &["STATUS"],
            kinds: Some(("TYPE", &[("Info", "information")])),
            evidence: &["RESULTS"],
            port: &["PORT"],
            protocol: &["PROTOCOL"],
            first_seen: &["FIRST_FOUND_DATETIME"],
            last_seen: &["LAST_FOUND_DATETIME"],
            asset: Some(Asset {
                up: 1,
                id: &["ID"],
                names: &["DNS", "DNS_DATA.FQDN", "NETBIOS"],
                ips: &["IP", "IPV6"],
                os: &["OS"],
                os_cpe: &["OS_CPE"],
                agent: Some(("qualys", "QG_HOSTID")),
                cloud: Some(("aws:", "EC2_INSTANCE_ID")),
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
];

const ROW: Part = Part {
    levels: &[""],
    id: &["QID"],
    text: &["Title", "VULN TITLE"],
    severity: &["Severity", "SEVERITY"],
    state: &["Vuln Status", "Status", "TYPE"],
    kinds: Some((
        "Type",
        &[("Ig", "information"), ("Info", "information"), ("Information Gathered", "information")],
    )),
    vulnerabilities: &["CVE ID", "CVE", "CVEID"],
    scores: &[
        "CVSS3 Base",
        "CVSS3",
        "CVSSv3.1 Base (nvd)",
        "CVSSv2 Base (nvd)",
        "CVSS Base",
        "CVSS",
        "CVSS_BASE",
    ],
    solution: &["Solution", "SOLUTION"],
    evidence: &["Results", "RESULT"],
    port: &["Port", "PORT"],
    protocol: &["Protocol", "PROTOCOL"],
    first_seen: &["First Detected"],
    last_seen: &["Last Detected", "LAST SCAN"],
    asset: Some(Asset {
        id: &["Asset Id", "IP", "DNS", "Asset Name"],
        names: &["DNS", "FQDN", "Asset Name", "NetBIOS", "HOSTNAME"],
        ips: &["IP", "Asset IPV4", "Asset IPV6"],
        os: &["OS", "Operating System", "OPERATING SYSTEM"],
        os_cpe: &["OS CPE"],
        ..HOST
    }),
    ..PART
};

/// The table of a scan, of VMDR's assets, and of the partner edition HackerGuardian.
pub(super) const QUALYS_CSV: [Shape; 3] = [
    Shape { format: Format::QualysCsv, marks: &["IP", "QID", "Title", "Severity"], parts: &[ROW], ..SHAPE },
    Shape {
        format: Format::QualysCsv,
        marks: &["QID", "Title", "Asset Name", "KB Severity"],
        parts: &[ROW],
        ..SHAPE
    },
    Shape { format: Format::QualysCsv, marks: &["IP", "QID", "VULN TITLE"], parts: &[ROW], ..SHAPE },
];

const APPLICATION: Asset =
    Asset { class: AssetClass::Application, id: &["URL", "/TARGET.SCAN"], names: &["URL"], ..HOST };

const WEB_FINDING: Part = Part {
    id: &["QID"],
    text: &["~TITLE"],
    severity: &["~SEVERITY"],
    state: &["STATUS"],
    weaknesses: &["~CWE"],
    scores: &["~CVSS_V3.BASE", "~CVSS_BASE"],
    solution: &["~SOLUTION"],
    evidence: &["PAYLOADS.PAYLOAD.PAYLOAD", "DATA"],
    target: &["URL"],
    first_seen: &["FIRST_TIME_DETECTED"],
    last_seen: &["LAST_TIME_DETECTED", "DETECTION_DATE"],
    join: Some(Join { table: "GLOSSARY.QID_LIST.QID", key: "QID", by: "QID" }),
    asset: Some(APPLICATION),
    ..PART
};

const WEB_PARTS: &[Part] = &[
    Part { levels: &["RESULTS.VULNERABILITY_LIST.VULNERABILITY"], ..WEB_FINDING },
    Part { levels: &["RESULTS.WEB_APPLICATION.VULNERABILITY_LIST.VULNERABILITY"], ..WEB_FINDING },
    Part { levels: &["RESULTS.SENSITIVE_CONTENT_LIST.SENSITIVE_CONTENT"], ..WEB_FINDING },
    Part {
        levels: &["RESULTS.INFORMATION_GATHERED_LIST.INFORMATION_GATHERED"],
        kind: "information",
        ..WEB_FINDING
    },
    Part {
        levels: &["RESULTS.WEB_APPLICATION.INFORMATION_GATHERED_LIST.INFORMATION_GATHERED"],
        kind: "information",
        ..WEB_FINDING
    },
];

pub(super) const QUALYS_WAS: [Shape; 2] = [
    Shape {
        format: Format::QualysWas,
        marks: &["WAS_SCAN_REPORT"],
        observed: &["/HEADER.GENERATION_DATETIME"],
        parts: WEB_PARTS,
        ..SHAPE
    },
    Shape {
        format: Format::QualysWas,
        marks: &["WAS_WEBAPP_REPORT"],
        observed: &["/HEADER.GENERATION_DATETIME"],
        parts: WEB_PARTS,
        ..SHAPE
    },
];
