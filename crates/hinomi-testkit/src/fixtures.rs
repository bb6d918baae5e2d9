// SPDX-License-Identifier: Apache-2.0
//! The small invented documents of `fixtures/` (its README says what each is for).

use std::path::PathBuf;

use serde_json::{Value, json};

/// A Debian 12 host with three vulnerable packages, of source `lantern`, `kitefly` and `paper-crane`.
pub const HOST_BEFORE: &str = include_str!("../fixtures/inventories/host-before.cdx.json");
/// The same host a day later: `lantern` updated, `kitefly` gone, `paper-crane` as before.
pub const HOST_AFTER: &str = include_str!("../fixtures/inventories/host-after.cdx.json");

/// Every advisory: file name and text.
pub const ADVISORIES: [(&str, &str); 3] = [
    ("HNM-2026-0001.json", include_str!("../fixtures/advisories/HNM-2026-0001.json")),
    ("HNM-2026-0002.json", include_str!("../fixtures/advisories/HNM-2026-0002.json")),
    ("HNM-2026-0003.json", include_str!("../fixtures/advisories/HNM-2026-0003.json")),
];

/// Where a fixture lies, for what takes a path: `path("advisories")`, `path("inventories/host-before.cdx.json")`.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A Debian 12 host with an openssl of this version and enough others to be a host.
#[must_use]
pub fn debian_host(openssl: &str) -> Value {
    let mut components = vec![
        json!({"type": "operating-system", "name": "debian", "version": "12"}),
        json!({"type": "library", "name": "libssl3", "version": openssl,
            "purl": format!("pkg:deb/debian/libssl3@{openssl}?arch=amd64&distro=debian-12&upstream=openssl")}),
    ];
    for number in 0..30 {
        components.push(json!({"type": "library", "name": format!("pad{number}"), "version": "1.0-1",
            "purl": format!("pkg:deb/debian/pad{number}@1.0-1?arch=amd64&distro=debian-12")}));
    }
    json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components})
}

/// A record about Debian 12's openssl, fixed in this version.
#[must_use]
pub fn openssl_record(id: &str, fixed: &str) -> Value {
    json!({
        "schema_version": "1.7.0", "id": id, "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
        "aliases": [], "summary": format!("{id} in openssl"),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]
    })
}
