// SPDX-License-Identifier: Apache-2.0
//! What every reader produces. Strings are kept exactly as the source has them; nothing is merged or dropped.

mod asset;
mod split;

use serde::{Deserialize, Serialize};

use crate::Format;

pub(crate) use asset::CREDENTIALED;
pub use asset::{
    AssetClass, AssetOs, AssetRecord, AssetReference, AssetRelation, AssetState, Attribute, Identifiers,
    NetworkRecord, RelationKind,
};

/// One document's worth of inventory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inventory {
    pub format: Format,
    pub format_version: Option<String>,
    /// By what other documents refer to its parts: serial number and version, `SERIAL/1` (CycloneDX, "BOM-Link").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What the document says it describes.
    pub subject: Option<Subject>,
    /// When the inventory was taken, as the document writes it.
    pub observed_at: Option<String>,
    /// One per component or package element, in document order: nested ones follow their parent.
    pub components: Vec<Component>,
    pub services: Vec<Service>,
    pub relationships: Vec<Relationship>,
    /// Statements about components, such as a scanner's finding or a VEX status.
    pub observations: Vec<Observation>,
    /// An inventory that also says what is wrong with its parts, if only that nothing is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub judged: bool,
    /// Hosts, devices and resources that the document describes: one for a host's own inventory, many for a scanner's
    /// report or an export of a configuration database. [`Inventory::split_by_asset`] takes such a document apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetRecord>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<NetworkRecord>,
    pub warnings: Vec<Warning>,
    pub host: HostFacts,
    /// The source says itself that it did not see everything: nothing may be concluded from what is absent.
    pub partial: bool,
    /// Though partial, the packages of the system's own databases are all there: what lacks are files that lie about.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub packages_whole: bool,
    /// Folders and files that could not be looked into, as seen on the host: what a file told elsewhere and no longer
    /// tells is gone, though the inventory is partial. `/` when no file was looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

impl Inventory {
    pub fn new(format: Format) -> Self {
        Inventory {
            format,
            format_version: None,
            document: None,
            subject: None,
            observed_at: None,
            components: Vec::new(),
            services: Vec::new(),
            relationships: Vec::new(),
            observations: Vec::new(),
            judged: false,
            assets: Vec::new(),
            networks: Vec::new(),
            warnings: Vec::new(),
            host: HostFacts::default(),
            partial: false,
            packages_whole: false,
            unread: Vec::new(),
        }
    }

    /// The components that are part of what the document describes: the others, for tests and development alone, are
    /// matched by nobody, and nothing runs beside them.
    pub fn present(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|component| !component.is_excluded())
    }

    /// How many components the document names that are no part of what it describes.
    pub fn excluded(&self) -> usize {
        self.components.len() - self.present().count()
    }
}

impl Component {
    /// The document says itself that it is no part of what runs: for tests and development alone (CycloneDX 1.7, `scope`
    /// `excluded`; lock files by their own words). What is `optional` may be there, and counts.
    #[must_use]
    pub fn is_excluded(&self) -> bool {
        self.scope.as_deref() == Some(EXCLUDED)
    }
}

/// The scope of a component that is no part of what runs.
pub(crate) const EXCLUDED: &str = "excluded";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The identifier of the component that is the subject, when it is one.
    pub id: Option<String>,
    pub kind: ComponentKind,
    pub name: String,
    pub version: Option<String>,
    pub purl: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Component {
    /// The document's own reference: `bom-ref`, `SPDXID`.
    pub id: Option<String>,
    pub kind: ComponentKind,
    pub purl: Option<String>,
    pub cpe: Option<String>,
    /// Tag identifier of ISO/IEC 19770-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swid: Option<String>,
    /// Further purls and CPEs of the same component.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_identities: Vec<String>,
    /// Organisation or namespace that the name stands under (`org.apache.logging.log4j`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub name: String,
    pub version: Option<String>,
    pub supplier: Option<String>,
    pub licenses: Vec<String>,
    /// Name and version of the source package that the binary was built from.
    pub source_name: Option<String>,
    pub source_version: Option<String>,
    pub arch: Option<String>,
    /// `debian-12`, `alpine-3.19`, `almalinux-9`
    pub distro: Option<String>,
    /// `Some(false)`: an installed kernel that does not run. `None`: no kernel, or the running one is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel_running: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
    /// Files on the carrier that show the component.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<String>,
    /// The component that contains this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The asset that carries it, where a document describes several: [`AssetRecord::id`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentKind {
    Application,
    Framework,
    #[default]
    Library,
    Container,
    Platform,
    OperatingSystem,
    Device,
    DeviceDriver,
    Firmware,
    File,
    MachineLearningModel,
    Data,
    CryptographicAsset,
    Other,
}

impl ComponentKind {
    const NAMES: [(ComponentKind, &'static str); 14] = [
        (ComponentKind::Application, "application"),
        (ComponentKind::Framework, "framework"),
        (ComponentKind::Library, "library"),
        (ComponentKind::Container, "container"),
        (ComponentKind::Platform, "platform"),
        (ComponentKind::OperatingSystem, "operating-system"),
        (ComponentKind::Device, "device"),
        (ComponentKind::DeviceDriver, "device-driver"),
        (ComponentKind::Firmware, "firmware"),
        (ComponentKind::File, "file"),
        (ComponentKind::MachineLearningModel, "machine-learning-model"),
        (ComponentKind::Data, "data"),
        (ComponentKind::CryptographicAsset, "cryptographic-asset"),
        (ComponentKind::Other, "other"),
    ];

    /// CycloneDX 1.7 `component.type`.
    pub fn from_name(name: &str) -> Option<ComponentKind> {
        Self::NAMES
            .iter()
            .find(|(kind, text)| *text == name && *kind != ComponentKind::Other)
            .map(|(kind, _)| *kind)
    }

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, text)| text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hash {
    pub algorithm: String,
    pub value: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Service {
    pub id: Option<String>,
    pub group: Option<String>,
    pub name: String,
    pub version: Option<String>,
    pub endpoints: Vec<String>,
    /// The asset that it listens on: [`AssetRecord::id`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relationship {
    pub from: String,
    pub to: String,
    /// `depends-on` for CycloneDX dependencies; the SPDX word in lower case otherwise.
    pub kind: String,
}

/// What a document claims: a vulnerability found, an open port, the VEX status of a component.
///
/// A scanner's word is evidence beside the match that Hinomi computes itself, never a second truth: so everything that
/// says what was seen, where and by which rule is kept as the scanner writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observation {
    /// `vulnerability`, `port`, `misconfiguration`, `secret`, `licence`, `end-of-life`, `malware`, `finding` (a weakness
    /// in own code or a running application), `information`.
    pub kind: String,
    /// The vulnerability's, plugin's or rule's identifier as the source writes it.
    pub id: Option<String>,
    /// Reference of the component or service that it is about.
    pub component: Option<String>,
    /// As the source writes it.
    pub severity: Option<String>,
    /// The source's own verdict (`not_affected`, `exploitable`, `open`, …).
    pub state: Option<String>,
    pub text: Option<String>,
    /// Version that the source says is fixed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// Host, image, address or file that it was seen at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The asset that it was seen on: [`AssetRecord::id`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// `tcp/443`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// What answers there: `https`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Vulnerabilities that it means (`CVE-…`, `GHSA-…`, `RHSA-…`), without repetition; [`Observation::id`] among them
    /// when it is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vulnerabilities: Vec<String>,
    /// `CWE-79`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weaknesses: Vec<String>,
    /// Vectors and scores of CVSS, and whatever else the source measures by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<String>,
    /// What to do about it, in the source's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solution: Option<String>,
    /// What the scanner saw: a plugin's output, a quoted answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
}

/// Something in the document that a reader should know. Reading went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Line, or path inside the document.
    pub place: String,
    pub text: String,
}

/// What the source knows about the machine or image itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HostFacts {
    /// `ID` and `VERSION_ID` of os-release.
    pub os_id: Option<String>,
    pub os_version_id: Option<String>,
    pub os_name: Option<String>,
    pub kernel_release: Option<String>,
    pub arch: Option<String>,
    pub hostname: Option<String>,
}

impl HostFacts {
    /// `debian-12`, when both parts are known.
    pub fn distro(&self) -> Option<String> {
        crate::context::distro_name(self.os_id.as_deref()?, self.os_version_id.as_deref()?)
    }
}
