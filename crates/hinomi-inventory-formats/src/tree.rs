// SPDX-License-Identifier: Apache-2.0
//! One tree for JSON, lines of JSON, XML and CSV, so that a report can be described by paths whatever its syntax.
//!
//! ```text
//!  JSON object ─┐                                       "site.alerts.alertitem"   every alert, one or many
//!  XML element ─┼─→ Map, List, Text ─→ path ─→ nodes    "tags.tag[@name=host-ip]" the tag with that attribute
//!  CSV row ─────┘                                       "advisories.*"            every value
//! ```
//!
//! What must stay true: a path crosses lists without saying so, since XML cannot tell one from many; a map is searched
//! among its first [`KEYS_SEARCHED`] keys only, so that no document makes a look-up slow.

mod csv;
mod json;
mod path;
mod xml;

pub(crate) use csv::{Row, Sheet, read as read_csv};
pub(crate) use json::{read as read_json, read_lines as read_json_lines};
pub(crate) use xml::{Builder as XmlBuilder, read as read_xml};

use std::borrow::Cow;

/// No record has more fields; what has more is a dictionary, which is walked and not searched.
const KEYS_SEARCHED: usize = 1024;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// A copy that borrows nothing.
    fn into_owned(self) -> Node<'static> {
        match self {
            Node::Null => Node::Null,
            Node::Text(text) => Node::Text(Cow::Owned(text.into_owned())),
            Node::List(items) => Node::List(items.into_iter().map(Node::into_owned).collect()),
            Node::Map(entries) => {
                let own =
                    |(key, node): (Cow<'a, str>, Node<'a>)| (Cow::Owned(key.into_owned()), node.into_owned());
                Node::Map(entries.into_iter().map(own).collect())
            }
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node<'a>> {
        match self {
            Node::Map(entries) => {
                entries.iter().take(KEYS_SEARCHED).find(|(name, _)| name == key).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    /// The text of a leaf, or of an XML element beside its attributes and children; blanks around it removed.
    pub(crate) fn text(&self) -> Option<&str> {
        let text = match self {
            Node::Text(text) => text.trim(),
            Node::Map(_) => match self.get("#text")? {
                Node::Text(text) => text.trim(),
                _ => return None,
            },
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// All text inside, in document order.
    pub(crate) fn deep_text(&self) -> String {
        let mut parts = Vec::new();
        self.gather(&mut parts);
        parts.join("\n")
    }

    fn gather<'n>(&'n self, parts: &mut Vec<&'n str>) {
        match self {
            Node::Null => {}
            Node::Text(text) => parts.extend(Some(text.trim()).filter(|text| !text.is_empty())),
            Node::List(items) => items.iter().for_each(|item| item.gather(parts)),
            Node::Map(entries) => entries
                .iter()
                .filter(|(key, _)| !key.starts_with('@'))
                .for_each(|(_, node)| node.gather(parts)),
        }
    }

    /// Nothing at all, or a map or list without entries.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Node::Null => true,
            Node::Text(_) => false,
            Node::List(items) => items.is_empty(),
            Node::Map(entries) => entries.is_empty(),
        }
    }

    /// The text that the path leads to first.
    pub(crate) fn first(&self, path: &str) -> Option<&str> {
        let mut found = None;
        self.visit(path, &mut |node, _| {
            found = found.or(node.text());
            found.is_none()
        });
        found
    }

    /// Whether the path leads anywhere, be it to nothing but `null`.
    pub(crate) fn has(&self, path: &str) -> bool {
        let mut found = false;
        self.visit_shallow(path, &mut |_, _| {
            found = true;
            false
        });
        found
    }
}
