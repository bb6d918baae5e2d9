// SPDX-License-Identifier: Apache-2.0
//! Which of the found metadata files belong to a system package.
//!
//! Debian's `python3-requests` carries the metadata of requests too, but its fixes are backported: the version that
//! counts is the package's. Judging it a second time by the upstream version would report gaps that are closed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use hinomi_inventory_formats::{Format, Inventory, apk, rpm};

use crate::databases;
use crate::error::CollectError;
use crate::read_optional;

/// The subset of `candidates` that some system package installed.
pub(crate) fn owned<'c>(
    root: &Path,
    candidates: impl Iterator<Item = &'c PathBuf>,
) -> Result<HashSet<PathBuf>, CollectError> {
    let wanted: HashSet<&str> =
        candidates.filter_map(|path| path.strip_prefix(root).ok()?.to_str()).collect();
    let mut owned = HashSet::new();
    if wanted.is_empty() {
        return Ok(owned);
    }
    let mut own = |file: &str| {
        let file = file.trim_start_matches('/');
        if wanted.contains(file) {
            owned.insert(root.join(file));
            return;
        }
        // Packages still name /bin and /lib, which are links into /usr (Debian's merged /usr).
        let merged = file.split('/').next().is_some_and(|top| matches!(top, "bin" | "sbin" | "lib"));
        if merged {
            let moved = format!("usr/{file}");
            if wanted.contains(moved.as_str()) {
                owned.insert(root.join(moved));
            }
        }
    };
    let info = root.join(databases::DPKG_STATUS).with_file_name("info");
    for entry in std::fs::read_dir(&info).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|kind| kind == "list")
            && let Some(text) = read_optional(&path)?
        {
            text.lines().for_each(&mut own);
        }
    }
    // The packages themselves have been read already; only their files are wanted here.
    let mut scratch = Inventory::new(Format::Host);
    if let Some((place, text)) = databases::apk_database(root)? {
        apk::packages(&text, &place, &mut scratch, &mut own)?;
    }
    if let Some((place, bytes)) = databases::rpm_database(root)? {
        rpm::packages(&bytes, &place, &mut scratch, &mut own)?;
    }
    Ok(owned)
}
