// SPDX-License-Identifier: Apache-2.0
//! RFC 3339 instants: `2024-01-01T00:00:00.5+02:00`, ordered in time whatever their offsets.
//!
//! ```text
//! seconds since 0000-03-01 in UTC, eight bytes, then the digits of the fraction without trailing zeros, then 00
//! ```

use crate::error::VersionError;
use crate::key::{END, take_digits};
use crate::scheme::Scheme;

pub(crate) fn encode_into(version: &str, out: &mut Vec<u8>) -> Result<(), VersionError> {
    let (seconds, fraction) = parse(version.trim().as_bytes())
        .ok_or_else(|| VersionError::invalid(Scheme::Datetime, version, "it is no RFC 3339 date and time"))?;
    out.extend_from_slice(&((seconds as u64) ^ (1 << 63)).to_be_bytes());
    let end = fraction.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    out.extend_from_slice(&fraction[..end]);
    out.push(END);
    Ok(())
}

fn parse(text: &[u8]) -> Option<(i64, &[u8])> {
    let [y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T' | b't' | b' ', rest @ ..] = text else {
        return None;
    };
    let [h1, h2, b':', mi1, mi2, b':', s1, s2, rest @ ..] = rest else {
        return None;
    };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    let month = number(&[*mo1, *mo2]).filter(|month| (1..=12).contains(month))?;
    let day = number(&[*d1, *d2]).filter(|day| (1..=31).contains(day))?;
    let hour = number(&[*h1, *h2]).filter(|hour| *hour < 24)?;
    let minute = number(&[*mi1, *mi2]).filter(|minute| *minute < 60)?;
    let second = number(&[*s1, *s2]).filter(|second| *second <= 60)?;
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => take_digits(rest),
        _ => (&rest[..0], rest),
    };
    let offset = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let minutes = number(&[*h1, *h2])? * 60 + number(&[*m1, *m2])?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let seconds_of_day = hour * 3600 + (minute - offset) * 60 + second;
    Some((days(year, month, day) * 86_400 + seconds_of_day, fraction))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// Days since 0000-03-01 in the proleptic Gregorian calendar; March opens the counted year, so that the leap day ends it.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = (month + 9) % 12;
    let year = year - shifted / 10;
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (shifted * 306 + 5) / 10
        + day
        - 1
}
