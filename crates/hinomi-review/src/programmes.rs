// SPDX-License-Identifier: Apache-2.0
//! Measures rolled out region by region: whether a region has completed a step is a query, not a word.
//!
//! ```text
//! programme ─┬─ steps: each a measure with its target
//!            └─ regions: each with a planned day ─→ step × region, measured at each month's close and on demand
//! ```
//! **Owns** `programme`, `programme_step`, `programme_region`.
//!
//! **Rules that must stay true**
//! - A step is complete in a region on the first measurement that met its target, and stays so while the newest does.
//! - Nobody can say that one is complete.

mod api;
mod estate;
mod keep;
mod model;
mod service;
mod store;

pub(crate) use api::api;
pub(crate) use estate::{held, pass_on};
pub use keep::{ProgrammesKept, programmes_keep};
pub(crate) use service::programmes_of;

use hinomi_core::{Actor, Scope};
use hinomi_platform::App;

use crate::ReviewError;

pub use model::{NewProgramme, NewRegion, NewStep};

/// Starts a programme; its number.
pub async fn programme_start(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewProgramme,
) -> Result<i64, ReviewError> {
    service::start(app, actor, scope, new).await
}
