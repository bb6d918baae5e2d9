// SPDX-License-Identifier: Apache-2.0
//! What a company decides about its feeds.

use hinomi_core::Time;
use hinomi_db::{Db, DbError};
use hinomi_platform::settings::{SettingSpec, Unit, Whole};

use crate::store::feeds::{FeedHealthRow, FeedRow};

/// A feed whose last success is longer ago is too old.
pub const FEED_OLD_HOURS: Whole =
    Whole { name: "feed-old-hours", unit: Unit::Hours, default: 48, least: 1, most: 8_760 };
/// Facts that come with the program: they age with it and are never loaded.
pub(crate) const BUILT_IN: &str = "built-in";

/// For the wiring.
pub fn settings() -> Vec<SettingSpec> {
    vec![FEED_OLD_HOURS.spec(), crate::service::guard::MASS_WITHDRAWAL_PERCENT.spec()]
}

/// How old a feed may be, in seconds.
pub async fn oldest_fine_seconds(db: &Db) -> Result<i64, DbError> {
    Ok(FEED_OLD_HOURS.read(db).await? * 3_600)
}

macro_rules! ages {
    ($row:ty) => {
        impl $row {
            pub fn is_built_in(&self) -> bool {
                self.kind == BUILT_IN
            }

            /// Since the last success; none for what comes with the program and for what never succeeded.
            pub fn age_seconds(&self, now: Time) -> Option<i64> {
                let success = self.last_success.filter(|_| !self.is_built_in())?;
                Some((now.as_micros() - success).max(0) / 1_000_000)
            }

            /// Whether somebody should look: it never succeeded, or too long ago.
            pub fn is_old(&self, now: Time, oldest_fine_seconds: i64) -> bool {
                !self.is_built_in() && self.age_seconds(now).is_none_or(|age| age > oldest_fine_seconds)
            }
        }
    };
}

ages!(FeedRow);
ages!(FeedHealthRow);

impl FeedHealthRow {
    /// How far behind its source's own time the last success was.
    pub fn lag_seconds(&self) -> Option<i64> {
        Some((self.last_success? - self.source_at?).max(0) / 1_000_000)
    }
}
