// SPDX-License-Identifier: Apache-2.0
//! Public holidays by rule, so that no list runs out.

use jiff::civil::{Date, Weekday};

fn date(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

/// The n-th such weekday of a month; the last one when n is 0.
fn weekday_of(year: i16, month: i8, n: i8, weekday: Weekday) -> Option<Date> {
    let nth = if n == 0 { -1 } else { n };
    date(year, month, 1)?.nth_weekday_of_month(nth, weekday).ok()
}

/// Japan: Act on National Holidays (Act No. 178 of 1948) as in force since 2020, for the years 2022 to 2099.
///
/// The equinoxes are announced each February; the formula gives the days that astronomy expects.
pub(crate) fn japan(year: i16) -> Vec<Date> {
    let monday = |month, n| weekday_of(year, month, n, Weekday::Monday);
    let named: Vec<Date> = [
        date(year, 1, 1),
        monday(1, 2),
        date(year, 2, 11),
        date(year, 2, 23),
        equinox(year, 3, 20.8431),
        date(year, 4, 29),
        date(year, 5, 3),
        date(year, 5, 4),
        date(year, 5, 5),
        monday(7, 3),
        date(year, 8, 11),
        monday(9, 3),
        equinox(year, 9, 23.2488),
        monday(10, 2),
        date(year, 11, 3),
        date(year, 11, 23),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut all = named.clone();
    for day in &named {
        // Article 3 (2): after a holiday on a Sunday, the next day that is none.
        if day.weekday() == Weekday::Sunday {
            let mut next = day.tomorrow().ok();
            while let Some(candidate) = next.filter(|candidate| named.contains(candidate)) {
                next = candidate.tomorrow().ok();
            }
            all.extend(next);
        }
        // Article 3 (3): a day between two holidays is one.
        let between = day.tomorrow().ok();
        let after = between.and_then(|between| between.tomorrow().ok());
        if let (Some(between), Some(after)) = (between, after)
            && named.contains(&after)
            && !named.contains(&between)
        {
            all.push(between);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The day of an equinox in Japan, 1980 to 2099 (National Astronomical Observatory's approximation).
fn equinox(year: i16, month: i8, base: f64) -> Option<Date> {
    let since = i32::from(year) - 1980;
    let day = (base + 0.242_194 * f64::from(since)).floor() as i32 - since.div_euclid(4);
    date(year, month, i8::try_from(day).ok()?)
}

/// The United States: 5 U.S.C. 6103, with the day in lieu of Executive Order 11582 (Saturday → Friday, Sunday → Monday).
pub(crate) fn united_states(year: i16) -> Vec<Date> {
    let fixed =
        [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)];
    // The first of January of the next year may be observed on the last day of this one.
    let next_year = date(year + 1, 1, 1);
    let observed = fixed.into_iter().chain([next_year]).flatten().filter_map(|day| match day.weekday() {
        Weekday::Saturday => day.yesterday().ok(),
        Weekday::Sunday => day.tomorrow().ok(),
        _ => Some(day),
    });
    let moving = [
        weekday_of(year, 1, 3, Weekday::Monday),
        weekday_of(year, 2, 3, Weekday::Monday),
        weekday_of(year, 5, 0, Weekday::Monday),
        weekday_of(year, 9, 1, Weekday::Monday),
        weekday_of(year, 10, 2, Weekday::Monday),
        weekday_of(year, 11, 4, Weekday::Thursday),
    ];
    let mut all: Vec<Date> =
        observed.filter(|day| day.year() == year).chain(moving.into_iter().flatten()).collect();
    all.sort_unstable();
    all
}

/// The institutions of the European Union count by Regulation (EEC, Euratom) No 1182/71; each state adds its own days. Here the
/// days that nearly all member states share: New Year, Easter Monday, 1 May, Christmas and the day after.
pub(crate) fn europe(year: i16) -> Vec<Date> {
    let easter_monday = easter(year).and_then(|easter| easter.tomorrow().ok());
    let all = [date(year, 1, 1), easter_monday, date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)];
    all.into_iter().flatten().collect()
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm published in Nature, 20 April 1876).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    date(year, i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(dates: &[Date]) -> Vec<String> {
        dates.iter().map(|day| format!("{}/{}", day.month(), day.day())).collect()
    }

    #[test]
    fn japans_holidays_are_those_of_the_cabinet_office() {
        let known_2026 = [
            "1/1", "1/12", "2/11", "2/23", "3/20", "4/29", "5/3", "5/4", "5/5", "5/6", "7/20", "8/11",
            "9/21", "9/22", "9/23", "10/12", "11/3", "11/23",
        ];
        assert_eq!(days(&japan(2026)), known_2026);
        let known_2024 = [
            "1/1", "1/8", "2/11", "2/12", "2/23", "3/20", "4/29", "5/3", "5/4", "5/5", "5/6", "7/15", "8/11",
            "8/12", "9/16", "9/22", "9/23", "10/14", "11/3", "11/4", "11/23",
        ];
        assert_eq!(days(&japan(2024)), known_2024);
    }

    #[test]
    fn a_federal_holiday_on_a_weekend_is_observed_beside_it() {
        let known_2026 =
            ["1/1", "1/19", "2/16", "5/25", "6/19", "7/3", "9/7", "10/12", "11/11", "11/26", "12/25"];
        assert_eq!(days(&united_states(2026)), known_2026);
        // 1 January 2028 is a Saturday.
        assert_eq!(days(&united_states(2027)).last().map(String::as_str), Some("12/31"));
        assert_eq!(days(&united_states(2028)).first().map(String::as_str), Some("1/17"));
    }

    #[test]
    fn easter_moves() {
        let known = [(2024, "3/31"), (2025, "4/20"), (2026, "4/5"), (2027, "3/28"), (2038, "4/25")];
        for (year, day) in known {
            assert_eq!(days(&[easter(year).unwrap()]), [day], "{year}");
        }
        assert_eq!(days(&europe(2026)), ["1/1", "4/6", "5/1", "12/25", "12/26"]);
    }
}
