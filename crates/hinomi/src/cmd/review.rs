// SPDX-License-Identifier: Apache-2.0
//! `hinomi review`: management's month.

use std::path::PathBuf;
use std::process::ExitCode;

use hinomi_core::UnitId;
use hinomi_maturity::model::Month;
use hinomi_maturity::service::month_close_by_hand;
use hinomi_platform::App;
use hinomi_review::pack::{Language, pack_make, pack_of, pack_pdf};

use crate::config::Settings;
use crate::console::note;
use crate::failure::{Failure, Told};
use crate::wiring;

/// Packs of closed months, and months that nothing has closed
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi review pack --month 2026-10 --lang ja --out pack.pdf")]
pub(crate) struct ReviewArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Write a month's pack as a PDF; it is made first when the month is closed and has none yet
    #[command(after_help = "Example:\n  hinomi review pack --month 2026-10 --lang ja --out pack.pdf")]
    Pack(PackArgs),
    /// Close a month that the server passed by; it is evaluated as of its end and marked as closed late
    #[command(
        after_help = "Example:\n  hinomi review close --month 2026-11 --reason \"the server was down\""
    )]
    Close(CloseArgs),
}

#[derive(Debug, clap::Args)]
struct CloseArgs {
    /// YYYY-MM; a month that has ended and is not closed
    #[arg(long)]
    month: String,
    /// Why it is closed by hand: kept with the month and in the audit trail
    #[arg(long)]
    reason: String,
}

#[derive(Debug, clap::Args)]
struct PackArgs {
    /// YYYY-MM; a month that is closed
    #[arg(long)]
    month: String,
    /// Code of the unit that it is about [default: the whole group]
    #[arg(long)]
    unit: Option<String>,
    /// en or ja
    #[arg(long, default_value = "en", value_parser = language)]
    lang: Language,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
}

fn language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::En),
        "ja" => Ok(Language::Ja),
        other => Err(format!("{other:?} is neither en nor ja")),
    }
}

pub(crate) async fn run(settings: &Settings, args: &ReviewArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::Pack(args) => pack(settings, args).await,
        Verb::Close(args) => close(settings, args).await,
    }
}

fn month_named(text: &str) -> anyhow::Result<Month> {
    let wrong = |error: hinomi_maturity::MaturityError| Failure::new(error.to_string()).used_wrongly();
    Ok(text.parse().map_err(wrong)?)
}

async fn close(settings: &Settings, args: &CloseArgs) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let month = month_named(&args.month)?;
    let actor = wiring::console().actor;
    let closed = month_close_by_hand(&app, &actor, month, &args.reason).await.told()?;
    let late = if closed.late { ", late" } else { "" };
    note(&format!("{month}: closed{late}, {} units, rows {}", closed.units, closed.rows_hash));
    Ok(ExitCode::SUCCESS)
}

async fn pack(settings: &Settings, args: &PackArgs) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let month = month_named(&args.month)?;
    let unit = unit(&app, args.unit.as_deref()).await?;
    pack_make(&app, unit, month).await.told()?;
    let pack = pack_of(&app.db, unit, &month.to_string()).await.told()?;
    let pack = pack.ok_or_else(|| Failure::new(format!("month {month} has no pack")))?;
    let pdf = pack_pdf(&pack, args.lang).told()?;
    std::fs::write(&args.out, pdf)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", args.out.display())))?;
    note(&format!("{}: pack of {month}, content {}", args.out.display(), pack.line.hash));
    Ok(ExitCode::SUCCESS)
}

async fn unit(app: &App, code: Option<&str>) -> anyhow::Result<UnitId> {
    let tree = hinomi_org::tree_at(&app.db, app.now()).await.told()?;
    let found = match code {
        Some(code) => tree.by_code(code).map(|node| node.id),
        None => tree.root().map(|root| root.id),
    };
    let named = code.unwrap_or("at the top");
    found.ok_or_else(|| {
        Failure::new(format!("unit {named} does not exist")).hint("hinomi org export units lists them").into()
    })
}
