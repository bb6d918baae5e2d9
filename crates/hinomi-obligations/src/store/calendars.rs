// SPDX-License-Identifier: Apache-2.0
//! Tables `calendar_unit`, `calendar_day`.

use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, DbError, Tx, values};
use jiff::civil::Date;

use crate::{OwnDay, UnitCalendar};

pub(crate) async fn units(db: &Db) -> Result<Vec<UnitCalendar>, DbError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        unit_id: UnitId,
        calendar: String,
        set_at: Time,
        set_by: String,
    }
    let rows: Vec<Row> =
        db.all("SELECT unit_id, calendar, set_at, set_by FROM calendar_unit ORDER BY unit_id", ()).await?;
    Ok(rows
        .into_iter()
        .map(|row| UnitCalendar {
            unit_id: row.unit_id,
            calendar: row.calendar,
            set_at: row.set_at,
            set_by: row.set_by,
        })
        .collect())
}

pub(crate) async fn days(db: &Db) -> Result<Vec<OwnDay>, DbError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        unit_id: UnitId,
        day: String,
        is_off: bool,
        name: String,
        set_by: String,
    }
    let rows: Vec<Row> = db
        .all("SELECT unit_id, day, is_off, name, set_by FROM calendar_day ORDER BY unit_id, day", ())
        .await?;
    let own = |row: Row| {
        let day = row.day.parse().ok()?;
        Some(OwnDay { unit_id: row.unit_id, day, is_off: row.is_off, name: row.name, set_by: row.set_by })
    };
    Ok(rows.into_iter().filter_map(own).collect())
}

pub(crate) async fn unit_put(
    tx: &mut Tx,
    unit: UnitId,
    calendar: Option<&str>,
    now: Time,
    by: &str,
) -> Result<u64, DbError> {
    let Some(calendar) = calendar else {
        return tx.execute("DELETE FROM calendar_unit WHERE unit_id = $1", values![unit.to_string()]).await;
    };
    tx.execute(
        "INSERT INTO calendar_unit (unit_id, calendar, set_at, set_by) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (unit_id) DO UPDATE SET calendar = excluded.calendar, set_at = excluded.set_at, \
         set_by = excluded.set_by",
        values![unit.to_string(), calendar, now, by],
    )
    .await
}

pub(crate) async fn day_put(
    tx: &mut Tx,
    unit: UnitId,
    day: Date,
    kept: Option<(bool, &str)>,
    now: Time,
    by: &str,
) -> Result<u64, DbError> {
    let Some((is_off, name)) = kept else {
        return tx
            .execute(
                "DELETE FROM calendar_day WHERE unit_id = $1 AND day = $2",
                values![unit.to_string(), day.to_string()],
            )
            .await;
    };
    tx.execute(
        "INSERT INTO calendar_day (unit_id, day, is_off, name, set_at, set_by) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (unit_id, day) DO UPDATE SET is_off = excluded.is_off, name = excluded.name, \
         set_at = excluded.set_at, set_by = excluded.set_by",
        values![unit.to_string(), day.to_string(), is_off, name, now, by],
    )
    .await
}
