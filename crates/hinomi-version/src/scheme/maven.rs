// SPDX-License-Identifier: Apache-2.0
//! Maven versions, as `ComparableVersion` of Maven 3.8.7 orders them.
//!
//! ```text
//! 1.0-rc-1  ─▶  levels  [1]  [rc]  [1]      a dash, or a turn between digits and letters, opens a level below
//! ```
//! A version is a list of items whose last item may be the list of the next level. Zeros, release words and empty
//! levels at the end of a level are not there.
//!
//! The order is not transitive (`1-alpha < 1`, `1 < 1.foo`, `1.foo < 1-alpha`), so no byte key can carry it. The key
//! is the numbers a version starts with; where two keys part, they decide, and where one starts the other,
//! [`compare`] does. Source: Apache Maven 3.8.7 `maven-artifact`, `ComparableVersion.java`.

use std::cmp::Ordering;

use crate::key::push_digits;

/// Where the release itself stands among the qualifiers.
const RELEASE_RANK: u8 = 5;
const OTHER_RANK: u8 = 7;
const QUALIFIERS: [(&str, u8); 11] = [
    ("alpha", 0),
    ("beta", 1),
    ("milestone", 2),
    ("rc", 3),
    ("cr", 3),
    ("snapshot", 4),
    ("", RELEASE_RANK),
    ("ga", RELEASE_RANK),
    ("final", RELEASE_RANK),
    ("release", RELEASE_RANK),
    ("sp", 6),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item<'a> {
    /// Digits without leading zeros.
    Number(&'a str),
    Word {
        rank: u8,
        text: &'a str,
    },
}

impl<'a> Item<'a> {
    fn number(digits: &'a str) -> Self {
        Item::Number(digits.trim_start_matches('0'))
    }

    fn word(text: &'a str, digit_follows: bool) -> Self {
        let text = match text {
            "a" if digit_follows => "alpha",
            "b" if digit_follows => "beta",
            "m" if digit_follows => "milestone",
            _ => text,
        };
        let known = QUALIFIERS.iter().find(|(word, _)| *word == text);
        match known {
            Some((_, rank)) => Item::Word { rank: *rank, text: "" },
            None => Item::Word { rank: OTHER_RANK, text },
        }
    }

    fn is_null(self) -> bool {
        self.compare_to_nothing().is_eq()
    }

    fn compare_to_nothing(self) -> Ordering {
        match self {
            Item::Number(digits) => digits.len().cmp(&0),
            Item::Word { rank, .. } => rank.cmp(&RELEASE_RANK),
        }
    }

    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Item::Number(left), Item::Number(right)) => {
                left.len().cmp(&right.len()).then_with(|| left.cmp(right))
            }
            (Item::Number(_), Item::Word { .. }) => Ordering::Greater,
            (Item::Word { .. }, Item::Number(_)) => Ordering::Less,
            (Item::Word { rank: left_rank, text: left }, Item::Word { rank: right_rank, text: right }) => {
                left_rank.cmp(&right_rank).then_with(|| left.cmp(right))
            }
        }
    }
}

/// The levels of a version; every level but the last ends with the next one as its last item.
type Levels<'a> = Vec<Vec<Item<'a>>>;

pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.to_lowercase(), right.to_lowercase());
    compare_levels(&parse(&left), &parse(&right))
}

/// The numbers that start a version: the part of it that decides without the comparator.
pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) {
    let lower = version.to_lowercase();
    let levels = parse(&lower);
    for item in levels.first().into_iter().flatten() {
        let Item::Number(digits) = item else { break };
        push_digits(out, digits.as_bytes());
    }
}

fn parse(lower: &str) -> Levels<'_> {
    let mut levels: Levels<'_> = vec![Vec::new()];
    let mut start = 0;
    let mut in_digits = false;
    for (at, byte) in lower.bytes().enumerate() {
        match byte {
            b'.' | b'-' => {
                let item = if at == start { Item::Number("") } else { item(&lower[start..at], in_digits) };
                push_item(&mut levels, item);
                start = at + 1;
                if byte == b'-' {
                    levels.push(Vec::new());
                }
            }
            b'0'..=b'9' => {
                if !in_digits && at > start {
                    open_level(&mut levels);
                    push_item(&mut levels, Item::word(&lower[start..at], true));
                    levels.push(Vec::new());
                    start = at;
                }
                in_digits = true;
            }
            _ => {
                if in_digits && at > start {
                    push_item(&mut levels, Item::number(&lower[start..at]));
                    levels.push(Vec::new());
                    start = at;
                }
                in_digits = false;
            }
        }
    }
    if start < lower.len() {
        if !in_digits {
            open_level(&mut levels);
        }
        push_item(&mut levels, item(&lower[start..], in_digits));
    }
    normalise(&mut levels);
    levels
}

fn item(text: &str, is_digits: bool) -> Item<'_> {
    if is_digits { Item::number(text) } else { Item::word(text, false) }
}

fn push_item<'a>(levels: &mut Levels<'a>, item: Item<'a>) {
    if let Some(level) = levels.last_mut() {
        level.push(item);
    }
}

/// A word behind other items starts its own level: `.X` is read as `-X`.
fn open_level(levels: &mut Levels<'_>) {
    if levels.last().is_some_and(|level| !level.is_empty()) {
        levels.push(Vec::new());
    }
}

/// Drops what says nothing: null items at each level's end, and levels that are empty and have none below.
fn normalise(levels: &mut Levels<'_>) {
    for level in levels.iter_mut() {
        while level.last().is_some_and(|item| item.is_null()) {
            level.pop();
        }
    }
    while levels.len() > 1 && levels.last().is_some_and(Vec::is_empty) {
        levels.pop();
    }
}

fn compare_levels(left: &[Vec<Item<'_>>], right: &[Vec<Item<'_>>]) -> Ordering {
    for depth in 0.. {
        let (left_level, right_level) = match (left.get(depth), right.get(depth)) {
            (Some(left_level), Some(right_level)) => (left_level, right_level),
            (Some(_), None) => return compare_to_nothing(&left[depth..]),
            (None, Some(_)) => return compare_to_nothing(&right[depth..]).reverse(),
            (None, None) => break,
        };
        for position in 0..left_level.len().max(right_level.len()) {
            let order = match (left_level.get(position), right_level.get(position)) {
                (Some(left_item), Some(right_item)) => left_item.compare(*right_item),
                (Some(item), None) => compare_to_rest(*item, right.get(depth + 1).is_some()),
                (None, Some(item)) => compare_to_rest(*item, left.get(depth + 1).is_some()).reverse(),
                (None, None) => Ordering::Equal,
            };
            if order.is_ne() {
                return order;
            }
        }
    }
    Ordering::Equal
}

/// An item against the level below that the other side has in its place, or against nothing.
fn compare_to_rest(item: Item<'_>, is_level: bool) -> Ordering {
    match item {
        Item::Number(_) if is_level => Ordering::Greater,
        Item::Word { .. } if is_level => Ordering::Less,
        _ => item.compare_to_nothing(),
    }
}

fn compare_to_nothing(levels: &[Vec<Item<'_>>]) -> Ordering {
    let orders = levels.iter().flatten().map(|item| item.compare_to_nothing());
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
