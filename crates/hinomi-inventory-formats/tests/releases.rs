// SPDX-License-Identifier: Apache-2.0
//! The real container documents: every system package gets the distribution release that its document tells.

use std::ops::ControlFlow;
use std::path::PathBuf;

use hinomi_archive::{Limits, walk};
use hinomi_inventory_formats::read;

#[test]
fn every_system_package_of_a_real_image_has_its_release() {
    let folder = std::env::var_os("HINOMI_DATA_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let file = folder.join("sboms.tar.zst");
    if !file.exists() {
        println!("skipped: {} is absent (set HINOMI_DATA_DIR)", file.display());
        return;
    }
    let (mut documents, mut packages, mut inferred) = (0, 0, 0);
    let mut without = Vec::new();
    walk(&file, &Limits::default(), &mut |entry| {
        let path = entry.path.clone();
        if !path.contains("/container-images-spdx/") || !path.ends_with(".json") {
            return ControlFlow::Continue(());
        }
        let bytes = entry.bytes.unwrap_or_else(|error| panic!("{error}"));
        let inventory = read(&bytes, &path).unwrap();
        documents += 1;
        for one in &inventory.components {
            let purl = one.purl.as_deref().unwrap_or_default();
            if !["pkg:deb/", "pkg:rpm/", "pkg:apk/"].iter().any(|ty| purl.starts_with(ty)) {
                continue;
            }
            packages += 1;
            if one.distro.is_none() {
                without.push(format!("{path}: {purl}"));
            }
            inferred += usize::from(one.distro.is_some() && !purl.contains("distro="));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    println!(
        "{documents} documents, {packages} packages, {inferred} releases inferred, {} without",
        without.len()
    );
    assert_eq!(without.first(), None);
    assert!(documents == 863 && inferred > 30_000);
}
