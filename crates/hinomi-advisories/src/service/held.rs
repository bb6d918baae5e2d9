// SPDX-License-Identifier: Apache-2.0
//! Deciding about what the guard holds back: a person takes the record in, or leaves it out for good.

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

/// What becomes of a held record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It counts from now on.
    Accept,
    /// This state of the record never counts.
    Refuse,
}

/// What waits, the oldest first.
pub async fn held_list(db: &Db, after: i64, limit: i64) -> Result<Vec<HeldRow>, AdvisoryError> {
    Ok(store::list(db, after, limit).await?)
}

/// Decides about one, and on request about everything of the same feed and reason. How many that were.
pub async fn held_decide(
    app: &App,
    actor: &Actor,
    id: i64,
    decision: Decision,
    and_alike: bool,
) -> Result<u64, AdvisoryError> {
    let first = store::by_id(&app.db, id).await?.filter(|row| row.state == store::HELD);
    let first = first.ok_or(AdvisoryError::HeldUnknown { id })?;
    let mut ids = vec![id];
    if and_alike {
        ids.extend(store::ids_of(&app.db, &first.feed, &first.reason, i64::MAX).await?);
        ids.sort_unstable();
        ids.dedup();
    }
    let mut importer = Importer::open(&app.db, app.now(), &first.feed, &first.kind).await?;
    let mut decided = 0;
    for id in ids {
        let Some(row) = store::by_id(&app.db, id).await?.filter(|row| row.state == store::HELD) else {
            continue;
        };
        if decision == Decision::Accept {
            take_in(app, &mut importer, &row).await?;
        }
        // The record first: a break in between leaves it to be decided again, which changes nothing more.
        let mut tx = app.db.begin().await?;
        let state = if decision == Decision::Accept { store::ACCEPTED } else { store::REFUSED };
        if store::decide(&mut tx, row.id, state, app.now().as_micros(), actor.display_name()).await? {
            let action = if decision == Decision::Accept { "feed.held.accept" } else { "feed.held.refuse" };
            let told = serde_json::json!({ "feed": row.feed, "reason": row.reason });
            let event = AuditEvent::new(actor, action, "advisory", &row.advisory_id).after(&told);
            audit::append(&mut tx, app, event).await?;
            decided += 1;
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

async fn take_in(app: &App, importer: &mut Importer, row: &HeldDocument) -> Result<(), AdvisoryError> {
    if row.reason != HoldReason::MassAbsence.name() {
        return importer.take(vec![row.document()]).await;
    }
    let mut tx = app.db.begin().await?;
    let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
    let known = records::known_in(&mut tx, std::slice::from_ref(&row.advisory_id)).await?;
    let standing: Vec<i64> =
        known.iter().filter(|record| record.withdrawn.is_none()).map(|record| record.no).collect();
    records::absent_put(&mut tx, &standing, app.now().as_micros(), sequence).await?;
    groups::pending_put(&mut tx, &standing, sequence).await?;
    Ok(tx.commit().await?)
}
