// SPDX-License-Identifier: Apache-2.0
//! `hinomi org`: the organisation as CSV files.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use hinomi_core::{Scope, UnitId};
use hinomi_org::UnitClosing;
use hinomi_org::model::sheet::{SheetKind, parse_time};
use hinomi_platform::App;
use serde_json::json;

use crate::config::Settings;
use crate::console::{note, put};
use crate::failure::{Failure, Told};
use crate::wiring;

/// Import and export units, people and seats; end units
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi org import units units.csv --dry-run")]
pub(crate) struct OrgArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Take a CSV file in, whole or not at all; every wrong place is named with row and column
    #[command(after_help = "Example:\n  hinomi org import people people.csv")]
    Import {
        #[arg(value_parser = kind)]
        kind: SheetKind,
        /// The file; `-` reads standard input
        file: PathBuf,
        /// Say what would change, change nothing
        #[arg(long)]
        dry_run: bool,
        /// Why, for the audit trail
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// End a unit; what it owns passes to another
    #[command(
        after_help = "Example:\n  hinomi org close SALES-EU --to SALES --reason \"merged on 1 December\"\n\nWithout --to, a unit that owns anything is refused and told what: systems, enrolment tokens, assignment rules, directives, improvements, programmes, bodies, places in bodies."
    )]
    Close {
        /// The unit's code
        code: String,
        /// Code of the unit that takes over everything, people too
        #[arg(long, value_name = "CODE")]
        to: Option<String>,
        /// The day on which it ends, such as 2026-12-01; now when absent. A day to come is a plan
        #[arg(long, value_name = "DAY", conflicts_with = "to")]
        on: Option<String>,
        /// Why, for the audit trail
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Print a CSV file that can be imported again
    #[command(after_help = "Example:\n  hinomi org export seats > seats.csv")]
    Export {
        #[arg(value_parser = kind)]
        kind: SheetKind,
    },
}

fn kind(text: &str) -> Result<SheetKind, String> {
    SheetKind::ALL.iter().copied().find(|kind| kind.name() == text).ok_or_else(|| {
        let names: Vec<&str> = SheetKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("known are {}", names.join(", "))
    })
}

pub(crate) async fn run(settings: &Settings, args: &OrgArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::Import { kind, file, dry_run, reason } => {
            let bytes = read(file)?;
            let app = wiring::open(settings).await?;
            let console = wiring::console();
            let act = wiring::act(&app, &console.actor).because(reason.clone());
            let counts = hinomi_org::org_import(&act, *kind, &bytes, *dry_run)
                .await
                .told()
                .with_context(|| file.display().to_string())?;
            put(&serde_json::to_string(&counts)?)?;
            if *dry_run {
                note("dry run: nothing was changed");
            }
            Ok(ExitCode::SUCCESS)
        }
        Verb::Close { code, to, on, reason } => {
            let app = wiring::open_existing(settings).await?;
            let console = wiring::console();
            let act = wiring::act(&app, &console.actor).because(reason.clone());
            let id = unit(&app, code).await?;
            let hand_over_to = match to {
                Some(code) => Some(unit(&app, code).await?),
                None => None,
            };
            let at = on
                .as_deref()
                .map(parse_time)
                .transpose()
                .map_err(|cause| Failure::new(format!("--on {cause}")))?;
            hinomi_org::unit_close(&act, id, UnitClosing { at, hand_over_to }).await.told()?;
            put(
                &json!({ "closed": code, "hand_over_to": to, "valid_to": at.unwrap_or(act.now) }).to_string()
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Export { kind } => {
            let app = wiring::open_existing(settings).await?;
            let sheet = hinomi_org::org_export(&app.db, &Scope::all(), *kind, app.now()).await.told()?;
            std::io::stdout().write_all(sheet.as_ref())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn unit(app: &App, code: &str) -> anyhow::Result<UnitId> {
    let found = hinomi_org::unit_by_code(&app.db, code, app.now()).await?;
    Ok(found.ok_or_else(|| Failure::new(format!("unit {code} does not exist")))?)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("standard input")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("{}: cannot read", file.display()))
}
