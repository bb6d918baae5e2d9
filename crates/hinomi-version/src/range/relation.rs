// SPDX-License-Identifier: Apache-2.0
//! Relations of package managers: Debian's `foo (>= 1.2), foo (<< 2)`, RPM's `foo >= 1:1.2-3`, and comparisons for
//! schemes without a syntax of their own.
//!
//! ```text
//! relations parted by commas all hold; alternatives are parted by |
//! ```
//! Sources: Debian Policy 7.1 and dpkg (`<` and `>` mean `<=` and `>=`); rpm 4.18 `rpmverOverlap`.

use std::cmp::Ordering;

use crate::range::Test;
use crate::scheme::rpm;
use crate::{Scheme, VersionError, compare};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    Test(Test),
    NotEqual,
}

pub(super) fn contains(scheme: Scheme, range: &str, version: &str) -> Result<bool, VersionError> {
    let mut inside = true;
    let mut any = false;
    for part in range.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let mut part_holds = false;
        for alternative in part.split('|').map(str::trim).filter(|alternative| !alternative.is_empty()) {
            part_holds |= alternative_holds(scheme, range, alternative, version)?;
            any = true;
        }
        inside &= part_holds;
    }
    if !any {
        return Err(VersionError::range("relation", range, "it is empty"));
    }
    Ok(inside)
}

/// One or more relations in a row, `>= 1.0 < 2.0`, of which all must hold; a package name before each is passed over.
fn alternative_holds(scheme: Scheme, range: &str, text: &str, version: &str) -> Result<bool, VersionError> {
    let fail = |reason| VersionError::range("relation", range, reason);
    if text == "*" {
        return Ok(true);
    }
    let is_sign = |letter: char| matches!(letter, '<' | '>' | '=' | '!');
    let bare = text.trim_matches(|letter: char| matches!(letter, '(' | ')') || letter.is_whitespace());
    let Some(first) = bare.find(is_sign) else {
        // Without a sign, the version itself.
        return Ok(compare(scheme, version, bare)?.is_eq());
    };
    let name = bare[..first].trim_end_matches(|letter: char| letter == '(' || letter.is_whitespace());
    if name.contains(char::is_whitespace) {
        return Err(fail("a relation has more than a package's name before its sign"));
    }
    let mut rest = &bare[first..];
    let mut inside = true;
    while !rest.is_empty() {
        let sign_end = rest.find(|letter| !is_sign(letter)).ok_or_else(|| fail("a sign has no version"))?;
        let relation = relation(scheme, &rest[..sign_end]).ok_or_else(|| fail("it has an unknown sign"))?;
        let after = rest[sign_end..].trim_start();
        let end = after.find(|letter: char| letter.is_whitespace() || is_sign(letter)).unwrap_or(after.len());
        if end == 0 {
            return Err(fail("a sign has no version"));
        }
        inside &= holds(scheme, relation, version, &after[..end])?;
        rest = after[end..].trim_start();
    }
    Ok(inside)
}

fn relation(scheme: Scheme, sign: &str) -> Option<Relation> {
    Some(match sign {
        "<<" if scheme == Scheme::Deb => Relation::Test(Test::Less),
        ">>" if scheme == Scheme::Deb => Relation::Test(Test::Greater),
        "<" if scheme == Scheme::Deb => Relation::Test(Test::AtMost),
        ">" if scheme == Scheme::Deb => Relation::Test(Test::AtLeast),
        "<" => Relation::Test(Test::Less),
        ">" => Relation::Test(Test::Greater),
        "<=" | "=<" => Relation::Test(Test::AtMost),
        ">=" | "=>" => Relation::Test(Test::AtLeast),
        "=" | "==" => Relation::Test(Test::Equal),
        "!=" => Relation::NotEqual,
        _ => return None,
    })
}

fn holds(scheme: Scheme, relation: Relation, version: &str, bound: &str) -> Result<bool, VersionError> {
    if scheme == Scheme::Rpm
        && let Relation::Test(test) = relation
    {
        return Ok(rpm_holds(test, version, bound));
    }
    if !scheme.is_valid(bound) {
        return Err(VersionError::invalid(scheme, bound, "its reference tool refuses it"));
    }
    let order = compare(scheme, version, bound)?;
    Ok(match relation {
        Relation::Test(test) => test.passes(order),
        Relation::NotEqual => order.is_ne(),
    })
}

/// A side without a release stands for every release, as long as it may be equal.
fn rpm_holds(test: Test, version: &str, bound: &str) -> bool {
    let (version_main, version_release) = rpm::main_and_release(version);
    let (bound_main, bound_release) = rpm::main_and_release(bound);
    let order = version_main.cmp(&bound_main);
    if order.is_ne() {
        return test.passes(order);
    }
    match (version_release, bound_release) {
        (Some(version_release), Some(bound_release)) => test.passes(version_release.cmp(&bound_release)),
        (Some(_), None) => matches!(test, Test::Equal | Test::AtLeast | Test::AtMost),
        (None, Some(_)) => true,
        (None, None) => test.passes(Ordering::Equal),
    }
}
