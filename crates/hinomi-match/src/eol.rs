// SPDX-License-Identifier: Apache-2.0
//! Until when a distribution release gets fixes: dated facts, each with the source it was taken from.
//!
//! Past its end of life a release gets no advisories, so "no match" means nothing: its packages are *unknown*
//! and the release itself is a finding. Asked with a day; nothing here reads a clock.
//!
//! `ends` is the end of fixes that everybody gets without a contract (for Debian that includes LTS, for
//! Ubuntu the five years of standard support); `extended_ends` is the end of what needs a subscription.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day in the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day {
    /// Year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Day {
    const fn new(year: i32, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// The day (UTC) of an instant in microseconds since 1970-01-01.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        // Days to civil date, counting years from March so that the leap day is the last of a year.
        let days = micros.div_euclid(86_400_000_000) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let small = |value: i64| u8::try_from(value).unwrap_or(1);
        Self { year: i32::try_from(year).unwrap_or(i32::MAX), month: small(month), day: small(day) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day in the form YYYY-MM-DD")]
pub struct DayError(String);

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let error = || DayError(text.chars().take(40).collect());
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next(), parts.next(), parts.next());
        let year = year.and_then(|part| part.parse().ok()).ok_or_else(error)?;
        let month = month.and_then(|part| part.parse().ok()).ok_or_else(error)?;
        let day = day.and_then(|part| part.parse().ok()).ok_or_else(error)?;
        let plausible = (1..=12).contains(&month) && (1..=31).contains(&day) && parts.next().is_none();
        if plausible { Ok(Self { year, month, day }) } else { Err(error()) }
    }
}

/// What is known of one release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// OSV ecosystem.
    pub ecosystem: &'static str,
    /// As in [`crate::RemediationUnit`].
    pub release: &'static str,
    /// The last day on which everybody gets fixes.
    pub ends: Day,
    /// The last day on which subscribers do.
    pub extended_ends: Option<Day>,
    /// Who says so.
    pub source: &'static str,
}

impl Release {
    /// True when nobody gets fixes without a subscription any more.
    #[must_use]
    pub fn is_past(&self, today: Day) -> bool {
        today > self.ends
    }
}

/// What is known of a release; `None` when nothing is.
#[must_use]
pub fn release(ecosystem: &str, release: &str) -> Option<&'static Release> {
    RELEASES.iter().find(|fact| fact.ecosystem == ecosystem && fact.release == release)
}

/// The fact about a release that is past its end of life on that day.
///
/// ```
/// use hinomi_match::eol;
///
/// let past = eol::past("Debian", "10", "2026-11-23".parse()?);
/// assert_eq!(past.map(|release| release.ends.to_string()).as_deref(), Some("2024-06-30"));
/// assert!(eol::past("Debian", "12", "2026-11-23".parse()?).is_none());
/// # Ok::<(), eol::DayError>(())
/// ```
#[must_use]
pub fn past(ecosystem: &str, release_name: &str, today: Day) -> Option<&'static Release> {
    release(ecosystem, release_name).filter(|fact| fact.is_past(today))
}

const DEBIAN: &str = "Debian LTS schedule (wiki.debian.org/LTS; distro-info-data 0.58+deb12u6)";
const UBUNTU: &str = "Ubuntu release cycle (ubuntu.com/about/release-cycle; distro-info-data 0.58+deb12u6)";
const ALPINE: &str = "Alpine Linux releases (alpinelinux.org/releases)";
const RED_HAT: &str = "Red Hat Enterprise Linux life cycle (access.redhat.com/support/policy/updates/errata)";
const ALMA: &str = "AlmaLinux release notes (wiki.almalinux.org/release-notes)";
const ROCKY: &str = "Rocky Linux version guide (wiki.rockylinux.org/rocky/version)";
const CENTOS: &str = "CentOS end of life (centos.org/cl-vs-cs)";
const FEDORA: &str = "Fedora Linux releases (docs.fedoraproject.org/en-US/releases/eol)";
const SUSE: &str = "SUSE product support lifecycle (suse.com/lifecycle)";
const OPENSUSE: &str = "openSUSE lifetime (en.opensuse.org/Lifetime)";
const AMAZON: &str = "Amazon Linux FAQs (aws.amazon.com/amazon-linux-2/faqs)";

const fn fact(
    ecosystem: &'static str,
    release: &'static str,
    ends: (i32, u8, u8),
    extended: Option<(i32, u8, u8)>,
    source: &'static str,
) -> Release {
    let extended_ends = match extended {
        Some((year, month, day)) => Some(Day::new(year, month, day)),
        None => None,
    };
    Release { ecosystem, release, ends: Day::new(ends.0, ends.1, ends.2), extended_ends, source }
}

const RELEASES: &[Release] = &[
    fact("Debian", "7", (2018, 5, 31), Some((2020, 6, 30)), DEBIAN),
    fact("Debian", "8", (2020, 6, 30), Some((2025, 6, 30)), DEBIAN),
    fact("Debian", "9", (2022, 6, 30), Some((2027, 6, 30)), DEBIAN),
    fact("Debian", "10", (2024, 6, 30), Some((2029, 6, 30)), DEBIAN),
    fact("Debian", "11", (2026, 8, 31), Some((2031, 6, 30)), DEBIAN),
    fact("Debian", "12", (2028, 6, 30), Some((2033, 6, 30)), DEBIAN),
    fact("Debian", "13", (2030, 6, 30), Some((2035, 6, 30)), DEBIAN),
    fact("Ubuntu", "14.04", (2019, 4, 25), Some((2024, 4, 25)), UBUNTU),
    fact("Ubuntu", "16.04", (2021, 4, 30), Some((2026, 4, 23)), UBUNTU),
    fact("Ubuntu", "18.04", (2023, 5, 31), Some((2028, 4, 26)), UBUNTU),
    fact("Ubuntu", "20.04", (2025, 5, 29), Some((2030, 4, 23)), UBUNTU),
    fact("Ubuntu", "22.04", (2027, 6, 1), Some((2032, 4, 21)), UBUNTU),
    fact("Ubuntu", "22.10", (2023, 7, 20), None, UBUNTU),
    fact("Ubuntu", "23.04", (2024, 1, 25), None, UBUNTU),
    fact("Ubuntu", "23.10", (2024, 7, 11), None, UBUNTU),
    fact("Ubuntu", "24.04", (2029, 5, 31), Some((2034, 4, 25)), UBUNTU),
    fact("Ubuntu", "24.10", (2025, 7, 10), None, UBUNTU),
    fact("Ubuntu", "25.04", (2026, 1, 15), None, UBUNTU),
    fact("Ubuntu", "25.10", (2026, 7, 9), None, UBUNTU),
    fact("Ubuntu", "26.04", (2031, 5, 29), Some((2036, 4, 23)), UBUNTU),
    fact("Alpine", "3.10", (2021, 5, 1), None, ALPINE),
    fact("Alpine", "3.11", (2021, 11, 1), None, ALPINE),
    fact("Alpine", "3.12", (2022, 5, 1), None, ALPINE),
    fact("Alpine", "3.13", (2022, 11, 1), None, ALPINE),
    fact("Alpine", "3.14", (2023, 5, 1), None, ALPINE),
    fact("Alpine", "3.15", (2023, 11, 1), None, ALPINE),
    fact("Alpine", "3.16", (2024, 5, 23), None, ALPINE),
    fact("Alpine", "3.17", (2024, 11, 22), None, ALPINE),
    fact("Alpine", "3.18", (2025, 5, 9), None, ALPINE),
    fact("Alpine", "3.19", (2025, 11, 1), None, ALPINE),
    fact("Alpine", "3.20", (2026, 4, 1), None, ALPINE),
    fact("Alpine", "3.21", (2026, 11, 1), None, ALPINE),
    fact("Alpine", "3.22", (2027, 5, 1), None, ALPINE),
    fact("Red Hat", "6", (2020, 11, 30), Some((2024, 6, 30)), RED_HAT),
    fact("Red Hat", "7", (2024, 6, 30), Some((2028, 6, 30)), RED_HAT),
    fact("Red Hat", "8", (2029, 5, 31), Some((2032, 5, 31)), RED_HAT),
    fact("Red Hat", "9", (2032, 5, 31), Some((2035, 5, 31)), RED_HAT),
    fact("Red Hat", "10", (2035, 5, 31), Some((2038, 5, 31)), RED_HAT),
    fact("AlmaLinux", "8", (2029, 3, 1), None, ALMA),
    fact("AlmaLinux", "9", (2032, 5, 31), None, ALMA),
    fact("AlmaLinux", "10", (2035, 5, 31), None, ALMA),
    fact("Rocky Linux", "8", (2029, 5, 31), None, ROCKY),
    fact("Rocky Linux", "9", (2032, 5, 31), None, ROCKY),
    fact("Rocky Linux", "10", (2035, 5, 31), None, ROCKY),
    fact("CentOS", "6", (2020, 11, 30), None, CENTOS),
    fact("CentOS", "7", (2024, 6, 30), None, CENTOS),
    fact("CentOS", "8", (2021, 12, 31), None, CENTOS),
    fact("Fedora", "38", (2024, 5, 21), None, FEDORA),
    fact("Fedora", "39", (2024, 11, 26), None, FEDORA),
    fact("Fedora", "40", (2025, 5, 13), None, FEDORA),
    fact("Fedora", "41", (2025, 12, 15), None, FEDORA),
    fact("SUSE", "12.5", (2024, 10, 31), Some((2027, 10, 31)), SUSE),
    fact("SUSE", "15.3", (2022, 12, 31), Some((2025, 12, 31)), SUSE),
    fact("SUSE", "15.4", (2023, 12, 31), Some((2026, 12, 31)), SUSE),
    fact("SUSE", "15.5", (2024, 12, 31), Some((2027, 12, 31)), SUSE),
    fact("openSUSE", "15.3", (2022, 12, 31), None, OPENSUSE),
    fact("openSUSE", "15.4", (2023, 12, 7), None, OPENSUSE),
    fact("openSUSE", "15.5", (2024, 12, 31), None, OPENSUSE),
    fact("openSUSE", "15.6", (2026, 4, 30), None, OPENSUSE),
    fact("Amazon Linux", "1", (2023, 12, 31), None, AMAZON),
    fact("Amazon Linux", "2", (2026, 6, 30), None, AMAZON),
    fact("Amazon Linux", "2023", (2029, 6, 30), None, AMAZON),
];

#[cfg(test)]
mod tests {
    use super::{Day, RELEASES, past};

    #[test]
    fn days_follow_the_calendar() {
        assert_eq!(Day::from_micros(0).to_string(), "1970-01-01");
        assert_eq!(Day::from_micros(-1).to_string(), "1969-12-31");
        assert_eq!(Day::from_micros(951_782_400_000_000).to_string(), "2000-02-29");
        assert_eq!(Day::from_micros(1_795_392_000_000_000).to_string(), "2026-11-23");
        assert!("2026-13-01".parse::<Day>().is_err());
        assert!("soon".parse::<Day>().is_err());
    }

    #[test]
    fn the_last_day_still_counts() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert!(past("Debian", "10", day("2024-06-30")).is_none());
        assert!(past("Debian", "10", day("2024-07-01")).is_some());
        assert!(past("Debian", "99", day("2099-01-01")).is_none());
    }

    #[test]
    fn every_fact_is_stated_once_and_in_order() {
        for (index, fact) in RELEASES.iter().enumerate() {
            let twin =
                |other: &&super::Release| (other.ecosystem, other.release) == (fact.ecosystem, fact.release);
            assert_eq!(RELEASES.iter().filter(twin).count(), 1, "{} {}", fact.ecosystem, fact.release);
            assert!(fact.extended_ends.is_none_or(|end| end > fact.ends), "fact {index}");
        }
    }
}
