// SPDX-License-Identifier: Apache-2.0
//! What the clock of tickets is made of: calendars and approved pauses, with a mark that moves when either does.

use std::collections::HashMap;

use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_obligations::pauses::{self, PauseRow};
use hinomi_obligations::{Calendar, Calendars, Pause};
use hinomi_score::policy::Policy;

use crate::model::TicketError;
use crate::plan::TicketClock;

/// Ids of pauses begin with it: `ticket:17`.
const PREFIX: &str = "ticket:";

/// Under which a ticket's pauses are kept.
pub fn pause_key(ticket: i64) -> String {
    format!("{PREFIX}{ticket}")
}

/// The ticket that a pause is of.
pub fn paused_ticket(key: &str) -> Option<i64> {
    key.strip_prefix(PREFIX)?.parse().ok()
}

/// The clock, and what it was made of: when `calendars` moves every ticket is decided anew, when `pauses` does those with a pause.
pub(crate) struct Loaded {
    pub(crate) clock: TicketClock,
    pub(crate) calendars: i64,
    pub(crate) pauses: i64,
}

pub(crate) async fn load(db: &Db, now: Time, policy: &Policy) -> Result<Loaded, TicketError> {
    let rows = pauses::approved_with_prefix(db, PREFIX).await?;
    let (calendars, mark) =
        if policy.counts_business_days() { calendars(db, now).await? } else { (HashMap::new(), 0) };
    let pauses =
        mark_of(rows.iter().flat_map(|row| {
            [row.obligation_id.clone(), row.from_at.to_string(), format!("{:?}", row.to_at)]
        }));
    Ok(Loaded { clock: TicketClock::new(calendars, by_ticket(&rows)), calendars: mark, pauses })
}

fn by_ticket(rows: &[PauseRow]) -> HashMap<i64, Vec<Pause>> {
    let mut found: HashMap<i64, Vec<Pause>> = HashMap::new();
    for row in rows {
        if let Some(ticket) = paused_ticket(&row.obligation_id) {
            found.entry(ticket).or_default().extend(pauses::approved(std::slice::from_ref(row)));
        }
    }
    found
}

async fn calendars(db: &Db, now: Time) -> Result<(HashMap<String, Calendar>, i64), TicketError> {
    let tree = hinomi_org::tree_at(db, now).await?;
    let set = Calendars::load(db).await?;
    let mut found = HashMap::with_capacity(tree.len());
    let mut told = Vec::new();
    for node in tree.nodes() {
        let mut path: Vec<_> = tree.path(node.id).iter().map(|above| above.id).collect();
        path.reverse();
        let calendar = set.of(&path);
        told.push(format!("{} {}", node.id, calendar.name()));
        told.extend(set.own_days(&path).iter().map(|own| format!("{} {}", own.day, own.is_off)));
        found.insert(node.id.to_string(), calendar);
    }
    Ok((found, mark_of(told)))
}

/// A number for a list of words; never that of an empty one.
fn mark_of(words: impl IntoIterator<Item = String>) -> i64 {
    let mut hasher = blake3::Hasher::new();
    let mut is_empty = true;
    for word in words {
        is_empty = false;
        hasher.update(word.as_bytes()).update(b"\n");
    }
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    if is_empty { 0 } else { i64::from_le_bytes(bytes) | 1 }
}
