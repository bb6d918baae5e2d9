// SPDX-License-Identifier: Apache-2.0
//! What the domains keep for a unit: counted before the unit ends, and passed on with it.
//!
//! ```text
//! unit ends ─ one Tx ─┬─ holdings of every Estate: nothing ─→ ends
//!                     ├─ something, no heir ──────────────→ refused, with the counts
//!                     └─ something, an heir ─→ hand_over of every Estate ─→ ends
//! ```
//! The organisation lies below the domains that keep things for its units, so it asks them through this trait; the
//! binary brings them together.

use hinomi_core::{Actor, Time, UnitId};
use hinomi_db::{DbError, Tx};
use serde::Serialize;

use crate::{App, BoxFuture};

/// How many things of one kind a unit owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// `systems`, `enrolment-tokens`, `assignment-rules`, `directives`, `improvements`, `programmes`, `bodies`, `places`.
    pub kind: &'static str,
    pub count: i64,
}

impl Holding {
    /// Those of which there is at least one.
    pub fn some(counts: impl IntoIterator<Item = (&'static str, i64)>) -> Vec<Self> {
        let found = counts.into_iter().filter(|(_, count)| *count > 0);
        found.map(|(kind, count)| Self { kind, count }).collect()
    }
}

/// Everything of one unit passes to another.
#[derive(Clone, Copy)]
pub struct Handover<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    pub from: UnitId,
    pub to: UnitId,
    /// How histories name the two: `D1 → D2`.
    pub codes: &'a str,
    /// Since when it is the heir's; never in the future.
    pub at: Time,
    pub reason: &'a str,
}

#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// Why it cannot pass on; nothing is written then.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What one domain keeps for units.
pub trait Estate: Send + Sync + 'static {
    /// What the unit itself owns now, without units below it.
    fn holdings<'a>(
        &'a self,
        tx: &'a mut Tx,
        unit: UnitId,
        now: Time,
    ) -> BoxFuture<'a, Result<Vec<Holding>, DbError>>;

    /// Afterwards the unit has no holdings here.
    fn hand_over<'a>(
        &'a self,
        tx: &'a mut Tx,
        handover: Handover<'a>,
    ) -> BoxFuture<'a, Result<(), HandoverError>>;
}
