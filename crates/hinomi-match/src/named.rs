// SPDX-License-Identifier: Apache-2.0
//! The question "who has this package?", asked by package URL.
//!
//! ```text
//!   pkg:pypi/django                       every version of PyPI's django
//!   pkg:deb/debian/openssl@3.0.11-1       that version, for whatever architecture and release
//!   pkg:deb/debian/openssl?distro=debian-12   what is built from openssl, of that release
//! ```
//! What is asked narrows; what is not asked leaves everything in; and what a component does not say of itself never
//! leaves it out, since nobody is told of a host that is missing from the answer.

use std::cmp::Ordering;

use hinomi_version::purl::{Purl, PurlError};

use crate::query::{ComponentQuery, PackageKey, Resolved};
use crate::resolve::resolve;

/// A package that somebody asks for.
#[derive(Debug, Clone)]
pub struct NamedPackage {
    purl: Purl,
    resolved: Resolved,
}

impl NamedPackage {
    /// Reads a package URL as a question.
    ///
    /// # Errors
    /// When the text is no package URL.
    pub fn parse(text: &str) -> Result<Self, PurlError> {
        let purl = Purl::parse(text)?;
        // Asked for a binary package by its whole URL, the others of its source are not meant.
        let mut own = purl.clone();
        own.qualifiers.retain(|(key, _)| key != "upstream");
        let own = own.to_string();
        let resolved =
            resolve(&ComponentQuery { purl: Some(&own), name: &purl.name, ..ComponentQuery::default() });
        Ok(Self { purl, resolved })
    }

    /// The name without its namespace.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.purl.name
    }

    /// The keys under which such components are found.
    #[must_use]
    pub fn keys(&self) -> &[PackageKey] {
        &self.resolved.keys
    }

    /// Whether packages of the type may be found by their name or their source's as well: distributions build many
    /// packages from one source, and a component's own key may be either.
    #[must_use]
    pub fn is_of_distribution(&self) -> bool {
        matches!(self.purl.ty.as_str(), "deb" | "rpm" | "apk" | "alpm")
    }

    /// Is this component the package that is asked for? `arch` is what its inventory says of it beside its URL.
    #[must_use]
    pub fn means(&self, component: &ComponentQuery<'_>, arch: Option<&str>) -> bool {
        let further = component.more.iter().map(String::as_str);
        let purls: Vec<Purl> =
            component.purl.into_iter().chain(further).filter_map(|text| Purl::parse(text).ok()).collect();
        let identity = resolve(component);
        self.is_package(component, &identity, &purls)
            && self.is_version(component, &identity, &purls)
            && self.is_qualified(arch, &identity, &purls)
    }

    fn is_package(&self, component: &ComponentQuery<'_>, identity: &Resolved, purls: &[Purl]) -> bool {
        if identity.every_key().any(|key| self.resolved.keys.contains(key)) {
            return true;
        }
        let is_near = |purl: &Purl| {
            // Somebody who leaves out whose distribution it is means any.
            let anywhere = self.purl.namespace.is_none() && self.is_of_distribution();
            purl.ty == self.purl.ty && (anywhere || purl.namespace == self.purl.namespace)
        };
        let built_from = self.is_of_distribution()
            && (component.source_name == Some(self.name()) || identity.unit.package == self.purl.name);
        if purls.iter().any(|purl| is_near(purl) && (purl.name == self.purl.name || built_from)) {
            return true;
        }
        // Without a URL of its own, the distribution and the name say what it is.
        purls.is_empty()
            && self.is_of_distribution()
            && identity.unit.ecosystem == self.resolved.unit.ecosystem
            && (component.name == self.purl.name || built_from)
    }

    fn is_version(&self, component: &ComponentQuery<'_>, identity: &Resolved, purls: &[Purl]) -> bool {
        let Some(asked) = self.purl.version.as_deref() else { return true };
        let asked = [Some(asked), self.resolved.version.as_deref()];
        let own = purls.iter().map(|purl| purl.version.as_deref());
        let mut stated = own
            .chain([component.version, component.source_version])
            .chain(identity.identities().map(|one| one.version.as_deref()))
            .flatten()
            .peekable();
        let scheme = self.resolved.scheme;
        let is_same = |left: &str, right: &str| {
            left == right
                || scheme
                    .is_some_and(|scheme| hinomi_version::compare(scheme, left, right) == Ok(Ordering::Equal))
        };
        stated.peek().is_none()
            || stated.any(|version| asked.into_iter().flatten().any(|one| is_same(one, version)))
    }

    fn is_qualified(&self, arch: Option<&str>, identity: &Resolved, purls: &[Purl]) -> bool {
        self.purl.qualifiers.iter().all(|(key, value)| {
            match (key.as_str(), &self.resolved.release, &identity.release) {
                // Counted with the version.
                ("epoch", _, _) => return true,
                ("distro", Some(asked), Some(release)) => return asked == release,
                _ => {}
            }
            let arch = arch.filter(|_| key == "arch");
            let mut stated = purls.iter().filter_map(|purl| purl.qualifier(key)).chain(arch).peekable();
            stated.peek().is_none() || stated.any(|one| one == value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(asked: &str, component: &ComponentQuery<'_>) -> bool {
        NamedPackage::parse(asked).unwrap().means(component, None)
    }

    fn by_purl<'a>(name: &'a str, purl: &'a str) -> ComponentQuery<'a> {
        ComponentQuery { purl: Some(purl), name, ..ComponentQuery::default() }
    }

    #[test]
    fn what_is_not_asked_leaves_everything_in() {
        let django = by_purl("Django", "pkg:pypi/Django@4.2.0?file_name=django.whl");
        for asked in ["pkg:pypi/django", "pkg:PyPI/Django@4.2.0", "pkg:pypi/django@4.2"] {
            assert!(means(asked, &django), "{asked}");
        }
        for asked in ["pkg:pypi/django@4.3", "pkg:pypi/django-x", "pkg:npm/django", "pkg:pypi/ango"] {
            assert!(!means(asked, &django), "{asked}");
        }
    }

    #[test]
    fn a_distributions_package_is_found_by_its_own_name_and_its_sources() {
        let stored = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl";
        let libssl = by_purl("libssl3", stored);
        for asked in [
            stored,
            "pkg:deb/debian/libssl3",
            "pkg:deb/debian/libssl3@3.0.11-1",
            "pkg:deb/debian/libssl3?distro=debian-12",
            "pkg:deb/debian/openssl",
            "pkg:deb/debian/openssl@3.0.11-1?arch=amd64",
            "pkg:deb/libssl3",
        ] {
            assert!(means(asked, &libssl), "{asked}");
        }
        for asked in [
            "pkg:deb/ubuntu/libssl3",
            "pkg:deb/debian/libssl3@3.0.11-2",
            "pkg:deb/debian/libssl3?arch=arm64",
            "pkg:deb/debian/libssl3?distro=debian-11",
            "pkg:rpm/debian/libssl3",
        ] {
            assert!(!means(asked, &libssl), "{asked}");
        }
        // The whole URL of one binary package does not mean its sister.
        let sister =
            by_purl("libssl-dev", "pkg:deb/debian/libssl-dev@3.0.11-1?distro=debian-12&upstream=openssl");
        assert!(!means(stored, &sister));
        assert!(means("pkg:deb/debian/openssl", &sister));
    }

    #[test]
    fn rpm_epochs_modules_and_sources_count() {
        let libs = by_purl(
            "openssl-libs",
            "pkg:rpm/redhat/openssl-libs@3.0.7-1.el9?arch=x86_64&epoch=1&upstream=openssl-3.0.7-1.el9.src.rpm",
        );
        for asked in [
            "pkg:rpm/redhat/openssl-libs@3.0.7-1.el9",
            "pkg:rpm/redhat/openssl-libs@3.0.7-1.el9?epoch=1",
            "pkg:rpm/redhat/openssl-libs@1:3.0.7-1.el9",
            "pkg:rpm/redhat/openssl",
        ] {
            assert!(means(asked, &libs), "{asked}");
        }
        assert!(!means("pkg:rpm/redhat/openssl-devel", &libs));
    }

    #[test]
    fn what_has_no_url_is_known_by_its_distribution() {
        let bare = ComponentQuery {
            name: "libssl3",
            version: Some("3.0.11-1"),
            source_name: Some("openssl"),
            distro: Some("debian-12"),
            ..ComponentQuery::default()
        };
        assert!(means("pkg:deb/debian/libssl3@3.0.11-1", &bare));
        assert!(means("pkg:deb/debian/openssl", &bare));
        assert!(!means("pkg:deb/ubuntu/openssl", &bare));
        assert!(!means("pkg:deb/debian/libssl3?distro=debian-11", &bare));
        assert!(NamedPackage::parse("pkg:").is_err());
    }

    #[test]
    fn a_scope_or_group_is_part_of_the_name() {
        let core = by_purl("core", "pkg:npm/%40babel/core@7.0.0");
        assert!(means("pkg:npm/@babel/core", &core));
        assert!(!means("pkg:npm/core", &core));
        let log4j = by_purl("log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar");
        assert!(means("pkg:maven/org.apache.logging.log4j/log4j-core", &log4j));
        assert!(!means("pkg:maven/org.example/log4j-core", &log4j));
    }
}
