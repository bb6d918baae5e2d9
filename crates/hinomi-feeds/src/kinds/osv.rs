// SPDX-License-Identifier: Apache-2.0
//! OSV's buckets (google.github.io/osv.dev/data, 2025-10).
//!
//! ```text
//! ecosystems.txt ─→ each: modified_id.csv ─┬─ first time, or much changed ─→ all.zip
//!  (or the parts)         newest first      └─ otherwise ─→ one file per record that is newer than the last one read,
//!                                                          or that was not listed before
//! ```
//! How far it was read is the newest time *in the list*, never a clock: neither ours nor the source's need be right.

use std::collections::BTreeSet;

use super::{encoded, folder, utf8};
use crate::error::FetchError;
use crate::recent::Recent;
use crate::run::Run;

/// From so many changed records on, the archive costs less.
const SINGLE_AT_MOST: usize = 1_000;
/// What an ecosystem's list had, in the cursor.
const RECENT: &str = "recent ";

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let base = folder(&run.definition.url);
    let ecosystems = match run.definition.only.is_empty() {
        false => run.definition.only.clone(),
        true => {
            let url = format!("{base}ecosystems.txt");
            let list = run.listed(&url, &run.ask())?;
            let lines = utf8(&url, &list)?.lines().map(str::trim).filter(|line| !line.is_empty());
            // `Debian:12` is part of `Debian`'s own archive.
            lines.filter(|name| !name.contains(':')).map(str::to_owned).collect()
        }
    };
    for ecosystem in ecosystems {
        one(run, &format!("{base}{}/", encoded(&ecosystem)), &ecosystem)?;
    }
    Ok(())
}

fn one(run: &mut Run<'_>, base: &str, ecosystem: &str) -> Result<(), FetchError> {
    let url = format!("{base}modified_id.csv");
    let Some(list) = run.file(&url, &run.ask())? else { return Ok(()) };
    let list =
        std::fs::read(&list).map_err(|cause| FetchError::File { path: list.display().to_string(), cause })?;
    let entries = entries(&url, utf8(&url, &list)?)?;
    let newest = entries.iter().map(|(modified, _)| *modified).max();
    let Some(newest) = newest else { return Ok(()) };
    let position = run.cursor.position.get(ecosystem).cloned();
    let recent_key = format!("{RECENT}{ecosystem}");
    let recent = Recent::read(run.cursor.position.get(&recent_key).map(String::as_str));
    // Records of the very instant that was read last may have come after it.
    let changed: BTreeSet<(&str, &str)> = match position.as_deref() {
        Some(position) => entries
            .iter()
            .copied()
            .filter(|(modified, id)| *modified >= position || recent.is_news(modified, id))
            .collect(),
        None => BTreeSet::new(),
    };
    let mut missing = BTreeSet::new();
    if position.is_none() || changed.len() > SINGLE_AT_MOST {
        let archive = format!("{base}all.zip");
        if let Some(path) = run.file(&archive, &run.ask())? {
            run.stage(path, &archive);
        }
    } else {
        for (modified, id) in changed {
            let url = format!("{base}{}.json", encoded(id));
            match run.version(&url, modified, &run.ask()) {
                Ok(path) => run.stage(path, &url),
                // Listed and gone: told, and the others go on.
                Err(FetchError::Status { status: 404, .. }) => {
                    missing.insert(id);
                    run.refuse(&url, "listed as modified, but not there");
                }
                Err(error) => return Err(error),
            }
        }
    }
    run.told_text(newest);
    let had = entries.iter().copied().filter(|(_, id)| !missing.contains(id));
    run.cursor.position.insert(recent_key, Recent::of(had).to_text());
    run.cursor.position.insert(ecosystem.to_owned(), newest.to_owned());
    Ok(())
}

/// `2026-08-15T00:05:00Z,GHSA-…`, whose times all have one form and so compare as text.
fn entries<'a>(url: &str, list: &'a str) -> Result<Vec<(&'a str, &'a str)>, FetchError> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let parts = line.split_once(',').filter(|(time, _)| time.parse::<hinomi_core::Time>().is_ok());
            parts.ok_or_else(|| FetchError::wrong(url, format!("{line:?} is no time and id")))
        })
        .collect()
}
