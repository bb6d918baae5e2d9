// SPDX-License-Identifier: Apache-2.0
//! What runs every hour: capture, close, preview. Takes no input and may run any number of times.

use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_platform::days::GroupDays;

use super::evaluate::left_over_remove;
use super::{capture, gaps_keep, month_close, preview};
use crate::error::MaturityError;
use crate::model::Month;
use crate::store::{facts, snapshots};

/// The job's kind.
pub const MATURITY_JOB: &str = "maturity.keep";
/// Nobody waits for a close longer than this.
const MOST_MONTHS: i32 = 120;

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Kept {
    /// Months that were closed, the oldest first.
    pub closed: Vec<String>,
    /// Those of them that were closed long after their time.
    pub late: Vec<String>,
    pub previewed: Option<String>,
    /// Evaluations that a crash had left half written.
    pub removed: usize,
}

/// Takes down the months that have ended since the last close, closes in their order those whose time has come, and previews the
/// running one. A server that was down over the end of a month closes it when it is up again.
pub async fn maturity_keep(db: &Db, now: Time) -> Result<Kept, MaturityError> {
    let days = GroupDays::load(db).await?;
    let running = Month::of(now, &days);
    let mut kept = Kept { removed: left_over_remove(db, now).await?, ..Kept::default() };
    let mut month = first_open(db, &days, running).await?;
    while month < running {
        if has_begun(db, &days, month).await? {
            capture(db, &days, month, now, true).await?;
            if now >= month.closes_at(&days)
                && let Some(closed) = month_close(db, month, now).await?
            {
                kept.closed.push(month.to_string());
                kept.late.extend(closed.late.then(|| month.to_string()));
            }
        }
        month = month.plus(1);
    }
    if has_begun(db, &days, running).await? {
        kept.previewed = Some(preview(db, now).await?.month.to_string());
    }
    gaps_keep(db, now).await?;
    Ok(kept)
}

/// The month after the newest closed one; before the first close, the first that has anything in it.
async fn first_open(db: &Db, days: &GroupDays, running: Month) -> Result<Month, MaturityError> {
    let first = match snapshots::newest_closed(db).await? {
        Some(close) => close.month.parse::<Month>()?.plus(1),
        None => facts::first_registered(db).await?.map_or(running, |at| Month::of(at, days)),
    };
    Ok(first.max(running.plus(-MOST_MONTHS)))
}

/// Something was registered before the month's end. A month before Hinomi ran is not scored from what is known today.
pub(super) async fn has_begun(db: &Db, days: &GroupDays, month: Month) -> Result<bool, MaturityError> {
    Ok(facts::first_registered(db).await?.is_some_and(|at| at < month.end(days)))
}
