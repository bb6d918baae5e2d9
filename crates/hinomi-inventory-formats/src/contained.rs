// SPDX-License-Identifier: Apache-2.0
//! Which products a component is a part of, as the document nests them.
//!
//! ```text
//!   application pkg:maven/acme/shop@2 ─┬─ library pkg:maven/acme/tax@1      part of the shop
//!                                      └─ library pkg:maven/json/json@1 ┐
//!   library     pkg:maven/json/json@1 ──────────────────────────────────┴─ also on its own: part of nothing
//! ```
//! A component that stands at several places is one component; it is part of what contains it everywhere.

use std::collections::HashMap;

use crate::model::{Component, Inventory};

/// Deeper nesting than documents have; references may also lead in a circle.
const MAX_DEPTH: usize = 32;

/// By a component's reference: the purls and CPE names of everything that contains it.
#[must_use]
pub fn wholes(inventory: &Inventory) -> HashMap<&str, Vec<&str>> {
    if inventory.components.iter().all(|one| one.parent.is_none()) {
        return HashMap::new();
    }
    let by_id: HashMap<&str, &Component> =
        inventory.components.iter().filter_map(|one| Some((one.id.as_deref()?, one))).collect();
    let mut common: HashMap<&str, Vec<&str>> = HashMap::new();
    for component in inventory.present() {
        let Some(own) = identity(component) else { continue };
        let above = above(component, &by_id);
        common.entry(own).and_modify(|known| known.retain(|one| above.contains(one))).or_insert(above);
    }
    let parts = inventory.present().filter_map(|one| Some((one.id.as_deref()?, identity(one)?)));
    parts
        .filter_map(|(id, own)| Some((id, common.get(own)?)))
        .filter(|(_, wholes)| !wholes.is_empty())
        .map(|(id, wholes)| (id, wholes.clone()))
        .collect()
}

fn identity(component: &Component) -> Option<&str> {
    component.purl.as_deref().or(component.cpe.as_deref())
}

fn above<'a>(component: &'a Component, by_id: &HashMap<&str, &'a Component>) -> Vec<&'a str> {
    let parent = |one: &&'a Component| by_id.get(one.parent.as_deref()?).copied();
    let chain = std::iter::successors(parent(&component), parent).take(MAX_DEPTH);
    let mut found: Vec<&str> = chain.filter_map(identity).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    fn component(id: &str, purl: &str, parent: Option<&str>) -> Component {
        Component {
            id: Some(id.to_owned()),
            purl: Some(purl.to_owned()),
            parent: parent.map(str::to_owned),
            ..Component::default()
        }
    }

    #[test]
    fn a_part_is_part_of_all_that_contains_it_everywhere() {
        let mut inventory = Inventory::new(Format::CycloneDxJson);
        inventory.components = vec![
            component("1", "pkg:maven/a/shop@2", None),
            component("2", "pkg:maven/a/tax@1", Some("1")),
            component("3", "pkg:maven/a/rate@1", Some("2")),
            component("4", "pkg:maven/a/json@1", Some("2")),
            component("5", "pkg:maven/a/json@1", None),
        ];
        let found = wholes(&inventory);
        assert_eq!(found["3"], ["pkg:maven/a/shop@2", "pkg:maven/a/tax@1"]);
        assert_eq!((found["2"].len(), found.get("4"), found.get("1")), (1, None, None));
        // A circle ends.
        inventory.components[0].parent = Some("3".to_owned());
        assert_eq!(wholes(&inventory)["1"].len(), 3);
    }
}
