// SPDX-License-Identifier: Apache-2.0
//! A hazard as pages show it. Pure.

use hinomi_core::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A risk under the CISO's control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HazardView {
    pub id: String,
    /// As people say it: `H-3`.
    pub number: String,
    /// The vulnerability's name.
    pub name: String,
    /// `rule` or `hand`.
    pub origin: String,
    pub reason: String,
    pub opened_at: Time,
    pub opened_by: String,
    pub lead_id: Option<String>,
    pub lead_name: Option<String>,
    pub lead_due_at: Time,
    /// By when management is to be told, the first time or again.
    pub tell_due_at: Time,
    pub told_at: Option<Time>,
    /// The newest measure that was taken.
    pub measure_at: Option<Time>,
    /// `open` or `released`.
    pub state: String,
    pub released_at: Option<Time>,
    pub released_by: Option<String>,
    /// Tickets that the reader sees, and how many of them still show it.
    pub tickets: i64,
    pub tickets_open: i64,
    /// Tickets of units that the reader does not see.
    pub hidden: i64,
    /// The systems that the reader sees.
    pub systems: Vec<HazardSystem>,
    /// Units of those systems.
    pub unit_ids: Vec<String>,
}

/// A system that shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct HazardSystem {
    pub name: String,
    /// Empty when it has none.
    pub name_ja: String,
}

/// What is decided about hazards, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HazardRule {
    /// Absent: from the beginning.
    pub(super) from: Option<Time>,
    /// Absent: it is valid now.
    pub(super) to: Option<Time>,
    /// Who set it; empty: it came so.
    pub(super) by: String,
    /// `internet`, `partner`, `any`: systems that are reachable from there …
    pub(super) reach: String,
    /// … and at least so important: `high`, `moderate`, `any`.
    pub(super) importance: String,
    pub(super) lead_hours: i64,
    pub(super) tell_hours: i64,
    pub(super) tell_again_days: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HazardRules {
    /// The one that is valid now first.
    pub(super) rules: Vec<HazardRule>,
    /// Seats that hear of each new one.
    pub(super) told: Vec<String>,
    /// Seats to which it is reported.
    pub(super) reported_to: Vec<String>,
}

/// An asset that showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HazardAsset {
    pub(crate) id: String,
    pub(crate) name: String,
    /// When a complete list of its components was observed last.
    pub(crate) seen_at: Option<Time>,
    /// That was after the newest measure, or it is out of use.
    pub(crate) fresh: bool,
}

/// A ticket with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HazardItem {
    pub(crate) ticket_id: String,
    pub(crate) package: String,
    pub(crate) system_id: String,
    pub(crate) system_name: String,
    /// Empty when it has none.
    pub(crate) system_name_ja: String,
    pub(crate) unit_id: String,
    pub(crate) unit_name: String,
    /// Empty when it has none.
    pub(crate) unit_name_ja: String,
    pub(crate) added_at: Time,
    /// It still shows the vulnerability.
    pub(crate) open: bool,
    pub(crate) closed_at: Option<Time>,
    /// `fixed`, `gone`, `retracted`.
    pub(crate) closure: Option<String>,
    pub(crate) assets: Vec<HazardAsset>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HazardEvent {
    pub(crate) at: Time,
    pub(crate) actor: String,
    /// `opened`, `spread`, `lead`, `no_lead`, `told`, `told_by_clock`, `decision`, `measure`, `refused`, `released`, `renamed`,
    /// `merged`.
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// What stands between a hazard and its release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Obstacle {
    /// `ticket_open` or `not_measured`.
    pub(crate) kind: String,
    pub(crate) ticket_id: Option<String>,
    pub(crate) asset_id: Option<String>,
    /// The system of the ticket, the name of the asset.
    pub(crate) name: String,
    /// The system's, empty when it has none; assets have one name.
    pub(crate) name_ja: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HazardDetail {
    #[serde(flatten)]
    pub(crate) hazard: HazardView,
    pub(crate) items: Vec<HazardItem>,
    pub(crate) events: Vec<HazardEvent>,
    /// Empty when it can be released.
    pub(crate) obstacles: Vec<Obstacle>,
}

/// What keeps it from being released, in the order of the tickets.
pub(super) fn obstacles(items: &[HazardItem]) -> Vec<Obstacle> {
    let mut found = Vec::new();
    for item in items {
        if item.open {
            found.push(Obstacle {
                kind: "ticket_open".to_owned(),
                ticket_id: Some(item.ticket_id.clone()),
                asset_id: None,
                name: item.system_name.clone(),
                name_ja: item.system_name_ja.clone(),
            });
        }
        for asset in item.assets.iter().filter(|asset| !asset.fresh) {
            found.push(Obstacle {
                kind: "not_measured".to_owned(),
                ticket_id: Some(item.ticket_id.clone()),
                asset_id: Some(asset.id.clone()),
                name: asset.name.clone(),
                name_ja: String::new(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_ticket_and_an_asset_not_seen_since_keep_it() {
        let asset =
            |name: &str, fresh| HazardAsset { id: name.into(), name: name.into(), seen_at: None, fresh };
        let item = |open, assets| HazardItem {
            ticket_id: "1".into(),
            package: "openssl".into(),
            system_id: "s".into(),
            system_name: "Shop".into(),
            system_name_ja: String::new(),
            unit_id: "u".into(),
            unit_name: "Sales".into(),
            unit_name_ja: String::new(),
            added_at: Time::EPOCH,
            open,
            closed_at: None,
            closure: None,
            assets,
        };
        assert!(obstacles(&[item(false, vec![asset("a", true)])]).is_empty());
        let kinds = |items: &[HazardItem]| -> Vec<String> {
            obstacles(items).into_iter().map(|one| format!("{} {}", one.kind, one.name)).collect()
        };
        assert_eq!(kinds(&[item(true, vec![asset("a", true)])]), ["ticket_open Shop"]);
        assert_eq!(kinds(&[item(false, vec![asset("a", true), asset("b", false)])]), ["not_measured b"]);
    }
}
