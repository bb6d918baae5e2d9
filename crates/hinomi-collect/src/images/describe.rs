// SPDX-License-Identifier: Apache-2.0
//! What manifests, configurations and stores say of images; pure.

use serde_json::Value;

/// A manifest of an OCI layout or of a registry: which configuration, which layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// Digests, `sha256:…`.
    pub(super) config: String,
    pub(super) layers: Vec<String>,
}

/// An entry of an index: another document, and what it is called here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) digest: String,
    pub(super) name: Option<String>,
    /// Signatures and attestations stand beside images.
    pub(super) is_image: bool,
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}

/// OCI image-spec 1.1 "Image Manifest"; Docker's "Image Manifest V 2, Schema 2" has the same fields.
pub(super) fn manifest(document: &Value) -> Option<Manifest> {
    let config = text(&document["config"], "digest")?;
    let layers = document["layers"].as_array()?;
    let layers = layers.iter().map(|layer| text(layer, "digest")).collect::<Option<Vec<String>>>()?;
    let is_image =
        |kind: &str| !kind.contains("in-toto") && !kind.contains("cosign") && !kind.contains("helm");
    let kinds =
        document["layers"].as_array().into_iter().flatten().filter_map(|one| one["mediaType"].as_str());
    kinds.into_iter().all(is_image).then_some(Manifest { config, layers })
}

/// OCI image-spec 1.1 "Image Index", and Docker's manifest list.
pub(super) fn index(document: &Value) -> Option<Vec<Reference>> {
    let entries = document["manifests"].as_array()?;
    let reference = |entry: &Value| {
        let notes = &entry["annotations"];
        let name = text(notes, "io.containerd.image.name")
            .or_else(|| text(notes, "org.opencontainers.image.ref.name"));
        let is_attestation = notes["vnd.docker.reference.type"].as_str() == Some("attestation-manifest");
        Some(Reference { digest: text(entry, "digest")?, name, is_image: !is_attestation })
    };
    Some(entries.iter().filter_map(reference).collect())
}

/// An image of `docker save`: configuration, names, layers by member.
pub(super) type Saved = (String, Vec<String>, Vec<String>);

/// `manifest.json` of `docker save`.
pub(super) fn saved(document: &Value) -> Option<Vec<Saved>> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let image = |one: &Value| Some((text(one, "Config")?, texts(&one["RepoTags"]), texts(&one["Layers"])));
    document.as_array()?.iter().map(image).collect()
}

/// A digest's hexadecimal part: `sha256:abc…`, `blobs/sha256/abc…` and `abc….json` are one.
pub(super) fn hex(digest: &str) -> &str {
    let last = digest.rsplit(['/', ':']).next().unwrap_or(digest);
    last.strip_suffix(".json").unwrap_or(last)
}

/// The identity that `docker images` and others show.
pub(super) fn id(config: &str) -> String {
    format!("sha256:{}", hex(config))
}
