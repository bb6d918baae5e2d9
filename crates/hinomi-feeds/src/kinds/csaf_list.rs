// SPDX-License-Identifier: Apache-2.0
//! What a CSAF provider has: its metadata, and its lists in either form (CSAF 2.0 and 2.1, section 7.1).

use serde::Deserialize;

use super::{encoded, json, utf8};
use crate::client::join;
use crate::definition::Tlp;
use crate::error::FetchError;
use crate::run::Run;

#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) distributions: Vec<Distribution>,
    #[serde(default)]
    pub(super) public_openpgp_keys: Vec<PublicKey>,
    #[serde(default)]
    role: String,
}

impl Metadata {
    /// A trusted provider has a hash and a signature beside each document (requirements 18 and 19).
    pub(super) fn is_trusted(&self) -> bool {
        self.role == "csaf_trusted_provider"
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Distribution {
    #[serde(default)]
    rolie: Option<Rolie>,
    #[serde(default)]
    directory_url: Option<String>,
    /// 2.1's form of the same.
    #[serde(default)]
    directory: Option<Directory>,
}

#[derive(Debug, Deserialize)]
struct Rolie {
    #[serde(default)]
    feeds: Vec<Labelled>,
}

#[derive(Debug, Deserialize)]
struct Labelled {
    url: String,
    #[serde(default)]
    tlp_label: String,
}

#[derive(Debug, Deserialize)]
struct Directory {
    url: String,
    #[serde(default)]
    tlp_label: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct PublicKey {
    #[serde(default)]
    pub(super) fingerprint: Option<String>,
    pub(super) url: String,
}

/// One document of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) url: String,
    pub(super) updated: String,
    /// Where the list says that the hash is; else it is looked for beside the document.
    pub(super) hashes: Vec<String>,
    pub(super) signature: Option<String>,
}

/// A list with its documents; the name is where it came from.
pub(super) struct List {
    pub(super) url: String,
    pub(super) entries: Vec<Entry>,
}

/// Every list that may be read. A provider that has both forms offers the same documents in them: the feeds are read.
pub(super) fn lists(run: &mut Run<'_>, base: &str, metadata: &Metadata) -> Result<Vec<List>, FetchError> {
    let feeds = metadata.distributions.iter().filter_map(|one| one.rolie.as_ref()).flat_map(|one| &one.feeds);
    let feeds: Vec<(String, Tlp)> =
        feeds.map(|feed| (feed.url.clone(), Tlp::of_label(&feed.tlp_label))).collect();
    let folders =
        metadata.distributions.iter().filter_map(|one| match (&one.directory, &one.directory_url) {
            (Some(directory), _) => Some((directory.url.clone(), Tlp::of_label(&directory.tlp_label))),
            (None, Some(url)) => Some((url.clone(), Tlp::Clear)),
            (None, None) => None,
        });
    let is_rolie = !feeds.is_empty();
    let places: Vec<(String, Tlp)> = if is_rolie { feeds } else { folders.collect() };
    if places.is_empty() {
        return Err(FetchError::wrong(base, "it names neither a feed nor a directory of documents"));
    }
    let mut lists = Vec::new();
    for (url, label) in places {
        let url = join(base, &url)?;
        if label > run.definition.tlp_most {
            let most = run.definition.tlp_most.name();
            run.refuse(&url, format!("it is {}, and at most {most} is taken", label.name()));
            continue;
        }
        lists.push(if is_rolie { rolie(run, &url)? } else { directory(run, &url)? });
    }
    Ok(lists)
}

#[derive(Debug, Deserialize)]
struct RolieFile {
    feed: RolieFeed,
}

#[derive(Debug, Deserialize)]
struct RolieFeed {
    #[serde(default)]
    entry: Vec<RolieEntry>,
}

#[derive(Debug, Deserialize)]
struct RolieEntry {
    updated: String,
    #[serde(default)]
    link: Vec<Link>,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Debug, Deserialize)]
struct Link {
    rel: String,
    href: String,
}

#[derive(Debug, Deserialize)]
struct Content {
    src: String,
}

fn rolie(run: &mut Run<'_>, url: &str) -> Result<List, FetchError> {
    let file: RolieFile = json(url, &run.listed(url, &run.ask())?)?;
    let mut entries = Vec::new();
    for entry in file.feed.entry {
        let of = |rel: &str| {
            entry
                .link
                .iter()
                .filter(|link| link.rel == rel)
                .map(|link| link.href.as_str())
                .collect::<Vec<_>>()
        };
        let document =
            entry.content.as_ref().map(|content| content.src.as_str()).or(of("self").first().copied());
        let Some(document) = document else {
            run.refuse(url, format!("the entry of {} names no document", entry.updated));
            continue;
        };
        entries.push(Entry {
            url: join(url, document)?,
            hashes: of("hash").into_iter().map(|hash| join(url, hash)).collect::<Result<_, _>>()?,
            signature: of("signature").first().map(|signature| join(url, signature)).transpose()?,
            updated: entry.updated,
        });
    }
    Ok(List { url: url.to_owned(), entries })
}

/// `changes.csv`: path and time of each document, the newest first.
fn directory(run: &mut Run<'_>, base: &str) -> Result<List, FetchError> {
    let base = super::folder(base);
    let url = format!("{base}changes.csv");
    let text = run.listed(&url, &run.ask())?;
    let mut entries = Vec::new();
    for line in utf8(&url, &text)?.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((path, updated)) = line.rsplit_once(',') else {
            run.refuse(&url, format!("{:?} is no path and time", line.chars().take(80).collect::<String>()));
            continue;
        };
        let clean = |text: &str| text.trim().trim_matches('"').to_owned();
        let path: Vec<String> = clean(path).split('/').map(encoded).collect();
        entries.push(Entry {
            url: join(&base, &path.join("/"))?,
            updated: clean(updated),
            hashes: Vec::new(),
            signature: None,
        });
    }
    Ok(List { url, entries })
}
