// SPDX-License-Identifier: Apache-2.0
//! What an asset carries and suffers from, and what a system's tickets are.

use super::params::{ComponentDto, instant};
use crate::error::RiskError;
use crate::service::heat::{Cells, tickets_by_system};
use axum::extract::State;
use hinomi_core::{Page, Scope, Time, UnitId};
use hinomi_findings::why::{Why, explain};
use hinomi_inventory::service::read::{self as inventory, Presence};
use hinomi_tickets::api::dto::VulnerabilityRef;
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// The carrier behind an asset, if the reader may see it; others are not told that it exists.
async fn carrier_of(app: &App, scope: &Scope, id: &str) -> Result<(i64, String), RiskError> {
    let unknown = || RiskError::AssetUnknown { id: id.to_owned() };
    let row: Option<(i64, UnitId, String)> = app
        .db
        .optional("SELECT ordinal, unit_id, system_id FROM v_asset WHERE id = $1", hinomi_db::values![id])
        .await?;
    let (ordinal, unit, system) = row.ok_or_else(unknown)?;
    if scope.contains(unit) { Ok((ordinal, system)) } else { Err(unknown()) }
}

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct CarriedParams {
    /// A part of the name.
    q: Option<String>,
    /// The end of this past day: YYYY-MM-DD; absent: now.
    at: Option<String>,
    /// For findings: `affected`, `not_affected` or `unknown`; for components `unknown` alone: those that cannot be judged.
    state: Option<String>,
}

impl CarriedParams {
    async fn instant(&self, app: &App) -> Result<Time, RiskError> {
        instant(app, self.at.as_deref()).await
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct MatchCounts {
    affected: usize,
    unknown: usize,
}

/// The reason that stands between a component and a verdict.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct UnknownWhy {
    /// Its code, such as `no-data-for-release`.
    reason: String,
    text: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PresentComponent {
    #[serde(flatten)]
    component: ComponentDto,
    sources: Vec<String>,
    since: Time,
    matches: MatchCounts,
    /// Why it cannot be judged; null where it can.
    unknown: Option<UnknownWhy>,
}

/// What an asset carries, now or on a past day.
#[utoipa::path(get, path = "/assets/{id}/components", tag = "inventory",
    params(("id" = String, Path), CarriedParams, PageParams),
    responses((status = 200, body = Page<PresentComponent>)),
    extensions(("x-hinomi-permission" = json!("InventoryRead"))))]
pub(super) async fn asset_components(
    State(app): State<App>,
    reader: Require<perm::InventoryRead>,
    Path(id): Path<String>,
    Query(params): Query<CarriedParams>,
    Paging(page): Paging,
) -> ApiResult<Page<PresentComponent>> {
    let db = &app.db;
    let (carrier, _) = carrier_of(&app, &reader.scope, &id).await?;
    let at = params.instant(&app).await?;
    let presences: HashMap<u32, Presence> = inventory::presences(db, carrier, at)
        .await?
        .into_iter()
        .map(|presence| (presence.component, presence))
        .collect();
    let ids: Vec<u32> = presences.keys().copied().collect();
    let mut rows = hinomi_inventory::components_by_ids(db, &ids).await.map_err(RiskError::from)?;
    // What only a scanner sees is a finding, and nothing that is installed.
    rows.retain(|row| row.kind != hinomi_inventory::scans::SCANNED);
    if let Some(text) = params.q.as_deref().map(str::to_lowercase) {
        rows.retain(|row| row.name.to_lowercase().contains(&text));
    }
    let carried: Vec<u32> = rows.iter().map(|row| row.id as u32).collect();
    let unknown: HashMap<i64, UnknownWhy> =
        hinomi_findings::unknowns_of_components(db, &carried, at.as_micros())
            .await
            .map_err(RiskError::from)?
            .into_iter()
            .map(|row| (row.component_id, UnknownWhy { reason: row.code, text: row.text }))
            .collect();
    if params.state.as_deref() == Some("unknown") {
        rows.retain(|row| unknown.contains_key(&row.id));
    }
    rows.sort_by(|left, right| (&left.name, left.id).cmp(&(&right.name, right.id)));
    let total = rows.len() as i64;
    if let Some(keys) = page.after_keys("asset-components", 2)? {
        let after = (
            keys.first().and_then(|key| key.as_str()).unwrap_or_default().to_owned(),
            keys.get(1).and_then(|key| key.as_i64()).unwrap_or(0),
        );
        rows.retain(|row| (row.name.as_str(), row.id) > (after.0.as_str(), after.1));
    }
    let rows = Page::from_rows(rows, &page, "asset-components", |row| vec![json!(row.name), json!(row.id)]);
    let shown: Vec<u32> = rows.items.iter().map(|row| row.id as u32).collect();
    let mut affected: HashMap<i64, usize> = HashMap::new();
    for row in
        hinomi_findings::matches_of_components(db, &shown, at.as_micros()).await.map_err(RiskError::from)?
    {
        if row.state == "affected" {
            *affected.entry(row.component_id).or_default() += 1;
        }
    }
    let rows = rows.map(|row| {
        let presence = presences.get(&(row.id as u32));
        PresentComponent {
            sources: presence.map(|presence| presence.sources.clone()).unwrap_or_default(),
            since: Time::from_micros(presence.map_or(0, |presence| presence.since)),
            matches: MatchCounts {
                affected: affected.get(&row.id).copied().unwrap_or(0),
                unknown: usize::from(unknown.contains_key(&row.id)),
            },
            unknown: unknown.get(&row.id).cloned(),
            component: ComponentDto::from(&row),
        }
    });
    Ok(Json(rows.with_total(total)))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FindingComponent {
    id: i64,
    name: String,
    version: Option<String>,
    purl: Option<String>,
}

/// A vulnerability on an asset.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Finding {
    vulnerability: VulnerabilityRef,
    component: FindingComponent,
    /// `affected`, `not_affected` or `unknown`.
    state: String,
    fixed_version: Option<String>,
    /// When both the component was seen and the match known.
    since: Time,
    ticket_id: Option<i64>,
    why: Vec<Why>,
    /// Scanners that see it on this asset now: evidence beside the match, or instead of one.
    seen_by: Vec<SeenBy>,
}

/// A scanner that names a vulnerability.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SeenBy {
    scanner: String,
    /// Of the plugin, test or rule.
    check: String,
    title: String,
    since: Time,
}

/// The findings of an asset, now or on a past day, worst first.
#[utoipa::path(get, path = "/assets/{id}/findings", tag = "inventory",
    params(("id" = String, Path), CarriedParams, PageParams),
    responses((status = 200, body = Page<Finding>)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn asset_findings(
    State(app): State<App>,
    reader: Require<perm::FindingRead>,
    Path(id): Path<String>,
    Query(params): Query<CarriedParams>,
    Paging(page): Paging,
) -> ApiResult<Page<Finding>> {
    let db = &app.db;
    let (carrier, system) = carrier_of(&app, &reader.scope, &id).await?;
    let at = params.instant(&app).await?;
    let found = Findings::load(&app, carrier, at).await?;
    let wanted = params.state.as_deref().unwrap_or("affected");
    let mut keys: Vec<&(i64, u32, String)> =
        found.rows.keys().filter(|(_, _, state)| state == wanted).collect();
    keys.sort_by_key(|(vulnerability, component, _)| {
        (std::cmp::Reverse(found.rank(*vulnerability)), *vulnerability, *component)
    });
    let total = keys.len() as i64;
    let offset =
        page.after_keys("asset-findings", 1)?.and_then(|keys| keys.first()?.as_u64()).unwrap_or(0) as usize;
    let shown: Vec<_> = keys.into_iter().skip(offset).take(page.limit as usize + 1).collect();
    let rows: Vec<_> =
        shown.iter().flat_map(|key| found.rows.get(*key).cloned().unwrap_or_default()).collect();
    let whys = explain(db, &rows).await?;
    let items = shown.iter().filter_map(|key| found.finding(key, &whys)).collect::<Vec<_>>();
    let mut items = items;
    let ids: Vec<i64> = items.iter().map(|item| item.vulnerability.id).collect();
    let mut seen_by = seen_by(&app, carrier, &ids).await?;
    for item in &mut items {
        item.seen_by = seen_by.remove(&item.vulnerability.id).unwrap_or_default();
        item.ticket_id =
            hinomi_tickets::service::read::tickets_of_vulnerabilities(db, &[item.vulnerability.id])
                .await?
                .into_iter()
                .find(|(of, _)| *of == system)
                .map(|(_, ticket)| ticket);
    }
    let next = offset + page.limit as usize;
    Ok(Json(Page::from_rows(items, &page, "asset-findings", |_| vec![json!(next)]).with_total(total)))
}

/// Which scanners see these vulnerabilities on a carrier now.
async fn seen_by(app: &App, carrier: i64, ids: &[i64]) -> Result<HashMap<i64, Vec<SeenBy>>, RiskError> {
    let mut seen: HashMap<i64, Vec<SeenBy>> = HashMap::new();
    for witness in hinomi_inventory::service::scan::witnesses_of(&app.db, carrier, ids).await? {
        seen.entry(witness.vulnerability_id).or_default().push(SeenBy {
            scanner: witness.scanner,
            check: witness.check_id,
            title: witness.title,
            since: Time::from_micros(witness.first_at),
        });
    }
    Ok(seen)
}

/// Matches × presences of one carrier at an instant.
struct Findings {
    rows: BTreeMap<(i64, u32, String), Vec<hinomi_findings::MatchRow>>,
    presences: HashMap<u32, Presence>,
    components: HashMap<u32, hinomi_inventory::ComponentRow>,
    vulnerabilities: HashMap<i64, hinomi_advisories::VulnerabilityRow>,
}

impl Findings {
    async fn load(app: &App, carrier: i64, at: Time) -> Result<Self, RiskError> {
        let db = &app.db;
        let presences: HashMap<u32, Presence> = inventory::presences(db, carrier, at)
            .await?
            .into_iter()
            .map(|presence| (presence.component, presence))
            .collect();
        let ids: Vec<u32> = presences.keys().copied().collect();
        let mut rows: BTreeMap<(i64, u32, String), Vec<hinomi_findings::MatchRow>> = BTreeMap::new();
        for row in hinomi_findings::matches_of_components(db, &ids, at.as_micros()).await? {
            rows.entry((row.vulnerability_id, row.component_id as u32, row.state.clone()))
                .or_default()
                .push(row);
        }
        let mut used: Vec<u32> = rows.keys().map(|(_, component, _)| *component).collect();
        used.sort_unstable();
        used.dedup();
        let mut vulnerabilities: Vec<i64> = rows.keys().map(|(id, _, _)| *id).collect();
        vulnerabilities.sort_unstable();
        vulnerabilities.dedup();
        Ok(Self {
            presences,
            components: hinomi_inventory::components_by_ids(db, &used)
                .await?
                .into_iter()
                .map(|row| (row.id as u32, row))
                .collect(),
            vulnerabilities: hinomi_advisories::read::vulnerabilities_by_ids(db, &vulnerabilities)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect(),
            rows,
        })
    }

    fn rank(&self, vulnerability: i64) -> (bool, i64) {
        self.vulnerabilities
            .get(&vulnerability)
            .map_or((false, 0), |row| (row.known_exploited, row.severity_rank))
    }

    fn finding(&self, key: &(i64, u32, String), whys: &HashMap<(i64, i64), Vec<Why>>) -> Option<Finding> {
        let (vulnerability, component, state) = key;
        let rows = self.rows.get(key)?;
        let row = rows.iter().min_by_key(|row| row.from_at)?;
        let component_row = self.components.get(component)?;
        let seen = self.presences.get(component)?.since;
        Some(Finding {
            vulnerability: VulnerabilityRef::from(self.vulnerabilities.get(vulnerability)?),
            component: FindingComponent {
                id: component_row.id,
                name: component_row.name.clone(),
                version: component_row.version.clone(),
                purl: component_row.purl.clone(),
            },
            state: state.clone(),
            fixed_version: rows.iter().find_map(|row| row.fixed.clone()),
            since: Time::from_micros(seen.max(row.from_at)),
            ticket_id: None,
            why: whys.get(&(i64::from(*component), *vulnerability)).cloned().unwrap_or_default(),
            seen_by: Vec::new(),
        })
    }
}

#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(super) struct BySeverity {
    critical: i64,
    high: i64,
    medium: i64,
    low: i64,
    none: i64,
    unrated: i64,
}

impl BySeverity {
    /// Counts one of this severity.
    pub(super) fn add(&mut self, severity: &str) {
        *match severity {
            "critical" => &mut self.critical,
            "high" => &mut self.high,
            "medium" => &mut self.medium,
            "low" => &mut self.low,
            "none" => &mut self.none,
            _ => &mut self.unrated,
        } += 1;
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SourceDto {
    name: String,
    observed_at: Time,
    complete: bool,
    components: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AssetOverview {
    components: usize,
    /// Distinct vulnerabilities that affect it, by severity.
    open_findings: BySeverity,
    /// Components that cannot be judged.
    unknowns: usize,
    sources: Vec<SourceDto>,
}

/// Counts of an asset's page.
#[utoipa::path(get, path = "/assets/{id}/overview", tag = "inventory", params(("id" = String, Path)),
    responses((status = 200, body = AssetOverview)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn asset_overview(
    State(app): State<App>,
    reader: Require<perm::FindingRead>,
    Path(id): Path<String>,
) -> ApiResult<AssetOverview> {
    let db = &app.db;
    let (carrier, _) = carrier_of(&app, &reader.scope, &id).await?;
    let found = Findings::load(&app, carrier, app.now()).await?;
    let mut open_findings = BySeverity::default();
    let mut counted = std::collections::BTreeSet::new();
    for (vulnerability, _, state) in found.rows.keys() {
        if state != "affected" || !counted.insert(*vulnerability) {
            continue;
        }
        let severity =
            found.vulnerabilities.get(vulnerability).map_or("unrated", |row| row.severity.as_str());
        open_findings.add(severity);
    }
    let ids: Vec<u32> = found.presences.keys().copied().collect();
    let unknowns = hinomi_findings::unknowns_of_components(db, &ids, app.now().as_micros())
        .await
        .map_err(RiskError::from)?
        .len();
    let sources = inventory::sources_of(db, carrier).await?;
    Ok(Json(AssetOverview {
        components: ids.len(),
        open_findings,
        unknowns,
        sources: sources
            .into_iter()
            .map(|row| SourceDto {
                name: row.name,
                observed_at: Time::from_micros(row.observed_at),
                complete: row.complete,
                components: row.components,
            })
            .collect(),
    }))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SystemOverview {
    /// Open tickets by case criticality.
    open_tickets: Cells,
}

/// Counts of a system's page.
#[utoipa::path(get, path = "/systems/{id}/overview", tag = "inventory", params(("id" = String, Path)),
    responses((status = 200, body = SystemOverview)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn system_overview(
    State(app): State<App>,
    reader: Require<perm::TicketRead>,
    Path(id): Path<String>,
) -> ApiResult<SystemOverview> {
    let row: Option<(UnitId,)> = app
        .db
        .optional("SELECT unit_id FROM v_system WHERE id = $1", hinomi_db::values![id.as_str()])
        .await
        .map_err(RiskError::from)?;
    if !row.is_some_and(|(unit,)| reader.scope.contains(unit)) {
        return Err(hinomi_web::ApiError::not_found("system-not-found", format!("no system {id}")));
    }
    let mut cells = tickets_by_system(&app.db, std::slice::from_ref(&id)).await?;
    Ok(Json(SystemOverview { open_tickets: cells.remove(&id).unwrap_or_default() }))
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SystemIds {
    /// Ids of at most 200 systems, separated by commas.
    ids: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SystemCounts {
    id: String,
    /// Open tickets by case criticality.
    open_tickets: Cells,
}

/// Counts of many systems at once, for lists. A system out of scope is left out.
#[utoipa::path(get, path = "/risk/systems", tag = "risk", params(SystemIds),
    responses((status = 200, body = Page<SystemCounts>)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn system_overviews(
    State(app): State<App>,
    reader: Require<perm::TicketRead>,
    Query(params): Query<SystemIds>,
) -> ApiResult<Page<SystemCounts>> {
    let ids: Vec<&str> = params.ids.split(',').filter(|id| !id.is_empty()).collect();
    if ids.len() > 200 {
        let message = format!("{} ids, at most 200", ids.len());
        return Err(RiskError::Invalid { field: "ids", message }.into());
    }
    let rows: Vec<(String, UnitId)> = app
        .db
        .all(
            "SELECT id, unit_id FROM v_system WHERE id IN (SELECT value FROM json_each($1))",
            hinomi_db::values![serde_json::to_string(&ids).unwrap_or_default()],
        )
        .await
        .map_err(RiskError::from)?;
    let seen: Vec<String> =
        rows.into_iter().filter(|(_, unit)| reader.scope.contains(*unit)).map(|(id, _)| id).collect();
    let mut cells = tickets_by_system(&app.db, &seen).await?;
    let items = seen
        .into_iter()
        .map(|id| SystemCounts { open_tickets: cells.remove(&id).unwrap_or_default(), id })
        .collect();
    Ok(Json(Page { items, next: None, total: None }))
}
