// SPDX-License-Identifier: Apache-2.0
//! The order of units of a kind by an axis, only where the group switched it on.

use hinomi_core::{Scope, UnitId};
use hinomi_db::Db;
use hinomi_platform::days::GroupDays;
use hinomi_platform::settings::{Choice, SettingSpec};
use hinomi_score::maturity::Axis;
use serde::Serialize;
use utoipa::ToSchema;

use super::formulas_named;
use super::read::is_withheld;
use super::tree::{Tree, UnitName, names};
use crate::error::MaturityError;
use crate::model::Month;
use crate::store::figures;

/// Whether units may be compared with one another.
pub const RANKS: Choice = Choice { name: "maturity-ranks", default: "off", words: &["off", "on"] };

pub fn settings() -> Vec<SettingSpec> {
    vec![RANKS.spec(), super::FISCAL_YEAR.spec()]
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rank {
    /// Equal scores share a rank.
    pub rank: i64,
    pub unit: UnitName,
    pub score: f64,
    pub level: i64,
}

/// The rated departments below a unit, the best first.
pub async fn ranks(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    month: Option<Month>,
    axis: Axis,
) -> Result<Vec<Rank>, MaturityError> {
    if RANKS.read(db).await? != "on" {
        return Err(MaturityError::RanksOff);
    }
    let tree = Tree::of(db, month).await?;
    let no = tree.find(scope, unit)?;
    let set = formulas_named(db, &tree.close.formula).await?;
    let at = tree.month()?.last_instant(&GroupDays::load(db).await?);
    let units = hinomi_org::tree_at(db, at).await?;
    let is_department = |id: &str| {
        let node = id.parse::<UnitId>().ok().filter(|id| scope.contains(*id)).and_then(|id| units.get(id));
        node.is_some_and(|node| node.kind == hinomi_org::model::UnitKind::Department)
    };
    let shown: Vec<i64> = (no..tree.end_of(no))
        .filter(|no| {
            is_department(&tree.units[*no].unit_id) && !is_withheld(&set, axis, tree.units[*no].people)
        })
        .map(|no| no as i64)
        .collect();
    let mut rows: Vec<figures::AxisRow> = figures::axes(db, tree.close.id, &shown)
        .await?
        .into_iter()
        .filter(|row| row.axis == axis.code() && row.tenths.is_some())
        .collect();
    rows.sort_by(|left, right| right.tenths.cmp(&left.tenths).then(left.unit_no.cmp(&right.unit_no)));
    let id = |row: &figures::AxisRow| {
        let unit = usize::try_from(row.unit_no).ok().and_then(|no| tree.units.get(no));
        unit.map_or_else(String::new, |unit| unit.unit_id.clone())
    };
    let ids: Vec<String> = rows.iter().map(id).collect();
    let named = names(db, tree.month()?, &ids).await?;
    let mut ranked: Vec<Rank> = Vec::with_capacity(rows.len());
    for (place, (row, id)) in rows.iter().zip(ids).enumerate() {
        let score = row.tenths.unwrap_or(0) as f64 / 10.0;
        let shared = ranked.last().filter(|last| last.score == score).map(|last| last.rank);
        let unnamed = || UnitName { id: id.clone(), name: String::new(), name_ja: String::new() };
        ranked.push(Rank {
            rank: shared.unwrap_or(place as i64 + 1),
            unit: named.get(&id).cloned().unwrap_or_else(unnamed),
            score,
            level: row.level,
        });
    }
    Ok(ranked)
}
