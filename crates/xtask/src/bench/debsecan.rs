// SPDX-License-Identifier: Apache-2.0
//! Beside debsecan: Debian's own lists of advisories, once as its feed on loopback, once as our index; the packages of
//! a whole release as one dpkg status file, which both read.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::timed::{self, Pairs};
use super::tools::{Tools, quiet};
use super::{Figure, Table};
use crate::out::say;

const SUITE: &str = "bullseye";
const PAIRS: usize = 5;
const SECONDS: f64 = 60.0;
/// Wanted: as against Trivy at the size that is nearest.
const TIMES: f64 = 100.0;
const PART: f64 = 10.0;
/// The list holds the last point release, in which nearly everything is fixed: one source package in so many is set
/// back to a version before every fix.
const SET_BACK: usize = 10;

/// The package by whose version and maintainer a status file says which release it is of.
const RELEASE: &str = "base-files";

struct Package {
    name: String,
    version: String,
    architecture: String,
    source: String,
    source_version: String,
}

pub(super) fn run(tools: &Tools, hinomi: &Path, data: &Path, table: &mut Table) -> Result<()> {
    if Command::new("debsecan").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err()
    {
        say!("debsecan is not installed (apt-get install debsecan): left out");
        return Ok(());
    }
    let folder = tools.path("debsecan");
    std::fs::create_dir_all(&folder)?;
    let lists =
        unpack(&data.join("advisories-distro.tar.zst"), &folder, "advisories-distro/debian-tracker-2023")?;
    let universe =
        unpack(&data.join("inventory-cmdb.tar.zst"), &folder, "inventory-cmdb/debian-package-universe")?;
    let packages = packages(&std::fs::read_to_string(universe.join(format!("{SUITE}.tsv")))?);
    let status = folder.join("status");
    std::fs::write(&status, status_text(&packages))?;
    let feed = compressed(&feed(&lists)?)?;
    let address = serve(feed)?;

    let index = folder.join("debian.hix");
    let mut build = Command::new(hinomi);
    build.args(["index", "build", "--advisories"]).args([lists.join("DSA/list"), lists.join("DLA/list")]);
    quiet(build.arg("--out").arg(&index))?;
    let mut ours = Command::new(hinomi);
    ours.args(["match", "--format", "jsonl", "--index"]).arg(&index).arg("--inventory").arg(&status);
    let mut theirs = Command::new("debsecan");
    theirs.args(["--suite", SUITE, "--source", &address, "--format", "summary", "--status"]).arg(&status);
    let (our_out, their_out) = (folder.join("ours.jsonl"), folder.join("theirs.txt"));
    let runs = Pairs::run(
        PAIRS,
        SECONDS,
        || timed::run(&ours, Some(&our_out)),
        || timed::run(&theirs, Some(&their_out)),
    )?;
    runs.tell(table, &format!("{} Debian packages", packages.len()), "debsecan", TIMES, PART);
    compare(&folder, &our_pairs(&our_out)?, &their_pairs(&their_out)?, table)
}

fn compare(
    folder: &Path,
    ours: &HashSet<(String, String)>,
    theirs: &HashSet<(String, String)>,
    table: &mut Table,
) -> Result<()> {
    let both = ours.intersection(theirs).count();
    table.add(&Figure::new("Debian: findings of both".to_owned(), both as f64, ""));
    let mut file = std::fs::File::create(folder.join("differences.tsv"))?;
    for (side, mine, other) in [("Hinomi", ours, theirs), ("debsecan", theirs, ours)] {
        let alone: BTreeSet<_> = mine.difference(other).collect();
        for (package, advisory) in &alone {
            writeln!(file, "{side}\t{package}\t{advisory}")?;
        }
        let what = format!("Debian: findings of {side} alone");
        table.add(&Figure::new(what, alone.len() as f64, "").at_most(0.0));
    }
    Ok(())
}

/// A folder of an archive, unpacked once.
fn unpack(archive: &Path, to: &Path, folder: &str) -> Result<std::path::PathBuf> {
    let unpacked = to.join(folder);
    if !unpacked.exists() {
        let mut tar = Command::new("tar");
        tar.args(["--use-compress-program", "zstd --long=27", "-xf"])
            .arg(archive)
            .arg("-C")
            .arg(to)
            .arg(folder);
        quiet(&mut tar)?;
    }
    Ok(unpacked)
}

fn packages(table: &str) -> Vec<Package> {
    let mut packages = Vec::new();
    for line in table.lines().skip(1) {
        let [name, version, architecture, source, source_version, ..] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        // Decided by the source's name, so that its packages stay together.
        let back = source.bytes().map(usize::from).sum::<usize>() % SET_BACK == 0 && source != RELEASE;
        let (version, source_version) = if back { ("0~0", "0~0") } else { (version, source_version) };
        packages.push(Package {
            name: name.to_owned(),
            version: version.to_owned(),
            architecture: architecture.to_owned(),
            source: source.to_owned(),
            source_version: source_version.to_owned(),
        });
    }
    packages
}

fn status_text(packages: &[Package]) -> String {
    let mut text = String::new();
    for Package { name, version, architecture, source, source_version } in packages {
        let _ = write!(
            text,
            "Package: {name}\nStatus: install ok installed\nArchitecture: {architecture}\n\
             Source: {source} ({source_version})\nVersion: {version}\n"
        );
        text.push_str(if name == RELEASE {
            "Maintainer: Debian <base-files@packages.debian.org>\n\n"
        } else {
            "\n"
        });
    }
    text
}

/// debsecan's feed, version 1: the names of vulnerabilities, then a line a package and vulnerability with the flags
/// (by source, urgency, remote, fixed) and the version that is fixed; then two empty tables.
fn feed(lists: &Path) -> Result<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rows: BTreeMap<(String, usize), String> = BTreeMap::new();
    for list in ["DSA/list", "DLA/list"] {
        let text = std::fs::read_to_string(lists.join(list)).with_context(|| list.to_owned())?;
        for line in text.lines() {
            if line.starts_with('[') {
                names.extend(line.split_whitespace().find(|word| word.contains("A-")).map(str::to_owned));
            }
            let Some(entry) = line.trim_start().strip_prefix(&format!("[{SUITE}] - ")) else { continue };
            let [package, version] = entry.split_whitespace().take(2).collect::<Vec<_>>()[..] else {
                continue;
            };
            if version.starts_with('<') || names.is_empty() {
                continue;
            }
            rows.insert((package.to_owned(), names.len() - 1), version.to_owned());
        }
    }
    let mut feed = String::from("VERSION 1\n");
    for name in &names {
        let _ = writeln!(feed, "{name},,");
    }
    feed.push('\n');
    for ((package, name), version) in &rows {
        let _ = writeln!(feed, "{package},{name},S  F,{version},");
    }
    feed.push_str("\n\n");
    Ok(feed)
}

/// zlib, which the feed is compressed with.
fn compressed(text: &str) -> Result<Vec<u8>> {
    let mut child = Command::new("python3")
        .args(["-c", "import sys, zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("no standard input")?;
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| anyhow::anyhow!("the writer broke off"))??;
    ensure!(output.status.success(), "python3 could not compress the feed");
    Ok(output.stdout)
}

/// Answers every request on a loopback port with the feed, until the program ends.
fn serve(feed: Vec<u8>) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://{}/", listener.local_addr()?);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", feed.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&feed));
        }
    });
    Ok(address)
}

fn our_pairs(path: &Path) -> Result<HashSet<(String, String)>> {
    let text = std::fs::read_to_string(path)?;
    let mut pairs = HashSet::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line)?;
        let (Some(purl), Some(advisory)) = (row["component"].as_str(), row["advisory"].as_str()) else {
            continue;
        };
        if row["state"] == "affected" {
            let name = purl.trim_start_matches("pkg:deb/debian/").split('@').next().unwrap_or_default();
            pairs.insert((name.replace("%2B", "+"), advisory.to_owned()));
        }
    }
    Ok(pairs)
}

/// Lines as `DSA-1-1 package (fixed)`.
fn their_pairs(path: &Path) -> Result<HashSet<(String, String)>> {
    let text = std::fs::read_to_string(path)?;
    let pair = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?)).map(|(name, package)| (package.to_owned(), name.to_owned()))
    };
    Ok(text.lines().filter_map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_packages_is_a_status_file_that_names_its_release() {
        let table = "package\tversion\n0ad\t1.0-1+b1\tamd64\tgame\t1.0-1\tgames\nbase-files\t11\tall\tbase-files\t11\tx\n";
        let text = status_text(&packages(table));
        assert!(text.contains("Source: game ("), "{text}");
        assert!(text.contains("Version: 11\nMaintainer: Debian <"), "{text}");
    }
}
