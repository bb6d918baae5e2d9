// SPDX-License-Identifier: Apache-2.0
//! Components side by side with those of the same package: what a changed record meets.
//!
//! ```text
//!   hash of a package ─► group   members by place (ecosystem, release), then by version key
//!   members   3 3 3 7 7 …        number, place, first bytes of the version key
//!   keys      kkkkkkkkkk…        the rest of the keys, and the versions as texts, in the same order
//! ```
//! A record names a package, and its intervals are ranges of version keys. So whom it reaches is a stretch of a
//! group, found by halving, in memory that lies together. What takes more than a key and a version to judge (CPE
//! names, several identities, module streams, kernels that do not run) is kept apart and asked about one by one.

use std::collections::HashMap;
use std::ops::Range;

use hinomi_version::{Scheme, encode_into};

use crate::index::{is_modular, package_hash, prefix_of, public_part};
use crate::query::{PackageKey, Resolved};
use crate::roster::Roster;

/// The components of a roster, arranged by package; see [`Roster::by_package`].
#[derive(Debug)]
pub struct ByPackage<'r> {
    roster: &'r Roster,
    groups: HashMap<u64, Range<usize>>,
    members: Vec<Member>,
    keys: Vec<u8>,
    texts: String,
    places: Vec<Place<'r>>,
    /// By hash of any of its keys: what is asked about one by one.
    apart: HashMap<u64, Vec<u32>>,
}

/// A component that its package, its version and its place say everything about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) number: u32,
    pub(crate) place: u32,
    pub(crate) prefix: u64,
    key: Part,
    text: Part,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    start: u32,
    length: u32,
}

impl Part {
    fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }

    /// Where the next `length` bytes behind `start` lie; `None` beyond four gigabytes.
    fn of(start: usize, length: usize) -> Option<Part> {
        Some(Part { start: u32::try_from(start).ok()?, length: u32::try_from(length).ok()? })
    }
}

/// What members of one package may differ in beside their version.
#[derive(Debug)]
pub(crate) struct Place<'r> {
    /// One of the components there, to ask which rows apply.
    pub(crate) like: &'r Resolved,
    pub(crate) scheme: Scheme,
}

/// A member before it has its place in order.
struct Draft {
    hash: u64,
    place: u32,
    number: u32,
    key: Range<usize>,
}

impl<'r> ByPackage<'r> {
    pub(crate) fn new(roster: &'r Roster) -> Self {
        let mut arranged = Self {
            roster,
            groups: HashMap::new(),
            members: Vec::new(),
            keys: Vec::new(),
            texts: String::new(),
            places: Vec::new(),
            apart: HashMap::new(),
        };
        let (drafts, keys) = arranged.draft();
        for group in drafts.chunk_by(|left, right| left.hash == right.hash) {
            let start = arranged.members.len();
            for draft in group {
                let same_name = group.first().and_then(|first| roster.get(first.number as usize));
                let Some(resolved) = roster.get(draft.number as usize) else { continue };
                // Two packages of one hash: the second is told apart by its name, one by one.
                let belongs = same_name.is_some_and(|first| first.keys == resolved.keys);
                if !(belongs && arranged.push(draft, &keys, version_of(resolved))) {
                    arranged.apart.entry(draft.hash).or_default().push(draft.number);
                }
            }
            if let Some(first) = group.first().filter(|_| arranged.members.len() > start) {
                arranged.groups.insert(first.hash, start..arranged.members.len());
            }
        }
        arranged
    }

    /// Who is a member, in order, with the version keys; the others go apart.
    fn draft(&mut self) -> (Vec<Draft>, Vec<u8>) {
        let mut known: HashMap<(&'r str, Option<&'r str>, Scheme, bool), u32> = HashMap::new();
        let mut drafts = Vec::with_capacity(self.roster.len());
        let mut keys = Vec::new();
        for number in 0..self.roster.len() {
            let Some(resolved) = self.roster.get(number) else { continue };
            let Ok(number) = u32::try_from(number) else { break };
            let start = keys.len();
            let Some((key, scheme)) = plain(resolved, &mut keys) else {
                for key in resolved.every_key() {
                    let list = self.apart.entry(package_hash(&key.ecosystem, &key.name)).or_default();
                    if list.last() != Some(&number) {
                        list.push(number);
                    }
                }
                continue;
            };
            let ecosystem = resolved.unit.ecosystem.as_str();
            let named = (ecosystem, resolved.release.as_deref(), scheme, resolved.by_source);
            let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
            let place = *known.entry(named).or_insert(next);
            if place == next {
                self.places.push(Place { like: resolved, scheme });
            }
            let hash = package_hash(&key.ecosystem, &key.name);
            drafts.push(Draft { hash, place, number, key: start..keys.len() });
        }
        drafts.sort_unstable_by(|left, right| {
            let by_place = (left.hash, left.place).cmp(&(right.hash, right.place));
            let by_key = || keys[left.key.clone()].cmp(&keys[right.key.clone()]);
            by_place.then_with(by_key).then(left.number.cmp(&right.number))
        });
        (drafts, keys)
    }

    fn push(&mut self, draft: &Draft, keys: &[u8], text: &str) -> bool {
        let key = &keys[draft.key.clone()];
        let parts = Part::of(self.keys.len(), key.len()).zip(Part::of(self.texts.len(), text.len()));
        let Some((key_part, text_part)) = parts else { return false };
        self.members.push(Member {
            number: draft.number,
            place: draft.place,
            prefix: prefix_of(key),
            key: key_part,
            text: text_part,
        });
        self.keys.extend_from_slice(key);
        self.texts.push_str(text);
        true
    }

    pub(crate) fn roster(&self) -> &'r Roster {
        self.roster
    }

    /// The members of a package, by place and version key.
    pub(crate) fn members(&self, hash: u64, ecosystem: &str, name: &str) -> &[Member] {
        let Some(range) = self.groups.get(&hash) else { return &[] };
        let members = self.members.get(range.clone()).unwrap_or_default();
        let first = members.first().and_then(|member| self.roster.get(member.number as usize));
        let is_it = |key: &PackageKey| key.name == name && key.ecosystem == ecosystem;
        if first.is_some_and(|first| first.keys.iter().all(is_it)) { members } else { &[] }
    }

    pub(crate) fn apart(&self, hash: u64) -> &[u32] {
        self.apart.get(&hash).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn places(&self) -> &[Place<'r>] {
        &self.places
    }

    pub(crate) fn key(&self, member: &Member) -> &[u8] {
        self.keys.get(member.key.range()).unwrap_or_default()
    }

    pub(crate) fn text(&self, member: &Member) -> &str {
        self.texts.get(member.text.range()).unwrap_or_default()
    }
}

fn version_of(resolved: &Resolved) -> &str {
    resolved.version.as_deref().unwrap_or_default().trim()
}

/// The key and the order of a component that its version alone places, and the version's key into `keys`.
fn plain<'r>(resolved: &'r Resolved, keys: &mut Vec<u8>) -> Option<(&'r PackageKey, Scheme)> {
    let [key] = resolved.keys.as_slice() else { return None };
    let scheme = resolved.scheme.filter(|scheme| scheme.is_totally_ordered())?;
    resolved.version.as_ref()?;
    let version = version_of(resolved);
    let says_more = resolved.cpe.is_some()
        || resolved.unknown.is_some()
        || resolved.module.is_some()
        || resolved.kernel_not_running
        || resolved.by_name
        || !resolved.more.is_empty()
        || is_modular(version)
        || public_part(scheme, version).is_some();
    if says_more {
        return None;
    }
    if !scheme.is_in_line(version) {
        return None;
    }
    encode_into(scheme, version, keys).ok()?;
    Some((key, scheme))
}
