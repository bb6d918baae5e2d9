// SPDX-License-Identifier: Apache-2.0
//! Heat map, residual, trend, summary.

use super::params::UnitParams;
use crate::error::RiskError;
use crate::service::heat::{self, HeatMap, Residual, TrendDay};
use crate::service::vulnerabilities::affecting;
use crate::state::{RiskState, visible};
use axum::Extension;
use axum::extract::State;
use hinomi_core::{Page, Scope, UnitId};
use hinomi_db::Db;
use hinomi_platform::days::GroupDays;
use hinomi_web::{ApiResult, App, Json, Query, Require, perm};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Open cases by unit and case criticality, any day.
#[utoipa::path(get, path = "/risk/heatmap", tag = "risk", params(UnitParams),
    responses((status = 200, body = HeatMap)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn risk_heatmap(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<UnitParams>,
) -> ApiResult<HeatMap> {
    let at = params.instant(&app).await?;
    let scope = params.seen(&app, &reader, at).await?;
    Ok(Json(heat::heat_map(&app.db, &state, &scope, params.unit, at).await?))
}

/// What was instructed, what is left, and since when.
#[utoipa::path(get, path = "/risk/residual", tag = "risk", params(UnitParams),
    responses((status = 200, body = Residual)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn risk_residual(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<UnitParams>,
) -> ApiResult<Residual> {
    let at = params.instant(&app).await?;
    let scope = params.seen(&app, &reader, at).await?;
    let scope = params.narrowed(&app, &scope, at).await?;
    Ok(Json(heat::residual(&app.db, &state, &scope, at).await?))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct TrendParams {
    /// This unit and everything below it.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// How many months back: 1 to 120, 12 when absent.
    #[param(minimum = 1, maximum = 120)]
    months: Option<i64>,
}

/// Open cases at the end of each week, oldest first.
#[utoipa::path(get, path = "/risk/trend", tag = "risk", params(TrendParams),
    responses((status = 200, body = Page<TrendDay>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn risk_trend(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<TrendParams>,
) -> ApiResult<Page<TrendDay>> {
    let months = params.months.unwrap_or(12);
    if !(1..=120).contains(&months) {
        return Err(
            RiskError::Invalid { field: "months", message: format!("{months} is not 1 to 120") }.into()
        );
    }
    let unit = UnitParams { unit: params.unit, at: None };
    let scope = unit.narrowed(&app, &reader.scope, app.now()).await?;
    let group = GroupDays::load(&app.db).await?;
    let days = heat::trend_days(&group, app.now(), months);
    let items = heat::trend(&app.db, &state, &scope, (&group, &days)).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct UnknownCount {
    reason: String,
    count: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Unknowns {
    total: i64,
    by_reason: Vec<UnknownCount>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Summary {
    systems: i64,
    assets: i64,
    assets_without_inventory: i64,
    unassigned: i64,
    stale: i64,
    /// Distinct components on the visible assets.
    components: i64,
    vulnerabilities_affecting: i64,
    /// Distinct visible components that cannot be judged.
    unknowns: Unknowns,
    known_exploited_open: i64,
    /// Since the last successful load of any feed.
    feed_age_seconds: Option<i64>,
    /// No feed succeeded as lately as the setting `feed-old-hours` asks for.
    feed_old: bool,
}

/// Counts that stand beside the heat map.
#[utoipa::path(get, path = "/risk/summary", tag = "risk", params(UnitParams),
    responses((status = 200, body = Summary)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn risk_summary(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<UnitParams>,
) -> ApiResult<Summary> {
    let (db, now) = (&app.db, app.now());
    let scope = params.narrowed(&app, &reader.scope, now).await?;
    let filter = hinomi_tickets::service::read::TicketFilter::default();
    let stale_before = hinomi_assets::stale_before(db, now).await?;
    // Side by side: each is a pass over an index, and a machine has more than one core.
    let (carried, assets, counts) = tokio::join!(
        carried_counts(db, &state, &scope),
        heat::asset_counts(db, &scope, stale_before),
        async { Ok::<_, RiskError>(state.open_tickets().counts(db, &scope, &filter, now).await?) },
    );
    let (carried, assets, counts) = (carried?, assets?, counts?);
    let feeds = hinomi_advisories::read::feed_list(db).await?;
    let feed_age_seconds = feeds.iter().filter_map(|feed| feed.age_seconds(now)).min();
    let oldest_fine = hinomi_advisories::settings::oldest_fine_seconds(db).await?;
    Ok(Json(Summary {
        systems: heat::system_count(db, &scope).await?,
        assets: assets.assets,
        assets_without_inventory: assets.without_inventory,
        unassigned: assets.unassigned,
        stale: assets.stale,
        components: carried.components,
        vulnerabilities_affecting: carried.affecting,
        unknowns: carried.unknowns,
        known_exploited_open: counts.known_exploited,
        feed_age_seconds,
        feed_old: feed_age_seconds.is_none_or(|age| age > oldest_fine),
    }))
}

/// What is counted over the components that visible assets carry.
struct CarriedCounts {
    components: i64,
    affecting: i64,
    unknowns: Unknowns,
}

async fn carried_counts(db: &Db, state: &RiskState, scope: &Scope) -> Result<CarriedCounts, RiskError> {
    let on = visible(db, scope).await?;
    let mut carried = state.fresh(db).await?;
    let affecting = affecting(db, &mut carried, &on).await?;
    let components = carried.index().components_on(&on);
    drop(carried);
    let mut by_reason = BTreeMap::<String, i64>::new();
    hinomi_findings::open_unknowns(db, |component, code| {
        if components.contains(component) {
            *by_reason.entry(code.to_owned()).or_default() += 1;
        }
    })
    .await?;
    let total = by_reason.values().sum();
    let by_reason = by_reason.into_iter().map(|(reason, count)| UnknownCount { reason, count }).collect();
    Ok(CarriedCounts {
        components: components.len() as i64,
        affecting: affecting.len() as i64,
        unknowns: Unknowns { total, by_reason },
    })
}
