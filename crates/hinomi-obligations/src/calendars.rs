// SPDX-License-Identifier: Apache-2.0
//! Under which calendar a unit works: its own, or that of the nearest unit above that has one, with the own days of all of them.

use std::collections::BTreeMap;

use hinomi_core::{Actor, Time, UnitId};
use hinomi_db::{Db, DbError};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use jiff::civil::Date;
use serde_json::json;

use crate::error::ObligationError;
use crate::store::calendars as store;
use crate::{Calendar, CalendarError};

const LONGEST_NAME: usize = 200;

/// The calendar that was chosen for a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCalendar {
    pub unit_id: UnitId,
    pub calendar: String,
    pub set_at: Time,
    pub set_by: String,
}

/// A day that a unit keeps differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDay {
    pub unit_id: UnitId,
    pub day: Date,
    /// Off where others work; otherwise at work where others rest.
    pub is_off: bool,
    pub name: String,
    pub set_by: String,
}

/// What is set for all units.
#[derive(Debug, Clone, Default)]
pub struct Calendars {
    units: BTreeMap<UnitId, UnitCalendar>,
    days: BTreeMap<UnitId, Vec<OwnDay>>,
}

impl Calendars {
    pub async fn load(db: &Db) -> Result<Self, DbError> {
        let mut found = Self::default();
        for row in store::units(db).await? {
            found.units.insert(row.unit_id, row);
        }
        for row in store::days(db).await? {
            found.days.entry(row.unit_id).or_default().push(row);
        }
        Ok(found)
    }

    /// Where the calendar of a unit comes from. `path` leads from the unit up to the root.
    pub fn source(&self, path: &[UnitId]) -> Option<&UnitCalendar> {
        path.iter().find_map(|unit| self.units.get(unit))
    }

    /// The own days that hold for a unit, the nearest unit's word on a day before that of units above.
    pub fn own_days(&self, path: &[UnitId]) -> Vec<&OwnDay> {
        let mut days: BTreeMap<Date, &OwnDay> = BTreeMap::new();
        for unit in path {
            for own in self.days.get(unit).into_iter().flatten() {
                days.entry(own.day).or_insert(own);
            }
        }
        days.into_values().collect()
    }

    /// The calendar of a unit; weekdays in UTC where none was chosen.
    pub fn of(&self, path: &[UnitId]) -> Calendar {
        let chosen = self.source(path).and_then(|row| Calendar::named(&row.calendar).ok());
        let (off, working): (Vec<&OwnDay>, Vec<&OwnDay>) =
            self.own_days(path).into_iter().partition(|own| own.is_off);
        chosen
            .unwrap_or_else(Calendar::weekdays)
            .without(off.iter().map(|own| own.day))
            .working(working.iter().map(|own| own.day))
    }
}

/// Chooses a unit's calendar; `None` takes the choice back, so that the one above counts.
pub async fn calendar_set(
    app: &App,
    actor: &Actor,
    unit: UnitId,
    calendar: Option<&str>,
) -> Result<(), ObligationError> {
    let name = calendar.map(|name| Calendar::named(name).map(|known| known.name())).transpose();
    let name = name.map_err(|error: CalendarError| error)?;
    let before = Calendars::load(&app.db).await?.units.remove(&unit).map(|row| row.calendar);
    let mut tx = app.db.begin().await?;
    store::unit_put(&mut tx, unit, name, app.now(), actor.display_name()).await?;
    let event = AuditEvent::new(actor, "calendar.unit", "unit", unit)
        .unit(unit)
        .before(&json!({ "calendar": before }))
        .after(&json!({ "calendar": name }));
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// Says how a unit keeps a day; `None` takes it back.
pub async fn calendar_day_set(
    app: &App,
    actor: &Actor,
    unit: UnitId,
    day: Date,
    kept: Option<(bool, &str)>,
) -> Result<(), ObligationError> {
    if let Some((_, name)) = kept
        && name.chars().count() > LONGEST_NAME
    {
        return Err(ObligationError::Invalid {
            field: "name",
            message: format!("at most {LONGEST_NAME} characters"),
        });
    }
    let mut tx = app.db.begin().await?;
    store::day_put(&mut tx, unit, day, kept, app.now(), actor.display_name()).await?;
    let event = AuditEvent::new(actor, "calendar.day", "unit", unit).unit(unit).after(&json!({
        "day": day.to_string(), "off": kept.map(|(is_off, _)| is_off), "name": kept.map(|(_, name)| name)
    }));
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}
