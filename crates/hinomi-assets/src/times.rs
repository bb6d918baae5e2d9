// SPDX-License-Identifier: Apache-2.0
//! Times as documents write them. Without a zone they are taken for UTC; what cannot be read is no time.

use hinomi_core::Time;
use jiff::civil::DateTime;

/// C's `ctime` (Nessus), SQL, and the day first as European exports have it.
const SHAPES: [&str; 5] = [
    "%a %b %e %H:%M:%S %Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
];

/// The time that a text of a document says.
pub(crate) fn time_of(text: &str) -> Option<Time> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Time>() {
        return Some(time);
    }
    if text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Time::from_seconds);
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(Time::from_timestamp(zoned.timestamp()));
    }
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.strip_suffix(" UTC").unwrap_or(&plain);
    let read = |shape: &&str| DateTime::strptime(shape, plain).ok();
    let civil = SHAPES.iter().find_map(read).or_else(|| {
        let day: jiff::civil::Date = plain.parse().ok()?;
        Some(day.at(0, 0, 0, 0))
    })?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Time::from_timestamp(zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shapes_of_real_reports_are_read() {
        let noon = "2022-03-23T15:07:52Z".parse::<Time>().unwrap();
        for text in [
            "2022-03-23T15:07:52Z",
            "Wed Mar 23 15:07:52 2022",
            "2022-03-23 15:07:52",
            "2022-03-23 15:07:52 UTC",
            "2022-03-23T15:07:52",
            "Wed, 23 Mar 2022 15:07:52 GMT",
            "1648048072",
        ] {
            assert_eq!(time_of(text), Some(noon), "{text}");
        }
        assert_eq!(time_of("Wed Jun  5 10:39:42 2013"), time_of("2013-06-05 10:39:42"));
        assert_eq!(time_of("2022-03-23"), "2022-03-23T00:00:00Z".parse().ok());
        assert_eq!(time_of("yesterday"), None);
        assert_eq!(time_of(""), None);
    }
}
