// SPDX-License-Identifier: Apache-2.0
//! `hinomi version`: compares versions and tests ranges, one answer a line, without a database.

use std::cmp::Ordering;
use std::io::{BufRead, ErrorKind, Write};
use std::process::ExitCode;

use super::cvss::{Kept, read_line};
use hinomi_version::Scheme;
use hinomi_version::range::{self, VersRange};

/// Compare versions and test version ranges
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  printf '1.0~rc1\\t1.0\\n' | hinomi version compare --scheme deb")]
pub(crate) struct VersionArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Read lines `A<TAB>B`; print -1, 0 or 1, or ? where the scheme cannot order them
    #[command(after_help = "Example:\n  printf '1.0.dev1\\t1.0a1\\n' | hinomi version compare --scheme pypi")]
    Compare {
        /// How versions are ordered: deb, rpm, apk, pypi, npm, maven …
        #[arg(long, value_parser = scheme)]
        scheme: Scheme,
    },
    /// Read lines `RANGE<TAB>VERSION`; print yes or no, or ? where one of them cannot be read
    #[command(after_help = "Examples:
  printf 'vers:npm/>=1.2.0|<2.0.0\\t1.4.1\\n' | hinomi version contains --scheme npm
  printf '^1.2.0\\t1.4.1\\n' | hinomi version contains --scheme npm --native")]
    Contains {
        /// How versions are ordered: deb, rpm, apk, pypi, npm, maven …
        #[arg(long, value_parser = scheme)]
        scheme: Scheme,
        /// RANGE is written as the ecosystem's own tools write it, not as a vers: URI
        #[arg(long)]
        native: bool,
    },
}

fn scheme(name: &str) -> Result<Scheme, String> {
    Scheme::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Scheme::all().map(Scheme::name).collect();
        format!("no such scheme; known are {}", known.join(", "))
    })
}

pub(crate) fn run(
    args: &VersionArgs,
    stdin: impl BufRead,
    mut stdout: impl Write,
) -> anyhow::Result<ExitCode> {
    let answered = match args.verb {
        Verb::Compare { scheme } => {
            answer_lines(stdin, &mut stdout, |left, right| compare(scheme, left, right))
        }
        Verb::Contains { scheme, native: true } => {
            answer_lines(stdin, &mut stdout, |range, version| contains_native(scheme, range, version))
        }
        Verb::Contains { scheme, native: false } => {
            answer_lines(stdin, &mut stdout, |range, version| contains(scheme, range, version))
        }
    };
    match answered.and_then(|()| stdout.flush()) {
        // Nobody reads any more, as in `… | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        answered => Ok(answered.map(|()| ExitCode::SUCCESS)?),
    }
}

/// Far longer than any range; a longer line is read but not kept.
const LINE_MAX: usize = 1 << 20;

/// One line out for each line in; a line that is not two fields of text is answered with `?`.
fn answer_lines(
    mut input: impl BufRead,
    out: &mut impl Write,
    answer: impl Fn(&str, &str) -> Option<&'static str>,
) -> std::io::Result<()> {
    let mut line = Vec::new();
    while let Some(kept) = read_line(&mut input, &mut line, LINE_MAX)? {
        let bytes = line.strip_suffix(b"\r").unwrap_or(&line);
        let whole = std::str::from_utf8(bytes).ok().filter(|_| kept == Kept::Whole);
        let fields = whole.and_then(|text| text.split_once('\t'));
        let fields = fields.filter(|(_, second)| !second.contains('\t'));
        let answered = fields.and_then(|(first, second)| answer(first, second));
        writeln!(out, "{}", answered.unwrap_or("?"))?;
    }
    Ok(())
}

fn compare(scheme: Scheme, left: &str, right: &str) -> Option<&'static str> {
    if !scheme.is_valid(left) || !scheme.is_valid(right) {
        return None;
    }
    Some(match hinomi_version::compare(scheme, left, right).ok()? {
        Ordering::Less => "-1",
        Ordering::Equal => "0",
        Ordering::Greater => "1",
    })
}

fn contains(scheme: Scheme, range: &str, version: &str) -> Option<&'static str> {
    let range = VersRange::parse(range).ok()?;
    if range.scheme() != Some(scheme) {
        return None;
    }
    range.contains(version).ok().map(yes_or_no)
}

fn contains_native(scheme: Scheme, range: &str, version: &str) -> Option<&'static str> {
    range::native_contains(scheme, range, version).ok().map(yes_or_no)
}

fn yes_or_no(is_inside: bool) -> &'static str {
    if is_inside { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(verb: Verb, input: &[u8]) -> String {
        let mut out = Vec::new();
        run(&VersionArgs { verb }, input, &mut out).expect("answers");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn every_line_is_answered_by_one() {
        let compare = |scheme, input: &[u8]| answers(Verb::Compare { scheme }, input);
        let lines = b"1.0~rc1\t1.0\n\n1.0\n1.0\t1.0\t1.0\n\xff\t1.0\n1:1\t2\r\n1.0\t1.0";
        assert_eq!(compare(Scheme::Deb, lines), "-1\n?\n?\n?\n?\n1\n0\n");
        assert_eq!(compare(Scheme::Pypi, b"1.0\t1.0-charmander\n1.0a1\t1.0\n"), "?\n-1\n");
        assert_eq!(compare(Scheme::Npm, b""), "");
        let long = [b"1.0\t".as_slice(), &b"1".repeat(LINE_MAX), b"\n1.0\t1.0\n"].concat();
        assert_eq!(compare(Scheme::Deb, &long), "?\n0\n");
        let longest = [b"1.0\t".as_slice(), &b"1".repeat(LINE_MAX - 4), b"\n"].concat();
        assert_eq!(compare(Scheme::Deb, &longest), "-1\n");
        assert_eq!(compare(Scheme::Rpm, b"\n\t\n\r\n1\t\n"), "?\n?\n?\n?\n");
    }

    #[test]
    fn ranges_are_uris_of_the_same_scheme_or_native() {
        let contains = |native, input: &[u8]| answers(Verb::Contains { scheme: Scheme::Npm, native }, input);
        let uris = b"vers:npm/>=1.0.0|<2.0.0\t1.5.0-rc.1\nvers:pypi/>=1.0.0\t1.5.0\nvers:npm/<1.0.0\t1.0.0\n^1.0.0\t1.0.0\n";
        assert_eq!(contains(false, uris), "yes\n?\nno\n?\n");
        assert_eq!(contains(true, b"^1.0.0\t1.5.0\n^1.0.0\t1.5.0-rc.1\n>>1\t1.0.0\n"), "yes\nno\n?\n");
    }
}
