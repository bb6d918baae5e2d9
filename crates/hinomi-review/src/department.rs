// SPDX-License-Identifier: Apache-2.0
//! A department's own loop: it sees itself, says why, sets itself something to do, and is measured again.
//!
//! ```text
//! month closed ─→ figures beside their past ─→ causes, a responsible person ─→ improvement with a measure
//!        ▲                                                                        │ value when it was opened
//!        └──────── next month: value then and now ◄── measured at each close ─────┘
//! each month ─→ self-check owed (ten business days of the unit's calendar) ─→ handed in ─→ governance axis
//! ```
//! **Owns** `self_check_set`, `self_check`, `department_cause`, `improvement`.
//!
//! **Rules that must stay true**
//! - What was handed in is never written again; it keeps the questions that it answered.
//! - What an improvement did is told by its measurements, not by who says that it is done.
//! - A cause that was named stays; a later one stands before it.

mod api;
mod estate;
mod keep;
mod model;
mod service;
mod store;

pub(crate) use api::api;
pub(crate) use estate::{held, pass_on};
pub use keep::{DEPARTMENTS_JOB, DepartmentsKept, departments_keep};
pub use model::{Answer, AnswerWord, NewCause, NewImprovement};
pub use service::{
    CheckView, DepartmentView, ImprovementView, NewAnswers, cause_name, check_get, check_hand_in, check_save,
    department, improvement_close, improvement_confirm, improvement_open,
};
pub(crate) use service::{open_counted, path_up};
