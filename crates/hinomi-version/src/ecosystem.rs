// SPDX-License-Identifier: Apache-2.0
//! Package names as OSV writes them, and the way from a purl to them.
//!
//! ```text
//! pkg:pypi/Flask_SQLAlchemy  ──▶  ("PyPI", "flask-sqlalchemy")
//! pkg:maven/org.slf4j/slf4j-api ──▶ ("Maven", "org.slf4j:slf4j-api")
//! pkg:deb/debian/openssl ──▶ ("Debian", "openssl")
//! ```
//! Both sides of a match, the advisory's name and the component's, go through [`normalise_name`]; equal names are the
//! same package. Sources: the OSV schema's list of defined ecosystems (1.7), PEP 503, each registry's naming rules.

use std::borrow::Cow;

use crate::purl::Purl;

/// The spelling of a package name under which advisories and inventories meet.
///
/// `osv_ecosystem` may carry a release (`Debian:12`); only its base counts.
pub fn normalise_name<'a>(osv_ecosystem: &str, name: &'a str) -> Cow<'a, str> {
    let base = osv_ecosystem.split(':').next().unwrap_or_default();
    match base {
        "PyPI" => pep503(name),
        "Packagist" | "NuGet" | "Hex" | "GitHub Actions" | "VSCode" => lower(name),
        "crates.io" => cargo(name),
        "Go" => go(name),
        "SwiftURL" => swift(name),
        _ => Cow::Borrowed(name),
    }
}

/// The OSV ecosystem, without release, and the normalised package name of a purl.
///
/// For distributions this is the *binary* package the purl names; the source package stands in other facts of the
/// component. `None` for types no OSV ecosystem covers.
pub fn for_purl(purl: &Purl) -> Option<(&'static str, String)> {
    let ecosystem = ecosystem_of(purl)?;
    let namespace = purl.namespace.as_deref();
    let name = match (purl.ty.as_str(), namespace) {
        ("maven", Some(group)) => format!("{group}:{}", purl.name),
        ("deb" | "rpm" | "apk" | "alpm" | "bitnami" | "conan", _) | (_, None) => purl.name.clone(),
        (_, Some(namespace)) => format!("{namespace}/{}", purl.name),
    };
    let folded = match normalise_name(ecosystem, &name) {
        Cow::Owned(folded) => Some(folded),
        Cow::Borrowed(_) => None,
    };
    Some((ecosystem, folded.unwrap_or(name)))
}

fn ecosystem_of(purl: &Purl) -> Option<&'static str> {
    let namespace = purl.namespace.as_deref().unwrap_or_default();
    Some(match purl.ty.as_str() {
        "deb" => match namespace {
            "debian" => "Debian",
            "ubuntu" => "Ubuntu",
            "echo" => "Echo",
            _ => return None,
        },
        "rpm" => rpm_ecosystem(namespace)?,
        "apk" => match namespace {
            "alpine" => "Alpine",
            "wolfi" => "Wolfi",
            "chainguard" => "Chainguard",
            "alpaquita" => "Alpaquita",
            "bellsoft" | "bellsoft-hardened-containers" => "BellSoft Hardened Containers",
            "minimos" => "MinimOS",
            "cleanstart" => "CleanStart",
            _ => return None,
        },
        "bitnami" => "Bitnami",
        "cargo" => "crates.io",
        "composer" => "Packagist",
        "conan" => "ConanCenter",
        "cran" => "CRAN",
        "bioconductor" => "Bioconductor",
        "gem" => "RubyGems",
        "github" | "githubactions" => "GitHub Actions",
        "golang" => "Go",
        "hackage" => "Hackage",
        "hex" => "Hex",
        "julia" => "Julia",
        "maven" => "Maven",
        "npm" => "npm",
        "nuget" => "NuGet",
        "opam" => "opam",
        "pub" => "Pub",
        "pypi" => "PyPI",
        "swift" => "SwiftURL",
        "vscode-extension" => "VSCode",
        _ => return None,
    })
}

fn rpm_ecosystem(namespace: &str) -> Option<&'static str> {
    Some(match namespace {
        "redhat" | "rhel" => "Red Hat",
        "almalinux" | "alma" => "AlmaLinux",
        "rocky" | "rockylinux" | "rocky-linux" => "Rocky Linux",
        "suse" | "sles" | "sled" => "SUSE",
        "opensuse" | "opensuse-leap" | "opensuse-tumbleweed" => "openSUSE",
        "openeuler" => "openEuler",
        "mageia" => "Mageia",
        "photon" => "Photon OS",
        "azurelinux" | "azl" | "mariner" | "cbl-mariner" => "Azure Linux",
        "amzn" | "amazon" | "amazonlinux" => "Amazon Linux",
        "oracle" | "oraclelinux" | "ol" => "Oracle Linux",
        "fedora" => "Fedora",
        "centos" => "CentOS",
        _ => return None,
    })
}

/// PEP 503: lower case, and runs of `-`, `_` and `.` as one dash.
fn pep503(name: &str) -> Cow<'_, str> {
    let is_separator = |letter: char| matches!(letter, '-' | '_' | '.');
    let mut previous = ' ';
    let clean = name.chars().all(|letter| {
        let double = letter == '-' && previous == '-';
        previous = letter;
        !double && !matches!(letter, '_' | '.') && !letter.is_uppercase()
    });
    if clean {
        return Cow::Borrowed(name);
    }
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars() {
        if !is_separator(letter) {
            folded.extend(letter.to_lowercase());
        } else if !folded.ends_with('-') {
            folded.push('-');
        }
    }
    Cow::Owned(folded)
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.chars().any(char::is_uppercase) { Cow::Owned(name.to_lowercase()) } else { Cow::Borrowed(name) }
}

/// crates.io takes no second crate that differs in case, or in dash and underscore, only.
fn cargo(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte == b'_' || byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase().replace('_', "-"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Module paths in lower case, and the standard library by one name.
///
/// Go tells paths apart by case, but inventories do not keep it: the purl specification has `golang` in lower case, as
/// Trivy writes it, and a module cache writes `!azure` for `Azure`. Where modules are kept in fact case is no difference
/// (github.com/Azure is github.com/azure), so no two are taken for one. `cyclonedx-gomod` calls the standard library
/// `std`, the Go vulnerability database `stdlib`.
fn go(name: &str) -> Cow<'_, str> {
    if name == "std" {
        return Cow::Owned("stdlib".to_owned());
    }
    if name.contains('!') { Cow::Owned(name.replace('!', "").to_lowercase()) } else { lower(name) }
}

/// Swift packages are named by repository address: without scheme and `.git`, host and path in lower case.
fn swift(name: &str) -> Cow<'_, str> {
    let bare = name.split_once("://").map_or(name, |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    let bare = bare.trim_end_matches('/');
    lower(bare.strip_suffix(".git").unwrap_or(bare))
}
