// SPDX-License-Identifier: Apache-2.0
//! ServiceNow's `cmdb_rel_ci`: rows of parent, type and child. The type names both directions (`Runs on::Runs`).
//!
//! The ends are other tables' rows. By name they are found again whatever table and import they came with, so that a
//! table of relations says more with `sysparm_display_value=all` than with bare references, which only lead to rows of
//! the same document.

use std::collections::HashMap;

use crate::Format;
use crate::model::{AssetClass, AssetRecord, AssetReference, Inventory, RelationKind, Relationship, Warning};
use crate::tree::Node;

use super::super::field::place_of;

/// Where rows lie: answers of the interface, exported files, a list on its own.
const ROWS: [&str; 5] = ["result", "records", "cmdb_rel_ci", "response.result", ""];

pub(in crate::cmdb) fn is(node: &Node<'_>) -> bool {
    rows_at(node).is_some()
}

fn rows_at(node: &Node<'_>) -> Option<&'static str> {
    ROWS.into_iter().find(|path| {
        let mut is_row = false;
        node.visit(path, &mut |row, _| {
            let has = |key: &str| row.get(key).is_some();
            is_row = (has("parent") && has("child") && has("type"))
                || (has("Parent") && has("Child") && has("Type"));
            false
        });
        is_row
    })
}

pub(in crate::cmdb) fn read(node: &Node<'_>) -> Inventory {
    let mut inventory = Inventory::new(Format::ServiceNow);
    // Relations alone say of nothing that it is gone.
    inventory.partial = true;
    let mut places: HashMap<String, usize> = HashMap::new();
    let path = rows_at(node).unwrap_or_default();
    let mut index = 0usize;
    node.visit(path, &mut |row, _| {
        let place = place_of(row, path, index);
        index += 1;
        match Row::of(row) {
            Some(row) => add(row, place, &mut places, &mut inventory),
            None if matches!(row, Node::Map(_)) => {
                let text = "lacks its parent, its child or its type".to_owned();
                inventory.warnings.push(Warning { place, text });
            }
            None => {}
        }
        true
    });
    inventory
}

/// One end: its row's identifier, and the name that is displayed.
struct End {
    id: Option<String>,
    name: Option<String>,
}

impl End {
    fn of(node: &Node<'_>) -> Option<End> {
        let text = |path: &str| node.first(path).map(str::to_owned);
        let (shown, stored) = (text("display_value"), text("value"));
        let (mut id, mut name) = (stored, shown);
        if let Some(plain) = node.text().map(str::to_owned) {
            if is_sys_id(&plain) { id = id.or(Some(plain)) } else { name = name.or(Some(plain)) }
        }
        // XML exports write the name as an attribute beside the identifier.
        name = name.or_else(|| text("@display_value"));
        (id.is_some() || name.is_some()).then_some(End { id, name })
    }

    fn key(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }

    fn reference(&self) -> AssetReference {
        match &self.name {
            Some(name) => AssetReference::Name(name.clone()),
            None => AssetReference::Id(self.key().to_owned()),
        }
    }
}

/// 32 hexadecimal digits
fn is_sys_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

struct Row {
    parent: End,
    child: End,
    kind: String,
}

impl Row {
    fn of(node: &Node<'_>) -> Option<Row> {
        let end = |low: &str, high: &str| node.get(low).or(node.get(high)).and_then(End::of);
        let kind = end("type", "Type")?;
        Some(Row {
            parent: end("parent", "Parent")?,
            child: end("child", "Child")?,
            kind: kind.name.or(kind.id)?,
        })
    }
}

/// What the parent is to the child, and whether it is the child that the relation belongs to.
fn meaning(kind: &str) -> Option<(RelationKind, bool)> {
    let parent_side = kind.split("::").next().unwrap_or_default().trim().to_ascii_lowercase();
    Some(match parent_side.as_str() {
        "runs on" | "hosted on" | "virtualized by" | "located in" | "member of" | "contained by" => {
            (RelationKind::RunsOn, false)
        }
        "runs" | "hosts" | "virtualizes" | "contains" | "members" | "has registered" => {
            (RelationKind::Hosts, false)
        }
        "depends on" | "uses" | "consumes" | "use end point to" | "managed by" => {
            (RelationKind::DependsOn, false)
        }
        "used by" | "consumed by" | "manages" => (RelationKind::DependsOn, true),
        "connects to"
        | "connected by"
        | "ip connection"
        | "sends data to"
        | "receives data from"
        | "exchanges data with" => (RelationKind::ConnectsTo, false),
        _ => return None,
    })
}

fn add(row: Row, place: String, places: &mut HashMap<String, usize>, inventory: &mut Inventory) {
    let Row { parent, child, kind } = row;
    inventory.relationships.push(Relationship {
        from: parent.name.clone().unwrap_or_else(|| parent.key().to_owned()),
        to: child.name.clone().unwrap_or_else(|| child.key().to_owned()),
        kind: kind.split("::").next().unwrap_or_default().trim().to_ascii_lowercase().replace(' ', "-"),
    });
    let Some((relation, is_reversed)) = meaning(&kind) else {
        let text = format!("the relation {kind:?} is kept, and not followed when impact is asked for");
        let is_new = !inventory.warnings.iter().any(|warning| warning.text == text);
        if is_new && inventory.warnings.len() < WARNINGS_MAX {
            inventory.warnings.push(Warning { place, text });
        }
        return;
    };
    let (from, to) = if is_reversed { (child, parent) } else { (parent, child) };
    let at = *places.entry(from.key().to_owned()).or_insert_with(|| {
        // Its own table describes it; here it only carries what it is related to.
        let mut record = AssetRecord::new(format!("cmdb_rel_ci:{}", from.key()), AssetClass::Other, place);
        record.name.clone_from(&from.name);
        record.identifiers.add_name(from.name.as_deref().unwrap_or_default());
        inventory.assets.push(record);
        inventory.assets.len() - 1
    });
    if let Some(record) = inventory.assets.get_mut(at) {
        record.relate(relation, to.reference());
    }
}

const WARNINGS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree;

    #[test]
    fn relations_lead_from_name_to_name_in_their_direction() {
        let text = r#"{"result": [
            {"parent": {"display_value": "shop", "value": "a1"}, "child": {"display_value": "web-01", "value": "b1"},
             "type": {"display_value": "Runs on::Runs", "value": "t"}},
            {"parent": "db-01", "child": "shop", "type": "Used by::Depends on"},
            {"parent": "x", "child": "y", "type": "Backup done by::Backs up"},
            {"parent": "x", "child": "", "type": "Uses::Used by"}]}"#;
        let node = tree::read_json(text, "p").unwrap();
        assert!(is(&node));
        let found = read(&node);
        let kinds: Vec<_> =
            found.relationships.iter().map(|one| (&*one.from, &*one.kind, &*one.to)).collect();
        assert_eq!(kinds[0], ("shop", "runs-on", "web-01"));
        assert_eq!(kinds.len(), 3);
        let name = |text: &str| AssetReference::Name(text.to_owned());
        let shop = &found.assets[0].relations;
        assert_eq!((shop[0].kind, &shop[0].to), (RelationKind::RunsOn, &name("web-01")));
        assert_eq!(found.assets[1].name.as_deref(), Some("shop"));
        assert_eq!(found.assets[1].relations[0].to, name("db-01"));
        assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);
    }

    #[test]
    fn exported_tables_are_known_by_their_columns() {
        let xml = "<unload><cmdb_rel_ci action=\"INSERT_OR_UPDATE\"><child display_value=\"web-01\">\
            0123456789abcdef0123456789abcdef</child><parent display_value=\"shop\">\
            1123456789abcdef0123456789abcdef</parent><type display_value=\"Depends on::Used by\">\
            2123456789abcdef0123456789abcdef</type></cmdb_rel_ci></unload>";
        let found = crate::read(xml.as_bytes(), "rel.xml").unwrap();
        assert_eq!(
            (found.relationships[0].from.as_str(), found.relationships[0].to.as_str()),
            ("shop", "web-01")
        );
        let csv = "Parent,Type,Child\nshop,Depends on::Used by,web-01\n";
        let found = crate::read(csv.as_bytes(), "rel.csv").unwrap();
        assert_eq!(found.assets[0].relations[0].kind, RelationKind::DependsOn);
    }
}
