// SPDX-License-Identifier: Apache-2.0
//! The NVD's files of years with the description (`.meta`) of each (nvd.nist.gov/vuln/data-feeds, 2025).
//!
//! A description has `lastModifiedDate`, `size`, `zipSize`, `gzSize` and the `sha256` of the unpacked file; a year whose
//! hash is as it was is not fetched.

use std::io::Read;

use super::utf8;
use crate::error::FetchError;
use crate::run::Run;
use sha2::{Digest, Sha256};

const FIRST_YEAR: i16 = 2002;
const PART: &str = "{part}";
const ENDING: &str = ".json.gz";
/// A year unpacked; the largest so far has under 200 MB.
const MOST_UNPACKED: u64 = 2 << 30;

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let parts = match run.definition.only.is_empty() {
        false => run.definition.only.clone(),
        true => (FIRST_YEAR..=run.now.day().year())
            .map(|year| year.to_string())
            .chain(["modified".to_owned()])
            .collect(),
    };
    for part in parts {
        one(run, &part)?;
    }
    Ok(())
}

fn one(run: &mut Run<'_>, part: &str) -> Result<(), FetchError> {
    let url = run.definition.url.replace(PART, part);
    let described = format!("{}.meta", url.strip_suffix(ENDING).unwrap_or(&url));
    let text = run.listed(&described, &run.ask())?;
    let text = utf8(&described, &text)?;
    let field = |name: &str| {
        text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':').map(str::trim))
    };
    let sha256 = field("sha256").map(str::to_ascii_lowercase).filter(|hash| hash.len() == 64);
    let Some(sha256) = sha256 else { return Err(FetchError::wrong(&described, "it has no sha256")) };
    let modified = field("lastModifiedDate").map(str::to_owned);
    if run.cursor.position.get(part) != Some(&sha256) {
        let path = run.version(&url, &sha256, &run.ask())?;
        let actual = unpacked_hash(&path)?;
        if actual != sha256 {
            let _ = std::fs::remove_file(&path);
            return Err(FetchError::wrong(&url, format!("its hash is {actual}, not {sha256} as published")));
        }
        run.stage(path, &url);
        run.cursor.position.insert(part.to_owned(), sha256);
    }
    if let Some(modified) = modified {
        run.told_text(&modified);
    }
    run.breathe()
}

fn unpacked_hash(path: &std::path::Path) -> Result<String, FetchError> {
    let failed = |cause| FetchError::File { path: path.display().to_string(), cause };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut reader = flate2::read::MultiGzDecoder::new(file).take(MOST_UNPACKED);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = reader.read(&mut buffer).map_err(failed)?;
        match buffer.get(..count) {
            Some(read) if count > 0 => hasher.update(read),
            _ => return Ok(hex::encode(hasher.finalize())),
        }
    }
}
