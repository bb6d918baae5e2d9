// SPDX-License-Identifier: Apache-2.0
//! Particularly dangerous risks under the CISO's control.
//!
//! ```text
//! known to be exploited × system of high importance × reached from the Internet ─┐   (rule, every hour)
//! the CISO's word, with a reason ────────────────────────────────────────────────┼─→ hazard: every open ticket with it
//!                                                                                │
//!   lead named within 4 hours · management told within 24 hours, again every week │   by the clock, else by the clock itself
//!   decisions and measures logged                                                │
//!   released only when every asset that showed it was seen without it since ◄────┘
//! ```
//! **Owns** `hazard`, `hazard_item`, `hazard_event`.
//!
//! **Rules that must stay true**
//! - Its log is only ever added to.
//! - Nobody's word releases it: each item is closed on evidence, and each asset that showed it has a complete inventory newer
//!   than the newest measure.
//! - Of two whose vulnerabilities turn out to be one, the elder goes on with the tickets of both.
//! - Management is told in time: when nobody did, the clock does.

mod api;
mod keep;
mod model;
mod service;
mod store;

pub(crate) use api::api;
pub use keep::{HazardsKept, hazards_keep};
pub use model::{HazardSystem, HazardView};
pub use service::hazards_of;
