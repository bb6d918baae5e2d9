// SPDX-License-Identifier: Apache-2.0
//! Components, their matches, and what cannot be judged.

use super::params::{ComponentDto, Ref};
use crate::error::RiskError;
use crate::state::{RiskState, assets_page, visible};
use axum::Extension;
use axum::extract::State;
use hinomi_core::{Page, Time};
use hinomi_findings::why::{Why, explain};
use hinomi_inventory::service::read as inventory;
use hinomi_tickets::api::dto::VulnerabilityRef;
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

/// Assets that are named on a component's page.
const ASSETS_SHOWN: i64 = 200;

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ComponentParams {
    /// A part of the name, or a whole purl.
    q: Option<String>,
    ecosystem: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CarriedComponent {
    #[serde(flatten)]
    component: ComponentDto,
    /// Assets in the reader's scope that carry it.
    carriers: u64,
}

/// Components that something in the reader's scope carries, by name.
#[utoipa::path(get, path = "/components", tag = "inventory", params(ComponentParams, PageParams),
    responses((status = 200, body = Page<CarriedComponent>)),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn component_list(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::InventoryRead>,
    Query(params): Query<ComponentParams>,
    Paging(page): Paging,
) -> ApiResult<Page<CarriedComponent>> {
    let db = &app.db;
    let on = visible(db, &reader.scope).await?;
    let text = params.q.unwrap_or_default();
    let keys = page.after_keys("components", 2)?;
    let mut after = keys
        .and_then(|keys| Some((keys.first()?.as_str()?.to_owned(), keys.get(1)?.as_i64()?)))
        .unwrap_or_default();
    let mut carried = state.fresh(db).await?;
    let mut found = Vec::new();
    // What nobody in scope carries is skipped, so a page may take several reads.
    loop {
        let rows = inventory::component_list(
            db,
            &text,
            params.ecosystem.as_deref(),
            (&after.0, after.1),
            page.fetch_limit() * 4,
        )
        .await?;
        let Some(last) = rows.last() else { break };
        after = (last.name.clone(), last.id);
        for row in rows {
            let carriers = carried.carriers_of(row.id as u32).intersection_len(&on);
            if carriers > 0 {
                found.push((row, carriers));
            }
        }
        if found.len() as i64 >= page.fetch_limit() {
            break;
        }
    }
    let rows = Page::from_rows(found, &page, "components", |(row, _)| vec![json!(row.name), json!(row.id)]);
    Ok(Json(rows.map(|(row, carriers)| CarriedComponent { component: ComponentDto::from(&row), carriers })))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ComponentDetail {
    #[serde(flatten)]
    component: ComponentDto,
    carriers: u64,
    /// The first of them, by name.
    assets: Vec<Ref>,
    /// Why it cannot be judged, or not wholly.
    unknown: Option<UnknownText>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct UnknownText {
    reason: String,
    text: String,
    since: Time,
}

/// One component and the assets that carry it.
#[utoipa::path(get, path = "/components/{id}", tag = "inventory", params(("id" = i64, Path)),
    responses((status = 200, body = ComponentDetail), (status = 404, description = "unknown or out of scope")),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn component_get(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::InventoryRead>,
    Path(id): Path<i64>,
) -> ApiResult<ComponentDetail> {
    let db = &app.db;
    let row = inventory::component(db, id).await?;
    let on = visible(db, &reader.scope).await?;
    let carriers = { &*state.fresh(db).await?.carriers_of(id as u32) & &on };
    if carriers.is_empty() && !reader.scope.is_all() {
        return Err(RiskError::from(hinomi_inventory::model::InventoryError::ComponentUnknown { id }).into());
    }
    let assets = assets_page(db, &carriers, None, ASSETS_SHOWN).await?;
    let unknown = hinomi_findings::unknowns_of_components(db, &[id as u32], hinomi_findings::OPEN - 1)
        .await
        .map_err(RiskError::from)?
        .pop();
    Ok(Json(ComponentDetail {
        component: ComponentDto::from(&row),
        carriers: carriers.len(),
        assets: assets
            .into_iter()
            .map(|asset| Ref { id: asset.id, name: asset.name, name_ja: String::new() })
            .collect(),
        unknown: unknown.map(|row| UnknownText {
            reason: row.code,
            text: row.text,
            since: Time::from_micros(row.from_at),
        }),
    }))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ComponentMatch {
    vulnerability: VulnerabilityRef,
    /// `affected`, `not_affected` or `unknown`.
    state: String,
    fixed_version: Option<String>,
    since: Time,
    why: Vec<Why>,
}

/// What the records say about a component, with the why of each.
#[utoipa::path(get, path = "/components/{id}/matches", tag = "inventory", params(("id" = i64, Path)),
    responses((status = 200, body = Page<ComponentMatch>)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn component_matches(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::FindingRead>,
    Path(id): Path<i64>,
) -> ApiResult<Page<ComponentMatch>> {
    let db = &app.db;
    inventory::component(db, id).await?;
    let on = visible(db, &reader.scope).await?;
    let carried = state.fresh(db).await?.carriers_of(id as u32);
    if carried.is_disjoint(&on) && !reader.scope.is_all() {
        return Err(RiskError::from(hinomi_inventory::model::InventoryError::ComponentUnknown { id }).into());
    }
    let rows = hinomi_findings::matches_of_components(db, &[id as u32], hinomi_findings::OPEN - 1)
        .await
        .map_err(RiskError::from)?;
    let whys = explain(db, &rows).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.vulnerability_id).collect();
    let vulnerabilities: HashMap<i64, VulnerabilityRef> =
        hinomi_advisories::read::vulnerabilities_by_ids(db, &ids)
            .await?
            .iter()
            .map(|row| (row.id, VulnerabilityRef::from(row)))
            .collect();
    let mut seen = std::collections::HashSet::new();
    let items = rows.iter().filter_map(|row| {
        // One entry a vulnerability; the records behind it are its whys.
        if !seen.insert((row.vulnerability_id, row.state.clone())) {
            return None;
        }
        Some(ComponentMatch {
            vulnerability: vulnerabilities.get(&row.vulnerability_id)?.clone(),
            state: row.state.clone(),
            fixed_version: row.fixed.clone(),
            since: Time::from_micros(row.from_at),
            why: whys.get(&(row.component_id, row.vulnerability_id)).cloned().unwrap_or_default(),
        })
    });
    Ok(Json(Page { items: items.collect(), next: None, total: None }))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct UnknownParams {
    /// A reason's code, such as `no-data-for-release`.
    reason: Option<String>,
    /// This unit and everything below it.
    #[param(value_type = Option<String>)]
    unit: Option<hinomi_core::UnitId>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct UnknownDto {
    component: ComponentDto,
    /// Assets in the reader's scope that carry it.
    asset_count: u64,
    reason: String,
    text: String,
    since: Time,
}

/// Components that cannot be judged, with the reason; unknown is never "not affected".
#[utoipa::path(get, path = "/unknowns", tag = "risk", params(UnknownParams, PageParams),
    responses((status = 200, body = Page<UnknownDto>)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn unknown_list(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::FindingRead>,
    Query(params): Query<UnknownParams>,
    Paging(page): Paging,
) -> ApiResult<Page<UnknownDto>> {
    let db = &app.db;
    let unit = super::params::UnitParams { unit: params.unit, at: None };
    let scope = unit.narrowed(&app, &reader.scope, app.now()).await?;
    let on = visible(db, &scope).await?;
    let mut after = page.after_keys("unknowns", 1)?.and_then(|keys| keys.first()?.as_i64()).unwrap_or(0);
    let mut carried = state.fresh(db).await?;
    let mut found = Vec::new();
    loop {
        let rows = hinomi_findings::unknown_page(db, params.reason.as_deref(), after, page.fetch_limit() * 4)
            .await
            .map_err(RiskError::from)?;
        let Some(last) = rows.last() else { break };
        after = last.component_id;
        for row in rows {
            let count = carried.carriers_of(row.component_id as u32).intersection_len(&on);
            if count > 0 {
                found.push((row, count));
            }
        }
        if found.len() as i64 >= page.fetch_limit() {
            break;
        }
    }
    drop(carried);
    let rows = Page::from_rows(found, &page, "unknowns", |(row, _)| vec![json!(row.component_id)]);
    let ids: Vec<u32> = rows.items.iter().map(|(row, _)| row.component_id as u32).collect();
    let components: HashMap<i64, ComponentDto> = hinomi_inventory::components_by_ids(db, &ids)
        .await
        .map_err(RiskError::from)?
        .iter()
        .map(|row| (row.id, ComponentDto::from(row)))
        .collect();
    let items = rows
        .items
        .into_iter()
        .filter_map(|(row, asset_count)| {
            Some(UnknownDto {
                component: components.get(&row.component_id)?.clone(),
                asset_count,
                reason: row.code,
                text: row.text,
                since: Time::from_micros(row.from_at),
            })
        })
        .collect();
    Ok(Json(Page { items, next: rows.next, total: None }))
}
