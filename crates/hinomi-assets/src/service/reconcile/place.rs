// SPDX-License-Identifier: Apache-2.0
//! Where a thing belongs by its network or its name.

use std::net::IpAddr;

use hinomi_core::{SystemId, UnitId};
use hinomi_db::search::fold;
use hinomi_db::{Db, DbError};

use crate::reconcile::SourceRecord;
use crate::store::rules::{self, RuleRow};

/// The rules of assignment, ready to be asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    rules: Vec<Rule>,
    /// Changes with any rule that says where something belongs, and with their order.
    pub(crate) hash: String,
}

#[derive(Debug, Clone)]
struct Rule {
    network: Option<Network>,
    name: String,
    unit: UnitId,
    system: Option<SystemId>,
}

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    base: u128,
    mask: u128,
    is_v4: bool,
}

impl Network {
    /// `192.0.2.0/24`, or one address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (bits, width) = bits(address);
        let length = length.unwrap_or(width);
        if length > width {
            return None;
        }
        let host_bits = width - length;
        let mask = if host_bits >= 128 { 0 } else { u128::MAX << host_bits };
        Some(Self { base: bits & mask, mask, is_v4: address.is_ipv4() })
    }

    fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.is_v4 && bits(address).0 & self.mask == self.base
    }
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}

impl Places {
    pub(crate) async fn read(db: &Db) -> Result<Self, DbError> {
        Ok(Self::of(&rules::all(db).await?))
    }

    pub(crate) fn of(rows: &[RuleRow]) -> Self {
        let rule = |row: &RuleRow| Rule {
            network: Network::parse(&row.network),
            name: fold(&row.name_pattern),
            unit: row.unit_id,
            system: row.system_id,
        };
        let said: Vec<_> =
            rows.iter().map(|row| (&row.network, &row.name_pattern, row.unit_id, row.system_id)).collect();
        let text = serde_json::to_vec(&said).unwrap_or_default();
        Self { rules: rows.iter().map(rule).collect(), hash: blake3::hash(&text).to_hex().to_string() }
    }

    /// The unit whose rule fits a record first.
    pub(crate) fn of_record(&self, record: &SourceRecord) -> Option<(UnitId, Option<SystemId>)> {
        if self.rules.is_empty() {
            return None;
        }
        let identifiers = &record.identifiers;
        let addresses: Vec<IpAddr> = identifiers.ips.iter().filter_map(|ip| ip.parse().ok()).collect();
        let mut names: Vec<String> = vec![fold(&record.name)];
        names.extend(identifiers.hostnames.iter().chain(&identifiers.fqdns).map(|name| fold(name)));
        let fits = |rule: &&Rule| {
            let by_network =
                rule.network.is_none_or(|network| addresses.iter().any(|ip| network.contains(*ip)));
            let by_name = rule.name.is_empty() || names.iter().any(|name| matches(&rule.name, name));
            (rule.network.is_some() || !rule.name.is_empty()) && by_network && by_name
        };
        self.rules.iter().find(fits).map(|rule| (rule.unit, rule.system))
    }

    /// What tells equal host names of two places apart.
    pub(crate) fn place_of(&self, record: &SourceRecord) -> Option<String> {
        self.of_record(record).map(|(unit, _)| unit.to_string())
    }
}

/// `web-*` and `?` as in file names.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_names_are_matched() {
        let inside = |network: &str, ip: &str| Network::parse(network).unwrap().contains(ip.parse().unwrap());
        assert!(inside("192.0.2.0/24", "192.0.2.255"));
        assert!(!inside("192.0.2.0/24", "192.0.3.0"));
        assert!(inside("0.0.0.0/0", "203.0.113.9"));
        assert!(!inside("0.0.0.0/0", "2001:db8::1"));
        assert!(inside("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(inside("::/0", "2001:db8::1"));
        assert!(inside("192.0.2.7", "192.0.2.7"));
        assert_eq!(Network::parse("192.0.2.0/33"), None);
        assert_eq!(Network::parse("everything"), None);
        assert!(matches("web-*", "web-1.example") && matches("*", "") && matches("w?b*1", "web-1"));
        assert!(!matches("web-*", "db-1") && !matches("web", "web-1") && !matches("a*b", "a"));
    }
}
