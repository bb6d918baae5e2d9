// SPDX-License-Identifier: Apache-2.0
//! `hinomi feed`: import records of vulnerabilities, keep them fresh, list where they came from.

mod bundle;
mod held;
mod sync;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use hinomi_advisories::held::Decision;
use hinomi_advisories::service::import::Progress;
use hinomi_advisories::{AdvisoryError, Guard, ImportReport, Importer};
use hinomi_core::Time;
use hinomi_db::Db;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::config::Settings;
use crate::console::{Format, Table, note, put, visible};
use crate::failure::Told;
use crate::pipeline::Pipeline;
use crate::shutdown::Shutdown;
use crate::wiring;

use bundle::BundleArgs;
use held::DecideArgs;
use sync::SyncArgs;

/// Import advisories and see how fresh they are
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hinomi feed import all.zip known_exploited_vulnerabilities.json --name daily"
)]
pub(crate) struct FeedArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Import(ImportArgs),
    Sync(SyncArgs),
    /// List the feeds
    #[command(after_help = "Example:\n  hinomi feed list --format csv")]
    List {
        /// Feeds that are known and not enabled, too
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Show how old each feed is and what was refused; status 1 when one failed or is too old
    #[command(after_help = "Example:\n  hinomi feed status || echo 'a feed needs a look'")]
    Status {
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// List records that are held back because no honest source publishes such
    #[command(after_help = "Example:\n  hinomi feed held")]
    Held {
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Let held records count
    #[command(after_help = "Example:\n  hinomi feed accept 12 --alike")]
    Accept(DecideArgs),
    /// Leave held records out for good
    #[command(after_help = "Example:\n  hinomi feed refuse 12")]
    Refuse(DecideArgs),
    Bundle(BundleArgs),
}

/// Import advisories: OSV records, catalogues of known exploited vulnerabilities
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi feed import advisories.tar.zst --data ./hinomi-data\n\n\
    Ends with one JSON line: read, added, changed, unchanged, refused, seconds. Refused documents stand on standard\n\
    error with the reason. Exit status 1: an input could not be opened or the run failed; with --strict also when\n\
    a document was refused.")]
pub(crate) struct ImportArgs {
    /// Files, folders or archives (.zip, .tar, .gz, .zst, .xz, .bz2)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Name of the feed that the records are kept under [default: the first path's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How the last line is written
    #[arg(long, value_enum, default_value_t = Last::Json)]
    format: Last,
    /// End with status 1 when a document was refused
    #[arg(long)]
    strict: bool,
    /// This is all that the feed NAME has: its records that are not here count as withdrawn
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    complete: Option<String>,
    /// Hold back what no honest source publishes, as for feeds that are fetched
    #[arg(long)]
    guard: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Last {
    Json,
    Text,
}

pub(crate) async fn run(settings: &Settings, args: &FeedArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::Import(args) => import(settings, args).await,
        Verb::Sync(args) => sync::run(settings, args).await,
        Verb::List { all, format } => list(settings, *all, *format).await,
        Verb::Status { format } => status(settings, *format).await,
        Verb::Held { format } => held::list(settings, *format).await,
        Verb::Accept(args) => held::decide(settings, args, Decision::Accept).await,
        Verb::Refuse(args) => held::decide(settings, args, Decision::Refuse).await,
        Verb::Bundle(args) => bundle::run(settings, args).await,
    }
}

async fn import(settings: &Settings, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let shutdown = Shutdown::listen()?;
    let app = wiring::open(settings).await?;
    let name = args.complete.clone().or_else(|| args.name.clone()).unwrap_or_else(|| feed_name(&args.paths));
    let progress = Arc::new(Progress::default());
    stop_when_asked(&progress, shutdown);
    let guard = if args.guard { Some(Guard::read(&app.db, app.now()).await.told()?) } else { None };
    let importer = Importer::open(&app.db, app.now(), &name, "file").await.told()?;
    let importer = importer.complete(args.complete.is_some()).guarded(guard);
    let imported = load_into(importer, &args.paths, &progress).await?;
    for (path, reason) in &imported.report.refusals {
        // Readers name the place themselves, to the line; the walk does not.
        let named =
            if reason.starts_with(path.as_str()) { reason.clone() } else { format!("{path}: {reason}") };
        note(&format!("refused: {}", visible(&named)));
    }
    for error in &imported.errors {
        note(&format!("hinomi: {}", visible(error)));
    }
    let stopped = progress.stop.load(Ordering::Relaxed);
    if stopped {
        note("hint: what was read is kept; the same command again goes on");
    } else if imported.report.added + imported.report.changed > 0 {
        let outcome = Pipeline::default().reconcile(&app.db, app.now(), false).await?;
        note(&format!(
            "{} components matched again; tickets: {} opened, {} closed, {} reopened",
            outcome.components, outcome.tickets_opened, outcome.tickets_closed, outcome.tickets_reopened
        ));
    }
    app.db.close().await;
    let seconds = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    print_report(&imported.report, seconds, args.format)?;
    let failed = !imported.errors.is_empty() || (args.strict && imported.report.refused > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn feed_name(paths: &[PathBuf]) -> String {
    let name =
        paths.first().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    if stem.is_empty() { "import".to_owned() } else { stem.to_owned() }
}

fn stop_when_asked(progress: &Arc<Progress>, shutdown: Shutdown) {
    let progress = Arc::clone(progress);
    tokio::spawn(async move {
        shutdown.asked().await;
        progress.stop.store(true, Ordering::Relaxed);
        note("stopping…");
    });
}

/// What was loaded, and which inputs could not be opened.
pub(crate) struct Loaded {
    pub(crate) report: ImportReport,
    pub(crate) errors: Vec<String>,
}

/// Loads every path into one feed (its name and kind), with progress on a terminal.
pub(crate) async fn load(
    db: &Db,
    now: Time,
    (name, kind): (&str, &str),
    paths: &[PathBuf],
    progress: &Arc<Progress>,
) -> anyhow::Result<Loaded> {
    load_into(Importer::open(db, now, name, kind).await.told()?, paths, progress).await
}

async fn load_into(
    mut importer: Importer,
    paths: &[PathBuf],
    progress: &Arc<Progress>,
) -> anyhow::Result<Loaded> {
    let bar = bar(progress);
    let mut errors = Vec::new();
    for path in paths {
        match importer.import_path(path, progress).await {
            Ok(()) => {}
            Err(error @ (AdvisoryError::Archive(_) | AdvisoryError::Interrupted { .. })) => {
                errors.push(error.to_string());
            }
            Err(error) => {
                bar.finish_and_clear();
                let message = error.to_string();
                importer.fail(&message).await.told()?;
                return Err(error).told();
            }
        }
        if progress.stop.load(Ordering::Relaxed) {
            break;
        }
    }
    bar.finish_and_clear();
    let report = match errors.is_empty() {
        true => importer.finish().await,
        false => importer.fail(&errors.join("; ")).await,
    };
    Ok(Loaded { report: report.told()?, errors })
}

/// Draws on a terminal only.
fn bar(progress: &Arc<Progress>) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} documents  {per_sec}  {elapsed}") {
        bar.set_style(style);
    }
    let (shown, progress) = (bar.downgrade(), Arc::clone(progress));
    tokio::spawn(async move {
        while let Some(bar) = shown.upgrade().filter(|bar| !bar.is_finished()) {
            bar.set_position(progress.documents.load(Ordering::Relaxed));
            drop(bar);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    bar
}

fn print_report(report: &ImportReport, seconds: f64, format: Last) -> anyhow::Result<()> {
    let ImportReport { read, added, changed, unchanged, refused, .. } = report;
    match format {
        Last::Json => {
            put(&json!({ "read": read, "added": added, "changed": changed, "unchanged": unchanged,
            "refused": refused, "seconds": seconds })
            .to_string())?
        }
        Last::Text => put(&format!(
            "{read} read: {added} added, {changed} changed, {unchanged} unchanged; {refused} refused; {seconds} s"
        ))?,
    }
    Ok(())
}

async fn list(settings: &Settings, all: bool, format: Format) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    sync::register(settings, &app).await?;
    const COLUMNS: &[&str] =
        &["name", "kind", "records", "refused", "held", "last_success", "next_run", "url"];
    let mut table = Table::new(COLUMNS);
    let time = |at: Option<i64>| at.map(|at| Time::from_micros(at).to_string()).unwrap_or_default();
    let feeds = hinomi_advisories::sync::feed_health(&app.db).await.told()?;
    let listed: Vec<String> = feeds.iter().map(|feed| feed.name.clone()).collect();
    for feed in feeds {
        table.row(vec![
            feed.name,
            feed.kind,
            feed.records.to_string(),
            feed.refused.to_string(),
            feed.held.to_string(),
            time(feed.last_success),
            time(feed.next_run_at),
            feed.url.unwrap_or_default(),
        ]);
    }
    for feed in settings.feeds.all().filter(|feed| all && !listed.contains(&feed.name)) {
        let mut row = vec![feed.name.clone(), feed.kind.name().to_owned()];
        row.resize(COLUMNS.len() - 1, String::new());
        row.push(feed.url.clone());
        table.row(row);
    }
    table.print(format)?;
    Ok(ExitCode::SUCCESS)
}

async fn status(settings: &Settings, format: Format) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let now = app.now();
    let oldest_fine = hinomi_advisories::settings::oldest_fine_seconds(&app.db).await.told()?;
    let mut table = Table::new(&["name", "age_hours", "old", "refused", "held", "last_attempt", "error"]);
    let mut needs_a_look = false;
    for feed in hinomi_advisories::sync::feed_health(&app.db).await.told()? {
        let old = feed.is_old(now, oldest_fine);
        needs_a_look |= old || feed.error.is_some() || feed.held > 0;
        let age = match feed.age_seconds(now) {
            Some(seconds) => (seconds / 3_600).to_string(),
            None if feed.is_built_in() => String::new(),
            None => "never".to_owned(),
        };
        table.row(vec![
            feed.name,
            age,
            old.to_string(),
            feed.refused.to_string(),
            feed.held.to_string(),
            feed.last_attempt.map(|at| Time::from_micros(at).to_string()).unwrap_or_default(),
            feed.error.unwrap_or_default(),
        ]);
    }
    table.print(format)?;
    Ok(if needs_a_look { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
