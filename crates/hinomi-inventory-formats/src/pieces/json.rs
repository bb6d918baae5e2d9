// SPDX-License-Identifier: Apache-2.0
//! JSON cut at the objects of one list: a scan over brackets and strings that leaves all else to the reader.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::{Feed, Part, Shape, Visit};

/// From the document to the records; `*` is any item of a list.
const RECORDS: [&[&str]; 3] = [&["Results", "*"], &["matches", "*"], &["runs", "*", "results", "*"]];
const DEPTH_MAX: usize = 1000;
const KEY_BYTES_MAX: usize = 64;

/// A container outside of records.
enum Frame {
    Object(Vec<u8>),
    List,
}

impl Frame {
    fn is(&self, step: &str) -> bool {
        match self {
            Frame::Object(key) => key == step.as_bytes(),
            Frame::List => step == "*",
        }
    }
}

#[derive(Default)]
struct Scan {
    frames: Vec<Frame>,
    /// Brackets that are open inside the record.
    inside: usize,
    in_string: bool,
    is_escaped: bool,
    expects_key: bool,
    reads_key: bool,
    list_has_ended: bool,
    has_records: bool,
    shape: Shape,
}

/// What a byte does beside belonging where it stands.
enum Step {
    Goes,
    Begins,
    Ends,
    /// Between the records of the list: the pieces put it back.
    Falls,
}

pub(super) fn scan(source: &mut dyn Read, visit: Visit<'_>) -> io::Result<Shape> {
    let mut feed = Feed::new(source);
    let mut scan = Scan::default();
    while feed.more()? {
        let chunk = feed.rest();
        let mut from = 0;
        for (at, byte) in chunk.iter().enumerate() {
            let is_record = scan.inside > 0;
            let part = |run| if is_record { Part::Record(run) } else { Part::Outside(run) };
            let wanted = match scan.step(*byte) {
                Step::Goes => continue,
                Step::Begins => {
                    let outside = &chunk[from..at];
                    from = at;
                    visit(Part::Outside(outside))
                }
                Step::Ends => {
                    let run = &chunk[from..=at];
                    from = at + 1;
                    if visit(part(run)).is_continue() {
                        visit(Part::RecordEnd)
                    } else {
                        ControlFlow::Break(())
                    }
                }
                Step::Falls => {
                    let run = &chunk[from..at];
                    from = at + 1;
                    visit(part(run))
                }
            };
            if wanted.is_break() {
                return Ok(scan.shape);
            }
            if scan.frames.len() > DEPTH_MAX {
                return Err(io::Error::other(format!("values are nested deeper than {DEPTH_MAX}")));
            }
        }
        let run = &chunk[from..];
        let count = chunk.len();
        if visit(if scan.inside > 0 { Part::Record(run) } else { Part::Outside(run) }).is_break() {
            return Ok(scan.shape);
        }
        feed.consume(count);
    }
    scan.shape.is_cut_off = scan.inside > 0 || scan.in_string || !scan.frames.is_empty();
    Ok(scan.shape)
}

impl Scan {
    fn step(&mut self, byte: u8) -> Step {
        if self.in_string {
            return self.in_string(byte);
        }
        if self.inside > 0 {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.inside += 1,
                b'}' | b']' => {
                    self.inside -= 1;
                    if self.inside == 0 {
                        return Step::Ends;
                    }
                }
                _ => {}
            }
            return Step::Goes;
        }
        match byte {
            b'"' => {
                self.in_string = true;
                self.reads_key = self.expects_key;
                if let (true, Some(Frame::Object(key))) = (self.reads_key, self.frames.last_mut()) {
                    key.clear();
                }
            }
            b'{' if self.is_at_record() => {
                self.shape.has_many_lists |= self.list_has_ended;
                self.has_records = true;
                self.inside = 1;
                return Step::Begins;
            }
            b'{' => {
                self.frames.push(Frame::Object(Vec::new()));
                self.expects_key = true;
            }
            b'[' => {
                self.frames.push(Frame::List);
                self.expects_key = false;
            }
            b'}' | b']' => {
                self.list_has_ended |= self.has_records && self.is_at_record();
                self.frames.pop();
                self.expects_key = false;
            }
            b',' => {
                if self.is_at_record() {
                    return Step::Falls;
                }
                self.expects_key = matches!(self.frames.last(), Some(Frame::Object(_)));
            }
            b':' => self.expects_key = false,
            _ => {}
        }
        Step::Goes
    }

    fn in_string(&mut self, byte: u8) -> Step {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => {
                self.in_string = false;
                self.reads_key = false;
                return Step::Goes;
            }
            _ => {}
        }
        if let (true, Some(Frame::Object(key))) = (self.reads_key, self.frames.last_mut())
            && key.len() < KEY_BYTES_MAX
        {
            key.push(byte);
        }
        Step::Goes
    }

    /// Whether the next value is an item of the list of records.
    fn is_at_record(&self) -> bool {
        RECORDS.iter().any(|path| {
            self.frames.len() == path.len()
                && self.frames.iter().zip(*path).all(|(frame, step)| frame.is(step))
        })
    }
}
