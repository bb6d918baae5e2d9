// SPDX-License-Identifier: Apache-2.0
//! Lines of `rpm -qa`: `name-version-release.arch`, `%{NEVRA}`, `--last`, and columns of `--queryformat`.
//!
//! A query format is the user's own, so that columns are known by what stands in them: the architecture and the source
//! package by their look, the name by being first, and what stands between as epoch, version and release.

use super::{Package, SIGNING_KEY, source_rpm};
use crate::Format;
use crate::distro;
use crate::error::{Place, ReadError};
use crate::model::{HostFacts, Inventory, Warning};
use crate::text::has_control;

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::RpmQuery);
    let host = HostFacts::default();
    let (mut has_epochs, mut has_sources) = (false, false);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let package = package(line).or_else(|| bare(line)).ok_or_else(|| {
            let place = Place::Line { line: index + 1, column: 1 };
            ReadError::new(
                path,
                place,
                "is neither name-version-release.arch nor columns with an architecture",
            )
        })?;
        if has_control(package.name) || has_control(package.version) || has_control(package.release) {
            let text = "name or version has control characters".to_owned();
            inventory.warnings.push(Warning { place: format!("line {}", index + 1), text });
        }
        has_epochs |= package.epoch.is_some();
        has_sources |= package.source_rpm.is_some();
        inventory.components.push(package.component(&host));
    }
    finish(&mut inventory, has_epochs, has_sources);
    Ok(inventory)
}

/// What only the whole list tells: the distribution, and what its lines are without.
pub(super) fn finish(inventory: &mut Inventory, has_epochs: bool, has_sources: bool) {
    vendor(inventory);
    distro::inherit(inventory);
    let lacking: Vec<&str> = [(has_epochs, "epochs"), (has_sources, "source packages")]
        .iter()
        .filter_map(|(has, what)| (!has).then_some(*what))
        .collect();
    if !lacking.is_empty() {
        let text = format!("this output of rpm has no {}; the database itself has", lacking.join(" and no "));
        inventory.warnings.push(Warning { place: "document".to_owned(), text });
    }
}

/// The release package names the distribution, which the lines themselves do not.
fn vendor(inventory: &mut Inventory) {
    const RELEASES: [(&str, &str); 8] = [
        ("centos-release", "centos"),
        ("centos-linux-release", "centos"),
        ("centos-stream-release", "centos"),
        ("redhat-release", "redhat"),
        ("almalinux-release", "almalinux"),
        ("rocky-release", "rocky"),
        ("oraclelinux-release", "ol"),
        ("fedora-release-common", "fedora"),
    ];
    let vendor = RELEASES
        .iter()
        .find(|(package, _)| inventory.components.iter().any(|component| component.name == *package));
    let Some((_, vendor)) = vendor else { return };
    for component in &mut inventory.components {
        if let Some(rest) = component.purl.as_deref().and_then(|purl| purl.strip_prefix("pkg:rpm/")) {
            component.purl = Some(format!("pkg:rpm/{vendor}/{rest}"));
        }
    }
}

pub(crate) fn is_query_line(line: &str) -> bool {
    package(line.trim()).is_some()
}

/// `rpm -qa` of rpm 4.4 (Red Hat Enterprise Linux 5) prints no architecture: a text of nothing but such lines, of which
/// some release names its distribution.
pub(crate) fn is_bare_list(text: &str) -> bool {
    const RELEASES: [&str; 9] = [".el", ".fc", ".amzn", ".azl", ".cm", ".mga", "lp15", ".suse", ".ph"];
    const LINES_TRIED: usize = 200;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES_TRIED).peekable();
    let mut names_one = false;
    lines.peek().is_some()
        && lines.all(|line| {
            names_one |= RELEASES.iter().any(|release| line.contains(release));
            package(line).or_else(|| bare(line)).is_some()
        })
        && names_one
}

/// `bash-3.2-32.el5`
fn bare(line: &str) -> Option<Package<'_>> {
    let (rest, release) = line.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let (epoch, version) = epoch_of(version);
    let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let is_one = !name.is_empty() && !line.contains(char::is_whitespace);
    (is_one && is_number(version) && starts_alphanumeric(release)).then_some(Package {
        name,
        epoch,
        version,
        release,
        arch: None,
        source_rpm: None,
    })
}

/// `gpg-pubkey-350d275d-6279464b`, with `.(none)` as architecture since rpm 4.11
fn signing_key(word: &str) -> Option<Package<'_>> {
    let (version, release) = word.strip_prefix(SIGNING_KEY)?.strip_prefix('-')?.split_once('-')?;
    let release = release.strip_suffix(".(none)").unwrap_or(release);
    Some(Package { name: SIGNING_KEY, epoch: None, version, release, arch: None, source_rpm: None })
}

fn package(line: &str) -> Option<Package<'_>> {
    const SEPARATORS: [char; 5] = ['\t', '|', ';', ',', ' '];
    let Some(separator) = SEPARATORS.into_iter().find(|separator| line.contains(*separator)) else {
        return signing_key(line).or_else(|| nevra(line));
    };
    let words: Vec<&str> = line
        .split(separator)
        .map(|word| word.trim().trim_matches('"'))
        .filter(|word| !word.is_empty())
        .collect();
    // `rpm -qa --last` and lists of support tools: the package, then a date.
    if let Some(package) = words.first().and_then(|first| signing_key(first).or_else(|| nevra(first))) {
        return Some(package);
    }
    columns(&words)
}

/// `bash-5.1.8-6.el9.x86_64`, `bind-libs-32:9.16-1.el9.x86_64`
fn nevra(text: &str) -> Option<Package<'_>> {
    let (rest, arch) = text.rsplit_once('.')?;
    let (rest, release) = rest.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let (epoch, version) = epoch_of(version);
    if name.is_empty()
        || !is_arch(arch)
        || !starts_alphanumeric(version)
        || text.contains(char::is_whitespace)
    {
        return None;
    }
    Some(Package { name, epoch, version, release, arch: Some(arch.to_owned()), source_rpm: None })
}

fn columns<'a>(words: &[&'a str]) -> Option<Package<'a>> {
    let (name, rest) = words.split_first()?;
    let arch_at = rest.iter().position(|word| is_arch(word) && *word != "(none)")?;
    let source = rest.iter().find(|word| source_rpm(word).is_some());
    let (epoch, version, release) = match &rest[..arch_at] {
        [joined] => {
            let (joined, release) = joined.rsplit_once('-')?;
            let (epoch, version) = epoch_of(joined);
            (epoch, version, release)
        }
        [version, release] => {
            let (epoch, version) = epoch_of(version);
            (epoch, version, *release)
        }
        [epoch, version, release] => (Some(epoch_number(epoch)?), *version, *release),
        _ => return None,
    };
    if name.is_empty() || !starts_alphanumeric(version) || !starts_alphanumeric(release) {
        return None;
    }
    Some(Package {
        name,
        epoch,
        version,
        release,
        arch: Some(rest[arch_at].to_owned()),
        source_rpm: source.map(|source| (*source).to_owned()),
    })
}

fn epoch_of(version: &str) -> (Option<u32>, &str) {
    match version.split_once(':').and_then(|(epoch, version)| Some((epoch_number(epoch)?, version))) {
        Some((epoch, version)) => (Some(epoch), version),
        None => (None, version),
    }
}

/// rpm prints `(none)` for a package without an epoch, which compares as zero.
fn epoch_number(text: &str) -> Option<u32> {
    if text == "(none)" { Some(0) } else { text.parse().ok() }
}

/// Architectures of `rpmrc`, rpm 4.18.
fn is_arch(text: &str) -> bool {
    const ARCHES: [&str; 24] = [
        "x86_64",
        "x86_64_v2",
        "noarch",
        "i686",
        "i586",
        "i486",
        "i386",
        "athlon",
        "amd64",
        "aarch64",
        "armv7hl",
        "armv7hnl",
        "armv6hl",
        "armv5tel",
        "ppc",
        "ppc64",
        "ppc64le",
        "s390",
        "s390x",
        "riscv64",
        "loongarch64",
        "ia64",
        "mips64el",
        "src",
    ];
    ARCHES.contains(&text) || text == "(none)"
}

fn starts_alphanumeric(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_query_formats_give_the_same_package() {
        for line in [
            "bind-libs-32:9.16.23-1.el9.x86_64",
            "bind-libs\t32\t9.16.23\t1.el9\tx86_64\tbind-9.16.23-1.el9.src.rpm",
            "bind-libs|32|9.16.23|1.el9|x86_64",
            "bind-libs 32 9.16.23 1.el9 x86_64 bind-9.16.23-1.el9.src.rpm",
            "\"bind-libs\",\"32:9.16.23-1.el9\",\"x86_64\"",
            "bind-libs;32:9.16.23;1.el9;x86_64;Red Hat",
        ] {
            let found = package(line).unwrap_or_else(|| panic!("{line}"));
            let parts = (found.name, found.epoch, found.version, found.release, found.arch.as_deref());
            assert_eq!(parts, ("bind-libs", Some(32), "9.16.23", "1.el9", Some("x86_64")), "{line}");
        }
        let none = package("bash (none) 5.1.8 6.el9 x86_64").unwrap();
        assert_eq!((none.epoch, none.version), (Some(0), "5.1.8"));
        assert_eq!(package("bash-5.1.8-6.el9.x86_64      Tue 21 Oct 2025").unwrap().name, "bash");
        assert!(package("some words of a text with noarch").is_none());
        assert!(package("bash 5.1").is_none());
    }

    #[test]
    fn old_lists_have_no_architecture_and_keys_are_listed_too() {
        let text = "bash-3.2-32.el5\nglibc-2.5-123.el5_11\ngpg-pubkey-e8562897-459f07a4\n";
        assert!(is_bare_list(text) && !is_query_line("bash-3.2-32.el5"));
        assert!(!is_bare_list("some-file-1\nother-thing-2\n") && !is_bare_list(""));
        let found = read(text, "p").unwrap().components;
        let told: Vec<_> =
            found.iter().map(|one| (one.name.as_str(), one.version.as_deref().unwrap())).collect();
        let wanted =
            [("bash", "3.2-32.el5"), ("glibc", "2.5-123.el5_11"), ("gpg-pubkey", "e8562897-459f07a4")];
        assert_eq!(told, wanted);
        assert_eq!(found[2].purl, None);
        let key = package("gpg-pubkey-350d275d-6279464b.(none)").unwrap();
        assert_eq!((key.version, key.release), ("350d275d", "6279464b"));
    }

    #[test]
    fn the_release_package_names_the_distribution_of_all() {
        let text =
            "rocky-release-9.4-1.7.el9.noarch\nbash-5.1.8-9.el9.x86_64\ngpg-pubkey-350d275d-6279464b\n";
        let found = read(text, "p").unwrap();
        let purls: Vec<_> = found.components.iter().filter_map(|one| one.purl.as_deref()).collect();
        assert_eq!(purls[1], "pkg:rpm/rocky/bash@5.1.8-9.el9?arch=x86_64");
        assert!(found.components[..2].iter().all(|one| one.distro.as_deref() == Some("rocky-9")));
        assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);
    }
}
