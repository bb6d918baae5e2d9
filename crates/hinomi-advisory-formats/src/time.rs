// SPDX-License-Identifier: Apache-2.0
//! Times as records write them: RFC 3339, and the shorter forms that real feeds contain.

use jiff::{Timestamp, civil, tz::TimeZone};

/// Microseconds since 1970-01-01 UTC. A time without a zone is taken as UTC, a date as its midnight.
pub(crate) fn micros(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_microsecond());
    }
    let datetime = text
        .parse::<civil::DateTime>()
        .ok()
        .or_else(|| text.parse::<civil::Date>().ok().map(|date| date.at(0, 0, 0, 0)))?;
    TimeZone::UTC.to_timestamp(datetime).ok().map(|timestamp| timestamp.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn reads_the_forms_that_feeds_use() {
        assert_eq!(micros("1970-01-01T00:00:01Z"), Some(1_000_000));
        assert_eq!(micros("1970-01-01T00:00:00.000001Z"), Some(1));
        assert_eq!(micros("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(micros("1970-01-02"), Some(86_400_000_000));
        assert_eq!(micros("1970-01-01T00:00:01"), Some(1_000_000));
        assert!(micros("0001-01-01T00:00:00Z").is_some_and(|value| value < 0));
        assert_eq!(micros("yesterday"), None);
    }
}
