// SPDX-License-Identifier: Apache-2.0
//! Vulnerabilities with what they affect in the reader's scope.

use crate::error::RiskError;
use crate::service::vulnerabilities::{affecting, carriers_by_vulnerability, open_tickets};
use crate::state::{RiskState, assets_of, visible};
use axum::Extension;
use axum::extract::State;
use hinomi_advisories::VulnerabilityRow;
use hinomi_advisories::read::{self as advisories, VulnerabilityFilter, VulnerabilitySort};
use hinomi_core::{Page, Scope, Time};
use hinomi_web::{ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ListParams {
    /// A part of the name or title, or a whole alias.
    q: Option<String>,
    /// One or several of critical, high, medium, low, none, unrated, separated by commas.
    severity: Option<String>,
    known_exploited: Option<bool>,
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
    severity: String,
    severity_reason: String,
    /// The key of its text in the catalogues.
    severity_reason_key: String,
    severity_reason_arguments: SeverityReasonArguments,
    score: Option<f64>,
    known_exploited: bool,
    kev_due: Option<Time>,
    published: Option<Time>,
    modified: Option<Time>,
    withdrawn: Option<Time>,
    aliases: Vec<String>,
    /// In the reader's scope.
    affected_assets: u64,
    affected_systems: usize,
    open_tickets: i64,
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
    let on = visible(db, &scope).await?;
    let ids = match params.affected {
        Some(true) => Some(affecting(db, &mut *state.fresh(db).await?, &on).await?),
        _ => None,
    };
    let filter = VulnerabilityFilter {
        text: params.q,
        severities: params.severity.iter().flat_map(|list| list.split(',')).map(str::to_owned).collect(),
        known_exploited: params.known_exploited,
        ids,
    };
    let keys = page.after_keys(params.sort.name(), 2)?;
    let after = keys.and_then(|keys| Some((keys.first()?.as_i64()?, keys.get(1)?.as_i64()?)));
    let rows =
        advisories::vulnerability_list(db, &filter, params.sort, after, page.fetch_limit() as u64).await?;
    let sort = params.sort;
    let rows = Page::from_rows(rows, &page, sort.name(), |row| vec![json!(sort.key(row)), json!(row.id)]);
    let exposure = Exposure::load(&app, &state, &scope, &on, &rows.items).await?;
    Ok(Json(rows.map(|row| exposure.dto(&row))))
}

/// What the reader may count: findings where they may see findings, else nothing.
fn exposure_scope(reader: &Require<perm::VulnerabilityRead>) -> Scope {
    reader.principal.scope(hinomi_core::Permission::FindingRead).unwrap_or_else(Scope::none)
}

struct Exposure {
    aliases: HashMap<i64, Vec<String>>,
    carriers: HashMap<i64, RoaringBitmap>,
    systems: HashMap<i64, usize>,
    tickets: HashMap<i64, (i64, BTreeSet<String>)>,
}

impl Exposure {
    async fn load(
        app: &App,
        state: &RiskState,
        scope: &Scope,
        on: &RoaringBitmap,
        rows: &[VulnerabilityRow],
    ) -> Result<Self, RiskError> {
        let db = &app.db;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let carriers = {
            let mut carried = state.fresh(db).await?;
            carriers_by_vulnerability(db, &mut carried, on, &ids).await?
        };
        let mut all = RoaringBitmap::new();
        carriers.values().for_each(|bitmap| all |= bitmap);
        let system_of: HashMap<u32, String> = assets_of(db, &all)
            .await?
            .into_iter()
            .map(|asset| (asset.ordinal as u32, asset.system_id))
            .collect();
        let systems = carriers
            .iter()
            .map(|(id, bitmap)| {
                let systems: BTreeSet<&String> =
                    bitmap.iter().filter_map(|carrier| system_of.get(&carrier)).collect();
                (*id, systems.len())
            })
            .collect();
        let mut aliases = HashMap::new();
        for id in &ids {
            let names = advisories::names_of(db, *id).await.map_err(RiskError::from)?;
            aliases.insert(
                *id,
                names.into_iter().filter(|(_, relation)| *relation == 0).map(|(name, _)| name).collect(),
            );
        }
        let tickets = open_tickets(db, scope, &ids).await?;
        Ok(Self { aliases, carriers, systems, tickets })
    }

    fn dto(&self, row: &VulnerabilityRow) -> VulnerabilityDto {
        let aliases = self.aliases.get(&row.id).cloned().unwrap_or_default();
        let why = row.why_severity();
        VulnerabilityDto {
            id: row.id,
            canonical: row.canonical.clone(),
            title: row.title.clone(),
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
            published: row.published.map(Time::from_micros),
            modified: row.modified.map(Time::from_micros),
            withdrawn: row.withdrawn.map(Time::from_micros),
            aliases: aliases.into_iter().filter(|alias| *alias != row.canonical).collect(),
            affected_assets: self.carriers.get(&row.id).map_or(0, RoaringBitmap::len),
            affected_systems: self.systems.get(&row.id).copied().unwrap_or(0),
            open_tickets: self.tickets.get(&row.id).map_or(0, |(count, _)| *count),
        }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GivenSeverity {
    /// The record that gives it.
    source: String,
    /// `CVSS_V2`, `CVSS_V3`, `CVSS_V4` or a word's kind.
    kind: String,
    vector: Option<String>,
    score: Option<f64>,
    severity: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ReferenceDto {
    kind: String,
    url: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PackageDto {
    ecosystem: String,
    name: String,
    /// The record's ranges as text.
    ranges_text: String,
    fixed: Vec<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RecordDto {
    id: String,
    /// The feed that brought it.
    source: String,
    published: Option<Time>,
    modified: Option<Time>,
    withdrawn: Option<Time>,
    packages: Vec<PackageDto>,
    record_hash: String,
    record_url: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KnownExploitedDto {
    date_added: Time,
    due_date: Option<Time>,
    ransomware: bool,
    name: String,
    notes: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ChangeDto {
    at: Time,
    feed: String,
    what: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct VulnerabilityDetail {
    #[serde(flatten)]
    row: VulnerabilityDto,
    summary: Option<String>,
    details: Option<String>,
    severities: Vec<GivenSeverity>,
    cwes: Vec<String>,
    references: Vec<ReferenceDto>,
    advisories: Vec<RecordDto>,
    upstream: Vec<String>,
    related: Vec<String>,
    kev: Option<KnownExploitedDto>,
    /// What changed when, newest first.
    changes: Vec<ChangeDto>,
}

/// One vulnerability: its records, its severity with the reason, what it affects.
#[utoipa::path(get, path = "/vulnerabilities/{id}", tag = "vulnerabilities",
    params(("id" = String, Path, description = "canonical id, record id, alias or number")),
    responses((status = 200, body = VulnerabilityDetail)),
    extensions(("x-hinomi-permission" = json!("VulnerabilityRead"))))]
pub(super) async fn vulnerability_get(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::VulnerabilityRead>,
    Path(id): Path<String>,
) -> ApiResult<VulnerabilityDetail> {
    let db = &app.db;
    let row = advisories::vulnerability(db, &id).await?;
    let scope = exposure_scope(&reader);
    let on = visible(db, &scope).await?;
    let exposure = Exposure::load(&app, &state, &scope, &on, std::slice::from_ref(&row)).await?;
    let stored = advisories::records_of_vulnerability(db, row.id).await?;
    let numbers: Vec<i64> = stored.iter().map(|record| record.no).collect();
    let metas: HashMap<i64, advisories::RecordMeta> =
        advisories::record_metas(db, &numbers).await?.into_iter().map(|meta| (meta.no, meta)).collect();
    let names = advisories::names_of(db, row.id).await.map_err(RiskError::from)?;
    let related = |kind: i64| {
        names.iter().filter(|(_, relation)| *relation == kind).map(|(name, _)| name.clone()).collect()
    };
    let kev = advisories::known_exploited(db, &row.canonical).await.map_err(RiskError::from)?;
    let changes = advisories::changes_of(db, row.id).await.map_err(RiskError::from)?;
    let speaking = stored
        .iter()
        .find(|record| record.advisory.id == row.canonical)
        .or_else(|| stored.iter().find(|record| record.advisory.details.is_some()))
        .or(stored.first());
    let mut references = BTreeMap::new();
    let mut cwes = BTreeSet::new();
    for record in &stored {
        for reference in &record.advisory.references {
            references.entry(reference.url.clone()).or_insert_with(|| reference.kind.clone());
        }
        cwes.extend(record.advisory.cwes.iter().cloned());
    }
    Ok(Json(VulnerabilityDetail {
        summary: speaking.and_then(|record| record.advisory.summary.clone()),
        details: speaking.and_then(|record| record.advisory.details.clone()),
        severities: stored.iter().flat_map(severities).collect(),
        cwes: cwes.into_iter().collect(),
        references: references
            .into_iter()
            .filter(|(url, _)| url.starts_with("https://") || url.starts_with("http://"))
            .map(|(url, kind)| ReferenceDto { kind, url })
            .collect(),
        advisories: stored
            .iter()
            .filter_map(|record| Some(record_dto(record, metas.get(&record.no)?)))
            .collect(),
        upstream: related(1),
        related: related(2),
        kev: kev.map(|row| KnownExploitedDto {
            date_added: Time::from_micros(row.added_at),
            due_date: row.due_at.map(Time::from_micros),
            ransomware: row.ransomware,
            name: row.name,
            notes: row.action,
        }),
        changes: changes
            .into_iter()
            .map(|row| ChangeDto { at: Time::from_micros(row.at), feed: row.feed, what: row.what })
            .collect(),
        row: exposure.dto(&row),
    }))
}

fn severities(record: &hinomi_advisories::StoredAdvisory) -> Vec<GivenSeverity> {
    let advisory = &record.advisory;
    let vectors =
        advisory.severity.iter().chain(advisory.affected.iter().flat_map(|affected| &affected.severity));
    let mut given: Vec<GivenSeverity> = vectors
        .map(|vector| {
            let rated = hinomi_advisories::model::rate(&vector.score);
            GivenSeverity {
                source: advisory.id.clone(),
                kind: vector.kind.clone(),
                vector: Some(vector.score.clone()),
                score: rated.as_ref().and_then(|(_, score)| *score),
                severity: rated.map_or("unrated", |(severity, _)| severity.as_str()).to_owned(),
            }
        })
        .collect();
    if let Some(word) = &advisory.source_severity {
        given.push(GivenSeverity {
            source: advisory.id.clone(),
            kind: "word".to_owned(),
            vector: Some(word.clone()),
            score: None,
            severity: hinomi_advisories::model::rate(word)
                .map_or("unrated", |(severity, _)| severity.as_str())
                .to_owned(),
        });
    }
    given.dedup_by(|left, right| left.kind == right.kind && left.vector == right.vector);
    given
}

fn record_dto(record: &hinomi_advisories::StoredAdvisory, meta: &advisories::RecordMeta) -> RecordDto {
    use hinomi_advisory_formats::Event;
    let advisory = &record.advisory;
    let packages = advisory.affected.iter().map(|affected| {
        let mut fixed = BTreeSet::new();
        let mut texts = Vec::new();
        for range in &affected.ranges {
            let words = range.events.iter().map(|event| match event {
                Event::Introduced(version) => format!("from {version}"),
                Event::Fixed(version) => {
                    fixed.insert(version.clone());
                    format!("fixed {version}")
                }
                Event::LastAffected(version) => format!("up to {version}"),
                Event::Limit(version) => format!("limit {version}"),
            });
            texts.push(words.collect::<Vec<_>>().join(", "));
        }
        if !affected.versions.is_empty() {
            texts.push(format!("{} listed versions", affected.versions.len()));
        }
        PackageDto {
            ecosystem: affected.package.ecosystem.clone().unwrap_or_default(),
            name: affected.package.name.clone(),
            ranges_text: texts.join("; "),
            fixed: fixed.into_iter().collect(),
        }
    });
    RecordDto {
        id: advisory.id.clone(),
        source: meta.feed.clone(),
        published: advisory.published.map(Time::from_micros),
        modified: advisory.modified.map(Time::from_micros),
        withdrawn: advisory.withdrawn.map(Time::from_micros),
        packages: packages.take(500).collect(),
        record_hash: meta.hash.clone(),
        record_url: format!("/api/v1/advisories/{}/original", advisory.id),
    }
}
