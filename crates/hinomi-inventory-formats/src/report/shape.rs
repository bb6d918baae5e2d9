// SPDX-License-Identifier: Apache-2.0
//! Reports that are described instead of programmed: where the findings lie, and which field means what.
//!
//! ```text
//!  Shape ── marks: how a document of this tool is recognised
//!        └─ parts: levels  ["site", "alerts.alertitem"]   the last level is one finding
//!                          ["table.#rows"]                a row is a list of cells: `#0`, `#1`, …
//!                  fields  "name"      of the finding
//!                          "^host"     of the level above, "^^…" two above
//!                          "/version"  of the document
//!                          "~title"    of the record that the finding refers to (see `Join`)
//!                          "tags|risk" the value of `risk=` in a text of parts with bars between
//!                          "=npm"      these very letters
//!                          "{a}:{b}"   put together, when all of it is there
//! ```
//!
//! What must stay true: one observation per node of the last level, in document order within a part; a field that is
//! absent is absent and nothing is invented for it.

mod build;
mod field;
pub(in crate::report) mod words;

pub(super) use build::read;

use crate::Format;
use crate::model::{AssetClass, ComponentKind};
use crate::tree::Node;

/// Alternatives; the first that has a value counts, or all of them where a list is wanted.
pub(super) type Field = &'static [&'static str];

pub(super) struct Shape {
    pub(super) format: Format,
    /// JSON: paths that lead somewhere. XML: the root's name, then paths. CSV: names of columns.
    pub(super) marks: &'static [&'static str],
    /// A last condition on the content where the marks alone are not enough.
    pub(super) only_if: Option<fn(&Node<'_>) -> bool>,
    /// When the scan was made, by which version of the format.
    pub(super) observed: Field,
    pub(super) version: Field,
    /// What was scanned, where the whole document is about one thing.
    pub(super) subject: Field,
    pub(super) subject_kind: ComponentKind,
    pub(super) parts: &'static [Part],
}

/// One list of findings.
pub(super) struct Part {
    pub(super) levels: &'static [&'static str],
    /// What a finding without an identifier of a vulnerability is.
    pub(super) kind: &'static str,
    pub(super) id: Field,
    pub(super) text: Field,
    pub(super) severity: Field,
    pub(super) state: Field,
    /// Texts in which identifiers of vulnerabilities stand.
    pub(super) vulnerabilities: Field,
    pub(super) weaknesses: Field,
    pub(super) scores: Field,
    pub(super) solution: Field,
    pub(super) evidence: Field,
    pub(super) fixed: Field,
    pub(super) target: Field,
    pub(super) port: Field,
    pub(super) protocol: Field,
    pub(super) service: Field,
    pub(super) first_seen: Field,
    pub(super) last_seen: Field,
    pub(super) package: Option<Package>,
    pub(super) asset: Option<Asset>,
    pub(super) join: Option<Join>,
    /// The nodes are packages or hosts that were found, not findings: no observation is made of them.
    pub(super) listing: bool,
    /// Nodes for which this does not hold are no findings: checks that found nothing wrong.
    pub(super) keep: Option<fn(&Node<'_>) -> bool>,
    /// The tool's own word for the kind of a finding, and ours for it.
    pub(super) kinds: Option<(&'static str, &'static [(&'static str, &'static str)])>,
}

/// The component that a finding is about.
pub(super) struct Package {
    pub(super) name: Field,
    pub(super) group: Field,
    pub(super) version: Field,
    pub(super) purl: Field,
    pub(super) cpe: Field,
    /// Where the package comes from, in any tool's words: `npm`, `PIP`, `debian:11`.
    pub(super) ecosystem: Field,
    pub(super) file: Field,
    pub(super) licenses: Field,
}

/// The host, image or application that a finding was seen on.
pub(super) struct Asset {
    pub(super) class: AssetClass,
    /// How many levels above the finding it is described.
    pub(super) up: usize,
    /// The first of these that has a value is its reference in the document.
    pub(super) id: Field,
    pub(super) names: Field,
    pub(super) ips: Field,
    pub(super) macs: Field,
    pub(super) os: Field,
    pub(super) os_cpe: Field,
    /// `kind` and path of an agent's identifier.
    pub(super) agent: Option<(&'static str, &'static str)>,
    /// Prefix (`aws:`) and path of an identifier at a cloud.
    pub(super) cloud: Option<(&'static str, &'static str)>,
    pub(super) organisation: Field,
    /// Where something stands when the scanner has logged in, and where when it tried and could not.
    pub(super) login: Field,
    pub(super) no_login: Field,
}

/// Findings that refer to a list of definitions in the same document.
pub(super) struct Join {
    /// From the document's root; several places with commas between.
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    pub(super) by: &'static str,
}

pub(super) const SHAPE: Shape = Shape {
    format: Format::GenericFindings,
    marks: &[],
    only_if: None,
    observed: &[],
    version: &[],
    subject: &[],
    subject_kind: ComponentKind::Other,
    parts: &[],
};

pub(super) const PART: Part = Part {
    levels: &[],
    kind: "finding",
    id: &[],
    text: &[],
    severity: &[],
    state: &[],
    vulnerabilities: &[],
    weaknesses: &[],
    scores: &[],
    solution: &[],
    evidence: &[],
    fixed: &[],
    target: &[],
    port: &[],
    protocol: &[],
    service: &[],
    first_seen: &[],
    last_seen: &[],
    package: None,
    asset: None,
    join: None,
    listing: false,
    keep: None,
    kinds: None,
};

pub(super) const PACKAGE: Package = Package {
    name: &[],
    group: &[],
    version: &[],
    purl: &[],
    cpe: &[],
    ecosystem: &[],
    file: &[],
    licenses: &[],
};

pub(super) const HOST: Asset = Asset {
    class: AssetClass::Host,
    up: 0,
    id: &[],
    names: &[],
    ips: &[],
    macs: &[],
    os: &[],
    os_cpe: &[],
    agent: None,
    cloud: None,
    organisation: &[],
    login: &[],
    no_login: &[],
};

impl Shape {
    /// Whether the document is of this tool; `root` is the name of an XML document's root.
    pub(super) fn fits(&self, root: Option<&str>, node: &Node<'_>) -> bool {
        let mut marks = self.marks;
        if let Some(root) = root {
            match marks {
                [name, rest @ ..] if *name == root => marks = rest,
                _ => return false,
            }
        }
        marks.iter().all(|mark| node.has(mark)) && self.only_if.is_none_or(|holds| holds(node))
    }
}
