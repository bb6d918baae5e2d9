// SPDX-License-Identifier: Apache-2.0
//! SPDX 2 tag-value: `Tag: value` a line, longer texts between `<text>` and `</text>`.
//!
//! What a tag belongs to follows from the line that opened the current section (`PackageName`, `FileName`, …).

use std::borrow::Cow;

use super::{build, raw};
use crate::error::{Place, ReadError};
use crate::{Format, Inventory};

#[derive(PartialEq)]
enum Section {
    Document,
    Package,
    /// Files, snippets, extracted licences: nothing in them is part of the inventory. (Annotations and reviews may stand
    /// within any section; none of their tags is one of a package.)
    Other,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut document = raw::Document::default();
    let mut packages: Vec<raw::Package> = Vec::new();
    let mut relations: Vec<raw::Relation> = Vec::new();
    let mut created = None;
    let mut early_id = None;
    let mut after_blank = true;
    let mut section = Section::Document;
    // Carriage returns alone end lines too, as some generators still write.
    let text = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            after_blank = true;
            continue;
        }
        let opens_paragraph = std::mem::take(&mut after_blank);
        let refuse = |cause: &str| ReadError::new(path, Place::Line { line: index + 1, column: 1 }, cause);
        let (tag, value) = line.split_once(':').ok_or_else(|| refuse("is not \"Tag: value\""))?;
        let value = value.trim();
        let joined;
        let value = if value.starts_with("<text>") && !value.contains("</text>") {
            joined = multiline(value, &mut lines).ok_or_else(|| refuse("<text> is not closed"))?;
            joined.as_str()
        } else {
            value
        };
        let value = value.strip_prefix("<text>").unwrap_or(value);
        let value = value.strip_suffix("</text>").unwrap_or(value).trim();
        match tag {
            "Relationship" => {
                relations.push(relation(value).ok_or_else(|| refuse("relationship is not \"A KIND B\""))?)
            }
            "RelationshipComment" => {
                if let Some(relation) = relations.last_mut() {
                    relation.comment = Some(value.to_owned());
                }
            }
            "PackageName" => {
                section = Section::Package;
                let id = early_id.take();
                packages.push(raw::Package { id, name: Some(value.to_owned()), ..raw::Package::default() });
            }
            "FileName" | "SnippetSPDXID" | "SnippetSPDXIdentifier" | "LicenseID" => {
                section = Section::Other;
                early_id = None;
            }
            "SPDXVersion" => document.spdx_version = Some(value.to_owned()),
            "DocumentName" => document.name = Some(value.to_owned()),
            "Created" => created = Some(value.to_owned()),
            "SPDXID" if section == Section::Document && document.id.is_none() => {
                document.id = Some(value.to_owned());
            }
            // A blank line or a comment may part a package's name from its identifier.
            "SPDXID"
                if section == Section::Package
                    && packages.last().is_some_and(|package| package.id.is_none()) =>
            {
                if let Some(package) = packages.last_mut() {
                    package.id = Some(value.to_owned());
                }
            }
            // Written by hand, a paragraph may begin with the identifier, before the name that opens its package.
            "SPDXID" if opens_paragraph => early_id = Some(value.to_owned()),
            _ => {
                if let (Section::Package, Some(package)) = (&section, packages.last_mut()) {
                    package_tag(package, tag, value).map_err(refuse)?;
                }
            }
        }
    }
    document.creation_info = Some(raw::CreationInfo { created });
    document.packages = Some(packages);
    document.relationships = Some(relations);
    build::inventory(document, Format::SpdxTagValue, path)
}

fn multiline<'a>(first: &str, lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Option<String> {
    let mut text = first.to_owned();
    for (_, line) in lines {
        text.push('\n');
        text.push_str(line);
        if let Some(end) = line.rfind("</text>") {
            text.truncate(text.len() - line.len() + end);
            return Some(text);
        }
    }
    None
}

fn package_tag(package: &mut raw::Package, tag: &str, value: &str) -> Result<(), &'static str> {
    let slot = match tag {
        "SPDXID" => &mut package.id,
        "PackageVersion" => &mut package.version_info,
        "PackageSupplier" => &mut package.supplier,
        "PackageOriginator" => &mut package.originator,
        "PackageLicenseConcluded" => &mut package.license_concluded,
        "PackageLicenseDeclared" => &mut package.license_declared,
        "PackageSourceInfo" => &mut package.source_info,
        "PrimaryPackagePurpose" => &mut package.primary_package_purpose,
        "PackageChecksum" => {
            let (algorithm, digest) = value.split_once(':').ok_or("checksum is not \"ALGORITHM: value\"")?;
            let checksum = raw::Checksum {
                algorithm: Some(algorithm.trim().to_owned()),
                checksum_value: Some(digest.trim().to_owned()),
            };
            package.checksums.get_or_insert_default().push(checksum);
            return Ok(());
        }
        "ExternalRef" => {
            let mut words = value.split_whitespace().skip(1);
            let (kind, locator) = (words.next(), words.next());
            if kind.is_none() || locator.is_none() {
                return Err("external reference is not \"CATEGORY type locator\"");
            }
            let reference = raw::ExternalRef {
                reference_type: kind.map(str::to_owned),
                reference_locator: locator.map(str::to_owned),
            };
            package.external_refs.get_or_insert_default().push(reference);
            return Ok(());
        }
        _ => return Ok(()),
    };
    *slot = Some(value.to_owned());
    Ok(())
}

fn relation(value: &str) -> Option<raw::Relation> {
    let mut words = value.split_whitespace();
    let (from, kind, to) = (words.next()?, words.next()?, words.next()?);
    Some(raw::Relation {
        spdx_element_id: Some(from.to_owned()),
        relationship_type: Some(kind.to_owned()),
        related_spdx_element: Some(to.to_owned()),
        comment: None,
    })
}
