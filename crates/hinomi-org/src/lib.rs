// SPDX-License-Identifier: Apache-2.0
//! The organisation: units in a tree with dates, people, seats, and the rights that follow from seats.
//!
//! ```text
//! HQ (group) ─┬─ JP (region) ─── D1 (department) ─── S1 (section)      every edge has dates: the past keeps its tree
//!             └─ EU (region)        │
//!                                   └─ seat: system security manager ── held by a person, dated ─→ Grant over {D1, S1}
//! ```
//!
//! **Owns** the tables `unit`, `unit_version`, `unit_closure`, `person`, `person_membership`, `seat`,
//! `seat_assignment`. Others read the views `v_unit`, `v_unit_closure`, `v_person`, `v_seat`,
//! `v_seat_holder`, or ask [`tree_at`], [`unit_names`], [`unit_scope`].
//!
//! **Audit events**: `unit.create`, `unit.change`, `unit.close`, `person.create`, `person.change`, `seat.create`,
//! `seat.assign`, `seat.vacate`, `org.import`.
//!
//! **To add** a fact about units: a column in a new migration, a field of [`model::UnitVersion`] if it changes with
//! time (of [`model::UnitRecord`] if it never does), and a column of [`model::sheet`] so that files carry it.
//! To add a kind of seat: `hinomi_core::SeatKind`, with its row of the rights table.

mod api;
mod error;
pub mod model;
mod service;
mod store;

use hinomi_db::Migration;

pub use api::api;
pub use error::OrgError;
pub use service::{
    Act, NewPerson, NewSeat, NewUnit, PersonChange, PersonView, SeatFilter, SeatGrants, SeatPerson, SeatView,
    UnitChange, UnitClosing, UnitDetail, UnitHoldings, day_end, org_export, org_import, people_list,
    person_by_code, person_by_email, person_change, person_create, person_get, scope_then, seat_assign,
    seat_create, seat_vacate, seats_list, tree_at, tree_at_tx, trees_at, unit_by_code, unit_change,
    unit_close, unit_create, unit_exists_tx, unit_get, unit_holdings, unit_names, unit_scope, units_visible,
};

pub const MIGRATIONS: &[Migration] = &[
    hinomi_db::include_migration!("202611230010_org"),
    hinomi_db::include_migration!("202611231410_seat_view"),
    hinomi_db::include_migration!("202611250111_seat_ends"),
];
