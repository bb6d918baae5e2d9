// SPDX-License-Identifier: Apache-2.0
//! XML as a tree of elements by their local names; namespaces only tell authors apart, never meaning.
//!
//! What must stay true: no document type is accepted (so no entity can expand or reach out), depth and number of
//! elements are bounded, and an error has its line.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::error::{Cause, Place, ReadError};

/// Deeper than any real document.
const DEPTH_MAX: usize = 64;

/// A tree costs several times its text: larger documents are refused.
pub(crate) const XML_BYTES_MAX: usize = 96 << 20;

/// An element with everything inside it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// Its own text, without that of its children.
    text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The children called `item` of the first child called `list`.
    pub(crate) fn list<'a>(&'a self, list: &'a str, item: &'a str) -> impl Iterator<Item = &'a Element> {
        self.child(list).into_iter().flat_map(move |list| list.all(item))
    }

    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The text of the first child of that name; nothing when it is empty.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Element::text).filter(|text| !text.is_empty())
    }
}

/// The name of the root element, looked for at the beginning only.
pub(crate) fn root_name(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(64 << 10))?).into_owned();
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1.trim_start();
        } else if let Some(declaration) = rest.strip_prefix('?') {
            rest = declaration.split_once("?>")?.1.trim_start();
        } else {
            let name = rest.split([' ', '>', '/', '\n', '\r', '\t']).next()?;
            let local = name.rsplit(':').next()?;
            return (!local.is_empty() && !local.starts_with('!')).then(|| local.to_owned());
        }
    }
}

/// Reads a whole document into its root element.
pub(crate) fn parse(bytes: &[u8], path: &str) -> Result<Element, ReadError> {
    if bytes.len() > XML_BYTES_MAX {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: XML_BYTES_MAX }));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(bytes, path, error.valid_up_to(), "the text is not UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    // Below the document itself, which holds the root at the end.
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event();
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let fail = |cause: String| wrong(bytes, path, position, cause);
        match event.map_err(|error| fail(error.to_string()))? {
            Event::Start(start) => {
                if open.len() > DEPTH_MAX {
                    return Err(fail(format!("elements are nested deeper than {DEPTH_MAX}")));
                }
                open.push(element(&start).map_err(fail)?);
            }
            Event::End(_) => {
                let Some(done) = open.pop() else { break };
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => break,
                }
            }
            Event::Text(part) => add(&mut open, &part.xml10_content()),
            Event::CData(part) => add(&mut open, &part.xml10_content()),
            Event::GeneralRef(entity) => {
                let letter = match entity.resolve_char_ref() {
                    Ok(Some(letter)) => Some(letter),
                    Ok(None) => predefined(&entity.xml10_content()),
                    Err(_) => None,
                };
                let letter = letter.ok_or_else(|| fail("an entity is not known".to_owned()))?;
                add(&mut open, letter.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(fail("a document type is not accepted".to_owned())),
            Event::Eof => break,
            _ => {}
        }
    }
    if open.len() > 1 {
        return Err(wrong(bytes, path, bytes.len(), "the document ends inside an element".to_owned()));
    }
    let root = open.pop().and_then(|mut document| document.children.pop());
    root.ok_or_else(|| ReadError::new(path, Cause::Missing("root element")))
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: start.local_name().into_inner().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
        element.attributes.push((attribute.key.local_name().into_inner().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

fn wrong(bytes: &[u8], path: &str, position: usize, cause: String) -> ReadError {
    let before = bytes.get(..position.min(bytes.len())).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    ReadError::at(path, Some(Place { value: String::new(), line, column }), Cause::Malformed(cause))
}

/// A direct child of the root: its local name and where its text stands.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The root's own tag and the direct children of it, by their places in the text; for taking a document apart
/// without changing a letter of its parts.
pub(crate) fn parts(bytes: &[u8], path: &str) -> Result<(String, String, Vec<Part>), ReadError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(bytes, path, error.valid_up_to(), "the text is not UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text);
    let (mut depth, mut opening, mut closing) = (0_usize, String::new(), String::new());
    let (mut parts, mut child): (Vec<Part>, Option<Part>) = (Vec::new(), None);
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event();
        let after = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = event.map_err(|error| wrong(bytes, path, after, error.to_string()))?;
        let local = |start: &BytesStart<'_>| start.local_name().into_inner().to_owned();
        match event {
            Event::DocType(_) => {
                return Err(wrong(bytes, path, after, "a document type is not accepted".to_owned()));
            }
            Event::Start(start) => {
                match depth {
                    0 => {
                        opening = text.get(before..after).unwrap_or_default().to_owned();
                        closing = format!("</{}>", start.name().into_inner());
                    }
                    1 => child = Some(Part { name: local(&start), start: before, end: after }),
                    _ => {}
                }
                depth += 1;
            }
            Event::Empty(start) if depth == 1 => {
                parts.push(Part { name: local(&start), start: before, end: after });
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some(mut done) = child.take()
                {
                    done.end = after;
                    parts.push(done);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if depth > 0 {
        return Err(wrong(bytes, path, bytes.len(), "the document ends inside an element".to_owned()));
    }
    Ok((opening, closing, parts))
}

#[cfg(test)]
mod tests {
    use super::{parse, parts, root_name};

    #[test]
    fn a_tree_has_names_attributes_and_text() {
        let text = r#"<?xml version="1.0"?><!-- a --><x:a xmlns:x="u"><x:b c="&lt;1">t &amp; <![CDATA[<u>]]></x:b><d/></x:a>"#;
        assert_eq!(root_name(text.as_bytes()).as_deref(), Some("a"));
        let root = parse(text.as_bytes(), "x.xml").unwrap();
        assert_eq!((root.name.as_str(), root.text_of("b")), ("a", Some("t & <u>")));
        assert_eq!(root.child("b").unwrap().attribute("c"), Some("<1"));
        let (opening, closing, parts) = parts(text.as_bytes(), "x.xml").unwrap();
        assert_eq!((opening.as_str(), closing.as_str()), (r#"<x:a xmlns:x="u">"#, "</x:a>"));
        let slices: Vec<&str> = parts.iter().map(|part| &text[part.start..part.end]).collect();
        assert_eq!(slices[1], "<d/>");
        assert!(slices[0].starts_with("<x:b c=") && slices[0].ends_with("</x:b>"));
    }

    #[test]
    fn what_could_expand_reach_out_or_never_end_is_refused() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c SYSTEM "file:///etc/passwd">]><a>&b;&c;</a>"#;
        assert!(parse(bomb.as_bytes(), "x.xml").unwrap_err().to_string().contains("document type"));
        let deep = "<a>".repeat(5_000);
        assert!(parse(deep.as_bytes(), "x.xml").unwrap_err().to_string().contains("nested deeper"));
        assert!(parse(b"<a>&nope;</a>", "x.xml").unwrap_err().to_string().contains("entity"));
        assert!(parse(b"<a><b>", "x.xml").is_err());
        assert!(parse(b"", "x.xml").is_err());
        assert!(parse(b"<a>\xff</a>", "x.xml").unwrap_err().to_string().contains("UTF-8"));
        assert_eq!(root_name(b"<!DOCTYPE a><a/>"), None);
        assert_eq!(root_name(b"plain"), None);
    }
}
