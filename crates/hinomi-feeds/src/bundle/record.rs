// SPDX-License-Identifier: Apache-2.0
//! The content's records: a line of JSON that says what follows, then so many bytes.

use std::io::{BufRead, Read, Write};

use serde::{Deserialize, Serialize};

/// More than any line that is written here.
const MOST_LINE: u64 = 1 << 20;
/// More than any document that is read anywhere.
const MOST_BODY: u64 = 2 << 30;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub(super) enum Line {
    /// Hashes of everything that counts, 20 bytes each, sorted.
    State {
        bytes: u64,
    },
    /// What follows belongs to this feed.
    Feed {
        name: String,
    },
    /// A document as its source has it.
    Document {
        label: String,
        bytes: u64,
    },
    /// A list that is all its feed has: what is not on it counts no more.
    List {
        label: String,
        bytes: u64,
    },
    /// Reports of attackers, decision tables, ends of life: a line of JSON each.
    Rows {
        bytes: u64,
    },
    /// Scores of exploitation with their days and their past.
    Course {
        bytes: u64,
    },
    /// Ids that the feed's complete list lacks, a line each.
    Absent {
        bytes: u64,
    },
    End,
}

impl Line {
    fn body_bytes(&self) -> u64 {
        match self {
            Self::State { bytes }
            | Self::Document { bytes, .. }
            | Self::List { bytes, .. }
            | Self::Rows { bytes }
            | Self::Course { bytes }
            | Self::Absent { bytes } => *bytes,
            Self::Feed { .. } | Self::End => 0,
        }
    }
}

pub(super) fn write(out: &mut impl Write, line: &Line, body: &[u8]) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")?;
    out.write_all(body)
}

pub(super) fn read(input: &mut impl BufRead) -> std::io::Result<(Line, Vec<u8>)> {
    let broken = |cause: String| std::io::Error::new(std::io::ErrorKind::InvalidData, cause);
    let mut text = Vec::new();
    input.by_ref().take(MOST_LINE).read_until(b'\n', &mut text)?;
    let line: Line =
        serde_json::from_slice(&text).map_err(|error| broken(format!("its content: {error}")))?;
    let length = line.body_bytes();
    if length > MOST_BODY {
        return Err(broken(format!("its content: a document is said to have {length} bytes")));
    }
    let mut body = Vec::new();
    input.by_ref().take(length).read_to_end(&mut body)?;
    if body.len() as u64 != length {
        return Err(broken("its content is cut off".to_owned()));
    }
    Ok((line, body))
}
