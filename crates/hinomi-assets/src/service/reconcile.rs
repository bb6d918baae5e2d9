// SPDX-License-Identifier: Apache-2.0
//! From what sources say to assets: take the records in, look at what changed, write what came of it.
//!
//! ```text
//! records_put ─→ asset_record (changed ones are *dirty*)
//! reconcile:  dirty ─→ everything that shares a key, an asset or a decision ─→ identify ─→ assets, questions
//! ```
//! Anybody may run it at any time, also two at once: what another changed meanwhile stays dirty and is looked at again.
//! A run that breaks off loses nothing, since a record stays dirty until what came of it is written.

mod adopt;
mod closure;
mod inventories;
mod place;
mod plan;
mod take;
mod write;

use hinomi_core::AssetId;
use serde::Serialize;
use serde_json::json;

use super::Act;
use super::record::audit_many;
use crate::error::AssetError;
use crate::store;

pub(crate) use adopt::{BY_HAND, adopt, words_by_hand};
pub(crate) use place::{Network, Places};
pub(crate) use take::relation_target;
pub use take::{Incoming, SourceName, Taken, records_put};
pub(crate) use write::discovered_system;

/// Dirty records looked at together with all that may be one with them.
const AT_ONCE: i64 = 4_000;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AssetsReconciled {
    /// Records looked at.
    pub records: usize,
    pub created: usize,
    pub changed: usize,
    /// Assets that became part of another.
    pub merged: usize,
    /// Assets in question, or no longer in use as their source says.
    pub retired: usize,
    /// Assets that came back.
    pub returned: usize,
    pub questions_opened: usize,
    pub questions_closed: usize,
}

impl AssetsReconciled {
    fn add(&mut self, more: Self) {
        self.records += more.records;
        self.created += more.created;
        self.changed += more.changed;
        self.merged += more.merged;
        self.retired += more.retired;
        self.returned += more.returned;
        self.questions_opened += more.questions_opened;
        self.questions_closed += more.questions_closed;
    }

    fn did_something(self) -> bool {
        Self { records: 0, ..self } != Self::default()
    }
}

/// Looks at everything that changed since the last run.
pub async fn assets_reconcile(act: &Act<'_>) -> Result<AssetsReconciled, AssetError> {
    let db = &act.app.db;
    adopt(act).await?;
    let mut done = AssetsReconciled::default();
    let places = Places::read(db).await?;
    let mut last: Vec<i64> = Vec::new();
    loop {
        let dirty = store::records::dirty(db, AT_ONCE).await?;
        // Another process may be faster for ever, but not with the very same records.
        if dirty.is_empty() || dirty == last {
            break;
        }
        let closure = closure::read(db, &dirty).await?;
        let plan = plan::make(&closure, &places);
        done.add(write::write(act, &closure, plan).await?);
        last = dirty;
    }
    if done.did_something() {
        let mut tx = db.begin().await?;
        audit_many(&mut tx, act, "asset.reconcile", &json!(done)).await?;
        tx.commit().await?;
    }
    Ok(done)
}

/// Looks at these records now, and at all that may be one with them.
pub(crate) async fn reconcile_these(act: &Act<'_>, records: &[i64]) -> Result<AssetsReconciled, AssetError> {
    let db = &act.app.db;
    let places = Places::read(db).await?;
    let closure = closure::read(db, records).await?;
    let plan = plan::make(&closure, &places);
    write::write(act, &closure, plan).await
}

/// Looks at the record that a source has under this key, and says which asset it is of now: none while it is in
/// question.
pub(crate) async fn look_at_records(
    act: &Act<'_>,
    source: &str,
    key: &str,
) -> Result<(Option<AssetId>, AssetsReconciled), AssetError> {
    let db = &act.app.db;
    let Some(source) = store::sources::all(db).await?.into_iter().find(|one| one.name == source) else {
        return Ok(Default::default());
    };
    let keys = [key.to_owned()];
    let record = async || -> Result<Option<store::records::RecordRow>, AssetError> {
        Ok(store::records::named(db, source.id, &keys).await?.pop())
    };
    let Some(row) = record().await? else { return Ok(Default::default()) };
    if !row.dirty && row.asset_id.is_some() {
        return Ok((row.asset_id, AssetsReconciled::default()));
    }
    adopt(act).await?;
    let mut done = AssetsReconciled::default();
    // Another process may have changed something that hangs together with it: then it is looked at once more.
    for _ in 0..4 {
        done.add(reconcile_these(act, &[row.id]).await?);
        if let Some(now) = record().await?.filter(|now| !now.dirty) {
            return Ok((now.asset_id, done));
        }
    }
    Ok((None, done))
}
