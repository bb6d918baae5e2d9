// SPDX-License-Identifier: Apache-2.0
//! Kinds of measures, and the rows of one value as they are kept. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ReviewError;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Open tickets.
    OpenTickets,
    /// Open tickets past their due date.
    OverdueTickets,
    /// Of a hundred open tickets, those past their due date.
    OverdueShare,
    /// Open tickets with a vulnerability that is known to be exploited.
    KnownExploited,
    /// Open tickets with one named vulnerability.
    Vulnerability,
    /// Of a hundred assets in use, those with a software list of the last thirty days.
    FreshInventories,
    /// Required seats that nobody holds.
    VacantSeats,
    /// The index of an axis of the Maturity Monitor.
    AxisScore,
    /// The score of an indicator of the Maturity Monitor, of a hundred.
    Indicator,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    Fewer,
    More,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::OpenTickets,
        Self::OverdueTickets,
        Self::OverdueShare,
        Self::KnownExploited,
        Self::Vulnerability,
        Self::FreshInventories,
        Self::VacantSeats,
        Self::AxisScore,
        Self::Indicator,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenTickets => "open_tickets",
            Self::OverdueTickets => "overdue_tickets",
            Self::OverdueShare => "overdue_share",
            Self::KnownExploited => "known_exploited",
            Self::Vulnerability => "vulnerability",
            Self::FreshInventories => "fresh_inventories",
            Self::VacantSeats => "vacant_seats",
            Self::AxisScore => "axis_score",
            Self::Indicator => "indicator",
        }
    }

    pub(crate) fn better(self) -> Better {
        match self {
            Self::FreshInventories | Self::AxisScore | Self::Indicator => Better::More,
            _ => Better::Fewer,
        }
    }

    /// `fewer` or `more`.
    pub(crate) fn better_word(self) -> &'static str {
        match self.better() {
            Better::Fewer => "fewer",
            Better::More => "more",
        }
    }

    /// `count`, `percent` or `points`.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::OverdueShare | Self::FreshInventories => "percent",
            Self::AxisScore | Self::Indicator => "points",
            _ => "count",
        }
    }

    /// It counts tickets, which can be narrowed.
    pub(crate) fn is_of_tickets(self) -> bool {
        matches!(
            self,
            Self::OpenTickets
                | Self::OverdueTickets
                | Self::OverdueShare
                | Self::KnownExploited
                | Self::Vulnerability
        )
    }

    /// It is a figure of one unit with everything below it.
    pub(crate) fn is_of_maturity(self) -> bool {
        matches!(self, Self::AxisScore | Self::Indicator)
    }

    /// The value from what was counted; absent where there was nothing to measure.
    pub(crate) fn value(self, counted: i64, among: i64) -> Option<f64> {
        match self {
            Self::OverdueShare if among == 0 => Some(0.0),
            Self::OverdueShare | Self::FreshInventories | Self::Indicator | Self::AxisScore => {
                (among > 0).then(|| (counted as f64 * 1_000.0 / among as f64).round() / 10.0)
            }
            _ => Some(counted as f64),
        }
    }
}

/// A query: what is counted, and which of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub kind: Kind,
    /// Of tickets: only these of `critical`, `high`, `medium`, `low`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criticalities: Vec<String>,
    /// Of tickets: only those about this package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Of tickets: only those of systems that the Internet reaches.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internet: bool,
    /// For `vulnerability`: its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerability: Option<String>,
    /// For `axis_score`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axis: Option<String>,
    /// For `indicator`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<String>,
}

const LONGEST_NAME: usize = 200;
/// From the least to the most urgent: 1 to 4.
pub(crate) const CRITICALITIES: [&str; 4] = ["low", "medium", "high", "critical"];

impl Measure {
    /// Every filter is one that the kind has, and the kind has what it needs.
    pub(crate) fn check(&self) -> Result<(), ReviewError> {
        let invalid = |message: String| Err(ReviewError::Invalid { field: "measure", message });
        let name = self.kind.name();
        for word in &self.criticalities {
            if !CRITICALITIES.contains(&word.as_str()) {
                return invalid(format!("{word:?} is no criticality"));
            }
        }
        let narrows = !self.criticalities.is_empty() || self.package.is_some() || self.internet;
        if narrows && !self.kind.is_of_tickets() {
            return invalid(format!("{name} counts no tickets and cannot be narrowed"));
        }
        for (field, text, needed) in [
            ("vulnerability", &self.vulnerability, self.kind == Kind::Vulnerability),
            ("axis", &self.axis, self.kind == Kind::AxisScore),
            ("indicator", &self.indicator, self.kind == Kind::Indicator),
        ] {
            match text {
                None if needed => return invalid(format!("{name} wants `{field}`")),
                Some(_) if !needed => return invalid(format!("{name} has no `{field}`")),
                _ => {}
            }
        }
        let texts = [&self.package, &self.vulnerability, &self.axis, &self.indicator];
        if texts.into_iter().flatten().any(|text| text.is_empty() || text.chars().count() > LONGEST_NAME) {
            return invalid(format!("a name has 1 to {LONGEST_NAME} characters"));
        }
        Ok(())
    }

    pub(crate) fn is_met(&self, value: Option<f64>, target: f64) -> bool {
        value.is_some_and(|value| match self.kind.better() {
            Better::Fewer => value <= target,
            Better::More => value >= target,
        })
    }

    /// It stands better than it did; what could not be measured has not moved.
    pub(crate) fn has_bettered(&self, then: Option<f64>, now: Option<f64>) -> bool {
        then.zip(now).is_some_and(|(then, now)| match self.kind.better() {
            Better::Fewer => now < then,
            Better::More => now > then,
        })
    }

    pub(crate) fn ranks(&self) -> Vec<i64> {
        let rank = |word: &String| CRITICALITIES.iter().position(|known| known == word);
        self.criticalities.iter().filter_map(rank).map(|at| at as i64 + 1).collect()
    }
}

/// One row behind a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) unit: String,
    /// A ticket's number, an asset's, a seat's or an indicator's name.
    pub(crate) id: String,
    /// It is one of those that count, not only one of those among which is counted.
    pub(crate) counts: bool,
}

/// The rows behind a value in their one order: equal sets have equal texts and hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct RowSet {
    /// `ticket`, `asset`, `seat`, `indicator`.
    kind: String,
    units: Vec<String>,
    /// Unit's place, id, 1 when it counts.
    rows: Vec<(usize, String, u8)>,
}

impl RowSet {
    pub(crate) fn new(kind: &str, mut rows: Vec<Row>) -> Self {
        rows.sort();
        rows.dedup();
        let mut set = Self { kind: kind.to_owned(), ..Self::default() };
        for row in rows {
            if set.units.last() != Some(&row.unit) {
                set.units.push(row.unit);
            }
            set.rows.push((set.units.len() - 1, row.id, u8::from(row.counts)));
        }
        set
    }

    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.rows.iter().filter_map(|(unit, id, counts)| {
            let unit = self.units.get(*unit)?.clone();
            Some(Row { unit, id: id.clone(), counts: *counts == 1 })
        })
    }

    /// Unit → (counted, among).
    pub(crate) fn by_unit(&self) -> ByUnit {
        let mut by_unit = ByUnit::new();
        for row in self.rows() {
            let entry = by_unit.entry(row.unit).or_default();
            entry.0 += i64::from(row.counts);
            entry.1 += 1;
        }
        by_unit
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

pub(crate) type ByUnit = BTreeMap<String, (i64, i64)>;

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(kind: Kind) -> Measure {
        Measure {
            kind,
            criticalities: Vec::new(),
            package: None,
            internet: false,
            vulnerability: None,
            axis: None,
            indicator: None,
        }
    }

    #[test]
    fn a_measure_has_what_its_kind_needs_and_nothing_else() {
        assert!(measure(Kind::OpenTickets).check().is_ok());
        assert!(measure(Kind::AxisScore).check().is_err());
        assert!(measure(Kind::Vulnerability).check().is_err());
        let axis = Measure { axis: Some("system".into()), ..measure(Kind::AxisScore) };
        assert!(axis.check().is_ok());
        assert!(Measure { axis: Some("system".into()), ..measure(Kind::OpenTickets) }.check().is_err());
        assert!(Measure { internet: true, ..measure(Kind::VacantSeats) }.check().is_err());
        assert!(
            Measure { criticalities: vec!["dire".into()], ..measure(Kind::OpenTickets) }.check().is_err()
        );
    }

    #[test]
    fn a_kind_knows_which_way_is_better() {
        assert!(measure(Kind::OpenTickets).is_met(Some(3.0), 3.0));
        assert!(!measure(Kind::OpenTickets).is_met(Some(4.0), 3.0));
        assert!(measure(Kind::FreshInventories).is_met(Some(95.0), 90.0));
        assert!(!measure(Kind::FreshInventories).is_met(None, 90.0), "nothing to measure is not enough");
        assert_eq!(Kind::OverdueShare.value(1, 3), Some(33.3));
        assert_eq!(Kind::OverdueShare.value(0, 0), Some(0.0));
        assert_eq!(Kind::FreshInventories.value(0, 0), None);
    }

    #[test]
    fn equal_rows_have_equal_texts_in_whatever_order_they_came() {
        let row = |unit: &str, id: &str, counts| Row { unit: unit.into(), id: id.into(), counts };
        let one = RowSet::new("ticket", vec![row("b", "2", true), row("a", "1", true), row("a", "0", false)]);
        let two = RowSet::new("ticket", vec![row("a", "0", false), row("b", "2", true), row("a", "1", true)]);
        assert_eq!(one.text(), two.text());
        assert_eq!(RowSet::read(&one.text()).unwrap(), one);
        assert_eq!(one.by_unit()["a"], (1, 2));
        assert!(RowSet::read("{").is_err());
    }

    #[test]
    fn names_are_those_of_the_documents() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("{:?}", kind.name()));
        }
    }
}
