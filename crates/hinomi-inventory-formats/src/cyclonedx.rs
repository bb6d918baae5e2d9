// SPDX-License-Identifier: Apache-2.0
//! CycloneDX 1.0 to 1.7 (ECMA-424): JSON and XML fill the same raw form, which is checked and then flattened.
//!
//! ```text
//!  JSON ─→ json ─┐
//!                ├─→ raw::Bom ─→ check (rules of the schema) ─→ build ─→ Inventory
//!  XML  ─→ xml ──┘
//! ```

mod build;
mod check;
mod deep;
mod extension;
mod identity;
mod json;
mod outline;
mod raw;
mod write;
mod xml;

pub(crate) use json::read as read_json;
pub(crate) use outline::{Elements, outline};
pub use write::{WriteOptions, write_cyclonedx};
pub(crate) use xml::read as read_xml;
