// SPDX-License-Identifier: Apache-2.0
//! The rpm database: headers as rpm 4 stores them, in `rpmdb.sqlite`, and the lines of `rpm -qa`.

use crate::Format;
use crate::context::source_rpm;
use crate::error::{Place, ReadError};
use crate::model::{Component, HostFacts, Inventory, Warning};
use crate::purl::PurlParts;
use crate::sqlite::{Database, SqliteError, Value};
use crate::text::{has_control, non_empty};

/// Tags of rpm 4 (`rpmtag.h`).
mod tag {
    pub(super) const NAME: u32 = 1000;
    pub(super) const VERSION: u32 = 1001;
    pub(super) const RELEASE: u32 = 1002;
    pub(super) const EPOCH: u32 = 1003;
    pub(super) const VENDOR: u32 = 1011;
    pub(super) const LICENSE: u32 = 1014;
    pub(super) const ARCH: u32 = 1022;
    pub(super) const SOURCE_RPM: u32 = 1044;
    pub(super) const DIR_INDEXES: u32 = 1116;
    pub(super) const BASE_NAMES: u32 = 1117;
    pub(super) const DIR_NAMES: u32 = 1118;
}

pub(crate) fn read_sqlite(bytes: &[u8], path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::RpmDatabase);
    packages(bytes, path, &mut inventory, &mut |_| {})?;
    Ok(inventory)
}

/// Adds the packages of an `rpmdb.sqlite`; `own` hears of every file of every package.
pub fn packages(
    bytes: &[u8],
    path: &str,
    inventory: &mut Inventory,
    own: &mut dyn FnMut(&str),
) -> Result<(), ReadError> {
    let host = inventory.host.clone();
    let refuse = |error: SqliteError| ReadError::new(path, Place::Document, error.to_string());
    let database = Database::open(bytes).map_err(refuse)?;
    let mut number = 0usize;
    let rows = database.rows("Packages", &mut |row| {
        number += 1;
        let blob = row.iter().find_map(|value| match value {
            Value::Blob(blob) => Some(*blob),
            _ => None,
        });
        match blob.and_then(Header::parse).and_then(|header| component(&header, &host, own)) {
            Some(Some(component)) => inventory.components.push(component),
            Some(None) => {}
            None => inventory.warnings.push(Warning {
                place: format!("Packages row {number}"),
                text: "the package header is damaged".to_owned(),
            }),
        }
        Ok(())
    });
    rows.map_err(refuse)
}

/// `None`: the header lacks what every package has. `Some(None)`: a signing key, which rpm keeps among the packages.
fn component(header: &Header<'_>, host: &HostFacts, own: &mut dyn FnMut(&str)) -> Option<Option<Component>> {
    let name = header.text(tag::NAME)?;
    let version = header.text(tag::VERSION)?;
    let release = header.text(tag::RELEASE)?;
    if name == "gpg-pubkey" {
        return Some(None);
    }
    header.files(own);
    let package = Package {
        name: &name,
        epoch: header.integer(tag::EPOCH),
        version: &version,
        release: &release,
        arch: header.text(tag::ARCH),
        source_rpm: header.text(tag::SOURCE_RPM),
    };
    let mut component = package.component(host);
    component.supplier = header.text(tag::VENDOR).and_then(non_empty);
    component.licenses = header.text(tag::LICENSE).and_then(non_empty).into_iter().collect();
    Some(Some(component))
}

struct Package<'a> {
    name: &'a str,
    epoch: Option<u32>,
    version: &'a str,
    release: &'a str,
    arch: Option<String>,
    source_rpm: Option<String>,
}

impl Package<'_> {
    /// The version carries the epoch (`1:2.3-4`), the purl has it as qualifier, as the purl types ask.
    fn component(&self, host: &HostFacts) -> Component {
        let distro = host.distro();
        let plain = format!("{}-{}", self.version, self.release);
        let epoch = self.epoch.filter(|epoch| *epoch > 0).map(|epoch| epoch.to_string());
        let with_epoch = |version: &str| {
            epoch.as_ref().map_or_else(|| version.to_owned(), |epoch| format!("{epoch}:{version}"))
        };
        let arch = self.arch.clone().unwrap_or_default();
        let source = self.source_rpm.as_deref().unwrap_or_default();
        let purl = PurlParts {
            ty: "rpm",
            namespace: host.os_id.as_deref().map(|id| if id == "rhel" { "redhat" } else { id }),
            name: self.name,
            version: Some(&plain),
            qualifiers: &[
                ("arch", &arch),
                ("distro", distro.as_deref().unwrap_or_default()),
                ("epoch", epoch.as_deref().unwrap_or_default()),
                ("upstream", source),
            ],
        };
        let from = source_rpm(source);
        Component {
            id: Some(format!("rpm:{}@{plain}.{arch}", self.name)),
            purl: Some(purl.build()),
            name: self.name.to_owned(),
            version: Some(with_epoch(&plain)),
            source_name: from.map(|(name, _)| name.to_owned()),
            source_version: from.map(|(_, version)| with_epoch(version)),
            arch: non_empty(arch),
            distro,
            ..Component::default()
        }
    }
}

/// Lines of `rpm -qa`: `name-version-release.arch`.
pub(crate) fn read_query(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::RpmQuery);
    let host = HostFacts::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("gpg-pubkey-") {
            continue;
        }
        let package = query_line(line).ok_or_else(|| {
            let place = Place::Line { line: index + 1, column: 1 };
            ReadError::new(path, place, "is not name-version-release.arch")
        })?;
        if has_control(line) {
            let text = "name or version has control characters".to_owned();
            inventory.warnings.push(Warning { place: format!("line {}", index + 1), text });
        }
        inventory.components.push(package.component(&host));
    }
    let text = "rpm -qa names neither distribution nor epoch nor source package; the database itself does"
        .to_owned();
    inventory.warnings.push(Warning { place: "document".to_owned(), text });
    Ok(inventory)
}

fn query_line(line: &str) -> Option<Package<'_>> {
    let (rest, arch) = line.rsplit_once('.')?;
    let (rest, release) = rest.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    const ARCHES: [&str; 12] = [
        "x86_64", "noarch", "i686", "i586", "i386", "aarch64", "armv7hl", "ppc64le", "s390x", "riscv64",
        "(none)", "src",
    ];
    let starts_with_digit = |text: &str| text.starts_with(|first: char| first.is_ascii_alphanumeric());
    if name.is_empty()
        || !ARCHES.contains(&arch)
        || !starts_with_digit(version)
        || line.contains(char::is_whitespace)
    {
        return None;
    }
    Some(Package { name, epoch: None, version, release, arch: Some(arch.to_owned()), source_rpm: None })
}

pub(crate) fn is_query_line(line: &str) -> bool {
    query_line(line).is_some()
}

/// One package header: an index of (tag, type, offset, count) and the data store that it points into.
struct Header<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

const INDEX_ENTRY_BYTES: usize = 16;

impl<'a> Header<'a> {
    fn parse(blob: &'a [u8]) -> Option<Header<'a>> {
        let entries = u32::from_be_bytes(*blob.first_chunk()?) as usize;
        let data_bytes = u32::from_be_bytes(*blob.get(4..)?.first_chunk()?) as usize;
        let index_end = entries.checked_mul(INDEX_ENTRY_BYTES)?.checked_add(8)?;
        let index = blob.get(8..index_end)?;
        let data = blob.get(index_end..index_end.checked_add(data_bytes)?)?;
        Some(Header { index, data })
    }

    /// The data from the entry's offset on, and how many values it has.
    fn find(&self, tag: u32) -> Option<(&'a [u8], usize)> {
        let word = |entry: &[u8], at: usize| {
            entry.get(at..at + 4).and_then(|word| word.first_chunk().copied()).map(u32::from_be_bytes)
        };
        let entry = self.index.chunks_exact(INDEX_ENTRY_BYTES).find(|entry| word(entry, 0) == Some(tag))?;
        let (offset, count) = (word(entry, 8)?, word(entry, 12)?);
        Some((self.data.get(offset as usize..)?, count as usize))
    }

    fn text(&self, tag: u32) -> Option<String> {
        let (data, _) = self.find(tag)?;
        let text = data.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    fn integer(&self, tag: u32) -> Option<u32> {
        let (data, count) = self.find(tag)?;
        if count == 0 { None } else { data.first_chunk().copied().map(u32::from_be_bytes) }
    }

    fn texts(&self, tag: u32) -> Vec<&'a [u8]> {
        let Some((data, count)) = self.find(tag) else { return Vec::new() };
        data.split(|byte| *byte == 0).take(count).collect()
    }

    fn files(&self, own: &mut dyn FnMut(&str)) {
        let folders = self.texts(tag::DIR_NAMES);
        let Some((indexes, _)) = self.find(tag::DIR_INDEXES) else { return };
        for (name, index) in self.texts(tag::BASE_NAMES).iter().zip(indexes.chunks_exact(4)) {
            let index = u32::from_be_bytes([index[0], index[1], index[2], index[3]]) as usize;
            if let Some(folder) = folders.get(index) {
                own(&format!("{}{}", String::from_utf8_lossy(folder), String::from_utf8_lossy(name)));
            }
        }
    }
}
