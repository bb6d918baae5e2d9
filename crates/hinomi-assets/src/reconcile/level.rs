// SPDX-License-Identifier: Apache-2.0
//! One rule at work on the clusters that stronger rules have left.
//!
//! ```text
//!  who shares a value ──┬─ contradicts nobody else who shares it ──→ one cluster
//!                       ├─ fits two that contradict each other   ──→ ambiguous: held
//!                       └─ contradicts, though it should not share ──→ contradiction: the less trusted is held
//! ```
//! Each step looks at all clusters at once and changes them at once, so no order can matter.

mod torn;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Candidate;
use super::keys::{Key, Rule};
use crate::model::AssetKind;
use torn::{is_torn, least_trusted_of_torn};

/// Records that are one thing, while it is being found out.
#[derive(Debug, Clone, Default)]
pub(super) struct Part<'a> {
    /// Indices of the candidates.
    pub members: Vec<usize>,
    /// Whom to believe first among the members; also what breaks every tie.
    pub lead: (i64, &'a str),
    pub keys: BTreeSet<&'a Key>,
    pub numbered: BTreeMap<i64, BTreeSet<&'a str>>,
    /// By source and the name under which it saw several at once.
    pub beside: BTreeMap<(i64, &'a str), BTreeSet<&'a str>>,
    pub places: BTreeSet<&'a str>,
    pub classes: BTreeSet<u8>,
    pub held: bool,
}

impl<'a> Part<'a> {
    pub(super) fn of(index: usize, candidate: &'a Candidate, telling: &[&'a Key]) -> Self {
        let mut part = Self {
            members: vec![index],
            lead: (candidate.rank, &candidate.name),
            keys: telling.iter().copied().collect(),
            ..Self::default()
        };
        if candidate.numbered {
            part.numbered.entry(candidate.source).or_default().insert(&candidate.name);
        }
        if let Some(name) = &candidate.beside {
            part.beside.entry((candidate.source, name)).or_default().insert(&candidate.name);
        }
        part.places.extend(candidate.place.as_deref());
        part.classes.extend(candidate.kind.map(class));
        part
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.members.extend(other.members);
        self.lead = self.lead.min(other.lead);
        self.keys.extend(other.keys);
        for (source, names) in other.numbered {
            self.numbered.entry(source).or_default().extend(names);
        }
        for (name, names) in other.beside {
            self.beside.entry(name).or_default().extend(names);
        }
        self.places.extend(other.places);
        self.classes.extend(other.classes);
        self.held |= other.held;
    }

    fn of_rule(&self, rule: Rule) -> impl Iterator<Item = &'a Key> + '_ {
        self.keys.iter().copied().filter(move |key| key.rule == rule)
    }

    /// Nothing but addresses is known of it.
    fn only_addressed(&self) -> bool {
        self.keys.iter().all(|key| key.rule == Rule::Address)
    }
}

/// Machines, images and services are never one another, however they are called.
fn class(kind: AssetKind) -> u8 {
    match kind {
        AssetKind::Host | AssetKind::NetworkDevice | AssetKind::CloudResource => 1,
        AssetKind::ContainerImage => 2,
        AssetKind::ListeningService => 3,
    }
}

/// Why two clusters cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contradiction {
    /// A person said so.
    Decided,
    /// Another sort of thing.
    Class,
    /// One source numbers them as two.
    Source,
    /// One source saw them at once under one name.
    Beside,
    /// A stronger identifier differs.
    Identifier(Rule),
    /// Another unit or network, or another domain: many hosts are called `web-1`.
    Elsewhere,
}

#[cfg(test)]
thread_local! {
    /// How often two clusters were compared: what the work grows with.
    pub(super) static COMPARED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn contradiction(left: &Part<'_>, right: &Part<'_>, rule: Rule, apart: &Apart<'_>) -> Option<Contradiction> {
    #[cfg(test)]
    COMPARED.with(|count| count.set(count.get() + 1));
    if apart.are(left, right) {
        return Some(Contradiction::Decided);
    }
    if disjoint(&left.classes, &right.classes) {
        return Some(Contradiction::Class);
    }
    if rule >= Rule::Hostname && (disjoint(&left.places, &right.places) || differ(left, right, Rule::Fqdn)) {
        return Some(Contradiction::Elsewhere);
    }
    let stronger =
        Rule::ALL.into_iter().filter(|stronger| stronger.tells_apart() && differ_by(rule, *stronger));
    if let Some(stronger) = stronger.into_iter().find(|stronger| differ(left, right, *stronger)) {
        return Some(Contradiction::Identifier(stronger));
    }
    if twice(&left.numbered, &right.numbered) {
        return Some(Contradiction::Source);
    }
    twice(&left.beside, &right.beside).then_some(Contradiction::Beside)
}

/// At a rule, may different values of another one tell two clusters apart?
fn differ_by(rule: Rule, other: Rule) -> bool {
    (other < rule && other.tells_apart()) || (rule >= Rule::Hostname && other == Rule::Fqdn)
}

fn twice<K: Ord>(left: &BTreeMap<K, BTreeSet<&str>>, right: &BTreeMap<K, BTreeSet<&str>>) -> bool {
    left.iter().any(|(source, names)| {
        right.get(source).is_some_and(|others| names.iter().any(|name| !others.contains(name)))
    })
}

fn disjoint<T: Ord>(left: &BTreeSet<T>, right: &BTreeSet<T>) -> bool {
    !left.is_empty() && !right.is_empty() && left.is_disjoint(right)
}

/// Both have values of the rule in one namespace, and none in common.
fn differ(left: &Part<'_>, right: &Part<'_>, rule: Rule) -> bool {
    let theirs: Vec<&Key> = right.of_rule(rule).collect();
    if theirs.is_empty() {
        return false;
    }
    let mut compared = false;
    for key in left.of_rule(rule) {
        for other in theirs.iter().filter(|other| other.space() == key.space()) {
            if *other == key {
                return false;
            }
            compared = true;
        }
    }
    compared
}

/// One cluster that a person must look at.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    pub part: usize,
    pub ambiguous: bool,
    pub rule: Rule,
    pub values: BTreeSet<String>,
    pub candidates: BTreeSet<usize>,
    /// What speaks against it.
    pub against: Option<Rule>,
}

/// Of which records people have said that they are two things.
pub(super) struct Apart<'p> {
    pairs: &'p HashSet<(usize, usize)>,
    named: HashSet<usize>,
}

impl<'p> Apart<'p> {
    /// Pairs of candidates, the lower first.
    pub(super) fn of(pairs: &'p HashSet<(usize, usize)>) -> Self {
        Self { pairs, named: pairs.iter().flat_map(|(left, right)| [*left, *right]).collect() }
    }

    /// Somebody has said something of one of its records.
    fn concerns(&self, part: &Part<'_>) -> bool {
        !self.named.is_empty() && part.members.iter().any(|member| self.named.contains(member))
    }

    fn are(&self, left: &Part<'_>, right: &Part<'_>) -> bool {
        if !self.concerns(left) || !self.concerns(right) {
            return false;
        }
        let said = |one: &usize, other: &usize| self.pairs.contains(&(*one.min(other), *one.max(other)));
        left.members.iter().any(|one| right.members.iter().any(|other| said(one, other)))
    }
}

/// Applies one rule to clusters until nothing changes, then holds what is in doubt.
pub(super) fn apply<'a>(parts: &mut Vec<Part<'a>>, rule: Rule, apart: &Apart<'_>) -> Vec<Doubt> {
    // Values that nobody contradicts speak first: of two addresses, the one that only one other has.
    while join(parts, rule, apart, true) {}
    while join(parts, rule, apart, false) {}
    let mut doubts = ambiguities(parts, rule, apart);
    doubts.extend(contradictions(parts, rule, apart));
    doubts
}

/// The clusters that share a value of the rule; held ones stay out.
fn sharers<'a>(parts: &[Part<'a>], rule: Rule) -> BTreeMap<&'a str, Vec<usize>> {
    let mut sharers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate().filter(|(_, part)| !part.held) {
        for key in part.of_rule(rule) {
            sharers.entry(&key.value).or_default().push(index);
        }
    }
    sharers.retain(|_, sharing| sharing.len() > 1);
    sharers
}

type Neighbours = HashMap<usize, BTreeSet<usize>>;

/// Whom each cluster fits, through values of the rule.
fn neighbours(parts: &[Part<'_>], rule: Rule, apart: &Apart<'_>, undisputed: bool) -> Neighbours {
    let mut found = Neighbours::new();
    for sharing in sharers(parts, rule).into_values() {
        let mut pairs = Vec::new();
        let mut disputed = false;
        for (at, &left) in sharing.iter().enumerate() {
            for &right in &sharing[at + 1..] {
                if rule == Rule::Address && !parts[left].only_addressed() && !parts[right].only_addressed() {
                    continue;
                }
                match contradiction(&parts[left], &parts[right], rule, apart) {
                    None => pairs.push((left, right)),
                    Some(_) => disputed = true,
                }
            }
        }
        if disputed && undisputed {
            continue;
        }
        for (left, right) in pairs {
            found.entry(left).or_default().insert(right);
            found.entry(right).or_default().insert(left);
        }
    }
    found
}

/// Makes one of all that fit and are not torn. True when something changed.
fn join(parts: &mut Vec<Part<'_>>, rule: Rule, apart: &Apart<'_>, undisputed: bool) -> bool {
    let neighbours = neighbours(parts, rule, apart, undisputed);
    let torn: BTreeSet<usize> = neighbours
        .iter()
        .filter(|(_, fits)| is_torn(parts, fits, rule, apart))
        .map(|(part, _)| *part)
        .collect();
    let mut together: Vec<Vec<usize>> = Vec::new();
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    let mut starts: Vec<usize> = neighbours.keys().copied().filter(|part| !torn.contains(part)).collect();
    starts.sort_unstable();
    for start in starts {
        if !reached.insert(start) {
            continue;
        }
        let mut group = vec![start];
        let mut next = 0;
        while let Some(&part) = group.get(next) {
            next += 1;
            for &other in neighbours.get(&part).into_iter().flatten() {
                if !torn.contains(&other) && reached.insert(other) {
                    group.push(other);
                }
            }
        }
        // A chain may end in two that contradict each other: then nobody of it is joined.
        let all: BTreeSet<usize> = group.iter().copied().collect();
        if group.len() > 1 && !is_torn(parts, &all, rule, apart) {
            together.push(group);
        }
    }
    if together.is_empty() {
        return false;
    }
    let mut gone = vec![false; parts.len()];
    for group in together {
        for &other in &group[1..] {
            let absorbed = std::mem::take(&mut parts[other]);
            parts[group[0]].absorb(absorbed);
            gone[other] = true;
        }
    }
    let mut index = 0;
    parts.retain(|_| {
        index += 1;
        !gone[index - 1]
    });
    true
}

/// Clusters that fit several which cannot be one. They are held: weaker rules do not guess for them. Of one that is torn
/// and those between which it is, the least trusted is held first: a host that its agent describes stays, whatever
/// two rows of a list claim to be it.
fn ambiguities(parts: &mut [Part<'_>], rule: Rule, apart: &Apart<'_>) -> Vec<Doubt> {
    let neighbours = neighbours(parts, rule, apart, false);
    let mut by_trust: Vec<usize> = neighbours.keys().copied().collect();
    by_trust.sort_by(|left, right| parts[*right].lead.cmp(&parts[*left].lead));
    let mut held = least_trusted_of_torn(parts, &neighbours, rule, apart);
    // What still fits and could not be joined hangs in a chain that ends in a contradiction.
    for &part in &by_trust {
        if !held.contains(&part) && neighbours[&part].iter().any(|other| !held.contains(other)) {
            held.insert(part);
        }
    }
    let shared = sharers(parts, rule);
    let doubts = held.iter().map(|&part| {
        let candidates = neighbours[&part].clone();
        let values = values_between(parts, &shared, rule, part, &candidates);
        Doubt { part, ambiguous: true, rule, values, candidates, against: None }
    });
    let doubts: Vec<Doubt> = doubts.collect();
    for part in held {
        parts[part].held = true;
    }
    doubts
}

/// Clusters that share what should be unique and are told apart by a source's word only. The less trusted is held.
fn contradictions(parts: &mut [Part<'_>], rule: Rule, apart: &Apart<'_>) -> Vec<Doubt> {
    if !rule.should_be_unique() {
        return Vec::new();
    }
    let shared = sharers(parts, rule);
    let mut doubts: BTreeMap<usize, Doubt> = BTreeMap::new();
    for sharing in shared.values() {
        for (left, right, against) in disputes(parts, sharing, rule, apart) {
            let left_leads = parts[left].lead < parts[right].lead;
            let (keeps, held) = if left_leads { (left, right) } else { (right, left) };
            let new = || Doubt {
                part: held,
                ambiguous: false,
                rule,
                values: BTreeSet::new(),
                candidates: BTreeSet::new(),
                against,
            };
            let doubt = doubts.entry(held).or_insert_with(new);
            doubt.candidates.insert(keeps);
            // The strongest of what speaks against, whichever pair is looked at first.
            doubt.against = doubt.against.into_iter().chain(against).min();
        }
    }
    for doubt in doubts.values_mut() {
        doubt.values = values_between(parts, &shared, rule, doubt.part, &doubt.candidates);
        parts[doubt.part].held = true;
    }
    doubts.into_values().collect()
}

/// The values of the rule that a cluster shares with any of the candidates.
fn values_between(
    parts: &[Part<'_>],
    shared: &BTreeMap<&str, Vec<usize>>,
    rule: Rule,
    part: usize,
    candidates: &BTreeSet<usize>,
) -> BTreeSet<String> {
    let both = |value: &&str| {
        shared.get(value).is_some_and(|sharing| sharing.iter().any(|other| candidates.contains(other)))
    };
    let own = parts[part].of_rule(rule).map(|key| key.value.as_str());
    own.filter(both).map(str::to_owned).collect()
}

/// Pairs that share a value which should be unique, and that only a record's own word tells apart.
fn disputes(
    parts: &[Part<'_>],
    sharing: &[usize],
    rule: Rule,
    apart: &Apart<'_>,
) -> Vec<(usize, usize, Option<Rule>)> {
    let mut found = Vec::new();
    for (at, &left) in sharing.iter().enumerate() {
        for &right in &sharing[at + 1..] {
            match contradiction(&parts[left], &parts[right], rule, apart) {
                Some(Contradiction::Identifier(against)) => found.push((left, right, Some(against))),
                // Many things of one source may be called alike, but not have one serial number.
                Some(Contradiction::Source) if rule < Rule::Hostname => found.push((left, right, None)),
                _ => {}
            }
        }
    }
    found
}
