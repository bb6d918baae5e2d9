// SPDX-License-Identifier: Apache-2.0
//! Package URLs (purl), ECMA-427: `pkg:type/namespace/name@version?qualifiers#subpath`.
//!
//! Parsing is tolerant where real inventories are careless (upper-case types, unencoded `@` in a scope, empty
//! qualifiers) and strict where a purl would name nothing (no type, no name, a namespace where the type forbids one).
//! [`Display`](std::fmt::Display) writes the canonical form, which parses to the same value.
//!
//! ```
//! use hinomi_version::purl::Purl;
//!
//! let purl: Purl = "pkg:PYPI/Django_Rest@3.15.2?Arch=any".parse()?;
//! assert_eq!(purl.to_string(), "pkg:pypi/django-rest@3.15.2?arch=any");
//! assert_eq!(purl.qualifier("arch"), Some("any"));
//! # Ok::<(), hinomi_version::purl::PurlError>(())
//! ```

mod types;
mod write;

use std::str::FromStr;

use crate::error::shorten;

/// A package URL in normal form: decoded, and with its type's rules applied.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purl {
    /// The type, lower case: `npm`, `deb`, `maven` …
    pub ty: String,
    /// Namespace segments joined with `/`: a scope, a vendor, a group.
    pub namespace: Option<String>,
    pub name: String,
    pub version: Option<String>,
    /// Sorted by key, keys in lower case, no empty values.
    pub qualifiers: Vec<(String, String)>,
    pub subpath: Option<String>,
}

/// Why a text is not a package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{purl:?} is not a package URL: {reason}")]
pub struct PurlError {
    pub purl: Box<str>,
    pub reason: &'static str,
}

impl Purl {
    /// Reads a package URL in any spelling the specification lets a reader accept.
    pub fn parse(text: &str) -> Result<Purl, PurlError> {
        read(text).map_err(|reason| PurlError { purl: shorten(text), reason })
    }

    /// Builds a purl from its parts, applying the same rules as [`Purl::parse`].
    pub fn build(
        ty: &str,
        namespace: Option<&str>,
        name: &str,
        version: Option<&str>,
        qualifiers: impl IntoIterator<Item = (String, String)>,
        subpath: Option<&str>,
    ) -> Result<Purl, PurlError> {
        let raw = Purl {
            ty: ty.to_owned(),
            namespace: namespace.map(|path| segments(path).join("/")).filter(|path| !path.is_empty()),
            name: name.trim_matches('/').to_owned(),
            version: version.filter(|text| !text.is_empty()).map(str::to_owned),
            qualifiers: qualifiers.into_iter().collect(),
            subpath: subpath.and_then(clean_subpath),
        };
        finish(raw).map_err(|reason| PurlError { purl: shorten(name), reason })
    }

    /// The value of a qualifier; keys are lower case.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        let found = self.qualifiers.iter().find(|(candidate, _)| candidate == key)?;
        Some(&found.1)
    }
}

impl FromStr for Purl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Purl::parse(text)
    }
}

/// Right to left, as the specification's parsing steps go: subpath, qualifiers, scheme, type, version, name, namespace.
fn read(text: &str) -> Result<Purl, &'static str> {
    let (rest, subpath) = match text.split_once('#') {
        Some((rest, raw)) => (rest, Some(decode_subpath(raw)?)),
        None => (text, None),
    };
    let (rest, raw_qualifiers) = match rest.split_once('?') {
        Some((rest, raw)) => (rest, raw),
        None => (rest, ""),
    };
    let scheme = rest.get(..4).ok_or("it does not start with pkg:")?;
    if !scheme.eq_ignore_ascii_case("pkg:") {
        return Err("it does not start with pkg:");
    }
    let rest = rest[4..].trim_matches('/');
    let (ty, path) = rest.split_once('/').ok_or("it has no name")?;

    let (path, version) = split_version(path.trim_start_matches('/'));
    let version = version.map(decode).transpose()?.filter(|version| !version.is_empty());
    let (namespace, name) = match split_name(ty, path) {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, path),
    };
    let namespace = namespace.map(decode_namespace).transpose()?.filter(|path| !path.is_empty());

    let mut qualifiers = Vec::new();
    for pair in raw_qualifiers.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or("a qualifier has no value")?;
        qualifiers.push((key.to_owned(), decode(value)?));
    }
    let name = decode(name)?;
    finish(Purl { ty: ty.to_owned(), namespace, name, version, qualifiers, subpath: subpath.flatten() })
}

/// The name is the last segment; of a git repository it is everything behind the host.
fn split_name<'a>(ty: &str, path: &'a str) -> Option<(&'a str, &'a str)> {
    if ty.eq_ignore_ascii_case("git") { path.split_once('/') } else { path.rsplit_once('/') }
}

/// The version starts at the last `@`, unless that `@` opens a scope: `@scope/name` has no version.
fn split_version(path: &str) -> (&str, Option<&str>) {
    let Some(at) = path.rfind('@') else { return (path, None) };
    let (before, version) = (&path[..at], &path[at + 1..]);
    let opens_scope = version.contains('/') && (before.is_empty() || before.ends_with('/'));
    if opens_scope { (path, None) } else { (before, Some(version)) }
}

/// The rules that hold for parsed and for built purls alike.
fn finish(mut purl: Purl) -> Result<Purl, &'static str> {
    let starts_well = purl.ty.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    if !starts_well {
        return Err("its type does not start with a letter");
    }
    if !purl.ty.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')) {
        return Err("its type has a character that is not a letter, digit, dot or dash");
    }
    purl.ty.make_ascii_lowercase();
    if purl.ty == "git" {
        part_repository(&mut purl);
    }
    if purl.name.is_empty() {
        return Err("it has no name");
    }
    // An encoded slash parts segments too, since a segment has none; so what is written reads back as the same.
    let is_uneven = |path: &String| path.split('/').any(str::is_empty);
    if let Some(path) = purl.namespace.take_if(|path| is_uneven(path)) {
        purl.namespace = Some(segments(&path).join("/")).filter(|path| !path.is_empty());
    }
    purl.qualifiers.retain(|(_, value)| !value.is_empty());
    for (key, _) in &mut purl.qualifiers {
        let well_formed = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
            && key.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        if !well_formed {
            return Err(
                "a qualifier key has a character that is not a letter, digit, dot, dash or underscore",
            );
        }
        key.make_ascii_lowercase();
    }
    purl.qualifiers.sort();
    if purl.qualifiers.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err("a qualifier is given twice");
    }
    types::apply(&mut purl)?;
    Ok(purl)
}

/// The host of a git repository is the first segment, encoded slashes counted; everything else is its name.
fn part_repository(purl: &mut Purl) {
    let path = [purl.namespace.take().unwrap_or_default().as_str(), &purl.name].join("/");
    let (namespace, name) = match segments(&path).as_slice() {
        [host, name @ ..] if !name.is_empty() => (Some((*host).to_owned()), name.join("/")),
        name => (None, name.concat()),
    };
    (purl.namespace, purl.name) = (namespace, name);
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn decode_namespace(raw: &str) -> Result<String, &'static str> {
    let decoded = segments(raw).into_iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    Ok(decoded.join("/"))
}

fn decode_subpath(raw: &str) -> Result<Option<String>, &'static str> {
    let decoded = segments(raw).into_iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    Ok(clean_subpath(&decoded.join("/")))
}

/// Drops what a path inside a package cannot mean: empty, `.` and `..` segments.
fn clean_subpath(path: &str) -> Option<String> {
    let kept: Vec<&str> =
        segments(path).into_iter().filter(|segment| !matches!(*segment, "." | "..")).collect();
    (!kept.is_empty()).then(|| kept.join("/"))
}

/// Percent-decoding. A `%` without two hexadecimal digits is kept as it is: inventories write `%` raw.
pub(crate) fn decode(text: &str) -> Result<String, &'static str> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1).and_then(hex), bytes.get(at + 2).and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                at += 3;
            }
            (byte, _, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_err(|_| "its percent-encoding does not decode to UTF-8")
}

fn hex(byte: &u8) -> Option<u8> {
    char::from(*byte).to_digit(16).map(|digit| digit as u8)
}
