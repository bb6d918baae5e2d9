// SPDX-License-Identifier: Apache-2.0
//! CycloneDX JSON whose components lie deeper in one another than a parser may follow by recursion.
//!
//! ```text
//!  {"components": [{"name": "a", "components": [{"name": "b", …}]}]}
//!   one pass, own stack ─→  {"components": []}   {"name": "a", "components": []}   {"name": "b", …}
//!                            each text without its lists of components ─→ parser of that part
//! ```
//!
//! What must stay true: every byte belongs to one text, so work and memory grow with the document alone, and what is
//! wrong in a text is told with its place in the document.

use super::{json, raw};
use crate::error::{Place, ReadError};

/// Layers of JSON: components in one another to half this depth.
const LAYERS_MAX: usize = 20_000;

pub(super) fn bom(text: &str, path: &str) -> Result<raw::Bom, ReadError> {
    let mut cut = Cut { bytes: text.as_bytes(), path, layers: Vec::new(), parts: vec![Part::default()] };
    cut.run()?;
    let mut parts = cut.parts.into_iter();
    let document = parts.next().unwrap_or_default().text(text);
    let mut bom = json::bom(&document.written, None).map_err(|error| document.error(text, path, &error))?;
    // Where a part stands in the list that it went to.
    let mut places: Vec<usize> = vec![0];
    for part in parts {
        let written = part.text(text);
        let component: raw::Component =
            serde_json::from_str(&written.written).map_err(|error| written.error(text, path, &error))?;
        let list = if part.is_of_subject { &mut bom.subject } else { &mut bom.components };
        let parent = match part.parent {
            // The subject itself was read with the document.
            0 if part.is_of_subject => Some(0),
            0 => None,
            parent => places.get(parent).copied(),
        };
        places.push(list.len());
        list.push(raw::Placed { component, parent, index: part.index });
    }
    Ok(bom)
}

/// The document, or a component, without the lists of components in it.
#[derive(Default)]
struct Part {
    start: usize,
    end: usize,
    /// From behind a list's opening bracket to its closing one.
    holes: Vec<(usize, usize)>,
    /// 0 is the document.
    parent: usize,
    index: usize,
    is_of_subject: bool,
}

impl Part {
    fn text(&self, whole: &str) -> Written {
        let mut written = Written { written: String::new(), runs: Vec::new() };
        let mut at = self.start;
        for (from, to) in self.holes.iter().copied().chain([(self.end, self.end)]) {
            written.runs.push((written.written.len(), at));
            written.written.push_str(whole.get(at..from).unwrap_or_default());
            at = to;
        }
        written
    }
}

struct Written {
    written: String,
    /// Where each run begins here and in the document.
    runs: Vec<(usize, usize)>,
}

impl Written {
    /// The parser's complaint with its place in the document.
    fn error(&self, whole: &str, path: &str, error: &serde_json::Error) -> ReadError {
        let mut told = ReadError::json(path, error);
        if let Place::Line { line, column } = told.place {
            let lines_before = self.written.split_inclusive('\n').take(line.saturating_sub(1));
            let here = lines_before.map(str::len).sum::<usize>() + column.saturating_sub(1);
            let run = self.runs.iter().rev().find(|(start, _)| *start <= here);
            let there = run.map_or(0, |(start, at)| at + (here - start)).min(whole.len());
            told.place = line_of(whole, there);
        }
        told
    }
}

fn line_of(whole: &str, offset: usize) -> Place {
    let before = whole.as_bytes().get(..offset).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = offset - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) + 1;
    Place::Line { line, column }
}

/// What the layer of JSON that a byte lies in means.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Document,
    Metadata,
    Component,
    /// A list of components; how many there were, and whether one may begin.
    List {
        count: usize,
        wants_one: bool,
    },
    Other,
}

struct Layer {
    role: Role,
    /// The part whose text this layer belongs to; of a list, the one around it.
    part: usize,
    is_object: bool,
    is_of_subject: bool,
    /// The key whose value comes next, where it means something.
    key: Key,
}

#[derive(Clone, Copy, PartialEq)]
enum Key {
    Components,
    Component,
    Metadata,
    Other,
}

struct Cut<'t> {
    bytes: &'t [u8],
    path: &'t str,
    layers: Vec<Layer>,
    parts: Vec<Part>,
}

impl Cut<'_> {
    fn run(&mut self) -> Result<(), ReadError> {
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at).copied() {
            if let Some(Layer { role: Role::List { .. }, .. }) = self.layers.last() {
                self.in_list(at, byte)?;
            }
            match byte {
                b'"' => {
                    let end = end_of_string(self.bytes, at);
                    self.string(at, end);
                    at = end;
                    continue;
                }
                b'{' | b'[' => self.open(at, byte == b'{')?,
                b'}' | b']' => self.close(at),
                _ => {}
            }
            at += 1;
        }
        if let Some(document) = self.parts.first_mut() {
            document.end = self.bytes.len();
        }
        if self.layers.is_empty() {
            Ok(())
        } else {
            Err(self.error(at, "EOF while parsing a list or an object"))
        }
    }

    fn error(&self, at: usize, cause: impl Into<String>) -> ReadError {
        let before = self.bytes.get(..at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = at - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) + 1;
        ReadError::new(self.path, Place::Line { line, column }, cause)
    }

    /// Between components there are commas and blanks: nobody else looks at these.
    fn in_list(&mut self, at: usize, byte: u8) -> Result<(), ReadError> {
        let Some(Layer { role: Role::List { count, wants_one }, .. }) = self.layers.last_mut() else {
            return Ok(());
        };
        let is_right = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => true,
            b'{' => std::mem::replace(wants_one, false),
            b',' => !std::mem::replace(wants_one, true),
            b']' => !*wants_one || *count == 0,
            _ => false,
        };
        if is_right { Ok(()) } else { Err(self.error(at, "expected a component, `,` or `]`")) }
    }

    fn string(&mut self, start: usize, end: usize) {
        let Some(layer) = self.layers.last_mut().filter(|layer| layer.is_object) else { return };
        let is_key = self.bytes[end..].trim_ascii_start().first() == Some(&b':');
        layer.key = match (layer.role, &self.bytes[start..end]) {
            _ if !is_key => Key::Other,
            (Role::Document | Role::Component, br#""components""#) => Key::Components,
            (Role::Document, br#""metadata""#) => Key::Metadata,
            (Role::Metadata, br#""component""#) => Key::Component,
            _ => Key::Other,
        };
    }

    fn open(&mut self, at: usize, is_object: bool) -> Result<(), ReadError> {
        if self.layers.len() >= LAYERS_MAX {
            return Err(self.error(at, format!("nested deeper than {LAYERS_MAX} layers")));
        }
        let next_part = self.parts.len();
        let layer = match self.layers.last_mut() {
            None if is_object => Layer::new(Role::Document, 0, is_object, false),
            None => Layer::new(Role::Other, 0, is_object, false),
            Some(parent) => {
                let key = std::mem::replace(&mut parent.key, Key::Other);
                let (part, is_of_subject) = (parent.part, parent.is_of_subject);
                match (&mut parent.role, key, is_object) {
                    (Role::List { count, .. }, _, true) => {
                        let index = *count;
                        *count += 1;
                        self.parts.push(Part {
                            start: at,
                            parent: part,
                            index,
                            is_of_subject,
                            ..Part::default()
                        });
                        Layer::new(Role::Component, next_part, true, is_of_subject)
                    }
                    (Role::Document | Role::Component, Key::Components, false) => {
                        if let Some(part) = self.parts.get_mut(part) {
                            part.holes.push((at + 1, at + 1));
                        }
                        Layer::new(Role::List { count: 0, wants_one: true }, part, false, is_of_subject)
                    }
                    (Role::Document, Key::Metadata, true) => Layer::new(Role::Metadata, part, true, false),
                    (Role::Metadata, Key::Component, true) => Layer::new(Role::Component, part, true, true),
                    _ => Layer::new(Role::Other, part, is_object, is_of_subject),
                }
            }
        };
        self.layers.push(layer);
        Ok(())
    }

    /// A bracket of the wrong kind is left to the parser of the part: it ends a layer here as well.
    fn close(&mut self, at: usize) {
        let Some(layer) = self.layers.pop() else { return };
        let Some(part) = self.parts.get_mut(layer.part) else { return };
        match layer.role {
            Role::List { .. } => {
                if let Some(hole) = part.holes.last_mut() {
                    hole.1 = at;
                }
            }
            Role::Component if layer.part > 0 => part.end = at + 1,
            _ => {}
        }
    }
}

impl Layer {
    fn new(role: Role, part: usize, is_object: bool, is_of_subject: bool) -> Self {
        Layer { role, part, is_object, is_of_subject, key: Key::Other }
    }
}

/// The place after the closing quote of the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
