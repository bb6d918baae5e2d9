// SPDX-License-Identifier: Apache-2.0
//! The version schemes and who uses them: ecosystem name or purl type → scheme → key.

pub(crate) mod alpm;
pub(crate) mod apk;
pub(crate) mod composer;
pub(crate) mod conan;
pub(crate) mod cran;
pub(crate) mod datetime;
pub(crate) mod deb;
pub(crate) mod ebuild;
pub(crate) mod gem;
pub(crate) mod generic;
pub(crate) mod go;
pub(crate) mod hackage;
pub(crate) mod maven;
pub(crate) mod npm;
pub(crate) mod nuget;
pub(crate) mod padded;
pub(crate) mod pub_dev;
pub(crate) mod pypi;
pub(crate) mod pypi_legacy;
pub(crate) mod rpm;
pub(crate) mod semver;

use std::cmp::Ordering;
use std::fmt;

/// One way of ordering versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scheme {
    Deb,
    Rpm,
    Apk,
    Alpm,
    Pypi,
    /// PEP 440, with every other text ordered below it as setuptools once did.
    PypiLegacy,
    Semver,
    Npm,
    Cargo,
    Go,
    Maven,
    Gem,
    Composer,
    Nuget,
    Hex,
    Pub,
    Cran,
    Hackage,
    Conan,
    Opam,
    Ebuild,
    /// Numbers parted by dots and nothing else (`intdot` in VERS).
    Intdot,
    /// RFC 3339 instants.
    Datetime,
    /// Bytes as they stand.
    Lexicographic,
    Generic,
}

/// Every scheme with the names it answers to; the first is its own.
const NAMES: [(Scheme, &[&str]); 25] = [
    (Scheme::Deb, &["deb", "debian", "dpkg"]),
    (Scheme::Rpm, &["rpm"]),
    (Scheme::Apk, &["apk", "alpine"]),
    (Scheme::Alpm, &["alpm", "arch", "archlinux"]),
    (Scheme::Pypi, &["pypi", "pep440", "python"]),
    (Scheme::PypiLegacy, &["pypi-legacy"]),
    (
        Scheme::Semver,
        &["semver", "bitnami", "swift", "julia", "github-actions", "githubactions", "github", "nginx"],
    ),
    (Scheme::Npm, &["npm"]),
    (Scheme::Cargo, &["cargo", "crates.io"]),
    (Scheme::Go, &["go", "golang"]),
    (Scheme::Maven, &["maven"]),
    (Scheme::Gem, &["gem", "rubygems"]),
    (Scheme::Composer, &["composer", "packagist"]),
    (Scheme::Nuget, &["nuget"]),
    (Scheme::Hex, &["hex"]),
    (Scheme::Pub, &["pub"]),
    (Scheme::Cran, &["cran", "bioconductor"]),
    (Scheme::Hackage, &["hackage", "ghc"]),
    (Scheme::Conan, &["conan", "conancenter"]),
    (Scheme::Opam, &["opam"]),
    (Scheme::Ebuild, &["ebuild", "gentoo"]),
    (Scheme::Intdot, &["intdot"]),
    (Scheme::Datetime, &["datetime"]),
    (Scheme::Lexicographic, &["lexicographic"]),
    (Scheme::Generic, &["generic"]),
];

impl Scheme {
    /// Every scheme, in the order of the enumeration.
    pub fn all() -> impl Iterator<Item = Scheme> {
        NAMES.iter().map(|(scheme, _)| *scheme)
    }

    /// The scheme of a name as people type it: `deb`, `pypi`, `rubygems` …
    pub fn from_name(name: &str) -> Option<Scheme> {
        let answers = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        NAMES.iter().find(|(_, names)| answers(names)).map(|(scheme, _)| *scheme)
    }

    /// The scheme's own name.
    pub fn name(self) -> &'static str {
        let row = NAMES.iter().find(|(scheme, _)| *scheme == self);
        row.and_then(|(_, names)| names.first()).copied().unwrap_or("generic")
    }

    /// The scheme of an OSV ecosystem, named without its release (`Debian`, not `Debian:12`).
    ///
    /// Ecosystems whose versions have no order of their own (OSS-Fuzz, Android, git commits) give `None`.
    pub fn for_ecosystem(ecosystem: &str) -> Option<Scheme> {
        Some(match ecosystem {
            "Debian" | "Ubuntu" | "Echo" | "Linux Mint" => Scheme::Deb,
            "AlmaLinux"
            | "Rocky Linux"
            | "Red Hat"
            | "SUSE"
            | "openSUSE"
            | "openEuler"
            | "Mageia"
            | "Photon OS"
            | "Azure Linux"
            | "Amazon Linux"
            | "Oracle Linux"
            | "Fedora"
            | "CentOS"
            | "Alibaba Cloud Linux"
            | "Anolis OS" => Scheme::Rpm,
            "Alpine"
            | "Alpaquita"
            | "BellSoft Hardened Containers"
            | "Chainguard"
            | "Wolfi"
            | "MinimOS"
            | "CleanStart" => Scheme::Apk,
            "Arch" | "Arch Linux" => Scheme::Alpm,
            "Gentoo" => Scheme::Ebuild,
            "PyPI" => Scheme::Pypi,
            "npm" => Scheme::Npm,
            "crates.io" => Scheme::Cargo,
            "Go" => Scheme::Go,
            "Maven" => Scheme::Maven,
            "RubyGems" => Scheme::Gem,
            "Packagist" | "Drupal" => Scheme::Composer,
            "NuGet" => Scheme::Nuget,
            "Hex" => Scheme::Hex,
            "Pub" => Scheme::Pub,
            "CRAN" | "Bioconductor" => Scheme::Cran,
            "Hackage" | "GHC" => Scheme::Hackage,
            "ConanCenter" => Scheme::Conan,
            "opam" => Scheme::Opam,
            "Bitnami" | "SwiftURL" | "Julia" | "GitHub Actions" | "Kubernetes" | "VSCode" | "Linux" => {
                Scheme::Semver
            }
            _ => return None,
        })
    }

    /// The scheme of the packages a purl type names.
    pub fn for_purl_type(ty: &str) -> Option<Scheme> {
        Some(match ty {
            "deb" => Scheme::Deb,
            "rpm" => Scheme::Rpm,
            "apk" => Scheme::Apk,
            "alpm" => Scheme::Alpm,
            "ebuild" => Scheme::Ebuild,
            "pypi" => Scheme::Pypi,
            "npm" => Scheme::Npm,
            "cargo" => Scheme::Cargo,
            "golang" => Scheme::Go,
            "maven" => Scheme::Maven,
            "gem" => Scheme::Gem,
            "composer" => Scheme::Composer,
            "nuget" => Scheme::Nuget,
            "hex" | "otp" => Scheme::Hex,
            "pub" => Scheme::Pub,
            "cran" => Scheme::Cran,
            "hackage" => Scheme::Hackage,
            "conan" => Scheme::Conan,
            "opam" => Scheme::Opam,
            "swift" | "julia" | "bitnami" | "github" | "githubactions" | "vscode-extension" => Scheme::Semver,
            "chrome-extension" => Scheme::Intdot,
            "generic" | "cpan" | "conda" | "luarocks" | "brew" | "bazel" | "vcpkg" | "cocoapods" => {
                Scheme::Generic
            }
            _ => return None,
        })
    }

    /// Whether byte keys alone decide the order.
    ///
    /// The comparators of Maven, Arch Linux and Conan are not transitive, so no key can carry them: where two keys
    /// part they decide, where one starts the other only [`compare`](crate::compare) does.
    pub fn is_totally_ordered(self) -> bool {
        !matches!(self, Scheme::Maven | Scheme::Alpm | Scheme::Conan)
    }

    /// Whether the version is a point on the line that ranges are cut from.
    ///
    /// Composer's branches (`dev-master`) have a place in a sorted list, but no range contains or leaves out one.
    pub fn is_in_line(self, version: &str) -> bool {
        self != Scheme::Composer || !composer::is_branch(version)
    }

    /// The order of two keys of this scheme, or `None` where the keys leave it to [`compare`](crate::compare).
    pub fn key_order(self, left: &[u8], right: &[u8]) -> Option<Ordering> {
        let undecided = !self.is_totally_ordered() && (left.starts_with(right) || right.starts_with(left));
        (!undecided).then(|| left.cmp(right))
    }

    /// Whether the scheme's reference tool takes the text as a version.
    ///
    /// The keys are more lenient where that is harmless (an npm `1.2` has an obvious place), so that inventories and
    /// advisories written by hand still match.
    pub fn is_valid(self, version: &str) -> bool {
        match self {
            Scheme::Npm => npm::is_valid(version),
            Scheme::Gem => gem::is_valid(version.trim_matches(gem::is_ruby_space).as_bytes()),
            Scheme::Go => go::is_valid(version),
            Scheme::Hex | Scheme::Cargo => semver::is_strict(version),
            Scheme::Rpm => !version.is_empty(),
            Scheme::Composer => composer::is_valid(version),
            Scheme::Nuget => nuget::is_valid(version),
            Scheme::Pub => pub_dev::is_valid(version),
            Scheme::Hackage => hackage::is_valid(version),
            _ => crate::encode(self, version).is_ok(),
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
