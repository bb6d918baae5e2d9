// SPDX-License-Identifier: Apache-2.0
//! Conan versions: any text, split at dots, compared as numbers where both sides are numbers and as texts elsewhere.
//!
//! ```text
//! main.items[-pre.items][+build.items]     trailing zeros of each list are not there
//! no build < build; pre-release < none
//! ```
//! Because `9 < 10`, `10 < 1a` and `1a < 9`, no key can carry the order: the key is the numbers a version starts
//! with, and [`compare`] decides the rest. Source: Conan 2.34 `conan/internal/model/version.py`.

use std::cmp::Ordering;

use crate::key::{push_digits, strip_zeros};

struct Parts<'a> {
    main: Vec<&'a [u8]>,
    pre: Option<Vec<&'a [u8]>>,
    build: Option<Vec<&'a [u8]>>,
}

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) {
    for item in split(version).main {
        if !is_number(item) {
            break;
        }
        push_digits(out, digits(item));
    }
}

pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (split(left), split(right));
    compare_items(&left.main, &right.main).then_with(|| match (&left.pre, &right.pre) {
        (Some(left_pre), Some(right_pre)) => {
            compare_items(left_pre, right_pre).then_with(|| compare_build(&left.build, &right.build))
        }
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => compare_build(&left.build, &right.build),
    })
}

fn split(version: &str) -> Parts<'_> {
    let (rest, build) = match version.rsplit_once('+') {
        Some((rest, build)) => (rest, Some(items(build))),
        None => (version, None),
    };
    let (main, pre) = match rest.split_once('-') {
        Some((main, pre)) => (main, Some(items(pre))),
        None => (rest, None),
    };
    Parts { main: items(main), pre, build }
}

fn items(list: &str) -> Vec<&[u8]> {
    let mut items: Vec<&[u8]> = list.split('.').map(str::as_bytes).collect();
    while items.last().is_some_and(|item| is_number(item) && digits(item).is_empty()) {
        items.pop();
    }
    items
}

fn is_number(item: &[u8]) -> bool {
    let digits = item.strip_prefix(b"+").or_else(|| item.strip_prefix(b"-")).unwrap_or(item);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// A number's digits without leading zeros; Python's `int` takes a sign before them.
fn digits(item: &[u8]) -> &[u8] {
    strip_zeros(item.strip_prefix(b"+").or_else(|| item.strip_prefix(b"-")).unwrap_or(item))
}

fn is_negative(item: &[u8]) -> bool {
    item.starts_with(b"-") && !digits(item).is_empty()
}

fn compare_build(left: &Option<Vec<&[u8]>>, right: &Option<Vec<&[u8]>>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => compare_items(left, right),
        _ => left.is_some().cmp(&right.is_some()),
    }
}

fn compare_items(left: &[&[u8]], right: &[&[u8]]) -> Ordering {
    for (left_item, right_item) in left.iter().zip(right) {
        let order = compare_item(left_item, right_item);
        if order.is_ne() {
            return order;
        }
    }
    left.len().cmp(&right.len())
}

/// A number meets a text as the text it prints as, which has no leading zeros.
fn compare_item(left: &[u8], right: &[u8]) -> Ordering {
    if is_number(left) && is_number(right) {
        let size = digits(left).len().cmp(&digits(right).len()).then_with(|| digits(left).cmp(digits(right)));
        return match (is_negative(left), is_negative(right)) {
            (false, false) => size,
            (true, true) => size.reverse(),
            (left_is_negative, _) => {
                if left_is_negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        };
    }
    as_text(left).cmp(&as_text(right))
}

fn as_text(item: &[u8]) -> Vec<u8> {
    match digits(item) {
        _ if !is_number(item) => item.to_vec(),
        [] => b"0".to_vec(),
        digits if is_negative(item) => [b"-", digits].concat(),
        digits => digits.to_vec(),
    }
}
