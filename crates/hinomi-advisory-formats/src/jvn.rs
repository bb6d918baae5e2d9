// SPDX-License-Identifier: Apache-2.0
//! JVN iPedia, Japan's vulnerability database, in the two XML forms of MyJVN: details (`VULDEF-Document`) and the
//! overview list (`JVNRSS`).
//!
//! ```text
//!   VULDEF ─ Vulinfo ─ VulinfoID, Title, Overview ─┬─ Affected: CPE and versions in Japanese words
//!                                                  ├─ Impact: CVSS
//!                                                  └─ Related: CVE, CWE, links
//!   JVNRSS ─ item ─ identifier, title, description, references, cpe, cvss
//! ```
//!
//! The Japanese text is kept as it is (`summary`, `details`, and under `database_specific.descriptions.ja`). Versions in
//! words become a range where the words are of a known form; else the product stays named with its words, which match
//! nothing. The overview names products without versions: it describes, it does not match. A record that names one CVE is
//! that vulnerability (alias); one that names several speaks of a set (upstream).
//!
//! VULDEF 3.2 and JVNRSS 3.2, MyJVN API "HND" (IPA, JPCERT/CC).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, json};

use crate::error::{Cause, ReadError};
use crate::model::{
    Advisory, Configuration, ConfigurationNode, CpeMatch, Format, Product, Reference, Severity, Statement,
    Status,
};
use crate::time::micros;
use crate::xml::{self, Element};

pub(crate) fn looks_like(root: &str, bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    root == "VULDEF-Document" || (root == "RDF" && (has(b"jvn.jp/rss/mod_sec") || has(b"jvndb.jvn.jp")))
}

pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let root = xml::parse(bytes, path)?;
    let records: Result<Vec<Advisory>, String> = if root.name == "VULDEF-Document" {
        root.all("Vulinfo").map(detailed).collect()
    } else {
        root.all("item").map(overview).collect()
    };
    records.map_err(|cause| ReadError::new(path, Cause::Malformed(cause)))
}

/// A year's document as one document a record.
pub(crate) fn split<'a>(bytes: &'a [u8], path: &str) -> Result<Vec<Cow<'a, [u8]>>, ReadError> {
    let (opening, closing, parts) = xml::parts(bytes, path)?;
    let records: Vec<_> = parts.iter().filter(|part| part.name == "Vulinfo" || part.name == "item").collect();
    if records.len() < 2 {
        return Ok(vec![Cow::Borrowed(bytes)]);
    }
    let document = |body: &[u8]| [opening.as_bytes(), body, closing.as_bytes()].concat();
    let bodies = records.into_iter().map(|part| bytes.get(part.start..part.end).unwrap_or_default());
    Ok(bodies.map(|body| Cow::Owned(document(body))).collect())
}

fn is_jvn_id(text: &str) -> bool {
    text.starts_with("JVNDB-")
        && text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn start(id: Option<&str>, title: Option<&str>, details: Option<&str>) -> Result<Advisory, String> {
    let id = id.filter(|id| is_jvn_id(id)).ok_or_else(|| {
        let shown: String = id.unwrap_or_default().chars().take(40).collect();
        format!("`{shown}` is no identifier of JVN iPedia")
    })?;
    let mut specific = Map::new();
    if let Some(text) = details.or(title) {
        specific.insert("descriptions".to_owned(), json!({ "ja": text }));
    }
    specific.insert("language".to_owned(), json!("ja"));
    Ok(Advisory {
        id: id.to_owned(),
        source: Format::Jvn,
        summary: title.map(str::to_owned),
        details: details.map(str::to_owned),
        database_specific: specific.into(),
        ..Advisory::default()
    })
}

/// One CVE is another name of the record; several are what it is about.
fn name_vulnerabilities(record: &mut Advisory, cves: BTreeSet<String>) {
    let cves: Vec<String> = cves.into_iter().collect();
    match cves.len() {
        0 => {}
        1 => record.aliases = cves,
        _ => record.upstream = cves,
    }
}

fn score(vector: &str, version: &str) -> Option<Severity> {
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')');
    if vector.is_empty() {
        return None;
    }
    let major = version.chars().next().filter(char::is_ascii_digit)?;
    // Version 3 is sometimes written without its prefix.
    let full = match major {
        '3' | '4' if !vector.starts_with("CVSS:") => format!("CVSS:{version}/{vector}"),
        _ => vector.to_owned(),
    };
    Some(Severity { kind: format!("CVSS_V{major}"), score: full, extra: Map::new() })
}

fn detailed(info: &Element) -> Result<Advisory, String> {
    let data = info.child("VulinfoData").ok_or("a Vulinfo has no VulinfoData")?;
    let overview = data.child("VulinfoDescription").and_then(|description| description.text_of("Overview"));
    let mut record = start(info.text_of("VulinfoID"), data.text_of("Title"), overview)?;
    let date = |name: &str| data.text_of(name).and_then(micros);
    record.published = date("DatePublic").or_else(|| date("DateFirstPublished"));
    record.modified = date("DateLastUpdated").or_else(|| date("DateFirstPublished")).or(record.published);
    for cvss in data.list("Impact", "Cvss") {
        let version = cvss.attribute("version").unwrap_or("2.0");
        record.severity.extend(cvss.text_of("Vector").and_then(|vector| score(vector, version)));
        if record.source_severity.is_none() {
            record.source_severity = cvss.text_of("Severity").map(str::to_owned);
        }
    }
    let mut cves = BTreeSet::new();
    for related in data.list("Related", "RelatedItem") {
        let id = related.text_of("VulinfoID").unwrap_or_default();
        if crate::nvd::is_cve_id(id) {
            cves.insert(id.to_owned());
        } else if id.starts_with("CWE-") && !record.cwes.iter().any(|known| known == id) {
            record.cwes.push(id.to_owned());
        }
        if let Some(url) = related.text_of("URL") {
            let kind = match related.attribute("type") {
                Some("vendor") => "FIX",
                Some("advisory") => "ADVISORY",
                _ => "WEB",
            };
            record.references.push(Reference {
                kind: kind.to_owned(),
                url: url.to_owned(),
                extra: Map::new(),
            });
        }
    }
    name_vulnerabilities(&mut record, cves);
    for (list, item, key) in [("Impact", "ImpactItem", "impact"), ("Solution", "SolutionItem", "solution")] {
        let texts: Vec<&str> = data.list(list, item).filter_map(|item| item.text_of("Description")).collect();
        if !texts.is_empty() {
            record.database_specific[key] = json!(texts);
        }
    }
    products(data, &mut record);
    Ok(record)
}

fn products(data: &Element, record: &mut Advisory) {
    let mut named = Vec::new();
    for item in data.list("Affected", "AffectedItem") {
        let name = [item.text_of("Name"), item.text_of("ProductName")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let cpe = item.text_of("Cpe").filter(|cpe| cpe.starts_with("cpe:"));
        let versions: Vec<&str> =
            item.all("VersionNumber").map(Element::text).filter(|text| !text.is_empty()).collect();
        for words in if versions.is_empty() { vec![""] } else { versions } {
            match (cpe, range(words)) {
                (Some(cpe), Some(range)) => {
                    let matched = CpeMatch { vulnerable: true, criteria: cpe.to_owned(), ..range };
                    let node = ConfigurationNode { matches: vec![matched], ..ConfigurationNode::default() };
                    record
                        .configurations
                        .push(Configuration { nodes: vec![node], ..Configuration::default() });
                }
                _ => named.push(Product {
                    name: Some(name.clone()).filter(|name| !name.is_empty()),
                    range: Some(words.to_owned()).filter(|words| !words.is_empty()),
                    ..Product::default()
                }),
            }
        }
    }
    named.retain(|product| !product.is_empty());
    if !named.is_empty() {
        record.statements.push(Statement {
            vulnerability: record.aliases.first().unwrap_or(&record.id).clone(),
            aliases: Vec::new(),
            status: Status::Affected,
            justification: None,
            statement: None,
            action: None,
            products: named,
            timestamp: record.modified,
        });
    }
}

/// Versions in the words of JVN: `1.2.3 およびそれ以前`, `1.2.3 未満`, `1.0 以上 1.2.3 未満`, `1.0 から 1.2`, `すべてのバージョン`.
fn range(words: &str) -> Option<CpeMatch> {
    let words = words.trim().trim_start_matches("バージョン").trim_start_matches("Version").trim();
    let word = |text: &str| {
        let text = text.trim().trim_start_matches('v').trim();
        let plain = !text.is_empty()
            && text.starts_with(|first: char| first.is_ascii_digit())
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-+:~()".contains(letter));
        plain.then(|| text.to_owned())
    };
    let blank = CpeMatch::default();
    if let Some(end) = words.strip_suffix("未満") {
        return match end.split_once("以上") {
            Some((first, last)) => {
                let last = last.trim_start_matches(['、', ',', ' ']);
                Some(CpeMatch {
                    start_including: Some(word(first)?),
                    end_excluding: Some(word(last)?),
                    ..blank
                })
            }
            None => Some(CpeMatch { end_excluding: Some(word(end)?), ..blank }),
        };
    }
    for before in ["およびそれ以前", "及びそれ以前", "以前", "以下"] {
        if let Some(end) = words.strip_suffix(before) {
            return match end.split_once("から").or_else(|| end.split_once("以上")) {
                Some((first, last)) => Some(CpeMatch {
                    start_including: Some(word(first)?),
                    end_including: Some(word(last)?),
                    ..blank
                }),
                None => Some(CpeMatch { end_including: Some(word(end)?), ..blank }),
            };
        }
    }
    if let Some((first, last)) = words.split_once("から") {
        let last = last.trim().trim_end_matches("まで");
        return Some(CpeMatch {
            start_including: Some(word(first)?),
            end_including: Some(word(last)?),
            ..blank
        });
    }
    if matches!(words, "すべてのバージョン" | "全てのバージョン" | "全バージョン") {
        return Some(blank);
    }
    let exact = word(words)?;
    Some(CpeMatch { start_including: Some(exact.clone()), end_including: Some(exact), ..blank })
}

fn overview(item: &Element) -> Result<Advisory, String> {
    let mut record = start(item.text_of("identifier"), item.text_of("title"), item.text_of("description"))?;
    record.published = item.text_of("issued").and_then(micros);
    record.modified =
        item.text_of("modified").or_else(|| item.text_of("date")).and_then(micros).or(record.published);
    for cvss in item.all("cvss") {
        let version = cvss.attribute("version").unwrap_or("2.0");
        record.severity.extend(cvss.attribute("vector").and_then(|vector| score(vector, version)));
        if record.source_severity.is_none() {
            record.source_severity = cvss.attribute("severity").map(str::to_owned);
        }
    }
    let mut cves = BTreeSet::new();
    for reference in item.all("references") {
        let id = reference.attribute("id").unwrap_or_default();
        if crate::nvd::is_cve_id(id) {
            cves.insert(id.to_owned());
        } else if id.starts_with("CWE-") {
            record.cwes.push(id.to_owned());
        }
        if reference.text().starts_with("http") {
            let (kind, extra) = ("WEB".to_owned(), Map::new());
            record.references.push(Reference { kind, url: reference.text().to_owned(), extra });
        }
    }
    if let Some(link) = item.text_of("link") {
        record.references.push(Reference {
            kind: "ADVISORY".to_owned(),
            url: link.to_owned(),
            extra: Map::new(),
        });
    }
    name_vulnerabilities(&mut record, cves);
    let products: Vec<_> = item
        .all("cpe")
        .map(|cpe| json!({"cpe": cpe.text(), "vendor": cpe.attribute("vendor"), "product": cpe.attribute("product")}))
        .collect();
    if !products.is_empty() {
        record.database_specific["products"] = products.into();
    }
    Ok(record)
}

#[cfg(test)]
mod tests;
