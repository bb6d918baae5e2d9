// SPDX-License-Identifier: Apache-2.0
//! The rules for events, each with the smallest case that shows it.

use hinomi_advisory_formats::{Event, Range, RangeKind};
use hinomi_version::Scheme;

use super::{End, intervals};

/// Events as `>1` introduced, `<2` fixed, `=2` last affected, `!2` limit.
fn range(events: &str) -> Range {
    let events = events
        .split_whitespace()
        .map(|word| {
            let (sign, version) = word.split_at(1);
            let version = version.to_owned();
            match sign {
                ">" => Event::Introduced(version),
                "<" => Event::Fixed(version),
                "=" => Event::LastAffected(version),
                _ => Event::Limit(version),
            }
        })
        .collect();
    Range {
        kind: RangeKind::Ecosystem,
        repo: None,
        events,
        database_specific: serde_json::Value::Null,
        extra: serde_json::Map::new(),
    }
}

fn shown(scheme: Scheme, events: &str) -> String {
    let (found, _) = intervals(&range(events), scheme);
    let text =
        |bound: &Option<super::Bound>| bound.as_ref().map_or("*".to_owned(), |bound| bound.text.clone());
    let show = |interval: &super::Interval| {
        let close = match interval.end {
            End::Open | End::Fixed => ")",
            End::LastAffected => "]",
            End::Limit => "|",
        };
        format!("[{},{}{close}", text(&interval.lo), text(&interval.hi))
    };
    found.iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn events_are_sorted_before_they_are_read() {
    assert_eq!(shown(Scheme::Pypi, "<2.0 >3.0 <4.0 >1.0"), "[1.0,2.0) [3.0,4.0)");
    assert_eq!(shown(Scheme::Pypi, ">1.10 <1.9 >1.2 <1.11"), "[1.2,1.9) [1.10,1.11)");
}

#[test]
fn at_one_version_the_fix_closes_before_the_next_interval_opens() {
    assert_eq!(shown(Scheme::Pypi, ">1.0 >2.0 <2.0 <3.0"), "[1.0,2.0) [2.0,3.0)");
    assert_eq!(shown(Scheme::Pypi, ">1.0 =2.0 >2.0 <3.0"), "[1.0,2.0]");
}

#[test]
fn the_last_affected_version_is_affected() {
    assert_eq!(shown(Scheme::Semver, ">0 =2.0.0"), "[*,2.0.0]");
    assert_eq!(shown(Scheme::Semver, ">2.0.0 =2.0.0"), "[2.0.0,2.0.0]");
}

#[test]
fn zero_is_before_every_version() {
    assert_eq!(shown(Scheme::Go, ">0 <1.2.0"), "[*,1.2.0)");
    assert_eq!(shown(Scheme::Go, ">0"), "[*,*)");
    assert_eq!(shown(Scheme::Apk, ">0 <0"), "[*,0)", "before the version 0 there are only its pre-releases");
}

#[test]
fn a_limit_ends_what_the_record_says() {
    assert_eq!(shown(Scheme::Semver, ">1.0.0 !2.0.0"), "[1.0.0,2.0.0|");
    assert_eq!(shown(Scheme::Semver, ">1.0.0 <1.5.0 !2.0.0"), "[1.0.0,1.5.0)");
    assert_eq!(shown(Scheme::Semver, ">1.0.0 !2.0.0 !3.0.0"), "[1.0.0,3.0.0|");
    assert_eq!(shown(Scheme::Semver, ">1.0.0 !2.0.0 !*"), "[1.0.0,*)");
    assert_eq!(shown(Scheme::Semver, ">3.0.0 !2.0.0"), "");
    assert_eq!(shown(Scheme::Semver, ">1.0.0 !oops"), "");
}

#[test]
fn a_bad_bound_takes_only_its_own_interval() {
    let (_, unplaced) = intervals(&range(">1.0 <oops! >3.0 <4.0"), Scheme::Pypi);
    assert_eq!(unplaced.len(), 1);
    assert_eq!(unplaced[0].version, "oops!");
    assert_eq!(shown(Scheme::Pypi, ">1.0 <oops! >3.0 <4.0"), "[3.0,4.0)");
    assert_eq!(shown(Scheme::Pypi, ">oops! <2.0 >3.0 <4.0"), "[3.0,4.0)");
    assert_eq!(shown(Scheme::Pypi, ">1.0 <2.0 >oops!"), "[1.0,2.0)");
    assert_eq!(shown(Scheme::Pypi, ">0 <oops!"), "");
}

#[test]
fn repeated_and_stray_events_change_nothing() {
    assert_eq!(shown(Scheme::Pypi, ">1.0 >1.5 <2.0"), "[1.0,2.0)");
    assert_eq!(shown(Scheme::Pypi, "<1.0 >1.5 <2.0 <2.5"), "[1.5,2.0)");
    assert_eq!(shown(Scheme::Pypi, "<1.0"), "");
    assert_eq!(shown(Scheme::Pypi, ""), "");
}
