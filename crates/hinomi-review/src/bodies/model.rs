// SPDX-License-Identifier: Apache-2.0

use hinomi_core::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sections of a pack, in the order in which a meeting takes them.
pub const SECTIONS: &[&str] = &[
    "follow_up",
    "stand",
    "moved",
    "overdue",
    "exploited",
    "hazards",
    "targets",
    "directives",
    "programmes",
    "other",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    Monthly,
    Quarterly,
    Yearly,
}

impl Cadence {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        }
    }

    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "quarterly" => Self::Quarterly,
            "yearly" => Self::Yearly,
            _ => Self::Monthly,
        }
    }
}

/// How a place finds whoever sits in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilledBy {
    /// The holder of a seat of a unit.
    Seat,
    /// Every holder of such a seat in units of a kind below a unit.
    SeatsBelow,
    /// Somebody by name.
    Person,
}

impl FilledBy {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Seat => "seat",
            Self::SeatsBelow => "seats_below",
            Self::Person => "person",
        }
    }

    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "seat" => Self::Seat,
            "seats_below" => Self::SeatsBelow,
            _ => Self::Person,
        }
    }
}

/// A line of the agenda that a body begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaTopic {
    /// Of the pack, such as `moved`; empty for a topic of its own.
    #[serde(default)]
    pub section: String,
    /// Empty: the section's name.
    #[serde(default)]
    pub title: String,
}

/// A place as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlace {
    /// `ceo`, `ciso`, `crmo`, `cqo`, `regional_ciso`, `business_head`, `member`, `secretary`, or a name of your own.
    pub role: String,
    #[serde(default)]
    pub chair: bool,
    pub filled_by: FilledBy,
    pub unit_id: Option<String>,
    pub seat_kind: Option<String>,
    /// With `seats_below`: units of this kind only.
    pub unit_kind: Option<String>,
    pub person_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBody {
    /// Short and unique: `risk-committee`.
    pub code: String,
    /// What it looks at: this unit and everything below it.
    pub unit_id: String,
    pub name: String,
    #[serde(default)]
    pub name_ja: String,
    #[serde(default)]
    pub purpose: String,
    pub cadence: Cadence,
    #[serde(default)]
    pub agenda: Vec<AgendaTopic>,
    pub places: Vec<NewPlace>,
}

/// Somebody at the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    pub person_id: String,
    pub name: String,
    /// In the own script.
    pub name_ja: String,
    /// Sits there when the holder cannot.
    pub deputy: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceView {
    pub role: String,
    pub chair: bool,
    pub filled_by: FilledBy,
    pub unit_id: Option<String>,
    pub seat_kind: Option<String>,
    pub unit_kind: Option<String>,
    pub person_id: Option<String>,
    /// Nobody: the place is vacant.
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BodyView {
    pub id: String,
    pub code: String,
    pub unit_id: String,
    pub name: String,
    pub name_ja: String,
    pub purpose: String,
    pub cadence: Cadence,
    pub agenda: Vec<AgendaTopic>,
    pub places: Vec<PlaceView>,
    /// Places without anybody.
    pub vacant: usize,
    pub shipped: bool,
    pub created_at: Time,
    pub closed_at: Option<Time>,
    pub version: i64,
}
