// SPDX-License-Identifier: Apache-2.0
//! Which addresses may be asked.
//!
//! ```text
//! name ─→ system's resolver ─→ addresses ─→ each: public, or allowed by the configuration ─→ connection
//! ```
//! The check is made on the very addresses that are connected to, so that a name cannot answer one thing to the check
//! and another to the connection; and for every hop of a redirect, since each is resolved anew.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Addresses within a company that may be asked for feeds: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`, or a host's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    nets: Vec<(IpAddr, u8)>,
    hosts: Vec<String>,
}

/// An entry that is neither an address, a network nor a host's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address, network (10.0.0.0/8) or host name")]
pub struct AllowError(String);

impl AllowList {
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, AllowError> {
        let mut list = Self::default();
        for entry in entries {
            let wrong = || AllowError(entry.to_owned());
            if let Ok(address) = entry.parse::<IpAddr>() {
                list.nets.push((address, if address.is_ipv4() { 32 } else { 128 }));
            } else if let Some((address, bits)) = entry.split_once('/') {
                let address: IpAddr = address.parse().map_err(|_| wrong())?;
                let bits: u8 = bits.parse().map_err(|_| wrong())?;
                if bits > if address.is_ipv4() { 32 } else { 128 } {
                    return Err(wrong());
                }
                list.nets.push((address, bits));
            } else if !entry.is_empty()
                && entry
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
            {
                list.hosts.push(entry.to_ascii_lowercase());
            } else {
                return Err(wrong());
            }
        }
        Ok(list)
    }

    pub(crate) fn names(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.contains(&host)
    }

    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        self.nets.iter().any(|(net, bits)| within(address, *net, *bits))
    }
}

pub(crate) fn within(address: IpAddr, net: IpAddr, bits: u8) -> bool {
    let shared = |left: u128, right: u128, width: u32| {
        let dropped = width.saturating_sub(u32::from(bits));
        left.checked_shr(dropped).unwrap_or(0) == right.checked_shr(dropped).unwrap_or(0)
    };
    match (address, net) {
        (IpAddr::V4(left), IpAddr::V4(right)) => {
            shared(u128::from(u32::from(left)), u128::from(u32::from(right)), 32)
        }
        (IpAddr::V6(left), IpAddr::V6(right)) => shared(left.into(), right.into(), 128),
        _ => false,
    }
}

/// Whether the address belongs to the public Internet (IANA's special-purpose registries, as of 2024-10).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a >= 240
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = embedded_v4(address) {
        return is_public_v4(inner);
    }
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is global unicast; within it Teredo (2001::/32) and documentation are not.
    (a & 0xe000) == 0x2000 && !(a == 0x2001 && (b == 0 || b == 0x0db8)) && !(a == 0x3fff && b < 0x1000)
}

/// The IPv4 address that a mapped, translated (64:ff9b::/96) or 6to4 address stands for.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(inner) = address.to_ipv4_mapped() {
        return Some(inner);
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0x64, 0xff9b, 0, 0, 0, 0) => Some(join(g, h)),
        (0x2002, ..) => Some(join(b, c)),
        _ => None,
    }
}

/// The system's resolver, without what must not be asked.
#[derive(Debug)]
pub(crate) struct GuardedResolver {
    pub(crate) allow: AllowList,
    pub(crate) inner: DefaultResolver,
}

/// Told of an address that is not public and not allowed.
#[derive(Debug, thiserror::Error)]
#[error("{host} is at {address}, which is no public address; allow it under [feeds] allow_private")]
pub(crate) struct Forbidden {
    pub(crate) host: String,
    pub(crate) address: IpAddr,
}

impl Resolver for GuardedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default();
        if self.allow.names(host) {
            return Ok(found);
        }
        let refused = found.iter().map(|at| at.ip()).find(|at| !is_public(*at) && !self.allow.holds(*at));
        match refused {
            // One bad address among good ones is refused, too: it is how a name is bent between two lookups.
            Some(address) => Err(ureq::Error::Other(Box::new(Forbidden { host: host.to_owned(), address }))),
            None => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for text in ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_allow_list_takes_addresses_networks_and_names() {
        let list = AllowList::parse(["127.0.0.1", "10.0.0.0/8", "fd00::/8", "mirror.corp.example"]).unwrap();
        for text in ["127.0.0.1", "10.255.0.1", "fd12::1"] {
            assert!(list.holds(text.parse().unwrap()), "{text}");
        }
        for text in ["127.0.0.2", "11.0.0.1", "fe80::1"] {
            assert!(!list.holds(text.parse().unwrap()), "{text}");
        }
        assert!(list.names("Mirror.corp.example.") && !list.names("corp.example"));
        for wrong in ["10.0.0.0/33", "a b", "", "1.2.3.4/x"] {
            assert!(AllowList::parse([wrong]).is_err(), "{wrong}");
        }
    }
}
