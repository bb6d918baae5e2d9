// SPDX-License-Identifier: Apache-2.0
//! CVSS v3.0 and v3.1 equations (specifications, section 7; v3.1 appendix A for its Roundup).
use super::metrics::Group;
use super::{Score, Scores, Vector, Version};
use crate::Severity;

pub(super) fn scores(vector: &Vector) -> Scores {
    let version = vector.version();
    let base = base_score(vector);
    let temporal_factor = temporal_factor(vector);
    let temporal = round_up(version, f64::from(base) / 10.0 * temporal_factor);
    let environmental = environmental_score(vector, temporal_factor);
    let overall = if vector.defines_any(Group::Environmental) {
        environmental
    } else if vector.defines_any(Group::Temporal) {
        temporal
    } else {
        base
    };
    let score = tenths(overall);
    Scores {
        version,
        base: tenths(base),
        temporal: Some(tenths(temporal)),
        environmental: Some(tenths(environmental)),
        threat: None,
        score,
        severity: Severity::from_cvss_score(score.value()),
        nomenclature: None,
    }
}

fn tenths(value: i32) -> Score {
    Score::from_tenths(i128::from(value))
}

/// The weight of a metric in its own unit, 1 or a neutral value when it is not defined.
fn weight(vector: &Vector, name: &str, not_defined: f64) -> f64 {
    vector.defined_weight(name).map_or(not_defined, |thousandths| f64::from(thousandths) / 1000.0)
}

/// The modified metric if it is defined, else the base metric.
fn modified(vector: &Vector, modified_name: &str, name: &str) -> f64 {
    weight(vector, modified_name, weight(vector, name, 0.0))
}

/// Privileges required weigh more when the scope is changed: 0.68 and 0.5 instead of 0.62 and 0.27.
fn privileges(thousandths: Option<i32>, scope_changed: bool) -> f64 {
    let thousandths = match (scope_changed, thousandths.unwrap_or(0)) {
        (true, 620) => 680,
        (true, 270) => 500,
        (_, unchanged) => unchanged,
    };
    f64::from(thousandths) / 1000.0
}

fn base_score(vector: &Vector) -> i32 {
    let scope_changed = vector.get("S") == Some("C");
    let kept: f64 = ["C", "I", "A"].into_iter().map(|name| 1.0 - weight(vector, name, 0.0)).product();
    let impact_sub_score = 1.0 - kept;
    let impact = if scope_changed {
        7.52 * (impact_sub_score - 0.029) - 3.25 * (impact_sub_score - 0.02).powi(15)
    } else {
        6.42 * impact_sub_score
    };
    let exploitability = 8.22
        * weight(vector, "AV", 0.0)
        * weight(vector, "AC", 0.0)
        * privileges(vector.defined_weight("PR"), scope_changed)
        * weight(vector, "UI", 0.0);
    if impact <= 0.0 {
        return 0;
    }
    let sum = if scope_changed { 1.08 * (impact + exploitability) } else { impact + exploitability };
    round_up(vector.version(), sum.min(10.0))
}

fn temporal_factor(vector: &Vector) -> f64 {
    ["E", "RL", "RC"].into_iter().map(|name| weight(vector, name, 1.0)).product()
}

fn environmental_score(vector: &Vector, temporal_factor: f64) -> i32 {
    let version = vector.version();
    let scope_changed = match vector.get("MS") {
        Some("C") => true,
        Some("U") => false,
        _ => vector.get("S") == Some("C"),
    };
    let kept: f64 = [("MC", "C", "CR"), ("MI", "I", "IR"), ("MA", "A", "AR")]
        .into_iter()
        .map(|(modified_name, name, requirement)| {
            1.0 - modified(vector, modified_name, name) * weight(vector, requirement, 1.0)
        })
        .product();
    let impact_sub_score = (1.0 - kept).min(0.915);
    let impact = match (scope_changed, version) {
        (false, _) => 6.42 * impact_sub_score,
        (true, Version::V30) => 7.52 * (impact_sub_score - 0.029) - 3.25 * (impact_sub_score - 0.02).powi(15),
        (true, _) => 7.52 * (impact_sub_score - 0.029) - 3.25 * (impact_sub_score * 0.9731 - 0.02).powi(13),
    };
    let exploitability = 8.22
        * modified(vector, "MAV", "AV")
        * modified(vector, "MAC", "AC")
        * privileges(vector.defined_weight("MPR").or(vector.defined_weight("PR")), scope_changed)
        * modified(vector, "MUI", "UI");
    if impact <= 0.0 {
        return 0;
    }
    let sum = if scope_changed { 1.08 * (impact + exploitability) } else { impact + exploitability };
    let inner = round_up(version, sum.min(10.0));
    round_up(version, f64::from(inner) / 10.0 * temporal_factor)
}

/// Rounds up to one decimal; the result is in tenths.
///
/// v3.1 defines the rounding on hundred-thousandths, so that binary fractions do no harm. v3.0 says "the smallest
/// number, specified to one decimal place, that is equal to or higher than its input": a billionth of tolerance
/// keeps a value that is exactly on a tenth from being lifted by a binary fraction.
fn round_up(version: Version, value: f64) -> i32 {
    let rounded = match version {
        Version::V30 => (value * 10.0 - 1e-9).ceil(),
        _ => {
            let hundred_thousandths = (value * 100_000.0).round();
            (hundred_thousandths / 10_000.0).ceil()
        }
    };
    // Scores are within 0 and 10, so the conversion is exact.
    rounded.clamp(0.0, 100.0) as i32
}
