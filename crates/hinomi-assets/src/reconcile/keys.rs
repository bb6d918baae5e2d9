// SPDX-License-Identifier: Apache-2.0
//! The identification rules, strongest first, and the values they compare.

use hinomi_db::search::fold;

use super::record::SourceRecord;

/// The rules in their order: the first one that finds exactly one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentificationRule)]
pub enum Rule {
    Agent,
    Cloud,
    /// A serial number is unique only with its vendor.
    Serial,
    /// Firmware or hypervisor UUID.
    Uuid,
    Mac,
    Fqdn,
    /// Within a unit or network only, where these are known.
    Hostname,
    /// For a thing of which nothing but its address is known, as a scanner may see it.
    Address,
}

impl Rule {
    pub const ALL: [Self; 8] = [
        Self::Agent,
        Self::Cloud,
        Self::Serial,
        Self::Uuid,
        Self::Mac,
        Self::Fqdn,
        Self::Hostname,
        Self::Address,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Cloud => "cloud",
            Self::Serial => "serial",
            Self::Uuid => "uuid",
            Self::Mac => "mac",
            Self::Fqdn => "fqdn",
            Self::Hostname => "hostname",
            Self::Address => "address",
        }
    }

    /// One thing has one of these: two different values mean two things, whatever weaker values say.
    pub(super) fn tells_apart(self) -> bool {
        matches!(self, Self::Agent | Self::Cloud | Self::Serial | Self::Uuid)
    }

    /// Two things that share such a value are worth a look even if something stronger tells them apart. Several
    /// machines may take turns with one network adapter or one address.
    pub(super) fn should_be_unique(self) -> bool {
        !matches!(self, Self::Mac | Self::Address)
    }
}

/// A value by which a rule compares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub rule: Rule,
    pub value: String,
}

impl Key {
    pub fn new(rule: Rule, value: impl Into<String>) -> Self {
        Self { rule, value: value.into() }
    }

    /// The number under which the key is looked up.
    pub fn hash(&self) -> i64 {
        self.hash_in(self.rule as u8)
    }

    fn hash_in(&self, room: u8) -> i64 {
        let mut bytes = Vec::with_capacity(self.value.len() + 1);
        bytes.push(room);
        bytes.extend_from_slice(self.value.as_bytes());
        xxhash_rust::xxh3::xxh3_64(&bytes) as i64
    }

    /// The namespace within which values exclude each other: an agent of one kind says nothing about another's.
    pub(super) fn space(&self) -> &str {
        match self.rule {
            Rule::Agent | Rule::Cloud => self.value.split(':').next().unwrap_or_default(),
            _ => "",
        }
    }
}

/// The room of addresses of things of which nothing else is known.
const ONLY_ADDRESSED: u8 = 100;

/// Nothing but addresses says what it is.
pub(super) fn only_addressed(keys: &[Key]) -> bool {
    keys.iter().all(|key| key.rule == Rule::Address)
}

/// Under which numbers a record is found.
pub fn found_by(keys: &[Key]) -> Vec<i64> {
    let only = only_addressed(keys);
    let hash = |key: &Key| if only { key.hash_in(ONLY_ADDRESSED) } else { key.hash() };
    keys.iter().map(hash).collect()
}

/// Under which numbers the records are found that may be one with it: an address leads to and from things of which
/// nothing else is known, and nowhere else; half a company may have 192.168.1.1.
pub fn looked_for_by(keys: &[Key]) -> Vec<(i64, Key)> {
    let only = only_addressed(keys);
    let mut wanted = Vec::with_capacity(keys.len());
    for key in keys {
        if key.rule == Rule::Address {
            wanted.push((key.hash_in(ONLY_ADDRESSED), key.clone()));
        }
        if key.rule != Rule::Address || only {
            wanted.push((key.hash(), key.clone()));
        }
    }
    wanted
}

/// Every key of a record, sorted.
pub fn keys_of(record: &SourceRecord) -> Vec<Key> {
    let identifiers = &record.identifiers;
    let mut keys: Vec<Key> =
        identifiers.agent_ids.iter().map(|id| Key::new(Rule::Agent, id.as_str())).collect();
    keys.extend(identifiers.cloud_id.iter().map(|id| Key::new(Rule::Cloud, id.as_str())));
    if let (Some(serial), Some(vendor)) = (&identifiers.serial, &identifiers.vendor) {
        keys.push(Key::new(Rule::Serial, format!("{} {}", plain_vendor(vendor), fold(serial))));
    }
    keys.extend(identifiers.uuid.iter().map(|uuid| Key::new(Rule::Uuid, uuid.to_lowercase())));
    keys.extend(identifiers.macs.iter().map(|mac| Key::new(Rule::Mac, mac.as_str())));
    for fqdn in &identifiers.fqdns {
        keys.push(Key::new(Rule::Fqdn, fold(fqdn)));
        let label = fqdn.split('.').next().unwrap_or_default();
        keys.push(Key::new(Rule::Hostname, fold(label)));
    }
    keys.extend(identifiers.hostnames.iter().map(|name| Key::new(Rule::Hostname, fold(name))));
    keys.extend(identifiers.ips.iter().map(|ip| Key::new(Rule::Address, ip.as_str())));
    keys.retain(|key| !key.value.trim().is_empty());
    keys.sort();
    keys.dedup();
    keys
}

/// `Dell Inc.` and `DELL` are one vendor: the first word, folded.
fn plain_vendor(vendor: &str) -> String {
    let folded = fold(vendor);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    match words.into_iter().next() {
        // The long and the short name that most sources mix.
        Some("hewlett") => "hp".to_owned(),
        Some("hpe") => "hp".to_owned(),
        Some(word) => word.to_owned(),
        None => String::new(),
    }
}
