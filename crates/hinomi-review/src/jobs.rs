// SPDX-License-Identifier: Apache-2.0
//! What runs every hour for the outer loop: the hazard rule and its clock, then what directives and programmes measure.

use hinomi_platform::App;

use crate::ReviewError;
use crate::directives::{DirectivesKept, directives_keep};
use crate::hazards::{HazardsKept, hazards_keep};
use crate::programmes::{ProgrammesKept, programmes_keep};

/// The job's kind.
pub const OUTER_JOB: &str = "review.outer";

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct OuterKept {
    pub hazards: HazardsKept,
    pub directives: DirectivesKept,
    pub programmes: ProgrammesKept,
}

/// Takes no input and may run any number of times.
pub async fn outer_keep(app: &App) -> Result<OuterKept, ReviewError> {
    Ok(OuterKept {
        hazards: hazards_keep(app).await?,
        directives: directives_keep(app).await?,
        programmes: programmes_keep(app).await?,
    })
}
