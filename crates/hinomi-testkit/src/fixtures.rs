// SPDX-License-Identifier: Apache-2.0
//! The small invented documents of `fixtures/` (its README says what each is for).

use std::path::PathBuf;

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
