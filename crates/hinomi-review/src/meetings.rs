// SPDX-License-Identifier: Apache-2.0
//! One sitting of a body.
//!
//! ```text
//! planned ── agenda from the body's template and the month's pack, members of that day
//!    └→ held ── attendance, notes, minutes, decisions ──→ directives
//!         └→ closed ── nothing of it changes any more
//! ```
//! A decision is never changed: a later one may take its place.

mod api;
mod guests;
mod model;
mod service;
mod store;

pub(crate) use api::api;
pub use guests::{guest_add, guest_remove};
pub use model::{
    AgendaItem, Attendance, Attendee, DecisionView, MeetingLine, MeetingState, MeetingView, NewDecision,
    NewGuest, NewMeeting,
};
pub(crate) use service::decision_unit;
pub use service::{
    attendance_set, decision_add, decision_get, meeting_create, meeting_get, meeting_list, meeting_state,
    minutes_set,
};
