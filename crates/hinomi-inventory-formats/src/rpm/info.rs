// SPDX-License-Identifier: Apache-2.0
//! `rpm -qai`: a block of `Field : value` lines a package, its description last.
//!
//! rpm 4.8 and earlier write two fields a line and the source package among them; later ones one a line.

use super::query;
use super::{Package, source_rpm};
use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{Component, HostFacts, Inventory};
use crate::text::non_empty;

/// The first field of every block.
pub(crate) fn is_info(first: &str, text: &str) -> bool {
    field(first).is_some_and(|(name, _)| name == "Name")
        && text.lines().nth(2).and_then(field).is_some_and(|(name, _)| matches!(name, "Version" | "Release"))
}

/// `Name        : bash`: rpm pads names to one width.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.starts_with(' ') && !name.trim().is_empty() && name.len() >= 8;
    is_name.then_some((name.trim_end(), value.trim()))
}

#[derive(Default)]
struct Block<'a> {
    line: usize,
    name: Option<&'a str>,
    epoch: Option<&'a str>,
    version: Option<&'a str>,
    release: Option<&'a str>,
    arch: Option<&'a str>,
    source_rpm: Option<&'a str>,
    vendor: Option<&'a str>,
    license: Option<&'a str>,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::RpmQuery);
    let mut block = Block::default();
    let mut is_description = false;
    for (index, line) in text.lines().enumerate() {
        let Some((name, value)) = field(line) else { continue };
        if name == "Name" {
            finish(std::mem::take(&mut block), path, &mut inventory)?;
            block.line = index + 1;
            is_description = false;
        }
        if is_description {
            continue;
        }
        // The second field of a line stands behind at least two blanks.
        let first = value.split("  ").next().unwrap_or_default();
        match name {
            "Name" => block.name = Some(first),
            "Epoch" => block.epoch = Some(first),
            "Version" => block.version = Some(first),
            "Release" => block.release = Some(first),
            "Architecture" => block.arch = Some(first),
            "Source RPM" => block.source_rpm = Some(first),
            "Vendor" => block.vendor = Some(first),
            "License" => block.license = Some(value.split("  ").next().unwrap_or_default()),
            "Description" => is_description = true,
            _ => {}
        }
        if let Some((_, source)) = value.split_once("Source RPM: ") {
            block.source_rpm = Some(source.trim());
        }
        if let Some((_, vendor)) = value.split_once("Vendor: ") {
            block.vendor = Some(vendor.trim());
        }
    }
    finish(block, path, &mut inventory)?;
    query::finish(&mut inventory, true, true);
    Ok(inventory)
}

fn finish(block: Block<'_>, path: &str, inventory: &mut Inventory) -> Result<(), ReadError> {
    if block.line == 0 {
        return Ok(());
    }
    let (Some(name), Some(version), Some(release)) = (block.name, block.version, block.release) else {
        let place = Place::Line { line: block.line, column: 1 };
        return Err(ReadError::new(path, place, "the package has no version or no release"));
    };
    let package = Package {
        name,
        epoch: block.epoch.and_then(|epoch| epoch.parse().ok()),
        version,
        release,
        arch: block.arch.and_then(non_empty),
        source_rpm: block.source_rpm.filter(|source| source_rpm(source).is_some()).map(str::to_owned),
    };
    inventory.components.push(Component {
        supplier: block.vendor.and_then(non_empty),
        licenses: block.license.and_then(non_empty).into_iter().collect(),
        ..package.component(&HostFacts::default())
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_both_generations_are_read() {
        let text = "Name        : bash\nEpoch       : 1\nVersion     : 5.1.8\nRelease     : 6.el9\nArchitecture: x86_64\n\
            License     : GPLv3+\nSource RPM  : bash-5.1.8-6.el9.src.rpm\nVendor      : Rocky\nDescription :\n\
            Version     : no field, but a line of the description\n\
            Name        : zlib                         Relocations: (not relocatable)\n\
            Version     : 1.2.3                             Vendor: CentOS\nRelease     : 7.el5   Build Date: Mon\n\
            Group       : System     Source RPM: zlib-1.2.3-7.el5.src.rpm\nDescription :\n";
        assert!(is_info("Name        : bash", text));
        let found = read(text, "p").unwrap().components;
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].version.as_deref(), Some("1:5.1.8-6.el9"));
        assert_eq!(found[0].source_name.as_deref(), Some("bash"));
        assert_eq!((found[1].name.as_str(), found[1].version.as_deref()), ("zlib", Some("1.2.3-7.el5")));
        assert_eq!(found[1].source_version.as_deref(), Some("1.2.3-7.el5"));
        assert_eq!(found[1].supplier.as_deref(), Some("CentOS"));
        assert!(
            read("Name        : bash\nVersion     : 1\n", "p").unwrap_err().to_string().contains("line 1")
        );
    }
}
