// SPDX-License-Identifier: Apache-2.0
//! Keeps the typesetter from raising the glibc that the binary asks for: see `hypot.c`.

fn main() {
    println!("cargo::rerun-if-changed=hypot.c");
    let is_glibc = std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu");
    if is_glibc && std::env::var_os("CARGO_FEATURE_TYPST").is_some() {
        // Whole: the linker takes it whether or not it has met the one who asks for it.
        cc::Build::new()
            .file("hypot.c")
            .flag_if_supported("-fno-builtin")
            .link_lib_modifier("+whole-archive")
            .compile("hinomi_hypot");
    }
}
