// SPDX-License-Identifier: Apache-2.0

use std::collections::{HashMap, HashSet};

use hinomi_core::{PersonId, Scope, Time, UnitId};

use super::{ImportCounts, no_unit};
use crate::model::Tree;
use crate::model::sheet::{PersonRow, RowError};

/// A person as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonRecord {
    pub id: PersonId,
    /// Staff number.
    pub code: String,
    pub name: String,
    pub name_native: String,
    pub email: Option<String>,
    pub unit_id: UnitId,
    pub left_at: Option<Time>,
}

impl PersonRecord {
    /// Somebody whose last day is known is at work until it is over.
    pub fn is_at_work(&self, now: Time) -> bool {
        self.left_at.is_none_or(|at| now < at)
    }
}

/// People to add and to change (as they were, as they become).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeoplePlan {
    pub added: Vec<PersonRecord>,
    pub changed: Vec<(PersonRecord, PersonRecord)>,
    pub counts: ImportCounts,
}

/// Compares the file with everybody there is. `tree` is the organisation of now.
pub fn plan_people(
    before: Vec<PersonRecord>,
    tree: &Tree,
    rows: &[PersonRow],
    scope: &Scope,
    mut new_id: impl FnMut() -> PersonId,
) -> Result<PeoplePlan, Vec<RowError>> {
    let units: HashMap<&str, UnitId> =
        tree.nodes().iter().map(|node| (node.code.as_str(), node.id)).collect();
    let in_file: HashSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    let mut emails: HashMap<String, String> = HashMap::new();
    for person in before.iter().filter(|person| !in_file.contains(person.code.as_str())) {
        if let Some(email) = &person.email {
            emails.insert(email.clone(), person.code.clone());
        }
    }
    let mut known: HashMap<String, PersonRecord> =
        before.into_iter().map(|person| (person.code.clone(), person)).collect();
    let mut plan = PeoplePlan::default();
    let mut errors = Vec::new();
    for row in rows {
        plan.counts.rows += 1;
        let person = known.remove(&row.code);
        let unit = units.get(row.unit_code.as_str()).copied().filter(|unit| scope.contains(*unit));
        if unit.is_none() {
            errors.push(RowError::new(row.row, "unit_code", no_unit(&row.unit_code)));
        }
        if let Some(holder) = row.email.as_ref().and_then(|email| emails.get(email)) {
            errors.push(RowError::new(row.row, "email", format!("belongs to person {holder}")));
        }
        if person.as_ref().is_some_and(|person| !scope.contains(person.unit_id)) {
            let message = format!("person {} belongs to a unit that you may not change", row.code);
            errors.push(RowError::new(row.row, "code", message));
        }
        let Some(unit_id) = unit else { continue };
        let after = PersonRecord {
            id: person.as_ref().map_or_else(&mut new_id, |person| person.id),
            code: row.code.clone(),
            name: row.name.clone(),
            name_native: row.name_native.clone(),
            email: row.email.clone(),
            unit_id,
            left_at: row.left_at,
        };
        match person {
            None => {
                plan.counts.added += 1;
                plan.added.push(after);
            }
            Some(person) if person == after => plan.counts.unchanged += 1,
            Some(person) => {
                plan.counts.changed += 1;
                plan.changed.push((person, after));
            }
        }
    }
    errors.sort();
    if errors.is_empty() { Ok(plan) } else { Err(errors) }
}
