// SPDX-License-Identifier: Apache-2.0
//! What changed since yesterday, and who must act.

use super::params::{Ref, UnitParams};
use super::vulnerability::ChangeDto;
use crate::error::RiskError;
use crate::service::changes::{self, UnitShare, Window};
use crate::state::{Places, RiskState};
use axum::Extension;
use axum::extract::State;
use hinomi_core::{Time, UnitId};
use hinomi_web::{ApiResult, App, Json, Query, Require, perm};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How many vulnerabilities a day's page tells of, unless it is asked for more; the rest is counted.
const ROWS: usize = 100;
const ROWS_MAX: usize = 300;
/// So many units are named for all of them.
const UNITS: usize = 100;
/// No log is asked for more than so many days.
const DAYS_MAX: i64 = 92;

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ChangesParams {
    /// This unit and everything below it; absent: all that the reader sees.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// How many days back, 1 to 92; absent: 1.
    days: Option<i64>,
    /// How many vulnerabilities, the worst first, 1 to 300; absent: 100.
    limit: Option<usize>,
}

/// A unit that must act.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct UnitShareDto {
    unit: Ref,
    assets: u64,
    vulnerabilities: u64,
    open_tickets: u64,
    overdue: u64,
    due: Option<Time>,
}

/// A vulnerability of which something changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChangedDto {
    canonical: String,
    title: String,
    title_ja: String,
    severity: String,
    score: Option<f64>,
    known_exploited: bool,
    withdrawn: bool,
    /// It became known in this time.
    is_new: bool,
    /// It began to affect something in this time.
    newly_here: bool,
    /// The oldest first.
    changes: Vec<ChangeDto>,
    affected_assets: u64,
    affected_systems: usize,
    /// Whose it is, the most urgent first, at most ten.
    units: Vec<UnitShareDto>,
    /// How many units there are beside them.
    units_more: usize,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChangesDto {
    since: Time,
    until: Time,
    /// The worst first.
    items: Vec<ChangedDto>,
    /// Who must act on those listed, the most urgent first, at most 100.
    units: Vec<UnitShareDto>,
    /// How many units there are beside them.
    units_more: usize,
    /// Vulnerabilities not listed for being too many.
    omitted: usize,
}

/// What changed of what affects us, and who must act.
#[utoipa::path(get, path = "/vulnerability-changes", tag = "vulnerabilities", params(ChangesParams),
    responses((status = 200, body = ChangesDto)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn vulnerability_changes(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::FindingRead>,
    Query(params): Query<ChangesParams>,
) -> ApiResult<ChangesDto> {
    let db = &app.db;
    let days = params.days.unwrap_or(1);
    if !(1..=DAYS_MAX).contains(&days) {
        let message = format!("{days} is not from 1 to {DAYS_MAX}");
        return Err(RiskError::Invalid { field: "days", message }.into());
    }
    let limit = params.limit.unwrap_or(ROWS);
    if !(1..=ROWS_MAX).contains(&limit) {
        let message = format!("{limit} is not from 1 to {ROWS_MAX}");
        return Err(RiskError::Invalid { field: "limit", message }.into());
    }
    let until = app.now();
    let since = until.plus_days(-days);
    let unit = UnitParams { unit: params.unit, at: None };
    let scope = unit.narrowed(&app, &reader.scope, until).await?;
    let places = Places::load(db, &scope).await?;
    let window = Window::of_time(since.as_micros(), until.as_micros() + 1);
    let found = {
        let mut carried = state.fresh(db).await?;
        let open = state.open_tickets().fresh(db).await?;
        changes::changes(db, (&mut carried, &open), (&scope, &places), window, limit).await?
    };
    let ids: Vec<i64> = found.rows.iter().map(|changed| changed.row.id).collect();
    let titles: HashMap<i64, String> =
        hinomi_advisories::threats::titles_in(db, "ja", &ids).await?.into_iter().collect();
    let names = unit_names(&app, until).await?;
    let items = found.rows.into_iter().map(|changed| ChangedDto {
        title_ja: titles.get(&changed.row.id).cloned().unwrap_or_default(),
        canonical: changed.row.canonical,
        title: changed.row.title,
        severity: changed.row.severity,
        score: changed.row.score,
        known_exploited: changed.row.known_exploited,
        withdrawn: changed.row.withdrawn.is_some(),
        is_new: changed.is_new,
        newly_here: changed.newly_here,
        changes: changed.changes.into_iter().map(ChangeDto::from).collect(),
        affected_assets: changed.assets,
        affected_systems: changed.systems,
        units_more: changed.units_more,
        units: changed.units.into_iter().map(|share| share_dto(share, &names)).collect(),
    });
    Ok(Json(ChangesDto {
        since,
        until,
        items: items.collect(),
        units_more: found.units.len().saturating_sub(UNITS),
        units: found.units.into_iter().take(UNITS).map(|share| share_dto(share, &names)).collect(),
        omitted: found.omitted,
    }))
}

/// Name and Japanese name of every unit.
pub(crate) async fn unit_names(app: &App, at: Time) -> Result<HashMap<String, (String, String)>, RiskError> {
    let tree = hinomi_org::tree_at(&app.db, at).await?;
    Ok(tree
        .nodes()
        .iter()
        .map(|unit| (unit.id.to_string(), (unit.name.clone(), unit.name_ja.clone())))
        .collect())
}

fn share_dto(share: UnitShare, names: &HashMap<String, (String, String)>) -> UnitShareDto {
    let (name, name_ja) = names.get(&share.unit_id).cloned().unwrap_or_default();
    UnitShareDto {
        unit: Ref { id: share.unit_id, name, name_ja },
        assets: share.assets,
        vulnerabilities: share.vulnerabilities,
        open_tickets: share.open_tickets,
        overdue: share.overdue,
        due: share.due_at.map(Time::from_micros),
    }
}
