// SPDX-License-Identifier: Apache-2.0
//! Reading the audit trail.

use axum::extract::State;
use hinomi_core::{Page, Time};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditFilter, AuditRecord};
use serde::{Deserialize, Serialize};

use crate::{ApiResult, Json, PageParams, Paging, Query, Require, perm};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// Such as `ticket.assign`.
    #[param(required = false)]
    action: Option<String>,
    #[param(required = false)]
    subject_kind: Option<String>,
    #[param(required = false)]
    subject_id: Option<String>,
    /// A person's id.
    #[param(required = false)]
    actor: Option<String>,
    /// Not before.
    #[param(required = false)]
    from: Option<Time>,
    /// Before.
    #[param(required = false)]
    to: Option<Time>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AuditEntry {
    id: String,
    at: Time,
    /// `person`, `console` or `machine`.
    actor_type: String,
    actor_id: Option<String>,
    actor_name: String,
    action: String,
    subject_kind: String,
    subject_id: String,
    unit_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    before: Option<serde_json::Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<serde_json::Value>,
    reason: Option<String>,
}

impl From<AuditRecord> for AuditEntry {
    fn from(record: AuditRecord) -> Self {
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            id: record.id,
            at: record.at,
            actor_type: record.actor_type,
            actor_id: record.actor_id,
            actor_name: record.actor_name,
            action: record.action,
            subject_kind: record.subject_kind,
            subject_id: record.subject_id,
            unit_id: record.unit_id,
            before: json(record.before_json),
            after: json(record.after_json),
            reason: record.reason,
        }
    }
}

/// What was done, the newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(PageParams, AuditParams),
    responses((status = 200, body = Page<AuditEntry>)),
    extensions(("x-hinomi-permission" = json!("AuditRead"))))]
pub(crate) async fn audit_list(
    State(app): State<App>,
    reader: Require<perm::AuditRead>,
    Paging(page): Paging,
    Query(params): Query<AuditParams>,
) -> ApiResult<Page<AuditEntry>> {
    let filter = AuditFilter {
        action: params.action,
        subject_kind: params.subject_kind,
        subject_id: params.subject_id,
        actor_id: params.actor,
        from: params.from,
        to: params.to,
    };
    let rows = audit::list(&app.db, &reader.scope, &filter, &page).await?;
    Ok(Json(rows.map(AuditEntry::from)))
}
