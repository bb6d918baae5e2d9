// SPDX-License-Identifier: Apache-2.0
//! Which of the found files belong to a system package, and whether the distribution vouches for it.
//!
//! Debian's `python3-requests` carries the metadata of requests too, but its fixes are backported: the version that
//! counts is the package's, so that part is listed below the package and has no identity of its own. A vendor's package
//! (a cloud provider's tools, say) is known to no distribution's advisories: what it brings along counts by itself.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use hinomi_inventory_formats::{Component, Format, Inventory, apk, rpm};

use crate::databases;
use crate::error::CollectError;
use crate::read_optional;

/// The package that installed a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    /// [`Component::id`] of the package.
    pub(crate) package: String,
    pub(crate) is_distribution: bool,
}

/// Who installed each of the candidates; what nobody did is not in the map.
pub(crate) fn owned<'c>(
    root: &Path,
    candidates: impl Iterator<Item = &'c PathBuf>,
    inventory: &Inventory,
) -> Result<HashMap<PathBuf, Owner>, CollectError> {
    let wanted: HashSet<&str> =
        candidates.filter_map(|path| path.strip_prefix(root).ok()?.to_str()).collect();
    let mut owned = HashMap::new();
    if wanted.is_empty() {
        return Ok(owned);
    }
    let mut own = |owner: &dyn Fn() -> Owner, file: &str| {
        let file = file.trim_start_matches('/');
        if wanted.contains(file) {
            owned.insert(root.join(file), owner());
            return;
        }
        // Packages still name /bin and /lib, which are links into /usr (Debian's merged /usr).
        let merged = file.split('/').next().is_some_and(|top| matches!(top, "bin" | "sbin" | "lib"));
        if merged {
            let moved = format!("usr/{file}");
            if wanted.contains(moved.as_str()) {
                owned.insert(root.join(moved), owner());
            }
        }
    };
    let by_name: HashMap<&str, &Component> =
        inventory.components.iter().map(|component| (component.name.as_str(), component)).collect();
    let info = root.join(databases::DPKG_STATUS).with_file_name("info");
    for entry in std::fs::read_dir(&info).into_iter().flatten().flatten() {
        let path = entry.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let package = stem.split(':').next().unwrap_or_default();
        if path.extension().is_some_and(|kind| kind == "list")
            && let Some(text) = read_optional(&path)?
        {
            let component = by_name.get(package);
            let owner = || Owner {
                package: component.and_then(|one| one.id.clone()).unwrap_or_default(),
                is_distribution: component.is_none_or(|one| is_debian(one)),
            };
            text.lines().for_each(|file| own(&owner, file));
        }
    }
    // The packages themselves have been read already; only their files are wanted here.
    let mut scratch = Inventory::new(Format::Host);
    if let Some((place, text)) = databases::apk_database(root)? {
        let owner = || Owner { package: String::new(), is_distribution: true };
        apk::packages(&text, &place, &mut scratch, &mut |file| own(&owner, file))?;
    }
    if let Some((place, bytes)) = databases::rpm_database(root)? {
        rpm::packages(&bytes, &place, &mut scratch, &mut |component, file| {
            let owner = || Owner {
                package: component.id.clone().unwrap_or_default(),
                is_distribution: is_rpm_distribution(component),
            };
            own(&owner, file);
        })?;
    }
    Ok(owned)
}

/// Debian's packages are maintained by its teams and by single people, those of vendors by an organisation.
fn is_debian(package: &Component) -> bool {
    const ORGANISATIONS: [&str; 22] = [
        "authors",
        "support",
        "inc.",
        "inc <",
        "ltd",
        "gmbh",
        "corp",
        "llc",
        "release",
        "packag",
        "team",
        "engineering",
        "builder",
        "foundation",
        "developers",
        "google",
        "microsoft",
        "docker",
        "noreply",
        "info@",
        "dev@",
        "root@",
    ];
    let maintainer = package.supplier.as_deref().unwrap_or_default().to_lowercase();
    ["debian", "ubuntu", "canonical"].iter().any(|word| maintainer.contains(word))
        || !ORGANISATIONS.iter().any(|word| maintainer.contains(word))
}

/// rpm stores who built a package.
fn is_rpm_distribution(package: &Component) -> bool {
    const VENDORS: [&str; 11] = [
        "red hat", "centos", "fedora", "alma", "rocky", "oracle", "suse", "amazon", "vmware", "mageia",
        "euler",
    ];
    let vendor = package.supplier.as_deref().unwrap_or_default().to_lowercase();
    vendor.is_empty() || VENDORS.iter().any(|word| vendor.contains(word))
}
