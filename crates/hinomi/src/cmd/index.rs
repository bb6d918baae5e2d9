// SPDX-License-Identifier: Apache-2.0
//! `hinomi index`: advisories made ready once, in a file that `match` maps and uses in place.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use hinomi_match::Index;

use super::match_::load;
use super::match_::{report, report_load};

/// Build and inspect index files
#[derive(Debug, clap::Subcommand)]
pub(crate) enum IndexCommand {
    /// Build an index file from advisories
    #[command(after_help = "Example:\n  hinomi index build --advisories osv.zip --out advisories.hix\n\n\
        Exit status: 0 built; 2 built, but an input could not be read; 1 nothing was built.")]
    Build {
        /// Advisories: a file, a folder, .zip, .tar.zst, .gz; may be repeated
        #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
        advisories: Vec<PathBuf>,
        /// The file to write; it replaces an older one only when it is complete
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show what an index file holds
    #[command(after_help = "Example:\n  hinomi index info advisories.hix --verify\n\n\
        Exit status: 0 whole; 1 damaged or no index.")]
    Info {
        /// The index file
        file: PathBuf,
        /// Check every section against its checksum
        #[arg(long)]
        verify: bool,
    },
}

pub(crate) fn run(command: &IndexCommand) -> anyhow::Result<ExitCode> {
    match command {
        IndexCommand::Build { advisories, out } => build(advisories, out),
        IndexCommand::Info { file, verify } => info(file, *verify),
    }
}

/// Maps an index file.
pub(crate) fn open(path: &Path) -> anyhow::Result<Index> {
    Index::open(Arc::new(map(path)?)).with_context(|| path.display().to_string())
}

#[expect(unsafe_code, reason = "mapping a file; the argument stands beside it")]
fn map(path: &Path) -> anyhow::Result<memmap2::Mmap> {
    let file = File::open(path).with_context(|| format!("{}: cannot open", path.display()))?;
    // SAFETY: the mapping is read-only and private. Rust asks that the bytes do not change while it lives. We never
    // change an index file in place: `build` writes a new file and renames it, so a mapping keeps the old one. The
    // index takes no reference from the bytes on trust: values are plain numbers, every number is used with its
    // bounds checked, and texts are checked to be UTF-8 on each use, so even a file that somebody else changes
    // leads to other answers at worst; one that somebody cuts short ends the process, as with any mapped file.
    let mapped = unsafe { memmap2::Mmap::map(&file) };
    mapped.with_context(|| format!("{}: cannot map", path.display()))
}

fn build(advisories: &[PathBuf], out: &Path) -> anyhow::Result<ExitCode> {
    let mut loaded = load::advisories(advisories);
    let failed = report_load(&loaded);
    if loaded.records == 0 {
        return Err(anyhow::anyhow!("no advisory was found under the given paths"));
    }
    loaded.remember_notes();
    let bytes = loaded.index.to_file();
    write_whole(out, &bytes)?;
    let sizes = loaded.index.sizes();
    report(&format!(
        "{} records, {} packages, {} rows; {} bytes in {}; {} documents were no advisories",
        loaded.records,
        sizes.packages,
        sizes.rows,
        bytes.len(),
        out.display(),
        loaded.passed_over
    ));
    Ok(if failed { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// Beside the target first, then renamed: whoever maps the old file keeps it, and nobody sees half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut name = path.file_name().context("the output has no file name")?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    let written = write();
    if written.is_err() {
        // What could not be written completely must not stay; a failure to remove it changes nothing.
        let _removed = std::fs::remove_file(&part);
    }
    written.with_context(|| format!("{}: cannot write", path.display()))
}

fn info(path: &Path, verify: bool) -> anyhow::Result<ExitCode> {
    let mapped = map(path)?;
    if verify {
        Index::verify(&mapped).with_context(|| path.display().to_string())?;
    }
    let sections = Index::sections(&mapped).with_context(|| path.display().to_string())?;
    let index = Index::open(Arc::new(mapped)).with_context(|| path.display().to_string())?;
    let sizes = index.sizes();
    let mut out = std::io::stdout().lock();
    writeln!(out, "records   {}", sizes.records)?;
    writeln!(out, "packages  {}", sizes.packages)?;
    writeln!(out, "rows      {}", sizes.rows)?;
    writeln!(out, "checked   {}", if verify { "every section" } else { "header and section table" })?;
    writeln!(out, "\n{:<18} {:>12}", "SECTION", "BYTES")?;
    for section in sections {
        writeln!(out, "{:<18} {:>12}", section.name, section.bytes)?;
    }
    writeln!(out, "\n{:<32} {:>12}", "ECOSYSTEM", "ENTRIES")?;
    for (ecosystem, release, count) in index.ecosystems() {
        let name = release.map_or_else(|| ecosystem.to_owned(), |release| format!("{ecosystem}:{release}"));
        writeln!(out, "{:<32} {count:>12}", super::match_::shown(&name))?;
    }
    Ok(ExitCode::SUCCESS)
}
