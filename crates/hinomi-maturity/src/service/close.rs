// SPDX-License-Identifier: Apache-2.0
//! Closing a month, previewing the running one, correcting a closed one.

use hinomi_core::{Actor, Time};
use hinomi_db::Db;
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;
use serde_json::json;

use super::evaluate::{Evaluation, Told, evaluate};
use super::gather::gather;
use super::keep::has_begun;
use super::{capture, gap_kept};
use crate::error::MaturityError;
use crate::model::Month;
use crate::store::snapshots;

/// An evaluation that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub id: i64,
    pub month: Month,
    pub revision: i64,
    pub units: usize,
    pub rows_hash: String,
    /// It was closed long after its time.
    pub late: bool,
}

/// A close that comes so long after its time came from a server that was down: the month says so.
const LATE_AFTER_DAYS: i64 = 1;
const LONGEST_REASON: usize = 2_000;

fn reason_checked(reason: &str) -> Result<&str, MaturityError> {
    let words = reason.trim();
    if words.is_empty() || words.chars().count() > LONGEST_REASON {
        let message = format!("say why, in at most {LONGEST_REASON} characters");
        return Err(MaturityError::Invalid { field: "reason", message });
    }
    Ok(words)
}

async fn is_closed(db: &Db, month: Month) -> Result<bool, MaturityError> {
    Ok(snapshots::close_of(db, &month.to_string()).await?.is_some_and(|close| close.revision > 0))
}

/// Closes a month that has ended: revision 1. `None` when it is closed already.
pub async fn month_close(db: &Db, month: Month, now: Time) -> Result<Option<Closed>, MaturityError> {
    let days = GroupDays::load(db).await?;
    close(db, &days, month, now, ("hinomi", ""), None).await
}

async fn close(
    db: &Db,
    days: &GroupDays,
    month: Month,
    now: Time,
    (actor, reason): (&str, &str),
    told: Option<Told<'_>>,
) -> Result<Option<Closed>, MaturityError> {
    if now < month.end(days) {
        return Err(MaturityError::MonthRuns { month: month.to_string() });
    }
    if is_closed(db, month).await? {
        return Ok(None);
    }
    let taken = capture(db, days, month, now, true).await?;
    let gathered = gather(db, days, month, &taken).await?;
    let late = now >= month.closes_at(days).plus_days(LATE_AFTER_DAYS);
    let large = gap_kept::LARGE;
    let evaluation = Evaluation { days, month, revision: 1, now, late, actor, reason, told, large };
    evaluate(db, evaluation, &gathered).await
}

/// Closes by hand what the hourly job could not: a month that it passed by, or one at which it stumbled.
pub async fn month_close_by_hand(
    app: &App,
    actor: &Actor,
    month: Month,
    reason: &str,
) -> Result<Closed, MaturityError> {
    let words = reason_checked(reason)?;
    let now = app.now();
    let days = GroupDays::load(&app.db).await?;
    // Until then late reports about it still come in.
    if now < month.closes_at(&days) {
        return Err(MaturityError::MonthRuns { month: month.to_string() });
    }
    if !has_begun(&app.db, &days, month).await? {
        return Err(MaturityError::MonthEmpty { month: month.to_string() });
    }
    let told = Told { app, actor, action: "maturity.close", before: None };
    let closed = close(&app.db, &days, month, now, (actor.display_name(), words), Some(told)).await?;
    closed.ok_or_else(|| MaturityError::MonthClosed { month: month.to_string() })
}

/// The running month as if it ended now; replaces the last preview.
pub async fn preview(db: &Db, now: Time) -> Result<Closed, MaturityError> {
    preview_of(db, now, gap_kept::LARGE).await
}

/// The same, with the gaps of units with at least so many rows found beforehand.
pub async fn preview_of(db: &Db, now: Time, large: i64) -> Result<Closed, MaturityError> {
    let days = &GroupDays::load(db).await?;
    let month = Month::of(now, days);
    let taken = capture(db, days, month, now, false).await?;
    let gathered = gather(db, days, month, &taken).await?;
    let (actor, reason) = ("hinomi", "preview");
    let evaluation =
        Evaluation { days, month, revision: 0, now, late: false, actor, reason, told: None, large };
    let closed = evaluate(db, evaluation, &gathered).await?;
    closed.ok_or_else(|| MaturityError::Overtaken { month: month.to_string() })
}

/// Evaluates a closed month anew from what the sources say of it today: a new revision beside the old ones.
pub async fn month_correct(
    app: &App,
    actor: &Actor,
    month: Month,
    reason: &str,
) -> Result<Closed, MaturityError> {
    let words = reason_checked(reason)?;
    let before = snapshots::close_of(&app.db, &month.to_string()).await?;
    let before = before.filter(|close| close.revision > 0);
    let before = before.ok_or_else(|| MaturityError::MonthUnknown { month: month.to_string() })?;
    let (now, days) = (app.now(), GroupDays::load(&app.db).await?);
    let taken = capture(&app.db, &days, month, now, true).await?;
    let gathered = gather(&app.db, &days, month, &taken).await?;
    let evaluation = Evaluation {
        days: &days,
        month,
        revision: before.revision + 1,
        now,
        late: before.late,
        actor: actor.display_name(),
        reason: words,
        told: Some(Told {
            app,
            actor,
            action: "maturity.correct",
            before: Some(json!({ "revision": before.revision, "rows_hash": before.rows_hash })),
        }),
        large: gap_kept::LARGE,
    };
    let closed = evaluate(&app.db, evaluation, &gathered).await?;
    closed.ok_or_else(|| MaturityError::Overtaken { month: month.to_string() })
}
