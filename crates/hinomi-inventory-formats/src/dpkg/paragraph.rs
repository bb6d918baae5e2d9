// SPDX-License-Identifier: Apache-2.0
//! The paragraphs of a status file, as far as an inventory needs them, borrowed from its text.
//!
//! Files of many megabytes consist of short lines: each byte is looked at once, by the search for the line's end.

use memchr::memchr;

/// The fields of one paragraph that an inventory needs.
#[derive(Debug, Default)]
pub(super) struct Paragraph<'a> {
    /// Number and place of its first field's line.
    pub(super) line: usize,
    pub(super) start: usize,
    pub(super) package: Option<&'a str>,
    pub(super) status: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) architecture: Option<&'a str>,
    pub(super) source: Option<&'a str>,
    pub(super) maintainer: Option<&'a str>,
}

impl<'a> Paragraph<'a> {
    /// status.d has no Status field: what has a file there is installed.
    pub(super) fn state(&self) -> Option<&'a str> {
        match self.status {
            // What nearly every paragraph says.
            None | Some("install ok installed") => Some("installed"),
            Some(status) => status.split_whitespace().nth(2),
        }
    }

    /// True unless only the configuration is left of the package.
    pub(super) fn counts(&self) -> bool {
        !matches!(self.state(), Some("config-files" | "not-installed"))
    }

    /// The field that a line starts, and its value.
    fn field<'l>(&mut self, line: &'l str) -> Option<(&mut Option<&'a str>, &'l str)> {
        let (field, key) = match line.as_bytes().first()? {
            b'P' => (&mut self.package, "Package:"),
            b'S' if line.as_bytes().get(1) == Some(&b't') => (&mut self.status, "Status:"),
            b'S' => (&mut self.source, "Source:"),
            b'V' => (&mut self.version, "Version:"),
            b'A' => (&mut self.architecture, "Architecture:"),
            b'M' => (&mut self.maintainer, "Maintainer:"),
            _ => return None,
        };
        Some((field, line.strip_prefix(key)?))
    }
}

pub(super) struct Paragraphs<'a> {
    text: &'a str,
    /// Where the next line starts.
    pub(super) at: usize,
    line: usize,
}

impl<'a> Paragraphs<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Paragraphs { text, at: 0, line: 0 }
    }

    /// The next line, without its end.
    fn next_line(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        self.line += 1;
        let Some(end) = memchr(b'\n', rest.as_bytes()) else {
            self.at = self.text.len();
            return Some(rest);
        };
        self.at += end + 1;
        let line = &rest[..end];
        Some(line.strip_suffix('\r').unwrap_or(line))
    }
}

impl<'a> Iterator for Paragraphs<'a> {
    /// `Err` has the number of a line that is no field.
    type Item = Result<Paragraph<'a>, usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut paragraph = Paragraph::default();
        loop {
            let start = self.at;
            let Some(line) = self.next_line() else { break };
            if is_blank(line) {
                if paragraph.line > 0 {
                    return Some(Ok(paragraph));
                }
                continue;
            }
            // Continuation lines belong to long fields that are not needed; `#` starts a comment in deb822.
            if line.starts_with([' ', '\t', '#']) {
                continue;
            }
            let known = paragraph.field(line);
            if let Some((field, text)) = known {
                *field = Some(value(text));
            } else if memchr(b':', line.as_bytes()).is_none() {
                return Some(Err(self.line));
            }
            if paragraph.line == 0 {
                (paragraph.line, paragraph.start) = (self.line, start);
            }
        }
        (paragraph.line > 0).then_some(Ok(paragraph))
    }
}

fn is_blank(line: &str) -> bool {
    line.as_bytes().first().is_none_or(u8::is_ascii_whitespace) && line.trim_ascii().is_empty()
}

/// A field's value without the space around it, which nearly always is the one behind the colon.
fn value(text: &str) -> &str {
    trimmed(text.strip_prefix(' ').unwrap_or(text))
}

/// As [`str::trim`], which looks at characters; what begins and ends in a letter of ASCII has nothing to trim.
pub(super) fn trimmed(text: &str) -> &str {
    let text = trimmed_end(text);
    if text.as_bytes().first().is_some_and(u8::is_ascii_graphic) { text } else { text.trim_start() }
}

pub(super) fn trimmed_end(text: &str) -> &str {
    let text = text.strip_suffix(' ').unwrap_or(text);
    if text.as_bytes().last().is_some_and(u8::is_ascii_graphic) { text } else { text.trim_end() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, package, version of a paragraph; a wrong line by its number.
    type Told<'a> = Result<(usize, Option<&'a str>, Option<&'a str>), usize>;

    fn told(text: &str) -> Vec<Told<'_>> {
        let paragraphs = Paragraphs::new(text);
        paragraphs.map(|one| one.map(|one| (one.line, one.package, one.version))).collect()
    }

    #[test]
    fn lines_end_and_values_stand_as_files_have_them() {
        let text = "\n \t\r\n# a comment\r\nPackage:a\r\nVersion: \u{a0} 1 \t\r\nDepends: b,\n c\n\r\n\
                    Other: x\nPackage: first\nPackage:  last  \nVersion:\n\n\nVersion: 2\r";
        let wanted =
            [Ok((4, Some("a"), Some("1"))), Ok((9, Some("last"), Some(""))), Ok((15, None, Some("2")))];
        assert_eq!(told(text), wanted);
        assert_eq!(told("Package: a\nno field\n"), [Err(2)]);
        assert_eq!(told("Pack\u{e4}ge\n"), [Err(1)]);
        assert_eq!(told("\n\n"), []);
    }

    #[test]
    fn trimming_is_that_of_the_library() {
        for text in [
            "",
            " ",
            "a",
            " a",
            "a ",
            "  a  ",
            "\u{3000}a b\u{a0}",
            "\té\n",
            "a\u{a0} ",
            " \u{1}",
            "a\u{3000}",
        ] {
            assert_eq!(trimmed(text), text.trim(), "{text:?}");
            assert_eq!(trimmed_end(text), text.trim_end(), "{text:?}");
        }
    }

    #[test]
    fn fields_are_known_by_their_whole_name() {
        let text = "Packages: x\nPriority: y\nStatistics: z\nSource: s\nSection: t\nMulti-Arch: same\nArchitecture: all\n";
        let one = Paragraphs::new(text).next().unwrap().unwrap();
        assert_eq!((one.package, one.status, one.source), (None, None, Some("s")));
        assert_eq!((one.maintainer, one.architecture), (None, Some("all")));
        assert!(one.counts());
        let text = "Status: deinstall ok config-files\n";
        assert!(!Paragraphs::new(text).next().unwrap().unwrap().counts());
    }
}
