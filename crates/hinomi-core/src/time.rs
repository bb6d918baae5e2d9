// SPDX-License-Identifier: Apache-2.0
//! Instants as whole microseconds since 1970-01-01T00:00:00Z, the unit every table stores.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// An instant: UTC microseconds. Text form is RFC 3339 (`2026-11-23T00:00:00Z`), with a fraction only when it
/// is not zero. Always within the years -9999 to 9999, so that it can always be written as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

/// A text that is not an RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time: {text:?}: {cause}")]
pub struct TimeError {
    text: String,
    cause: String,
}

impl Time {
    pub const EPOCH: Self = Self(0);

    /// Values outside the writable years are moved to the nearest one.
    pub fn from_micros(micros: i64) -> Self {
        // One second inside the limits of `Timestamp`, whose own ends are not whole microseconds.
        let lowest = (Timestamp::MIN.as_second() + 1) * MICROS_PER_SECOND;
        let highest = (Timestamp::MAX.as_second() - 1) * MICROS_PER_SECOND;
        Self(micros.clamp(lowest, highest))
    }

    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        Self::from_micros(timestamp.as_microsecond())
    }

    /// Midnight UTC at the start of `day`.
    pub fn start_of_day(day: Date) -> Self {
        let midnight = day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        Self::from_timestamp(midnight.unwrap_or(Timestamp::MIN))
    }

    pub fn as_micros(self) -> i64 {
        self.0
    }

    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MIN)
    }

    /// The UTC calendar day.
    pub fn day(self) -> Date {
        self.timestamp().to_zoned(TimeZone::UTC).date()
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_micros(self.0.saturating_add(days.saturating_mul(86_400 * MICROS_PER_SECOND)))
    }

    /// How long after `earlier`; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.timestamp(), formatter)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Time({self})")
    }
}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parsed: Result<Timestamp, _> = text.parse();
        parsed
            .map(Self::from_timestamp)
            .map_err(|cause| TimeError { text: text.to_owned(), cause: cause.to_string() })
    }
}

impl From<i64> for Time {
    fn from(micros: i64) -> Self {
        Self::from_micros(micros)
    }
}

impl From<Time> for i64 {
    fn from(time: Time) -> Self {
        time.0
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .into()
    }
}

impl utoipa::ToSchema for Time {}

/// Where "now" comes from.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Time::from_timestamp(Timestamp::now())
    }
}

/// A clock that stands still until it is moved: for tests and for the replay of past days.
#[derive(Debug, Default)]
pub struct ManualClock {
    micros: AtomicI64,
}

impl ManualClock {
    pub fn at(time: Time) -> Self {
        Self { micros: AtomicI64::new(time.as_micros()) }
    }

    pub fn set(&self, time: Time) {
        self.micros.store(time.as_micros(), Ordering::SeqCst);
    }

    pub fn advance(&self, duration: Duration) {
        self.set(self.now().plus(duration));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time::from_micros(self.micros.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_rfc_3339_and_keeps_microseconds() {
        let whole: Time = "2026-11-23T00:00:00Z".parse().unwrap();
        assert_eq!(whole.to_string(), "2026-11-23T00:00:00Z");
        let fine = Time::from_micros(whole.as_micros() + 1);
        assert_eq!(fine.to_string(), "2026-11-23T00:00:00.000001Z");
        assert_eq!(fine.to_string().parse::<Time>().unwrap(), fine);
        assert_eq!("2026-11-23T09:00:00+09:00".parse::<Time>().unwrap(), whole);
        assert_eq!(whole.day().to_string(), "2026-11-23");
        assert_eq!(Time::start_of_day(whole.day()), whole);
        assert!("yesterday".parse::<Time>().is_err());
    }

    #[test]
    fn extreme_values_stay_writable() {
        for micros in [i64::MIN, i64::MAX] {
            let time = Time::from_micros(micros);
            assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
        }
        assert_eq!(Time::EPOCH.since(Time::from_seconds(5)), Duration::ZERO);
    }

    #[test]
    fn manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(Time::from_seconds(10));
        assert_eq!(clock.now(), Time::from_seconds(10));
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.now().as_seconds(), 15);
    }
}
