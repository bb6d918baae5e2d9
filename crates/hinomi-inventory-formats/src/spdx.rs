// SPDX-License-Identifier: Apache-2.0
//! SPDX 2.2 and 2.3 (ISO/IEC 5962): every serialisation fills the same raw form, which is checked and flattened.

mod build;
mod json;
mod raw;

pub(crate) use json::read as read_json;
