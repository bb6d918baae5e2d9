// SPDX-License-Identifier: Apache-2.0
//! The metrics of each version: names, values, weights, in the order in which a vector lists them.
//!
//! Sources: A Complete Guide to CVSS v2.0 (June 2007) section 3.2; CVSS v3.0 and v3.1 specifications, sections 6
//! and 7.4; CVSS v4.0 specification (revision 1.2), sections 2 to 5 and 7.
use super::Version;

/// The group a metric belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Every vector must have it.
    Base,
    /// v2 and v3.
    Temporal,
    /// v4.
    Threat,
    Environmental,
    /// v4: says something, scores nothing.
    Supplemental,
}

pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) group: Group,
    /// Value and weight. v2, v3: thousandths. v4: the severity level (0 is the worst), where the score uses it.
    pub(super) values: &'static [(&'static str, i32)],
    /// The value that says "not defined"; empty for base metrics.
    pub(super) not_defined: &'static str,
}

const fn base(name: &'static str, values: &'static [(&'static str, i32)]) -> Metric {
    Metric { name, group: Group::Base, values, not_defined: "" }
}

const fn optional(name: &'static str, group: Group, values: &'static [(&'static str, i32)]) -> Metric {
    Metric { name, group, values, not_defined: "X" }
}

const fn v2_optional(name: &'static str, group: Group, values: &'static [(&'static str, i32)]) -> Metric {
    Metric { name, group, values, not_defined: "ND" }
}

impl Version {
    pub(super) const fn metrics(self) -> &'static [Metric] {
        match self {
            Version::V2 => V2,
            Version::V30 | Version::V31 => V3,
            Version::V40 => V4,
        }
    }

    /// v2 ("a predetermined order") and v4 (section 7: the order of its table is mandatory) fix the order; v3.0 and
    /// v3.1 (section 6) allow any.
    pub(super) const fn order_is_fixed(self) -> bool {
        matches!(self, Version::V2 | Version::V40)
    }
}

use Group::{Environmental, Supplemental, Temporal, Threat};

const V2_IMPACT: &[(&str, i32)] = &[("N", 0), ("P", 275), ("C", 660)];
const V2_REQUIREMENT: &[(&str, i32)] = &[("L", 500), ("M", 1000), ("H", 1510), ("ND", 1000)];

const V2: &[Metric] = &[
    base("AV", &[("L", 395), ("A", 646), ("N", 1000)]),
    base("AC", &[("H", 350), ("M", 610), ("L", 710)]),
    base("Au", &[("M", 450), ("S", 560), ("N", 704)]),
    base("C", V2_IMPACT),
    base("I", V2_IMPACT),
    base("A", V2_IMPACT),
    v2_optional("E", Temporal, &[("U", 850), ("POC", 900), ("F", 950), ("H", 1000), ("ND", 1000)]),
    v2_optional("RL", Temporal, &[("OF", 870), ("TF", 900), ("W", 950), ("U", 1000), ("ND", 1000)]),
    v2_optional("RC", Temporal, &[("UC", 900), ("UR", 950), ("C", 1000), ("ND", 1000)]),
    v2_optional(
        "CDP",
        Environmental,
        &[("N", 0), ("L", 100), ("LM", 300), ("MH", 400), ("H", 500), ("ND", 0)],
    ),
    v2_optional("TD", Environmental, &[("N", 0), ("L", 250), ("M", 750), ("H", 1000), ("ND", 1000)]),
    v2_optional("CR", Environmental, V2_REQUIREMENT),
    v2_optional("IR", Environmental, V2_REQUIREMENT),
    v2_optional("AR", Environmental, V2_REQUIREMENT),
];

const V3_IMPACT: &[(&str, i32)] = &[("H", 560), ("L", 220), ("N", 0)];
const V3_MODIFIED_IMPACT: &[(&str, i32)] = &[("X", 0), ("H", 560), ("L", 220), ("N", 0)];
const V3_REQUIREMENT: &[(&str, i32)] = &[("X", 1000), ("H", 1500), ("M", 1000), ("L", 500)];

/// PR has its weights for an unchanged scope here; v3 raises L and H when the scope is changed. S has no weight.
const V3: &[Metric] = &[
    base("AV", &[("N", 850), ("A", 620), ("L", 550), ("P", 200)]),
    base("AC", &[("L", 770), ("H", 440)]),
    base("PR", &[("N", 850), ("L", 620), ("H", 270)]),
    base("UI", &[("N", 850), ("R", 620)]),
    base("S", &[("U", 0), ("C", 1)]),
    base("C", V3_IMPACT),
    base("I", V3_IMPACT),
    base("A", V3_IMPACT),
    optional("E", Temporal, &[("X", 1000), ("H", 1000), ("F", 970), ("P", 940), ("U", 910)]),
    optional("RL", Temporal, &[("X", 1000), ("U", 1000), ("W", 970), ("T", 960), ("O", 950)]),
    optional("RC", Temporal, &[("X", 1000), ("C", 1000), ("R", 960), ("U", 920)]),
    optional("CR", Environmental, V3_REQUIREMENT),
    optional("IR", Environmental, V3_REQUIREMENT),
    optional("AR", Environmental, V3_REQUIREMENT),
    optional("MAV", Environmental, &[("X", 0), ("N", 850), ("A", 620), ("L", 550), ("P", 200)]),
    optional("MAC", Environmental, &[("X", 0), ("L", 770), ("H", 440)]),
    optional("MPR", Environmental, &[("X", 0), ("N", 850), ("L", 620), ("H", 270)]),
    optional("MUI", Environmental, &[("X", 0), ("N", 850), ("R", 620)]),
    optional("MS", Environmental, &[("X", 0), ("U", 0), ("C", 1)]),
    optional("MC", Environmental, V3_MODIFIED_IMPACT),
    optional("MI", Environmental, V3_MODIFIED_IMPACT),
    optional("MA", Environmental, V3_MODIFIED_IMPACT),
];

const V4_IMPACT: &[(&str, i32)] = &[("H", 0), ("L", 1), ("N", 2)];
const V4_MODIFIED_IMPACT: &[(&str, i32)] = &[("X", -1), ("H", 0), ("L", 1), ("N", 2)];
const V4_SUBSEQUENT: &[(&str, i32)] = &[("H", 1), ("L", 2), ("N", 3)];
const V4_MODIFIED_CONFIDENTIALITY: &[(&str, i32)] = &[("X", -1), ("H", 1), ("L", 2), ("N", 3)];
const V4_MODIFIED_SAFETY: &[(&str, i32)] = &[("X", -1), ("S", 0), ("H", 1), ("L", 2), ("N", 3)];
/// A requirement that is not defined counts as high (section 8.2).
const V4_REQUIREMENT: &[(&str, i32)] = &[("X", 0), ("H", 0), ("M", 1), ("L", 2)];

const V4: &[Metric] = &[
    base("AV", &[("N", 0), ("A", 1), ("L", 2), ("P", 3)]),
    base("AC", &[("L", 0), ("H", 1)]),
    base("AT", &[("N", 0), ("P", 1)]),
    base("PR", &[("N", 0), ("L", 1), ("H", 2)]),
    base("UI", &[("N", 0), ("P", 1), ("A", 2)]),
    base("VC", V4_IMPACT),
    base("VI", V4_IMPACT),
    base("VA", V4_IMPACT),
    base("SC", V4_SUBSEQUENT),
    base("SI", V4_SUBSEQUENT),
    base("SA", V4_SUBSEQUENT),
    // Not defined counts as attacked (section 8.2).
    optional("E", Threat, &[("X", 0), ("A", 0), ("P", 1), ("U", 2)]),
    optional("CR", Environmental, V4_REQUIREMENT),
    optional("IR", Environmental, V4_REQUIREMENT),
    optional("AR", Environmental, V4_REQUIREMENT),
    optional("MAV", Environmental, &[("X", -1), ("N", 0), ("A", 1), ("L", 2), ("P", 3)]),
    optional("MAC", Environmental, &[("X", -1), ("L", 0), ("H", 1)]),
    optional("MAT", Environmental, &[("X", -1), ("N", 0), ("P", 1)]),
    optional("MPR", Environmental, &[("X", -1), ("N", 0), ("L", 1), ("H", 2)]),
    optional("MUI", Environmental, &[("X", -1), ("N", 0), ("P", 1), ("A", 2)]),
    optional("MVC", Environmental, V4_MODIFIED_IMPACT),
    optional("MVI", Environmental, V4_MODIFIED_IMPACT),
    optional("MVA", Environmental, V4_MODIFIED_IMPACT),
    optional("MSC", Environmental, V4_MODIFIED_CONFIDENTIALITY),
    optional("MSI", Environmental, V4_MODIFIED_SAFETY),
    optional("MSA", Environmental, V4_MODIFIED_SAFETY),
    optional("S", Supplemental, &[("X", 0), ("N", 0), ("P", 0)]),
    optional("AU", Supplemental, &[("X", 0), ("N", 0), ("Y", 0)]),
    optional("R", Supplemental, &[("X", 0), ("A", 0), ("U", 0), ("I", 0)]),
    optional("V", Supplemental, &[("X", 0), ("D", 0), ("C", 0)]),
    optional("RE", Supplemental, &[("X", 0), ("L", 0), ("M", 0), ("H", 0)]),
    optional("U", Supplemental, &[("X", 0), ("Clear", 0), ("Green", 0), ("Amber", 0), ("Red", 0)]),
];
