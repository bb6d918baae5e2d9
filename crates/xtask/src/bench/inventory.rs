// SPDX-License-Identifier: Apache-2.0
//! Beside Trivy: the same real SBOMs, one run of each program per document, since `trivy sbom` takes one at a time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::timed::{self, Figures};
use super::tools::Tools;
use super::{Figure, Table};
use crate::out::say;

const ARCHIVE: &str = "sboms.tar.zst";
const WITHIN: &str = "container-images-spdx/";
/// Documents of the sample, taken evenly.
const SAMPLE: usize = 20;
/// In turn, so that what else the machine does hits both; the least counts.
const RUNS: usize = 3;

pub(super) fn run(root: &Path, hinomi: &Path, data: &Path) -> Result<()> {
    let tools = Tools::prepare(root, data)?;
    let trivy = tools.trivy()?;
    let files = sample(&tools, &data.join(ARCHIVE))?;
    let mut table = Table("inventory");
    let (mut ours, mut theirs, mut bytes) = (0.0, 0.0, 0);
    let (mut our_peak, mut their_peak): (f64, f64) = (0.0, 0.0);
    for file in &files {
        bytes += std::fs::metadata(file)?.len();
        let mut read = Command::new(hinomi);
        read.args(["inventory", "read", "--format", "json"]).arg(file);
        let mut peer = Command::new(trivy.join("trivy"));
        peer.arg("sbom").arg("--cache-dir").arg(trivy.join("cache")).args([
            "--skip-db-update",
            "--skip-java-db-update",
            "--skip-version-check",
            "--offline-scan",
            "--scanners=vuln",
            "--format=json",
            "--list-all-pkgs=true",
            "-q",
            "-o",
        ]);
        peer.arg(tools.path("theirs.json")).arg(file);
        let (mut our_runs, mut their_runs): (Vec<Figures>, Vec<Figures>) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            our_runs.push(timed::run(&read, None)?);
            their_runs.push(timed::run(&peer, None)?);
        }
        let least = |runs: &[Figures]| runs.iter().map(|run| run.wall_seconds).fold(f64::MAX, f64::min);
        let peak = |runs: &[Figures]| runs.iter().map(|run| run.peak_bytes).fold(0.0, f64::max);
        ours += least(&our_runs);
        theirs += least(&their_runs);
        our_peak = our_peak.max(peak(&our_runs));
        their_peak = their_peak.max(peak(&their_runs));
    }
    let what = format!("{} real SBOMs, {:.1} MB, one run each", files.len(), bytes as f64 / 1e6);
    table.add(
        &Figure::new(format!("{what}: start to finished output"), ours, "s").against("trivy sbom", theirs),
    );
    let memory = Figure::new(format!("{what}: peak memory"), our_peak / 1e6, "MB");
    table.add(&memory.against("trivy sbom", their_peak / 1e6));
    Ok(())
}

/// Unpacks the sample once.
fn sample(tools: &Tools, archive: &Path) -> Result<Vec<PathBuf>> {
    let folder = tools.path("sboms");
    let tar = |arguments: &[&str]| {
        let mut command = Command::new("tar");
        command.arg("--use-compress-program=zstd -d --long=27").args(arguments).arg("-f").arg(archive);
        command.stdin(Stdio::null());
        command
    };
    let list = tar(&["-t"]).output().context("cannot run tar")?;
    ensure!(list.status.success(), "{}: {}", archive.display(), String::from_utf8_lossy(&list.stderr));
    let names = String::from_utf8_lossy(&list.stdout).into_owned();
    let names: Vec<&str> =
        names.lines().filter(|name| name.contains(WITHIN) && name.ends_with(".json")).collect();
    ensure!(!names.is_empty(), "{}: holds no document under {WITHIN}", archive.display());
    let chosen: Vec<&str> = names.iter().copied().step_by(names.len().div_ceil(SAMPLE)).collect();
    let files: Vec<PathBuf> = chosen.iter().map(|name| folder.join(name)).collect();
    if !files.iter().all(|file| file.exists()) {
        say!("a sample of {} real SBOMs", chosen.len());
        std::fs::create_dir_all(&folder)?;
        let unpacked = tar(&["-x"]).arg("-C").arg(&folder).args(&chosen).status()?;
        ensure!(unpacked.success(), "{}: cannot unpack", archive.display());
    }
    Ok(files)
}
