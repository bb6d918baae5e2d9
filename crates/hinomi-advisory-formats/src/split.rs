// SPDX-License-Identifier: Apache-2.0
//! Large documents of many records as documents of one record each, so that a record can be kept, compared and read
//! again without the other thousands.

use std::borrow::Cow;

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
    let field = match json::form(text) {
        json::Form::NvdApi => "vulnerabilities",
        json::Form::NvdFeed => "CVE_Items",
        _ if debian_tracker::looks_like_json(text) => return debian_tracker::split_json(text, path),
        _ => return Ok(vec![Cow::Borrowed(bytes)]),
    };
    let mut parts = Vec::new();
    nvd::each_element(text, path, field, &mut |part| {
        parts.push(Cow::Owned(format!("{{\"{field}\":[{}]}}", part.get()).into_bytes()));
    })?;
    Ok(parts)
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
    use super::split;
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
    }

    #[test]
    fn any_other_document_stays_whole_and_a_broken_page_is_an_error() {
        let record = br#"{"id": "DEMO-1"}"#;
        assert_eq!(split(record, "a.json").unwrap(), [record.as_slice()]);
        assert_eq!(split(b"- id: x", "a.yaml").unwrap().len(), 1);
        let broken = br#"{"format": "NVD_CVE", "vulnerabilities": [{"cve": {"id": "CVE-2024-0001"}}"#;
        assert!(split(broken, "page.json").unwrap_err().to_string().contains("page.json"));
    }
}
