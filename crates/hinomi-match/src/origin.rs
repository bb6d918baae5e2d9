// SPDX-License-Identifier: Apache-2.0
//! Packages that carry a distribution's name for a thing but were built by somebody else.
//!
//! NodeSource's `nodejs` on Debian is not Debian's `nodejs`: other version numbers, other fixes. Comparing it
//! with the distribution's advisories gives wrong answers both ways, so such a build is *unknown* to them.
//! The builders mark their versions; the marks are taken from their published repositories.

/// Marks in a Debian or Ubuntu version that the distributions themselves never use.
const DEB_MARKS: &[(&str, &str)] = &[
    ("nodesource", "NodeSource"),
    ("deb.sury.org", "deb.sury.org"),
    ("+0~20", "packages.sury.org"),
    (".pgdg", "PostgreSQL Global Development Group"),
    ("+maria~", "MariaDB Foundation"),
    ("percona", "Percona"),
    ("~ppa", "a personal package archive"),
    ("ppa1", "a personal package archive"),
];

/// Upstream projects end their versions with a release's code name; the distributions do not.
const CODE_NAME_ENDS: &[&str] = &[
    "~wheezy",
    "~jessie",
    "~stretch",
    "~buster",
    "~bullseye",
    "~bookworm",
    "~trixie",
    "~trusty",
    "~xenial",
    "~bionic",
    "~focal",
    "~jammy",
    "~noble",
];

/// Marks in an rpm release.
const RPM_MARKS: &[(&str, &str)] = &[
    ("nodesource", "NodeSource"),
    ("PGDG", "PostgreSQL Global Development Group"),
    (".remi", "Remi's repository"),
    (".elrepo", "ELRepo"),
    (".ius", "IUS"),
];

/// Builders by the name they give themselves in the package.
const SUPPLIERS: &[&str] = &["NodeSource", "Docker", "Remi Collet"];

/// Who built it, when that was visibly not the distribution.
pub(crate) fn third_party(purl_type: &str, version: &str, supplier: Option<&str>) -> Option<&'static str> {
    let by_version = match purl_type {
        "deb" => marked_deb(version),
        "rpm" => marked(RPM_MARKS, version),
        _ => return None,
    };
    if by_version.is_some() {
        return by_version;
    }
    let supplier = supplier?;
    SUPPLIERS.iter().find(|name| supplier.starts_with(*name)).copied()
}

fn marked(marks: &[(&str, &'static str)], version: &str) -> Option<&'static str> {
    marks.iter().find(|(mark, _)| version.contains(mark)).map(|(_, name)| *name)
}

fn marked_deb(version: &str) -> Option<&'static str> {
    // Whole distributions are asked about, and next to none of their packages has a mark.
    if !may_be_marked(version) {
        return None;
    }
    marked(DEB_MARKS, version).or_else(|| {
        let bare = version.trim_end_matches(|character: char| character.is_ascii_digit());
        CODE_NAME_ENDS.iter().any(|end| bare.ends_with(end)).then_some("an upstream project's repository")
    })
}

/// True of every version with a mark, and of few others: each mark has one of three letters, or a tilde in company.
fn may_be_marked(version: &str) -> bool {
    let bytes = version.as_bytes();
    let at = |place: Option<usize>| place.and_then(|place| bytes.get(place)).copied().unwrap_or_default();
    bytes.iter().enumerate().any(|(place, byte)| match byte {
        b'o' | b'p' | b'y' => true,
        b'~' => {
            let before = (at(place.checked_sub(2)), at(place.checked_sub(1)));
            matches!(at(Some(place + 1)), b'b' | b'j' | b's' | b't' | b'x')
                || before.1 == b'a'
                || before == (b'+', b'0')
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{CODE_NAME_ENDS, DEB_MARKS, may_be_marked, third_party};

    #[test]
    fn no_mark_is_passed_over() {
        let ends = CODE_NAME_ENDS.iter().map(|end| (*end, "1"));
        for (mark, rest) in DEB_MARKS.iter().map(|(mark, _)| (*mark, "1")).chain(ends) {
            assert!(
                may_be_marked(mark) && third_party("deb", &format!("1{mark}{rest}"), None).is_some(),
                "{mark}"
            );
        }
        for version in ["0~0", "1.2.3-4", "5.10.0-1+deb11u1", "2.1~rc1-2", "1.0~git2021-1", "2:8.2.2434-3+b1"]
        {
            assert!(!may_be_marked(version), "{version}");
        }
    }

    #[test]
    fn builders_are_told_from_distributions() {
        for version in [
            "18.19.0-1nodesource1",
            "8.1.27-1+0~20240107.61+debian12~1.gbpb3b4c1",
            "15.5-1.pgdg120+1",
            "1:10.11.6+maria~deb12",
            "1.25.3-1~bookworm",
            "6:7.2.4-1rl1~bookworm1",
        ] {
            assert!(third_party("deb", version, None).is_some(), "{version}");
        }
        for version in ["1.22.1-9", "2.36.1-8+deb11u1", "6.1.4-1~bpo11+1", "1.0~ubuntu22.04.1", "1:1.2+b1"] {
            assert_eq!(third_party("deb", version, None), None, "{version}");
        }
        assert!(third_party("rpm", "8.2.1-1.el9.remi", None).is_some());
        assert_eq!(third_party("rpm", "8.2.1-1.el9_2", Some("AlmaLinux")), None);
        assert_eq!(third_party("pypi", "1.0nodesource", None), None);
        assert!(third_party("deb", "1.0", Some("NodeSource <x@y>")).is_some());
    }
}
