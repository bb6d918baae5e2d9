// SPDX-License-Identifier: Apache-2.0
//! Two records turn out to speak of one vulnerability: tickets go by the one that stands, and so do hazards.

use std::collections::BTreeSet;

use hinomi_advisories::read;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::open::report_dropped;
use super::read::asset_ids;
use super::{RULE, event};
use crate::ReviewError;
use crate::hazards::store::{self, HazardRow, ItemRow};

/// Open hazards of vulnerabilities that became part of another follow it.
pub(in crate::hazards) async fn follow_merges(app: &App) -> Result<(), ReviewError> {
    let mut open = store::all(&app.db).await?;
    open.retain(|row| row.state == "open");
    let ids: Vec<i64> = open.iter().map(|row| row.vulnerability_id).collect();
    for old in read::vulnerabilities_by_ids(&app.db, &ids).await? {
        if old.merged_into.is_none() {
            continue;
        }
        let Some(into) = read::vulnerability_by_id(&app.db, old.id).await? else { continue };
        // Read anew: the one before may have ended it.
        let known = store::all(&app.db).await?;
        let open_of = |id: i64| known.iter().find(|row| row.vulnerability_id == id && row.state == "open");
        let Some(row) = open_of(old.id) else { continue };
        match open_of(into.id) {
            None => rename(app, row, (into.id, &into.canonical)).await?,
            Some(other) => join(app, row, other, (into.id, &into.canonical)).await?,
        }
    }
    Ok(())
}

async fn rename(app: &App, row: &HazardRow, into: (i64, &str)) -> Result<(), ReviewError> {
    let mut tx = app.db.begin().await?;
    if !store::rename(&mut tx, row, into).await? {
        return Ok(());
    }
    store::log(&mut tx, row.id, &event(app.now(), &RULE, "renamed", into.1)).await?;
    let event = AuditEvent::new(&RULE, "hazard.rename", "hazard", row.id)
        .before(&json!({ "vulnerability": row.name }))
        .after(&json!({ "vulnerability": into.1 }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(())
}

/// The elder goes on with the tickets of both.
async fn join(app: &App, one: &HazardRow, other: &HazardRow, into: (i64, &str)) -> Result<(), ReviewError> {
    let now = app.now();
    let (elder, younger) = if one.id < other.id { (one, other) } else { (other, one) };
    let items = store::items(&app.db, &[elder.id, younger.id]).await?;
    let (kept, brought): (Vec<&ItemRow>, Vec<&ItemRow>) =
        items.iter().partition(|item| item.hazard_id == elder.id);
    let mut tx = app.db.begin().await?;
    if !store::join(&mut tx, (elder, younger), now, "hazard rule").await? {
        return Ok(());
    }
    let mut put = Vec::new();
    for item in brought {
        let known = kept.iter().find(|known| known.ticket_id == item.ticket_id);
        let mut assets: BTreeSet<String> = asset_ids(item).into_iter().collect();
        assets.extend(known.into_iter().flat_map(|known| asset_ids(known)));
        let assets = serde_json::to_string(&assets).unwrap_or_default();
        put.push(ItemRow { hazard_id: elder.id, assets, ..item.clone() });
    }
    store::items_put(&mut tx, put).await?;
    if elder.vulnerability_id != into.0 {
        store::rename(&mut tx, elder, into).await?;
    }
    for (row, with) in [(elder, younger), (younger, elder)] {
        store::log(&mut tx, row.id, &event(now, &RULE, "merged", format!("H-{}", with.id))).await?;
    }
    report_dropped(&mut tx, app, &RULE, younger).await?;
    let event = AuditEvent::new(&RULE, "hazard.join", "hazard", younger.id)
        .after(&json!({ "into": elder.id, "vulnerability": into.1 }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(())
}
