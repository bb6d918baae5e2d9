// SPDX-License-Identifier: Apache-2.0
//! Side effects written down in the transaction of their cause and delivered afterwards, at least once.
//!
//! A deliverer must therefore be able to see the same message twice: the id never changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hinomi_core::Time;
use hinomi_db::{Db, DbError, Tx};

use crate::store::outbox as store;
use crate::{App, BoxFuture};

const BATCH: i64 = 50;
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

/// Sends what is due; returns how many were delivered.
pub async fn deliver_due(app: &App, deliverers: &Deliverers) -> Result<u64, DbError> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    // Until then nobody else tries; a crash leaves the message for the next try.
    let claimed = store::claim(&mut tx, now, now.plus(FIRST_RETRY), BATCH).await?;
    tx.commit().await?;
    let mut delivered = 0;
    for message in claimed {
        let outcome = match deliverers.0.get(message.kind.as_str()) {
            Some(deliverer) => deliverer.deliver(&message).await,
            None => Err(format!("nothing delivers messages of kind {:?}", message.kind)),
        };
        match outcome {
            Ok(()) => {
                store::delivered(&app.db, &message.id, app.now()).await?;
                delivered += 1;
            }
            Err(error) => {
                tracing::warn!(id = message.id, kind = message.kind, error, "message was not delivered");
                let given_up = (message.attempts >= MAX_ATTEMPTS).then(|| app.now());
                let retry_at = app.now().plus(wait(message.attempts));
                store::failed(&app.db, &message.id, &error, retry_at, given_up).await?;
            }
        }
    }
    Ok(delivered)
}

fn wait(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    FIRST_RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY)
}
