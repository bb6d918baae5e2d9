// SPDX-License-Identifier: Apache-2.0

use hinomi_core::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeetingState {
    Planned,
    Held,
    /// Its minutes are final.
    Closed,
    Cancelled,
}

impl MeetingState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Held => "held",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "held" => Self::Held,
            "closed" => Self::Closed,
            "cancelled" => Self::Cancelled,
            _ => Self::Planned,
        }
    }

    /// What may follow.
    pub(crate) fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Planned, Self::Held | Self::Cancelled) | (Self::Held, Self::Closed | Self::Planned)
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    Expected,
    Present,
    Absent,
    /// The deputy came.
    Represented,
}

impl Attendance {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Represented => "represented",
        }
    }

    pub(crate) fn of_name(name: &str) -> Self {
        match name {
            "present" => Self::Present,
            "absent" => Self::Absent,
            "represented" => Self::Represented,
            _ => Self::Expected,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMeeting {
    pub body_id: String,
    /// YYYY-MM: the month that it looks at.
    pub month: String,
    #[schema(value_type = String)]
    pub starts_at: Time,
    /// Where, or the address of a call.
    #[serde(default)]
    pub place: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaItem {
    /// Of the pack; empty for a topic of its own.
    #[serde(default)]
    pub section: String,
    #[serde(default)]
    pub title: String,
    /// What was said.
    #[serde(default)]
    pub notes: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attendee {
    pub person_id: String,
    pub name: String,
    pub name_ja: String,
    pub role: String,
    pub chair: bool,
    /// Sits there for who holds the place.
    pub deputy: bool,
    /// Does not sit in the body.
    pub guest: bool,
    pub state: Attendance,
}

/// Whoever is asked to a meeting without sitting in its body: somebody of the group, or anybody by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGuest {
    pub person_id: Option<String>,
    /// Of whom the group has no record.
    #[serde(default)]
    pub name: String,
    /// As what, or why they come.
    #[serde(default)]
    pub role: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    pub text: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Number of the topic, from 1.
    pub agenda: Option<i64>,
    /// The figure of the pack that it answers, such as `exploited`.
    #[serde(default)]
    pub figure: String,
    /// An earlier decision whose place it takes.
    pub replaces_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecisionView {
    pub id: String,
    pub meeting_id: String,
    /// In its meeting, from 1.
    pub number: i64,
    pub agenda: Option<i64>,
    pub text: String,
    pub reason: String,
    pub figure: String,
    pub replaces_id: Option<String>,
    pub replaced_by_id: Option<String>,
    pub decided_at: Time,
    pub recorded_by: String,
}

/// A meeting in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingLine {
    pub id: String,
    pub body_id: String,
    pub body_name: String,
    pub body_name_ja: String,
    pub month: String,
    pub starts_at: Time,
    pub place: String,
    pub state: MeetingState,
    pub members: i64,
    pub present: i64,
    pub decisions: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingView {
    #[serde(flatten)]
    pub line: MeetingLine,
    pub unit_id: String,
    /// The month's pack, once it is made.
    pub pack_id: Option<String>,
    pub agenda: Vec<AgendaItem>,
    pub attendance: Vec<Attendee>,
    pub minutes: String,
    pub decisions_made: Vec<DecisionView>,
    /// Decisions of the same body's meeting before.
    pub decisions_before: Vec<DecisionView>,
    pub created_by: String,
    pub closed_by: Option<String>,
    pub closed_at: Option<Time>,
    /// Why it was cancelled.
    pub reason: String,
    pub version: i64,
}
