// SPDX-License-Identifier: Apache-2.0
//! What makers of CVE records write into `version` beside a version: comparisons, spans and words.
//!
//! ```text
//!   "< 2.0"   ">= 1.0, < 1.9"   "1.0 - 1.9"   "2.0 and earlier"   "before 2.0"   "1.5.x"   ─► spans
//!   "1.5"                                                                                  ─► that version
//!   "see the vendor's page"                                                                ─► not read, with a warning
//! ```
//! The schema has fields for all of this (`lessThan`, `lessThanOrEqual`); one record in ten of CVE's list writes it so all the same.

use crate::span::{Side, Span, bump};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wording {
    Spans(Vec<Span>),
    Plain,
    Unread,
}

/// At most so many parts of a list of versions are read.
const PARTS_MAX: usize = 1_000;

pub(super) fn read(text: &str) -> Wording {
    let text = text.trim().replace('≤', "<=").replace('≥', ">=");
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "*" | "all" | "all versions" | "any" | "any version") {
        return Wording::Spans(vec![Span::default()]);
    }
    if let Some(span) = one(&lower, &text) {
        return Wording::Spans(vec![span]);
    }
    if is_version(&text) {
        return Wording::Plain;
    }
    let parts: Vec<&str> = text.split("||").flat_map(|part| part.split([',', ';'])).map(str::trim).collect();
    if parts.len() < 2 || parts.len() > PARTS_MAX || text.contains(['<', '>']) && !text.contains("||") {
        return Wording::Unread;
    }
    let spans: Option<Vec<Span>> = if text.contains("||") {
        text.split("||").map(|part| one(&part.trim().to_ascii_lowercase(), part.trim())).collect()
    } else {
        // A list: each part a version, or something that is a span by itself.
        parts.iter().map(|part| one(&part.to_ascii_lowercase(), part).or_else(|| exactly(part))).collect()
    };
    spans.map_or(Wording::Unread, Wording::Spans)
}

/// One span; `text` as it is written, `lower` for its words.
fn one(lower: &str, text: &str) -> Option<Span> {
    compared(text)
        .or_else(|| in_words(lower, text))
        .or_else(|| between(lower, text))
        .or_else(|| open_place(text))
}

/// `>= 1.0, < 1.9`: one bound on each side, all of which must hold.
fn compared(text: &str) -> Option<Span> {
    if !text.starts_with(['<', '>', '=']) || text.contains("||") {
        return None;
    }
    let mut span = Span::default();
    let mut rest = text;
    while !rest.is_empty() {
        let sign_end = rest.find(|letter: char| !"<>=".contains(letter))?;
        let (sign, after) = rest.split_at(sign_end);
        let after = after.trim_start();
        let end = after.find(|letter: char| letter == ',' || letter.is_whitespace()).unwrap_or(after.len());
        let (version, more) = after.split_at(end);
        let side = |included| is_version(version).then(|| Side { version: version.to_owned(), included });
        let place = match sign {
            "<" | "<=" => &mut span.high,
            ">" | ">=" => &mut span.low,
            "=" | "==" if span == Span::default() => {
                span.low = Some(side(true)?);
                &mut span.high
            }
            _ => return None,
        };
        if place.replace(side(sign.contains('='))?).is_some() {
            return None;
        }
        rest = more.trim_start_matches(|letter: char| letter == ',' || letter.is_whitespace());
    }
    Some(span)
}

/// `2.0 and earlier`, `before 2.0`, `up to and including 2.0`, `1.0 and later`.
fn in_words(lower: &str, text: &str) -> Option<Span> {
    const UP_TO: [&str; 8] = [
        " and earlier",
        " and prior",
        " and below",
        " and before",
        " and older",
        " and lower",
        " or earlier",
        " or below",
    ];
    const FROM: [&str; 4] = [" and later", " and above", " and newer", " or later"];
    const BELOW: [&str; 5] = ["before ", "prior to ", "earlier than ", "below ", "versions before "];
    const THROUGH: [&str; 5] =
        ["up to and including ", "through ", "up to ", "versions up to ", "versions through "];
    let bare = lower.strip_suffix(" versions").unwrap_or(lower);
    let version = |part: &str| {
        let part = part.trim().trim_start_matches("version ").trim();
        let at = text.to_ascii_lowercase().find(part)?;
        let written = text.get(at..at + part.len())?;
        is_version(written).then(|| written.to_owned())
    };
    let side = |part: &str, included| Some(Side { version: version(part)?, included });
    let ends = |list: &[&str]| list.iter().find_map(|end| bare.strip_suffix(end));
    let starts = |list: &[&str]| list.iter().find_map(|start| bare.strip_prefix(start));
    if let Some(part) = ends(&UP_TO) {
        return Some(Span { low: None, high: Some(side(part, true)?) });
    }
    if let Some(part) = ends(&FROM) {
        return Some(Span { low: Some(side(part, true)?), high: None });
    }
    if let Some(part) = starts(&BELOW) {
        return Some(Span { low: None, high: Some(side(part, false)?) });
    }
    starts(&THROUGH).and_then(|part| Some(Span { low: None, high: Some(side(part, true)?) }))
}

/// `1.0 - 1.9`, `1.0 to 1.9`, `1.0 through 1.9`: both ends belong to it; `1.0 before 1.9`: the later one does not.
fn between(lower: &str, text: &str) -> Option<Span> {
    [(" - ", true), (" through ", true), (" to ", true), (" before ", false)].iter().find_map(
        |(word, included)| {
            let at = lower.find(word)?;
            let (low, high) = (text.get(..at)?.trim(), text.get(at + word.len()..)?.trim());
            let low = low.strip_prefix("from ").unwrap_or(low);
            (is_version(low) && is_version(high)).then(|| Span {
                low: Some(Side { version: low.to_owned(), included: true }),
                high: Some(Side { version: high.to_owned(), included: *included }),
            })
        },
    )
}

/// `1.5.x`, `1.*`.
fn open_place(text: &str) -> Option<Span> {
    let stem = [".x", ".X", ".*"].iter().find_map(|end| text.strip_suffix(end))?;
    let high = bump(&format!("{stem}.0"))?;
    (is_version(stem) && stem.split('.').all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))).then(
        || Span {
            low: Some(Side { version: stem.to_owned(), included: true }),
            high: Some(Side { version: high, included: false }),
        },
    )
}

fn exactly(text: &str) -> Option<Span> {
    let side = is_version(text).then(|| Side { version: text.to_owned(), included: true })?;
    Some(Span { low: Some(side.clone()), high: Some(side) })
}

/// One word without signs or lists in it, with a digit.
fn is_version(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && !text.contains(|letter: char| letter.is_whitespace() || "<>=,;|".contains(letter))
        && !matches!(text.rsplit('.').next(), Some("x" | "X" | "*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[1,2)`: brackets belong, parentheses do not.
    fn shown(text: &str) -> String {
        match read(text) {
            Wording::Plain => "plain".to_owned(),
            Wording::Unread => "unread".to_owned(),
            Wording::Spans(spans) => {
                let spans = spans.iter().map(|span| {
                    let side =
                        |side: &Option<Side>| side.as_ref().map_or("", |side| &side.version).to_owned();
                    let ends = |side: &Option<Side>, marks: (char, char)| {
                        if side.as_ref().is_some_and(|side| side.included) { marks.0 } else { marks.1 }
                    };
                    let (open, close) = (ends(&span.low, ('[', '(')), ends(&span.high, (']', ')')));
                    format!("{open}{},{}{close}", side(&span.low), side(&span.high))
                });
                spans.collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn comparisons_spans_and_words_are_spans() {
        let cases = [
            ("< 2.0", "(,2.0)"),
            ("<=1.9", "(,1.9]"),
            ("≤1.9", "(,1.9]"),
            (">= 1.0, < 1.9", "[1.0,1.9)"),
            (">=1.0 <1.9", "[1.0,1.9)"),
            ("= 1.5", "[1.5,1.5]"),
            ("< 1.2 || >= 2.0, < 2.3", "(,1.2) [2.0,2.3)"),
            ("1.0 - 1.9", "[1.0,1.9]"),
            ("1.0 to 1.9", "[1.0,1.9]"),
            ("1.0 before 1.9", "[1.0,1.9)"),
            ("2.0 and earlier", "(,2.0]"),
            ("Version 2.0 and prior", "(,2.0]"),
            ("2.0 and earlier versions", "(,2.0]"),
            ("before 2.0", "(,2.0)"),
            ("Prior to 2.0", "(,2.0)"),
            ("through 2.0", "(,2.0]"),
            ("up to and including 2.0RC1", "(,2.0RC1]"),
            ("3.1 and later", "[3.1,)"),
            ("1.x", "[1,2)"),
            ("1.5.x", "[1.5,1.6)"),
            ("1.*", "[1,2)"),
            ("all versions", "(,)"),
            ("1.5, 1.6", "[1.5,1.5] [1.6,1.6]"),
        ];
        for (text, wanted) in cases {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_version_is_a_version_and_what_is_neither_is_not_read() {
        for text in ["1.5", "v1.5", "8u202", "2.0-rc1", "1:2.3-4", "r1p0", "1.0.x86"] {
            assert_eq!(shown(text), "plain", "{text}");
        }
        for text in ["see advisory", "< 1.0, > 2.0, < 3.0", "<", ">= , < 2", "1.0 and 2.0 only", "< x, y"] {
            assert_eq!(shown(text), "unread", "{text}");
        }
    }
}
