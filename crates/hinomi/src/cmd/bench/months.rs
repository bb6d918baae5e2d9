// SPDX-License-Identifier: Apache-2.0
//! Thirty-six months of the full-size company, closed one after the other, and the Maturity Monitor's pages over them.

use std::time::Instant;

use hinomi_core::{Scope, UnitId};
use hinomi_db::values;
use hinomi_maturity::model::Month;
use hinomi_maturity::service::{self, RowsWanted};
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;
use hinomi_score::maturity::Axis;
use hinomi_tickets::service::Settler;

use super::{Bench, at_most, made, memory, seconds, tell};
use crate::failure::Told;

const MONTHS: i32 = 36;
const CLOSE_TARGET_S: f64 = 60.0;
const PAGE_TARGET_MS: f64 = 50.0;
/// Pages asked for, of as many units.
const PAGES: usize = 60;

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    let app = bench.app().await?;
    bench.load_records(&app).await?;
    bench.progress("records loaded");
    let made = made::company(bench, &app, &[]).await?;
    tell("units", made.units as f64, "")?;
    tell("assets", made.assets as f64, "")?;
    hinomi_findings::reconcile(&app.db, app.now(), false).await.told()?;
    Settler::default().settle(&app.db, app.now(), false).await.told()?;
    bench.progress("matched and settled");
    let items: i64 = app.db.scalar("SELECT COUNT(*) FROM v_ticket_item", values![]).await.told()?;
    tell("items of tickets", items as f64, "")?;
    close(bench, &app).await?;
    pages(&app).await?;
    app.db.close().await;
    tell("database file", bench.size()? / 1e6, "MB")?;
    tell("peak resident memory", memory("VmHWM:"), "MB")
}

/// Everything was made today, so the months that are closed begin with this one.
async fn close(bench: &Bench<'_>, app: &App) -> anyhow::Result<()> {
    let days = &GroupDays::default();
    let first = Month::of(app.now(), days);
    let (started, mut longest) = (Instant::now(), 0.0_f64);
    for step in 0..MONTHS {
        let month = first.plus(step);
        let one = Instant::now();
        service::month_close(&app.db, month, month.closes_at(days)).await.told()?;
        longest = longest.max(seconds(one));
    }
    at_most("slowest month closed, all units and indicators", longest, "s", CLOSE_TARGET_S)?;
    tell("36 months closed", seconds(started), "s")?;
    bench.progress("months closed");
    let started = Instant::now();
    let verified = service::month_verify(&app.db, first.plus(MONTHS - 1)).await.told()?;
    anyhow::ensure!(verified.differences.is_empty(), "{:?}", verified.differences.first());
    tell("one month computed again from its rows", seconds(started), "s")
}

async fn pages(app: &App) -> anyhow::Result<()> {
    let tree = hinomi_org::tree_at(&app.db, app.now()).await.told()?;
    let step = (tree.len() / PAGES).max(1);
    let units: Vec<UnitId> = tree.nodes().iter().step_by(step).map(|node| node.id).collect();
    let (all, db) = (Scope::all(), &app.db);
    let mut times: [Vec<f64>; 4] = Default::default();
    for unit in units {
        let unit = Some(unit);
        let started = Instant::now();
        service::unit_view(db, &all, unit, None).await.told()?;
        times[0].push(seconds(started) * 1e3);
        let started = Instant::now();
        service::trend(db, &all, unit, MONTHS).await.told()?;
        times[1].push(seconds(started) * 1e3);
        let started = Instant::now();
        let (indicator, limit) = ("S2", 50);
        let wanted = RowsWanted { unit, month: None, indicator, side: None, offset: 0, limit };
        service::rows(db, &all, wanted).await.told()?;
        times[2].push(seconds(started) * 1e3);
        let started = Instant::now();
        service::gap(db, &all, unit, None, Axis::System, app.now()).await.told()?;
        times[3].push(seconds(started) * 1e3);
    }
    for (what, mut of_page) in
        ["a unit's month", "its past", "rows of a figure", "rows that close a gap"].iter().zip(times)
    {
        of_page.sort_by(f64::total_cmp);
        let at = (of_page.len() * 95 / 100).min(of_page.len().saturating_sub(1));
        let p95 = of_page.get(at).copied().unwrap_or(0.0);
        at_most(&format!("{what}, 95th percentile"), p95, "ms", PAGE_TARGET_MS)?;
    }
    Ok(())
}
