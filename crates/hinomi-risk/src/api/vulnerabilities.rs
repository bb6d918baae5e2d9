// SPDX-License-Identifier: Apache-2.0
//! Vulnerabilities with what they affect in the reader's scope.

use crate::error::RiskError;
use crate::service::vulnerabilities::{affecting, carriers_by_vulnerability};
use crate::state::{Places, RiskState, visible};
use axum::Extension;
use axum::extract::State;
use hinomi_advisories::VulnerabilityRow;
use hinomi_advisories::read::{self as advisories, VulnerabilityFilter, VulnerabilitySort};
use hinomi_core::{Page, Scope, Time};
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Query, Require, perm};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ListParams {
    /// Words, each a part of a name or an alias, of the title, or of the words in another language.
    q: Option<String>,
    /// One or several of critical, high, medium, low, none, unrated, separated by commas.
    severity: Option<String>,
    known_exploited: Option<bool>,
    /// At least this likely to be exploited (EPSS): 1, 10, 50 or 90 per cent.
    likelihood: Option<i64>,
    /// Only what a report of attackers names.
    reported: Option<bool>,
    withdrawn: Option<bool>,
    /// Only what affects something that the reader sees.
    affected: Option<bool>,
    #[param(inline)]
    sort: VulnerabilitySort,
}

/// What fills the text of a severity's reason.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct SeverityReasonArguments {
    /// The record that gave it; empty where none did.
    record: String,
    /// The CVSS version of its vector; empty where it gave a word.
    cvss: String,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct VulnerabilityDto {
    id: i64,
    /// The name that stands for the group: its CVE when it has one.
    canonical: String,
    title: String,
    /// Its title in Japanese; empty where no record has one.
    title_ja: String,
    severity: String,
    severity_reason: String,
    /// The key of its text in the catalogues.
    severity_reason_key: String,
    severity_reason_arguments: SeverityReasonArguments,
    score: Option<f64>,
    known_exploited: bool,
    kev_due: Option<Time>,
    /// From which per cent on exploitation is likely in the next 30 days (EPSS): 0, 1, 10, 50 or 90.
    likelihood_from: i64,
    published: Option<Time>,
    modified: Option<Time>,
    withdrawn: Option<Time>,
    aliases: Vec<String>,
    /// In the reader's scope.
    affected_assets: u64,
    affected_systems: usize,
    open_tickets: i64,
}

impl VulnerabilityDto {
    pub(super) fn affected_assets(&self) -> u64 {
        self.affected_assets
    }
}

/// Vulnerabilities with what they affect.
#[utoipa::path(get, path = "/vulnerabilities", tag = "vulnerabilities", params(ListParams, PageParams),
    responses((status = 200, body = Page<VulnerabilityDto>)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
pub(super) async fn vulnerability_list(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::VulnerabilityRead>,
    Query(params): Query<ListParams>,
    Paging(page): Paging,
) -> ApiResult<Page<VulnerabilityDto>> {
    let db = &app.db;
    let scope = exposure_scope(&reader);
    let places = Places::load(db, &scope).await?;
    let filter = filter(&params, db, &state, places.carriers()).await?;
    let keys = page.after_keys(params.sort.name(), 2)?;
    let after = keys.and_then(|keys| Some((keys.first()?.as_i64()?, keys.get(1)?.as_i64()?)));
    let limit = page.fetch_limit() as u64;
    let rows = state.vulnerabilities().list(db, &filter, params.sort, after, limit).await?;
    let sort = params.sort;
    let rows = Page::from_rows(rows, &page, sort.name(), |row| vec![json!(sort.key(row)), json!(row.id)]);
    let exposure = Exposure::load(&app, &state, (&scope, &places), &rows.items).await?;
    Ok(Json(rows.map(|row| exposure.dto(&row))))
}

/// From which per cent on each step of likelihood begins.
const LIKELIHOODS: [i64; 5] = [0, 1, 10, 50, 90];

fn likelihood_from(band: i64) -> i64 {
    usize::try_from(band).ok().and_then(|band| LIKELIHOODS.get(band)).copied().unwrap_or(0)
}

async fn filter(
    params: &ListParams,
    db: &hinomi_db::Db,
    state: &RiskState,
    on: &RoaringBitmap,
) -> Result<VulnerabilityFilter, RiskError> {
    let ids = match params.affected {
        Some(true) => Some(affecting(db, &mut *state.fresh(db).await?, on).await?),
        _ => None,
    };
    let likelihood_from = match params.likelihood {
        None => None,
        Some(percent) => {
            let step = LIKELIHOODS.iter().position(|from| *from == percent);
            let step = step.and_then(|step| i64::try_from(step).ok());
            Some(step.ok_or_else(|| RiskError::Invalid {
                field: "likelihood",
                message: format!("{percent} is none of 0, 1, 10, 50, 90"),
            })?)
        }
    };
    Ok(VulnerabilityFilter {
        text: params.q.clone(),
        severities: params.severity.iter().flat_map(|list| list.split(',')).map(str::to_owned).collect(),
        known_exploited: params.known_exploited,
        likelihood_from,
        reported: params.reported,
        withdrawn: params.withdrawn,
        ids,
    })
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FacetDto {
    value: String,
    count: i64,
}

/// How many of the wanted vulnerabilities have which value; a facet's own choice does not restrict it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FacetsDto {
    total: i64,
    /// critical, high, medium, low, none, unrated; those that occur, the worst first.
    severity: Vec<FacetDto>,
    /// At least so many per cent likely (EPSS): 1, 10, 50, 90.
    likelihood: Vec<FacetDto>,
    known_exploited: i64,
    reported: i64,
    withdrawn: i64,
}

/// Counts beside the list of vulnerabilities.
#[utoipa::path(get, path = "/vulnerability-facets", tag = "vulnerabilities", params(ListParams),
    responses((status = 200, body = FacetsDto)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
pub(super) async fn vulnerability_facets(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::VulnerabilityRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<FacetsDto> {
    let db = &app.db;
    let on = visible(db, &exposure_scope(&reader)).await?;
    let filter = filter(&params, db, &state, &on).await?;
    let facets = state.vulnerabilities().facets(db, &filter).await?;
    let words = ["critical", "high", "medium", "low", "none", "unrated"];
    let severity = words.iter().filter_map(|word| {
        let (value, count) = facets.severities.iter().find(|(severity, _)| severity == word)?;
        Some(FacetDto { value: value.clone(), count: *count })
    });
    let at_least = |step: i64| {
        let rows = facets.likelihoods.iter().filter(|(band, _)| *band >= step);
        FacetDto { value: likelihood_from(step).to_string(), count: rows.map(|(_, count)| count).sum() }
    };
    Ok(Json(FacetsDto {
        total: facets.total,
        severity: severity.collect(),
        likelihood: (1..=4).map(at_least).collect(),
        known_exploited: facets.known_exploited,
        reported: facets.reported,
        withdrawn: facets.withdrawn,
    }))
}

/// What the reader may count: findings where they may see findings, else nothing.
pub(super) fn exposure_scope(reader: &Require<perm::VulnerabilityRead>) -> Scope {
    reader.principal.scope(hinomi_core::Permission::FindingRead).unwrap_or_else(Scope::none)
}

pub(super) struct Exposure {
    aliases: HashMap<i64, Vec<String>>,
    carriers: HashMap<i64, RoaringBitmap>,
    systems: HashMap<i64, usize>,
    tickets: HashMap<i64, i64>,
    titles_ja: HashMap<i64, String>,
}

impl Exposure {
    pub(super) async fn load(
        app: &App,
        state: &RiskState,
        (scope, places): (&Scope, &Places),
        rows: &[VulnerabilityRow],
    ) -> Result<Self, RiskError> {
        let db = &app.db;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let carriers = {
            let mut carried = state.fresh(db).await?;
            carriers_by_vulnerability(db, &mut carried, places.carriers(), &ids).await?
        };
        let systems = carriers.iter().map(|(id, bitmap)| (*id, places.counts(bitmap).len())).collect();
        let mut aliases: HashMap<i64, Vec<String>> = HashMap::new();
        for (id, name) in advisories::same_names_of(db, &ids).await.map_err(RiskError::from)? {
            aliases.entry(id).or_default().push(name);
        }
        let tickets = state.open_tickets().fresh(db).await?.tickets_by_vulnerability(scope, &ids);
        let titles_ja = hinomi_advisories::threats::titles_in(db, "ja", &ids).await?.into_iter().collect();
        Ok(Self { aliases, carriers, systems, tickets, titles_ja })
    }

    pub(super) fn dto(&self, row: &VulnerabilityRow) -> VulnerabilityDto {
        let aliases = self.aliases.get(&row.id).cloned().unwrap_or_default();
        let why = row.why_severity();
        VulnerabilityDto {
            id: row.id,
            canonical: row.canonical.clone(),
            title: row.title.clone(),
            title_ja: self.titles_ja.get(&row.id).cloned().unwrap_or_default(),
            severity: row.severity.clone(),
            severity_reason: row.severity_reason.clone(),
            severity_reason_key: why.text_key.to_owned(),
            severity_reason_arguments: SeverityReasonArguments {
                record: why.record.unwrap_or_default().to_owned(),
                cvss: why.cvss.unwrap_or_default().to_owned(),
            },
            score: row.score,
            known_exploited: row.known_exploited,
            kev_due: row.kev_due.map(Time::from_micros),
            likelihood_from: likelihood_from(row.epss_band),
            published: row.published.map(Time::from_micros),
            modified: row.modified.map(Time::from_micros),
            withdrawn: row.withdrawn.map(Time::from_micros),
            aliases: aliases.into_iter().filter(|alias| *alias != row.canonical).collect(),
            affected_assets: self.carriers.get(&row.id).map_or(0, RoaringBitmap::len),
            affected_systems: self.systems.get(&row.id).copied().unwrap_or(0),
            open_tickets: self.tickets.get(&row.id).copied().unwrap_or(0),
        }
    }
}
