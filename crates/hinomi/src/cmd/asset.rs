// SPDX-License-Identifier: Apache-2.0
//! `hinomi asset`: the assets and what is installed on one.

use std::process::ExitCode;

use hinomi_assets::AssetFilter;
use hinomi_assets::model::AssetList;
use hinomi_core::{PageRequest, Scope};
use serde_json::json;

use super::{all_pages, word};
use crate::config::Settings;
use crate::console::{Format, Table, day, put};
use crate::failure::Told;
use crate::wiring;

/// List assets and show one
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi asset list --list stale")]
pub(crate) struct AssetArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List assets
    #[command(after_help = "Example:\n  hinomi asset list --query web --format jsonl")]
    List {
        /// Part of the name
        #[arg(long, default_value = "")]
        query: String,
        /// all, unassigned, stale or without_inventory
        #[arg(long, default_value = "all", value_parser = word::<AssetList>)]
        list: AssetList,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Show one asset by its name, as JSON
    #[command(after_help = "Example:\n  hinomi asset show web-01")]
    Show { name: String },
}

pub(crate) async fn run(settings: &Settings, args: &AssetArgs) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let now = app.now();
    match &args.verb {
        Verb::List { query, list, format } => {
            let filter = AssetFilter { query: query.clone(), list: *list, ..AssetFilter::default() };
            let page = async |request: PageRequest| {
                hinomi_assets::assets_list(&app.db, &Scope::all(), &filter, None, &request, now).await.told()
            };
            let mut table = Table::new(&["name", "kind", "system", "unit", "os", "last_seen", "stale"]);
            for view in all_pages(page).await? {
                let asset = view.asset;
                table.row(vec![
                    asset.name,
                    asset.kind.name().to_owned(),
                    view.system_name,
                    view.unit_name,
                    format!("{} {}", asset.os_id, asset.os_version).trim().to_owned(),
                    day(asset.last_seen),
                    view.stale.to_string(),
                ]);
            }
            table.print(*format)?;
        }
        Verb::Show { name } => {
            let asset = hinomi_assets::asset_by_name(&app.db, &Scope::all(), name).await.told()?;
            let detail = hinomi_assets::asset_get(&app.db, &Scope::all(), asset.id, now).await.told()?;
            let view = detail.view;
            put(&serde_json::to_string_pretty(&json!({
                "id": asset.id, "name": asset.name, "kind": asset.kind.name(), "system": view.system_name,
                "unit": view.unit_name, "os": { "id": asset.os_id, "version": asset.os_version, "name": asset.os_name },
                "identifiers": detail.identifiers, "first_seen": asset.first_seen, "last_seen": asset.last_seen,
                "stale": view.stale, "retired_at": asset.retired_at,
            }))?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
