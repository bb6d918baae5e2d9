// SPDX-License-Identifier: Apache-2.0
//! The kinds of lists, those with the closer signs first.

use super::{Kind, Line, Listed};
use crate::model::Component;

pub(super) const KINDS: [Kind; 13] = [
    Kind {
        name: "package urls and cpe names",
        line: identity,
        is_heading: |line| line.starts_with('#'),
        needs_heading: false,
    },
    Kind { name: "dpkg -l", line: dpkg_list, is_heading: is_dpkg_heading, needs_heading: false },
    Kind {
        name: "apt list",
        line: apt_list,
        is_heading: |line| line.starts_with("Listing"),
        needs_heading: false,
    },
    Kind { name: "apk list", line: apk_list, is_heading: never, needs_heading: false },
    Kind { name: "dnf list", line: dnf_list, is_heading: is_dnf_heading, needs_heading: true },
    Kind {
        name: "gem list",
        line: gem_list,
        is_heading: |line| line.starts_with("*** LOCAL"),
        needs_heading: false,
    },
    Kind {
        name: "conda list",
        line: conda_list,
        is_heading: |line| line.starts_with('#'),
        needs_heading: true,
    },
    Kind { name: "pip list", line: pip_list, is_heading: is_pip_heading, needs_heading: true },
    Kind {
        name: "go list -m",
        line: go_list,
        is_heading: |line| !line.contains(' ') && line.contains('.'),
        needs_heading: false,
    },
    Kind {
        name: "cargo install --list",
        line: cargo_list,
        is_heading: |line| line.starts_with("    "),
        needs_heading: true,
    },
    Kind { name: "dpkg-query -W", line: dpkg_query, is_heading: never, needs_heading: false },
    Kind { name: "pacman -Q", line: pacman_list, is_heading: never, needs_heading: false },
    Kind {
        name: "apk info -v",
        line: apk_info,
        is_heading: |line| line.starts_with("WARNING: "),
        needs_heading: false,
    },
];

fn never(_: &str) -> bool {
    false
}

/// Packages of a distribution, which such a list never names.
pub(super) fn is_of_distribution(component: &Component) -> bool {
    let purl = component.purl.as_deref().unwrap_or_default();
    ["pkg:deb/", "pkg:rpm/", "pkg:apk/"].iter().any(|start| purl.starts_with(start))
}

/// `pkg:npm/left-pad@1.3.0`, `cpe:2.3:a:openbsd:openssh:9.2:*:*:*:*:*:*:*`
fn identity(line: &str) -> Option<Line<'_>> {
    let text = line.trim();
    let is_one = text.starts_with("pkg:") || text.starts_with("cpe:/") || text.starts_with("cpe:2.3:");
    (is_one && !text.contains(char::is_whitespace)).then_some(Line::Identity(text))
}

fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(is_part)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

/// The name, and the architecture behind its colon.
fn name_and_arch(text: &str) -> Option<(&str, Option<&str>)> {
    let (name, arch) = text.split_once(':').map_or((text, None), |(name, arch)| (name, Some(arch)));
    is_name(name).then_some((name, arch))
}

fn deb<'a>(name: &'a str, version: &'a str, arch: Option<&'a str>) -> Listed<'a> {
    Listed { ty: "deb", namespace: Some("debian"), name, version, arch, ..Listed::default() }
}

fn is_dpkg_heading(line: &str) -> bool {
    line.starts_with("Desired=") || line.starts_with(['|', '+'])
}

/// `ii  adduser  3.134  all  add and remove users`
fn dpkg_list(line: &str) -> Option<Line<'_>> {
    let mut cells = line.split_whitespace();
    let state = cells.next()?;
    let (wanted, is) = (state.as_bytes().first()?, state.as_bytes().get(1)?);
    if !(2..=3).contains(&state.len()) || !b"uihrp".contains(wanted) || !b"ncHUFWti".contains(is) {
        return None;
    }
    let (name, colon_arch) = name_and_arch(cells.next()?)?;
    let version = cells.next()?;
    let arch = cells.next();
    if matches!(is, b'n' | b'c') {
        return Some(Line::Absent);
    }
    if !starts_with_digit(version) {
        return None;
    }
    Some(Line::Package(deb(name, version, arch.or(colon_arch))))
}

/// `adduser/stable,now 3.134 all [installed,automatic]`
fn apt_list(line: &str) -> Option<Line<'_>> {
    let cells: Vec<&str> = line.split(' ').collect();
    let [first, version, arch, rest @ ..] = cells.as_slice() else { return None };
    let (name, suites) = first.split_once('/')?;
    let is_line = is_name(name) && !suites.is_empty() && starts_with_digit(version) && is_name(arch);
    match rest.first() {
        _ if !is_line => None,
        Some(state)
            if state.starts_with("[installed")
                || state.starts_with("[upgradable")
                || state.starts_with("[residual") =>
        {
            let is_there = !state.starts_with("[residual");
            Some(if is_there { Line::Package(deb(name, version, Some(arch))) } else { Line::Absent })
        }
        None => Some(Line::Absent),
        Some(_) => None,
    }
}

/// `adduser<tab>3.134`
fn dpkg_query(line: &str) -> Option<Line<'_>> {
    let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
    let ([name, version] | [name, version, _]) = cells.as_slice() else { return None };
    let (name, colon_arch) = name_and_arch(name)?;
    if version.is_empty() {
        return Some(Line::Absent);
    }
    let arch = cells.get(2).copied().or(colon_arch);
    starts_with_digit(version).then(|| Line::Package(deb(name, version, arch)))
}

/// `musl-1.2.5-r0`: the version begins behind the last hyphen but one, and the revision is `rN`.
fn apk_name(text: &str) -> Option<(&str, &str)> {
    let (rest, revision) = text.rsplit_once("-r")?;
    let (name, version) = rest.rsplit_once('-')?;
    let is_revision = !revision.is_empty() && revision.bytes().all(|byte| byte.is_ascii_digit());
    let is_all = is_revision && starts_with_digit(version) && is_name(name);
    is_all.then(|| (name, &text[name.len() + 1..]))
}

fn apk<'a>(name: &'a str, version: &'a str) -> Listed<'a> {
    Listed { ty: "apk", namespace: Some("alpine"), name, version, ..Listed::default() }
}

/// `musl-1.2.5-r0 x86_64 {musl} (MIT) [installed]`
fn apk_list(line: &str) -> Option<Line<'_>> {
    let (first, rest) = line.split_once(' ')?;
    let (name, version) = apk_name(first)?;
    let (arch, rest) = rest.split_once(" {")?;
    let (source, rest) = rest.split_once("} (")?;
    let (license, state) = rest.rsplit_once(')')?;
    let is_there = state.contains("[installed]") || state.contains("[upgradable");
    let listed =
        Listed { arch: Some(arch), source: Some(source), license: Some(license), ..apk(name, version) };
    Some(if is_there { Line::Package(listed) } else { Line::Absent })
}

/// `musl-1.2.5-r0`
fn apk_info(line: &str) -> Option<Line<'_>> {
    // `apk info -vv` goes on with the description.
    let first = line.split(" - ").next()?.trim_end();
    apk_name(first).map(|(name, version)| Line::Package(apk(name, version)))
}

/// `bash 5.2.026-2`, with `[ignored]` behind what is held.
fn pacman_list(line: &str) -> Option<Line<'_>> {
    let mut cells = line.split(' ');
    let (name, version) = (cells.next()?, cells.next()?);
    let (_, release) = version.rsplit_once('-')?;
    let is_release = !release.is_empty() && release.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_line = is_name(name) && is_release && cells.all(|cell| cell.starts_with('['));
    let listed = Listed { ty: "alpm", namespace: Some("arch"), name, version, ..Listed::default() };
    is_line.then_some(Line::Package(listed))
}

fn is_dnf_heading(line: &str) -> bool {
    [
        "Installed Packages",
        "Loaded plugins",
        "Last metadata",
        "Not root",
        "Updating Subscription",
        "Extra Packages",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// `bash.x86_64   5.1.8-9.el9   @anaconda`
fn dnf_list(line: &str) -> Option<Line<'_>> {
    let mut cells = line.split_whitespace();
    let (name, version, repository) = (cells.next()?, cells.next()?, cells.next());
    let (name, arch) = name.rsplit_once('.')?;
    let is_line = is_name(name) && is_name(arch) && starts_with_digit(version) && cells.next().is_none();
    let listed = Listed { ty: "rpm", name, version, arch: Some(arch), ..Listed::default() };
    (is_line && repository.is_some()).then_some(Line::Package(listed))
}

/// `rake (13.0.6, default: 13.0.3)`
fn gem_list(line: &str) -> Option<Line<'_>> {
    let (name, versions) = line.strip_suffix(')')?.split_once(" (")?;
    let first = versions.trim_start_matches("default: ");
    (is_name(name) && starts_with_digit(first)).then_some(Line::Versions(name, versions))
}

/// `numpy   1.26.4   py311h64a7726_0   conda-forge`; what pip brought says so in the place of the channel.
fn conda_list(line: &str) -> Option<Line<'_>> {
    let cells: Vec<&str> = line.split_whitespace().collect();
    let ([name, version, _] | [name, version, _, _]) = cells.as_slice() else { return None };
    let ty = if cells.get(2..).is_some_and(|rest| rest.contains(&"pypi")) { "pypi" } else { "conda" };
    let listed = Listed { ty, name, version, ..Listed::default() };
    is_name(name.trim_start_matches('_')).then_some(Line::Package(listed))
}

fn is_pip_heading(line: &str) -> bool {
    let mut cells = line.split_whitespace();
    (cells.next() == Some("Package") && cells.next() == Some("Version"))
        || (line.starts_with('-') && line.bytes().all(|byte| byte == b'-' || byte == b' '))
}

/// `requests   2.31.0`, with the place of an editable project behind it.
fn pip_list(line: &str) -> Option<Line<'_>> {
    let mut cells = line.split_whitespace();
    let (name, version) = (cells.next()?, cells.next()?);
    let listed = Listed { ty: "pypi", name, version, ..Listed::default() };
    (is_name(name) && starts_with_digit(version)).then_some(Line::Package(listed))
}

/// `golang.org/x/net v0.20.0`; the project itself has no version, a replacement follows an arrow.
fn go_list(line: &str) -> Option<Line<'_>> {
    let cells: Vec<&str> = line.split(' ').collect();
    let (module, version) = match cells.as_slice() {
        [module, version] | [_, _, "=>", module, version] => (*module, *version),
        [_, _, "=>", _] => return Some(Line::Absent),
        _ => return None,
    };
    let digits = version.strip_prefix('v')?;
    let (namespace, name) =
        module.rsplit_once('/').map_or((None, module), |(space, name)| (Some(space), name));
    let is_line = starts_with_digit(digits) && module.contains('.');
    let listed = Listed { ty: "golang", namespace, name, version, ..Listed::default() };
    is_line.then_some(Line::Package(listed))
}

/// `ripgrep v14.1.0:`, then its programs
fn cargo_list(line: &str) -> Option<Line<'_>> {
    let (name, version) = line.strip_suffix(':')?.split_once(" v")?;
    let version = version.split(' ').next()?;
    let listed = Listed { ty: "cargo", name, version, ..Listed::default() };
    (is_name(name) && starts_with_digit(version)).then_some(Line::Package(listed))
}
