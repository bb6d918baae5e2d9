// SPDX-License-Identifier: Apache-2.0
//! Which components lie in files of a distribution's packages.
//!
//! ```text
//!   /usr/lib/python3/dist-packages/jinja2  PyPI/jinja2 3.1.2 ─┐ one thing, two names:
//!   dpkg                                   python3-jinja2 3.1.2-1+deb12u1 ─┘ the distribution repairs it
//! ```
//!
//! A component belongs to a distribution package when the inventory says so (overlap of files), or when its file
//! lies where only the package manager writes and the package of its name has its version. Without a file both
//! name and version must be those of the package.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use hinomi_version::purl::Purl;

use crate::{Component, Inventory};

/// Directories that a distribution's package manager alone writes to.
const MANAGED: [&str; 7] = [
    "usr/lib/python",
    "usr/lib64/python",
    "usr/share/ruby",
    "usr/lib/ruby",
    "usr/share/nodejs/",
    "usr/share/java/",
    "usr/share/perl",
];

/// A component whose files belong to a package of the distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The component's own reference in the document.
    pub component: String,
    /// The package's purl.
    pub package: String,
    /// The file, or what stands for it.
    pub file: String,
}

/// Every component that a distribution's package brought along, in document order.
#[must_use]
pub fn owned(inventory: &Inventory) -> Vec<Owned> {
    let packages = Packages::of(inventory);
    if packages.by_name.is_empty() {
        return Vec::new();
    }
    let by_overlap = overlaps(inventory);
    // A component that also lies elsewhere is asked about once, for both: then nobody owns it.
    let mut elsewhere: HashSet<&str> = HashSet::new();
    let mut owned: Vec<(&str, Owned)> = Vec::new();
    for component in inventory.present() {
        let (Some(id), Some(text)) = (component.id.as_deref(), component.purl.as_deref()) else { continue };
        if is_distribution_purl(text) {
            continue;
        }
        let overlap = by_overlap.get(id).map(|package| {
            let file = component.locations.first().map_or("its files", String::as_str);
            ((*package).to_owned(), file.to_owned())
        });
        match overlap.or_else(|| packages.owner(component, text)) {
            Some((package, file)) => owned.push((text, Owned { component: id.to_owned(), package, file })),
            None => {
                elsewhere.insert(text);
            }
        }
    }
    owned.into_iter().filter(|(purl, _)| !elsewhere.contains(purl)).map(|(_, owned)| owned).collect()
}

/// Component → the distribution package that claims its files.
fn overlaps(inventory: &Inventory) -> HashMap<&str, &str> {
    let of_distribution: HashMap<&str, &str> = inventory
        .present()
        .filter_map(|one| {
            Some((one.id.as_deref()?, one.purl.as_deref().filter(|purl| is_distribution_purl(purl))?))
        })
        .collect();
    let claims = inventory.relationships.iter().filter(|one| one.kind.contains("ownership-by-file-overlap"));
    claims.filter_map(|one| Some((one.to.as_str(), *of_distribution.get(one.from.as_str())?))).collect()
}

fn is_distribution_purl(purl: &str) -> bool {
    ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"].iter().any(|start| purl.starts_with(start))
}

/// The distribution's packages by name.
struct Packages<'a> {
    by_name: HashMap<&'a str, (Cow<'a, str>, &'a str)>,
}

impl<'a> Packages<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let by_name = inventory
            .present()
            .filter_map(|one| {
                let purl = one.purl.as_deref().filter(|purl| is_distribution_purl(purl))?;
                let version = match one.version.as_deref() {
                    Some(version) => Cow::Borrowed(version),
                    None => Cow::Owned(Purl::parse(purl).ok()?.version?),
                };
                Some((one.name.as_str(), (version, purl)))
            })
            .collect();
        Self { by_name }
    }

    /// The package and the file, or what stands for it.
    fn owner(&self, component: &Component, purl: &str) -> Option<(String, String)> {
        let file = component.locations.iter().find(|location| is_managed(location));
        if file.is_none() && !component.locations.is_empty() {
            return None;
        }
        let parsed = Purl::parse(purl).ok()?;
        let version = parsed.version.as_deref().or(component.version.as_deref())?;
        let (package_version, package) =
            package_names(&parsed).iter().find_map(|name| self.by_name.get(name.as_str()))?;
        let same = upstream(package_version) == upstream(version);
        same.then(|| {
            let file = file.cloned().unwrap_or_else(|| format!("{} {version}", parsed.name));
            ((*package).to_owned(), file)
        })
    }
}

fn is_managed(location: &str) -> bool {
    let path = location.trim_start_matches('/');
    MANAGED.iter().any(|start| path.starts_with(start))
}

/// What distributions call the package of a language's package.
fn package_names(purl: &Purl) -> Vec<String> {
    let name = purl.name.to_ascii_lowercase();
    match purl.ty.as_str() {
        "pypi" => {
            let bare = name.strip_prefix("python-").unwrap_or(&name);
            [format!("python3-{bare}"), format!("py3-{bare}"), format!("python-{bare}"), name.clone()]
                .to_vec()
        }
        "gem" => [format!("ruby-{name}"), format!("rubygem-{name}")].to_vec(),
        "npm" => [format!("node-{name}"), format!("nodejs-{name}")].to_vec(),
        "maven" => [format!("lib{name}-java"), name.clone()].to_vec(),
        "cpan" => [format!("lib{}-perl", name.replace("::", "-"))].to_vec(),
        _ => Vec::new(),
    }
}

/// The upstream part of a package's version: no epoch, no revision, no mark of repackaging.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let end = version.find(['-', '+', '~']).unwrap_or(version.len());
    &version[..end]
}
