// SPDX-License-Identifier: Apache-2.0

use std::collections::HashMap;

use hinomi_core::{PersonId, Scope, SeatId, SeatKind, Time, UnitId};

use super::{ImportCounts, no_unit};
use crate::model::sheet::{RowError, SeatHolder, SeatRow};
use crate::model::{Tree, forever};

/// Somebody in a seat during an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitting {
    pub person: PersonId,
    pub from: Time,
    pub to: Time,
}

/// A seat with the last sitting of its holder and of its deputy, ended or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatRecord {
    pub id: SeatId,
    pub unit_id: UnitId,
    pub kind: SeatKind,
    pub required: bool,
    pub created_at: Time,
    pub holder: Option<Sitting>,
    pub deputy: Option<Sitting>,
}

/// What a change of one place in a seat writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatStep {
    Unchanged,
    /// The last sitting ends (or, if it began then, never was) and nobody follows.
    End {
        at: Time,
    },
    /// Somebody sits down; the last sitting, if it lasts, ends then.
    Begin {
        person: PersonId,
        from: Time,
        ends_last: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeatStepError {
    #[error("{from} lies before {last}, when the seat last changed: the dates would overlap")]
    Overlap { from: Time, last: Time },
    #[error("the same person sits there since {since}")]
    SameSince { since: Time },
}

/// Puts `person` (or nobody) in the place from `from` on; `fixed` says that the date was given, not assumed. At the very
/// instant when the last sitting began, this corrects it: it never was.
pub fn seat_step(
    last: Option<&Sitting>,
    person: Option<PersonId>,
    from: Time,
    fixed: bool,
) -> Result<SeatStep, SeatStepError> {
    let lasting = last.filter(|sitting| sitting.to == forever());
    match (lasting, person) {
        (None, None) => Ok(SeatStep::Unchanged),
        (Some(sitting), Some(person)) if sitting.person == person => {
            if fixed && sitting.from != from {
                Err(SeatStepError::SameSince { since: sitting.from })
            } else {
                Ok(SeatStep::Unchanged)
            }
        }
        (Some(sitting), _) if from < sitting.from => Err(SeatStepError::Overlap { from, last: sitting.from }),
        (Some(_), None) => Ok(SeatStep::End { at: from }),
        (Some(_), Some(person)) => Ok(SeatStep::Begin { person, from, ends_last: true }),
        (None, Some(person)) => match last {
            Some(ended) if from < ended.to => Err(SeatStepError::Overlap { from, last: ended.to }),
            _ => Ok(SeatStep::Begin { person, from, ends_last: false }),
        },
    }
}

/// Seats to add, to mark (required or not) and to fill; `SeatRecord`s are as they were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeatPlan {
    /// New seats, without sittings.
    pub added: Vec<SeatRecord>,
    pub required: Vec<(SeatId, bool)>,
    /// Seat, whether the deputy's place, what to write.
    pub steps: Vec<(SeatId, bool, SeatStep)>,
    pub counts: ImportCounts,
}

/// Compares the file with the seats there are. `people` are the codes of those who have not left.
pub fn plan_seats(
    before: Vec<SeatRecord>,
    people: &HashMap<String, PersonId>,
    tree: &Tree,
    rows: &[SeatRow],
    scope: &Scope,
    now: Time,
    mut new_id: impl FnMut() -> SeatId,
) -> Result<SeatPlan, Vec<RowError>> {
    let units: HashMap<&str, UnitId> =
        tree.nodes().iter().map(|node| (node.code.as_str(), node.id)).collect();
    let mut known: HashMap<(UnitId, SeatKind), SeatRecord> =
        before.into_iter().map(|seat| ((seat.unit_id, seat.kind), seat)).collect();
    let mut plan = SeatPlan::default();
    let mut errors = Vec::new();
    for row in rows {
        plan.counts.rows += 1;
        let Some(unit_id) = units.get(row.unit_code.as_str()).copied().filter(|unit| scope.contains(*unit))
        else {
            errors.push(RowError::new(row.row, "unit_code", no_unit(&row.unit_code)));
            continue;
        };
        let existing = known.remove(&(unit_id, row.kind));
        let is_new = existing.is_none();
        let seat = existing.unwrap_or_else(|| SeatRecord {
            id: new_id(),
            unit_id,
            kind: row.kind,
            required: row.required,
            created_at: now,
            holder: None,
            deputy: None,
        });
        let mut changed = false;
        for (deputy, last, wanted) in [(false, seat.holder, &row.holder), (true, seat.deputy, &row.deputy)] {
            match place_step(last.as_ref(), wanted.as_ref(), deputy, people, now) {
                Ok(SeatStep::Unchanged) => {}
                Ok(step) => {
                    changed = true;
                    plan.steps.push((seat.id, deputy, step));
                }
                Err((column, message)) => errors.push(RowError::new(row.row, column, message)),
            }
        }
        if seat.required != row.required {
            changed = true;
            plan.required.push((seat.id, row.required));
        }
        match (is_new, changed) {
            (true, _) => {
                plan.counts.added += 1;
                plan.added.push(seat);
            }
            (false, true) => plan.counts.changed += 1,
            (false, false) => plan.counts.unchanged += 1,
        }
    }
    errors.sort();
    if errors.is_empty() { Ok(plan) } else { Err(errors) }
}

fn place_step(
    last: Option<&Sitting>,
    wanted: Option<&SeatHolder>,
    deputy: bool,
    people: &HashMap<String, PersonId>,
    now: Time,
) -> Result<SeatStep, (&'static str, String)> {
    let (code_column, from_column) =
        if deputy { ("deputy_code", "deputy_from") } else { ("holder_code", "holder_from") };
    let person = match wanted {
        None => None,
        Some(wanted) => match people.get(&wanted.person_code) {
            Some(person) => Some(*person),
            None => return Err((code_column, format!("no person {} at work here", wanted.person_code))),
        },
    };
    let date = wanted.and_then(|wanted| wanted.from);
    // Somebody whose end is known sits there until then, as the file says.
    let is_sitting = |last: &Sitting| {
        Some(last.person) == person && now < last.to && date.is_none_or(|from| from == last.from)
    };
    if last.is_some_and(is_sitting) {
        return Ok(SeatStep::Unchanged);
    }
    seat_step(last, person, date.unwrap_or(now), date.is_some())
        .map_err(|error| (from_column, error.to_string()))
}
