// SPDX-License-Identifier: Apache-2.0
//! Programmes as stored.

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, Tx, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ProgrammeRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) name_ja: String,
    pub(crate) text: String,
    pub(crate) fiscal_year: i64,
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
    pub(crate) ended_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(crate) struct StepRow {
    pub(crate) programme_id: i64,
    pub(crate) no: i64,
    pub(crate) name: String,
    pub(crate) name_ja: String,
    pub(crate) measure: String,
    pub(crate) target: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct RegionRow {
    pub(crate) programme_id: i64,
    pub(crate) unit_id: String,
    pub(crate) planned_at: i64,
}

pub(crate) async fn add(
    tx: &mut Tx,
    row: &ProgrammeRow,
    steps: &[StepRow],
    regions: &[RegionRow],
) -> Result<i64, DbError> {
    let id = *hinomi_db::ids::next_ids(tx, "programme", 1).await?.start();
    tx.execute(
        "INSERT INTO programme (id, name, name_ja, text, fiscal_year, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![id, &row.name, &row.name_ja, &row.text, row.fiscal_year, row.created_at, &row.created_by],
    )
    .await?;
    for step in steps {
        tx.execute(
            "INSERT INTO programme_step (programme_id, no, name, name_ja, measure, target) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![id, step.no, &step.name, &step.name_ja, &step.measure, step.target],
        )
        .await?;
    }
    for region in regions {
        tx.execute(
            "INSERT INTO programme_region (programme_id, unit_id, planned_at) VALUES ($1, $2, $3)",
            values![id, &region.unit_id, region.planned_at],
        )
        .await?;
    }
    Ok(id)
}

/// The newest first.
pub(crate) async fn all(db: &Db) -> Result<Vec<ProgrammeRow>, DbError> {
    db.all(
        "SELECT id, name, name_ja, text, fiscal_year, created_at, created_by, ended_at FROM programme ORDER BY id DESC",
        values![],
    )
    .await
}

pub(crate) async fn steps(db: &Db) -> Result<Vec<StepRow>, DbError> {
    db.all(
        "SELECT programme_id, no, name, name_ja, measure, target FROM programme_step ORDER BY programme_id, no",
        values![],
    )
    .await
}

/// In the order of their plan.
pub(crate) async fn regions(db: &Db) -> Result<Vec<RegionRow>, DbError> {
    db.all(
        "SELECT programme_id, unit_id, planned_at FROM programme_region ORDER BY programme_id, planned_at, unit_id",
        values![],
    )
    .await
}

pub(crate) async fn running_of(tx: &mut Tx, unit: UnitId) -> Result<i64, DbError> {
    tx.scalar(
        "SELECT COUNT(*) FROM programme_region r JOIN programme p ON p.id = r.programme_id \
         WHERE r.unit_id = $1 AND p.ended_at IS NULL",
        values![unit.to_string()],
    )
    .await
}

/// Running programmes are rolled out in another unit instead; one that is planned there already keeps its own day.
pub(crate) async fn region_move(tx: &mut Tx, from: UnitId, to: UnitId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO programme_region (programme_id, unit_id, planned_at) \
         SELECT r.programme_id, $2, r.planned_at FROM programme_region r JOIN programme p ON p.id = r.programme_id \
         WHERE r.unit_id = $1 AND p.ended_at IS NULL ON CONFLICT (programme_id, unit_id) DO NOTHING",
        values![from.to_string(), to.to_string()],
    )
    .await?;
    tx.execute(
        "DELETE FROM programme_region WHERE unit_id = $1 \
         AND programme_id IN (SELECT id FROM programme WHERE ended_at IS NULL)",
        values![from.to_string()],
    )
    .await?;
    Ok(())
}

/// Ends it; false when it has ended already.
pub(crate) async fn end(tx: &mut Tx, id: i64, at: Time) -> Result<bool, DbError> {
    let changed = tx
        .execute("UPDATE programme SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", values![id, at])
        .await?;
    Ok(changed == 1)
}
