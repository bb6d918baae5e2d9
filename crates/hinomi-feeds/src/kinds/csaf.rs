// SPDX-License-Identifier: Apache-2.0
//! CSAF providers (CSAF 2.0 and 2.1, section 7).
//!
//! ```text
//! provider-metadata.json ─→ ROLIE feeds, or directories with changes.csv ─→ documents newer than the last one read,
//!        └─→ public keys                                                        │  or not listed before
//!                                                                               ├─ hash beside it: must fit
//!                                                                               ├─ signature beside it: must verify
//!                                                                               └─ TLP: not above what is allowed
//! ```
//! A document that fails one of these is refused by name and asked for again at the next run; the others go on.

use serde_json::Value;

use super::csaf_list::{Entry, Metadata, PublicKey, lists};
use super::json;
use crate::client::join;
use crate::definition::Tlp;
use crate::error::FetchError;
use crate::openpgp::{Keyring, verify_detached};
use crate::recent::Recent;
use crate::run::{MOST_LISTED, Run, check_hash};

const MOST_KEY: u64 = 1 << 20;
/// Documents that failed, in the cursor, so that they are asked for again.
const FAILED: &str = "failed ";
/// What a list had, in the cursor.
const RECENT: &str = "recent ";

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let url = run.definition.url.clone();
    let metadata: Metadata = json(&url, &run.listed(&url, &run.ask())?)?;
    let keys = keyring(run, &url, &metadata.public_openpgp_keys)?;
    for list in lists(run, &url, &metadata)? {
        let since = run.cursor.position.get(&list.url).cloned();
        let recent_key = format!("{RECENT}{}", list.url);
        let recent = Recent::read(run.cursor.position.get(&recent_key).map(String::as_str));
        let newest = list.entries.iter().map(|entry| entry.updated.as_str()).max().map(str::to_owned);
        for entry in &list.entries {
            let failed = format!("{FAILED}{}", entry.url);
            let is_new = since.as_deref().is_none_or(|since| entry.updated.as_str() >= since)
                || recent.is_news(&entry.updated, &entry.url);
            if !is_new && !run.cursor.position.contains_key(&failed) {
                continue;
            }
            match document(run, entry, &keys, metadata.is_trusted())? {
                Ok(()) => run.cursor.position.remove(&failed),
                Err(reason) => {
                    run.refuse(&entry.url, reason);
                    run.cursor.position.insert(failed, entry.updated.clone())
                }
            };
            run.breathe()?;
        }
        if let Some(newest) = newest {
            run.told_text(&newest);
            let listed = list.entries.iter().map(|entry| (entry.updated.as_str(), entry.url.as_str()));
            run.cursor.position.insert(recent_key, Recent::of(listed).to_text());
            run.cursor.position.insert(list.url, newest);
        }
    }
    Ok(())
}

fn keyring(run: &mut Run<'_>, base: &str, keys: &[PublicKey]) -> Result<Keyring, FetchError> {
    let mut ring = Keyring::default();
    for key in keys {
        let url = join(base, &key.url)?;
        let (bytes, _) = match run.client.bytes(&url, &run.ask(), MOST_KEY) {
            Ok(answer) => answer,
            Err(FetchError::Status { status, .. }) if status < 500 => {
                run.refuse(&url, format!("the key is not there (status {status})"));
                continue;
            }
            Err(error) => return Err(error),
        };
        if let Err(reason) = ring.add(&bytes, key.fingerprint.as_deref()) {
            run.refuse(&url, reason);
        }
    }
    Ok(ring)
}

/// `Ok(Err(reason))`: this document is not taken.
fn document(
    run: &mut Run<'_>,
    entry: &Entry,
    keys: &Keyring,
    is_trusted: bool,
) -> Result<Result<(), String>, FetchError> {
    let path = match run.version(&entry.url, &entry.updated, &run.ask()) {
        Ok(path) => path,
        Err(FetchError::Status { status, .. }) if status < 500 => {
            return Ok(Err(format!("listed, but answered with status {status}")));
        }
        Err(error) => return Err(error),
    };
    let bytes =
        std::fs::read(&path).map_err(|cause| FetchError::File { path: path.display().to_string(), cause })?;
    let mut checked = hash(run, entry, &bytes, is_trusted)?;
    if checked.is_ok() {
        checked = signature(run, entry, &bytes, keys, is_trusted)?;
    }
    if let Err(reason) = checked {
        // It may have been replaced while it was fetched: next time it is fetched again.
        let _ = std::fs::remove_file(&path);
        return Ok(Err(reason));
    }
    let label = label(&bytes);
    if label > run.definition.tlp_most {
        return Ok(Err(format!(
            "it is {}, and at most {} is taken",
            label.name(),
            run.definition.tlp_most.name()
        )));
    }
    run.stage(path, &entry.url);
    Ok(Ok(()))
}

fn hash(
    run: &Run<'_>,
    entry: &Entry,
    bytes: &[u8],
    is_required: bool,
) -> Result<Result<(), String>, FetchError> {
    let beside = [format!("{}.sha512", entry.url), format!("{}.sha256", entry.url)];
    let places = if entry.hashes.is_empty() { &beside[..] } else { &entry.hashes };
    for place in places {
        let Some(text) = optional(run, place)? else { continue };
        let text = String::from_utf8_lossy(&text).into_owned();
        let expected = text.split_whitespace().next().unwrap_or_default();
        return Ok(check_hash(bytes, expected));
    }
    Ok(match is_required || !entry.hashes.is_empty() {
        true => Err("it has no hash beside it".to_owned()),
        false => Ok(()),
    })
}

fn signature(
    run: &mut Run<'_>,
    entry: &Entry,
    bytes: &[u8],
    keys: &Keyring,
    is_required: bool,
) -> Result<Result<(), String>, FetchError> {
    let place = entry.signature.clone().unwrap_or_else(|| format!("{}.asc", entry.url));
    let text = match keys.is_empty() {
        true => None,
        false => optional(run, &place)?,
    };
    Ok(match text {
        Some(text) => verify_detached(bytes, &text, keys).map(|()| run.signatures += 1),
        None if is_required && keys.is_empty() => Err("its provider has no readable key".to_owned()),
        None if is_required || entry.signature.is_some() && !keys.is_empty() => {
            Err("it has no signature beside it".to_owned())
        }
        None => Ok(()),
    })
}

fn optional(run: &Run<'_>, url: &str) -> Result<Option<Vec<u8>>, FetchError> {
    match run.client.bytes(url, &run.ask(), MOST_LISTED) {
        Ok((bytes, _)) => Ok(Some(bytes)),
        Err(FetchError::Status { status: 403 | 404 | 410, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the document says of itself. One that is no JSON is the reader's to refuse.
fn label(bytes: &[u8]) -> Tlp {
    let document: Option<Value> = serde_json::from_slice(bytes).ok();
    let label = document.as_ref().and_then(|document| document.pointer("/document/distribution/tlp/label"));
    label.and_then(Value::as_str).map_or(Tlp::Clear, Tlp::of_label)
}
