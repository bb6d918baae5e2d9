// SPDX-License-Identifier: Apache-2.0
//! From records to clusters and questions.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::keys::{Key, Rule, only_addressed};
use super::level::{self, Apart, Doubt, Part};
use super::{Candidate, Decided, MOST_SHARERS};

/// Records that are one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Numbers of the records, the most trusted first.
    pub records: Vec<i64>,
    /// A person must decide before it counts as an asset.
    pub in_question: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// It fits several that cannot be one.
    Ambiguous,
    /// It shares what should be unique with something that it contradicts.
    Contradiction,
}

impl QuestionKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ambiguous => "ambiguous",
            Self::Contradiction => "contradiction",
        }
    }
}

/// What a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub kind: QuestionKind,
    /// The cluster in question.
    pub cluster: usize,
    pub rule: Rule,
    /// The values that it shares.
    pub values: Vec<String>,
    /// The stronger rule that speaks against, if one does.
    pub against: Option<Rule>,
    /// Clusters that it may be, the likeliest first; the first is proposed.
    pub candidates: Vec<usize>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub clusters: Vec<Cluster>,
    pub questions: Vec<Question>,
}

/// Groups records. `decided` holds what people have said, `records` everything that could be one with another of them.
pub fn identify(records: &[Candidate], decided: &[Decided]) -> Outcome {
    let telling = telling_keys(records);
    let pairs = Pairs::of(records, decided);
    let apart = Apart::of(&pairs.apart);
    let mut outcome = Outcome::default();
    for connected in connected(records, &telling, &pairs) {
        let [only] = connected.as_slice() else {
            append(&mut outcome, identify_connected(records, &telling, &connected, &pairs, &apart));
            continue;
        };
        outcome.clusters.push(Cluster { records: vec![records[*only].id], in_question: false });
    }
    outcome
}

fn append(outcome: &mut Outcome, more: Outcome) {
    let from = outcome.clusters.len();
    outcome.clusters.extend(more.clusters);
    outcome.questions.extend(more.questions.into_iter().map(|mut question| {
        question.cluster += from;
        question.candidates.iter_mut().for_each(|candidate| *candidate += from);
        question
    }));
}

/// The keys of each record that identify: those that too many share do not.
fn telling_keys(records: &[Candidate]) -> Vec<Vec<&Key>> {
    let mut sharers: HashMap<&Key, usize> = HashMap::new();
    for key in records.iter().flat_map(|record| &record.keys) {
        *sharers.entry(key).or_default() += 1;
    }
    let tells = |key: &&Key| sharers.get(key).is_none_or(|count| *count <= MOST_SHARERS);
    records.iter().map(|record| record.keys.iter().filter(tells).collect()).collect()
}

/// What people have said, by index.
#[derive(Default)]
struct Pairs {
    same: Vec<(usize, usize)>,
    apart: HashSet<(usize, usize)>,
}

impl Pairs {
    fn of(records: &[Candidate], decided: &[Decided]) -> Self {
        let mut pairs = Self::default();
        if decided.is_empty() {
            return pairs;
        }
        let by_id: HashMap<i64, usize> =
            records.iter().enumerate().map(|(index, record)| (record.id, index)).collect();
        for decision in decided {
            let (Decided::Same(left, right) | Decided::Apart(left, right)) = decision;
            let (Some(&left), Some(&right)) = (by_id.get(left), by_id.get(right)) else { continue };
            let pair = (left.min(right), left.max(right));
            match decision {
                Decided::Same(..) => pairs.same.push(pair),
                Decided::Apart(..) => {
                    pairs.apart.insert(pair);
                }
            }
        }
        pairs
    }
}

fn root(group: &mut [usize], mut of: usize) -> usize {
    while group[of] != of {
        group[of] = group[group[of]];
        of = group[of];
    }
    of
}

fn unite(group: &mut [usize], left: usize, right: usize) {
    let (left, right) = (root(group, left), root(group, right));
    group[left.max(right)] = left.min(right);
}

/// Records that hang together by any value or decision; nothing outside can matter to them.
fn connected(records: &[Candidate], telling: &[Vec<&Key>], pairs: &Pairs) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..records.len()).collect();
    let mut first: HashMap<&Key, usize> = HashMap::new();
    let bare = |index: usize| only_addressed(&records[index].keys);
    let addresses: HashSet<&Key> = (0..records.len())
        .filter(|index| bare(*index))
        .flat_map(|index| telling[index].iter().copied())
        .collect();
    for (index, keys) in telling.iter().enumerate() {
        for key in keys.iter().filter(|key| key.rule != Rule::Address || addresses.contains(*key)) {
            let other = *first.entry(key).or_insert(index);
            unite(&mut group, index, other);
        }
    }
    for (left, right) in pairs.same.iter().chain(&pairs.apart) {
        unite(&mut group, *left, *right);
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..records.len() {
        members.entry(root(&mut group, index)).or_default().push(index);
    }
    members.into_values().collect()
}

fn identify_connected(
    records: &[Candidate],
    telling: &[Vec<&Key>],
    connected: &[usize],
    pairs: &Pairs,
    apart: &Apart<'_>,
) -> Outcome {
    let mut parts = begin(records, telling, connected, &pairs.same);
    let mut open: Vec<(usize, Doubt)> = Vec::new();
    for rule in Rule::ALL {
        if parts.len() == 1 {
            break;
        }
        let doubts = level::apply(&mut parts, rule, apart);
        // Clusters are numbered anew at each rule: a record stands for its own from here on.
        open.extend(doubts.into_iter().map(|doubt| (parts[doubt.part].members[0], rename(&parts, doubt))));
    }
    outcome(records, &parts, open)
}

/// Candidates as one of their records each.
fn rename(parts: &[Part<'_>], mut doubt: Doubt) -> Doubt {
    doubt.candidates = doubt.candidates.iter().map(|part| parts[*part].members[0]).collect();
    doubt
}

fn begin<'a>(
    records: &'a [Candidate],
    telling: &[Vec<&'a Key>],
    connected: &[usize],
    same: &[(usize, usize)],
) -> Vec<Part<'a>> {
    let place: HashMap<usize, usize> = connected.iter().enumerate().map(|(at, index)| (*index, at)).collect();
    let mut group: Vec<usize> = (0..connected.len()).collect();
    for (left, right) in same {
        if let (Some(left), Some(right)) = (place.get(left), place.get(right)) {
            unite(&mut group, *left, *right);
        }
    }
    let mut parts: BTreeMap<usize, Part<'a>> = BTreeMap::new();
    for (at, index) in connected.iter().enumerate() {
        let part = Part::of(*index, &records[*index], &telling[*index]);
        match parts.entry(root(&mut group, at)) {
            Entry::Occupied(mut known) => known.get_mut().absorb(part),
            Entry::Vacant(place) => {
                place.insert(part);
            }
        }
    }
    parts.into_values().collect()
}

fn outcome(records: &[Candidate], parts: &[Part<'_>], open: Vec<(usize, Doubt)>) -> Outcome {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|left, right| parts[*left].lead.cmp(&parts[*right].lead));
    let mut cluster_of: HashMap<usize, usize> = HashMap::new();
    let mut clusters = Vec::with_capacity(parts.len());
    for (at, part) in order.iter().map(|part| &parts[*part]).enumerate() {
        let mut members = part.members.clone();
        members.sort_by_key(|member| (records[*member].rank, &records[*member].name));
        cluster_of.extend(members.iter().map(|member| (*member, at)));
        let ids = members.iter().map(|member| records[*member].id).collect();
        clusters.push(Cluster { records: ids, in_question: part.held });
    }
    let keys_of = |cluster: usize| -> &BTreeSet<&Key> { &parts[order[cluster]].keys };
    let mut questions: Vec<Question> = open
        .into_iter()
        .filter_map(|(member, doubt)| {
            let cluster = *cluster_of.get(&member)?;
            let candidates: BTreeSet<usize> =
                doubt.candidates.iter().filter_map(|member| cluster_of.get(member).copied()).collect();
            let mut candidates: Vec<usize> =
                candidates.into_iter().filter(|other| *other != cluster).collect();
            candidates.sort_by_key(|other| {
                (std::cmp::Reverse(likeness(keys_of(cluster), keys_of(*other))), *other)
            });
            let kind = if doubt.ambiguous { QuestionKind::Ambiguous } else { QuestionKind::Contradiction };
            let values = doubt.values.into_iter().collect();
            Some(Question { kind, cluster, rule: doubt.rule, values, against: doubt.against, candidates })
        })
        .collect();
    questions.sort_by_key(|question| question.cluster);
    Outcome { clusters, questions }
}

/// How much two clusters share: a stronger rule's value counts more than all weaker ones.
pub(super) fn likeness(left: &BTreeSet<&Key>, right: &BTreeSet<&Key>) -> u32 {
    let weight = |key: &&&Key| 1u32 << (3 * (Rule::ALL.len() - 1 - key.rule as usize));
    left.intersection(right).map(|key| weight(&key)).fold(0, u32::saturating_add)
}
