// SPDX-License-Identifier: Apache-2.0
//! `cargo xtask bench`: measures the release build and prints one table. A case is a subcommand `hinomi bench CASE`
//! that prints one JSON object a line, a [`Row`]; peak memory is read from the kernel while it runs.

mod debsecan;
mod inventory;
mod match_;
pub(crate) mod timed;
mod tools;
mod trivy;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::build;
use crate::out::{put, say};

const CASES: &[(&str, &str)] = &[
    ("load", "all real OSV archives into an empty database, then the same again"),
    ("feeds", "every real advisory, the same again, a week of EPSS and a month of KEV as deltas"),
    ("sboms", "import of 300 real SBOMs"),
    (
        "inventory",
        "this host collected; real SBOMs read, beside Trivy, and posted by eight clients; unchanged reports of hosts",
    ),
    ("reconcile", "a million assets of three sources become one inventory"),
    ("match", "the engine alone, a million assets in memory; beside Trivy and debsecan on the same work"),
    ("months", "36 months of 850 units and 100,000 assets closed; the Maturity Monitor's pages"),
    (
        "loop",
        "three years of 850 units and 100,000 assets: months, packs with PDF, reminders, pages, heat maps of past days",
    ),
    ("fleet", "100,000 assets of 50 images: full match, tickets, heat map, lists, one new advisory"),
];

#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Cases to run: load, feeds, sboms, inventory, reconcile, match, months, loop, fleet [default: all]
    cases: Vec<String>,
    /// Folder of the real data
    #[arg(long, env = "HINOMI_DATA_DIR", default_value = "../shared/data")]
    data: PathBuf,
    /// Measure this release build instead of building one; programs that measure from inside lie in `examples` beside it
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// One measured figure.
#[derive(Debug, Deserialize)]
struct Row {
    what: String,
    value: f64,
    unit: String,
    /// What it should be: at most this, or with `at_least` at least this.
    target: Option<f64>,
    #[serde(default)]
    at_least: bool,
    /// The same figure of a peer or an earlier path.
    against: Option<Peer>,
}

#[derive(Debug, Deserialize)]
struct Peer {
    name: String,
    value: f64,
}

pub(crate) fn bench(root: &Path, args: &BenchArgs) -> Result<ExitCode> {
    if let Some(unknown) = args.cases.iter().find(|case| !CASES.iter().any(|(name, _)| name == case)) {
        say!("no case named {unknown:?}; there are:");
        CASES.iter().for_each(|(name, what)| say!("  {name:<8} {what}"));
        return Ok(ExitCode::from(2));
    }
    let binary = match &args.binary {
        Some(binary) => std::path::absolute(binary)?,
        None => build::binary(root, "release")?,
    };
    let data = std::path::absolute(root.join(&args.data))?;
    put!("| case | what | measured | target | against | ratio |\n| --- | --- | ---: | ---: | ---: | ---: |");
    for (case, _) in
        CASES.iter().filter(|(name, _)| args.cases.is_empty() || args.cases.iter().any(|c| c == name))
    {
        if *case == "match" {
            match_::run(root, &binary, &data, args.binary.is_none())?;
            continue;
        }
        let mut command = Command::new(&binary);
        if *case == "reconcile" {
            command.args(["bench", case, "--assets", "1000000"]).current_dir(root);
            run_case(case, command)?;
            continue;
        }
        command.args(["bench", case]).env("HINOMI_DATA_DIR", &data).current_dir(root);
        run_case(case, command)?;
        if *case == "inventory" {
            inventory::run(root, &binary, &data)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run_case(case: &str, mut command: Command) -> Result<()> {
    let started = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start the binary")?;
    let peak = PeakMemory::watch(&child);
    let Some(stdout) = child.stdout.take() else { bail!("the binary has no standard output") };
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        let row: Row =
            serde_json::from_str(&line).with_context(|| format!("case {case} printed {line:?}"))?;
        put!("{}", table_line(case, &row));
    }
    let status = child.wait()?;
    let memory = Row {
        what: format!("peak memory of the case ({:.1} s)", started.elapsed().as_secs_f64()),
        value: peak.finish() as f64 / 1e6,
        unit: "MB".to_owned(),
        target: None,
        at_least: false,
        against: None,
    };
    put!("{}", table_line(case, &memory));
    if !status.success() {
        bail!("case {case} ended with {status}");
    }
    Ok(())
}

fn table_line(case: &str, row: &Row) -> String {
    let Row { what, value, unit, target, at_least, against } = row;
    let target = target.map_or(String::new(), |target| {
        let met = if *at_least { *value >= target } else { *value <= target };
        format!(
            "{} {} {unit}{}",
            if *at_least { '≥' } else { '≤' },
            figure(target),
            if met { "" } else { " **missed**" }
        )
    });
    let (peer, ratio) = against.as_ref().map_or(Default::default(), |Peer { name, value: theirs }| {
        let ratio = if *at_least { value / theirs } else { theirs / value };
        (format!("{name}: {} {unit}", figure(*theirs)), format!("{}×", figure(ratio)))
    });
    format!("| {case} | {what} | {} {unit} | {target} | {peer} | {ratio} |", figure(*value))
}

/// A figure that this program measures itself.
struct Figure(Row);

impl Figure {
    fn new(what: String, value: f64, unit: &str) -> Self {
        let unit = unit.to_owned();
        Self(Row { what, value, unit, target: None, at_least: false, against: None })
    }

    fn against(mut self, name: &str, value: f64) -> Self {
        self.0.against = Some(Peer { name: name.to_owned(), value });
        self
    }

    /// The peer's figure is wanted to be so many times as large.
    fn times_at_least(mut self, times: f64) -> Self {
        self.0.target = self.0.against.as_ref().map(|peer| peer.value / times);
        self
    }

    fn at_most(mut self, target: f64) -> Self {
        self.0.target = Some(target);
        self
    }

    fn at_least(mut self, target: f64) -> Self {
        self.0.at_least = true;
        self.at_most(target)
    }
}

/// Prints figures as they come.
struct Table(&'static str);

impl Table {
    fn add(&mut self, figure: &Figure) {
        put!("{}", table_line(self.0, &figure.0));
    }
}

/// Three digits that matter; whole numbers stay whole.
fn figure(value: f64) -> String {
    let decimals = if value.fract() == 0.0 || value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else if value.abs() >= 1.0 {
        2
    } else {
        4
    };
    format!("{value:.decimals$}")
}

/// The kernel's high-water mark of a process's resident memory, read until it ends.
struct PeakMemory {
    bytes: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
    watcher: std::thread::JoinHandle<()>,
}

impl PeakMemory {
    fn watch(child: &Child) -> Self {
        let status = format!("/proc/{}/status", child.id());
        let (bytes, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (to, stop) = (Arc::clone(&bytes), Arc::clone(&ended));
        let watcher = std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                // The mark only grows, so the last reading before the end is missed by 5 ms at most.
                if let Some(mark) = std::fs::read_to_string(&status).ok().as_deref().and_then(high_water_mark)
                {
                    to.fetch_max(mark, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self { bytes, ended, watcher }
    }

    fn finish(self) -> u64 {
        self.ended.store(true, Ordering::Relaxed);
        let _ = self.watcher.join();
        self.bytes.load(Ordering::Relaxed)
    }
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_target_miss_and_ratio() {
        let row: Row = serde_json::from_str(
            r#"{"what": "full match", "value": 16.25, "unit": "s", "target": 15, "against": {"name": "peer", "value": 65}}"#,
        )
        .unwrap();
        let expected = "| fleet | full match | 16.2 s | ≤ 15 s **missed** | peer: 65 s | 4× |";
        assert_eq!(table_line("fleet", &row), expected);
    }

    #[test]
    fn peak_memory_of_a_process_is_seen() {
        assert_eq!(high_water_mark("Name:\tx\nVmHWM:\t    2048 kB\n"), Some(2 << 20));
        let mut child = Command::new("sleep").arg("0.2").spawn().unwrap();
        let peak = PeakMemory::watch(&child);
        child.wait().unwrap();
        assert!(peak.finish() > 100_000);
    }
}
