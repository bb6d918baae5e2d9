// SPDX-License-Identifier: Apache-2.0
//! A file from a source, whole or not at all.
//!
//! ```text
//! target.part + target.meta ─→ "from byte N, if it is still the same" ─┬─ 206 ─→ goes on
//!        ▲                                                             ├─ 200 ─→ begins anew
//!        └── broken: what came stays ◄── short, cut off ◄──────────────┘
//! complete ─→ renamed to target
//! ```
//! What must stay true: a file under its own name has every byte that the source announced.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ureq::http::StatusCode;

use crate::client::{Answer, Ask, Client};
use crate::error::FetchError;

/// What a source says to tell one state of a file from another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<String>,
}

impl Validators {
    fn of(answer: &Answer) -> Self {
        Self { etag: answer.header("etag"), last_modified: answer.header("last-modified") }
    }

    /// What a range may be asked against: only a strong validator promises the same bytes.
    fn strong(&self) -> Option<&str> {
        let etag = self.etag.as_deref().filter(|etag| etag.starts_with('"'));
        etag.or(self.last_modified.as_deref())
    }

    /// The source's own time of this state, in microseconds.
    pub(crate) fn modified_micros(&self) -> Option<i64> {
        let parsed = jiff::fmt::rfc2822::parse(self.last_modified.as_deref()?).ok()?;
        Some(parsed.timestamp().as_microsecond())
    }
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> FetchError + use<> {
    let path = path.display().to_string();
    move |cause| FetchError::File { path, cause }
}

/// Fetches `url` into `target`; `None` when it is still in the state of `known`.
pub(crate) fn download(
    client: &Client,
    url: &str,
    ask: &Ask,
    target: &Path,
    most: u64,
    known: Option<&Validators>,
) -> Result<Option<Validators>, FetchError> {
    let mut attempt = 1;
    loop {
        match once(client, url, ask, target, most, known) {
            Err(FetchError::CutOff { .. }) if attempt < client.retry().attempts => {
                client.pause(client.retry().first_wait, url)?;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

fn once(
    client: &Client,
    url: &str,
    ask: &Ask,
    target: &Path,
    most: u64,
    known: Option<&Validators>,
) -> Result<Option<Validators>, FetchError> {
    let (part, meta) = (beside(target, ".part"), beside(target, ".meta"));
    let begun = begun(url, &part, &meta);
    let mut ask = ask.clone();
    match (&begun, known) {
        (Some((length, validators)), _) => {
            ask = ask.header("range", format!("bytes={length}-"));
            if let Some(strong) = validators.strong() {
                ask = ask.header("if-range", strong);
            }
        }
        (None, Some(known)) => {
            if let Some(etag) = &known.etag {
                ask = ask.header("if-none-match", etag);
            } else if let Some(last_modified) = &known.last_modified {
                ask = ask.header("if-modified-since", last_modified);
            }
        }
        (None, None) => {}
    }
    let answer = client.get(url, &ask)?;
    let from = match answer.status {
        StatusCode::NOT_MODIFIED => return Ok(None),
        StatusCode::PARTIAL_CONTENT => {
            let start = answer.header("content-range").as_deref().and_then(range_start);
            match begun {
                Some((length, _)) if start == Some(length) => length,
                _ => return Err(restart(url, &part, &meta, "it answered with another part than asked for")),
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            return Err(restart(url, &part, &meta, "it has no such part any more"));
        }
        _ => 0,
    };
    let validators = Validators::of(&answer);
    let announced = answer.header("content-length").and_then(|length| length.parse::<u64>().ok());
    let whole = announced.map(|length| length.saturating_add(from));
    if whole.is_some_and(|whole| whole > most) {
        return Err(FetchError::TooLarge { url: url.to_owned(), most });
    }
    let note = serde_json::json!({ "url": url, "validators": validators }).to_string();
    fs::write(&meta, note).map_err(file_error(&meta))?;
    let size = append(client, url, answer, &part, from, most)?;
    if let Some(whole) = whole.filter(|whole| *whole != size) {
        return Err(FetchError::CutOff {
            url: url.to_owned(),
            cause: format!("cut off: {size} of {whole} bytes"),
        });
    }
    fs::rename(&part, target).map_err(file_error(target))?;
    let _ = fs::remove_file(&meta);
    Ok(Some(validators))
}

/// What an earlier try has left that can be gone on with.
fn begun(url: &str, part: &Path, meta: &Path) -> Option<(u64, Validators)> {
    #[derive(Deserialize)]
    struct Meta {
        url: String,
        validators: Validators,
    }
    let length = fs::metadata(part).ok()?.len();
    let meta: Meta = serde_json::from_slice(&fs::read(meta).ok()?).ok()?;
    (length > 0 && meta.url == url && meta.validators.strong().is_some()).then_some((length, meta.validators))
}

fn restart(url: &str, part: &Path, meta: &Path, cause: &str) -> FetchError {
    let _ = fs::remove_file(part);
    let _ = fs::remove_file(meta);
    FetchError::CutOff { url: url.to_owned(), cause: cause.to_owned() }
}

/// `bytes 100-199/1000` → 100.
fn range_start(text: &str) -> Option<u64> {
    text.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

fn append(
    client: &Client,
    url: &str,
    answer: Answer,
    part: &Path,
    from: u64,
    most: u64,
) -> Result<u64, FetchError> {
    let mut file = match from {
        0 => File::create(part),
        _ => OpenOptions::new().append(true).open(part),
    }
    .map_err(file_error(part))?;
    let mut reader = answer.body.into_reader();
    let mut buffer = vec![0; 1 << 16];
    let mut size = from;
    loop {
        client.check(url)?;
        let count = reader
            .read(&mut buffer)
            .map_err(|cause| FetchError::CutOff { url: url.to_owned(), cause: cause.to_string() })?;
        if count == 0 {
            break;
        }
        size += count as u64;
        if size > most {
            drop(file);
            let _ = fs::remove_file(part);
            return Err(FetchError::TooLarge { url: url.to_owned(), most });
        }
        let Some(read) = buffer.get(..count) else { break };
        file.write_all(read).map_err(file_error(part))?;
    }
    file.sync_data().map_err(file_error(part))?;
    Ok(size)
}
