// SPDX-License-Identifier: Apache-2.0
//! What package managers print when they are asked what is installed, tables of packages, and lists of package URLs and CPE
//! names.
//!
//! ```text
//!  text ─→ the first kind of list whose lines these are ─→ one component a line
//! ```
//!
//! What must stay true: a text is a list of a kind only when every line of it is one, headings of that very kind aside.

mod json;
mod lines;
mod table;

pub(crate) use json::read_json;
pub(crate) use table::{is_header, read_table};

use hinomi_version::cpe::{Attribute, Cpe};
use hinomi_version::purl::Purl;

use crate::Format;
use crate::context::{self, ToolHints};
use crate::error::{Place, ReadError};
use crate::language;
use crate::model::{Component, Inventory, Warning};
use crate::purl::PurlParts;
use crate::text::non_empty;

/// One kind of list.
struct Kind {
    name: &'static str,
    /// A line of it, or nothing; a heading is not asked about.
    line: fn(&str) -> Option<Line<'_>>,
    is_heading: fn(&str) -> bool,
    /// Whether a heading must be there, where the lines alone could be anything.
    needs_heading: bool,
}

/// What a line says.
enum Line<'a> {
    Package(Listed<'a>),
    /// More than one version of a package.
    Versions(&'a str, &'a str),
    /// A package URL or a CPE name, and nothing beside it.
    Identity(&'a str),
    /// A package that is known and not there: removed, available.
    Absent,
}

#[derive(Default, Clone, Copy)]
struct Listed<'a> {
    ty: &'static str,
    namespace: Option<&'a str>,
    name: &'a str,
    version: &'a str,
    arch: Option<&'a str>,
    source: Option<&'a str>,
    license: Option<&'a str>,
}

impl Listed<'_> {
    fn component(&self) -> Component {
        if self.ty == "pypi" {
            return language::python(self.name, non_empty(self.version), None);
        }
        let (epoch, version) = match (self.ty, self.version.split_once(':')) {
            ("rpm", Some((epoch, version))) => (epoch, version),
            _ => ("", self.version),
        };
        let purl = PurlParts {
            ty: self.ty,
            namespace: self.namespace,
            name: self.name,
            version: Some(version),
            qualifiers: &[
                ("arch", self.arch.unwrap_or_default()),
                ("epoch", if epoch == "0" { "" } else { epoch }),
            ],
        };
        Component {
            id: Some(format!("{}:{}:{}@{}", self.ty, self.name, self.arch.unwrap_or_default(), self.version)),
            purl: Some(purl.build()),
            name: self.name.to_owned(),
            version: non_empty(self.version.strip_prefix("0:").unwrap_or(self.version)),
            arch: self.arch.and_then(non_empty),
            source_name: self.source.and_then(non_empty),
            licenses: self.license.and_then(non_empty).into_iter().collect(),
            ..Component::default()
        }
    }
}

/// What only its identity describes; one that cannot be read stays as it is, for those who ask about it to say so.
fn identified(text: &str, line: &str) -> Component {
    let id = Some(format!("line {line}"));
    if text.starts_with("cpe:") {
        let name = Cpe::parse(text).ok();
        let part = |attribute| name.as_ref().and_then(|name| name.get(attribute).plain());
        return Component {
            id,
            name: part(Attribute::Product).unwrap_or_else(|| text.to_owned()),
            version: part(Attribute::Version),
            cpe: Some(text.to_owned()),
            ..Component::default()
        };
    }
    let purl = Purl::parse(text).ok();
    let mut component = Component {
        id,
        name: purl.as_ref().map_or_else(|| text.to_owned(), |purl| purl.name.clone()),
        version: purl.and_then(|purl| purl.version),
        purl: Some(text.to_owned()),
        ..Component::default()
    };
    context::fill(&mut component, ToolHints::default());
    component
}

/// Lines that are asked before the whole text is believed to be a list.
const LINES_TRIED: usize = 200;

fn kind_of(text: &str) -> Option<&'static Kind> {
    lines::KINDS.iter().find(|kind| {
        let (mut packages, mut headings) = (0usize, 0usize);
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(LINES_TRIED) {
            if (kind.is_heading)(line) {
                headings += 1;
            } else if (kind.line)(line).is_some() {
                packages += 1;
            } else {
                return false;
            }
        }
        packages > 0 && (headings > 0 || !kind.needs_heading)
    })
}

pub(crate) fn is_list(text: &str) -> bool {
    kind_of(text).is_some()
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let unknown = || ReadError::new(path, Place::Document, "no known list of packages");
    let kind = kind_of(text).ok_or_else(unknown)?;
    let mut inventory = Inventory::new(Format::PackageList);
    inventory.format_version = Some(kind.name.to_owned());
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || (kind.is_heading)(line) {
            continue;
        }
        match (kind.line)(line) {
            Some(Line::Package(listed)) => inventory.components.push(listed.component()),
            Some(Line::Versions(name, versions)) => {
                for version in versions.split(", ") {
                    // `json (default: 2.6.3)`, `nokogiri (1.16.0 x86_64-linux)`
                    let version = version.trim().trim_start_matches("default: ").split(' ').next();
                    let version = version.unwrap_or_default();
                    let listed = Listed { ty: "gem", name, version, ..Listed::default() };
                    inventory.components.push(listed.component());
                }
            }
            Some(Line::Identity(text)) => {
                // Somebody wrote it, who may have left things out.
                inventory.partial = true;
                inventory.components.push(identified(text, &(index + 1).to_string()));
            }
            Some(Line::Absent) => {}
            None => {
                let place = Place::Line { line: index + 1, column: 1 };
                return Err(ReadError::new(path, place, format!("is no line of {}", kind.name)));
            }
        }
    }
    if inventory.components.iter().any(|one| one.distro.is_none() && lines::is_of_distribution(one)) {
        let text = format!("the output of {} does not name the distribution", kind.name);
        inventory.warnings.push(Warning { place: "document".to_owned(), text });
    }
    Ok(inventory)
}
