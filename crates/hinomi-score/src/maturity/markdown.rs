// SPDX-License-Identifier: Apache-2.0
//! The formula set as a page of the manual, so that what is documented is what is computed.

use super::{Axis, FormulaSet, GateTest, Shape};
use std::fmt::Write as _;

impl Shape {
    /// The formula in words of mathematics; n is counted, d is in scope.
    pub fn formula(self) -> String {
        match self {
            Self::Ratio => "n / d".to_owned(),
            Self::Rising { per, from, to } => format!("({} − {from}) / ({to} − {from})", share(per)),
            Self::Falling { per, from, to } => format!("({to} − {}) / ({to} − {from})", share(per)),
            Self::MedianFalling { from, to } => format!("({to} − median) / ({to} − {from})"),
        }
    }
}

fn share(per: f64) -> String {
    if per == 1.0 { "n / d".to_owned() } else { format!("{per} · n / d") }
}

impl FormulaSet {
    /// Every formula, weight and gate, as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "Formula set {}, valid from {}.", self.version, self.valid_from);
        for axis in Axis::ALL {
            let _ = writeln!(text, "\n### {}\n", axis.code());
            let _ = writeln!(text, "| Indicator | Weight | Score, kept within 0 and 1 | n | d | Made from |");
            let _ = writeln!(text, "| --- | --- | --- | --- | --- | --- |");
            for one in self.of_axis(axis) {
                let _ = writeln!(
                    text,
                    "| {} v{} | {} | {} | {} | {} | {} |",
                    one.code,
                    one.version,
                    one.weight,
                    one.shape.formula(),
                    one.counts,
                    one.among,
                    one.sources.join(", ")
                );
            }
            let gates: Vec<_> = self.gates.iter().filter(|gate| gate.axis == Some(axis)).collect();
            for gate in gates {
                let _ = writeln!(text, "\nGate of level {}: {}.", gate.level, gate.test.in_words());
            }
        }
        let _ = writeln!(text, "\n### Gates of every axis\n\n| Level | What must hold |\n| --- | --- |");
        for gate in self.gates.iter().filter(|gate| gate.axis.is_none()) {
            let _ = writeln!(text, "| {} | {} |", gate.level, gate.test.in_words());
        }
        text
    }
}

impl GateTest {
    fn in_words(&self) -> String {
        match self {
            Self::Rated => "the axis is rated".to_owned(),
            Self::Score { at_least } => format!("the index is at least {at_least}"),
            Self::ScoreKept { at_least, months } => {
                format!("the index was at least {at_least} in {months} months, this one among them")
            }
            Self::NoWeak { weight, at_least } => {
                format!("no indicator of weight {weight} or more scores below {at_least}")
            }
            Self::Indicator { code, at_least } => format!("{code} scores at least {at_least}"),
            Self::Fact { name } => format!("it is shown: {}", name.replace('-', " ")),
        }
    }
}
