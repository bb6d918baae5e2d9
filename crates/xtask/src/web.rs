// SPDX-License-Identifier: Apache-2.0
//! The pages: npm's packages and the build, each done again only when what it is made from has changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::out::say;
use crate::process::{find, output, run};

const MIN_NODE: u32 = 20;

pub(crate) struct Web {
    dir: PathBuf,
    locales: PathBuf,
}

impl Web {
    pub(crate) fn new(root: &Path) -> Self {
        Self { dir: root.join("web"), locales: root.join("locales") }
    }

    pub(crate) fn npm(&self) -> Command {
        let mut command = Command::new("npm");
        command.current_dir(&self.dir);
        command
    }

    pub(crate) fn script(&self, name: &str) -> Result<()> {
        run(self.npm().args(["run", "--silent", name]))
    }

    /// npm's packages, as the lock file names them.
    pub(crate) fn install(&self) -> Result<()> {
        check_node()?;
        let lock = self.dir.join("package-lock.json");
        let wanted = std::fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
        // npm keeps its own note of what it installed; ours says from which lock file.
        let note = self.dir.join("node_modules/.hinomi-lock");
        if std::fs::read(&note).is_ok_and(|installed| installed == wanted) {
            say!("npm packages are up to date");
            return Ok(());
        }
        run(self.npm().args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
        std::fs::write(&note, wanted).with_context(|| format!("cannot write {}", note.display()))
    }

    /// The pages that the binary embeds.
    pub(crate) fn build(&self) -> Result<()> {
        self.install()?;
        let built = self.dir.join("build/index.html");
        if let Ok(built_at) = built.metadata().and_then(|meta| meta.modified())
            && self.newest_source()? <= built_at
        {
            say!("the pages are up to date");
            return Ok(());
        }
        self.script("build")
    }

    fn newest_source(&self) -> Result<SystemTime> {
        let mut newest = SystemTime::UNIX_EPOCH;
        for name in
            ["src", "static", "build-tools", "package-lock.json", "vite.config.ts", "svelte.config.js"]
        {
            visit(&self.dir.join(name), &mut newest)?;
        }
        visit(&self.locales, &mut newest)?;
        Ok(newest)
    }
}

fn visit(path: &Path, newest: &mut SystemTime) -> Result<()> {
    let Ok(meta) = path.symlink_metadata() else { return Ok(()) };
    // A folder's own time changes when a file in it is removed.
    *newest = meta.modified()?.max(*newest);
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
            visit(&entry?.path(), newest)?;
        }
    }
    Ok(())
}

fn check_node() -> Result<()> {
    if find("node").is_none() || find("npm").is_none() {
        bail!("Node.js {MIN_NODE} or newer with npm is needed to build the pages");
    }
    let version = String::from_utf8(output(Command::new("node").arg("--version"))?)?;
    let major: Option<u32> =
        version.trim().trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok());
    match major {
        Some(major) if major < MIN_NODE => {
            bail!("Node.js {MIN_NODE} or newer is needed to build the pages, here is {}", version.trim())
        }
        _ => Ok(()),
    }
}
