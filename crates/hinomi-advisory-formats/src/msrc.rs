// SPDX-License-Identifier: Apache-2.0
//! CVRF as the Microsoft Security Response Center publishes it, one document a month; other makers' documents, one an
//! advisory, are records of their own beside it: two makers may speak of one CVE.
//!
//! ```text
//!   ProductTree ─ FullProductName (ProductID, CPE)
//!   Vulnerability ─ CVE, Title, Notes ─┬─ ProductStatuses ─ Known Affected
//!                                      ├─ Threats ─ Severity, Impact, Exploit Status
//!                                      ├─ CVSSScoreSets
//!                                      └─ Remediations ─ Vendor Fix: KB, the KB that it takes the place of, FixedBuild
//! ```
//!
//! A product with a CPE and a fixed build becomes a configuration "below that build"; hotpatched systems have a fixed
//! build of their own, the lowest of a product counts. Every knowledge-base number with what it supersedes stays in
//! `database_specific.updates`, for comparing with the hotfixes that a host lists.
//!
//! Common Vulnerability Reporting Framework 1.1 (ICASI), 1.2 (OASIS, 2017: the same elements); the meaning of `Supercedence`, `FixedBuild` and `SubType` is that
//! of the MSRC API, version 3.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::error::{Cause, ReadError};
use crate::model::{
    Advisory, Configuration, ConfigurationNode, CpeMatch, Credit, Format, Product, Reference, Severity,
    Statement, Status,
};
use crate::time::micros;
use crate::xml::{self, Element};

pub(crate) fn looks_like(root: &str) -> bool {
    root == "cvrfdoc"
}

pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Vec<Advisory>, ReadError> {
    let root = xml::parse(bytes, path)?;
    let mut names = BTreeMap::new();
    if let Some(tree) = root.child("ProductTree") {
        products(tree, &mut names);
    }
    let document = root.child("DocumentTracking");
    let id = document.and_then(|tracking| tracking.child("Identification")?.text_of("ID"));
    let released = document.and_then(|tracking| tracking.text_of("InitialReleaseDate")).and_then(micros);
    let maker = maker(&root, id);
    let mut records = Vec::new();
    for vulnerability in root.all("Vulnerability") {
        let Some(cve) = vulnerability.text_of("CVE") else {
            let title = vulnerability
                .text_of("Title")
                .unwrap_or("a vulnerability")
                .chars()
                .take(60)
                .collect::<String>();
            return Err(ReadError::new(path, Cause::Malformed(format!("`{title}` has no CVE"))));
        };
        let mut record = record(cve, vulnerability, &names);
        record.published = record.published.or(released);
        record.modified = record.modified.or(record.published);
        if let (Maker::Other, Some(id)) = (maker, id) {
            record.aliases.push(std::mem::replace(&mut record.id, format!("{id}{}{cve}", crate::PART)));
            record.source = Format::Cvrf;
            record.references.retain(|reference| reference.kind != "ADVISORY");
            let link = root.list("DocumentReferences", "Reference");
            let own = link.filter(|link| link.attribute("Type") == Some("Self"));
            let urls = own.filter_map(|link| link.text_of("URL")).filter(|url| url.starts_with("https://"));
            let reference =
                |url: &str| Reference { kind: "ADVISORY".to_owned(), url: url.to_owned(), extra: Map::new() };
            record.references.extend(urls.map(reference));
            let current =
                document.and_then(|tracking| tracking.text_of("CurrentReleaseDate")).and_then(micros);
            record.modified = record.modified.max(current);
        }
        if let (Some(id), Value::Object(specific)) = (id, &mut record.database_specific) {
            specific.insert("document".to_owned(), json!(id));
        }
        records.push(record);
    }
    Ok(records)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Maker {
    Microsoft,
    Other,
}

/// Microsoft's documents say so, or are named after a month, such as `2026-Jan`.
fn maker(root: &Element, id: Option<&str>) -> Maker {
    let publisher = root.child("DocumentPublisher");
    let words =
        ["ContactDetails", "IssuingAuthority"].map(|field| publisher.and_then(|of| of.text_of(field)));
    let mut words = words.into_iter().flatten().peekable();
    let is_month = id.is_some_and(|id| {
        id.split_once('-').is_some_and(|(year, month)| {
            year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) && month.len() == 3
        })
    });
    let is_theirs = match words.peek() {
        Some(_) => words.any(|text| text.to_ascii_lowercase().contains("microsoft")),
        None => is_month || id.is_none(),
    };
    if is_theirs { Maker::Microsoft } else { Maker::Other }
}

/// Name and CPE by product id; the tree lists products under branches and once more flat.
fn products<'a>(element: &'a Element, names: &mut BTreeMap<&'a str, (&'a str, Option<&'a str>)>) {
    for child in &element.children {
        match child.name.as_str() {
            "FullProductName" => {
                let Some(id) = child.attribute("ProductID") else { continue };
                let entry = names.entry(id).or_insert((child.text(), None));
                entry.1 = entry.1.or(child.attribute("CPE").filter(|cpe| !cpe.is_empty()));
            }
            _ => products(child, names),
        }
    }
}

type Names<'a> = BTreeMap<&'a str, (&'a str, Option<&'a str>)>;

fn record(cve: &str, vulnerability: &Element, names: &Names<'_>) -> Advisory {
    let note = |kind: &str| {
        let notes = vulnerability.list("Notes", "Note").filter(|note| note.attribute("Type") == Some(kind));
        let texts: Vec<String> =
            notes.map(|note| plain(note.text())).filter(|text| !text.is_empty()).collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    };
    let dates: Vec<i64> = vulnerability
        .list("RevisionHistory", "Revision")
        .filter_map(|revision| micros(revision.text_of("Date")?))
        .collect();
    let mut record = Advisory {
        id: cve.to_owned(),
        source: Format::MsrcCvrf,
        published: dates.iter().min().copied(),
        modified: dates.iter().max().copied(),
        summary: vulnerability.text_of("Title").map(str::to_owned),
        details: note("Description").or_else(|| note("FAQ")),
        source_severity: worst_word(vulnerability),
        cwes: vulnerability
            .all("CWE")
            .filter_map(|cwe| cwe.attribute("ID"))
            .filter(|id| id.starts_with("CWE-"))
            .map(str::to_owned)
            .collect(),
        ..Advisory::default()
    };
    record.severity = scores(vulnerability);
    record.references.push(Reference {
        kind: "ADVISORY".to_owned(),
        url: format!("https://msrc.microsoft.com/update-guide/vulnerability/{cve}"),
        extra: Map::new(),
    });
    record.credits = vulnerability
        .list("Acknowledgments", "Acknowledgment")
        .filter_map(|credit| credit.text_of("Name").map(plain))
        .filter(|name| !name.is_empty())
        .map(|name| Credit { name, kind: None, contact: Vec::new(), extra: Map::new() })
        .collect();
    let updates = updates(vulnerability, &mut record);
    affected(vulnerability, names, &updates, &mut record);
    let mut specific = Map::new();
    specific.insert("updates".to_owned(), updates.iter().map(Update::to_json).collect());
    for (key, kind) in [("impact", "Impact"), ("exploit_status", "Exploit Status")] {
        let words: BTreeSet<&str> = threats(vulnerability, kind).collect();
        if !words.is_empty() {
            specific.insert(key.to_owned(), words.into_iter().map(Value::from).collect());
        }
    }
    record.database_specific = Value::Object(specific);
    record
}

fn threats<'a>(vulnerability: &'a Element, kind: &'a str) -> impl Iterator<Item = &'a str> {
    let threats = vulnerability.list("Threats", "Threat");
    threats
        .filter(move |threat| threat.attribute("Type") == Some(kind))
        .filter_map(|threat| threat.text_of("Description"))
}

/// Microsoft rates per product; the record carries the worst word.
fn worst_word(vulnerability: &Element) -> Option<String> {
    const ORDER: [&str; 4] = ["Low", "Moderate", "Important", "Critical"];
    let rank = |word: &&str| ORDER.iter().position(|known| known == word);
    threats(vulnerability, "Severity").max_by_key(rank).map(str::to_owned)
}

fn scores(vulnerability: &Element) -> Vec<Severity> {
    let vectors: BTreeSet<&str> =
        vulnerability.list("CVSSScoreSets", "ScoreSet").filter_map(|set| set.text_of("Vector")).collect();
    let kind = |vector: &str| {
        let version = vector.strip_prefix("CVSS:").unwrap_or("2");
        format!("CVSS_V{}", version.chars().next().unwrap_or('2'))
    };
    vectors
        .into_iter()
        .map(|vector| Severity { kind: kind(vector), score: vector.to_owned(), extra: Map::new() })
        .collect()
}

/// One published repair.
struct Update<'a> {
    /// The number of the knowledge-base article, or the repair in words.
    number: &'a str,
    supersedes: Vec<&'a str>,
    fixed_build: Option<&'a str>,
    restart: Option<&'a str>,
    kind: Option<&'a str>,
    products: Vec<&'a str>,
}

impl Update<'_> {
    fn is_article(&self) -> bool {
        !self.number.is_empty() && self.number.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn to_json(&self) -> Value {
        json!({
            "kb": self.is_article().then(|| format!("KB{}", self.number)), "text": self.number,
            "supersedes": self.supersedes.iter().map(|number| format!("KB{number}")).collect::<Vec<_>>(),
            "fixed_build": self.fixed_build, "restart": self.restart, "kind": self.kind, "products": self.products,
        })
    }
}

fn updates<'a>(vulnerability: &'a Element, record: &mut Advisory) -> Vec<Update<'a>> {
    let mut updates = Vec::new();
    for remedy in vulnerability.list("Remediations", "Remediation") {
        if remedy.attribute("Type") != Some("Vendor Fix") {
            continue;
        }
        if let Some(url) = remedy.text_of("URL").filter(|url| url.starts_with("https://"))
            && !record.references.iter().any(|known| known.url == url)
        {
            record.references.push(Reference {
                kind: "FIX".to_owned(),
                url: url.to_owned(),
                extra: Map::new(),
            });
        }
        let supersedes = remedy.text_of("Supercedence").unwrap_or_default();
        updates.push(Update {
            number: remedy.text_of("Description").unwrap_or_default(),
            supersedes: supersedes
                .split([';', ',', ' '])
                .filter(|number| number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit()))
                .collect(),
            // Links stand there as well.
            fixed_build: remedy
                .text_of("FixedBuild")
                .filter(|build| build.starts_with(|first: char| first.is_ascii_digit())),
            restart: remedy.text_of("RestartRequired"),
            kind: remedy.text_of("SubType"),
            products: remedy.all("ProductID").map(Element::text).collect(),
        });
    }
    updates
}

fn affected(vulnerability: &Element, names: &Names<'_>, updates: &[Update<'_>], record: &mut Advisory) {
    let statuses = vulnerability.list("ProductStatuses", "Status");
    let known = statuses.filter(|status| status.attribute("Type") == Some("Known Affected"));
    let mut unnamed = Vec::new();
    let mut seen = BTreeSet::new();
    for id in
        known.flat_map(|status| status.all("ProductID")).map(Element::text).filter(|id| seen.insert(*id))
    {
        let (name, cpe) = names.get(id).copied().unwrap_or((id, None));
        let of_product = || updates.iter().filter(|update| update.products.contains(&id));
        let build = of_product()
            .filter_map(|update| update.fixed_build)
            .min_by(|left, right| numbers(left).cmp(&numbers(right)));
        match (cpe.and_then(any_version), build) {
            (Some(cpe), Some(build)) => record.configurations.push(Configuration {
                nodes: vec![ConfigurationNode {
                    matches: vec![CpeMatch {
                        vulnerable: true,
                        criteria: cpe,
                        end_excluding: Some(build.to_owned()),
                        ..CpeMatch::default()
                    }],
                    ..ConfigurationNode::default()
                }],
                ..Configuration::default()
            }),
            _ => unnamed.push(Product {
                name: Some(name.to_owned()),
                range: build.map(|build| format!("vers:generic/<{build}")),
                ..Product::default()
            }),
        }
    }
    if !unnamed.is_empty() {
        let articles: BTreeSet<&str> =
            updates.iter().filter(|update| update.is_article()).map(|update| update.number).collect();
        let articles: Vec<String> = articles.into_iter().map(|number| format!("KB{number}")).collect();
        record.statements.push(Statement {
            vulnerability: record.id.clone(),
            aliases: Vec::new(),
            status: Status::Affected,
            justification: None,
            statement: None,
            action: (!articles.is_empty()).then(|| articles.join(", ")),
            products: unnamed,
            timestamp: record.modified,
        });
    }
}

fn numbers(build: &str) -> Vec<u64> {
    build.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The name for every version: the build decides, not what the tree writes there.
fn any_version(cpe: &str) -> Option<String> {
    let mut parts: Vec<&str> = cpe.split(':').collect();
    if parts.len() != 13 || !cpe.starts_with("cpe:2.3:") {
        return None;
    }
    *parts.get_mut(5)? = "*";
    Some(parts.join(":"))
}

/// Texts are HTML: what remains without its tags.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, behind)) = after.split_once('>') else {
            rest = "";
            break;
        };
        let name = tag.trim_start_matches('/');
        if ["p", "br", "li", "tr", "h1", "h2", "h3"].contains(&name) && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = behind;
    }
    text.push_str(rest);
    let text = text.replace("&nbsp;", " ").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").trim().to_owned()
}

/// A month's document as one document a vulnerability, each with the products that it names.
pub(crate) fn split<'a>(bytes: &'a [u8], path: &str) -> Result<Vec<Cow<'a, [u8]>>, ReadError> {
    let (opening, closing, parts) = xml::parts(bytes, path)?;
    let count = parts.iter().filter(|part| part.name == "Vulnerability").count();
    if count < 2 {
        return Ok(vec![Cow::Borrowed(bytes)]);
    }
    let slice = |start: usize, end: usize| bytes.get(start..end).unwrap_or_default();
    let tracking = parts.iter().find(|part| part.name == "DocumentTracking");
    let tree = parts.iter().find(|part| part.name == "ProductTree");
    let names = tree.map(|tree| product_lines(slice(tree.start, tree.end))).unwrap_or_default();
    let mut documents = Vec::with_capacity(count);
    for part in parts.iter().filter(|part| part.name == "Vulnerability") {
        let body = slice(part.start, part.end);
        let mut document = opening.clone().into_bytes();
        if let Some(tracking) = tracking {
            document.extend_from_slice(slice(tracking.start, tracking.end));
        }
        document.extend_from_slice(b"<ProductTree>");
        for id in product_ids(body) {
            for line in names.get(id).into_iter().flatten() {
                document.extend_from_slice(line);
            }
        }
        document.extend_from_slice(b"</ProductTree>");
        document.extend_from_slice(body);
        document.extend_from_slice(closing.as_bytes());
        documents.push(Cow::Owned(document));
    }
    Ok(documents)
}

/// `<prod:FullProductName ProductID="11571" …>…</prod:FullProductName>` by id.
fn product_lines(tree: &[u8]) -> BTreeMap<&str, Vec<&[u8]>> {
    let mut lines: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
    let Ok(text) = std::str::from_utf8(tree) else { return lines };
    for (at, _) in text.match_indices("FullProductName ") {
        let Some(start) = text.get(..at).and_then(|before| before.rfind('<')) else { continue };
        let Some(id) = text.get(at..).and_then(|rest| rest.split_once("ProductID=\"")?.1.split('"').next())
        else {
            continue;
        };
        let Some(end) = text.get(at..).and_then(|rest| rest.find("FullProductName>")) else { continue };
        let line = tree.get(start..at + end + "FullProductName>".len()).unwrap_or_default();
        let known = lines.entry(id).or_default();
        if !known.contains(&line) {
            known.push(line);
        }
    }
    lines
}

fn product_ids(body: &[u8]) -> BTreeSet<&str> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    text.split("ProductID>")
        .filter_map(|rest| rest.split_once('<'))
        .map(|(id, _)| id.trim())
        .filter(|id| !id.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
