// SPDX-License-Identifier: Apache-2.0
//! The level of an axis: cumulative gates.

use super::{Axis, AxisIndex, FormulaSet, GateRule, GateTest, Indicator, Outcome, Shape};
use std::collections::BTreeMap;

/// What is true of a unit beside its indicators; what is not in it is not known.
pub type Facts = BTreeMap<String, bool>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateState {
    Met,
    NotMet,
    /// The data does not exist yet. What is not shown does not hold.
    Awaited,
}

impl GateState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not_met",
            Self::Awaited => "awaited",
        }
    }
}

/// A gate and whether it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub level: u8,
    pub test: GateTest,
    pub state: GateState,
}

/// A level with its gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Levelled {
    /// 0 to 4.
    pub level: u8,
    /// A blind indicator of weight keeps it down.
    pub capped: bool,
    pub gates: Vec<Gate>,
}

/// What the gates of one axis of one unit look at.
struct Look<'a, F> {
    index: AxisIndex,
    /// Indices of the months before, the latest first; `None` where the axis was not rated.
    before: &'a [Option<i64>],
    facts: &'a Facts,
    outcome: F,
}

impl FormulaSet {
    /// The greatest level of which every gate holds, and every gate of the levels below it.
    ///
    /// `value` gives the share behind an indicator, `before` the indices of the months before, the latest first.
    pub fn level(
        &self,
        axis: Axis,
        index: AxisIndex,
        before: &[Option<i64>],
        facts: &Facts,
        outcome: impl Fn(&Indicator) -> Outcome,
    ) -> Levelled {
        let look = Look { index, before, facts, outcome };
        let gates: Vec<Gate> = self
            .gates
            .iter()
            .filter(|gate| gate.axis.is_none_or(|of| of == axis))
            .map(|gate| Gate {
                level: gate.level,
                test: gate.test.clone(),
                state: self.state(axis, gate, &look),
            })
            .collect();
        let lowest_unmet =
            gates.iter().filter(|gate| gate.state != GateState::Met).map(|gate| gate.level).min();
        let reached = lowest_unmet.map_or(4, |level| level - 1);
        let is_blind = self
            .of_axis(axis)
            .any(|one| one.weight >= self.blind_weight && (look.outcome)(one) == Outcome::Blind);
        let level = if is_blind { reached.min(self.blind_level) } else { reached };
        Levelled { level, capped: level < reached, gates }
    }

    fn state<F: Fn(&Indicator) -> Outcome>(
        &self,
        axis: Axis,
        gate: &GateRule,
        look: &Look<'_, F>,
    ) -> GateState {
        let holds = |holds: bool| if holds { GateState::Met } else { GateState::NotMet };
        let at_least =
            |tenths: Option<i64>, wanted: f64| tenths.is_some_and(|got| got as f64 / 10.0 >= wanted);
        match &gate.test {
            GateTest::Rated => holds(look.index.tenths.is_some()),
            GateTest::Score { at_least: wanted } => holds(at_least(look.index.tenths, *wanted)),
            GateTest::ScoreKept { at_least: wanted, months } => {
                let earlier = usize::from(months.saturating_sub(1));
                let kept = look.before.iter().take(earlier).filter(|tenths| at_least(**tenths, *wanted));
                holds(at_least(look.index.tenths, *wanted) && kept.count() == earlier)
            }
            GateTest::NoWeak { weight, at_least: wanted } => {
                let scores = self.of_axis(axis).filter(|one| one.weight >= *weight);
                holds(scores.filter_map(|one| (look.outcome)(one).score()).all(|score| score >= *wanted))
            }
            GateTest::Indicator { code, at_least: wanted } => {
                match self.indicator(code).map(|one| (look.outcome)(one)) {
                    Some(Outcome::Awaited) | None => GateState::Awaited,
                    Some(outcome) => holds(outcome.score().is_none_or(|score| score >= *wanted)),
                }
            }
            GateTest::Fact { name } => match look.facts.get(name) {
                Some(fact) => holds(*fact),
                None => GateState::Awaited,
            },
        }
    }
}

impl Shape {
    /// The word for it in the API and in the catalogues.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Rising { .. } => "rising",
            Self::Falling { .. } => "falling",
            Self::MedianFalling { .. } => "median_falling",
            Self::Halves => "halves",
        }
    }
}
