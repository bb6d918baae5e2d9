// SPDX-License-Identifier: Apache-2.0
//! `hinomi asset`: the assets and what is installed on one.

use std::collections::HashMap;
use std::process::ExitCode;

use hinomi_assets::AssetFilter;
use hinomi_assets::model::{AssetKind, AssetList, NewAsset};
use hinomi_core::{AssetId, PageRequest, Scope};
use hinomi_platform::App;
use serde_json::json;

use super::{all_pages, word};
use crate::config::Settings;
use crate::console::{Format, Table, day, note, put};
use crate::failure::Told;
use crate::wiring;

/// List, make, assign and relate assets
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
        /// all, unassigned, stale, without_inventory or discovered
        #[arg(long, default_value = "all", value_parser = word::<AssetList>)]
        list: AssetList,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Make an asset
    #[command(after_help = "Example:\n  hinomi asset create web-01 --kind host --system portal")]
    Create {
        name: String,
        /// host, network_device, cloud_resource, container_image or listening_service
        #[arg(long, default_value = "host", value_parser = word::<AssetKind>)]
        kind: AssetKind,
        /// Code of its system; without one it is unassigned
        #[arg(long)]
        system: Option<String>,
    },
    /// Give assets to a system, all of them or none
    #[command(
        after_help = "Example:\n  hinomi asset assign portal web-01 web-02 --reason 'moved to the portal'"
    )]
    Assign {
        /// Code of the system
        system: String,
        #[arg(required = true)]
        names: Vec<String>,
        /// Why, for the history
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Show one asset by its name, as JSON
    #[command(after_help = "Example:\n  hinomi asset show web-01")]
    Show { name: String },
    /// List how an asset hangs together with others, and who says so
    #[command(after_help = "Example:\n  hinomi asset relations web-01")]
    Relations {
        name: String,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Say that one asset has a relation to another, or no longer
    #[command(after_help = "Example:\n  hinomi asset relate web-01 runs_on hypervisor-3")]
    Relate {
        from: String,
        /// runs_on, hosts, connects_to, depends_on or image_of
        kind: String,
        to: String,
        /// It no longer holds
        #[arg(long)]
        remove: bool,
        /// Why, for the history
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// List what else is hit when an asset is: what runs on it, what it hosts, what depends on it
    #[command(after_help = "Example:\n  hinomi asset impact hypervisor-3 --format csv > hit.csv")]
    Impact {
        name: String,
        /// Also what connects to it
        #[arg(long)]
        connections: bool,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
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
        Verb::Create { name, kind, system } => create(&app, name, *kind, system.as_deref()).await?,
        Verb::Assign { system, names, reason } => assign(&app, system, names, reason).await?,
        Verb::Relations { name, format } => relations(&app, name, *format).await?,
        Verb::Relate { from, kind, to, remove, reason } => {
            let (one, other) = (id_of(&app, from).await?, id_of(&app, to).await?);
            let console = wiring::console();
            let act = wiring::act(&app, &console.actor).because(reason.clone());
            hinomi_assets::asset_relate(&act, one, kind, other, !*remove).await.told()?;
            put(&json!({ "from": from, "kind": kind, "to": to, "holds": !*remove }).to_string())?;
        }
        Verb::Impact { name, connections, format } => impact(&app, name, *connections, *format).await?,
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

async fn create(app: &App, name: &str, kind: AssetKind, system: Option<&str>) -> anyhow::Result<()> {
    let system = match system {
        Some(code) => Some(hinomi_assets::system_by_code(&app.db, &Scope::all(), code).await.told()?.id),
        None => None,
    };
    let console = wiring::console();
    let act = wiring::act(app, &console.actor);
    let mut tx = app.db.begin().await.told()?;
    let new = NewAsset::plain(name, kind, system);
    let asset = hinomi_assets::asset_create(&mut tx, &act, new).await.told()?;
    tx.commit().await.told()?;
    put(&json!({ "id": asset.id, "name": asset.name }).to_string())?;
    Ok(())
}

async fn assign(app: &App, system: &str, names: &[String], reason: &str) -> anyhow::Result<()> {
    let system = hinomi_assets::system_by_code(&app.db, &Scope::all(), system).await.told()?;
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(hinomi_assets::asset_by_name(&app.db, &Scope::all(), name).await.told()?.id);
    }
    let console = wiring::console();
    let act = wiring::act(app, &console.actor).because(reason);
    let mut tx = app.db.begin().await.told()?;
    let done = hinomi_assets::assets_assign(&mut tx, &act, &ids, system.id).await.told()?;
    tx.commit().await.told()?;
    put(&serde_json::to_string(&done)?)?;
    Ok(())
}

async fn id_of(app: &App, name: &str) -> anyhow::Result<AssetId> {
    Ok(hinomi_assets::asset_by_name(&app.db, &Scope::all(), name).await.told()?.id)
}

async fn relations(app: &App, name: &str, format: Format) -> anyhow::Result<()> {
    let id = id_of(app, name).await?;
    let found = hinomi_assets::asset_relations(&app.db, &Scope::all(), id).await.told()?;
    let mut table = Table::new(&["relation", "direction", "asset", "kind", "source"]);
    for one in found.items {
        table.row(vec![
            one.kind,
            if one.outgoing { "to" } else { "from" }.to_owned(),
            one.name,
            one.asset_kind.map_or_else(String::new, |kind| kind.name().to_owned()),
            one.source,
        ]);
    }
    table.print(format)?;
    if found.cut {
        note("there are more relations than are listed");
    }
    Ok(())
}

async fn impact(app: &App, name: &str, connections: bool, format: Format) -> anyhow::Result<()> {
    let id = id_of(app, name).await?;
    let found = hinomi_assets::asset_impact(&app.db, &Scope::all(), id, connections).await.told()?;
    let named: HashMap<AssetId, String> = found
        .items
        .iter()
        .map(|hit| (hit.asset_id, hit.name.clone()))
        .chain([(id, name.to_owned())])
        .collect();
    let mut table = Table::new(&["asset", "kind", "steps", "relation", "through"]);
    for hit in &found.items {
        table.row(vec![
            hit.name.clone(),
            hit.kind.name().to_owned(),
            hit.steps.to_string(),
            hit.relation.clone(),
            named.get(&hit.through).cloned().unwrap_or_default(),
        ]);
    }
    table.print(format)?;
    if found.cut {
        note(&format!("at least {} assets are hit; {} are listed", found.total, found.items.len()));
    }
    Ok(())
}
