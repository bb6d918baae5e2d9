// SPDX-License-Identifier: Apache-2.0
//! What a source knows about hosts, devices and cloud resources: who they are, what belongs to them, how they hang together.
//!
//! ```text
//!  AssetRecord ── identifiers: what reconciliation compares, in one spelling whatever the source writes
//!              ├─ attributes:  everything else that is known, as the source writes it, each with its place there
//!              └─ relations ─→ AssetReference: a record of the same document, or a name that only the server can resolve
//! ```
//!
//! What must stay true: an identifier that identifies nobody (a placeholder serial number, the zero MAC, a loopback
//! address) is never one; it stays readable among the attributes.

use std::net::IpAddr;

use serde::Serialize;

/// The attribute that says whether a scanner has logged in: `yes`, `no`.
pub(crate) const CREDENTIALED: &str = "credentialed";

/// One asset as one source describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AssetRecord {
    /// Unique in its document: what components, observations and relations of the document refer to.
    pub id: String,
    /// The source gives no id, or gives it twice: the name or number that stands in its place, which others of the
    /// document may have as well; empty when it has no name either. `id` tells it apart within this document only.
    #[serde(skip)]
    pub shared_name: Option<String>,
    pub class: AssetClass,
    /// What the source calls it.
    pub name: Option<String>,
    pub identifiers: Identifiers,
    pub os: AssetOs,
    /// Free of the fields above, in the source's own words: `model`, `memory_mb`, `cluster`, …
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The person that the source holds responsible: a name, an account or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Tenant, company, department, account or project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// `production`, `test`, … as the source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AssetState>,
    /// `key=value`, or a plain word.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<AssetRelation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
    /// Where in the document the record stands: `results[3]`, `row 12`.
    pub place: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssetClass {
    #[default]
    Host,
    VirtualMachine,
    NetworkDevice,
    /// Personal computers, phones and tablets.
    EndUserDevice,
    Printer,
    /// Racks' power, cameras, sensors and the like.
    Appliance,
    Cluster,
    Database,
    LoadBalancer,
    Storage,
    Function,
    /// A cloud resource of none of the classes above.
    CloudResource,
    ContainerImage,
    Container,
    /// Something that listens: a service with an address.
    Service,
    Application,
    Other,
}

impl AssetClass {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            AssetClass::Host => "host",
            AssetClass::VirtualMachine => "virtual-machine",
            AssetClass::NetworkDevice => "network-device",
            AssetClass::EndUserDevice => "end-user-device",
            AssetClass::Printer => "printer",
            AssetClass::Appliance => "appliance",
            AssetClass::Cluster => "cluster",
            AssetClass::Database => "database",
            AssetClass::LoadBalancer => "load-balancer",
            AssetClass::Storage => "storage",
            AssetClass::Function => "function",
            AssetClass::CloudResource => "cloud-resource",
            AssetClass::ContainerImage => "container-image",
            AssetClass::Container => "container",
            AssetClass::Service => "service",
            AssetClass::Application => "application",
            AssetClass::Other => "other",
        }
    }
}

/// Whether the asset still is, as far as the source knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssetState {
    Planned,
    InUse,
    /// Exists, but is switched off or lies in store.
    Inactive,
    Retired,
}

/// What tells one asset from another. Filled through the `add_…` functions, which bring values into one spelling.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Identifiers {
    /// `kind:value`, such as `glpi:pc1-2026-01-01` or `nessus:4f1c…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agent_ids: Vec<String>,
    /// `aws:i-0abc…`, `azure:/subscriptions/…` in lower case, `gcp://…`: unique world-wide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Manufacturer: a serial number is unique only with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// UUID of the firmware (SMBIOS) or of the hypervisor, in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
    /// `00:00:5e:00:53:01`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub macs: Vec<String>,
    /// Lower case, without the last dot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fqdns: Vec<String>,
    /// Lower case, one label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hostnames: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ips: Vec<IpAddr>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AssetOs {
    /// As the source writes it: `Ubuntu Linux 20.04`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpe: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attribute {
    pub name: String,
    pub value: String,
    /// The field or column that it comes from: `custom_fields.cust_id`, `Purchase Cost`.
    pub origin: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetRelation {
    pub kind: RelationKind,
    pub to: AssetReference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationKind {
    RunsOn,
    Hosts,
    ConnectsTo,
    DependsOn,
    ImageOf,
}

/// The other end of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssetReference {
    /// [`AssetRecord::id`] of the same document.
    Id(String),
    /// `aws:…`, as in [`Identifiers::cloud_id`].
    CloudId(String),
    /// A name that the document does not describe.
    Name(String),
}

/// A range of addresses that a source assigns to somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NetworkRecord {
    /// `192.0.2.0/24`
    pub cidr: String,
    pub name: Option<String>,
    pub organisation: Option<String>,
    pub location: Option<String>,
    pub state: Option<String>,
    pub place: String,
}

/// What vendors write where a serial number should be.
const PLACEHOLDERS: [&str; 21] = [
    "0",
    "-",
    "na",
    "n/a",
    "none",
    "null",
    "nil",
    "unknown",
    "default",
    "default string",
    "not specified",
    "not available",
    "not applicable",
    "to be filled by o.e.m.",
    "to be filled by oem",
    "o.e.m.",
    "oem",
    "system serial number",
    "chassis serial number",
    "empty",
    "xxxxxxxxxx",
];

/// A value that says nothing, as machines and people write it.
fn is_placeholder(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    let digits = lower.bytes().filter(|byte| !matches!(byte, b'-' | b'.' | b' ')).collect::<Vec<_>>();
    let is_one_digit = digits.len() > 3 && digits.windows(2).all(|pair| pair[0] == pair[1]);
    lower.is_empty() || PLACEHOLDERS.contains(&lower.as_str()) || is_one_digit || lower == "123456789"
}

impl Identifiers {
    pub fn is_empty(&self) -> bool {
        *self == Identifiers::default()
    }

    /// A host name of any shape: an address, a name with a domain, or one label.
    pub fn add_name(&mut self, name: &str) {
        let name = name.trim().trim_end_matches('.').to_lowercase();
        if name.parse::<IpAddr>().is_ok() {
            self.add_ip(&name);
        } else if is_placeholder(&name) || name.starts_with("localhost") || !is_host_name(&name) {
            // Identifies nobody.
        } else if name.contains('.') {
            push_new(&mut self.fqdns, name);
        } else {
            push_new(&mut self.hostnames, name);
        }
    }

    /// An address, with or without its prefix length, zone or brackets.
    pub fn add_ip(&mut self, text: &str) {
        let bare = text.trim().trim_start_matches('[').split(['/', '%', ']']).next().unwrap_or_default();
        if let Ok(ip) = bare.parse::<IpAddr>() {
            let ip = ip.to_canonical();
            let is_link_local = matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local());
            if !ip.is_loopback() && !ip.is_unspecified() && !ip.is_multicast() && !is_link_local {
                push_new(&mut self.ips, ip);
            }
        }
    }

    /// Twelve hexadecimal digits in any grouping; group and null addresses belong to nobody.
    pub fn add_mac(&mut self, text: &str) {
        let is_separator = |byte: &u8| matches!(byte, b':' | b'-' | b'.' | b' ');
        let digits: Vec<u8> = text.trim().bytes().filter(|byte| !is_separator(byte)).collect();
        if digits.len() != 12 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return;
        }
        let lower = String::from_utf8_lossy(&digits).to_ascii_lowercase();
        let is_group = u8::from_str_radix(&lower[..2], 16).is_ok_and(|first| first & 1 == 1);
        if is_group || lower == "000000000000" {
            return;
        }
        let pairs: Vec<&str> = (0..6).map(|at| &lower[at * 2..at * 2 + 2]).collect();
        push_new(&mut self.macs, pairs.join(":"));
    }

    pub fn add_agent(&mut self, kind: &str, id: &str) {
        if !is_placeholder(id) {
            push_new(&mut self.agent_ids, format!("{kind}:{}", id.trim()));
        }
    }

    pub fn set_serial(&mut self, text: &str) {
        if self.serial.is_none() && !is_placeholder(text) {
            self.serial = Some(text.trim().to_owned());
        }
    }

    pub fn set_vendor(&mut self, text: &str) {
        if self.vendor.is_none() && !is_placeholder(text) {
            self.vendor = Some(text.trim().to_owned());
        }
    }

    pub fn set_asset_tag(&mut self, text: &str) {
        if self.asset_tag.is_none() && !is_placeholder(text) {
            self.asset_tag = Some(text.trim().to_owned());
        }
    }

    pub fn set_uuid(&mut self, text: &str) {
        let text = text.trim().trim_matches(['{', '}']).to_ascii_lowercase();
        let is_uuid = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let says_nothing = is_placeholder(&text) || text == "03000200-0400-0500-0006-000700080009";
        if self.uuid.is_none() && is_uuid && !says_nothing {
            self.uuid = Some(text);
        }
    }
}

impl AssetRecord {
    pub fn new(id: impl Into<String>, class: AssetClass, place: impl Into<String>) -> Self {
        AssetRecord { id: id.into(), class, place: place.into(), ..AssetRecord::default() }
    }

    /// Keeps what has a value.
    pub fn add_attribute(&mut self, name: &str, value: impl Into<String>, origin: &str) {
        let value = value.into();
        if !value.trim().is_empty() {
            let (name, origin) = (name.to_owned(), origin.to_owned());
            self.attributes.push(Attribute { name, value, origin });
        }
    }

    /// Has the scanner logged in, by what its report says of the host?
    pub fn login(&self) -> Option<bool> {
        self.attribute(CREDENTIALED).map(|word| word == "yes")
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|one| one.name == name).map(|one| one.value.as_str())
    }

    pub fn relate(&mut self, kind: RelationKind, to: AssetReference) {
        let relation = AssetRelation { kind, to };
        push_new(&mut self.relations, relation);
    }
}

/// RFC 1123 2.1, and the underscore that Windows allows; other scripts' letters are taken as they are.
fn is_host_name(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| !label.is_empty() && label.len() <= 63)
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
