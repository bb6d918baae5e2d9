// SPDX-License-Identifier: Apache-2.0
//! Under which name a source speaks of a thing again.
//!
//! ```text
//! numbers its things (CMDB, cloud) ─────────────────────→ its number
//! a table without numbers, or with one twice ───────────→ its name; of several, what tells them apart: see `rows`
//! agent id, serial number, UUID ────────────────────────→ that
//! a scanner that knows no more than a name ─┬─ one of that name, as before ─→ fqdn:pool.example
//!                                           ├─ two in one report ───────────→ fqdn:pool.example ip:192.0.2.12
//!                                           └─ known, but elsewhere ────────→ host:router net:198.51.100.0/24
//! ```
//! What must stay true: what a scanner sees of one machine never replaces what it saw of another of the same name, in one
//! report or in those of two sites; and a machine keeps its name as long as it keeps an adapter or an address.

mod rows;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use hinomi_db::{Db, DbError};
use hinomi_inventory_formats::AssetRecord;

use crate::reconcile::{Origin, SourceRecord, source_key};
use crate::service::Places;
use crate::store;

/// Before the address of one of several that one report names alike: they are several, whatever else they share.
const AT_ONCE: &str = " ip:";
/// Before the network of one that an earlier report may have meant another by.
const ELSEWHERE: &str = " net:";

/// Stands for the name of what has none.
const UNNAMED: &str = "(unnamed)";

/// The name that several seen at once share, of a key that says which one of them it is.
pub(crate) fn seen_beside_others(key: &str) -> Option<&str> {
    key.split_once(AT_ONCE).map(|(base, _)| base)
}

/// The network in a key that has one: what lies there is listed under a source of its own.
pub(crate) fn network_in(key: &str) -> Option<&str> {
    key.split_once(ELSEWHERE).map(|(_, network)| network)
}

/// A thing of a document with its key; nothing of one that could not be found again.
pub(crate) type Keyed = Option<(String, SourceRecord)>;

/// The things of a document in their order, and how many of them another one of the document names, too.
pub(crate) async fn keyed(
    db: &Db,
    source: &str,
    origin: Origin,
    assets: &[AssetRecord],
) -> Result<(Vec<Keyed>, usize), DbError> {
    let mut keyed: Vec<Keyed> = assets
        .iter()
        .map(|asset| {
            let record = SourceRecord::from_asset(asset);
            let own = asset.shared_name.as_ref().unwrap_or(&asset.id);
            let own = (origin.numbered() && !own.is_empty()).then(|| own.clone());
            // What has no name either is known by all that is said of it.
            let unnamed = || (origin.numbered() && !record.attributes.is_empty()).then(|| UNNAMED.to_owned());
            let key = own.or_else(|| source_key(&record)).or_else(unnamed)?;
            Some((key, record))
        })
        .collect();
    if origin == Origin::Scanner {
        tell_apart(db, source, &mut keyed).await?;
    } else if origin.numbered() {
        let shared: HashSet<String> = assets
            .iter()
            .zip(&keyed)
            .filter(|(asset, _)| asset.shared_name.is_some())
            .filter_map(|(_, one)| Some(one.as_ref()?.0.clone()))
            .collect();
        rows::tell_apart(db, source, &shared, &mut keyed).await?;
    }
    let distinct: HashSet<&str> = keyed.iter().flatten().map(|(key, _)| key.as_str()).collect();
    let merged = keyed.iter().flatten().count() - distinct.len();
    Ok((keyed, merged))
}

fn is_name(key: &str) -> bool {
    ["fqdn:", "host:", "name:"].iter().any(|prefix| key.starts_with(prefix))
}

async fn tell_apart(db: &Db, source: &str, keyed: &mut [Keyed]) -> Result<(), DbError> {
    let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in keyed.iter().enumerate() {
        if let Some((key, _)) = one.as_ref().filter(|(key, _)| is_name(key)) {
            named.entry(key.clone()).or_default().push(at);
        }
    }
    let bases: Vec<&str> = named.keys().map(String::as_str).collect();
    let known = known_of(db, source, &bases).await?;
    let places = Places::read(db).await?;
    for (base, at) in named {
        let hosts: Vec<&SourceRecord> =
            at.iter().filter_map(|at| keyed[*at].as_ref().map(|(_, record)| record)).collect();
        let keys = keys_of_name(&base, &hosts, known.get(&base).map_or(&[], Vec::as_slice), &places);
        for (at, key) in at.into_iter().zip(keys) {
            if let Some((own, _)) = &mut keyed[at] {
                *own = key;
            }
        }
    }
    Ok(())
}

/// What a source has said under a name.
struct Known {
    key: String,
    record: SourceRecord,
}

/// What a source has said under these names, and under what tells apart several of them.
async fn known_of(db: &Db, source: &str, bases: &[&str]) -> Result<HashMap<String, Vec<Known>>, DbError> {
    let mut known: HashMap<String, Vec<Known>> = HashMap::new();
    let source = store::sources::all(db).await?.into_iter().find(|one| one.name == source);
    for chunk in bases.chunks(2_000) {
        let Some(source) = &source else { break };
        for (base, key, data) in store::records::of_bases(db, source.id, chunk).await? {
            let record = serde_json::from_str(&data).unwrap_or_default();
            known.entry(base).or_default().push(Known { key, record });
        }
    }
    Ok(known)
}

/// Keys for the hosts of one name in a report.
fn keys_of_name(base: &str, hosts: &[&SourceRecord], known: &[Known], places: &Places) -> Vec<String> {
    let mut order: Vec<usize> = (0..hosts.len()).collect();
    order.sort_by_key(|at| (lowest(hosts[*at]), &hosts[*at].identifiers.macs));
    // One machine may stand in a report several times.
    let mut machines: Vec<(usize, Option<String>)> = Vec::new();
    let mut machine_of: HashMap<usize, usize> = HashMap::new();
    for at in order {
        let same = machines.iter().position(|(first, _)| is_same(hosts[*first], hosts[at]));
        machine_of.insert(at, same.unwrap_or(machines.len()));
        if same.is_none() {
            machines.push((at, None));
        }
    }
    let mut free: Vec<&Known> = known.iter().collect();
    for (at, key) in &mut machines {
        if let Some(found) = free.iter().position(|known| is_same(&known.record, hosts[*at])) {
            *key = Some(free.remove(found).key.clone());
        }
    }
    let alone = machines.len() == 1;
    let mut begun = !known.is_empty();
    for (at, key) in machines.iter_mut().filter(|(_, key)| key.is_none()) {
        let host = hosts[*at];
        let mut may_be = free.iter().filter(|known| fits(base, &known.record, host, places));
        let named = match (may_be.next(), may_be.next()) {
            (Some(known), None) if alone => known.key.clone(),
            _ if !begun => base.to_owned(),
            _ if alone => apart(base, ELSEWHERE, network_of(host), known),
            _ => apart(base, AT_ONCE, address_of(host), known),
        };
        begun = true;
        *key = Some(named);
    }
    (0..hosts.len())
        .map(|at| {
            let machine = machine_of.get(&at).and_then(|machine| machines.get(*machine));
            machine.and_then(|(_, key)| key.clone()).unwrap_or_else(|| base.to_owned())
        })
        .collect()
}

/// A key of its own, unless nothing tells it apart.
fn apart(base: &str, mark: &str, by: Option<String>, known: &[Known]) -> String {
    let Some(by) = by else { return base.to_owned() };
    let key = format!("{base}{mark}{by}");
    match known.iter().filter(|known| known.key.starts_with(&key)).count() {
        0 => key,
        // Another machine of the name is there already.
        more => format!("{key} #{}", more + 1),
    }
}

/// The same adapter; or the same address, and no other adapter.
fn is_same(left: &SourceRecord, right: &SourceRecord) -> bool {
    let (left, right) = (&left.identifiers, &right.identifiers);
    let shares = |left: &[String], right: &[String]| left.iter().any(|one| right.contains(one));
    if !left.macs.is_empty() && !right.macs.is_empty() {
        return shares(&left.macs, &right.macs);
    }
    let nothing = left.ips.is_empty() && right.ips.is_empty();
    shares(&left.ips, &right.ips) || (nothing && left.macs.is_empty() && right.macs.is_empty())
}

/// It may have got another address since. A bare host name says so within one network only: many are called `router`.
fn fits(base: &str, known: &SourceRecord, host: &SourceRecord, places: &Places) -> bool {
    let (macs, others) = (&known.identifiers.macs, &host.identifiers.macs);
    if !macs.is_empty() && !others.is_empty() {
        return false;
    }
    if places.place_of(known) != places.place_of(host) {
        return false;
    }
    let (networks, others) = (networks(known), networks(host));
    base.starts_with("fqdn:")
        || networks.is_empty()
        || others.is_empty()
        || networks.iter().any(|one| others.contains(one))
}

fn addresses(record: &SourceRecord) -> Vec<IpAddr> {
    record.identifiers.ips.iter().filter_map(|ip| ip.parse().ok()).collect()
}

fn lowest(record: &SourceRecord) -> Option<IpAddr> {
    addresses(record).into_iter().min()
}

fn address_of(record: &SourceRecord) -> Option<String> {
    lowest(record).map(|ip| ip.to_string()).or_else(|| record.identifiers.macs.iter().min().cloned())
}

fn network_of(record: &SourceRecord) -> Option<String> {
    lowest(record).map(network).or_else(|| record.identifiers.macs.iter().min().cloned())
}

fn networks(record: &SourceRecord) -> Vec<String> {
    addresses(record).into_iter().map(network).collect()
}

/// The network that an address most likely lies in.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(ip: &str, mac: &str) -> SourceRecord {
        let mut record = SourceRecord::default();
        record.identifiers.ips.extend((!ip.is_empty()).then(|| ip.to_owned()));
        record.identifiers.macs.extend((!mac.is_empty()).then(|| mac.to_owned()));
        record
    }

    fn keys(base: &str, hosts: &[(&str, &str)], known: &[(&str, &str, &str)]) -> Vec<String> {
        let hosts: Vec<SourceRecord> = hosts.iter().map(|(ip, mac)| host(ip, mac)).collect();
        let known: Vec<Known> = known
            .iter()
            .map(|(key, ip, mac)| Known { key: (*key).to_owned(), record: host(ip, mac) })
            .collect();
        keys_of_name(base, &hosts.iter().collect::<Vec<_>>(), &known, &Places::default())
    }

    #[test]
    fn two_of_one_name_in_a_report_are_two_and_stay_who_they_are() {
        let pool = "fqdn:pool.example";
        let both = keys(pool, &[("10.0.0.12", ""), ("10.0.0.11", "")], &[]);
        assert_eq!(both, ["fqdn:pool.example ip:10.0.0.12", "fqdn:pool.example"]);
        assert_eq!(seen_beside_others(&both[0]), Some(pool));
        let known = [(both[0].as_str(), "10.0.0.12", ""), (both[1].as_str(), "10.0.0.11", "")];
        assert_eq!(keys(pool, &[("10.0.0.12", "")], &known), [both[0].clone()]);
        assert_eq!(
            keys(pool, &[("10.0.0.11", ""), ("10.0.0.12", "")], &known),
            [both[1].clone(), both[0].clone()]
        );
        // The same machine twice in a report.
        assert_eq!(keys(pool, &[("10.0.0.11", "m"), ("10.0.0.99", "m")], &[]), [pool, pool]);
    }

    #[test]
    fn a_name_of_another_network_is_another_and_a_new_lease_is_not() {
        let known = [("host:router", "192.0.2.1", "")];
        assert_eq!(keys("host:router", &[("192.0.2.77", "")], &known), ["host:router"]);
        let osaka = keys("host:router", &[("198.51.100.1", "")], &known);
        assert_eq!(osaka, ["host:router net:198.51.100.0/24"]);
        assert_eq!(network_in(&osaka[0]), Some("198.51.100.0/24"));
        let both = [known[0], (osaka[0].as_str(), "198.51.100.1", "")];
        assert_eq!(keys("host:router", &[("198.51.100.9", "")], &both), osaka);
        assert_eq!(keys("host:router", &[("192.0.2.1", "")], &both), ["host:router"]);
        let full = [("fqdn:a.example", "192.0.2.1", "")];
        assert_eq!(keys("fqdn:a.example", &[("198.51.100.1", "")], &full), ["fqdn:a.example"]);
        assert_eq!(keys("host:a", &[("", "")], &[("host:a", "", "")]), ["host:a"]);
        // Another adapter at the same address is another machine.
        let swapped = keys("host:a", &[("192.0.2.1", "n")], &[("host:a", "192.0.2.1", "m")]);
        assert_eq!(swapped, ["host:a net:192.0.2.0/24"]);
    }
}
