// SPDX-License-Identifier: Apache-2.0
//! `hinomi system`: the information systems.

use std::process::ExitCode;

use hinomi_assets::SystemFilter;
use hinomi_assets::model::{Impact, Importance, NewSystem, Reachability, SystemKind};
use hinomi_core::{PageRequest, Scope};
use serde_json::json;

use super::{all_pages, word};
use crate::config::Settings;
use crate::console::{Format, Table, put};
use crate::failure::{Failure, Told};
use crate::wiring;

/// List and make systems
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi system list --format csv > systems.csv")]
pub(crate) struct SystemArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List systems
    #[command(after_help = "Example:\n  hinomi system list --query portal")]
    List {
        /// Part of the code or name
        #[arg(long, default_value = "")]
        query: String,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Make a system
    #[command(
        after_help = "Example:\n  hinomi system create portal --name 'Customer portal' --unit customer-portal --reachability internet --sensitive personal"
    )]
    Create(CreateArgs),
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    code: String,
    #[arg(long)]
    name: String,
    #[arg(long, default_value = "")]
    name_ja: String,
    /// Code of the owning unit
    #[arg(long)]
    unit: String,
    /// internal, partner or internet
    #[arg(long, default_value = "internal", value_parser = word::<Reachability>)]
    reachability: Reachability,
    /// Confidentiality, integrity, availability: low, moderate or high each
    #[arg(long, num_args = 3, value_names = ["C", "I", "A"], value_parser = word::<Impact>)]
    importance: Vec<Impact>,
    /// A kind of sensitive data it holds; may be repeated
    #[arg(long, value_name = "KIND")]
    sensitive: Vec<String>,
    /// The customer it works for
    #[arg(long)]
    customer: Option<String>,
}

pub(crate) async fn run(settings: &Settings, args: &SystemArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::List { query, format } => list(settings, query, *format).await,
        Verb::Create(args) => create(settings, args).await,
    }
}

async fn list(settings: &Settings, query: &str, format: Format) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let filter = SystemFilter { query: query.to_owned(), ..SystemFilter::default() };
    let now = app.now();
    let list = async |request: PageRequest| {
        hinomi_assets::systems_list(&app.db, &Scope::all(), &filter, None, &request, now).await.told()
    };
    let mut table =
        Table::new(&["code", "name", "unit", "reachability", "importance", "sensitive_data", "assets"]);
    for view in all_pages(list).await? {
        let system = view.system;
        table.row(vec![
            system.code.clone(),
            system.name.clone(),
            view.unit_name,
            system.reachability.name().to_owned(),
            system.importance().overall().name().to_owned(),
            system.sensitive_data.to_string(),
            view.asset_count.to_string(),
        ]);
    }
    table.print(format)?;
    Ok(ExitCode::SUCCESS)
}

async fn create(settings: &Settings, args: &CreateArgs) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let unit = hinomi_org::unit_by_code(&app.db, &args.unit, app.now()).await.told()?.ok_or_else(|| {
        Failure::new(format!("unit {} does not exist", args.unit)).hint("hinomi org export units lists them")
    })?;
    let importance = match args.importance.as_slice() {
        [confidentiality, integrity, availability] => Importance {
            confidentiality: *confidentiality,
            integrity: *integrity,
            availability: *availability,
        },
        _ => Importance::LOW,
    };
    let new = NewSystem {
        name_ja: args.name_ja.clone(),
        kind: if args.customer.is_some() { SystemKind::Customer } else { SystemKind::Internal },
        customer: args.customer.clone().unwrap_or_default(),
        importance,
        reachability: args.reachability,
        sensitive_data: !args.sensitive.is_empty(),
        sensitive_kinds: args.sensitive.clone(),
        ..NewSystem::plain(args.code.clone(), args.name.clone(), unit)
    };
    let console = wiring::console();
    let mut tx = app.db.begin().await.told()?;
    let system =
        hinomi_assets::system_create(&mut tx, &wiring::act(&app, &console.actor), new).await.told()?;
    tx.commit().await.told()?;
    put(&json!({ "id": system.id, "code": system.code }).to_string())?;
    Ok(ExitCode::SUCCESS)
}
