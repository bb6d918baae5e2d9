// SPDX-License-Identifier: Apache-2.0
//! A list that was read in parts, of which each component is told of once.
//!
//! ```text
//!   part 1 ─► a: rows, b: rows ─┐
//!   part 2 ─► b: rows, c: rows ─┴─ in order ─► a, b, c       what is said of b comes from where it stood first
//! ```
//! Only components of which there is something to say are remembered, each by two hashes of everything that it is asked
//! by: a hundred million of them would give one wrong answer in 10^22 lists.

use std::collections::HashSet;
use std::hash::BuildHasher as _;

use hashbrown::DefaultHashBuilder;
use hinomi_match::ComponentQuery;

use super::piece::Piece;

/// Names components; each run of the program by numbers of its own, so that nobody can make two that are equal.
#[derive(Default)]
pub(super) struct Keys {
    first: DefaultHashBuilder,
    second: DefaultHashBuilder,
}

impl Keys {
    pub(super) fn of(&self, query: &ComponentQuery<'_>) -> Key {
        (self.first.hash_one(query), self.second.hash_one((query, "again")))
    }
}

pub(super) type Key = (u64, u64);

/// What a part of a list says, component by component.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The whole list.
    pub(super) document: String,
    pub(super) told: Vec<(Key, Piece)>,
}

/// What was told of the list whose turn it is.
#[derive(Default)]
pub(super) struct Once {
    document: String,
    told: HashSet<Key>,
}

impl Once {
    /// What the piece says that was not told before; pieces come in order.
    pub(super) fn new_in(&mut self, mut piece: Piece) -> Piece {
        let Some(part) = piece.part.take() else { return piece };
        if part.document != self.document {
            *self = Once { document: part.document, told: HashSet::new() };
        }
        for (key, one) in part.told {
            if self.told.insert(key) {
                piece.append(one);
            }
        }
        piece
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::RwLock;

    use hinomi_match::{Catalogue, Index};

    use super::*;
    use crate::cmd::match_::piece::Answering;
    use crate::cmd::match_::row::Matcher;
    use crate::cmd::match_::work::Document;

    const RECORD: &str = r#"{"id": "DEMO-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}"#;

    /// The advisories' component in each line, and how many are unknown, of documents one after the other.
    fn told(documents: &[(&str, &str, bool)], lines: bool) -> (Vec<String>, u64) {
        let mut builder = Index::builder();
        for record in hinomi_advisory_formats::read(RECORD.as_bytes(), "own").unwrap() {
            builder.add(&record);
        }
        let (index, catalogue) = (builder.finish(), Catalogue::default());
        let today = "2026-01-01".parse().unwrap();
        let matcher = Matcher { index: &index, catalogue: &catalogue, today, severities: RwLock::default() };
        let answering =
            Answering { matcher: &matcher, lines, listed: false, fail_on: None, keys: Keys::default() };
        let (mut once, mut rows, mut unknown) = (Once::default(), Vec::new(), 0);
        for (path, text, is_part) in documents {
            let bytes = Ok(text.as_bytes().to_vec());
            let document = Document { path: (*path).to_owned(), bytes, is_part: *is_part };
            answering.document(document, &mut |piece| {
                let piece = once.new_in(piece.unwrap());
                rows.extend(piece.rows.iter().map(|row| row.component.to_string()));
                let text = String::from_utf8(piece.lines).unwrap();
                rows.extend(text.lines().map(|line| {
                    let row: serde_json::Value = serde_json::from_str(line).unwrap();
                    row["component"].as_str().unwrap().to_owned()
                }));
                unknown += piece.unknowns.values().sum::<u64>();
                ControlFlow::Continue(())
            });
        }
        (rows, unknown)
    }

    #[test]
    fn a_component_of_two_parts_is_told_of_once() {
        let first = "pkg:pypi/demo@1\npkg:npm/x@1\npkg:pypi/other@1\npkg:pypi/demo@1.1\n";
        let second = "pkg:pypi/demo@1.2\npkg:pypi/demo@1\npkg:npm/y@1\npkg:npm/x@1\n";
        let whole = format!("{first}{second}");
        for lines in [true, false] {
            let wanted = told(&[("list", &whole, false)], lines);
            assert_eq!(wanted.0, ["pkg:pypi/demo@1", "pkg:pypi/demo@1.1", "pkg:pypi/demo@1.2"]);
            assert_eq!(wanted.1, 2);
            assert_eq!(told(&[("list", first, true), ("list", second, true)], lines), wanted);
            // Another list is told of by itself.
            let of_two =
                told(&[("list", first, true), ("other", second, true), ("list", first, true)], lines);
            assert_eq!((of_two.0.len(), of_two.1), (6, 4));
            let read_whole = told(&[("list", first, false), ("list", second, false)], lines);
            assert_eq!(read_whole.0.len(), 4);
        }
    }
}
