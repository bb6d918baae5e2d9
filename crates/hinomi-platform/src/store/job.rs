// SPDX-License-Identifier: Apache-2.0
//! Tables `job`, `schedule`.

use hinomi_core::{CursorError, JobId, PageRequest, Time};
use hinomi_db::sea_query::{Expr, ExprTrait, Order, Query};
use hinomi_db::{Db, DbError, Tx, values};

use crate::jobs::{Job, JobError, JobFilter, NewJob};

/// `None` when a waiting job of the same kind and key does the same.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: JobId,
    job: &NewJob,
    now: Time,
) -> Result<Option<JobId>, DbError> {
    let row: Option<(JobId,)> = tx
        .optional(
            "INSERT INTO job (id, kind, dedup_key, payload, state, priority, run_at, attempt, max_attempts,
                 cancel_asked, progress_done, created_at)
             VALUES ($1, $2, $3, $4, 'waiting', $5, $6, 0, $7, FALSE, 0, $8)
             ON CONFLICT (kind, dedup_key) WHERE state = 'waiting' AND dedup_key IS NOT NULL DO NOTHING
             RETURNING id",
            values![
                id,
                &job.kind,
                job.key.clone(),
                &job.payload,
                job.priority,
                job.run_at.unwrap_or(now),
                job.max_attempts,
                now,
            ],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

pub(crate) async fn waiting(tx: &mut Tx, kind: &str, key: &str) -> Result<Option<JobId>, DbError> {
    let row: Option<(JobId,)> = tx
        .optional(
            "SELECT id FROM job WHERE kind = $1 AND dedup_key = $2 AND state = 'waiting'",
            values![kind, key],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Takes the most urgent job that is due and of one of `kinds`, but none whose kind and key run already: the second would
/// only wait for the first, and hold a worker meanwhile. The attempt number is the fencing token.
pub(crate) async fn claim(
    db: &Db,
    kinds: &str,
    now: Time,
    lease_until: Time,
) -> Result<Option<Job>, DbError> {
    let sql = db.pick(
        "UPDATE job SET state = 'running', attempt = attempt + 1, lease_until = $2,
             started_at = $1, progress_done = 0, progress_total = NULL, progress_text = NULL
         WHERE id = (SELECT id FROM job due WHERE state = 'waiting' AND run_at <= $1
             AND kind IN (SELECT value FROM json_each($3))
             AND NOT EXISTS (SELECT 1 FROM job busy WHERE busy.state = 'running' AND busy.kind = due.kind
                 AND busy.dedup_key = due.dedup_key)
             ORDER BY priority DESC, run_at, id LIMIT 1)
         RETURNING *",
        "UPDATE job SET state = 'running', attempt = attempt + 1, lease_until = $2,
             started_at = $1, progress_done = 0, progress_total = NULL, progress_text = NULL
         WHERE id = (SELECT id FROM job due WHERE state = 'waiting' AND run_at <= $1
             AND kind IN (SELECT value FROM json_each($3))
             AND NOT EXISTS (SELECT 1 FROM job busy WHERE busy.state = 'running' AND busy.kind = due.kind
                 AND busy.dedup_key = due.dedup_key)
             ORDER BY priority DESC, run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING *",
    );
    db.optional(sql, values![now, lease_until, kinds]).await
}

/// Whether there is anything to claim: asked on a reader, so that idle workers never touch the writer.
pub(crate) async fn any_due(db: &Db, kinds: &str, now: Time) -> Result<bool, DbError> {
    let count: i64 = db
        .scalar(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM job due WHERE state = 'waiting' AND run_at <= $1
             AND kind IN (SELECT value FROM json_each($2))
             AND NOT EXISTS (SELECT 1 FROM job busy WHERE busy.state = 'running' AND busy.kind = due.kind
                 AND busy.dedup_key = due.dedup_key) LIMIT 1) AS found",
            values![now, kinds],
        )
        .await?;
    Ok(count > 0)
}

/// Jobs whose worker is gone: back to the queue, or failed when their tries are used up.
pub(crate) async fn release_expired(db: &Db, now: Time) -> Result<u64, DbError> {
    let expired: i64 = db
        .scalar("SELECT COUNT(*) FROM job WHERE state = 'running' AND lease_until < $1", values![now])
        .await?;
    if expired == 0 {
        return Ok(0);
    }
    let mut tx = db.begin().await?;
    let lost = "the worker stopped answering";
    // A newer job with the same key does the work of this one: one of them waits, whatever ran before.
    let mut released = tx
        .execute(
            "UPDATE job SET state = 'failed', error = $2, lease_until = NULL, finished_at = $1
             WHERE state = 'running' AND lease_until < $1 AND (attempt >= max_attempts OR EXISTS (
                 SELECT 1 FROM job other WHERE other.kind = job.kind AND other.dedup_key = job.dedup_key
                 AND (other.state = 'waiting'
                     OR (other.state = 'running' AND other.lease_until < $1 AND other.id > job.id))))",
            values![now, lost],
        )
        .await?;
    released += tx
        .execute(
            "UPDATE job SET state = 'waiting', error = $2, lease_until = NULL, run_at = $1
             WHERE state = 'running' AND lease_until < $1",
            values![now, lost],
        )
        .await?;
    tx.commit().await?;
    Ok(released)
}

/// Extends the lease. `None` when this attempt is no longer the one that runs; else whether cancelling was asked.
pub(crate) async fn heartbeat(
    db: &Db,
    id: JobId,
    attempt: i64,
    lease_until: Time,
) -> Result<Option<bool>, DbError> {
    let row: Option<(bool,)> = db
        .optional(
            "UPDATE job SET lease_until = $3 WHERE id = $1 AND attempt = $2 AND state = 'running'
             RETURNING cancel_asked",
            values![id, attempt, lease_until],
        )
        .await?;
    Ok(row.map(|(asked,)| asked))
}

pub(crate) async fn progress(
    db: &Db,
    id: JobId,
    attempt: i64,
    (done, total, text): (i64, Option<i64>, &str),
) -> Result<u64, DbError> {
    db.execute(
        "UPDATE job SET progress_done = $3, progress_total = $4, progress_text = $5
         WHERE id = $1 AND attempt = $2 AND state = 'running'",
        values![id, attempt, done, total, text],
    )
    .await
}

/// Ends an attempt: done, failed, cancelled, or waiting again from `run_at`.
pub(crate) async fn finish(
    db: &Db,
    id: JobId,
    attempt: i64,
    state: &str,
    error: Option<&str>,
    (now, run_at): (Time, Option<Time>),
) -> Result<u64, DbError> {
    let finished_at = if state == "waiting" { None } else { Some(now) };
    db.execute(
        "UPDATE job SET state = $3, error = $4, lease_until = NULL, finished_at = $5,
             run_at = COALESCE($6, run_at)
         WHERE id = $1 AND attempt = $2 AND state = 'running'",
        values![id, attempt, state, error, finished_at, run_at],
    )
    .await
}

/// Puts a job back that its worker could not finish, without counting the try.
pub(crate) async fn give_back(db: &Db, id: JobId, attempt: i64, now: Time) -> Result<u64, DbError> {
    db.execute(
        "UPDATE job SET state = 'waiting', lease_until = NULL, run_at = $3, max_attempts = max_attempts + 1
         WHERE id = $1 AND attempt = $2 AND state = 'running'",
        values![id, attempt, now],
    )
    .await
}

pub(crate) async fn by_id(db: &Db, id: JobId) -> Result<Option<Job>, DbError> {
    db.optional("SELECT * FROM job WHERE id = $1", values![id]).await
}

/// Cancels a waiting job at once and asks a running one to stop. The state before, `None` when there is no such job.
pub(crate) async fn cancel(tx: &mut Tx, id: JobId, now: Time) -> Result<Option<String>, DbError> {
    let state: Option<(String,)> = tx.optional("SELECT state FROM job WHERE id = $1", values![id]).await?;
    tx.execute(
        "UPDATE job SET state = 'cancelled', finished_at = $2 WHERE id = $1 AND state = 'waiting'",
        values![id, now],
    )
    .await?;
    tx.execute("UPDATE job SET cancel_asked = TRUE WHERE id = $1 AND state = 'running'", values![id]).await?;
    Ok(state.map(|(state,)| state))
}

pub(crate) async fn list(
    db: &Db,
    filter: &JobFilter,
    request: &PageRequest,
    list: &str,
) -> Result<Vec<Job>, JobError> {
    let mut select = Query::select();
    select
        .expr(Expr::cust("*"))
        .from("job")
        .order_by("created_at", Order::Desc)
        .order_by("id", Order::Desc)
        .limit(u64::from(request.limit) + 1);
    if let Some(kind) = &filter.kind {
        select.and_where(Expr::col("kind").eq(kind.as_str()));
    }
    if let Some(state) = filter.state {
        select.and_where(Expr::col("state").eq(state.name()));
    }
    if let Some(keys) = request.after_keys(list, 2)? {
        let (Some(at), Some(id)) = (keys[0].as_i64(), keys[1].as_str()) else {
            return Err(CursorError::Foreign.into());
        };
        let keys = Expr::tuple([Expr::col("created_at"), Expr::col("id")]);
        select.and_where(keys.lt(Expr::tuple([Expr::val(at), Expr::val(id)])));
    }
    Ok(db.select_all(&select).await?)
}

pub(crate) async fn forget(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.execute("DELETE FROM job WHERE finished_at < $1", values![before]).await
}

pub(crate) async fn set_schedule(
    tx: &mut Tx,
    kind: &str,
    every_seconds: i64,
    payload: &str,
    first_at: Time,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO schedule (kind, every_seconds, payload, next_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind) DO UPDATE SET every_seconds = excluded.every_seconds, payload = excluded.payload",
        values![kind, every_seconds, payload, first_at],
    )
    .await?;
    Ok(())
}

pub(crate) async fn any_schedule_due(db: &Db, now: Time) -> Result<bool, DbError> {
    Ok(db.scalar::<i64>("SELECT COUNT(*) FROM schedule WHERE next_at <= $1", values![now]).await? > 0)
}

/// Moves every due schedule to its next time, so that only one process starts it.
pub(crate) async fn claim_schedules(tx: &mut Tx, now: Time) -> Result<Vec<(String, String)>, DbError> {
    // A schedule that slept for days starts once, not once for each missed time.
    tx.all(
        "UPDATE schedule SET next_at = $1 + every_seconds * 1000000 WHERE next_at <= $1 RETURNING kind, payload",
        values![now],
    )
    .await
}
