// SPDX-License-Identifier: Apache-2.0
//! What every carrier was observed to have, when, and by which source.
//!
//! ```text
//! file ─→ formats ─→ components (interned once) ─→ set of ids ─→ interval (carrier, source, from, to)
//!                                                                   = shared profile ± difference
//! ```
//! **Owns** `component`, `component_key`, `component_surroundings`, `inventory_source`, `inventory_profile(_band)`, `inventory_interval`,
//! `inventory_observation`, `inventory_takeover`, `snapshot`, `inventory_document`; of scanners `carrier_scan`, `scan_observation`,
//! `scan_vulnerability`. A *carrier* is only a number here: whoever owns
//! assets or product releases hands the numbers out.
//!
//! **Rules that must stay true**
//! - An older observation never changes the current state; of two observations at one instant the greater
//!   content hash wins, so that the order of arrival does not matter.
//! - A partial observation adds and never removes.
//! - A complete one that loses more of its components than [`model::HoldRule`] allows is held until confirmed.
//! - An unchanged report touches one row, `inventory_observation`, and no content.
//! - A scanner's observation ends when a later scan of the same target by the same scanner, which has looked where it was
//!   made ([`scans::Cover`]), no longer names it, and only then.
//!
//! Rooms: [`set`] (the codec), [`model`], [`carriers`] (who carries what, in memory), `store`, [`service`]. HTTP is in the crates that own carriers.

pub mod carriers;
pub mod model;
pub mod scans;
pub mod service;
pub mod set;
mod store;
pub mod surroundings;

pub use carriers::CarrierIndex;
pub use service::import::{Applied, Observation, Session};
pub use store::components::{
    ComponentRow, Names, component_by_id, component_highest, components_by_ids, components_of_keys,
    components_of_release, components_owned, components_page, components_within, distributions,
    shared_surroundings,
};

use hinomi_db::migrate::Migration;

/// This domain's migrations, in order.
pub const MIGRATIONS: &[Migration] = &[
    hinomi_db::include_migration!("202611230300_inventory"),
    hinomi_db::include_migration!("202611231400_takeover"),
    hinomi_db::include_migration!("202611231411_observation_view"),
    hinomi_db::include_migration!("202611231520_component_host"),
    hinomi_db::include_migration!("202611231710_scans"),
    hinomi_db::include_migration!("202611231730_component_names"),
    hinomi_db::include_migration!("202611231930_scan_views"),
    hinomi_db::include_migration!("202611241320_snapshot_times"),
    hinomi_db::include_migration!("202611241611_sightings"),
    hinomi_db::include_migration!("202611250110_component_search"),
];

/// The end of what has not ended: an open interval's `to_at`.
pub const OPEN: i64 = i64::MAX;
