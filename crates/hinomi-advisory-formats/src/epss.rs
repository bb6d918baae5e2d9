// SPDX-License-Identifier: Apache-2.0
//! Scores of the Exploit Prediction Scoring System, FIRST's daily CSV.
//!
//! ```text
//! #model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000     a comment, when FIRST wrote it
//! cve,epss,percentile                                                columns by name, in any order
//! CVE-1999-0001,0.03351,0.8765
//! ```

use serde::{Deserialize, Serialize};

use crate::error::{Cause, Place, ReadError};

/// One day's scores.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EpssScores {
    /// The model's version, as written.
    pub model_version: Option<String>,
    /// The day the scores are for, as written; a file that does not say so has it in its name at best.
    pub score_date: Option<String>,
    /// In the order of the file.
    pub entries: Vec<EpssEntry>,
}

/// The score of one CVE.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpssEntry {
    /// The CVE.
    pub cve: String,
    /// Probability of exploitation in the next 30 days, 0 to 1.
    pub epss: f64,
    /// Share of CVEs with the same or a lower score, 0 to 1.
    pub percentile: f64,
}

/// True when the text begins like such a file.
#[must_use]
pub fn looks_like_scores(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048)).unwrap_or_default()).into_owned();
    let columns = head.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    columns.split(',').any(|name| name.trim() == "cve")
        && columns.split(',').any(|name| name.trim() == "epss")
}

/// Reads a day's scores.
pub fn read(bytes: &[u8], path: &str) -> Result<EpssScores, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > crate::MAX_DOCUMENT_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: crate::MAX_DOCUMENT_BYTES }));
    }
    let wrong = |line: usize, cause: String| {
        let place = Place { value: String::new(), line, column: 1 };
        ReadError::at(path, Some(place), Cause::Malformed(cause))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| wrong(1, "it is not UTF-8".to_owned()))?;
    let mut scores = EpssScores::default();
    let mut columns: Option<[usize; 3]> = None;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        if let Some(comment) = line.strip_prefix('#') {
            for (name, value) in comment.split(',').filter_map(|part| part.split_once(':')) {
                match name.trim() {
                    "model_version" => scores.model_version = Some(value.trim().to_owned()),
                    "score_date" => scores.score_date = Some(value.trim().to_owned()),
                    _ => {}
                }
            }
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let Some(columns) = columns else {
            let find = |name: &str| cells.iter().position(|cell| *cell == name);
            let (Some(cve), Some(epss), Some(percentile)) = (find("cve"), find("epss"), find("percentile"))
            else {
                return Err(wrong(
                    line_number,
                    "the columns cve, epss and percentile are not all there".to_owned(),
                ));
            };
            columns = Some([cve, epss, percentile]);
            continue;
        };
        let [cve, epss, percentile] = columns.map(|column| cells.get(column).copied().unwrap_or_default());
        let share = |text: &str| text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
        let (Some(epss), Some(percentile)) = (share(epss), share(percentile)) else {
            return Err(wrong(line_number, "a score is no number from 0 to 1".to_owned()));
        };
        if !crate::nvd::is_cve_id(cve) {
            let shown: String = cve.chars().take(40).collect();
            return Err(wrong(line_number, format!("`{shown}` is no CVE identifier")));
        }
        scores.entries.push(EpssEntry { cve: cve.to_owned(), epss, percentile });
    }
    if columns.is_none() {
        return Err(ReadError::new(path, Cause::Missing("cve,epss,percentile")));
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::{looks_like_scores, read};

    #[test]
    fn columns_are_found_by_name() {
        let text = b"#model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000\npercentile,cve,epss\n0.8765,CVE-1999-0001,0.0335\n";
        assert!(looks_like_scores(text));
        let scores = read(text, "e.csv").unwrap();
        assert_eq!(scores.model_version.as_deref(), Some("v2025.03.14"));
        assert_eq!(scores.score_date.as_deref(), Some("2026-08-16T00:00:00+0000"));
        assert_eq!((scores.entries[0].cve.as_str(), scores.entries[0].epss), ("CVE-1999-0001", 0.0335));
        for (bad, told) in [
            ("cve,epss,percentile\nCVE-1999-0001,2,0\n", "0 to 1"),
            ("cve,epss,percentile\nx,0,0\n", "`x` is no CVE"),
            ("a,b\n", "columns"),
        ] {
            assert!(read(bad.as_bytes(), "e.csv").unwrap_err().to_string().contains(told));
        }
        assert!(!looks_like_scores(b"{}"));
    }
}
