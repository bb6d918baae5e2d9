// SPDX-License-Identifier: Apache-2.0
//! Inventories whose components can be read apart: the whole is never in memory, only its text.
//!
//! ```text
//!   Outline ─► survey, on all cores ─► host, and what stands there twice ─► ask, on all cores ─► pieces in order
//! ```
//! Each part is read twice, once to learn from it and once to answer; reading takes less than keeping.

use std::hash::BuildHasher;
use std::ops::{ControlFlow, Range};

use hashbrown::{DefaultHashBuilder, HashTable};
use hinomi_inventory_formats::{Brief, Outline};
use hinomi_match::{ComponentQuery, Host};

use super::host::set_system;
use super::piece::{Answering, Piece, in_order};
use super::row::{On, distro_of, is_distribution_purl, is_package};
use super::work::Emit;

/// What one part says that others must know.
#[derive(Default)]
struct Survey {
    /// Of the query, where there is something to ask.
    hashes: Vec<Option<u64>>,
    first_distro: Option<String>,
    /// What the inventory's subject is called.
    subjects: Vec<String>,
    of_distribution: bool,
    of_languages: bool,
    excluded: u64,
}

impl Answering<'_> {
    /// `false` when nothing was said, because it takes the whole inventory to answer.
    pub(super) fn outline(
        &self,
        file: &str,
        outline: &Outline<'_>,
        emit: &mut Emit<'_, Result<Piece, String>>,
    ) -> bool {
        let head = outline.head();
        if self.matcher.index.asks_for_host() || !head.observations.is_empty() {
            return false;
        }
        let distro = head.host.distro();
        let hasher = DefaultHashBuilder::default();
        let mut whole = Some(Survey::default());
        let look = |range: Range<usize>| survey(outline, range, distro.as_deref(), &hasher);
        in_order(outline.len(), look, &mut |part| {
            whole = whole.take().zip(part).map(|(whole, part)| whole.with(part));
            if whole.is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        // A distribution may own the files of a language's packages.
        let Some(found) = whole.filter(|whole| !(whole.of_distribution && whole.of_languages)) else {
            return false;
        };
        let mut host = Host::default();
        set_system(&mut host, &head.host, || found.first_distro.as_deref());
        let subject = head.subject.as_ref().and_then(|subject| subject.purl.as_deref());
        subject.into_iter().chain(found.subjects.iter().map(String::as_str)).for_each(|identity| {
            host.add_subject(identity);
        });
        let asked = to_ask(outline, &found.hashes, distro.as_deref());
        let on = On { distro: distro.as_deref(), host: &host, listed: self.listed };
        let make = |range: Range<usize>| {
            let mut piece =
                Piece { excluded: if range.start == 0 { found.excluded } else { 0 }, ..Piece::default() };
            let parts = outline.read(range.clone()).ok_or_else(|| format!("{file}: cannot be read again"))?;
            for (number, part) in range.zip(&parts) {
                if asked.get(number) == Some(&true) {
                    self.ask(file, &query_of(part, on.distro), part.id.as_deref(), &on, &mut piece);
                }
            }
            Ok(piece)
        };
        in_order(outline.len(), make, emit);
        true
    }
}

impl Survey {
    fn with(mut self, mut next: Survey) -> Survey {
        self.hashes.append(&mut next.hashes);
        self.subjects.append(&mut next.subjects);
        self.first_distro = self.first_distro.or(next.first_distro);
        self.of_distribution |= next.of_distribution;
        self.of_languages |= next.of_languages;
        self.excluded += next.excluded;
        self
    }
}

fn survey(
    outline: &Outline<'_>,
    range: Range<usize>,
    distro: Option<&str>,
    hasher: &DefaultHashBuilder,
) -> Option<Survey> {
    let subject = outline.head().subject.as_ref().and_then(|subject| subject.id.as_deref());
    let mut found = Survey::default();
    for part in &outline.read(range)? {
        if part.is_excluded {
            found.excluded += 1;
            found.hashes.push(None);
            continue;
        }
        let asks = is_package(part.kind, part.purl.is_some() || part.cpe.is_some());
        found.hashes.push(asks.then(|| hasher.hash_one(query_of(part, distro))));
        if let Some(purl) = part.purl.as_deref() {
            let of_distribution = is_distribution_purl(purl);
            found.of_distribution |= of_distribution;
            found.of_languages |= !of_distribution;
        }
        if found.first_distro.is_none() {
            found.first_distro = part.distro.as_deref().map(str::to_owned);
        }
        if subject.is_some() && part.id.as_deref() == subject {
            found.subjects.extend(part.purl.as_deref().or(part.cpe.as_deref()).map(str::to_owned));
        }
    }
    Some(found)
}

/// Which components to ask about: packages, and one that stands there twice only once.
fn to_ask(outline: &Outline<'_>, hashes: &[Option<u64>], distro: Option<&str>) -> Vec<bool> {
    let mut known: HashTable<u32> = HashTable::with_capacity(hashes.len());
    let hash_of = |number: &u32| hashes.get(*number as usize).copied().flatten().unwrap_or_default();
    let one = |number: usize| outline.read(number..number + 1).unwrap_or_default();
    let mut is_new = |number: usize, hash: u64| {
        // Two with one hash are nearly always one component; only reading both again makes it sure.
        let same = |earlier: &u32| {
            hash_of(earlier) == hash && {
                let (earlier, later) = (one(*earlier as usize), one(number));
                earlier
                    .iter()
                    .zip(&later)
                    .all(|(left, right)| query_of(left, distro) == query_of(right, distro))
            }
        };
        if known.find(hash, same).is_some() {
            return false;
        }
        known.insert_unique(hash, u32::try_from(number).unwrap_or(u32::MAX), hash_of);
        true
    };
    hashes.iter().enumerate().map(|(number, hash)| hash.is_some_and(|hash| is_new(number, hash))).collect()
}

pub(super) fn query_of<'a>(part: &'a Brief<'_>, host: Option<&'a str>) -> ComponentQuery<'a> {
    ComponentQuery {
        purl: part.purl.as_deref(),
        cpe: part.cpe.as_deref(),
        more: &part.more_identities,
        name: &part.name,
        version: part.version.as_deref(),
        source_name: part.source_name.as_deref(),
        source_version: part.source_version.as_deref(),
        distro: distro_of(part.distro.as_deref(), part.purl.as_deref(), host),
        kernel_running: part.kernel_running,
        supplier: part.supplier.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::RwLock;

    use hinomi_inventory_formats::Inventory;
    use hinomi_match::eol::Day;
    use hinomi_match::{Catalogue, Index};

    use super::*;
    use crate::cmd::match_::once::Keys;
    use crate::cmd::match_::row::Matcher;

    const RECORDS: [&str; 2] = [
        r#"{"id": "DEMO-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}"#,
        r#"{"id": "DEMO-2", "affected": [{"package": {"ecosystem": "Debian:12", "name": "demo"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}"#,
    ];

    fn index() -> Index {
        let mut builder = Index::builder();
        for text in RECORDS {
            for record in hinomi_advisory_formats::read(text.as_bytes(), "own").unwrap() {
                builder.add(&record);
            }
        }
        builder.finish()
    }

    type Tell<'t> = dyn Fn(&mut Emit<'_, Result<Piece, String>>) -> bool + 't;

    /// What is said of a document, once by its outline and once by the whole inventory.
    fn both_ways(text: &str, listed: bool) -> (Option<String>, String) {
        let (index, catalogue) = (index(), Catalogue::default());
        let today = "2026-01-01".parse::<Day>().unwrap();
        let matcher = Matcher { index: &index, catalogue: &catalogue, today, severities: RwLock::default() };
        let answering =
            Answering { matcher: &matcher, lines: true, listed, fail_on: None, keys: Keys::default() };
        let said = |tell: &Tell<'_>| {
            let mut lines = String::new();
            let told = tell(&mut |piece| {
                let piece = piece.unwrap();
                lines.push_str(&String::from_utf8(piece.lines).unwrap());
                let _written = write!(lines, "{:?}", piece.unknowns);
                ControlFlow::Continue(())
            });
            told.then(|| lines.replace("{}", ""))
        };
        let whole: Inventory = hinomi_inventory_formats::read(text.as_bytes(), "file").unwrap();
        let apart = said(&|emit| {
            Outline::of(text.as_bytes(), "file")
                .is_some_and(|outline| answering.outline("file", &outline, emit))
        });
        let whole = said(&|emit| {
            answering.inventory("file", &whole, None, emit);
            true
        });
        (apart, whole.unwrap_or_default())
    }

    fn cyclonedx(components: &[String]) -> String {
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{}]}}"#,
            components.join(",")
        )
    }

    fn library(number: usize, purl: &str) -> String {
        format!(r#"{{"type": "library", "bom-ref": "{number}", "name": "n", "purl": "{purl}"}}"#)
    }

    #[test]
    fn an_outline_is_answered_as_the_whole_is() {
        let purl = |number: usize| match number % 3 {
            0 => format!("pkg:pypi/demo@1.{}", number % 1_000),
            1 => format!("pkg:pypi/other-{number}@1"),
            _ => "pkg:pypi/demo@1.5".to_owned(),
        };
        let components: Vec<String> = (0..5_000).map(|number| library(number, &purl(number))).collect();
        let (apart, whole) = both_ways(&cyclonedx(&components), false);
        assert_eq!(whole.lines().filter(|line| line.contains("DEMO-1")).count(), 1_000);
        assert_eq!(apart, Some(whole));
        // What is excluded is not asked about, nor does it own what a distribution's package would.
        let excluded = [
            library(1, "pkg:pypi/demo@1.9").replace(r#""n""#, r#""n", "scope": "excluded""#),
            library(2, "pkg:pypi/demo@1.8").replace(r#""n""#, r#""n", "scope": "optional""#),
            library(3, "pkg:deb/debian/demo@1-1?distro=debian-12")
                .replace(r#""n""#, r#""n", "scope": "excluded""#),
        ];
        let (apart, whole) = both_ways(&cyclonedx(&excluded), true);
        assert!(
            whole.contains("demo@1.8") && !whole.contains("demo@1.9") && !whole.contains("pkg:deb"),
            "{whole}"
        );
        assert_eq!(apart, Some(whole));
        // A component without an identity is unknown, and said so once.
        let (apart, whole) = both_ways(&cyclonedx(&[library(1, " "), library(2, " ")]), true);
        assert_eq!(whole.matches("\"rule\":\"no-identity\"").count(), 1, "{whole}");
        assert_eq!(apart, Some(whole));
        let status = "Package: base-files\nMaintainer: A <a@debian.org>\nVersion: 12.1\n\n\
            Package: libdemo1\nSource: demo (1-1)\nVersion: 1-1\n\nPackage: libdemo1\nSource: demo (1-1)\nVersion: 1-1\n";
        let (apart, whole) = both_ways(status, false);
        assert_eq!(whole.lines().filter(|line| line.contains("DEMO-2")).count(), 1, "{whole}");
        assert_eq!(apart, Some(whole));
    }

    #[test]
    fn packages_that_may_own_others_are_left_to_the_whole() {
        let of_distribution = library(1, "pkg:deb/debian/python3-demo@1-1?upstream=demo&distro=debian-12")
            .replace(r#""n""#, r#""python3-demo""#);
        let of_language = r#"{"type": "library", "bom-ref": "2", "name": "demo", "purl": "pkg:pypi/demo@1",
            "evidence": {"occurrences": [{"location": "/usr/lib/python3/dist-packages/demo-1.egg-info/PKG-INFO"}]}}"#;
        let both = [of_distribution, of_language.to_owned()];
        let (apart, whole) = both_ways(&cyclonedx(&both), false);
        assert_eq!(apart, None);
        assert!(whole.contains("owned-by-distribution-package"), "{whole}");
    }
}
