// SPDX-License-Identifier: Apache-2.0
//! Rows that other parts of the house bring to be counted: who attended what.
//!
//! A part that keeps what an indicator counts brings its rows here, again and again, and only what differs is written. So no formula
//! needs to know its tables.

use std::collections::HashMap;

use hinomi_core::{Time, UnitId, Uuid};
use hinomi_db::Db;

use crate::error::MaturityError;
use crate::store::brought as store;

/// A row as it is brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    pub id: Uuid,
    pub unit_id: UnitId,
    pub happened_at: Time,
    /// It speaks for the unit.
    pub counts: bool,
    pub title: String,
    /// Where it is shown.
    pub href: String,
}

const CHUNK: usize = 1_000;

/// Keeps an indicator's rows since an instant as they are brought; what is no longer brought goes. How many differed.
pub async fn bring(db: &Db, indicator: &str, since: Time, rows: &[Brought]) -> Result<usize, MaturityError> {
    let mut known: HashMap<Uuid, Brought> =
        store::since(db, indicator, since).await?.into_iter().map(|row| (row.id, row)).collect();
    let new: Vec<&Brought> = rows.iter().filter(|row| known.remove(&row.id).as_ref() != Some(*row)).collect();
    for rows in new.chunks(CHUNK) {
        let mut tx = db.begin().await?;
        for row in rows {
            store::put(&mut tx, indicator, row).await?;
        }
        tx.commit().await?;
    }
    let gone: Vec<Uuid> = known.into_keys().collect();
    for ids in gone.chunks(CHUNK) {
        let mut tx = db.begin().await?;
        for id in ids {
            store::remove(&mut tx, indicator, *id).await?;
        }
        tx.commit().await?;
    }
    Ok(new.len() + gone.len())
}
