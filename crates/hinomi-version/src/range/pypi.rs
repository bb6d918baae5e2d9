// SPDX-License-Identifier: Apache-2.0
//! Python version specifiers, `>=1.0,!=1.3.*,<2`, as `packaging` applies them with pre-releases allowed.
//!
//! Source: PEP 440, "Version specifiers"; packaging 26 `specifiers.py`. A version that PEP 440 does not know was refused up
//! to packaging 25 and is in no range since 26: here it stays refused, because what cannot be placed is not known.

use crate::key::strip_zeros;
use crate::range::gem::raise;
use crate::range::{Test, split_test};
use crate::scheme::pypi::{self, Pep440, is_python_space};
use crate::{Scheme, VersionError};

pub(super) fn contains(range: &str, version: &str) -> Result<bool, VersionError> {
    let candidate = pypi::parse(version);
    let mut inside = true;
    for specifier in range.split(',').map(str::trim).filter(|specifier| !specifier.is_empty()) {
        inside &= match (specifier.strip_prefix("==="), &candidate) {
            (Some(exact), _) if exact.trim().contains(|c| matches!(c, ';' | ')') || is_python_space(c)) => {
                return Err(VersionError::range("pypi", range, "it is no version specifier"));
            }
            (Some(exact), _) => exact.trim().eq_ignore_ascii_case(version),
            (None, Some(candidate)) => holds(specifier, candidate)
                .ok_or_else(|| VersionError::range("pypi", range, "it is no version specifier"))?,
            (None, None) => {
                return Err(VersionError::invalid(Scheme::Pypi, version, "it does not follow PEP 440"));
            }
        };
    }
    Ok(inside)
}

/// `===` compares texts, and so takes versions that PEP 440 does not know.
pub(super) fn is_arbitrary_equality(range: &str) -> bool {
    range.split(',').all(|specifier| specifier.trim().starts_with("==="))
}

fn holds(specifier: &str, candidate: &Pep440<'_>) -> Option<bool> {
    if let Some(bound) = specifier.strip_prefix("~=") {
        return compatible(plain(bound)?, candidate);
    }
    if let Some(bound) = specifier.strip_prefix("!=") {
        return Some(!equals(bound, candidate)?);
    }
    match split_test(specifier) {
        (Some(Test::Equal), bound) if specifier.starts_with("==") => equals(bound, candidate),
        (None | Some(Test::Equal), _) => None,
        (Some(test), bound) => ordered(test, plain(bound)?, candidate),
    }
}

/// A bound without a local part, as every ordered comparison needs it.
fn plain(bound: &str) -> Option<Pep440<'_>> {
    pypi::parse(bound).filter(|bound| bound.local.is_none())
}

fn equals(bound: &str, candidate: &Pep440<'_>) -> Option<bool> {
    if let Some(prefix) = bound.trim().strip_suffix(".*") {
        let prefix = plain(prefix).filter(|_| !prefix.ends_with(char::is_whitespace))?;
        let is_release = prefix.pre.is_none() && prefix.post.is_none() && prefix.dev.is_none();
        return is_release.then(|| starts_with(candidate, &prefix, usize::MAX));
    }
    let bound = pypi::parse(bound)?;
    let candidate = if bound.local.is_none() { without_local(candidate) } else { *candidate };
    Some(key(&candidate) == key(&bound))
}

/// Whether the first `count` numbers of a prefix start the candidate; numbers it lacks are zero.
fn starts_with(candidate: &Pep440<'_>, prefix: &Pep440<'_>, count: usize) -> bool {
    let mut numbers = candidate.release.split(|byte| *byte == b'.');
    let mut wanted = prefix.release.split(|byte| *byte == b'.').take(count);
    let same_epoch = strip_zeros(candidate.epoch) == strip_zeros(prefix.epoch);
    same_epoch && wanted.all(|number| strip_zeros(number) == strip_zeros(numbers.next().unwrap_or_default()))
}

fn compatible(bound: Pep440<'_>, candidate: &Pep440<'_>) -> Option<bool> {
    let count = bound.release.split(|byte| *byte == b'.').count();
    if count < 2 {
        return None;
    }
    Some(key(&without_local(candidate)) >= key(&bound) && starts_with(candidate, &bound, count - 1))
}

fn ordered(test: Test, bound: Pep440<'_>, candidate: &Pep440<'_>) -> Option<bool> {
    Some(match test {
        Test::AtMost | Test::AtLeast => test.passes(key(&without_local(candidate)).cmp(&key(&bound))),
        // 2.0rc1 comes before 2.0, and still is not what "<2.0" asks for: the bound is the first 2.0 there can be.
        Test::Less if bound.pre.is_none() && bound.dev.is_none() => {
            key(candidate) < key(&Pep440 { dev: Some(b"0"), ..bound })
        }
        Test::Less => key(candidate) < key(&bound),
        Test::Greater => is_beyond(candidate, &bound),
        Test::Equal => return None,
    })
}

/// `>V` leaves out V's local versions, and its post-releases unless V is one: the next real version is beyond.
fn is_beyond(candidate: &Pep440<'_>, bound: &Pep440<'_>) -> bool {
    let next = |digits: &[u8]| raise(&String::from_utf8_lossy(digits)).into_bytes();
    match (bound.dev, bound.post) {
        (Some(dev), _) => key(candidate) >= key(&Pep440 { dev: Some(&next(dev)), ..*bound }),
        (None, Some(post)) => {
            key(candidate) >= key(&Pep440 { post: Some(&next(post)), dev: Some(b"0"), ..*bound })
        }
        (None, None) => {
            let pre =
                |version: &Pep440<'_>| version.pre.map(|(rank, digits)| (rank, strip_zeros(digits).to_vec()));
            let same_release =
                starts_with(candidate, bound, usize::MAX) && starts_with(bound, candidate, usize::MAX);
            key(candidate) > key(bound) && !(same_release && pre(candidate) == pre(bound))
        }
    }
}

fn without_local<'a>(version: &Pep440<'a>) -> Pep440<'a> {
    Pep440 { local: None, ..*version }
}

fn key(version: &Pep440<'_>) -> Vec<u8> {
    let mut key = Vec::new();
    pypi::push_parts(version, &mut key);
    key
}
