// SPDX-License-Identifier: Apache-2.0
//! The published table names every format.

use hinomi_inventory_formats::Format;

#[test]
fn every_format_has_its_row() {
    let table = include_str!("../FORMATS.md");
    for format in Format::ALL {
        assert!(table.contains(&format!("`{format}`")), "FORMATS.md lacks {format}");
    }
}
