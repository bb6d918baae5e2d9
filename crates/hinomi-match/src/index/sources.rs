// SPDX-License-Identifier: Apache-2.0
//! The packages of one distribution release, asked about as its package database lists them: without a package URL.
//!
//! ```text
//!   one package, resolved in full ─► ecosystem, release, order, what is loaded for them     once
//!   source, version               ─► does any advisory name it? ─► answer                  for each
//! ```
//! What must stay true: each answer is that of [`Index::match_on`] for the same package with its URL.

use hinomi_version::Scheme;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::Index;
use super::decide::{beyond_the_data, decide_beyond};
use crate::evidence::Answer;
use crate::host::Host;
use crate::origin;
use crate::query::{ComponentQuery, RemediationUnit, Resolved, UnknownReason};
use crate::resolve::resolve;

/// How a package is to be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// No advisory names it: [`SourcePackages::unnamed`] is the answer.
    Unnamed,
    /// By its source package and the source's version.
    BySource,
    /// With everything that is known of it: it is not an ordinary package of the release.
    Apart,
}

/// The source packages of one release of a distribution that publishes by source.
#[derive(Debug, Clone)]
pub struct SourcePackages<'i> {
    index: &'i Index,
    /// A package of the release; its names and its version are those of whichever is asked about.
    like: Resolved,
    beyond: Option<UnknownReason>,
    /// The hash of the ecosystem.
    seed: u64,
}

impl Index {
    /// Gets ready for the packages of the release that `like`, a package of dpkg, belongs to; `None` where packages are
    /// not told apart by source and version alone.
    ///
    /// ```
    /// use hinomi_match::{Asked, ComponentQuery, Host, Index};
    ///
    /// let record = br#"{"id": "DEMO-1", "affected": [{"package": {"ecosystem": "Debian:12", "name": "demo"},
    ///   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2-1"}]}]}]}"#;
    /// let mut builder = Index::builder();
    /// for advisory in hinomi_advisory_formats::read(record, "demo.json")? {
    ///     builder.add(&advisory);
    /// }
    /// let index = builder.finish();
    ///
    /// let package = |name, source_name| ComponentQuery {
    ///     name,
    ///     version: Some("1.1-3+b2"),
    ///     source_name: Some(source_name),
    ///     source_version: Some("1.1-3"),
    ///     ..Default::default()
    /// };
    /// let like = ComponentQuery { purl: Some("pkg:deb/debian/a@1"), distro: Some("debian-12"), ..package("a", "a") };
    /// let mut packages = index.source_packages(&like).ok_or("not by source")?;
    /// assert_eq!(packages.asked(&package("libdemo1", "demo")), Asked::BySource);
    /// assert_eq!(packages.asked(&package("libother1", "other")), Asked::Unnamed);
    /// assert_eq!(packages.answer("demo", "1.1-3", &Host::default()).matches[0].advisory, "DEMO-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn source_packages(&self, like: &ComponentQuery<'_>) -> Option<SourcePackages<'_>> {
        let like = resolve(like);
        let [key] = like.keys.as_slice() else { return None };
        let seed = xxh3_64(key.ecosystem.as_bytes());
        let is_plain = like.by_source
            && like.scheme == Some(Scheme::Deb)
            && like.more.is_empty()
            && like.cpe.is_none()
            && like.module.is_none();
        let is_ordinary = matches!(&like.unknown, None | Some(UnknownReason::ReleaseMissing { .. }));
        let beyond = beyond_the_data(self, &like);
        (is_plain && is_ordinary).then_some(SourcePackages { index: self, like, beyond, seed })
    }
}

impl SourcePackages<'_> {
    /// How to ask about a package of the release, whose purl and CPE are not looked at.
    #[must_use]
    pub fn asked(&self, package: &ComponentQuery<'_>) -> Asked {
        let (Some(source), Some(source_version)) = (package.source_name, package.source_version) else {
            return Asked::Apart;
        };
        // A Debian version begins with a digit; what does not may be a word for "none" (Debian Policy 5.6.12).
        let is_version = |text: Option<&str>| {
            text.and_then(|text| text.as_bytes().first()).is_some_and(u8::is_ascii_digit)
        };
        let is_ordinary = !package.name.is_empty()
            && !source.is_empty()
            && is_version(Some(source_version))
            && is_version(package.version)
            && package.kernel_running.is_none();
        let own = package.version.unwrap_or_default();
        if !is_ordinary || origin::third_party("deb", own, package.supplier).is_some() {
            return Asked::Apart;
        }
        let hash = xxh3_64_with_seed(source.as_bytes(), self.seed);
        match self.index.packages.has_hash(&self.index.store.texts, hash) {
            true => Asked::BySource,
            false => Asked::Unnamed,
        }
    }

    /// What is to be said of a source package in that version.
    #[must_use]
    pub fn answer(&mut self, source: &str, version: &str, host: &Host) -> Answer {
        self.become_one(source, version);
        decide_beyond(self.index, &self.like, self.beyond.clone(), host, None)
    }

    /// What is to be said of a package that no advisory names.
    #[must_use]
    pub fn unnamed(&self) -> Answer {
        Answer { unknown: self.beyond.clone(), ..Answer::default() }
    }

    /// What an update of the package that was asked about last would replace.
    #[must_use]
    pub fn unit(&self) -> &RemediationUnit {
        &self.like.unit
    }

    fn become_one(&mut self, source: &str, version: &str) {
        let put = |place: &mut String, text: &str| {
            place.clear();
            place.push_str(text);
        };
        for key in &mut self.like.keys {
            put(&mut key.name, source);
        }
        put(&mut self.like.unit.package, source);
        put(self.like.version.get_or_insert_default(), version);
    }
}
