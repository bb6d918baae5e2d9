// SPDX-License-Identifier: Apache-2.0
//! `hinomi org`: the organisation as CSV files.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use hinomi_core::Scope;
use hinomi_org::model::sheet::SheetKind;

use crate::config::Settings;
use crate::console::{note, put};
use crate::failure::Told;
use crate::wiring;

/// Import and export units, people and seats
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
        Verb::Export { kind } => {
            let app = wiring::open_existing(settings).await?;
            let sheet = hinomi_org::org_export(&app.db, &Scope::all(), *kind, app.now()).await.told()?;
            std::io::stdout().write_all(sheet.as_ref())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("standard input")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("{}: cannot read", file.display()))
}
