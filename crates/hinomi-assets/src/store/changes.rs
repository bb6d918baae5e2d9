// SPDX-License-Identifier: Apache-2.0
//! Table `cmdb_change`: who changed what of a system or an asset.

use hinomi_core::{Actor, Time, Uuid};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use serde_json::Value as Json;

const CHANGE: BulkTable = BulkTable {
    name: "cmdb_change",
    columns: &[
        Column::text("id"),
        Column::text("subject_id"),
        Column::int("at"),
        Column::text("actor_type"),
        Column::text("actor_name"),
        Column::text("actor_id"),
        Column::text("action"),
        Column::text("before"),
        Column::text("after"),
        Column::text("reason"),
    ],
    on_conflict: None,
};

/// One change of one system or asset; `before` and `after` hold the changed fields only.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change<'a> {
    pub id: Uuid,
    pub subject: Uuid,
    pub at: Time,
    pub actor: &'a Actor,
    pub action: &'static str,
    pub before: Json,
    pub after: Json,
    pub reason: &'a str,
}

impl Change<'_> {
    fn values(&self) -> Vec<Value> {
        values![
            self.id,
            self.subject,
            self.at,
            self.actor.type_name(),
            self.actor.display_name(),
            self.actor.person_id(),
            self.action,
            &self.before,
            &self.after,
            self.reason
        ]
        .0
    }
}

pub(crate) async fn append(tx: &mut Tx, changes: &[Change<'_>]) -> Result<(), DbError> {
    tx.bulk_insert(&CHANGE, changes.iter().map(Change::values).collect::<Vec<_>>().into_iter()).await?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ChangeRow {
    pub id: String,
    pub at: Time,
    pub actor_type: String,
    pub actor_name: String,
    pub action: String,
    pub before: String,
    pub after: String,
    pub reason: String,
}

/// Newest first, strictly before (`at`, `id`) when given.
pub(crate) async fn of_subject(
    db: &Db,
    subject: Uuid,
    before: Option<(i64, String)>,
    limit: i64,
) -> Result<Vec<ChangeRow>, DbError> {
    let (at, id) = before.unwrap_or((i64::MAX, String::new()));
    let sql = "SELECT id, at, actor_type, actor_name, action, before, after, reason FROM cmdb_change
        WHERE subject_id = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4";
    db.all(sql, values![subject, at, id, limit]).await
}
