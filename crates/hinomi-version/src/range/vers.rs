// SPDX-License-Identifier: Apache-2.0
//! `vers:` URIs (VERS 1.0 draft, package-url/vers-spec): a type and constraints in ascending order of their versions.
//!
//! ```text
//! vers:pypi/>=1.0|!=1.3|<2.0|2.4        in: 1.0 to 2.0 but for 1.3, and 2.4
//! ```
//! After exact matches are settled, the bounds are walked in pairs: `>` and then `<` hold an interval between them.

use std::cmp::Ordering;
use std::fmt;

use crate::range::sort::merge_sort;
use crate::{Scheme, VersionError, compare};

const SYNTAX: &str = "vers";

/// How a constraint bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparator {
    const SIGNS: [(&str, Comparator); 6] = [
        (">=", Comparator::AtLeast),
        ("<=", Comparator::AtMost),
        ("!=", Comparator::NotEqual),
        (">", Comparator::Greater),
        ("<", Comparator::Less),
        ("=", Comparator::Equal),
    ];

    /// The sign as people write it; `=` is left out in a URI.
    pub fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(_, known)| *known == self).map_or("=", |(sign, _)| sign)
    }

    fn opens_upwards(self) -> bool {
        matches!(self, Comparator::Greater | Comparator::AtLeast)
    }

    fn opens_downwards(self) -> bool {
        matches!(self, Comparator::Less | Comparator::AtMost)
    }
}

/// A comparator and the version it bounds with, percent-decoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Constraint {
    pub comparator: Comparator,
    pub version: String,
}

/// A parsed `vers:` URI. No constraints means `*`, every version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersRange {
    ty: String,
    constraints: Vec<Constraint>,
}

impl VersRange {
    /// Reads a URI in any order and spacing and brings its constraints into canonical order.
    pub fn parse(text: &str) -> Result<VersRange, VersionError> {
        let compact: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
        let mut range = read(&compact).map_err(|reason| VersionError::range(SYNTAX, text, reason))?;
        range.sort()?;
        Ok(range)
    }

    /// Reads a URI only if it is written canonically.
    pub fn parse_canonical(text: &str) -> Result<VersRange, VersionError> {
        let fail = |reason| VersionError::range(SYNTAX, text, reason);
        if text.contains(|letter: char| letter.is_ascii_whitespace()) {
            return Err(fail("whitespace is not permitted"));
        }
        let range = read(text).map_err(fail)?;
        if range.ty == "datetime" && text[5..].contains(['t', 'z']) && !text.ends_with('*') {
            let versions = range.constraints.iter().map(|constraint| &constraint.version);
            if versions.into_iter().any(|version| version.contains(['t', 'z'])) {
                return Err(fail("a datetime must use upper-case T and Z"));
            }
        }
        if range.to_string() != text {
            return Err(fail("its percent-encoding or spelling is not canonical"));
        }
        let mut sorted = range.clone();
        sorted.sort()?;
        if sorted != range {
            return Err(fail("its constraints are not sorted by version"));
        }
        Ok(range)
    }

    /// A range of constraints in any order.
    pub fn new(ty: &str, constraints: Vec<Constraint>) -> Result<VersRange, VersionError> {
        let mut range = VersRange { ty: ty.to_ascii_lowercase(), constraints };
        range.sort()?;
        Ok(range)
    }

    /// The versioning type: `npm`, `deb`, `maven` …
    pub fn ty(&self) -> &str {
        &self.ty
    }

    /// The scheme of the type, if it is one we can order.
    pub fn scheme(&self) -> Option<Scheme> {
        Scheme::from_name(&self.ty)
    }

    pub fn constraints(&self) -> &[Constraint] {
        &self.constraints
    }

    /// Whether a version is inside; an error where it, or a bound it must be compared with, cannot be ordered.
    pub fn contains(&self, version: &str) -> Result<bool, VersionError> {
        let scheme = self.known_scheme()?;
        if !scheme.is_valid(version) {
            return Err(VersionError::invalid(scheme, version, "its reference tool refuses it"));
        }
        if self.constraints.is_empty() {
            return Ok(true);
        }
        let mut bounds: Vec<(Comparator, Ordering)> = Vec::with_capacity(self.constraints.len());
        let mut has_exact = false;
        for constraint in &self.constraints {
            let order = compare(scheme, version, &constraint.version)?;
            let is_one = matches!(constraint.comparator, Comparator::Equal | Comparator::NotEqual);
            if !(is_one || order.is_eq())
                && let Some(branch) =
                    [version, &constraint.version].into_iter().find(|text| !scheme.is_in_line(text))
            {
                return Err(VersionError::invalid(scheme, branch, "ranges say nothing of branches"));
            }
            match constraint.comparator {
                Comparator::Equal | Comparator::AtMost | Comparator::AtLeast if order.is_eq() => {
                    return Ok(true);
                }
                Comparator::NotEqual if order.is_eq() => return Ok(false),
                Comparator::Equal => has_exact = true,
                Comparator::NotEqual => {}
                comparator => bounds.push((comparator, order)),
            }
        }
        Ok(match bounds.as_slice() {
            // Only exclusions, and none of them hit: everything else is inside.
            [] => !has_exact,
            bounds => is_between(&simplify(bounds)),
        })
    }

    fn known_scheme(&self) -> Result<Scheme, VersionError> {
        self.scheme().ok_or_else(|| VersionError::range(SYNTAX, &self.ty, "no scheme of this name is known"))
    }

    /// Ascending by version; at one version an upper bound closes before another constraint opens, other ties stay as
    /// written. Types without a scheme keep their order.
    fn sort(&mut self) -> Result<(), VersionError> {
        let Some(scheme) = self.scheme() else { return Ok(()) };
        let mut failed = None;
        merge_sort(&mut self.constraints, &mut |left, right| {
            let order = compare(scheme, &left.version, &right.version).unwrap_or_else(|error| {
                failed.get_or_insert(error);
                Ordering::Equal
            });
            let closes = |constraint: &Constraint| constraint.comparator.opens_downwards();
            order.then_with(|| closes(right).cmp(&closes(left)))
        });
        failed.map_or(Ok(()), Err)
    }
}

/// Bounds that another one implies go: the first of several lower bounds in a row stays, and the last upper bound.
fn simplify(bounds: &[(Comparator, Ordering)]) -> Vec<(Comparator, Ordering)> {
    let mut kept: Vec<(Comparator, Ordering)> = Vec::with_capacity(bounds.len());
    for bound in bounds {
        match kept.last() {
            Some(last) if last.0.opens_upwards() && bound.0.opens_upwards() => continue,
            Some(last) if last.0.opens_downwards() && bound.0.opens_downwards() => {
                kept.pop();
            }
            _ => {}
        }
        kept.push(*bound);
    }
    kept
}

/// The walk over alternating bounds; `Ordering` is the version's place relative to each.
fn is_between(bounds: &[(Comparator, Ordering)]) -> bool {
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return false };
    if first.0.opens_downwards() && first.1.is_lt() || last.0.opens_upwards() && last.1.is_gt() {
        return true;
    }
    bounds.windows(2).any(|pair| {
        let (low, high) = (pair[0], pair[1]);
        low.0.opens_upwards() && high.0.opens_downwards() && low.1.is_gt() && high.1.is_lt()
    })
}

fn read(text: &str) -> Result<VersRange, &'static str> {
    let rest = text.strip_prefix("vers:").ok_or("it does not start with vers:")?;
    let (ty, list) = rest.split_once('/').ok_or("it has no slash behind its type")?;
    let is_type =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if ty.is_empty() || !ty.bytes().all(is_type) {
        return Err("its type is not lower-case letters and digits");
    }
    let mut constraints = Vec::new();
    if list != "*" {
        for item in list.split('|') {
            constraints.push(read_constraint(item)?);
        }
    }
    Ok(VersRange { ty: ty.to_owned(), constraints })
}

fn read_constraint(item: &str) -> Result<Constraint, &'static str> {
    let signed =
        Comparator::SIGNS.iter().find_map(|(sign, comparator)| Some((*comparator, item.strip_prefix(sign)?)));
    let (comparator, raw) = signed.unwrap_or((Comparator::Equal, item));
    if raw.is_empty() {
        return Err("a constraint is empty");
    }
    if raw.contains(['<', '>', '=', '!', '*']) {
        return Err("a version has a character that must be percent-encoded");
    }
    let well_encoded = raw
        .split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit));
    if !well_encoded {
        return Err("invalid percent-encoding in a version");
    }
    let version = crate::purl::decode(raw)?;
    Ok(Constraint { comparator, version })
}

impl fmt::Display for VersRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "vers:{}/", self.ty)?;
        if self.constraints.is_empty() {
            return out.write_str("*");
        }
        for (position, constraint) in self.constraints.iter().enumerate() {
            if position > 0 {
                out.write_str("|")?;
            }
            if constraint.comparator != Comparator::Equal {
                out.write_str(constraint.comparator.sign())?;
            }
            for byte in constraint.version.bytes() {
                match byte {
                    b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => write!(out, "{}", char::from(byte))?,
                    b'.' | b'-' | b'_' | b'~' | b':' | b'+' => write!(out, "{}", char::from(byte))?,
                    _ => write!(out, "%{byte:02X}")?,
                }
            }
        }
        Ok(())
    }
}
