// SPDX-License-Identifier: Apache-2.0
//! Tables `audit_event`, `audit_seal`.

use hinomi_core::{CursorError, PageRequest, Scope, Time};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Expr, ExprTrait, Order, Query};
use hinomi_db::{Bind, BulkTable, Column, Db, DbError, Tx, Value, values};

use crate::audit::{AuditError, AuditFilter, AuditRecord};

/// PostgreSQL: one sealer at a time. SQLite's write lock does the same.
const SEAL_LOCK: i64 = 0x6869_6e6f_7365;

pub(crate) async fn insert(tx: &mut Tx, record: &AuditRecord) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO audit_event (id, at, actor_type, actor_id, actor_name, action, subject_kind, subject_id,
             unit_id, before_json, after_json, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        values![
            &record.id,
            record.at,
            &record.actor_type,
            record.actor_id.clone(),
            &record.actor_name,
            &record.action,
            &record.subject_kind,
            &record.subject_id,
            record.unit_id.clone(),
            record.before_json.clone(),
            record.after_json.clone(),
            record.reason.clone(),
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn list(
    db: &Db,
    scope: &Scope,
    filter: &AuditFilter,
    request: &PageRequest,
    list: &str,
) -> Result<Vec<AuditRecord>, AuditError> {
    let mut select = Query::select();
    select
        .columns([
            "id",
            "at",
            "actor_type",
            "actor_id",
            "actor_name",
            "action",
            "subject_kind",
            "subject_id",
            "unit_id",
            "before_json",
            "after_json",
            "reason",
        ])
        .from("audit_event")
        .within("unit_id", scope)
        .order_by("at", Order::Desc)
        .order_by("id", Order::Desc)
        .limit(u64::from(request.limit) + 1);
    for (column, wanted) in [
        ("action", &filter.action),
        ("subject_kind", &filter.subject_kind),
        ("subject_id", &filter.subject_id),
        ("actor_id", &filter.actor_id),
    ] {
        if let Some(wanted) = wanted {
            select.and_where(Expr::col(column).eq(wanted.as_str()));
        }
    }
    if let Some(from) = filter.from {
        select.and_where(Expr::col("at").gte(from.as_micros()));
    }
    if let Some(to) = filter.to {
        select.and_where(Expr::col("at").lt(to.as_micros()));
    }
    if let Some(keys) = request.after_keys(list, 2)? {
        let (Some(at), Some(id)) = (keys[0].as_i64(), keys[1].as_str()) else {
            return Err(CursorError::Foreign.into());
        };
        let keys = Expr::tuple([Expr::col("at"), Expr::col("id")]);
        select.and_where(keys.lt(Expr::tuple([Expr::val(at), Expr::val(id)])));
    }
    Ok(db.select_all(&select).await?)
}

pub(crate) async fn lock_chain(tx: &mut Tx) -> Result<(), DbError> {
    if tx.engine() == hinomi_db::Engine::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", values![SEAL_LOCK]).await?;
    }
    Ok(())
}

/// The chain's last sequence number and hash.
pub(crate) async fn head(tx: &mut Tx) -> Result<Option<(i64, String)>, DbError> {
    tx.optional("SELECT sequence, hash FROM audit_seal ORDER BY sequence DESC LIMIT 1", ()).await
}

pub(crate) async fn unsealed(tx: &mut Tx, from: Time, limit: i64) -> Result<Vec<AuditRecord>, DbError> {
    tx.all(
        "SELECT id, at, actor_type, actor_id, actor_name, action, subject_kind, subject_id, unit_id, before_json,
                after_json, reason
         FROM audit_event e
         WHERE e.at >= $1 AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.id)
         ORDER BY at, id LIMIT $2",
        values![from, limit],
    )
    .await
}

pub(crate) async fn seal(tx: &mut Tx, seals: Vec<(i64, String, String)>) -> Result<(), DbError> {
    const SEALS: BulkTable = BulkTable {
        name: "audit_seal",
        columns: &[Column::int("sequence"), Column::text("event_id"), Column::text("hash")],
        on_conflict: None,
    };
    let rows = seals
        .into_iter()
        .map(|(sequence, event, hash)| -> Vec<Value> { vec![sequence.bind(), event.bind(), hash.bind()] });
    tx.bulk_insert(&SEALS, rows).await?;
    Ok(())
}

#[derive(Debug, hinomi_db::FromRow)]
pub(crate) struct SealedRow {
    pub(crate) sequence: i64,
    pub(crate) event_id: String,
    pub(crate) hash: String,
    #[sqlx(flatten)]
    pub(crate) record: OptionalRecord,
}

/// The event of a seal; every column is NULL when somebody removed it.
#[derive(Debug, hinomi_db::FromRow)]
pub(crate) struct OptionalRecord {
    id: Option<String>,
    at: Option<Time>,
    actor_type: Option<String>,
    actor_id: Option<String>,
    actor_name: Option<String>,
    action: Option<String>,
    subject_kind: Option<String>,
    subject_id: Option<String>,
    unit_id: Option<String>,
    before_json: Option<String>,
    after_json: Option<String>,
    reason: Option<String>,
}

impl OptionalRecord {
    pub(crate) fn into_record(self) -> Option<AuditRecord> {
        Some(AuditRecord {
            id: self.id?,
            at: self.at?,
            actor_type: self.actor_type?,
            actor_id: self.actor_id,
            actor_name: self.actor_name?,
            action: self.action?,
            subject_kind: self.subject_kind?,
            subject_id: self.subject_id?,
            unit_id: self.unit_id,
            before_json: self.before_json,
            after_json: self.after_json,
            reason: self.reason,
        })
    }
}

pub(crate) async fn sealed_after(db: &Db, sequence: i64, limit: i64) -> Result<Vec<SealedRow>, DbError> {
    db.all(
        "SELECT s.sequence, s.event_id, s.hash, e.id, e.at, e.actor_type, e.actor_id, e.actor_name, e.action,
                e.subject_kind, e.subject_id, e.unit_id, e.before_json, e.after_json, e.reason
         FROM audit_seal s LEFT JOIN audit_event e ON e.id = s.event_id
         WHERE s.sequence > $1 ORDER BY s.sequence LIMIT $2",
        values![sequence, limit],
    )
    .await
}

pub(crate) async fn unsealed_before(db: &Db, before: Time) -> Result<i64, DbError> {
    db.scalar(
        "SELECT COUNT(*) FROM audit_event e
         WHERE e.at < $1 AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.id)",
        values![before],
    )
    .await
}
