// SPDX-License-Identifier: Apache-2.0
//! One run of one program: how long it took and how much memory it held at most.
//!
//! The kernel tells the peak of a process only to its parent, and only as the largest of all children. So each
//! run gets a small parent of its own: `xtask timed PROGRAM …`, which ends with a line of figures.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use super::{Figure, Table};
use crate::out::put;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) wall_seconds: f64,
    pub(crate) processor_seconds: f64,
    pub(crate) peak_bytes: f64,
}

/// The small parent: runs the program with its output thrown away, or written to a file.
pub(crate) fn parent(out: Option<&Path>, program: &[OsString]) -> Result<ExitCode> {
    let (name, arguments) = program.split_first().context("no program given")?;
    let to = match out {
        Some(path) => Stdio::from(std::fs::File::create(path)?),
        None => Stdio::null(),
    };
    let started = Instant::now();
    let status =
        Command::new(name).args(arguments).stdin(Stdio::null()).stdout(to).stderr(Stdio::null()).status();
    let status = status.with_context(|| format!("cannot start {}", name.display()))?;
    let wall_seconds = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let figures = Figures {
        wall_seconds,
        processor_seconds: seconds(usage.user_time()) + seconds(usage.system_time()),
        peak_bytes: usage.max_rss() as f64 * 1024.0,
    };
    put!("{}", serde_json::to_string(&figures)?);
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs `command` under a parent of its own; `out` takes its standard output.
pub(crate) fn run(command: &Command, out: Option<&Path>) -> Result<Figures> {
    let mut parent = Command::new(std::env::current_exe()?);
    parent.arg("timed");
    if let Some(out) = out {
        parent.arg("--out").arg(out);
    }
    parent.arg("--").arg(command.get_program()).args(command.get_args());
    let output = parent.output()?;
    ensure!(output.status.success(), "{command:?} failed");
    serde_json::from_slice(&output.stdout).with_context(|| format!("{command:?} gave no figures"))
}

/// Runs of two programs on the same work, in turn, so that what else the machine does hits both.
pub(crate) struct Pairs {
    pub(crate) ours: Vec<Figures>,
    pub(crate) theirs: Vec<Figures>,
}

impl Pairs {
    /// At least one pair, then as many as `most` as long as all of them take no longer than `seconds`.
    pub(crate) fn run(
        most: usize,
        seconds: f64,
        mut ours: impl FnMut() -> Result<Figures>,
        mut theirs: impl FnMut() -> Result<Figures>,
    ) -> Result<Self> {
        let started = Instant::now();
        let mut pairs = Self { ours: Vec::new(), theirs: Vec::new() };
        while pairs.ours.is_empty()
            || (pairs.ours.len() < most && fits(started.elapsed().as_secs_f64(), pairs.ours.len(), seconds))
        {
            pairs.ours.push(ours()?);
            pairs.theirs.push(theirs()?);
        }
        Ok(pairs)
    }

    /// Time and memory of both; wanted is so many times the peer's speed, and so small a part of its memory.
    pub(super) fn tell(&self, table: &mut Table, what: &str, peer: &str, times: f64, part: f64) {
        let named = format!("{what}, {} pairs of runs", self.ours.len());
        let mut add = |figure: &str, of: fn(&Figures) -> f64| {
            let both = [&self.ours, &self.theirs].map(|runs| median_and_least(runs.iter().map(of).collect()));
            let [(our_middle, our_least), (their_middle, their_least)] = both;
            for (kind, ours, theirs) in
                [("median", our_middle, their_middle), ("least", our_least, their_least)]
            {
                let row = Figure::new(format!("{named}: {figure}, {kind}"), ours, "s");
                table.add(&row.against(peer, theirs).times_at_least(times));
            }
        };
        add("start to finished output", |run| run.wall_seconds);
        add("processor", |run| run.processor_seconds);
        let peak = |runs: &[Figures]| runs.iter().map(|run| run.peak_bytes).fold(0.0, f64::max) / 1e6;
        let row = Figure::new(format!("{what}: peak memory"), peak(&self.ours), "MB");
        table.add(&row.against(peer, peak(&self.theirs)).times_at_least(part));
    }
}

/// Whether one more run is likely to end in time, after `done` runs that took so long.
fn fits(elapsed: f64, done: usize, seconds: f64) -> bool {
    elapsed + elapsed / done.max(1) as f64 <= seconds
}

/// The middle one of some figures, and the least.
pub(crate) fn median_and_least(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let least = values.first().copied().unwrap_or(f64::NAN);
    let middle = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    (middle, least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_when_the_next_would_take_too_long() {
        assert!(fits(10.0, 1, 20.0) && fits(30.0, 3, 40.0));
        assert!(!fits(11.0, 1, 20.0) && !fits(31.0, 3, 40.0));
        let one = || Ok(Figures { wall_seconds: 1.0, processor_seconds: 1.0, peak_bytes: 1.0 });
        assert_eq!(Pairs::run(5, -1.0, one, one).unwrap().theirs.len(), 1);
        assert_eq!(Pairs::run(5, 1e9, one, one).unwrap().ours.len(), 5);
    }

    #[test]
    fn the_middle_and_the_least_are_found() {
        assert_eq!(median_and_least(vec![3.0, 1.0, 2.0]), (2.0, 1.0));
        assert_eq!(median_and_least(vec![4.0]), (4.0, 4.0));
    }
}
