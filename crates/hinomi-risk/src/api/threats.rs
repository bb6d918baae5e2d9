// SPDX-License-Identifier: Apache-2.0
//! Reports of attackers, and what of ours is affected by what they exploit.

use super::vulnerabilities::{Exposure, VulnerabilityDto, exposure_scope};
use crate::error::RiskError;
use crate::state::{Places, RiskState};
use axum::Extension;
use axum::extract::State;
use hinomi_advisories::threats::{self, ThreatRow};
use hinomi_advisories::{VulnerabilityRow, read as advisories};
use hinomi_core::{Page, Time};
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ThreatParams {
    /// Words of the report, or their beginnings: a name, an actor, a CVE, a technique.
    q: Option<String>,
    /// Only reports that name a vulnerability.
    exploiting: Option<bool>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct TechniqueDto {
    /// Of ATT&CK, such as `T1190`.
    id: String,
    name: String,
}

/// A report of attackers.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct ThreatDto {
    id: String,
    /// stix or misp.
    source: String,
    /// campaign, intrusion-set, threat-actor, malware, tool, indicator, report.
    kind: String,
    name: String,
    /// The feed that brought it.
    feed: String,
    author: Option<String>,
    created: Option<Time>,
    modified: Option<Time>,
    valid_until: Option<Time>,
    /// Not taken back and not expired.
    holds: bool,
    /// 0 to 100.
    confidence: Option<i64>,
    /// clear, green, amber, amber-strict, red; empty where the source does not say.
    tlp: String,
    cves: Vec<String>,
    techniques: Vec<TechniqueDto>,
    actors: Vec<String>,
    tools: Vec<String>,
    /// Campaigns that it belongs to or indicates.
    campaigns: Vec<String>,
}

impl ThreatDto {
    pub(super) fn of(row: &ThreatRow, now: Time) -> Result<Self, RiskError> {
        let threat = row.threat()?;
        let technique = |technique: hinomi_advisory_formats::threat::Technique| TechniqueDto {
            id: technique.id,
            name: technique.name,
        };
        Ok(Self {
            holds: row.holds(now),
            id: row.id.clone(),
            source: row.source.clone(),
            kind: row.kind.clone(),
            name: row.name.clone(),
            feed: row.feed.clone(),
            author: row.author.clone(),
            created: row.created.map(Time::from_micros),
            modified: row.modified.map(Time::from_micros),
            valid_until: row.valid_until.map(Time::from_micros),
            confidence: row.confidence,
            tlp: row.tlp.clone(),
            cves: threat.cves,
            techniques: threat.techniques.into_iter().map(technique).collect(),
            actors: threat.actors,
            tools: threat.tools,
            campaigns: threat.campaigns,
        })
    }
}

/// Reports of attackers, the latest change first.
#[utoipa::path(get, path = "/threats", tag = "threats", params(ThreatParams, PageParams),
    responses((status = 200, body = Page<ThreatDto>)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
pub(super) async fn threat_list(
    State(app): State<App>,
    _reader: Require<perm::VulnerabilityRead>,
    Query(params): Query<ThreatParams>,
    Paging(page): Paging,
) -> ApiResult<Page<ThreatDto>> {
    let keys = page.after_keys("threats", 2)?;
    let after = keys.and_then(|keys| Some((keys.first()?.as_i64()?, keys.get(1)?.as_str()?.to_owned())));
    let text = params.q.unwrap_or_default();
    let exploiting = params.exploiting.unwrap_or(false);
    let rows = threats::threat_list(&app.db, &text, exploiting, after, page.fetch_limit()).await?;
    let rows =
        Page::from_rows(rows, &page, "threats", |row| vec![json!(row.modified.unwrap_or(0)), json!(row.id)]);
    let now = app.now();
    let items: Result<Vec<ThreatDto>, RiskError> =
        rows.items.iter().map(|row| ThreatDto::of(row, now)).collect();
    Ok(Json(Page { items: items?, next: rows.next, total: rows.total }))
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct IndicatorDto {
    /// A pattern's language, or the kind of value.
    kind: String,
    value: String,
}

/// Something that the report is not linked with itself.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct ReachedDto {
    /// A CVE or a technique.
    id: String,
    /// What lies between, in order.
    way: Vec<String>,
}

/// That somebody saw it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct SightingDto {
    by: Vec<String>,
    count: u64,
    first: Option<Time>,
    last: Option<Time>,
}

/// A report with its impact.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ThreatDetail {
    #[serde(flatten)]
    row: ThreatDto,
    description: String,
    indicators: Vec<IndicatorDto>,
    links: Vec<String>,
    /// What of its vulnerabilities and techniques it comes to by way of others.
    reached: Vec<ReachedDto>,
    sightings: Vec<SightingDto>,
    labels: Vec<String>,
    /// What it exploits, with what that affects in the reader's scope: those that affect something first.
    vulnerabilities: Vec<VulnerabilityDto>,
    /// Named by the report, known to no feed.
    unknown_cves: Vec<String>,
    received: Time,
}

/// One report: who, how, what it exploits, and what of ours that affects.
#[utoipa::path(get, path = "/threats/{id}", tag = "threats", params(("id" = String, Path)),
    responses((status = 200, body = ThreatDetail)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
pub(super) async fn threat_get(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::VulnerabilityRead>,
    Path(id): Path<String>,
) -> ApiResult<ThreatDetail> {
    let db = &app.db;
    let stored = threats::threat(db, &id).await?;
    let threat = stored.threat()?;
    let (mut rows, mut unknown): (Vec<VulnerabilityRow>, Vec<String>) = (Vec::new(), Vec::new());
    for cve in threat.cves.iter().take(500) {
        match advisories::vulnerability(db, cve).await {
            Ok(row) => rows.push(row),
            Err(hinomi_advisories::AdvisoryError::VulnerabilityUnknown { .. }) => unknown.push(cve.clone()),
            Err(error) => return Err(error.into()),
        }
    }
    let scope = exposure_scope(&reader);
    let places = Places::load(db, &scope).await?;
    let exposure = Exposure::load(&app, &state, (&scope, &places), &rows).await?;
    let mut vulnerabilities: Vec<VulnerabilityDto> = rows.iter().map(|row| exposure.dto(row)).collect();
    vulnerabilities.sort_by_key(|row| std::cmp::Reverse(row.affected_assets()));
    Ok(Json(ThreatDetail {
        row: ThreatDto::of(&stored, app.now())?,
        description: threat.description,
        indicators: threat
            .indicators
            .into_iter()
            .take(500)
            .map(|indicator| IndicatorDto { kind: indicator.kind, value: indicator.value })
            .collect(),
        links: threat
            .references
            .into_iter()
            .map(|reference| reference.url)
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
            .collect(),
        reached: threat
            .reached
            .into_iter()
            .take(500)
            .map(|reached| ReachedDto { id: reached.id, way: reached.way })
            .collect(),
        sightings: threat
            .sightings
            .into_iter()
            .take(100)
            .map(|sighting| SightingDto {
                by: sighting.by,
                count: sighting.count,
                first: sighting.first.map(Time::from_micros),
                last: sighting.last.map(Time::from_micros),
            })
            .collect(),
        labels: threat.labels,
        vulnerabilities,
        unknown_cves: unknown,
        received: Time::from_micros(stored.received_at),
    }))
}
