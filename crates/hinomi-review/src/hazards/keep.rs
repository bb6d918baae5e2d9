// SPDX-License-Identifier: Apache-2.0
//! What runs every hour: the rule, and the clock. Takes no input and may run any number of times.

use std::collections::BTreeSet;

use hinomi_core::{SeatKind, Time};
use hinomi_platform::App;

use super::service::{RULE, Standing, event, follow_merges, open, tell};
use super::store::{self, HazardRow};
use crate::ReviewError;
use crate::letters::{self, Letter};
use crate::settings;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct HazardsKept {
    pub opened: usize,
    pub told_by_clock: usize,
}

pub async fn hazards_keep(app: &App) -> Result<HazardsKept, ReviewError> {
    let mut kept = HazardsKept::default();
    // First: what became part of another under control must not be opened anew under its new name.
    follow_merges(app).await?;
    let rule = settings::hazard_rule(&app.db).await?;
    let dangers = store::dangers(&app.db, rule).await?;
    let mut dangers = hinomi_advisories::read::vulnerabilities_by_ids(&app.db, &dangers).await?;
    // The ticket has a known-exploited item; these are the ones.
    dangers.retain(|one| one.known_exploited);
    let ruled: BTreeSet<i64> = dangers.iter().map(|one| one.id).collect();
    let open_now: Vec<HazardRow> =
        store::all(&app.db).await?.into_iter().filter(|row| row.state == "open").collect();
    let mut all = ruled.clone();
    all.extend(open_now.iter().map(|row| row.vulnerability_id));
    let all: Vec<i64> = all.into_iter().collect();
    let standing = Standing::read(&app.db, &all).await?;
    for one in &dangers {
        let is_new = open(app, &RULE, (one.id, &one.canonical), "rule", &one.title, &standing).await?;
        kept.opened += usize::from(is_new);
    }
    for row in &open_now {
        if !ruled.contains(&row.vulnerability_id) {
            // By hand, or no longer what the rule speaks of: tickets that came since are under control too.
            let named = (row.vulnerability_id, row.name.as_str());
            open(app, &RULE, named, &row.origin, &row.reason, &standing).await?;
        }
        kept.told_by_clock += usize::from(clock(app, row, app.now()).await?);
    }
    Ok(kept)
}

/// Nobody leads it: the CISO hears of it. Nobody told management: the clock does.
async fn clock(app: &App, row: &HazardRow, now: Time) -> Result<bool, ReviewError> {
    let passed = |due: i64| row.looked_at < due && due <= now.as_micros();
    if row.lead_id.is_none() && passed(row.lead_due_at) {
        let people = letters::holders_anywhere(&app.db, &[SeatKind::Ciso], now).await?;
        let readers = letters::readers(app, &people).await?;
        let letter = Letter {
            key: format!("hazard {} no lead", row.id),
            subject: "hazard-mail-no-lead-subject",
            lines: vec!["hazard-mail-no-lead"],
            values: vec![("number", format!("H-{}", row.id)), ("name", row.name.clone())],
            path: format!("/hazards/{}", row.id),
            pictures: letters::Drawn::default(),
        };
        let mut tx = app.db.begin().await?;
        if store::looked(&mut tx, row.id, row.looked_at, now).await? {
            letters::write(&mut tx, app, &readers, &letter).await?;
            store::log(&mut tx, row.id, &event(now, &RULE, "no_lead", "")).await?;
            tx.commit().await?;
        }
    }
    if row.tell_due_at > now.as_micros() {
        return Ok(false);
    }
    tell(app, &RULE, row.id, ("told_by_clock", "")).await?;
    Ok(true)
}
