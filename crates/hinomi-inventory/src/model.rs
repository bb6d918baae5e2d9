// SPDX-License-Identifier: Apache-2.0
//! Types and rules of inventories; pure.

use hinomi_core::{DomainError, ErrorKind};
use hinomi_inventory_formats::{Component, ComponentKind};
use hinomi_match::ComponentQuery;

/// When a complete inventory waits for confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldRule {
    /// It loses more than this share of the last one's components.
    pub loss_percent: usize,
    /// Below this many components a loss says little: a container with six packages may well drop two.
    pub from_components: usize,
}

impl Default for HoldRule {
    fn default() -> Self {
        Self { loss_percent: 30, from_components: 20 }
    }
}

impl HoldRule {
    /// Does a complete observation lose so much that a person should look first?
    pub fn holds(self, before: usize, removed: usize) -> bool {
        before >= self.from_components && removed * 100 > before * self.loss_percent
    }
}

#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error("stored inventory of carrier {carrier_id} is damaged: {cause}")]
    Damaged { carrier_id: i64, cause: crate::set::SetError },
    #[error("no snapshot {id}")]
    SnapshotUnknown { id: i64 },
    #[error("snapshot {id} is not held: it is {state}")]
    NotHeld { id: i64, state: String },
    #[error("no component {id}")]
    ComponentUnknown { id: i64 },
    #[error(
        "snapshot {id}: a newer observation of the same source has arrived, so it can no longer be confirmed"
    )]
    Overtaken { id: i64 },
    #[error("observation time {observed_at} lies more than a day in the future")]
    FutureObservation { observed_at: hinomi_core::Time },
    #[error("compression of {path} failed: {cause}")]
    Compression { path: String, cause: std::io::Error },
}

impl DomainError for InventoryError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Damaged { .. } | Self::Compression { .. } => ErrorKind::Internal,
            Self::SnapshotUnknown { .. } | Self::ComponentUnknown { .. } => ErrorKind::NotFound,
            Self::NotHeld { .. } | Self::Overtaken { .. } => ErrorKind::Conflict,
            Self::FutureObservation { .. } => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Damaged { .. } => "inventory-damaged",
            Self::SnapshotUnknown { .. } => "snapshot-not-found",
            Self::NotHeld { .. } => "snapshot-not-held",
            Self::ComponentUnknown { .. } => "component-not-found",
            Self::Overtaken { .. } => "snapshot-overtaken",
            Self::FutureObservation { .. } => "observation-in-future",
            Self::Compression { .. } => "compression-failed",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::FutureObservation { .. } => Some("check the clock of the host that was observed".into()),
            _ => None,
        }
    }
}

/// What became of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotState {
    /// It is, or was, the source's current word.
    Applied,
    /// Same content as the last one; only the time of the last observation moved.
    Unchanged,
    /// Observed before what is already known; kept, changes nothing.
    Older,
    /// Lost too many components to be believed unasked.
    Held,
    /// A person confirmed a held one; it was filed again as applied.
    Confirmed,
    /// A person refused a held one.
    Rejected,
}

impl SnapshotState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Older => "older",
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
        }
    }

    pub fn from_stored(text: &str) -> Self {
        match text {
            "unchanged" => Self::Unchanged,
            "older" => Self::Older,
            "held" => Self::Held,
            "confirmed" => Self::Confirmed,
            "rejected" => Self::Rejected,
            _ => Self::Applied,
        }
    }
}

/// A component before it has a number: what a reader found and matching needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewComponent {
    pub kind: String,
    pub name: String,
    pub version: Option<String>,
    pub purl: Option<String>,
    pub cpe: Option<String>,
    /// Further purls and CPE names.
    pub more: Vec<String>,
    pub source_name: Option<String>,
    pub source_version: Option<String>,
    pub arch: Option<String>,
    pub distro: Option<String>,
    /// Who built it, where the source says so.
    pub supplier: Option<String>,
    pub kernel_running: Option<bool>,
    /// What of its carrier could change an answer about it, see [`crate::surroundings`].
    pub host: Option<String>,
    /// What `host` refers to by its hash; so it is no part of the identity itself.
    pub around: Option<std::sync::Arc<crate::surroundings::Shared>>,
}

impl NewComponent {
    /// Two components are one when matching could not tell them apart.
    pub fn identity(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let running = self.kernel_running.map(|running| if running { "running" } else { "installed" });
        let fields = [
            Some(self.kind.as_str()),
            Some(self.name.as_str()),
            self.version.as_deref(),
            self.purl.as_deref(),
            self.cpe.as_deref(),
            self.source_name.as_deref(),
            self.source_version.as_deref(),
            self.arch.as_deref(),
            self.distro.as_deref(),
            self.supplier.as_deref(),
            running,
        ];
        for field in fields {
            // Length before text, and a mark for absence: no two field lists write the same bytes.
            match field {
                Some(text) => hasher.update(&(text.len() as u64 + 1).to_le_bytes()).update(text.as_bytes()),
                None => hasher.update(&0u64.to_le_bytes()),
            };
        }
        // Most components have none, and keep the identity that they had before there was one.
        if let Some(host) = &self.host {
            hasher.update(&(host.len() as u64 + 1).to_le_bytes()).update(host.as_bytes());
        }
        for name in &self.more {
            hasher.update(b"more").update(&(name.len() as u64 + 1).to_le_bytes()).update(name.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    pub fn query(&self) -> ComponentQuery<'_> {
        ComponentQuery {
            purl: self.purl.as_deref(),
            cpe: self.cpe.as_deref(),
            more: &self.more,
            name: &self.name,
            version: self.version.as_deref(),
            source_name: self.source_name.as_deref(),
            source_version: self.source_version.as_deref(),
            distro: self.distro.as_deref(),
            kernel_running: self.kernel_running,
            supplier: self.supplier.as_deref(),
        }
    }
}

/// The kind of the component that stands for a distribution release itself: it is what reaches its end of life.
pub const DISTRIBUTION: &str = "distribution";
/// The kind of what an inventory is about, and of operating systems, where nothing more names them.
pub const SUBJECT: &str = "subject";
/// The kind of what another component brings along and answers for, where nothing more names it.
pub const PART: &str = "part";
/// The kind of every other component: what sort of package it is, its purl says.
pub const PACKAGE: &str = "package";

fn kind_of(inventory: &hinomi_inventory_formats::Inventory, component: &Component) -> &'static str {
    if component.purl.is_some() || component.cpe.is_some() {
        return PACKAGE;
    }
    let is_subject = inventory.subject.as_ref().is_some_and(|one| one.id.is_some() && one.id == component.id);
    let is_whole = matches!(
        component.kind,
        ComponentKind::Device
            | ComponentKind::OperatingSystem
            | ComponentKind::Container
            | ComponentKind::Platform
    );
    match (is_subject || is_whole, &component.parent) {
        (true, _) => SUBJECT,
        (false, Some(_)) => PART,
        (false, None) => PACKAGE,
    }
}

/// What of an inventory is carried: its packages, and one component for each distribution release among them.
pub fn carried(inventory: &hinomi_inventory_formats::Inventory) -> Vec<NewComponent> {
    let mut releases = std::collections::BTreeSet::new();
    let mut found = carried_where(inventory, |_| true, &mut releases);
    found.extend(releases.into_iter().map(|(ecosystem, release)| NewComponent {
        kind: DISTRIBUTION.to_owned(),
        name: ecosystem,
        version: Some(release),
        ..NewComponent::default()
    }));
    found
}

/// Those of the packages that an inventory found as files at places that are wanted, and nowhere else.
pub fn carried_at(
    inventory: &hinomi_inventory_formats::Inventory,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<NewComponent> {
    let at = |component: &Component| {
        !component.locations.is_empty() && component.locations.iter().all(|place| is_wanted(place))
    };
    let mut none = std::collections::BTreeSet::new();
    let elsewhere = carried_where(inventory, |component| !at(component), &mut none);
    let elsewhere: std::collections::HashSet<String> = elsewhere.iter().map(NewComponent::identity).collect();
    let mut found = carried_where(inventory, at, &mut none);
    found.retain(|one| !elsewhere.contains(&one.identity()));
    found
}

/// The packages of an inventory that are wanted, and the distribution releases that they name.
fn carried_where(
    inventory: &hinomi_inventory_formats::Inventory,
    is_wanted: impl Fn(&Component) -> bool,
    releases: &mut std::collections::BTreeSet<(String, String)>,
) -> Vec<NewComponent> {
    let mut found: Vec<NewComponent> = Vec::with_capacity(inventory.components.len() + 1);
    let around = crate::surroundings::Around::of(inventory);
    let host_distro = inventory.host.distro();
    for component in inventory.present() {
        // Single files are evidence of packages, not packages.
        if (component.kind == ComponentKind::File && component.purl.is_none()) || !is_wanted(component) {
            continue;
        }
        let mut new = NewComponent {
            kind: kind_of(inventory, component).to_owned(),
            name: component.name.clone(),
            version: component.version.clone(),
            purl: component.purl.clone(),
            cpe: component.cpe.clone(),
            more: component.more_identities.iter().filter(|name| is_identity(name)).cloned().collect(),
            source_name: component.source_name.clone(),
            source_version: component.source_version.clone(),
            arch: component.arch.clone(),
            distro: component
                .distro
                .clone()
                .or_else(|| host_distro.clone().filter(|_| is_of_system(component))),
            supplier: component.supplier.clone(),
            kernel_running: component.kernel_running,
            host: None,
            around: None,
        };
        let resolved = hinomi_match::resolve(&new.query());
        (new.host, new.around) = around.of_component(component, &resolved);
        if let Some(release) = resolved.unit.release {
            releases.insert((resolved.unit.ecosystem, release));
        }
        found.push(new);
    }
    found
}

/// A package of the host's own distribution, which need not repeat what the host is.
fn is_of_system(component: &Component) -> bool {
    let kinds = ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"];
    component.purl.as_deref().is_some_and(|purl| kinds.iter().any(|kind| purl.starts_with(kind)))
}

/// Readers keep hardware addresses and host names beside purls and CPE names; those name no package.
fn is_identity(name: &str) -> bool {
    ["pkg:", "cpe:"].iter().any(|start| name.starts_with(start))
}

/// The name under which a set of components is known: equal sets, equal names.
pub fn content_hash(sorted: &[u32]) -> String {
    blake3::hash(&crate::set::encode(sorted)).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_tells_absent_from_empty_and_shifted_fields() {
        let plain = NewComponent { name: "a".into(), ..Default::default() };
        let empty = NewComponent { version: Some(String::new()), ..plain.clone() };
        let shifted = NewComponent { name: String::new(), kind: "a".into(), ..Default::default() };
        assert_ne!(plain.identity(), empty.identity());
        assert_ne!(plain.identity(), shifted.identity());
        assert_eq!(plain.identity(), plain.clone().identity());
    }

    #[test]
    fn the_hold_rule_starts_above_thirty_percent() {
        let rule = HoldRule::default();
        assert!(!rule.holds(100, 30));
        assert!(rule.holds(100, 31));
        assert!(!rule.holds(10, 10));
        assert!(HoldRule { loss_percent: 5, from_components: 1 }.holds(10, 1));
    }
}
