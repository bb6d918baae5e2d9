// SPDX-License-Identifier: Apache-2.0
//! The installed packages of a piece of a status file, each borrowed from its paragraph: nothing is written out.
//!
//! ```text
//!   …\n\nPackage: …\n\nPackage: …│Package: …\n\n…      a piece ends where a paragraph does
//!        System   what base-files says of the release, in whatever piece it stands
//! ```
//! What a piece cannot say by itself is [`NotApart`]: the whole file is read then, and says what is wrong with it.

use std::borrow::Cow;

use memchr::memmem;

use super::paragraph::{Paragraph, Paragraphs};
use super::{BASE, host_of, source};
use crate::model::HostFacts;
use crate::outline::Brief;
use crate::purl::PurlParts;

/// A piece of which only the whole file can tell what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotApart;

/// An installed package, as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installed<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub architecture: Option<&'a str>,
    /// The source package, which is the package itself where none is named.
    pub source_name: &'a str,
    pub source_version: &'a str,
    pub maintainer: Option<&'a str>,
    /// Its paragraph.
    pub text: &'a str,
}

/// The installed packages of a piece that begins and ends between paragraphs.
///
/// ```
/// use hinomi_inventory_formats::dpkg::installed;
///
/// let piece = "Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.11-1+b2\n\n\
///     Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
/// let found: Vec<_> = installed(piece).collect::<Result<_, _>>().map_err(|_| "not apart")?;
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].source_name, found[0].source_version), ("openssl", "3.0.11-1"));
/// # Ok::<(), &str>(())
/// ```
pub fn installed(piece: &str) -> impl Iterator<Item = Result<Installed<'_>, NotApart>> {
    let mut paragraphs = Paragraphs::new(piece);
    std::iter::from_fn(move || {
        loop {
            let Ok(paragraph) = paragraphs.next()? else { return Some(Err(NotApart)) };
            let Some(name) = paragraph.package else { return Some(Err(NotApart)) };
            if !paragraph.counts() {
                continue;
            }
            let Some(version) = paragraph.version else { return Some(Err(NotApart)) };
            let text = piece.get(paragraph.start..paragraphs.at).unwrap_or_default();
            return Some(Ok(Installed::of(&paragraph, name, version, text)));
        }
    })
}

impl<'a> Installed<'a> {
    fn of(paragraph: &Paragraph<'a>, name: &'a str, version: &'a str, text: &'a str) -> Self {
        let (source_name, source_version) = source(paragraph.source, name, version);
        let (architecture, maintainer) = (paragraph.architecture, paragraph.maintainer);
        Self { name, version, architecture, source_name, source_version, maintainer, text }
    }

    /// The same in the words of every inventory.
    pub fn brief(&self, system: &'a System) -> Brief<'a> {
        Brief {
            purl: Some(Cow::Owned(system.purl(self.name, self.version, self.architecture))),
            name: Cow::Borrowed(self.name),
            version: Some(Cow::Borrowed(self.version)),
            supplier: self.maintainer.filter(|text| !text.trim().is_empty()).map(Cow::Borrowed),
            source_name: Some(Cow::Borrowed(self.source_name)),
            source_version: Some(Cow::Borrowed(self.source_version)),
            distro: system.distro().map(Cow::Borrowed),
            ..Brief::default()
        }
    }
}

/// The distribution that the packages of a status file belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct System {
    host: HostFacts,
    distro: Option<String>,
}

impl System {
    pub(crate) fn of(host: &HostFacts) -> Self {
        System { host: host.clone(), distro: host.distro() }
    }

    /// What the piece says of it; `None` where it says nothing, as every piece but one.
    pub fn told_in(piece: &str) -> Option<Self> {
        memmem::find(piece.as_bytes(), BASE.as_bytes())?;
        let base = Paragraphs::new(piece).map_while(Result::ok).find(|one| one.package == Some(BASE))?;
        Some(System::of(&host_of(&base).unwrap_or_default()))
    }

    pub fn host(&self) -> &HostFacts {
        &self.host
    }

    /// `debian-12`
    pub fn distro(&self) -> Option<&str> {
        self.distro.as_deref()
    }

    /// The package URL of a package.
    pub fn purl(&self, name: &str, version: &str, architecture: Option<&str>) -> String {
        let mut purl = String::new();
        self.write_purl(name, version, architecture, &mut purl);
        purl
    }

    /// As [`System::purl`], behind what `out` has already: ASCII without quotes, backslashes and control characters.
    pub fn write_purl(&self, name: &str, version: &str, architecture: Option<&str>, out: &mut String) {
        let parts = PurlParts {
            ty: "deb",
            namespace: Some(self.host.os_id.as_deref().unwrap_or("debian")),
            name,
            version: Some(version),
            qualifiers: &[
                ("arch", architecture.unwrap_or_default()),
                ("distro", self.distro().unwrap_or_default()),
            ],
        };
        parts.write(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_says_who_is_installed_or_that_it_cannot() {
        let read = |piece| installed(piece).collect::<Result<Vec<_>, _>>();
        let piece = "Package: a\nStatus: install ok half-installed\nVersion: 1+b1\nArchitecture: all\n\n\
                     Package: b\nStatus: purge ok not-installed\n\nPackage: c\nSource: d (2)\nVersion: 3\n";
        let found = read(piece).unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.name, one.source_name, one.source_version)).collect();
        assert_eq!(told, [("a", "a", "1"), ("c", "d", "2")]);
        assert_eq!(found[1].text, "Package: c\nSource: d (2)\nVersion: 3\n");
        assert!(found[0].text.ends_with("all\n\n"));
        for wrong in ["Version: 1\n", "Package: a\n", "Package: a\nVersion: 1\nwhat is this\n"] {
            assert_eq!(read(wrong), Err(NotApart), "{wrong}");
        }
    }

    #[test]
    fn base_files_tells_the_system() {
        let base =
            "Package: x\nDepends: base-files\nVersion: 1\n\nPackage: base-files\nVersion: 12.4\nMaintainer: ";
        let told = System::told_in(&format!("{base}S <s@debian.org>\n")).unwrap();
        assert_eq!(told.distro(), Some("debian-12"));
        assert_eq!(
            told.purl("g++", "1:2", Some("i386")),
            "pkg:deb/debian/g%2B%2B@1:2?arch=i386&distro=debian-12"
        );
        // It was asked, and does not say; nobody else need be asked.
        assert_eq!(System::told_in(base), Some(System::default()));
        assert_eq!(System::told_in("Package: x\nDepends: base-files\nVersion: 1\n"), None);
    }
}
