// SPDX-License-Identifier: Apache-2.0
//! Taking a vulnerability under control, and the tickets that come to it later.

use std::collections::{BTreeSet, HashMap};

use hinomi_core::{Actor, Time};
use hinomi_db::Tx;
use hinomi_obligations::ledger::{self, Deadline, NewObligation};
use hinomi_obligations::{Calendar, Span, due_at};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::event;
use super::picture::place;
use super::read::asset_ids;
use super::rule::TOLD;
use super::standing::{Shown, Standing};
use crate::ReviewError;
use crate::hazards::store::{self, HazardRow, ItemRow};
use crate::letters::{self, Drawn, Letter};
use crate::settings::{HAZARD_LEAD_HOURS, HAZARD_TELL_HOURS, count};

pub(super) const LONGEST_WORDS: usize = 10_000;

pub(in crate::hazards) fn after(start: Time, span: Span) -> Time {
    // Hours run through nights and holidays, and weeks do not care for them: any calendar says the same.
    Calendar::named("utc").map_or(start, |calendar| due_at(start, span, &calendar, &[]))
}

/// Opens a hazard for the vulnerability, or brings an open one up to date with its tickets; true when it is new.
pub(in crate::hazards) async fn open(
    app: &App,
    actor: &Actor,
    vulnerability: (i64, &str),
    origin: &str,
    reason: &str,
    standing: &Standing,
) -> Result<bool, ReviewError> {
    let now = app.now();
    let (vulnerability_id, name) = vulnerability;
    let shown = standing.shown(vulnerability_id);
    if let Some(row) = standing.hazard_of(vulnerability_id) {
        spread(app, actor, row, standing.held(row.id), shown).await?;
        return Ok(false);
    }
    let lead = Span::Hours(count(&HAZARD_LEAD_HOURS, &app.db).await?);
    let tell = Span::Hours(count(&HAZARD_TELL_HOURS, &app.db).await?);
    let row = HazardRow {
        id: 0,
        vulnerability_id,
        name: name.to_owned(),
        origin: origin.to_owned(),
        reason: reason.to_owned(),
        opened_at: now.as_micros(),
        opened_by: actor.display_name().to_owned(),
        lead_id: None,
        lead_due_at: after(now, lead).as_micros(),
        tell_due_at: after(now, tell).as_micros(),
        told_at: None,
        measure_at: None,
        state: "open".to_owned(),
        released_at: None,
        released_by: None,
        looked_at: now.as_micros(),
    };
    let regional = letters::holders_anywhere(&app.db, &TOLD[1..], now).await?;
    let ciso = letters::holders_anywhere(&app.db, &TOLD[..1], now).await?;
    let regional = letters::readers(app, &regional.difference(&ciso).copied().collect()).await?;
    let ciso = letters::readers(app, &ciso).await?;
    let tickets = shown.iter().map(|one| (one.item.unit_id.clone(), true));
    let pictures = place(app, name, tickets).await?;
    let mut tx = app.db.begin().await?;
    let Some(id) = store::add(&mut tx, &row).await? else { return Ok(false) };
    let items = shown.iter().map(|one| stored(id, one, &one.assets, now)).collect();
    store::items_put(&mut tx, items).await?;
    store::log(&mut tx, id, &event(now, actor, "opened", reason)).await?;
    owe_report(&mut tx, app, (id, name), Time::from_micros(row.tell_due_at)).await?;
    let letter = letter_of(id, &row, "hazard-mail-opened", "hazard-mail-opened-subject", shown.len());
    letters::write(&mut tx, app, &regional, &letter).await?;
    // Where it stands in other regions is for who sees them.
    letters::write(&mut tx, app, &ciso, &Letter { pictures, ..letter }).await?;
    let after = json!({ "vulnerability": name, "origin": origin, "tickets": shown.len() });
    audit::append(
        &mut tx,
        app,
        AuditEvent::new(actor, "hazard.open", "hazard", id).reason(reason).after(&after),
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}

const OWED: &str = "hazard-report";

fn owed(id: i64, due_at: i64) -> String {
    format!("{id}/{due_at}")
}

/// The CISO owes management a report by then.
pub(super) async fn owe_report(
    tx: &mut Tx,
    app: &App,
    (id, name): (i64, &str),
    due_at: Time,
) -> Result<(), ReviewError> {
    let tree = hinomi_org::tree_at_tx(tx, app.now()).await?;
    let (Some(root), Ok(calendar)) = (tree.root(), Calendar::named("utc")) else { return Ok(()) };
    let obligation = NewObligation {
        kind: OWED,
        subject: &owed(id, due_at.as_micros()),
        unit: root.id,
        person: None,
        title: &format!("H-{id} {name}"),
        href: &format!("/hazards/{id}"),
        start: app.now(),
        deadline: Deadline::At(due_at),
    };
    ledger::owe(tx, app, &obligation, &calendar).await?;
    Ok(())
}

/// The report that was owed was given; by the clock in the owner's place, which is no doing of theirs.
pub(super) async fn report_given(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    row: &HazardRow,
) -> Result<(), ReviewError> {
    let subject = owed(row.id, row.tell_due_at);
    if matches!(actor, Actor::Machine { .. }) {
        ledger::withdraw(tx, app, actor, (OWED, &subject), "given by the clock").await?;
    } else {
        ledger::fulfil(tx, OWED, &subject, app.now(), actor.display_name()).await?;
    }
    Ok(())
}

/// No report is owed any more.
pub(super) async fn report_dropped(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    row: &HazardRow,
) -> Result<(), ReviewError> {
    ledger::withdraw(tx, app, actor, (OWED, &owed(row.id, row.tell_due_at)), "released").await?;
    Ok(())
}

fn stored(hazard_id: i64, shown: &Shown, assets: &BTreeSet<String>, now: Time) -> ItemRow {
    ItemRow {
        hazard_id,
        ticket_id: shown.item.ticket_id,
        system_id: shown.item.system_id.clone(),
        unit_id: shown.item.unit_id.clone(),
        added_at: now.as_micros(),
        assets: serde_json::to_string(assets).unwrap_or_default(),
    }
}

/// Tickets that came since, and assets that tickets have shown since. What was shown once stays to be measured.
async fn spread(
    app: &App,
    actor: &Actor,
    row: &HazardRow,
    held: &[ItemRow],
    shown: &[Shown],
) -> Result<(), ReviewError> {
    let now = app.now();
    let known: HashMap<i64, &ItemRow> = held.iter().map(|item| (item.ticket_id, item)).collect();
    let mut changed = Vec::new();
    let mut new = 0;
    for one in shown {
        match known.get(&one.item.ticket_id) {
            None => {
                new += 1;
                changed.push(stored(row.id, one, &one.assets, now));
            }
            Some(known) => {
                let before: BTreeSet<String> = asset_ids(known).into_iter().collect();
                if !one.assets.is_subset(&before) {
                    let all: BTreeSet<String> = before.union(&one.assets).cloned().collect();
                    changed.push(stored(row.id, one, &all, now));
                }
            }
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    store::items_put(&mut tx, changed).await?;
    if new > 0 {
        store::log(&mut tx, row.id, &event(now, actor, "spread", new.to_string())).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub(super) fn letter_of(
    id: i64,
    row: &HazardRow,
    lead: &'static str,
    subject: &'static str,
    tickets: usize,
) -> Letter {
    Letter {
        key: format!("hazard {id} {subject}"),
        subject,
        lines: vec![lead, "hazard-mail-what", "hazard-mail-clock"],
        values: vec![
            ("number", format!("H-{id}")),
            ("name", row.name.clone()),
            ("reason", row.reason.clone()),
            ("tickets", tickets.to_string()),
            ("lead", hour(row.lead_due_at)),
            ("tell", hour(row.tell_due_at)),
        ],
        path: format!("/hazards/{id}"),
        pictures: Drawn::default(),
    }
}

fn hour(micros: i64) -> String {
    let text = Time::from_micros(micros).to_string();
    text.get(..16).map_or(text.clone(), |minute| format!("{} UTC", minute.replace('T', " ")))
}

/// What management gets to read.
pub(in crate::hazards) fn tell_letter(row: &HazardRow, tickets: usize, words: &str) -> Letter {
    let mut letter = letter_of(row.id, row, "hazard-mail-told", "hazard-mail-told-subject", tickets);
    letter.key = format!("{} {}", letter.key, row.tell_due_at);
    letter.lines = vec!["hazard-mail-told", "hazard-mail-what", "hazard-mail-words"];
    letter.values.push(("words", if words.is_empty() { "–".to_owned() } else { words.to_owned() }));
    letter
}

/// By the CISO's word.
pub(in crate::hazards) async fn open_by_hand(
    app: &App,
    actor: &Actor,
    name: &str,
    reason: &str,
) -> Result<i64, ReviewError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_WORDS {
        let message = format!("wants 1 to {LONGEST_WORDS} characters");
        return Err(ReviewError::Invalid { field: "reason", message });
    }
    let vulnerability = hinomi_advisories::read::vulnerability(&app.db, name).await?;
    let standing = Standing::read(&app.db, &[vulnerability.id]).await?;
    if standing.shown(vulnerability.id).is_empty() {
        let message = format!("no open ticket has {}", vulnerability.canonical);
        return Err(ReviewError::Conflict { code: "hazard-without-ticket", message });
    }
    let named = (vulnerability.id, vulnerability.canonical.as_str());
    if !open(app, actor, named, "hand", reason, &standing).await? {
        let message = format!("{} is under control already", vulnerability.canonical);
        return Err(ReviewError::Conflict { code: "hazard-open", message });
    }
    let found = store::all(&app.db).await?.into_iter().find(|row| row.vulnerability_id == vulnerability.id);
    let unknown = ReviewError::Unknown { what: "hazard", code: "hazard-not-found", id: name.to_owned() };
    found.map(|row| row.id).ok_or(unknown)
}
