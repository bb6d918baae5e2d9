// SPDX-License-Identifier: Apache-2.0
//! A version and its update as one version text.
//!
//! Vendors put into `update` what other schemes write into the version: `update_202`, `p18`, `sp1`, `rc2`, `k`. What
//! comes before the release keeps its word, so that the generic scheme sorts it below; anything else is a patch of it.

/// Words of updates that are older than the version they stand beside.
const BEFORE: [&str; 9] = ["alpha", "beta", "rc", "pre", "dev", "milestone", "snapshot", "m", "cr"];

pub(super) fn fold(version: &str, update: &str) -> String {
    let update = update.trim_matches(['_', '-', '.']);
    let word_end = update.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(update.len());
    let (word, rest) = update.split_at(word_end);
    let rest = rest.trim_start_matches(['_', '-', '.']);
    if word.is_empty() && rest.is_empty() {
        return version.to_owned();
    }
    // Python's b1, as part of the version or beside it.
    let word =
        if word == "b" && rest.starts_with(|letter: char| letter.is_ascii_digit()) { "beta" } else { word };
    if BEFORE.contains(&word) {
        let word = if matches!(word, "m" | "milestone" | "dev" | "snapshot") { "alpha" } else { word };
        return format!("{version}-{}{rest}", if word == "cr" { "rc" } else { word });
    }
    // OpenSSL's 1.1.1 k: a single letter is part of the version.
    if word.len() == 1 && rest.is_empty() {
        return format!("{version}{word}");
    }
    format!("{version}-patch{}", if rest.is_empty() { "1" } else { rest })
}
