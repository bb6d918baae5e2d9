// SPDX-License-Identifier: Apache-2.0
//! Reading: months, a unit's axes, its past, the rows behind a figure, the rows that would close a gap, formulas.

use axum::extract::State;
use hinomi_core::{Page, UnitId};
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::Axis;
use hinomi_web::{ApiResult, App, Json, Query, Require, perm};
use serde::{Deserialize, Serialize};

use crate::error::MaturityError;
use crate::model::{Month, Side};
use crate::service::{self, GapRow, MonthView, RowsPage, RowsWanted, TrendPoint, UnitView};

/// Months that have been scored, the newest first, with every correction; the running month's preview among them.
#[utoipa::path(get, path = "/maturity/months", tag = "maturity",
    responses((status = 200, body = Page<MonthView>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_months(
    State(app): State<App>,
    _reader: Require<perm::RiskRead>,
) -> ApiResult<Page<MonthView>> {
    Ok(Json(Page { items: service::months(&app.db).await?, next: None, total: None }))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct UnitMonthParams {
    /// This unit with everything below it; absent: the highest that the reader sees.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// YYYY-MM; absent: the newest closed month.
    month: Option<String>,
}

fn month_of(text: Option<&str>) -> Result<Option<Month>, MaturityError> {
    text.map(str::parse).transpose()
}

/// A unit's month: index, level and gates of each axis, with the indicators they are made from.
#[utoipa::path(get, path = "/maturity", tag = "maturity", params(UnitMonthParams),
    responses((status = 200, body = UnitView)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_get(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<UnitMonthParams>,
) -> ApiResult<UnitView> {
    let month = month_of(params.month.as_deref())?;
    Ok(Json(service::unit_view(&app.db, &reader.scope, params.unit, month).await?))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct TrendParams {
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// How many months back: 1 to 120, 24 when absent.
    #[param(minimum = 1, maximum = 120)]
    months: Option<i32>,
}

/// A unit's own past, the oldest month first.
#[utoipa::path(get, path = "/maturity/trend", tag = "maturity", params(TrendParams),
    responses((status = 200, body = Page<TrendPoint>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_trend(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<TrendParams>,
) -> ApiResult<Page<TrendPoint>> {
    let months = params.months.unwrap_or(24);
    if !(1..=120).contains(&months) {
        let message = format!("{months} is not 1 to 120");
        return Err(MaturityError::Invalid { field: "months", message }.into());
    }
    let items = service::trend(&app.db, &reader.scope, params.unit, months).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct RowsParams {
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    month: Option<String>,
    /// Such as `S3`; or a count beside the score: `accepted`, `retracted`, `retired`, `lowered`.
    indicator: String,
    /// `for` or `against`; absent: all.
    side: Option<String>,
    /// How many to leave out.
    #[param(minimum = 0)]
    offset: usize,
    /// 1 to 200, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// The rows for and against a figure, as they were counted.
#[utoipa::path(get, path = "/maturity/rows", tag = "maturity", params(RowsParams),
    responses((status = 200, body = RowsPage)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_rows(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<RowsParams>,
) -> ApiResult<RowsPage> {
    let side = match params.side.as_deref() {
        None => None,
        Some("for") => Some(Side::For),
        Some("against") => Some(Side::Against),
        Some(other) => {
            let message = format!("{other:?} is not `for` or `against`");
            return Err(MaturityError::Invalid { field: "side", message }.into());
        }
    };
    let wanted = RowsWanted {
        unit: params.unit,
        month: month_of(params.month.as_deref())?,
        indicator: &params.indicator,
        side,
        offset: params.offset,
        limit: params.limit.unwrap_or(50).clamp(1, 200),
    };
    Ok(Json(service::rows(&app.db, &reader.scope, wanted).await?))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct GapParams {
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// YYYY-MM; absent: the running month, where putting things right still counts.
    month: Option<String>,
    /// `governance`, `human`, `system`, `information`, `incident`, `culture`; `system` when absent.
    axis: Option<String>,
}

/// What would raise the index of an axis most: at most forty rows, the dearest first. Of the running month, what putting
/// each right today brings; of a closed one, what it would have brought in time.
#[utoipa::path(get, path = "/maturity/gap", tag = "maturity", params(GapParams),
    responses((status = 200, body = Page<GapRow>)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_gap(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Query(params): Query<GapParams>,
) -> ApiResult<Page<GapRow>> {
    let code = params.axis.as_deref().unwrap_or("system");
    let axis = Axis::of_code(code)
        .ok_or_else(|| MaturityError::Invalid { field: "axis", message: format!("{code:?} is no axis") })?;
    let month = month_of(params.month.as_deref())?;
    let items = service::gap(&app.db, &reader.scope, params.unit, month, axis, app.now()).await?;
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Formulas {
    version: String,
    /// YYYY-MM.
    valid_from: String,
    /// Every formula, weight and gate, as Markdown.
    text: String,
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct FormulaParams {
    /// YYYY-MM; absent: the running month.
    month: Option<String>,
}

/// The formulas by which a month is scored.
#[utoipa::path(get, path = "/maturity/formulas", tag = "maturity", params(FormulaParams),
    responses((status = 200, body = Formulas)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn maturity_formulas(
    State(app): State<App>,
    _reader: Require<perm::RiskRead>,
    Query(params): Query<FormulaParams>,
) -> ApiResult<Formulas> {
    let days = GroupDays::load(&app.db).await?;
    let month = month_of(params.month.as_deref())?.unwrap_or(Month::of(app.now(), &days));
    let set = service::formulas_of(&app.db, month, app.now()).await?;
    Ok(Json(Formulas {
        text: set.to_markdown(hinomi_score::maturity::Language::English),
        version: set.version,
        valid_from: set.valid_from,
    }))
}
