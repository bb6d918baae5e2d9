// SPDX-License-Identifier: Apache-2.0
//! The table of contents of a zip file (PKWARE APPNOTE 6.3) and single members of it, without reading the rest.

use std::io::Read;

use crate::binary::ReadAt;

const END_BYTES: usize = 22;
const COMMENT_BYTES_MAX: usize = 65_535;
const TABLE_BYTES_MAX: u64 = 32 << 20;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: u64 = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size: u64,
    packed: u64,
    method: u16,
    header_at: u64,
}

impl Entry {
    pub(super) fn is_stored(&self) -> bool {
        self.method == STORED
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 4)?.first_chunk().copied().map(u32::from_le_bytes).map(u64::from)
}

/// The members that `wanted` names; `None` when the table is damaged, too large or of the 64-bit kind.
pub(super) fn entries(read_at: ReadAt<'_>, size: u64, wanted: fn(&str) -> bool) -> Option<Vec<Entry>> {
    let tail_bytes = usize::try_from(size.min((END_BYTES + COMMENT_BYTES_MAX) as u64)).ok()?;
    // Nearly no archive has a comment: its end is looked for in the last bytes first.
    let mut found = None;
    for bytes in [tail_bytes.min(512), tail_bytes] {
        let tail = read_at(size - bytes as u64, bytes)?;
        let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06");
        if let Some(at) = at.filter(|at| at + END_BYTES <= tail.len()) {
            found = Some((size - bytes as u64 + at as u64, tail.get(at..at + END_BYTES)?.to_vec()));
            break;
        }
    }
    let (end_at, end) = found?;
    let (table_bytes, table_at) = (u32_at(&end, 12)?, u32_at(&end, 16)?);
    if table_bytes > TABLE_BYTES_MAX || table_at == u64::from(u32::MAX) {
        return None;
    }
    // A script may stand before the archive: offsets count from the archive's own start.
    let start = end_at.checked_sub(table_bytes)?.checked_sub(table_at)?;
    let table = read_at(start + table_at, usize::try_from(table_bytes).ok()?)?;
    let mut entries = Vec::new();
    let mut rest = table.as_slice();
    while rest.len() >= ENTRY_BYTES {
        if !rest.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name_bytes = usize::from(u16_at(rest, 28)?);
        let name = rest.get(ENTRY_BYTES..ENTRY_BYTES + name_bytes)?;
        if let Some(name) = str::from_utf8(name).ok().filter(|name| wanted(name)) {
            entries.push(Entry {
                name: name.to_owned(),
                size: u32_at(rest, 24)?,
                packed: u32_at(rest, 20)?,
                method: u16_at(rest, 10)?,
                header_at: start.checked_add(u32_at(rest, 42)?)?,
            });
        }
        let skipped = name_bytes + usize::from(u16_at(rest, 30)?) + usize::from(u16_at(rest, 32)?);
        rest = rest.get(ENTRY_BYTES + skipped..)?;
    }
    Some(entries)
}

/// Where the member's bytes begin.
pub(super) fn data_at(entry: &Entry, read_at: ReadAt<'_>) -> Option<u64> {
    let header = read_at(entry.header_at, LOCAL_BYTES as usize)?;
    let names = u64::from(u16_at(&header, 26)?) + u64::from(u16_at(&header, 28)?);
    header.starts_with(b"PK\x03\x04").then(|| entry.header_at + LOCAL_BYTES + names)
}

/// The member's content, when it is at most `bytes_max` long.
pub(super) fn content(entry: &Entry, read_at: ReadAt<'_>, bytes_max: u64) -> Option<Vec<u8>> {
    if entry.size > bytes_max || entry.packed > bytes_max {
        return None;
    }
    let at = data_at(entry, read_at)?;
    let packed = read_at(at, usize::try_from(entry.packed).ok()?)?;
    match entry.method {
        STORED => Some(packed),
        DEFLATED => {
            let mut content = Vec::new();
            let decoder = flate2::read::DeflateDecoder::new(packed.as_slice());
            decoder.take(bytes_max).read_to_end(&mut content).ok()?;
            Some(content)
        }
        _ => None,
    }
}
