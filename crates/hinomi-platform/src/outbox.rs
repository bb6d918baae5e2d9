// SPDX-License-Identifier: Apache-2.0
//! Side effects written down in the transaction of their cause and delivered afterwards, at least once.
//!
//! A deliverer must therefore be able to see the same message twice: the id never changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx};

use crate::store::outbox as store;
use crate::{App, BoxFuture};

/// How long one run goes on: others wait for its worker. A server that does not answer costs a run two messages' patience.
const RUN: Duration = Duration::from_secs(60);
/// While a message is being sent nobody else tries; longer than any sending takes, since a second mail is worse than a late one.
const CLAIM: Duration = Duration::from_secs(600);
/// What could not be sent for so long is no news any more. All tries together take less.
const TOO_OLD: Duration = Duration::from_secs(3 * 86_400);
const MAX_ATTEMPTS: i64 = 12;
const FIRST_RETRY: Duration = Duration::from_secs(30);
const LONGEST_RETRY: Duration = Duration::from_secs(6 * 3_600);

#[derive(Debug, Clone, PartialEq, Eq, hinomi_db::FromRow)]
pub struct Message {
    pub id: String,
    pub kind: String,
    pub payload: String,
    pub created_at: Time,
    /// This try included.
    pub attempts: i64,
}

/// Sends one kind of message.
pub trait Deliverer: Send + Sync + 'static {
    fn deliver<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), String>>;
}

/// The deliverers by kind of message.
#[derive(Clone, Default)]
pub struct Deliverers(HashMap<&'static str, Arc<dyn Deliverer>>);

impl Deliverers {
    #[must_use]
    pub fn with(mut self, kind: &'static str, deliverer: impl Deliverer) -> Self {
        self.0.insert(kind, Arc::new(deliverer));
        self
    }
}

/// Writes a message down; it is sent once the transaction is committed.
pub async fn add(tx: &mut Tx, app: &App, kind: &str, payload: &serde_json::Value) -> Result<String, DbError> {
    let now = app.now();
    let id = app.ids.uuid7(now).to_string();
    store::insert(tx, &id, kind, &payload.to_string(), now, now).await?;
    Ok(id)
}

/// As [`add`], but only the first message with this key is written down; false for the others.
pub async fn add_once(
    tx: &mut Tx,
    app: &App,
    kind: &str,
    key: &str,
    payload: &serde_json::Value,
) -> Result<bool, DbError> {
    store::insert_new(tx, &id_of(key), kind, &payload.to_string(), app.now()).await
}

/// Whether [`add_once`] was called with this key: what costs much to make need not be made again.
pub async fn is_added(db: &Db, key: &str) -> Result<bool, DbError> {
    store::is_there(db, &id_of(key)).await
}

fn id_of(key: &str) -> String {
    let mut id = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(key.as_bytes()));
    id.truncate(32);
    id
}

/// Sends what is due, for a minute at most; returns how many were delivered.
pub async fn deliver_due(app: &App, deliverers: &Deliverers) -> Result<u64, DbError> {
    let started = Instant::now();
    let mut delivered = 0;
    while started.elapsed() < RUN {
        let now = app.now();
        let mut tx = app.db.begin().await?;
        // A crash leaves the message for the next try.
        let claimed = store::claim(&mut tx, now, now.plus(CLAIM)).await?;
        tx.commit().await?;
        let Some(message) = claimed else { break };
        if deliver(app, deliverers, &message).await? {
            delivered += 1;
        }
    }
    Ok(delivered)
}

async fn deliver(app: &App, deliverers: &Deliverers, message: &Message) -> Result<bool, DbError> {
    if message.created_at.plus(TOO_OLD) < app.now() {
        let now = app.now();
        store::failed(&app.db, &message.id, "too old to be sent", now, Some(now)).await?;
        return Ok(false);
    }
    let outcome = match deliverers.0.get(message.kind.as_str()) {
        Some(deliverer) => deliverer.deliver(message).await,
        None => Err(format!("nothing delivers messages of kind {:?}", message.kind)),
    };
    if let Err(error) = &outcome {
        tracing::warn!(id = message.id, kind = message.kind, error, "message was not delivered");
        let given_up = (message.attempts >= MAX_ATTEMPTS).then(|| app.now());
        let retry_at = app.now().plus(wait(message.attempts));
        store::failed(&app.db, &message.id, error, retry_at, given_up).await?;
    } else {
        store::delivered(&app.db, &message.id, app.now()).await?;
    }
    Ok(outcome.is_ok())
}

fn wait(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    FIRST_RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY)
}
