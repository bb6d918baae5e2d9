// SPDX-License-Identifier: Apache-2.0
//! Native ranges rewritten as `vers:` URIs, for sources that publish npm, PyPI, Conan or nginx ranges.
//!
//! ```text
//! ^1.2.3 || 2.x   ─▶   vers:npm/>=1.2.3|<2.0.0|>=2.0.0|<3.0.0
//! ```
//! The URI is pure order: what the native syntax says about pre-releases beyond order is not in it. The constraints of
//! all alternatives are sorted together, and none is dropped. Source: package-url/vers-spec, `tests/*_from_native_*`.

use crate::VersionError;
use crate::range::gem::raise;
use crate::range::vers::{Comparator, Constraint, VersRange};

/// Rewrites a range of npm, PyPI, Conan or nginx; `ty` is the VERS type.
pub fn vers_from_native(ty: &str, range: &str) -> Result<VersRange, VersionError> {
    let read = match ty {
        "npm" => npm(range),
        "pypi" => pypi(range),
        "conan" => conan(range),
        "nginx" => nginx(range),
        _ => None,
    };
    let constraints =
        read.ok_or_else(|| VersionError::range("native", range, "it cannot be rewritten as vers"))?;
    VersRange::new(ty, constraints)
}

type Constraints = Vec<Constraint>;

fn constraint(comparator: Comparator, version: impl Into<String>) -> Constraint {
    Constraint { comparator, version: version.into() }
}

fn between(low: impl Into<String>, high: impl Into<String>) -> Constraints {
    vec![constraint(Comparator::AtLeast, low), constraint(Comparator::Less, high)]
}

/// A leading sign and what follows it.
fn signed(word: &str) -> Option<(Comparator, &str)> {
    const SIGNS: [(&str, Comparator); 7] = [
        (">=", Comparator::AtLeast),
        ("<=", Comparator::AtMost),
        ("!=", Comparator::NotEqual),
        ("==", Comparator::Equal),
        (">", Comparator::Greater),
        ("<", Comparator::Less),
        ("=", Comparator::Equal),
    ];
    SIGNS.iter().find_map(|(sign, comparator)| Some((*comparator, word.strip_prefix(sign)?)))
}

/// Words of an alternative, a lone sign joined with the version behind it.
fn words(alternative: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in alternative.split_whitespace() {
        match words.last_mut() {
            Some(last) if last.bytes().all(|byte| b"<>=!~^".contains(&byte)) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn npm(range: &str) -> Option<Constraints> {
    if range.trim() == "*" {
        return Some(Vec::new());
    }
    let mut constraints = Vec::new();
    for alternative in range.split("||") {
        if let Some((from, to)) = alternative.split_once(" - ") {
            constraints.push(constraint(Comparator::AtLeast, npm_full(from.trim())?));
            constraints.push(constraint(Comparator::AtMost, npm_full(to.trim())?));
            continue;
        }
        for word in words(alternative) {
            constraints.extend(npm_word(&word)?);
        }
    }
    Some(constraints)
}

fn npm_word(word: &str) -> Option<Constraints> {
    if let Some(version) = word.strip_prefix('^') {
        let numbers = npm_numbers(version)?;
        let first = numbers.iter().position(|number| *number != "0").unwrap_or(numbers.len() - 1);
        return Some(between(npm_full(version)?, npm_raised(&numbers, first)));
    }
    if let Some(version) = word.strip_prefix("~>").or_else(|| word.strip_prefix('~')) {
        let numbers = npm_numbers(version)?;
        return Some(between(npm_full(version)?, npm_raised(&numbers, 1.min(numbers.len() - 1))));
    }
    let (comparator, version) = signed(word).unwrap_or((Comparator::Equal, word));
    let open = version.split('.').position(|part| matches!(part, "x" | "X" | "*"));
    match open {
        Some(0) => Some(Vec::new()),
        Some(count) => {
            let numbers: Vec<&str> = version.trim_start_matches('v').split('.').take(count).collect();
            let low = npm_full(&numbers.join("."))?;
            Some(between(low, npm_raised(&numbers, count - 1)))
        }
        None => Some(vec![constraint(comparator, npm_full(version)?)]),
    }
}

/// The numbers of a version, without its pre-release.
fn npm_numbers(version: &str) -> Option<Vec<&str>> {
    let core = version.trim_start_matches('v').split(['-', '+']).next()?;
    let numbers: Vec<&str> = core.split('.').collect();
    let well_formed = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (numbers.len() <= 3 && numbers.iter().all(well_formed)).then_some(numbers)
}

/// Three numbers, missing ones zero, and the pre-release.
fn npm_full(version: &str) -> Option<String> {
    let version = version.trim_start_matches('v');
    let numbers = npm_numbers(version)?;
    let tail = version.find(['-', '+']).map_or("", |at| &version[at..]);
    let missing = ".0".repeat(3 - numbers.len());
    Some(format!("{}{missing}{tail}", numbers.join(".")))
}

fn npm_raised(numbers: &[&str], place: usize) -> String {
    let kept = numbers[..place].iter().map(|number| (*number).to_owned());
    let raised =
        kept.chain([raise(numbers[place])]).chain(std::iter::repeat_n("0".to_owned(), 2 - place.min(2)));
    raised.collect::<Vec<_>>().join(".")
}

fn pypi(range: &str) -> Option<Constraints> {
    let specifiers = range.split(',').map(str::trim).filter(|specifier| !specifier.is_empty());
    let constraints = specifiers.map(|specifier| {
        let (comparator, version) = signed(specifier)?;
        let version = version.trim();
        let plain = !version.is_empty() && !version.contains('*') && !version.starts_with('=');
        plain.then(|| constraint(comparator, version))
    });
    constraints.collect()
}

fn conan(range: &str) -> Option<Constraints> {
    let range = range.split(',').next()?;
    let mut constraints = Vec::new();
    for alternative in range.split("||") {
        for word in alternative.split_whitespace() {
            constraints.extend(conan_word(word)?);
        }
    }
    Some(constraints)
}

/// A dash at the end only says that pre-releases count; pure order needs no such word.
fn conan_word(word: &str) -> Option<Constraints> {
    let word = word.strip_suffix('-').unwrap_or(word);
    if matches!(word, "" | "*") {
        return Some(vec![constraint(Comparator::AtLeast, "0.0.0")]);
    }
    let (version, is_tilde) = match (word.strip_prefix('~'), word.strip_prefix('^')) {
        (Some(version), _) => (version, true),
        (_, Some(version)) => (version, false),
        _ => {
            let (comparator, version) = signed(word).unwrap_or((Comparator::Equal, word));
            return (!version.is_empty()).then(|| vec![constraint(comparator, version)]);
        }
    };
    let numbers: Vec<&str> = version.split('-').next()?.split('.').collect();
    if numbers.iter().any(|number| number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let place = match is_tilde {
        true => 1.min(numbers.len() - 1),
        false => numbers.iter().position(|number| *number != "0").unwrap_or(numbers.len() - 1),
    };
    let mut high: Vec<String> = numbers[..place].iter().map(|number| (*number).to_owned()).collect();
    high.push(raise(numbers[place]));
    // The dash excludes the pre-releases of the upper bound.
    Some(between(version, format!("{}-", high.join("."))))
}

/// `1.5.0+, 1.4.1+` names the first fixed version of each branch; an even branch ends at the next minor version.
fn nginx(range: &str) -> Option<Constraints> {
    let mut constraints = Vec::new();
    for item in range.split(',').map(str::trim) {
        if let Some(first) = item.strip_suffix('+') {
            let numbers = npm_numbers(first)?;
            let [_, minor, _] = numbers.as_slice() else { return None };
            constraints.push(constraint(Comparator::AtLeast, first));
            // Odd minor versions are nginx's mainline, which goes on.
            let is_stable = minor.bytes().last().is_some_and(|digit| digit % 2 == 0);
            if is_stable {
                constraints.push(constraint(Comparator::Less, npm_raised(&numbers, 1)));
            }
        } else if let Some((from, to)) = item.split_once('-') {
            constraints.push(constraint(Comparator::AtLeast, from));
            constraints.push(constraint(Comparator::AtMost, to));
        } else {
            constraints.push(constraint(Comparator::Equal, item));
        }
    }
    Some(constraints)
}
