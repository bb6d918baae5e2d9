// SPDX-License-Identifier: Apache-2.0
//! The policy that tickets are decided under, and its versions.

use crate::model::TicketError;
use crate::store::policies;
pub use crate::store::policies::PolicyRow;
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_score::policy::{Policy, SHIPPED_POLICY};

/// The policy in force; the first call files the shipped one as the first version.
pub async fn current(db: &Db, now: Time) -> Result<(i64, Policy), TicketError> {
    let row = match policies::current(db).await? {
        Some(row) => row,
        None => {
            let id = put(db, now, SHIPPED_POLICY, "hinomi", "shipped policy").await?;
            return Ok((id, Policy::parse(SHIPPED_POLICY, "policy")?));
        }
    };
    Ok((row.id, Policy::parse(&row.toml, "policy")?))
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
