// SPDX-License-Identifier: Apache-2.0
//! Which feeds there are and how each is asked.
//!
//! ```text
//! shipped definitions ─┐
//!                      ├─→ Definition per name ─→ run
//! configuration file ──┘    [feeds] what holds for all, [feed.NAME] what one does differently
//! ```
//! Nothing is asked unless the configuration enables it or somebody names it: a new installation makes no request.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::address::AllowList;
use crate::client::Retry;
use crate::error::FeedError;
use crate::proxy::ProxyRule;

/// How a source is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Files at fixed places, each asked for conditionally.
    File,
    /// OSV's buckets: an archive per ecosystem, a list of what was modified, a file per record.
    Osv,
    /// The CVE list's releases: a base of all records each midnight, deltas in between.
    Cve,
    /// The NVD's API 2.0.
    Nvd,
    /// The NVD's files of years, each with its description.
    NvdFiles,
    /// A CSAF provider.
    Csaf,
    /// Microsoft's update guide.
    Msrc,
    /// A TAXII 2.1 API root.
    Taxii,
    /// A MISP feed.
    Misp,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Osv => "osv",
            Self::Cve => "cve",
            Self::Nvd => "nvd",
            Self::NvdFiles => "nvd-files",
            Self::Csaf => "csaf",
            Self::Msrc => "msrc",
            Self::Taxii => "taxii",
            Self::Misp => "misp",
        }
    }
}

/// Traffic Light Protocol 2.0 (FIRST, 2022) with 1.0's WHITE as CLEAR; the order is that of confidentiality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tlp {
    #[serde(alias = "white")]
    Clear,
    #[default]
    Green,
    Amber,
    AmberStrict,
    Red,
}

impl Tlp {
    /// A label as documents write it; an unknown one counts as the strictest.
    pub fn of_label(label: &str) -> Self {
        let label = label.trim().to_ascii_uppercase();
        match label.strip_prefix("TLP:").unwrap_or(&label) {
            "CLEAR" | "WHITE" | "UNLABELED" | "" => Self::Clear,
            "GREEN" => Self::Green,
            "AMBER" => Self::Amber,
            "AMBER+STRICT" => Self::AmberStrict,
            _ => Self::Red,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }
}

/// One feed, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub name: String,
    pub kind: Kind,
    pub url: String,
    pub enabled: bool,
    pub every_minutes: u32,
    /// Parts of the source: ecosystems, files, collections, years; all of them when empty.
    pub only: Vec<String>,
    /// Whether a list that no longer has an entry says that the entry is gone.
    pub complete: bool,
    pub key: Option<String>,
    pub licence: String,
    /// Between two requests, where a source asks for it.
    pub pause: Duration,
    pub page_size: u32,
    pub max_bytes: u64,
    /// Documents of a stricter label are not taken.
    pub tlp_most: Tlp,
}

/// `[feeds]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Common {
    /// Addresses within the company that may be asked.
    pub allow_private: Vec<String>,
    pub tlp_most: Tlp,
    /// Attempts at one request.
    pub attempts: Option<u32>,
    /// Before the second attempt; doubles.
    pub first_wait_ms: Option<u64>,
    /// `http://HOST:PORT` through which sources are asked; empty for none, whatever the environment says.
    pub proxy: Option<String>,
    /// Hosts, addresses and networks that are asked without it, separated by commas.
    pub no_proxy: Option<String>,
}

/// `[feed.NAME]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    pub enabled: Option<bool>,
    pub kind: Option<Kind>,
    pub url: Option<String>,
    pub every_minutes: Option<u32>,
    pub only: Option<Vec<String>>,
    pub complete: Option<bool>,
    pub key: Option<String>,
    pub licence: Option<String>,
    pub pause_ms: Option<u64>,
    pub page_size: Option<u32>,
    pub max_bytes: Option<u64>,
    pub tlp_most: Option<Tlp>,
}

/// Every feed by its name, and what holds for all.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    feeds: BTreeMap<String, Definition>,
    pub allow: AllowList,
    pub retry: Retry,
    pub proxy: Option<ProxyRule>,
}

impl Registry {
    /// The shipped feeds as the configuration changes them, and those that it adds.
    pub fn new(common: &Common, overrides: &BTreeMap<String, Override>) -> Result<Self, FeedError> {
        let wrong = |name: &str, cause: String| FeedError::Definition { name: name.to_owned(), cause };
        let allow = AllowList::parse(common.allow_private.iter().map(String::as_str))
            .map_err(|error| wrong("feeds", format!("allow_private: {error}")))?;
        let except = common.no_proxy.as_deref().unwrap_or_default();
        let proxy = ProxyRule::parse(common.proxy.as_deref().unwrap_or_default(), except)
            .map_err(|error| wrong("feeds", error.to_string()))?;
        let mut retry = Retry::default();
        retry.attempts = common.attempts.unwrap_or(retry.attempts).clamp(1, 20);
        retry.first_wait = common.first_wait_ms.map_or(retry.first_wait, Duration::from_millis);
        let mut feeds: BTreeMap<String, Definition> =
            SHIPPED.iter().map(|shipped| (shipped.name.to_owned(), shipped.definition(common))).collect();
        for (name, change) in overrides {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if name.is_empty() || name.len() > 60 || !name.bytes().all(fits) {
                return Err(wrong(name, "a name is made of a to z, 0 to 9 and -".to_owned()));
            }
            let mut feed = match (feeds.remove(name), change.kind, &change.url) {
                (Some(shipped), ..) => shipped,
                (None, Some(kind), Some(url)) => Definition::new(name, kind, url, common),
                _ => return Err(wrong(name, "it is not a shipped feed: give kind and url".to_owned())),
            };
            feed.change(change);
            feeds.insert(name.clone(), feed);
        }
        Ok(Self { feeds, allow, retry, proxy })
    }

    pub fn get(&self, name: &str) -> Result<&Definition, FeedError> {
        self.feeds.get(name).ok_or_else(|| FeedError::Unknown { name: name.to_owned() })
    }

    pub fn all(&self) -> impl Iterator<Item = &Definition> {
        self.feeds.values()
    }
}

impl Definition {
    fn new(name: &str, kind: Kind, url: &str, common: &Common) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            url: url.to_owned(),
            enabled: false,
            every_minutes: 60,
            only: Vec::new(),
            complete: false,
            key: None,
            licence: String::new(),
            pause: Duration::ZERO,
            page_size: 2_000,
            max_bytes: 4 << 30,
            tlp_most: common.tlp_most,
        }
    }

    fn change(&mut self, change: &Override) {
        fn set<T: Clone>(place: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        set(&mut self.enabled, change.enabled.as_ref());
        set(&mut self.kind, change.kind.as_ref());
        set(&mut self.url, change.url.as_ref());
        set(&mut self.every_minutes, change.every_minutes.as_ref());
        self.every_minutes = self.every_minutes.max(1);
        set(&mut self.only, change.only.as_ref());
        set(&mut self.complete, change.complete.as_ref());
        set(&mut self.licence, change.licence.as_ref());
        set(&mut self.max_bytes, change.max_bytes.as_ref());
        set(&mut self.tlp_most, change.tlp_most.as_ref());
        self.page_size = change.page_size.unwrap_or(self.page_size).clamp(1, 2_000);
        self.key = change.key.clone().or(self.key.take());
        self.pause = change.pause_ms.map_or(self.pause, Duration::from_millis);
    }

    /// How long after a run the next one is due.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(u64::from(self.every_minutes) * 60)
    }
}

/// A feed that comes with the program.
struct Shipped {
    name: &'static str,
    kind: Kind,
    url: &'static str,
    every_minutes: u32,
    only: &'static [&'static str],
    complete: bool,
    licence: &'static str,
    pause_ms: u64,
}

impl Shipped {
    fn definition(&self, common: &Common) -> Definition {
        Definition {
            every_minutes: self.every_minutes,
            only: self.only.iter().map(|&part| part.to_owned()).collect(),
            complete: self.complete,
            licence: self.licence.to_owned(),
            pause: Duration::from_millis(self.pause_ms),
            ..Definition::new(self.name, self.kind, self.url, common)
        }
    }
}

const fn shipped(
    name: &'static str,
    kind: Kind,
    url: &'static str,
    every_minutes: u32,
    licence: &'static str,
) -> Shipped {
    Shipped { name, kind, url, every_minutes, only: &[], complete: false, licence, pause_ms: 0 }
}

const HOURLY: u32 = 60;
const DAILY: u32 = 1_440;

/// Addresses as their publishers documented them by 2025; each can be pointed elsewhere.
const SHIPPED: &[Shipped] = &[
    shipped(
        "osv",
        Kind::Osv,
        "https://osv-vulnerabilities.storage.googleapis.com/",
        HOURLY,
        "per record; CC-BY-4.0 for most",
    ),
    shipped(
        "github",
        Kind::File,
        "https://codeload.github.com/github/advisory-database/tar.gz/refs/heads/main",
        DAILY,
        "CC-BY-4.0",
    ),
    shipped(
        "cve",
        Kind::Cve,
        "https://api.github.com/repos/CVEProject/cvelistV5/releases",
        HOURLY,
        "CVE terms of use",
    ),
    Shipped {
        pause_ms: 6_000,
        ..shipped("nvd", Kind::Nvd, "https://services.nvd.nist.gov/rest/json/cves/2.0", 120, "public domain")
    },
    shipped(
        "nvd-files",
        Kind::NvdFiles,
        "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-{part}.json.gz",
        DAILY,
        "public domain",
    ),
    Shipped {
        complete: true,
        ..shipped(
            "kev",
            Kind::File,
            "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
            HOURLY,
            "CC0-1.0",
        )
    },
    Shipped {
        complete: true,
        ..shipped(
            "epss",
            Kind::File,
            "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
            DAILY,
            "FIRST.org, attribution",
        )
    },
    shipped(
        "cisa-csaf",
        Kind::Csaf,
        "https://www.cisa.gov/sites/default/files/csaf/provider-metadata.json",
        DAILY,
        "public domain",
    ),
    shipped(
        "redhat-csaf",
        Kind::Csaf,
        "https://security.access.redhat.com/data/csaf/v2/provider-metadata.json",
        DAILY,
        "CC-BY-4.0",
    ),
    shipped(
        "debian-tracker",
        Kind::File,
        "https://security-tracker.debian.org/tracker/data/json",
        HOURLY,
        "MIT (Expat)",
    ),
    Shipped {
        only: &["DSA/list", "DLA/list", "CVE/list"],
        ..shipped(
            "debian-lists",
            Kind::File,
            "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/{part}",
            HOURLY,
            "MIT (Expat)",
        )
    },
    Shipped {
        only: &[
            "edge/main",
            "edge/community",
            "v3.22/main",
            "v3.22/community",
            "v3.21/main",
            "v3.21/community",
            "v3.20/main",
            "v3.20/community",
            "v3.19/main",
            "v3.19/community",
            "v3.18/main",
            "v3.18/community",
        ],
        ..shipped("alpine", Kind::File, "https://secdb.alpinelinux.org/{part}.json", HOURLY, "MIT")
    },
    Shipped {
        only: &[
            "debian",
            "ubuntu",
            "alpine-linux",
            "rhel",
            "almalinux",
            "rocky-linux",
            "windows",
            "windows-server",
        ],
        ..shipped("eol", Kind::File, "https://endoflife.date/api/v1/products/{part}/", DAILY, "MIT")
    },
    shipped(
        "msrc",
        Kind::Msrc,
        "https://api.msrc.microsoft.com/cvrf/v3.0/updates",
        DAILY,
        "Microsoft API terms",
    ),
    Shipped {
        only: &["2023", "2024", "2025", "2026"],
        ..shipped(
            "jvn",
            Kind::File,
            "https://jvndb.jvn.jp/ja/feed/detail/jvndb_detail_{part}.rdf",
            DAILY,
            "JVN iPedia terms of use",
        )
    },
    shipped("misp-circl", Kind::Misp, "https://www.circl.lu/doc/misp/feed-osint/", DAILY, "per event"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_enabled_that_nobody_enabled() {
        let registry = Registry::new(&Common::default(), &BTreeMap::new()).unwrap();
        assert!(registry.all().all(|feed| !feed.enabled));
        assert!(registry.all().all(|feed| feed.url.starts_with("https://") && !feed.licence.is_empty()));
        assert!(registry.get("nope").is_err());
    }

    #[test]
    fn every_shipped_feed_has_a_page_of_the_guide_in_both_languages() {
        let guide = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
        for feed in SHIPPED {
            for language in ["en", "ja"] {
                let path = guide.join(language).join("feeds").join(format!("{}.md", feed.name));
                let page = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(page.contains(feed.url), "{}: says not where it comes from", path.display());
                let index = std::fs::read_to_string(guide.join(language).join("feeds.md")).unwrap();
                assert!(index.contains(&format!("(feeds/{}.md)", feed.name)), "{}", feed.name);
            }
        }
    }

    #[test]
    fn the_configuration_changes_shipped_feeds_and_adds_own_ones() {
        let text = r#"
            [feeds]
            allow_private = ["10.0.0.0/8"]
            tlp_most = "amber-strict"
            [feed.kev]
            enabled = true
            url = "https://mirror.example/kev.json"
            [feed.our-csaf]
            kind = "csaf"
            url = "https://example.com/provider-metadata.json"
            tlp_most = "white"
        "#;
        #[derive(Deserialize)]
        struct File {
            feeds: Common,
            feed: BTreeMap<String, Override>,
        }
        let file: File = toml::from_str(text).unwrap();
        let registry = Registry::new(&file.feeds, &file.feed).unwrap();
        let kev = registry.get("kev").unwrap();
        assert_eq!(
            (kev.enabled, kev.url.as_str(), kev.tlp_most),
            (true, "https://mirror.example/kev.json", Tlp::AmberStrict)
        );
        assert!(kev.complete, "what is not changed stays");
        assert_eq!(registry.get("our-csaf").unwrap().tlp_most, Tlp::Clear);
        let nameless = BTreeMap::from([("x".to_owned(), Override::default())]);
        assert!(
            Registry::new(&Common::default(), &nameless).unwrap_err().to_string().contains("kind and url")
        );
    }

    #[test]
    fn an_unknown_label_is_the_strictest() {
        assert_eq!(Tlp::of_label("TLP:AMBER+STRICT"), Tlp::AmberStrict);
        assert_eq!(Tlp::of_label("white"), Tlp::Clear);
        assert_eq!(Tlp::of_label("TLP:PURPLE"), Tlp::Red);
        assert!(Tlp::Clear < Tlp::Green && Tlp::AmberStrict < Tlp::Red);
    }
}
