// SPDX-License-Identifier: Apache-2.0
//! A MISP feed (misp-project.org/misp-core-format, feed layout): `manifest.json` names each event with its time, and each
//! event is a file of its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{folder, json};
use crate::error::FetchError;
use crate::run::Run;

#[derive(Debug, Deserialize)]
struct Entry {
    /// Seconds since 1970, written as a number or as text.
    #[serde(default)]
    timestamp: Value,
}

impl Entry {
    fn seconds(&self) -> Option<i64> {
        self.timestamp.as_i64().or_else(|| self.timestamp.as_str()?.parse().ok())
    }
}

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let base = folder(&run.definition.url);
    let manifest = format!("{base}manifest.json");
    let Some(path) = run.file(&manifest, &run.ask())? else { return Ok(()) };
    let text =
        std::fs::read(&path).map_err(|cause| FetchError::File { path: path.display().to_string(), cause })?;
    let entries: BTreeMap<String, Entry> = json(&manifest, &text)?;
    for (id, entry) in entries {
        let is_uuid = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if !is_uuid {
            run.refuse(&manifest, format!("{:?} is no UUID", id.chars().take(60).collect::<String>()));
            continue;
        }
        let Some(seconds) = entry.seconds() else {
            run.refuse(format!("{manifest}#{id}"), "its timestamp is no number");
            continue;
        };
        run.told(Some(seconds.saturating_mul(1_000_000)));
        let version = seconds.to_string();
        if run.cursor.position.get(&id) == Some(&version) {
            continue;
        }
        let url = format!("{base}{id}.json");
        match run.version(&url, &version, &run.ask()) {
            Ok(path) => run.stage(path, &url),
            Err(FetchError::Status { status: 404, .. }) => {
                run.refuse(&url, "listed, but not there");
                continue;
            }
            Err(error) => return Err(error),
        }
        run.cursor.position.insert(id, version);
        run.breathe()?;
    }
    Ok(())
}
