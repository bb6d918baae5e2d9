// SPDX-License-Identifier: Apache-2.0
//! What a unit owns, over the tables of systems, enrolment, rules and questions.

use hinomi_core::{SystemId, Time, UnitId};
use hinomi_db::{Db, DbError, Tx, values};

use hinomi_org::model::FOREVER_MICROS;

pub(crate) async fn systems_in_use(tx: &mut Tx, unit: UnitId) -> Result<i64, DbError> {
    tx.scalar("SELECT COUNT(*) FROM system WHERE unit_id = $1 AND retired_at IS NULL", values![unit]).await
}

/// Systems in use by unit.
pub(crate) async fn systems_by_unit(db: &Db) -> Result<Vec<(UnitId, i64)>, DbError> {
    db.all("SELECT unit_id, COUNT(*) FROM system WHERE retired_at IS NULL GROUP BY unit_id", ()).await
}

/// Every system of the unit, in use or not, with its code and since when it is the unit's.
pub(crate) async fn systems(tx: &mut Tx, unit: UnitId) -> Result<Vec<(SystemId, String, Time)>, DbError> {
    let sql = "SELECT s.id, s.code, o.valid_from FROM system_owner o JOIN system s ON s.id = o.system_id
        WHERE o.unit_id = $1 AND o.valid_to = $2 ORDER BY s.code";
    tx.all(sql, values![unit, FOREVER_MICROS]).await
}

/// Tokens with which hosts can still be enrolled, or have been and write their inventory.
pub(crate) async fn tokens(tx: &mut Tx, unit: UnitId, now: Time) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM enrolment_token t WHERE t.unit_id = $1 AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > $2 OR EXISTS
            (SELECT 1 FROM enrolled_host h WHERE h.token_id = t.id AND h.revoked_at IS NULL))";
    tx.scalar(sql, values![unit, now]).await
}

pub(crate) async fn rules(tx: &mut Tx, unit: UnitId) -> Result<i64, DbError> {
    tx.scalar("SELECT COUNT(*) FROM assignment_rule WHERE unit_id = $1", values![unit]).await
}

/// Everything but systems: tokens, rules, and who may answer and revoke decisions on what may be one asset or two.
pub(crate) async fn rest_passes(tx: &mut Tx, from: UnitId, to: UnitId) -> Result<(), DbError> {
    for sql in [
        "UPDATE enrolment_token SET unit_id = $2 WHERE unit_id = $1",
        "UPDATE assignment_rule SET unit_id = $2 WHERE unit_id = $1",
        "UPDATE asset_question SET unit_id = $2 WHERE unit_id = $1 AND closed_at IS NULL",
        "UPDATE asset_decision SET unit_id = $2 WHERE unit_id = $1 AND revoked_at IS NULL",
    ] {
        tx.execute(sql, values![from, to]).await?;
    }
    Ok(())
}
