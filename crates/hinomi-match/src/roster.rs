// SPDX-License-Identifier: Apache-2.0
//! Many components that were resolved before, laid out so that asking about all of them reads memory in order.
//!
//! ```text
//!   places   3 3 3 0 3 …         ecosystem and release, each once: is anything loaded for it?
//!   hashes   h h h h h …         of the package keys: does any advisory name it?
//!   resolved ───────x─────       looked at only where one of the two says yes, mostly one in five
//! ```

use std::collections::HashMap;

use crate::by_package::ByPackage;
use crate::index::package_hash;
use crate::query::{Resolved, UnknownReason};

/// Components in the words of advisories, by number.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    resolved: Vec<Resolved>,
    /// Of the first key of each; what has none, or several, or a reason of its own, is always asked about.
    hashes: Vec<u64>,
    place_of: Vec<u32>,
    /// One component of each ecosystem and release.
    places: Vec<Resolved>,
    known: HashMap<(String, Option<String>), u32>,
}

/// The place of what is always asked about.
const ANYWHERE: u32 = u32::MAX;

impl Roster {
    /// Adds a component; its number is how many there were.
    pub fn push(&mut self, resolved: Resolved) {
        let plain = resolved.cpe.is_none() && resolved.unknown.is_none() && resolved.more.is_empty();
        match resolved.keys.as_slice() {
            [key] if plain => {
                self.hashes.push(package_hash(&key.ecosystem, &key.name));
                let place = self.place(&resolved);
                self.place_of.push(place);
            }
            _ => {
                self.hashes.push(0);
                self.place_of.push(ANYWHERE);
            }
        }
        self.resolved.push(resolved);
    }

    fn place(&mut self, resolved: &Resolved) -> u32 {
        let named = (resolved.unit.ecosystem.clone(), resolved.release.clone());
        let next = u32::try_from(self.places.len()).unwrap_or(ANYWHERE);
        let place = *self.known.entry(named).or_insert(next);
        if place == next {
            self.places.push(resolved.clone());
        }
        place
    }

    /// Number of components.
    #[must_use]
    pub fn len(&self) -> usize {
        self.resolved.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resolved.is_empty()
    }

    /// The component of that number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Resolved> {
        self.resolved.get(number)
    }

    /// The same components side by side with those of their package, for records that change.
    #[must_use]
    pub fn by_package(&self) -> ByPackage<'_> {
        ByPackage::new(self)
    }

    /// Reads a little of each, so that the memory fetches them side by side instead of one after another.
    pub(crate) fn fetch(&self, numbers: &[usize]) {
        let components = || numbers.iter().filter_map(|number| self.resolved.get(*number));
        let near: usize = components().map(|one| one.keys.len() + usize::from(one.kernel_not_running)).sum();
        let first = |text: Option<&str>| {
            text.and_then(|text| text.as_bytes().first()).map_or(0, |byte| usize::from(*byte))
        };
        let far: usize = components()
            .map(|one| one.keys.first().map_or(0, |key| key.name.len()) + first(one.version.as_deref()))
            .sum();
        let further: usize = components()
            .map(|one| {
                let key = one.keys.first();
                first(key.map(|key| key.name.as_str())) + first(key.map(|key| key.ecosystem.as_str()))
            })
            .sum();
        std::hint::black_box(near + far + further);
    }

    /// Its ecosystem and release, where nothing else decides whether anything can be said.
    pub(crate) fn place_of(&self, number: usize) -> Option<usize> {
        self.place_of.get(number).map(|place| *place as usize)
    }

    pub(crate) fn places(&self) -> &[Resolved] {
        &self.places
    }

    /// `beyond`: for each place, why nothing can be said there. `named`: whether any advisory names a package.
    pub(crate) fn may_be_spoken_of(
        &self,
        number: usize,
        beyond: &[Option<UnknownReason>],
        named: impl FnOnce(u64) -> bool,
    ) -> bool {
        let (Some(place), Some(hash)) = (self.place_of.get(number), self.hashes.get(number)) else {
            return false;
        };
        beyond.get(*place as usize).is_none_or(Option::is_some) || named(*hash)
    }
}

impl FromIterator<Resolved> for Roster {
    fn from_iter<I: IntoIterator<Item = Resolved>>(components: I) -> Self {
        let mut roster = Self::default();
        components.into_iter().for_each(|resolved| roster.push(resolved));
        roster
    }
}
