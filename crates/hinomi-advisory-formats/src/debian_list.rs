// SPDX-License-Identifier: Apache-2.0
//! The Debian security tracker's lists of advisories: `DSA/list`, `DLA/list`, `DTSA/list`.
//!
//! ```text
//! [29 Mar 2023] DSA-5380-1 xorg-server - security update      date, id, source package, title
//!         {CVE-2023-1393}                                      what it repairs
//!         [bullseye] - xorg-server 2:1.20.11-1+deb11u6         release, source package, fixed version
//!         [buster] - xorg-server <not-affected> (…)            or why there is none
//! ```
//!
//! A record becomes one advisory: everything below the fixed version of that release is affected. The CVEs
//! are `upstream`, not aliases, because an advisory speaks of a set of them. (Debian security tracker,
//! doc/security-team.)

use serde_json::{Map, Value};

use crate::error::{Cause, Place, ReadError};
use crate::model::{Advisory, Affected, Event, Format, Micros, Package, Range, RangeKind, Warning};
use crate::time::micros;

/// Code names of releases, in the order of their appearance (Debian release history).
pub(crate) const RELEASES: &[(&str, &str)] = &[
    ("woody", "3.0"),
    ("sarge", "3.1"),
    ("etch", "4.0"),
    ("lenny", "5.0"),
    ("squeeze", "6"),
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
    ("sid", "sid"),
];

/// True when the first line is the head of a record.
pub(crate) fn looks_like_list(bytes: &[u8]) -> bool {
    let line =
        bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    std::str::from_utf8(line).ok().and_then(head).is_some()
}

pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let mut advisories: Vec<Advisory> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let body = line.trim();
        if body.is_empty() {
            continue;
        }
        if !line.starts_with([' ', '\t']) {
            let started = head(line).ok_or_else(|| {
                let place = Place { value: String::new(), line: number + 1, column: 1 };
                let shown: String = body.chars().take(60).collect();
                ReadError::at(path, Some(place), Cause::Malformed(format!("`{shown}` begins no advisory")))
            })?;
            advisories.push(started);
        } else if let Some(advisory) = advisories.last_mut() {
            detail(body, number + 1, advisory);
        }
    }
    Ok(advisories)
}

/// `[29 Mar 2023] DSA-5380-1 xorg-server - security update`
fn head(line: &str) -> Option<Advisory> {
    let (date, rest) = line.strip_prefix('[')?.split_once(']')?;
    let mut words = rest.split_whitespace();
    let id = words.next()?;
    let kind = id.split('-').next()?;
    if !matches!(kind, "DSA" | "DLA" | "DTSA" | "ELA") || id.len() == kind.len() {
        return None;
    }
    let title = words.collect::<Vec<_>>().join(" ");
    let published = date_micros(date);
    let mut advisory = empty(id, published);
    advisory.summary = (!title.is_empty()).then_some(title);
    if published.is_none() {
        advisory.warnings.push(Warning { place: id.to_owned(), cause: format!("`{date}` is not a date") });
    }
    Some(advisory)
}

fn empty(id: &str, published: Option<Micros>) -> Advisory {
    Advisory {
        id: id.to_owned(),
        source: Format::DebianList,
        modified: published,
        published,
        ..Advisory::default()
    }
}

/// `29 Mar 2023`, and the older `August 26th, 2005`.
fn date_micros(date: &str) -> Option<Micros> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut year, mut month, mut day) = (None, None, None);
    for word in date.split([' ', ',']).filter(|word| !word.is_empty()) {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        match digits.len() {
            4 => year = digits.parse::<u16>().ok(),
            1 | 2 => day = digits.parse::<u8>().ok(),
            _ => {
                let short = word.get(..3)?.to_ascii_lowercase();
                month = MONTHS.iter().position(|name| *name == short).map(|index| index + 1);
            }
        }
    }
    micros(&format!("{:04}-{:02}-{:02}", year?, month?, day?))
}

fn detail(body: &str, line: usize, advisory: &mut Advisory) {
    if let Some(list) = body.strip_prefix('{') {
        let names = list.trim_end_matches('}').split_whitespace();
        advisory.upstream.extend(names.map(str::to_owned));
    } else if body.starts_with('[') {
        match fix(body) {
            Some(affected) => advisory.affected.push(affected),
            None => {
                let cause = format!("line {line} is not `[release] - package version`");
                advisory.warnings.push(Warning { place: advisory.id.clone(), cause });
            }
        }
    } else {
        let notes = advisory.extra.entry("notes").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(notes) = notes {
            notes.push(Value::String(body.to_owned()));
        }
    }
}

/// `None`: not a line of this form.
fn fix(body: &str) -> Option<Affected> {
    let (release, rest) = body.strip_prefix('[')?.split_once(']')?;
    let mut words = rest.trim().strip_prefix('-')?.split_whitespace();
    let (package, version) = (words.next()?, words.next()?);
    let number = RELEASES.iter().find(|(name, _)| *name == release).map(|(_, number)| *number)?;
    let events = match version {
        // An interval that holds no version: never affected there.
        "<not-affected>" => vec![Event::Introduced("0".to_owned()), Event::Fixed("0".to_owned())],
        // Everything of that release stays affected.
        marker if marker.starts_with('<') => vec![Event::Introduced("0".to_owned())],
        fixed => vec![Event::Introduced("0".to_owned()), Event::Fixed(fixed.to_owned())],
    };
    Some(Affected {
        package: Package {
            ecosystem: Some(format!("Debian:{number}")),
            name: package.to_owned(),
            ..Package::default()
        },
        ranges: vec![Range {
            kind: RangeKind::Ecosystem,
            repo: None,
            events,
            database_specific: Value::Null,
            extra: Map::new(),
        }],
        ..Affected::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::{Event, Format, read};

    #[test]
    fn a_list_is_read_record_by_record() {
        let text = "[29 Mar 2023] DSA-2-1 demo - security update\n\t{CVE-2023-1 CVE-2023-2}\n\
            \t[bullseye] - demo 1:2.0-1+deb11u6\n\t[buster] - demo <not-affected> (introduced later)\n\
            \t[stretch] - demo <unfixed>\n\tNOTE: see elsewhere\n\
            [August 26th, 2005] DTSA-1-1 old - various\n        [sarge] - old 0.9 (high)\n";
        let advisories = read(text.as_bytes(), "DSA/list").unwrap();
        assert_eq!(advisories.len(), 2);
        let first = &advisories[0];
        assert_eq!((first.id.as_str(), first.source), ("DSA-2-1", Format::DebianList));
        assert_eq!(first.published, Some(1_680_048_000_000_000));
        assert_eq!(first.upstream, ["CVE-2023-1", "CVE-2023-2"]);
        assert!(first.aliases.is_empty());
        assert_eq!(first.extra["notes"][0], "NOTE: see elsewhere");
        let seen: Vec<_> = first
            .affected
            .iter()
            .map(|affected| (affected.package.ecosystem.clone().unwrap(), affected.ranges[0].events.clone()))
            .collect();
        let zero = || Event::Introduced("0".into());
        let expected = [
            ("Debian:11".to_owned(), vec![zero(), Event::Fixed("1:2.0-1+deb11u6".into())]),
            ("Debian:10".to_owned(), vec![zero(), Event::Fixed("0".into())]),
            ("Debian:9".to_owned(), vec![zero()]),
        ];
        assert_eq!(seen, expected);
        assert_eq!(advisories[1].affected[0].package.ecosystem.as_deref(), Some("Debian:3.1"));
    }

    #[test]
    fn a_line_that_is_none_is_told_with_its_number() {
        let error = read(b"[29 Mar 2023] DSA-1-1 demo\nnonsense\n", "DSA/list").unwrap_err();
        assert!(error.to_string().starts_with("DSA/list:2:1"), "{error}");
    }
}
