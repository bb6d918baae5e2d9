// SPDX-License-Identifier: Apache-2.0
//! Version ranges: `vers:` URIs, and each ecosystem's own syntax with its own meaning.
//!
//! ```text
//! vers:npm/>=1.2.0|<2.0.0        VersRange: one syntax, pure order, every scheme
//! ^1.2.0   [1.0,2.0)   ~> 1.2    native_contains: what node-semver, Maven, RubyGems … would answer
//! ```
//! The two differ on purpose: npm's own `^1.2.0` leaves pre-releases out, `vers:npm/>=1.2.0|<2.0.0` is pure order.
//!
//! ```
//! use hinomi_version::{Scheme, range::{VersRange, native_contains}};
//!
//! let affected = VersRange::parse("vers:npm/>=1.2.0|<2.0.0")?;
//! assert!(affected.contains("1.4.1-rc.1")?);
//! assert!(!native_contains(Scheme::Npm, "^1.2.0", "1.4.1-rc.1")?);
//! # Ok::<(), hinomi_version::VersionError>(())
//! ```

mod composer;
mod conan;
mod from_native;
mod gem;
mod maven;
mod npm;
mod nuget;
mod pub_dev;
mod pypi;
mod relation;
mod requirement;
mod sort;
mod vers;

use std::cmp::Ordering;

use crate::{Scheme, VersionError};

pub use from_native::vers_from_native;
pub use vers::{Comparator, Constraint, VersRange};

/// Whether a range in the ecosystem's own syntax contains a version, with the ecosystem's own semantics.
///
/// npm as node-semver's default, PyPI as `packaging` with pre-releases allowed, gems as `Gem::Requirement`, Maven,
/// Composer and NuGet as their own resolvers, Debian and RPM as dependency relations. The other schemes read
/// comparisons parted by commas or spaces.
pub fn native_contains(scheme: Scheme, range: &str, version: &str) -> Result<bool, VersionError> {
    if !scheme.is_valid(version) {
        let refused = scheme == Scheme::Pypi && pypi::is_arbitrary_equality(range);
        if !refused {
            return Err(VersionError::invalid(scheme, version, "its reference tool refuses it"));
        }
    }
    match scheme {
        Scheme::Npm => npm::contains(range, version),
        Scheme::Pypi | Scheme::PypiLegacy => pypi::contains(range, version),
        Scheme::Gem => gem::contains(range, version),
        Scheme::Maven => maven::contains(range, version),
        Scheme::Composer => composer::contains(range, version),
        Scheme::Nuget => nuget::contains(range, version),
        Scheme::Pub => pub_dev::contains(range, version),
        Scheme::Cargo | Scheme::Hex => requirement::contains(scheme, range, version),
        Scheme::Conan => conan::contains(range, version),
        _ => relation::contains(scheme, range, version),
    }
}

/// The five comparisons every syntax is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

impl Test {
    /// Whether a version that stands so to the bound passes.
    fn passes(self, order: Ordering) -> bool {
        match self {
            Test::Less => order.is_lt(),
            Test::AtMost => order.is_le(),
            Test::Equal => order.is_eq(),
            Test::AtLeast => order.is_ge(),
            Test::Greater => order.is_gt(),
        }
    }
}

/// Splits a leading comparison sign: `>=1.0` is `(AtLeast, "1.0")`.
fn split_test(text: &str) -> (Option<Test>, &str) {
    const SIGNS: [(&str, Test); 6] = [
        (">=", Test::AtLeast),
        ("<=", Test::AtMost),
        ("==", Test::Equal),
        (">", Test::Greater),
        ("<", Test::Less),
        ("=", Test::Equal),
    ];
    let found = SIGNS.iter().find_map(|(sign, test)| Some((Some(*test), text.strip_prefix(sign)?)));
    found.unwrap_or((None, text))
}
