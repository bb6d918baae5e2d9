// SPDX-License-Identifier: Apache-2.0
//! Streams the members of the vector archive.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// Calls `visit` with the path and text of each member whose path contains `wanted`; false where there is no archive.
pub(crate) fn for_each_member(wanted: &str, mut visit: impl FnMut(&str, &str)) -> bool {
    let folder = std::env::var_os("HINOMI_DATA_DIR")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let path = folder.join("vectors.tar.zst");
    let Ok(file) = File::open(&path) else {
        println!("skipped: {} is not there; set HINOMI_DATA_DIR", path.display());
        return false;
    };
    let mut members = 0;
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).expect("a zstd stream"));
    for entry in archive.entries().expect("a tar archive") {
        let mut entry = entry.expect("an archive member");
        let path = entry.path().expect("a member's path").to_string_lossy().into_owned();
        if entry.header().entry_type().is_file() && path.contains(wanted) {
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("a text file");
            visit(&path, &text);
            members += 1;
        }
    }
    assert!(members > 0, "the archive has no member like {wanted}");
    true
}
