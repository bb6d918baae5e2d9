// SPDX-License-Identifier: Apache-2.0
//! Which cluster is which asset, and what it will be; no database.

use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_core::{AssetId, SystemId, UnitId};
use hinomi_db::search::fold;

use super::closure::{Closure, Loaded};
use super::place::Places;
use crate::reconcile::{Chosen, Decided, Question, Spoken, choose, display_name, identify};

/// Which asset a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Existing(AssetId),
    New,
    /// In question, and never an asset: none is made of it.
    Nothing,
}

#[derive(Debug)]
pub(super) struct ClusterPlan {
    /// Places in the closure's records, the most trusted first.
    pub members: Vec<usize>,
    pub in_question: bool,
    pub target: Target,
    /// Assets that become part of the target.
    pub losers: Vec<AssetId>,
    pub chosen: Chosen,
    pub name: String,
    /// The name to take when the first is taken by something outside.
    pub other_name: String,
    pub discovered: bool,
    pub assign: Option<(UnitId, Option<SystemId>)>,
    pub question: Option<Question>,
}

pub(super) fn make(closure: &Closure, places: &Places) -> Vec<ClusterPlan> {
    let candidates = closure.candidates();
    let outcome = identify(&candidates, &closure.decided);
    let index: HashMap<i64, usize> =
        closure.records.iter().enumerate().map(|(at, loaded)| (loaded.row.id, at)).collect();
    let members: Vec<Vec<usize>> = outcome
        .clusters
        .iter()
        .map(|cluster| cluster.records.iter().filter_map(|id| index.get(id).copied()).collect())
        .collect();
    let mut plans: Vec<ClusterPlan> = Vec::with_capacity(members.len());
    for (cluster, members) in outcome.clusters.iter().zip(members) {
        let loaded: Vec<&Loaded> = members.iter().map(|at| &closure.records[*at]).collect();
        let chosen = chosen(closure, &loaded);
        let scanner =
            |loaded: &&Loaded| closure.source(loaded).is_some_and(|(source, _)| source.kind == "scanner");
        plans.push(ClusterPlan {
            in_question: cluster.in_question,
            target: Target::Nothing,
            losers: Vec::new(),
            name: String::new(),
            other_name: String::new(),
            discovered: loaded.iter().all(scanner),
            assign: loaded.iter().find_map(|loaded| places.of_record(&loaded.record)),
            question: None,
            chosen,
            members,
        });
    }
    for question in outcome.questions {
        let cluster = question.cluster;
        plans[cluster].question.get_or_insert(question);
    }
    claim(closure, &mut plans);
    name(closure, &mut plans);
    plans
}

fn chosen(closure: &Closure, loaded: &[&Loaded]) -> Chosen {
    let none = BTreeMap::new();
    let spoken: Vec<Spoken<'_>> = loaded
        .iter()
        .map(|loaded| {
            let source = closure.source(loaded);
            Spoken {
                name: &loaded.name,
                source: source.map(|(source, _)| source.name.as_str()).unwrap_or_default(),
                rank: source.map_or(i64::MAX, |(source, _)| source.rank),
                ranks: source.map_or(&none, |(_, ranks)| ranks),
                at: loaded.row.observed_at,
                record: &loaded.record,
            }
        })
        .collect();
    choose(&spoken)
}

/// A cluster's claim to an asset: those in question come last, then who lacks the record that the asset was made of, then
/// who has a less trusted one of its records.
type AssetClaim<'a> = (bool, bool, (i64, &'a str), usize);

/// Who claims each asset, the strongest claim first.
fn claims<'a>(closure: &'a Closure, plans: &[ClusterPlan]) -> BTreeMap<AssetId, Vec<AssetClaim<'a>>> {
    let mut claims: BTreeMap<AssetId, Vec<AssetClaim<'_>>> = BTreeMap::new();
    for (at, plan) in plans.iter().enumerate() {
        for loaded in plan.members.iter().map(|member| &closure.records[*member]) {
            let Some(asset) = loaded.row.asset_id else { continue };
            let rank = closure.source(loaded).map_or(i64::MAX, |(source, _)| source.rank);
            let is_home = loaded.row.home_id == Some(asset);
            claims.entry(asset).or_default().push((plan.in_question, !is_home, (rank, &loaded.name), at));
        }
    }
    claims.values_mut().for_each(|claims| claims.sort_unstable());
    claims
}

/// Gives each cluster its asset: the one its records are of; of several, the one with an inventory, then the oldest.
/// An asset that several clusters claim goes to the one that is not in question and holds the record it was made of.
/// One that would become part of another goes to a cluster that would get none, if that claims it, too: two rows of a
/// list that carried each other's serial number are two machines before and after somebody corrects them.
fn claim(closure: &Closure, plans: &mut [ClusterPlan]) {
    let claims = claims(closure, plans);
    let mut claimed: HashMap<usize, Vec<AssetId>> = HashMap::new();
    let mut taken: HashSet<AssetId> = HashSet::new();
    for (asset, claims) in &claims {
        if let Some((_, _, _, at)) = claims.first() {
            claimed.entry(*at).or_default().push(*asset);
            taken.insert(*asset);
        }
    }
    // The record on the left of "these are one" is that of the asset which the others become part of.
    let into: HashSet<i64> = closure
        .decided
        .iter()
        .filter_map(|decided| match decided {
            Decided::Same(left, _) => Some(*left),
            Decided::Apart(..) => None,
        })
        .collect();
    let chosen: HashSet<AssetId> = closure
        .records
        .iter()
        .filter(|loaded| into.contains(&loaded.row.id))
        .filter_map(|loaded| loaded.row.asset_id)
        .collect();
    let has_inventory = |id: &AssetId| closure.assets.get(id).is_some_and(|row| row.has_inventory);
    for assets in claimed.values_mut() {
        assets.sort_by_key(|id| {
            let asset = closure.assets.get(id);
            let by_person = asset.is_some_and(|row| row.retired_at.is_some() && row.retired_by.is_empty());
            let ordinal = asset.map_or(i64::MAX, |row| row.ordinal);
            (by_person, !has_inventory(id), !chosen.contains(id), ordinal)
        });
    }
    let spare: Vec<AssetId> = (0..plans.len())
        .flat_map(|at| claimed.get(&at).into_iter().flat_map(|assets| assets.iter().skip(1).copied()))
        .collect();
    for asset in spare {
        let others = claims.get(&asset).into_iter().flatten();
        let mut free = others.filter(|(in_question, _, _, at)| !in_question && !claimed.contains_key(at));
        if let Some((_, _, _, at)) = free.next() {
            claimed.values_mut().for_each(|assets| assets.retain(|id| *id != asset));
            claimed.insert(*at, vec![asset]);
        }
    }
    for (at, plan) in plans.iter_mut().enumerate() {
        let mut assets = claimed.remove(&at).unwrap_or_default().into_iter();
        plan.target = match assets.next() {
            Some(asset) => Target::Existing(asset),
            None => home(closure, plan, &mut taken),
        };
        // Their inventories become the target's, so that no ticket closes because something is also called otherwise.
        plan.losers = assets.collect();
    }
}

/// What was split off becomes again the asset that it was.
fn home(closure: &Closure, plan: &ClusterPlan, taken: &mut HashSet<AssetId>) -> Target {
    let homes = plan.members.iter().filter_map(|member| closure.records[*member].row.home_id);
    let mut may_return = homes.filter(|id| {
        let asset = closure.assets.get(id);
        asset.is_some_and(|row| row.retired_at.is_some() && !row.retired_by.is_empty())
    });
    match may_return.find(|id| !taken.contains(id)) {
        Some(asset) => {
            taken.insert(asset);
            Target::Existing(asset)
        }
        None if plan.in_question => Target::Nothing,
        None => Target::New,
    }
}

/// Names that several have say which is which; a name that a person gave stays.
fn name(closure: &Closure, plans: &mut [ClusterPlan]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for plan in plans.iter().filter(|plan| !plan.in_question) {
        *count.entry(fold(&plan.chosen.name)).or_default() += 1;
    }
    for plan in plans {
        let loaded: Vec<&Loaded> = plan.members.iter().map(|at| &closure.records[*at]).collect();
        let manual = loaded.iter().any(|loaded| {
            !loaded.record.name.is_empty()
                && closure.source(loaded).is_some_and(|(source, _)| source.kind == "manual")
        });
        let crowded = loaded.iter().any(|loaded| loaded.crowded);
        let shared = crowded || count.get(&fold(&plan.chosen.name)).is_some_and(|count| *count > 1);
        let lead = loaded.first().map(|loaded| loaded.name.as_str()).unwrap_or_default();
        plan.name = display_name(&plan.chosen, shared && !manual, lead);
        plan.other_name = display_name(&plan.chosen, true, lead);
    }
}
