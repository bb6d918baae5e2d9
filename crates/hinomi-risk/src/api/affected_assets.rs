// SPDX-License-Identifier: Apache-2.0
//! The assets that a vulnerability affects, now or on a past day.

use super::params::{Ref, UnitParams};
use crate::error::RiskError;
use crate::service::past::{assets_page_at, visible_at};
use crate::state::{AssetRef, RiskState, assets_page, visible};
use axum::Extension;
use axum::extract::State;
use hinomi_advisories::read as advisories;
use hinomi_core::{Page, Time};
use hinomi_tickets::api::Names;
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use roaring::RoaringBitmap;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AffectedComponent {
    id: i64,
    name: String,
    version: Option<String>,
    purl: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AffectedRow {
    asset: Ref,
    system: Ref,
    unit: Ref,
    component: AffectedComponent,
    fixed_version: Option<String>,
    ticket_id: Option<i64>,
    /// Since when it is known.
    since: Time,
}

/// The assets that a vulnerability affects, now or on a past day.
#[utoipa::path(get, path = "/vulnerabilities/{id}/affected", tag = "vulnerabilities",
    params(("id" = String, Path), UnitParams, PageParams),
    responses((status = 200, body = Page<AffectedRow>)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn vulnerability_affected(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::FindingRead>,
    Path(id): Path<String>,
    Query(params): Query<UnitParams>,
    Paging(page): Paging,
) -> ApiResult<Page<AffectedRow>> {
    let db = &app.db;
    let row = advisories::vulnerability(db, &id).await?;
    let at = params.instant(&app).await?;
    let scope = params.seen(&app, &reader, at).await?;
    let scope = params.narrowed(&app, &scope, at).await?;
    let ids = hinomi_advisories::spoken::with_followers(db, row.id).await?;
    let matches: Vec<_> = hinomi_findings::matches_of_vulnerabilities(db, &ids, at.as_micros())
        .await
        .map_err(RiskError::from)?
        .into_iter()
        .filter(|found| found.state == "affected")
        .collect();
    let is_past = params.at.is_some();
    let by_carrier = match is_past {
        false => now_by_carrier(&app, &state, &visible(db, &scope).await?, &matches).await?,
        true => past_by_carrier(&app, &visible_at(db, &scope, at).await?, &matches, at).await?,
    };
    let carriers: RoaringBitmap = by_carrier.keys().copied().collect();
    let after = page.after_keys("vulnerability-affected", 2)?;
    let after = after.and_then(|keys| Some((keys.first()?.as_str()?, keys.get(1)?.as_str()?)));
    let assets = match is_past {
        false => assets_page(db, &carriers, after, page.fetch_limit()).await?,
        true => assets_page_at(db, at, &carriers, after, page.fetch_limit()).await?,
    };
    let items = affected_rows(&app, &assets, &by_carrier, &matches, (&ids, at)).await?;
    let keys = |row: &AffectedRow| vec![json!(row.asset.name), json!(row.asset.id)];
    let total = carriers.len() as i64;
    Ok(Json(Page::from_rows(items, &page, "vulnerability-affected", keys).with_total(total)))
}

/// The component that each affected carrier has.
type ByCarrier = BTreeMap<u32, u32>;

async fn now_by_carrier(
    app: &App,
    state: &RiskState,
    on: &RoaringBitmap,
    matches: &[hinomi_findings::MatchRow],
) -> Result<ByCarrier, RiskError> {
    let mut carried = state.fresh(&app.db).await?;
    let mut by_carrier = BTreeMap::new();
    for found in matches {
        let component = found.component_id as u32;
        for carrier in &*carried.carriers_of(component) & on {
            by_carrier.entry(carrier).or_insert(component);
        }
    }
    Ok(by_carrier)
}

/// As it was: who carried one of the components at that instant.
async fn past_by_carrier(
    app: &App,
    on: &RoaringBitmap,
    matches: &[hinomi_findings::MatchRow],
    at: Time,
) -> Result<ByCarrier, RiskError> {
    let wanted: BTreeSet<u32> = matches.iter().map(|found| found.component_id as u32).collect();
    let carried = hinomi_inventory::service::past::carriers_at(&app.db, &wanted, at).await?;
    let first = |(carrier, components): (u32, BTreeSet<u32>)| Some((carrier, components.into_iter().next()?));
    Ok(carried.into_iter().filter(|(carrier, _)| on.contains(*carrier)).filter_map(first).collect())
}

async fn affected_rows(
    app: &App,
    shown: &[AssetRef],
    by_carrier: &ByCarrier,
    matches: &[hinomi_findings::MatchRow],
    (vulnerabilities, at): (&[i64], Time),
) -> Result<Vec<AffectedRow>, RiskError> {
    let db = &app.db;
    let named = shown.iter().map(|asset| (asset.system_id.as_str(), asset.unit_id.as_str(), None));
    let names = Names::of(db, at, named).await?;
    let used: BTreeSet<u32> =
        shown.iter().filter_map(|asset| by_carrier.get(&(asset.ordinal as u32)).copied()).collect();
    let used: Vec<u32> = used.into_iter().collect();
    let components: HashMap<u32, hinomi_inventory::ComponentRow> =
        hinomi_inventory::components_by_ids(db, &used)
            .await?
            .into_iter()
            .map(|row| (row.id as u32, row))
            .collect();
    let tickets: HashMap<String, i64> =
        hinomi_tickets::service::read::tickets_of_vulnerabilities(db, vulnerabilities)
            .await?
            .into_iter()
            .collect();
    let rows = shown.iter().filter_map(|asset| {
        let component = components.get(by_carrier.get(&(asset.ordinal as u32))?)?;
        let found = matches.iter().find(|found| found.component_id == component.id)?;
        let (system_name, system_name_ja) = names.system(&asset.system_id);
        let (unit_name, unit_name_ja) = names.unit(&asset.unit_id);
        Some(AffectedRow {
            asset: Ref { id: asset.id.clone(), name: asset.name.clone(), name_ja: String::new() },
            system: Ref { id: asset.system_id.clone(), name: system_name, name_ja: system_name_ja },
            unit: Ref { id: asset.unit_id.clone(), name: unit_name, name_ja: unit_name_ja },
            component: AffectedComponent {
                id: component.id,
                name: component.name.clone(),
                version: component.version.clone(),
                purl: component.purl.clone(),
            },
            fixed_version: found.fixed.clone(),
            ticket_id: tickets.get(&asset.system_id).copied(),
            since: Time::from_micros(found.from_at),
        })
    });
    Ok(rows.collect())
}
