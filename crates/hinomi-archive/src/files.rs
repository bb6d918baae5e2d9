// SPDX-License-Identifier: Apache-2.0
//! The files of one tar archive, one level deep: what they are themselves is left to the visitor.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::error::{ArchiveError, Fault};
use crate::layer::{Guarded, Standing};
use crate::tar::{Tar, TarError};
use crate::{Kind, Limits, SNIFF_BYTES, sniff};

/// A file of an archive, given to the visitor of [`tar_files`].
pub struct TarFile<'a> {
    /// As the archive has it: data, not a place to write to.
    pub name: &'a str,
    pub size: u64,
    /// What is not read is passed over.
    pub content: &'a mut dyn Read,
}

/// Visits the files of a tar archive, compressed or not, in their order and without looking into them. `place` names
/// the archive in errors.
pub fn tar_files(
    place: &str,
    reader: &mut dyn Read,
    limits: &Limits,
    visit: &mut dyn FnMut(TarFile<'_>) -> io::Result<()>,
) -> Result<(), ArchiveError> {
    let expanded = Rc::new(Cell::new(0));
    open(place, reader, limits, &expanded, visit, 0).map_err(|error| match Fault::of(&error) {
        Some(fault) => fault.error.clone(),
        None => damaged(place, error.to_string()),
    })
}

fn damaged(place: &str, cause: String) -> ArchiveError {
    ArchiveError::Corrupt { place: place.to_owned(), kind: Kind::Tar, offset: 0, cause }
}

fn open(
    place: &str,
    reader: &mut dyn Read,
    limits: &Limits,
    expanded: &Rc<Cell<u64>>,
    visit: &mut dyn FnMut(TarFile<'_>) -> io::Result<()>,
    depth: usize,
) -> io::Result<()> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    Read::take(&mut *reader, SNIFF_BYTES as u64).read_to_end(&mut head)?;
    let kind = sniff(&head);
    let mut whole = head.as_slice().chain(reader);
    match kind {
        // An empty layer is nothing but zeros.
        Kind::Tar | Kind::Plain => files(place, &mut whole, visit),
        Kind::Gzip | Kind::Zstd | Kind::Xz | Kind::Bzip2 if depth < limits.max_nesting => {
            let standing = Standing { place: place.to_owned(), depth, limits, expanded: expanded.clone() };
            let mut decoded = Guarded::open(kind, &mut whole, standing)?;
            open(place, &mut decoded, limits, expanded, visit, depth + 1)
        }
        other => Err(io::Error::other(format!("is {other}, not tar"))),
    }
}

fn files(
    place: &str,
    reader: &mut dyn Read,
    visit: &mut dyn FnMut(TarFile<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut tar = Tar::new(reader);
    let broken = |error: TarError| match error {
        TarError::Io(error) => error,
        TarError::Damaged(cause) => io::Error::other(format!("{place}: {cause}")),
    };
    while let Some(member) = tar.next().map_err(broken)? {
        let mut content = tar.content();
        visit(TarFile { name: &member.name, size: member.size, content: &mut content })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, size: usize) -> [u8; 512] {
        let mut block = [0_u8; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        block[148..156].fill(b' ');
        block[156] = b'0';
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }

    fn archive() -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content) in [("a/one", "first"), ("b.jar", "PK\x03\x04 stays as it is")] {
            bytes.extend(header(name, content.len()));
            bytes.extend(content.as_bytes());
            bytes.resize(bytes.len().div_ceil(512) * 512, 0);
        }
        bytes.resize(bytes.len() + 1024, 0);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<(String, u64, String)>, ArchiveError> {
        let mut found = Vec::new();
        tar_files("x.tar", &mut &bytes[..], &Limits::strict(), &mut |file| {
            let mut text = String::new();
            if file.name.starts_with('b') {
                file.content.read_to_string(&mut text)?;
            }
            found.push((file.name.to_owned(), file.size, text));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn files_are_given_as_they_are_compressed_or_not() {
        let wanted = vec![
            ("a/one".to_owned(), 5, String::new()),
            ("b.jar".to_owned(), 19, "PK\x03\x04 stays as it is".to_owned()),
        ];
        assert_eq!(read(&archive()).unwrap(), wanted);
        let packed = zstd::bulk::compress(&archive(), 1).unwrap();
        assert_eq!(read(&packed).unwrap(), wanted);
        assert_eq!(read(&[0; 1024]).unwrap(), []);
    }

    #[test]
    fn what_is_no_archive_or_damaged_is_named() {
        assert!(read(b"{\"not\": \"tar\"}").unwrap_err().to_string().contains("x.tar"));
        let mut cut = archive();
        cut.truncate(700);
        cut[600..].fill(7);
        assert!(read(&cut[..600]).unwrap_err().to_string().contains("x.tar"));
        assert!(read(b"PK\x03\x04").unwrap_err().to_string().contains("zip"));
    }
}
