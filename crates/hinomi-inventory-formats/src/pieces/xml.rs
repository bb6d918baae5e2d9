// SPDX-License-Identifier: Apache-2.0
//! XML cut at elements: a scan over markup that knows comments, CDATA and quotes, and leaves all else to the reader.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::{Feed, Part, Shape, Visit};

/// From the root to the records.
const RECORDS: [&[&str]; 9] = [
    &["NessusClientData_v2", "Report", "ReportHost"],
    &["nmaprun", "host"],
    &["report", "report", "results", "result"],
    &["report", "results", "result"],
    &["get_reports_response", "report", "report", "results", "result"],
    &["ASSET_DATA_REPORT", "HOST_LIST", "HOST"],
    &["HOST_LIST_VM_DETECTION_OUTPUT", "RESPONSE", "HOST_LIST", "HOST"],
    &["SCAN", "IP"],
    &["NexposeReport", "nodes", "node"],
];

/// Deeper than any reader goes.
const DEPTH_MAX: usize = 1000;
/// `<![CDATA[`: what tells the kinds of markup apart.
const MARK_BYTES: usize = 9;

enum Token {
    /// With its name, and whether it ends at once.
    Open(Vec<u8>, bool),
    Close,
    Other,
}

pub(super) fn scan(source: &mut dyn Read, visit: Visit<'_>) -> io::Result<Shape> {
    let mut feed = Feed::new(source);
    let mut shape = Shape::default();
    let mut names: Vec<Vec<u8>> = Vec::new();
    // Elements that are open inside the record, itself among them.
    let mut inside = 0usize;
    let mut list_has_ended = false;
    let mut list_depth = None;
    loop {
        let (count, token) = loop {
            match token(feed.rest()) {
                Some(found) => break found,
                None => {
                    if !feed.more()? {
                        let rest = feed.rest();
                        shape.is_cut_off = inside > 0 || !names.is_empty() || !rest.trim_ascii().is_empty();
                        let part = if inside > 0 { Part::Record(rest) } else { Part::Outside(rest) };
                        let _wanted = visit(part);
                        return Ok(shape);
                    }
                }
            }
        };
        let is_record = inside > 0;
        let mut ends = false;
        let mut begins = false;
        match token {
            Token::Open(name, is_empty) if is_record => {
                let _name = name;
                inside += usize::from(!is_empty);
            }
            Token::Open(name, is_empty) => {
                names.push(name);
                begins = RECORDS.iter().any(|path| is_at(&names, path));
                if begins {
                    shape.has_many_lists |= list_has_ended;
                    list_depth = Some(names.len() - 1);
                    inside = usize::from(!is_empty);
                    ends = is_empty;
                }
                if is_empty || begins {
                    names.pop();
                }
                if names.len() > DEPTH_MAX {
                    return Err(io::Error::other(format!("elements are nested deeper than {DEPTH_MAX}")));
                }
            }
            Token::Close if is_record => {
                inside -= 1;
                ends = inside == 0;
            }
            Token::Close => {
                list_has_ended |= list_depth == Some(names.len());
                names.pop();
            }
            Token::Other => {}
        }
        let bytes = &feed.rest()[..count];
        let wanted = visit(if is_record || begins { Part::Record(bytes) } else { Part::Outside(bytes) });
        let wanted = if ends && wanted.is_continue() { visit(Part::RecordEnd) } else { wanted };
        if wanted == ControlFlow::Break(()) {
            return Ok(shape);
        }
        feed.consume(count);
    }
}

fn is_at(names: &[Vec<u8>], path: &[&str]) -> bool {
    names.len() == path.len() && names.iter().zip(path).all(|(name, wanted)| name == wanted.as_bytes())
}

/// The next token and its length; `None`: there is not enough to tell.
fn token(rest: &[u8]) -> Option<(usize, Token)> {
    let find = |wanted: &[u8], from: usize| {
        let found = rest.get(from..)?.windows(wanted.len()).position(|window| window == wanted)?;
        Some(from + found + wanted.len())
    };
    if *rest.first()? != b'<' {
        return rest.iter().position(|byte| *byte == b'<').map(|count| (count, Token::Other));
    }
    // The end of a document may be shorter than a mark.
    if rest.len() < MARK_BYTES && !rest.contains(&b'>') {
        return None;
    }
    if rest.starts_with(b"<!--") {
        find(b"-->", 4).map(|end| (end, Token::Other))
    } else if rest.starts_with(b"<![CDATA[") {
        find(b"]]>", MARK_BYTES).map(|end| (end, Token::Other))
    } else if rest.starts_with(b"<?") {
        find(b"?>", 2).map(|end| (end, Token::Other))
    } else if rest.starts_with(b"<!") {
        let mut depth = 0usize;
        let end = rest.iter().position(|byte| {
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            *byte == b'>' && depth == 0
        })?;
        Some((end + 1, Token::Other))
    } else if rest.starts_with(b"</") {
        find(b">", 2).map(|end| (end, Token::Close))
    } else {
        let mut quote = None;
        let end = rest.iter().position(|byte| match (quote, byte) {
            (None, b'"' | b'\'') => {
                quote = Some(*byte);
                false
            }
            (Some(open), byte) if open == *byte => {
                quote = None;
                false
            }
            (None, b'>') => true,
            _ => false,
        })?;
        let name = rest[1..end].split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next()?;
        let local = name.iter().position(|byte| *byte == b':').map_or(name, |at| &name[at + 1..]);
        Some((end + 1, Token::Open(local.to_vec(), rest[end - 1] == b'/')))
    }
}
