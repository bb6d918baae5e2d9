// SPDX-License-Identifier: Apache-2.0
//! The Debian security tracker's own state: its JSON export, and the list of CVEs that it is made from.
//!
//! ```text
//!   JSON   {"openssl": {"CVE-2026-0001": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "3.0.1-1"}}}}}
//!   list   CVE-2026-0001 (description)
//!                  - openssl 3.0.1-1 (bug #1)          unstable: fixed there
//!                  [bookworm] - openssl <not-affected> (introduced later)
//! ```
//!
//! Both are read into one record a CVE (`debian:CVE-…` once kept). What a release is *not* affected by is a range that is
//! empty (introduced `0`, fixed `0`), so that it can be told from what nothing is known of. `<undetermined>` and what the
//! tracker has yet to look at say nothing and give no range.
//!
//! security-tracker.debian.org/tracker/data/json; doc/security-team `data/CVE/list`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::debian_list::RELEASES;
use crate::error::{Cause, Place, ReadError};
use crate::json;
use crate::model::{Advisory, Affected, Event, Format, Package, Range, RangeKind};

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    debianbug: Option<Value>,
    #[serde(default)]
    releases: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(default)]
    status: String,
    #[serde(default)]
    fixed_version: Option<String>,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    nodsa: Option<String>,
    #[serde(default)]
    nodsa_reason: Option<String>,
}

/// `{"package": {"CVE-…": {` within the first letters; `TEMP-…` stands for what has no number yet.
pub(crate) fn looks_like_json(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let letters: Vec<u8> = head.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let text = String::from_utf8_lossy(&letters).into_owned();
    let Some((package, rest)) = text.strip_prefix("{\"").and_then(|rest| rest.split_once("\":{\"")) else {
        return false;
    };
    is_package(package)
        && (rest.starts_with("CVE-") || rest.starts_with("TEMP-"))
        && rest.split_once("\":{").is_some_and(|(name, _)| is_name(name))
}

fn is_package(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
}

fn is_name(text: &str) -> bool {
    text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

type Packages<'a> = BTreeMap<Cow<'a, str>, BTreeMap<Cow<'a, str>, &'a RawValue>>;

fn packages<'a>(
    bytes: &'a [u8],
    path: &str,
) -> Result<BTreeMap<String, BTreeMap<String, &'a RawValue>>, ReadError> {
    json::parse(bytes, path)
}

pub(crate) fn read_json(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
    for (package, entries) in packages(bytes, path)? {
        for (name, raw) in entries {
            if !is_name(&name) {
                let shown: String = name.chars().take(40).collect();
                return Err(ReadError::new(
                    path,
                    Cause::Malformed(format!("`{shown}` under {package} is no CVE")),
                ));
            }
            let entry: Entry = json::parse_part(bytes, path, raw)?;
            let record = records.entry(name.clone()).or_insert_with(|| empty(&name, Format::DebianTracker));
            if record.details.is_none() {
                record.details = entry.description.filter(|text| !text.is_empty());
            }
            let mut notes = Map::new();
            for (key, value) in [("scope", entry.scope.map(Value::from)), ("debianbug", entry.debianbug)] {
                notes.extend(value.map(|value| (key.to_owned(), value)));
            }
            for (release, state) in entry.releases {
                record.affected.extend(affected(&package, &release, state, &notes));
            }
        }
    }
    Ok(records.into_values().collect())
}

fn empty(name: &str, source: Format) -> Advisory {
    Advisory { id: name.to_owned(), source, ..Advisory::default() }
}

/// `Debian:12`; a release that nobody has heard of keeps its name, so that it is unknown instead of wrong.
fn ecosystem(release: &str) -> String {
    let number = RELEASES.iter().find(|(name, _)| *name == release).map_or(release, |(_, number)| *number);
    format!("Debian:{number}")
}

fn affected(package: &str, release: &str, state: Release, notes: &Map<String, Value>) -> Option<Affected> {
    let zero = || Event::Introduced("0".to_owned());
    let events = match (state.status.as_str(), state.fixed_version) {
        ("resolved", Some(fixed)) => vec![zero(), Event::Fixed(fixed)],
        ("open", _) => vec![zero()],
        _ => return None,
    };
    let mut specific = notes.clone();
    for (key, value) in
        [("urgency", state.urgency), ("nodsa", state.nodsa), ("nodsa_reason", state.nodsa_reason)]
    {
        specific.extend(value.filter(|text| !text.is_empty()).map(|text| (key.to_owned(), json!(text))));
    }
    Some(build(package, ecosystem(release), events, specific))
}

fn build(package: &str, ecosystem: String, events: Vec<Event>, specific: Map<String, Value>) -> Affected {
    Affected {
        package: Package { ecosystem: Some(ecosystem), name: package.to_owned(), ..Package::default() },
        ranges: vec![Range {
            kind: RangeKind::Ecosystem,
            repo: None,
            events,
            database_specific: Value::Null,
            extra: Map::new(),
        }],
        ecosystem_specific: if specific.is_empty() { Value::Null } else { Value::Object(specific) },
        ..Affected::default()
    }
}

/// The whole export as one document a CVE, each readable by itself.
pub(crate) fn split_json<'a>(bytes: &'a [u8], path: &str) -> Result<Vec<Cow<'a, [u8]>>, ReadError> {
    let mut by_name: Packages<'_> = BTreeMap::new();
    let packages = packages(bytes, path)?;
    for (package, entries) in &packages {
        for (name, raw) in entries {
            by_name.entry(name.as_str().into()).or_default().insert(package.as_str().into(), raw);
        }
    }
    if by_name.len() < 2 {
        return Ok(vec![Cow::Borrowed(bytes)]);
    }
    let document = |(name, packages): (Cow<'_, str>, BTreeMap<Cow<'_, str>, &RawValue>)| {
        let parts: Vec<String> = packages
            .into_iter()
            .map(|(package, raw)| format!("{}: {{{}: {}}}", json!(package), json!(name), raw.get()))
            .collect();
        Cow::Owned(format!("{{{}}}", parts.join(", ")).into_bytes())
    };
    Ok(by_name.into_iter().map(document).collect())
}

/// The first line that says something begins a CVE, and another one hangs under it.
pub(crate) fn looks_like_list(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(8192)).unwrap_or_default();
    let text = String::from_utf8_lossy(head).into_owned();
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.next().is_some_and(|line| head_of(line).is_some())
        && lines.next().is_some_and(|line| line.starts_with(['\t', ' ']))
}

/// `CVE-2026-0001 (A flaw …)`
fn head_of(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let numbered = crate::nvd::is_cve_id(name);
    let reserved = name.strip_prefix("CVE-").is_some_and(|rest| rest.ends_with("-XXXX")) && name.len() == 13;
    (numbered || reserved).then_some((name, rest.trim()))
}

pub(crate) fn read_list(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let mut records: Vec<Advisory> = Vec::new();
    // What stands under a heading that is passed over belongs to nobody.
    let mut counts = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if counts && let Some(record) = records.last_mut() {
                detail(line.trim(), record);
            }
            continue;
        }
        let Some((name, words)) = head_of(line) else {
            let place = Place { value: String::new(), line: index + 1, column: 1 };
            let shown: String = line.chars().take(60).collect();
            return Err(ReadError::at(
                path,
                Some(place),
                Cause::Malformed(format!("`{shown}` begins no CVE")),
            ));
        };
        // A placeholder has no name that anything could be filed under.
        counts = !name.ends_with("-XXXX");
        if counts {
            let mut record = empty(name, Format::DebianCveList);
            let words = words.trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
            record.details = (!words.is_empty()).then(|| words.to_owned());
            records.push(record);
        }
    }
    Ok(records)
}

/// The one word in capitals that a mark begins with.
fn is_mark(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn detail(body: &str, record: &mut Advisory) {
    match body {
        "REJECTED" => {
            // The list has no dates: withdrawn since whenever.
            record.withdrawn = Some(0);
            return;
        }
        "RESERVED" => return,
        // A mark that nobody has looked at it yet.
        other if other.strip_suffix(": check").is_some_and(is_mark) => return,
        _ => {}
    }
    if let Some(list) = body.strip_prefix('{') {
        record.related.extend(list.trim_end_matches('}').split_whitespace().map(str::to_owned));
        return;
    }
    let (release, rest) = match body.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((release, rest)) => (release, rest.trim()),
        None => ("sid", body),
    };
    let Some(rest) = rest.strip_prefix("- ") else {
        let notes = record.extra.entry("notes").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(notes) = notes {
            notes.push(Value::String(body.to_owned()));
        }
        return;
    };
    let (facts, why) =
        rest.split_once('(').map_or((rest, ""), |(facts, why)| (facts, why.trim_end_matches(')')));
    let mut words = facts.split_whitespace();
    let Some(package) = words.next() else { return };
    let zero = || Event::Introduced("0".to_owned());
    let events = match words.next() {
        Some("<not-affected>") => vec![zero(), Event::Fixed("0".to_owned())],
        Some("<unfixed>" | "<no-dsa>" | "<ignored>" | "<postponed>" | "<end-of-life>") | None => vec![zero()],
        // Removed from Debian, intended for it, or not looked at: nothing is said of any version.
        Some(word) if word.starts_with('<') => return,
        Some(version) => vec![zero(), Event::Fixed(version.to_owned())],
    };
    let mut specific = Map::new();
    if !why.is_empty() {
        specific.insert("reason".to_owned(), json!(why));
    }
    record.affected.push(build(package, ecosystem(release), events, specific));
}

/// The whole list as one document a CVE.
pub(crate) fn split_list(bytes: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let mut starts = vec![0];
    let mut offset = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if offset > 0 && line.first().is_some_and(|first| !first.is_ascii_whitespace()) {
            starts.push(offset);
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let parts: Vec<&[u8]> =
        starts.iter().zip(ends).map(|(start, end)| bytes.get(*start..end).unwrap_or_default()).collect();
    // A heading with nothing under it is no document that can be told from any other.
    let said = parts
        .into_iter()
        .filter(|part| part.windows(2).any(|pair| pair[0] == b'\n' && (pair[1] == b'\t' || pair[1] == b' ')));
    said.map(Cow::Borrowed).collect()
}

#[cfg(test)]
mod tests;
