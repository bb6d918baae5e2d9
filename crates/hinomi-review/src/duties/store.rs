// SPDX-License-Identifier: Apache-2.0
//! Tickets as the clock sees them: how many of which unit fall due when.

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, Value, values};

/// Open tickets of a unit that fall due at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct DueRow {
    pub(super) unit_id: UnitId,
    pub(super) due_at: Time,
    pub(super) tickets: i64,
}

/// Those due before an instant, of some units or of all.
pub(super) async fn tickets_due(
    db: &Db,
    units: Option<&[UnitId]>,
    before: Time,
) -> Result<Vec<DueRow>, DbError> {
    match units {
        Some(units) => {
            db.all(
                "SELECT unit_id, due_at, COUNT(*) AS tickets FROM v_ticket WHERE is_open AND due_at < $1 \
                 AND unit_id IN (SELECT value FROM json_each($2)) GROUP BY unit_id, due_at ORDER BY unit_id, due_at",
                values![before, Value::json_list(units)],
            )
            .await
        }
        None => {
            db.all(
                "SELECT unit_id, due_at, COUNT(*) AS tickets FROM v_ticket WHERE is_open AND due_at < $1 \
                 GROUP BY unit_id, due_at ORDER BY unit_id, due_at",
                values![before],
            )
            .await
        }
    }
}
