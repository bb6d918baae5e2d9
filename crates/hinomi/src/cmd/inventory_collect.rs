// SPDX-License-Identifier: Apache-2.0
//! `hinomi inventory collect`: reads this host and prints its inventory as CycloneDX.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;
use hinomi_collect::{Collected, Options, Progress};
use hinomi_inventory_formats::{WriteOptions, write_cyclonedx};

use super::inventory_push::PushArgs;

/// Read this host's packages and print them as CycloneDX 1.6
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi inventory collect --output $(hostname).cdx.json")]
pub(crate) struct CollectArgs {
    /// Root of the file system to read, such as a mounted image
    #[arg(long, default_value = "/")]
    root: PathBuf,
    /// Write to this file instead of standard output
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Format of the inventory
    #[arg(long, value_enum, default_value_t = Output::Cyclonedx)]
    format: Output,
    /// Read the package databases only, no language packages
    #[arg(long)]
    no_files: bool,
    #[command(flatten)]
    push: PushArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Output {
    Cyclonedx,
}

pub(crate) fn run(args: &CollectArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let root = std::path::absolute(&args.root).unwrap_or_else(|_| args.root.clone());
    let options = Options { root: &root, walk_files: !args.no_files, observed_at: Some(&now) };
    let is_terminal = std::io::stderr().is_terminal();
    let mut collected = hinomi_collect::collect(&options, &mut |progress| {
        if is_terminal {
            show(progress);
        }
    })?;
    let Output::Cyclonedx = args.format;
    let write = WriteOptions {
        serial_number: Some(format!("urn:uuid:{}", uuid::Uuid::new_v4())),
        tool_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    };
    let text = write_cyclonedx(&collected.inventory, &write);
    match &args.output {
        Some(path) => write_whole(path, &text)?,
        None if args.push.is_wanted() => {}
        None => match writeln!(std::io::stdout(), "{text}") {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            written => written?,
        },
    }
    summarise(&collected, started, is_terminal);
    if args.push.is_wanted() {
        // What differs at every run stays out of the text that tells whether anything changed.
        collected.inventory.observed_at = None;
        let stable = WriteOptions { serial_number: None, ..write };
        args.push.send(&root, &text, &write_cyclonedx(&collected.inventory, &stable))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Beside the target first, then renamed: an interrupted run leaves the old file or none, never half of one.
pub(super) fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = path.file_name().context("the output has no file name")?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, format!("{text}\n")).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // What could not be written completely must not stay; a failure to remove it changes nothing.
        let _removed = std::fs::remove_file(&part);
    }
    written.with_context(|| format!("{}: cannot write", path.display()))
}

fn show(progress: Progress) {
    let _written = write!(std::io::stderr(), "\r{} files in {} folders", progress.files, progress.folders);
}

fn summarise(collected: &Collected, started: Instant, is_terminal: bool) {
    let inventory = &collected.inventory;
    let mut err = std::io::stderr();
    let line_start = if is_terminal { "\r\x1b[K" } else { "" };
    let _written = writeln!(
        err,
        "{line_start}{} components; {} files in {} folders walked in {:.2} s",
        inventory.components.len(),
        collected.files,
        collected.folders,
        started.elapsed().as_secs_f64(),
    );
    for warning in &inventory.warnings {
        let place: String = warning.place.escape_debug().collect();
        let text: String = warning.text.escape_debug().collect();
        let _written = writeln!(err, "warning: {place}: {text}");
    }
    match (inventory.partial, inventory.packages_whole) {
        (true, true) => {
            let text =
                "the inventory is marked partial: all system packages are listed, but not all of languages";
            let _written = writeln!(err, "{text}");
        }
        (true, false) => {
            let _written = writeln!(err, "the inventory is marked partial");
        }
        (false, _) => {}
    }
}
