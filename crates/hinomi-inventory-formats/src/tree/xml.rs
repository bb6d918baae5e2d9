// SPDX-License-Identifier: Apache-2.0
//! XML as a tree: attributes as `@name`, text as `#text`, an element of nothing but text as that text, elements of one
//! name as a list.

use std::borrow::Cow;

use super::Node;
use crate::error::ReadError;
use crate::xml::{Element, Xml};

/// The root's name and its content.
pub(crate) fn read<'a>(text: &'a str, path: &str) -> Result<(String, Node<'a>), ReadError> {
    let (mut xml, root, _) = Xml::open(text, path)?;
    let node = xml.tree(&root)?;
    Ok((root.name, node))
}

/// What an element has gathered so far.
#[derive(Default)]
pub(crate) struct Builder<'a> {
    entries: Vec<(Cow<'a, str>, Node<'a>)>,
    text: String,
}

impl<'a> Builder<'a> {
    pub(crate) fn start(element: &Element) -> Builder<'a> {
        let attributes = element.attributes();
        let entries = attributes
            .map(|(key, value)| (Cow::Owned(format!("@{key}")), Node::Text(Cow::Owned(value.to_owned()))))
            .collect();
        Builder { entries, text: String::new() }
    }

    pub(crate) fn add_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Elements of one name usually follow one another; those that do not are found among the last few only, so that a
    /// long mixed sequence stays linear.
    pub(crate) fn add_child(&mut self, name: String, node: Node<'a>) {
        let known = self.entries.iter_mut().rev().take(64).find(|(key, _)| *key == name);
        match known {
            Some((_, Node::List(items))) => items.push(node),
            Some((_, first)) => {
                let one = std::mem::replace(first, Node::Null);
                *first = Node::List(vec![one, node]);
            }
            None => self.entries.push((Cow::Owned(name), node)),
        }
    }

    pub(crate) fn finish(mut self) -> Node<'a> {
        let text = self.text.trim();
        if self.entries.is_empty() {
            return if text.is_empty() { Node::Null } else { Node::Text(Cow::Owned(text.to_owned())) };
        }
        if !text.is_empty() {
            let text = Node::Text(Cow::Owned(text.to_owned()));
            self.entries.push((Cow::Borrowed("#text"), text));
        }
        Node::Map(self.entries)
    }
}
