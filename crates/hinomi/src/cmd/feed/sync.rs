// SPDX-License-Identifier: Apache-2.0
//! `hinomi feed sync`: ask sources for what is new.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::config::Settings;
use crate::console::{note, put, visible};
use crate::failure::{Failure, Told};
use crate::feed_jobs;
use crate::pipeline::Pipeline;
use crate::shutdown::Shutdown;
use crate::wiring;

/// Ask sources for what is new, and take it in
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi feed sync kev epss --data ./hinomi-data\n\n\
    Without names: every feed that the configuration file enables. `hinomi feed list --all` shows the names. Ends with\n\
    one JSON line per feed. Exit status 1: a source could not be read; what was known stays.")]
pub(crate) struct SyncArgs {
    /// Feeds to ask [default: those that are enabled]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

pub(super) async fn run(settings: &Settings, args: &SyncArgs) -> anyhow::Result<ExitCode> {
    let enabled = || settings.feeds.all().filter(|feed| feed.enabled).map(|feed| feed.name.clone());
    let names: Vec<String> = if args.names.is_empty() { enabled().collect() } else { args.names.clone() };
    if names.is_empty() {
        let failure = Failure::new("no feed is enabled").used_wrongly();
        return Err(failure
            .hint("name one, such as `hinomi feed sync kev`, or enable it in the configuration file: [feed.kev] enabled = true")
            .into());
    }
    for name in &names {
        if settings.feeds.get(name).is_err() {
            let failure = Failure::new(format!("no feed {name}")).used_wrongly();
            return Err(failure.hint("`hinomi feed list --all` shows their names").into());
        }
    }
    let shutdown = Shutdown::listen()?;
    let app = wiring::open(settings).await?;
    let syncer = feed_jobs::syncer(&settings.feeds, &settings.data);
    let stop = Arc::clone(syncer.stop());
    tokio::spawn(async move {
        shutdown.asked().await;
        stop.store(true, Ordering::Relaxed);
        note("stopping…");
    });
    let (mut changed, mut has_failed) = (0, false);
    for name in &names {
        match syncer.run(&app.db, name, app.now()).await {
            Ok(synced) => {
                changed += synced.report.added + synced.report.changed;
                for (path, reason) in &synced.report.refusals {
                    note(&format!("refused: {}", visible(&format!("{path}: {reason}"))));
                }
                if synced.report.held > 0 {
                    note(&format!(
                        "{name}: {} records are held back; see `hinomi feed held`",
                        synced.report.held
                    ));
                }
                put(&serde_json::to_string(&synced)?)?;
            }
            Err(error) => {
                has_failed = true;
                note(&format!("hinomi: {name}: {}", visible(&error.to_string())));
            }
        }
        if syncer.stop().load(Ordering::Relaxed) {
            note("hint: what was fetched is kept; the same command again goes on");
            break;
        }
    }
    if changed > 0 {
        let outcome = Pipeline::default().reconcile(&app.db, app.now(), false).await?;
        note(&format!(
            "{} components matched again; tickets: {} opened, {} closed, {} reopened",
            outcome.components, outcome.tickets_opened, outcome.tickets_closed, outcome.tickets_reopened
        ));
    }
    app.db.close().await;
    Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What the configuration says, kept where other processes see it.
pub(super) async fn register(settings: &Settings, app: &hinomi_platform::App) -> anyhow::Result<()> {
    feed_jobs::syncer(&settings.feeds, &settings.data).register(&app.db, app.now()).await.told()
}
