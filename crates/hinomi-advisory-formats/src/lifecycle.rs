// SPDX-License-Identifier: Apache-2.0
//! Until when a product's releases get fixes, in the forms of endoflife.date.
//!
//! ```text
//!   v1   {"result": {"name": "debian", "identifiers": […], "releases": [{"name": "12", "eolFrom": "2026-06-10", …}]}}
//!   v0   [{"cycle": "12", "eol": "2026-06-10", "extendedSupport": "2028-06-30", …}]     the product is the file's name
//! ```
//!
//! endoflife.date API v1 (schema 1.x) and v0.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Cause, ReadError};
use crate::json;
use crate::model::Micros;

/// One product with its releases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The product's short name, such as `debian`.
    pub product: String,
    /// For people.
    pub label: Option<String>,
    /// CPE and package URL prefixes of the product: (`cpe`, `cpe:/o:debian:debian_linux`).
    pub identifiers: Vec<(String, String)>,
    /// When the facts last changed.
    pub modified: Option<Micros>,
    /// The newest first, as listed.
    pub releases: Vec<LifecycleRelease>,
}

/// A release and its ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LifecycleRelease {
    /// Such as `12` or `22.04`.
    pub name: String,
    /// Such as `Bookworm`.
    pub codename: Option<String>,
    /// When it was released.
    pub released: Option<Micros>,
    /// The end of fixes for everybody.
    pub end: End,
    /// The end of fixes for subscribers, when there are such.
    pub extended_end: End,
    /// The newest version of it.
    pub latest: Option<String>,
}

/// A date, a word without a date, or nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Not said.
    #[default]
    Unknown,
    /// Over, nobody says since when.
    Past,
    /// Not over, nobody says until when.
    Open,
    /// Midnight of the first day without fixes.
    On(Micros),
}

#[derive(Deserialize)]
struct Answer {
    result: Value,
    #[serde(default)]
    last_modified: Option<String>,
}

/// True when the text begins like one of the forms.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => has(b"\"cycle\"") && (has(b"\"eol\"") || has(b"\"releaseDate\"")),
        Some(b'{') => {
            let mut result = false;
            json::top_keys(bytes, |key, _| {
                result = key == b"result";
                match key {
                    b"schema_version" | b"generated_at" | b"last_modified" | b"total" => {
                        std::ops::ControlFlow::Continue(())
                    }
                    _ => std::ops::ControlFlow::Break(()),
                }
            });
            result && (has(b"\"releases\"") || has(b"\"versionCommand\"") || has(b"\"category\""))
        }
        _ => false,
    }
}

/// Reads one product, or all of them.
pub fn read(bytes: &[u8], path: &str) -> Result<Vec<Lifecycle>, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > crate::MAX_DOCUMENT_BYTES {
        return Err(ReadError::new(path, Cause::TooLarge { limit_bytes: crate::MAX_DOCUMENT_BYTES }));
    }
    let refuse = |cause: String| ReadError::new(path, Cause::Malformed(cause));
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        let cycles: Vec<Value> = json::parse(bytes, path)?;
        let file = path.rsplit(['/', '\\', '!']).next().unwrap_or(path);
        let product = file.split('.').next().unwrap_or(file).to_lowercase();
        let releases: Result<Vec<_>, String> = cycles.iter().map(cycle).collect();
        let releases = releases.map_err(refuse)?;
        return Ok(vec![Lifecycle { product, releases, ..Lifecycle::default() }]);
    }
    let answer: Answer = json::parse(bytes, path)?;
    let modified = answer.last_modified.as_deref().and_then(crate::time::micros);
    let products = match answer.result {
        Value::Array(products) => products,
        one => vec![one],
    };
    products.iter().map(|value| product(value, modified).map_err(refuse)).collect()
}

fn product(value: &Value, modified: Option<Micros>) -> Result<Lifecycle, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text("name").filter(|name| !name.is_empty()).ok_or("a product has no `name`")?;
    let list = |key: &str| value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let identifier = |entry: &Value| {
        Some((entry.get("type")?.as_str()?.to_owned(), entry.get("id")?.as_str()?.to_owned()))
    };
    let releases: Result<Vec<_>, String> = list("releases")
        .iter()
        .map(|entry| release(entry).map_err(|cause| format!("{name}: {cause}")))
        .collect();
    Ok(Lifecycle {
        label: text("label"),
        identifiers: list("identifiers").iter().filter_map(identifier).collect(),
        modified,
        releases: releases?,
        product: name,
    })
}

/// A name may be written as a number.
fn name_of(value: &Value, key: &str) -> Result<String, String> {
    match value.get(key) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(format!("a release has no `{key}`")),
    }
}

fn date(value: Option<&Value>) -> Option<Micros> {
    value.and_then(Value::as_str).and_then(crate::time::micros)
}

fn release(value: &Value) -> Result<LifecycleRelease, String> {
    let name = name_of(value, "name")?;
    let end = |date_key: &str, word_key: &str| match (
        date(value.get(date_key)),
        value.get(word_key).and_then(Value::as_bool),
    ) {
        (Some(at), _) => End::On(at),
        (None, Some(true)) => End::Past,
        (None, Some(false)) => End::Open,
        (None, None) => End::Unknown,
    };
    Ok(LifecycleRelease {
        codename: value.get("codename").and_then(Value::as_str).map(str::to_owned),
        released: date(value.get("releaseDate")),
        end: end("eolFrom", "isEol"),
        extended_end: end("eoesFrom", "isEoes"),
        latest: value
            .get("latest")
            .and_then(|latest| latest.get("name"))
            .and_then(Value::as_str)
            .map(str::to_owned),
        name,
    })
}

/// The older form: a date, or true for what is over.
fn cycle(value: &Value) -> Result<LifecycleRelease, String> {
    let name = name_of(value, "cycle")?;
    let end = |key: &str| match value.get(key) {
        None | Some(Value::Null) => Ok(End::Unknown),
        Some(Value::Bool(true)) => Ok(End::Past),
        Some(Value::Bool(false)) => Ok(End::Open),
        Some(other) => date(Some(other)).map(End::On).ok_or_else(|| {
            let shown: String = other.to_string().chars().take(40).collect();
            format!("cycle {name}: `{key}` is {shown}, no date")
        }),
    };
    // Here true says that there is support, the other way round than `eol`.
    let extended_end = match end("extendedSupport")? {
        End::Past => End::Open,
        End::Open => End::Past,
        other => other,
    };
    let released = date(value.get("releaseDate"));
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(LifecycleRelease {
        codename: text("codename"),
        released,
        end: end("eol")?,
        extended_end,
        latest: text("latest"),
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::{End, looks_like, read};

    #[test]
    fn both_forms_tell_the_same_ends() {
        let new = br#"{"schema_version": "1.2.0", "last_modified": "2026-01-01T00:00:00+00:00", "result": {"name": "demo-os",
            "label": "Demo OS", "category": "os", "identifiers": [{"type": "cpe", "id": "cpe:/o:demo:demo_os"}], "releases": [
            {"name": "12", "codename": "Heron", "releaseDate": "2023-06-10", "isEol": false, "eolFrom": "2026-06-10",
             "isEoes": false, "eoesFrom": "2028-06-30", "latest": {"name": "12.1", "date": null}},
            {"name": "11", "isEol": true, "eolFrom": null}]}}"#;
        let old = br#"[{"cycle": "12", "codename": "Heron", "releaseDate": "2023-06-10", "eol": "2026-06-10",
            "extendedSupport": "2028-06-30", "latest": "12.1"}, {"cycle": 11, "eol": true}]"#;
        assert!(looks_like(new) && looks_like(old));
        let (new, old) = (read(new, "x.json").unwrap(), read(old, "eol/demo-os.json").unwrap());
        assert_eq!((new[0].product.as_str(), &new[0].releases), (old[0].product.as_str(), &old[0].releases));
        assert_eq!(new[0].releases[0].end, End::On(1_781_049_600_000_000));
        assert_eq!((new[0].releases[1].end, new[0].releases[1].extended_end), (End::Past, End::Unknown));
        assert_eq!(new[0].identifiers[0].1, "cpe:/o:demo:demo_os");
    }

    #[test]
    fn wrong_facts_are_refused_and_advisories_are_none() {
        let wrong = br#"[{"cycle": "1", "eol": "someday"}]"#;
        assert_eq!(
            read(wrong, "d.json").unwrap_err().to_string(),
            "d.json: cycle 1: `eol` is \"someday\", no date"
        );
        assert!(read(br#"[{"eol": true}]"#, "d.json").unwrap_err().to_string().contains("no `cycle`"));
        assert!(!looks_like(br#"{"schema_version": "1.7.0", "id": "X-1"}"#));
        assert!(!looks_like(br#"[{"id": "X-1", "modified": "2026-01-01T00:00:00Z"}]"#));
    }
}
