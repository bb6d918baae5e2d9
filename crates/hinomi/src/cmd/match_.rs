// SPDX-License-Identifier: Apache-2.0
//! `hinomi match`: inventories against advisories, without a database.
//!
//! ```text
//!   --advisories … ─► load ─► index ┐
//!   --index FILE   ─► mapped index ─┼─► rows of each inventory, in order ─► print
//!   --inventory …  ─► read ─────────┘        └─► unknowns, counted on standard error
//! ```

mod apart;
mod explain;
mod host;
pub(crate) mod load;
mod once;
mod parts;
mod piece;
mod pieces;
mod print;
mod row;
mod sarif;
mod status;
mod vex;
pub(crate) mod work;

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::RwLock;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use hinomi_match::Catalogue;
use hinomi_match::eol::Day;
use hinomi_score::Severity;

use piece::{Answering, Piece};
use print::{Format, Printer, visible};
use row::{Matcher, Unknowns};
use work::{Document, Emit, each_document};

/// Match inventories against advisories
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi match --advisories osv.zip --inventory sbom.cdx.json\n  \
    hinomi match --index advisories.hix --inventory sboms/ --format jsonl --fail-on high\n\n\
    Exit status: 0 done; 1 something at or above --fail-on is affected; 2 an input could not be read.")]
pub(crate) struct MatchArgs {
    /// Advisories: a file, a folder, .zip, .tar.zst, .gz; may be repeated
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "index")]
    advisories: Vec<PathBuf>,
    /// An index file made by `hinomi index build`, instead of advisories
    #[arg(long, value_name = "FILE", conflicts_with = "advisories")]
    index: Option<PathBuf>,
    /// Inventories: SBOMs, package lists, folders or archives of them; may be repeated
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "explain")]
    inventory: Vec<PathBuf>,
    /// Instead of matching: each step that was taken for one component (a purl or a CPE) and one advisory; with
    /// --inventory, in each place that has the component, with what is known there
    #[arg(long, num_args = 2, value_names = ["COMPONENT", "ADVISORY"])]
    explain: Option<Vec<String>>,
    /// How to print the matches
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// What to do with what is not known: nothing, count it on standard error, or list it among the matches
    #[arg(long, value_enum, default_value_t = Unknown::Count)]
    unknown: Unknown,
    /// End with status 1 when a component is affected at this severity or above
    #[arg(long, value_name = "SEVERITY", value_parser = parse_severity)]
    fail_on: Option<Severity>,
    /// The day for which ends of life are judged, as YYYY-MM-DD; today when absent
    #[arg(long, value_name = "DAY")]
    as_of: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Unknown {
    None,
    Count,
    List,
}

fn parse_severity(word: &str) -> Result<Severity, String> {
    word.parse().map_err(|error: hinomi_score::UnknownSeverity| error.to_string())
}

pub(crate) fn run(args: &MatchArgs) -> anyhow::Result<ExitCode> {
    let mut failed = false;
    let (index, catalogue) = match &args.index {
        Some(file) => (super::index::open(file)?, Catalogue::default()),
        None => {
            let loaded = load::advisories(&args.advisories);
            failed = report_load(&loaded);
            if loaded.records == 0 {
                return Err(anyhow::anyhow!("no advisory was found under the given paths"));
            }
            (loaded.index, loaded.catalogue)
        }
    };
    if let Some([component, advisory]) = args.explain.as_deref() {
        let asked = explain::Asked { component, advisory };
        return explain::run(&index, &asked, &args.inventory);
    }
    let matcher = Matcher {
        index: &index,
        catalogue: &catalogue,
        today: args.as_of.unwrap_or_else(today),
        severities: RwLock::default(),
    };
    let answering = Answering {
        matcher: &matcher,
        lines: args.format == Format::Jsonl,
        listed: args.unknown == Unknown::List,
        fail_on: args.fail_on,
        keys: once::Keys::default(),
    };
    let out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut printer = Printer::new(args.format, out);
    let mut unknowns = Unknowns::new();
    let mut excluded = 0;
    let mut at_or_above = false;
    let mut written = Ok(());
    let mut once = once::Once::default();
    let read = |document: Document, emit: &mut Emit<'_, Result<Piece, String>>| {
        answering.document(document, emit);
    };
    let mut take = |result: Result<Piece, String>| {
        let piece = match result {
            Ok(piece) => once.new_in(piece),
            Err(message) => {
                failed = true;
                report(&message);
                return ControlFlow::Continue(());
            }
        };
        for (reason, count) in &piece.unknowns {
            *unknowns.entry(reason).or_default() += count;
        }
        excluded += piece.excluded;
        at_or_above |= piece.at_or_above;
        written = printer.piece(piece);
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let is_answered = match args.inventory.as_slice() {
        [path] => answering.lone_status_file(path, &mut take),
        _ => false,
    };
    if !is_answered {
        each_document(&args.inventory, read, take);
    }
    match written.and_then(|()| printer.finish()) {
        // Nobody reads any more, as in `… | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
        outcome => outcome.context("cannot write the matches")?,
    }
    if let Some(error) = index.damaged() {
        let file = args.index.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
        return Err(anyhow::Error::new(error).context(file));
    }
    if excluded > 0 {
        report(&format!(
            "{excluded} components are for tests and development alone (scope excluded) and were not matched"
        ));
    }
    if args.unknown == Unknown::Count {
        report_unknowns(&unknowns);
    }
    Ok(if failed {
        ExitCode::from(2)
    } else if at_or_above {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

fn today() -> Day {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Day::from_micros(i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
}

/// A text from an input, fit for a terminal.
pub(crate) fn shown(text: &str) -> String {
    visible(text)
}

pub(crate) fn report(message: &str) {
    // When standard error is gone there is nobody left to tell.
    let _written = writeln!(std::io::stderr(), "hinomi: {}", visible(message));
}

/// True when a document could not be read.
pub(crate) fn report_load(loaded: &load::Loaded) -> bool {
    for message in &loaded.failures {
        report(message);
    }
    const SHOWN: usize = 5;
    for bound in loaded.bad_bounds.iter().take(SHOWN) {
        report(&format!("{bound}; the rest of the record counts"));
    }
    if loaded.bad_bounds.len() > SHOWN {
        report(&format!("{} more bounds could not be used", loaded.bad_bounds.len() - SHOWN));
    }
    !loaded.failures.is_empty()
}

fn report_unknowns(unknowns: &Unknowns) {
    let total: u64 = unknowns.values().sum();
    if total == 0 {
        return;
    }
    let parts: Vec<String> = unknowns.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    report(&format!("{total} unknown: {} (--unknown list shows them)", parts.join(", ")));
}
