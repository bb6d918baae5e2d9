// SPDX-License-Identifier: Apache-2.0
//! Large documents of many records as documents of one record each, so that a record can be kept, compared and read
//! again without the other thousands.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::error::ReadError;
use crate::{debian_tracker, json, jvn, msrc, nvd, xml};

/// The documents that a page or a year of the NVD, a month of MSRC, a list of JVN or Debian's state of everything is made
/// of, each of one record and readable by itself; any other document as it is.
pub fn split<'a>(bytes: &'a [u8], path: &str) -> Result<Vec<Cow<'a, [u8]>>, ReadError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.first() {
        Some(b'{') => {}
        Some(b'<') => return split_xml(text, path),
        Some(b'C') if debian_tracker::looks_like_list(text) => return Ok(debian_tracker::split_list(text)),
        _ => return Ok(vec![Cow::Borrowed(bytes)]),
    }
    let Some(field) = pages(json::form(text)) else {
        return match debian_tracker::looks_like_json(text) {
            true => debian_tracker::split_json(text, path),
            false => Ok(vec![Cow::Borrowed(bytes)]),
        };
    };
    Ok(elements(text, path, field)?.into_iter().map(|part| Cow::Owned(alone(field, part))).collect())
}

/// As [`split`], one document after the other: a year of the NVD needs no second copy of itself. False, and nothing was
/// handed over, where the document is of one record or cannot be told apart.
pub fn split_each(bytes: &[u8], path: &str, visit: &mut dyn FnMut(Vec<u8>)) -> Result<bool, ReadError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let field = match text.first() {
        Some(b'{') => pages(json::form(text)),
        _ => None,
    };
    if let Some(field) = field {
        // All of it is looked through before the first part is handed over: a broken page brings nothing.
        let parts = elements(text, path, field)?;
        parts.iter().filter(|_| parts.len() > 1).for_each(|part| visit(alone(field, part)));
        return Ok(parts.len() > 1);
    }
    let parts = split(bytes, path)?;
    if parts.len() < 2 {
        return Ok(false);
    }
    parts.into_iter().for_each(|part| visit(part.into_owned()));
    Ok(true)
}

/// The field that a page or a year of many records has them in.
fn pages(form: json::Form) -> Option<&'static str> {
    match form {
        json::Form::NvdApi => Some("vulnerabilities"),
        json::Form::NvdFeed => Some("CVE_Items"),
        _ => None,
    }
}

fn elements<'a>(text: &'a [u8], path: &str, field: &'static str) -> Result<Vec<&'a RawValue>, ReadError> {
    let mut parts = Vec::new();
    nvd::each_element(text, path, field, &mut |part| parts.push(part))?;
    Ok(parts)
}

fn alone(field: &str, part: &RawValue) -> Vec<u8> {
    format!("{{\"{field}\":[{}]}}", part.get()).into_bytes()
}

fn split_xml<'a>(text: &'a [u8], path: &str) -> Result<Vec<Cow<'a, [u8]>>, ReadError> {
    match xml::root_name(text) {
        Some(root) if msrc::looks_like(&root) => msrc::split(text, path),
        Some(root) if jvn::looks_like(&root, text) => jvn::split(text, path),
        _ => Ok(vec![Cow::Borrowed(text)]),
    }
}

#[cfg(test)]
mod tests {
    use super::{split, split_each};
    use crate::read;

    #[test]
    fn a_year_falls_into_documents_that_read_as_it_did() {
        let page = br#"{"resultsPerPage": 2, "format": "NVD_CVE", "version": "2.0", "vulnerabilities": [
            {"cve": {"id": "CVE-2024-0001", "descriptions": [{"lang": "en", "value": "one"}]}},
            {"cve": {"id": "CVE-2024-0002", "descriptions": [{"lang": "en", "value": "two"}]}}]}"#;
        let whole = read(page, "page.json").unwrap();
        let parts = split(page, "page.json").unwrap();
        let apart: Vec<_> = parts.iter().flat_map(|part| read(part, "part.json").unwrap()).collect();
        assert_eq!(apart.len(), 2);
        assert_eq!(apart, whole);
        let mut one_by_one = Vec::new();
        assert!(split_each(page, "page.json", &mut |part| one_by_one.push(part)).unwrap());
        assert_eq!(one_by_one, parts.iter().map(|part| part.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn any_other_document_stays_whole_and_a_broken_page_is_an_error() {
        let record = br#"{"id": "DEMO-1"}"#;
        assert_eq!(split(record, "a.json").unwrap(), [record.as_slice()]);
        assert_eq!(split(b"- id: x", "a.yaml").unwrap().len(), 1);
        let broken = br#"{"format": "NVD_CVE", "vulnerabilities": [{"cve": {"id": "CVE-2024-0001"}}"#;
        assert!(split(broken, "page.json").unwrap_err().to_string().contains("page.json"));
        let mut none = |part: Vec<u8>| panic!("{part:?} of a broken page");
        assert!(split_each(broken, "page.json", &mut none).is_err());
        assert!(!split_each(record, "a.json", &mut none).unwrap());
    }
}
