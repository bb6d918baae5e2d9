// SPDX-License-Identifier: Apache-2.0
//! Where the two loops meet: management's month and each department's own.
//!
//! ```text
//! month closed ─→ pack ─→ meeting of a body ─→ decision ─→ directive to units ─→ effect measured ─→ next pack
//!                  ▲                                            │
//!                  │      hazards under the CISO's control      ▼
//!                  │      programmes region by region       department: its figures, causes, own improvements,
//!                  └──────────────── figures ◄───────────── self-check; measured again next month
//! ```
//! One folder per word. Each owns its tables, rights and routes, and has the rooms `model`, `store`, `service`, `api`;
//! they read one another by functions only:
//! - `bodies`: committees and meetings that come again, and who sits in them by seat, role or name.
//! - `meetings`: one sitting of a body: agenda, attendance, minutes, decisions.
//! - `pack`: what a body gets to read, made once when a month is closed and never changed.
//! - `directives`: what units were told to do, with the measure that says whether it worked.
//! - `hazards`: particularly dangerous risks under the CISO's control.
//! - `programmes`: measures rolled out region by region.
//! - `department`: a department's own loop.
//! - `duties`: what must be done by when, and the mails of the clock.
//! - `attended`: who was there, for the Maturity Monitor to count.
//!
//! **Rules that must stay true**
//! - A pack never changes once it is made; page, PDF and mail show the same figures because they read the same pack.
//! - No figure is typed: each is a query over rows, and opens them.
//! - What a meeting decided stays: a decision is taken back by another decision.

mod attended;
pub mod bodies;
pub mod department;
mod directives;
pub mod duties;
mod error;
mod estate;
mod hazards;
mod jobs;
mod letters;
mod measures;
pub mod meetings;
pub mod pack;
mod programmes;
mod settings;
mod words;

use hinomi_db::Migration;
use hinomi_web::{App, OpenApiRouter};

pub use directives::{
    DirectiveEffect, DirectivesKept, NewDirective, directive_issue, directives_and_effect, directives_keep,
    directives_of_decision,
};
pub use error::ReviewError;
pub use estate::ReviewEstate;
pub use hazards::{HazardSystem, HazardView, HazardsKept, hazards_keep, hazards_of};
pub use jobs::{OUTER_JOB, OuterKept, outer_keep};
pub use measures::{Addressed, Kind, Measure, MeasurementView};
pub use programmes::{NewProgramme, NewRegion, NewStep, ProgrammesKept, programme_start, programmes_keep};
pub use settings::settings;

/// In order. A module's folders carry its name: `…_bodies`, `…_directives`, `…_department`.
pub const MIGRATIONS: &[Migration] = &[
    hinomi_db::include_migration!("202611231600_bodies"),
    hinomi_db::include_migration!("202611231510_measures"),
    hinomi_db::include_migration!("202611231511_directives"),
    hinomi_db::include_migration!("202611231512_hazards"),
    hinomi_db::include_migration!("202611231513_programmes"),
    hinomi_db::include_migration!("202611231520_department"),
    hinomi_db::include_migration!("202611241520_event_scope"),
    hinomi_db::include_migration!("202611241620_month_tickets"),
    hinomi_db::include_migration!("202611241630_guests"),
];

/// This crate's routes, relative to the API's base.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(bodies::api())
        .merge(meetings::api())
        .merge(pack::api())
        .merge(measures::api())
        .merge(directives::api())
        .merge(hazards::api())
        .merge(programmes::api())
        .merge(department::api())
        .merge(duties::api())
}
