// SPDX-License-Identifier: Apache-2.0
//! CVSS v4.0 scoring (specification, section 8): the macro vector's score, lowered by the vector's distance from
//! the worst vector of its macro vector.
//!
//! ```text
//! effective metrics ─→ six equivalence levels ─→ lookup: score of the macro vector
//!         │                     │
//!         └─→ severity distance within each set  ×  score lost to the next lower macro vector ─→ mean ─→ subtract
//! ```
//! All of it in fractions of integers, so that the one rounding (to one decimal, halves up) is exact.
use super::metrics::Group;
use super::v4_lookup::LOOKUP;
use super::{Score, Scores, Vector, Version};
use crate::Severity;

/// Which optional groups count; the others are taken as not defined.
#[derive(Clone, Copy)]
struct Counted {
    threat: bool,
    environmental: bool,
}

pub(super) fn scores(vector: &Vector) -> Scores {
    let has_threat = vector.defines_any(Group::Threat);
    let has_environmental = vector.defines_any(Group::Environmental);
    let of = |threat, environmental| score(&Levels::new(vector, Counted { threat, environmental }));
    let overall = of(true, true);
    Scores {
        version: Version::V40,
        base: of(false, false),
        temporal: None,
        environmental: has_environmental.then_some(overall),
        threat: has_threat.then(|| of(true, false)),
        score: overall,
        severity: Severity::from_cvss_score(overall.value()),
        nomenclature: Some(match (has_threat, has_environmental) {
            (false, false) => "CVSS-B",
            (true, false) => "CVSS-BT",
            (false, true) => "CVSS-BE",
            (true, true) => "CVSS-BTE",
        }),
    }
}

/// The severity level of each metric that scores: 0 is the worst, a step is one value milder. Subsequent-system
/// metrics begin with safety (S) at 0, so that high is 1.
struct Levels {
    av: i32,
    pr: i32,
    ui: i32,
    ac: i32,
    at: i32,
    vulnerable: [i32; 3],
    requirements: [i32; 3],
    subsequent: [i32; 3],
    exploit: i32,
}

const IMPACT_HIGH: i32 = 0;
const IMPACT_NONE: i32 = 2;
const SUBSEQUENT_SAFETY: i32 = 0;
const SUBSEQUENT_HIGH: i32 = 1;
const SUBSEQUENT_NONE: i32 = 3;

impl Levels {
    fn new(vector: &Vector, counted: Counted) -> Levels {
        let base = |name: &str| vector.defined_weight(name).unwrap_or(0);
        let environmental = |name: &str| vector.defined_weight(name).filter(|_| counted.environmental);
        let modified = |modified_name: &str, name: &str| environmental(modified_name).unwrap_or(base(name));
        Levels {
            av: modified("MAV", "AV"),
            pr: modified("MPR", "PR"),
            ui: modified("MUI", "UI"),
            ac: modified("MAC", "AC"),
            at: modified("MAT", "AT"),
            vulnerable: [modified("MVC", "VC"), modified("MVI", "VI"), modified("MVA", "VA")],
            requirements: ["CR", "IR", "AR"].map(|name| environmental(name).unwrap_or(0)),
            subsequent: [modified("MSC", "SC"), modified("MSI", "SI"), modified("MSA", "SA")],
            exploit: if counted.threat { base("E") } else { 0 },
        }
    }

    fn has_no_impact(&self) -> bool {
        self.vulnerable == [IMPACT_NONE; 3] && self.subsequent == [SUBSEQUENT_NONE; 3]
    }
}

/// One equivalence set (EQ3 and EQ6 count as one): its level, how far the vector is from the worst of that level,
/// and how many steps the level is deep (specification section 8.2, tables 24 to 29).
struct Set {
    level: usize,
    distance: i32,
    depth: i32,
}

fn eq1(levels: &Levels) -> Set {
    let zeros = [levels.av, levels.pr, levels.ui].map(|level| level == 0);
    let level = if zeros == [true; 3] {
        0
    } else if zeros != [false; 3] && levels.av != 3 {
        1
    } else {
        2
    };
    let worst = [0, 1, 3][level];
    Set { level, distance: levels.av + levels.pr + levels.ui - worst, depth: [1, 4, 5][level] }
}

fn eq2(levels: &Levels) -> Set {
    let level = usize::from(levels.ac != 0 || levels.at != 0);
    let worst = [0, 1][level];
    Set { level, distance: levels.ac + levels.at - worst, depth: [1, 2][level] }
}

/// EQ3 and EQ6 depend on each other. Levels 0 to 4 stand for (EQ3, EQ6) = 00, 01, 10, 11, 21.
fn eq3_and_eq6(levels: &Levels) -> Set {
    let high = levels.vulnerable.map(|level| level == IMPACT_HIGH);
    let eq3 = if high[0] && high[1] {
        0
    } else if high != [false; 3] {
        1
    } else {
        2
    };
    let required_high =
        levels.requirements.iter().zip(high).any(|(requirement, high)| *requirement == 0 && high);
    let level = match (eq3, required_high) {
        (0, true) => 0,
        (0, false) => 1,
        (1, true) => 2,
        (1, false) => 3,
        _ => 4,
    };
    let sum: i32 = levels.vulnerable.iter().chain(&levels.requirements).sum();
    let worst = [0, 3, 1, 3, 3][level];
    Set { level, distance: sum - worst, depth: [7, 6, 8, 8, 10][level] }
}

fn eq4(levels: &Levels) -> Set {
    let [_, integrity, availability] = levels.subsequent;
    let level = if integrity == SUBSEQUENT_SAFETY || availability == SUBSEQUENT_SAFETY {
        0
    } else if levels.subsequent.contains(&SUBSEQUENT_HIGH) {
        1
    } else {
        2
    };
    let sum: i32 = levels.subsequent.iter().sum();
    let worst = [1, 3, 6][level];
    Set { level, distance: sum - worst, depth: [6, 5, 4][level] }
}

/// EQ5 has one vector a level, so its distance is always 0; it counts in the mean all the same.
fn eq5(levels: &Levels) -> Set {
    Set { level: usize::try_from(levels.exploit).unwrap_or(0), distance: 0, depth: 1 }
}

/// The score of a macro vector in tenths; `None` where there is no such macro vector.
fn lookup(eq1: usize, eq2: usize, eq36: usize, eq4: usize, eq5: usize) -> Option<i64> {
    if eq1 > 2 || eq2 > 1 || eq36 > 4 || eq4 > 2 || eq5 > 2 {
        return None;
    }
    Some(i64::from(LOOKUP[eq1 * 2 + eq2][eq36][eq4 * 3 + eq5]))
}

/// The score of the next lower macro vector in the joint set of EQ3 and EQ6: from 00 the higher of 01 and 10.
fn lower_eq36(eq1: usize, eq2: usize, eq36: usize, eq4: usize, eq5: usize) -> Option<i64> {
    let at = |level| lookup(eq1, eq2, level, eq4, eq5);
    match eq36 {
        0 => at(1).max(at(2)),
        1 | 2 => at(3),
        3 => at(4),
        _ => None,
    }
}

fn score(levels: &Levels) -> Score {
    if levels.has_no_impact() {
        return Score::ZERO;
    }
    let sets = [eq1(levels), eq2(levels), eq3_and_eq6(levels), eq4(levels), eq5(levels)];
    let [one, two, three_six, four, five] = [0, 1, 2, 3, 4].map(|index: usize| sets[index].level);
    let Some(value) = lookup(one, two, three_six, four, five) else { return Score::ZERO };
    let lower = [
        lookup(one + 1, two, three_six, four, five),
        lookup(one, two + 1, three_six, four, five),
        lower_eq36(one, two, three_six, four, five),
        lookup(one, two, three_six, four + 1, five),
        lookup(one, two, three_six, four, five + 1),
    ];
    // Each set loses (value - lower) · distance / depth; all depths divide 840.
    const COMMON: i64 = 840;
    let mut lost = 0;
    let mut count = 0;
    for (set, lower_value) in sets.iter().zip(lower) {
        let Some(lower_value) = lower_value else { continue };
        lost += (value - lower_value) * i64::from(set.distance) * (COMMON / i64::from(set.depth));
        count += 1;
    }
    if count == 0 {
        return Score::from_tenths(i128::from(value));
    }
    // Round value - lost / (COMMON · count) to whole tenths, halves up.
    let denominator = COMMON * count;
    let numerator = value * denominator - lost;
    Score::from_tenths(i128::from((2 * numerator + denominator).div_euclid(2 * denominator)))
}
