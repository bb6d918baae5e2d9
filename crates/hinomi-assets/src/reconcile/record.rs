// SPDX-License-Identifier: Apache-2.0
//! What one source says of one thing, as it is kept.

use std::collections::BTreeMap;

use hinomi_inventory_formats::{AssetClass, AssetRecord, AssetReference, AssetState};
use serde::{Deserialize, Serialize};

use crate::model::AssetKind;

/// What sort of source it is: decides whom to believe when nobody has said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SourceKind)]
pub enum Origin {
    Manual,
    Agent,
    Cloud,
    Cmdb,
    Scanner,
    Inventory,
}

impl Origin {
    pub const ALL: [Self; 6] =
        [Self::Manual, Self::Agent, Self::Cloud, Self::Cmdb, Self::Scanner, Self::Inventory];

    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Agent => "agent",
            Self::Cloud => "cloud",
            Self::Cmdb => "cmdb",
            Self::Scanner => "scanner",
            Self::Inventory => "inventory",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }

    /// Precedence of a new source of this kind; lower is believed first.
    pub fn rank(self) -> i64 {
        match self {
            Self::Manual => 0,
            Self::Agent => 10,
            Self::Cloud => 20,
            Self::Inventory => 30,
            Self::Cmdb => 40,
            Self::Scanner => 50,
        }
    }

    /// Does such a source number its things itself, so that two records of it are two things?
    pub fn numbered(self) -> bool {
        matches!(self, Self::Cmdb | Self::Cloud | Self::Manual)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct SourceIdentifiers {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agent_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub macs: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fqdns: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hostnames: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ips: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct SourceOs {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// A value and the field of the source that it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct SourceValue {
    pub value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

/// A relation to another record of the source, a cloud resource, or a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRelation {
    pub kind: String,
    /// `id`, `cloud` or `name`.
    pub by: String,
    pub to: String,
}

/// What one source says of one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AssetKind>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub identifiers: SourceIdentifiers,
    pub os: SourceOs,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, SourceValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<SourceRelation>,
    /// The source says that it is no longer in use.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

const MOST_ATTRIBUTES: usize = 80;
const LONGEST: usize = 500;

/// Sources are strangers: control characters go, endless texts are cut.
fn tame(text: &str) -> String {
    text.trim().chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

impl SourceRecord {
    /// As a reader found it.
    pub fn from_asset(asset: &AssetRecord) -> Self {
        let found = &asset.identifiers;
        let tamed =
            |texts: &[String]| -> Vec<String> { texts.iter().take(64).map(|text| tame(text)).collect() };
        let mut attributes: BTreeMap<String, SourceValue> = BTreeMap::new();
        for attribute in asset.attributes.iter().take(MOST_ATTRIBUTES) {
            let value = SourceValue { value: tame(&attribute.value), origin: tame(&attribute.origin) };
            attributes.entry(tame(&attribute.name)).or_insert(value);
        }
        let more = [
            ("location", &asset.location),
            ("owner", &asset.owner),
            ("organisation", &asset.organisation),
            ("environment", &asset.environment),
            ("kernel", &asset.os.kernel),
            ("arch", &asset.os.arch),
        ];
        for (name, value) in more {
            if let Some(value) = value.as_deref().map(tame).filter(|value| !value.is_empty()) {
                attributes.insert(name.to_owned(), SourceValue { value, origin: name.to_owned() });
            }
        }
        if !asset.tags.is_empty() {
            let value = tame(&asset.tags.join(", "));
            attributes.insert("tags".to_owned(), SourceValue { value, origin: "tags".to_owned() });
        }
        let relations = asset.relations.iter().take(256).filter_map(|relation| {
            let (by, to) = match &relation.to {
                AssetReference::Id(id) => ("id", id),
                AssetReference::CloudId(id) => ("cloud", id),
                AssetReference::Name(name) => ("name", name),
            };
            let kind = serde_json::to_value(relation.kind).ok()?.as_str()?.replace('-', "_");
            Some(SourceRelation { kind, by: by.to_owned(), to: tame(to) })
        });
        Self {
            kind: Some(kind_of(asset.class)),
            name: asset.name.as_deref().map(tame).unwrap_or_default(),
            identifiers: SourceIdentifiers {
                agent_ids: tamed(&found.agent_ids),
                cloud_id: found.cloud_id.as_deref().map(tame),
                serial: found.serial.as_deref().map(tame),
                vendor: found.vendor.as_deref().map(tame),
                uuid: found.uuid.as_deref().map(tame),
                asset_tag: found.asset_tag.as_deref().map(tame),
                macs: tamed(&found.macs),
                fqdns: tamed(&found.fqdns),
                hostnames: tamed(&found.hostnames),
                ips: found.ips.iter().take(64).map(ToString::to_string).collect(),
            },
            os: SourceOs {
                id: String::new(),
                version: asset.os.version.as_deref().map(tame).unwrap_or_default(),
                name: asset.os.name.as_deref().map(tame).unwrap_or_default(),
            },
            attributes,
            relations: relations.collect(),
            retired: asset.state == Some(AssetState::Retired),
        }
    }
}

fn kind_of(class: AssetClass) -> AssetKind {
    match class {
        AssetClass::NetworkDevice | AssetClass::LoadBalancer => AssetKind::NetworkDevice,
        AssetClass::CloudResource | AssetClass::Function | AssetClass::Database | AssetClass::Storage => {
            AssetKind::CloudResource
        }
        AssetClass::ContainerImage => AssetKind::ContainerImage,
        AssetClass::Service => AssetKind::ListeningService,
        _ => AssetKind::Host,
    }
}

/// Under which name a source without numbers of its own will speak of the thing again.
pub fn source_key(record: &SourceRecord) -> Option<String> {
    let identifiers = &record.identifiers;
    let name = |prefix: &str, value: &str| format!("{prefix}:{value}");
    let serial = identifiers.serial.as_ref().zip(identifiers.vendor.as_ref());
    let mut macs = identifiers.macs.clone();
    macs.sort();
    let first = |list: &[String]| list.iter().min().cloned();
    (first(&identifiers.agent_ids).map(|id| name("agent", &id)))
        .or_else(|| identifiers.cloud_id.as_ref().map(|id| name("cloud", id)))
        .or_else(|| serial.map(|(serial, vendor)| name("serial", &format!("{vendor} {serial}"))))
        .or_else(|| identifiers.uuid.as_ref().map(|uuid| name("uuid", uuid)))
        .or_else(|| first(&identifiers.fqdns).map(|fqdn| name("fqdn", &fqdn)))
        .or_else(|| first(&identifiers.hostnames).map(|host| name("host", &host)))
        .or_else(|| macs.first().map(|mac| name("mac", mac)))
        .or_else(|| first(&identifiers.ips).map(|ip| name("ip", &ip)))
        .or_else(|| (!record.name.is_empty()).then(|| name("name", &record.name)))
}
