// SPDX-License-Identifier: Apache-2.0
//! 6.1.26 and 6.1.27: what each profile requires, and names that look like a profile's.

use std::collections::HashSet;

use serde_json::Value;

use super::{Broken, Rule, Scene, broken, list, strings, text};

pub(super) const RULES: &[Rule] = &[
    category,
    has_text,
    has_reference,
    has_no_vulnerabilities,
    product_tree,
    vulnerabilities,
    notes,
    product_status,
    affected,
    vex_status,
    vex_name,
    vex_impact,
    vex_action,
    nothing_left,
    revisions,
    reasoning,
    successor,
];

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
    let own = own.strip_prefix("csaf").unwrap_or(&own);
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

const INFORMATIONAL: &[&str] = &["csaf_informational_advisory", "csaf_security_incident_response"];
const ADVISORIES: &[&str] = &["csaf_security_advisory", "csaf_deprecated_security_advisory"];
const ON_PRODUCTS: &[&str] = &["csaf_security_advisory", "csaf_deprecated_security_advisory", "csaf_vex"];
const TAKEN_BACK: &[&str] = &["csaf_withdrawn", "csaf_superseded"];

fn has_text(scene: &Scene<'_>) -> Option<Broken> {
    let kinds = ["description", "details", "general", "summary"];
    let mut notes = list(scene.head(), "notes").iter().filter_map(|note| text(note, "category"));
    if !is(scene, INFORMATIONAL) || notes.any(|kind| kinds.contains(&kind)) {
        return None;
    }
    broken("6.1.27.1", "document.notes", "no note describes, details or sums up")
}

fn has_reference(scene: &Scene<'_>) -> Option<Broken> {
    let external = |link| text(link, "category").unwrap_or("external") == "external";
    if !is(scene, INFORMATIONAL) || list(scene.head(), "references").iter().any(external) {
        return None;
    }
    broken("6.1.27.2", "document.references", "there is no external reference")
}

fn has_no_vulnerabilities(scene: &Scene<'_>) -> Option<Broken> {
    let without = is(scene, &["csaf_informational_advisory"]) || (scene.newer && is(scene, TAKEN_BACK));
    if !without || scene.document.get("vulnerabilities").is_none() {
        return None;
    }
    broken("6.1.27.3", "vulnerabilities", "the profile has none")
}

fn product_tree(scene: &Scene<'_>) -> Option<Broken> {
    if !is(scene, ON_PRODUCTS) || scene.document.get("product_tree").is_some() {
        return None;
    }
    broken("6.1.27.4", "product_tree", "the profile requires it")
}

fn vulnerabilities(scene: &Scene<'_>) -> Option<Broken> {
    if !is(scene, ON_PRODUCTS) || scene.document.get("vulnerabilities").is_some() {
        return None;
    }
    broken("6.1.27.11", "vulnerabilities", "the profile requires them")
}

/// The first vulnerability of a document of these profiles that `look` complains of.
fn first_of(
    scene: &Scene<'_>,
    profiles: &[&str],
    look: impl Fn(String, &Value) -> Option<Broken>,
) -> Option<Broken> {
    if !is(scene, profiles) {
        return None;
    }
    scene.vulnerabilities().find_map(|(place, raw)| look(place, raw))
}

fn notes(scene: &Scene<'_>) -> Option<Broken> {
    first_of(scene, ON_PRODUCTS, |place, raw| {
        if raw.get("notes").is_some() {
            return None;
        }
        broken("6.1.27.5", format!("{place}.notes"), "the profile requires them")
    })
}

fn product_status(scene: &Scene<'_>) -> Option<Broken> {
    first_of(scene, ADVISORIES, |place, raw| {
        if raw.get("product_status").is_some() {
            return None;
        }
        broken("6.1.27.6", format!("{place}.product_status"), "the profile requires it")
    })
}

/// 6.1.27.12, 6.1.27.13 (2.1)
fn affected(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer {
        return None;
    }
    first_of(scene, &["csaf_security_advisory"], |place, raw| {
        let has =
            |fields: &[&str]| fields.iter().any(|field| !list(&raw["product_status"], field).is_empty());
        if raw.get("product_status").is_none() || has(&["known_affected", "first_affected", "last_affected"])
        {
            return None;
        }
        let place = format!("{place}.product_status");
        if has(&["fixed", "first_fixed"]) {
            return broken("6.1.27.13", place, "the fixed products have no affected ones");
        }
        broken("6.1.27.12", place, "no product is affected")
    })
}

fn vex_status(scene: &Scene<'_>) -> Option<Broken> {
    let states = ["fixed", "known_affected", "known_not_affected", "under_investigation", "unknown"];
    let states = if scene.newer { &states[..] } else { &states[..4] };
    first_of(scene, &["csaf_vex"], |place, raw| {
        if states.iter().any(|field| raw["product_status"].get(field).is_some()) {
            return None;
        }
        broken("6.1.27.7", format!("{place}.product_status"), "it has none of the states of the profile")
    })
}

fn vex_name(scene: &Scene<'_>) -> Option<Broken> {
    first_of(scene, &["csaf_vex"], |place, raw| {
        if raw.get("cve").is_some() || raw.get("ids").is_some() {
            return None;
        }
        broken("6.1.27.8", place, "it has neither `cve` nor `ids`")
    })
}

fn vex_impact(scene: &Scene<'_>) -> Option<Broken> {
    if !is(scene, &["csaf_vex"]) {
        return None;
    }
    scene.vulnerabilities().find_map(|(place, raw)| {
        let mut explained: HashSet<&str> = HashSet::new();
        list(raw, "flags").iter().for_each(|flag| explained.extend(scene.products(flag)));
        for threat in list(raw, "threats").iter().filter(|threat| text(threat, "category") == Some("impact"))
        {
            explained.extend(scene.products(threat));
        }
        let id = strings(&raw["product_status"], "known_not_affected").find(|id| !explained.contains(id))?;
        let place = format!("{place}.product_status.known_not_affected");
        broken("6.1.27.9", place, format!("nothing says why `{id}` is not affected"))
    })
}

fn vex_action(scene: &Scene<'_>) -> Option<Broken> {
    if !is(scene, &["csaf_vex"]) {
        return None;
    }
    scene.vulnerabilities().find_map(|(place, raw)| {
        let mut remedied: HashSet<&str> = HashSet::new();
        list(raw, "remediations").iter().for_each(|remedy| remedied.extend(scene.products(remedy)));
        let id = strings(&raw["product_status"], "known_affected").find(|id| !remedied.contains(id))?;
        let place = format!("{place}.product_status.known_affected");
        broken("6.1.27.10", place, format!("nothing says what to do about `{id}`"))
    })
}

/// 6.1.27.15 (2.1)
fn nothing_left(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer || !is(scene, TAKEN_BACK) || scene.document.get("product_tree").is_none() {
        return None;
    }
    broken("6.1.27.15", "product_tree", "a document that was taken back has none")
}

/// 6.1.27.16 (2.1)
fn revisions(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer || !is(scene, TAKEN_BACK) || list(scene.tracking(), "revision_history").len() > 1 {
        return None;
    }
    broken("6.1.27.16", "document.tracking.revision_history", "there is only one revision")
}

/// True where the words of the tests are those of the document's language.
fn in_english(scene: &Scene<'_>) -> bool {
    text(scene.head(), "lang").is_none_or(|lang| lang.starts_with("en"))
}

/// 6.1.27.17, 6.1.27.18 (2.1)
fn reasoning(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer || !is(scene, TAKEN_BACK) || !in_english(scene) {
        return None;
    }
    let (test, title) = if is(scene, &["csaf_withdrawn"]) {
        ("6.1.27.17", "Reasoning for Withdrawal")
    } else {
        ("6.1.27.18", "Reasoning for Supersession")
    };
    let titled: Vec<&Value> =
        list(scene.head(), "notes").iter().filter(|note| text(note, "title") == Some(title)).collect();
    match titled.as_slice() {
        [only] if text(only, "category") == Some("description") => None,
        _ => {
            broken(test, "document.notes", format!("there must be one note titled `{title}`, a description"))
        }
    }
}

/// 6.1.27.19 (2.1)
fn successor(scene: &Scene<'_>) -> Option<Broken> {
    if !scene.newer || !is(scene, &["csaf_superseded"]) || !in_english(scene) {
        return None;
    }
    let leads = |link: &Value| {
        text(link, "category").unwrap_or("external") == "external"
            && text(link, "summary").is_some_and(|summary| summary.starts_with("Superseding Document"))
    };
    if list(scene.head(), "references").iter().any(leads) {
        return None;
    }
    broken("6.1.27.19", "document.references", "none leads to the superseding document")
}
