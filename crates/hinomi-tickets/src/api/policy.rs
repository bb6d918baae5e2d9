// SPDX-License-Identifier: Apache-2.0
//! Handlers of the policy file.

use crate::service::policy::{self, PolicyRow};
use axum::extract::State;
use hinomi_core::Time;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_web::{ApiResult, App, Json, Require, perm};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PolicyVersion {
    id: i64,
    toml: String,
    valid_from: Time,
    actor: String,
    reason: String,
}

impl From<PolicyRow> for PolicyVersion {
    fn from(row: PolicyRow) -> Self {
        Self {
            id: row.id,
            toml: row.toml,
            valid_from: Time::from_micros(row.valid_from),
            actor: row.actor,
            reason: row.reason,
        }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PolicyDto {
    current: PolicyVersion,
    /// All versions, newest first.
    versions: Vec<PolicyVersion>,
}

/// The policy in force and every version before it.
#[utoipa::path(get, path = "/policy", tag = "policy", responses((status = 200, body = PolicyDto)),
    extensions(("x-hinomi-permission" = json!("PolicyRead"))))]
pub(super) async fn policy_get(
    State(app): State<App>,
    _reader: Require<perm::PolicyRead>,
) -> ApiResult<PolicyDto> {
    policy::current(&app.db, app.now()).await?;
    let versions = policy::versions(&app.db).await?;
    let current = versions
        .first()
        .cloned()
        .ok_or_else(|| hinomi_web::ApiError::not_found("policy-not-found", "no policy is in force"))?;
    Ok(Json(PolicyDto {
        current: current.into(),
        versions: versions.into_iter().map(PolicyVersion::from).collect(),
    }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPolicy {
    /// The whole policy file.
    toml: String,
    /// Why it changes.
    reason: String,
}

/// Puts a new version in force; every open ticket is decided anew. An invalid file is refused with its line.
#[utoipa::path(put, path = "/policy", tag = "policy", request_body = NewPolicy,
    responses((status = 200, body = PolicyDto), (status = 422, description = "invalid, with the line")),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn policy_put(
    State(app): State<App>,
    reader: Require<perm::PolicyWrite>,
    Json(new): Json<NewPolicy>,
) -> ApiResult<PolicyDto> {
    // One policy decides for every unit.
    reader.everywhere()?;
    let actor = &reader.principal.actor;
    let (before, _) = policy::current(&app.db, app.now()).await?;
    let id = policy::put(&app.db, app.now(), &new.toml, actor.display_name(), &new.reason).await?;
    let mut tx = app.db.begin().await?;
    let event = AuditEvent::new(actor, "policy.change", "policy", id)
        .before(&json!({ "version": before }))
        .after(&json!({ "version": id }))
        .reason(new.reason);
    audit::append(&mut tx, &app, event).await?;
    app.jobs.enqueue(&mut tx, &crate::service::reconcile_job()).await?;
    tx.commit().await?;
    app.jobs.wake();
    let versions = policy::versions(&app.db).await?;
    let current = versions
        .first()
        .cloned()
        .ok_or_else(|| hinomi_web::ApiError::not_found("policy-not-found", "no policy is in force"))?;
    Ok(Json(PolicyDto {
        current: current.into(),
        versions: versions.into_iter().map(PolicyVersion::from).collect(),
    }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyDraft {
    toml: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PolicyPreview {
    /// Open tickets whose criticality or due date would change.
    changed: i64,
    /// `from → to` with the number of open tickets.
    criticality: Vec<PreviewRow>,
    /// Open tickets that would be overdue at once.
    overdue: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PreviewRow {
    from: String,
    to: String,
    tickets: i64,
}

/// What a draft would change, without changing anything.
#[utoipa::path(post, path = "/policy/preview", tag = "policy", request_body = PolicyDraft,
    responses((status = 200, body = PolicyPreview), (status = 422, description = "invalid, with the line")),
    extensions(("x-hinomi-permission" = json!("PolicyWrite"))))]
pub(super) async fn policy_preview(
    State(app): State<App>,
    reader: Require<perm::PolicyWrite>,
    Json(draft): Json<PolicyDraft>,
) -> ApiResult<PolicyPreview> {
    // It counts the tickets of every unit.
    reader.everywhere()?;
    let preview = policy::preview(&app.db, app.now(), &draft.toml).await?;
    let rows = preview.moves.into_iter().map(|((from, to), tickets)| PreviewRow {
        from: from.as_str().to_owned(),
        to: to.as_str().to_owned(),
        tickets,
    });
    Ok(Json(PolicyPreview {
        changed: preview.changed,
        criticality: rows.collect(),
        overdue: preview.overdue,
    }))
}
