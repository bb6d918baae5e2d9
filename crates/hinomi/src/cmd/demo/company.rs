// SPDX-License-Identifier: Apache-2.0
//! The demo's facts as `demo/README.md` describes them.

use std::collections::HashMap;

use anyhow::Context;
use serde::Deserialize;

const COMPANY: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/company.json"));
/// The catalogue of known exploited vulnerabilities.
pub(super) const KNOWN_EXPLOITED: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/kev.json"));
/// Records by file name, in the order of their names.
pub(super) const ADVISORIES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/demo_advisories.rs"));

#[derive(Debug, Deserialize)]
pub(super) struct Company {
    pub(super) first_scene: FirstScene,
    pub(super) units: Vec<Unit>,
    pub(super) people: People,
    pub(super) seats: Vec<Seat>,
    pub(super) leadership_seats: Vec<LeadershipSeat>,
    pub(super) systems: Vec<System>,
    pub(super) templates: Vec<Template>,
    pub(super) unassigned_assets: Vec<Asset>,
    pub(super) without_inventory: Vec<Bare>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FirstScene {
    pub(super) advisory: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Names {
    pub(super) en: String,
    pub(super) ja: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) parent: Option<String>,
    pub(super) name: Names,
    pub(super) people: Option<usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct People {
    pub(super) email_domain: String,
    pub(super) names: HashMap<String, NameSet>,
    pub(super) names_by_region: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NameSet {
    pub(super) order: String,
    pub(super) family: Vec<Name>,
    pub(super) given: Vec<Name>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Name {
    pub(super) native: String,
    pub(super) romaji: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Seat {
    pub(super) unit: String,
    pub(super) role: String,
    pub(super) holder: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LeadershipSeat {
    pub(super) unit: String,
    pub(super) role: String,
    /// The department that the holder comes from.
    pub(super) from: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct System {
    pub(super) id: String,
    pub(super) unit: String,
    pub(super) name: Names,
    pub(super) kind: String,
    pub(super) customer: Option<String>,
    pub(super) importance: ImpactNames,
    pub(super) reachability: String,
    pub(super) sensitive_data: Vec<String>,
    pub(super) assets: Vec<Asset>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ImpactNames {
    pub(super) confidentiality: String,
    pub(super) integrity: String,
    pub(super) availability: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Asset {
    pub(super) hostname: String,
    pub(super) template: String,
    pub(super) drift: Option<Drift>,
    #[serde(default)]
    pub(super) updates: Vec<Update>,
    #[serde(default = "ninety")]
    pub(super) first_observed_days_ago: i64,
    #[serde(default)]
    pub(super) last_observed_days_ago: i64,
}

fn ninety() -> i64 {
    90
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Drift {
    #[serde(default)]
    pub(super) set: Vec<String>,
    #[serde(default)]
    pub(super) remove: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Update {
    pub(super) days_ago: i64,
    pub(super) set: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Template {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) os: Option<Os>,
    pub(super) running_kernel: Option<String>,
    pub(super) components: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Os {
    pub(super) id: String,
    pub(super) version_id: String,
}

/// An asset that never sent an inventory.
#[derive(Debug, Deserialize)]
pub(super) struct Bare {
    pub(super) hostname: String,
    pub(super) kind: String,
    pub(super) system: String,
}

impl Company {
    pub(super) fn load() -> anyhow::Result<Self> {
        serde_json::from_str(COMPANY).context("demo/company.json")
    }
}
