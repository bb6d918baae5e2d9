// SPDX-License-Identifier: Apache-2.0
//! Slows down guessing: after a few failures each further one doubles the wait.
//!
//! Looking is a read and only a failure writes, so that a good sign-in writes once and waits for an import once. A
//! thousand tries at once are still not a thousand free ones: [`crate::sign_in`] lets two at a time look, hash and count.

use std::time::Duration;

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx};

use crate::store::account::{self, Attempts};

/// Forgotten after this long without a try.
const MEMORY: Duration = Duration::from_secs(3_600);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// Many people may share one address.
const FREE_TRIES_ADDRESS: i64 = 30;
const FREE_TRIES_ACCOUNT: i64 = 5;

pub(crate) fn account_subject(email: &str) -> String {
    format!("account:{email}")
}

pub(crate) fn address_subject(address: &str) -> String {
    format!("address:{address}")
}

/// How long `subject` has to wait still.
pub(crate) async fn waiting(db: &Db, subject: &str, now: Time) -> Result<Option<Duration>, DbError> {
    let known = account::attempts(db, subject).await?;
    Ok(known.filter(|known| known.blocked_until > now).map(|known| known.blocked_until.since(now)))
}

/// Counts a failure of `subject`.
pub(crate) async fn count(tx: &mut Tx, subject: &str, now: Time) -> Result<(), DbError> {
    let free = if subject.starts_with("account:") { FREE_TRIES_ACCOUNT } else { FREE_TRIES_ADDRESS };
    let known = account::attempts_for_change(tx, subject, now).await?;
    let remembered = if now.since(known.last_at) < MEMORY { known.failures } else { 0 };
    let failures = remembered + 1;
    let blocked_until = if failures < free { now } else { now.plus(wait(failures - free)) };
    account::set_attempts(tx, subject, Attempts { failures, last_at: now, blocked_until }).await
}

fn wait(over: i64) -> Duration {
    let doublings = u32::try_from(over.clamp(0, 20)).unwrap_or(20);
    Duration::from_secs(1_u64 << doublings).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        assert_eq!(wait(0), Duration::from_secs(1));
        assert_eq!(wait(5), Duration::from_secs(32));
        assert_eq!(wait(60), LONGEST_WAIT);
    }
}
