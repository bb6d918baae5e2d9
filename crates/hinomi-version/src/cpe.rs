// SPDX-License-Identifier: Apache-2.0
//! CPE names: reading both bindings, writing them, and the set relations between names.
//!
//! ```text
//! cpe:2.3:a:openssl:openssl:1.1.1:k:*:*:*:*:*:*      formatted string (2.3)
//! cpe:/a:openssl:openssl:1.1.1:k                     URI (2.2)
//!         └── both read into eleven attributes, each ANY, NA or a value that may hold wildcards
//! ```
//! Sources: NISTIR 7695 (naming, bindings), NISTIR 7696 (matching). Reading is lenient where published names are
//! careless: missing trailing attributes are ANY, unquoted punctuation is itself.
//!
//! ```
//! use hinomi_version::cpe::{Attribute, Cpe, Relation};
//!
//! let pattern: Cpe = "cpe:2.3:a:openssl:openssl:1.1.*:*:*:*:*:*:*:*".parse()?;
//! let installed: Cpe = "cpe:/a:openssl:openssl:1.1.1:k".parse()?;
//! assert_eq!(pattern.relation(&installed), Relation::Superset);
//! assert_eq!(installed.to_string(), "cpe:2.3:a:openssl:openssl:1.1.1:k:*:*:*:*:*:*");
//! # Ok::<(), hinomi_version::cpe::CpeError>(())
//! ```

mod bind;
mod fold;
mod order;
mod relation;

use std::borrow::Cow;
use std::str::FromStr;

use crate::error::shorten;

pub use relation::Relation;

/// Longest value of an attribute. The longest published ones have some 200 bytes; the limit keeps matching cheap.
const LONGEST_VALUE: usize = 1024;

/// One of a name's eleven parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attribute {
    Part,
    Vendor,
    Product,
    Version,
    Update,
    Edition,
    Language,
    SwEdition,
    TargetSw,
    TargetHw,
    Other,
}

impl Attribute {
    /// In the order of the formatted string.
    pub const ALL: [Attribute; 11] = [
        Attribute::Part,
        Attribute::Vendor,
        Attribute::Product,
        Attribute::Version,
        Attribute::Update,
        Attribute::Edition,
        Attribute::Language,
        Attribute::SwEdition,
        Attribute::TargetSw,
        Attribute::TargetHw,
        Attribute::Other,
    ];
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Value {
    /// Nothing is said: every value fits.
    #[default]
    Any,
    /// The attribute has no meaning for this product.
    NotApplicable,
    /// Lower case; a backslash makes the next character plain, `*` and `?` without one are wildcards.
    Text(Box<str>),
}

impl Value {
    /// The value without its quoting; `None` for ANY, NA and values with wildcards.
    pub fn plain(&self) -> Option<String> {
        let Value::Text(text) = self else { return None };
        let symbols: Option<String> = symbols(text)
            .map(|(letter, quoted)| {
                let is_wildcard = !quoted && matches!(letter, '*' | '?');
                (!is_wildcard).then_some(letter)
            })
            .collect();
        symbols
    }

    pub fn has_wildcard(&self) -> bool {
        matches!(self, Value::Text(_)) && self.plain().is_none()
    }

    /// A value from a text that means itself, such as a package's name or version.
    pub fn literal(text: &str) -> Result<Value, &'static str> {
        let quoted = bind::quote_all(text);
        bind::checked(quoted)
    }
}

/// Characters of a quoted text, and whether each was behind a backslash.
pub(crate) fn symbols(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut letters = text.chars();
    std::iter::from_fn(move || match letters.next()? {
        '\\' => Some((letters.next().unwrap_or('\\'), true)),
        letter => Some((letter, false)),
    })
}

/// A version that stands beside a CPE name, or in it, as the generic scheme has to read it: vendors' words for what
/// comes after a release (`p1`, `su11`, `S1`) sort after it, those for the release itself (`Final`) as the release.
///
/// ```
/// use hinomi_version::{Scheme, compare, cpe::comparable};
///
/// let order = |left, right| compare(Scheme::Generic, &comparable(left), &comparable(right));
/// assert!(order("2.4.7", "2.4.7-p1")?.is_lt());
/// assert!(order("10.0.0-M5", "10.0.0")?.is_lt());
/// assert!(order("4.2.0.Final", "4.2.0")?.is_eq());
/// # Ok::<(), hinomi_version::VersionError>(())
/// ```
pub fn comparable(version: &str) -> Cow<'_, str> {
    order::comparable(version)
}

/// A well-formed CPE name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Cpe {
    values: [Value; 11],
}

/// Why a text is not a CPE name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cpe:?} is not a CPE name: {reason}")]
pub struct CpeError {
    pub cpe: Box<str>,
    pub reason: &'static str,
}

impl Cpe {
    /// Reads a formatted string (`cpe:2.3:…`) or a URI (`cpe:/…`).
    pub fn parse(text: &str) -> Result<Cpe, CpeError> {
        let trimmed = text.trim();
        let lower_start = trimmed.get(..8).unwrap_or(trimmed).to_ascii_lowercase();
        let read = if lower_start.starts_with("cpe:2.3:") {
            bind::read_formatted(&trimmed[8..])
        } else if lower_start.starts_with("cpe:/") {
            bind::read_uri(&trimmed[5..])
        } else {
            Err("it starts with neither cpe:2.3: nor cpe:/")
        };
        read.map_err(|reason| CpeError { cpe: shorten(text), reason })
    }

    pub fn get(&self, attribute: Attribute) -> &Value {
        &self.values[attribute as usize]
    }

    pub fn set(&mut self, attribute: Attribute, value: Value) {
        self.values[attribute as usize] = value;
    }

    /// `a`, `o` or `h`; `None` where the name leaves the part open.
    pub fn part(&self) -> Option<char> {
        match self.get(Attribute::Part) {
            Value::Text(text) => text.chars().next(),
            _ => None,
        }
    }

    /// The name as a 2.2 URI.
    pub fn to_uri(&self) -> String {
        bind::write_uri(self)
    }

    /// How the set of products this name means relates to another's (NISTIR 7696, name matching).
    pub fn relation(&self, target: &Cpe) -> Relation {
        relation::compare_names(self, target)
    }

    /// How one attribute relates to another name's (NISTIR 7696, table 6-2).
    pub fn attribute_relation(&self, target: &Cpe, attribute: Attribute) -> Relation {
        relation::compare_values(self.get(attribute), target.get(attribute))
    }

    /// The version with its update folded in, comparable under [`Scheme::Generic`](crate::Scheme::Generic):
    /// `1.8.0` with `update_202` is `1.8.0-patch202`, `2.0` with `rc1` is `2.0-rc1`.
    ///
    /// `None` where the version is ANY, NA or a pattern.
    pub fn folded_version(&self) -> Option<String> {
        let version = self.get(Attribute::Version).plain()?;
        Some(match self.get(Attribute::Update).plain() {
            Some(update) => fold::fold(&version, &update),
            None => version,
        })
    }
}

impl FromStr for Cpe {
    type Err = CpeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Cpe::parse(text)
    }
}
