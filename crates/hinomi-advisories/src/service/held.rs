// SPDX-License-Identifier: Apache-2.0
//! Deciding about what the guard holds back: a person takes the record in, or leaves it out for good.

use std::time::Duration;

use hinomi_core::Actor;
use hinomi_db::{Db, ids};
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::{App, jobs::NewJob};

use super::guard::HoldReason;
use super::import::Importer;
use crate::model::AdvisoryError;
pub use crate::store::held::HeldRow;
use crate::store::held::{self as store, HeldDocument};
use crate::store::{groups, records};

/// So many are decided about in one transaction.
const AT_ONCE: usize = 200;

/// What becomes of a held record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It counts from now on.
    Accept,
    /// This state of the record never counts.
    Refuse,
}

/// What waits, the oldest first; of one feed, or of all.
pub async fn held_list(
    db: &Db,
    feed: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<HeldRow>, AdvisoryError> {
    Ok(store::list(db, feed, after, limit).await?)
}

/// Decides about one, and on request about everything of the same feed and reason. How many that were. Nothing is decided
/// when the turn of feeds does not come within `patience`: nobody finds later what he gave up.
pub async fn held_decide(
    app: &App,
    actor: &Actor,
    id: i64,
    (decision, and_alike): (Decision, bool),
    patience: Duration,
) -> Result<u64, AdvisoryError> {
    let first = store::by_id(&app.db, id).await?.filter(|row| row.state == store::HELD);
    let first = first.ok_or(AdvisoryError::HeldUnknown { id })?;
    let mut ids = vec![id];
    if and_alike {
        ids.extend(store::ids_of(&app.db, &first.feed, &first.reason, i64::MAX).await?);
        ids.sort_unstable();
        ids.dedup();
    }
    let opened = tokio::time::timeout(patience, Importer::open(&app.db, app.now(), &first.feed, &first.kind));
    let mut importer = opened.await.map_err(|_| AdvisoryError::Busy)??;
    let mut decided = 0;
    for chunk in ids.chunks(AT_ONCE) {
        let mut rows = Vec::new();
        for id in chunk {
            rows.extend(store::by_id(&app.db, *id).await?.filter(|row| row.state == store::HELD));
        }
        if decision == Decision::Accept {
            take_in(app, &mut importer, &rows).await?;
        }
        // The records first: a break in between leaves them to be decided again, which changes nothing more.
        let mut tx = app.db.begin().await?;
        let (state, action) = match decision {
            Decision::Accept => (store::ACCEPTED, "feed.held.accept"),
            Decision::Refuse => (store::REFUSED, "feed.held.refuse"),
        };
        for row in rows {
            if store::decide(&mut tx, row.id, state, app.now().as_micros(), actor.display_name()).await? {
                let told = serde_json::json!({ "feed": row.feed, "reason": row.reason });
                let event = AuditEvent::new(actor, action, "advisory", &row.advisory_id).after(&told);
                audit::append(&mut tx, app, event).await?;
                decided += 1;
            }
        }
        tx.commit().await?;
    }
    importer.finish_quietly().await?;
    if decision == Decision::Accept {
        let mut tx = app.db.begin().await?;
        app.jobs.enqueue(&mut tx, &NewJob::new("reconcile").key("reconcile").priority(10)).await?;
        tx.commit().await?;
        app.jobs.wake();
    }
    Ok(decided)
}

/// Rows of one reason.
async fn take_in(app: &App, importer: &mut Importer, rows: &[HeldDocument]) -> Result<(), AdvisoryError> {
    let absent = [HoldReason::MassAbsence.name(), HoldReason::UnreadAbsence.name()];
    if rows.iter().any(|row| !absent.contains(&row.reason.as_str())) {
        return importer.take(rows.iter().map(HeldDocument::document).collect()).await;
    }
    let mut tx = app.db.begin().await?;
    let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
    let gone: Vec<String> = rows.iter().map(|row| row.advisory_id.clone()).collect();
    let known = records::known_in(&mut tx, &gone).await?;
    let standing: Vec<i64> =
        known.iter().filter(|record| record.withdrawn.is_none()).map(|record| record.no).collect();
    records::absent_put(&mut tx, &standing, app.now().as_micros(), sequence).await?;
    groups::pending_put(&mut tx, &standing, sequence).await?;
    Ok(tx.commit().await?)
}
