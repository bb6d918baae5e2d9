// SPDX-License-Identifier: Apache-2.0
//! What runs every hour: capture, close, preview. Takes no input and may run any number of times.

use hinomi_core::Time;
use hinomi_db::Db;

use super::{capture, month_close, preview};
use crate::error::MaturityError;
use crate::model::{CLOSE_AFTER_DAYS, Month};
use crate::store::facts;

/// The job's kind.
pub const MATURITY_JOB: &str = "maturity.keep";

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Kept {
    /// Months that were closed.
    pub closed: Vec<String>,
    pub previewed: Option<String>,
}

/// Takes down the month that ended last, closes it when its time has come, and previews the running one.
pub async fn maturity_keep(db: &Db, now: Time) -> Result<Kept, MaturityError> {
    let ended = Month::of(now).plus(-1);
    let mut kept = Kept::default();
    if has_begun(db, ended).await? {
        capture(db, ended, now, true).await?;
        if now >= ended.end().plus_days(CLOSE_AFTER_DAYS)
            && let Some(closed) = month_close(db, ended, now).await?
        {
            kept.closed.push(closed.month.to_string());
        }
    }
    if has_begun(db, Month::of(now)).await? {
        kept.previewed = Some(preview(db, now).await?.month.to_string());
    }
    Ok(kept)
}

/// Something was registered before the month's end. A month before Hinomi ran is not scored from what is known today.
async fn has_begun(db: &Db, month: Month) -> Result<bool, MaturityError> {
    Ok(facts::has_systems(db, month.end()).await?)
}
