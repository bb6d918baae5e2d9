// SPDX-License-Identifier: Apache-2.0
//! Versions as vulnerability records write them beside CPE names, in words that the generic scheme orders.
//!
//! ```text
//!   10.0.0-M5, 10.0.0 milestone5   before the release      10.0.0-alpha5
//!   4.2.0.Final, 4.4-stable        the release itself      4.2.0
//!   2.4.7-p1, 11.5(1)su11          after it                2.4.7-patch1
//!   1.1.1k                         a letter of its own     1.1.1k
//! ```
//! The generic scheme takes every word that it does not know for a pre-release. Vendors mostly count what comes
//! after a release: service packs, hot fixes, rebuilds, security updates. So here the known words for "before" and
//! for "itself" are told apart, and any other word behind a number is a later one.

use std::borrow::Cow;

const BEFORE: [&str; 12] = [
    "dev",
    "devel",
    "milestone",
    "snapshot",
    "ea",
    "eap",
    "canary",
    "nightly",
    "experimental",
    "insider",
    "latest",
    "next",
];
const ITSELF: [&str; 6] = ["final", "ga", "release", "rel", "lts", "stable"];

/// The version as the generic scheme has to read it. Equal texts stay equal.
pub(super) fn comparable(version: &str) -> Cow<'_, str> {
    let bytes = version.as_bytes();
    if !bytes.iter().any(u8::is_ascii_alphabetic) || !version.is_ascii() {
        return Cow::Borrowed(version);
    }
    let mut out = String::with_capacity(version.len() + 8);
    let mut at = 0;
    let mut seen_number = false;
    while let Some(byte) = bytes.get(at) {
        if !byte.is_ascii_alphabetic() {
            seen_number |= byte.is_ascii_digit();
            out.push(char::from(*byte));
            at += 1;
            continue;
        }
        let end =
            bytes[at..].iter().position(|one| !one.is_ascii_alphabetic()).map_or(bytes.len(), |n| at + n);
        let word = version[at..end].to_ascii_lowercase();
        let before = at.checked_sub(1).map(|last| bytes[last]);
        if seen_number {
            out.push_str(&in_order(&word, before, bytes.get(end).copied()));
        } else {
            out.push_str(&word);
        }
        at = end;
    }
    Cow::Owned(out)
}

fn in_order(word: &str, before: Option<u8>, after: Option<u8>) -> String {
    let behind_number = before.is_some_and(|byte| byte.is_ascii_digit());
    let before_number = after.is_some_and(|byte| byte.is_ascii_digit());
    let set_apart = before.is_some_and(|byte| matches!(byte, b'-' | b'.' | b'_' | b'~' | b' '));
    match word {
        // 1.1.1k: one letter, and no number behind it.
        _ if word.len() == 1 && behind_number && !before_number => word.to_owned(),
        // OpenSSL went on behind 1.0.2z with 1.0.2za.
        _ if word.len() == 2 && word.starts_with('z') && behind_number && !before_number => {
            format!("z.{}", word.as_bytes()[1] - b'a' + 1)
        }
        "alpha" | "beta" | "rc" => word.to_owned(),
        "b" if before_number || set_apart => "beta".to_owned(),
        "a" if before_number || set_apart => "alpha".to_owned(),
        "cr" => "rc".to_owned(),
        // Tomcat's and Spring's M1; Cisco's 15.2(4)M6 is a rebuild.
        "m" if set_apart && before_number => "alpha".to_owned(),
        _ if word.starts_with("pre") => "pre".to_owned(),
        _ if BEFORE.contains(&word) => "alpha".to_owned(),
        _ if ITSELF.contains(&word) => String::new(),
        _ => "patch".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use super::comparable;
    use crate::{Scheme, compare};

    #[test]
    fn words_sort_as_their_vendors_mean_them() {
        let cases = [
            ("2.4.3", Less, "2.4.3-ext-7"),
            ("2.4.7", Less, "2.4.7-p1"),
            ("2.4.7-p1", Less, "2.4.8"),
            ("2.4.4-p9", Greater, "2.4.4"),
            ("2.4.4-p9", Less, "2.4.4-p10"),
            ("10.0.0-M5", Less, "10.0.0"),
            ("10.0.0-alpha5", Greater, "10.0.0-M1"),
            ("15.2(4)M6", Greater, "15.2(4)"),
            ("11.5(1)", Less, "11.5(1)su11"),
            ("11.6.0", Less, "11.6.0+security-01"),
            ("9.11.37-patch1", Equal, "9.11.37-S1"),
            ("4.2.0-final", Equal, "4.2"),
            ("4.4-stable", Equal, "4.4"),
            ("1.6.0b10", Equal, "1.6.0-beta10"),
            ("15.1F4", Greater, "15.1"),
            ("17.4r2", Equal, "17.4-patch2"),
            ("1.1.1k", Greater, "1.1.1"),
            ("1.1.1p", Less, "1.1.1q"),
            ("1.0.2k", Less, "1.0.2zd"),
            ("1.0.2z", Less, "1.0.2za"),
            ("1.0.2zd", Less, "1.0.2ze"),
            ("1.0.2zd", Less, "1.0.3"),
            ("3.21.0-a.0", Less, "3.21.0"),
            ("15.2.0-canary.0", Less, "15.2.0"),
            ("R31", Less, "R31_P1"),
            ("2022.07-rc2", Less, "2022.07"),
        ];
        for (left, wanted, right) in cases {
            let order = compare(Scheme::Generic, &comparable(left), &comparable(right));
            assert_eq!(order, Ok(wanted), "{left} {right}");
        }
    }

    #[test]
    fn any_text_stays_a_text_that_can_be_placed_when_it_could() {
        for text in ["", "-", "final", "1-final", "\u{3b1}1", "a\u{3b1}", "release.2022", "x", "1.stable"] {
            if compare(Scheme::Generic, text, text).is_ok() {
                assert!(compare(Scheme::Generic, &comparable(text), &comparable(text)).is_ok(), "{text}");
            }
        }
    }
}
