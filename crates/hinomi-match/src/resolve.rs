// SPDX-License-Identifier: Apache-2.0
//! From what an inventory says about a component to what advisories call it.
//!
//! ```text
//!   pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl&distro=debian-12
//!        └► key Debian/openssl, release 12, version 3.0.11-1 (of the source package), unit Debian:12/openssl
//! ```
//!
//! Debian, Ubuntu and Alpine publish by source package and source version, enterprise Linux by binary
//! package. A distribution package without its release is *unknown*, never compared with every release.

use std::borrow::Cow;

use hinomi_version::cpe::Cpe;
use hinomi_version::purl::Purl;
use hinomi_version::{Scheme, ecosystem};

use crate::cpe::{self, Installed};
use crate::distro;
use crate::further;
use crate::origin;
use crate::placeholder::{meaningful, meaningful_in};
use crate::query::{ComponentQuery, PackageKey, RemediationUnit, Resolved, UnknownReason};

/// Finds the keys under which advisories know the component, and the unit that an update would replace.
///
/// ```
/// use hinomi_match::{ComponentQuery, resolve};
///
/// let purl = "pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl&distro=debian-12";
/// let resolved = resolve(&ComponentQuery { purl: Some(purl), name: "libssl3", ..Default::default() });
/// assert_eq!(resolved.keys[0].to_string(), "Debian/openssl");
/// assert_eq!(resolved.unit.to_string(), "Debian:12/openssl");
/// ```
#[must_use]
pub fn resolve(query: &ComponentQuery<'_>) -> Resolved {
    further::join(query, resolve_one(query))
}

/// As [`resolve`], by the first purl or CPE alone.
pub(crate) fn resolve_one(query: &ComponentQuery<'_>) -> Resolved {
    let mut resolved = identify(query);
    resolved.kernel_not_running = query.kernel_running == Some(false);
    if resolved.unknown.is_none() && resolved.version.is_none() {
        resolved.unknown = Some(UnknownReason::NoVersion);
    }
    resolved
}

fn identify(query: &ComponentQuery<'_>) -> Resolved {
    let Some(text) = query.purl.filter(|text| !text.trim().is_empty()) else {
        return without_purl(query);
    };
    match Purl::parse(text) {
        Ok(purl) if matches!(purl.ty.as_str(), "deb" | "rpm" | "apk" | "alpm") => {
            distribution_package(query, &purl)
        }
        Ok(purl) => language_package(query, purl),
        Err(error) => {
            unidentified(query, "unknown", UnknownReason::UnreadablePurl { cause: error.reason.to_owned() })
        }
    }
}

/// A distribution package may come without a purl, as dpkg or rpm name it; anything else has no identity.
fn without_purl(query: &ComponentQuery<'_>) -> Resolved {
    // A package of a distribution names its source; what comes with a CPE alone was named by somebody else.
    if let Some(text) = query.cpe.filter(|text| !text.trim().is_empty() && query.source_name.is_none()) {
        return by_cpe(query, text);
    }
    let known = query.distro.and_then(distro::parse_hint);
    let Some((base, release)) = known.filter(|_| !query.name.trim().is_empty()) else {
        return further::by_name(query, unidentified(query, "unknown", UnknownReason::NoIdentity));
    };
    let kind = match Scheme::for_ecosystem(base) {
        Some(Scheme::Deb) => "deb",
        Some(Scheme::Rpm) => "rpm",
        Some(Scheme::Apk) => "apk",
        _ => "alpm",
    };
    let package = Package {
        kind,
        name: query.name,
        version: query.version.map(Cow::Borrowed),
        source_name: query.source_name.map(str::to_owned),
        source_version: query.source_version.map(str::to_owned),
        module: None,
        distro: None,
    };
    in_distribution(query, base, release, package)
}

/// Applications, operating systems, firmware and hardware that no package ecosystem names.
fn by_cpe(query: &ComponentQuery<'_>, text: &str) -> Resolved {
    let cpe = match Cpe::parse(text) {
        Ok(cpe) => cpe,
        Err(error) => {
            let cause = error.reason.to_owned();
            return unidentified(query, cpe::ECOSYSTEM, UnknownReason::UnreadableCpe { cause });
        }
    };
    let keys = cpe::component_keys(&cpe);
    let installed = cpe::installed(&cpe);
    let version = match &installed {
        Installed::Version(version) => Some(version.clone()),
        Installed::Versionless => Some("-".to_owned()),
        Installed::Unsaid => meaningful(query.version).map(str::to_owned),
    };
    Resolved {
        unit: RemediationUnit {
            ecosystem: cpe::ECOSYSTEM.to_owned(),
            release: None,
            package: cpe::unit_name(&cpe),
        },
        unknown: keys.is_empty().then_some(UnknownReason::CpeTooGeneral),
        keys,
        version,
        scheme: Some(Scheme::Generic),
        cpe: Some(Box::new(cpe)),
        ..Resolved::default()
    }
}

/// Where statements on packages of a type without an ecosystem are filed: `pkg:oci/app`.
fn plain_key(purl: &Purl) -> PackageKey {
    let name = match &purl.namespace {
        Some(namespace) => format!("{namespace}/{}", purl.name),
        None => purl.name.clone(),
    };
    PackageKey { ecosystem: format!("pkg:{}", purl.ty), name }
}

fn unidentified(query: &ComponentQuery<'_>, kind: &str, reason: UnknownReason) -> Resolved {
    Resolved {
        unit: RemediationUnit {
            ecosystem: kind.to_owned(),
            release: None,
            package: query.name.trim().to_owned(),
        },
        version: query.version.map(str::to_owned),
        unknown: Some(reason),
        ..Resolved::default()
    }
}

fn language_package(query: &ComponentQuery<'_>, mut purl: Purl) -> Resolved {
    let Some((base, name)) = ecosystem::for_purl(&purl) else {
        let version = meaningful(purl.version.as_deref().or(query.version));
        let key = plain_key(&purl);
        if let Some(text) = query.cpe.filter(|text| Cpe::parse(text).is_ok()) {
            let mut resolved = by_cpe(query, text);
            resolved.keys.push(key);
            return resolved;
        }
        let mut resolved =
            unidentified(query, &purl.ty, UnknownReason::UnsupportedType { kind: purl.ty.clone() });
        resolved.unit.package.clone_from(&key.name);
        resolved.keys.push(key);
        resolved.version = version.map(str::to_owned);
        return resolved;
    };
    let scheme = Scheme::for_ecosystem(base);
    let stated = purl.version.take().or_else(|| query.version.map(str::to_owned));
    let version = stated.and_then(|mut stated| {
        let kept = language_version(scheme, meaningful_in(scheme, &stated)?);
        if kept.len() < stated.len() {
            stated = kept.to_owned();
        }
        Some(stated)
    });
    Resolved {
        unit: RemediationUnit { ecosystem: base.to_owned(), release: None, package: name.clone() },
        keys: vec![PackageKey { ecosystem: base.to_owned(), name }],
        version,
        scheme,
        ..Resolved::default()
    }
}

/// A gem's platform stands behind the version in inventories (`1.15.0-x86_64-linux`), but is no part of it.
fn language_version(scheme: Option<Scheme>, version: &str) -> &str {
    if scheme != Some(Scheme::Gem) {
        return version;
    }
    match version.split_once('-') {
        Some((number, platform)) if platform.starts_with(|letter: char| letter.is_ascii_alphabetic()) => {
            number
        }
        _ => version,
    }
}

/// What one distribution package says about itself.
struct Package<'a> {
    kind: &'a str,
    name: &'a str,
    version: Option<Cow<'a, str>>,
    source_name: Option<String>,
    source_version: Option<String>,
    module: Option<String>,
    distro: Option<&'a str>,
}

fn distribution_package(query: &ComponentQuery<'_>, purl: &Purl) -> Resolved {
    let named = purl.namespace.as_deref().and_then(distro::base_of_id);
    let own = query.distro.is_none().then(|| release_of(purl)).flatten();
    let hint = query.distro.or(own.as_deref());
    let (base, release) = match (hint.and_then(distro::parse_hint), named) {
        (Some((base, release)), _) => (base, release),
        // A distribution we know, with a bare release ("12") or none.
        (None, Some(base)) => (base, hint.and_then(|hint| distro::normal_release(base, hint))),
        (None, None) => {
            let mut resolved = unidentified(query, &purl.ty, UnknownReason::DistributionUnknown);
            resolved.unit.package.clone_from(&purl.name);
            return resolved;
        }
    };
    let (upstream_name, upstream_version) = upstream(purl);
    let package = Package {
        kind: &purl.ty,
        name: &purl.name,
        version: meaningful(purl.version.as_deref().or(query.version))
            .map(|version| with_epoch(version, purl)),
        source_name: query.source_name.map(str::to_owned).or(upstream_name),
        source_version: query.source_version.map(str::to_owned).or(upstream_version),
        module: purl.qualifier("rpmmod").or_else(|| purl.qualifier("modularity")).and_then(module_stream),
        distro: purl.qualifier("distro").or(own.as_deref()),
    };
    in_distribution(query, base, release, package)
}

/// Where a package runs, as its purl says: `distro=debian-12`, or name and release apart, as Docker Scout writes them.
fn release_of(purl: &Purl) -> Option<Cow<'_, str>> {
    if let Some(distro) = purl.qualifier("distro") {
        return Some(Cow::Borrowed(distro));
    }
    let apart = [("os_name", "os_version"), ("distro_name", "distro_version")];
    let joined = apart
        .into_iter()
        .find_map(|(name, version)| Some(format!("{}-{}", purl.qualifier(name)?, purl.qualifier(version)?)));
    joined.map(Cow::Owned).or_else(|| purl.qualifier("os_distro").map(Cow::Borrowed))
}

/// Rpm inventories put the epoch beside the version.
fn with_epoch<'a>(version: &'a str, purl: &Purl) -> Cow<'a, str> {
    match purl.qualifier("epoch") {
        Some(epoch) if purl.ty == "rpm" && !version.contains(':') => Cow::Owned(format!("{epoch}:{version}")),
        _ => Cow::Borrowed(version),
    }
}

/// `name:stream` of a module label, which may go on with version, context and architecture.
pub(crate) fn module_stream(label: &str) -> Option<String> {
    let mut parts = label.split(':').map(str::trim);
    let (name, stream) = (parts.next()?, parts.next()?);
    (!name.is_empty() && !stream.is_empty()).then(|| format!("{name}:{stream}"))
}

/// The `upstream` qualifier: `openssl`, `util-linux@2.36.1-8`, or the file name of a source rpm.
fn upstream(purl: &Purl) -> (Option<String>, Option<String>) {
    let Some(text) = purl.qualifier("upstream").map(str::trim).filter(|text| !text.is_empty()) else {
        return (None, None);
    };
    if let Some(stem) = text.strip_suffix(".src.rpm") {
        // name-version-release: the name is all but the last two parts. Source rpms carry no epoch.
        let mut parts = stem.rsplitn(3, '-');
        let (_, _, name) = (parts.next(), parts.next(), parts.next());
        return (name.map(str::to_owned), None);
    }
    match text.split_once('@') {
        Some((name, version)) => (Some(name.to_owned()), Some(version.to_owned())),
        None => (Some(text.to_owned()), None),
    }
}

fn in_distribution(
    query: &ComponentQuery<'_>,
    base: &'static str,
    release: Option<String>,
    package: Package<'_>,
) -> Resolved {
    let source = package.source_name.clone().filter(|name| !name.is_empty());
    let source = source.unwrap_or_else(|| package.name.to_owned());
    let by_source = distro::is_by_source(base);
    let mut keys = Vec::new();
    let mut push = |name: &str| {
        let name = ecosystem::normalise_name(base, name).into_owned();
        let key = PackageKey { ecosystem: base.to_owned(), name };
        if !keys.contains(&key) {
            keys.push(key);
        }
    };
    if by_source || package.kind == "apk" {
        push(&source);
    }
    if !by_source {
        push(package.name);
    }
    let version =
        if by_source { source_version(&package) } else { package.version.as_deref().map(str::to_owned) };
    let own = package.version.as_deref().or(version.as_deref()).unwrap_or_default();
    let unknown = if let Some(builder) = origin::third_party(package.kind, own, query.supplier) {
        Some(UnknownReason::ThirdPartyOrigin { marker: builder.to_owned() })
    } else if release.is_none() && distro::needs_release(base) {
        Some(UnknownReason::ReleaseMissing { ecosystem: base.to_owned() })
    } else {
        None
    };
    Resolved {
        keys,
        unit: RemediationUnit { ecosystem: base.to_owned(), release: release.clone(), package: source },
        minor: [package.distro, query.distro]
            .into_iter()
            .flatten()
            .find_map(|hint| distro::minor_release(base, hint)),
        release,
        version,
        by_source,
        scheme: Scheme::for_ecosystem(base),
        module: package.module,
        unknown,
        ..Resolved::default()
    }
}

/// The source package's version: as stated, else the binary's without the mark of a rebuild.
///
/// A rebuild without source changes appends `+bN` to the binary version only (Debian Policy 5.6.12).
fn source_version(package: &Package<'_>) -> Option<String> {
    let stated = package.source_version.as_deref().map(str::trim).filter(|version| !version.is_empty());
    if let Some(version) = stated {
        return Some(version.to_owned());
    }
    let version = package.version.as_deref()?;
    let bare = match version.rfind("+b") {
        Some(at) if package.kind == "deb" && is_number(&version[at + 2..]) => &version[..at],
        _ => version,
    };
    Some(bare.to_owned())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
