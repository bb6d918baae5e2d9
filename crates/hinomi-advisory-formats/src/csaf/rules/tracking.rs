// SPDX-License-Identifier: Apache-2.0
//! Tests on the document itself: languages, versions and revisions, distribution, licence, times.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::Value;

use super::{Broken, Rule, Scene, broken, list, text};
use crate::time::micros;

pub(super) const RULES: &[Rule] = &[
    times,
    languages,
    translator,
    numbers,
    history_order,
    latest,
    status,
    history,
    sharing,
    group_names,
    licence,
];

/// 6.1.37: every time has a zone.
fn times(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer {
        return None;
    }
    let mut found = None;
    search(scene.document, "", 0, &mut |place, key, value| {
        const KEYS: [&str; 8] = [
            "current_release_date",
            "initial_release_date",
            "date",
            "timestamp",
            "disclosure_date",
            "discovery_date",
            "release_date",
            "exploitation_date",
        ];
        if found.is_none() && KEYS.contains(&key) && !is_time(value) {
            found = broken("6.1.37", place, format!("`{value}` is no time with a zone"));
        }
    });
    found
}

fn search(value: &Value, place: &str, depth: usize, visit: &mut dyn FnMut(&str, &str, &str)) {
    if depth > 60 {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| *key != "x_extensions") {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                match value.as_str() {
                    Some(text) => visit(&place, key, text),
                    None => search(value, &place, depth + 1, visit),
                }
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                search(value, &format!("{place}[{index}]"), depth + 1, visit);
            }
        }
        _ => {}
    }
}

/// RFC 3339 with capital `T`, as ISO 8601 has it, in whole days of the calendar.
fn is_time(value: &str) -> bool {
    let shape = value.len() >= 20 && value.as_bytes().get(10) == Some(&b'T');
    let zone = value.ends_with('Z')
        || value
            .get(value.len().saturating_sub(6)..)
            .is_some_and(|tail| tail.starts_with(['+', '-']) && tail.as_bytes().get(3) == Some(&b':'));
    // The conformance set refuses leap seconds, also true ones.
    let leap = value.get(17..19) == Some("60");
    let mut plain = value.to_owned();
    // More digits than nanoseconds say nothing more here.
    if let Some((start, fraction)) = plain.split_once('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        plain = format!("{start}.{}{}", &fraction[..digits.min(6)], &fraction[digits..]);
    }
    shape && zone && !leap && plain.parse::<jiff::Timestamp>().is_ok()
}

/// 6.1.12 (the form of RFC 5646), 6.1.28.
fn languages(scene: &Scene<'_>) -> Option<Broken> {
    for field in ["lang", "source_lang"] {
        let Some(tag) = text(scene.head(), field) else { continue };
        let mut parts = tag.split('-');
        let primary = parts.next().unwrap_or_default();
        let private = matches!(primary, "i" | "x" | "X" | "I");
        let letters =
            (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
        // `EZ` and the like: two letters that ISO 639-1 does not use are common mistakes.
        let assigned = primary.len() != 2 || ISO_639_1.contains(&primary.to_ascii_lowercase().as_str());
        let rest = parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if !(private || (letters && assigned)) || !rest {
            return broken("6.1.12", format!("document.{field}"), format!("`{tag}` is no language"));
        }
    }
    let lang = text(scene.head(), "lang")?;
    if text(scene.head(), "source_lang").is_some_and(|source| source.eq_ignore_ascii_case(lang)) {
        return broken("6.1.28", "document.source_lang", "it is the language of the document itself");
    }
    None
}

/// ISO 639-1.
const ISO_639_1: &[&str] = &[
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh", "bi",
    "bm", "bn", "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv",
    "dz", "ee", "el", "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd",
    "gl", "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig",
    "ii", "ik", "io", "is", "it", "iu", "ja", "jv", "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko",
    "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh",
    "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr",
    "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm", "rn", "ro", "ru",
    "rw", "sa", "sc", "sd", "se", "sg", "sh", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st",
    "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty",
    "ug", "uk", "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu",
];

/// 6.1.15
fn translator(scene: &Scene<'_>) -> Option<Broken> {
    let translated = text(&scene.head()["publisher"], "category") == Some("translator");
    if translated && text(scene.head(), "source_lang").is_none() {
        return broken("6.1.15", "document.source_lang", "a translator names the language translated from");
    }
    None
}

/// A document version: one number, or a semantic version.
#[derive(PartialEq)]
struct Number<'a> {
    parts: Vec<u64>,
    pre: Option<&'a str>,
}

impl<'a> Number<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let text = text.split_once('+').map_or(text, |(before, _)| before);
        let (numbers, pre) = text.split_once('-').map_or((text, None), |(numbers, pre)| (numbers, Some(pre)));
        let parts: Option<Vec<u64>> = numbers.split('.').map(|part| part.parse().ok()).collect();
        let parts = parts.filter(|parts| parts.len() == 3 || (parts.len() == 1 && pre.is_none()))?;
        Some(Self { parts, pre })
    }

    fn is_semantic(&self) -> bool {
        self.parts.len() == 3
    }

    fn major(&self) -> u64 {
        self.parts.first().copied().unwrap_or_default()
    }

    fn order(&self, other: &Self) -> Ordering {
        let semantic = |number: &Self| {
            let parts: Vec<String> = number.parts.iter().map(u64::to_string).collect();
            number.pre.map_or_else(|| parts.join("."), |pre| format!("{}-{pre}", parts.join(".")))
        };
        if self.is_semantic() && other.is_semantic() {
            let order =
                hinomi_version::compare(hinomi_version::Scheme::Semver, &semantic(self), &semantic(other));
            return order.unwrap_or(Ordering::Equal);
        }
        self.parts.cmp(&other.parts)
    }
}

/// Place, time and number of each revision in the order of time; equal times keep the order of numbers.
fn revisions<'a>(scene: &Scene<'a>) -> Vec<(String, i64, Number<'a>)> {
    let history = list(scene.tracking(), "revision_history").iter().enumerate();
    let mut found: Vec<(String, i64, Number<'a>)> = history
        .filter_map(|(index, revision)| {
            let number = Number::of(text(revision, "number")?)?;
            let place = format!("document.tracking.revision_history[{index}]");
            Some((place, text(revision, "date").and_then(micros)?, number))
        })
        .collect();
    found.sort_by(|left, right| left.1.cmp(&right.1).then_with(|| left.2.order(&right.2)));
    found
}

/// 6.1.30, and versions that are neither.
fn numbers(scene: &Scene<'_>) -> Option<Broken> {
    let mut semantic = None;
    let history = list(scene.tracking(), "revision_history").iter().map(|revision| text(revision, "number"));
    for text in std::iter::once(text(scene.tracking(), "version")).chain(history).flatten() {
        let Some(number) = Number::of(text) else {
            return broken("schema", "document.tracking", format!("`{text}` is no version"));
        };
        if *semantic.get_or_insert(number.is_semantic()) != number.is_semantic() {
            return broken("6.1.30", "document.tracking", "whole numbers and semantic versions are mixed");
        }
    }
    None
}

/// 6.1.14
fn history_order(scene: &Scene<'_>) -> Option<Broken> {
    let revisions = revisions(scene);
    let wrong = revisions.windows(2).find(|pair| pair[0].2.order(&pair[1].2).is_gt())?;
    broken("6.1.14", wrong[1].0.clone(), "sorted by time, the numbers do not rise")
}

/// 6.1.16
fn latest(scene: &Scene<'_>) -> Option<Broken> {
    let version = Number::of(text(scene.tracking(), "version")?)?;
    let revisions = revisions(scene);
    let (_, _, last) = revisions.last()?;
    let draft = text(scene.tracking(), "status") == Some("draft");
    let same = version.parts == last.parts && (draft || version.pre == last.pre);
    if same {
        None
    } else {
        broken("6.1.16", "document.tracking.version", "it is not the last revision's number")
    }
}

/// 6.1.17 to 6.1.20
fn status(scene: &Scene<'_>) -> Option<Broken> {
    let version = Number::of(text(scene.tracking(), "version")?)?;
    let place = "document.tracking.version";
    if scene.is_final() {
        if version.major() == 0 {
            return broken("6.1.17", place, "a version below 1 is a draft");
        }
        if version.pre.is_some() {
            return broken("6.1.20", place, "a finished document has no pre-release version");
        }
    }
    for (place, _, number) in revisions(scene) {
        if number.pre.is_some() {
            return broken("6.1.19", format!("{place}.number"), "the history has no pre-releases");
        }
        if scene.is_final() && number.major() == 0 {
            return broken("6.1.18", format!("{place}.number"), "a finished document's history begins at 1");
        }
    }
    None
}

/// 6.1.21, 6.1.22
fn history(scene: &Scene<'_>) -> Option<Broken> {
    let mut seen = HashSet::new();
    for (index, revision) in list(scene.tracking(), "revision_history").iter().enumerate() {
        let number = text(revision, "number").unwrap_or_default();
        if !seen.insert(number) {
            let place = format!("document.tracking.revision_history[{index}].number");
            return broken("6.1.22", place, format!("number `{number}` occurs twice"));
        }
    }
    let revisions = revisions(scene);
    let first = revisions.first()?;
    if first.2.major() > 1 {
        return broken("6.1.21", first.0.clone(), "the history begins at 0 or 1");
    }
    let gap = revisions.windows(2).find(|pair| pair[1].2.major() > pair[0].2.major().saturating_add(1))?;
    broken("6.1.21", gap[1].0.clone(), "a revision before it is missing")
}

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
const EVERYBODY: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/// 6.1.38, 6.1.39 (2.1)
fn sharing(scene: &Scene<'_>) -> Option<Broken> {
    let group = scene.head()["distribution"].get("sharing_group").filter(|_| scene.newer)?;
    let clear = text(&scene.head()["distribution"]["tlp"], "label") == Some("CLEAR");
    let id = text(group, "id").unwrap_or_default().to_ascii_lowercase();
    let place = "document.distribution.sharing_group";
    if id == EVERYBODY && !clear {
        return broken("6.1.38", place, "everybody's group is only for TLP:CLEAR");
    }
    if clear && id != EVERYBODY && !(id == NOBODY && text(scene.tracking(), "status") == Some("draft")) {
        return broken("6.1.39", place, "TLP:CLEAR is for everybody's group");
    }
    None
}

/// 6.1.40, 6.1.41 (2.1)
fn group_names(scene: &Scene<'_>) -> Option<Broken> {
    let group = scene.head()["distribution"].get("sharing_group").filter(|_| scene.newer)?;
    let id = text(group, "id").unwrap_or_default().to_ascii_lowercase();
    let name = text(group, "name");
    let place = "document.distribution.sharing_group";
    let reserved = [("Public", EVERYBODY), ("No sharing allowed", NOBODY)];
    if let Some((word, _)) = reserved.iter().find(|(word, owner)| name == Some(word) && id != *owner) {
        return broken("6.1.40", format!("{place}.name"), format!("`{word}` is the name of another group"));
    }
    if let Some((word, _)) = reserved.iter().find(|(word, owner)| id == *owner && name != Some(word)) {
        return broken("6.1.41", format!("{place}.name"), format!("this group is called `{word}`"));
    }
    None
}

/// 6.1.54 (2.1), the form alone
fn licence(scene: &Scene<'_>) -> Option<Broken> {
    let expression = text(scene.head(), "license_expression").filter(|_| scene.newer)?;
    let place = "document.license_expression";
    let mut wants_name = true;
    let mut open = 0_usize;
    for word in expression.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        let fits = match word {
            "(" if wants_name => {
                open += 1;
                true
            }
            ")" if !wants_name && open > 0 => {
                open -= 1;
                true
            }
            "AND" | "OR" | "WITH" if !wants_name => {
                wants_name = true;
                true
            }
            name if wants_name => {
                wants_name = false;
                let plus = name.ends_with('+') && name.starts_with("LicenseRef-");
                !plus && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.+".contains(letter))
            }
            _ => false,
        };
        if !fits {
            return broken("6.1.54", place, format!("`{word}` is out of place in a licence expression"));
        }
    }
    if wants_name || open > 0 {
        return broken("6.1.54", place, "the licence expression is not complete");
    }
    None
}
