// SPDX-License-Identifier: Apache-2.0
//! The CVE list's releases on GitHub (github.com/CVEProject/cvelistV5, README of 2025).
//!
//! ```text
//! releases, newest first ─┬─ first time, or too long ago ─→ the newest base (all CVEs at midnight), and deltas since
//!                         └─ otherwise ─→ every delta published since the last one read, oldest first
//! ```
//! Whether a delta holds what changed within its hour or since midnight does not matter: all of them are read, and of
//! two states of a record the later counts.

use serde::Deserialize;

use super::json;
use crate::error::FetchError;
use crate::run::Run;

const POSITION: &str = "published";
const PAGE: usize = 100;
/// Two weeks of hourly releases; whoever was away longer begins with a base.
const PAGES_AT_MOST: usize = 4;

#[derive(Debug, Deserialize)]
struct Release {
    #[serde(default)]
    published_at: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    assets: Vec<Asset>,
}

#[derive(Debug, Deserialize)]
struct Asset {
    name: String,
    browser_download_url: String,
    /// `sha256:…`, where GitHub computed one.
    #[serde(default)]
    digest: Option<String>,
}

impl Asset {
    fn is_base(&self) -> bool {
        self.name.contains("_all_CVEs_at_midnight")
    }

    fn is_delta(&self) -> bool {
        self.name.contains("_delta_CVEs_at_")
    }
}

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let position = run.cursor.position.get(POSITION).cloned();
    let mut releases = releases(run, position.as_deref())?;
    releases.sort_by(|left, right| left.published_at.cmp(&right.published_at));
    let Some(newest) = releases.last().and_then(|release| release.published_at.clone()) else {
        return Err(FetchError::wrong(&run.definition.url, "it lists no release"));
    };
    let known = position.is_some_and(|position| {
        releases.iter().any(|release| release.published_at.as_deref() <= Some(position.as_str()))
    });
    let base = releases.iter().rposition(|release| release.assets.iter().any(Asset::is_base));
    let start = match (known, base) {
        (true, _) => 0,
        (false, Some(base)) => base,
        (false, None) => {
            return Err(FetchError::wrong(&run.definition.url, "no release has a base of all records"));
        }
    };
    let since = run.cursor.position.get(POSITION).cloned().filter(|_| known);
    for (index, release) in releases.iter().enumerate().skip(start) {
        if since.as_deref().is_some_and(|since| release.published_at.as_deref() <= Some(since)) {
            continue;
        }
        let wanted = |asset: &&Asset| asset.is_delta() || (!known && index == start && asset.is_base());
        for asset in release.assets.iter().filter(wanted) {
            fetch(run, asset)?;
        }
    }
    run.told_text(&newest);
    run.cursor.position.insert(POSITION.to_owned(), newest);
    Ok(())
}

/// Back to the last one read, or to a base.
fn releases(run: &Run<'_>, position: Option<&str>) -> Result<Vec<Release>, FetchError> {
    let mut found: Vec<Release> = Vec::new();
    let ask = run.ask().header("accept", "application/vnd.github+json");
    for page in 1..=PAGES_AT_MOST {
        let url = format!("{}?per_page={PAGE}&page={page}", run.definition.url);
        let listed: Vec<Release> = json(&url, &run.listed(&url, &ask)?)?;
        let is_last = listed.len() < PAGE;
        found.extend(listed.into_iter().filter(|release| !release.draft && release.published_at.is_some()));
        let reached = found.iter().any(|release| match position {
            Some(position) => release.published_at.as_deref() <= Some(position),
            None => release.assets.iter().any(Asset::is_base),
        });
        if reached || is_last {
            break;
        }
    }
    Ok(found)
}

fn fetch(run: &mut Run<'_>, asset: &Asset) -> Result<(), FetchError> {
    let url = &asset.browser_download_url;
    let path = run.version(url, "", &run.ask())?;
    if let Some(expected) = asset.digest.as_deref().and_then(|digest| digest.strip_prefix("sha256:")) {
        let mut file = std::fs::File::open(&path)
            .map_err(|cause| FetchError::File { path: path.display().to_string(), cause })?;
        let mut hasher = <sha2::Sha256 as sha2::Digest>::new();
        std::io::copy(&mut file, &mut HashWriter(&mut hasher))
            .map_err(|cause| FetchError::File { path: path.display().to_string(), cause })?;
        let actual = hex::encode(sha2::Digest::finalize(hasher));
        if actual != expected.to_ascii_lowercase() {
            let _ = std::fs::remove_file(&path);
            return Err(FetchError::wrong(url, format!("its hash is {actual}, not {expected} as published")));
        }
    }
    run.stage(path, url);
    Ok(())
}

struct HashWriter<'a>(&'a mut sha2::Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        sha2::Digest::update(self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
