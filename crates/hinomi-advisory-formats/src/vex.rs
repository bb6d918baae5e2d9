// SPDX-License-Identifier: Apache-2.0
//! Statements on products without a product tree: OpenVEX, and the analyses in a CycloneDX document.
//!
//! Each document becomes one record whose statements keep the order of the document.

pub(crate) mod cyclonedx;
pub(crate) mod cyclonedx_xml;
pub(crate) mod openvex;

use serde_json::Value;

use crate::model::Product;

fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str)
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// An identifier of any kind as what it is: package URL, CPE or plain name.
fn product_of(identifier: &str) -> Product {
    let text = Some(identifier.to_owned());
    if identifier.starts_with("pkg:") {
        Product { purl: text, ..Product::default() }
    } else if identifier.starts_with("cpe:") {
        Product { cpe: text, ..Product::default() }
    } else {
        Product { name: text, ..Product::default() }
    }
}

#[cfg(test)]
#[path = "vex/tests.rs"]
mod tests;
