// SPDX-License-Identifier: Apache-2.0
//! Builds the crate again when the pages were built anew: a release binary holds them.

fn main() {
    let pages = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/build"));
    // A path that is not there would make every build a new one.
    let watched = if pages.exists() { pages } else { std::path::Path::new("build.rs") };
    println!("cargo:rerun-if-changed={}", watched.display());
}
