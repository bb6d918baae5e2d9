// SPDX-License-Identifier: Apache-2.0
//! One visit to a source: what is asked, what came, and where the next visit goes on.
//!
//! ```text
//! cursor of the last run ─→ kind ─→ files in the staging folder ─→ (all there and verified) ─→ imported ─→ new cursor
//! ```
//! What must stay true: nothing is imported before everything of the visit is there; the cursor moves only after the
//! import. So a visit that breaks off changes nothing, and the next one finds what was already fetched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hinomi_core::Time;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};

use crate::client::{Ask, Client};
use crate::definition::Definition;
use crate::download::{Validators, download};
use crate::error::FetchError;

/// Lists and descriptions are read into memory; larger ones are refused.
pub(crate) const MOST_LISTED: u64 = 256 << 20;

/// Where the last successful run ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The address and the parts it belongs to: a feed that is pointed elsewhere begins anew.
    #[serde(default)]
    pub(crate) of: String,
    /// State of each file, by its address.
    #[serde(default)]
    pub(crate) seen: BTreeMap<String, Validators>,
    /// How far each part was read, in the source's own words.
    #[serde(default)]
    pub(crate) position: BTreeMap<String, String>,
}

impl Cursor {
    pub(crate) fn read(text: Option<&str>, definition: &Definition) -> Self {
        let of = format!("{} {}", definition.kind.name(), definition.url);
        let stored: Option<Self> = text.and_then(|text| serde_json::from_str(text).ok());
        stored.filter(|cursor| cursor.of == of).unwrap_or(Self { of, ..Self::default() })
    }
}

/// A file that waits to be imported, and what it is called in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staged {
    pub(crate) path: PathBuf,
    pub(crate) label: String,
}

/// A visit in progress.
pub(crate) struct Run<'a> {
    pub(crate) client: &'a Client,
    pub(crate) definition: &'a Definition,
    pub(crate) cursor: Cursor,
    pub(crate) now: Time,
    folder: &'a Path,
    pub(crate) staged: Vec<Staged>,
    /// Documents that were not even staged, with the reason.
    pub(crate) refused: Vec<(String, String)>,
    /// The newest time that the source itself told.
    pub(crate) source_at: Option<i64>,
    /// What came is all that the source has.
    pub(crate) is_complete: bool,
    pub(crate) signatures: u64,
}

/// What a visit brought.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) staged: Vec<Staged>,
    pub(crate) refused: Vec<(String, String)>,
    pub(crate) cursor: Cursor,
    pub(crate) source_at: Option<i64>,
    pub(crate) is_complete: bool,
    pub(crate) signatures: u64,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        client: &'a Client,
        definition: &'a Definition,
        cursor: Cursor,
        folder: &'a Path,
        now: Time,
    ) -> Result<Self, FetchError> {
        fs::create_dir_all(folder)
            .map_err(|cause| FetchError::File { path: folder.display().to_string(), cause })?;
        Ok(Self {
            client,
            definition,
            cursor,
            now,
            folder,
            staged: Vec::new(),
            refused: Vec::new(),
            source_at: None,
            is_complete: false,
            signatures: 0,
        })
    }

    pub(crate) fn done(self) -> Visit {
        Visit {
            staged: self.staged,
            refused: self.refused,
            cursor: self.cursor,
            source_at: self.source_at,
            is_complete: self.is_complete,
            signatures: self.signatures,
        }
    }

    pub(crate) fn ask(&self) -> Ask {
        Ask::default()
    }

    /// Where a file of the visit lies. The name is a hash: nothing of a source ever becomes a path.
    fn place(&self, url: &str, version: &str) -> PathBuf {
        let name = hex::encode(Sha256::digest(format!("{url}\n{version}")));
        self.folder.join(name.get(..32).unwrap_or(&name))
    }

    /// A file of many states under one address; false when it is as it was.
    pub(crate) fn file(&mut self, url: &str, ask: &Ask) -> Result<Option<PathBuf>, FetchError> {
        let target = self.place(url, "");
        // What an earlier visit fetched and did not import is asked about again, cheaply.
        let kept = kept(&target);
        let known = kept.as_ref().or(self.cursor.seen.get(url)).cloned();
        let fetched = download(self.client, url, ask, &target, self.definition.max_bytes, known.as_ref())?;
        let validators = match fetched {
            Some(validators) => {
                note(&target, &validators)?;
                validators
            }
            None if kept.is_some() => known.unwrap_or_default(),
            None => return Ok(None),
        };
        self.told(validators.modified_micros());
        self.cursor.seen.insert(url.to_owned(), validators);
        Ok(Some(target))
    }

    /// A file whose state is known from a list: fetched once for each `version`.
    pub(crate) fn version(&mut self, url: &str, version: &str, ask: &Ask) -> Result<PathBuf, FetchError> {
        let target = self.place(url, version);
        if !target.is_file() {
            download(self.client, url, ask, &target, self.definition.max_bytes, None)?;
        }
        Ok(target)
    }

    /// A list or description, always read anew.
    pub(crate) fn listed(&self, url: &str, ask: &Ask) -> Result<Vec<u8>, FetchError> {
        Ok(self.client.bytes(url, ask, MOST_LISTED)?.0)
    }

    pub(crate) fn stage(&mut self, path: PathBuf, label: impl Into<String>) {
        self.staged.push(Staged { path, label: label.into() });
    }

    /// A document made here of what a source answered.
    pub(crate) fn stage_bytes(&mut self, label: &str, bytes: &[u8]) -> Result<(), FetchError> {
        let target = self.place(label, "made");
        fs::write(&target, bytes)
            .map_err(|cause| FetchError::File { path: target.display().to_string(), cause })?;
        self.stage(target, label);
        Ok(())
    }

    pub(crate) fn refuse(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        self.refused.push((place.into(), reason.into()));
    }

    /// The source told a time of its own.
    pub(crate) fn told(&mut self, at: Option<i64>) {
        self.source_at = self.source_at.max(at);
    }

    pub(crate) fn told_text(&mut self, text: &str) {
        self.told(text.parse::<Time>().ok().map(Time::as_micros));
    }

    /// Waits as long as the source wants between two requests.
    pub(crate) fn breathe(&self) -> Result<(), FetchError> {
        self.client.pause(self.definition.pause, &self.definition.url)
    }
}

fn note_path(target: &Path) -> PathBuf {
    target.with_extension("state")
}

fn note(target: &Path, validators: &Validators) -> Result<(), FetchError> {
    let path = note_path(target);
    let text = serde_json::to_string(validators).unwrap_or_default();
    fs::write(&path, text).map_err(|cause| FetchError::File { path: path.display().to_string(), cause })
}

fn kept(target: &Path) -> Option<Validators> {
    if !target.is_file() {
        return None;
    }
    serde_json::from_slice(&fs::read(note_path(target)).ok()?).ok()
}

/// SHA-256 or SHA-512 by the length of what is expected; `Err` tells what it is instead.
pub(crate) fn check_hash(bytes: &[u8], expected: &str) -> Result<(), String> {
    let expected = expected.trim().to_ascii_lowercase();
    let actual = match expected.len() {
        64 => hex::encode(Sha256::digest(bytes)),
        128 => hex::encode(Sha512::digest(bytes)),
        _ => return Err(format!("{expected:?} is no SHA-256 or SHA-512")),
    };
    match actual == expected {
        true => Ok(()),
        false => Err(format!("its hash is {actual}, not {expected} as published")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_checked_by_its_length() {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(check_hash(b"abc", &sha256.to_uppercase()), Ok(()));
        assert!(check_hash(b"abd", sha256).unwrap_err().contains("not ba7816"));
        assert!(check_hash(b"abc", "abc").is_err());
    }
}
