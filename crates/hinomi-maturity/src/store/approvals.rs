// SPDX-License-Identifier: Apache-2.0
//! Approvals of procedures: only ever added to and revoked, so that past months keep what held then.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Order, Query};
use hinomi_db::{Db, DbError, Tx, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ApprovalRow {
    pub id: String,
    pub unit_id: String,
    pub axis: String,
    pub title: String,
    pub link: String,
    pub approved_on: String,
    pub approved_by: String,
    pub expires_on: Option<String>,
    pub recorded_at: Time,
    pub recorded_by: String,
    pub revoked_at: Option<Time>,
    pub revoked_by: String,
}

macro_rules! columns {
    () => {
        "SELECT id, unit_id, axis, title, link, approved_on, approved_by, expires_on, recorded_at, recorded_by, \
         revoked_at, revoked_by FROM procedure_approval "
    };
}

/// What was approved up to a day, whenever that was written down.
pub(crate) async fn until(db: &Db, day: &str) -> Result<Vec<ApprovalRow>, DbError> {
    db.all(concat!(columns!(), "WHERE approved_on <= $1 ORDER BY recorded_at, id"), values![day.to_owned()])
        .await
}

/// The newest first.
pub(crate) async fn list(db: &Db, scope: &Scope) -> Result<Vec<ApprovalRow>, DbError> {
    let mut select = Query::select();
    select
        .columns([
            "id",
            "unit_id",
            "axis",
            "title",
            "link",
            "approved_on",
            "approved_by",
            "expires_on",
            "recorded_at",
            "recorded_by",
            "revoked_at",
            "revoked_by",
        ])
        .from("procedure_approval")
        .within("unit_id", scope)
        .order_by("recorded_at", Order::Desc)
        .order_by("id", Order::Asc)
        .limit(1_000);
    db.select_all(&select).await
}

pub(crate) async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<ApprovalRow>, DbError> {
    tx.optional(concat!(columns!(), "WHERE id = $1"), values![id]).await
}

pub(crate) async fn add(tx: &mut Tx, row: &ApprovalRow) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO procedure_approval (id, unit_id, axis, title, link, approved_on, approved_by, expires_on, \
         recorded_at, recorded_by, revoked_at, revoked_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, '')",
        values![
            row.id.clone(),
            row.unit_id.clone(),
            row.axis.clone(),
            row.title.clone(),
            row.link.clone(),
            row.approved_on.clone(),
            row.approved_by.clone(),
            row.expires_on.clone(),
            row.recorded_at,
            row.recorded_by.clone()
        ],
    )
    .await
}

pub(crate) async fn revoke(tx: &mut Tx, id: &str, unit: UnitId, now: Time, by: &str) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE procedure_approval SET revoked_at = $3, revoked_by = $4 \
         WHERE id = $1 AND unit_id = $2 AND revoked_at IS NULL",
        values![id, unit.to_string(), now, by],
    )
    .await
}
