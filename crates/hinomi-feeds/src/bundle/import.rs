// SPDX-License-Identifier: Apache-2.0
//! Reading a bundle: signature, then the hash of the content, then what is in it.
//!
//! What must stay true: a feed never goes back by accident. What was read from its source earlier than what is here says
//! nothing new, and its lists would strike off what came since; it is passed over unless somebody asks for it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{ImportReport, Importer, export};
use hinomi_core::Time;
use hinomi_db::Db;
use sha2::{Digest, Sha256};

use super::key::PublicKey;
use super::record::{Line, read};
use super::{FeedPart, Head, MAGIC, Manifest, SIGNATURE_BYTES, head, io, wrong};
use crate::error::FeedError;

const HASH_BYTES: usize = 20;
const BATCH_DOCUMENTS: usize = 1_000;
const BATCH_BYTES: usize = 24 << 20;

type Content = BufReader<zstd::Decoder<'static, BufReader<File>>>;

/// What an import brought, summed over its feeds.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Imported {
    pub feeds: usize,
    /// Feeds that were passed over, because what is here was read from their source later.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub older: Vec<String>,
    #[serde(flatten)]
    pub report: ImportReport,
}

/// Checks form, signature and content of a bundle. Nothing is imported.
pub fn verify(path: &Path, key: &PublicKey) -> Result<Manifest, FeedError> {
    let mut file = File::open(path).map_err(io(path))?;
    let Head { manifest, text, signature } = head(path, &mut file)?;
    if !key.verifies(&text, &signature) {
        return Err(wrong(
            path,
            format!("it is not signed with {key}; it says that it is signed with {}", manifest.key),
        ));
    }
    let mut hasher = Sha256::new();
    let mut size = 0_u64;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer).map_err(io(path))?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
        size += count as u64;
    }
    if size != manifest.content_bytes || hex::encode(hasher.finalize()) != manifest.content_sha256 {
        return Err(wrong(path, "its content is not the one that was signed"));
    }
    Ok(manifest)
}

/// The content of a verified bundle.
fn content(path: &Path) -> Result<Content, FeedError> {
    let mut file = File::open(path).map_err(io(path))?;
    let skipped = head(path, &mut file)?.text.len() + MAGIC.len() + 4 + SIGNATURE_BYTES;
    file.seek(SeekFrom::Start(skipped as u64)).map_err(io(path))?;
    let mut decoder = zstd::Decoder::with_buffer(BufReader::new(file)).map_err(io(path))?;
    decoder.window_log_max(27).map_err(io(path))?;
    Ok(BufReader::with_capacity(1 << 20, decoder))
}

fn state(path: &Path, content: &mut Content) -> Result<BTreeSet<Vec<u8>>, FeedError> {
    match read(content).map_err(io(path))? {
        (Line::State { .. }, body) if body.len() % HASH_BYTES == 0 => {
            Ok(body.chunks(HASH_BYTES).map(<[u8]>::to_vec).collect())
        }
        _ => Err(wrong(path, "its content does not begin with a state")),
    }
}

/// What a delta needs of the bundle that it continues.
pub(super) struct Base {
    pub manifest_sha256: String,
    pub state: BTreeSet<Vec<u8>>,
    pub scores_day: Option<i64>,
}

pub(super) fn state_of(path: &Path, key: &PublicKey) -> Result<Base, FeedError> {
    let scores_day = verify(path, key)?.scores_day;
    let mut file = File::open(path).map_err(io(path))?;
    let manifest = head(path, &mut file)?.text;
    let state = state(path, &mut content(path)?)?;
    Ok(Base { manifest_sha256: hex::encode(Sha256::digest(manifest)), state, scores_day })
}

/// What becomes of a feed that was read from its source earlier than what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    PassOver,
    /// It goes back to what the bundle says.
    Take,
}

/// Takes in a bundle whose signature is that of `key`.
pub async fn import(
    db: &Db,
    now: Time,
    path: &Path,
    key: &PublicKey,
    older: Older,
) -> Result<Imported, FeedError> {
    let manifest = verify(path, key)?;
    let mut records = content(path)?;
    let state = state(path, &mut records)?;
    if manifest.base.is_some() {
        base_is_here(db, path, &state, &manifest).await?;
    }
    let mut imported = Imported::default();
    let mut next = read(&mut records).map_err(io(path))?.0;
    while let Line::Feed { name } = next {
        let part = manifest.feeds.iter().find(|part| part.name == name);
        let part = part.ok_or_else(|| wrong(path, format!("its manifest does not name the feed {name}")))?;
        if older == Older::PassOver && is_older(part, export::last_success(db, &part.name).await?) {
            imported.older.push(name);
            next = after_feed(path, &mut records)?;
            continue;
        }
        let (report, after) = one_feed(db, now, path, part, &mut records).await?;
        imported.feeds += 1;
        add(&mut imported.report, report);
        next = after;
    }
    match next {
        Line::End => Ok(imported),
        _ => Err(wrong(path, "its content is not in order")),
    }
}

/// A delta without its base would be a state with holes: everything that it does not bring must be there.
async fn base_is_here(
    db: &Db,
    path: &Path,
    state: &BTreeSet<Vec<u8>>,
    manifest: &Manifest,
) -> Result<(), FeedError> {
    let wanted: Vec<String> = state.iter().map(hex::encode).collect();
    let present = export::originals_present(db, &wanted).await?;
    let missing = (wanted.len() as u64).saturating_sub(present);
    if missing > manifest.documents {
        let holes = missing - manifest.documents;
        return Err(wrong(
            path,
            format!(
                "it continues another bundle of which {holes} documents are not here; import that one first"
            ),
        ));
    }
    Ok(())
}

/// One that never succeeded where the bundle comes from is older than any success.
fn is_older(part: &FeedPart, here: Option<Time>) -> bool {
    here.is_some_and(|here| part.as_of.is_none_or(|as_of| as_of < here))
}

fn after_feed(path: &Path, records: &mut Content) -> Result<Line, FeedError> {
    loop {
        let line = read(records).map_err(io(path))?.0;
        if matches!(line, Line::Feed { .. } | Line::End) {
            return Ok(line);
        }
    }
}

async fn one_feed(
    db: &Db,
    now: Time,
    path: &Path,
    part: &FeedPart,
    records: &mut Content,
) -> Result<(ImportReport, Line), FeedError> {
    let mut importer = Importer::open(db, now, &part.name, &part.kind).await?;
    let (mut batch, mut size) = (Vec::new(), 0);
    let next = loop {
        match read(records).map_err(io(path))? {
            (Line::Document { label, .. }, body) => {
                size += body.len();
                batch.push(Document { path: label, bytes: Ok(body) });
                if batch.len() >= BATCH_DOCUMENTS || size >= BATCH_BYTES {
                    size = 0;
                    importer.take(std::mem::take(&mut batch)).await?;
                }
            }
            (Line::List { label, .. }, body) => {
                importer.take_list(Document { path: label, bytes: Ok(body) }).await?;
            }
            (Line::Rows { .. }, body) => importer.take_rows(&body).await?,
            (Line::Course { .. }, body) => importer.take_course(&body).await?,
            (Line::Absent { .. }, body) => {
                importer.take(std::mem::take(&mut batch)).await?;
                let ids = String::from_utf8_lossy(&body).lines().map(str::to_owned).collect();
                importer.take_absent(ids).await?;
            }
            (line, _) => break line,
        }
    };
    importer.take(batch).await?;
    Ok((importer.finish_as_of(part.as_of).await?, next))
}

fn add(sum: &mut ImportReport, one: ImportReport) {
    sum.read += one.read;
    sum.added += one.added;
    sum.changed += one.changed;
    sum.unchanged += one.unchanged;
    sum.refused += one.refused;
    sum.held += one.held;
    sum.refusals.extend(one.refusals);
}
