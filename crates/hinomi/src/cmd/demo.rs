// SPDX-License-Identifier: Apache-2.0
//! `hinomi demo`: a company with a past, this machine's real packages, and a page to look at it.
//!
//! ```text
//! first time ─ seed into a file of its own ─→ backed up into hinomi.db, whole or not at all
//! every time ─ collect this machine · load --feed · reconcile ─→ serve, print address and sign-in link
//! ```

mod cmdb;
mod company;
mod feeds;
mod host;
mod maturity;
mod months;
mod outer;
mod people;
mod review;
mod scan;
mod seed;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context;
use hinomi_advisories::service::import::Progress;
use hinomi_assets::import::{Document, ImportRequest, inventory_import};
use hinomi_assets::model::AssetKind;
use hinomi_core::{Clock, ManualClock, PageRequest, Scope, SystemClock};
use hinomi_db::{DatabaseUrl, DbOptions};
use hinomi_inventory::Session;
use hinomi_inventory_formats::{WriteOptions, write_cyclonedx};
use hinomi_platform::{App, accounts};
use hinomi_tickets::service::read::{self, TicketFilter};
use serde_json::json;

use self::company::Company;
use self::people::{Person, Staff};
use self::seed::{SOURCE, Seeder};
use crate::cmd::{admin, feed, serve};
use crate::config::Settings;
use crate::console::{note, put, visible};
use crate::failure::{Failure, Told};
use crate::pipeline::Pipeline;
use crate::shutdown::Shutdown;
use crate::wiring;

const DEFAULT_DATA: &str = "./hinomi-demo";
const DATABASE_FILE: &str = "hinomi.db";
const SEEDING_FILE: &str = "seeding.db";
/// Tells a demo's folder from one with real data.
const MARK_FILE: &str = "this-is-a-hinomi-demo";
/// The system that this machine is shown in.
const MACHINE_SYSTEM: &str = "monitoring";
/// The unit whose system security manager gets a link too.
const MANAGER_UNIT: &str = "public-services";
const LINK_LIFETIME: Duration = Duration::from_secs(24 * 3_600);

/// Make a demo company, look at this machine, serve the pages
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi demo --data ./hinomi-demo --feed advisories.tar.zst\n\n\
    The first time takes a minute, later times seconds. Delete the folder to begin anew.")]
pub(crate) struct DemoArgs {
    /// Address to serve on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Real advisories besides the starter set: a file, folder or archive; may be repeated
    #[arg(long, value_name = "PATH")]
    feed: Vec<PathBuf>,
    /// Do everything but serve
    #[arg(long)]
    seed_only: bool,
    /// Do everything but serve, and print what there is as one JSON line
    #[arg(long)]
    check_json: bool,
}

pub(crate) async fn run(settings: &Settings, args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let progress = |text: &str| note(&format!("{:6.1} s  {text}", started.elapsed().as_secs_f64()));
    let shutdown = Shutdown::listen()?;
    let data = settings.data_given.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DATA));
    let settings = demo_settings(settings, &data)?;
    let serves = !args.seed_only && !args.check_json;
    let listener = if serves { Some(serve::listen(&args.listen).await?) } else { None };

    let company = Company::load()?;
    let staff = Staff::of(&company)?;
    if data.join(DATABASE_FILE).exists() {
        progress("the company is there already");
    } else {
        seed(&settings, &data, &company, &staff, &progress).await?;
    }
    let app = open(&settings, &data).await?;
    let pipeline = Pipeline::default();
    collect(&app, &progress).await?;
    load_feeds(&app, &args.feed, &shutdown, &progress).await?;
    let outcome = pipeline.reconcile(&app.db, app.now(), false).await?;
    progress(&format!(
        "{} components matched; {} tickets opened",
        outcome.components, outcome.tickets_opened
    ));
    if args.check_json {
        put(&counts(&app, &staff).await?.to_string())?;
    }
    let Some(listener) = listener else {
        app.db.close().await;
        return Ok(ExitCode::SUCCESS);
    };
    let base = format!("http://{}", listener.local_addr()?);
    let chief = staff.holder("hoshimine", "ciso").context("the demo has no CISO")?;
    let manager = staff.holder(MANAGER_UNIT, "system_security_manager").context("the demo has no manager")?;
    let chief_link = link(&app, chief, &base).await?;
    let manager_link = link(&app, manager, &base).await?;
    progress("serving; Ctrl-C stops");
    put(&format!("address {base}"))?;
    put(&format!("sign-in {chief_link}"))?;
    put(&format!("sign-in-manager {manager_link}"))?;
    serve::until_asked(app, listener, pipeline, true, shutdown).await?;
    Ok(ExitCode::SUCCESS)
}

/// The demo keeps to a SQLite file of its own.
fn demo_settings(settings: &Settings, data: &Path) -> anyhow::Result<Settings> {
    if settings.database_given {
        return Err(Failure::new("the demo uses a database of its own")
            .hint("leave --database out and name a folder with --data")
            .used_wrongly()
            .into());
    }
    let database = data.join(DATABASE_FILE);
    if database.exists() && !data.join(MARK_FILE).exists() {
        return Err(Failure::new(format!("{}: holds a database that is no demo", data.display()))
            .hint("name another folder with --data")
            .into());
    }
    let mut own = settings.clone();
    own.database = DatabaseUrl::sqlite(&database);
    own.data = data.to_owned();
    own.platform.demo = true;
    own.platform.public_url = None;
    own.make_folder()?;
    Ok(own)
}

async fn open(settings: &Settings, data: &Path) -> anyhow::Result<App> {
    wiring::open(settings).await.map_err(|error| {
        Failure::new(format!("{error:#}"))
            .hint(format!(
                "the demo's data may be of another release: delete {} and begin anew",
                data.display()
            ))
            .into()
    })
}

/// Seeds beside the real name, so that a run that is broken off leaves nothing that looks complete.
async fn seed(
    settings: &Settings,
    data: &Path,
    company: &Company,
    staff: &Staff,
    progress: &dyn Fn(&str),
) -> anyhow::Result<()> {
    let seeding = data.join(SEEDING_FILE);
    remove_database(&seeding)?;
    let mut own = settings.clone();
    own.database = DatabaseUrl::sqlite(&seeding);
    let today = SystemClock.now();
    let clock = Arc::new(ManualClock::at(today));
    let app = wiring::start(&own, &DbOptions::default(), clock.clone()).await?;
    let pipeline = Pipeline::default();
    let seeder = Seeder { app: app.clone(), clock, today, company, staff, pipeline, progress };
    seeder.run().await?;
    std::fs::write(data.join(MARK_FILE), "Made by `hinomi demo`; delete this folder to begin anew.\n")
        .with_context(|| format!("{}: cannot write", data.display()))?;
    app.db.backup_to(&data.join(DATABASE_FILE)).await.told()?;
    app.db.close().await;
    remove_database(&seeding)
}

fn remove_database(file: &Path) -> anyhow::Result<()> {
    for ending in ["", "-wal", "-shm", ".reconcile.lock", ".feed.lock"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| PathBuf::from(&name).display().to_string());
            }
            _ => {}
        }
    }
    Ok(())
}

/// This machine's own packages, as one more asset.
async fn collect(app: &App, progress: &dyn Fn(&str)) -> anyhow::Result<()> {
    let now = app.now();
    let collected = tokio::task::spawn_blocking(move || {
        let at = now.to_string();
        let options =
            hinomi_collect::Options { root: Path::new("/"), walk_files: false, observed_at: Some(&at) };
        hinomi_collect::collect(&options, &mut |_| {})
    })
    .await?;
    let inventory = match collected {
        Ok(collected) => collected.inventory,
        Err(error) => {
            note(&format!("warning: this machine was not collected: {}", visible(&error.to_string())));
            return Ok(());
        }
    };
    let bytes = write_cyclonedx(&inventory, &WriteOptions::default()).into_bytes();
    let name = inventory.host.hostname.clone().unwrap_or_else(|| "this-machine".to_owned());
    let document = Document { path: format!("{name}.cdx.json"), bytes, inventory };
    let request = ImportRequest {
        asset_id: None,
        asset: Some(name.clone()),
        system: Some(MACHINE_SYSTEM.to_owned()),
        source: Some(SOURCE.to_owned()),
        observed_at: Some(now),
        partial: false,
        kind: Some(AssetKind::Host),
    };
    let console = wiring::console();
    let act = wiring::act(app, &console.actor);
    let imported = inventory_import(&mut Session::default(), &act, &document, &request).await.told()?;
    progress(&format!("this machine ({}) has {} packages", visible(&name), imported.components));
    Ok(())
}

async fn load_feeds(
    app: &App,
    paths: &[PathBuf],
    shutdown: &Shutdown,
    progress: &dyn Fn(&str),
) -> anyhow::Result<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let state = Arc::new(Progress::default());
    let asked = {
        let (state, shutdown) = (state.clone(), shutdown.clone());
        tokio::spawn(async move {
            shutdown.asked().await;
            state.stop.store(true, Ordering::Relaxed);
        })
    };
    let loaded = feed::load(&app.db, app.now(), ("real", "osv"), paths, &state).await?;
    asked.abort();
    let report = &loaded.report;
    progress(&format!(
        "{} real records read: {} added, {} changed, {} refused",
        report.read, report.added, report.changed, report.refused
    ));
    match loaded.errors.first() {
        Some(error) => Err(Failure::new(error.clone()).into()),
        None => Ok(()),
    }
}

async fn link(app: &App, person: &Person, base: &str) -> anyhow::Result<String> {
    if accounts::by_email(&app.db, &person.email).await.told()?.is_none() {
        admin::create_account(app, &person.email, "en").await?;
    }
    admin::sign_in_link(app, &person.email, Some(LINK_LIFETIME), base).await
}

async fn counts(app: &App, staff: &Staff) -> anyhow::Result<serde_json::Value> {
    let (db, now, all) = (&app.db, app.now(), Scope::all());
    let units = hinomi_org::units_visible(db, &all, now).await.told()?;
    let ids: Vec<_> = units.iter().map(|unit| unit.id).collect();
    let (systems, assets) = hinomi_assets::counts_of_units(db, &ids).await.told()?;
    let tickets = read::ticket_counts(db, &all, &TicketFilter::default(), now).await.told()?;
    let vulnerabilities = hinomi_advisories::read::vulnerabilities_all(db).await.told()?;
    let closed = TicketFilter { state: read::StateFilter::Closed, ..TicketFilter::default() };
    let page = async |request: PageRequest| {
        read::ticket_list(db, &all, &closed, read::Sort::Due, now, &request).await.told()
    };
    let closed = crate::cmd::all_pages(page).await?.len();
    Ok(json!({ "units": units.len(), "people": staff.people.len(), "systems": systems, "assets": assets,
        "vulnerabilities": vulnerabilities.iter().filter(|row| row.merged_into.is_none()).count(),
        "tickets_open": tickets.open, "tickets_overdue": tickets.overdue, "tickets_closed": closed }))
}
