// SPDX-License-Identifier: Apache-2.0
//! The working tree as the checks see it: every file that is tracked, or about to be, held in memory.
//!
//! Rules work on this picture alone, so a test builds a small tree from literals and breaks one rule in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Files larger than this are data, not source: no rule reads them.
const MAX_TEXT_BYTES: u64 = 4 << 20;

#[derive(Debug, Default)]
pub(crate) struct Repo {
    /// Path relative to the root, with `/`, to the file's text.
    pub(crate) files: BTreeMap<String, String>,
    /// Every crate of the build from elsewhere, with its licence expression.
    pub(crate) packages: Vec<(String, String)>,
}

impl Repo {
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in tracked_or_new(root)? {
            let full = root.join(&path);
            // A tracked file may be deleted in the working tree.
            let Ok(meta) = std::fs::symlink_metadata(&full) else { continue };
            if !meta.is_file() {
                continue;
            }
            // What is no text is there all the same, with nothing in it to check.
            let text = if meta.len() > MAX_TEXT_BYTES {
                String::new()
            } else {
                let bytes =
                    std::fs::read(&full).with_context(|| format!("cannot read {}", full.display()))?;
                String::from_utf8(bytes).unwrap_or_default()
            };
            files.insert(path, text);
        }
        Ok(Self { files, packages: packages(root)? })
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { files, packages: Vec::new() }
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub(crate) fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(prefix))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The crates' folder names, from the manifests that are there.
    pub(crate) fn crates(&self) -> Vec<&str> {
        self.files
            .keys()
            .filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
            .filter(|name| !name.contains('/'))
            .collect()
    }
}

/// The folder of a crate that a path lies in: `crates/hinomi-db/src/lib.rs` is in `hinomi-db`.
pub(crate) fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split_once('/').map(|(name, _)| name)
}

pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The workspace's root folder: cargo says where this crate is when it runs it.
pub(crate) fn root() -> Result<PathBuf> {
    let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => std::env::current_dir().context("cannot tell the current folder")?,
    };
    let is_root = |dir: &&Path| {
        std::fs::read_to_string(dir.join("Cargo.toml")).is_ok_and(|text| text.contains("[workspace]"))
    };
    match start.ancestors().find(is_root) {
        Some(dir) => Ok(dir.to_owned()),
        None => bail!("no workspace above {}: run `cargo xtask` inside the repository", start.display()),
    }
}

fn tracked_or_new(root: &Path) -> Result<Vec<String>> {
    // The clone may belong to another user than the one who runs the checks (a container's root).
    let output = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("cannot run git, which lists the files to check")?;
    if !output.status.success() {
        bail!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let listing = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    Ok(listing.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn packages(root: &Path) -> Result<Vec<(String, String)>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cannot run cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("cargo metadata is not as expected")?;
    let from_elsewhere = metadata.packages.into_iter().filter(|package| package.source.is_some());
    Ok(from_elsewhere.map(|package| (package.name, package.license.unwrap_or_default())).collect())
}

#[derive(serde::Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(serde::Deserialize)]
struct Package {
    name: String,
    license: Option<String>,
    source: Option<String>,
}
