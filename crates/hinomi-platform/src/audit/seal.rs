// SPDX-License-Identifier: Apache-2.0
//! Ordering and hash-chaining what was appended.

use std::time::Duration;

use hinomi_core::Time;
use hinomi_db::{Db, DbError};
use sha2::{Digest, Sha256};

use super::AuditRecord;
use crate::App;
use crate::store::audit as store;

const SEAL_EVERY: Duration = Duration::from_millis(500);
const BATCH: i64 = 500;
/// A transaction is never open for longer: what is older was there at the last look.
const LOOK_BACK: Duration = Duration::from_secs(600);
/// Events of commands that ran while no server did are older: every so many looks goes back to the beginning.
const WHOLE_EVERY: u32 = 7_200;
const START: &str = "hinomi audit chain 1";

/// What a check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub sealed: i64,
    /// The last hash of the chain.
    pub head: Option<String>,
    /// Events that should long have been sealed.
    pub unsealed: i64,
    /// The first sequence number where the chain breaks, and how.
    pub broken: Option<(i64, String)>,
}

impl Verdict {
    pub fn is_sound(&self) -> bool {
        self.broken.is_none() && self.unsealed == 0
    }
}

/// Every field with its length, so that no two different events have one text.
fn link(previous: &str, record: &AuditRecord) -> String {
    let mut hash = Sha256::new();
    let mut field = |text: Option<&str>| match text {
        Some(text) => {
            hash.update(b"=");
            hash.update(text.len().to_be_bytes());
            hash.update(text.as_bytes());
        }
        None => hash.update(b"-"),
    };
    field(Some(previous));
    field(Some(&record.id));
    field(Some(&record.at.as_micros().to_string()));
    field(Some(&record.actor_type));
    field(record.actor_id.as_deref());
    field(Some(&record.actor_name));
    field(Some(&record.action));
    field(Some(&record.subject_kind));
    field(Some(&record.subject_id));
    field(record.unit_id.as_deref());
    field(record.before_json.as_deref());
    field(record.after_json.as_deref());
    field(record.reason.as_deref());
    hex::encode(hash.finalize())
}

/// Seals what is not sealed yet; returns how many events.
pub async fn seal(app: &App) -> Result<u64, DbError> {
    seal_since(app, Time::EPOCH).await
}

async fn seal_since(app: &App, from: Time) -> Result<u64, DbError> {
    let mut sealed = 0;
    loop {
        // On a reader first: an idle sealer never takes the writer.
        let mut read = app.db.begin_read().await?;
        let waiting = store::unsealed(&mut read, from, 1).await?.len();
        drop(read);
        if waiting == 0 {
            return Ok(sealed);
        }
        let mut tx = app.db.begin().await?;
        store::lock_chain(&mut tx).await?;
        let events = store::unsealed(&mut tx, from, BATCH).await?;
        let (mut sequence, mut hash) = store::head(&mut tx).await?.unwrap_or((0, START.to_owned()));
        let mut seals = Vec::with_capacity(events.len());
        for event in &events {
            sequence += 1;
            hash = link(&hash, event);
            seals.push((sequence, event.id.clone(), hash.clone()));
        }
        sealed += u64::try_from(seals.len()).unwrap_or(u64::MAX);
        store::seal(&mut tx, seals).await?;
        tx.commit().await?;
    }
}

/// Seals twice a second until `shutdown` ends.
pub async fn run_sealer(app: App, shutdown: impl Future<Output = ()>) {
    let mut shutdown = std::pin::pin!(shutdown);
    let mut looks: u32 = 0;
    loop {
        let whole = looks.is_multiple_of(WHOLE_EVERY);
        looks = looks.wrapping_add(1);
        let from = if whole { Time::EPOCH } else { app.now().minus(LOOK_BACK) };
        if let Err(error) = seal_since(&app, from).await {
            tracing::error!(%error, "audit events were not sealed");
        }
        tokio::select! {
            () = &mut shutdown => return,
            () = tokio::time::sleep(SEAL_EVERY) => {}
        }
    }
}

/// Recomputes the whole chain.
pub async fn verify(db: &Db, now: Time) -> Result<Verdict, DbError> {
    let mut hash = START.to_owned();
    let mut sequence = 0;
    let mut broken = None;
    'chain: loop {
        let rows = store::sealed_after(db, sequence, BATCH).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let cause = if row.sequence == sequence + 1 {
                match row.record.into_record() {
                    None => Some(format!("event {} is missing", row.event_id)),
                    Some(record) => {
                        hash = link(&hash, &record);
                        (hash != row.hash).then(|| format!("event {} or its seal was changed", row.event_id))
                    }
                }
            } else {
                Some("a seal is missing".to_owned())
            };
            if let Some(cause) = cause {
                broken = Some((sequence + 1, cause));
                break 'chain;
            }
            sequence += 1;
        }
    }
    let unsealed = store::unsealed_before(db, now.minus(Duration::from_secs(60))).await?;
    Ok(Verdict { sealed: sequence, head: (sequence > 0).then_some(hash), unsealed, broken })
}
