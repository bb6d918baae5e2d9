// SPDX-License-Identifier: Apache-2.0
//! A text of paragraphs in pieces that can be read side by side, in any order.
//!
//! ```text
//!   0         PIECE        2 PIECE       3 PIECE
//!   ├───────────┼────────────┼─────────────┼──      a piece begins behind the first blank line at its mark,
//!   └──────────────┘└────────────┘└──────────────┘  and ends where the next one begins
//! ```
//! Of a file, one piece a thread is in memory.

use std::fs::{File, Metadata};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use hinomi_archive::{Kind, Limits, SNIFF_BYTES, sniff};
use hinomi_inventory_formats::dpkg;
use memchr::memmem;

/// Small enough to stay in the processor's own memory, and to cost few fresh pages.
const PIECE_BYTES: usize = 64 << 10;
/// What is read beyond a piece in search of its end.
const BEYOND_BYTES: usize = 8 << 10;
/// A paragraph longer than this is nothing that was meant as one.
const PARAGRAPH_BYTES_MAX: usize = 4 << 20;

/// A text in memory or in a file.
pub(super) enum Text<'a> {
    Held(&'a str),
    File { file: File, bytes: u64 },
}

impl Text<'_> {
    /// A file that is a status file by itself.
    pub(super) fn of_status(path: &Path) -> Option<Self> {
        let facts = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
        let bytes = facts.len();
        if bytes > Limits::default().max_entry_bytes {
            return None;
        }
        let file = File::open(path).ok()?;
        let mut head = [0; SNIFF_BYTES];
        let length = file.read_at(&mut head, 0).ok()?;
        let head = head.get(..length)?;
        (sniff(head) == Kind::Plain && dpkg::is_status(head)).then_some(Text::File { file, bytes })
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Text::Held(text) => text.len() as u64,
            Text::File { bytes, .. } => *bytes,
        }
    }

    pub(super) fn pieces(&self) -> usize {
        usize::try_from(self.len().div_ceil(PIECE_BYTES as u64)).unwrap_or(usize::MAX)
    }

    /// `None`: it cannot be read, is no text, or does not consist of paragraphs.
    pub(super) fn piece<'t>(&'t self, number: usize, buffer: &'t mut Vec<u8>) -> Option<&'t str> {
        let start = number.checked_mul(PIECE_BYTES)?;
        match self {
            Text::Held(text) => {
                let end = start + PIECE_BYTES;
                let from =
                    if number == 0 { 0 } else { behind_blank(text.as_bytes(), start).unwrap_or(text.len()) };
                let to = if end >= text.len() { None } else { behind_blank(text.as_bytes(), end) };
                text.get(from..to.unwrap_or(text.len()))
            }
            Text::File { file, bytes } => {
                // The byte before may be the end of a line.
                let base = start.saturating_sub(1);
                load(file, *bytes, base, start + PIECE_BYTES - base, buffer)
            }
        }
    }
}

/// Behind the first blank line that ends at `mark` or later.
fn behind_blank(bytes: &[u8], mark: usize) -> Option<usize> {
    let from = mark.checked_sub(1)?;
    Some(from + memmem::find(bytes.get(from..)?, b"\n\n")? + 2)
}

/// The piece whose marks are at `base + 1` (or at the beginning) and at `base + end`.
fn load<'t>(file: &File, bytes: u64, base: usize, end: usize, buffer: &'t mut Vec<u8>) -> Option<&'t str> {
    let rest = usize::try_from(bytes.checked_sub(base as u64)?).ok()?;
    let mut held = rest.min(end + BEYOND_BYTES);
    fill(file, base, 0, held, buffer)?;
    // Without a blank line up to the end's mark, nothing begins here.
    let from = if base == 0 { Some(0) } else { behind_blank(buffer.get(..held)?, 1) };
    let to = loop {
        if end >= rest {
            break rest;
        }
        if let Some(to) = behind_blank(buffer.get(..held)?, end) {
            break to;
        }
        if held == rest {
            break rest;
        }
        let more = rest.min(held + held.clamp(BEYOND_BYTES, PARAGRAPH_BYTES_MAX));
        if more > end + PARAGRAPH_BYTES_MAX {
            return None;
        }
        fill(file, base, held, more, buffer)?;
        held = more;
    };
    std::str::from_utf8(buffer.get(from.unwrap_or(to)..to)?).ok()
}

/// Reads the bytes from..to behind `base`; a file that has become shorter is another file.
fn fill(file: &File, base: usize, from: usize, to: usize, buffer: &mut Vec<u8>) -> Option<()> {
    if buffer.len() < to {
        buffer.resize(to, 0);
    }
    file.read_exact_at(buffer.get_mut(from..to)?, (base + from) as u64).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn pieces(text: &Text<'_>) -> Option<Vec<String>> {
        let mut buffer = Vec::new();
        (0..text.pieces()).map(|number| Some(text.piece(number, &mut buffer)?.to_owned())).collect()
    }

    fn both_ways(text: &str) -> (Vec<String>, Option<Vec<String>>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let file = Text::File { file, bytes: text.len() as u64 };
        (pieces(&Text::Held(text)).unwrap(), pieces(&file))
    }

    #[test]
    fn pieces_are_the_whole_cut_between_paragraphs() {
        // Paragraphs of all lengths, so that every place of a blank line at a mark comes up.
        for longest in [7, 130, 9_000, PIECE_BYTES + 77, 3 * PIECE_BYTES] {
            for shift in 0..4 {
                let mut text = "x".repeat(shift);
                for length in (1..).map(|number| number * 31 % longest + 1) {
                    text.push_str(&"é".repeat(length));
                    text.push_str("\n\n");
                    if text.len() > 5 * PIECE_BYTES {
                        break;
                    }
                }
                let (held, read) = both_ways(&text);
                assert_eq!(Some(&held), read.as_ref(), "{longest} {shift}");
                assert!(held.concat() == text, "{longest} {shift}");
                assert!(held.iter().all(|piece| piece.is_empty() || piece.ends_with("\n\n")));
            }
        }
    }

    #[test]
    fn a_mark_in_a_blank_line_is_no_trouble() {
        for before in PIECE_BYTES - 3..PIECE_BYTES + 3 {
            let text = format!("{}\n\n\nb\n\nc", "a".repeat(before));
            let (held, read) = both_ways(&text);
            assert_eq!(Some(&held), read.as_ref());
            assert_eq!(held.concat(), text);
        }
    }

    #[test]
    fn what_has_no_paragraphs_is_not_held() {
        let (held, read) = both_ways(&"a: b\r\n".repeat(2 * PARAGRAPH_BYTES_MAX / 6));
        assert_eq!(held.iter().filter(|piece| !piece.is_empty()).count(), 1);
        assert_eq!(read, None);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"Package: \xff\n").unwrap();
        assert_eq!(pieces(&Text::File { file: file.try_clone().unwrap(), bytes: 11 }), None);
        // Shorter than it was.
        assert_eq!(pieces(&Text::File { file, bytes: 12 }), None);
    }

    #[test]
    fn a_status_file_is_known_by_its_first_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("status");
        let is_one = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Text::of_status(&path).is_some()
        };
        assert!(is_one("Package: a\nStatus: install ok installed\n"));
        for text in ["", "Package: a\nVersion: 1\n", "\nPackage: a\nStatus: x\n", "Package: a", "Status: x\n"]
        {
            assert!(!is_one(text), "{text}");
        }
        assert!(Text::of_status(folder.path()).is_none());
    }
}
