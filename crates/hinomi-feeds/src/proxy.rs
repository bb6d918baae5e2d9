// SPDX-License-Identifier: Apache-2.0
//! The way out of a network that lets nobody out directly.
//!
//! ```text
//! address ─┬─ named under no_proxy or allow_private ─→ asked directly, every address of it checked
//!          └─ any other ─→ CONNECT to the proxy, which finds the host
//! ```
//! Where a name leads is then the proxy's knowledge, and its rules decide; an address in digits that is not public is refused
//! here all the same.

use std::net::IpAddr;

use ureq::http::Uri;
use ureq::{Proxy, ProxyProtocol};

use crate::address::{AllowList, within};

/// Variables by which other programs are told of a proxy, in the order in which they count.
const ADDRESS: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
const EXCEPT: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A proxy and what is asked without it.
#[derive(Clone)]
pub struct ProxyRule {
    pub(crate) proxy: Proxy,
    except: Vec<Except>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Except {
    Everything,
    /// A host and what is below it.
    Name(String),
    Net(IpAddr, u8),
}

/// An address that is none of a proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("proxy: {0}")]
pub struct ProxyError(String);

impl std::fmt::Debug for ProxyRule {
    /// Without the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ProxyRule({}:{})", self.proxy.host(), self.proxy.port())
    }
}

impl ProxyRule {
    /// `address` is `http://HOST:PORT` or `https://HOST:PORT`, with `USER:PASSWORD@` where the proxy wants it; empty for none.
    /// `except` lists hosts (with what is below them), addresses and networks, separated by commas; `*` is everything.
    pub fn parse(address: &str, except: &str) -> Result<Option<Self>, ProxyError> {
        let address = address.trim();
        if address.is_empty() {
            return Ok(None);
        }
        let shown = address.rsplit('@').next().unwrap_or_default();
        let wrong = |cause: &str| ProxyError(format!("{shown}: {cause}"));
        let proxy = Proxy::new(address).map_err(|_| wrong("it is no http://HOST:PORT"))?;
        if !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
            return Err(wrong("only proxies of http and https are asked"));
        }
        let except = except.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        Ok(Some(Self { proxy, except: except.map(Except::parse).collect() }))
    }

    /// As the environment says, by the variables that other programs read.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> (Option<String>, Option<String>) {
        let first = |names: &[&str]| {
            names.iter().filter_map(|name| variable(name)).find(|value| !value.trim().is_empty())
        };
        (first(&ADDRESS), first(&EXCEPT))
    }

    /// Whether this address is asked without the proxy.
    pub(crate) fn leaves_out(&self, uri: &Uri, allow: &AllowList) -> bool {
        let host = uri.host().unwrap_or_default();
        let address = literal(host);
        allow.names(host)
            || address.is_some_and(|address| allow.holds(address))
            || self.except.iter().any(|except| except.holds(host, address))
    }
}

/// The address that a host is written as, if it is.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Except {
    fn parse(entry: &str) -> Self {
        if entry == "*" {
            return Self::Everything;
        }
        if let Some(address) = literal(entry) {
            return Self::Net(address, if address.is_ipv4() { 32 } else { 128 });
        }
        if let Some((address, bits)) = entry.split_once('/')
            && let (Ok(address), Ok(bits)) = (address.parse(), bits.parse())
        {
            return Self::Net(address, bits);
        }
        Self::Name(entry.trim_start_matches('*').trim_matches('.').to_ascii_lowercase())
    }

    fn holds(&self, host: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::Everything => true,
            Self::Net(net, bits) => address.is_some_and(|address| within(address, *net, *bits)),
            Self::Name(name) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(except: &str) -> ProxyRule {
        ProxyRule::parse("http://user:secret@proxy.corp.example:3128", except).unwrap().unwrap()
    }

    #[test]
    fn exceptions_are_hosts_with_what_is_below_them_addresses_and_networks() {
        let rule = rule("corp.example, .lan,10.0.0.0/8,192.0.2.1,*.intern");
        let allow = AllowList::parse(["mirror.example", "fd00::/8"]).unwrap();
        let out = |url: &str| rule.leaves_out(&url.parse().unwrap(), &allow);
        for url in [
            "https://corp.example/",
            "https://a.b.Corp.Example/",
            "http://x.lan/",
            "http://10.9.8.7:8080/",
            "http://192.0.2.1/",
            "http://y.intern/",
            "https://mirror.example/",
            "http://[fd00::1]/",
        ] {
            assert!(out(url), "{url}");
        }
        for url in ["https://notcorp.example/", "http://192.0.2.2/", "https://example.org/"] {
            assert!(!out(url), "{url}");
        }
        assert!(
            super::ProxyRule::parse("http://p:1", "*")
                .unwrap()
                .unwrap()
                .leaves_out(&"https://a/".parse().unwrap(), &allow)
        );
    }

    #[test]
    fn the_environment_is_read_as_other_programs_do_and_no_password_is_told() {
        let variables = [("https_proxy", "http://p:1"), ("HTTPS_PROXY", " "), ("NO_PROXY", "a,b")];
        let get = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(ProxyRule::of_environment(get), (Some("http://p:1".to_owned()), Some("a,b".to_owned())));
        assert_eq!(ProxyRule::of_environment(|_| None), (None, None));
        assert!(!format!("{:?}", rule("")).contains("secret"));
        assert!(ProxyRule::parse(" ", "a").unwrap().is_none());
        for wrong in ["socks5://u:secret@p:1", "http://u:secret@a b:1", "ftp://u:secret@p"] {
            let error = ProxyRule::parse(wrong, "").unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
