// SPDX-License-Identifier: Apache-2.0
//! `hinomi serve` and `hinomi worker`: what runs until it is asked to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use hinomi_platform::{App, audit};
use hinomi_risk::RiskState;
use tokio::net::TcpListener;

use crate::config::Settings;
use crate::console::{note, put};
use crate::failure::{Failure, Told};
use crate::feed_jobs;
use crate::pipeline::Pipeline;
use crate::shutdown::Shutdown;
use crate::wiring;

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
/// Requests that still run when we are asked to stop get so long.
const GRACE: Duration = Duration::from_secs(10);

/// Serve the pages and the API, and work in the background
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi serve --data /var/lib/hinomi --listen 127.0.0.1:8080")]
pub(crate) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "HINOMI_LISTEN")]
    listen: Option<String>,
    /// Serve only; jobs run in `hinomi worker` processes
    #[arg(long)]
    no_worker: bool,
}

/// Run background jobs only
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi worker --database postgres://hinomi@db/hinomi")]
pub(crate) struct WorkerArgs {
    /// Jobs at once
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

pub(crate) async fn run(settings: &Settings, args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let shutdown = Shutdown::listen()?;
    let address = args.listen.clone().or_else(|| settings.listen.clone());
    let listener = listen(address.as_deref().unwrap_or(DEFAULT_LISTEN)).await?;
    let app = wiring::open(settings).await?;
    put(&format!("address http://{}", listener.local_addr()?))?;
    let feeds = feed_jobs::syncer(&settings.feeds, &settings.data);
    feed_jobs::schedule(&app, &feeds).await.told()?;
    let pipeline = Pipeline::with_feeds(feeds).with_mail(settings.mail.as_ref())?;
    until_asked(app, listener, pipeline, !args.no_worker, shutdown).await?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn run_worker(settings: &Settings, args: &WorkerArgs) -> anyhow::Result<ExitCode> {
    let shutdown = Shutdown::listen()?;
    let app = wiring::open(settings).await?;
    let feeds = feed_jobs::syncer(&settings.feeds, &settings.data);
    feed_jobs::schedule(&app, &feeds).await.told()?;
    let pipeline = Pipeline::with_feeds(feeds).with_mail(settings.mail.as_ref())?;
    pipeline.schedule(&app).await.told()?;
    note("hinomi: working; Ctrl-C stops");
    let runner = pipeline.runner(&app).at_once(args.jobs);
    tokio::join!(
        runner.run_until(shutdown.clone().asked()),
        audit::run_sealer(app.clone(), shutdown.asked())
    );
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    let parsed: Result<SocketAddr, _> = address.parse();
    let bound = match parsed {
        Ok(address) => TcpListener::bind(address).await,
        Err(_) => TcpListener::bind(address).await,
    };
    bound.map_err(|error| {
        let failure = Failure::new(format!("{address}: cannot listen: {error}"));
        failure.hint("choose another address with --listen, such as 127.0.0.1:0 for a free port").into()
    })
}

/// HTTP, jobs and the audit sealer, until `shutdown`; ends when all have stopped.
pub(crate) async fn until_asked(
    app: App,
    listener: TcpListener,
    pipeline: Pipeline,
    with_worker: bool,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let risk = pipeline.risk().clone();
    let routes = wiring::routes(&risk);
    let warm = warm(app.clone(), risk, shutdown.clone());
    let worker = {
        let (app, shutdown) = (app.clone(), shutdown.clone());
        async move {
            if with_worker {
                pipeline.schedule(&app).await.told()?;
                pipeline.runner(&app).run_until(shutdown.asked()).await;
            }
            anyhow::Ok(())
        }
    };
    let sealer = audit::run_sealer(app.clone(), shutdown.clone().asked());
    let http = tokio::spawn(hinomi_web::serve(app.clone(), routes, listener, shutdown.clone().asked()));
    let abort = http.abort_handle();
    let stop_late = async {
        shutdown.asked().await;
        tokio::time::sleep(GRACE).await;
        abort.abort();
    };
    let served = async {
        tokio::select! {
            served = http => match served {
                Ok(outcome) => outcome.context("the server ended"),
                // Requests that did not end in time were cut off.
                Err(_) => Ok(()),
            },
            () = stop_late => Ok(()),
        }
    };
    let (served, worked, (), ()) = tokio::join!(served, worker, sealer, warm);
    app.db.close().await;
    served.and(worked)
}

/// Reads what pages count in memory before the first one asks for it.
async fn warm(app: App, risk: RiskState, shutdown: Shutdown) {
    tokio::select! {
        warmed = risk.warm(&app.db) => if let Err(error) = warmed {
            // The first page that wants it reads it, and says what is wrong.
            note(&format!("hinomi: what pages count was not read beforehand: {error}"));
        },
        () = shutdown.asked() => {}
    }
}
