// SPDX-License-Identifier: Apache-2.0
//! dpkg's status file (deb822 paragraphs; dpkg 1.22 `status`), also the per-package files of `status.d`.

mod installed;
mod outline;
mod paragraph;

pub use installed::{Installed, NotApart, System, installed};
pub(crate) use outline::{Starts, outline};

use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{Component, HostFacts, Inventory, Warning};
use crate::text::{has_control, non_empty};
use memchr::memchr;
use paragraph::{Paragraph, Paragraphs, trimmed, trimmed_end};

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::DpkgStatus);
    if let Some(host) = guess_host(text) {
        let release = host.distro().unwrap_or_else(|| "unknown".to_owned());
        inventory.warnings.push(Warning {
            place: "base-files".to_owned(),
            text: format!(
                "the status file does not name its distribution; {release} is taken from base-files"
            ),
        });
        inventory.host = host;
    }
    packages(text, path, &mut inventory)?;
    let removed = removed(text);
    if removed > 0 {
        inventory.warnings.push(Warning {
            place: "document".to_owned(),
            text: format!("{removed} packages are removed, only their configuration is left: not counted"),
        });
    }
    Ok(inventory)
}

/// Known by its first two lines: dpkg alone writes the state right behind the name.
pub fn is_status(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    lines.next().is_some_and(|line| line.starts_with(b"Package:"))
        && lines.next().is_some_and(|line| line.starts_with(b"Status:"))
}

fn removed(text: &str) -> usize {
    let states = text.lines().filter_map(|line| line.strip_prefix("Status:")?.split_whitespace().nth(2));
    states.filter(|state| matches!(*state, "config-files" | "not-installed")).count()
}

/// Adds the installed packages of a status file; `inventory.host` says which distribution they belong to.
///
/// Packages that are removed but still configured have no code on the host and do not count.
pub fn packages(text: &str, path: &str, inventory: &mut Inventory) -> Result<(), ReadError> {
    let system = System::of(&inventory.host);
    for paragraph in Paragraphs::new(text) {
        let paragraph = paragraph.map_err(|line| {
            ReadError::new(path, Place::Line { line, column: 1 }, "is not a field \"Name: value\"")
        })?;
        let line = paragraph.line;
        let missing = |field: &str| {
            ReadError::new(
                path,
                Place::Line { line, column: 1 },
                format!("paragraph without the field {field}"),
            )
        };
        let name = paragraph.package.ok_or_else(|| missing("Package"))?;
        match paragraph.state() {
            Some("config-files" | "not-installed") => continue,
            Some("installed" | "unpacked" | "half-configured" | "triggers-awaited" | "triggers-pending") => {}
            _ => inventory.warnings.push(Warning {
                place: format!("line {line}"),
                text: format!(
                    "package {name:?} is in the state {:?}, counted as installed",
                    paragraph.status
                ),
            }),
        }
        let version = paragraph.version.ok_or_else(|| missing("Version"))?;
        if has_control(name) || has_control(version) {
            inventory.warnings.push(Warning {
                place: format!("line {line}"),
                text: "name or version has control characters".to_owned(),
            });
        }
        inventory.components.push(component(&paragraph, name, version, &system));
    }
    Ok(())
}

fn component(paragraph: &Paragraph<'_>, name: &str, version: &str, system: &System) -> Component {
    let (source_name, source_version) = source(paragraph.source, name, version);
    let architecture = paragraph.architecture;
    Component {
        id: Some(format!("deb:{name}:{}@{version}", architecture.unwrap_or_default())),
        purl: Some(system.purl(name, version, architecture)),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        supplier: paragraph.maintainer.and_then(non_empty),
        source_name: Some(source_name.to_owned()),
        source_version: Some(source_version.to_owned()),
        arch: architecture.map(str::to_owned),
        distro: system.distro().map(str::to_owned),
        ..Component::default()
    }
}

/// `Source: foo (1.2-3)` names both; `Source: foo` only the name; without the field the package is its own source.
fn source<'a>(field: Option<&'a str>, name: &'a str, version: &'a str) -> (&'a str, &'a str) {
    let Some(field) = field else { return (name, without_binary_rebuild(version)) };
    let Some(open) = memchr(b'(', field.as_bytes()) else {
        return (trimmed(field), without_binary_rebuild(version));
    };
    let mut stated = trimmed_end(&field[open + 1..]);
    while let Some(inner) = stated.strip_suffix(')') {
        stated = inner;
    }
    (trimmed(&field[..open]), trimmed(stated))
}

/// A binary-only rebuild appends `+bN` to the version of the unchanged source (Debian Developer's Reference 5.10.2.1).
fn without_binary_rebuild(version: &str) -> &str {
    if memchr(b'+', version.as_bytes()).is_none() {
        return version;
    }
    match version.rsplit_once("+b") {
        Some((source, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            source
        }
        _ => version,
    }
}

/// base-files is versioned after the Debian release that it belongs to ("12.4+deb12u5").
fn guess_host(text: &str) -> Option<HostFacts> {
    let mut paragraphs = Paragraphs::new(text).map_while(Result::ok);
    host_of(&paragraphs.find(|paragraph| paragraph.package == Some(BASE))?)
}

const BASE: &str = "base-files";

fn host_of(base: &Paragraph<'_>) -> Option<HostFacts> {
    if base.maintainer.is_some_and(|maintainer| maintainer.contains("debian.org")) {
        let version = base.version?;
        let major = version.split(|c: char| !c.is_ascii_digit()).next().filter(|major| !major.is_empty())?;
        return Some(HostFacts {
            os_id: Some("debian".to_owned()),
            os_version_id: Some(major.to_owned()),
            ..HostFacts::default()
        });
    }
    let is_ubuntu = base.maintainer.is_some_and(|maintainer| maintainer.contains("ubuntu.com"));
    is_ubuntu.then(|| HostFacts { os_id: Some("ubuntu".to_owned()), ..HostFacts::default() })
}
