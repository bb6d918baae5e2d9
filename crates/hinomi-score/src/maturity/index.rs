// SPDX-License-Identifier: Apache-2.0
//! The score of an indicator and the index of an axis.

use super::{Axis, FormulaSet, Indicator, Shape, Tally};

/// What came of an indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// 0 to 1.
    Scored(f64),
    /// Nothing was in scope: it does not count.
    NotInScope,
    /// Something was in scope, but its source is missing or old: it scores 0 and says so.
    Blind,
    /// The data it is made from does not exist in Hinomi yet: it does not count.
    Awaited,
}

impl Outcome {
    /// What goes into the index; `None` when it does not count.
    pub fn score(self) -> Option<f64> {
        match self {
            Self::Scored(score) => Some(score),
            Self::Blind => Some(0.0),
            Self::NotInScope | Self::Awaited => None,
        }
    }
}

/// The index of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxisIndex {
    /// Tenths of a point, 0 to 1,000; `None` when the axis is not rated.
    pub tenths: Option<i64>,
    /// The weight of the indicators that counted.
    pub weight: u32,
}

/// 0 at `from`, 1 at `to`.
fn up(x: f64, from: f64, to: f64) -> f64 {
    ((x - from) / (to - from)).clamp(0.0, 1.0)
}

/// 1 at `from`, 0 at `to`.
fn down(x: f64, from: f64, to: f64) -> f64 {
    ((to - x) / (to - from)).clamp(0.0, 1.0)
}

impl Shape {
    fn apply(self, tally: &Tally) -> Option<f64> {
        Some(match self {
            Self::Ratio => tally.ratio()?.clamp(0.0, 1.0),
            Self::Rising { per, from, to } => up(per * tally.ratio()?, from, to),
            Self::Falling { per, from, to } => down(per * tally.ratio()?, from, to),
            Self::MedianFalling { from, to } => down(tally.median()?, from, to),
            Self::Halves => tally.halves()?.clamp(0.0, 1.0),
        })
    }
}

impl Indicator {
    /// The score of what was counted.
    pub fn score(&self, tally: &Tally) -> Outcome {
        self.shape.apply(tally).map_or(Outcome::NotInScope, Outcome::Scored)
    }

    /// The share or the median behind the score, as pages show it.
    pub fn value(&self, tally: &Tally) -> Option<f64> {
        match self.shape {
            Shape::Ratio => tally.ratio(),
            Shape::Rising { per, .. } | Shape::Falling { per, .. } => Some(per * tally.ratio()?),
            Shape::MedianFalling { .. } => tally.median(),
            Shape::Halves => tally.halves(),
        }
    }
}

impl FormulaSet {
    /// The weighted mean of what counts, 0 to 100, not rounded: for what a change would bring.
    pub fn exact(&self, axis: Axis, outcome: impl Fn(&Indicator) -> Outcome) -> f64 {
        let mut sum = 0.0;
        let mut weight = 0;
        for indicator in self.of_axis(axis) {
            if let Some(score) = outcome(indicator).score() {
                sum += f64::from(indicator.weight) * score;
                weight += indicator.weight;
            }
        }
        100.0 * sum / f64::from(weight.max(1))
    }

    /// The index of an axis: the weighted mean of what counts, rounded half up to one decimal.
    pub fn index(&self, axis: Axis, outcome: impl Fn(&Indicator) -> Outcome) -> AxisIndex {
        let mut sum = 0.0;
        let mut weight = 0;
        for indicator in self.of_axis(axis) {
            if let Some(score) = outcome(indicator).score() {
                sum += f64::from(indicator.weight) * score;
                weight += indicator.weight;
            }
        }
        let is_rated = weight > 0 && weight >= self.least_weight;
        // The least part keeps a sum such as 0.8500000000000001 from tipping a half over, or 0.8499999 from holding it back.
        let tenths = (1000.0 * sum / f64::from(weight.max(1)) + 1e-9 + 0.5).floor() as i64;
        AxisIndex { tenths: is_rated.then_some(tenths), weight }
    }
}
