// SPDX-License-Identifier: Apache-2.0
//! Long lists in parts, so that a list of any length takes the memory of a few of its lines.
//!
//! ```text
//!   package URLs, a line each     …\n…\n…\n│…\n…\n│…          each part is a list
//!   a table of packages           heading │rows│ rows│rows    each part gets the heading
//! ```
//! Lists of package URLs and tables say nothing in one line about another, so their parts together say what the whole
//! says, and a component that stands in two parts is told of once (see `once`). A part that cannot be read is named, and the
//! others go on.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::ops::ControlFlow;
use std::path::Path;

use hinomi_inventory_formats::Format;

/// When a list is cut, and where.
pub(super) struct Cut {
    /// Shorter files are read as a whole.
    pub(super) least_bytes: u64,
    pub(super) part_bytes: usize,
}

impl Default for Cut {
    fn default() -> Self {
        Self { least_bytes: 32 << 20, part_bytes: 256 << 10 }
    }
}

/// Enough of a list to know it by.
const HEAD_BYTES: u64 = 64 << 10;
/// A line, or a row of a table, beyond this is nothing that was meant as one.
const LINE_BYTES_MAX: usize = 16 << 20;

/// Whether a file was such a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parted {
    Yes,
    No,
}

/// Hands on a long list in parts.
pub(super) fn each(
    path: &Path,
    cut: &Cut,
    take: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
) -> Result<Parted> {
    // What is wrong with a path is told by whoever opens it as anything else.
    let Ok(facts) = std::fs::metadata(path) else { return Ok(Parted::No) };
    if !facts.is_file() || facts.len() < cut.least_bytes {
        return Ok(Parted::No);
    }
    let mut file = File::open(path)?;
    let mut held = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut held)?;
    let Some(list) = List::of(&held, path) else { return Ok(Parted::No) };
    held.drain(..list.heading.len());
    loop {
        let wanted = cut.part_bytes.saturating_sub(held.len()).max(cut.part_bytes / 4 + 1) as u64;
        let is_end = file.by_ref().take(wanted).read_to_end(&mut held)? == 0;
        let end = if is_end { held.len() } else { list.last_end(&held) };
        if list.says_something(&held[..end]) {
            let part = [&list.heading, &held[..end]].concat();
            if take(part).is_break() {
                return Ok(Parted::Yes);
            }
        }
        held.drain(..end);
        if is_end {
            return Ok(Parted::Yes);
        }
        if held.len() > LINE_BYTES_MAX {
            let text = format!("a line is longer than {LINE_BYTES_MAX} bytes");
            return Err(Error::new(ErrorKind::InvalidData, text));
        }
    }
}

/// A list that can be cut.
struct List {
    /// What each part begins with.
    heading: Vec<u8>,
    /// Line ends between quotes end no row.
    has_quotes: bool,
}

impl List {
    fn of(head: &[u8], path: &Path) -> Option<List> {
        let end = last_row_end(head);
        let lines = head.get(..end).filter(|lines| !lines.is_empty())?;
        let text = std::str::from_utf8(lines).ok().filter(|text| !text.contains('\0'))?;
        let inventory = hinomi_inventory_formats::read(lines, &path.display().to_string()).ok()?;
        let mut said = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let first = said.next()?;
        match inventory.format {
            Format::PackageList if first.starts_with("pkg:") || first.starts_with("cpe:") => {
                Some(List { heading: Vec::new(), has_quotes: false })
            }
            // The heading is the first line; anything before it (a separator that is named) is left to the whole.
            Format::PackageTable if text.starts_with(first) && !first.starts_with("sep=") => {
                let heading = text.split_inclusive('\n').next()?.as_bytes().to_vec();
                let is_whole = heading.iter().filter(|byte| **byte == b'"').count() % 2 == 0;
                is_whole.then_some(List { heading, has_quotes: true })
            }
            _ => None,
        }
    }

    /// Behind the last line that is whole; 0 where none is.
    fn last_end(&self, held: &[u8]) -> usize {
        if self.has_quotes {
            return last_row_end(held);
        }
        held.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
    }

    /// A part of blank lines and comments would be no list.
    fn says_something(&self, part: &[u8]) -> bool {
        let comment = if self.has_quotes { None } else { Some(b'#') };
        part.split(|byte| *byte == b'\n').any(|line| {
            let line = line.trim_ascii();
            !line.is_empty() && line.first().copied() != comment
        })
    }
}

/// Behind the last line end that is not between quotes.
fn last_row_end(held: &[u8]) -> usize {
    let (mut end, mut is_quoted) = (0, false);
    for (at, byte) in held.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => end = at + 1,
            _ => {}
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Cut = Cut { least_bytes: 1, part_bytes: 100 };

    /// The parts of a file with such a text; `None`: it is left to be read as a whole.
    fn parts(text: &str, cut: &Cut) -> Option<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, text).unwrap();
        let mut parts = Vec::new();
        let parted = each(&path, cut, &mut |part| {
            parts.push(String::from_utf8(part).unwrap());
            ControlFlow::Continue(())
        });
        (parted.unwrap() == Parted::Yes).then_some(parts)
    }

    fn components(text: &str) -> Vec<(Option<String>, Option<String>)> {
        let inventory = hinomi_inventory_formats::read(text.as_bytes(), "list").unwrap();
        inventory.components.into_iter().map(|one| (one.purl, one.cpe)).collect()
    }

    #[test]
    fn parts_of_a_list_say_what_the_whole_says() {
        let mut text = "# ours\n".to_owned();
        for number in 0..10_000 {
            text.push_str(&format!("pkg:npm/p{number}@1.{number}\n"));
            if number % 50 == 0 {
                text.push_str("\n# a word\ncpe:2.3:a:acme:app:1.0:*:*:*:*:*:*:*\r\n");
            }
        }
        text.push_str("pkg:npm/last@1");
        let parts = parts(&text, &SMALL).unwrap();
        assert!(parts.len() > 100 && parts.iter().skip(1).all(|part| part.len() <= 100), "{}", parts.len());
        let told: Vec<_> = parts.iter().flat_map(|part| components(part)).collect();
        assert_eq!(told, components(&text));
        assert_eq!(told.len(), 10_201);
    }

    #[test]
    fn parts_of_a_table_have_its_heading_and_whole_rows() {
        let mut text = "package,version,ecosystem,description\n".to_owned();
        for number in 0..3_000 {
            text.push_str(&format!("p{number},1.{number},npm,\"two\nlines, \"\"quoted\"\"\"\n"));
        }
        let parts = parts(&text, &SMALL).unwrap();
        assert!(parts.len() > 100, "{}", parts.len());
        let told: Vec<_> = parts.iter().flat_map(|part| components(part)).collect();
        assert_eq!(told, components(&text));
        assert_eq!(told.len(), 3_000);
    }

    #[test]
    fn short_lists_and_anything_else_are_read_as_a_whole() {
        let list = "pkg:npm/a@1\npkg:npm/b@1\n";
        assert_eq!(parts(list, &Cut { least_bytes: 1_000, ..SMALL }), None);
        assert!(parts(list, &SMALL).is_some());
        for text in
            ["adduser\t3.134\n", "{\"bomFormat\": \"CycloneDX\"}\n", "what is this\n", "", "pkg:npm/a@1"]
        {
            assert_eq!(parts(text, &SMALL), None, "{text}");
        }
    }

    #[test]
    fn a_list_that_nobody_wants_more_of_is_not_read_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, "pkg:npm/a@1\n".repeat(100_000)).unwrap();
        let mut taken = 0;
        let parted = each(&path, &SMALL, &mut |_| {
            taken += 1;
            ControlFlow::Break(())
        });
        assert_eq!((parted.unwrap(), taken), (Parted::Yes, 1));
    }
}
