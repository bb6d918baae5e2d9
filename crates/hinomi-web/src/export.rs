// SPDX-License-Identifier: Apache-2.0
//! CSV answers that no spreadsheet mistakes for formulas, and answers that a browser need not load twice.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

/// A cell that begins like a formula gets an apostrophe in front (OWASP "CSV Injection").
pub fn safe_cell(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// A CSV file (RFC 4180) as an answer.
#[derive(Debug, Clone)]
pub struct Csv {
    file_name: &'static str,
    text: String,
}

impl Csv {
    pub fn new(file_name: &'static str, header: &[&str]) -> Self {
        let mut csv = Self { file_name, text: String::new() };
        csv.row(header.iter().copied());
        csv
    }

    /// Adds a row; every cell is made safe and quoted where needed.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            let cell = safe_cell(cell.as_ref());
            if cell.contains(['"', ',', '\n', '\r']) {
                self.text.push('"');
                self.text.push_str(&cell.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(&cell);
            }
        }
        self.text.push_str("\r\n");
    }

    /// The rows since the last time, for a file that is sent while it grows.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        let disposition = format!("attachment; filename=\"{}\"", self.file_name);
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        (headers, self.text).into_response()
    }
}

/// A strong entity tag of some bytes.
pub fn etag_of(bytes: &[u8]) -> String {
    format!("\"{}\"", hex::encode(&Sha256::digest(bytes)[..12]))
}

/// The answer, or 304 when the client has it already.
pub fn conditional(request: &HeaderMap, etag: &str, answer: impl FnOnce() -> Response) -> Response {
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let same = known
        .split(',')
        .any(|tag| matches!(tag.trim().trim_start_matches("W/"), tag if tag == etag || tag == "*"));
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { answer() };
    if let Ok(value) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_cells_quoted() {
        let mut csv = Csv::new("x.csv", &["name", "note"]);
        csv.row(["=1+1", "a \"b\", c"]);
        csv.row(["@x", "-2"]);
        csv.row(["暗号", "line\nline"]);
        assert_eq!(csv.text(), "name,note\r\n'=1+1,\"a \"\"b\"\", c\"\r\n'@x,'-2\r\n暗号,\"line\nline\"\r\n");
    }

    #[test]
    fn a_known_tag_is_answered_without_a_body() {
        let tag = etag_of(b"x");
        let mut headers = HeaderMap::new();
        assert_eq!(conditional(&headers, &tag, || "x".into_response()).status(), StatusCode::OK);
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&format!("\"y\", W/{tag}")).unwrap());
        assert_eq!(conditional(&headers, &tag, || "x".into_response()).status(), StatusCode::NOT_MODIFIED);
    }
}
