// SPDX-License-Identifier: Apache-2.0
//! Where images lie, and which there are.
//!
//! | Place | Told by | Layers |
//! | --- | --- | --- |
//! | `docker save` archive or folder | `manifest.json` | members |
//! | OCI layout, archive or folder | `index.json` | `blobs/sha256/…` |
//! | Docker, overlay2 or fuse-overlayfs | `image/DRIVER/repositories.json` | `DRIVER/ID/diff` |
//! | Docker, vfs | `image/vfs/repositories.json` | `vfs/dir/ID`, each whole |
//! | containerd | `io.containerd.content.v1.content/blobs` | blobs, while they are kept |
//! | Podman, CRI-O, Buildah | `overlay-images/images.json` | `overlay/ID/diff` |
//! | the same with the driver vfs | `vfs-images/images.json` | `vfs/dir/ID`, each whole |

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use hinomi_archive::{Kind, Limits, SNIFF_BYTES, sniff, tar_files};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::describe::{self, Manifest};
use super::stage::Stage;
use super::{Image, Layer};
use crate::CollectError;

/// Manifests, configurations and indexes are small.
const JSON_BYTES_MAX: u64 = 8 << 20;
const NESTED_INDEXES_MAX: usize = 4;

/// The stores of images that exist below a root: of the system, of lightweight Kubernetes, and of people without rights.
pub fn host_stores(root: &Path) -> Vec<PathBuf> {
    const KNOWN: [&str; 8] = [
        "var/lib/docker",
        // Docker's own containerd, the default of its release 29.
        "var/lib/docker/containerd/daemon",
        "var/lib/containerd",
        "var/lib/containers/storage",
        "var/lib/rancher/k3s/agent/containerd",
        "var/lib/rancher/rke2/agent/containerd",
        "var/lib/k0s/containerd",
        "var/snap/microk8s/common/var/lib/containerd",
    ];
    const OWN: [&str; 3] =
        [".local/share/containers/storage", ".local/share/docker", ".local/share/docker/containerd/daemon"];
    let homes = fs::read_dir(root.join("home")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut homes: Vec<PathBuf> = homes.chain([root.join("root")]).collect();
    homes.sort_unstable();
    let own = homes.iter().flat_map(|home| OWN.iter().map(move |path| home.join(path)));
    KNOWN.iter().map(|path| root.join(path)).chain(own).filter(|path| store_at(path).is_some()).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Store {
    /// With the driver.
    Docker(&'static str),
    Containerd,
    Containers,
    ContainersVfs,
}

const VFS: &str = "vfs";
const DOCKER_DRIVERS: [&str; 3] = ["overlay2", "fuse-overlayfs", VFS];
const CONTAINERD_BLOBS: &str = "io.containerd.content.v1.content/blobs/sha256";

fn store_at(path: &Path) -> Option<Store> {
    let is = |inside: &str| path.join(inside).exists();
    let docker = DOCKER_DRIVERS.iter().find(|driver| is(&format!("image/{driver}/repositories.json")));
    if let Some(driver) = docker {
        Some(Store::Docker(driver))
    } else if is(CONTAINERD_BLOBS) {
        Some(Store::Containerd)
    } else if is("overlay-images/images.json") {
        Some(Store::Containers)
    } else if is("vfs-images/images.json") {
        Some(Store::ContainersVfs)
    } else {
        None
    }
}

pub(super) fn images_of(path: &Path, stage: &mut Stage) -> Result<Vec<Image>, CollectError> {
    if path.is_file() {
        return archive(path, stage);
    }
    match store_at(path) {
        Some(Store::Docker(driver)) => docker(path, driver),
        Some(Store::Containerd) => containerd(&path.join(CONTAINERD_BLOBS)),
        Some(Store::Containers) => containers(path),
        Some(Store::ContainersVfs) => containers_vfs(path),
        None => folder(path),
    }
}

fn none(path: &Path) -> CollectError {
    CollectError::Image { what: format!("{}: holds no container image that is read", path.display()) }
}

fn json(path: &Path) -> Result<Value, CollectError> {
    let bytes = fs::read(path).map_err(|error| CollectError::read(path, &error))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| CollectError::Image { what: format!("{}: {error}", path.display()) })
}

/// An archive of everything: layers are staged as they come, documents are kept, and then put together.
fn archive(path: &Path, stage: &mut Stage) -> Result<Vec<Image>, CollectError> {
    let mut documents: HashMap<String, Value> = HashMap::new();
    let mut layers: BTreeSet<String> = BTreeSet::new();
    let mut failed = None;
    let place = path.display().to_string();
    let mut reader = fs::File::open(path).map_err(|error| CollectError::read(path, &error))?;
    tar_files(&place, &mut reader, &Limits::default(), &mut |file| {
        let mut head = Vec::with_capacity(SNIFF_BYTES);
        Read::take(&mut *file.content, SNIFF_BYTES as u64).read_to_end(&mut head)?;
        let name = file.name.trim_start_matches("./").to_owned();
        let is_layer = matches!(sniff(&head), Kind::Tar | Kind::Gzip | Kind::Zstd | Kind::Xz | Kind::Bzip2);
        let mut whole = head.as_slice().chain(file.content);
        if is_layer {
            let place = format!("{place}!{name}");
            match stage.archive(Layer::Member(name.clone()), &place, &mut whole) {
                Ok(_) => _ = layers.insert(name),
                Err(error) => _ = failed.get_or_insert(error),
            }
        } else if file.size <= JSON_BYTES_MAX && head.trim_ascii_start().starts_with_any(b"{[") {
            let mut text = Vec::new();
            whole.read_to_end(&mut text)?;
            if let Ok(document) = serde_json::from_slice(&text) {
                documents.insert(name, document);
            }
        }
        Ok(())
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let member = |name: &str| Layer::Member(name.to_owned());
    if let Some(saved) = documents.get("manifest.json").and_then(describe::saved) {
        return Ok(saved.into_iter().map(|one| saved_image(one, &member)).collect());
    }
    let blob = |digest: &str| documents.get(&format!("blobs/sha256/{}", describe::hex(digest))).cloned();
    let images = match documents.get("index.json").and_then(describe::index) {
        Some(_) => of_index(&documents["index.json"], &blob, &|digest| {
            member(&format!("blobs/sha256/{}", describe::hex(digest)))
        }),
        None => Vec::new(),
    };
    if images.is_empty() { Err(none(path)) } else { Ok(images) }
}

trait StartsWithAny {
    fn starts_with_any(&self, bytes: &[u8]) -> bool;
}

impl StartsWithAny for [u8] {
    fn starts_with_any(&self, bytes: &[u8]) -> bool {
        self.first().is_some_and(|first| bytes.contains(first))
    }
}

fn saved_image((config, names, layers): describe::Saved, layer: &dyn Fn(&str) -> Layer) -> Image {
    Image { names, id: describe::id(&config), layers: layers.iter().map(|name| layer(name)).collect() }
}

/// Every image that an index names, also through indexes of its own; one digest is one image with several names.
fn of_index(
    index: &Value,
    blob: &dyn Fn(&str) -> Option<Value>,
    layer: &dyn Fn(&str) -> Layer,
) -> Vec<Image> {
    let mut found: BTreeMap<String, Image> = BTreeMap::new();
    let mut pending: Vec<(Value, Option<String>, usize)> = vec![(index.clone(), None, 0)];
    while let Some((document, above, depth)) = pending.pop() {
        for entry in describe::index(&document).unwrap_or_default().into_iter().filter(|one| one.is_image) {
            let Some(inner) = blob(&entry.digest) else { continue };
            let name = entry.name.or_else(|| above.clone());
            if let Some(manifest) = describe::manifest(&inner) {
                add(&mut found, &manifest, name, layer);
            } else if depth < NESTED_INDEXES_MAX {
                pending.push((inner, name, depth + 1));
            }
        }
    }
    found.into_values().collect()
}

fn add(
    found: &mut BTreeMap<String, Image>,
    manifest: &Manifest,
    name: Option<String>,
    layer: &dyn Fn(&str) -> Layer,
) {
    let id = describe::id(&manifest.config);
    let image = found.entry(id.clone()).or_insert_with(|| Image {
        names: Vec::new(),
        id,
        layers: manifest.layers.iter().map(|digest| layer(digest)).collect(),
    });
    image.names.extend(name);
    image.names.sort();
    image.names.dedup();
}

/// An unpacked `docker save` archive, or an OCI layout.
fn folder(path: &Path) -> Result<Vec<Image>, CollectError> {
    let blobs = path.join("blobs/sha256");
    let layer = |digest: &str| Layer::Archive(blobs.join(describe::hex(digest)));
    if path.join("index.json").is_file() {
        let blob = |digest: &str| json(&blobs.join(describe::hex(digest))).ok();
        let images = of_index(&json(&path.join("index.json"))?, &blob, &layer);
        if !images.is_empty() {
            return Ok(images);
        }
    }
    if path.join("manifest.json").is_file()
        && let Some(saved) = describe::saved(&json(&path.join("manifest.json"))?)
    {
        let member = |name: &str| match super::stage::inside(name) {
            Some(inside) => Layer::Archive(path.join(inside)),
            None => Layer::Member(name.to_owned()),
        };
        return Ok(saved.into_iter().map(|one| saved_image(one, &member)).collect());
    }
    Err(none(path))
}

/// containerd's names lie in a database of its own; its content is a store of blobs, so images go by their digest.
fn containerd(blobs: &Path) -> Result<Vec<Image>, CollectError> {
    let entries = fs::read_dir(blobs).map_err(|error| CollectError::read(blobs, &error))?;
    let mut found = BTreeMap::new();
    for entry in entries.flatten() {
        let is_small = entry.metadata().is_ok_and(|metadata| metadata.len() <= JSON_BYTES_MAX);
        let Some(manifest) =
            is_small.then(|| json(&entry.path()).ok()).flatten().as_ref().and_then(describe::manifest)
        else {
            continue;
        };
        // Of images for other machines only the manifest is there; what was unpacked may have been discarded.
        let layer = |digest: &str| blobs.join(describe::hex(digest));
        if manifest.layers.iter().all(|digest| layer(digest).is_file()) {
            add(&mut found, &manifest, None, &|digest| Layer::Archive(layer(digest)));
        }
    }
    Ok(found.into_values().collect())
}

/// Docker. A layer's folder is found by its chain id (OCI image-spec 1.1, "Layer ChainID").
fn docker(path: &Path, driver: &str) -> Result<Vec<Image>, CollectError> {
    let base = path.join("image").join(driver);
    let repositories = json(&base.join("repositories.json"))?;
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let tags = repositories["Repositories"].as_object().into_iter().flat_map(|all| all.values());
    for (name, id) in tags.filter_map(Value::as_object).flatten() {
        let id = id.as_str().unwrap_or_default();
        names.entry(describe::hex(id).to_owned()).or_default().push(name.clone());
    }
    let configs = base.join("imagedb/content/sha256");
    let entries = fs::read_dir(&configs).map_err(|error| CollectError::read(&configs, &error))?;
    let mut images = Vec::new();
    for entry in entries.flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        let config = json(&entry.path())?;
        let diffs: Vec<&str> =
            config["rootfs"]["diff_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut layers = Vec::with_capacity(diffs.len());
        let mut chain = String::new();
        for diff in diffs {
            chain = match chain.is_empty() {
                true => diff.to_owned(),
                false => format!("sha256:{}", hex::encode(Sha256::digest(format!("{chain} {diff}")))),
            };
            let cache = base.join("layerdb/sha256").join(describe::hex(&chain)).join("cache-id");
            let cache_id = fs::read_to_string(&cache).map_err(|error| CollectError::read(&cache, &error))?;
            let folder = match driver {
                VFS => path.join("vfs/dir").join(cache_id.trim()),
                _ => path.join(driver).join(cache_id.trim()).join("diff"),
            };
            layers.push(Layer::Folder(folder));
        }
        // The driver vfs copies everything below into each layer: the topmost is the whole image.
        if driver == VFS {
            layers = layers.pop().into_iter().collect();
        }
        let mut names = names.remove(&id).unwrap_or_default();
        // `name@sha256:…` says less than a tag.
        names.sort_by_key(|name| (name.contains('@'), name.clone()));
        images.push(Image { names, id: describe::id(&id), layers });
    }
    images.sort_by(|left, right| (&left.names, &left.id).cmp(&(&right.names, &right.id)));
    Ok(images)
}

/// Podman, CRI-O and Buildah with the driver overlay (containers/storage).
fn containers(path: &Path) -> Result<Vec<Image>, CollectError> {
    let layers = json(&path.join("overlay-layers/layers.json"))?;
    let parents: HashMap<&str, Option<&str>> = layers
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|layer| Some((layer["id"].as_str()?, layer["parent"].as_str())))
        .collect();
    let mut images = Vec::new();
    for image in json(&path.join("overlay-images/images.json"))?.as_array().into_iter().flatten() {
        let Some(id) = image["id"].as_str() else { continue };
        let mut chain = Vec::new();
        let mut next = image["layer"].as_str();
        while let Some(layer) = next.filter(|_| chain.len() <= parents.len()) {
            chain.push(Layer::Folder(path.join("overlay").join(layer).join("diff")));
            next = parents.get(layer).copied().flatten();
        }
        chain.reverse();
        let names = image["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        images.push(Image { names: names.map(str::to_owned).collect(), id: describe::id(id), layers: chain });
    }
    Ok(images)
}

/// The driver vfs copies everything below into each layer: the topmost is the whole image.
fn containers_vfs(path: &Path) -> Result<Vec<Image>, CollectError> {
    let known = json(&path.join("vfs-images/images.json"))?;
    let images = known.as_array().into_iter().flatten().filter_map(|image| {
        let layer = image["layer"].as_str()?;
        let names = image["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Some(Image {
            names: names.map(str::to_owned).collect(),
            id: describe::id(image["id"].as_str()?),
            layers: vec![Layer::Folder(path.join("vfs/dir").join(layer))],
        })
    });
    Ok(images.collect())
}
