// SPDX-License-Identifier: Apache-2.0
//! The policy that tickets are decided under, and its versions.

use crate::model::TicketError;
pub use crate::store::policies::PolicyRow;
use crate::store::{policies, tickets};
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_score::policy::{Criticality, Policy, SHIPPED_POLICY};
use std::collections::BTreeMap;

/// The policy in force; the first call files the shipped one as the first version.
pub async fn current(db: &Db, now: Time) -> Result<(i64, Policy), TicketError> {
    let row = match policies::current(db).await? {
        Some(row) => row,
        None => file_shipped(db, now).await?,
    };
    Ok((row.id, Policy::parse(&row.toml, "policy")?))
}

async fn file_shipped(db: &Db, now: Time) -> Result<PolicyRow, TicketError> {
    let mut tx = db.begin().await?;
    tickets::lock(&mut tx).await?;
    // Another process may have come first.
    if policies::highest(&mut tx).await? == 0 {
        policies::add(&mut tx, SHIPPED_POLICY, now.as_micros(), "hinomi", "shipped policy").await?;
    }
    tx.commit().await?;
    policies::current(db).await?.ok_or(TicketError::Overtaken)
}

/// A past version, for explaining what was decided under it.
pub async fn version(db: &Db, now: Time, id: i64) -> Result<(i64, Policy), TicketError> {
    match policies::by_id(db, id).await? {
        Some(row) => Ok((row.id, Policy::parse(&row.toml, "policy")?)),
        None => current(db, now).await,
    }
}

pub async fn versions(db: &Db) -> Result<Vec<PolicyRow>, TicketError> {
    Ok(policies::all(db).await?)
}

/// Puts a new version in force; an invalid text changes nothing. The next reconcile decides everything anew.
pub async fn put(db: &Db, now: Time, toml: &str, actor: &str, reason: &str) -> Result<i64, TicketError> {
    Policy::parse(toml, "policy")?;
    let mut tx = db.begin().await?;
    let id = policies::add(&mut tx, toml, now.as_micros(), actor, reason).await?;
    tx.commit().await?;
    Ok(id)
}

/// What a draft would change.
#[derive(Debug, Default)]
pub struct Preview {
    pub changed: i64,
    pub overdue: i64,
    /// Criticality now and then → open tickets.
    pub moves: BTreeMap<(Criticality, Criticality), i64>,
}

/// Decides every open ticket under a draft and counts the differences; nothing is written.
pub async fn preview(db: &Db, now: Time, toml: &str) -> Result<Preview, TicketError> {
    let draft = Policy::parse(toml, "policy")?;
    let clock = super::clock::load(db, now, &draft).await?.clock;
    let mut preview = Preview::default();
    for ticket in super::read::open_items(db).await? {
        let decide = |inputs| clock.decide(&draft, inputs, &ticket.unit_id, ticket.id);
        let decided: Vec<_> = ticket.inputs.iter().map(decide).collect();
        let criticality =
            decided.iter().map(|decision| decision.criticality).max().unwrap_or(Criticality::Low);
        let due_at = decided.iter().filter_map(|decision| decision.due_at).min().unwrap_or(crate::NEVER);
        let now_is = crate::model::criticality_of_rank(ticket.criticality);
        if (criticality, due_at) != (now_is, ticket.due_at) {
            preview.changed += 1;
        }
        if criticality != now_is {
            *preview.moves.entry((now_is, criticality)).or_default() += 1;
        }
        if due_at < now.as_micros() {
            preview.overdue += 1;
        }
    }
    Ok(preview)
}
