// SPDX-License-Identifier: Apache-2.0

use std::collections::HashMap;

use hinomi_core::{Scope, Time, UnitId};

use super::{ImportCounts, no_unit};
use crate::model::sheet::{RowError, UnitRow};
use crate::model::{History, Revision, RuleError, UnitRecord, UnitVersion, forever};

/// The history with the file's rows applied. Rows without `valid_from` count from `now`.
pub fn plan_units(
    before: &History,
    rows: &[UnitRow],
    scope: &Scope,
    now: Time,
    mut new_id: impl FnMut() -> UnitId,
) -> Result<(History, ImportCounts), Vec<RowError>> {
    let mut ids: HashMap<&str, UnitId> = HashMap::new();
    for row in rows {
        ids.insert(&row.code, before.by_code(&row.code).map_or_else(&mut new_id, |unit| unit.id));
    }
    let mut plan = UnitsPlan { before, scope, now, ids, after: before.clone(), errors: Vec::new() };
    let mut counts = ImportCounts { rows: rows.len() as u64, ..ImportCounts::default() };
    for row in rows {
        match plan.apply(row) {
            Some(Effect::Added) => counts.added += 1,
            Some(Effect::Changed) => counts.changed += 1,
            Some(Effect::Unchanged) => counts.unchanged += 1,
            None => {}
        }
    }
    plan.check_rules(rows);
    plan.errors.sort();
    if plan.errors.is_empty() { Ok((plan.after, counts)) } else { Err(plan.errors) }
}

enum Effect {
    Added,
    Changed,
    Unchanged,
}

struct UnitsPlan<'a> {
    before: &'a History,
    scope: &'a Scope,
    now: Time,
    /// Every code of the file with the unit it has, or will have.
    ids: HashMap<&'a str, UnitId>,
    after: History,
    errors: Vec<RowError>,
}

impl UnitsPlan<'_> {
    fn refuse(&mut self, row: &UnitRow, column: &str, message: impl Into<String>) -> Option<Effect> {
        self.errors.push(RowError::new(row.row, column, message));
        None
    }

    fn apply(&mut self, row: &UnitRow) -> Option<Effect> {
        let id = *self.ids.get(row.code.as_str())?;
        let parent = match &row.parent_code {
            None => None,
            Some(code) => match self.parent(code) {
                Some(parent) => Some(parent),
                None => return self.refuse(row, "parent_code", no_unit(code)),
            },
        };
        match self.before.get(id) {
            None => self.create(row, id, parent),
            Some(unit) => self.change(row, unit, parent),
        }
    }

    /// A parent is a unit in reach, or one that this file brings.
    fn parent(&self, code: &str) -> Option<UnitId> {
        let known = self.before.by_code(code).map(|unit| unit.id);
        match known {
            Some(id) => self.scope.contains(id).then_some(id),
            None => self.ids.get(code).copied(),
        }
    }

    fn create(&mut self, row: &UnitRow, id: UnitId, parent: Option<UnitId>) -> Option<Effect> {
        if parent.is_none() && !self.scope.is_all() {
            return self.refuse(
                row,
                "parent_code",
                "only who may change everything can add a unit without parent",
            );
        }
        let from = row.valid_from.unwrap_or(self.now);
        let to = row.valid_to.unwrap_or_else(forever);
        if to <= from {
            return self.refuse(row, "valid_to", "is not after valid_from");
        }
        let version = UnitVersion { from, to, parent, name: row.name.clone(), name_ja: row.name_ja.clone() };
        let unit = UnitRecord {
            id,
            code: row.code.clone(),
            kind: row.kind,
            created_at: self.now,
            versions: vec![version],
        };
        match self.after.create(unit) {
            Ok(()) => Some(Effect::Added),
            Err(error) => self.refuse(row, column(&error), error.to_string()),
        }
    }

    fn change(&mut self, row: &UnitRow, unit: &UnitRecord, parent: Option<UnitId>) -> Option<Effect> {
        if !self.scope.contains(unit.id) {
            return self.refuse(row, "code", no_unit(&row.code));
        }
        if unit.kind != row.kind {
            let message = format!("unit {} is a {} and cannot become a {}", row.code, unit.kind, row.kind);
            return self.refuse(row, "kind", message);
        }
        let last = unit.versions.last()?;
        let same = (last.parent, &last.name, &last.name_ja) == (parent, &row.name, &row.name_ja);
        if same && row.valid_to.unwrap_or_else(forever) == last.to {
            return Some(Effect::Unchanged);
        }
        if last.parent.is_some() && parent.is_none() {
            let error = RuleError::Orphan { code: row.code.clone() };
            return self.refuse(row, "parent_code", error.to_string());
        }
        let revision = Revision { parent, name: Some(row.name.clone()), name_ja: Some(row.name_ja.clone()) };
        let from = row.valid_from.unwrap_or(self.now);
        let revised = if same && last.to == forever() {
            Ok(false)
        } else {
            self.after.revise(unit.id, from, &revision)
        };
        let closed = revised.and_then(|_| match row.valid_to {
            Some(at) => self.after.close(unit.id, at),
            None => Ok(()),
        });
        match closed {
            Ok(()) => Some(Effect::Changed),
            Err(error) => self.refuse(row, column(&error), error.to_string()),
        }
    }

    /// The rules of the whole tree, each breach told at the row that causes it.
    fn check_rules(&mut self, rows: &[UnitRow]) {
        let by_code: HashMap<&str, u64> = rows.iter().map(|row| (row.code.as_str(), row.row)).collect();
        let refused: Vec<u64> = self.errors.iter().map(|error| error.row).collect();
        for (unit, error) in self.after.check() {
            if let RuleError::UnknownUnit { id } = &error
                && self.ids.values().any(|known| known == id)
            {
                // The parent stands in the file and was refused there.
                continue;
            }
            let code = self.after.get(unit).map(|unit| unit.code.as_str()).unwrap_or_default();
            let of_parent = match &error {
                RuleError::ParentAbsent { parent, .. } => by_code.get(parent.as_str()),
                _ => None,
            };
            let (row, column) = match (by_code.get(code), of_parent) {
                (Some(row), _) => (*row, column(&error)),
                (None, Some(row)) => (*row, "valid_to"),
                (None, None) => (1, ""),
            };
            if !refused.contains(&row) {
                self.errors.push(RowError::new(row, column, error.to_string()));
            }
        }
    }
}

fn column(error: &RuleError) -> &'static str {
    match error.field() {
        "parent" => "parent_code",
        column => column,
    }
}
