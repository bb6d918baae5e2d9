// SPDX-License-Identifier: Apache-2.0
//! That a unit's procedure for an axis is approved: who did so, when, until when. The gate of level 2 looks at it.

use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::Axis;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::error::MaturityError;
use crate::store::approvals::{self as store, ApprovalRow};

const LONGEST_TEXT: usize = 300;

/// An approved procedure. It holds for its unit and everything below.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Approval {
    pub id: String,
    pub unit_id: String,
    pub axis: String,
    pub title: String,
    /// Where the document is.
    pub link: String,
    /// YYYY-MM-DD.
    pub approved_on: String,
    pub approved_by: String,
    pub expires_on: Option<String>,
    pub recorded_at: Time,
    pub recorded_by: String,
    pub revoked_at: Option<Time>,
    pub revoked_by: String,
    /// In force today.
    pub valid: bool,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApproval {
    #[schema(value_type = String)]
    pub unit_id: UnitId,
    pub axis: String,
    pub title: String,
    #[serde(default)]
    pub link: String,
    pub approved_on: String,
    pub approved_by: String,
    #[serde(default)]
    pub expires_on: Option<String>,
}

fn view(row: ApprovalRow, today: &str) -> Approval {
    Approval {
        valid: row.revoked_at.is_none()
            && row.approved_on.as_str() <= today
            && row.expires_on.as_deref().is_none_or(|expires| expires >= today),
        id: row.id,
        unit_id: row.unit_id,
        axis: row.axis,
        title: row.title,
        link: row.link,
        approved_on: row.approved_on,
        approved_by: row.approved_by,
        expires_on: row.expires_on,
        recorded_at: row.recorded_at,
        recorded_by: row.recorded_by,
        revoked_at: row.revoked_at,
        revoked_by: row.revoked_by,
    }
}

/// The newest first.
pub async fn approval_list(db: &Db, scope: &Scope, now: Time) -> Result<Vec<Approval>, MaturityError> {
    let today = GroupDays::load(db).await?.day_of(now).to_string();
    Ok(store::list(db, scope).await?.into_iter().map(|row| view(row, &today)).collect())
}

fn day(field: &'static str, text: &str) -> Result<String, MaturityError> {
    let day: Option<Date> = text.parse().ok().filter(|_| text.len() == 10);
    let wrong = || MaturityError::Invalid { field, message: format!("{text:?} is no day") };
    day.map(|day| day.to_string()).ok_or_else(wrong)
}

/// Records that a procedure was approved.
pub async fn approval_add(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewApproval,
) -> Result<Approval, MaturityError> {
    let invalid = |field, message: String| MaturityError::Invalid { field, message };
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    if tree.get(new.unit_id).is_none() || !scope.contains(new.unit_id) {
        return Err(MaturityError::UnitUnknown { id: new.unit_id.to_string() });
    }
    let axis =
        Axis::of_code(&new.axis).ok_or_else(|| invalid("axis", format!("{:?} is no axis", new.axis)))?;
    for (field, text) in [("title", &new.title), ("approved_by", &new.approved_by)] {
        if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
            return Err(invalid(field, format!("wants 1 to {LONGEST_TEXT} characters")));
        }
    }
    let is_web =
        new.link.is_empty() || ["https://", "http://"].iter().any(|start| new.link.starts_with(start));
    if !is_web || new.link.chars().count() > 2_000 {
        return Err(invalid("link", "wants an address of the web".to_owned()));
    }
    let now = app.now();
    let approved_on = day("approved_on", &new.approved_on)?;
    let expires_on = new.expires_on.as_deref().map(|text| day("expires_on", text)).transpose()?;
    let today = GroupDays::load(&app.db).await?.day_of(now).to_string();
    if approved_on > today {
        return Err(invalid("approved_on", "lies in the future".to_owned()));
    }
    if expires_on.as_ref().is_some_and(|expires| *expires < approved_on) {
        return Err(invalid("expires_on", "lies before the approval".to_owned()));
    }
    let row = ApprovalRow {
        id: app.ids.uuid7(now).to_string(),
        unit_id: new.unit_id.to_string(),
        axis: axis.code().to_owned(),
        title: new.title.trim().to_owned(),
        link: new.link.clone(),
        approved_on,
        approved_by: new.approved_by.trim().to_owned(),
        expires_on,
        recorded_at: now,
        recorded_by: actor.display_name().to_owned(),
        revoked_at: None,
        revoked_by: String::new(),
    };
    let mut tx = app.db.begin().await?;
    store::add(&mut tx, &row).await?;
    let event = AuditEvent::new(actor, "maturity.approval", "unit", new.unit_id)
        .unit(new.unit_id)
        .after(&json!({ "axis": row.axis, "title": row.title, "approved_on": row.approved_on, "expires_on": row.expires_on }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(view(row, &today))
}

/// It no longer holds from now on; past months keep what held then.
pub async fn approval_revoke(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: &str,
    reason: &str,
) -> Result<(), MaturityError> {
    let mut tx = app.db.begin().await?;
    let unknown = || MaturityError::ApprovalUnknown { id: id.to_owned() };
    let row = store::by_id(&mut tx, id).await?.ok_or_else(unknown)?;
    let unit: UnitId = row.unit_id.parse().map_err(|_| unknown())?;
    if !scope.contains(unit) || store::revoke(&mut tx, id, unit, app.now(), actor.display_name()).await? == 0
    {
        return Err(unknown());
    }
    let event = AuditEvent::new(actor, "maturity.approval-revoke", "unit", unit)
        .unit(unit)
        .before(&json!({ "axis": row.axis, "title": row.title }))
        .reason(reason);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}
