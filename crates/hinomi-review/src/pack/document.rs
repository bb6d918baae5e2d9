// SPDX-License-Identifier: Apache-2.0
//! A pack as it is stored: every figure that page, PDF and mail show.

use hinomi_core::Time;
use hinomi_maturity::service::UnitName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Written once as JSON. A field that is added later has a default, so that every pack stays readable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackDocument {
    /// YYYY-MM.
    pub month: String,
    /// Of this unit and everything below it, as the tree stood when the month ended.
    pub unit: PackUnit,
    /// The month's last instant.
    pub as_of: Time,
    pub close: PackClose,
    pub axes: Vec<PackAxis>,
    /// The oldest month first.
    pub trend: Vec<PackTrend>,
    pub open: PackOpen,
    pub moved: PackMoved,
    /// The units directly below, with their open cases.
    pub units: Vec<PackUnitCases>,
    pub exploited: PackExploited,
    pub targets_missed: Vec<PackTargetMissed>,
    /// Absent, not empty, where nothing keeps hazards yet; the same holds for the next two.
    #[serde(default)]
    pub hazards: Option<Vec<PackHazard>>,
    #[serde(default)]
    pub directives: Option<Vec<PackDirective>>,
    #[serde(default)]
    pub programmes: Option<Vec<PackProgramme>>,
    /// Sources that were missing or too old when the month was closed.
    pub blind: Vec<String>,
}

/// A unit under the name that it had when the month ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackUnit {
    pub id: String,
    pub name: String,
    pub name_ja: String,
}

impl From<UnitName> for PackUnit {
    fn from(unit: UnitName) -> Self {
        Self { id: unit.id, name: unit.name, name_ja: unit.name_ja }
    }
}

/// The evaluation of the month that the axes come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackClose {
    /// 1 is the close; higher ones are corrections.
    pub revision: i64,
    pub evaluated_at: Time,
    pub formula: String,
    pub rows_hash: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackAxis {
    pub axis: String,
    /// 0 to 100; absent when the axis is not rated.
    pub score: Option<f64>,
    /// 0 to 4.
    pub level: i64,
    pub before: Option<f64>,
    pub target: Option<f64>,
    pub gap: Option<f64>,
    /// It speaks of persons and the unit is too small to show it.
    pub withheld: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackTrend {
    pub month: String,
    /// In the order of the axes.
    pub scores: Vec<Option<f64>>,
    /// Open cases when that month ended.
    pub open: i64,
}

/// Open cases when the month ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackCells {
    pub critical: i64,
    pub high: i64,
    pub medium: i64,
    pub low: i64,
    pub overdue: i64,
}

impl PackCells {
    pub fn total(&self) -> i64 {
        self.critical + self.high + self.medium + self.low
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackOpen {
    pub now: PackCells,
    /// When the month before ended.
    pub before: PackCells,
}

/// Why the number of open cases is another than a month ago. It adds up: before, plus what came, minus what went, is after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackMoved {
    pub before: i64,
    /// Opened in the month and still open.
    pub opened: i64,
    /// Closed a month ago and open again: what was put right came back.
    pub reopened: i64,
    /// Open elsewhere a month ago, here now: the organisation moved.
    pub moved_in: i64,
    /// Open elsewhere a month ago, here now: the system was handed over.
    pub handed_in: i64,
    /// A newer version was seen.
    pub closed_fixed: i64,
    /// What carried it is gone: out of scope, not put right.
    pub closed_gone: i64,
    /// The record no longer says so.
    pub closed_retracted: i64,
    /// Closed then, and open again since: why it was closed is no longer said.
    pub closed_other: i64,
    pub moved_out: i64,
    pub handed_out: i64,
    pub after: i64,
    /// Opened and closed between the two ends: part of neither.
    pub came_and_went: i64,
    /// Open at both ends, with a higher or a lower criticality at the second.
    pub raised: i64,
    pub lowered: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackUnitCases {
    pub unit: PackUnit,
    pub now: PackCells,
    pub before: PackCells,
    /// Days by which its most overdue case is late.
    pub latest_days: Option<i64>,
}

/// Cases with a vulnerability that is known to be exploited, as the catalogue stood when the pack was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackExploited {
    pub open: i64,
    pub overdue: i64,
    pub systems: i64,
    /// As the pack of the month before says.
    pub before: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackTargetMissed {
    pub unit: PackUnit,
    pub axis: String,
    pub score: f64,
    pub target: f64,
    /// YYYY-MM by which it was to be reached.
    pub due: String,
}

/// A risk under the CISO's control when the month ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackHazard {
    pub id: String,
    pub title: String,
    pub unit: PackUnit,
    pub system: Option<String>,
    /// Who leads; absent while nobody is named.
    pub lead: Option<String>,
    pub since: Time,
    /// The day of it: YYYY-MM-DD; absent in packs of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_on: Option<String>,
    /// Word of the module that keeps it: `open`, `released`, …
    pub state: String,
    /// The next report to management was due and was not given.
    pub report_overdue: bool,
}

/// What units were told to do, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackDirective {
    pub id: String,
    pub title: String,
    pub decision_id: Option<String>,
    pub units: Vec<PackUnit>,
    /// Code of its measure.
    pub measure: String,
    pub value_at_decision: Option<f64>,
    /// When the month ended.
    pub value: Option<f64>,
    pub target: Option<f64>,
    /// YYYY-MM-DD.
    pub due: String,
    /// `running`, `reached`, `missed`.
    pub state: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackProgramme {
    pub id: String,
    pub name: String,
    pub name_ja: String,
    pub regions: Vec<PackRegion>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackRegion {
    pub unit: PackUnit,
    /// 0 to 100, by query; absent when nothing is in scope.
    pub completion: Option<f64>,
    /// YYYY-MM-DD.
    pub planned: Option<String>,
}
