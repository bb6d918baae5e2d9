// SPDX-License-Identifier: Apache-2.0
//! The parts of an SPDX 2 document that an inventory is made of, as they are written.

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    pub(crate) spdx_version: Option<String>,
    #[serde(rename = "SPDXID")]
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) creation_info: Option<CreationInfo>,
    pub(crate) document_describes: Option<Vec<String>>,
    pub(crate) packages: Option<Vec<Package>>,
    pub(crate) relationships: Option<Vec<Relation>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct CreationInfo {
    pub(crate) created: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Package {
    #[serde(rename = "SPDXID")]
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) version_info: Option<String>,
    pub(crate) supplier: Option<String>,
    pub(crate) originator: Option<String>,
    pub(crate) license_concluded: Option<String>,
    pub(crate) license_declared: Option<String>,
    pub(crate) source_info: Option<String>,
    pub(crate) primary_package_purpose: Option<String>,
    pub(crate) external_refs: Option<Vec<ExternalRef>>,
    pub(crate) checksums: Option<Vec<Checksum>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalRef {
    pub(crate) reference_type: Option<String>,
    pub(crate) reference_locator: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checksum {
    pub(crate) algorithm: Option<String>,
    pub(crate) checksum_value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Relation {
    pub(crate) spdx_element_id: Option<String>,
    pub(crate) relationship_type: Option<String>,
    pub(crate) related_spdx_element: Option<String>,
    pub(crate) comment: Option<String>,
}
