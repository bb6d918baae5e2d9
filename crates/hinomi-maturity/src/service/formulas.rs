// SPDX-License-Identifier: Apache-2.0
//! Formula sets: which one scores a month, filing one of one's own, and running one beside the other first.
//!
//! ```text
//! a set ─┬─ counts from the first month of a fiscal year ─────────────────────┐
//!        └─ dual run: three closed months stored with both sets ─→ any month ─┴─→ filed, from a month that has not begun
//! ```
//! Nobody changes the yardstick by which a month is scored that they have seen something of.

use hinomi_core::{Actor, Time};
use hinomi_db::Db;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::days::GroupDays;
use hinomi_platform::settings::Choice;
use hinomi_score::maturity::{FormulaSet, SHIPPED_FORMULAS};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::error::MaturityError;
use crate::model::Month;
use crate::store::{formulas as store, snapshots};

const LONGEST_TEXT: usize = 256 << 10;
const LONGEST_REASON: usize = 2_000;
/// Closed months that a set is run beside the one that counts.
pub(super) const DUAL_MONTHS: usize = 3;
/// Sets on trial at once: each is computed at every close.
const MOST_TRIALS: usize = 4;
/// Who files what Hinomi ships.
const SHIPPED_BY: &str = "hinomi";

/// The month with which a fiscal year begins.
pub const FISCAL_YEAR: Choice = Choice {
    name: "fiscal-year-begins",
    default: "04",
    words: &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"],
};

async fn begins_year(db: &Db) -> Result<i8, MaturityError> {
    Ok(FISCAL_YEAR.read(db).await?.parse().unwrap_or(4))
}

/// The first month of a fiscal year that has not begun.
fn next_year(running: Month, begins: i8) -> Month {
    (1..=12)
        .map(|later| running.plus(later))
        .find(|month| month.of_year() == begins)
        .unwrap_or(running.plus(12))
}

/// Files the shipped set: at first, and a newer one from the next fiscal year on where nobody has filed a set of their own. Before
/// the first month is closed it counts at once: nothing was scored yet.
async fn shipped_file(db: &Db, now: Time) -> Result<(), MaturityError> {
    let filed = store::formulas_filed(db).await?;
    let set = FormulaSet::shipped()?;
    let is_own = filed.iter().any(|(_, _, _, by, _)| by != SHIPPED_BY);
    if is_own || filed.iter().any(|(version, ..)| *version == set.version) {
        return Ok(());
    }
    let running = Month::of(now, &GroupDays::load(db).await?);
    let is_scored = snapshots::newest_closed(db).await?.is_some();
    let valid_from = match (filed.is_empty(), is_scored) {
        (true, _) => set.valid_from.clone(),
        (false, true) => next_year(running, begins_year(db).await?).to_string(),
        (false, false) => running.to_string(),
    };
    let text = SHIPPED_FORMULAS.replacen(
        &format!("valid_from = \"{}\"", set.valid_from),
        &format!("valid_from = \"{valid_from}\""),
        1,
    );
    let row = (set.version.as_str(), valid_from.as_str(), text.as_str());
    let mut tx = db.begin().await?;
    store::formula_file(&mut tx, row, now, SHIPPED_BY, "shipped formulas").await?;
    Ok(tx.commit().await?)
}

/// The set that a month is scored by: the newest that is valid for it. The first call files the shipped one.
pub async fn formulas_of(db: &Db, month: Month, now: Time) -> Result<FormulaSet, MaturityError> {
    shipped_file(db, now).await?;
    let filed = store::formulas(db).await?;
    let month = month.to_string();
    let valid = filed.iter().rev().find(|(_, valid_from, _)| *valid_from <= month).or(filed.first());
    match valid {
        Some((version, _, toml)) => Ok(FormulaSet::parse(toml, version)?),
        None => Ok(FormulaSet::shipped()?),
    }
}

/// The set by which an evaluation was made.
pub(crate) async fn formulas_named(db: &Db, version: &str) -> Result<FormulaSet, MaturityError> {
    let filed = store::formulas(db).await?;
    match filed.iter().find(|(known, _, _)| known == version) {
        Some((version, _, toml)) => Ok(FormulaSet::parse(toml, version)?),
        None => Ok(FormulaSet::shipped()?),
    }
}

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
    shipped_file(db, now).await?;
    let rows = store::formulas_filed(db).await?;
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

/// A set as somebody sent it, checked whole, with the reason.
fn checked<'a>(toml: &str, reason: &'a str) -> Result<(FormulaSet, &'a str), MaturityError> {
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
    Ok((set, reason))
}

/// Files a set: from a month that has not begun, and begins a fiscal year or follows a dual run. What is closed keeps the set it was
/// scored by.
pub async fn formula_file(
    app: &App,
    actor: &Actor,
    toml: &str,
    reason: &str,
) -> Result<FiledFormulas, MaturityError> {
    let (set, reason) = checked(toml, reason)?;
    let now = app.now();
    // The shipped set is filed first: what is closed was scored by it.
    shipped_file(&app.db, now).await?;
    may_count(&app.db, &set, now).await?;
    let row = (set.version.as_str(), set.valid_from.as_str(), toml);
    let mut tx = app.db.begin().await?;
    if store::formula_file(&mut tx, row, now, actor.display_name(), reason).await? == 0 {
        return Err(MaturityError::FormulaFiled { version: set.version });
    }
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

/// Whether a set may count from the month that it names; otherwise why not, and from which on.
async fn may_count(db: &Db, set: &FormulaSet, now: Time) -> Result<(), MaturityError> {
    let running = Month::of(now, &GroupDays::load(db).await?);
    let valid_from: Month = set.valid_from.parse()?;
    let begins = begins_year(db).await?;
    let is_scored = snapshots::newest_closed(db).await?.is_some();
    if !is_scored && valid_from >= running {
        return Ok(());
    }
    let (stored, is_run) = dual_run(db, set).await?;
    let is_new_year = valid_from.of_year() == begins;
    if valid_from > running && (is_new_year || stored >= DUAL_MONTHS) {
        return Ok(());
    }
    // The running month is the next to be stored with both sets, and is closed in the one after it.
    let missing = i32::try_from(DUAL_MONTHS.saturating_sub(stored)).unwrap_or_default();
    let after_dual_run = running.plus(if missing == 0 { 1 } else { missing + 1 });
    let why = match (valid_from > running, is_run) {
        (false, _) => "a set counts from a month that has not begun",
        (true, false) => {
            "a set counts from the first month of a fiscal year, or after a dual run of three closed months"
        }
        (true, true) => "its dual run has not seen three closed months yet",
    };
    Err(MaturityError::FormulaTooSoon {
        version: set.version.clone(),
        valid_from: set.valid_from.clone(),
        why,
        first: next_year(running, begins).min(after_dual_run).to_string(),
    })
}

/// How many closed months are stored with this very set beside the one that counted, and whether it runs so.
async fn dual_run(db: &Db, set: &FormulaSet) -> Result<(usize, bool), MaturityError> {
    let trials = store::trials(db).await?;
    let Some(trial) = trials.iter().find(|trial| trial.version == set.version) else { return Ok((0, false)) };
    let run = FormulaSet::parse(&trial.toml, &trial.version)?;
    // Only from when it counts may be another than was said at first.
    if (FormulaSet { valid_from: set.valid_from.clone(), ..run }) != *set {
        return Ok((0, false));
    }
    Ok((store::trial_months(db, &set.version).await?.len(), true))
}

/// Begins a dual run: from the next close on each month is stored with both sets.
pub async fn formula_dual_run(
    app: &App,
    actor: &Actor,
    toml: &str,
    reason: &str,
) -> Result<(), MaturityError> {
    let (set, reason) = checked(toml, reason)?;
    let now = app.now();
    shipped_file(&app.db, now).await?;
    let filed = store::formulas(&app.db).await?;
    if filed.iter().any(|(version, ..)| *version == set.version) {
        return Err(MaturityError::FormulaFiled { version: set.version });
    }
    let running = store::trials(&app.db).await?;
    let is_open = |trial: &&store::TrialRow| filed.iter().all(|(version, ..)| *version != trial.version);
    if running.iter().filter(is_open).count() >= MOST_TRIALS {
        let message = format!("at most {MOST_TRIALS} sets run beside the one that counts");
        return Err(MaturityError::Invalid { field: "text", message });
    }
    let row = store::TrialRow {
        version: set.version.clone(),
        toml: toml.to_owned(),
        begun_at: now.as_micros(),
        begun_by: actor.display_name().to_owned(),
        reason: reason.to_owned(),
    };
    let mut tx = app.db.begin().await?;
    if store::trial_begin(&mut tx, &row).await? == 0 {
        return Err(MaturityError::FormulaFiled { version: set.version });
    }
    let event = AuditEvent::new(actor, "maturity.dual-run", "formulas", &set.version)
        .after(&json!({ "version": set.version }))
        .reason(reason);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_that_has_begun_is_over_for_a_new_set() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        assert_eq!(next_year(month("2026-11"), 4), month("2027-04"));
        assert_eq!(next_year(month("2026-04"), 4), month("2027-04"));
        assert_eq!(next_year(month("2026-12"), 1), month("2027-01"));
    }
}
