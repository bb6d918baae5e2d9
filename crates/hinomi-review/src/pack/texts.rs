// SPDX-License-Identifier: Apache-2.0
//! A pack in the reader's language.

use fluent_bundle::FluentValue;

use super::document::PackUnit;
use super::paper::Language;
use crate::words::{Texts, Words};

const TEXTS: Texts = Texts {
    english: &[
        include_str!("../../../../locales/en/review.ftl"),
        include_str!("../../../../locales/en/maturity.ftl"),
        include_str!("../../../../locales/en/terms.ftl"),
    ],
    japanese: &[
        include_str!("../../../../locales/ja/review.ftl"),
        include_str!("../../../../locales/ja/maturity.ftl"),
        include_str!("../../../../locales/ja/terms.ftl"),
    ],
};

pub(super) struct PackWords {
    words: Words,
    language: Language,
}

impl PackWords {
    pub(super) fn new(language: Language) -> Self {
        Self { words: Words::new(language.code(), TEXTS), language }
    }

    pub(super) fn say(&self, key: &str) -> String {
        self.words.say(key, &[])
    }

    pub(super) fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let values: Vec<(&str, FluentValue<'_>)> =
            values.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
        self.words.say(key, &values)
    }

    pub(super) fn counted(&self, key: &str, values: &[(&str, i64)]) -> String {
        let values: Vec<(&str, FluentValue<'_>)> =
            values.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
        self.words.say(key, &values)
    }

    pub(super) fn unit(&self, unit: &PackUnit) -> String {
        self.either(&unit.name, &unit.name_ja)
    }

    pub(super) fn either(&self, name: &str, name_ja: &str) -> String {
        match self.language {
            Language::Ja if !name_ja.is_empty() => name_ja.to_owned(),
            _ => name.to_owned(),
        }
    }

    /// `2026-10` as people write it.
    pub(super) fn month(&self, month: &str) -> String {
        let (year, number) = month.split_once('-').unwrap_or((month, "1"));
        let number: i64 = number.parse().unwrap_or(1);
        let values = [("year", FluentValue::from(year)), ("number", FluentValue::from(number))];
        self.words.say("pack-month", &values)
    }

    /// `2026-10-31` as people write it; what is no day stays as it is.
    pub(super) fn day(&self, day: &str) -> String {
        let parts: Vec<&str> = day.split('-').collect();
        let [year, month, number] = parts.as_slice() else { return day.to_owned() };
        let (Ok(month), Ok(number)) = (month.parse::<i64>(), number.parse::<i64>()) else {
            return day.to_owned();
        };
        let values = [
            ("year", FluentValue::from(*year)),
            ("month", FluentValue::from(month)),
            ("day", FluentValue::from(number)),
        ];
        self.words.say("pack-day", &values)
    }

    pub(super) fn axis(&self, code: &str) -> String {
        self.say(&format!("axis-{code}"))
    }
}

/// A figure with one decimal where it has one, as pages write it.
pub(super) fn figure(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded.is_finite() { (rounded + 0.0).to_string() } else { "–".to_owned() }
}

pub(super) fn figure_or(value: Option<f64>, otherwise: &str) -> String {
    value.map_or_else(|| otherwise.to_owned(), figure)
}
