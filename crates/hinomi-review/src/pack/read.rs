// SPDX-License-Identifier: Apache-2.0
//! Reading packs: whoever may read a body of the unit, or all of the unit.

use hinomi_core::{Permission, Principal, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;
use serde::Serialize;
use utoipa::ToSchema;

use super::document::{PackDocument, PackUnit};
use super::store::{self, PackHead};
use crate::bodies;
use crate::error::ReviewError;

/// A pack in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackLine {
    pub id: String,
    pub month: String,
    pub unit: PackUnit,
    pub made_at: Time,
    /// Of the stored document.
    pub hash: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PackView {
    #[serde(flatten)]
    pub line: PackLine,
    /// The day on which it was made: YYYY-MM-DD.
    pub made_on: String,
    /// The pack of the month before, of the same unit.
    pub before_id: Option<String>,
    pub document: PackDocument,
}

/// A ticket behind a figure, as it is today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackRow {
    pub ticket_id: i64,
    pub package: String,
    pub system_id: String,
    pub system_name: String,
    pub system_name_ja: String,
    pub unit_id: String,
    pub criticality: i64,
    pub is_open: bool,
    /// `fixed`, `gone`, `retracted`.
    pub closure: Option<String>,
    pub opened_at: Time,
    pub closed_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackRows {
    pub figure: String,
    /// As many as the figure says.
    pub total: i64,
    pub items: Vec<PackRow>,
    /// Where the next page starts.
    pub next: Option<i64>,
}

fn unknown(id: &str) -> ReviewError {
    ReviewError::Unknown { what: "pack", code: "pack-not-found", id: id.to_owned() }
}

pub(crate) async fn pack_id(db: &Db, unit_id: &str, month: &str) -> Result<Option<String>, ReviewError> {
    Ok(store::head_of(db, unit_id, month).await?.map(|head| head.id))
}

pub(super) async fn stored_document(db: &Db, id: &str) -> Result<Option<PackDocument>, ReviewError> {
    let Some(text) = store::document(db, id).await? else { return Ok(None) };
    let document = serde_json::from_str(&text).map_err(|error| ReviewError::Damaged {
        what: "pack",
        id: id.to_owned(),
        cause: error.to_string(),
    })?;
    Ok(Some(document))
}

/// Sections of a month's pack that have something to say; `None` while there is no pack.
pub(crate) async fn sections_with_something(
    db: &Db,
    unit_id: &str,
    month: &str,
) -> Result<Option<Vec<&'static str>>, ReviewError> {
    let Some(id) = pack_id(db, unit_id, month).await? else { return Ok(None) };
    let Some(document) = stored_document(db, &id).await? else { return Ok(None) };
    let some = |list: Option<usize>| list.is_some_and(|length| length > 0);
    let said = [
        ("stand", true),
        ("moved", true),
        ("overdue", document.open.now.overdue > 0),
        ("exploited", document.exploited.open > 0),
        ("hazards", some(document.hazards.as_ref().map(Vec::len))),
        ("targets", !document.targets_missed.is_empty()),
        ("directives", some(document.directives.as_ref().map(Vec::len))),
        ("programmes", some(document.programmes.as_ref().map(Vec::len))),
    ];
    Ok(Some(said.into_iter().filter(|(_, has)| *has).map(|(section, _)| section).collect()))
}

/// Packs of units within the right, and of the units whose bodies somebody sits in; the newest month first.
pub async fn pack_list(app: &App, principal: &Principal) -> Result<Vec<PackLine>, ReviewError> {
    let db = &app.db;
    let scope = principal.scope(Permission::ReviewRead).unwrap_or_else(Scope::none);
    let bodies = bodies::body_list(app, principal).await?;
    let mut lines = Vec::new();
    for head in store::list(db).await? {
        let in_scope = head.unit_id.parse().is_ok_and(|unit: UnitId| scope.contains(unit));
        if (in_scope || bodies.iter().any(|body| body.unit_id == head.unit_id))
            && let Some(document) = stored_document(db, &head.id).await?
        {
            lines.push(line(head, document.unit));
        }
    }
    Ok(lines)
}

fn line(head: PackHead, unit: PackUnit) -> PackLine {
    PackLine {
        id: head.id,
        month: head.month,
        unit,
        made_at: Time::from_micros(head.made_at),
        hash: head.hash,
    }
}

pub async fn pack_get(app: &App, principal: &Principal, id: &str) -> Result<PackView, ReviewError> {
    let head = store::head(&app.db, id).await?.ok_or_else(|| unknown(id))?;
    let unit: UnitId = head.unit_id.parse().map_err(|_| unknown(id))?;
    if !bodies::body_readable(app, principal, unit).await? {
        return Err(unknown(id));
    }
    view(&app.db, head).await
}

/// A unit's pack of a month, for the command line: no right is asked for.
pub async fn pack_of(db: &Db, unit: UnitId, month: &str) -> Result<Option<PackView>, ReviewError> {
    match store::head_of(db, &unit.to_string(), month).await? {
        Some(head) => Ok(Some(view(db, head).await?)),
        None => Ok(None),
    }
}

async fn view(db: &Db, head: PackHead) -> Result<PackView, ReviewError> {
    let document = stored_document(db, &head.id).await?.ok_or_else(|| unknown(&head.id))?;
    let month: hinomi_maturity::model::Month = document.month.parse()?;
    let before_id = pack_id(db, &head.unit_id, &month.plus(-1).to_string()).await?;
    let line = line(head, document.unit.clone());
    let made_on = GroupDays::load(db).await?.day_of(line.made_at).to_string();
    Ok(PackView { line, made_on, before_id, document })
}

/// The tickets behind a figure of a pack, as they were counted.
pub async fn pack_rows(
    app: &App,
    principal: &Principal,
    id: &str,
    figure: &str,
    offset: usize,
    limit: usize,
) -> Result<PackRows, ReviewError> {
    let head = store::head(&app.db, id).await?.ok_or_else(|| unknown(id))?;
    let unit: UnitId = head.unit_id.parse().map_err(|_| unknown(id))?;
    if !bodies::body_readable(app, principal, unit).await? {
        return Err(unknown(id));
    }
    let text = store::rows(&app.db, id, figure).await?.unwrap_or_else(|| "[]".to_owned());
    let all: Vec<i64> = serde_json::from_str(&text).map_err(|error| ReviewError::Damaged {
        what: "rows of pack",
        id: id.to_owned(),
        cause: error.to_string(),
    })?;
    let page: Vec<i64> = all.iter().skip(offset).take(limit).copied().collect();
    let end = offset.saturating_add(page.len());
    let labels = store::ticket_labels(&app.db, &page).await?;
    Ok(PackRows {
        figure: figure.to_owned(),
        total: all.len() as i64,
        next: (end < all.len()).then_some(end as i64),
        items: labels
            .into_iter()
            .map(|label| PackRow {
                ticket_id: label.id,
                package: label.package,
                system_id: label.system_id,
                system_name: label.system_name.unwrap_or_default(),
                system_name_ja: label.system_name_ja.unwrap_or_default(),
                unit_id: label.unit_id,
                criticality: label.criticality,
                is_open: label.is_open,
                closure: label.closure,
                opened_at: Time::from_micros(label.opened_at),
                closed_at: label.closed_at.map(Time::from_micros),
            })
            .collect(),
    })
}
