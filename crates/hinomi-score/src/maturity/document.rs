// SPDX-License-Identifier: Apache-2.0
//! The formula set as a TOML document: reading and checking.

use super::SHIPPED_FORMULAS;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

macro_rules! axes {
    ($($axis:ident => $code:literal,)*) => {
        /// One of the six sides of maturity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Axis { $($axis,)* }

        impl Axis {
            pub const ALL: [Self; 6] = [$(Self::$axis,)*];

            /// As it is stored and as the API calls it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$axis => $code,)* }
            }

            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|axis| axis.code() == code)
            }
        }
    };
}

axes! {
    Governance => "governance",
    Human => "human",
    System => "system",
    Information => "information",
    Incident => "incident",
    Culture => "culture",
}

/// A checked formula set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormulaSet {
    pub version: String,
    /// The first month (YYYY-MM) that is scored by it.
    pub valid_from: String,
    /// An axis whose measurable indicators weigh less is not rated.
    pub least_weight: u32,
    /// A blind indicator of at least this weight …
    pub blind_weight: u32,
    /// … keeps the axis at this level at most.
    pub blind_level: u8,
    /// Units with fewer people show no axis of their own that speaks of persons.
    pub least_people: i64,
    #[serde(rename = "axis")]
    pub axes: Vec<AxisRule>,
    #[serde(rename = "indicator")]
    pub indicators: Vec<Indicator>,
    #[serde(rename = "gate")]
    pub gates: Vec<GateRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisRule {
    pub code: Axis,
    /// The seat whose holder answers for the axis.
    pub owner_seat: String,
    /// It speaks of persons, so that small units show it only inside their parent.
    pub personal: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    pub code: String,
    pub axis: Axis,
    /// Grows with each change of its formula or of what it counts.
    pub version: u32,
    pub weight: u32,
    pub shape: Shape,
    /// What its rows for (or its values) are.
    pub counts: String,
    /// The same in Japanese.
    #[serde(default)]
    pub counts_ja: String,
    /// What is in scope.
    pub among: String,
    #[serde(default)]
    pub among_ja: String,
    /// Where its rows come from; it is awaited until all of them exist.
    pub sources: Vec<String>,
}

/// How counted rows become a score of 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// The share itself.
    Ratio,
    /// 0 at `from`, 1 at `to`, of the share times `per`.
    Rising {
        #[serde(default = "one")]
        per: f64,
        from: f64,
        to: f64,
    },
    /// 1 at `from`, 0 at `to`, of the share times `per`.
    Falling {
        #[serde(default = "one")]
        per: f64,
        from: f64,
        to: f64,
    },
    /// 1 at `from`, 0 at `to`, of the median of the rows' values.
    MedianFalling { from: f64, to: f64 },
    /// Half for the share of one kind of rows, half for that of another. A half with nothing in scope counts as whole.
    Halves,
}

fn one() -> f64 {
    1.0
}

/// What must hold for a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRule {
    pub level: u8,
    /// Of every axis when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axis: Option<Axis>,
    pub test: GateTest,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum GateTest {
    /// The axis has an index.
    Rated,
    /// The index is at least this.
    Score { at_least: f64 },
    /// The index was at least this in so many months, this one among them.
    ScoreKept { at_least: f64, months: u8 },
    /// No indicator of at least this weight scores less.
    NoWeak { weight: u32, at_least: f64 },
    /// An indicator's share or score.
    Indicator { code: String, at_least: f64 },
    /// Something that is true or not, or of which nothing is known.
    Fact { name: String },
}

/// A formula set that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    #[error("{name}: {message}")]
    Toml { name: String, message: String },
    #[error("{name}: {place}: {message}")]
    Rule { name: String, place: String, message: String },
}

impl FormulaSet {
    /// The set that Hinomi starts with.
    pub fn shipped() -> Result<Self, FormulaError> {
        Self::parse(SHIPPED_FORMULAS, "shipped formulas")
    }

    /// Reads and checks a document; `name` is for messages.
    pub fn parse(text: &str, name: &str) -> Result<Self, FormulaError> {
        let set: Self = toml::from_str(text)
            .map_err(|error| FormulaError::Toml { name: name.to_owned(), message: error.to_string() })?;
        set.check().map_err(|(place, message)| FormulaError::Rule {
            name: name.to_owned(),
            place,
            message,
        })?;
        Ok(set)
    }

    pub fn indicator(&self, code: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.code == code)
    }

    pub fn of_axis(&self, axis: Axis) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter().filter(move |indicator| indicator.axis == axis)
    }

    pub fn axis(&self, axis: Axis) -> Option<&AxisRule> {
        self.axes.iter().find(|rule| rule.code == axis)
    }

    fn check(&self) -> Result<(), (String, String)> {
        let wrong = |place: &str, message: &str| Err((place.to_owned(), message.to_owned()));
        if !is_month(&self.valid_from) {
            return wrong("valid_from", "is no month in the form YYYY-MM");
        }
        for axis in Axis::ALL {
            if self.axes.iter().filter(|rule| rule.code == axis).count() != 1 {
                return wrong(axis.code(), "must be stated once");
            }
        }
        let mut codes = HashSet::new();
        for indicator in &self.indicators {
            let place = &indicator.code;
            if !codes.insert(place.as_str()) {
                return wrong(place, "is stated twice");
            }
            if indicator.weight == 0 || indicator.weight > 100 {
                return wrong(place, "weight is not 1 to 100");
            }
            if indicator.sources.is_empty() {
                return wrong(place, "names no source");
            }
            if !indicator.shape.is_sound() {
                return wrong(place, "`from` must be below `to`, and `per` above 0");
            }
        }
        for gate in &self.gates {
            if !(1..=4).contains(&gate.level) {
                return wrong("gate", "level is not 1 to 4");
            }
            if let GateTest::Indicator { code, .. } = &gate.test
                && self.indicator(code).map(|indicator| Some(indicator.axis)) != Some(gate.axis)
            {
                return wrong(code, "a gate names it that is not of its axis");
            }
        }
        Ok(())
    }
}

impl Shape {
    fn is_sound(self) -> bool {
        match self {
            Self::Ratio | Self::Halves => true,
            Self::Rising { per, from, to } | Self::Falling { per, from, to } => per > 0.0 && from < to,
            Self::MedianFalling { from, to } => from < to,
        }
    }
}

fn is_month(text: &str) -> bool {
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-')
        .is_some_and(|(year, month)| digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month))
}
