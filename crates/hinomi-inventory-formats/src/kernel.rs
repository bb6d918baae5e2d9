// SPDX-License-Identifier: Apache-2.0
//! Installed kernels beside the one that runs: only the running one can be attacked, the newest only protects after
//! a restart.

use crate::model::{Component, Inventory};

/// Marks every installed kernel as running or not, when the host's running release is known and one of them is it.
///
/// A container shows the kernel of its host: then no installed kernel agrees and nothing can be said.
pub fn mark_kernels(inventory: &mut Inventory) {
    let Some(running) = inventory.host.kernel_release.clone() else { return };
    let releases: Vec<Option<bool>> =
        inventory.components.iter().map(|component| is_release(component, &running)).collect();
    if !releases.contains(&Some(true)) {
        return;
    }
    for (component, release) in inventory.components.iter_mut().zip(releases) {
        component.kernel_running = component.kernel_running.or(release);
    }
}

/// `None`: not a kernel image. Debian and Ubuntu put the release into the name, the RPM family into the version.
fn is_release(component: &Component, running: &str) -> Option<bool> {
    let purl = component.purl.as_deref()?;
    if purl.starts_with("pkg:deb/") {
        let image = component.name.strip_prefix("linux-image-")?;
        let image = image.strip_prefix("unsigned-").unwrap_or(image);
        // Metapackages such as linux-image-amd64 carry no kernel.
        if !image.starts_with(|first: char| first.is_ascii_digit()) || image.ends_with("-dbg") {
            return None;
        }
        return Some(image.strip_suffix("-unsigned").unwrap_or(image) == running);
    }
    if purl.starts_with("pkg:rpm/") {
        if !matches!(component.name.as_str(), "kernel" | "kernel-core" | "kernel-uek" | "kernel-default") {
            return None;
        }
        let version = component.version.as_deref()?;
        let version = version.split_once(':').map_or(version, |(_, version)| version);
        let arch = component.arch.as_deref().unwrap_or_default();
        let release = running.strip_suffix(arch).map_or(running, |release| release.trim_end_matches('.'));
        return Some(release == version);
    }
    None
}
