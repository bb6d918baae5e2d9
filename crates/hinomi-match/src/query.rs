// SPDX-License-Identifier: Apache-2.0
//! What is asked (a component), and what it is in the words of advisories (package keys, a unit to update).

use std::fmt;

use hinomi_version::Scheme;
use hinomi_version::cpe::Cpe;
use serde::{Deserialize, Serialize};

/// One component, as an inventory has it. Everything but the name may be absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ComponentQuery<'a> {
    /// The package URL.
    pub purl: Option<&'a str>,
    /// The CPE name.
    pub cpe: Option<&'a str>,
    /// Further package URLs and CPE names of the same component; anything else in the list is passed over.
    pub more: &'a [String],
    /// The name of the (binary) package.
    pub name: &'a str,
    /// Its version; the version in the purl is used when this is absent.
    pub version: Option<&'a str>,
    /// The source package it was built from.
    pub source_name: Option<&'a str>,
    /// The source package's version.
    pub source_version: Option<&'a str>,
    /// Distribution and release: `debian-12`, `alpine-3.19`, `almalinux-9`.
    pub distro: Option<&'a str>,
    /// `Some(false)`: a kernel that is installed but does not run.
    pub kernel_running: Option<bool>,
    /// Who built it, as the package itself says (dpkg `Maintainer`, rpm `Vendor`).
    pub supplier: Option<&'a str>,
}

/// A package as advisories name it: the lookup key. The release is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PackageKey {
    /// OSV ecosystem without its release: `Debian`, `PyPI`.
    pub ecosystem: String,
    /// The name, normalised by the ecosystem's rules.
    pub name: String,
}

impl fmt::Display for PackageKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.ecosystem, self.name)
    }
}

/// What one update replaces: a source package of a distribution release, or a package of an ecosystem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RemediationUnit {
    /// OSV ecosystem without its release, or the purl type where OSV names none.
    pub ecosystem: String,
    /// The distribution release.
    pub release: Option<String>,
    /// The source package, or the package.
    pub package: String,
}

/// `Debian:12/openssl`, `PyPI/django`.
impl fmt::Display for RemediationUnit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.ecosystem)?;
        if let Some(release) = &self.release {
            write!(formatter, ":{release}")?;
        }
        write!(formatter, "/{}", self.package)
    }
}

/// A component's identity in the words of advisories.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resolved {
    /// The keys to look up; empty when the identity is not known.
    pub keys: Vec<PackageKey>,
    /// What an update of it would replace.
    pub unit: RemediationUnit,
    /// The distribution release, where the ecosystem has releases.
    pub release: Option<String>,
    /// The version that is compared (a source package's, for distributions that publish by source).
    pub version: Option<String>,
    /// True when `version` is the source package's.
    pub by_source: bool,
    /// The order of its versions.
    pub scheme: Option<Scheme>,
    /// The minor release of enterprise Linux, `8.6`, where it is known: some fixes are for it alone.
    pub minor: Option<String>,
    /// The component's CPE name, where that is its identity.
    pub cpe: Option<Box<Cpe>>,
    /// Module and stream of a modular rpm, `nodejs:18`.
    pub module: Option<String>,
    /// True for a kernel that is installed but does not run.
    pub kernel_not_running: bool,
    /// True where supplier and name are all there is: what they find somebody must look at.
    pub by_name: bool,
    /// What else the component is known as; each is looked up, and none has further names of its own.
    pub more: Vec<Resolved>,
    /// Why nothing can be said about it, whatever the advisories are.
    pub unknown: Option<UnknownReason>,
}

impl Resolved {
    /// This identity, and the further ones.
    pub fn identities(&self) -> impl Iterator<Item = &Resolved> {
        std::iter::once(self).chain(&self.more)
    }

    /// The keys of every identity.
    pub fn every_key(&self) -> impl Iterator<Item = &PackageKey> {
        self.identities().flat_map(|one| &one.keys)
    }
}

/// Why a component's state is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum UnknownReason {
    /// Neither a purl nor anything else that names a package.
    #[error("nothing identifies the package")]
    NoIdentity,
    /// The purl cannot be read.
    #[error("the package url cannot be read: {cause}")]
    UnreadablePurl {
        /// What is wrong.
        cause: String,
    },
    /// The CPE name cannot be read.
    #[error("the cpe name cannot be read: {cause}")]
    UnreadableCpe {
        /// What is wrong.
        cause: String,
    },
    /// The CPE names no product of a vendor: it would stand for everything.
    #[error("the cpe name names no product of a vendor")]
    CpeTooGeneral,
    /// The index file is damaged: nothing that it answers can be relied upon.
    #[error("the index is damaged: {section}")]
    IndexDamaged {
        /// The part of the file, and what is wrong.
        section: String,
    },
    /// A kind of package that no advisory ecosystem stands for.
    #[error("no advisory ecosystem stands for packages of type {kind}")]
    UnsupportedType {
        /// The purl type.
        kind: String,
    },
    /// No version.
    #[error("the component has no version")]
    NoVersion,
    /// A version that the ecosystem's order does not place, and that no advisory lists.
    #[error("version {version} has no place in the {scheme} order")]
    VersionNotComparable {
        /// The version.
        version: String,
        /// The order.
        scheme: String,
    },
    /// A distribution package without the distribution's release.
    #[error("the {ecosystem} release is not known")]
    ReleaseMissing {
        /// The distribution.
        ecosystem: String,
    },
    /// A package of a distribution that is not known.
    #[error("the distribution is not known")]
    DistributionUnknown,
    /// Built by somebody else than the distribution, whose advisories do not speak of it.
    #[error("built by a third party ({marker}), no advisories of that origin")]
    ThirdPartyOrigin {
        /// What shows it.
        marker: String,
    },
    /// No advisory of that ecosystem is loaded.
    #[error("no advisories for {ecosystem}")]
    NoDataForEcosystem {
        /// The ecosystem.
        ecosystem: String,
    },
    /// Advisories of the distribution are loaded, but none for its release.
    #[error("no advisories for {ecosystem} {release}")]
    NoDataForRelease {
        /// The distribution.
        ecosystem: String,
        /// The release.
        release: String,
    },
    /// The release is past its end of life: no advisories are published for it any more.
    #[error("{ecosystem} {release} is past its end of life since {since}")]
    EndOfLife {
        /// The distribution.
        ecosystem: String,
        /// The release.
        release: String,
        /// `YYYY-MM-DD`.
        since: String,
    },
}

impl UnknownReason {
    /// A stable word for tables and filters.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoIdentity => "no-identity",
            Self::UnreadablePurl { .. } => "unreadable-purl",
            Self::UnreadableCpe { .. } => "unreadable-cpe",
            Self::CpeTooGeneral => "cpe-too-general",
            Self::IndexDamaged { .. } => "index-damaged",
            Self::UnsupportedType { .. } => "unsupported-type",
            Self::NoVersion => "no-version",
            Self::VersionNotComparable { .. } => "version-not-comparable",
            Self::ReleaseMissing { .. } => "release-missing",
            Self::DistributionUnknown => "distribution-unknown",
            Self::ThirdPartyOrigin { .. } => "third-party-origin",
            Self::NoDataForEcosystem { .. } => "no-data-for-ecosystem",
            Self::NoDataForRelease { .. } => "no-data-for-release",
            Self::EndOfLife { .. } => "end-of-life",
        }
    }
}
