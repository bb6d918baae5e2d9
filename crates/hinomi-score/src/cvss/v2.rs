// SPDX-License-Identifier: Apache-2.0
//! CVSS v2.0 equations (A Complete Guide to CVSS v2.0, section 3.2), in exact decimals.
//!
//! Weights are thousandths, so every product is an integer with a known power of ten; nothing is lost before the
//! rounding that the guide asks for (to one decimal, halves up).
use super::metrics::Group;
use super::{Score, Scores, Vector, Version};
use crate::Severity;

pub(super) fn scores(vector: &Vector) -> Scores {
    let requirements = ["CR", "IR", "AR"].map(|name| weight(vector, name, 1000));
    let base = base_score(vector, None);
    let temporal = temporal_score(vector, base);
    let environmental = {
        let adjusted_temporal = temporal_score(vector, base_score(vector, Some(requirements)));
        // AdjustedTemporal in tenths; CDP and TD in thousandths: 1e-1 · 1e-3 · 1e-3.
        let damage = weight(vector, "CDP", 0);
        let distribution = weight(vector, "TD", 1000);
        let raised = adjusted_temporal * 1000 + (100 - adjusted_temporal) * damage;
        round_half_up(raised * distribution, 1_000_000)
    };
    let overall = if vector.defines_any(Group::Environmental) {
        environmental
    } else if vector.defines_any(Group::Temporal) {
        temporal
    } else {
        base
    };
    let score = Score::from_tenths(overall);
    Scores {
        version: Version::V2,
        base: Score::from_tenths(base),
        temporal: Some(Score::from_tenths(temporal)),
        environmental: Some(Score::from_tenths(environmental)),
        threat: None,
        score,
        severity: Severity::from_cvss_v2_score(score.value()),
        nomenclature: None,
    }
}

fn weight(vector: &Vector, name: &str, not_defined: i32) -> i128 {
    i128::from(vector.defined_weight(name).unwrap_or(not_defined))
}

/// The base score in tenths; with requirements the adjusted one. Only the adjusted impact is capped at 10: with all
/// three impacts complete the base impact is 10.0008, and so it counts.
fn base_score(vector: &Vector, requirements: Option<[i128; 3]>) -> i128 {
    const UNIT: i128 = 10_i128.pow(20);
    // Each factor 1 - impact · requirement in 1e-6; their product in 1e-18.
    let kept: i128 = ["C", "I", "A"]
        .into_iter()
        .zip(requirements.unwrap_or([1000; 3]))
        .map(|(name, requirement)| 1_000_000 - weight(vector, name, 0) * requirement)
        .product();
    let uncapped_impact = 1041 * (10_i128.pow(18) - kept);
    let impact = if requirements.is_some() { uncapped_impact.min(10 * UNIT) } else { uncapped_impact };
    if impact == 0 {
        // f(Impact) is 0.
        return 0;
    }
    let exploitability: i128 = ["AV", "AC", "Au"].into_iter().map(|name| weight(vector, name, 0)).product();
    let exploitability = 20 * exploitability * 10_i128.pow(11);
    // (0.6 · impact + 0.4 · exploitability - 1.5) in 1e-21, times f(Impact) = 1.176 in 1e-3.
    let sum = 6 * impact + 4 * exploitability - 15 * UNIT;
    round_half_up(sum * 1176, 10_i128.pow(23))
}

/// Tenths in, tenths out.
fn temporal_score(vector: &Vector, base: i128) -> i128 {
    let factors: i128 = ["E", "RL", "RC"].into_iter().map(|name| weight(vector, name, 1000)).product();
    round_half_up(base * factors, 10_i128.pow(9))
}

/// `numerator / denominator` rounded to an integer, halves up.
fn round_half_up(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator).div_euclid(2 * denominator)
}
