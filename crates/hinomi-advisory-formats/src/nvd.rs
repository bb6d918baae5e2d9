// SPDX-License-Identifier: Apache-2.0
//! The National Vulnerability Database: pages and year files of the API 2.0, the older 1.1 feeds, and
//! configurations alone in the same form.
//!
//! ```text
//!   {"vulnerabilities": [{"cve": {…}}, …]}   API 2.0       one record at a time, so that a year file of
//!   {"CVE_Items": [{"cve": {…}, …}, …]}      feed 1.1      100 MB needs no more memory than its text
//!   {"_annotation": …, "cve": {…}}           override
//! ```
//!
//! `Rejected` in `vulnStatus` (2.0), or a description that begins with `** REJECT **` (1.1), takes a record back.
//! (NVD, CVE API 2.0 schema; NVD JSON 1.1 schema.)

mod api;
mod feed;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::{Cause, ReadError};
use crate::json;
use crate::model::{Advisory, Reference, Severity};

/// Receives each record, or why it could not be read.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(Result<Advisory, ReadError>);

pub(crate) fn read_api(bytes: &[u8], path: &str, sink: Sink<'_>) -> Result<(), ReadError> {
    each_element(bytes, path, "vulnerabilities", &mut |part| {
        let record = json::parse_part::<api::Item>(bytes, path, part);
        sink(record.and_then(|item| api::advisory(item.cve, path)));
    })
}

pub(crate) fn read_feed(bytes: &[u8], path: &str, sink: Sink<'_>) -> Result<(), ReadError> {
    each_element(bytes, path, "CVE_Items", &mut |part| {
        sink(json::parse_part::<feed::Item>(bytes, path, part).and_then(|item| feed::advisory(item, path)));
    })
}

pub(crate) fn read_override(bytes: &[u8], path: &str) -> Result<Advisory, ReadError> {
    api::override_advisory(json::parse(bytes, path)?, path)
}

/// Hands over the elements of the array `field` one by one, and fails where the document itself is broken.
pub(crate) fn each_element<'de>(
    bytes: &'de [u8],
    path: &str,
    field: &'static str,
    visit: &mut dyn FnMut(&'de RawValue),
) -> Result<(), ReadError> {
    struct Document<'v, 'de>(&'static str, &'v mut dyn FnMut(&'de RawValue), &'v mut bool);
    impl<'de> Visitor<'de> for Document<'_, 'de> {
        type Value = ();
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object with a list of records")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                if key == self.0 {
                    *self.2 = true;
                    map.next_value_seed(List(&mut *self.1))?;
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(())
        }
    }
    struct List<'v, 'de>(&'v mut dyn FnMut(&'de RawValue));
    impl<'de> DeserializeSeed<'de> for List<'_, 'de> {
        type Value = ();
        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
            deserializer.deserialize_seq(self)
        }
    }
    impl<'de> Visitor<'de> for List<'_, 'de> {
        type Value = ();
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of records")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
            while let Some(element) = list.next_element::<&'de RawValue>()? {
                (self.0)(element);
            }
            Ok(())
        }
    }
    let mut found = false;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    (&mut deserializer)
        .deserialize_map(Document(field, visit, &mut found))
        .and_then(|()| deserializer.end())
        .map_err(|error| json::failure(bytes, path, 0, &error))?;
    if found { Ok(()) } else { Err(ReadError::new(path, Cause::Missing(field))) }
}

/// References by the tags that NVD and CVE records give them.
pub(crate) fn reference(url: String, tags: Vec<String>, source: Option<String>) -> Reference {
    let has = |word: &str| {
        tags.iter().any(|tag| {
            let same = |(left, right): (u8, u8)| {
                left.eq_ignore_ascii_case(&right) || (left == b' ' && right == b'-')
            };
            tag.len() == word.len() && tag.bytes().zip(word.bytes()).all(same)
        })
    };
    let kind = if has("patch") {
        "FIX"
    } else if has("exploit") {
        "EVIDENCE"
    } else if has("vendor-advisory")
        || has("third-party-advisory")
        || has("government-resource")
        || has("us-government-resource")
    {
        "ADVISORY"
    } else if has("issue-tracking") {
        "REPORT"
    } else if has("technical-description") || has("press/media-coverage") {
        "ARTICLE"
    } else {
        "WEB"
    };
    let mut extra = Map::new();
    if !tags.is_empty() {
        extra.insert("tags".to_owned(), Value::from(tags));
    }
    if let Some(source) = source {
        extra.insert("source".to_owned(), Value::String(source));
    }
    Reference { kind: kind.to_owned(), url, extra }
}

/// A vector under its kind, with who gave it.
pub(crate) fn severity(vector: String, source: Option<String>, primary: bool) -> Severity {
    let kind = if vector.starts_with("CVSS:4") {
        "CVSS_V4"
    } else if vector.starts_with("CVSS:3") {
        "CVSS_V3"
    } else {
        "CVSS_V2"
    };
    let mut extra = Map::new();
    if let Some(source) = source {
        extra.insert("source".to_owned(), Value::String(source));
    }
    if primary {
        extra.insert("primary".to_owned(), Value::Bool(true));
    }
    Severity { kind: kind.to_owned(), score: vector, extra }
}

/// Adds a weakness once; `NVD-CWE-noinfo` and the like are none.
pub(crate) fn add_weakness(cwes: &mut Vec<String>, word: &str) {
    if word.starts_with("CWE-") && !cwes.iter().any(|known| known == word) {
        cwes.push(word.to_owned());
    }
}

/// A CVE identifier: `CVE-`, a year, `-`, at least four digits (CVE JSON schema 5.1).
pub(crate) fn is_cve_id(text: &str) -> bool {
    let Some((year, number)) = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4 && digits(year) && (4..=19).contains(&number.len()) && digits(number)
}

/// English goes to `details`, the rest by language.
pub(crate) fn descriptions(
    texts: impl IntoIterator<Item = (String, String)>,
) -> (Option<String>, Map<String, Value>) {
    let mut english = None;
    let mut others = Map::new();
    for (language, text) in texts {
        if english.is_none() && (language.is_empty() || language.to_ascii_lowercase().starts_with("en")) {
            english = Some(text);
        } else {
            others.entry(language).or_insert(Value::String(text));
        }
    }
    (english, others)
}

#[cfg(test)]
#[path = "nvd/tests.rs"]
mod tests;
