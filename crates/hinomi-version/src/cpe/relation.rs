// SPDX-License-Identifier: Apache-2.0
//! Set relations of values and of names (NISTIR 7696, sections 6 and 7).

use super::{Attribute, Cpe, Value, symbols};

/// How what the source means relates to what the target means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    Equal,
    /// The target means something more.
    Subset,
    /// The source means something more.
    Superset,
    Disjoint,
    /// Not comparable: the target has wildcards, or the attributes disagree about which side means more.
    Undefined,
}

/// Table 6-2: one attribute of the source against the same attribute of the target.
pub(super) fn compare_values(source: &Value, target: &Value) -> Relation {
    match (source, target) {
        (Value::Any, Value::Any) | (Value::NotApplicable, Value::NotApplicable) => Relation::Equal,
        (_, Value::Text(_)) if target.has_wildcard() => {
            if source == target {
                Relation::Equal
            } else {
                Relation::Undefined
            }
        }
        (Value::Any, _) => Relation::Superset,
        (_, Value::Any) => Relation::Subset,
        (Value::NotApplicable, _) | (_, Value::NotApplicable) => Relation::Disjoint,
        (Value::Text(pattern), Value::Text(text)) if source.has_wildcard() => {
            if pattern_covers(pattern, text) { Relation::Superset } else { Relation::Disjoint }
        }
        (Value::Text(source), Value::Text(target)) => {
            if source == target {
                Relation::Equal
            } else {
                Relation::Disjoint
            }
        }
    }
}

/// Section 7: all attributes together.
pub(super) fn compare_names(source: &Cpe, target: &Cpe) -> Relation {
    let mut has = [false; 4];
    for attribute in Attribute::ALL {
        match compare_values(source.get(attribute), target.get(attribute)) {
            Relation::Disjoint => return Relation::Disjoint,
            Relation::Equal => has[0] = true,
            Relation::Subset => has[1] = true,
            Relation::Superset => has[2] = true,
            Relation::Undefined => has[3] = true,
        }
    }
    match has {
        [_, false, false, false] => Relation::Equal,
        [_, true, false, false] => Relation::Subset,
        [_, false, true, false] => Relation::Superset,
        _ => Relation::Undefined,
    }
}

/// `*` stands for any characters, `?` for one or none.
///
/// Walks the text once with the set of places in the pattern that can be reached: linear in their product.
fn pattern_covers(pattern: &str, text: &str) -> bool {
    let pattern: Vec<(char, bool)> = symbols(pattern).collect();
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    skip_wildcards(&pattern, &mut reached);
    for (letter, _) in symbols(text) {
        let mut next = vec![false; pattern.len() + 1];
        for (place, symbol) in pattern.iter().enumerate().filter(|(place, _)| reached[*place]) {
            match symbol {
                ('*', false) => next[place] = true,
                ('?', false) => next[place + 1] = true,
                (expected, _) if *expected == letter => next[place + 1] = true,
                _ => {}
            }
        }
        reached = next;
        skip_wildcards(&pattern, &mut reached);
    }
    reached[pattern.len()]
}

/// A wildcard may stand for nothing.
fn skip_wildcards(pattern: &[(char, bool)], reached: &mut [bool]) {
    for (place, symbol) in pattern.iter().enumerate() {
        if reached[place] && matches!(symbol, ('*' | '?', false)) {
            reached[place + 1] = true;
        }
    }
}
