// SPDX-License-Identifier: Apache-2.0
//! What an asset is.

use std::collections::BTreeMap;

use hinomi_core::SystemId;
use hinomi_org::model::clean_text;

use super::words::{FieldProblem, words};
use crate::model::system::tidy_name;

words! {
    /// The five kinds of configuration item.
    pub enum AssetKind ("asset kind") {
        Host = 1 => "host",
        NetworkDevice = 2 => "network_device",
        CloudResource = 3 => "cloud_resource",
        /// One inventory, however many run it.
        ContainerImage = 4 => "container_image",
        ListeningService = 5 => "listening_service",
    }
}

words! {
    /// The lists that somebody should work off.
    pub enum AssetList ("asset list") {
        All = 1 => "all",
        Unassigned = 2 => "unassigned",
        Stale = 3 => "stale",
        WithoutInventory = 4 => "without_inventory",
        Discovered = 5 => "discovered",
    }
}

/// The operating system that an inventory showed; empty texts where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ObservedOs {
    /// `os-release` ID: debian, rhel, …
    pub id: String,
    /// `os-release` VERSION_ID: 12, 9.4, …
    pub version: String,
    /// For people: Debian GNU/Linux 12 (bookworm).
    pub name: String,
}

impl ObservedOs {
    /// Observations come from files of unknown makers: control characters go, endless texts are cut.
    #[must_use]
    pub fn harmless(&self) -> Self {
        let tame = |text: &str| -> String {
            text.chars().filter(|character| !character.is_control()).take(200).collect()
        };
        Self { id: tame(&self.id), version: tame(&self.version), name: tame(&self.name) }
    }
}

/// An asset to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAsset {
    pub name: String,
    pub kind: AssetKind,
    /// Without one, the asset goes to the unassigned system.
    pub system_id: Option<SystemId>,
    pub identifiers: BTreeMap<String, String>,
    pub attributes: BTreeMap<String, String>,
    pub os: ObservedOs,
}

impl NewAsset {
    pub fn plain(name: impl Into<String>, kind: AssetKind, system_id: Option<SystemId>) -> Self {
        Self {
            name: name.into(),
            kind,
            system_id,
            identifiers: BTreeMap::new(),
            attributes: BTreeMap::new(),
            os: ObservedOs::default(),
        }
    }

    /// Texts as they are stored, or every wrong field.
    pub fn clean(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        tidy_name("name", &mut self.name, &mut problems);
        self.identifiers = clean_identifiers("identifiers", self.identifiers, &mut problems);
        self.attributes = clean_identifiers("attributes", self.attributes, &mut problems);
        self.os = self.os.harmless();
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

/// What changes of an asset; `None` keeps what it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetChange {
    pub name: Option<String>,
    pub kind: Option<AssetKind>,
    pub system_id: Option<SystemId>,
    pub identifiers: Option<BTreeMap<String, String>>,
    pub attributes: Option<BTreeMap<String, String>>,
    pub os: Option<ObservedOs>,
}

impl AssetChange {
    pub fn clean(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        if let Some(name) = &mut self.name {
            tidy_name("name", name, &mut problems);
        }
        if let Some(identifiers) = self.identifiers.take() {
            self.identifiers = Some(clean_identifiers("identifiers", identifiers, &mut problems));
        }
        if let Some(attributes) = self.attributes.take() {
            self.attributes = Some(clean_identifiers("attributes", attributes, &mut problems));
        }
        self.os = self.os.map(|os| os.harmless());
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

const MAX_PAIRS: usize = 100;

/// Names and values without outer blanks; an empty value is none.
pub fn clean_identifiers(
    field: &'static str,
    pairs: BTreeMap<String, String>,
    problems: &mut Vec<FieldProblem>,
) -> BTreeMap<String, String> {
    if pairs.len() > MAX_PAIRS {
        problems.push(FieldProblem::new(field, "are more than 100"));
        return BTreeMap::new();
    }
    let mut clean = BTreeMap::new();
    for (name, value) in pairs {
        match (clean_text(&name), clean_text(&value)) {
            (Ok(name), Ok(value)) if !name.is_empty() => {
                if !value.is_empty() {
                    clean.insert(name, value);
                }
            }
            (Ok(_), Ok(_)) => problems.push(FieldProblem::new(field, "a name is empty")),
            (Err(cause), _) | (_, Err(cause)) => {
                problems.push(FieldProblem::new(field, format!("{name:?}: {cause}")));
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_cleaned_or_named() {
        let mut asset = NewAsset::plain(" web-1 ", AssetKind::Host, None);
        asset.identifiers = [("hostname".into(), " web-1 ".into()), ("serial".into(), " ".into())].into();
        let clean = asset.clone().clean().unwrap();
        assert_eq!(clean.name, "web-1");
        assert_eq!(clean.identifiers, [("hostname".to_owned(), "web-1".to_owned())].into());
        asset.identifiers.insert("mac".into(), "a\nb".into());
        asset.name = String::new();
        let problems = asset.clean().unwrap_err();
        assert_eq!(problems[0], FieldProblem::new("name", "is empty"));
        assert_eq!(problems[1].message, "\"mac\": holds a control character");
    }

    #[test]
    fn observed_texts_are_made_harmless() {
        let os = ObservedOs { id: "deb\u{7}ian".into(), version: "1".repeat(999), name: "<b>".into() };
        let tame = os.harmless();
        assert_eq!((tame.id.as_str(), tame.version.len(), tame.name.as_str()), ("debian", 200, "<b>"));
    }
}
