// SPDX-License-Identifier: Apache-2.0
//! Writing a bundle: to a file beside its place, renamed when it is whole.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use hinomi_advisories::export::{self, ExportedFeed};
use hinomi_core::Time;
use hinomi_db::Db;
use sha2::{Digest, Sha256};

use super::import::{Base, state_of};
use super::key::SigningKey;
use super::record::{Line, write};
use super::{FeedPart, MAGIC, Manifest, VERSION, io, wrong};
use crate::error::FeedError;

/// A hash as text has 40 digits.
const HASH_BYTES: usize = 20;
const ROWS_AT_ONCE: usize = 1_000;
const LEVEL: i32 = 12;
/// Documents of one feed are alike: a window of 128 MB sees most of them at once.
const WINDOW_LOG: u32 = 27;

/// What was written.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Created {
    pub documents: u64,
    pub state_documents: u64,
    pub feeds: usize,
    pub bytes: u64,
    pub manifest_sha256: String,
    pub key: String,
}

/// Packs what all feeds brought into `out`; with `since`, only what that bundle's state lacks.
pub async fn create(
    db: &Db,
    now: Time,
    key: &SigningKey,
    out: &Path,
    since: Option<&Path>,
) -> Result<Created, FeedError> {
    let (base, known, known_day) = match since {
        Some(path) => {
            let Base { manifest_sha256, state, scores_day } = state_of(path, &key.public())?;
            (Some(manifest_sha256), state, scores_day)
        }
        None => (None, BTreeSet::new(), None),
    };
    let scores_day = export::last_day_of_scores(db).await?;
    let feeds = export::feeds(db).await?;
    let mut state = BTreeSet::new();
    let mut parts = Vec::new();
    for feed in &feeds {
        let mut hashes = export::hashes(db, feed).await?;
        hashes.extend(export::rows(db, feed).await?.into_iter().map(|row| row.hash));
        parts.push(part(feed, &hashes));
        state.extend(hashes.iter().map(|hash| packed(hash)));
    }
    let content = beside(out, ".content");
    let documents = {
        let file = File::create(&content).map_err(io(&content))?;
        let mut encoder = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(io(&content))?;
        encoder.long_distance_matching(true).map_err(io(&content))?;
        encoder.window_log(WINDOW_LOG).map_err(io(&content))?;
        let documents = documents(db, &feeds, &state, (&known, known_day), &mut encoder, &content).await?;
        encoder.finish().and_then(|mut file| file.flush()).map_err(io(&content))?;
        documents
    };
    let created = seal(now, key, out, &content, (base, scores_day), parts, documents, state.len() as u64);
    let _ = std::fs::remove_file(&content);
    created
}

fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn packed(hash: &str) -> Vec<u8> {
    let mut bytes = hex::decode(hash).unwrap_or_default();
    bytes.resize(HASH_BYTES, 0);
    bytes
}

fn part(feed: &ExportedFeed, hashes: &[String]) -> FeedPart {
    let mut sorted: Vec<&String> = hashes.iter().collect();
    sorted.sort_unstable();
    let mut hasher = Sha256::new();
    sorted.iter().for_each(|hash| hasher.update(hash.as_bytes()));
    FeedPart {
        name: feed.name.clone(),
        kind: feed.kind.clone(),
        source: feed.url.clone().unwrap_or_default(),
        licence: feed.licence.clone().unwrap_or_default(),
        as_of: feed.last_success.map(Time::from_micros),
        records: feed.records,
        sha256: hex::encode(hasher.finalize()),
    }
}

async fn documents(
    db: &Db,
    feeds: &[ExportedFeed],
    state: &BTreeSet<Vec<u8>>,
    (known, known_day): (&BTreeSet<Vec<u8>>, Option<i64>),
    out: &mut impl Write,
    path: &Path,
) -> Result<u64, FeedError> {
    let body: Vec<u8> = state.iter().flatten().copied().collect();
    write(out, &Line::State { bytes: body.len() as u64 }, &body).map_err(io(path))?;
    let mut count = 0;
    for feed in feeds {
        write(out, &Line::Feed { name: feed.name.clone() }, &[]).map_err(io(path))?;
        for (label, body) in export::lists(db, feed).await? {
            write(out, &Line::List { label, bytes: body.len() as u64 }, &body).map_err(io(path))?;
        }
        if let Some(body) = export::course(db, feed, known_day).await? {
            write(out, &Line::Course { bytes: body.len() as u64 }, &body).map_err(io(path))?;
        }
        let rows = export::rows(db, feed).await?;
        let rows: Vec<_> = rows.iter().filter(|row| !known.contains(&packed(&row.hash))).collect();
        for part in rows.chunks(ROWS_AT_ONCE) {
            let mut body = Vec::new();
            for row in part {
                serde_json::to_writer(&mut body, row).map_err(|error| wrong(path, error.to_string()))?;
                body.push(b'\n');
            }
            write(out, &Line::Rows { bytes: body.len() as u64 }, &body).map_err(io(path))?;
        }
        count += rows.len() as u64;
        let mut written: BTreeSet<String> = BTreeSet::new();
        let mut after = 0;
        loop {
            let page = export::page(db, feed, after).await?;
            let Some(last) = page.last() else { break };
            after = last.no;
            for one in page {
                if known.contains(&packed(&one.hash)) || !written.insert(one.hash.clone()) {
                    continue;
                }
                let body = one.bytes;
                write(out, &Line::Document { label: one.id, bytes: body.len() as u64 }, &body)
                    .map_err(io(path))?;
                count += 1;
            }
        }
        // Written even when nothing is absent: that, too, is how the feed stands, and gives back what was absent before.
        let absent = export::absent(db, feed).await?.join("\n");
        write(out, &Line::Absent { bytes: absent.len() as u64 }, absent.as_bytes()).map_err(io(path))?;
    }
    write(out, &Line::End, &[]).map_err(io(path))?;
    Ok(count)
}

#[expect(clippy::too_many_arguments, reason = "everything that a manifest tells")]
fn seal(
    now: Time,
    key: &SigningKey,
    out: &Path,
    content: &Path,
    (base, scores_day): (Option<String>, Option<i64>),
    feeds: Vec<FeedPart>,
    documents: u64,
    state_documents: u64,
) -> Result<Created, FeedError> {
    let mut file = File::open(content).map_err(io(content))?;
    let mut hasher = Sha256::new();
    let mut content_bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer).map_err(io(content))?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
        content_bytes += count as u64;
    }
    let manifest = Manifest {
        version: VERSION,
        created_at: now,
        program: format!("hinomi {}", env!("CARGO_PKG_VERSION")),
        base,
        feeds,
        documents,
        state_documents,
        content_sha256: hex::encode(hasher.finalize()),
        content_bytes,
        scores_day,
        key: key.public().to_string(),
    };
    let text = serde_json::to_vec(&manifest).map_err(|error| wrong(out, error.to_string()))?;
    let length = u32::try_from(text.len()).map_err(|_| wrong(out, "its manifest is too large"))?;
    let part = beside(out, ".part");
    let mut writer = BufWriter::new(File::create(&part).map_err(io(&part))?);
    let mut put = |bytes: &[u8]| writer.write_all(bytes).map_err(io(&part));
    put(MAGIC)?;
    put(&length.to_be_bytes())?;
    put(&text)?;
    put(&key.sign(&text))?;
    file.rewind().map_err(io(content))?;
    std::io::copy(&mut file, &mut writer).map_err(io(&part))?;
    let whole = writer.into_inner().map_err(|error| wrong(&part, error.to_string()))?;
    whole.sync_all().map_err(io(&part))?;
    let bytes = whole.metadata().map_err(io(&part))?.len();
    std::fs::rename(&part, out).map_err(io(out))?;
    Ok(Created {
        documents,
        state_documents,
        feeds: manifest.feeds.len(),
        bytes,
        manifest_sha256: hex::encode(Sha256::digest(&text)),
        key: manifest.key,
    })
}
