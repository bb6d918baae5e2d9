// SPDX-License-Identifier: Apache-2.0
//! How assets hang together, and what else is hit when one is.
//!
//! Sources name the other end in their own words: a number of theirs, a cloud id, a name. It is looked up when read, so
//! that the order of imports does not matter; what leads to none or to several stays a name.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use hinomi_core::{AssetId, Scope, UnitId};
use hinomi_db::Db;
use serde::Serialize;
use utoipa::ToSchema;

use super::Act;
use super::reconcile::{BY_HAND, relation_target, words_by_hand};
use super::record::{Subject, record};
use crate::error::AssetError;
use crate::model::{AssetKind, FieldProblem};
use crate::reconcile::{Rule, SourceRecord, keys_of};
use crate::store;
use crate::store::records::{RecordRow, RelationRow};

const KINDS: [&str; 5] = ["runs_on", "hosts", "connects_to", "depends_on", "image_of"];
/// Walked no further than this, and never over more relations of one step or to more assets.
const MOST_STEPS: u32 = 6;
const MOST_EDGES: usize = 20_000;
const MOST_HIT: usize = 20_000;
/// Listed in an answer; what is not is counted.
const MOST_LISTED: usize = 2_000;
const EDGES_AT_ONCE: i64 = 5_000;
const ASSETS_AT_ONCE: usize = 1_000;

/// A relation of an asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct AssetRelationView {
    /// runs_on, hosts, connects_to, depends_on or image_of.
    pub kind: String,
    /// It begins at this asset; else it ends here.
    pub outgoing: bool,
    /// The other asset, when it is known and visible.
    pub asset_id: Option<AssetId>,
    /// Its name, or what the source calls it.
    pub name: String,
    pub asset_kind: Option<AssetKind>,
    pub source: String,
}

/// An edge between two assets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    kind: String,
    from: Option<AssetId>,
    to: Option<AssetId>,
    text: String,
    source: i64,
}

/// What is found of something that may have no end.
#[derive(Debug, Default)]
struct Found<T> {
    found: T,
    /// There is more.
    cut: bool,
}

/// Edges at any of these assets, in both directions.
async fn edges(db: &Db, assets: &[AssetId]) -> Result<Found<BTreeSet<Edge>>, AssetError> {
    let mut all: Found<BTreeSet<Edge>> = Found::default();
    for some in assets.chunks(ASSETS_AT_ONCE) {
        let found = edges_of(db, some, MOST_EDGES.saturating_sub(all.found.len())).await?;
        all.found.extend(found.found);
        all.cut |= found.cut;
        if all.cut {
            break;
        }
    }
    Ok(all)
}

async fn edges_of(db: &Db, assets: &[AssetId], most: usize) -> Result<Found<BTreeSet<Edge>>, AssetError> {
    let own = store::records::of_assets(db, assets).await?;
    let ids: Vec<i64> = own.iter().map(|row| row.id).collect();
    let mut found: Vec<RelationRow> = store::records::relations_of(db, &ids).await?;
    let mut targets: Vec<i64> = Vec::new();
    for row in &own {
        let said: SourceRecord = serde_json::from_str(&row.data).unwrap_or_default();
        targets.push(relation_target(row.source_id, "id", &row.source_key));
        let names = |rule: Rule| matches!(rule, Rule::Cloud | Rule::Fqdn | Rule::Hostname);
        targets.extend(keys_of(&said).into_iter().filter(|key| names(key.rule)).map(|key| key.hash()));
    }
    // What a person related to an asset is related to what that became part of.
    let parts = store::bound::parts_of(db, assets).await?;
    let named = assets.iter().chain(&parts);
    targets.extend(named.map(|asset| relation_target(0, "asset", &asset.to_string())));
    targets.sort_unstable();
    targets.dedup();
    let mut after: Option<RelationRow> = None;
    let mut cut = false;
    while !cut {
        let page = store::records::relations_to(db, &targets, after.as_ref(), EDGES_AT_ONCE).await?;
        let is_last = (page.len() as i64) < EDGES_AT_ONCE;
        after = page.last().cloned();
        found.extend(page);
        if is_last {
            break;
        }
        cut = found.len() >= most;
    }
    let from_ids: Vec<i64> = found.iter().map(|row| row.record_id).collect();
    let from: HashMap<i64, RecordRow> =
        store::records::by_ids(db, &from_ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let to = ends(db, &found, &from).await?;
    let mut edges = BTreeSet::new();
    for relation in found {
        let Some(origin) = from.get(&relation.record_id) else { continue };
        let edge = Edge {
            kind: relation.kind,
            from: origin.asset_id,
            to: to.get(&(relation.record_id, relation.target)).copied(),
            text: relation.target_text,
            source: origin.source_id,
        };
        if edge.from != edge.to {
            edges.insert(edge);
        }
    }
    Ok(Found { found: edges, cut })
}

/// The assets at which relations end: each found by exactly one, or by none.
async fn ends(
    db: &Db,
    relations: &[RelationRow],
    from: &HashMap<i64, RecordRow>,
) -> Result<HashMap<(i64, i64), AssetId>, AssetError> {
    let mut found: HashMap<(i64, i64), AssetId> = HashMap::new();
    let mut by_source: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for relation in relations {
        let key = (relation.record_id, relation.target);
        match relation.target_by.as_str() {
            "asset" => found.extend(relation.target_text.parse().ok().map(|id| (key, id))),
            "id" => {
                let source = from.get(&relation.record_id).map_or(0, |row| row.source_id);
                by_source.entry(source).or_default().push(relation.target_text.clone());
            }
            _ => {}
        }
    }
    let by_hand: Vec<AssetId> = found.values().copied().collect();
    let wholes = store::bound::wholes_of(db, &by_hand).await?;
    for asset in found.values_mut() {
        *asset = wholes.get(asset).copied().unwrap_or(*asset);
    }
    for (source, keys) in by_source {
        let rows = store::records::named(db, source, &keys).await?;
        let of: HashMap<&str, AssetId> =
            rows.iter().filter_map(|row| Some((row.source_key.as_str(), row.asset_id?))).collect();
        for relation in relations.iter().filter(|relation| relation.target_by == "id") {
            let same = from.get(&relation.record_id).is_some_and(|row| row.source_id == source);
            if let Some(asset) = of.get(relation.target_text.as_str()).filter(|_| same) {
                found.insert((relation.record_id, relation.target), *asset);
            }
        }
    }
    let named: Vec<i64> = relations
        .iter()
        .filter(|relation| matches!(relation.target_by.as_str(), "cloud" | "name"))
        .map(|relation| relation.target)
        .collect();
    let mut holders: HashMap<i64, BTreeSet<AssetId>> = HashMap::new();
    let pairs = store::records::holders(db, &named).await?;
    for (hash, asset) in pairs {
        holders.entry(hash).or_default().insert(asset);
    }
    for relation in relations {
        let only = holders.get(&relation.target).filter(|assets| assets.len() == 1);
        if let Some(asset) = only.and_then(|assets| assets.first()) {
            found.entry((relation.record_id, relation.target)).or_insert(*asset);
        }
    }
    Ok(found)
}

/// What an asset hangs together with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssetRelations {
    pub items: Vec<AssetRelationView>,
    /// How many there are; at least so many when `cut`.
    pub total: usize,
    /// Not all of them are listed.
    pub cut: bool,
}

/// What an asset in scope hangs together with.
pub async fn asset_relations(db: &Db, scope: &Scope, id: AssetId) -> Result<AssetRelations, AssetError> {
    let found = store::assets::get(db, id).await?.filter(|asset| scope.contains(asset.unit_id));
    found.ok_or(AssetError::AssetNotFound { id })?;
    let Found { found: edges, cut } = edges(db, &[id]).await?;
    let others: Vec<AssetId> = edges.iter().flat_map(|edge| [edge.from, edge.to]).flatten().collect();
    let names = visible_names(db, scope, &others).await?;
    let sources: HashMap<i64, String> =
        store::sources::all(db).await?.into_iter().map(|source| (source.id, source.name)).collect();
    let view = |edge: Edge| {
        let outgoing = edge.from == Some(id);
        let other = if outgoing { edge.to } else { edge.from };
        let known = other.and_then(|other| names.get(&other));
        let hidden = other.is_some() && known.is_none();
        let name = known
            .map_or(if hidden || !outgoing { String::new() } else { edge.text }, |known| known.0.clone());
        AssetRelationView {
            kind: edge.kind,
            outgoing,
            asset_id: other.filter(|_| known.is_some()),
            name,
            asset_kind: known.map(|known| known.1),
            source: sources.get(&edge.source).cloned().unwrap_or_default(),
        }
    };
    let seen: BTreeSet<AssetRelationView> = edges.into_iter().map(view).collect();
    let mut items: Vec<AssetRelationView> = seen.into_iter().filter(|view| !view.name.is_empty()).collect();
    let total = items.len();
    items.truncate(MOST_LISTED);
    Ok(AssetRelations { cut: cut || total > items.len(), items, total })
}

async fn visible_names(
    db: &Db,
    scope: &Scope,
    assets: &[AssetId],
) -> Result<HashMap<AssetId, (String, AssetKind, UnitId)>, AssetError> {
    let rows = store::bound::by_ids(db, assets).await?;
    let visible = rows.into_iter().filter(|row| scope.contains(row.unit_id));
    Ok(visible.map(|row| (row.id, (row.name, row.kind, row.unit_id))).collect())
}

/// Something that is hit when an asset is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssetHit {
    pub asset_id: AssetId,
    pub name: String,
    pub kind: AssetKind,
    /// Steps from the asset that was asked about.
    pub steps: u32,
    /// Through this asset.
    pub through: AssetId,
    /// By this relation.
    pub relation: String,
}

/// What is hit when an asset is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssetImpact {
    /// The nearest first.
    pub items: Vec<AssetHit>,
    /// How many there are; at least so many when `cut`.
    pub total: usize,
    /// Not all of them are listed, or the walk ended before they did.
    pub cut: bool,
}

/// By what is reached: steps, through which asset, by which relation.
type Reached = BTreeMap<AssetId, (u32, AssetId, String)>;

/// Walks from an asset along its relations, the nearest first.
async fn walk(db: &Db, id: AssetId, connections: bool) -> Result<Found<Reached>, AssetError> {
    let mut all: Found<Reached> = Found::default();
    let mut front = vec![id];
    // One step more than is listed tells whether there is more.
    for steps in 1..=MOST_STEPS + 1 {
        let mut next: Vec<AssetId> = Vec::new();
        let inside: HashSet<AssetId> = front.iter().copied().collect();
        let edges = edges(db, &front).await?;
        all.cut |= edges.cut;
        for edge in edges.found {
            let (Some(from), Some(to)) = (edge.from, edge.to) else { continue };
            let hit: &[(AssetId, AssetId)] = match edge.kind.as_str() {
                // What runs on it, depends on it or was made from it as its image.
                "runs_on" | "depends_on" | "image_of" => &[(to, from)],
                "hosts" => &[(from, to)],
                _ if connections => &[(from, to), (to, from)],
                _ => &[],
            };
            for (through, other) in hit {
                if !inside.contains(through) || *other == id || all.found.contains_key(other) {
                    continue;
                }
                if steps > MOST_STEPS || all.found.len() >= MOST_HIT {
                    all.cut = true;
                    return Ok(all);
                }
                all.found.insert(*other, (steps, *through, edge.kind.clone()));
                next.push(*other);
            }
        }
        if next.is_empty() {
            break;
        }
        front = next;
    }
    Ok(all)
}

/// What else is hit when an asset is: what runs on it, what it hosts, what depends on it, what is made from it, and so
/// on. With `connections`, also what connects to it.
pub async fn asset_impact(
    db: &Db,
    scope: &Scope,
    id: AssetId,
    connections: bool,
) -> Result<AssetImpact, AssetError> {
    let found = store::assets::get(db, id).await?.filter(|asset| scope.contains(asset.unit_id));
    found.ok_or(AssetError::AssetNotFound { id })?;
    let Found { found: reached, cut } = walk(db, id, connections).await?;
    let ids: Vec<AssetId> = reached.keys().copied().collect();
    let names = visible_names(db, scope, &ids).await?;
    let hit = |(asset_id, (steps, through, relation)): (AssetId, (u32, AssetId, String))| {
        let (name, kind, _) = names.get(&asset_id)?.clone();
        Some(AssetHit { asset_id, name, kind, steps, through, relation })
    };
    let mut hits: Vec<AssetHit> = reached.into_iter().filter_map(hit).collect();
    hits.sort_by(|left, right| (left.steps, &left.name).cmp(&(right.steps, &right.name)));
    let total = hits.len();
    hits.truncate(MOST_LISTED);
    Ok(AssetImpact { cut: cut || total > hits.len(), items: hits, total })
}

/// Says by hand that two assets in scope hang together, or no longer do.
pub async fn asset_relate(
    act: &Act<'_>,
    from: AssetId,
    kind: &str,
    to: AssetId,
    holds: bool,
) -> Result<(), AssetError> {
    if !KINDS.contains(&kind) {
        return Err(vec![FieldProblem::new("kind", format!("is none of {}", KINDS.join(", ")))].into());
    }
    super::decide::in_scope(act, from).await?;
    super::decide::in_scope(act, to).await?;
    super::reconcile::adopt(&Act { scope: Scope::all(), ..act.clone() }).await?;
    let mut tx = act.app.db.begin().await?;
    store::records::lock(&mut tx).await?;
    let mut assets = Vec::new();
    for id in [from, to] {
        let found = store::assets::get_tx(&mut tx, id).await?;
        assets.push(
            found.filter(|row| act.scope.contains(row.unit_id)).ok_or(AssetError::AssetNotFound { id })?,
        );
    }
    let none = BTreeMap::new();
    words_by_hand(&mut tx, act, &assets[0], &assets[0], (&none, &none)).await?;
    let source = store::sources::named(&mut tx, BY_HAND.name, BY_HAND.kind).await?;
    let own = store::records::of_source(&mut tx, source.id, &[&from.to_string()]).await?;
    let row = own.first().ok_or(AssetError::AssetNotFound { id: from })?;
    let relation = RelationRow {
        record_id: row.id,
        kind: kind.to_owned(),
        target: relation_target(0, "asset", &to.to_string()),
        target_by: "asset".to_owned(),
        target_text: to.to_string(),
    };
    match holds {
        true => store::records::relations_replace(&mut tx, &[], vec![relation]).await?,
        false => store::records::relation_remove(&mut tx, &relation).await?,
    }
    let (action, after) = match holds {
        true => ("related", serde_json::json!({ kind: assets[1].name })),
        false => ("unrelated", serde_json::json!({ kind: assets[1].name })),
    };
    record(&mut tx, act, Subject::Asset(from), assets[0].unit_id, action, &serde_json::json!({}), &after)
        .await?;
    tx.commit().await?;
    Ok(())
}
