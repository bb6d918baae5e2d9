// SPDX-License-Identifier: Apache-2.0
//! What a stream is, from its first bytes.

use std::fmt;

/// How many first bytes [`sniff`] wants to see: one tar header.
pub const SNIFF_BYTES: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    SevenZip,
    Zip,
    Tar,
    Plain,
    Directory,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Gzip => "gzip",
            Kind::Zstd => "zstd",
            Kind::Xz => "xz",
            Kind::Bzip2 => "bzip2",
            Kind::SevenZip => "7z",
            Kind::Zip => "zip",
            Kind::Tar => "tar",
            Kind::Plain => "plain",
            Kind::Directory => "directory",
        })
    }
}

/// Decides by magic numbers (RFC 1952, RFC 8878, the xz format 1.2, APPNOTE 6.3, POSIX ustar).
///
/// Office documents are zip files too; they are one document each, so they stay [`Kind::Plain`].
pub fn sniff(head: &[u8]) -> Kind {
    if head.starts_with(&[0x1f, 0x8b, 0x08]) {
        Kind::Gzip
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_zstd_skippable(head) {
        Kind::Zstd
    } else if head.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0x00]) {
        Kind::Xz
    } else if head.starts_with(b"7z\xbc\xaf\x27\x1c") {
        Kind::SevenZip
    } else if head.starts_with(b"BZh") && head.get(4..10) == Some(b"\x31\x41\x59\x26\x53\x59") {
        Kind::Bzip2
    } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        if is_office_document(head) { Kind::Plain } else { Kind::Zip }
    } else if crate::tar::is_header(head) {
        Kind::Tar
    } else {
        Kind::Plain
    }
}

fn is_zstd_skippable(head: &[u8]) -> bool {
    head.len() >= 8 && (0x50..=0x5f).contains(&head[0]) && head[1..4] == [0x2a, 0x4d, 0x18]
}

fn is_office_document(head: &[u8]) -> bool {
    const NAME_AT: usize = 30;
    let name = head.get(NAME_AT..).unwrap_or_default();
    name.starts_with(b"[Content_Types].xml") || name.starts_with(b"mimetypeapplication/vnd.oasis")
}
