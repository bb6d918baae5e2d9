// SPDX-License-Identifier: Apache-2.0
//! What the binary asks of the machine that it runs on.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop and say where")]

/// Of Red Hat Enterprise Linux 9 and Ubuntu 22.04; Debian has it since 12. The guide names it too.
const GLIBC_FLOOR: (u32, u32) = (2, 34);

/// Versions of symbols that the dynamic linker must find, as the file names them: `GLIBC_2.34`.
fn glibc_versions(binary: &[u8]) -> Vec<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_2.";
    let starts = binary.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    let minor = |(at, _): (usize, &[u8])| {
        let digits = binary[at + MARK.len()..].iter().take(3).take_while(|byte| byte.is_ascii_digit());
        String::from_utf8(digits.copied().collect()).unwrap().parse().ok()
    };
    starts.filter_map(minor).map(|minor| (2, minor)).collect()
}

#[test]
fn the_binary_runs_on_the_stated_glibc_and_later() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_hinomi")).unwrap();
    let versions = glibc_versions(&binary);
    let newest = versions.iter().max();
    assert!(newest.is_some(), "a binary of glibc names its versions");
    assert!(newest.unwrap() <= &GLIBC_FLOOR, "needs glibc {newest:?}, stated is {GLIBC_FLOOR:?}");
    assert_eq!(glibc_versions(b"x GLIBC_2.4\0GLIBC_2.34\0GLIBC_PRIVATE"), [(2, 4), (2, 34)]);
}
