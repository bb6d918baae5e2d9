// SPDX-License-Identifier: Apache-2.0
//! SQL of this domain's own tables, and the views of others that it reads.

pub(crate) mod by_unit;
pub(crate) mod facts;
pub(crate) mod lists;
pub(crate) mod open;
pub(crate) mod owed;
pub(crate) mod policies;
pub(crate) mod tickets;

pub(crate) fn json_list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned())
}
