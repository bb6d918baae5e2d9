// SPDX-License-Identifier: Apache-2.0
//! Which source is believed about which value.
//!
//! A value counts by the precedence of its source for this attribute, then by its time, then by the record's name; so
//! the order of arrival never shows.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_core::Time;

use super::record::SourceRecord;
use crate::model::AssetKind;

/// A record among those of one asset.
#[derive(Debug, Clone, Copy)]
pub struct Spoken<'a> {
    pub name: &'a str,
    pub source: &'a str,
    pub rank: i64,
    /// Precedence for single attributes, where it differs.
    pub ranks: &'a BTreeMap<String, i64>,
    pub at: Time,
    pub record: &'a SourceRecord,
}

impl Spoken<'_> {
    fn order(&self, attribute: &str) -> (i64, std::cmp::Reverse<i64>, &str) {
        let rank = self.ranks.get(attribute).copied().unwrap_or(self.rank);
        (rank, std::cmp::Reverse(self.at.as_micros()), self.name)
    }
}

/// What counts of an asset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    pub kind: Option<AssetKind>,
    pub name: String,
    /// By scheme; several values are separated by blanks.
    pub identifiers: BTreeMap<String, String>,
    pub attributes: BTreeMap<String, String>,
    pub os: (String, String, String),
    /// The newest word of a source that is trusted most says that it is no longer in use.
    pub retired: bool,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// The values that count.
pub fn choose(spoken: &[Spoken<'_>]) -> Chosen {
    let best = |attribute: &str, has: &dyn Fn(&SourceRecord) -> bool| -> Option<&SourceRecord> {
        let having = spoken.iter().filter(|one| has(one.record));
        having.min_by(|left, right| left.order(attribute).cmp(&right.order(attribute))).map(|one| one.record)
    };
    let os = best("os", &|record| record.os != Default::default())
        .map(|record| record.os.clone())
        .unwrap_or_default();
    let mut chosen = Chosen {
        kind: best("kind", &|record| record.kind.is_some()).and_then(|record| record.kind),
        name: best("name", &|record| !record.name.is_empty())
            .map(|record| record.name.clone())
            .unwrap_or_default(),
        os: (os.id, os.version, os.name),
        retired: best("state", &|_| true).is_some_and(|record| record.retired),
        first: spoken.iter().map(|one| one.at).min(),
        last: spoken.iter().map(|one| one.at).max(),
        ..Chosen::default()
    };
    let names: BTreeSet<&str> =
        spoken.iter().flat_map(|one| one.record.attributes.keys().map(String::as_str)).collect();
    for name in names {
        if let Some(record) = best(name, &|record| record.attributes.contains_key(name)) {
            let value = record.attributes.get(name).map(|value| value.value.clone()).unwrap_or_default();
            chosen.attributes.insert(name.to_owned(), value);
        }
    }
    identifiers(spoken, &mut chosen.identifiers);
    if chosen.name.is_empty() {
        let first = |scheme: &str| chosen.identifiers.get(scheme)?.split(' ').next().map(str::to_owned);
        let schemes = ["hostname", "fqdn", "cloud_id", "serial", "ip", "mac", "agent_id"];
        chosen.name = schemes.into_iter().find_map(first).unwrap_or_default();
    }
    chosen
}

/// Lists are put together; of single values the one that counts.
fn identifiers(spoken: &[Spoken<'_>], into: &mut BTreeMap<String, String>) {
    type List = fn(&SourceRecord) -> &Vec<String>;
    type One = fn(&SourceRecord) -> &Option<String>;
    let lists: [(&str, List); 5] = [
        ("agent_id", |record| &record.identifiers.agent_ids),
        ("mac", |record| &record.identifiers.macs),
        ("fqdn", |record| &record.identifiers.fqdns),
        ("hostname", |record| &record.identifiers.hostnames),
        ("ip", |record| &record.identifiers.ips),
    ];
    for (scheme, list) in lists {
        let all: BTreeSet<&str> =
            spoken.iter().flat_map(|one| list(one.record)).map(String::as_str).collect();
        if !all.is_empty() {
            into.insert(scheme.to_owned(), all.into_iter().collect::<Vec<_>>().join(" "));
        }
    }
    let ones: [(&str, One); 5] = [
        ("cloud_id", |record| &record.identifiers.cloud_id),
        ("serial", |record| &record.identifiers.serial),
        ("vendor", |record| &record.identifiers.vendor),
        ("uuid", |record| &record.identifiers.uuid),
        ("asset_tag", |record| &record.identifiers.asset_tag),
    ];
    for (scheme, one) in ones {
        let having = spoken.iter().filter(|spoken| one(spoken.record).is_some());
        let best = having.min_by(|left, right| left.order(scheme).cmp(&right.order(scheme)));
        if let Some(value) = best.and_then(|best| one(best.record).clone()) {
            into.insert(scheme.to_owned(), value);
        }
    }
}

/// A name that no other asset has: where several are called alike, each says which it is.
pub fn display_name(chosen: &Chosen, shared: bool, lead: &str) -> String {
    let plain = if chosen.name.is_empty() { lead } else { &chosen.name };
    if !shared {
        return plain.to_owned();
    }
    let telling = ["fqdn", "cloud_id", "serial", "uuid", "agent_id", "mac", "ip"];
    let first = |scheme: &str| chosen.identifiers.get(scheme)?.split(' ').next();
    match telling.into_iter().filter_map(first).find(|value| *value != plain) {
        Some(fqdn) if fqdn.starts_with(&format!("{plain}.")) => fqdn.to_owned(),
        Some(value) => format!("{plain} ({value})"),
        None => format!("{plain} ({lead})"),
    }
}
