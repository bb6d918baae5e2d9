// SPDX-License-Identifier: Apache-2.0
//! A pull reader for XML: a caller names what it wants of an element's children, the rest is passed over.
//!
//! What must stay true: no document type that declares entities is accepted and no declaration is acted on (so nothing
//! can expand or reach out), nesting is bounded, and every error has its line.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use crate::error::{Place, ReadError};
use crate::tree::{Node, XmlBuilder};

/// Deeper than any real document; the callers' own recursion follows the nesting.
const DEPTH_MAX: usize = 100;

pub(crate) struct Xml<'a> {
    reader: NsReader<&'a [u8]>,
    text: &'a str,
    path: &'a str,
    depth: usize,
    depth_max: usize,
    /// Elements of other namespaces than the root's are extensions and passed over.
    namespace: Option<String>,
    /// But for those of this one.
    extension: Option<&'static str>,
}

/// The start of an element; its content is still to be read.
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    depth: usize,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

type Read<T> = Result<T, ReadError>;

impl<'a> Xml<'a> {
    /// The root element and its namespace, or nothing when the document has none.
    pub(crate) fn open(text: &'a str, path: &'a str) -> Read<(Xml<'a>, Element, Option<String>)> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut xml =
            Xml { reader, text, path, depth: 0, depth_max: DEPTH_MAX, namespace: None, extension: None };
        let root = xml.next_start()?.ok_or_else(|| xml.error("the document has no element"))?;
        let namespace = xml.namespace.clone();
        Ok((xml, root, namespace))
    }

    /// Elements of this namespace are read like the document's own.
    pub(crate) fn read_also(&mut self, namespace: &'static str) {
        self.extension = Some(namespace);
    }

    pub(crate) fn error(&self, cause: impl Into<String>) -> ReadError {
        let position =
            (self.reader.error_position().max(self.reader.buffer_position()) as usize).min(self.text.len());
        let before = &self.text.as_bytes()[..position];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = position - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) + 1;
        ReadError::new(self.path, Place::Line { line, column }, cause)
    }

    /// Calls `visit` with each child element; what it leaves unread of a child is passed over.
    pub(crate) fn children(
        &mut self,
        parent: &Element,
        visit: &mut dyn FnMut(&mut Self, Element) -> Read<()>,
    ) -> Read<()> {
        while let Some(child) = self.child_of(parent)? {
            let depth = child.depth;
            visit(self, child)?;
            self.skip_to(depth - 1)?;
        }
        Ok(())
    }

    /// The text of an element without that of its children, blanks around it removed.
    pub(crate) fn text(&mut self, element: &Element) -> Read<String> {
        let mut text = String::new();
        while self.depth >= element.depth {
            let is_own = self.depth == element.depth;
            let event = self.event()?;
            if let (true, Some(part)) = (is_own, self.character_data(&event)?) {
                text.push_str(&part);
            }
        }
        Ok(text.trim().to_owned())
    }

    /// The next child, for callers that keep a list of what is open; what was left unread of the last one is passed over.
    pub(crate) fn next_child(&mut self, parent: &Element) -> Read<Option<Element>> {
        self.skip_to(parent.depth)?;
        self.child_of(parent)
    }

    /// Lets elements nest as deep, where nobody follows them by recursion; what was allowed before.
    pub(crate) fn allow_depth(&mut self, depth_max: usize) -> usize {
        std::mem::replace(&mut self.depth_max, depth_max)
    }

    fn child_of(&mut self, parent: &Element) -> Read<Option<Element>> {
        if self.depth < parent.depth {
            return Ok(None);
        }
        self.next_start_within(parent.depth)
    }

    fn next_start(&mut self) -> Read<Option<Element>> {
        self.next_start_within(0)
    }

    /// The next start of an element directly inside layer `depth`; `None` when that layer ends.
    fn next_start_within(&mut self, depth: usize) -> Read<Option<Element>> {
        loop {
            let is_first = self.namespace.is_none() && self.depth == 0;
            match self.event()? {
                Event::Start(start) => {
                    let (resolved, local) = self.reader.resolver().resolve_element(start.name());
                    let namespace = match resolved {
                        ResolveResult::Bound(namespace) => namespace.into_inner().to_owned(),
                        _ => String::new(),
                    };
                    let name = local.into_inner().to_owned();
                    if is_first {
                        self.namespace = Some(namespace);
                    } else if self.namespace.as_ref() != Some(&namespace)
                        && self.extension != Some(namespace.as_str())
                    {
                        let outside = self.depth - 1;
                        self.skip_to(outside)?;
                        continue;
                    }
                    let attributes = self.attributes(&start)?;
                    return Ok(Some(Element { name, attributes, depth: self.depth }));
                }
                Event::Eof => return Ok(None),
                _ if self.depth < depth => return Ok(None),
                _ => {}
            }
        }
    }

    fn attributes(&self, start: &BytesStart<'_>) -> Read<Vec<(String, String)>> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.error(error.to_string()))?;
            let value = quick_xml::escape::unescape(&attribute.value)
                .map_err(|error| self.error(error.to_string()))?;
            let key = attribute.key.local_name().into_inner().to_owned();
            attributes.push((key, value.into_owned()));
        }
        Ok(attributes)
    }

    /// The whole content of an element, of all namespaces alike.
    pub(crate) fn tree<'t>(&mut self, element: &Element) -> Read<Node<'t>> {
        let mut open = vec![(element.name.clone(), XmlBuilder::start(element))];
        while self.depth >= element.depth {
            match self.event()? {
                Event::Start(start) => {
                    let attributes = self.attributes(&start)?;
                    let name = start.local_name().into_inner().to_owned();
                    let child = Element { name: name.clone(), attributes, depth: self.depth };
                    open.push((name, XmlBuilder::start(&child)));
                }
                Event::End(_) => {
                    let Some((name, done)) = open.pop() else { break };
                    match open.last_mut() {
                        Some((_, parent)) => parent.add_child(name, done.finish()),
                        None => return Ok(done.finish()),
                    }
                }
                Event::Eof => break,
                event => {
                    let part = self.character_data(&event)?;
                    if let (Some(part), Some((_, builder))) = (part, open.last_mut()) {
                        builder.add_text(&part);
                    }
                }
            }
        }
        Ok(Node::Null)
    }

    fn character_data(&self, event: &Event<'_>) -> Read<Option<String>> {
        Ok(Some(match event {
            Event::Text(part) => part.xml10_content().into_owned(),
            Event::CData(part) => part.xml10_content().into_owned(),
            Event::GeneralRef(entity) => {
                let character = match entity.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    Ok(None) => predefined(&entity.xml10_content()),
                    Err(_) => None,
                };
                character.ok_or_else(|| self.error("an entity is not known"))?.to_string()
            }
            _ => return Ok(None),
        }))
    }

    fn skip_to(&mut self, depth: usize) -> Read<()> {
        while self.depth > depth {
            self.event()?;
        }
        Ok(())
    }

    /// One event, with the depth kept.
    fn event(&mut self) -> Read<Event<'a>> {
        let event = self.reader.read_event().map_err(|error| self.error(error.to_string()))?;
        match &event {
            Event::Start(_) => {
                self.depth += 1;
                if self.depth > self.depth_max {
                    return Err(self.error(format!("elements are nested deeper than {}", self.depth_max)));
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(doctype) if doctype.contains("<!ENTITY") => {
                return Err(self.error("a document type that declares entities is not accepted"));
            }
            Event::Eof if self.depth > 0 => return Err(self.error("the document ends inside an element")),
            _ => {}
        }
        Ok(event)
    }
}

/// The children of one name, each read by `read`.
pub(crate) fn list<T>(
    xml: &mut Xml<'_>,
    parent: &Element,
    name: &str,
    read: fn(&mut Xml<'_>, &Element) -> Read<T>,
) -> Read<Vec<T>> {
    let mut items = Vec::new();
    xml.children(parent, &mut |xml, element| {
        if element.name == name {
            items.push(read(xml, &element)?);
        }
        Ok(())
    })?;
    Ok(items)
}

/// The text of an element, for [`list`].
pub(crate) fn text(xml: &mut Xml<'_>, element: &Element) -> Read<String> {
    xml.text(element)
}

fn predefined(entity: &str) -> Option<char> {
    Some(match entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}
