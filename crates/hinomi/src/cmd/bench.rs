// SPDX-License-Identifier: Apache-2.0
//! `hinomi bench`: the measured cases of `cargo xtask bench`, each in a database of its own that is thrown away.
//!
//! ```text
//! load   real records into an empty database, then the same again
//! feeds  every real advisory, the same again, deltas of EPSS and KEV
//! sboms  300 real SBOMs through the service of `inventory import`, then matched
//! inventory  real SBOMs read, posted by eight clients; unchanged reports of hosts
//! reconcile  made up: assets of three sources become one inventory
//! months  made up: 36 months of 100,000 assets closed, and the Maturity Monitor's pages
//! loop   made up: three years of a company that changes, packs, reminders, pages over HTTP, heat maps of past days
//! fleet  made up: 100,000 assets of 50 images ─→ match ─→ tickets ─→ pages over HTTP ─→ one new advisory
//! ```
//! Prints one JSON object a figure on standard output; progress goes to standard error.

mod ask;
mod dual_loop;
mod feeds;
mod fleet;
mod inventory;
mod load;
mod made;
mod months;
mod reconcile;
mod sboms;
mod stock;
mod touched;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::ValueEnum;
use hinomi_advisories::service::import::Progress;
use hinomi_advisories::{ImportReport, Importer};
use hinomi_core::SystemClock;
use hinomi_db::{DatabaseUrl, DbOptions};
use hinomi_platform::App;
use serde_json::json;

use crate::config::Settings;
use crate::console::{note, put};
use crate::failure::Told;
use crate::wiring;

/// Measure one case; `cargo xtask bench` makes a table of them
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi bench load")]
pub(crate) struct BenchArgs {
    #[arg(value_enum)]
    case: Case,
    /// Folder of the real data
    #[arg(long, value_name = "DIR", env = "HINOMI_DATA_DIR", default_value = "../shared/data")]
    real: PathBuf,
    /// Keep the database in this folder instead of throwing it away
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Assets of the made-up fleet
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    assets: usize,
    /// Systems of the made-up fleet
    #[arg(long, value_name = "N", default_value_t = 4_000)]
    systems: usize,
    /// Months that the case loop lives
    #[arg(long, value_name = "N", default_value_t = 36, value_parser = clap::value_parser!(i32).range(1..=120))]
    months: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Case {
    Load,
    /// Every real advisory, the same again, deltas of EPSS and KEV
    Feeds,
    Sboms,
    Fleet,
    /// Real SBOMs read and posted; hosts that report that nothing changed
    Inventory,
    /// Assets of three sources become one inventory
    Reconcile,
    /// Thirty-six months of a full-size company closed, and the Maturity Monitor's pages
    Months,
    /// Three years of a full-size company: months, packs, reminders, pages, heat maps of past days
    Loop,
}

pub(crate) async fn run(settings: &Settings, args: &BenchArgs) -> anyhow::Result<ExitCode> {
    let bench = Bench::open(settings, args)?;
    machine_load()?;
    match args.case {
        Case::Load => load::run(&bench).await?,
        Case::Feeds => feeds::run(&bench).await?,
        Case::Sboms => sboms::run(&bench).await?,
        Case::Fleet => fleet::run(&bench).await?,
        Case::Inventory => inventory::run(&bench).await?,
        Case::Reconcile => reconcile::run(&bench).await?,
        Case::Months => months::run(&bench).await?,
        Case::Loop => dual_loop::run(&bench).await?,
    }
    machine_load()?;
    Ok(ExitCode::SUCCESS)
}

/// Where the case works, and how its figures are printed.
struct Bench<'a> {
    settings: Settings,
    args: &'a BenchArgs,
    _folder: Folder,
    started: Instant,
}

impl<'a> Bench<'a> {
    fn open(settings: &Settings, args: &'a BenchArgs) -> anyhow::Result<Self> {
        let folder = match &args.keep {
            Some(path) => Folder { path: path.clone(), keep: true },
            None => {
                let name = format!("hinomi-bench-{}", std::process::id());
                Folder { path: std::env::temp_dir().join(name), keep: false }
            }
        };
        let mut settings = settings.clone();
        // A measured database is always a new SQLite file, or the empty database that somebody named.
        if !settings.database_given {
            let file = folder.path.join("hinomi.db");
            anyhow::ensure!(
                !file.exists(),
                "{}: is there already; a case begins with nothing",
                file.display()
            );
            settings.database = DatabaseUrl::sqlite(&file);
        }
        settings.data = folder.path.clone();
        std::fs::create_dir_all(&folder.path).with_context(|| folder.path.display().to_string())?;
        Ok(Self { settings, args, _folder: folder, started: Instant::now() })
    }

    async fn app(&self) -> anyhow::Result<App> {
        wiring::start(&self.settings, &DbOptions::default(), Arc::new(SystemClock)).await
    }

    fn real(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.args.real.join(name);
        anyhow::ensure!(
            path.exists(),
            "{}: the real data is not there; name its folder with --real",
            path.display()
        );
        Ok(path)
    }

    fn progress(&self, text: &str) {
        note(&format!("{:7.1} s  {text}", self.started.elapsed().as_secs_f64()));
    }

    /// Bytes of the database once nobody has it open.
    fn size(&self) -> anyhow::Result<f64> {
        let Some(path) = self.settings.database.sqlite_path() else { return Ok(0.0) };
        let mut bytes = 0;
        for ending in ["", "-wal"] {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            bytes += std::fs::metadata(Path::new(&name)).map_or(0, |found| found.len());
        }
        Ok(bytes as f64)
    }

    /// The real OSV records, all of them.
    async fn load_records(&self, app: &App) -> anyhow::Result<ImportReport> {
        let path = self.real("advisories-osv.tar.zst")?;
        let mut importer = Importer::open(&app.db, app.now(), "osv", "bench").await.told()?;
        importer.import_path(&path, &Arc::new(Progress::default())).await.told()?;
        importer.finish().await.told()
    }
}

struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // A folder that stays behind in the temporary one harms nobody.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// A figure without a target.
fn tell(what: &str, value: f64, unit: &str) -> anyhow::Result<()> {
    put(&json!({ "what": what, "value": rounded(value), "unit": unit }).to_string())?;
    Ok(())
}

/// A figure that should not be above its target.
fn at_most(what: &str, value: f64, unit: &str, target: f64) -> anyhow::Result<()> {
    put(&json!({ "what": what, "value": rounded(value), "unit": unit, "target": target }).to_string())?;
    Ok(())
}

/// A figure that should not be below its target.
fn at_least(what: &str, value: f64, unit: &str, target: f64) -> anyhow::Result<()> {
    put(&json!({ "what": what, "value": rounded(value), "unit": unit, "target": target, "at_least": true })
        .to_string())?;
    Ok(())
}

/// A figure beside an earlier one.
fn against(what: &str, value: f64, unit: &str, (name, peer): (&str, f64)) -> anyhow::Result<()> {
    put(&json!({ "what": what, "value": rounded(value), "unit": unit,
        "against": { "name": name, "value": rounded(peer) } })
    .to_string())?;
    Ok(())
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// Others may use the machine too: their share stands beside the figures.
fn machine_load() -> anyhow::Result<()> {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tell(&format!("processes that wanted one of {cores} cores (last minute)"), load, "")
}

/// Megabytes of a line of `/proc/self/status`.
fn memory(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let kilobytes = found.and_then(|text| text.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1024.0 / 1e6
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

/// The value that so many of a hundred stay under.
fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
