// SPDX-License-Identifier: Apache-2.0
//! Builds the crate again when the pages were built anew: a release binary holds them.

fn main() {
    let pages = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/build"));
    // A path that is not there would make every build a new one.
    let watched = if pages.exists() { pages } else { std::path::Path::new("build.rs") };
    emit(&format!("cargo:rerun-if-changed={}", watched.display()));
}

#[expect(clippy::print_stdout, reason = "how a build script speaks to cargo")]
fn emit(line: &str) {
    println!("{line}");
}
