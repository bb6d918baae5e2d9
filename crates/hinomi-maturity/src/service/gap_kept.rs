// SPDX-License-Identifier: Apache-2.0
//! The gaps of large units, found beforehand: a group counts hundreds of thousands of rows, and only a few hundred of them are
//! ever looked at.
//!
//! ```text
//! evaluation ─→ large units × axes ─→ the dearest rows, kept ─→ asked: those that are open still
//! ```
//! Of the running month they are there before anybody sees the evaluation; of a closed one from the same hour on.
//!
//! Kept is what [`super::gap::dearest`] says; who sees only a part of the unit, and whoever asks before it is kept, is answered
//! from the rows.

use std::collections::HashMap;

use hinomi_core::{Scope, Time, UnitId, Uuid};
use hinomi_db::Db;
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::{Axis, FormulaSet};

use super::formulas_named;
use super::gap::{Dear, dearest};
use super::tree::Tree;
use crate::error::MaturityError;
use crate::model::{Month, Subject};
use crate::store::snapshots::{self, CloseRow};
use crate::store::{figures, gaps};

/// Fewer rows are read while somebody waits.
pub(super) const LARGE: i64 = 20_000;
const DAY_MICROS: i64 = 86_400_000_000;

/// Of the unit, if its gap is kept and the reader sees all of it.
pub(super) async fn get(
    db: &Db,
    scope: &Scope,
    tree: &Tree,
    no: usize,
    axis: Axis,
) -> Result<Option<Vec<Dear>>, MaturityError> {
    let below = tree.units.get(no..tree.end_of(no)).unwrap_or_default();
    let sees = |id: &str| id.parse::<UnitId>().is_ok_and(|id| scope.contains(id));
    if !scope.is_all() && !below.iter().all(|unit| sees(&unit.unit_id)) {
        return Ok(None);
    }
    let kept = gaps::get(db, tree.close.id, no as i64, axis.code()).await?;
    // What cannot be read is found anew.
    Ok(kept.and_then(|data| read(&data)))
}

/// Keeps the gaps of the newest closed month and of the running one; those of other evaluations are forgotten. Returns how many
/// were found.
pub async fn gaps_keep(db: &Db, now: Time) -> Result<usize, MaturityError> {
    gaps_keep_of(db, now, LARGE).await
}

/// The same for units with at least so many rows.
pub async fn gaps_keep_of(db: &Db, now: Time, rows: i64) -> Result<usize, MaturityError> {
    let closed = snapshots::newest_closed(db).await?;
    let days = GroupDays::load(db).await?;
    let running = snapshots::close_of(db, &Month::of(now, &days).to_string()).await?;
    let mut found = 0;
    let mut ids = Vec::new();
    for close in closed.into_iter().chain(running) {
        ids.push(close.id);
        found += keep(db, close.month.parse()?, now, rows).await?;
    }
    gaps::forget(db, &ids).await?;
    Ok(found)
}

/// Finds them for an evaluation of the running month whose parts are written and whose head is not: from the first look on they are
/// there.
pub(super) async fn before_seen(
    db: &Db,
    head: &CloseRow,
    set: &FormulaSet,
    (now, rows): (Time, i64),
) -> Result<usize, MaturityError> {
    let tree = Tree { close: head.clone(), units: figures::units(db, head.id).await? };
    keep_of(db, &tree, set, now, rows).await
}

async fn keep(db: &Db, month: Month, now: Time, rows: i64) -> Result<usize, MaturityError> {
    let tree = Tree::of(db, Some(month)).await?;
    let set = formulas_named(db, &tree.close.formula).await?;
    keep_of(db, &tree, &set, now, rows).await
}

async fn keep_of(
    db: &Db,
    tree: &Tree,
    set: &FormulaSet,
    now: Time,
    rows: i64,
) -> Result<usize, MaturityError> {
    let kept = gaps::kept(db, tree.close.id).await?.into_iter();
    let kept: HashMap<(i64, String), i64> = kept.map(|(unit_no, axis, at)| ((unit_no, axis), at)).collect();
    let mut found = 0;
    for unit_no in gaps::large_units(db, tree.close.id, rows).await? {
        for axis in Axis::ALL {
            let name = (unit_no, axis.code().to_owned());
            let is_fresh = kept.get(&name).is_some_and(|at| now.as_micros() - at < DAY_MICROS);
            let Some(no) = usize::try_from(unit_no).ok().filter(|no| !is_fresh && *no < tree.units.len())
            else {
                continue;
            };
            let rows = dearest(db, &Scope::all(), (tree, no), (set, axis), now).await?;
            let mut tx = db.begin().await?;
            gaps::put(&mut tx, (tree.close.id, unit_no, axis.code()), &written(&rows), now).await?;
            tx.commit().await?;
            found += 1;
        }
    }
    Ok(found)
}

type Stored = (String, String, usize, f64, Vec<String>);

fn written(rows: &[Dear]) -> String {
    let stored = |(subject, (points, unit_no, indicators)): &Dear| -> Stored {
        let (kind, id) = match subject {
            Subject::Asset(ordinal) => ("asset", ordinal.to_string()),
            Subject::Ticket(id) => ("ticket", id.to_string()),
            Subject::Item { ticket, vulnerability } => ("item", format!("{ticket}/{vulnerability}")),
            Subject::Seat(id) => ("seat", id.to_string()),
            Subject::Duty(id) => ("duty", id.to_string()),
            Subject::Unit(id) => ("unit", id.to_string()),
            Subject::Brought(id) => ("brought", id.to_string()),
        };
        (kind.to_owned(), id, *unit_no, *points, indicators.clone())
    };
    serde_json::to_string(&rows.iter().map(stored).collect::<Vec<_>>()).unwrap_or_default()
}

fn read(data: &str) -> Option<Vec<Dear>> {
    let stored: Vec<Stored> = serde_json::from_str(data).ok()?;
    let dear = |(kind, id, unit_no, points, indicators): Stored| {
        let subject = match kind.as_str() {
            "asset" => Subject::Asset(id.parse().ok()?),
            "ticket" => Subject::Ticket(id.parse().ok()?),
            "item" => {
                let (ticket, vulnerability) = id.split_once('/')?;
                Subject::Item { ticket: ticket.parse().ok()?, vulnerability: vulnerability.parse().ok()? }
            }
            "seat" => Subject::Seat(id.parse::<Uuid>().ok()?),
            "duty" => Subject::Duty(id.parse::<Uuid>().ok()?),
            "unit" => Subject::Unit(id.parse::<Uuid>().ok()?),
            "brought" => Subject::Brought(id.parse::<Uuid>().ok()?),
            _ => return None,
        };
        Some((subject, (points, unit_no, indicators)))
    };
    stored.into_iter().map(dear).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let dear = |subject| (subject, (0.1 + 0.2, 3, vec!["S1".to_owned(), "S4".to_owned()]));
        let rows: Vec<Dear> = [
            Subject::Ticket(i64::MAX),
            Subject::Asset(7),
            Subject::Item { ticket: 9, vulnerability: -4 },
            Subject::Seat(Uuid::from_u128(7)),
            Subject::Duty(Uuid::from_u128(8)),
            Subject::Unit(Uuid::from_u128(9)),
            Subject::Brought(Uuid::from_u128(10)),
        ]
        .map(dear)
        .to_vec();
        assert_eq!(read(&written(&rows)), Some(rows));
        assert_eq!(read("[[\"person\",\"1\",0,1.0,[]]]"), None);
        assert_eq!(read("x"), None);
    }
}
