// SPDX-License-Identifier: Apache-2.0
//! Distributions and their releases, from the two sides that must meet.
//!
//! ```text
//!   an advisory says    "Ubuntu:Pro:22.04:LTS"  ─► ecosystem Ubuntu, release 22.04, channel Pro
//!   an inventory says   "ubuntu-22.04.3", "jammy" ─► ecosystem Ubuntu, release 22.04
//! ```
//!
//! Ecosystem names and their suffixes are those of the OSV schema 1.7 ("Defined Ecosystems").

/// An advisory's ecosystem, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EcosystemParts {
    /// Without release: `Ubuntu`.
    pub(crate) base: String,
    /// In normal form: `22.04`.
    pub(crate) release: Option<String>,
    /// A product line beside the plain release: `Pro`, `rhel_eus`, a SUSE product.
    pub(crate) channel: Option<String>,
}

struct Distribution {
    base: &'static str,
    /// `os-release` identifiers, purl namespaces.
    ids: &'static [&'static str],
    release: ReleaseForm,
}

#[derive(Clone, Copy, PartialEq)]
enum ReleaseForm {
    /// One number: `12`.
    Major,
    /// Two: `22.04`, `3.19`.
    MajorMinor,
    /// As written.
    Verbatim,
    /// No releases: one stream that everybody is on.
    Rolling,
}

use ReleaseForm::{Major, MajorMinor, Rolling, Verbatim};

const DISTRIBUTIONS: &[Distribution] = &[
    Distribution { base: "Debian", ids: &["debian"], release: Major },
    Distribution { base: "Ubuntu", ids: &["ubuntu"], release: MajorMinor },
    Distribution { base: "Alpine", ids: &["alpine"], release: MajorMinor },
    Distribution { base: "AlmaLinux", ids: &["almalinux", "alma"], release: Major },
    Distribution { base: "Rocky Linux", ids: &["rocky", "rockylinux"], release: Major },
    Distribution { base: "Red Hat", ids: &["rhel", "redhat"], release: Major },
    Distribution { base: "CentOS", ids: &["centos"], release: Major },
    Distribution { base: "Oracle Linux", ids: &["ol", "oraclelinux", "oracle"], release: Major },
    Distribution { base: "Fedora", ids: &["fedora"], release: Major },
    Distribution { base: "Amazon Linux", ids: &["amzn", "amazon", "amazonlinux"], release: Major },
    Distribution {
        base: "openSUSE",
        ids: &["opensuse-leap", "opensuse-tumbleweed", "opensuse", "opensuse.leap", "opensuse.tumbleweed"],
        release: MajorMinor,
    },
    Distribution {
        base: "SUSE",
        ids: &["sles", "suse", "sled", "sles_sap", "sle_hpc", "sle-micro", "sl-micro"],
        release: MajorMinor,
    },
    Distribution { base: "Photon OS", ids: &["photon"], release: MajorMinor },
    Distribution { base: "openEuler", ids: &["openeuler"], release: Verbatim },
    Distribution { base: "Mageia", ids: &["mageia"], release: Major },
    Distribution { base: "Azure Linux", ids: &["azurelinux", "mariner", "cbl-mariner"], release: Major },
    Distribution { base: "Alpaquita", ids: &["alpaquita"], release: Verbatim },
    Distribution { base: "Wolfi", ids: &["wolfi"], release: Rolling },
    Distribution { base: "Chainguard", ids: &["chainguard"], release: Rolling },
    Distribution { base: "MinimOS", ids: &["minimos"], release: Rolling },
    Distribution { base: "Echo", ids: &["echo"], release: Rolling },
    Distribution { base: "Arch Linux", ids: &["arch", "archlinux"], release: Rolling },
];

/// Code names of releases, where inventories give nothing else (Debian and Ubuntu release lists).
const CODE_NAMES: &[(&str, &str, &str)] = &[
    ("wheezy", "Debian", "7"),
    ("jessie", "Debian", "8"),
    ("stretch", "Debian", "9"),
    ("buster", "Debian", "10"),
    ("bullseye", "Debian", "11"),
    ("bookworm", "Debian", "12"),
    ("trixie", "Debian", "13"),
    ("forky", "Debian", "14"),
    ("sid", "Debian", "sid"),
    ("unstable", "Debian", "sid"),
    ("trusty", "Ubuntu", "14.04"),
    ("xenial", "Ubuntu", "16.04"),
    ("bionic", "Ubuntu", "18.04"),
    ("focal", "Ubuntu", "20.04"),
    ("jammy", "Ubuntu", "22.04"),
    ("kinetic", "Ubuntu", "22.10"),
    ("lunar", "Ubuntu", "23.04"),
    ("mantic", "Ubuntu", "23.10"),
    ("noble", "Ubuntu", "24.04"),
    ("oracular", "Ubuntu", "24.10"),
    ("plucky", "Ubuntu", "25.04"),
    ("questing", "Ubuntu", "25.10"),
];

fn by_base(base: &str) -> Option<&'static Distribution> {
    DISTRIBUTIONS.iter().find(|distribution| distribution.base == base)
}

/// True when advisories of that ecosystem speak of one release, so that a component's must be known.
pub(crate) fn needs_release(base: &str) -> bool {
    by_base(base).is_some_and(|distribution| distribution.release != Rolling)
}

/// True for every distribution that is known.
pub(crate) fn is_distribution(base: &str) -> bool {
    by_base(base).is_some()
}

/// True for the distributions that publish by source package.
pub(crate) fn is_by_source(base: &str) -> bool {
    matches!(base, "Debian" | "Ubuntu" | "Alpine")
}

/// True for enterprise Linux and its rebuilds, which have module streams.
pub(crate) fn has_modules(base: &str) -> bool {
    matches!(base, "AlmaLinux" | "Rocky Linux" | "Red Hat" | "Oracle Linux" | "CentOS")
}

/// The distribution that an `os-release` id or a purl namespace names.
pub(crate) fn base_of_id(id: &str) -> Option<&'static str> {
    let id = id.to_ascii_lowercase();
    DISTRIBUTIONS
        .iter()
        .find(|distribution| distribution.ids.contains(&id.as_str()))
        .map(|distribution| distribution.base)
}

/// An inventory's words for where a package runs: `debian-12`, `ubuntu-22.04.3`, `opensuse-leap-15.5`,
/// `jammy`, `esm-apps/xenial`.
pub(crate) fn parse_hint(hint: &str) -> Option<(&'static str, Option<String>)> {
    let hint = hint.trim().to_ascii_lowercase();
    let (id, rest) = split_id(&hint);
    if let Some(base) = base_of_id(id) {
        // What CentOS Linux rebuilt (up to 8) has Red Hat's versions; CentOS Stream runs ahead of them.
        // A snapshot's day (`opensuse-tumbleweed-20240101`) is no release of a distribution that rolls.
        let rolls = id.ends_with("tumbleweed");
        let release = if rolls { Some("tumbleweed".to_owned()) } else { normal_release(base, rest) };
        let rebuilt = base == "CentOS" && matches!(release.as_deref(), Some("5" | "6" | "7"));
        return Some((if rebuilt { "Red Hat" } else { base }, release));
    }
    let named = hint.split(['/', '-', ' ']).find_map(code_name)?;
    Some((named.0, Some(named.1.to_owned())))
}

/// Splits before the release: the longest known id that is followed by nothing or by a separator.
fn split_id(hint: &str) -> (&str, &str) {
    let mut best = (hint, "");
    let mut best_length = 0;
    for id in DISTRIBUTIONS.iter().flat_map(|distribution| distribution.ids) {
        if let Some(rest) = hint.strip_prefix(id)
            && id.len() > best_length
            && (rest.is_empty() || rest.starts_with(['-', ':', ' ', '@', '_']))
        {
            best = (&hint[..id.len()], rest.trim_start_matches(['-', ':', ' ', '@', '_']));
            best_length = id.len();
        }
    }
    best
}

/// The minor release of enterprise Linux, `8.6` of `rhel-8.6`.
pub(crate) fn minor_release(base: &str, hint: &str) -> Option<String> {
    if !has_modules(base) {
        return None;
    }
    let start = hint.find(|letter: char| letter.is_ascii_digit())?;
    let number = &hint[start..];
    let end = number.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(number.len());
    let (major, minor) = number[..end].split_once('.')?;
    let minor = minor.split('.').next().unwrap_or_default();
    (!minor.is_empty()).then(|| format!("{major}.{minor}"))
}

fn code_name(word: &str) -> Option<(&'static str, &'static str)> {
    CODE_NAMES.iter().find(|(name, _, _)| *name == word).map(|(_, base, release)| (*base, *release))
}

/// The release in the form that both sides share; `None` when the text names none.
pub(crate) fn normal_release(base: &str, text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix('v').unwrap_or(&text);
    if text.is_empty() {
        return None;
    }
    if let Some((named, release)) = text.split(['/', ' ']).find_map(code_name)
        && named == base
    {
        return Some(release.to_owned());
    }
    if matches!(text, "edge" | "tumbleweed" | "rolling") {
        return Some(text.to_owned());
    }
    let form = by_base(base)?.release;
    if form == Rolling {
        return None;
    }
    if !text.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    if form == Verbatim {
        // openEuler's VERSION_ID leaves out that the release is a long-term one (openeuler.org, "Lifecycle").
        let is_short = base == "openEuler" && matches!(text, "20.03" | "22.03" | "24.03");
        return Some(if is_short { format!("{text}-lts") } else { text.to_owned() });
    }
    if base == "SUSE" || base == "openSUSE" {
        return suse_release(text);
    }
    let mut parts = text.split(|character: char| !character.is_ascii_digit());
    let major = parts.next()?.to_owned();
    if form == Major {
        return Some(major);
    }
    match parts.next().filter(|minor| !minor.is_empty()) {
        Some(minor) => Some(format!("{major}.{minor}")),
        None => Some(major),
    }
}

/// `Linux Enterprise Server 15 SP5`, `12-SP5-LTSS`, `Leap 15.5`, `15.5` → `15.5`; `15` alone stays `15`.
fn suse_release(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if lower.contains("tumbleweed") {
        return Some("tumbleweed".to_owned());
    }
    let start = lower.find(|character: char| character.is_ascii_digit())?;
    let number = &lower[start..];
    let end = number
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(number.len());
    let (version, rest) = number.split_at(end);
    let rest = rest.trim_start_matches([' ', '-', '_', ':']);
    if !version.contains('.')
        && let Some(pack) = rest.strip_prefix("sp")
    {
        let digits: String = pack.chars().take_while(char::is_ascii_digit).collect();
        if !digits.is_empty() {
            return Some(format!("{version}.{digits}"));
        }
    }
    Some(version.trim_end_matches('.').to_owned())
}

/// Takes an advisory's ecosystem apart: base, release in normal form, channel.
pub(crate) fn parse_ecosystem(ecosystem: &str) -> EcosystemParts {
    let (base, suffix) = match ecosystem.split_once(':') {
        Some((base, suffix)) => (base.trim(), suffix.trim()),
        None => (ecosystem.trim(), ""),
    };
    let plain = |release: Option<String>, channel: Option<&str>| EcosystemParts {
        base: base.to_owned(),
        release,
        channel: channel.map(str::to_owned),
    };
    match base {
        _ if suffix.is_empty() => plain(None, None),
        "Ubuntu" => {
            let mut release = None;
            let mut channels = Vec::new();
            for part in suffix.split(':') {
                match normal_release(base, part) {
                    Some(found) if release.is_none() => release = Some(found),
                    _ if part.eq_ignore_ascii_case("lts") => {}
                    _ => channels.push(part),
                }
            }
            let channel = channels.join(":");
            plain(release, (!channel.is_empty()).then_some(channel.as_str()))
        }
        "Red Hat" => {
            let mut parts = suffix.split(':');
            let line = parts.next().unwrap_or_default();
            let version = parts.next().unwrap_or_default();
            let bare = normal_release(base, line);
            let main = matches!(line, "enterprise_linux") || bare.is_some();
            let channel = if version.is_empty() { line.to_owned() } else { format!("{line}:{version}") };
            let release = normal_release(base, version).or(bare);
            plain(release, (!main).then_some(channel.as_str()))
        }
        "SUSE" | "openSUSE" => {
            let product: String = suffix
                .chars()
                .take_while(|character| !character.is_ascii_digit())
                .collect::<String>()
                .trim()
                .to_owned();
            // Long-term support stands behind the number: "12 SP5-LTSS", "15 SP3-ESPOS".
            let long_term = ["LTSS", "ESPOS", "TERADATA"].into_iter().find(|line| suffix.contains(line));
            let channel = match long_term {
                Some(line) => Some(format!("{product} {line}")),
                None => (base == "SUSE" && !product.is_empty()).then_some(product),
            };
            plain(suse_release(suffix), channel.as_deref())
        }
        // The repository that has the package ("Maven:https://repo.jenkins-ci.org/releases/").
        _ if by_base(base).is_none() && (suffix.starts_with("https://") || suffix.starts_with("http://")) => {
            plain(None, None)
        }
        // A vendor's own repairs of another ecosystem's packages ("Root:Debian:12", "Seal:PyPI").
        _ if by_base(base).is_none() => plain(None, Some(suffix)),
        _ => plain(normal_release(base, suffix).or_else(|| Some(suffix.to_owned())), None),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse_ecosystem, parse_hint};

    fn parts(ecosystem: &str) -> (String, String, String) {
        let parts = parse_ecosystem(ecosystem);
        (parts.base, parts.release.unwrap_or_default(), parts.channel.unwrap_or_default())
    }

    fn triple(base: &str, release: &str, channel: &str) -> (String, String, String) {
        (base.to_owned(), release.to_owned(), channel.to_owned())
    }

    #[test]
    fn ecosystems_of_advisories() {
        assert_eq!(parts("Debian:12"), triple("Debian", "12", ""));
        assert_eq!(parts("Ubuntu:22.04:LTS"), triple("Ubuntu", "22.04", ""));
        assert_eq!(parts("Ubuntu:Pro:22.04:LTS"), triple("Ubuntu", "22.04", "Pro"));
        assert_eq!(parts("Ubuntu:25.10"), triple("Ubuntu", "25.10", ""));
        assert_eq!(parts("Alpine:v3.19"), triple("Alpine", "3.19", ""));
        assert_eq!(parts("AlmaLinux:9"), triple("AlmaLinux", "9", ""));
        assert_eq!(parts("Rocky Linux:8"), triple("Rocky Linux", "8", ""));
        assert_eq!(parts("Red Hat:enterprise_linux:9::appstream"), triple("Red Hat", "9", ""));
        assert_eq!(parts("Red Hat:rhel_aus:8.6::appstream"), triple("Red Hat", "8", "rhel_aus:8.6"));
        assert_eq!(
            parts("SUSE:Linux Enterprise Server 15 SP5"),
            triple("SUSE", "15.5", "Linux Enterprise Server")
        );
        assert_eq!(parts("openSUSE:Leap 15.5"), triple("openSUSE", "15.5", ""));
        assert_eq!(parts("openSUSE:Tumbleweed"), triple("openSUSE", "tumbleweed", ""));
        assert_eq!(parts("Root:Debian:12"), triple("Root", "", "Debian:12"));
        assert_eq!(parts("Maven:https://repo.jenkins-ci.org/releases/"), triple("Maven", "", ""));
        assert_eq!(parts("openEuler:22.03-LTS-SP1"), triple("openEuler", "22.03-lts-sp1", ""));
        assert_eq!(parts("PyPI"), triple("PyPI", "", ""));
    }

    #[test]
    fn words_of_inventories() {
        let hint = |text: &str| {
            parse_hint(text).map(|(base, release)| format!("{base}:{}", release.unwrap_or_default()))
        };
        assert_eq!(hint("debian-12").as_deref(), Some("Debian:12"));
        assert_eq!(hint("debian-12.5").as_deref(), Some("Debian:12"));
        assert_eq!(hint("debian-sid").as_deref(), Some("Debian:sid"));
        assert_eq!(hint("debian").as_deref(), Some("Debian:"));
        assert_eq!(hint("bookworm").as_deref(), Some("Debian:12"));
        assert_eq!(hint("ubuntu-22.04.3").as_deref(), Some("Ubuntu:22.04"));
        assert_eq!(hint("esm-apps/xenial").as_deref(), Some("Ubuntu:16.04"));
        assert_eq!(hint("alpine-3.19.1").as_deref(), Some("Alpine:3.19"));
        assert_eq!(hint("alpine-edge").as_deref(), Some("Alpine:edge"));
        assert_eq!(hint("almalinux-9.3").as_deref(), Some("AlmaLinux:9"));
        assert_eq!(hint("rhel-8.6").as_deref(), Some("Red Hat:8"));
        assert_eq!(hint("centos-7").as_deref(), Some("Red Hat:7"));
        assert_eq!(hint("centos-9").as_deref(), Some("CentOS:9"));
        assert_eq!(hint("opensuse-leap-15.5").as_deref(), Some("openSUSE:15.5"));
        assert_eq!(hint("sles-15.5").as_deref(), Some("SUSE:15.5"));
        assert_eq!(hint("opensuse-tumbleweed-20240101").as_deref(), Some("openSUSE:tumbleweed"));
        assert_eq!(hint("sle-micro-5.3").as_deref(), Some("SUSE:5.3"));
        assert_eq!(hint("openEuler-22.03").as_deref(), Some("openEuler:22.03-lts"));
        assert_eq!(hint("wolfi-20230201").as_deref(), Some("Wolfi:"));
        assert_eq!(hint("temple-os"), None);
    }
}
