// SPDX-License-Identifier: Apache-2.0
//! A range's events as intervals on the line of versions.
//!
//! ```text
//!   events, any order      introduced 1   fixed 2   introduced 3   last_affected 4
//!   as cuts, sorted        |1            |2         |3             4|
//!   intervals              [1, 2)                   [3, 4]
//! ```
//!
//! An event is a *cut*: `introduced`, `fixed` and `limit` cut before their version, `last_affected` behind
//! it. At one cut a `fixed` closes first, then an `introduced` opens; so a record that ends one branch and
//! begins the next at the same version leaves no hole. `introduced: 0` lies before every version. (OSV
//! schema 1.7, "Evaluation"; the schema leaves ties open.)
//!
//! A bound that has no place in the order takes its own interval with it and no more, and is reported.

use std::cmp::Ordering;

use hinomi_advisory_formats::{Event, Range};
use hinomi_version::{Scheme, compare, encode};

/// A bound: its key, and the text it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) key: Vec<u8>,
    pub(crate) text: String,
}

/// Versions from `lo` (all, when absent) to `hi` (all, when absent).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) lo: Option<Bound>,
    pub(crate) hi: Option<Bound>,
    pub(crate) end: End,
}

/// What the upper end of an interval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// No end.
    Open,
    /// `hi` is the first version that is fixed.
    Fixed,
    /// `hi` is the last version that is affected.
    LastAffected,
    /// The record says nothing from `hi` on.
    Limit,
}

/// A bound that the scheme cannot place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unplaced {
    pub(crate) version: String,
    pub(crate) cause: String,
}

/// More events than this are only sorted where keys make sorting cheap.
const MAX_EVENTS_WITHOUT_KEYS: usize = 2_000;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    // In the order in which events at one version take effect.
    Fixed,
    Introduced,
    LastAffected,
}

struct Cut<'a> {
    kind: Kind,
    /// `None`: before every version.
    bound: Option<Bound>,
    text: &'a str,
}

/// Orders two bounds of one scheme: by key, or by the exact comparator where keys are not exact.
pub(crate) fn order(scheme: Scheme, left: &Bound, right: &Bound) -> Ordering {
    if scheme.is_totally_ordered() {
        left.key.cmp(&right.key)
    } else {
        compare(scheme, &left.text, &right.text).unwrap_or_else(|_| left.key.cmp(&right.key))
    }
}

/// The intervals of a range, and the bounds that had no place.
pub(crate) fn intervals(range: &Range, scheme: Scheme) -> (Vec<Interval>, Vec<Unplaced>) {
    let mut unplaced = Vec::new();
    let Some(limit) = highest_limit(range, scheme, &mut unplaced) else {
        // A limit that cannot be placed would let the range run on for ever.
        return (Vec::new(), unplaced);
    };
    let mut cuts = placed_cuts(range, scheme, &mut unplaced);
    if !scheme.is_totally_ordered() && cuts.len() > MAX_EVENTS_WITHOUT_KEYS {
        let cause = format!("more than {MAX_EVENTS_WITHOUT_KEYS} events");
        unplaced.push(Unplaced { version: String::new(), cause });
        return (Vec::new(), unplaced);
    }
    sort(&mut cuts, scheme);
    let mut found = sweep(cuts);
    if let Some(limit) = limit {
        cap(&mut found, &limit, scheme);
    }
    found.retain(|interval| !is_empty(interval, scheme));
    (found, unplaced)
}

/// `Some(None)`: no limit. `None`: a limit that cannot be placed.
#[expect(clippy::option_option, reason = "three outcomes, told apart right where they are made")]
fn highest_limit(range: &Range, scheme: Scheme, unplaced: &mut Vec<Unplaced>) -> Option<Option<Bound>> {
    let mut highest: Option<Bound> = None;
    for event in &range.events {
        let Event::Limit(text) = event else { continue };
        if text == "*" {
            return Some(None);
        }
        let bound = place(scheme, text, unplaced)?;
        let replaces = highest.as_ref().is_none_or(|known| order(scheme, known, &bound) == Ordering::Less);
        if replaces {
            highest = Some(bound);
        }
    }
    Some(highest)
}

fn place(scheme: Scheme, text: &str, unplaced: &mut Vec<Unplaced>) -> Option<Bound> {
    let in_line = |text| match scheme.is_in_line(text) {
        true => encode(scheme, text).map_err(|error| error.to_string()),
        false => Err(format!("{text} is a branch, no version")),
    };
    match in_line(text.trim()) {
        Ok(key) => Some(Bound { key, text: text.trim().to_owned() }),
        Err(error) => {
            let version: String = text.chars().take(120).collect();
            unplaced.push(Unplaced { version, cause: error });
            None
        }
    }
}

/// Every event with a place. One without takes its partner along: the events are listed in pairs, so the
/// interval that a bad `introduced` opens ends at the next closing event, and the one that a bad `fixed`
/// closes began at the last opening one.
fn placed_cuts<'a>(range: &'a Range, scheme: Scheme, unplaced: &mut Vec<Unplaced>) -> Vec<Cut<'a>> {
    let mut cuts: Vec<Cut<'a>> = Vec::with_capacity(range.events.len());
    let mut drop_next_end = false;
    for event in &range.events {
        let (kind, text) = match event {
            Event::Introduced(text) => (Kind::Introduced, text.as_str()),
            Event::Fixed(text) => (Kind::Fixed, text.as_str()),
            Event::LastAffected(text) => (Kind::LastAffected, text.as_str()),
            Event::Limit(_) => continue,
        };
        let bound = if kind == Kind::Introduced && text.trim() == "0" {
            Some(None)
        } else {
            place(scheme, text, unplaced).map(Some)
        };
        match (kind, bound) {
            (Kind::Introduced, None) => drop_next_end = true,
            (_, None) => {
                drop_next_end = false;
                if cuts.last().is_some_and(|cut| cut.kind == Kind::Introduced) {
                    cuts.pop();
                }
            }
            (Kind::Introduced, Some(bound)) => {
                drop_next_end = false;
                cuts.push(Cut { kind, bound, text });
            }
            (_, Some(_)) if drop_next_end => drop_next_end = false,
            (_, Some(bound)) => cuts.push(Cut { kind, bound, text }),
        }
    }
    cuts
}

fn sort(cuts: &mut Vec<Cut<'_>>, scheme: Scheme) {
    let by_cut = |left: &Cut<'_>, right: &Cut<'_>| {
        let by_bound = match (&left.bound, &right.bound) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => order(scheme, left, right),
        };
        by_bound.then(left.kind.cmp(&right.kind)).then_with(|| left.text.cmp(right.text))
    };
    if scheme.is_totally_ordered() {
        cuts.sort_by(by_cut);
        return;
    }
    merge_sort(cuts, &by_cut);
}

/// The library's sort may panic on an order with cycles; this asks nothing of it, and is stable.
fn merge_sort<T>(items: &mut Vec<T>, order: &impl Fn(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let mut right = items.split_off(items.len() / 2);
    merge_sort(items, order);
    merge_sort(&mut right, order);
    let mut left = std::mem::take(items).into_iter().peekable();
    let mut right = right.into_iter().peekable();
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let next = if order(first, second) == Ordering::Greater { right.next() } else { left.next() };
        items.extend(next);
    }
    items.extend(left);
    items.extend(right);
}

fn sweep(cuts: Vec<Cut<'_>>) -> Vec<Interval> {
    let mut found = Vec::new();
    // Outer: whether an interval is open; inner: its lower bound.
    let mut open: Option<Option<Bound>> = None;
    for cut in cuts {
        match cut.kind {
            Kind::Introduced => {
                if open.is_none() {
                    open = Some(cut.bound);
                }
            }
            Kind::Fixed | Kind::LastAffected => {
                if let Some(lo) = open.take() {
                    let end = if cut.kind == Kind::Fixed { End::Fixed } else { End::LastAffected };
                    found.push(Interval { lo, hi: cut.bound, end });
                }
            }
        }
    }
    if let Some(lo) = open {
        found.push(Interval { lo, hi: None, end: End::Open });
    }
    found
}

fn cap(intervals: &mut [Interval], limit: &Bound, scheme: Scheme) {
    for interval in intervals {
        let beyond = match &interval.hi {
            None => true,
            Some(hi) => match order(scheme, hi, limit) {
                Ordering::Greater => true,
                Ordering::Equal => interval.end == End::LastAffected,
                Ordering::Less => false,
            },
        };
        if beyond {
            interval.hi = Some(limit.clone());
            interval.end = End::Limit;
        }
    }
}

fn is_empty(interval: &Interval, scheme: Scheme) -> bool {
    let (Some(lo), Some(hi)) = (&interval.lo, &interval.hi) else { return false };
    match order(scheme, lo, hi) {
        Ordering::Less => false,
        Ordering::Equal => interval.end != End::LastAffected,
        Ordering::Greater => true,
    }
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
