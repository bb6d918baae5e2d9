// SPDX-License-Identifier: Apache-2.0
//! A calendar month of the group: where it begins and ends, its zone says.

use std::fmt;
use std::str::FromStr;

use hinomi_core::Time;
use hinomi_platform::days::GroupDays;
use jiff::civil::Date;

use crate::error::MaturityError;
use crate::model::CLOSE_AFTER_DAYS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    /// 1 to 12.
    month: i8,
}

impl Month {
    /// The month in which an instant lies.
    pub fn of(time: Time, days: &GroupDays) -> Self {
        Self::of_day(days.day_of(time))
    }

    pub fn of_day(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or(Date::ZERO)
    }

    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// 1 to 12.
    pub fn of_year(self) -> i8 {
        self.month
    }

    /// t0: the first instant of the month.
    pub fn start(self, days: &GroupDays) -> Time {
        days.start_of(self.first_day())
    }

    /// t1: the first instant of the next month.
    pub fn end(self, days: &GroupDays) -> Time {
        self.plus(1).start(days)
    }

    /// The last instant before t1: as of it stands what is "at the month's end".
    pub fn last_instant(self, days: &GroupDays) -> Time {
        Time::from_micros(self.end(days).as_micros() - 1)
    }

    /// From when on it is closed.
    pub fn closes_at(self, days: &GroupDays) -> Time {
        self.end(days).plus_days(CLOSE_AFTER_DAYS)
    }

    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let count = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        let year = i16::try_from(count.div_euclid(12)).unwrap_or(9998).clamp(-9998, 9998);
        Self { year, month: i8::try_from(count.rem_euclid(12) + 1).unwrap_or(1) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = MaturityError;

    fn from_str(text: &str) -> Result<Self, MaturityError> {
        let bad = || MaturityError::Invalid {
            field: "month",
            message: format!("{text:?} is no month; wanted YYYY-MM"),
        };
        if text.len() != 7 {
            return Err(bad());
        }
        let (year, month) = text.split_once('-').ok_or_else(bad)?;
        let (year, month): (i16, i8) = (year.parse().map_err(|_| bad())?, month.parse().map_err(|_| bad())?);
        if !(1970..=9000).contains(&year) || !(1..=12).contains(&month) {
            return Err(bad());
        }
        Ok(Self { year, month })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let days = GroupDays::default();
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.start(&days).to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(december.end(&days).to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(december.last_instant(&days).to_string(), "2026-12-31T23:59:59.999999Z");
        assert_eq!(december.closes_at(&days).to_string(), "2027-01-04T00:00:00Z");
        assert_eq!(december.last_day().to_string(), "2026-12-31");
        assert_eq!(december.plus(-12).to_string(), "2025-12");
        assert_eq!(december.plus(1).to_string(), "2027-01");
        assert_eq!(Month::of(december.end(&days), &days), december.plus(1));
        assert_eq!(Month::of(december.last_instant(&days), &days), december);
        for bad in ["2026-13", "2026-00", "2026-1", "26-01-01", "x", "2026/01", "+026-01", "-026-01"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }
}
