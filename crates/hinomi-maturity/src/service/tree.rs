// SPDX-License-Identifier: Apache-2.0
//! An evaluation with its tree, as a reader may see it.

use std::collections::HashMap;

use hinomi_core::{Scope, UnitId};
use hinomi_db::Db;
use hinomi_platform::days::GroupDays;

use crate::error::MaturityError;
use crate::model::Month;
use crate::store::figures::{self, UnitRow};
use crate::store::snapshots::{self, CloseRow};

/// The tree of one evaluation.
pub(super) struct Tree {
    pub(super) close: CloseRow,
    pub(super) units: Vec<UnitRow>,
}

/// The evaluation of a month that counts; the newest closed one, else the preview, when no month is named.
async fn close_named(db: &Db, month: Option<Month>) -> Result<CloseRow, MaturityError> {
    let close = match month {
        Some(month) => snapshots::close_of(db, &month.to_string()).await?,
        None => match snapshots::newest_closed(db).await? {
            Some(close) => Some(close),
            None => snapshots::closes(db).await?.pop(),
        },
    };
    let unknown = || month.map_or_else(|| "the first".to_owned(), |month| month.to_string());
    close.ok_or_else(|| MaturityError::MonthUnknown { month: unknown() })
}

impl Tree {
    /// The tree of one evaluation by its number.
    pub(super) async fn of_close(db: &Db, close_id: i64) -> Result<Self, MaturityError> {
        let close = snapshots::close_by_id(db, close_id).await?;
        let close = close.ok_or_else(|| MaturityError::MonthUnknown { month: close_id.to_string() })?;
        let units = figures::units(db, close.id).await?;
        Ok(Self { close, units })
    }

    pub(super) async fn of(db: &Db, month: Option<Month>) -> Result<Self, MaturityError> {
        let close = close_named(db, month).await?;
        let units = figures::units(db, close.id).await?;
        Ok(Self { close, units })
    }

    /// The unit that is asked for, or the highest one that the reader sees.
    pub(super) fn find(&self, scope: &Scope, unit: Option<UnitId>) -> Result<usize, MaturityError> {
        let is_visible = |row: &UnitRow| row.unit_id.parse::<UnitId>().is_ok_and(|id| scope.contains(id));
        let found = match unit {
            Some(unit) => {
                let id = unit.to_string();
                self.units.iter().position(|row| row.unit_id == id).filter(|no| is_visible(&self.units[*no]))
            }
            None => self.units.iter().position(is_visible),
        };
        found.ok_or_else(|| MaturityError::UnitUnknown {
            id: unit.map_or_else(|| "that you may see".to_owned(), |unit| unit.to_string()),
        })
    }

    /// In preorder, what is below a unit comes right after it.
    pub(super) fn end_of(&self, no: usize) -> usize {
        let below = |row: &&UnitRow| row.parent_no.is_some_and(|parent| parent >= no as i64);
        no + 1 + self.units.iter().skip(no + 1).take_while(below).count()
    }

    /// The units directly below.
    pub(super) fn children(&self, no: usize) -> Vec<usize> {
        (no + 1..self.end_of(no)).filter(|child| self.units[*child].parent_no == Some(no as i64)).collect()
    }

    /// From the group down to the unit.
    pub(super) fn path(&self, no: usize) -> Vec<usize> {
        let mut path = vec![no];
        let mut next = self.units[no].parent_no;
        while let Some(parent) = next.and_then(|parent| usize::try_from(parent).ok())
            && let Some(row) = self.units.get(parent)
            && path.len() <= self.units.len()
        {
            path.push(parent);
            next = row.parent_no;
        }
        path.reverse();
        path
    }

    pub(super) fn month(&self) -> Result<Month, MaturityError> {
        self.close.month.parse()
    }
}

/// A unit as pages name it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct UnitName {
    pub id: String,
    pub name: String,
    pub name_ja: String,
}

/// The names that units had at the month's end.
pub(super) async fn names(
    db: &Db,
    month: Month,
    ids: &[String],
) -> Result<HashMap<String, UnitName>, MaturityError> {
    let at = month.last_instant(&GroupDays::load(db).await?);
    let units: Vec<UnitId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let names = hinomi_org::unit_names(db, at, &units).await?;
    Ok(names
        .into_iter()
        .map(|(id, (name, name_ja))| (id.to_string(), UnitName { id: id.to_string(), name, name_ja }))
        .collect())
}
