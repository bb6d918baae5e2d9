// SPDX-License-Identifier: Apache-2.0
//! Handlers of tickets.

use super::dto::{
    ByCriticality, DecisionDto, EventDto, ItemDto, Names, TicketAssetDto, TicketCountsDto, TicketDetailDto,
    TicketDto, TicketGroupDto, VulnerabilityRef,
};
use super::params::TicketParams;
use crate::OpenTickets;
use crate::model::{EventKind, TicketError, TicketRow, distribution, update_command};
use crate::service::act::{Action, act};
use crate::service::read::{self, GroupRow, RunKey, StateFilter};
use crate::store::lists::due;
use crate::store::tickets::EventRow;
use axum::Extension;
use axum::extract::State;
use hinomi_advisories::read as advisories;
use hinomi_core::{Page, PageRequest, Time};
use hinomi_web::{ApiError, ApiResult, App, Csv, Json, PageParams, Paging, Path, Query, Require, perm};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

/// A bulk action takes at most this many tickets at once.
const BULK_MAX: usize = 1_000;

/// Tickets in the reader's scope, open ones first to fall due first.
#[utoipa::path(get, path = "/tickets", tag = "tickets", params(TicketParams, PageParams),
    responses((status = 200, body = Page<TicketDto>)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn ticket_list(
    State(app): State<App>,
    reader: Require<perm::TicketRead>,
    Query(params): Query<TicketParams>,
    Paging(page): Paging,
) -> ApiResult<Page<TicketDto>> {
    let (scope, filter) = params.resolve(&app, &reader).await?;
    let now = app.now();
    let rows = read::ticket_list(&app.db, &scope, &filter, params.sort, now, &page).await?;
    let names = Names::of_tickets(&app.db, now, &rows.items).await?;
    Ok(Json(rows.map(|row| TicketDto::new(&row, &names, now))))
}

/// The same tickets by system and distribution: one update run closes many.
#[utoipa::path(get, path = "/tickets/groups", tag = "tickets", params(TicketParams, PageParams),
    responses((status = 200, body = Page<TicketGroupDto>)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn ticket_groups(
    State(app): State<App>,
    Extension(open): Extension<OpenTickets>,
    reader: Require<perm::TicketRead>,
    Query(params): Query<TicketParams>,
    Paging(page): Paging,
) -> ApiResult<Page<TicketGroupDto>> {
    let (scope, filter) = params.resolve(&app, &reader).await?;
    let now = app.now();
    let rows = open.groups(&app.db, &scope, &filter, now, &page).await?;
    let named = rows.items.iter().map(|row| (row.system_id.as_str(), row.unit_id.as_str(), None));
    let names = Names::of(&app.db, now, named).await?;
    let packages = read::packages_of_groups(&app.db, &rows.items).await?;
    Ok(Json(rows.map(|row| group_dto(row, &names, &packages))))
}

fn group_dto(row: GroupRow, names: &Names, packages: &HashMap<RunKey, Vec<String>>) -> TicketGroupDto {
    let packages: Vec<&str> = packages.get(&row.key()).into_iter().flatten().map(String::as_str).collect();
    let (system_name, system_name_ja) = names.system(&row.system_id);
    let (unit_name, unit_name_ja) = names.unit(&row.unit_id);
    TicketGroupDto {
        update_command: update_command(&row.ecosystem, &packages),
        distribution: distribution(&row.ecosystem, &row.release),
        system_id: row.system_id,
        system_name,
        system_name_ja,
        unit_id: row.unit_id,
        unit_name,
        unit_name_ja,
        tickets: row.tickets,
        by_criticality: ByCriticality {
            critical: row.critical,
            high: row.high,
            medium: row.medium,
            low: row.low,
        },
        overdue: row.overdue,
        earliest_due: due(row.earliest_due),
    }
}

/// How many there are of each kind.
#[utoipa::path(get, path = "/tickets/counts", tag = "tickets", params(TicketParams),
    responses((status = 200, body = TicketCountsDto)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn ticket_counts(
    State(app): State<App>,
    Extension(open): Extension<OpenTickets>,
    reader: Require<perm::TicketRead>,
    Query(params): Query<TicketParams>,
) -> ApiResult<TicketCountsDto> {
    let (scope, filter) = params.resolve(&app, &reader).await?;
    let row = open.counts(&app.db, &scope, &filter, app.now()).await?;
    // A case interval keeps unit, criticality and due date; what else a ticket says, it says of now.
    let is_of_now = filter.at.is_none() && filter.moved.is_none();
    let paused = match is_of_now {
        true => Some(open.paused(&app.db, &scope, &filter, app.now()).await?),
        false => None,
    };
    Ok(Json(TicketCountsDto {
        open: row.open,
        overdue: row.overdue,
        waiting_for_fix: is_of_now.then_some(row.waiting_for_fix),
        high_priority: is_of_now.then_some(row.high_priority),
        known_exploited: is_of_now.then_some(row.known_exploited),
        paused,
        by_criticality: ByCriticality {
            critical: row.critical,
            high: row.high,
            medium: row.medium,
            low: row.low,
        },
    }))
}

/// Every ticket of the filter as CSV.
#[utoipa::path(get, path = "/tickets/export", tag = "tickets", params(TicketParams),
    responses((status = 200, content_type = "text/csv", body = String)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn ticket_export(
    State(app): State<App>,
    reader: Require<perm::TicketRead>,
    Query(params): Query<TicketParams>,
) -> Result<Csv, hinomi_web::ApiError> {
    let (scope, filter) = params.resolve(&app, &reader).await?;
    let now = app.now();
    let mut csv = Csv::new(
        "tickets.csv",
        &[
            "number",
            "state",
            "criticality",
            "high_priority",
            "due_at",
            "overdue",
            "unit",
            "system",
            "distribution",
            "package",
            "target_version",
            "severity",
            "known_exploited",
            "waiting_for_fix",
            "items_open",
            "assets",
            "assignee",
            "opened_at",
            "closed_at",
            "closure",
        ],
    );
    let mut page = PageRequest::new(200, None);
    loop {
        let rows = read::ticket_list(&app.db, &scope, &filter, params.sort, now, &page).await?;
        let names = Names::of_tickets(&app.db, now, &rows.items).await?;
        for row in &rows.items {
            csv.row(export_row(&TicketDto::new(row, &names, now)));
        }
        match rows.next.map(|text| text.parse()) {
            Some(Ok(after)) => page = PageRequest::new(200, Some(after)),
            _ => return Ok(csv),
        }
    }
}

fn export_row(ticket: &TicketDto) -> [String; 20] {
    let time = |time: Option<Time>| time.map(|time| time.to_string()).unwrap_or_default();
    [
        ticket.number.clone(),
        ticket.state.clone(),
        ticket.criticality.clone(),
        ticket.high_priority.to_string(),
        time(ticket.due_at),
        ticket.overdue.to_string(),
        ticket.unit_name.clone(),
        ticket.system_name.clone(),
        ticket.distribution.clone(),
        ticket.package.clone(),
        ticket.target_version.clone().unwrap_or_default(),
        ticket.severity.clone(),
        ticket.known_exploited.to_string(),
        ticket.waiting_for_fix.to_string(),
        ticket.items_open.to_string(),
        ticket.assets_affected.to_string(),
        ticket.assignee.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
        ticket.opened_at.to_string(),
        time(ticket.closed_at),
        ticket.closure.map(|closure| closure.as_str().to_owned()).unwrap_or_default(),
    ]
}

/// One ticket: its decision, its items with their why, its assets.
#[utoipa::path(get, path = "/tickets/{id}", tag = "tickets", params(("id" = i64, Path)),
    responses((status = 200, body = TicketDetailDto), (status = 404, description = "unknown or out of scope")),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn ticket_get(
    State(app): State<App>,
    reader: Require<perm::TicketRead>,
    Path(id): Path<i64>,
) -> ApiResult<TicketDetailDto> {
    let ticket = read::ticket(&app.db, &reader.scope, id).await?;
    Ok(Json(detail(&app, &ticket).await?))
}

/// Rows of assets that are named on a ticket's page.
const ASSETS_SHOWN: usize = 200;

async fn detail(app: &App, ticket: &TicketRow) -> Result<TicketDetailDto, TicketError> {
    let (db, now) = (&app.db, app.now());
    let items = read::items(db, ticket.id).await?;
    let ids: Vec<i64> = items.iter().map(|item| item.vulnerability_id).collect();
    let vulnerabilities: HashMap<i64, VulnerabilityRef> =
        hinomi_advisories::read::vulnerabilities_by_ids(db, &ids)
            .await?
            .iter()
            .map(|row| (row.id, VulnerabilityRef::from(row)))
            .collect();
    let shown = crate::service::read::affected_of(db, ticket, &items).await?;
    let whys = hinomi_findings::why::explain(db, &shown.matches).await?;
    let item_dtos = items.iter().filter_map(|item| {
        let why = whys.get(&(item.component_id, item.vulnerability_id)).cloned().unwrap_or_default();
        Some(ItemDto::new(item, vulnerabilities.get(&item.vulnerability_id)?.clone(), why))
    });
    let decision = read::decision(db, now, ticket, &items).await?;
    let names = Names::of_tickets(db, now, std::slice::from_ref(ticket)).await?;
    let distinct: std::collections::HashSet<&str> =
        shown.assets.iter().map(|asset| asset.asset_id.as_str()).collect();
    Ok(TicketDetailDto {
        assets_total: distinct.len(),
        decision: decision.map(|decision| DecisionDto::new(ticket.policy_id, &decision)),
        items: item_dtos.collect(),
        assets: shown
            .assets
            .iter()
            .take(ASSETS_SHOWN)
            .cloned()
            .map(|asset| TicketAssetDto {
                id: asset.asset_id,
                name: asset.asset_name,
                component: asset.component,
                installed: asset.installed,
                running: asset.running,
            })
            .collect(),
        update_command: update_command(&ticket.ecosystem, &[ticket.package.as_str()])
            .filter(|_| ticket.is_open && !ticket.waiting_for_fix),
        ticket: TicketDto::new(ticket, &names, now),
    })
}

/// Events with the names of the vulnerabilities they speak of: an item that moved on is no longer among the ticket's.
async fn event_dtos(app: &App, rows: Vec<EventRow>) -> Result<Vec<EventDto>, ApiError> {
    let events: Vec<(EventRow, serde_json::Value)> = rows
        .into_iter()
        .map(|row| {
            let data = serde_json::from_str(&row.data).unwrap_or_default();
            (row, data)
        })
        .collect();
    let ids: Vec<i64> = events.iter().filter_map(|(_, data)| data["vulnerability_id"].as_i64()).collect();
    let rows = advisories::vulnerabilities_by_ids(&app.db, &ids).await?;
    let names: HashMap<i64, String> = rows.into_iter().map(|row| (row.id, row.canonical)).collect();
    let dto = |(row, mut data): (EventRow, serde_json::Value)| {
        let kind = EventKind::of_stored(&row.kind, &data)?;
        if let Some(name) = data["vulnerability_id"].as_i64().and_then(|id| names.get(&id)) {
            data["vulnerability"] = name.as_str().into();
        }
        Some(EventDto {
            at: Time::from_micros(row.at),
            actor: row.actor,
            kind: kind.as_str().to_owned(),
            text_key: kind.text_key().to_owned(),
            data,
        })
    };
    Ok(events.into_iter().filter_map(dto).collect())
}

/// What happened to a ticket, newest first.
#[utoipa::path(get, path = "/tickets/{id}/history", tag = "tickets", params(("id" = i64, Path)),
    responses((status = 200, body = Page<EventDto>)),
    extensions(("x-hinomi-permission" = json!("TicketRead"))))]
pub(super) async fn ticket_history(
    State(app): State<App>,
    reader: Require<perm::TicketRead>,
    Path(id): Path<i64>,
) -> ApiResult<Page<EventDto>> {
    let ticket = read::ticket(&app.db, &reader.scope, id).await?;
    let mut items = event_dtos(&app, read::history(&app.db, id).await?).await?;
    let opened = EventKind::Opened;
    items.push(EventDto {
        at: Time::from_micros(ticket.opened_at),
        actor: "hinomi".to_owned(),
        kind: opened.as_str().to_owned(),
        text_key: opened.text_key().to_owned(),
        data: json!({}),
    });
    Ok(Json(Page { items, next: None, total: None }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketChange {
    /// A person's id, or null for nobody; absent: unchanged.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    assignee_id: Option<Option<String>>,
    /// The version to work towards.
    target_version: Option<String>,
}

/// Tells null from absent.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Assigns a ticket, or fixes its target version.
#[utoipa::path(patch, path = "/tickets/{id}", tag = "tickets", params(("id" = i64, Path)),
    request_body = TicketChange, responses((status = 200, body = TicketDetailDto)),
    extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
pub(super) async fn ticket_change(
    State(app): State<App>,
    reader: Require<perm::TicketWrite>,
    Path(id): Path<i64>,
    Json(change): Json<TicketChange>,
) -> ApiResult<TicketDetailDto> {
    let actor = &reader.principal.actor;
    if let Some(assignee) = change.assignee_id {
        act(&app, actor, &reader.scope, id, &Action::Assign(assignee)).await?;
    }
    if let Some(target) = change.target_version {
        act(&app, actor, &reader.scope, id, &Action::Start(Some(target))).await?;
    }
    let ticket = read::ticket(&app.db, &reader.scope, id).await?;
    Ok(Json(detail(&app, &ticket).await?))
}

/// Work begins: the target version is fixed; what it does not close opens the next ticket.
#[utoipa::path(post, path = "/tickets/{id}/start", tag = "tickets", params(("id" = i64, Path)),
    responses((status = 200, body = TicketDetailDto), (status = 409, description = "closed, or no fix yet")),
    extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
pub(super) async fn ticket_start(
    State(app): State<App>,
    reader: Require<perm::TicketWrite>,
    Path(id): Path<i64>,
) -> ApiResult<TicketDetailDto> {
    act(&app, &reader.principal.actor, &reader.scope, id, &Action::Start(None)).await?;
    let ticket = read::ticket(&app.db, &reader.scope, id).await?;
    Ok(Json(detail(&app, &ticket).await?))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewComment {
    /// At most 10,000 characters.
    text: String,
}

/// Adds a comment to a ticket's history.
#[utoipa::path(post, path = "/tickets/{id}/comments", tag = "tickets", params(("id" = i64, Path)),
    request_body = NewComment, responses((status = 200, body = TicketDetailDto)),
    extensions(("x-hinomi-permission" = json!("TicketWrite"))))]
pub(super) async fn ticket_comment(
    State(app): State<App>,
    reader: Require<perm::TicketWrite>,
    Path(id): Path<i64>,
    Json(comment): Json<NewComment>,
) -> ApiResult<TicketDetailDto> {
    act(&app, &reader.principal.actor, &reader.scope, id, &Action::Comment(comment.text)).await?;
    let ticket = read::ticket(&app.db, &reader.scope, id).await?;
    Ok(Json(detail(&app, &ticket).await?))
}

#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BulkAction {
    Assign,
    Start,
    Comment,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkRequest {
    action: BulkAction,
    /// Tickets by number; or give a filter.
    #[serde(default)]
    ticket_ids: Vec<i64>,
    /// Every open ticket of a list.
    filter: Option<TicketParams>,
    /// For `assign`: a person's id, or null for nobody.
    assignee_id: Option<String>,
    /// For `comment`.
    text: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Refused {
    id: i64,
    reason: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct BulkResult {
    done: usize,
    refused: Vec<Refused>,
}

/// The same action on many tickets; each is done or refused by itself.
#[utoipa::path(post, path = "/tickets/bulk", tag = "tickets", request_body = BulkRequest,
    responses((status = 200, body = BulkResult)),
    extensions(("x-hinomi-permission" = json!("TicketBulk"))))]
pub(super) async fn ticket_bulk(
    State(app): State<App>,
    reader: Require<perm::TicketBulk>,
    Json(request): Json<BulkRequest>,
) -> ApiResult<BulkResult> {
    let mut ids = request.ticket_ids;
    if let Some(params) = request.filter {
        let (scope, mut filter) = params.resolve(&app, &reader).await?;
        filter.state = StateFilter::Open;
        let mut page = PageRequest::new(200, None);
        while ids.len() <= BULK_MAX {
            let rows = read::ticket_list(&app.db, &scope, &filter, params.sort, app.now(), &page).await?;
            ids.extend(rows.items.iter().map(|row| row.id));
            match rows.next.map(|text| text.parse()) {
                Some(Ok(after)) => page = PageRequest::new(200, Some(after)),
                _ => break,
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > BULK_MAX {
        return Err(TicketError::Invalid {
            field: "ticket_ids",
            message: format!("a bulk action takes at most {BULK_MAX} tickets"),
        }
        .into());
    }
    let action = match request.action {
        BulkAction::Assign => Action::Assign(request.assignee_id),
        BulkAction::Start => Action::Start(None),
        BulkAction::Comment => Action::Comment(request.text.unwrap_or_default()),
    };
    let mut result = BulkResult { done: 0, refused: Vec::new() };
    for id in ids {
        match act(&app, &reader.principal.actor, &reader.scope, id, &action).await {
            Ok(()) => result.done += 1,
            Err(error @ TicketError::Database(_)) => return Err(error.into()),
            Err(error) => result.refused.push(Refused { id, reason: error.to_string() }),
        }
    }
    Ok(Json(result))
}
