// SPDX-License-Identifier: Apache-2.0
//! Everything the feeds brought, in one signed file, for where no network is.
//!
//! ```text
//! HINOMI-BUNDLE 1 ⏎                      version of the form
//! length, manifest (JSON)                source, time, hash, record count and licence of each feed; hash of the content
//! signature                              Ed25519 over the manifest
//! content (Zstandard)                    state: the hash of every document that counts
//!                                        documents: all of them, or those that the base lacks (a delta)
//!                                        rows: reports of attackers, decision tables, ends of life, likewise
//!                                        lists and scores: whole, with their past
//! ```
//! What must stay true: nothing of a bundle is believed before its signature and the hash of its content were checked;
//! a delta is imported only where its base is, and a base and its delta give what a whole bundle gives; a feed goes back
//! to an older state only when somebody asks for it.

mod create;
mod import;
mod key;
mod record;

pub use create::{Created, create};
pub use import::{Imported, Older, import, verify};
pub use key::{PublicKey, SigningKey};

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::FeedError;

/// 1 had records, catalogues and the last day of scores; 2 has everything.
const VERSION: u32 = 2;
const MAGIC: &[u8] = b"HINOMI-BUNDLE 1\n";
const MOST_MANIFEST: u32 = 16 << 20;
const SIGNATURE_BYTES: usize = 64;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    pub created_at: hinomi_core::Time,
    pub program: String,
    /// Hash of the manifest of the bundle that this one continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    pub feeds: Vec<FeedPart>,
    /// Documents in this file, and in the state that it stands for.
    pub documents: u64,
    pub state_documents: u64,
    /// SHA-256 of the content as it lies in the file.
    pub content_sha256: String,
    pub content_bytes: u64,
    /// The newest day of scores of exploitation, as days since 1970: a delta brings the past of what changed after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores_day: Option<i64>,
    /// The signer's public key.
    pub key: String,
}

/// One feed in a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedPart {
    pub name: String,
    pub kind: String,
    pub source: String,
    pub licence: String,
    /// When it was last read with success.
    pub as_of: Option<hinomi_core::Time>,
    pub records: i64,
    /// SHA-256 over the sorted hashes of its documents.
    pub sha256: String,
}

/// A bundle's head, read and checked for form only.
struct Head {
    manifest: Manifest,
    text: Vec<u8>,
    signature: [u8; SIGNATURE_BYTES],
}

fn wrong(path: &Path, cause: impl Into<String>) -> FeedError {
    FeedError::Bundle { path: path.display().to_string(), cause: cause.into() }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FeedError + use<> {
    let path = path.display().to_string();
    move |cause| FeedError::Bundle { path, cause: cause.to_string() }
}

fn head(path: &Path, reader: &mut impl Read) -> Result<Head, FeedError> {
    let mut magic = [0; MAGIC.len()];
    reader.read_exact(&mut magic).map_err(|_| wrong(path, "it is no bundle"))?;
    if magic != MAGIC {
        return Err(wrong(path, "it is no bundle of version 1"));
    }
    let mut length = [0; 4];
    reader.read_exact(&mut length).map_err(io(path))?;
    let length = u32::from_be_bytes(length);
    if length > MOST_MANIFEST {
        return Err(wrong(path, format!("its manifest is said to have {length} bytes")));
    }
    let mut text = Vec::new();
    let read = reader.take(u64::from(length)).read_to_end(&mut text).map_err(io(path))?;
    let mut signature = [0; SIGNATURE_BYTES];
    if read as u64 != u64::from(length) || reader.read_exact(&mut signature).is_err() {
        return Err(wrong(path, "it is cut off"));
    }
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| wrong(path, format!("its manifest: {error}")))?;
    if !(1..=VERSION).contains(&manifest.version) {
        let told = format!("its manifest has version {}, and 1 to {VERSION} are read", manifest.version);
        return Err(wrong(path, told));
    }
    Ok(Head { manifest, text, signature })
}
