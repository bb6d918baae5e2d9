// SPDX-License-Identifier: Apache-2.0
//! Tests on the vulnerabilities.

use std::collections::{HashMap, HashSet};

use super::{Broken, Rule, Scene, broken, list, strings, text};
use crate::time::micros;

pub(super) const RULES: &[Rule] = &[
    weaknesses,
    same_cve,
    involvements,
    without_product,
    several_flags,
    remediations,
    status_remediations,
    disclosure,
    exploitation,
];

/// 6.1.11, the form alone.
fn weaknesses(scene: &Scene<'_>) -> Option<Broken> {
    for (place, raw) in scene.vulnerabilities() {
        for weakness in std::iter::once(&raw["cwe"]).chain(list(raw, "cwes")) {
            let Some(id) = text(weakness, "id") else { continue };
            let number = id.strip_prefix("CWE-").unwrap_or_default();
            if number.is_empty() || number.len() > 5 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return broken("6.1.11", place, format!("`{id}` is no weakness"));
            }
        }
    }
    None
}

fn same_cve(scene: &Scene<'_>) -> Option<Broken> {
    let mut seen = HashSet::new();
    for (place, raw) in scene.vulnerabilities() {
        if let Some(cve) = text(raw, "cve").filter(|cve| !seen.insert(*cve)) {
            return broken("6.1.23", format!("{place}.cve"), format!("`{cve}` occurs twice"));
        }
    }
    None
}

fn involvements(scene: &Scene<'_>) -> Option<Broken> {
    for (place, raw) in scene.vulnerabilities() {
        let mut seen: HashSet<(&str, Option<i64>, Option<&str>)> = HashSet::new();
        for (index, entry) in list(raw, "involvements").iter().enumerate() {
            let party = text(entry, "party").unwrap_or_default();
            let date = text(entry, "date").and_then(micros);
            let contact = if scene.newer { text(entry, "contact") } else { None };
            if !seen.insert((party, date, contact)) {
                let cause = format!("party `{party}` occurs twice at one time");
                return broken("6.1.24", format!("{place}.involvements[{index}]"), cause);
            }
        }
    }
    None
}

/// 6.1.29, 6.1.32: a remediation and a flag name their products.
fn without_product(scene: &Scene<'_>) -> Option<Broken> {
    for (place, raw) in scene.vulnerabilities() {
        for (kind, test) in [("remediations", "6.1.29"), ("flags", "6.1.32")] {
            for (index, entry) in list(raw, kind).iter().enumerate() {
                if list(entry, "product_ids").is_empty() && list(entry, "group_ids").is_empty() {
                    return broken(test, format!("{place}.{kind}[{index}]"), "it names no product");
                }
            }
        }
    }
    None
}

/// 6.1.33: one justification for a product.
fn several_flags(scene: &Scene<'_>) -> Option<Broken> {
    const JUSTIFICATIONS: [&str; 5] = [
        "component_not_present",
        "inline_mitigations_already_exist",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_not_present",
    ];
    for (place, raw) in scene.vulnerabilities() {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (index, flag) in list(raw, "flags").iter().enumerate() {
            if !text(flag, "label").is_some_and(|label| JUSTIFICATIONS.contains(&label)) {
                continue;
            }
            for product in scene.products(flag) {
                if seen.insert(product, index).is_some_and(|before| before != index) {
                    let cause = format!("product `{product}` has several justifications");
                    return broken("6.1.33", format!("{place}.flags[{index}]"), cause);
                }
            }
        }
    }
    None
}

/// 6.1.35 (2.1): `none_available` excludes every other remedy; of a fix that exists, is planned, or is not, one holds.
fn remediations(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer {
        return None;
    }
    for (place, raw) in scene.vulnerabilities() {
        let mut seen: HashMap<&str, Vec<&str>> = HashMap::new();
        for (index, remedy) in list(raw, "remediations").iter().enumerate() {
            let category = text(remedy, "category").unwrap_or_default();
            for product in scene.products(remedy) {
                let known = seen.entry(product).or_default();
                if let Some(other) = known.iter().find(|other| exclude(category, other)) {
                    let cause = format!("product `{product}` has `{other}` and `{category}`");
                    return broken("6.1.35", format!("{place}.remediations[{index}]"), cause);
                }
                known.push(category);
            }
        }
    }
    None
}

fn exclude(left: &str, right: &str) -> bool {
    const FIXES: [&str; 4] = ["vendor_fix", "fix_planned", "no_fix_planned", "optional_patch"];
    if left == right {
        return false;
    }
    left == "none_available" || right == "none_available" || (FIXES.contains(&left) && FIXES.contains(&right))
}

/// 6.1.36 (2.1): a remedy fits the product's state.
fn status_remediations(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer {
        return None;
    }
    for (place, raw) in scene.vulnerabilities() {
        let of = |fields: &[&str]| -> HashSet<&str> {
            fields.iter().flat_map(|field| strings(&raw["product_status"], field)).collect()
        };
        let not_affected = of(&["known_not_affected"]);
        let fixed = of(&["first_fixed", "fixed"]);
        let affected = of(&["first_affected", "known_affected", "last_affected"]);
        for (index, remedy) in list(raw, "remediations").iter().enumerate() {
            let category = text(remedy, "category").unwrap_or_default();
            for product in scene.products(remedy) {
                let clash = match category {
                    "optional_patch" => affected.contains(product),
                    "none_available" | "no_fix_planned" | "fix_planned" | "vendor_fix" | "mitigation"
                    | "workaround" => not_affected.contains(product) || fixed.contains(product),
                    _ => false,
                };
                if clash {
                    let cause = format!("`{category}` contradicts the status of product `{product}`");
                    return broken("6.1.36", format!("{place}.remediations[{index}]"), cause);
                }
            }
        }
    }
    None
}

/// 6.1.45 (2.1): a public, finished document tells of no vulnerability that is disclosed later.
fn disclosure(scene: &Scene<'_>) -> Option<Broken> {
    let public = text(&scene.head()["distribution"]["tlp"], "label") == Some("CLEAR");
    if !scene.newer || !scene.is_final() || !public {
        return None;
    }
    let last = scene.last_revision()?;
    scene.vulnerabilities().find_map(|(place, raw)| {
        let date = text(raw, "disclosure_date").and_then(micros)?;
        if date <= last {
            return None;
        }
        broken("6.1.45", format!("{place}.disclosure_date"), "it is later than the last revision")
    })
}

/// 6.1.52, 6.1.53 (2.1): exploitation is known when it is written down, and not before it happens.
fn exploitation(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer || !scene.is_final() {
        return None;
    }
    let last = scene.last_revision()?;
    for (place, raw) in scene.vulnerabilities() {
        for (index, entry) in list(raw, "first_known_exploitation_dates").iter().enumerate() {
            let place = format!("{place}.first_known_exploitation_dates[{index}]");
            let date = text(entry, "date").and_then(micros);
            let exploited = text(entry, "exploitation_date").and_then(micros);
            if date.is_some_and(|date| date > last) {
                return broken("6.1.52", format!("{place}.date"), "it is later than the last revision");
            }
            if exploited
                .is_some_and(|exploited| exploited > last || date.is_some_and(|date| exploited > date))
            {
                return broken(
                    "6.1.53",
                    format!("{place}.exploitation_date"),
                    "it is later than it became known",
                );
            }
        }
    }
    None
}
