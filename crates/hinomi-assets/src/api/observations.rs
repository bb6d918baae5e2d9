// SPDX-License-Identifier: Apache-2.0
//! What scanners saw on an asset.

use axum::extract::State;
use hinomi_core::{AssetId, Page, Time};
use hinomi_inventory::service::scan::{
    self, ObservationFilter, ScanState, StandingRow, StoredObservation, observation_count, observations_page,
    standing_counts,
};
use hinomi_web::{ApiError, ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};

use crate::AssetError;

/// Still seen, or no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ObservationState {
    #[default]
    Open,
    Ended,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ObservationParams {
    /// A part of the title, the check, a vulnerability, the component or the port.
    #[param(required = false)]
    q: Option<String>,
    /// `open` (when absent) or `ended`.
    #[serde(default)]
    #[param(required = false, inline)]
    state: ObservationState,
    /// `vulnerability`, `finding`, `port`, `information`, …
    #[param(required = false)]
    kind: Option<String>,
    /// `matched`, `alone`, `contradicted`, `noted` or `new`.
    #[param(required = false)]
    standing: Option<String>,
}

/// A vulnerability that a scanner names, and how it stands beside what was matched.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NamedVulnerability {
    name: String,
    /// `matched`: a component of the asset is affected, one finding with the scanner as its second evidence.
    /// `alone`: a finding by rule `scanner`. `contradicted`: the component there is not affected.
    /// `noted`: a note, or harmless by the scanner's own words. `new`: not looked at yet.
    standing: String,
}

/// What a scanner saw.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScanObservation {
    id: i64,
    scanner: String,
    /// The scanner's own name of what it looked at.
    target: String,
    kind: String,
    /// Of the plugin, test or rule.
    check: String,
    title: String,
    /// In the scanner's words.
    severity: String,
    /// 4 critical, 3 high, 2 medium, 1 low, 0 the rest.
    severity_rank: i64,
    /// The scanner's own verdict.
    state: String,
    component: String,
    fixed: String,
    port: String,
    service: String,
    vulnerabilities: Vec<NamedVulnerability>,
    weaknesses: Vec<String>,
    scores: Vec<String>,
    solution: String,
    evidence: String,
    first_seen: Time,
    last_seen: Time,
    /// When a later scan no longer saw it.
    ended: Option<Time>,
}

/// Observations of an asset, worst first.
#[utoipa::path(get, path = "/assets/{id}/observations", operation_id = "asset_observations", tag = "inventory",
    params(("id" = AssetId, Path), ObservationParams, PageParams),
    responses((status = 200, body = Page<ScanObservation>)),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn asset_observations(
    State(app): State<App>,
    reader: Require<perm::InventoryRead>,
    Path(id): Path<AssetId>,
    Query(params): Query<ObservationParams>,
    Paging(page): Paging,
) -> ApiResult<Page<ScanObservation>> {
    let carrier = carrier_of(&app, &reader, id).await?;
    let db = &app.db;
    let filter = ObservationFilter {
        state: match params.state {
            ObservationState::Open => ScanState::Open,
            ObservationState::Ended => ScanState::Ended,
        },
        kind: params.kind,
        standing: params.standing,
        text: params.q.map(|text| text.trim().to_lowercase()),
    };
    let after = page
        .after_keys("observations", 2)?
        .and_then(|keys| Some((keys.first()?.as_i64()?, keys.get(1)?.as_i64()?)));
    let total = observation_count(db, carrier, &filter).await?;
    let rows = observations_page(db, carrier, &filter, after, page.fetch_limit()).await?;
    let rows =
        Page::from_rows(rows, &page, "observations", |row| vec![json!(row.severity_rank), json!(row.id)]);
    let ids: Vec<i64> = rows.items.iter().map(|row| row.id).collect();
    let mut standings: HashMap<i64, Vec<StandingRow>> = HashMap::new();
    for row in scan::standings_of_observations(db, &ids).await? {
        standings.entry(row.observation_id).or_default().push(row);
    }
    let scans = scan::scans_of(db, carrier).await?;
    let seen_at: HashMap<(i64, &str), i64> =
        scans.iter().map(|scan| ((scan.source_id, scan.target.as_str()), scan.complete_at)).collect();
    let names: HashMap<i64, &str> =
        scans.iter().map(|scan| (scan.source_id, scan.scanner.as_str())).collect();
    let rows = rows.map(|row| {
        let scanner = names.get(&row.source_id).copied().unwrap_or_default().to_owned();
        let complete_at = seen_at.get(&(row.source_id, row.target.as_str())).copied().unwrap_or(i64::MIN);
        let named = standings.remove(&row.id).unwrap_or_default();
        shown(row, scanner, complete_at, named)
    });
    Ok(Json(rows.with_total(total)))
}

fn shown(
    row: StoredObservation,
    scanner: String,
    complete_at: i64,
    named: Vec<StandingRow>,
) -> ScanObservation {
    let seen = row.seen();
    let last_seen = match row.is_open() {
        true => row.last_at.max(complete_at).max(row.first_at),
        // A scan that no longer saw it is not one that did.
        false => row.last_at.max(row.first_at),
    };
    ScanObservation {
        id: row.id,
        scanner,
        target: row.target.clone(),
        kind: seen.kind,
        check: seen.check_id,
        title: seen.title,
        severity: seen.severity,
        severity_rank: seen.severity_rank,
        state: seen.state,
        component: seen.component,
        fixed: seen.fixed,
        port: seen.port,
        service: seen.service,
        vulnerabilities: named
            .into_iter()
            .map(|row| NamedVulnerability { name: row.name, standing: row.standing })
            .collect(),
        weaknesses: seen.weaknesses,
        scores: seen.scores,
        solution: seen.solution,
        evidence: seen.evidence,
        first_seen: Time::from_micros(row.first_at),
        last_seen: Time::from_micros(last_seen),
        ended: (!row.is_open()).then(|| Time::from_micros(row.ended_at)),
    }
}

/// A scanner's newest look at an asset.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssetScan {
    scanner: String,
    target: String,
    format: String,
    observed_at: Time,
    /// The newest scan that said everything, where there was one.
    complete_at: Option<Time>,
    /// Still seen.
    observations: i64,
}

/// How many observations of a kind stand so; those that name no vulnerability have no standing.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ObservationCount {
    kind: String,
    standing: String,
    observations: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssetScans {
    scans: Vec<AssetScan>,
    counts: Vec<ObservationCount>,
    /// Observations that still hold.
    open: i64,
}

/// Which scanners looked at an asset, when, and how much they saw.
#[utoipa::path(get, path = "/assets/{id}/scans", operation_id = "asset_scans", tag = "inventory",
    params(("id" = AssetId, Path)), responses((status = 200, body = AssetScans)),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn asset_scans(
    State(app): State<App>,
    reader: Require<perm::InventoryRead>,
    Path(id): Path<AssetId>,
) -> ApiResult<AssetScans> {
    let carrier = carrier_of(&app, &reader, id).await?;
    let scans = scan::scans_of(&app.db, carrier).await?;
    let counts = standing_counts(&app.db, carrier).await?;
    let open = observation_count(&app.db, carrier, &ObservationFilter::default()).await?;
    Ok(Json(AssetScans {
        scans: scans
            .into_iter()
            .map(|scan| AssetScan {
                scanner: scan.scanner,
                target: scan.target,
                format: scan.format,
                observed_at: Time::from_micros(scan.observed_at),
                complete_at: (scan.complete_at > i64::MIN).then(|| Time::from_micros(scan.complete_at)),
                observations: scan.observations,
            })
            .collect(),
        counts: counts
            .into_iter()
            .map(|row| ObservationCount {
                kind: row.kind,
                standing: row.standing,
                observations: row.observations,
            })
            .collect(),
        open,
    }))
}

/// The number of the asset, if the reader may see it; others are not told that it exists.
async fn carrier_of(app: &App, reader: &Require<perm::InventoryRead>, id: AssetId) -> Result<i64, ApiError> {
    let found = crate::store::assets::get(&app.db, id).await.map_err(ApiError::from)?;
    match found.filter(|asset| reader.scope.contains(asset.unit_id)) {
        Some(asset) => Ok(asset.ordinal),
        None => Err(AssetError::AssetNotFound { id }.into()),
    }
}
