// SPDX-License-Identifier: Apache-2.0
//! This host, collected; and beside Trivy the same real SBOMs, one run of each program per document, since `trivy sbom`
//! takes one at a time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::timed;
use super::tools::Tools;
use super::{Figure, Table};
use crate::out::say;

const ARCHIVE: &str = "sboms.tar.zst";
const WITHIN: &str = "container-images-spdx/";
/// All documents are read once by each, in turn, so that what else the machine does hits both. What is not done by then
/// is left out; the order is spread over the archive, so that those before it are an even sample.
const TIME: Duration = Duration::from_secs(300);

pub(super) fn run(root: &Path, hinomi: &Path, data: &Path) -> Result<()> {
    let tools = Tools::prepare(root, data)?;
    collected(hinomi, &tools)?;
    let trivy = tools.trivy()?;
    let files = documents(&tools, &data.join(ARCHIVE))?;
    let mut table = Table("inventory");
    let (mut ours, mut theirs, mut bytes) = (0.0, 0.0, 0);
    let (mut our_processor, mut their_processor) = (0.0, 0.0);
    let (mut our_peak, mut their_peak): (f64, f64) = (0.0, 0.0);
    let started = Instant::now();
    let (mut count, mut refused) = (0, 0);
    for file in spread(&files) {
        if started.elapsed() > TIME {
            break;
        }
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
        let our_run = timed::run(&read, None)?;
        // What the peer refuses is compared with nothing.
        let Ok(their_run) = timed::run(&peer, None) else {
            refused += 1;
            continue;
        };
        count += 1;
        bytes += std::fs::metadata(file)?.len();
        ours += our_run.wall_seconds;
        theirs += their_run.wall_seconds;
        our_processor += our_run.processor_seconds;
        their_processor += their_run.processor_seconds;
        our_peak = our_peak.max(our_run.peak_bytes);
        their_peak = their_peak.max(their_run.peak_bytes);
    }
    if refused > 0 {
        say!("{refused} documents that trivy sbom refuses are left out");
    }
    let what = format!(
        "{count} of {} real SBOMs, {:.1} MB, one start of each program a document",
        files.len(),
        bytes as f64 / 1e6
    );
    table.add(&Figure::new(format!("{what}: wall"), ours, "s").against("trivy sbom", theirs));
    let processor = Figure::new(format!("{what}: processor"), our_processor, "s");
    table.add(&processor.against("trivy sbom", their_processor));
    let memory = Figure::new(format!("{what}: peak memory"), our_peak / 1e6, "MB");
    table.add(&memory.against("trivy sbom", their_peak / 1e6));
    Ok(())
}

/// The package databases alone, then the walk over every file: once so that the kernel knows them, once measured.
fn collected(hinomi: &Path, tools: &Tools) -> Result<()> {
    let mut table = Table("inventory");
    let collect = |more: &[&str]| {
        let mut command = Command::new(hinomi);
        command.args(["inventory", "collect", "--output"]).arg(tools.path("host.json")).args(more);
        command
    };
    let databases = timed::run(&collect(&["--no-files"]), None)?;
    let what = "this host: package databases, services and identity";
    table.add(&Figure::new(what.to_owned(), databases.wall_seconds, "s").at_most(1.0));
    let mut told = String::new();
    for _ in 0..2 {
        let output = collect(&[]).output().context("cannot start hinomi")?;
        told = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "hinomi inventory collect failed: {told}");
    }
    let (files, seconds) = walked(&told).with_context(|| format!("no count of files: {told}"))?;
    let what = format!("this host: {files} files walked, warm, packages of languages read");
    table.add(&Figure::new(what, files / seconds.max(0.01), "files/s").at_least(200_000.0));
    let whole = timed::run(&collect(&[]), None)?;
    let what = "this host: peak memory of the whole collection".to_owned();
    table.add(&Figure::new(what, whole.peak_bytes / 1e6, "MB").at_most(50.0));
    Ok(())
}

/// `N components; N files in N folders walked in N s`
fn walked(told: &str) -> Option<(f64, f64)> {
    let line = told.lines().find(|line| line.contains(" files in ") && line.contains(" walked in "))?;
    let (_, rest) = line.split_once("; ")?;
    let files = rest.split(' ').next()?.parse().ok()?;
    let seconds = rest.split_once(" walked in ")?.1.split(' ').next()?.parse().ok()?;
    Some((files, seconds))
}

/// Each file once, neighbours far apart.
fn spread(files: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    // A stride without a common divisor with the count visits all.
    let count = files.len();
    let stride = (count * 5 / 8..).find(|stride| gcd(*stride, count) == 1).unwrap_or(1);
    (0..count).filter_map(move |at| files.get(at * stride % count))
}

fn gcd(left: usize, right: usize) -> usize {
    if right == 0 { left } else { gcd(right, left % right) }
}

/// Unpacks the documents once.
fn documents(tools: &Tools, archive: &Path) -> Result<Vec<PathBuf>> {
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
    let files: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    if !files.iter().all(|file| file.exists()) {
        say!("{} real SBOMs", names.len());
        std::fs::create_dir_all(&folder)?;
        let unpacked =
            tar(&["-x"]).arg("-C").arg(&folder).args(["--wildcards", &format!("*{WITHIN}*")]).status()?;
        ensure!(unpacked.success(), "{}: cannot unpack", archive.display());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_a_walk_is_read() {
        let told = "warning: a: b\n48 components; 620000 files in 64000 folders walked in 2.50 s\n";
        assert_eq!(walked(told), Some((620_000.0, 2.5)));
        assert_eq!(walked("nothing"), None);
    }
}
