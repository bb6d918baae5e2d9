// SPDX-License-Identifier: Apache-2.0
//! All versions of all units, and the only ways to change them.
//!
//! ```text
//! unit D1   |── under JP, "Sales" ──|── under EU, "Sales" ──|── under EU, "Field" ─────→
//!           from                    revise(place)           revise(name)         forever
//! ```
//!
//! A change cuts the last version and never touches an earlier one, so past days keep their tree. What must stay
//! true at every instant (checked by [`History::check`]): a unit's parent exists and ranks above it, only the group
//! has none, nothing stands below itself, versions of one unit do not overlap.

use std::collections::{BTreeMap, HashMap};

use hinomi_core::{Time, UnitId};

use super::closure::{self, ClosureRow};
use super::tree::TreeNode;
use super::{Tree, UnitKind, forever};

/// One unit's place and names during an interval.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitVersion {
    pub from: Time,
    pub to: Time,
    pub parent: Option<UnitId>,
    pub name: String,
    pub name_ja: String,
}

/// A unit with all its versions, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRecord {
    pub id: UnitId,
    pub code: String,
    pub kind: UnitKind,
    pub created_at: Time,
    pub versions: Vec<UnitVersion>,
}

impl UnitRecord {
    pub fn at(&self, time: Time) -> Option<&UnitVersion> {
        self.versions.iter().find(|version| version.from <= time && time < version.to)
    }

    pub fn begin(&self) -> Time {
        self.versions.first().map_or(Time::EPOCH, |version| version.from)
    }

    /// The instant from which the unit is gone; `forever()` while it is not.
    pub fn end(&self) -> Time {
        self.versions.last().map_or(Time::EPOCH, |version| version.to)
    }
}

/// What a change gives a unit; `None` keeps what it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    pub parent: Option<UnitId>,
    pub name: Option<String>,
    pub name_ja: Option<String>,
}

/// A rule of the tree that a change would break. Units are named by code, as people do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("unit code {code} is taken")]
    DuplicateCode { code: String },
    #[error("unit {id} does not exist")]
    UnknownUnit { id: UnitId },
    #[error("unit {code} was closed on {at}")]
    Closed { code: String, at: Time },
    #[error("{from} lies before {since}, since when unit {code} stands as it does: the dates would overlap")]
    Overlap { code: String, from: Time, since: Time },
    #[error("unit {code} has no parent: only a group stands alone")]
    Orphan { code: String },
    #[error("group {code} cannot have a parent")]
    GroupBelow { code: String },
    #[error("a {kind} cannot stand under a {parent_kind}: unit {code} under {parent}")]
    Rank { code: String, kind: UnitKind, parent: String, parent_kind: UnitKind },
    #[error("parent {parent} of unit {code} does not exist from {from} on")]
    ParentAbsent { code: String, parent: String, from: Time },
    #[error("unit {code} would stand below itself")]
    Cycle { code: String },
    #[error("unit {code} still has {count} units below it, the first is {first}")]
    HasChildren { code: String, count: usize, first: String },
}

impl RuleError {
    /// The field of a request, or column of a file, that is to blame.
    pub fn field(&self) -> &'static str {
        match self {
            Self::DuplicateCode { .. } => "code",
            Self::Overlap { .. } | Self::Closed { .. } => "valid_from",
            Self::HasChildren { .. } => "valid_to",
            _ => "parent",
        }
    }
}

/// Every unit that ever was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    units: BTreeMap<UnitId, UnitRecord>,
    codes: HashMap<String, UnitId>,
}

impl History {
    pub fn new(units: Vec<UnitRecord>) -> Self {
        let codes = units.iter().map(|unit| (unit.code.clone(), unit.id)).collect();
        Self { units: units.into_iter().map(|unit| (unit.id, unit)).collect(), codes }
    }

    pub fn units(&self) -> impl Iterator<Item = &UnitRecord> {
        self.units.values()
    }

    pub fn get(&self, id: UnitId) -> Option<&UnitRecord> {
        self.units.get(&id)
    }

    pub fn by_code(&self, code: &str) -> Option<&UnitRecord> {
        self.codes.get(code).and_then(|id| self.units.get(id))
    }

    /// Adds a unit with its first version; the tree's rules are checked by [`History::check`].
    pub fn create(&mut self, unit: UnitRecord) -> Result<(), RuleError> {
        if self.codes.contains_key(&unit.code) {
            return Err(RuleError::DuplicateCode { code: unit.code });
        }
        self.codes.insert(unit.code.clone(), unit.id);
        self.units.insert(unit.id, unit);
        Ok(())
    }

    /// Changes name or place from `from` on; says whether anything changed. At the very start of the last version
    /// the change corrects it in place; after it, a new version begins.
    pub fn revise(&mut self, id: UnitId, from: Time, revision: &Revision) -> Result<bool, RuleError> {
        let unit = self.units.get_mut(&id).ok_or(RuleError::UnknownUnit { id })?;
        let code = unit.code.clone();
        let Some(last) = unit.versions.last_mut() else { return Err(RuleError::UnknownUnit { id }) };
        if last.to < forever() {
            return Err(RuleError::Closed { code, at: last.to });
        }
        let next = UnitVersion {
            from,
            to: forever(),
            parent: revision.parent.or(last.parent),
            name: revision.name.clone().unwrap_or_else(|| last.name.clone()),
            name_ja: revision.name_ja.clone().unwrap_or_else(|| last.name_ja.clone()),
        };
        if (next.parent, &next.name, &next.name_ja) == (last.parent, &last.name, &last.name_ja) {
            return Ok(false);
        }
        if from < last.from {
            return Err(RuleError::Overlap { code, from, since: last.from });
        }
        if from == last.from {
            *last = next;
        } else {
            last.to = from;
            unit.versions.push(next);
        }
        Ok(true)
    }

    /// Ends a unit. Units below it must have been moved or closed by then.
    pub fn close(&mut self, id: UnitId, at: Time) -> Result<(), RuleError> {
        let unit = self.units.get_mut(&id).ok_or(RuleError::UnknownUnit { id })?;
        let code = unit.code.clone();
        let Some(last) = unit.versions.last_mut() else { return Err(RuleError::UnknownUnit { id }) };
        if last.to < forever() {
            return Err(RuleError::Closed { code, at: last.to });
        }
        if at <= last.from {
            return Err(RuleError::Overlap { code, from: at, since: last.from });
        }
        last.to = at;
        Ok(())
    }

    /// Units that stand below `id` at some time from `at` on.
    pub fn children_after(&self, id: UnitId, at: Time) -> Vec<&UnitRecord> {
        let below = |unit: &&UnitRecord| {
            unit.versions.iter().any(|version| version.parent == Some(id) && version.to > at)
        };
        let mut children: Vec<&UnitRecord> = self.units.values().filter(below).collect();
        children.sort_by(|left, right| left.code.cmp(&right.code));
        children
    }

    /// The organisation as it stood at `time`.
    pub fn tree_at(&self, time: Time) -> Tree {
        let rows = self.units.values().filter_map(|unit| {
            let version = unit.at(time)?;
            let names = (version.name.clone(), version.name_ja.clone());
            let dates = (version.from, version.to);
            let code = unit.code.clone();
            Some(TreeNode::new(unit.id, code, unit.kind, names.0, names.1, version.parent, dates.0, dates.1))
        });
        Tree::build(rows.collect())
    }

    /// Every broken rule with the unit that breaks it; empty for a sound organisation.
    pub fn check(&self) -> Vec<(UnitId, RuleError)> {
        let mut errors = Vec::new();
        for unit in self.units.values() {
            if let Some(error) = unit.versions.iter().find_map(|version| self.check_version(unit, version)) {
                errors.push((unit.id, error));
            }
        }
        errors
    }

    fn check_version(&self, unit: &UnitRecord, version: &UnitVersion) -> Option<RuleError> {
        let code = unit.code.clone();
        let Some(parent_id) = version.parent else {
            return (unit.kind != UnitKind::Group).then_some(RuleError::Orphan { code });
        };
        if unit.kind == UnitKind::Group {
            return Some(RuleError::GroupBelow { code });
        }
        let Some(parent) = self.units.get(&parent_id) else {
            return Some(RuleError::UnknownUnit { id: parent_id });
        };
        if parent.id == unit.id || closure::stands_below_itself(self, unit.id, version) {
            return Some(RuleError::Cycle { code });
        }
        if !unit.kind.may_stand_under(parent.kind) {
            let (kind, parent_kind) = (unit.kind, parent.kind);
            return Some(RuleError::Rank { code, kind, parent: parent.code.clone(), parent_kind });
        }
        let absent_from = if parent.begin() > version.from {
            Some(version.from)
        } else {
            (parent.end() < version.to).then_some(parent.end())
        };
        absent_from.map(|from| RuleError::ParentAbsent { code, parent: parent.code.clone(), from })
    }

    /// Who stood above whom, from when to when.
    pub fn closure(&self) -> Vec<ClosureRow> {
        closure::closure(self)
    }
}
