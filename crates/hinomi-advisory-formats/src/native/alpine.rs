// SPDX-License-Identifier: Apache-2.0
//! Alpine's security database: for each repository of a release, which package version repairs what.
//!
//! A file becomes one record for each vulnerability it names, with the release and repository in its id, since
//! every file makes its own statement. Below the version that repairs it a package is affected; version `0`
//! says that Alpine's package never was (secdb, "secfixes").

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::ReadError;
use crate::model::{Advisory, Event, Format};

#[derive(Deserialize)]
struct Database {
    distroversion: String,
    #[serde(default)]
    reponame: String,
    packages: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    pkg: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    secfixes: Option<BTreeMap<String, Option<Vec<String>>>>,
}

pub(super) fn read(text: &str, path: &str) -> Result<Vec<Advisory>, ReadError> {
    Ok(records(super::parse(text, path)?))
}

/// The same as JSON, which newer mirrors serve.
pub(crate) fn read_json(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    Ok(records(crate::json::parse(bytes, path)?))
}

fn records(database: Database) -> Vec<Advisory> {
    let ecosystem = format!("Alpine:{}", database.distroversion);
    let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
    for Entry { pkg } in database.packages.unwrap_or_default() {
        for (version, names) in pkg.secfixes.unwrap_or_default() {
            // `0` becomes "introduced 0, fixed 0", an interval that holds no version: never affected.
            let events = vec![Event::Introduced("0".to_owned()), Event::Fixed(version)];
            for name in names.iter().flatten().flat_map(|line| identifiers(line)) {
                let record = records.entry(name.to_owned()).or_insert_with(|| {
                    let id = format!("ALPINE-{name}-{}-{}", database.distroversion, database.reponame);
                    let mut record = super::advisory(id, Format::AlpineSecdb, None);
                    // The record is about this one vulnerability, and its id is ours.
                    record.aliases.push(name.to_owned());
                    record
                });
                record.affected.push(super::affected(&ecosystem, &pkg.name, vec![events.clone()]));
            }
        }
    }
    records.into_values().collect()
}

/// A line names one identifier or several, sometimes with a remark: every CVE, else the first word.
fn identifiers(line: &str) -> Vec<&str> {
    let cves: Vec<&str> = line.split_whitespace().filter(|word| word.starts_with("CVE-")).collect();
    if cves.is_empty() { line.split_whitespace().take(1).collect() } else { cves }
}
