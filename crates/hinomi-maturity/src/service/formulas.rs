// SPDX-License-Identifier: Apache-2.0
//! Filing a formula set of one's own: checked whole, valid from a month that nobody has scored yet.

use hinomi_core::{Actor, Time};
use hinomi_db::Db;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_score::maturity::FormulaSet;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::formulas_of;
use crate::error::MaturityError;
use crate::model::Month;
use crate::store::snapshots;

const LONGEST_TEXT: usize = 256 << 10;
const LONGEST_REASON: usize = 2_000;

/// A filed set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FiledFormulas {
    pub version: String,
    /// YYYY-MM: the first month that is scored by it.
    pub valid_from: String,
    pub filed_at: Time,
    pub filed_by: String,
    pub reason: String,
}

/// Every filed set, the first valid first.
pub async fn formula_list(db: &Db, now: Time) -> Result<Vec<FiledFormulas>, MaturityError> {
    formulas_of(db, Month::of(now), now).await?;
    let rows = snapshots::formulas_filed(db).await?;
    Ok(rows
        .into_iter()
        .map(|(version, valid_from, filed_at, filed_by, reason)| FiledFormulas {
            version,
            valid_from,
            filed_at: Time::from_micros(filed_at),
            filed_by,
            reason,
        })
        .collect())
}

/// Files a set. It may be valid from the running month on: what is closed keeps the set it was scored by.
pub async fn formula_file(
    app: &App,
    actor: &Actor,
    toml: &str,
    reason: &str,
) -> Result<FiledFormulas, MaturityError> {
    let invalid = |field, message: String| MaturityError::Invalid { field, message };
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(invalid("reason", format!("say why, in at most {LONGEST_REASON} characters")));
    }
    if toml.len() > LONGEST_TEXT {
        return Err(invalid("text", format!("at most {LONGEST_TEXT} bytes")));
    }
    let set = FormulaSet::parse(toml, "formulas")?;
    if set.version.trim().is_empty() || set.version.chars().count() > 40 {
        return Err(invalid("text", "version wants 1 to 40 characters".to_owned()));
    }
    let now = app.now();
    let running = Month::of(now);
    let valid_from: Month = set.valid_from.parse()?;
    if valid_from < running {
        return Err(invalid(
            "text",
            format!("valid_from {valid_from} lies before the running month {running}"),
        ));
    }
    // The shipped set is filed first: what is closed was scored by it.
    formulas_of(&app.db, running, now).await?;
    let row = (set.version.as_str(), set.valid_from.as_str(), toml);
    if snapshots::formula_file(&app.db, row, now, actor.display_name(), reason).await? == 0 {
        return Err(MaturityError::FormulaFiled { version: set.version });
    }
    let mut tx = app.db.begin().await?;
    let event = AuditEvent::new(actor, "maturity.formulas", "formulas", &set.version)
        .after(&json!({ "version": set.version, "valid_from": set.valid_from }))
        .reason(reason);
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(FiledFormulas {
        version: set.version,
        valid_from: set.valid_from,
        filed_at: now,
        filed_by: actor.display_name().to_owned(),
        reason: reason.to_owned(),
    })
}
