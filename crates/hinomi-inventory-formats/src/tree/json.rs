// SPDX-License-Identifier: Apache-2.0
//! JSON and lines of JSON as a tree. Numbers keep their digits, truth values become words.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Node;
use crate::error::{Place, ReadError};

pub(crate) fn read<'a>(text: &'a str, path: &str) -> Result<Node<'a>, ReadError> {
    serde_json::from_str(text).or_else(|error| {
        // A number of hundreds of digits (a key's modulus, say) is no number to serde_json and text to a report.
        if !error.to_string().starts_with("number out of range") {
            return Err(ReadError::json(path, &error));
        }
        let quoted = quote_long_numbers(text);
        let tree: Result<Node<'_>, _> = serde_json::from_str(&quoted);
        tree.map(Node::into_owned).map_err(|error| ReadError::json(path, &error))
    })
}

/// Any number of more digits than a float has orders of magnitude.
const DIGITS_MAX: usize = 300;

fn quote_long_numbers(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 64);
    let bytes = text.as_bytes();
    let (mut at, mut copied) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'0'..=b'9' | b'-' => {
                let is_part =
                    |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
                let length = bytes[at..].iter().take_while(|byte| is_part(byte)).count().max(1);
                if length > DIGITS_MAX {
                    quoted.push_str(&text[copied..at]);
                    quoted.push('"');
                    quoted.push_str(&text[at..at + length]);
                    quoted.push('"');
                    copied = at + length;
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    quoted.push_str(&text[copied..]);
    quoted
}

/// The place after the closing quote of the string that begins at `at`.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// One document a line, blank lines aside; also whole documents one after another.
pub(crate) fn read_lines<'a>(text: &'a str, path: &str) -> Result<Node<'a>, ReadError> {
    let mut items = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Node<'_>>();
    while let Some(item) = stream.next() {
        match item {
            Ok(item) => items.push(item),
            Err(error) => {
                let offset = stream.byte_offset();
                let line =
                    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count();
                let mut error = ReadError::json(path, &error);
                if error.place == Place::Document {
                    error.place = Place::Line { line: line + 1, column: 1 };
                }
                return Err(error);
            }
        }
    }
    Ok(Node::List(items))
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(if value { "true" } else { "false" })))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_string())))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node<'de>, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry::<Key<'de>, Node<'de>>()? {
            map.push((entry.0.0, entry.1));
        }
        Ok(Node::Map(map))
    }
}

/// A key without a copy where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(value.to_owned())))
            }
        }
        deserializer.deserialize_str(Name)
    }
}
