// SPDX-License-Identifier: Apache-2.0
//! The Ruby advisory database: what is patched and what never was affected, as gem requirements. Everything else is.
//!
//! ```text
//!   unaffected  "< 2.0"      ├────────┤
//!   patched     "~> 2.3.11"              ├────┤
//!               ">= 3.0.4"                          ├──────►
//!   affected                         ├──┤     ├────┤
//! ```

use hinomi_version::Scheme;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Cause, ReadError};
use crate::model::{Advisory, Format, Warning};
use crate::span::{Span, gaps};

#[derive(Deserialize)]
struct Record {
    gem: Option<String>,
    engine: Option<String>,
    cve: Option<String>,
    ghsa: Option<String>,
    osvdb: Option<String>,
    url: Option<String>,
    title: String,
    date: Option<String>,
    description: Option<String>,
    cvss_v2: Option<String>,
    cvss_v3: Option<String>,
    cvss_v4: Option<String>,
    unaffected_versions: Option<Vec<String>>,
    patched_versions: Option<Vec<String>>,
    #[serde(flatten)]
    extra: serde_json::Map<String, Value>,
}

pub(super) fn read(text: &str, path: &str) -> Result<Vec<Advisory>, ReadError> {
    let record: Record = super::parse(text, path)?;
    // An interpreter is no gem: it gets an ecosystem of its own, which nothing is mistaken for.
    let (ecosystem, name) = match (&record.gem, &record.engine) {
        (Some(gem), _) => ("RubyGems", gem.clone()),
        (None, Some(engine)) => ("Ruby engine", engine.clone()),
        (None, None) => return Err(ReadError::new(path, Cause::Missing("gem"))),
    };
    let cve = record.cve.as_ref().map(|cve| format!("CVE-{cve}"));
    let ghsa = record.ghsa.as_ref().map(|ghsa| format!("GHSA-{ghsa}"));
    let osvdb = record.osvdb.as_ref().map(|osvdb| format!("OSVDB-{osvdb}"));
    let names: Vec<String> = [cve, ghsa, osvdb].into_iter().flatten().collect();
    let file = path.rsplit(['/', '!']).next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let own = names.first().map_or(stem, String::as_str);
    let published = record.date.as_deref().and_then(crate::time::micros);
    let mut advisory = super::advisory(format!("RUBYSEC-{name}-{own}"), Format::RubyAdvisoryDb, published);
    advisory.aliases = names;
    advisory.summary = Some(record.title);
    advisory.details = record.description;
    advisory.references.extend(record.url.map(super::link));
    // The database gives scores without vectors; the newest scale's is taken for the source's word.
    let scores = [("cvss_v4", record.cvss_v4), ("cvss_v3", record.cvss_v3), ("cvss_v2", record.cvss_v2)];
    advisory.source_severity = scores
        .iter()
        .find_map(|(scale, score)| Some(rating(scale, score.as_ref()?.parse().ok()?)))
        .map(str::to_owned);
    advisory.extra = record.extra;
    for (scale, score) in scores {
        if let Some(score) = score {
            advisory.extra.insert(scale.to_owned(), Value::String(score));
        }
    }
    let mut safe = Vec::new();
    let requirements = record.unaffected_versions.iter().chain(&record.patched_versions).flatten();
    for requirement in requirements {
        match Span::of_comparisons(requirement.split(',')) {
            Some(span) => safe.push(span),
            None => {
                let cause = format!("`{requirement}` is no gem requirement");
                advisory.warnings.push(Warning { place: "patched_versions".to_owned(), cause });
            }
        }
    }
    let mut warnings = Vec::new();
    let intervals =
        gaps(Scheme::Gem, safe).iter().map(|span| span.events("patched_versions", &mut warnings)).collect();
    advisory.warnings.extend(warnings);
    advisory.affected.push(super::affected(ecosystem, &name, intervals));
    Ok(vec![advisory])
}

/// The qualitative ratings of CVSS 3.1 section 5 and 4.0 section 6; for 2.0 those of the NVD.
fn rating(scale: &str, score: f64) -> &'static str {
    match score {
        score if score >= 9.0 && scale != "cvss_v2" => "critical",
        score if score >= 7.0 => "high",
        score if score >= 4.0 => "medium",
        score if score > 0.0 => "low",
        _ => "none",
    }
}
