// SPDX-License-Identifier: Apache-2.0
//! FriendsOfPHP security advisories: for each branch of a Composer package, which versions are affected.
//!
//! The files have no identifier. Ours is made of package and file name, as in the database's own addresses:
//! `FOP-vendor/package-2014-04-29`; the CVE, where there is one, is an alias.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Cause, ReadError};
use crate::model::{Advisory, Format};

#[derive(Deserialize)]
struct Record {
    title: String,
    link: Option<String>,
    cve: Option<String>,
    branches: BTreeMap<String, Branch>,
    reference: String,
}

#[derive(Deserialize)]
struct Branch {
    time: Option<String>,
    #[serde(default)]
    versions: Vec<String>,
}

pub(super) fn read(text: &str, path: &str) -> Result<Vec<Advisory>, ReadError> {
    let record: Record = super::parse(text, path)?;
    let Some(package) = record.reference.strip_prefix("composer://") else {
        let cause = "the reference does not begin with composer://".to_owned();
        return Err(ReadError::new(path, Cause::Malformed(cause)));
    };
    let file = path.rsplit(['/', '!']).next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let published =
        record.branches.values().filter_map(|branch| branch.time.as_deref()).filter_map(instant).min();
    let mut advisory = super::advisory(format!("FOP-{package}-{stem}"), Format::FriendsOfPhp, published);
    advisory.summary = Some(record.title);
    advisory.references.extend(record.link.map(super::link));
    advisory.aliases.extend(record.cve.filter(|cve| cve.starts_with("CVE-")));
    let mut intervals = Vec::new();
    for (name, branch) in &record.branches {
        let place = format!("branches.{name}.versions");
        match crate::span::Span::of_comparisons(branch.versions.iter().map(String::as_str)) {
            Some(span) if !branch.versions.is_empty() => {
                intervals.push(span.events(&place, &mut advisory.warnings));
            }
            _ => {
                let cause = format!("`{}` is no range", branch.versions.join(", "));
                advisory.warnings.push(crate::model::Warning { place, cause });
            }
        }
    }
    advisory.affected.push(super::affected("Packagist", package, intervals));
    Ok(vec![advisory])
}

/// `2014-04-29 11:30:00`
fn instant(text: &str) -> Option<i64> {
    crate::time::micros(&text.trim().replacen(' ', "T", 1))
}
