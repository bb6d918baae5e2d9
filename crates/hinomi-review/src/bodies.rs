// SPDX-License-Identifier: Apache-2.0
//! Committees and meetings that come again, and who sits in them.
//!
//! ```text
//! place: a seat of a unit · all such seats below a unit · a person ──→ on any day: members, vacancies, the chair
//! ```
//! Two come with Hinomi as soon as the organisation has a root: the risk committee, which the CEO chairs, and the monthly
//! quality-and-security meeting. Places follow the organisation: who takes the seat takes the place.

mod api;
mod estate;
mod model;
mod service;
mod shipped;
mod store;

pub(crate) use api::api;
pub(crate) use estate::{held, pass_on};
pub use model::{AgendaTopic, BodyView, Cadence, FilledBy, Member, NewBody, NewPlace, PlaceView, SECTIONS};
pub use service::{body_change, body_create, body_get, body_list, body_readable};
pub(crate) use service::{members_of, topics_checked};
pub use shipped::bodies_ensure;
