// SPDX-License-Identifier: Apache-2.0
//! "Which systems are affected by …?"

use super::params::Ref;
use crate::error::RiskError;
use crate::service::affected::{self, QuestionKind};
use crate::state::{RiskState, assets_page, visible_by_system};
use axum::Extension;
use axum::extract::State;
use hinomi_core::Page;
use hinomi_tickets::api::Names;
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Query, Require, perm};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct QuestionParams {
    /// A CVE, an alias, a record's id, a package's name or a purl.
    q: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Matched {
    id: String,
    label: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AffectedSystemDto {
    system_id: String,
    system_name: String,
    system_name_ja: String,
    unit_id: String,
    unit_name: String,
    unit_name_ja: String,
    /// `internal`, `partner` or `internet`.
    reachability: String,
    /// Of the ticket that answers for it; absent when there is none.
    criticality: Option<String>,
    assets: usize,
    /// The first twenty.
    components: Vec<String>,
    components_total: usize,
    /// `affected` or `unknown`.
    state: String,
    ticket_id: Option<i64>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AffectedAnswer {
    kind: QuestionKind,
    title: String,
    vulnerability_id: Option<i64>,
    matched: Vec<Matched>,
    /// Worst first.
    systems: Vec<AffectedSystemDto>,
    assets_total: u64,
    unknown_total: u64,
    /// More components are called so than were looked at: there may be more systems than are listed.
    cut: bool,
    took_ms: u64,
}

/// Which systems are affected by a vulnerability, or carry a package.
#[utoipa::path(get, path = "/affected", tag = "risk", params(QuestionParams),
    responses((status = 200, body = AffectedAnswer)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn affected_by(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::FindingRead>,
    Query(params): Query<QuestionParams>,
) -> ApiResult<AffectedAnswer> {
    let started = std::time::Instant::now();
    let db = &app.db;
    let question = affected::ask(db, &params.q).await?;
    let on = visible_by_system(db, &reader.scope).await?;
    let answer = {
        let mut carried = state.fresh(db).await?;
        affected::systems(db, &mut carried, &on, &question).await?
    };
    let named =
        answer.systems.iter().map(|system| (system.system_id.as_str(), system.unit_id.as_str(), None));
    let names = Names::of(db, app.now(), named).await?;
    let ids: Vec<&String> = answer.systems.iter().map(|system| &system.system_id).collect();
    let reach: Vec<(String, i64)> = db
        .all(
            "SELECT id, reachability FROM v_system WHERE id IN (SELECT value FROM json_each($1))",
            hinomi_db::values![serde_json::to_string(&ids).unwrap_or_default()],
        )
        .await
        .map_err(RiskError::from)?;
    let reach: HashMap<String, i64> = reach.into_iter().collect();
    let tickets = tickets(&app, question.vulnerability_id).await?;
    let mut rows: Vec<(i64, AffectedSystemDto)> = Vec::with_capacity(answer.systems.len());
    for system in answer.systems {
        let (system_name, system_name_ja) = names.system(&system.system_id);
        let (unit_name, unit_name_ja) = names.unit(&system.unit_id);
        let ticket = tickets.get(&system.system_id);
        let reached = reach.get(&system.system_id).copied().unwrap_or(1);
        let rank = ticket.map_or(0, |(_, rank)| *rank) * 10 + reached;
        let mut components: Vec<String> =
            system.components.iter().filter_map(|component| answer.labels.get(component).cloned()).collect();
        components.sort_unstable();
        components.dedup();
        rows.push((
            rank,
            AffectedSystemDto {
                system_name,
                system_name_ja,
                unit_id: system.unit_id,
                unit_name,
                unit_name_ja,
                reachability: ["internal", "internal", "partner", "internet"][reached.clamp(0, 3) as usize]
                    .to_owned(),
                criticality: ticket
                    .map(|(_, rank)| hinomi_tickets::model::criticality_of_rank(*rank).as_str().to_owned()),
                assets: system.assets,
                components_total: system.components_total.max(components.len()),
                components,
                state: if system.affected { "affected" } else { "unknown" }.to_owned(),
                ticket_id: ticket.map(|(ticket, _)| *ticket),
                system_id: system.system_id,
            },
        ));
    }
    rows.sort_by(|left, right| {
        right.0.cmp(&left.0).then_with(|| left.1.system_name.cmp(&right.1.system_name))
    });
    Ok(Json(AffectedAnswer {
        kind: question.kind,
        title: question.title,
        vulnerability_id: question.vulnerability_id,
        matched: question.matched.into_iter().map(|(id, label)| Matched { id, label }).collect(),
        systems: rows.into_iter().map(|(_, row)| row).collect(),
        assets_total: answer.assets_affected,
        unknown_total: answer.assets_unknown,
        cut: question.cut,
        took_ms: started.elapsed().as_millis() as u64,
    }))
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct QuestionAssetParams {
    /// A CVE, an alias, a record's id, a package's name or a purl.
    q: String,
    /// Of this system only.
    system: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AffectedAssetDto {
    asset: Ref,
    system: Ref,
    unit: Ref,
    /// The first twenty.
    components: Vec<String>,
    components_total: usize,
    /// `affected` or `unknown`.
    state: String,
}

/// The assets behind the answer to "which systems are affected by …?", by name.
#[utoipa::path(get, path = "/affected/assets", tag = "risk", params(QuestionAssetParams, PageParams),
    responses((status = 200, body = Page<AffectedAssetDto>)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn affected_by_assets(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::FindingRead>,
    Query(params): Query<QuestionAssetParams>,
    Paging(page): Paging,
) -> ApiResult<Page<AffectedAssetDto>> {
    let db = &app.db;
    let question = affected::ask(db, &params.q).await?;
    let mut on = RoaringBitmap::new();
    for system in visible_by_system(db, &reader.scope).await? {
        if params.system.as_ref().is_none_or(|wanted| *wanted == system.system_id) {
            on |= system.carriers;
        }
    }
    let by_carrier = {
        let mut carried = state.fresh(db).await?;
        affected::by_carrier(&mut carried, &on, &question)
    };
    let carriers: RoaringBitmap = by_carrier.keys().copied().collect();
    let after = page.after_keys("affected-assets", 2)?;
    let after = after.and_then(|keys| Some((keys.first()?.as_str()?, keys.get(1)?.as_str()?)));
    let assets = assets_page(db, &carriers, after, page.fetch_limit()).await?;
    let named = assets.iter().map(|asset| (asset.system_id.as_str(), asset.unit_id.as_str(), None));
    let names = Names::of(db, app.now(), named).await?;
    let has = |ordinal: i64| by_carrier.get(&(ordinal as u32));
    let used: BTreeSet<u32> = assets
        .iter()
        .filter_map(|asset| has(asset.ordinal))
        .flat_map(|(components, _)| components.iter().copied().take(affected::COMPONENTS_SHOWN))
        .collect();
    let used: Vec<u32> = used.into_iter().collect();
    let labels: HashMap<u32, String> = hinomi_inventory::components_by_ids(db, &used)
        .await
        .map_err(RiskError::from)?
        .into_iter()
        .map(|row| (row.id as u32, row.label()))
        .collect();
    let rows = assets.into_iter().filter_map(|asset| {
        let (components, is_affected) = has(asset.ordinal)?;
        let (system_name, system_name_ja) = names.system(&asset.system_id);
        let (unit_name, unit_name_ja) = names.unit(&asset.unit_id);
        Some(AffectedAssetDto {
            asset: Ref { id: asset.id, name: asset.name, name_ja: String::new() },
            system: Ref { id: asset.system_id, name: system_name, name_ja: system_name_ja },
            unit: Ref { id: asset.unit_id, name: unit_name, name_ja: unit_name_ja },
            components: components
                .iter()
                .take(affected::COMPONENTS_SHOWN)
                .filter_map(|component| labels.get(component).cloned())
                .collect(),
            components_total: components.len(),
            state: if *is_affected { "affected" } else { "unknown" }.to_owned(),
        })
    });
    let keys = |row: &AffectedAssetDto| vec![json!(row.asset.name), json!(row.asset.id)];
    Ok(Json(
        Page::from_rows(rows.collect(), &page, "affected-assets", keys).with_total(carriers.len() as i64),
    ))
}

/// The open ticket that answers for the vulnerability in each system, with its criticality's rank.
async fn tickets(app: &App, vulnerability: Option<i64>) -> Result<HashMap<String, (i64, i64)>, RiskError> {
    let Some(id) = vulnerability else { return Ok(HashMap::new()) };
    let rows: Vec<(String, i64, i64)> = app
        .db
        .all(
            "SELECT t.system_id, t.id, t.criticality FROM v_ticket_item i JOIN v_ticket t ON t.id = i.ticket_id \
             WHERE i.vulnerability_id = $1 AND i.closed_at IS NULL ORDER BY t.criticality",
            hinomi_db::values![id],
        )
        .await?;
    Ok(rows.into_iter().map(|(system, ticket, rank)| (system, (ticket, rank))).collect())
}
