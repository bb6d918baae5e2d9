// SPDX-License-Identifier: Apache-2.0
//! SPDX 2.1 to 2.3 (ISO/IEC 5962), where every serialisation fills the same raw form, and SPDX 3.0, another model.

mod build;
mod json;
mod json3;
mod raw;
mod tag_value;
mod yaml;

pub(crate) use json::read as read_json;
pub(crate) use json3::read as read_json3;
pub(crate) use tag_value::read as read_tag_value;
pub(crate) use yaml::read as read_yaml;
