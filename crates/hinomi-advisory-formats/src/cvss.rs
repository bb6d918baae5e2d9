// SPDX-License-Identifier: Apache-2.0
//! Vectors of CVSS 2.0, 3.0, 3.1 and 4.0 as far as a document's own fields can be held against them: their form, the
//! base and temporal scores of 2.0 and 3.x, and fields that say the same in words.
//!
//! (FIRST: CVSS v2 guide section 3.2; CVSS v3.0 and v3.1 specifications sections 7.1 and 7.2.)

use serde_json::Value;

/// A well-formed vector.
pub(crate) struct Vector<'a> {
    pub(crate) version: &'static str,
    metrics: Vec<(&'a str, &'a str)>,
}

const BASE_2: &[(&str, &str)] =
    &[("AV", "LAN"), ("AC", "HML"), ("Au", "MSN"), ("C", "NPC"), ("I", "NPC"), ("A", "NPC")];
const BASE_3: &[(&str, &str)] = &[
    ("AV", "NALP"),
    ("AC", "LH"),
    ("PR", "NLH"),
    ("UI", "NR"),
    ("S", "UC"),
    ("C", "NLH"),
    ("I", "NLH"),
    ("A", "NLH"),
];
const BASE_4: &[(&str, &str)] = &[
    ("AV", "NALP"),
    ("AC", "LH"),
    ("AT", "NP"),
    ("PR", "NLH"),
    ("UI", "NPA"),
    ("VC", "HLN"),
    ("VI", "HLN"),
    ("VA", "HLN"),
    ("SC", "HLN"),
    ("SI", "HLN"),
    ("SA", "HLN"),
];

const ORDER_4: &[&str] = &[
    "AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA", "E", "CR", "IR", "AR", "MAV", "MAC",
    "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA", "S", "AU", "R", "V", "RE", "U",
];

impl<'a> Vector<'a> {
    /// `None` when it is no vector: a base metric is missing, has an unknown value or occurs twice.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (version, rest, base) = if let Some(rest) = text.strip_prefix("CVSS:3.1/") {
            ("3.1", rest, BASE_3)
        } else if let Some(rest) = text.strip_prefix("CVSS:3.0/") {
            ("3.0", rest, BASE_3)
        } else if let Some(rest) = text.strip_prefix("CVSS:4.0/") {
            ("4.0", rest, BASE_4)
        } else {
            ("2.0", text, BASE_2)
        };
        let metrics: Option<Vec<(&str, &str)>> =
            rest.split('/').take(64).map(|part| part.split_once(':')).collect();
        let vector = Self { version, metrics: metrics? };
        let mut names: Vec<&str> = vector.metrics.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        let twice = names.windows(2).any(|pair| pair[0] == pair[1]);
        let complete = base.iter().all(|(name, values)| {
            vector.get(name).is_some_and(|value| value.len() == 1 && values.contains(value))
        });
        let ordered = version != "4.0" || vector.is_in_order();
        (complete && !twice && ordered).then_some(vector)
    }

    /// 4.0 fixes the order of metrics (specification section 7).
    fn is_in_order(&self) -> bool {
        let mut from = 0;
        self.metrics.iter().all(|(name, _)| {
            let found = ORDER_4.iter().skip(from).position(|known| known == name);
            from += found.map_or(0, |index| index + 1);
            found.is_some()
        })
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.metrics.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn weight(&self, name: &str, weights: &[(&str, f64)]) -> f64 {
        let value = self.get(name).unwrap_or("X");
        weights.iter().find(|(known, _)| *known == value).map_or(1.0, |(_, weight)| *weight)
    }

    /// The base score; `None` for 4.0, which is looked up, not computed.
    pub(crate) fn base(&self) -> Option<f64> {
        match self.version {
            "2.0" => Some(self.base_2()),
            "3.0" | "3.1" => Some(self.base_3()),
            _ => None,
        }
    }

    fn base_2(&self) -> f64 {
        let impact = [("N", 0.0), ("P", 0.275), ("C", 0.660)];
        let [c, i, a] = ["C", "I", "A"].map(|name| 1.0 - self.weight(name, &impact));
        let impact = 10.41 * (1.0 - c * i * a);
        let exploitability = 20.0
            * self.weight("AV", &[("L", 0.395), ("A", 0.646), ("N", 1.0)])
            * self.weight("AC", &[("H", 0.35), ("M", 0.61), ("L", 0.71)])
            * self.weight("Au", &[("M", 0.45), ("S", 0.56), ("N", 0.704)]);
        let factor = if impact == 0.0 { 0.0 } else { 1.176 };
        round(((0.6 * impact) + (0.4 * exploitability) - 1.5) * factor)
    }

    fn base_3(&self) -> f64 {
        let changed = self.get("S") == Some("C");
        let impact = [("N", 0.0), ("L", 0.22), ("H", 0.56)];
        let [c, i, a] = ["C", "I", "A"].map(|name| 1.0 - self.weight(name, &impact));
        let iss = 1.0 - c * i * a;
        let impact = if changed { 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02).powi(15) } else { 6.42 * iss };
        let privileges = if changed {
            [("N", 0.85), ("L", 0.68), ("H", 0.5)]
        } else {
            [("N", 0.85), ("L", 0.62), ("H", 0.27)]
        };
        let exploitability = 8.22
            * self.weight("AV", &[("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)])
            * self.weight("AC", &[("L", 0.77), ("H", 0.44)])
            * self.weight("PR", &privileges)
            * self.weight("UI", &[("N", 0.85), ("R", 0.62)]);
        if impact <= 0.0 {
            return 0.0;
        }
        let sum = impact + exploitability;
        round_up(if changed { 1.08 * sum } else { sum }.min(10.0))
    }

    /// The temporal score, when the vector has a temporal metric.
    pub(crate) fn temporal(&self) -> Option<f64> {
        ["E", "RL", "RC"].iter().find_map(|name| self.get(name))?;
        if self.version == "2.0" {
            let e = self.weight("E", &[("U", 0.85), ("POC", 0.9), ("F", 0.95)]);
            let rl = self.weight("RL", &[("OF", 0.87), ("TF", 0.9), ("W", 0.95)]);
            let rc = self.weight("RC", &[("UC", 0.9), ("UR", 0.95)]);
            return Some(round(self.base()? * e * rl * rc));
        }
        let e = self.weight("E", &[("U", 0.91), ("P", 0.94), ("F", 0.97)]);
        let rl = self.weight("RL", &[("O", 0.95), ("T", 0.96), ("W", 0.97)]);
        let rc = self.weight("RC", &[("U", 0.92), ("R", 0.96)]);
        Some(round_up(self.base()? * e * rl * rc))
    }

    /// The first field of a score object that says something else than the vector. Words of the scales begin with
    /// the letter of their metric's value.
    pub(crate) fn contradicts(&self, score: &Value) -> Option<(&'static str, String)> {
        let fields = match self.version {
            "2.0" => FIELDS_2,
            "4.0" => FIELDS_4,
            _ => FIELDS_3,
        };
        for (field, metric) in fields {
            let Some(word) = score.get(field).and_then(Value::as_str) else { continue };
            let letter = if word == "NOT_DEFINED" { "X" } else { word.get(..1).unwrap_or_default() };
            // A metric that the vector leaves out contradicts nothing.
            let value = match self.get(metric) {
                None => continue,
                Some("ND") => "X",
                Some(value) => value.get(..1).unwrap_or_default(),
            };
            if letter != value {
                return Some((field, format!("`{word}` is not what {metric} of the vector says")));
            }
        }
        None
    }
}

const FIELDS_2: &[(&str, &str)] = &[
    ("accessVector", "AV"),
    ("accessComplexity", "AC"),
    ("authentication", "Au"),
    ("confidentialityImpact", "C"),
    ("integrityImpact", "I"),
    ("availabilityImpact", "A"),
    ("exploitability", "E"),
    ("remediationLevel", "RL"),
    ("reportConfidence", "RC"),
    ("collateralDamagePotential", "CDP"),
    ("targetDistribution", "TD"),
    ("confidentialityRequirement", "CR"),
    ("integrityRequirement", "IR"),
    ("availabilityRequirement", "AR"),
];
const FIELDS_3: &[(&str, &str)] = &[
    ("attackVector", "AV"),
    ("attackComplexity", "AC"),
    ("privilegesRequired", "PR"),
    ("userInteraction", "UI"),
    ("scope", "S"),
    ("confidentialityImpact", "C"),
    ("integrityImpact", "I"),
    ("availabilityImpact", "A"),
    ("exploitCodeMaturity", "E"),
    ("remediationLevel", "RL"),
    ("reportConfidence", "RC"),
    ("confidentialityRequirement", "CR"),
    ("integrityRequirement", "IR"),
    ("availabilityRequirement", "AR"),
    ("modifiedAttackVector", "MAV"),
    ("modifiedAttackComplexity", "MAC"),
    ("modifiedPrivilegesRequired", "MPR"),
    ("modifiedUserInteraction", "MUI"),
    ("modifiedScope", "MS"),
    ("modifiedConfidentialityImpact", "MC"),
    ("modifiedIntegrityImpact", "MI"),
    ("modifiedAvailabilityImpact", "MA"),
];
const FIELDS_4: &[(&str, &str)] = &[
    ("attackVector", "AV"),
    ("attackComplexity", "AC"),
    ("attackRequirements", "AT"),
    ("privilegesRequired", "PR"),
    ("userInteraction", "UI"),
    ("vulnConfidentialityImpact", "VC"),
    ("vulnIntegrityImpact", "VI"),
    ("vulnAvailabilityImpact", "VA"),
    ("subConfidentialityImpact", "SC"),
    ("subIntegrityImpact", "SI"),
    ("subAvailabilityImpact", "SA"),
    ("exploitMaturity", "E"),
    ("confidentialityRequirement", "CR"),
    ("integrityRequirement", "IR"),
    ("availabilityRequirement", "AR"),
    ("Safety", "S"),
    ("Automatable", "AU"),
    ("Recovery", "R"),
    ("valueDensity", "V"),
];

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Roundup of CVSS 3.1, appendix A.
fn round_up(value: f64) -> f64 {
    let scaled = (value * 100_000.0).round();
    if scaled % 10_000.0 == 0.0 { scaled / 100_000.0 } else { ((scaled / 10_000.0).floor() + 1.0) / 10.0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Vector;

    #[test]
    fn scores_follow_from_vectors() {
        let score = |text| {
            let vector = Vector::parse(text).unwrap();
            (vector.base(), vector.temporal())
        };
        assert_eq!(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), (Some(9.8), None));
        assert_eq!(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), (Some(10.0), None));
        assert_eq!(
            score("CVSS:3.1/AV:L/AC:L/PR:H/UI:R/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C"),
            (Some(6.5), Some(5.9))
        );
        assert_eq!(score("AV:N/AC:L/Au:N/C:P/I:P/A:P"), (Some(7.5), None));
        assert_eq!(score("AV:N/AC:L/Au:N/C:N/I:N/A:N"), (Some(0.0), None));
        assert!(Vector::parse("CVSS:3.1/AV:N/AC:L").is_none());
        assert!(Vector::parse("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").is_none());
        let vector = Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap();
        assert!(vector.contradicts(&json!({"attackVector": "NETWORK", "scope": "UNCHANGED"})).is_none());
        assert_eq!(vector.contradicts(&json!({"attackVector": "LOCAL"})).unwrap().0, "attackVector");
    }
}
