// SPDX-License-Identifier: Apache-2.0
//! A programme as pages show it, and what a new one must be. Pure.

use hinomi_core::{Time, UnitId};
use hinomi_platform::days::GroupDays;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ReviewError;
use crate::measures::{Measure, MeasurementView};

const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 10_000;
const MOST_STEPS: usize = 20;
const MOST_REGIONS: usize = 100;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    pub name: String,
    #[serde(default)]
    pub name_ja: String,
    pub measure: Measure,
    pub target: f64,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegion {
    #[schema(value_type = String)]
    pub unit_id: UnitId,
    /// YYYY-MM-DD: every step complete by the end of this day.
    pub planned_on: String,
}

/// A programme to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProgramme {
    pub name: String,
    #[serde(default)]
    pub name_ja: String,
    #[serde(default)]
    pub text: String,
    /// The fiscal year by which it should be complete everywhere.
    pub fiscal_year: i32,
    pub steps: Vec<NewStep>,
    pub regions: Vec<NewRegion>,
}

impl NewProgramme {
    pub(super) fn check(&self) -> Result<(), ReviewError> {
        let invalid = |field, message: String| Err(ReviewError::Invalid { field, message });
        let bad_name = |name: &str| name.trim().is_empty() || name.chars().count() > LONGEST_NAME;
        if bad_name(&self.name) || self.name_ja.chars().count() > LONGEST_NAME {
            return invalid("name", format!("wants 1 to {LONGEST_NAME} characters"));
        }
        if self.text.chars().count() > LONGEST_TEXT {
            return invalid("text", format!("at most {LONGEST_TEXT} characters"));
        }
        if !(2000..=2200).contains(&self.fiscal_year) {
            return invalid("fiscal_year", format!("{} is no year", self.fiscal_year));
        }
        if self.steps.is_empty() || self.steps.len() > MOST_STEPS {
            return invalid("steps", format!("wants 1 to {MOST_STEPS}"));
        }
        if self.regions.is_empty() || self.regions.len() > MOST_REGIONS {
            return invalid("regions", format!("wants 1 to {MOST_REGIONS}"));
        }
        for step in &self.steps {
            if bad_name(&step.name) || step.name_ja.chars().count() > LONGEST_NAME {
                return invalid("steps", format!("a step's name has 1 to {LONGEST_NAME} characters"));
            }
            if !step.target.is_finite() || step.target < 0.0 {
                return invalid("steps", "a target is a number from 0".to_owned());
            }
            step.measure.check()?;
        }
        Ok(())
    }
}

/// The last instant of a day of the group.
pub(super) fn planned_at(days: &GroupDays, day: &str) -> Result<Time, ReviewError> {
    let message = || format!("{day:?} is no day");
    let ends = days.ends_of(day);
    Ok(ends.ok_or_else(|| ReviewError::Invalid { field: "planned_on", message: message() })?.1)
}

/// A step in a region.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct CellView {
    pub(crate) step: i64,
    /// The newest measurement meets the target.
    pub(crate) complete: bool,
    /// When it was first measured so, if it still is.
    pub(crate) complete_since: Option<Time>,
    pub(crate) newest: Option<MeasurementView>,
    /// Every measurement, the oldest first.
    pub(crate) course: Vec<MeasurementView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct RegionView {
    pub(crate) unit_id: String,
    pub(crate) name: String,
    pub(crate) name_ja: String,
    pub(crate) planned_at: Time,
    /// `planned`, `late`, `complete`.
    pub(crate) state: String,
    pub(crate) complete_since: Option<Time>,
    pub(crate) cells: Vec<CellView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct StepView {
    pub(crate) no: i64,
    pub(crate) name: String,
    pub(crate) name_ja: String,
    pub(crate) measure: Measure,
    /// `count`, `percent`, `points`.
    pub(crate) unit: String,
    /// `fewer` or `more`.
    pub(crate) better: String,
    pub(crate) target: f64,
}

/// A programme with every region and step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ProgrammeView {
    pub(crate) id: String,
    /// `P-2`.
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) name_ja: String,
    pub(crate) text: String,
    pub(crate) fiscal_year: i64,
    pub(crate) created_at: Time,
    pub(crate) created_by: String,
    pub(crate) ended_at: Option<Time>,
    pub(crate) steps: Vec<StepView>,
    /// Those that the reader sees whole.
    pub(crate) regions: Vec<RegionView>,
    pub(crate) hidden_regions: i64,
    /// Regions with every step complete, of those that the reader sees.
    pub(crate) complete: i64,
}
