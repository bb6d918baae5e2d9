// SPDX-License-Identifier: Apache-2.0
//! The Haskell security advisories: Markdown that begins with a block of TOML.

use serde::Deserialize;

use crate::error::{Cause, ReadError};
use crate::model::{Advisory, Event, Format, Severity, Warning};

#[derive(Deserialize)]
struct Front {
    advisory: Head,
    #[serde(default)]
    affected: Vec<Entry>,
    #[serde(default)]
    references: Vec<Link>,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    #[serde(default)]
    cwe: Vec<u32>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    related: Vec<String>,
    date: Option<toml::value::Datetime>,
    modified: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
struct Entry {
    package: Option<String>,
    #[serde(rename = "ghc-component")]
    component: Option<String>,
    cvss: Option<String>,
    #[serde(default)]
    versions: Vec<Versions>,
}

#[derive(Deserialize)]
struct Versions {
    introduced: String,
    fixed: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    #[serde(rename = "type")]
    kind: String,
    url: String,
}

/// True for Markdown whose first line opens a block of TOML.
pub(crate) fn looks_like(text: &str) -> bool {
    text.trim_start().starts_with("```toml") && text.contains("[advisory]")
}

pub(crate) fn read(text: &str, path: &str) -> Result<Vec<Advisory>, ReadError> {
    let block = text.trim_start().strip_prefix("```toml").and_then(|rest| rest.split_once("\n```"));
    let Some((front, body)) = block else {
        return Err(ReadError::new(path, Cause::Malformed("the block of TOML is not closed".to_owned())));
    };
    let front: Front = toml::from_str(front)
        .map_err(|error| ReadError::new(path, Cause::Malformed(error.message().to_owned())))?;
    let head = front.advisory;
    if head.id.trim().is_empty() {
        return Err(ReadError::new(path, Cause::Missing("advisory.id")));
    }
    let time =
        |date: Option<toml::value::Datetime>| date.and_then(|date| crate::time::micros(&date.to_string()));
    let published = time(head.date);
    let mut record = super::advisory(head.id, Format::Haskell, published);
    record.modified = time(head.modified).or(published);
    record.aliases = head.aliases;
    record.related = head.related;
    record.cwes = head.cwe.iter().map(|number| format!("CWE-{number}")).collect();
    if !head.keywords.is_empty() {
        record.database_specific = serde_json::json!({"keywords": head.keywords});
    }
    let body = body.trim();
    let title = body.lines().find_map(|line| line.strip_prefix("# "));
    record.summary = title.map(|title| title.trim().to_owned());
    record.details = (!body.is_empty()).then(|| body.to_owned());
    for link in front.references {
        record.references.push(crate::model::Reference { kind: link.kind, ..super::link(link.url) });
    }
    for entry in front.affected {
        // What ships with the compiler is versioned with it.
        let (ecosystem, name) = match (entry.package, entry.component) {
            (Some(package), _) => ("Hackage", package),
            (None, Some(component)) => ("GHC", component),
            (None, None) => {
                record
                    .warnings
                    .push(Warning { place: "affected".to_owned(), cause: "it names no package".to_owned() });
                continue;
            }
        };
        let intervals = entry.versions.into_iter().map(|versions| {
            std::iter::once(Event::Introduced(versions.introduced))
                .chain(versions.fixed.map(Event::Fixed))
                .collect()
        });
        let mut affected = super::affected(ecosystem, &name, intervals.collect());
        affected.severity.extend(entry.cvss.map(|score| Severity {
            kind: "CVSS_V3".to_owned(),
            score,
            extra: serde_json::Map::new(),
        }));
        record.affected.push(affected);
    }
    Ok(vec![record])
}
