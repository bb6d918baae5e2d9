// SPDX-License-Identifier: Apache-2.0
//! Which days count where.

use std::collections::BTreeSet;

use hinomi_core::Time;
use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};

use crate::holidays;

/// Whose days they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Monday to Friday.
    Weekdays,
    Japan,
    UnitedStates,
    Europe,
}

/// The days of a jurisdiction, with a company's own days off and own days at work.
#[derive(Debug, Clone)]
pub struct Calendar {
    name: &'static str,
    rule: Rule,
    zone: TimeZone,
    own: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

/// The calendars that there are.
pub const CALENDARS: &[&str] = &["jp", "us", "eu", "utc"];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("no calendar is named {name:?}; there are jp, us, eu and utc")]
    Unknown { name: String },
}

/// Longer runs of days off there are none; a wrong list must not hang the clock.
const LONGEST_REST: usize = 400;

impl Calendar {
    /// `jp`, `us`, `eu` or `utc` (every weekday, no holidays).
    ///
    /// A day begins at midnight of standard time: Tokyo's, New York's, Brussels'. Daylight saving moves an hour; a day that
    /// is measured in days does not notice.
    pub fn named(name: &str) -> Result<Self, CalendarError> {
        let (name, rule, hours) = match name {
            "jp" => ("jp", Rule::Japan, 9),
            "us" => ("us", Rule::UnitedStates, -5),
            "eu" => ("eu", Rule::Europe, 1),
            "utc" => ("utc", Rule::Weekdays, 0),
            _ => return Err(CalendarError::Unknown { name: name.to_owned() }),
        };
        let zone = TimeZone::fixed(Offset::constant(hours));
        Ok(Self { name, rule, zone, own: BTreeSet::new(), worked: BTreeSet::new() })
    }

    /// Monday to Friday, in UTC.
    pub fn weekdays() -> Self {
        let zone = TimeZone::fixed(Offset::constant(0));
        Self { name: "utc", rule: Rule::Weekdays, zone, own: BTreeSet::new(), worked: BTreeSet::new() }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// With a company's own days off.
    #[must_use]
    pub fn without(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.own.extend(days);
        self
    }

    /// With days on which a company works although others rest.
    #[must_use]
    pub fn working(mut self, days: impl IntoIterator<Item = Date>) -> Self {
        self.worked.extend(days);
        self
    }

    pub fn is_business_day(&self, day: Date) -> bool {
        self.counts(day, &self.holidays(day.year()))
    }

    fn counts(&self, day: Date, holidays: &[Date]) -> bool {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let rests = is_weekend || self.own.contains(&day) || holidays.binary_search(&day).is_ok();
        self.worked.contains(&day) || !rests
    }

    /// The public holidays of a year, in order.
    pub fn holidays(&self, year: i16) -> Vec<Date> {
        let mut days = match self.rule {
            Rule::Weekdays => Vec::new(),
            Rule::Japan => holidays::japan(year),
            Rule::UnitedStates => holidays::united_states(year),
            Rule::Europe => holidays::europe(year),
        };
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The day itself, or the next that is a business day.
    pub fn business_day_from(&self, day: Date) -> Date {
        let mut day = day;
        for _ in 0..LONGEST_REST {
            if self.is_business_day(day) {
                break;
            }
            day = day.tomorrow().unwrap_or(day);
        }
        day
    }

    /// So many business days after a day. The holidays of a year are looked up once: tickets are reckoned by the million.
    pub(crate) fn plus_business_days(&self, first: Date, days: u32) -> Date {
        let (mut year, mut holidays) = (first.year(), self.holidays(first.year()));
        let (mut day, mut left, mut rest) = (first, days, 0);
        while left > 0 && rest < LONGEST_REST {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            if day.year() != year {
                (year, holidays) = (day.year(), self.holidays(day.year()));
            }
            if self.counts(day, &holidays) {
                (left, rest) = (left - 1, 0);
            } else {
                rest += 1;
            }
        }
        day
    }

    /// The local day of an instant.
    pub fn day_of(&self, at: Time) -> Date {
        at.timestamp().to_zoned(self.zone.clone()).date()
    }

    /// The last instant of a local day.
    pub fn end_of(&self, day: Date) -> Time {
        let next = day.tomorrow().unwrap_or(day);
        let midnight = next.to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp());
        let midnight = midnight.map_or(Time::EPOCH, Time::from_timestamp);
        Time::from_micros(midnight.as_micros() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_companys_own_days_do_not_count() {
        let day: Date = "2026-12-29".parse().unwrap();
        let plain = Calendar::named("jp").unwrap();
        assert!(plain.is_business_day(day));
        let ours = plain.without(["2026-12-29", "2026-12-30", "2026-12-31"].map(|day| day.parse().unwrap()));
        assert_eq!(ours.business_day_from(day).to_string(), "2027-01-04");
        let saturday: Date = "2026-11-28".parse().unwrap();
        let busy = Calendar::named("jp").unwrap().working([saturday]);
        assert!(busy.is_business_day(saturday) && !ours.is_business_day(saturday));
        assert!(Calendar::named("mars").unwrap_err().to_string().contains("mars"));
    }

    #[test]
    fn a_day_ends_at_its_own_midnight() {
        let tokyo = Calendar::named("jp").unwrap();
        let at: Time = "2026-11-23T15:30:00Z".parse().unwrap();
        assert_eq!(tokyo.day_of(at).to_string(), "2026-11-24");
        assert_eq!(tokyo.end_of(tokyo.day_of(at)).to_string(), "2026-11-24T14:59:59.999999Z");
    }
}
