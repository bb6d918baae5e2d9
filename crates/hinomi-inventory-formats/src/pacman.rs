// SPDX-License-Identifier: Apache-2.0
//! pacman's local database (`var/lib/pacman/local/NAME-VERSION/desc`, alpm-db-desc(5)): `%KEY%`, then its values.

use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{Component, HostFacts, Inventory};
use crate::purl::PurlParts;
use crate::text::non_empty;

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::PacmanDesc);
    let component = package(text, path, &inventory.host)?;
    inventory.components.push(component);
    Ok(inventory)
}

/// The package of one `desc` file.
pub fn package(text: &str, path: &str, host: &HostFacts) -> Result<Component, ReadError> {
    let value = |key: &str| {
        let mut lines = text.lines().skip_while(|line| line.trim() != key);
        lines.next()?;
        lines.next().map(str::trim).filter(|value| !value.is_empty() && !value.starts_with('%'))
    };
    let required =
        |key: &str| value(key).ok_or_else(|| ReadError::new(path, Place::Document, format!("has no {key}")));
    let (name, version) = (required("%NAME%")?, required("%VERSION%")?);
    let arch = value("%ARCH%").unwrap_or_default();
    let purl = PurlParts {
        ty: "alpm",
        namespace: Some(host.os_id.as_deref().unwrap_or("arch")),
        name,
        version: Some(version),
        qualifiers: &[("arch", arch)],
    };
    Ok(Component {
        id: Some(format!("alpm:{name}@{version}")),
        purl: Some(purl.build()),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        supplier: value("%PACKAGER%").map(str::to_owned),
        licenses: value("%LICENSE%").map(str::to_owned).into_iter().collect(),
        source_name: Some(value("%BASE%").unwrap_or(name).to_owned()),
        source_version: Some(version.to_owned()),
        arch: non_empty(arch),
        distro: host.distro(),
        ..Component::default()
    })
}
