// SPDX-License-Identifier: Apache-2.0
//! A unit's figures of a month beside its past: the axes as they were closed, the tickets as they stood.

use std::collections::BTreeMap;

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::Axis;
use serde::Serialize;
use utoipa::ToSchema;

use super::months;
use crate::ReviewError;

/// A figure in a month.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PastValue {
    pub month: String,
    pub value: Option<f64>,
}

/// A figure beside its past.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FigureView {
    /// `axis-…`, `tickets-open`, `tickets-overdue`, `tickets-exploited`, `tickets-opened`, `tickets-closed`.
    pub figure: String,
    /// `points` or `count`.
    pub unit: String,
    /// `more`, `fewer`, or `none` where neither is better.
    pub better: String,
    pub value: Option<f64>,
    pub before: Option<f64>,
    /// It is worse than the month before.
    pub worse: bool,
    /// The oldest first, this month last.
    pub past: Vec<PastValue>,
    /// Where its rows are.
    pub href: String,
}

/// Figures that a cause can be named for.
pub(super) fn names() -> Vec<String> {
    let axes = Axis::ALL.iter().map(|axis| format!("axis-{}", axis.code()));
    axes.chain(TICKETS.iter().map(|(name, ..)| (*name).to_owned())).collect()
}

/// Name, which way is better.
const TICKETS: [(&str, &str); 5] = [
    ("tickets-open", "fewer"),
    ("tickets-overdue", "fewer"),
    ("tickets-exploited", "fewer"),
    ("tickets-opened", "none"),
    ("tickets-closed", "none"),
];

/// The list of the very tickets that a figure counts.
fn list_of(figure: &str, month: Month, is_over: bool) -> String {
    let (first, last) = (month.first_day(), month.last_day());
    // Of a month that runs, those of now; what is late is late now.
    let at = if is_over { format!("at={last}") } else { "state=open".to_owned() };
    match figure {
        "tickets-overdue" => format!("{at}&overdue=true"),
        "tickets-exploited" => format!("{at}&known_exploited=true"),
        "tickets-opened" => format!("state=all&opened_from={first}&opened_to={last}"),
        "tickets-closed" => format!("state=all&closed_from={first}&closed_to={last}"),
        _ => at,
    }
}

/// Months that stand beside each other.
const MONTHS: i32 = 12;

/// Of the unit with everything below it.
pub(super) async fn figures(
    db: &Db,
    days: &GroupDays,
    scope: &Scope,
    unit: UnitId,
    (month, now): (Month, Time),
) -> Result<Vec<FigureView>, ReviewError> {
    let months: Vec<Month> = (0..MONTHS).rev().map(|back| month.plus(-back)).collect();
    let counted = months::tickets(db, days, scope, unit, (&months, now)).await?;
    let mut past: BTreeMap<String, Vec<PastValue>> = BTreeMap::new();
    let trend = hinomi_maturity::service::trend(db, scope, Some(unit), 120).await;
    let trend = match trend {
        Ok(trend) => trend,
        // A unit or an instance without a scored month has tickets all the same.
        Err(
            hinomi_maturity::MaturityError::MonthUnknown { .. }
            | hinomi_maturity::MaturityError::UnitUnknown { .. },
        ) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    for (month, counted) in months.iter().zip(counted) {
        let name = month.to_string();
        let scored = trend.iter().find(|point| point.month == name);
        for axis in Axis::ALL {
            let score = scored.and_then(|point| point.axes.iter().find(|one| one.axis == axis.code()));
            let value = PastValue { month: name.clone(), value: score.and_then(|one| one.score) };
            past.entry(format!("axis-{}", axis.code())).or_default().push(value);
        }
        for (no, (figure, ..)) in TICKETS.iter().enumerate() {
            let value = counted.map(|counts| counts[no] as f64);
            past.entry((*figure).to_owned()).or_default().push(PastValue { month: name.clone(), value });
        }
    }
    let mut views = Vec::new();
    for axis in Axis::ALL {
        let figure = format!("axis-{}", axis.code());
        let href = format!("/maturity?unit={unit}&month={month}&axis={}", axis.code());
        let values = past.remove(&figure).unwrap_or_default();
        views.push(view(figure, ("points", "more"), values, href));
    }
    for (figure, better) in TICKETS {
        let values = past.remove(figure).unwrap_or_default();
        let href =
            format!("/tickets?view=flat&unit={unit}&{}", list_of(figure, month, month.end(days) <= now));
        views.push(view(figure.to_owned(), ("count", better), values, href));
    }
    Ok(views)
}

fn view(figure: String, (unit, better): (&str, &str), past: Vec<PastValue>, href: String) -> FigureView {
    let value = past.last().and_then(|one| one.value);
    let before = past.len().checked_sub(2).and_then(|no| past.get(no)).and_then(|one| one.value);
    let worse = match (value, before, better) {
        (Some(value), Some(before), "more") => value < before,
        (Some(value), Some(before), "fewer") => value > before,
        _ => false,
    };
    FigureView { figure, unit: unit.to_owned(), better: better.to_owned(), value, before, worse, past, href }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_what_goes_the_wrong_way() {
        let past = |values: [Option<f64>; 2]| {
            values
                .into_iter()
                .map(|value| PastValue { month: "2026-11".to_owned(), value })
                .collect::<Vec<_>>()
        };
        let worse =
            |better, values| view("x".to_owned(), ("count", better), past(values), String::new()).worse;
        assert!(worse("more", [Some(60.0), Some(59.9)]) && !worse("more", [Some(60.0), Some(60.0)]));
        assert!(worse("fewer", [Some(3.0), Some(4.0)]) && !worse("fewer", [Some(4.0), Some(3.0)]));
        assert!(!worse("none", [Some(3.0), Some(4.0)]) && !worse("more", [None, Some(1.0)]));
        assert_eq!(names().len(), 11);
    }
}
