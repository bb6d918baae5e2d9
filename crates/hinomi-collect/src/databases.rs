// SPDX-License-Identifier: Apache-2.0
//! The databases of system package managers, at the places where distributions keep them.

use std::path::Path;

use hinomi_inventory_formats::{Inventory, Warning, apk, dpkg, pacman, rpm};

use crate::error::CollectError;
use crate::{read_optional, read_optional_bytes};

pub(crate) const DPKG_STATUS: &str = "var/lib/dpkg/status";
/// Images built without dpkg (distroless) have one file per package here.
const DPKG_STATUS_FOLDER: &str = "var/lib/dpkg/status.d";
pub(crate) const APK_INSTALLED: [&str; 2] = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];
const PACMAN_FOLDER: &str = "var/lib/pacman/local";
const RPM_FOLDERS: [&str; 3] = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];

/// Whether a file, by its path below the root, belongs to one of the databases.
pub(crate) fn is_part(path: &Path) -> bool {
    let within = |folder: &str| path.strip_prefix(folder).is_ok();
    let has_name = |wanted: &str| path.file_name().is_some_and(|name| name == wanted);
    let is_list = || path.extension().is_some_and(|kind| kind == "list");
    path == Path::new(DPKG_STATUS)
        || within(DPKG_STATUS_FOLDER)
        || (within("var/lib/dpkg/info") && is_list())
        || APK_INSTALLED.iter().any(|known| path == Path::new(known))
        || (within(PACMAN_FOLDER) && has_name("desc"))
        || RPM_FOLDERS.iter().any(|folder| within(folder))
}

pub(crate) fn read_all(root: &Path, inventory: &mut Inventory) -> Result<(), CollectError> {
    read_dpkg(root, inventory)?;
    if let Some((place, text)) = apk_database(root)? {
        apk::packages(&text, &place, inventory, &mut |_| {})?;
    }
    read_pacman(root, inventory)?;
    read_rpm(root, inventory)
}

fn read_pacman(root: &Path, inventory: &mut Inventory) -> Result<(), CollectError> {
    let Ok(entries) = std::fs::read_dir(root.join(PACMAN_FOLDER)) else { return Ok(()) };
    let mut folders: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort_unstable();
    for folder in folders {
        let desc = folder.join("desc");
        if let Some(text) = read_optional(&desc)? {
            let component = pacman::package(&text, &desc.to_string_lossy(), &inventory.host)?;
            inventory.components.push(component);
        }
    }
    Ok(())
}

fn read_dpkg(root: &Path, inventory: &mut Inventory) -> Result<(), CollectError> {
    let status = root.join(DPKG_STATUS);
    if let Some(text) = read_optional(&status)? {
        dpkg::packages(&text, &status.to_string_lossy(), inventory)?;
    }
    let folder = root.join(DPKG_STATUS_FOLDER);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort_unstable();
    for file in files.iter().filter(|file| file.extension().is_none_or(|kind| kind != "md5sums")) {
        if let Some(text) = read_optional(file)? {
            dpkg::packages(&text, &file.to_string_lossy(), inventory)?;
        }
    }
    Ok(())
}

pub(crate) fn apk_database(root: &Path) -> Result<Option<(String, String)>, CollectError> {
    for place in APK_INSTALLED {
        let path = root.join(place);
        if let Some(text) = read_optional(&path)? {
            return Ok(Some((path.to_string_lossy().into_owned(), text)));
        }
    }
    Ok(None)
}

pub(crate) fn rpm_database(root: &Path) -> Result<Option<(String, Vec<u8>)>, CollectError> {
    for folder in RPM_FOLDERS {
        // A newer form stands first: what an upgrade of rpm left behind is old.
        for name in ["rpmdb.sqlite", "Packages.db", "Packages"] {
            let path = root.join(folder).join(name);
            if let Some(bytes) = read_optional_bytes(&path)?.filter(|bytes| !bytes.is_empty()) {
                return Ok(Some((path.to_string_lossy().into_owned(), bytes)));
            }
        }
    }
    Ok(None)
}

fn read_rpm(root: &Path, inventory: &mut Inventory) -> Result<(), CollectError> {
    if let Some((place, bytes)) = rpm_database(root)? {
        rpm::packages(&bytes, &place, inventory, &mut |_, _| {})?;
        let log = std::fs::metadata(format!("{place}-wal")).map_or(0, |metadata| metadata.len());
        if log > 0 {
            inventory.partial = true;
            let text =
                "rpm has changes in its write-ahead log that are not read; collect again later".to_owned();
            inventory.warnings.push(Warning { place, text });
        }
    }
    Ok(())
}
