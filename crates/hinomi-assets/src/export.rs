// SPDX-License-Identifier: Apache-2.0
//! The list of assets as a file: the same filter and scope as the page, the columns that the reader chose.

pub(crate) mod parquet;

use axum::body::Body;
use futures_util::{StreamExt, stream};
use hinomi_core::{PageRequest, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_org::unit_scope;
use hinomi_platform::App;
use hinomi_web::Csv;
use tokio::sync::mpsc;

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

/// The list of assets page by page.
struct Pages {
    db: Db,
    scope: Scope,
    filter: AssetFilter,
    before: Time,
    now: Time,
    after: Option<After>,
    is_last: bool,
}

impl Pages {
    async fn next(&mut self) -> Result<Option<Vec<AssetView>>, AssetError> {
        if self.is_last {
            return Ok(None);
        }
        let request = PageRequest { limit: ROWS_AT_ONCE, after: None };
        let after = self.after.take();
        let mut rows =
            asset_lists::list(&self.db, &self.scope, &self.filter, self.before, &request, after).await?;
        self.is_last = rows.len() <= ROWS_AT_ONCE as usize;
        rows.truncate(ROWS_AT_ONCE as usize);
        self.after = rows.last().map(|row| match self.filter.list {
            AssetList::Stale => After::Seen(row.last_seen.as_micros(), row.ordinal),
            _ => After::Name(row.name_key.clone()),
        });
        Ok(Some(asset_views(&self.db, rows, self.now).await?))
    }
}

/// A file that grows: what has been sent is forgotten.
struct Growing {
    columns: Vec<&'static str>,
    writer: Kind,
}

enum Kind {
    Csv(Csv),
    Parquet(Writer),
}

impl Growing {
    fn new(kind: FileKind, columns: Vec<&'static str>) -> Self {
        let writer = match kind {
            FileKind::Csv => Kind::Csv(Csv::new("assets.csv", &columns)),
            FileKind::Parquet => Kind::Parquet(Writer::new()),
        };
        Self { columns, writer }
    }

    fn add(&mut self, views: &[AssetView]) -> Vec<u8> {
        match &mut self.writer {
            Kind::Csv(csv) => {
                for view in views {
                    csv.row(self.columns.iter().map(|column| text(view, column)));
                }
                csv.take().into_bytes()
            }
            Kind::Parquet(writer) => {
                let filled: Vec<_> = self.columns.iter().map(|name| (*name, column(views, name))).collect();
                writer.rows(&filled, views.len());
                writer.take()
            }
        }
    }

    fn finish(self) -> Vec<u8> {
        match self.writer {
            Kind::Csv(mut csv) => csv.take().into_bytes(),
            Kind::Parquet(writer) => writer.finish(),
        }
    }
}

/// Everything that the filter shows, as a file that is sent while it is read: no more than two pages are in memory,
/// however long the list is.
pub(crate) async fn assets_export(
    app: &App,
    scope: &Scope,
    filter: AssetFilter,
    unit: Option<UnitId>,
    columns: Vec<&'static str>,
    kind: FileKind,
) -> Result<Body, AssetError> {
    let (db, now) = (app.db.clone(), app.now());
    let scope = unit_scope(&db, scope, unit, now).await?;
    let before = stale_before(&db, now).await?;
    let mut pages = Pages { db, scope, filter, before, now, after: None, is_last: false };
    let mut file = Growing::new(kind, columns);
    // What fails here is answered as any failure; later the answer can only break off, so that nobody takes it for whole.
    let mut next = pages.next().await?;
    let (sender, receiver) = mpsc::channel::<Result<Vec<u8>, AssetError>>(1);
    tokio::spawn(async move {
        while let Some(views) = next {
            if sender.send(Ok(file.add(&views))).await.is_err() {
                // Nobody reads any more.
                return;
            }
            next = match pages.next().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "an export of assets broke off");
                    let _told = sender.send(Err(error)).await;
                    return;
                }
            };
        }
        let _sent = sender.send(Ok(file.finish())).await;
    });
    let parts =
        stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) })
            .fuse();
    Ok(Body::from_stream(parts))
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
