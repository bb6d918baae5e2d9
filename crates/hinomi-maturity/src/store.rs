// SPDX-License-Identifier: Apache-2.0
//! SQL of this domain's own tables, and the views of others that it reads.

pub(crate) mod approvals;
pub(crate) mod brought;
pub(crate) mod capture;
pub(crate) mod external;
pub(crate) mod facts;
pub(crate) mod figures;
pub(crate) mod formulas;
pub(crate) mod gaps;
pub(crate) mod labels;
pub(crate) mod size;
pub(crate) mod snapshots;
pub(crate) mod targets;

pub(crate) fn json_list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned())
}
