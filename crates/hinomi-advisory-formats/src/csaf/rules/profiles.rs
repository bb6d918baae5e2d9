// SPDX-License-Identifier: Apache-2.0
//! 6.1.26 and 6.1.27: what each profile requires, and names that look like a profile's.

use std::collections::HashSet;

use super::{Broken, Rule, Scene, broken, list, strings, text};

pub(super) const RULES: &[Rule] = &[category, informational, products, vex, withdrawn];

const PROFILES: &[&str] = &[
    "csaf_base",
    "csaf_informational_advisory",
    "csaf_security_advisory",
    "csaf_security_incident_response",
    "csaf_vex",
];

const NEWER_PROFILES: &[&str] = &["csaf_deprecated_security_advisory", "csaf_superseded", "csaf_withdrawn"];

/// 6.1.26: a category of one's own is not mistaken for a profile.
fn category(scene: &Scene<'_>) -> Option<Broken> {
    let category = text(scene.head(), "category")?;
    let newer = if scene.newer { NEWER_PROFILES } else { &[] };
    if PROFILES.contains(&category) || newer.contains(&category) {
        return None;
    }
    let plain = |word: &str| -> String {
        word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let own = plain(category);
    let profiles = PROFILES.iter().chain(newer).filter(|profile| **profile != "csaf_base");
    let alike = profiles.map(|profile| plain(profile.trim_start_matches("csaf_"))).any(|name| own == name);
    if alike || category.to_ascii_lowercase().starts_with("csaf_") {
        let cause = format!("`{category}` looks like the name of a profile");
        return broken("6.1.26", "document.category", cause);
    }
    None
}

fn is(scene: &Scene<'_>, profiles: &[&str]) -> bool {
    text(scene.head(), "category").is_some_and(|category| profiles.contains(&category))
}

/// 6.1.27.1 to 6.1.27.3.
fn informational(scene: &Scene<'_>) -> Option<Broken> {
    if !is(scene, &["csaf_informational_advisory", "csaf_security_incident_response"]) {
        return None;
    }
    let kinds = ["description", "details", "general", "summary"];
    let has_text = list(scene.head(), "notes")
        .iter()
        .any(|note| text(note, "category").is_some_and(|kind| kinds.contains(&kind)));
    if !has_text {
        return broken("6.1.27.1", "document.notes", "no note describes, details or sums up");
    }
    let references = list(scene.head(), "references");
    if !references.iter().any(|reference| text(reference, "category").unwrap_or("external") == "external") {
        return broken("6.1.27.2", "document.references", "there is no external reference");
    }
    if is(scene, &["csaf_informational_advisory"]) && scene.document.get("vulnerabilities").is_some() {
        return broken("6.1.27.3", "vulnerabilities", "an informational advisory has none");
    }
    None
}

/// 6.1.27.4 to 6.1.27.6, 6.1.27.11 to 6.1.27.13.
fn products(scene: &Scene<'_>) -> Option<Broken> {
    let advisory = is(scene, &["csaf_security_advisory", "csaf_deprecated_security_advisory"]);
    if !advisory && !is(scene, &["csaf_vex"]) {
        return None;
    }
    if scene.document.get("product_tree").is_none() {
        return broken("6.1.27.4", "product_tree", "the profile requires it");
    }
    if scene.document.get("vulnerabilities").is_none() {
        return broken("6.1.27.11", "vulnerabilities", "the profile requires them");
    }
    for (place, raw) in scene.vulnerabilities() {
        if raw.get("notes").is_none() {
            return broken("6.1.27.5", format!("{place}.notes"), "the profile requires them");
        }
        if !advisory {
            continue;
        }
        let Some(status) = raw.get("product_status") else {
            return broken("6.1.27.6", format!("{place}.product_status"), "the profile requires it");
        };
        let has = |fields: &[&str]| fields.iter().any(|field| !list(status, field).is_empty());
        if scene.newer && is(scene, &["csaf_security_advisory"]) {
            let affected = has(&["known_affected", "first_affected", "last_affected"]);
            if !affected && !has(&["fixed", "first_fixed"]) {
                return broken("6.1.27.12", format!("{place}.product_status"), "no product is affected");
            }
            if !affected {
                return broken(
                    "6.1.27.13",
                    format!("{place}.product_status"),
                    "the fixed products have no affected ones",
                );
            }
        }
    }
    None
}

/// 6.1.27.7 to 6.1.27.10.
fn vex(scene: &Scene<'_>) -> Option<Broken> {
    if !is(scene, &["csaf_vex"]) {
        return None;
    }
    for (place, raw) in scene.vulnerabilities() {
        let status = &raw["product_status"];
        let states = ["fixed", "known_affected", "known_not_affected", "under_investigation", "unknown"];
        let states = if scene.newer { &states[..] } else { &states[..4] };
        if !states.iter().any(|field| status.get(field).is_some()) {
            return broken(
                "6.1.27.7",
                format!("{place}.product_status"),
                "it has none of the states of the profile",
            );
        }
        if raw.get("cve").is_none() && raw.get("ids").is_none() {
            return broken("6.1.27.8", place, "it has neither `cve` nor `ids`");
        }
        let mut explained: HashSet<&str> = HashSet::new();
        list(raw, "flags").iter().for_each(|flag| explained.extend(scene.products(flag)));
        for threat in list(raw, "threats").iter().filter(|threat| text(threat, "category") == Some("impact"))
        {
            explained.extend(scene.products(threat));
        }
        if let Some(id) = strings(status, "known_not_affected").find(|id| !explained.contains(id)) {
            let cause = format!("nothing says why `{id}` is not affected");
            return broken("6.1.27.9", format!("{place}.product_status.known_not_affected"), cause);
        }
        let mut remedied: HashSet<&str> = HashSet::new();
        list(raw, "remediations").iter().for_each(|remedy| remedied.extend(scene.products(remedy)));
        if let Some(id) = strings(status, "known_affected").find(|id| !remedied.contains(id)) {
            let cause = format!("nothing says what to do about `{id}`");
            return broken("6.1.27.10", format!("{place}.product_status.known_affected"), cause);
        }
    }
    None
}

/// 6.1.27.14 to 6.1.27.19 (2.1).
fn withdrawn(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer || !is(scene, &["csaf_withdrawn", "csaf_superseded"]) {
        return None;
    }
    let is_withdrawn = is(scene, &["csaf_withdrawn"]);
    for field in ["product_tree", "vulnerabilities"] {
        if scene.document.get(field).is_some() {
            return broken("6.1.27.15", field, "a document that was taken back has none");
        }
    }
    if list(scene.tracking(), "revision_history").len() < 2 {
        return broken("6.1.27.16", "document.tracking.revision_history", "there is only one revision");
    }
    let (test, title) = if is_withdrawn {
        ("6.1.27.17", "Reasoning for Withdrawal")
    } else {
        ("6.1.27.18", "Reasoning for Supersession")
    };
    let notes = list(scene.head(), "notes");
    // A document in another language has the title in that language.
    let english = text(scene.head(), "lang").is_none_or(|lang| lang.starts_with("en"));
    let reasons = notes.iter().filter(|note| {
        text(note, "category") == Some("description") && (!english || text(note, "title") == Some(title))
    });
    if reasons.count() != 1 {
        return broken(test, "document.notes", format!("there must be one description titled `{title}`"));
    }
    if !is_withdrawn {
        let found = list(scene.head(), "references").iter().any(|reference| {
            text(reference, "category").unwrap_or("external") == "external"
                && (!english
                    || text(reference, "summary")
                        .is_some_and(|summary| summary.starts_with("Superseding Document")))
        });
        if !found {
            return broken("6.1.27.19", "document.references", "none leads to the superseding document");
        }
    }
    None
}
