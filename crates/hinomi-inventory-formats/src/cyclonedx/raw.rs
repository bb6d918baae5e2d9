// SPDX-License-Identifier: Apache-2.0
//! The parts of a CycloneDX document that an inventory is made of, as they are written.

use serde::Deserialize;

#[derive(Default)]
pub(crate) struct Bom {
    pub(crate) is_xml: bool,
    pub(crate) bom_format: Option<String>,
    pub(crate) spec_version: Option<String>,
    pub(crate) serial_number: Option<String>,
    /// Of the document, counted from 1.
    pub(crate) version: Option<u64>,
    pub(crate) metadata: Option<Metadata>,
    /// Whether `metadata` stands before `components`, which decides the order of the result.
    pub(crate) metadata_first: bool,
    /// What the document is about, with what lies inside.
    pub(crate) subject: Vec<Placed>,
    pub(crate) components: Vec<Placed>,
    pub(crate) services: Vec<Service>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) vulnerabilities: Vec<Vulnerability>,
    /// The list is there, be it empty.
    pub(crate) judged: bool,
    pub(crate) citations: Vec<Citation>,
    pub(crate) properties: Vec<Property>,
}

/// A component out of the nesting, each after the one that it lay in: however deep it was, nobody follows it by recursion.
pub(crate) struct Placed {
    pub(crate) component: Component,
    /// Where the one around it stands in the same list.
    pub(crate) parent: Option<usize>,
    /// Its place among its siblings.
    pub(crate) index: usize,
}

/// Takes components out of their nesting, in document order.
pub(crate) fn placed(components: Vec<Component>) -> Vec<Placed> {
    let mut flat = Vec::with_capacity(components.len());
    let mut open = vec![(None, components.into_iter().enumerate())];
    while let Some((parent, siblings)) = open.last_mut() {
        let parent = *parent;
        let Some((index, mut component)) = siblings.next() else {
            open.pop();
            continue;
        };
        let nested = component.components.take().unwrap_or_default();
        flat.push(Placed { component, parent, index });
        if !nested.is_empty() {
            open.push((Some(flat.len() - 1), nested.into_iter().enumerate()));
        }
    }
    flat
}

#[derive(Default, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) timestamp: Option<String>,
    pub(crate) component: Option<Component>,
    pub(crate) licenses: Option<Vec<LicenseChoice>>,
    pub(crate) properties: Option<Vec<Property>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Component {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(rename = "bom-ref")]
    pub(crate) bom_ref: Option<String>,
    pub(crate) supplier: Option<Organisation>,
    pub(crate) manufacturer: Option<Organisation>,
    pub(crate) author: Option<String>,
    pub(crate) authors: Option<Vec<Organisation>>,
    pub(crate) publisher: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    #[serde(rename = "versionRange")]
    pub(crate) version_range: Option<String>,
    #[serde(rename = "isExternal")]
    pub(crate) is_external: Option<bool>,
    pub(crate) scope: Option<String>,
    pub(crate) hashes: Option<Vec<Hash>>,
    pub(crate) licenses: Option<Vec<LicenseChoice>>,
    pub(crate) cpe: Option<String>,
    pub(crate) purl: Option<String>,
    pub(crate) swid: Option<Swid>,
    pub(crate) pedigree: Option<Pedigree>,
    /// Empty once it is [`Placed`].
    pub(crate) components: Option<Vec<Component>>,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) properties: Option<Vec<Property>>,
    /// Of the vulnerability extension of 1.2 and 1.3, in XML only.
    #[serde(skip)]
    pub(crate) vulnerabilities: Vec<Vulnerability>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Organisation {
    pub(crate) name: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Hash {
    pub(crate) alg: Option<String>,
    pub(crate) content: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct LicenseChoice {
    pub(crate) license: Option<License>,
    pub(crate) expression: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct License {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) text: Option<Attachment>,
    pub(crate) properties: Option<Vec<Property>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) encoding: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Swid {
    #[serde(rename = "tagId")]
    pub(crate) tag_id: Option<String>,
    pub(crate) name: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Pedigree {
    pub(crate) patches: Option<Vec<Patch>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Patch {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) resolves: Option<Vec<Issue>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Issue {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Evidence {
    pub(crate) occurrences: Option<Vec<Occurrence>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Occurrence {
    pub(crate) location: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Property {
    pub(crate) name: Option<String>,
    pub(crate) value: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Service {
    #[serde(rename = "bom-ref")]
    pub(crate) bom_ref: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) endpoints: Option<Vec<String>>,
    pub(crate) data: Option<Vec<ServiceData>>,
    pub(crate) licenses: Option<Vec<LicenseChoice>>,
    pub(crate) properties: Option<Vec<Property>>,
    pub(crate) services: Option<Vec<Service>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct ServiceData {
    pub(crate) flow: Option<String>,
    pub(crate) classification: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Dependency {
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "dependsOn")]
    pub(crate) depends_on: Option<Vec<String>>,
    /// What it implements (since 1.6): a cryptographic library its algorithms, say.
    pub(crate) provides: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Vulnerability {
    pub(crate) id: Option<String>,
    /// The same under other names.
    pub(crate) references: Option<Vec<Equal>>,
    pub(crate) recommendation: Option<String>,
    pub(crate) ratings: Option<Vec<Rating>>,
    pub(crate) analysis: Option<Analysis>,
    pub(crate) affects: Option<Vec<Affects>>,
    pub(crate) description: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Rating {
    pub(crate) severity: Option<String>,
    pub(crate) vector: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Equal {
    pub(crate) id: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Analysis {
    pub(crate) state: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Affects {
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Citation {
    pub(crate) pointers: Option<Vec<String>>,
    pub(crate) expressions: Option<Vec<String>>,
    #[serde(rename = "attributedTo")]
    pub(crate) attributed_to: Option<String>,
    pub(crate) process: Option<String>,
}
