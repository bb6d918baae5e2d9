// SPDX-License-Identifier: Apache-2.0
//! What a person sees before they decide: questions with their candidates, and what each source says of an asset.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hinomi_core::{AssetId, Page, PageRequest, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_org::{unit_names, unit_scope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::AssetError;
use crate::reconcile::{SourceIdentifiers, SourceOs, SourceRecord, SourceValue};
use crate::store;
use crate::store::decisions::DecisionRow;
use crate::store::questions::QuestionRow;
use crate::store::records::RecordRow;
use crate::store::sources::SourceRow;

/// What one source says of one thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AssetRecord)]
pub struct RecordView {
    /// Names the record in decisions.
    pub record_id: i64,
    pub source: String,
    /// `manual`, `agent`, `cloud`, `cmdb`, `scanner` or `inventory`.
    pub source_kind: String,
    /// Lower is believed first.
    pub rank: i64,
    /// How the source names it.
    pub key: String,
    pub name: String,
    pub observed_at: Time,
    pub identifiers: SourceIdentifiers,
    pub os: SourceOs,
    pub attributes: BTreeMap<String, SourceValue>,
}

/// Something that the thing in question may be.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AssetQuestionCandidate)]
pub struct CandidateView {
    /// Answer with this number.
    pub record_id: i64,
    /// The asset, when it is one already.
    pub asset_id: Option<AssetId>,
    pub asset_name: String,
    pub unit_id: Option<UnitId>,
    pub unit_name: String,
    pub records: Vec<RecordView>,
}

/// What a person is asked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AssetQuestion)]
pub struct QuestionView {
    /// Names the question.
    pub id: i64,
    /// `ambiguous`: it fits several; `contradiction`: it shares what should be unique with what it contradicts.
    pub kind: String,
    /// The rule that asks: agent, cloud, serial, uuid, mac, fqdn, hostname or address.
    pub rule: String,
    /// The values that are shared.
    pub shared: Vec<String>,
    /// The rule that speaks against, or empty.
    pub against: String,
    pub opened_at: Time,
    pub subject: CandidateView,
    /// The proposed one first.
    pub candidates: Vec<CandidateView>,
}

/// Open questions of the reader's units, oldest first.
pub async fn questions_list(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    request: &PageRequest,
    now: Time,
) -> Result<Page<QuestionView>, AssetError> {
    const LIST: &str = "asset-questions";
    let narrowed = unit_scope(db, scope, unit, now).await?;
    let after = match (&request.after, request.after_keys(LIST, 2)?) {
        (Some(cursor), Some(_)) => Some((cursor.int(0)?, cursor.int(1)?)),
        _ => None,
    };
    let rows = store::questions::list(db, &narrowed, request, after).await?;
    let total = store::questions::count(db, &narrowed).await?;
    let page = Page::from_rows(rows, request, LIST, |row| {
        vec![row.opened_at.as_micros().into(), row.record_id.into()]
    });
    let Page { items, next, .. } = page;
    Ok(Page { items: question_views(db, scope, items, now).await?, next, total: Some(total) })
}

/// One open question.
pub async fn question_get(db: &Db, scope: &Scope, id: i64, now: Time) -> Result<QuestionView, AssetError> {
    let found = store::questions::get(db, id).await?;
    let row = found.filter(|row| row.closed_at.is_none() && scope.contains(row.unit_id));
    let row = row.ok_or(AssetError::QuestionNotFound { id })?;
    question_views(db, scope, vec![row], now).await?.pop().ok_or(AssetError::QuestionNotFound { id })
}

async fn question_views(
    db: &Db,
    scope: &Scope,
    rows: Vec<QuestionRow>,
    now: Time,
) -> Result<Vec<QuestionView>, AssetError> {
    let leads: Vec<i64> =
        rows.iter().flat_map(|row| row.candidates().into_iter().chain([row.record_id])).collect();
    let leading = store::records::by_ids(db, &leads).await?;
    let assets: Vec<AssetId> = leading.iter().filter_map(|row| row.asset_id).collect();
    let mut of_asset: HashMap<AssetId, Vec<RecordRow>> = HashMap::new();
    for row in store::records::of_assets(db, &assets).await? {
        if let Some(asset) = row.asset_id {
            of_asset.entry(asset).or_default().push(row);
        }
    }
    let named: HashMap<AssetId, (String, UnitId)> = store::bound::by_ids(db, &assets)
        .await?
        .into_iter()
        .map(|row| (row.id, (row.name, row.unit_id)))
        .collect();
    let units: Vec<UnitId> = named.values().map(|(_, unit)| *unit).collect();
    let unit_names = unit_names(db, now, &units).await?;
    let sources = sources_by_id(db).await?;
    let by_id: HashMap<i64, &RecordRow> = leading.iter().map(|row| (row.id, row)).collect();
    let candidate = |id: i64| -> Option<CandidateView> {
        let lead = by_id.get(&id)?;
        let known = lead.asset_id.and_then(|asset| named.get(&asset));
        // Of another unit's asset the name is told, since it is shared, and no more.
        let hidden = known.is_some_and(|(_, unit)| !scope.contains(*unit));
        let own = lead.asset_id.and_then(|asset| of_asset.get(&asset)).filter(|_| !hidden);
        let records = match own {
            Some(rows) => rows.iter().map(|row| record_view(row, &sources)).collect(),
            None if hidden => Vec::new(),
            None => vec![record_view(lead, &sources)],
        };
        let unit = known.map(|(_, unit)| *unit);
        Some(CandidateView {
            record_id: id,
            asset_id: lead.asset_id,
            asset_name: known.map(|(name, _)| name.clone()).unwrap_or_default(),
            unit_name: unit
                .and_then(|unit| unit_names.get(&unit))
                .map(|names| names.0.clone())
                .unwrap_or_default(),
            unit_id: unit,
            records,
        })
    };
    let view = |row: QuestionRow| {
        Some(QuestionView {
            id: row.record_id,
            shared: row.shared(),
            subject: candidate(row.record_id)?,
            candidates: row.candidates().into_iter().filter_map(candidate).collect(),
            kind: row.kind,
            rule: row.rule,
            against: row.against,
            opened_at: row.opened_at,
        })
    };
    Ok(rows.into_iter().filter_map(view).collect())
}

async fn sources_by_id(db: &Db) -> Result<HashMap<i64, SourceRow>, AssetError> {
    Ok(store::sources::all(db).await?.into_iter().map(|source| (source.id, source)).collect())
}

fn record_view(row: &RecordRow, sources: &HashMap<i64, SourceRow>) -> RecordView {
    let source = sources.get(&row.source_id);
    let record: SourceRecord = serde_json::from_str(&row.data).unwrap_or_default();
    RecordView {
        record_id: row.id,
        source: source.map(|source| source.name.clone()).unwrap_or_default(),
        source_kind: source.map(|source| source.kind.clone()).unwrap_or_default(),
        rank: source.map_or(i64::MAX, |source| source.rank),
        key: row.source_key.clone(),
        name: record.name,
        observed_at: row.observed_at,
        identifiers: record.identifiers,
        os: record.os,
        attributes: record.attributes,
    }
}

/// A value that a source says, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssetValue {
    pub attribute: String,
    pub value: String,
    pub source: String,
    pub record_id: i64,
    pub observed_at: Time,
    pub counts: bool,
}

/// A decision about an asset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssetDecision {
    /// Takes the whole decision back, with all of its lines.
    pub id: String,
    /// `same` or `apart`.
    pub kind: String,
    pub other_asset_id: Option<AssetId>,
    pub decided_at: Time,
    pub decided_by: String,
    pub reason: String,
    pub revoked_at: Option<Time>,
}

/// What each source says of an asset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssetSources {
    /// The most trusted first.
    pub records: Vec<RecordView>,
    /// By attribute; the one that counts first.
    pub values: Vec<AssetValue>,
    /// Newest first.
    pub decisions: Vec<AssetDecision>,
}

/// What each source says of an asset in scope, and what people decided of it.
pub async fn asset_sources(db: &Db, scope: &Scope, id: AssetId) -> Result<AssetSources, AssetError> {
    let found = store::assets::get(db, id).await?.filter(|asset| scope.contains(asset.unit_id));
    found.ok_or(AssetError::AssetNotFound { id })?;
    let sources = sources_by_id(db).await?;
    let rows = store::records::of_assets(db, &[id]).await?;
    let mut records: Vec<RecordView> = rows.iter().map(|row| record_view(row, &sources)).collect();
    records.sort_by(|left, right| {
        (left.rank, &left.source, &left.key).cmp(&(right.rank, &right.source, &right.key))
    });
    let ranks: HashMap<&str, BTreeMap<String, i64>> =
        sources.values().map(|source| (source.name.as_str(), source.ranks())).collect();
    let values = values(&records, &ranks);
    let mut decisions: Vec<AssetDecision> = Vec::new();
    for row in store::decisions::of_asset(db, id).await? {
        let act = row.id.split('.').next().unwrap_or_default().to_owned();
        if !decisions.iter().any(|known| known.id == act) {
            decisions.push(decision_view(act, id, row));
        }
    }
    Ok(AssetSources { records, values, decisions })
}

fn decision_view(act: String, id: AssetId, row: DecisionRow) -> AssetDecision {
    let other = if row.left_asset == Some(id) { row.right_asset } else { row.left_asset };
    AssetDecision {
        id: act,
        kind: row.kind,
        other_asset_id: other.filter(|other| *other != id),
        decided_at: row.decided_at,
        decided_by: row.decided_by,
        reason: row.reason,
        revoked_at: row.revoked_at,
    }
}

fn values(records: &[RecordView], ranks: &HashMap<&str, BTreeMap<String, i64>>) -> Vec<AssetValue> {
    let names: BTreeSet<&String> = records.iter().flat_map(|record| record.attributes.keys()).collect();
    let mut values = Vec::new();
    for name in names {
        let rank = |record: &RecordView| {
            ranks
                .get(record.source.as_str())
                .and_then(|ranks| ranks.get(name))
                .copied()
                .unwrap_or(record.rank)
        };
        let mut said: Vec<(&RecordView, &SourceValue)> =
            records.iter().filter_map(|record| Some((record, record.attributes.get(name)?))).collect();
        said.sort_by_key(|(record, _)| (rank(record), std::cmp::Reverse(record.observed_at)));
        for (at, (record, value)) in said.into_iter().enumerate() {
            values.push(AssetValue {
                attribute: name.clone(),
                value: value.value.clone(),
                source: record.source.clone(),
                record_id: record.record_id,
                observed_at: record.observed_at,
                counts: at == 0,
            });
        }
    }
    values
}

/// A source and whom to believe.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SourceView {
    pub name: String,
    pub kind: String,
    /// Lower is believed first.
    pub rank: i64,
    /// Attribute to rank, where it differs.
    pub attribute_ranks: BTreeMap<String, i64>,
    pub records: i64,
    pub newest_at: Option<Time>,
}

/// Every source with the number of its records.
pub async fn sources_list(db: &Db) -> Result<Vec<SourceView>, AssetError> {
    let counts: HashMap<i64, (i64, i64)> = store::sources::counts(db)
        .await?
        .into_iter()
        .map(|(id, count, newest)| (id, (count, newest)))
        .collect();
    let view = |source: SourceRow| {
        let (records, newest) = counts.get(&source.id).copied().unzip();
        SourceView {
            attribute_ranks: source.ranks(),
            name: source.name,
            kind: source.kind,
            rank: source.rank,
            records: records.unwrap_or_default(),
            newest_at: newest.map(Time::from_micros),
        }
    };
    Ok(store::sources::all(db).await?.into_iter().map(view).collect())
}
