// SPDX-License-Identifier: Apache-2.0
//! What can be measured: named queries over rows, restricted to units, whose every value keeps the rows it was made from.
//!
//! ```text
//! measure (kind + filters) × units × instant ─→ rows ─→ value, hash of the rows ─→ measurement, written once
//! ```
//! Directives, programmes and a department's own improvements share this one catalogue. A kind says by itself which way
//! is better, so that a target needs no sign.
//!
//! **Owns** `review_measurement`, `review_row_set`.
//!
//! **To add a kind**: a variant of [`Kind`] with its unit of measure and its direction, a query in `store/facts.rs`, its texts
//! in the catalogues (`measure-…`).

mod api;
mod model;
mod service;
mod store;

pub(crate) use api::api;
pub use model::{Kind, Measure};
pub use service::{Addressed, MeasurementView};
pub(crate) use service::{
    Measured, Occasion, Taken, all_of, closed_months, course, covered, evaluate, keep, newest_of, only_this,
    seen,
};
