// SPDX-License-Identifier: Apache-2.0
//! The list of assets as a file: the same filter and scope as the page, the columns that the reader chose.

pub(crate) mod parquet;

use hinomi_core::{PageRequest, Scope, Time, UnitId};
use hinomi_org::unit_scope;
use hinomi_platform::App;
use hinomi_web::Csv;

use crate::error::AssetError;
use crate::model::{AssetList, FieldProblem};
use crate::service::{AssetView, asset_views};
use crate::settings::stale_before;
use crate::store::asset_lists::{self, After, AssetFilter};
use parquet::{Column, Writer};

/// Rows that are held at once.
const ROWS_AT_ONCE: u32 = 5_000;

/// The columns of an export, in their order.
pub(crate) const COLUMNS: [&str; 17] = [
    "name",
    "kind",
    "system",
    "system_ja",
    "unit",
    "os",
    "os_version",
    "os_name",
    "first_seen",
    "last_seen",
    "stale",
    "has_inventory",
    "unassigned",
    "discovered",
    "attributes",
    "id",
    "carrier",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Csv,
    Parquet,
}

/// The columns that were asked for; all without an answer.
pub(crate) fn columns_of(text: Option<&str>) -> Result<Vec<&'static str>, AssetError> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(COLUMNS.to_vec()) };
    let mut chosen = Vec::new();
    for wanted in text.split(',').map(str::trim) {
        match COLUMNS.into_iter().find(|known| *known == wanted) {
            Some(known) if !chosen.contains(&known) => chosen.push(known),
            Some(_) => {}
            None => {
                let message = format!("no column {wanted:?}; there are {}", COLUMNS.join(", "));
                return Err(vec![FieldProblem::new("columns", message)].into());
            }
        }
    }
    Ok(chosen)
}

enum File {
    Csv(Csv),
    Parquet(Writer),
}

/// Everything that the filter shows, as a file.
pub(crate) async fn assets_export(
    app: &App,
    scope: &Scope,
    filter: &AssetFilter,
    unit: Option<UnitId>,
    columns: &[&'static str],
    kind: FileKind,
) -> Result<Vec<u8>, AssetError> {
    let (db, now) = (&app.db, app.now());
    let scope = unit_scope(db, scope, unit, now).await?;
    let before = stale_before(db, now).await?;
    let mut file = match kind {
        FileKind::Csv => File::Csv(Csv::new("assets.csv", columns)),
        FileKind::Parquet => File::Parquet(Writer::new()),
    };
    let request = PageRequest { limit: ROWS_AT_ONCE, after: None };
    let mut after = None;
    loop {
        let rows = asset_lists::list(db, &scope, filter, before, &request, after).await?;
        let is_last = rows.len() <= ROWS_AT_ONCE as usize;
        let rows: Vec<_> = rows.into_iter().take(ROWS_AT_ONCE as usize).collect();
        after = rows.last().map(|row| match filter.list {
            AssetList::Stale => After::Seen(row.last_seen.as_micros(), row.ordinal),
            _ => After::Name(row.name_key.clone()),
        });
        let views = asset_views(db, rows, now).await?;
        match &mut file {
            File::Csv(csv) => {
                for view in &views {
                    csv.row(columns.iter().map(|column| text(view, column)));
                }
            }
            File::Parquet(writer) => {
                let filled: Vec<_> = columns.iter().map(|name| (*name, column(&views, name))).collect();
                writer.rows(&filled, views.len());
            }
        }
        if is_last {
            break;
        }
    }
    Ok(match file {
        File::Csv(csv) => csv.text().as_bytes().to_vec(),
        File::Parquet(writer) => writer.finish(),
    })
}

fn time_of(view: &AssetView, column: &str) -> Option<Time> {
    match column {
        "first_seen" => Some(view.asset.first_seen),
        "last_seen" => Some(view.asset.last_seen),
        _ => None,
    }
}

fn truth_of(view: &AssetView, column: &str) -> Option<bool> {
    match column {
        "stale" => Some(view.stale),
        "has_inventory" => Some(view.asset.has_inventory),
        "unassigned" => Some(view.asset.unassigned),
        "discovered" => Some(view.asset.discovered),
        _ => None,
    }
}

fn text(view: &AssetView, column: &str) -> String {
    if let Some(time) = time_of(view, column) {
        return time.to_string();
    }
    if let Some(truth) = truth_of(view, column) {
        return truth.to_string();
    }
    let asset = &view.asset;
    match column {
        "name" => asset.name.clone(),
        "kind" => asset.kind.name().to_owned(),
        "system" => view.system_name.clone(),
        "system_ja" => view.system_name_ja.clone(),
        "unit" => view.unit_name.clone(),
        "os" => asset.os_id.clone(),
        "os_version" => asset.os_version.clone(),
        "os_name" => asset.os_name.clone(),
        "attributes" => asset.attributes.clone(),
        "id" => asset.id.to_string(),
        "carrier" => asset.ordinal.to_string(),
        _ => String::new(),
    }
}

fn column(views: &[AssetView], name: &str) -> Column {
    match name {
        "first_seen" | "last_seen" => {
            Column::Time(views.iter().filter_map(|view| time_of(view, name)).map(Time::as_micros).collect())
        }
        "stale" | "has_inventory" | "unassigned" | "discovered" => {
            Column::Truth(views.iter().filter_map(|view| truth_of(view, name)).collect())
        }
        "carrier" => Column::Count(views.iter().map(|view| view.asset.ordinal).collect()),
        _ => Column::Text(views.iter().map(|view| text(view, name)).collect()),
    }
}
