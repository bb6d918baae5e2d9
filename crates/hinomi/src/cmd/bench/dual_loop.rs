// SPDX-License-Identifier: Apache-2.0
//! The two loops at full size: a company of 850 units lives three years under a clock of its own, its months are closed, and
//! everybody looks.
//!
//! ```text
//! day 0, 1,100 days ago ─→ per month: hosts report, systems change hands, matched, settled ─→ month closed
//!                                                    └─→ today: packs on paper, reminders, pages, heat maps of past days
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hinomi_assets::model::SystemChange;
use hinomi_assets::system_change;
use hinomi_core::{ManualClock, SystemClock, SystemId, Time};
use hinomi_db::DbOptions;
use hinomi_inventory::CarrierIndex;
use hinomi_inventory::service::bulk::{Fleet, Loader};
use hinomi_maturity::model::Month;
use hinomi_maturity::service;
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;
use hinomi_review::department::departments_keep;
use hinomi_review::duties::duties_remind;
use hinomi_review::pack::{Language, PackView, pack_make, pack_of, pack_pdf, packs_keep};
use hinomi_risk::RiskState;
use hinomi_tickets::service::Settler;
use tokio::net::TcpListener;

use super::ask::Reader;
use super::made::{self, Dice, Made};
use super::{Bench, at_least, at_most, memory, percentile, seconds, tell};
use crate::console::note;
use crate::failure::Told;
use crate::wiring;

/// Of so many months the past days and the stored rows are measured against their targets.
const WHOLE_MONTHS: i32 = 36;
const PAST_DAYS: i64 = 1_000;
/// Of the past days so many are asked for.
const DAYS_ASKED: usize = 300;
/// Of a hundred hosts so many report something else in a month, and of a hundred systems so many change hands.
const HOSTS_PERCENT: usize = 2;
const SYSTEMS_PERCENT: usize = 1;
const CLOSE_TARGET_S: f64 = 60.0;
const ROWS_TARGET: f64 = 1_440_000.0;
const PAGE_TARGET_MS: f64 = 50.0;
const HEAT_TARGET_MS: f64 = 100.0;
const PACK_TARGET_S: f64 = 2.0;

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    let app = bench.app().await?;
    bench.load_records(&app).await?;
    app.db.close().await;
    bench.progress("records loaded");
    let today = hinomi_core::Clock::now(&SystemClock);
    let days = &GroupDays::default();
    let first = Month::of(today, days).plus(-bench.args.months);
    let began = if is_whole(bench) { today.plus_days(-PAST_DAYS - 1) } else { today };
    let clock = Arc::new(ManualClock::at(first.start(days).min(began)));
    let app = wiring::start(&bench.settings, &DbOptions::default(), clock.clone()).await?;
    let made = made::company(bench, &app, &[]).await?;
    tell("units", made.units as f64, "")?;
    tell("systems", made.systems.len() as f64, "")?;
    tell("assets", made.assets as f64, "")?;
    let mut company = Company { app: &app, made: &made, settler: Settler::default(), dice: Dice::new(7) };
    company.settle().await?;
    bench.progress("matched and settled");
    live(bench, &mut company, &clock, first).await?;
    clock.set(today);
    rows(bench, &app, first).await?;
    bench.progress("rows counted");
    jobs(&app).await?;
    packs(&app, first.plus(bench.args.months - 1)).await?;
    running(bench, &app, today).await?;
    bench.progress("packs made, reminders written");
    served(bench, &app, today).await?;
    app.db.close().await;
    tell("database file", bench.size()? / 1e6, "MB")?;
    tell("peak resident memory", memory("VmHWM:"), "MB")
}

/// Fewer months are lived to look at single figures: no past of a thousand days, no full table.
fn is_whole(bench: &Bench<'_>) -> bool {
    bench.args.months >= WHOLE_MONTHS
}

struct Company<'a> {
    app: &'a App,
    made: &'a Made,
    settler: Settler,
    dice: Dice,
}

impl Company<'_> {
    async fn settle(&mut self) -> anyhow::Result<()> {
        hinomi_findings::reconcile(&self.app.db, self.app.now(), false).await.told()?;
        self.settler.settle(&self.app.db, self.app.now(), false).await.told()?;
        Ok(())
    }

    /// Hosts report what hosts beside them have; systems are handed over.
    async fn month(&mut self) -> anyhow::Result<()> {
        let now = self.app.now();
        let mut carriers = CarrierIndex::default();
        carriers.refresh(&self.app.db).await.told()?;
        let mut list: Vec<(i64, Vec<u32>)> = Vec::new();
        for _ in 0..(self.made.assets * HOSTS_PERCENT / 100).max(1) {
            let carrier = self.dice.below(self.made.assets.saturating_sub(1)) as u32 + 1;
            let mut components = carriers.components_of(carrier);
            let other = carriers.components_of(carrier % self.made.assets as u32 + 1);
            components.truncate(components.len().saturating_sub(10));
            components.extend(other.into_iter().rev().take(10));
            list.push((i64::from(carrier), hinomi_inventory::set::normalise(components)));
        }
        list.sort_unstable();
        list.dedup_by_key(|(carrier, _)| *carrier);
        let fleet = Fleet { source: "agent", format: "bench", observed_at: now, carriers: &list };
        Loader::default().observe(&self.app.db, now, &fleet).await.told()?;
        self.hand_over().await?;
        self.settle().await
    }

    async fn hand_over(&mut self) -> anyhow::Result<()> {
        let console = wiring::console();
        let act = wiring::act(self.app, &console.actor);
        let tree = hinomi_org::tree_at(&self.app.db, act.now).await.told()?;
        let departments: Vec<_> = tree.nodes().iter().filter(|node| node.code.starts_with('d')).collect();
        let mut tx = self.app.db.begin().await.told()?;
        let wanted = (self.made.systems.len() * SYSTEMS_PERCENT / 100).max(1);
        // Each at most once: who owns since now cannot hand on now.
        let chosen: BTreeSet<usize> = (0..wanted).map(|_| self.dice.below(self.made.systems.len())).collect();
        for system in chosen.into_iter().filter_map(|at| self.made.systems.get(at)) {
            let unit = departments.get(self.dice.below(departments.len())).map(|node| node.id);
            change(&mut tx, &act, *system, unit).await?;
            if tx.is_chunk_full() {
                tx.commit().await.told()?;
                tx = self.app.db.begin().await.told()?;
            }
        }
        tx.commit().await.told()
    }
}

async fn change(
    tx: &mut hinomi_db::Tx,
    act: &hinomi_org::Act<'_>,
    system: SystemId,
    unit: Option<hinomi_core::UnitId>,
) -> anyhow::Result<()> {
    let change = SystemChange { unit_id: unit, ..SystemChange::default() };
    system_change(tx, act, system, change).await.told()?;
    Ok(())
}

async fn live(
    bench: &Bench<'_>,
    company: &mut Company<'_>,
    clock: &ManualClock,
    first: Month,
) -> anyhow::Result<()> {
    let (mut longest, mut all) = (0.0_f64, 0.0);
    let days = &GroupDays::default();
    for step in 0..bench.args.months {
        let month = first.plus(step);
        clock.set(month.start(days).plus_days(14));
        company.month().await?;
        clock.set(month.closes_at(days));
        let one = Instant::now();
        service::month_close(&company.app.db, month, month.closes_at(days)).await.told()?;
        longest = longest.max(seconds(one));
        all += seconds(one);
        bench.progress(&format!("{month} closed"));
    }
    at_most("slowest month closed, all units and indicators", longest, "s", CLOSE_TARGET_S)?;
    tell(&format!("{} months closed", bench.args.months), all, "s")?;
    let started = Instant::now();
    let verified = service::month_verify(&company.app.db, first.plus(bench.args.months - 1)).await.told()?;
    anyhow::ensure!(verified.differences.is_empty(), "{:?}", verified.differences.first());
    tell("one month computed again from its rows", seconds(started), "s")
}

/// Today's formulas fill about a third of what all six axes will: the rest is corrections, each a snapshot of its own.
async fn rows(bench: &Bench<'_>, app: &App, first: Month) -> anyhow::Result<()> {
    let mut rows = service::snapshot_rows(&app.db).await.told()?;
    tell(&format!("snapshot rows of {} months", bench.args.months), rows as f64, "")?;
    if !is_whole(bench) {
        note("fewer months than the whole: no months are corrected to fill the table");
        return Ok(());
    }
    let (before, started, mut corrections) = (rows, Instant::now(), 0);
    let console = wiring::console();
    while (rows as f64) < ROWS_TARGET && corrections < 4 * bench.args.months {
        let month = first.plus(corrections % bench.args.months);
        service::month_correct(app, &console.actor, month, "as many rows as six axes have").await.told()?;
        bench.progress(&format!("{month} corrected"));
        corrections += 1;
        rows = service::snapshot_rows(&app.db).await.told()?;
    }
    if rows > before {
        tell(&format!("{corrections} months corrected"), seconds(started), "s")?;
    }
    at_least("snapshot rows stored", rows as f64, "", ROWS_TARGET)
}

async fn packs(app: &App, month: Month) -> anyhow::Result<()> {
    let started = Instant::now();
    let kept = packs_keep(app).await.told()?;
    tell(&format!("{} packs made by the job", kept.made.len()), seconds(started), "s")?;
    if hinomi_web::fonts().is_empty() {
        note("this build carries no fonts: packs on paper are not measured");
        return Ok(());
    }
    let tree = hinomi_org::tree_at(&app.db, app.now()).await.told()?;
    let region = tree.by_code("r1").or_else(|| tree.by_code("r0"));
    let root = tree.by_code("group");
    // The group's is there already: a region's is made anew, the group's one is printed.
    for (what, node) in [("a region", region), ("the group", root)] {
        let Some(node) = node else { continue };
        let started = Instant::now();
        let is_new = pack_make(app, node.id, month).await.told()?.is_some();
        let made = seconds(started);
        let Some(pack) = pack_of(&app.db, node.id, &month.to_string()).await.told()? else { continue };
        for language in [Language::En, Language::Ja] {
            let pdf = print(&pack, language).await?;
            let sum = if is_new { made + pdf } else { pdf };
            let what =
                format!("pack of {what}{}, PDF {}", if is_new { " counted" } else { "" }, language.code());
            at_most(&what, sum, "s", PACK_TARGET_S)?;
        }
    }
    Ok(())
}

async fn print(pack: &PackView, language: Language) -> anyhow::Result<f64> {
    let pack = pack.clone();
    let started = Instant::now();
    tokio::task::spawn_blocking(move || pack_pdf(&pack, language)).await?.told()?;
    Ok(seconds(started))
}

/// What runs every hour, and so has run long before a month is closed and its packs are made.
async fn jobs(app: &App) -> anyhow::Result<()> {
    let (started, mut months) = (Instant::now(), 0);
    loop {
        let counted = departments_keep(app).await.told()?.months;
        months += counted;
        if counted == 0 {
            break;
        }
    }
    tell(&format!("departments looked after, {months} months counted"), seconds(started), "s")?;
    let started = Instant::now();
    let found = service::gaps_keep(&app.db, app.now()).await.told()?;
    tell(&format!("gaps of large units found: {found}"), seconds(started), "s")?;
    for time in ["first", "again"] {
        let started = Instant::now();
        let done = duties_remind(app).await.told()?;
        tell(&format!("reminders, {time}: {} mails", done.mails), seconds(started), "s")?;
    }
    Ok(())
}

/// The month that runs: its preview, and what is found beforehand for it.
async fn running(bench: &Bench<'_>, app: &App, today: Time) -> anyhow::Result<()> {
    let started = Instant::now();
    service::preview(&app.db, today).await.told()?;
    at_most("preview of the running month, all units and indicators", seconds(started), "s", CLOSE_TARGET_S)?;
    let started = Instant::now();
    let found = service::gaps_keep(&app.db, today).await.told()?;
    tell(&format!("gaps of large units found after it: {found}"), seconds(started), "s")?;
    bench.progress("running month previewed");
    Ok(())
}

async fn served(bench: &Bench<'_>, app: &App, today: Time) -> anyhow::Result<()> {
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
    let manager = Reader::sign_in(app, address, "manager@bench.example").await?;
    let tree = hinomi_org::tree_at(&app.db, app.now()).await.told()?;
    let named = |code: &str| tree.by_code(code).map(|node| node.id.to_string()).unwrap_or_default();
    let (unit, company, region, group) = (named("d000"), named("c00"), named("r1"), named("group"));
    let month = Month::of(today, &GroupDays::default());
    let packs = ciso.get("/packs").await?.0;
    let pack = packs["items"][0]["id"].as_str().unwrap_or_default().to_owned();
    for (what, path) in [
        ("maturity of the group", "/maturity".to_owned()),
        ("maturity of a department", format!("/maturity?unit={unit}")),
        ("its past", "/maturity/trend?months=36".to_owned()),
        ("rows of a figure", "/maturity/rows?indicator=S2&limit=50".to_owned()),
        ("tickets that close the gap", "/maturity/gap?axis=system".to_owned()),
        ("the same of a region", format!("/maturity/gap?axis=system&unit={region}")),
        ("the same of a company", format!("/maturity/gap?axis=system&unit={company}")),
        ("the same of a department", format!("/maturity/gap?axis=system&unit={unit}")),
        ("the running month of the group", format!("/maturity?month={month}")),
        ("rows of a running figure", format!("/maturity/rows?indicator=S3&limit=50&month={month}")),
        ("heat map of the group", "/risk/heatmap".to_owned()),
        ("residual of the group", "/risk/residual".to_owned()),
        ("trend of the group", "/risk/trend".to_owned()),
        ("counts beside the heat map", "/risk/summary".to_owned()),
        ("tickets", "/tickets?state=open&sort=due&limit=50".to_owned()),
        ("tickets by update run", "/tickets/groups?state=open&limit=50".to_owned()),
        ("counts of tickets", "/tickets/counts?state=open".to_owned()),
        ("vulnerabilities that affect us", "/vulnerabilities?affected=true&limit=50".to_owned()),
        ("what changed since yesterday", "/vulnerability-changes".to_owned()),
        ("assets", "/assets?limit=50".to_owned()),
        ("systems", "/systems?limit=50".to_owned()),
        ("packs", "/packs".to_owned()),
        ("a pack", format!("/packs/{pack}")),
        ("rows of a pack's figure", format!("/packs/{pack}/rows?figure=moved.after")),
        ("bodies", "/bodies".to_owned()),
        ("meetings", "/meetings".to_owned()),
        ("directives", "/directives".to_owned()),
        ("hazards", "/hazards".to_owned()),
        ("programmes", "/programmes".to_owned()),
        ("departments", "/departments".to_owned()),
        ("a department's page", format!("/department?unit={unit}")),
        ("a region's page", format!("/department?unit={region}")),
        ("the group's page", format!("/department?unit={group}")),
        ("what is owed in the group", "/obligations".to_owned()),
        ("what is late in the group", "/obligations?state=overdue".to_owned()),
    ] {
        ciso.measure(what, &path).await?;
    }
    manager.measure("what a manager owes", "/me/obligations").await?;
    if is_whole(bench) {
        past(&ciso, today).await?;
    }
    bench.progress("pages asked");
    let _ = stop.send(());
    serving.await??;
    Ok(())
}

/// Heat maps of days that nobody has asked for before.
async fn past(ciso: &Reader, today: Time) -> anyhow::Result<()> {
    let mut dice = Dice::new(11);
    let mut times: Vec<Duration> = Vec::with_capacity(DAYS_ASKED);
    for _ in 0..DAYS_ASKED {
        let day = today.plus_days(-1 - dice.below(PAST_DAYS as usize) as i64).day();
        times.push(ciso.get(&format!("/risk/heatmap?at={day}")).await?.1);
    }
    let all = format!("heat map of any of {PAST_DAYS} past days");
    at_most(&format!("{all}: slowest of {DAYS_ASKED}"), percentile(&mut times, 100), "ms", HEAT_TARGET_MS)?;
    tell(&format!("{all}: median"), percentile(&mut times, 50), "ms")?;
    at_most(&format!("{all}: 95th percentile"), percentile(&mut times, 95), "ms", PAGE_TARGET_MS)
}
