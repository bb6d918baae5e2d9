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
    let marks = match purl_type {
        "deb" => DEB_MARKS,
        "rpm" => RPM_MARKS,
        _ => return None,
    };
    if let Some((_, name)) = marks.iter().find(|(mark, _)| version.contains(mark)) {
        return Some(name);
    }
    if purl_type == "deb" {
        let bare = version.trim_end_matches(|character: char| character.is_ascii_digit());
        if CODE_NAME_ENDS.iter().any(|end| bare.ends_with(end)) {
            return Some("an upstream project's repository");
        }
    }
    let supplier = supplier?;
    SUPPLIERS.iter().find(|name| supplier.starts_with(*name)).copied()
}

#[cfg(test)]
mod tests {
    use super::third_party;

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
