// SPDX-License-Identifier: Apache-2.0
//! Every real advisory into an empty database, the same again; then a made-up fleet, and a week of EPSS and a month of KEV as
//! deltas up to the priorities of its tickets.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use hinomi_advisories::service::import::Progress;
use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{ImportReport, Importer};
use hinomi_archive::Limits;
use hinomi_core::SystemClock;
use hinomi_db::{DatabaseUrl, DbOptions};
use hinomi_platform::App;

use super::{Bench, at_least, at_most, memory, seconds, tell};
use super::{made, touched};
use crate::failure::Told;
use crate::pipeline::Pipeline;
use crate::wiring;

const SETS: [&str; 6] =
    ["advisories-osv", "advisories-distro", "advisories-more", "cve5-vulnrichment", "nvd", "csaf-vex"];
const LISTS: &str = "kev-epss-ssvc.tar.zst";
/// The older list of each pair, then the newer one.
const KEV: [&str; 2] =
    ["known_exploited_vulnerabilities-2025-07-20.json", "known_exploited_vulnerabilities.json"];
const EPSS: [&str; 2] = ["epss_scores-2026-08-09.csv", "epss_scores-2026-08-16.csv"];

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    let app = bench.app().await?;
    let archives: Vec<PathBuf> =
        SETS.iter().map(|name| bench.args.real.join(format!("{name}.tar.zst"))).collect();
    for path in &archives {
        anyhow::ensure!(path.exists(), "{}: the real data is not there", path.display());
    }
    let started = Instant::now();
    let cold = all(bench, &app, &archives).await?;
    at_least(
        "documents a second, into an empty database",
        cold.read as f64 / seconds(started),
        "/s",
        5_000.0,
    )?;
    tell("documents read", cold.read as f64, "")?;
    tell("documents refused", cold.refused as f64, "")?;
    let started = Instant::now();
    let again = all(bench, &app, &archives).await?;
    at_least("documents a second, the same again", again.read as f64 / seconds(started), "/s", 20_000.0)?;
    at_most("records added or changed by the same again", (again.added + again.changed) as f64, "", 0.0)?;
    let originals = hinomi_advisories::export::originals_bytes(&app.db).await.told()?;
    let mut packed = 0;
    for path in &archives {
        packed += std::fs::metadata(path)?.len();
    }
    at_most("originals, times the archives that they came from", originals as f64 / packed as f64, "", 1.5)?;
    tell("originals", originals as f64 / 1e6, "MB")?;
    at_most("peak resident memory of the imports", memory("VmHWM:"), "MB", 1_000.0)?;
    tell("database file, with its write-ahead log", bench.size()? / 1e6, "MB")?;
    for (what, names) in [("EPSS", EPSS), ("KEV", KEV)] {
        let started = Instant::now();
        let first = one(&app, what, list(bench, names[0])?).await?;
        tell(&format!("{what}, the first list into nothing"), seconds(started), "s")?;
        tell(&format!("{what}, entries of the first list"), first.read as f64, "")?;
    }
    bench.progress("lists taken in");
    deltas(bench, &app).await?;
    app.db.close().await;
    tell("database file of all that and the fleet", bench.size()? / 1e6, "MB")?;
    peers_set(bench).await
}

/// Trustify publishes 8 s for its set DS3 (72 documents, 16.5 MB: 31 CSAF, 33 CVE, 2 OSV, 6 SPDX; one upload over HTTP, a
/// PostgreSQL, a runner of GitHub). In hand are those of its CSAF documents whose ids are not held back.
async fn peers_set(bench: &Bench<'_>) -> anyhow::Result<()> {
    let Some(file) = bench.settings.database.sqlite_path() else { return Ok(()) };
    let mut settings = bench.settings.clone();
    settings.database = DatabaseUrl::sqlite(&file.with_file_name("ds3.db"));
    let path = bench.real("csaf-vex.tar.zst")?;
    let mut documents = Vec::new();
    hinomi_archive::walk(&path, &Limits::default(), &mut |entry| {
        if entry.path.contains("/trustify-ds3-csaf/") {
            let bytes = entry.bytes.map(std::borrow::Cow::into_owned).map_err(|error| error.to_string());
            documents.push(Document { path: entry.path, bytes });
        }
        ControlFlow::Continue(())
    })?;
    let bytes: usize = documents.iter().filter_map(|one| one.bytes.as_ref().ok()).map(Vec::len).sum();
    let app = wiring::start(&settings, &DbOptions::default(), Arc::new(SystemClock)).await?;
    tell("Trustify's set DS3, CSAF documents of it in hand", documents.len() as f64, "")?;
    tell("Trustify's set DS3, of 16.5 MB in hand", bytes as f64 / 1e6, "MB")?;
    let started = Instant::now();
    let mut importer = Importer::open(&app.db, app.now(), "ds3", "file").await.told()?;
    importer.take(documents).await.told()?;
    let report = importer.finish().await.told()?;
    tell("Trustify's set DS3, what of it is in hand into an empty database", seconds(started), "s")?;
    tell("Trustify's set DS3, records of it", report.read as f64, "")?;
    app.db.close().await;
    Ok(())
}

/// The second list of each, for a fleet whose tickets are settled: as a server takes it, which remembers its carriers.
async fn deltas(bench: &Bench<'_>, app: &App) -> anyhow::Result<()> {
    let moved = touched::crossing(&list(bench, EPSS[0])?, &list(bench, EPSS[1])?)?;
    tell("EPSS delta, vulnerabilities that cross a bound of the policy", moved.len() as f64, "")?;
    let listed = touched::listed(&list(bench, KEV[0])?, &list(bench, KEV[1])?)?;
    let likelier = touched::components(&app.db, &moved).await?;
    let exploited = touched::components(&app.db, &listed).await?;
    tell("components of the fleet that the week of EPSS is about", likelier.len() as f64, "")?;
    tell("components of the fleet that the month of KEV is about", exploited.len() as f64, "")?;
    let made = made::company(bench, app, &[likelier, exploited].concat()).await?;
    tell("assets of the fleet", made.assets as f64, "")?;
    let pipeline = Pipeline::default();
    let settled = pipeline.reconcile(&app.db, app.now(), false).await?;
    tell("tickets of the fleet", settled.tickets_opened as f64, "")?;
    bench.progress("fleet settled");
    for (what, names) in [("EPSS", EPSS), ("KEV", KEV)] {
        let second = list(bench, names[1])?;
        let before = events(app).await?;
        let started = Instant::now();
        let delta = one(app, what, second).await?;
        let taken = seconds(started);
        let settled = pipeline.reconcile(&app.db, app.now(), false).await?;
        at_most(&format!("{what} delta to updated priorities"), seconds(started), "s", 3.0)?;
        tell(&format!("{what} delta, taking it in alone"), taken, "s")?;
        tell(&format!("{what} delta, added"), delta.added as f64, "")?;
        tell(&format!("{what} delta, changed"), delta.changed as f64, "")?;
        at_least(&format!("{what} delta, items decided otherwise"), events(app).await? - before, "", 1.0)?;
        let opened = settled.tickets_opened as f64;
        at_most(&format!("{what} delta, tickets opened"), opened, "", 0.0)?;
    }
    Ok(())
}

/// How often an item was decided otherwise because of what became known.
async fn events(app: &App) -> anyhow::Result<f64> {
    let count = hinomi_tickets::service::read::items_rated(&app.db).await.told()?;
    Ok(count as f64)
}

async fn all(bench: &Bench<'_>, app: &App, archives: &[PathBuf]) -> anyhow::Result<ImportReport> {
    let mut sum = ImportReport::default();
    for (name, path) in SETS.iter().zip(archives) {
        let started = Instant::now();
        let mut importer = Importer::open(&app.db, app.now(), name, "file").await.told()?;
        importer.import_path(path, &Arc::new(Progress::default())).await.told()?;
        let report = importer.finish().await.told()?;
        tell(&format!("{name}: {} documents", report.read), seconds(started), "s")?;
        bench.progress(&format!("{name} taken in, at most {:.0} MB so far", memory("VmHWM:")));
        sum.read += report.read;
        sum.added += report.added;
        sum.changed += report.changed;
        sum.refused += report.refused;
    }
    Ok(sum)
}

fn list(bench: &Bench<'_>, name: &str) -> anyhow::Result<Document> {
    let path = bench.args.real.join(LISTS);
    let mut found = None;
    hinomi_archive::walk(&path, &Limits::default(), &mut |entry| {
        if entry.path.ends_with(&format!("/{name}")) {
            let bytes = entry.bytes.map(std::borrow::Cow::into_owned).map_err(|error| error.to_string());
            found = Some(Document { path: name.to_owned(), bytes });
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    found.ok_or_else(|| anyhow::anyhow!("{}: has no {name}", path.display()))
}

async fn one(app: &App, feed: &str, document: Document) -> anyhow::Result<ImportReport> {
    let mut importer = Importer::open(&app.db, app.now(), feed, "file").await.told()?;
    importer.take(vec![document]).await.told()?;
    importer.finish().await.told()
}
