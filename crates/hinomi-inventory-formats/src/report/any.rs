// SPDX-License-Identifier: Apache-2.0
//! Reports and exports that no reader of their own is written for: the document becomes a tree, the tree finds its
//! description.

use std::borrow::Cow;

use super::console;
use super::shape::{self, Shape};
use super::tools;
use crate::cmdb;
use crate::error::{Place, ReadError};
use crate::listing;
use crate::model::Inventory;
use crate::tree::{self, Node};

/// `unknown` is what is said when nothing fits.
pub(crate) fn read(text: &str, path: &str, unknown: ReadError) -> Result<Inventory, ReadError> {
    match text.trim_start().as_bytes().first() {
        Some(b'<') => return read_xml(text, path, unknown),
        Some(b'{') => return read_json(text, path, unknown),
        None => return Err(unknown),
        Some(_) => {}
    }
    match console::read(text) {
        Some(inventory) => Ok(inventory),
        None if text.trim_start().starts_with('[') => read_json(text, path, unknown),
        None => read_csv(text, path, unknown),
    }
}

fn read_xml(text: &str, path: &str, unknown: ReadError) -> Result<Inventory, ReadError> {
    if is_html(text) {
        return Err(ReadError::new(path, Place::Document, "no known inventory format: an HTML page"));
    }
    let (root, node) = tree::read_xml(text, path)?;
    if let Some(inventory) = cmdb::read_xml(&root, &node) {
        return Ok(inventory);
    }
    match find(tools::XML, Some(&root), &node) {
        Some(shape) => Ok(shape::read(shape, &node)),
        None => Err(unknown),
    }
}

fn is_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn read_json(text: &str, path: &str, unknown: ReadError) -> Result<Inventory, ReadError> {
    // The error of the first reading stands, since it names the place, unless there is more than one document.
    let node = match tree::read_json(text, path) {
        Ok(node) => node,
        Err(error) if error.cause == "trailing characters" => {
            let node = tree::read_json_lines(text, path)?;
            return match find(tools::JSON, None, &node) {
                Some(shape) => Ok(shape::read(shape, &node)),
                None => cmdb::read_json(&node).or_else(|| listing::read_json(&node)).ok_or_else(|| {
                    ReadError::new(path, Place::Document, "no known inventory format: several JSON documents")
                }),
            };
        }
        Err(error) => return Err(error),
    };
    let says_nothing = |node: &Node<'_>| match node {
        Node::Map(entries) => entries.iter().all(|(_, value)| value.is_empty()),
        node => node.is_empty(),
    };
    if says_nothing(&node) && find(tools::JSON, None, &node).is_none() {
        return Err(ReadError::new(path, Place::Document, "the document holds nothing that says what it is"));
    }
    if let Some(inventory) = cmdb::read_json(&node) {
        return Ok(inventory);
    }
    match find(tools::JSON, None, &node) {
        Some(shape) => Ok(shape::read(shape, &node)),
        None => listing::read_json(&node).ok_or(unknown),
    }
}

fn read_csv(text: &str, path: &str, unknown: ReadError) -> Result<Inventory, ReadError> {
    let Ok(sheet) = tree::read_csv(text, None, path) else { return Err(unknown) };
    let is_header = |cells: &[String]| {
        shape_of_columns(cells).is_some() || listing::is_header(cells) || cmdb::is_header(cells)
    };
    let Some(header) = sheet.header(&is_header) else { return Err(unknown) };
    let columns = sheet.rows.get(header).map(|row| row.cells.clone()).unwrap_or_default();
    let rows = sheet.into_tree(header);
    match shape_of_columns(&columns) {
        Some(shape) => Ok(shape::read(shape, &rows)),
        None if listing::is_header(&columns) => Ok(listing::read_table(&columns, &rows)),
        None => cmdb::read_rows(&columns, &rows).ok_or(unknown),
    }
}

/// Tables come in the encodings of spreadsheets too; other syntaxes say which encoding they are in.
pub(crate) fn legacy_text<'b>(bytes: &'b [u8], path: &str) -> Option<Cow<'b, str>> {
    let (text, _) = cmdb::encoding::decode(bytes, None, path).ok()?;
    (!text.contains('\0') && !text.starts_with(['<', '{', '['])).then_some(text)
}

fn shape_of_columns(cells: &[String]) -> Option<&'static Shape> {
    let fits = |shape: &&Shape| {
        !shape.marks.is_empty() && shape.marks.iter().all(|mark| cells.iter().any(|cell| cell == mark))
    };
    tools::CSV.iter().copied().flatten().find(fits)
}

fn find(groups: &'static [&'static [Shape]], root: Option<&str>, node: &Node<'_>) -> Option<&'static Shape> {
    groups.iter().copied().flatten().find(|shape| shape.fits(root, node))
}
