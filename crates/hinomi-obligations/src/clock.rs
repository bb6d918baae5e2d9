// SPDX-License-Identifier: Apache-2.0
//! Due dates, reminders, escalation.
//!
//! How days and months are counted follows what Japan's Civil Code (articles 138 to 143) and the European Union's Regulation
//! 1182/71 (article 3) have in common: the day of the event does not count, a span ends with the end of its last day, a month
//! ends on the day of the same number or, where there is none, on the last day. Hours run through.

use std::fmt;

use hinomi_core::Time;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::Calendar;

/// How long somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From instant to instant, nights and holidays too.
    Hours(u32),
    /// Calendar days, to the end of the last one.
    Days(u32),
    /// Days that count in the calendar.
    BusinessDays(u32),
    Months(u32),
    /// As [`Span::Days`]; when the last day is no business day, the next that is.
    DaysToBusinessDay(u32),
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hours(count) => write!(formatter, "hours:{count}"),
            Self::Days(count) => write!(formatter, "days:{count}"),
            Self::BusinessDays(count) => write!(formatter, "business-days:{count}"),
            Self::Months(count) => write!(formatter, "months:{count}"),
            Self::DaysToBusinessDay(count) => write!(formatter, "days-to-business-day:{count}"),
        }
    }
}

/// A time that does not count, because somebody other than the one who owes it said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    pub from: Time,
    /// `None` while it lasts: it moves the date when it has ended.
    pub to: Option<Time>,
    pub reason: String,
    pub approved_by: String,
}

/// The last instant at which it is still in time. Each pause that has ended moves it on by as long as it lasted.
pub fn due_at(start: Time, span: Span, calendar: &Calendar, pauses: &[Pause]) -> Time {
    with_pauses(start, plain_due(start, span, calendar), pauses)
}

/// A due date moved on by the pauses that have ended.
pub(crate) fn with_pauses(start: Time, plain: Time, pauses: &[Pause]) -> Time {
    let mut pauses: Vec<(i64, i64)> = pauses
        .iter()
        .filter_map(|pause| Some((pause.from.as_micros().max(start.as_micros()), pause.to?.as_micros())))
        .filter(|(from, to)| from < to)
        .collect();
    pauses.sort_unstable();
    let mut due = plain.as_micros();
    let mut counted_to = i64::MIN;
    for (from, to) in pauses {
        // Two pauses at once are one; what begins after it was due came too late to matter.
        let from = from.max(counted_to);
        if from >= to || from > due {
            continue;
        }
        due = due.saturating_add(to - from);
        counted_to = to;
    }
    Time::from_micros(due)
}

fn plain_due(start: Time, span: Span, calendar: &Calendar) -> Time {
    let first = calendar.day_of(start);
    let plus_days = |days: u32| first.checked_add(i64::from(days.min(40_000)).days()).unwrap_or(first);
    match span {
        Span::Hours(hours) => {
            Time::from_micros(start.as_micros().saturating_add(i64::from(hours) * 3_600_000_000))
        }
        Span::Days(days) => calendar.end_of(plus_days(days)),
        Span::DaysToBusinessDay(days) => calendar.end_of(calendar.business_day_from(plus_days(days))),
        Span::Months(months) => {
            let last: Date = first.checked_add(i64::from(months.min(1_200)).months()).unwrap_or(first);
            calendar.end_of(last)
        }
        Span::BusinessDays(days) => calendar.end_of(calendar.plus_business_days(first, days.min(10_000))),
    }
}

/// Whom to tell when it was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    pub after_days: u32,
    /// How many steps up the tree of units.
    pub levels_up: u32,
}

/// When to remind and whom to tell later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Days before the due date.
    pub remind_days_before: Vec<u32>,
    pub escalations: Vec<Escalation>,
}

/// Something that the clock asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Remind { days_before: u32 },
    Escalate { levels_up: u32 },
}

impl Step {
    /// Under which it is kept that somebody was told.
    pub fn name(self) -> String {
        match self {
            Self::Remind { days_before } => format!("remind:{days_before}"),
            Self::Escalate { levels_up } => format!("escalate:{levels_up}"),
        }
    }
}

impl Plan {
    /// What has become due between two looks: after the first, up to the second. Looking twice asks for nothing twice.
    pub fn steps(&self, due: Time, after: Time, until: Time) -> Vec<(Time, Step)> {
        let reminders = self
            .remind_days_before
            .iter()
            .map(|days| (due.plus_days(-i64::from(*days)), Step::Remind { days_before: *days }));
        let escalations = self.escalations.iter().map(|one| {
            (due.plus_days(i64::from(one.after_days)), Step::Escalate { levels_up: one.levels_up })
        });
        let mut steps: Vec<(Time, Step)> =
            reminders.chain(escalations).filter(|(at, _)| *at > after && *at <= until).collect();
        steps.sort_unstable();
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn due(start: &str, span: Span, calendar: &str) -> String {
        due_at(time(start), span, &Calendar::named(calendar).unwrap(), &[]).to_string()
    }

    #[test]
    fn hours_run_through_and_days_end_with_their_last_day() {
        assert_eq!(due("2026-05-01T10:00:00Z", Span::Hours(72), "eu"), "2026-05-04T10:00:00Z");
        // The day of the event does not count.
        assert_eq!(due("2026-11-20T01:00:00Z", Span::Days(5), "utc"), "2026-11-25T23:59:59.999999Z");
        assert_eq!(due("2026-11-20T01:00:00Z", Span::Days(0), "utc"), "2026-11-20T23:59:59.999999Z");
        // 28 November is a Saturday.
        assert_eq!(
            due("2026-11-20T01:00:00Z", Span::DaysToBusinessDay(8), "utc"),
            "2026-11-30T23:59:59.999999Z"
        );
    }

    #[test]
    fn a_month_ends_on_the_same_number_or_on_its_last_day() {
        assert_eq!(due("2026-01-31T10:00:00Z", Span::Months(1), "utc"), "2026-02-28T23:59:59.999999Z");
        assert_eq!(due("2028-01-31T10:00:00Z", Span::Months(1), "utc"), "2028-02-29T23:59:59.999999Z");
        assert_eq!(due("2026-03-15T10:00:00Z", Span::Months(12), "utc"), "2027-03-15T23:59:59.999999Z");
    }

    #[test]
    fn business_days_are_those_of_the_jurisdiction() {
        let start = "2026-09-18T03:00:00Z";
        assert_eq!(due(start, Span::BusinessDays(1), "jp"), "2026-09-24T14:59:59.999999Z");
        assert_eq!(due(start, Span::BusinessDays(1), "utc"), "2026-09-21T23:59:59.999999Z");
        assert_eq!(due("2026-07-02T15:00:00Z", Span::BusinessDays(1), "us"), "2026-07-07T04:59:59.999999Z");
    }

    #[test]
    fn a_pause_moves_the_date_and_two_at_once_are_one() {
        let pause = |from: &str, to: Option<&str>| Pause {
            from: time(from),
            to: to.map(time),
            reason: "the maker has no fix".into(),
            approved_by: "CISO".into(),
        };
        let with = |pauses: &[Pause]| {
            let calendar = Calendar::named("utc").unwrap();
            due_at(time("2026-11-01T00:00:00Z"), Span::Hours(240), &calendar, pauses).to_string()
        };
        assert_eq!(with(&[]), "2026-11-11T00:00:00Z");
        let two = [
            pause("2026-11-02T00:00:00Z", Some("2026-11-05T00:00:00Z")),
            pause("2026-11-04T00:00:00Z", Some("2026-11-06T00:00:00Z")),
        ];
        assert_eq!(with(&two), "2026-11-15T00:00:00Z");
        assert_eq!(
            with(&[pause("2026-11-12T00:00:00Z", Some("2026-12-12T00:00:00Z"))]),
            "2026-11-11T00:00:00Z"
        );
        assert_eq!(
            with(&[pause("2026-10-20T00:00:00Z", Some("2026-11-02T00:00:00Z"))]),
            "2026-11-12T00:00:00Z"
        );
        assert_eq!(with(&[pause("2026-11-05T00:00:00Z", None)]), "2026-11-11T00:00:00Z");
    }

    #[test]
    fn looking_twice_reminds_once() {
        let plan = Plan {
            remind_days_before: vec![7, 1],
            escalations: vec![
                Escalation { after_days: 1, levels_up: 1 },
                Escalation { after_days: 14, levels_up: 2 },
            ],
        };
        let due = time("2026-11-20T00:00:00Z");
        let look = |after: &str, until: &str| plan.steps(due, time(after), time(until));
        assert_eq!(
            look("2026-11-01T00:00:00Z", "2026-11-19T00:00:00Z"),
            [
                (time("2026-11-13T00:00:00Z"), Step::Remind { days_before: 7 }),
                (time("2026-11-19T00:00:00Z"), Step::Remind { days_before: 1 }),
            ]
        );
        assert!(look("2026-11-19T00:00:00Z", "2026-11-20T12:00:00Z").is_empty());
        let later = look("2026-11-20T12:00:00Z", "2026-12-31T00:00:00Z");
        let steps: Vec<Step> = later.into_iter().map(|(_, step)| step).collect();
        assert_eq!(steps, [Step::Escalate { levels_up: 1 }, Step::Escalate { levels_up: 2 }]);
    }
}
