// SPDX-License-Identifier: Apache-2.0
//! The mandatory tests of section 6.1.

use serde_json::Value;

/// The first test that a document fails.
pub(super) struct Broken {
    pub(super) test: &'static str,
    /// JSON path.
    pub(super) place: String,
    pub(super) cause: String,
}

pub(super) fn check(_document: &Value) -> Option<Broken> {
    None
}
