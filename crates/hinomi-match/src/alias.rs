// SPDX-License-Identifier: Apache-2.0
//! Vulnerabilities: groups of advisories that are names of the same thing.
//!
//! ```text
//!   GHSA-a ── aliases ── CVE-1          one CVE beside it: GHSA-a is a name of CVE-1
//!   PYSEC-b ─ aliases ── GHSA-a         joins through GHSA-a
//!   GHSA-c ── aliases ── CVE-1, CVE-2   speaks of two: stands for itself, merges nothing
//! ```
//!
//! `aliases` is symmetric and transitive in OSV, but a record that lists several CVEs is a *set* of
//! vulnerabilities, not a name of one; merging through it would make one vulnerability of two. So two CVEs
//! never share a group. The outcome depends on the set of records only, not on their order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Every group of a set of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// Identifier → index into `groups`.
    group_of: HashMap<String, u32>,
    groups: Vec<Group>,
}

/// One vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The identifier that stands for it: its CVE when it has one.
    pub canonical: String,
    /// Every identifier, the canonical one too, sorted.
    pub members: Vec<String>,
}

impl Groups {
    /// The canonical identifier of the group that `id` is in; `id` itself when it is in none.
    #[must_use]
    pub fn canonical<'a>(&'a self, id: &'a str) -> &'a str {
        self.group(id).map_or(id, |group| group.canonical.as_str())
    }

    /// The group that `id` is in.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.group_of.get(id).and_then(|index| self.groups.get(*index as usize))
    }

    /// Every group, by canonical identifier.
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// Number of groups.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// True without any group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

/// What the records say about one identifier that is no CVE.
#[derive(Clone, PartialEq, Eq)]
enum Standing {
    /// Exactly one CVE is named beside it, or reached through identifiers without any.
    NameOf(u32),
    /// Several are: it speaks of a set.
    Set,
    /// None is.
    Free,
}

/// Groups the records by their aliases.
///
/// ```
/// let groups = hinomi_match::alias::groups([("GHSA-a", &["CVE-1"][..]), ("PYSEC-b", &["GHSA-a"][..])]);
/// assert_eq!(groups.canonical("PYSEC-b"), "CVE-1");
/// ```
pub fn groups<I, A, S>(records: impl IntoIterator<Item = (I, A)>) -> Groups
where
    I: AsRef<str>,
    A: IntoIterator<Item = S>,
    S: AsRef<str>,
{
    let mut names = Names::default();
    // Each edge once, both ways, so that who listed whom makes no difference.
    let mut edges: BTreeSet<(u32, u32)> = BTreeSet::new();
    for (id, aliases) in records {
        let id = names.intern(id.as_ref());
        for alias in aliases {
            let alias = names.intern(alias.as_ref());
            if alias != id {
                edges.insert((id, alias));
                edges.insert((alias, id));
            }
        }
    }
    let standings = standings(&names, &edges);
    build(&names, &edges, &standings)
}

#[derive(Default)]
struct Names {
    index: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Names {
    fn intern(&mut self, id: &str) -> u32 {
        let id = id.trim();
        let upper;
        // CVE numbers are written in both cases; nothing else is.
        let id = if id.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("CVE-")) {
            upper = id.to_ascii_uppercase();
            upper.as_str()
        } else {
            id
        };
        if let Some(index) = self.index.get(id) {
            return *index;
        }
        let index = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(id.to_owned());
        self.index.insert(id.to_owned(), index);
        index
    }

    fn is_cve(&self, index: u32) -> bool {
        self.texts[index as usize].starts_with("CVE-")
    }
}

/// Counts the CVEs directly beside each identifier.
fn standings(names: &Names, edges: &BTreeSet<(u32, u32)>) -> Vec<Standing> {
    let mut standings = vec![Standing::Free; names.texts.len()];
    for (from, to) in edges {
        if names.is_cve(*from) || !names.is_cve(*to) {
            continue;
        }
        let standing = &mut standings[*from as usize];
        *standing = match standing {
            Standing::Free => Standing::NameOf(*to),
            Standing::NameOf(cve) if cve == to => continue,
            Standing::NameOf(_) | Standing::Set => Standing::Set,
        };
    }
    standings
}

fn build(names: &Names, edges: &BTreeSet<(u32, u32)>, standings: &[Standing]) -> Groups {
    let mut sets = UnionFind::new(names.texts.len());
    // Identifiers without a CVE beside them join each other first …
    for (from, to) in edges {
        let free = |index: u32| !names.is_cve(index) && standings[index as usize] == Standing::Free;
        if free(*from) && free(*to) {
            sets.union(*from, *to);
        }
    }
    // … then the whole cluster joins a CVE, when its neighbours agree on one.
    let mut candidates: BTreeMap<u32, Option<u32>> = BTreeMap::new();
    for (from, to) in edges {
        if names.is_cve(*from) || standings[*from as usize] != Standing::Free {
            continue;
        }
        let seen = match standings[*to as usize] {
            Standing::NameOf(cve) => Some(cve),
            Standing::Set => None,
            Standing::Free => continue,
        };
        let cluster = sets.find(*from);
        let agreed = candidates.entry(cluster).or_insert(seen);
        if *agreed != seen {
            *agreed = None;
        }
    }
    for (cluster, cve) in candidates {
        if let Some(cve) = cve {
            sets.union(cluster, cve);
        }
    }
    for (index, standing) in standings.iter().enumerate() {
        if let Standing::NameOf(cve) = standing {
            sets.union(u32::try_from(index).unwrap_or(u32::MAX), *cve);
        }
    }
    collect(names, &mut sets)
}

fn collect(names: &Names, sets: &mut UnionFind) -> Groups {
    let mut members: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (index, text) in names.texts.iter().enumerate() {
        let root = sets.find(u32::try_from(index).unwrap_or(u32::MAX));
        members.entry(root).or_default().push(text.clone());
    }
    let mut groups: Vec<Group> = members
        .into_values()
        .filter_map(|mut members| {
            members.sort_unstable();
            let canonical = members.iter().min_by_key(|id| (rank(id), (*id).clone()))?.clone();
            Some(Group { canonical, members })
        })
        .collect();
    groups.sort_unstable_by(|left, right| left.canonical.cmp(&right.canonical));
    let mut group_of = HashMap::with_capacity(names.texts.len());
    for (index, group) in groups.iter().enumerate() {
        for member in &group.members {
            group_of.insert(member.clone(), u32::try_from(index).unwrap_or(u32::MAX));
        }
    }
    Groups { group_of, groups }
}

/// Which identifier people know best.
fn rank(id: &str) -> u8 {
    match id.split_once('-').map_or(id, |(prefix, _)| prefix) {
        "CVE" => 0,
        "GHSA" => 1,
        _ => 2,
    }
}

struct UnionFind {
    parents: Vec<u32>,
}

impl UnionFind {
    fn new(length: usize) -> Self {
        Self { parents: (0..u32::try_from(length).unwrap_or(u32::MAX)).collect() }
    }

    fn find(&mut self, mut index: u32) -> u32 {
        while self.parents[index as usize] != index {
            let grandparent = self.parents[self.parents[index as usize] as usize];
            self.parents[index as usize] = grandparent;
            index = grandparent;
        }
        index
    }

    /// The smaller root wins; groups are read by membership, so which one wins shows nowhere.
    fn union(&mut self, left: u32, right: u32) {
        let (left, right) = (self.find(left), self.find(right));
        let (low, high) = (left.min(right), left.max(right));
        self.parents[high as usize] = low;
    }
}

#[cfg(test)]
mod tests {
    use super::groups;

    fn canonical(records: &[(&str, &[&str])], id: &str) -> String {
        let forward = groups(records.iter().map(|(id, aliases)| (*id, aliases.iter())));
        let backward = groups(records.iter().rev().map(|(id, aliases)| (*id, aliases.iter().rev())));
        assert_eq!(forward.canonical(id), backward.canonical(id), "order must not matter");
        assert_eq!(forward.groups, backward.groups, "order must not matter");
        forward.canonical(id).to_owned()
    }

    #[test]
    fn chains_are_followed_whole() {
        // A~D, B~C, C~D: pairwise grouping leaves B apart.
        let records: &[(&str, &[&str])] = &[("A", &["D"]), ("B", &["C"]), ("C", &["D"])];
        assert_eq!(canonical(records, "B"), "A");
        assert_eq!(canonical(records, "D"), "A");
    }

    #[test]
    fn the_cve_stands_for_the_group_and_its_case_does_not_matter() {
        let records: &[(&str, &[&str])] = &[("GHSA-a", &["cve-2026-1"]), ("GO-1", &["GHSA-a", "CVE-2026-1"])];
        assert_eq!(canonical(records, "GO-1"), "CVE-2026-1");
        assert_eq!(canonical(records, "GHSA-a"), "CVE-2026-1");
    }

    #[test]
    fn a_record_with_two_cves_merges_neither() {
        let records: &[(&str, &[&str])] =
            &[("GHSA-s", &["CVE-1", "CVE-2"]), ("GO-1", &["CVE-1"]), ("GO-2", &["CVE-2"])];
        assert_eq!(canonical(records, "GHSA-s"), "GHSA-s");
        assert_eq!(canonical(records, "GO-1"), "CVE-1");
        assert_eq!(canonical(records, "GO-2"), "CVE-2");
    }

    #[test]
    fn two_cves_never_meet_through_a_third_name() {
        let records: &[(&str, &[&str])] =
            &[("PYSEC-1", &["CVE-1", "GHSA-x"]), ("PYSEC-2", &["CVE-2", "GHSA-x"])];
        assert_eq!(canonical(records, "PYSEC-1"), "CVE-1");
        assert_eq!(canonical(records, "PYSEC-2"), "CVE-2");
        assert_eq!(canonical(records, "GHSA-x"), "GHSA-x");
    }

    #[test]
    fn a_name_reached_through_another_joins_its_cve() {
        let records: &[(&str, &[&str])] = &[("PYSEC-1", &["GHSA-x"]), ("GHSA-x", &["CVE-1"])];
        assert_eq!(canonical(records, "PYSEC-1"), "CVE-1");
        let groups = groups(records.iter().map(|(id, aliases)| (*id, aliases.iter())));
        assert_eq!(groups.group("GHSA-x").unwrap().members, ["CVE-1", "GHSA-x", "PYSEC-1"]);
    }

    #[test]
    fn without_a_cve_the_best_known_name_stands() {
        assert_eq!(canonical(&[("ALSA-1", &["GHSA-z"])], "ALSA-1"), "GHSA-z");
        assert_eq!(canonical(&[("MAL-1", &[])], "MAL-1"), "MAL-1");
        assert_eq!(canonical(&[], "X"), "X");
    }
}
