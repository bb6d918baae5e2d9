// SPDX-License-Identifier: Apache-2.0
//! Checks of transport security: what a server offers and which known weaknesses it has.

use crate::Format;
use crate::report::shape::{Asset, HOST, PART, Part, SHAPE, Shape};

const SSLYZE_RESULT: Part = Part {
    kind: "misconfiguration",
    id: &["#key"],
    text: &["#key"],
    state: &["status"],
    evidence: &[
        "result.robot_result",
        "result.is_vulnerable_to_heartbleed",
        "result.is_vulnerable_to_ccs_injection",
        "result.is_vulnerable_to_client_renegotiation_dos",
        "result.supports_compression",
        "result.supports_fallback_scsv",
        "result.is_tls_version_supported",
        "result.accepted_cipher_suites.cipher_suite.name",
        "robot_result",
        "is_vulnerable_to_heartbleed",
        "is_vulnerable_to_ccs_injection",
        "accepts_client_renegotiation",
        "supports_compression",
        "supports_fallback_scsv",
        "accepted_cipher_suites.cipher_suite.name",
    ],
    port: &["^server_location.port", "^server_info.server_location.port"],
    asset: Some(Asset {
        up: 1,
        id: &["server_location.hostname", "server_info.server_location.hostname"],
        names: &["server_location.hostname", "server_info.server_location.hostname"],
        ips: &["server_location.ip_address", "server_info.server_location.ip_address"],
        ..HOST
    }),
    ..PART
};

const SSLSCAN_HOST: Asset = Asset { up: 1, id: &["@host"], names: &["@host"], ips: &["@ip"], ..HOST };

pub(super) const TLS: [Shape; 5] = [
    Shape {
        format: Format::Sslyze,
        marks: &["server_scan_results", "date_scans_completed"],
        observed: &["/date_scans_completed"],
        version: &["/sslyze_version"],
        parts: &[Part { levels: &["server_scan_results", "scan_result.*"], ..SSLYZE_RESULT }],
        ..SHAPE
    },
    Shape {
        format: Format::Sslyze,
        marks: &["server_scan_results", "sslyze_version"],
        version: &["/sslyze_version"],
        parts: &[Part { levels: &["server_scan_results", "scan_commands_results.*"], ..SSLYZE_RESULT }],
        ..SHAPE
    },
    Shape {
        format: Format::Sslyze,
        marks: &["document", "@SSLyzeVersion"],
        version: &["/@SSLyzeVersion"],
        parts: &[Part {
            levels: &["results.target", "*"],
            kind: "misconfiguration",
            id: &["#key"],
            text: &["@title"],
            evidence: &[
                "robotAttack.@resultEnum",
                "openSslHeartbleed.@isVulnerable",
                "openSslCcsInjection.@isVulnerable",
                "sessionRenegotiation.@canBeClientInitiated",
                "compressionMethod.@isSupported",
                "tlsFallbackScsv.@isSupported",
                "@isProtocolSupported",
            ],
            port: &["^@port"],
            asset: Some(SSLSCAN_HOST),
            keep: Some(|node| node.has("@title")),
            ..PART
        }],
        ..SHAPE
    },
    Shape {
        format: Format::SslScan,
        marks: &["document", "ssltest"],
        version: &["/@version"],
        parts: &[
            Part {
                levels: &["ssltest", "heartbleed"],
                kind: "vulnerability",
                id: &["=CVE-2014-0160"],
                text: &["Heartbleed by {@sslversion}"],
                port: &["^@port"],
                asset: Some(SSLSCAN_HOST),
                keep: Some(|node| node.first("@vulnerable") == Some("1")),
                ..PART
            },
            Part {
                levels: &["ssltest", "cipher"],
                kind: "information",
                id: &["@cipher"],
                text: &["{@sslversion} {@cipher}"],
                severity: &["@strength"],
                state: &["@status"],
                port: &["^@port"],
                asset: Some(SSLSCAN_HOST),
                ..PART
            },
            Part {
                levels: &["ssltest", "certificate"],
                kind: "information",
                id: &["=certificate"],
                text: &["subject"],
                evidence: &["not-valid-after", "not-yet-valid"],
                port: &["^@port"],
                asset: Some(SSLSCAN_HOST),
                ..PART
            },
        ],
        ..SHAPE
    },
    Shape {
        format: Format::SslLabs,
        marks: &["endpoints", "criteriaVersion", "engineVersion"],
        version: &["/engineVersion"],
        parts: &[Part {
            levels: &["", "endpoints"],
            kind: "information",
            id: &["=tls-grade"],
            text: &["grade {grade}", "statusMessage"],
            severity: &["grade"],
            evidence: &["details.serverSignature"],
            port: &["^port"],
            asset: Some(Asset {
                id: &["{^host}/{ipAddress}", "^host"],
                names: &["^host"],
                ips: &["ipAddress"],
                ..HOST
            }),
            ..PART
        }],
        ..SHAPE
    },
];
