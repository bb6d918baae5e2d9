// SPDX-License-Identifier: Apache-2.0
//! Counts of many assets at once, for lists: components of all of them are matched once, however many carry them.

use std::collections::{BTreeSet, HashMap, HashSet};

use axum::extract::State;
use hinomi_core::{Page, UnitId};
use hinomi_web::{ApiResult, App, Json, Query, Require, perm};
use serde::{Deserialize, Serialize};

use super::assets::BySeverity;
use crate::error::RiskError;
use crate::state::RiskState;

const MOST_AT_ONCE: usize = 200;

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AssetIds {
    /// Ids of at most 200 assets, separated by commas.
    ids: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AssetCounts {
    id: String,
    components: usize,
    /// Distinct vulnerabilities that affect it, by severity.
    open_findings: BySeverity,
    /// Components that cannot be judged.
    unknowns: usize,
}

/// Counts of many assets at once, for lists. An asset out of scope is left out.
#[utoipa::path(get, path = "/risk/assets", tag = "risk", params(AssetIds),
    responses((status = 200, body = Page<AssetCounts>)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn asset_overviews(
    State(app): State<App>,
    reader: Require<perm::FindingRead>,
    axum::Extension(state): axum::Extension<RiskState>,
    Query(params): Query<AssetIds>,
) -> ApiResult<Page<AssetCounts>> {
    let (db, now) = (&app.db, app.now().as_micros());
    let ids: Vec<&str> = params.ids.split(',').filter(|id| !id.is_empty()).collect();
    if ids.len() > MOST_AT_ONCE {
        let message = format!("{} ids, at most {MOST_AT_ONCE}", ids.len());
        return Err(RiskError::Invalid { field: "ids", message }.into());
    }
    let rows: Vec<(String, i64, UnitId)> = db
        .all(
            "SELECT id, ordinal, unit_id FROM v_asset WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
            hinomi_db::values![serde_json::to_string(&ids).unwrap_or_default()],
        )
        .await
        .map_err(RiskError::from)?;
    let seen = rows.into_iter().filter(|(_, _, unit)| reader.scope.contains(*unit));
    let carried: Vec<(String, Vec<u32>)> = {
        let index = state.fresh(db).await?;
        seen.map(|(id, ordinal, _)| (id, index.index().components_of(ordinal as u32))).collect()
    };
    let all: BTreeSet<u32> = carried.iter().flat_map(|(_, components)| components.iter().copied()).collect();
    let all: Vec<u32> = all.into_iter().collect();
    let mut affecting: HashMap<u32, Vec<i64>> = HashMap::new();
    for row in hinomi_findings::matches_of_components(db, &all, now).await.map_err(RiskError::from)? {
        if row.state == "affected" {
            affecting.entry(row.component_id as u32).or_default().push(row.vulnerability_id);
        }
    }
    let vulnerabilities: BTreeSet<i64> = affecting.values().flatten().copied().collect();
    let vulnerabilities: Vec<i64> = vulnerabilities.into_iter().collect();
    let severities: HashMap<i64, String> =
        hinomi_advisories::read::vulnerabilities_by_ids(db, &vulnerabilities)
            .await
            .map_err(RiskError::from)?
            .into_iter()
            .map(|row| (row.id, row.severity))
            .collect();
    let unknown: HashSet<u32> = hinomi_findings::unknowns_of_components(db, &all, now)
        .await
        .map_err(RiskError::from)?
        .into_iter()
        .map(|row| row.component_id as u32)
        .collect();
    let count = |(id, components): (String, Vec<u32>)| {
        let mut open_findings = BySeverity::default();
        let found: BTreeSet<i64> =
            components.iter().filter_map(|one| affecting.get(one)).flatten().copied().collect();
        for vulnerability in found {
            open_findings.add(severities.get(&vulnerability).map_or("unrated", String::as_str));
        }
        let unknowns = components.iter().filter(|one| unknown.contains(one)).count();
        AssetCounts { id, components: components.len(), open_findings, unknowns }
    };
    let items = carried.into_iter().map(count).collect();
    Ok(Json(Page { items, next: None, total: None }))
}
