// SPDX-License-Identifier: Apache-2.0
//! A large fleet, matched, ticketed, looked at, and met by one new advisory.

use std::time::Instant;

use hinomi_advisories::Importer;
use hinomi_advisories::service::prepare::Document;
use hinomi_core::PageRequest;
use hinomi_core::{Scope, Time};
use hinomi_db::values;
use hinomi_inventory::service::bulk::{Fleet, Loader};
use hinomi_inventory::{CarrierIndex, ComponentRow};
use hinomi_platform::App;
use hinomi_risk::RiskState;
use hinomi_tickets::service::Settler;
use hinomi_tickets::service::read::{self, Sort, TicketFilter};
use tokio::net::TcpListener;

use super::ask::Reader;
use super::made::{self, Made};
use super::{Bench, against, at_most, memory, seconds, tell};
use crate::failure::Told;
use crate::wiring;

const RUN_TARGET_S: f64 = 15.0;
const SIZE_TARGET_MB: f64 = 600.0;
const MEMORY_TARGET_MB: f64 = 1_500.0;
const ADVISORY_TARGET_S: f64 = 1.0;
const HOST_TARGET_MS: f64 = 300.0;

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    let app = bench.app().await?;
    bench.load_records(&app).await?;
    bench.progress("records loaded");
    let started = Instant::now();
    let made = made::company(bench, &app, &[]).await?;
    tell("seeding (no target)", seconds(started), "s")?;
    tell("units", made.units as f64, "")?;
    tell("systems", made.systems.len() as f64, "")?;
    tell("assets", made.assets as f64, "")?;
    tell("distinct components", made.distinct as f64, "")?;
    let first = match_and_settle(bench, &app).await?;
    shape(&app).await?;
    again(&app, first).await?;
    app.db.close().await;
    at_most("database file", bench.size()? / 1e6, "MB", SIZE_TARGET_MB)?;
    tell("peak resident memory until here", memory("VmHWM:"), "MB")?;

    let app = bench.app().await?;
    served(bench, &app, &made).await?;
    app.db.close().await;
    at_most("peak resident memory", memory("VmHWM:"), "MB", MEMORY_TARGET_MB)
}

async fn match_and_settle(bench: &Bench<'_>, app: &App) -> anyhow::Result<f64> {
    let started = Instant::now();
    let matched = hinomi_findings::reconcile(&app.db, app.now(), false).await.told()?;
    let matching = seconds(started);
    bench.progress("matched");
    let started = Instant::now();
    let settled = Settler::default().settle(&app.db, app.now(), false).await.told()?;
    let settling = seconds(started);
    bench.progress("tickets settled");
    tell("full match alone", matching, "s")?;
    tell("tickets reconciled alone", settling, "s")?;
    at_most("full match and tickets reconciled", matching + settling, "s", RUN_TARGET_S)?;
    tell("component matches", matched.began as f64, "")?;
    tell("tickets opened", settled.opened as f64, "")?;
    Ok(matching + settling)
}

/// How affected the fleet is.
async fn shape(app: &App) -> anyhow::Result<()> {
    let items: i64 = app.db.scalar("SELECT count(*) FROM v_ticket_item", values![]).await.told()?;
    tell("ticket items", items as f64, "")?;
    let mut carriers = CarrierIndex::default();
    carriers.refresh(&app.db).await.told()?;
    let mut affected: Vec<u32> = Vec::new();
    let mut findings = 0;
    for row in hinomi_findings::open_affected(&app.db).await.told()? {
        findings += carriers.carriers_of(row.component_id as u32).len();
        affected.push(row.component_id as u32);
    }
    affected.dedup();
    let on_carriers: u64 = affected.iter().map(|id| carriers.carriers_of(*id).len()).sum();
    tell("findings (affected component × vulnerability × asset)", findings as f64, "")?;
    let per_asset = on_carriers as f64 / carriers.carrier_count().max(1) as f64;
    tell("affected components of an asset's 300", per_asset, "")
}

async fn again(app: &App, first: f64) -> anyhow::Result<()> {
    let started = Instant::now();
    hinomi_findings::reconcile(&app.db, app.now(), true).await.told()?;
    Settler::default().settle(&app.db, app.now(), true).await.told()?;
    against(
        "everything matched and settled again, nothing changed",
        seconds(started),
        "s",
        ("first time", first),
    )?;
    let started = Instant::now();
    hinomi_findings::reconcile(&app.db, app.now(), false).await.told()?;
    Settler::default().settle(&app.db, app.now(), false).await.told()?;
    tell("nothing due, in a process that knows nothing yet", seconds(started), "s")
}

async fn served(bench: &Bench<'_>, app: &App, made: &Made) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(hinomi_web::serve(
        app.clone(),
        wiring::routes(&RiskState::default()),
        listener,
        async move {
            let _ = stopped.await;
        },
    ));
    let ciso = Reader::sign_in(app, address, "ciso@bench.example").await?;
    let regional = Reader::sign_in(app, address, "regional@bench.example").await?;
    let manager = Reader::sign_in(app, address, "manager@bench.example").await?;
    let system = made.systems.first().map(ToString::to_string).unwrap_or_default();
    let past = app.now().plus_days(-1).day();
    ciso.measure("heat map of the group", "/risk/heatmap").await?;
    ciso.measure("heat map of a past day", &format!("/risk/heatmap?at={past}")).await?;
    regional.measure("heat map of a region", "/risk/heatmap").await?;
    ciso.measure("first tickets, group CISO", "/tickets?limit=50").await?;
    ciso.measure("first tickets by criticality, group CISO", "/tickets?limit=50&sort=criticality").await?;
    regional.measure("first tickets, a region", "/tickets?limit=50").await?;
    manager.measure("first tickets, a department", "/tickets?limit=50").await?;
    ciso.measure("first tickets, one system", &format!("/tickets?limit=50&system={system}")).await?;
    ciso.measure("counts of tickets, group CISO", "/tickets/counts").await?;
    ciso.measure("residual of the group", "/risk/residual").await?;
    ciso.measure("trend of the group", "/risk/trend").await?;
    ciso.measure("summary of the group", "/risk/summary").await?;
    ciso.measure("first assets, group CISO", "/assets?limit=50").await?;
    bench.progress("pages asked");
    at_most("resident memory while serving", memory("VmRSS:"), "MB", MEMORY_TARGET_MB)?;
    let mut settler = Settler::default();
    settle(app, &mut settler).await?;
    let targets = targets(app).await?;
    for (number, (component, carriers)) in targets.iter().enumerate() {
        one_advisory(app, &mut settler, &ciso, number, component, *carriers).await?;
    }
    one_host(app, &mut settler).await?;
    let _ = stop.send(());
    serving.await??;
    Ok(())
}

async fn settle(app: &App, settler: &mut Settler) -> anyhow::Result<usize> {
    hinomi_findings::reconcile(&app.db, app.now(), false).await.told()?;
    Ok(settler.settle(&app.db, app.now(), false).await.told()?.opened)
}

/// Packages for a new advisory: one that some two thousand assets have, and the most widely spread one.
async fn targets(app: &App) -> anyhow::Result<Vec<(ComponentRow, u64)>> {
    let mut carriers = CarrierIndex::default();
    carriers.refresh(&app.db).await.told()?;
    let highest = hinomi_inventory::component_highest(&app.db).await.told()?;
    let mut spread: Vec<(u64, u32)> =
        (1..=highest as u32).map(|id| (carriers.carriers_of(id).len(), id)).collect();
    spread.sort_unstable();
    let usual = spread.partition_point(|(count, _)| *count < 2_000).min(spread.len().saturating_sub(1));
    let mut found = Vec::new();
    for start in [usual, spread.len().saturating_sub(1)] {
        for (_, id) in spread[..=start].iter().rev() {
            let row = hinomi_inventory::component_by_id(&app.db, i64::from(*id)).await.told()?;
            let Some(row) =
                row.filter(|row| row.purl.as_deref().is_some_and(|purl| purl.starts_with("pkg:rpm/")))
            else {
                continue;
            };
            let all = hinomi_inventory::components_of_keys(
                &app.db,
                &hinomi_match::resolve(&row.query()).every_key().cloned().collect::<Vec<_>>(),
            )
            .await
            .told()?;
            found.push((row, carriers.carriers_of_any(all).len()));
            break;
        }
    }
    Ok(found)
}

async fn one_advisory(
    app: &App,
    settler: &mut Settler,
    reader: &Reader,
    number: usize,
    component: &ComponentRow,
    carriers: u64,
) -> anyhow::Result<()> {
    let cve = format!("CVE-2026-9999{number}");
    let release = component.release.clone().unwrap_or_default();
    let record = serde_json::json!({
        "schema_version": "1.7.0", "id": format!("BENCH-{number}"), "modified": app.now().to_string(),
        "aliases": [cve], "summary": format!("a new vulnerability of {}", component.name),
        "affected": [{
            "package": { "ecosystem": format!("{}:{release}", component.ecosystem), "name": component.package },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "99999.0-1" }] }],
        }],
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    });
    let started = Instant::now();
    let mut importer = Importer::open(&app.db, app.now(), "osv", "bench").await.told()?;
    let document = Document { path: format!("{cve}.json"), bytes: Ok(record.to_string().into_bytes()) };
    importer.take(vec![document]).await.told()?;
    importer.finish().await.told()?;
    let imported = seconds(started);
    hinomi_findings::reconcile(&app.db, app.now(), false).await.told()?;
    let matched = seconds(started);
    let opened = settler.settle(&app.db, app.now(), false).await.told()?.opened;
    let settled = seconds(started);
    let (answer, took) = reader.get(&format!("/affected?q={cve}")).await?;
    let total = seconds(started);
    let shown = answer["assets_total"].as_u64().unwrap_or(0);
    anyhow::ensure!(shown > 0, "{cve} of {} reached none of {carriers} assets: {answer}", component.name);
    let what = format!("one new advisory to its {shown} affected assets");
    at_most(&what, total, "s", ADVISORY_TARGET_S)?;
    tell(&format!("{what}: record imported"), imported * 1000.0, "ms")?;
    tell(&format!("{what}: matched"), (matched - imported) * 1000.0, "ms")?;
    tell(&format!("{what}: {opened} tickets opened, others extended"), (settled - matched) * 1000.0, "ms")?;
    tell(&format!("{what}: answer over HTTP"), took.as_secs_f64() * 1000.0, "ms")
}

/// One host of the fleet reports other packages: a system's tickets must follow quickly.
async fn one_host(app: &App, settler: &mut Settler) -> anyhow::Result<()> {
    let mut carriers = CarrierIndex::default();
    carriers.refresh(&app.db).await.told()?;
    let carrier = 500;
    let mut components = carriers.components_of(carrier);
    let other = carriers.components_of(carrier + 1);
    components.truncate(components.len().saturating_sub(10));
    components.extend(other.into_iter().rev().take(10));
    let components = hinomi_inventory::set::normalise(components);
    let observed_at = Time::from_micros(app.now().as_micros() + 1);
    let list = [(i64::from(carrier), components)];
    let fleet = Fleet { source: "agent", format: "bench", observed_at, carriers: &list };
    let started = Instant::now();
    Loader::default().observe(&app.db, app.now(), &fleet).await.told()?;
    let observed = seconds(started);
    settle(app, settler).await?;
    let total = seconds(started);
    at_most("one host reports: taken in, matched, tickets settled", total * 1000.0, "ms", HOST_TARGET_MS)?;
    tell("one host reports: taken in alone", observed * 1000.0, "ms")?;
    let request = PageRequest::default();
    let filter = TicketFilter::default();
    let page =
        read::ticket_list(&app.db, &Scope::all(), &filter, Sort::Opened, app.now(), &request).await.told()?;
    anyhow::ensure!(!page.items.is_empty(), "no ticket is open");
    Ok(())
}
