// SPDX-License-Identifier: Apache-2.0
//! The installed database of apk-tools 2 (`lib/apk/db/installed`): one-letter fields, paragraphs apart by a blank line.

use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{Component, HostFacts, Inventory, Warning};
use crate::purl::PurlParts;
use crate::text::{has_control, non_empty};

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::ApkInstalled);
    packages(text, path, &mut inventory, &mut |_| {})?;
    Ok(inventory)
}

#[derive(Default)]
struct Record<'a> {
    line: usize,
    name: Option<&'a str>,
    version: Option<&'a str>,
    arch: Option<&'a str>,
    origin: Option<&'a str>,
    license: Option<&'a str>,
    maintainer: Option<&'a str>,
}

/// Adds the installed packages; `own` hears of every file, so that a caller can tell which belong to a package.
pub fn packages(
    text: &str,
    path: &str,
    inventory: &mut Inventory,
    own: &mut dyn FnMut(&str),
) -> Result<(), ReadError> {
    let host = inventory.host.clone();
    let mut record = Record::default();
    let mut folder = "";
    for (index, line) in text.lines().chain(std::iter::once("")).enumerate() {
        if line.is_empty() {
            if record.line > 0 {
                finish(std::mem::take(&mut record), &host, path, inventory)?;
            }
            continue;
        }
        let (field, value) = line
            .split_once(':')
            .filter(|(field, _)| field.len() == 1)
            .ok_or_else(|| error(path, index + 1, "is not a field of one letter, \":\" and a value"))?;
        if record.line == 0 {
            record.line = index + 1;
        }
        let value_text = Some(value);
        match field {
            "P" => record.name = value_text,
            "V" => record.version = value_text,
            "A" => record.arch = value_text,
            "o" => record.origin = value_text,
            "L" => record.license = value_text,
            "m" => record.maintainer = value_text,
            "F" => folder = value,
            "R" => own(&format!("{folder}/{value}")),
            _ => {}
        }
    }
    Ok(())
}

fn error(path: &str, line: usize, cause: &str) -> ReadError {
    ReadError::new(path, Place::Line { line, column: 1 }, cause)
}

fn finish(
    record: Record<'_>,
    host: &HostFacts,
    path: &str,
    inventory: &mut Inventory,
) -> Result<(), ReadError> {
    let name = record.name.ok_or_else(|| error(path, record.line, "paragraph without the field P (name)"))?;
    let version =
        record.version.ok_or_else(|| error(path, record.line, "paragraph without the field V (version)"))?;
    if has_control(name) || has_control(version) {
        let text = "name or version has control characters".to_owned();
        inventory.warnings.push(Warning { place: format!("line {}", record.line), text });
    }
    let distro = host.distro();
    let arch = record.arch.unwrap_or_default();
    let purl = PurlParts {
        ty: "apk",
        namespace: Some(host.os_id.as_deref().unwrap_or("alpine")),
        name,
        version: Some(version),
        qualifiers: &[("arch", arch), ("distro", distro.as_deref().unwrap_or_default())],
    };
    inventory.components.push(Component {
        id: Some(format!("apk:{name}@{version}")),
        purl: Some(purl.build()),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        supplier: record.maintainer.and_then(non_empty),
        licenses: record.license.and_then(non_empty).into_iter().collect(),
        source_name: Some(record.origin.unwrap_or(name).to_owned()),
        source_version: Some(version.to_owned()),
        arch: non_empty(arch),
        distro,
        ..Component::default()
    });
    Ok(())
}
