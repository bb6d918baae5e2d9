// SPDX-License-Identifier: Apache-2.0
//! HTTP of measures: the catalogue, a look before one is used, the rows behind a kept value.

use axum::extract::State;
use hinomi_core::Page;
use hinomi_web::{ApiResult, App, Json, OpenApiRouter, Path, Query, Require, perm, routes};
use serde::{Deserialize, Serialize};

use super::model::{Kind, Measure};
use super::service::{self, Addressed, RowView, RowsPage};
use crate::ReviewError;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(measure_list))
        .routes(routes!(measure_preview))
        .routes(routes!(measurement_rows))
}

/// A kind of measure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KindView {
    kind: Kind,
    /// `count`, `percent`, `points`.
    unit: String,
    /// `fewer` or `more`: which way is better, and so what a target means.
    better: String,
    /// It counts tickets and can be narrowed by criticality, package and reachability.
    narrows: bool,
    /// It is that of one unit with everything below it.
    one_unit: bool,
    /// The field that it wants besides: `vulnerability`, `axis`, `indicator`.
    wants: Option<String>,
}

/// What can be measured.
#[utoipa::path(get, path = "/measures", tag = "review", responses((status = 200, body = Page<KindView>)),
    extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn measure_list(_reader: Require<perm::RiskRead>) -> ApiResult<Page<KindView>> {
    let view = |kind: Kind| KindView {
        kind,
        unit: kind.unit().to_owned(),
        better: kind.better_word().to_owned(),
        narrows: kind.is_of_tickets(),
        one_unit: kind.is_of_maturity(),
        wants: match kind {
            Kind::Vulnerability => Some("vulnerability".to_owned()),
            Kind::AxisScore => Some("axis".to_owned()),
            Kind::Indicator => Some("indicator".to_owned()),
            _ => None,
        },
    };
    let items = Kind::ALL.into_iter().map(view).collect();
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    measure: Measure,
    units: Vec<Addressed>,
}

/// What a measure says now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Preview {
    /// Absent where there is nothing to measure.
    value: Option<f64>,
    counted: i64,
    among: i64,
    /// At most twenty of the rows, those that count first.
    rows: Vec<RowView>,
}

/// What a measure says of units now. Nothing is kept.
#[utoipa::path(post, path = "/measures/preview", tag = "review", request_body = Asked,
    responses((status = 200, body = Preview)), extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn measure_preview(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Json(asked): Json<Asked>,
) -> ApiResult<Preview> {
    asked.measure.check()?;
    let now = app.now();
    let units = service::covered(&app.db, &asked.units, now).await?;
    if units.is_empty() || units.iter().any(|unit| !reader.scope.contains(*unit)) {
        return Err(ReviewError::Unknown {
            what: "unit",
            code: "unit-not-found",
            id: "that you may see".into(),
        }
        .into());
    }
    let measured = service::evaluate(&app.db, &asked.measure, &asked.units, now, None).await?;
    Ok(Json(Preview {
        value: measured.value,
        counted: measured.counted,
        among: measured.among,
        rows: service::sample(&app.db, &measured.rows, 20).await?,
    }))
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct RowsParams {
    /// How many to leave out.
    #[param(minimum = 0)]
    offset: usize,
    /// 1 to 200, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// The rows that a kept value was made from, as they were counted.
#[utoipa::path(get, path = "/measurements/{id}/rows", tag = "review",
    params(("id" = i64, Path), RowsParams), responses((status = 200, body = RowsPage)),
    extensions(("x-hinomi-permission" = json!("RiskRead"))))]
pub(super) async fn measurement_rows(
    State(app): State<App>,
    reader: Require<perm::RiskRead>,
    Path(id): Path<i64>,
    Query(params): Query<RowsParams>,
) -> ApiResult<RowsPage> {
    let limit = params.limit.unwrap_or(50).clamp(1, 200);
    Ok(Json(service::rows_of(&app.db, &reader.scope, id, params.offset, limit).await?))
}
