// SPDX-License-Identifier: Apache-2.0
//! Scores of the Exploit Prediction Scoring System: FIRST's daily CSV, and answers of its API.
//!
//! ```text
//! #model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000     a comment, when FIRST wrote it
//! cve,epss,percentile                                                columns by name, in any order
//! CVE-1999-0001,0.03351,0.8765
//!
//! {"status": "OK", …, "data": [{"cve": "CVE-1999-0001", "epss": "0.03351", "percentile": "0.8765", "date": "2026-08-16"}]}
//! ```
//! FIRST, EPSS API 1.0: numbers are texts; every entry says its date, and one answer is of one date.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Cause, Place, ReadError};
use crate::json;

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
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return is_answer(bytes);
    }
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048)).unwrap_or_default()).into_owned();
    let columns = head.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    columns.split(',').any(|name| name.trim() == "cve")
        && columns.split(',').any(|name| name.trim() == "epss")
}

/// `data` is a list of scores; what an answer of the API has before it decides quickly for every other document.
fn is_answer(bytes: &[u8]) -> bool {
    let mut found = false;
    json::top_keys(bytes, |key, value| {
        let before: [&[u8]; 7] =
            [b"status", b"status-code", b"version", b"access", b"total", b"offset", b"limit"];
        let text = bytes.get(value..value.saturating_add(200).min(bytes.len())).unwrap_or_default();
        found =
            key == b"data" && text.starts_with(b"[") && text.windows(6).any(|window| window == b"\"epss\"");
        if before.contains(&key) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    found
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<AnswerEntry>,
}

#[derive(Deserialize)]
struct AnswerEntry {
    #[serde(default)]
    cve: String,
    #[serde(default)]
    epss: Value,
    #[serde(default)]
    percentile: Value,
    #[serde(default)]
    date: Option<String>,
}

fn read_answer(bytes: &[u8], path: &str) -> Result<EpssScores, ReadError> {
    let answer: Answer = json::parse(bytes, path)?;
    let mut scores = EpssScores::default();
    for (index, entry) in answer.data.into_iter().enumerate() {
        let share = |value: &Value| {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            number.filter(|share| (0.0..=1.0).contains(share))
        };
        let (Some(epss), Some(percentile)) = (share(&entry.epss), share(&entry.percentile)) else {
            return Err(json::wrong(path, format!("data[{index}]"), "a score is no number from 0 to 1"));
        };
        if !crate::nvd::is_cve_id(&entry.cve) {
            let shown: String = entry.cve.chars().take(40).collect();
            return Err(json::wrong(
                path,
                format!("data[{index}].cve"),
                format!("`{shown}` is no CVE identifier"),
            ));
        }
        if scores.score_date.as_ref().is_some_and(|day| entry.date.as_ref().is_some_and(|own| own != day)) {
            let told = "its date is not that of the scores before it";
            return Err(json::wrong(path, format!("data[{index}].date"), told));
        }
        scores.score_date = scores.score_date.or(entry.date);
        scores.entries.push(EpssEntry { cve: entry.cve, epss, percentile });
    }
    Ok(scores)
}

/// Reads a day's scores.
pub fn read(bytes: &[u8], path: &str) -> Result<EpssScores, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > crate::MAX_DOCUMENT_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: crate::MAX_DOCUMENT_BYTES }));
    }
    if is_answer(bytes) {
        return read_answer(bytes, path);
    }
    let wrong = |line: usize, cause: String| {
        let place = Place { value: String::new(), line, column: 1 };
        ReadError::at(path, Some(place), Cause::Malformed(cause))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| wrong(1, "it is not UTF-8".to_owned()))?;
    let mut scores = EpssScores::default();
    let mut columns: Option<[Option<usize>; 3]> = None;
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
            let (Some(cve), Some(epss)) = (find("cve"), find("epss")) else {
                return Err(wrong(line_number, "the columns cve and epss are not both there".to_owned()));
            };
            // The files of the first weeks of 2021 have no percentiles.
            columns = Some([Some(cve), Some(epss), find("percentile")]);
            continue;
        };
        let cell = |column: usize| cells.get(column).copied().unwrap_or_default();
        let [cve, epss, percentile] = columns.map(|column| column.map_or("0", cell));
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
        return Err(ReadError::new(path, Cause::Missing("cve,epss")));
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

    #[test]
    fn an_answer_of_the_api_is_read_as_the_file_is() {
        let answer = |data: &str| {
            format!(
                r#"{{"status":"OK","status-code":200,"version":"1.0","access":"public","total":2,"offset":0,"limit":100,"data":[{data}]}}"#
            )
        };
        let good = answer(
            r#"{"cve":"CVE-2022-27225","epss":"0.001190000","percentile":"0.3204","date":"2026-08-16"},{"cve":"CVE-2022-27224","epss":0.5,"percentile":1,"date":"2026-08-16"}"#,
        );
        assert!(looks_like_scores(good.as_bytes()));
        let scores = read(good.as_bytes(), "epss.json").unwrap();
        assert_eq!(scores.score_date.as_deref(), Some("2026-08-16"));
        assert_eq!((scores.entries[0].epss, scores.entries[1].cve.as_str()), (0.00119, "CVE-2022-27224"));
        for (data, told) in [
            (r#"{"cve":"CVE-2022-27225","epss":"2","percentile":"0"}"#, "0 to 1"),
            (r#"{"cve":"x","epss":"0.2","percentile":"0"}"#, "`x` is no CVE"),
            (
                r#"{"cve":"CVE-2022-1000","epss":"0","percentile":"0","date":"2026-08-16"},{"cve":"CVE-2022-1001","epss":"0","percentile":"0","date":"2026-08-17"}"#,
                "data[1].date",
            ),
        ] {
            let error = read(answer(data).as_bytes(), "e.json").unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        assert!(!looks_like_scores(br#"{"data":[{"cve":"CVE-2022-1000"}]}"#));
    }
}
