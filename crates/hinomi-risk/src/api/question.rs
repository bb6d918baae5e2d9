// SPDX-License-Identifier: Apache-2.0
//! "Which systems are affected by …?"

use crate::error::RiskError;
use crate::service::affected::{self, QuestionKind};
use crate::state::{RiskState, visible};
use axum::Extension;
use axum::extract::State;
use hinomi_tickets::api::Names;
use hinomi_web::{ApiResult, App, Json, Query, Require, perm};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct QuestionParams {
    /// A CVE, an alias, a record's id, a package's name or a purl.
    q: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Matched {
    id: String,
    label: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AffectedSystemDto {
    system_id: String,
    system_name: String,
    system_name_ja: String,
    unit_id: String,
    unit_name: String,
    unit_name_ja: String,
    /// `internal`, `partner` or `internet`.
    reachability: String,
    /// Of the ticket that answers for it; absent when there is none.
    criticality: Option<String>,
    assets: usize,
    components: Vec<String>,
    /// `affected` or `unknown`.
    state: String,
    ticket_id: Option<i64>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AffectedAnswer {
    kind: QuestionKind,
    title: String,
    vulnerability_id: Option<i64>,
    matched: Vec<Matched>,
    /// Worst first.
    systems: Vec<AffectedSystemDto>,
    assets_total: u64,
    unknown_total: u64,
    took_ms: u64,
}

/// Which systems are affected by a vulnerability, or carry a package.
#[utoipa::path(get, path = "/affected", tag = "risk", params(QuestionParams),
    responses((status = 200, body = AffectedAnswer)),
    extensions(("x-hinomi-permission" = json!("FindingRead"))))]
pub(super) async fn affected_by(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::FindingRead>,
    Query(params): Query<QuestionParams>,
) -> ApiResult<AffectedAnswer> {
    let started = std::time::Instant::now();
    let db = &app.db;
    let question = affected::ask(db, &params.q).await?;
    let on = visible(db, &reader.scope).await?;
    let (systems, assets_total, unknown_total) = {
        let mut carried = state.fresh(db).await?;
        affected::systems(db, &mut carried, &on, &question).await?
    };
    let named = systems.iter().map(|(id, system)| (id.as_str(), system.unit_id.as_str(), None));
    let names = Names::of(db, app.now(), named).await?;
    let ids: Vec<&String> = systems.keys().collect();
    let reach: Vec<(String, i64)> = db
        .all(
            "SELECT id, reachability FROM v_system WHERE id IN (SELECT value FROM json_each($1))",
            hinomi_db::values![serde_json::to_string(&ids).unwrap_or_default()],
        )
        .await
        .map_err(RiskError::from)?;
    let reach: HashMap<String, i64> = reach.into_iter().collect();
    let tickets = tickets(&app, question.vulnerability_id).await?;
    let mut rows: Vec<(i64, AffectedSystemDto)> = Vec::with_capacity(systems.len());
    for (id, system) in systems {
        let (system_name, system_name_ja) = names.system(&id);
        let (unit_name, unit_name_ja) = names.unit(&system.unit_id);
        let ticket = tickets.get(&id);
        let reached = reach.get(&id).copied().unwrap_or(1);
        let rank = ticket.map_or(0, |(_, rank)| *rank) * 10 + reached;
        rows.push((
            rank,
            AffectedSystemDto {
                system_name,
                system_name_ja,
                unit_id: system.unit_id,
                unit_name,
                unit_name_ja,
                reachability: ["internal", "internal", "partner", "internet"][reached.clamp(0, 3) as usize]
                    .to_owned(),
                criticality: ticket
                    .map(|(_, rank)| hinomi_tickets::model::criticality_of_rank(*rank).as_str().to_owned()),
                assets: system.assets.len(),
                components: system.components.into_iter().take(20).collect(),
                state: if system.affected { "affected" } else { "unknown" }.to_owned(),
                ticket_id: ticket.map(|(ticket, _)| *ticket),
                system_id: id,
            },
        ));
    }
    rows.sort_by(|left, right| {
        right.0.cmp(&left.0).then_with(|| left.1.system_name.cmp(&right.1.system_name))
    });
    Ok(Json(AffectedAnswer {
        kind: question.kind,
        title: question.title,
        vulnerability_id: question.vulnerability_id,
        matched: question.matched.into_iter().map(|(id, label)| Matched { id, label }).collect(),
        systems: rows.into_iter().map(|(_, row)| row).collect(),
        assets_total,
        unknown_total,
        took_ms: started.elapsed().as_millis() as u64,
    }))
}

/// The open ticket that answers for the vulnerability in each system, with its criticality's rank.
async fn tickets(app: &App, vulnerability: Option<i64>) -> Result<HashMap<String, (i64, i64)>, RiskError> {
    let Some(id) = vulnerability else { return Ok(HashMap::new()) };
    let rows: Vec<(String, i64, i64)> = app
        .db
        .all(
            "SELECT t.system_id, t.id, t.criticality FROM v_ticket_item i JOIN v_ticket t ON t.id = i.ticket_id \
             WHERE i.vulnerability_id = $1 AND i.closed_at IS NULL ORDER BY t.criticality",
            hinomi_db::values![id],
        )
        .await?;
    Ok(rows.into_iter().map(|(system, ticket, rank)| (system, (ticket, rank))).collect())
}
