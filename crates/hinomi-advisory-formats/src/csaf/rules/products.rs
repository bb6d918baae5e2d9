// SPDX-License-Identifier: Apache-2.0
//! Tests on the product tree and on references to it.

use std::collections::{HashMap, HashSet};

use hinomi_version::purl::Purl;
use serde_json::Value;

use super::super::products::MAX_BRANCHES;
use super::{Broken, Rule, Scene, broken, list, strings, text};

pub(super) const RULES: &[Rule] =
    &[definitions, references, circles, groups, status_groups, helpers, branches];

/// Deepest nesting that is looked through at all.
const MAX_DEPTH: usize = 100;

/// Every full product name of the tree with its place.
fn full_names<'a>(scene: &Scene<'a>) -> Vec<(String, &'a Value)> {
    let tree = &scene.document["product_tree"];
    let mut found = Vec::new();
    for (index, product) in list(tree, "full_product_names").iter().enumerate() {
        found.push((format!("product_tree.full_product_names[{index}]"), product));
    }
    for kind in ["relationships", "product_paths"] {
        for (index, relation) in list(tree, kind).iter().enumerate() {
            let place = format!("product_tree.{kind}[{index}].full_product_name");
            found.push((place, &relation["full_product_name"]));
        }
    }
    walk(tree, "product_tree", 0, &mut |place, branch, _| {
        if branch.get("product").is_some() {
            found.push((format!("{place}.product"), &branch["product"]));
        }
    });
    found
}

fn walk<'a>(parent: &'a Value, place: &str, depth: usize, visit: &mut dyn FnMut(&str, &'a Value, usize)) {
    if depth > MAX_DEPTH {
        return;
    }
    for (index, branch) in list(parent, "branches").iter().enumerate() {
        let place = format!("{place}.branches[{index}]");
        visit(&place, branch, depth + 1);
        walk(branch, &place, depth + 1, visit);
    }
}

/// 6.1.2: a product id is defined once.
fn definitions(scene: &Scene<'_>) -> Option<Broken> {
    let mut seen = HashMap::new();
    for (place, product) in full_names(scene) {
        let Some(id) = text(product, "product_id") else {
            return broken("schema", place, "a product has no `product_id`");
        };
        // Said twice in the same words, it still means one thing.
        if seen.insert(id, product).is_some_and(|before| before != product) {
            return broken("6.1.2", place, format!("product id `{id}` is defined twice"));
        }
    }
    None
}

/// 6.1.1: a product id that is used is defined.
fn references(scene: &Scene<'_>) -> Option<Broken> {
    let defined: HashSet<&str> =
        full_names(scene).into_iter().filter_map(|(_, product)| text(product, "product_id")).collect();
    let mut missing = None;
    let mut look = |place: &str, id: &str| {
        if missing.is_none() && !defined.contains(id) {
            missing = broken("6.1.1", place, format!("product id `{id}` is not defined"));
        }
    };
    let tree = &scene.document["product_tree"];
    for (index, relation) in list(tree, "relationships").iter().enumerate() {
        for field in ["product_reference", "relates_to_product_reference"] {
            let place = format!("product_tree.relationships[{index}].{field}");
            text(relation, field).into_iter().for_each(|id| look(&place, id));
        }
    }
    for (index, path) in list(tree, "product_paths").iter().enumerate() {
        let place = format!("product_tree.product_paths[{index}]");
        text(path, "beginning_product_reference").into_iter().for_each(|id| look(&place, id));
        for step in list(path, "subpaths") {
            text(step, "next_product_reference").into_iter().for_each(|id| look(&place, id));
        }
    }
    for (index, group) in list(tree, "product_groups").iter().enumerate() {
        strings(group, "product_ids")
            .for_each(|id| look(&format!("product_tree.product_groups[{index}]"), id));
    }
    for (index, note) in list(scene.head(), "notes").iter().enumerate() {
        strings(note, "product_ids").for_each(|id| look(&format!("document.notes[{index}]"), id));
    }
    for (place, raw) in scene.vulnerabilities() {
        for (kind, entries) in raw.as_object().into_iter().flatten() {
            for (index, entry) in entries.as_array().into_iter().flatten().enumerate() {
                let place = format!("{place}.{kind}[{index}]");
                strings(entry, "product_ids")
                    .chain(strings(entry, "products"))
                    .for_each(|id| look(&place, id));
            }
        }
        for (kind, ids) in raw.get("product_status").and_then(Value::as_object).into_iter().flatten() {
            for id in ids.as_array().into_iter().flatten().filter_map(Value::as_str) {
                look(&format!("{place}.product_status.{kind}"), id);
            }
        }
    }
    missing
}

/// 6.1.3: no product is part of itself.
fn circles(scene: &Scene<'_>) -> Option<Broken> {
    let tree = &scene.document["product_tree"];
    let mut parts: HashMap<&str, Vec<&str>> = HashMap::new();
    for relation in list(tree, "relationships") {
        let used = ["product_reference", "relates_to_product_reference"];
        let used = used.iter().filter_map(|field| text(relation, field));
        parts
            .entry(text(&relation["full_product_name"], "product_id").unwrap_or_default())
            .or_default()
            .extend(used);
    }
    for path in list(tree, "product_paths") {
        let steps = list(path, "subpaths").iter().filter_map(|step| text(step, "next_product_reference"));
        let used = text(path, "beginning_product_reference").into_iter().chain(steps);
        parts
            .entry(text(&path["full_product_name"], "product_id").unwrap_or_default())
            .or_default()
            .extend(used);
    }
    // Take away what needs nothing that is left, until nothing more goes: what remains runs in circles.
    loop {
        let before = parts.len();
        let free: Vec<&str> = parts
            .iter()
            .filter(|(_, used)| used.iter().all(|id| !parts.contains_key(id)))
            .map(|(id, _)| *id)
            .collect();
        for id in free {
            parts.remove(id);
        }
        if parts.is_empty() {
            return None;
        }
        if parts.len() == before {
            let id = parts.keys().min().copied().unwrap_or_default();
            let field = if scene.newer { "product_paths" } else { "relationships" };
            return broken(
                "6.1.3",
                format!("product_tree.{field}"),
                format!("product `{id}` is defined by itself"),
            );
        }
    }
}

/// 6.1.4, 6.1.5: a group that is used is defined, and once.
fn groups(scene: &Scene<'_>) -> Option<Broken> {
    let mut seen = HashSet::new();
    for (index, group) in list(&scene.document["product_tree"], "product_groups").iter().enumerate() {
        let id = text(group, "group_id").unwrap_or_default();
        if !seen.insert(id) {
            let place = format!("product_tree.product_groups[{index}].group_id");
            return broken("6.1.5", place, format!("group id `{id}` is defined twice"));
        }
    }
    for (index, note) in list(scene.head(), "notes").iter().enumerate() {
        if let Some(id) = strings(note, "group_ids").find(|id| !seen.contains(id)) {
            return broken(
                "6.1.4",
                format!("document.notes[{index}].group_ids"),
                format!("group id `{id}` is not defined"),
            );
        }
    }
    for (place, raw) in scene.vulnerabilities() {
        for (kind, entries) in raw.as_object().into_iter().flatten() {
            for (index, entry) in entries.as_array().into_iter().flatten().enumerate() {
                if let Some(id) = strings(entry, "group_ids").find(|id| !seen.contains(id)) {
                    let place = format!("{place}.{kind}[{index}].group_ids");
                    return broken("6.1.4", place, format!("group id `{id}` is not defined"));
                }
            }
        }
    }
    None
}

/// 6.1.6: a product has one state.
fn status_groups(scene: &Scene<'_>) -> Option<Broken> {
    const GROUPS: [(&str, &[&str]); 5] = [
        ("affected", &["first_affected", "known_affected", "last_affected"]),
        ("not affected", &["known_not_affected"]),
        ("fixed", &["first_fixed", "fixed"]),
        ("under investigation", &["under_investigation"]),
        ("unknown", &["unknown"]),
    ];
    for (place, raw) in scene.vulnerabilities() {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for (group, fields) in GROUPS {
            for id in fields.iter().flat_map(|field| strings(&raw["product_status"], field)) {
                let before = seen.insert(id, group);
                if let Some(before) = before.filter(|before| *before != group) {
                    let cause = format!("product `{id}` is {before} and {group}");
                    return broken("6.1.6", format!("{place}.product_status"), cause);
                }
            }
        }
    }
    None
}

/// 6.1.13, 6.1.25, 6.1.42, 6.1.43, 6.1.44, 6.1.61: identification helpers.
fn helpers(scene: &Scene<'_>) -> Option<Broken> {
    for (place, product) in full_names(scene) {
        let helper = &product["product_identification_helper"];
        let place = format!("{place}.product_identification_helper");
        let mut first: Option<String> = None;
        for purl in text(helper, "purl").into_iter().chain(strings(helper, "purls")) {
            let Ok(parsed) = Purl::parse(purl) else {
                let shown: String = purl.chars().take(80).collect();
                return broken("6.1.13", place, format!("`{shown}` is no package URL"));
            };
            let without = Purl { qualifiers: Vec::new(), ..parsed }.to_string();
            if first.as_ref().is_some_and(|first| *first != without) {
                return broken("6.1.42", place, "its package URLs differ in more than qualifiers");
            }
            first = Some(without);
        }
        for (index, file) in list(helper, "hashes").iter().enumerate() {
            let mut seen = HashSet::new();
            for hash in list(file, "file_hashes") {
                let algorithm = text(hash, "algorithm").unwrap_or_default();
                if !seen.insert(algorithm) {
                    let cause = format!("`{algorithm}` occurs twice for one file");
                    return broken("6.1.25", format!("{place}.hashes[{index}].file_hashes"), cause);
                }
            }
        }
        for (field, test) in [("model_numbers", "6.1.43"), ("serial_numbers", "6.1.44"), ("skus", "6.1.61")] {
            if scene.newer
                && let Some(word) = strings(helper, field).find(|word| stars(word) > 1)
            {
                return broken(test, format!("{place}.{field}"), format!("`{word}` has several stars"));
            }
        }
    }
    None
}

/// Stars that no backslash precedes.
fn stars(word: &str) -> usize {
    let mut escaped = false;
    let mut count = 0;
    for letter in word.chars() {
        count += usize::from(letter == '*' && !escaped);
        escaped = letter == '\\' && !escaped;
    }
    count
}

/// 6.1.31, 6.1.34, 6.1.50, 6.1.57: branches.
fn branches(scene: &Scene<'_>) -> Option<Broken> {
    let mut found = None;
    let mut trail: Vec<&str> = Vec::new();
    walk(&scene.document["product_tree"], "product_tree", 0, &mut |place, branch, depth| {
        if found.is_some() {
            return;
        }
        let (category, name) =
            (text(branch, "category").unwrap_or_default(), text(branch, "name").unwrap_or_default());
        if category == "product_version" && names_range(name) {
            found = broken("6.1.31", format!("{place}.name"), format!("`{name}` is a range, not a version"));
        }
        if !scene.newer {
            return;
        }
        if depth > MAX_BRANCHES {
            found = broken("6.1.34", place, format!("branches are deeper than {MAX_BRANCHES}"));
        }
        if category == "product_version_range"
            && let Some(cause) = bad_range(name)
        {
            found = broken("6.1.50", format!("{place}.name"), cause);
        }
        trail.truncate(depth - 1);
        if category != "product_family" && trail.contains(&category) {
            found = broken("6.1.57", place, format!("a branch of category `{category}` lies below another"));
        }
        trail.push(category);
    });
    found
}

/// Comparison signs, or words such as "before" standing alone.
fn names_range(name: &str) -> bool {
    const WORDS: [&str; 7] = ["after", "all", "before", "earlier", "later", "prior", "versions"];
    // "after-eight" and "vers:all/*" are names; the words count where they stand alone.
    name.contains(['<', '>'])
        || name.split_whitespace().map(str::to_ascii_lowercase).any(|word| WORDS.contains(&word.as_str()))
}

/// A `vers:` URI has no spaces, a scheme, and comparisons; other texts (`vls` of 2.1) hold one comparison at least.
fn bad_range(name: &str) -> Option<String> {
    let rest = name.strip_prefix("vers:")?;
    let (scheme, constraints) = rest.split_once('/').unwrap_or((rest, ""));
    if constraints.is_empty() || scheme.is_empty() || scheme.chars().any(|letter| letter.is_ascii_uppercase())
    {
        return Some(format!("`{name}` is no vers URI"));
    }
    constraints.contains(' ').then(|| format!("`{name}` contains a space"))
}
