// SPDX-License-Identifier: Apache-2.0
//! Exports of configuration databases and clouds: each record becomes an [`AssetRecord`].
//!
//! ```text
//!  document ─→ tree ─→ Source (which export is it, where do its records lie)
//!                        └─ fields: (what it means, where it stands) ─→ AssetRecord
//!  any CSV  ─→ Mapping (column → what it means), saved by whoever made it ─┘
//! ```
//!
//! What must stay true: what a field means is said once, in [`field`]; a value that means nothing for its field (a
//! serial number `N/A`, an address that is none) stays readable as an attribute where the source is a table.

mod aws;
mod aws_entries;
mod cloud;
pub(crate) mod encoding;
mod field;
mod glpi;
mod mapping;
mod netbox;
mod netbox_dump;
mod service_now;
mod snipe_it;
mod words;

pub use field::AssetField;
pub(crate) use glpi::of_agent as glpi_agent;
pub use mapping::{CellError, Encoding, Mapping, Preview};

use self::field::AssetField as F;
use crate::Format;
use crate::model::{AssetClass, Inventory, Warning};
use crate::tree::Node;

/// One kind of export.
pub(crate) struct Source {
    format: Format,
    /// JSON: paths that lead somewhere. XML: the root's name, then paths. CSV: names of columns.
    marks: &'static [&'static str],
    only_if: Option<fn(&Node<'_>) -> bool>,
    /// Paths from the document to the records, tried each.
    records: &'static [&'static str],
    class: AssetClass,
    /// Alternatives for each field, the first with a value counts; all for fields that have several values.
    fields: &'static [(F, &'static [&'static str])],
    /// Maps whose entries are attributes (`tags`, `labels`, `custom_fields`).
    attribute_maps: &'static [&'static str],
    /// What fields cannot say.
    finish: Option<fn(&Node<'_>, &mut crate::model::AssetRecord)>,
    /// What records may hold and nothing here reads, with what to say of it.
    unread: &'static [(&'static str, &'static str)],
}

const SOURCE: Source = Source {
    format: Format::NetBox,
    marks: &[],
    only_if: None,
    records: &[""],
    class: AssetClass::Host,
    fields: &[],
    attribute_maps: &[],
    finish: None,
    unread: &[],
};

const JSON: &[&[Source]] = &[
    &netbox::JSON,
    &snipe_it::JSON,
    &service_now::JSON,
    &aws::JSON,
    &cloud::AZURE,
    &cloud::GCP,
    &glpi::JSON,
];
const XML: &[&[Source]] = &[&service_now::XML];
const CSV: &[&[Source]] = &[&snipe_it::CSV, &service_now::CSV, &netbox::CSV, &glpi::CSV];

/// The inventory of a JSON document, if it is an export that is known.
pub(crate) fn read_json(node: &Node<'_>) -> Option<Inventory> {
    if netbox_dump::is(node) {
        return Some(netbox_dump::read(node));
    }
    if aws_entries::is(node) {
        return Some(aws_entries::read(node));
    }
    if netbox::is_networks(node) {
        return Some(netbox::read_networks(node));
    }
    if service_now::relations::is(node) {
        return Some(service_now::relations::read(node));
    }
    find(JSON, None, node).map(|source| source.read(node))
}

pub(crate) fn read_xml(root: &str, node: &Node<'_>) -> Option<Inventory> {
    if ["unload", "xml", "response"].contains(&root) && service_now::relations::is(node) {
        return Some(service_now::relations::read(node));
    }
    find(XML, Some(root), node).map(|source| source.read(node))
}

/// Whether a row names the columns of an export that is known.
pub(crate) fn is_header(cells: &[String]) -> bool {
    of_columns(cells).is_some() || netbox::is_network_header(cells) || are_relations(cells)
}

pub(crate) fn read_rows(cells: &[String], rows: &Node<'_>) -> Option<Inventory> {
    if netbox::is_network_header(cells) {
        return Some(netbox::read_network_rows(rows));
    }
    if are_relations(cells) {
        return Some(service_now::relations::read(rows));
    }
    of_columns(cells).map(|source| source.read(rows))
}

fn are_relations(cells: &[String]) -> bool {
    ["parent", "type", "child"].iter().all(|name| cells.iter().any(|cell| cell.eq_ignore_ascii_case(name)))
}

fn of_columns(cells: &[String]) -> Option<&'static Source> {
    let has = |mark: &&str| cells.iter().any(|cell| cell.eq_ignore_ascii_case(mark));
    CSV.iter().copied().flatten().find(|source| source.marks.iter().all(has))
}

fn find(
    groups: &'static [&'static [Source]],
    root: Option<&str>,
    node: &Node<'_>,
) -> Option<&'static Source> {
    groups.iter().copied().flatten().find(|source| {
        let mut marks = source.marks;
        if let Some(root) = root {
            match marks {
                [name, rest @ ..] if *name == root => marks = rest,
                _ => return false,
            }
        }
        marks.iter().all(|mark| node.has(mark)) && source.only_if.is_none_or(|holds| holds(node))
    })
}

impl Source {
    fn read(&self, root: &Node<'_>) -> Inventory {
        let mut inventory = Inventory::new(self.format);
        let mut ids = field::Ids::default();
        for (path, text) in self.unread {
            let holds = |records: &&str| match records.is_empty() {
                true => root.has(path),
                false => root.has(&format!("{records}.{path}")),
            };
            if self.records.iter().any(holds) {
                let place = (*path).to_owned();
                inventory.warnings.push(Warning { place, text: (*text).to_owned() });
            }
        }
        for path in self.records {
            let mut index = 0usize;
            root.visit(path, &mut |node, _| {
                if !node.is_empty() && !matches!(node, Node::Text(_)) {
                    let place = field::place_of(node, path, index);
                    let mut record = field::record(self.fields, self.class, node, place);
                    field::attributes(self.attribute_maps, node, &mut record);
                    if let Some(finish) = self.finish {
                        finish(node, &mut record);
                    }
                    ids.give(&mut record);
                    inventory.assets.push(record);
                }
                index += 1;
                true
            });
        }
        inventory
    }
}
