// SPDX-License-Identifier: Apache-2.0
//! Container images: what each of them carries, read from its layers without running anything.
//!
//! ```text
//!  docker save archive, OCI layout ─┐
//!  Docker's, containerd's and       ├─→ images (names, layers) ─→ staged layers ─→ one root each ─→ collect
//!  Podman's stores on this host ────┘        each layer once        whiteouts kept
//! ```
//!
//! What must stay true: of a layer only files that say what is installed are kept, in a scratch folder that goes when
//! the work is done; names inside layers never lead out of it; a layer that cannot be read fails its image, since an
//! inventory that silently lacks it would close tickets.

mod describe;
mod places;
mod stage;
mod whole;

use std::path::{Path, PathBuf};

use hinomi_inventory_formats::{AssetClass, AssetRecord, Component, ComponentKind, Inventory, Subject};

use crate::{CollectError, Options, collect};

pub use places::host_stores;
use stage::Stage;

/// What to read, and where there is room for the files of the layers meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct ImageOptions<'a> {
    /// A `docker save` archive, an OCI layout (folder or archive), or a store of images.
    pub path: &'a Path,
    /// Holds the scratch folder.
    pub scratch: &'a Path,
    pub observed_at: Option<&'a str>,
}

/// An image as its store describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// References such as `docker.io/library/debian:12`.
    pub(crate) names: Vec<String>,
    /// Digest of its configuration: what it is, however it is called.
    pub(crate) id: String,
    /// The lowest first.
    pub(crate) layers: Vec<Layer>,
}

/// Where a layer's files are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Layer {
    /// A tar archive, compressed or not.
    Archive(PathBuf),
    /// Unpacked by an overlay driver.
    Folder(PathBuf),
    /// Came in the archive that holds everything.
    Member(String),
}

/// What one image carries.
#[derive(Debug)]
pub struct CollectedImage {
    pub name: String,
    pub inventory: Inventory,
}

/// Reads every image of a place. Each has its own result: one that cannot be read costs the others nothing.
pub fn collect_images(
    options: &ImageOptions<'_>,
    visit: &mut dyn FnMut(Result<CollectedImage, CollectError>) -> std::ops::ControlFlow<()>,
) -> Result<(), CollectError> {
    let mut stage = Stage::new(options.scratch)?;
    let images = places::images_of(options.path, &mut stage)?;
    for image in images {
        let collected = one(&image, options, &mut stage);
        if visit(collected).is_break() {
            break;
        }
    }
    Ok(())
}

fn one(image: &Image, options: &ImageOptions<'_>, stage: &mut Stage) -> Result<CollectedImage, CollectError> {
    let mut keys = Vec::with_capacity(image.layers.len());
    for layer in &image.layers {
        keys.push(stage.layer(layer)?);
    }
    let root = whole::root_of(stage, &keys)?;
    let read = Options { root: root.path(), walk_files: true, observed_at: options.observed_at };
    let mut inventory = collect(&read, &mut |_| {})?.inventory;
    let name = image.names.first().cloned().unwrap_or_else(|| image.id.clone());
    describe(image, &name, &mut inventory);
    Ok(CollectedImage { name, inventory })
}

/// The image is the subject, and no host.
fn describe(image: &Image, name: &str, inventory: &mut Inventory) {
    inventory.host.hostname = None;
    inventory.assets.clear();
    let mut record = AssetRecord::new("host", AssetClass::ContainerImage, "image");
    record.name = Some(name.to_owned());
    record.identifiers.add_agent("image", &image.id);
    record.add_attribute("image_names", image.names.join(", "), "names");
    inventory.assets.push(record);
    let subject = Subject {
        id: Some("host".to_owned()),
        kind: ComponentKind::Container,
        name: name.to_owned(),
        version: Some(image.id.clone()),
        purl: None,
    };
    let component = Component {
        id: subject.id.clone(),
        kind: subject.kind,
        name: subject.name.clone(),
        version: subject.version.clone(),
        ..Component::default()
    };
    if let Some(first) = inventory.components.first_mut() {
        *first = component;
    }
    inventory.subject = Some(subject);
}
