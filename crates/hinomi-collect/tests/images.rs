// SPDX-License-Identifier: Apache-2.0
//! Made-up images in every form that stores and archives have.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use hinomi_collect::{CollectedImage, ImageOptions, collect_images, host_stores};
use hinomi_inventory_formats::ComponentKind;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A tar archive of these files (POSIX ustar).
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in files {
        let mut block = [0_u8; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[100..108].copy_from_slice(b"0000644\0");
        block[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        block[148..156].fill(b' ');
        block[156] = b'0';
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(block);
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().div_ceil(512) * 512, 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn package(name: &str, version: &str) -> String {
    format!("Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: all\n\n")
}

/// Debian with two packages and an application; above it another application, one package less, and one app removed.
fn layers() -> [Vec<u8>; 2] {
    let both = package("bash", "5.2-1") + &package("curl", "8.0-1");
    let lower = tar(&[
        ("etc/os-release", b"ID=debian\nVERSION_ID=\"12\"\n"),
        ("var/lib/dpkg/status", both.as_bytes()),
        ("opt/old/Flask-1.0.dist-info/METADATA", b"Name: Flask\nVersion: 1.0\n"),
        ("opt/kept/Jinja2-3.0.dist-info/METADATA", b"Name: Jinja2\nVersion: 3.0\n"),
        ("srv/all/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
        ("usr/share/doc/readme.txt", b"nothing of interest"),
        ("../../../escaped.dist-info/METADATA", b"Name: evil\nVersion: 1\n"),
    ]);
    let upper = tar(&[
        ("var/lib/dpkg/status", package("bash", "5.2-2").as_bytes()),
        ("opt/.wh.old", b""),
        ("srv/all/.wh..wh..opq", b""),
        ("srv/all/b-2.dist-info/METADATA", b"Name: b\nVersion: 2\n"),
    ]);
    [lower, upper]
}

const WANTED: [&str; 4] =
    ["pkg:deb/debian/bash@5.2-2?arch=all&distro=debian-12", "pkg:pypi/b@2", "pkg:pypi/jinja2@3.0", "debian"];

fn put(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn images(path: &Path) -> Result<Vec<CollectedImage>, String> {
    let scratch = tempfile::tempdir().unwrap();
    let mut found = Vec::new();
    let mut failed = None;
    let options = ImageOptions { path, scratch: scratch.path(), observed_at: Some("2026-11-23T00:00:00Z") };
    let read = collect_images(&options, &mut |image| {
        match image {
            Ok(image) => found.push(image),
            Err(error) => failed = Some(error.to_string()),
        }
        ControlFlow::Continue(())
    });
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "the scratch folder is left clean");
    read.map_err(|error| error.to_string())?;
    failed.map_or(Ok(found), Err)
}

#[track_caller]
fn assert_whole(image: &CollectedImage, name: &str) {
    assert_eq!(image.name, name);
    let inventory = &image.inventory;
    let subject = inventory.subject.as_ref().unwrap();
    assert_eq!((subject.kind, subject.name.as_str()), (ComponentKind::Container, name));
    assert!(subject.version.as_deref().unwrap().starts_with("sha256:"), "{subject:?}");
    let mut found: Vec<&str> =
        inventory.components[1..].iter().map(|one| one.purl.as_deref().unwrap_or(&one.name)).collect();
    found.sort_unstable();
    let mut wanted = WANTED;
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    assert!(inventory.host.hostname.is_none() && inventory.host.kernel_release.is_none());
    assert_eq!(inventory.host.os_id.as_deref(), Some("debian"));
}

#[test]
fn an_archive_of_docker_save() {
    let folder = tempfile::tempdir().unwrap();
    let [lower, upper] = layers();
    let manifest = json!([{ "Config": "0123abcd.json", "RepoTags": ["shop:1.2", "shop:latest"],
        "Layers": ["a/layer.tar", "b/layer.tar"] }]);
    let manifest = manifest.to_string();
    let archive = tar(&[
        ("b/layer.tar", &upper),
        ("0123abcd.json", b"{}"),
        ("a/layer.tar", &lower),
        ("manifest.json", manifest.as_bytes()),
    ]);
    let path = folder.path().join("shop.tar");
    put(&path, &archive);
    let found = images(&path).unwrap();
    assert_eq!(found.len(), 1);
    assert_whole(&found[0], "shop:1.2");
    assert_eq!(found[0].inventory.subject.as_ref().unwrap().version.as_deref(), Some("sha256:0123abcd"));
    put(&path, &gzip(&archive));
    assert_whole(&images(&path).unwrap()[0], "shop:1.2");
}

/// Files of an OCI layout.
fn layout() -> Vec<(String, Vec<u8>)> {
    let layers = layers().map(|layer| gzip(&layer));
    let config = b"{\"architecture\":\"amd64\"}".to_vec();
    let blob = |bytes: &[u8]| format!("sha256:{}", digest(bytes));
    let manifest = json!({ "schemaVersion": 2, "config": { "digest": blob(&config) },
        "layers": layers.iter().map(|one| json!({ "digest": blob(one),
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip" })).collect::<Vec<Value>>() });
    let manifest = manifest.to_string().into_bytes();
    let inner = json!({ "manifests": [{ "digest": blob(&manifest) }] }).to_string().into_bytes();
    let index = json!({ "schemaVersion": 2, "manifests": [{ "digest": blob(&inner),
        "annotations": { "io.containerd.image.name": "example.org/shop:1.2" } }] });
    let mut files = vec![("index.json".to_owned(), index.to_string().into_bytes())];
    for bytes in [inner, manifest, config].into_iter().chain(layers) {
        files.push((format!("blobs/sha256/{}", digest(&bytes)), bytes));
    }
    files
}

#[test]
fn an_oci_layout_as_folder_and_as_archive() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in layout() {
        put(&folder.path().join("layout").join(name), &bytes);
    }
    let found = images(&folder.path().join("layout")).unwrap();
    assert_eq!(found.len(), 1);
    assert_whole(&found[0], "example.org/shop:1.2");
    let files = layout();
    let members: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let path = folder.path().join("layout.tar");
    put(&path, &tar(&members));
    assert_whole(&images(&path).unwrap()[0], "example.org/shop:1.2");
}

/// The files of a layer in a folder, as an overlay driver leaves them.
fn unpacked(at: &Path, upper: bool) {
    let both = package("bash", "5.2-1") + &package("curl", "8.0-1");
    if upper {
        put(&at.join("var/lib/dpkg/status"), package("bash", "5.2-2").as_bytes());
        put(&at.join("srv/all/b-2.dist-info/METADATA"), b"Name: b\nVersion: 2\n");
        return;
    }
    put(&at.join("etc/os-release"), b"ID=debian\nVERSION_ID=\"12\"\n");
    put(&at.join("var/lib/dpkg/status"), both.as_bytes());
    put(&at.join("opt/kept/Jinja2-3.0.dist-info/METADATA"), b"Name: Jinja2\nVersion: 3.0\n");
}

/// The two layers as one, as the driver vfs leaves them.
fn whole(folder: &Path) {
    put(&folder.join("etc/os-release"), b"ID=debian\nVERSION_ID=\"12\"\n");
    put(&folder.join("var/lib/dpkg/status"), package("bash", "5.2-2").as_bytes());
    put(&folder.join("opt/kept/Jinja2-3.0.dist-info/METADATA"), b"Name: Jinja2\nVersion: 3.0\n");
    put(&folder.join("srv/all/b-2.dist-info/METADATA"), b"Name: b\nVersion: 2\n");
}

/// Docker's own store as its drivers lay it out.
fn docker_store(docker: &Path, driver: &str) {
    let chain = format!("sha256:{}", digest(b"sha256:d1 sha256:d2"));
    let config = json!({ "rootfs": { "diff_ids": ["sha256:d1", "sha256:d2"] } }).to_string();
    let tags =
        json!({ "Repositories": { "shop": { "shop:1.2": "sha256:cafe", "shop@sha256:77": "sha256:cafe" } } });
    let base = docker.join("image").join(driver);
    put(&base.join("repositories.json"), tags.to_string().as_bytes());
    put(&base.join("imagedb/content/sha256/cafe"), config.as_bytes());
    for (chain, cache) in [("sha256:d1", "one"), (chain.as_str(), "two")] {
        let chain = chain.trim_start_matches("sha256:");
        put(&base.join("layerdb/sha256").join(chain).join("cache-id"), cache.as_bytes());
        match (driver, cache) {
            ("vfs", "two") => whole(&docker.join("vfs/dir/two")),
            ("vfs", _) => unpacked(&docker.join("vfs/dir").join(cache), false),
            _ => unpacked(&docker.join(driver).join(cache).join("diff"), cache == "two"),
        }
    }
}

#[test]
fn the_stores_of_docker_containerd_and_podman() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [
        (folder.path().join("var/lib/docker"), "overlay2"),
        (folder.path().join("home/somebody/.local/share/docker"), "fuse-overlayfs"),
        (folder.path().join("vfs-docker"), "vfs"),
    ];
    for (docker, driver) in &stores {
        docker_store(docker, driver);
        assert_whole(&images(docker).unwrap()[0], "shop:1.2");
    }

    let podman = folder.path().join("var/lib/containers/storage");
    let known = json!([{ "id": "beef", "names": ["example.org/shop:1.2"], "layer": "top" }]);
    put(&podman.join("overlay-images/images.json"), known.to_string().as_bytes());
    let known = json!([{ "id": "base" }, { "id": "top", "parent": "base" }]);
    put(&podman.join("overlay-layers/layers.json"), known.to_string().as_bytes());
    unpacked(&podman.join("overlay/base/diff"), false);
    unpacked(&podman.join("overlay/top/diff"), true);
    assert_whole(&images(&podman).unwrap()[0], "example.org/shop:1.2");

    let vfs = folder.path().join("vfs-store");
    let known = json!([{ "id": "beef", "names": ["example.org/shop:1.2"], "layer": "top" }]);
    put(&vfs.join("vfs-images/images.json"), known.to_string().as_bytes());
    whole(&vfs.join("vfs/dir/top"));
    assert_whole(&images(&vfs).unwrap()[0], "example.org/shop:1.2");

    let containerd = folder.path().join("var/lib/containerd");
    let content = containerd.join("io.containerd.content.v1.content");
    for (name, bytes) in layout().into_iter().skip(1) {
        put(&content.join(name), &bytes);
    }
    let found = images(&containerd).unwrap();
    assert_eq!(found.len(), 1);
    let id = found[0].inventory.subject.as_ref().unwrap().version.clone().unwrap();
    assert_whole(&found[0], &id);
    // Docker, containerd and Podman of the system, and one person's own Docker.
    assert_eq!(host_stores(folder.path()).len(), 4);
}

#[test]
fn what_is_missing_or_damaged_fails_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.tar");
    let [lower, _] = layers();
    let manifest =
        json!([{ "Config": "c.json", "RepoTags": ["x:1"], "Layers": ["a.tar", "gone.tar"] }]).to_string();
    put(&path, &tar(&[("a.tar", &lower), ("manifest.json", manifest.as_bytes())]));
    assert!(images(&path).unwrap_err().contains("gone.tar"));
    put(&path, &tar(&[("readme", b"no image")]));
    assert!(images(&path).unwrap_err().contains("holds no container image"));
    put(&path, b"neither");
    assert!(images(&path).unwrap_err().contains("x.tar"));
    let mut broken = gzip(&lower);
    broken.truncate(broken.len() / 2);
    let manifest = json!([{ "Config": "c.json", "RepoTags": ["x:1"], "Layers": ["a.tar"] }]).to_string();
    put(&path, &tar(&[("a.tar", &broken), ("manifest.json", manifest.as_bytes())]));
    let error = images(&path).unwrap_err();
    assert!(error.contains("a.tar"), "{error}");
    assert!(images(&folder.path().join("nothing-here")).is_err());
}
