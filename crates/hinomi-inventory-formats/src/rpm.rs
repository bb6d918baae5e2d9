// SPDX-License-Identifier: Apache-2.0
//! The rpm database in its three forms, and the lines of `rpm -qa`.
//!
//! ```text
//!  rpmdb.sqlite (rpm 4.16 and later) ─→ sqlite ─┐
//!  Packages.db (SUSE)                ─→ ndb ────┤→ package headers ─→ components
//!  Packages (rpm 4.15 and earlier)   ─→ bdb ────┘
//!  rpm -qa …                         ─→ query ──────────────────→ components
//! ```

mod bdb;
mod header;
mod info;
mod ndb;
mod query;

use crate::Format;
use crate::context::source_rpm;
use crate::error::{Place, ReadError};
use crate::model::{Component, ComponentKind, HostFacts, Inventory, Warning};
use crate::purl::PurlParts;
use crate::rpm::header::{Header, tag};
use crate::sqlite::{Database, Value};
use crate::text::non_empty;
use crate::{distro, sqlite};

pub(crate) use info::{is_info, read as read_info};
pub(crate) use query::{is_bare_list, is_query_line, read as read_query};

/// Whether the bytes are a database of rpm in one of its three forms.
pub(crate) fn is_database(bytes: &[u8]) -> bool {
    bytes.starts_with(sqlite::MAGIC) || ndb::is_database(bytes) || bdb::is_database(bytes)
}

pub(crate) fn read_database(bytes: &[u8], path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::RpmDatabase);
    packages(bytes, path, &mut inventory, &mut |_, _| {})?;
    distro::inherit(&mut inventory);
    Ok(inventory)
}

/// Adds the packages of an rpm database; `own` hears of every file of every package.
pub fn packages(
    bytes: &[u8],
    path: &str,
    inventory: &mut Inventory,
    own: &mut dyn FnMut(&Component, &str),
) -> Result<(), ReadError> {
    let host = inventory.host.clone();
    let mut visit = |place: &str, blob: &[u8]| {
        let header = Header::parse(blob);
        match header.as_ref().and_then(|header| component(header, &host)) {
            Some(component) => {
                if let Some(header) = &header {
                    header.files(&mut |file| own(&component, file));
                }
                inventory.components.push(component);
            }
            None => {
                let text = "the package header is damaged".to_owned();
                inventory.warnings.push(Warning { place: place.to_owned(), text });
            }
        }
    };
    let outcome = if ndb::is_database(bytes) {
        ndb::packages(bytes, &mut visit)
    } else if bdb::is_database(bytes) {
        bdb::packages(bytes, &mut visit)
    } else {
        sqlite_packages(bytes, &mut visit)
    };
    outcome.map_err(|cause| ReadError::new(path, Place::Document, cause))
}

/// Hears of each package: where it stands, and its header.
type Visit<'v> = &'v mut dyn FnMut(&str, &[u8]);

fn sqlite_packages(bytes: &[u8], visit: Visit<'_>) -> Result<(), String> {
    let database = Database::open(bytes).map_err(|error| error.to_string())?;
    let mut number = 0usize;
    let rows = database.rows("Packages", &mut |row| {
        number += 1;
        let blob = row.iter().find_map(|value| match value {
            Value::Blob(blob) => Some(*blob),
            _ => None,
        });
        visit(&format!("Packages row {number}"), blob.unwrap_or_default());
        Ok(())
    });
    rows.map_err(|error| error.to_string())
}

/// `None`: the header lacks what every package has.
fn component(header: &Header<'_>, host: &HostFacts) -> Option<Component> {
    let name = header.text(tag::NAME)?;
    let version = header.text(tag::VERSION)?;
    let release = header.text(tag::RELEASE)?;
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
    Some(component)
}

/// A signing key, which rpm keeps among the packages: it is listed, and nothing that an advisory could name.
const SIGNING_KEY: &str = "gpg-pubkey";

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
        let plain = format!("{}-{}", self.version, self.release);
        if self.name == SIGNING_KEY {
            return Component {
                id: Some(format!("rpm:{SIGNING_KEY}@{plain}")),
                kind: ComponentKind::CryptographicAsset,
                name: SIGNING_KEY.to_owned(),
                version: Some(plain),
                ..Component::default()
            };
        }
        let distro = host.distro();
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
