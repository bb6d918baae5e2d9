// SPDX-License-Identifier: Apache-2.0
//! `hinomi cvss`: one CVSS vector a line in, one JSON object a line out, also for empty and malformed lines.
use hinomi_score::cvss::Vector;
use serde_json::json;
use std::io::{self, BufRead, Write};

/// Scores CVSS vectors (v2.0, v3.0, v3.1, v4.0), one a line on standard input.
///
/// Prints one JSON object a line: version, base, temporal, environmental, threat, score (the overall one) and severity;
/// for a line that is no vector {"error": …}.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  echo CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H | hinomi cvss")]
pub(crate) struct CvssArgs {}

/// Far longer than any vector; what a line has beyond it is read but not kept.
const LINE_MAX: usize = 4096;

/// Reads vectors until the end of `stdin`. Errors are only those of reading and writing.
pub(crate) fn run(_args: &CvssArgs, mut stdin: impl BufRead, stdout: impl Write) -> io::Result<()> {
    let mut stdout = io::BufWriter::new(stdout);
    let mut line = Vec::new();
    while read_line(&mut stdin, &mut line, LINE_MAX)?.is_some() {
        let scored = match std::str::from_utf8(&line) {
            Ok(text) => score(text.trim()),
            Err(error) => json!({ "error": format!("line is not UTF-8 at byte {}", error.valid_up_to()) }),
        };
        serde_json::to_writer(&mut stdout, &scored)?;
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}

fn score(text: &str) -> serde_json::Value {
    match Vector::parse(text) {
        Ok(vector) => json!(vector.scores()),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

/// Whether a line fits into what was kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Whole,
    Beginning,
}

/// Reads one line without its newline and keeps at most `most` bytes of it; `None` at the end of input.
pub(super) fn read_line(
    input: &mut impl BufRead,
    line: &mut Vec<u8>,
    most: usize,
) -> io::Result<Option<Kept>> {
    line.clear();
    let mut kept = None;
    loop {
        let available = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if available.is_empty() {
            return Ok(kept);
        }
        let newline = available.iter().position(|&byte| byte == b'\n');
        let part = &available[..newline.unwrap_or(available.len())];
        let room = most.saturating_sub(line.len());
        line.extend_from_slice(&part[..part.len().min(room)]);
        if part.len() > room {
            kept = Some(Kept::Beginning);
        }
        kept.get_or_insert(Kept::Whole);
        let used = newline.map_or(available.len(), |position| position + 1);
        input.consume(used);
        if newline.is_some() {
            return Ok(kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(input: &[u8]) -> Vec<serde_json::Value> {
        let mut out = Vec::new();
        run(&CvssArgs {}, input, &mut out).expect("memory never fails");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
    }

    #[test]
    fn one_object_a_line_whatever_the_line() {
        let mut input =
            b"AV:N/AC:L/Au:N/C:C/I:C/A:C\n\nCVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P\r\n".to_vec();
        input.extend_from_slice(b"\xff\xfe\n");
        input.extend(std::iter::repeat_n(b'A', 100_000));
        input.extend_from_slice(b"\nCVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U");
        let lines = output(&input);
        assert_eq!(lines.len(), 6);
        assert_eq!(
            lines[0],
            json!({"version": "2.0", "base": 10.0, "temporal": 10.0, "environmental": 10.0, "threat": null,
                   "score": 10.0, "severity": "high"})
        );
        assert_eq!(lines[1], json!({"error": "empty vector"}));
        assert_eq!((&lines[2]["base"], &lines[2]["score"]), (&json!(9.8), &json!(9.3)));
        assert_eq!(lines[2]["severity"], "critical");
        assert_eq!(lines[3], json!({"error": "line is not UTF-8 at byte 0"}));
        assert!(lines[4]["error"].as_str().is_some_and(|error| error.starts_with("vector of 4096 bytes")));
        assert_eq!(lines[5]["version"], "4.0");
        assert_eq!(lines[5]["temporal"], json!(null));
        assert_eq!(lines[5]["threat"], lines[5]["score"]);
        assert!(output(b"").is_empty());
    }
}
