// SPDX-License-Identifier: Apache-2.0
//! `affected[].versions` as intervals.
//!
//! ```text
//!   default unaffected    affected "1.0" lessThan "1.4"                    ─► 1.0 ├────┤ 1.4
//!   default affected      unaffected "0" lessThan "5.10",
//!                         unaffected "6.1.3" lessThanOrEqual "6.1.*"       ─► 5.10 ├───┤ 6.1.3   6.2 ├──►
//!   changes               affected "1.0" lessThan "2.0", at "1.4" unaffected ─► 1.0 ├────┤ 1.4
//! ```

use hinomi_version::{Scheme, compare};
use serde_json::{Map, Value};

use super::raw::{Product, Version};
use super::wording::{self, Wording};
use crate::model::{CpeMatch, Event, Range, RangeKind, Warning};
use crate::span::{Side, Span, bump, gaps};

/// Which versions of an entry are affected.
#[derive(Default)]
pub(super) struct Found {
    spans: Vec<Span>,
    commits: Vec<Vec<Event>>,
    kind: Kind,
    /// Single versions.
    pub(super) versions: Vec<String>,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Kind {
    #[default]
    Ecosystem,
    Semver,
}

pub(super) fn affected(raw: &Product, place: &str, warnings: &mut Vec<Warning>) -> Found {
    let mut found = Found::default();
    let mut safe = Vec::new();
    let by_default = raw.default_status.as_deref() == Some("affected");
    let mut ordered = false;
    let mut safe_versions = Vec::new();
    for version in &raw.versions {
        let is_git = version.version_type.as_deref() == Some("git");
        if is_git {
            if version.status == "affected" {
                found.commits.extend(commits(version));
            }
            continue;
        }
        if version.version_type.as_deref() == Some("semver") {
            found.kind = Kind::Semver;
        }
        let ranged = version.less_than.is_some() || version.less_than_or_equal.is_some();
        if !ranged {
            if says_nothing(&version.version) {
                continue;
            }
            match (version.status.as_str(), wording::read(&version.version)) {
                ("affected", Wording::Spans(spans)) => found.spans.extend(spans),
                ("affected", read) => {
                    if read == Wording::Unread {
                        let cause = format!(
                            "{} is no version and no range that is known",
                            super::shown(&version.version)
                        );
                        warnings.push(Warning { place: place.to_owned(), cause });
                    }
                    found.versions.push(version.version.clone());
                }
                ("unaffected", Wording::Spans(spans)) => {
                    ordered = true;
                    safe.extend(spans);
                }
                ("unaffected", _) => safe_versions.push(version),
                _ => {}
            }
            continue;
        }
        ordered = true;
        for (status, span) in pieces(version) {
            match status {
                "affected" => found.spans.push(span),
                "unaffected" => safe.push(span),
                _ => {}
            }
        }
    }
    let git_only = !found.commits.is_empty() && !ordered;
    if by_default && !git_only {
        let scheme = scheme(raw);
        // A list of versions that are not affected and no range: the later ones are the repair.
        if !ordered {
            for version in &safe_versions {
                let side = Side { version: version.version.clone(), included: true };
                safe.push(Span { low: Some(side.clone()), high: Some(side) });
            }
        }
        found.spans = gaps(scheme, safe);
    }
    for span in &mut found.spans {
        if let (Some(low), Some(high)) = (&span.low, &span.high)
            && low.version == high.version
            && !(low.included && high.included)
        {
            let cause = format!("the range from {0} to {0} is empty", low.version);
            warnings.push(Warning { place: place.to_owned(), cause });
        }
    }
    found.spans.retain(|span| match (&span.low, &span.high) {
        (Some(low), Some(high)) => low.version != high.version || (low.included && high.included),
        _ => true,
    });
    found
}

/// Words that CNAs write for "we do not say".
fn says_nothing(version: &str) -> bool {
    let word = version.trim().to_ascii_lowercase();
    matches!(word.as_str(), "" | "n/a" | "na" | "unspecified" | "unknown" | "-" | "not specified")
}

fn lower(version: &str) -> Option<Side> {
    // A comparison sign in front is part of no version.
    let version = version.trim().trim_start_matches(['>', '=', ' ']);
    let from_start = says_nothing(version) || matches!(version, "0" | "*" | "0.0" | "0.0.0");
    (!from_start).then(|| Side { version: version.to_owned(), included: true })
}

/// `*` is endless; `6.1.*` ends before 6.2; a leading comparison sign is part of no version.
fn upper(text: &str, included: bool) -> Option<Side> {
    let text = text.trim().trim_start_matches(['<', '=', ' ']);
    if text == "*" || says_nothing(text) {
        return None;
    }
    if let Some(stem) = text.strip_suffix(".*")
        && let Some(next) = bump(&format!("{stem}.0"))
    {
        return Some(Side { version: next, included: false });
    }
    Some(Side { version: text.to_owned(), included })
}

/// The range of an entry cut at its changes, each piece with its status.
fn pieces(version: &Version) -> Vec<(&str, Span)> {
    let high = match (&version.less_than, &version.less_than_or_equal) {
        (Some(text), _) => upper(text, false),
        (None, Some(text)) => upper(text, true),
        (None, None) => None,
    };
    let mut pieces = Vec::with_capacity(1 + version.changes.len());
    let mut low = lower(&version.version);
    let mut status = version.status.as_str();
    for change in version.changes.iter().filter(|change| !says_nothing(&change.at)) {
        let at = change.at.trim().to_owned();
        let end = Some(Side { version: at.clone(), included: false });
        pieces.push((status, Span { low: low.take(), high: end }));
        low = Some(Side { version: at, included: true });
        status = change.status.as_str();
    }
    let beyond = match (&low, &high) {
        // The last change lies at or after the end of the range.
        (Some(low), Some(high)) if !version.changes.is_empty() => {
            let order = compare(Scheme::Generic, &low.version, &high.version);
            order.is_ok_and(|order| order.is_gt() || (order.is_eq() && !high.included))
        }
        _ => false,
    };
    if !beyond {
        pieces.push((status, Span { low, high }));
    }
    pieces
}

fn commits(version: &Version) -> Option<Vec<Event>> {
    if says_nothing(&version.version) {
        return None;
    }
    let mut events = vec![Event::Introduced(version.version.clone())];
    match (&version.less_than, &version.less_than_or_equal) {
        (Some(end), _) if end != "*" => events.push(Event::Fixed(end.clone())),
        (None, Some(end)) if end != "*" => events.push(Event::LastAffected(end.clone())),
        _ => {}
    }
    Some(events)
}

fn scheme(raw: &Product) -> Scheme {
    let of = |word: &str| raw.versions.iter().any(|version| version.version_type.as_deref() == Some(word));
    if of("rpm") {
        Scheme::Rpm
    } else if of("python") {
        Scheme::Pypi
    } else if of("maven") {
        Scheme::Maven
    } else {
        Scheme::Generic
    }
}

impl Found {
    pub(super) fn ranges(&self, repo: Option<&str>) -> Vec<Range> {
        let kind = match self.kind {
            Kind::Ecosystem => RangeKind::Ecosystem,
            Kind::Semver => RangeKind::Semver,
        };
        let range = |kind, repo: Option<&str>, events| Range {
            kind,
            repo: repo.map(str::to_owned),
            events,
            database_specific: Value::Null,
            extra: Map::new(),
        };
        let mut ignored = Vec::new();
        let ordered = self.spans.iter().map(|span| range(kind, None, span.events("", &mut ignored)));
        let mut ranges: Vec<Range> = ordered.collect();
        ranges.extend(self.commits.iter().map(|events| range(RangeKind::Git, repo, events.clone())));
        ranges
    }

    /// A CPE that names a version is taken as it is; one that leaves it open gets every range and version.
    pub(super) fn cpe_matches(&self, criteria: &str) -> Vec<CpeMatch> {
        let plain = CpeMatch { vulnerable: true, criteria: criteria.to_owned(), ..CpeMatch::default() };
        if names_version(criteria) {
            let says_something = !self.spans.is_empty() || !self.versions.is_empty();
            return if says_something { vec![plain] } else { Vec::new() };
        }
        let mut matches = Vec::with_capacity(self.spans.len() + self.versions.len());
        for span in &self.spans {
            let mut one = plain.clone();
            match &span.low {
                Some(side) if side.included => one.start_including = Some(side.version.clone()),
                Some(side) => one.start_excluding = Some(side.version.clone()),
                None => {}
            }
            match &span.high {
                Some(side) if side.included => one.end_including = Some(side.version.clone()),
                Some(side) => one.end_excluding = Some(side.version.clone()),
                None => {}
            }
            matches.push(one);
        }
        for version in &self.versions {
            let exact = Some(version.clone());
            matches.push(CpeMatch { start_including: exact.clone(), end_including: exact, ..plain.clone() });
        }
        matches
    }
}

/// True when the version attribute is a value, not `*`, `-` or absent.
fn names_version(criteria: &str) -> bool {
    let index = if criteria.starts_with("cpe:2.3:") { 5 } else { 4 };
    let value = criteria.split(':').nth(index).unwrap_or_default();
    !matches!(value, "" | "*" | "-" | "%2a" | "%02")
}
