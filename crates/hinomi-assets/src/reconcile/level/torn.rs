// SPDX-License-Identifier: Apache-2.0
//! Who contradicts whom among clusters that fit one another.
//!
//! ```text
//!  fits of one cluster:  a ── b    each pair is compared once; who is held leaves every set it was in,
//!                         ╲  ╱     and nothing is compared again
//!                          c ✗ d
//! ```
//! Thousands may hang together by their addresses: the work grows with the pairs that fit one and the same cluster, not
//! with all pairs.

use std::collections::{BTreeSet, HashMap};

use super::{Apart, Neighbours, Part, contradiction, differ_by};
use crate::reconcile::keys::{Key, Rule};

/// Up to so many are compared pair by pair.
const FEW: usize = 16;

/// All of a cluster that may contradict another at a rule. Two that are alike in it never do.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Mark<'p, 'a> {
    classes: &'p BTreeSet<u8>,
    places: Vec<&'a str>,
    telling: Vec<&'a Key>,
    numbered: Vec<(i64, &'p BTreeSet<&'a str>)>,
    beside: Vec<((i64, &'a str), &'p BTreeSet<&'a str>)>,
}

impl<'p, 'a> Mark<'p, 'a> {
    fn of(part: &'p Part<'a>, rule: Rule) -> Self {
        let places = if rule >= Rule::Hostname { part.places.iter().copied().collect() } else { Vec::new() };
        Self {
            classes: &part.classes,
            places,
            telling: part.keys.iter().copied().filter(|key| differ_by(rule, key.rule)).collect(),
            numbered: part.numbered.iter().map(|(source, names)| (*source, names)).collect(),
            beside: part.beside.iter().map(|(name, names)| (*name, names)).collect(),
        }
    }
}

/// Do two of the clusters contradict each other?
pub(super) fn is_torn(parts: &[Part<'_>], fits: &BTreeSet<usize>, rule: Rule, apart: &Apart<'_>) -> bool {
    let mut compared: Vec<usize> = fits.iter().copied().collect();
    if compared.len() > FEW {
        let mut marks = BTreeSet::new();
        compared.retain(|one| {
            let part = &parts[*one];
            apart.concerns(part) || marks.insert(Mark::of(part, rule))
        });
    }
    let against =
        |left: usize, right: usize| contradiction(&parts[left], &parts[right], rule, apart).is_some();
    let compared = compared.as_slice();
    compared
        .iter()
        .enumerate()
        .any(|(at, left)| compared[at + 1..].iter().any(|right| against(*left, *right)))
}

/// By trust, the least trusted last.
type ByTrust<'a> = BTreeSet<((i64, &'a str), usize)>;

/// Those that fit one cluster and contradict one another.
#[derive(Default)]
struct Torn<'a> {
    against: HashMap<usize, BTreeSet<usize>>,
    by_trust: ByTrust<'a>,
}

impl<'a> Torn<'a> {
    fn of(parts: &[Part<'a>], fits: &BTreeSet<usize>, rule: Rule, apart: &Apart<'_>) -> Self {
        let mut torn = Self::default();
        let fits: Vec<usize> = fits.iter().copied().collect();
        for (at, &left) in fits.iter().enumerate() {
            for &right in &fits[at + 1..] {
                if contradiction(&parts[left], &parts[right], rule, apart).is_some() {
                    torn.against.entry(left).or_default().insert(right);
                    torn.against.entry(right).or_default().insert(left);
                }
            }
        }
        torn.by_trust = torn.against.keys().map(|one| (parts[*one].lead, *one)).collect();
        torn
    }

    fn leaves(&mut self, parts: &[Part<'a>], gone: usize) {
        let Some(others) = self.against.remove(&gone) else { return };
        self.by_trust.remove(&(parts[gone].lead, gone));
        for other in others {
            if let Some(left) = self.against.get_mut(&other) {
                left.remove(&gone);
                if left.is_empty() {
                    self.against.remove(&other);
                    self.by_trust.remove(&(parts[other].lead, other));
                }
            }
        }
    }

    /// Of one that is torn and those between which it is, the least trusted.
    fn least(&self, parts: &[Part<'a>], part: usize) -> Option<((i64, &'a str), usize)> {
        self.by_trust.last().copied().map(|least| least.max((parts[part].lead, part)))
    }
}

/// Holds the least trusted of all that are torn or torn between, until nothing is torn.
pub(super) fn least_trusted_of_torn(
    parts: &[Part<'_>],
    neighbours: &Neighbours,
    rule: Rule,
    apart: &Apart<'_>,
) -> BTreeSet<usize> {
    let mut torn: HashMap<usize, Torn<'_>> = HashMap::new();
    // By trust, with the cluster that is torn: the last one is held next.
    let mut waiting: BTreeSet<((i64, &str), usize, usize)> = BTreeSet::new();
    for (&part, fits) in neighbours {
        let found = Torn::of(parts, fits, rule, apart);
        if let Some((lead, least)) = found.least(parts, part) {
            waiting.insert((lead, least, part));
            torn.insert(part, found);
        }
    }
    let mut held: BTreeSet<usize> = BTreeSet::new();
    while let Some(&(_, next, _)) = waiting.last() {
        held.insert(next);
        for part in neighbours.get(&next).into_iter().flatten().copied().chain([next]) {
            let Some(found) = torn.get_mut(&part) else { continue };
            if let Some((lead, least)) = found.least(parts, part) {
                waiting.remove(&(lead, least, part));
            }
            found.leaves(parts, next);
            match found.least(parts, part).filter(|_| !held.contains(&part)) {
                Some((lead, least)) => {
                    waiting.insert((lead, least, part));
                }
                None => {
                    torn.remove(&part);
                }
            }
        }
    }
    held
}
