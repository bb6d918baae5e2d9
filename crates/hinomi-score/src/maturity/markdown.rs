// SPDX-License-Identifier: Apache-2.0
//! The formula set as a page of the manual, so that what is documented is what is computed.

use super::{Axis, FormulaSet, GateTest, Indicator, Shape};
use std::fmt::Write as _;

impl Shape {
    /// The formula in words of mathematics; n is counted, d is in scope.
    pub fn formula(self) -> String {
        match self {
            Self::Ratio => "n / d".to_owned(),
            Self::Rising { per, from, to } => format!("({} − {from}) / ({to} − {from})", share(per)),
            Self::Falling { per, from, to } => format!("({to} − {}) / ({to} − {from})", share(per)),
            Self::MedianFalling { from, to } => format!("({to} − median) / ({to} − {from})"),
            Self::Halves => "½ · n₁ / d₁ + ½ · n₂ / d₂".to_owned(),
        }
    }
}

fn share(per: f64) -> String {
    if per == 1.0 { "n / d".to_owned() } else { format!("{per} · n / d") }
}

/// The languages in which the manual is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Japanese,
}

/// The words around the formulas.
struct Words {
    set: [&'static str; 2],
    axes: [&'static str; 6],
    head: &'static str,
    gate: [&'static str; 2],
    every: [&'static str; 2],
}

const ENGLISH: Words = Words {
    set: ["Formula set ", ", valid from "],
    axes: [
        "Governance",
        "Human security",
        "System security",
        "Information assets",
        "Detection and response",
        "Culture and mindset",
    ],
    head: "| Indicator | Weight | Score, kept within 0 and 1 | n | d | Made from |",
    gate: ["Gate of level ", ": "],
    every: ["Gates of every axis", "| Level | What must hold |"],
};

const JAPANESE: Words = Words {
    set: ["計算式の版 ", "、適用開始 "],
    axes: ["ガバナンス", "人的セキュリティ", "システムセキュリティ", "情報資産", "検知と対応", "文化と意識"],
    head: "| 指標 | 重み | 点数（0〜1 に収める） | n | d | データ源 |",
    gate: ["レベル ", " の条件："],
    every: ["すべての軸に共通の条件", "| レベル | 満たすべきこと |"],
};

impl FormulaSet {
    /// Every formula, weight and gate, as Markdown.
    pub fn to_markdown(&self, language: Language) -> String {
        let words = match language {
            Language::English => ENGLISH,
            Language::Japanese => JAPANESE,
        };
        let stop = if language == Language::English { "." } else { "" };
        let mut text = String::new();
        let _ = writeln!(text, "{}{}{}{}{stop}", words.set[0], self.version, words.set[1], self.valid_from);
        for (axis, name) in Axis::ALL.into_iter().zip(words.axes) {
            let _ = writeln!(text, "\n### {name}\n");
            let _ = writeln!(text, "{}", words.head);
            let _ = writeln!(text, "| --- | --- | --- | --- | --- | --- |");
            for one in self.of_axis(axis) {
                let (counts, among) = one.in_words(language);
                let _ = writeln!(
                    text,
                    "| {} v{} | {} | {} | {counts} | {among} | {} |",
                    one.code,
                    one.version,
                    one.weight,
                    one.shape.formula(),
                    one.sources.join(", ")
                );
            }
            for gate in self.gates.iter().filter(|gate| gate.axis == Some(axis)) {
                let test = gate.test.in_words(language);
                let _ = writeln!(text, "\n{}{}{}{test}{stop}", words.gate[0], gate.level, words.gate[1]);
            }
        }
        let _ = writeln!(text, "\n### {}\n\n{}\n| --- | --- |", words.every[0], words.every[1]);
        for gate in self.gates.iter().filter(|gate| gate.axis.is_none()) {
            let _ = writeln!(text, "| {} | {} |", gate.level, gate.test.in_words(language));
        }
        text
    }
}

impl Indicator {
    /// What is counted, and among what; a set of one's own may say it in English only.
    fn in_words(&self, language: Language) -> (&str, &str) {
        let own = |japanese: &'_ str| language == Language::Japanese && !japanese.is_empty();
        (
            if own(&self.counts_ja) { &self.counts_ja } else { &self.counts },
            if own(&self.among_ja) { &self.among_ja } else { &self.among },
        )
    }
}

impl GateTest {
    fn in_words(&self, language: Language) -> String {
        match language {
            Language::English => self.in_english(),
            Language::Japanese => self.in_japanese(),
        }
    }

    fn in_english(&self) -> String {
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

    fn in_japanese(&self) -> String {
        match self {
            Self::Rated => "軸が評価されている".to_owned(),
            Self::Score { at_least } => format!("指数が {at_least} 以上"),
            Self::ScoreKept { at_least, months } => {
                format!("この月を含む {months} か月続けて指数が {at_least} 以上")
            }
            Self::NoWeak { weight, at_least } => {
                format!("重み {weight} 以上の指標がどれも {at_least} を下回らない")
            }
            Self::Indicator { code, at_least } => format!("{code} が {at_least} 以上"),
            Self::Fact { name } => match name.as_str() {
                "owner-seat-filled" => "軸の責任者が在任している".to_owned(),
                "procedure-approved" => "手順が承認され、有効期限内である".to_owned(),
                "reviewed-three-months" => "過去 3 か月のレビューがすべて行われた".to_owned(),
                "independently-checked" => "独立した点検を受けた".to_owned(),
                "sim3-assessed" => "SIM3 の自己評価を行った".to_owned(),
                "sim3-baseline-met" => "SIM3 の基準を満たす".to_owned(),
                other => other.to_owned(),
            },
        }
    }
}
