// SPDX-License-Identifier: Apache-2.0
//! Reads tar (POSIX ustar, pax and GNU long names) from a stream.
//!
//! Our own reader because a hostile archive must not make us hold an endless name record, and because errors name
//! the byte where the archive is damaged. Links, devices and folders have no content and are passed over.

use std::io::{self, Read};

pub(crate) const BLOCK_BYTES: usize = 512;
/// A GNU long name or a pax header larger than this is hostile.
const META_BYTES_MAX: u64 = 1 << 20;

/// Whether these first bytes are a tar header: the checksum must agree, so text never passes.
pub(crate) fn is_header(head: &[u8]) -> bool {
    head.len() >= BLOCK_BYTES && checksum_agrees(head)
}

fn checksum_agrees(header: &[u8]) -> bool {
    let Some(stated) = octal(&header[148..156]) else { return false };
    let sum: u64 = header[..BLOCK_BYTES]
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
        .sum();
    sum == stated
}

/// A number field: octal digits, or base-256 when the first bit is set (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let mut value = u64::from(field[0] & 0x7f);
        for byte in &field[1..] {
            value = value.checked_mul(256)?.checked_add(u64::from(*byte))?;
        }
        return Some(value);
    }
    octal(field)
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = field.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
    text.iter().try_fold(0u64, |value, digit| match digit {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// One regular file of the archive; its content is read through [`Tar::content`].
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) size: u64,
}

#[derive(Debug)]
pub(crate) enum TarError {
    /// The stream below failed; it carries its own place.
    Io(io::Error),
    /// The archive itself is damaged; nothing after this point can be trusted.
    Damaged(&'static str),
}

pub(crate) struct Tar<'r> {
    source: &'r mut dyn Read,
    /// Bytes of the archive read so far.
    pub(crate) offset: u64,
    remaining: u64,
    padding: u64,
}

impl<'r> Tar<'r> {
    pub(crate) fn new(source: &'r mut dyn Read) -> Self {
        Tar { source, offset: 0, remaining: 0, padding: 0 }
    }

    /// The next regular file, after skipping what is left of the current one.
    pub(crate) fn next(&mut self) -> Result<Option<Member>, TarError> {
        let mut long_name: Option<Vec<u8>> = None;
        let mut pax = Pax::default();
        loop {
            self.skip(self.remaining.saturating_add(self.padding))?;
            let Some(header) = self.header()? else { return Ok(None) };
            let size = number(&header[124..136]).ok_or(TarError::Damaged("size field is not a number"))?;
            let kind = header[156];
            if matches!(kind, b'L' | b'K' | b'x' | b'g') {
                self.begin(size);
                let meta = self.meta(size)?;
                match kind {
                    b'L' => long_name = Some(text(&meta).to_vec()),
                    b'x' => pax = Pax::parse(&meta),
                    _ => {}
                }
                continue;
            }
            let size = pax.size.unwrap_or(size);
            let regular = matches!(kind, 0 | b'0' | b'7');
            // Links state a size in some archives but carry no content (POSIX ustar, "linkflag").
            self.begin(if matches!(kind, b'1'..=b'6') { 0 } else { size });
            if regular {
                let name = pax.path.or(long_name).unwrap_or_else(|| ustar_name(&header));
                if !name.ends_with(b"/") {
                    return Ok(Some(Member { name: String::from_utf8_lossy(&name).into_owned(), size }));
                }
            }
            long_name = None;
            pax = Pax::default();
        }
    }

    pub(crate) fn content(&mut self) -> Content<'_, 'r> {
        Content { tar: self }
    }

    fn begin(&mut self, size: u64) {
        self.remaining = size;
        self.padding = (BLOCK_BYTES as u64 - size % BLOCK_BYTES as u64) % BLOCK_BYTES as u64;
    }

    /// `None` at the end: a block of zeros, or the stream's end on a block border (some writers omit the zeros).
    fn header(&mut self) -> Result<Option<[u8; BLOCK_BYTES]>, TarError> {
        let mut block = [0u8; BLOCK_BYTES];
        let mut filled = 0;
        while filled < BLOCK_BYTES {
            match self.source.read(&mut block[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(TarError::Damaged("ends inside a header")),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TarError::Io(error)),
            }
        }
        self.offset += BLOCK_BYTES as u64;
        if block.iter().all(|byte| *byte == 0) {
            self.drain()?;
            return Ok(None);
        }
        if !checksum_agrees(&block) {
            return Err(TarError::Damaged("header checksum does not agree"));
        }
        Ok(Some(block))
    }

    /// Reads the zeros after the end mark, so that a compressed layer below sees its own end and check sum.
    fn drain(&mut self) -> Result<(), TarError> {
        let mut scratch = [0u8; 8192];
        loop {
            match self.source.read(&mut scratch) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TarError::Io(error)),
            }
        }
    }

    fn meta(&mut self, size: u64) -> Result<Vec<u8>, TarError> {
        if size > META_BYTES_MAX {
            return Err(TarError::Damaged("name record is larger than 1 MiB"));
        }
        let mut bytes = Vec::with_capacity(size as usize);
        self.content().read_to_end(&mut bytes).map_err(TarError::Io)?;
        if bytes.len() as u64 != size {
            return Err(TarError::Damaged("ends inside a name record"));
        }
        Ok(bytes)
    }

    fn skip(&mut self, mut count: u64) -> Result<(), TarError> {
        let mut scratch = [0u8; 8192];
        while count > 0 {
            let step = count.min(scratch.len() as u64) as usize;
            match self.source.read(&mut scratch[..step]) {
                Ok(0) => return Err(TarError::Damaged("ends inside a member")),
                Ok(read) => {
                    count -= read as u64;
                    self.offset += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TarError::Io(error)),
            }
        }
        self.remaining = 0;
        self.padding = 0;
        Ok(())
    }
}

/// The content of the current member. Ends early only when the archive does; the reader compares with `size`.
pub(crate) struct Content<'t, 'r> {
    tar: &'t mut Tar<'r>,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let step = self.tar.remaining.min(buffer.len() as u64) as usize;
        if step == 0 {
            return Ok(0);
        }
        let count = self.tar.source.read(&mut buffer[..step])?;
        self.tar.remaining -= count as u64;
        self.tar.offset += count as u64;
        Ok(count)
    }
}

fn ustar_name(header: &[u8; BLOCK_BYTES]) -> Vec<u8> {
    let name = text(&header[..100]);
    let prefix = if &header[257..263] == b"ustar\0" { text(&header[345..500]) } else { &[] };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

/// The two keys of a pax extended header (POSIX.1-2001, pax interchange format) that change what we read.
#[derive(Default)]
struct Pax {
    path: Option<Vec<u8>>,
    size: Option<u64>,
}

type KeyValue<'a> = (&'a [u8], &'a [u8]);

impl Pax {
    fn parse(mut records: &[u8]) -> Pax {
        let mut pax = Pax::default();
        while let Some((length, record)) = Pax::record(records) {
            match record {
                (b"path", value) => pax.path = Some(value.to_vec()),
                (b"size", value) => pax.size = str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                _ => {}
            }
            records = records.get(length..).unwrap_or_default();
        }
        pax
    }

    /// `"25 path=some/file.json\n"`: the length counts itself.
    fn record(records: &[u8]) -> Option<(usize, KeyValue<'_>)> {
        let space = records.iter().position(|byte| *byte == b' ')?;
        let length: usize = str::from_utf8(&records[..space]).ok()?.parse().ok()?;
        let body = records.get(space + 1..length.checked_sub(1)?)?;
        let equals = body.iter().position(|byte| *byte == b'=')?;
        Some((length, (&body[..equals], &body[equals + 1..])))
    }
}
