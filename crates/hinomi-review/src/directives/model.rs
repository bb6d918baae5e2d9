// SPDX-License-Identifier: Apache-2.0
//! A directive as pages show it, and what a new one must be. Pure.

use hinomi_core::{PersonId, Time};
use hinomi_obligations::{Calendar, Escalation, Plan};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ReviewError;
use crate::measures::{Addressed, Measure, MeasurementView};

const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 10_000;
const MOST_UNITS: usize = 1_000;
/// So long after it was reached it is still measured at each month's close: whether it lasts.
pub(super) const WATCHED_DAYS: i64 = 92;

/// When units are reminded of a directive and whom it is brought to when it was missed.
pub(super) fn plan() -> Plan {
    Plan {
        remind_days_before: vec![14, 3],
        escalations: vec![
            Escalation { after_days: 1, levels_up: 1 },
            Escalation { after_days: 14, levels_up: 2 },
        ],
    }
}

/// A directive to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDirective {
    pub title: String,
    #[serde(default)]
    pub text: String,
    /// The decision that it follows from.
    #[serde(default)]
    pub decision_id: Option<String>,
    pub units: Vec<Addressed>,
    /// Who answers for it; absent: the managers of the units.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub responsible_id: Option<PersonId>,
    pub measure: Measure,
    pub target: f64,
    /// YYYY-MM-DD: to be reached by the end of this day, or of the next business day.
    pub due_on: String,
    /// Whose days count: `jp`, `us`, `eu`, `utc`.
    #[serde(default)]
    pub calendar: Option<String>,
}

impl NewDirective {
    pub(super) fn check(&self) -> Result<(), ReviewError> {
        let invalid = |field, message: String| Err(ReviewError::Invalid { field, message });
        let title = self.title.trim().chars().count();
        if title == 0 || title > LONGEST_TITLE {
            return invalid("title", format!("wants 1 to {LONGEST_TITLE} characters"));
        }
        if self.text.chars().count() > LONGEST_TEXT {
            return invalid("text", format!("at most {LONGEST_TEXT} characters"));
        }
        if self.units.is_empty() || self.units.len() > MOST_UNITS {
            return invalid("units", format!("wants 1 to {MOST_UNITS} units"));
        }
        if !self.target.is_finite() || self.target < 0.0 {
            return invalid("target", "wants a number from 0".to_owned());
        }
        self.measure.check()
    }

    /// Whose business days count.
    pub(super) fn calendar(&self) -> Result<Calendar, ReviewError> {
        let invalid = |message: String| ReviewError::Invalid { field: "calendar", message };
        Calendar::named(self.calendar.as_deref().unwrap_or("utc")).map_err(|error| invalid(error.to_string()))
    }

    /// The last instant at which it is still in time.
    pub(super) fn due_at(&self) -> Result<Time, ReviewError> {
        let invalid = |field, message: String| ReviewError::Invalid { field, message };
        let calendar = self.calendar()?;
        let day: Result<Date, _> = self.due_on.parse();
        let day = day.ok().filter(|_| self.due_on.len() == 10);
        let day = day.ok_or_else(|| invalid("due_on", format!("{:?} is no day", self.due_on)))?;
        Ok(calendar.end_of(calendar.business_day_from(day)))
    }
}

/// Where a directive stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not yet due, and no measurement met the target.
    Running,
    /// Due, and no measurement met the target: it stays open.
    Missed,
    /// A measurement met the target.
    Reached,
    Withdrawn,
}

impl Standing {
    pub(crate) fn of(state: &str, due_at: i64, now: Time) -> Self {
        match state {
            "reached" => Self::Reached,
            "withdrawn" => Self::Withdrawn,
            _ if due_at < now.as_micros() => Self::Missed,
            _ => Self::Running,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Missed => "missed",
            Self::Reached => "reached",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A unit as pages name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddressedView {
    pub unit_id: String,
    pub name: String,
    pub name_ja: String,
    pub subtree: bool,
}

/// A directive with its newest value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DirectiveView {
    pub id: String,
    /// As people say it: `D-12`.
    pub number: String,
    pub decision_id: Option<String>,
    pub title: String,
    pub text: String,
    pub issued_at: Time,
    pub issued_by: String,
    pub responsible_id: Option<String>,
    pub responsible_name: Option<String>,
    pub units: Vec<AddressedView>,
    /// Addressed units that the reader does not see.
    pub hidden_units: i64,
    pub measure: Measure,
    /// `count`, `percent`, `points`.
    pub unit: String,
    /// `fewer` or `more`.
    pub better: String,
    pub target: f64,
    pub due_at: Time,
    pub standing: Standing,
    pub closed_at: Option<Time>,
    /// The measurement that closed it.
    pub closed_by: Option<String>,
    /// The value at the decision.
    pub before: Option<MeasurementView>,
    pub newest: Option<MeasurementView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EventView {
    pub(crate) at: Time,
    pub(crate) actor: String,
    /// `issued`, `measured`, `answered`, `reminded`, `escalated`, `missed`, `reached`, `withdrawn`.
    pub(crate) kind: String,
    /// Of a value, what the reader sees of it.
    pub(crate) text: String,
    pub(crate) unit_id: Option<String>,
    /// The measurement that opens the value's rows.
    pub(crate) measurement_id: Option<String>,
}

/// A directive with its course and its log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct DirectiveDetail {
    #[serde(flatten)]
    pub(crate) directive: DirectiveView,
    /// Every measurement, the oldest first.
    pub(crate) course: Vec<MeasurementView>,
    pub(crate) events: Vec<EventView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_is_what_is_due_and_not_reached() {
        let now: Time = "2026-12-01T00:00:00Z".parse().unwrap();
        let before = now.as_micros() - 1;
        assert_eq!(Standing::of("running", before, now), Standing::Missed);
        assert_eq!(Standing::of("running", now.as_micros(), now), Standing::Running);
        assert_eq!(Standing::of("reached", before, now), Standing::Reached);
        assert_eq!(Standing::of("withdrawn", before, now), Standing::Withdrawn);
    }
}
