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
mod keep;
mod model;
mod service;
mod store;

pub(crate) use api::api;
pub use keep::{ProgrammesKept, programmes_keep};
pub(crate) use service::programmes_of;
