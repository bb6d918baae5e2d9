// SPDX-License-Identifier: Apache-2.0
//! Building the binary, and where cargo puts it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{cargo, output, run};

/// The binary in a profile of the root manifest.
pub(crate) fn binary(root: &Path, profile: &str) -> Result<PathBuf> {
    run(cargo().current_dir(root).args(["build", "--package", "hinomi", "--profile", profile]))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(target_dir(root)?.join(folder).join("hinomi"))
}

/// The binary as the tests' build makes it: with the whole workspace's features, so that after a test run nothing is
/// compiled a second time.
pub(crate) fn binary_of_tests(root: &Path) -> Result<PathBuf> {
    run(cargo().current_dir(root).args(["build", "--workspace", "--bins", "--tests"]))?;
    Ok(target_dir(root)?.join("debug/hinomi"))
}

pub(crate) fn target_dir(root: &Path) -> Result<PathBuf> {
    #[derive(serde::Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let metadata =
        output(cargo().current_dir(root).args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: Metadata =
        serde_json::from_slice(&metadata).context("cargo metadata is not as expected")?;
    Ok(metadata.target_directory)
}
