// SPDX-License-Identifier: Apache-2.0
//! Intervals of versions: from comparisons, to events, and what lies between them.

use std::cmp::Ordering;

use hinomi_version::{Scheme, compare};

use crate::model::{Event, Warning};

/// One side of an interval: a version, and whether it belongs to the interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) version: String,
    pub(crate) included: bool,
}

/// Versions between two sides; an absent side is endless.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) low: Option<Side>,
    pub(crate) high: Option<Side>,
}

impl Span {
    /// The comparisons `>= 1`, `< 2` as one span; `None` when one of them is nothing of the kind.
    pub(crate) fn of_comparisons<'a>(comparisons: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut span = Self::default();
        for comparison in comparisons {
            let comparison = comparison.trim();
            let sign_end = comparison.find(|letter: char| !"<>=~!".contains(letter))?;
            let (sign, version) = comparison.split_at(sign_end);
            let version = version.trim().to_owned();
            if !version.trim_start_matches('v').starts_with(|letter: char| letter.is_ascii_digit()) {
                return None;
            }
            let side = |included| Some(Side { version: version.clone(), included });
            match sign {
                ">=" => span.low = side(true),
                ">" => span.low = side(false),
                "<" => span.high = side(false),
                "<=" => span.high = side(true),
                "=" | "==" | "" => {
                    span.low = side(true);
                    span.high = side(true);
                }
                "~>" => {
                    span.low = side(true);
                    // A lower bound of the same requirement only tightens what the pessimistic one allows.
                    span.high = Some(Side { version: bump(&version)?, included: false });
                }
                _ => return None,
            }
        }
        Some(span)
    }

    /// As events; what they cannot say exactly goes to `warnings`.
    pub(crate) fn events(&self, place: &str, warnings: &mut Vec<Warning>) -> Vec<Event> {
        let mut events = Vec::with_capacity(2);
        match &self.low {
            None => events.push(Event::Introduced("0".to_owned())),
            Some(side) => {
                if !side.included {
                    let cause = format!("affected above {0}; {0} itself is counted too", side.version);
                    warnings.push(Warning { place: place.to_owned(), cause });
                }
                events.push(Event::Introduced(side.version.clone()));
            }
        }
        match &self.high {
            None => {}
            Some(side) if side.included => events.push(Event::LastAffected(side.version.clone())),
            Some(side) => events.push(Event::Fixed(side.version.clone())),
        }
        events
    }
}

/// The first version that `~> version` does not allow: the last number goes, the one before it is raised
/// (`Gem::Version#bump`, RubyGems guides).
pub(crate) fn bump(version: &str) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    for part in version.split(['.', '-']) {
        match part.parse() {
            Ok(number) => numbers.push(number),
            Err(_) => break,
        }
    }
    if numbers.len() > 1 {
        numbers.pop();
    }
    let last = numbers.last_mut()?;
    *last = last.checked_add(1)?;
    Some(numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

fn order(scheme: Scheme, left: &str, right: &str) -> Ordering {
    compare(scheme, left, right).unwrap_or_else(|_| left.cmp(right))
}

/// Lower sides: absent first; at one version the included one begins earlier.
fn by_low(scheme: Scheme, left: &Span, right: &Span) -> Ordering {
    match (&left.low, &right.low) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(left), Some(right)) => {
            order(scheme, &left.version, &right.version).then_with(|| right.included.cmp(&left.included))
        }
    }
}

/// What lies between the given spans.
pub(crate) fn gaps(scheme: Scheme, mut safe: Vec<Span>) -> Vec<Span> {
    safe.sort_by(|left, right| by_low(scheme, left, right));
    let mut gaps = Vec::new();
    // The lower side of the gap that is being looked for; `None`: nothing was safe so far.
    let mut from: Option<Side> = None;
    let mut first = true;
    for span in safe {
        let begins_later = match (&from, &span.low) {
            (_, None) => false,
            (None, Some(_)) => first,
            (Some(from), Some(low)) => match order(scheme, &from.version, &low.version) {
                Ordering::Less => true,
                Ordering::Equal => from.included && !low.included,
                Ordering::Greater => false,
            },
        };
        if begins_later {
            let high =
                span.low.as_ref().map(|low| Side { version: low.version.clone(), included: !low.included });
            gaps.push(Span { low: from.clone(), high });
        }
        let Some(high) = span.high else { return gaps };
        let end = Side { version: high.version, included: !high.included };
        let reaches_further = match &from {
            None => true,
            Some(from) => match order(scheme, &end.version, &from.version) {
                Ordering::Greater => true,
                Ordering::Equal => from.included && !end.included,
                Ordering::Less => false,
            },
        };
        if reaches_further {
            from = Some(end);
        }
        first = false;
    }
    gaps.push(Span { low: from, high: None });
    gaps
}
