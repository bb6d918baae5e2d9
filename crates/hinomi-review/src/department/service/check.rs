// SPDX-License-Identifier: Apache-2.0
//! The self-check of a month: its questions, a draft, handing it in.

use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_obligations::ledger;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::days::GroupDays;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{tree_with, unit_unknown};
use crate::ReviewError;
use crate::department::model::{Answers, Question, QuestionSet, SHIPPED, check_answers};
use crate::department::store::{self, CheckRow};

/// The kind of its obligation.
pub(in crate::department) const SELF_CHECK: &str = "self-check";

/// The self-check of a unit and month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckView {
    pub id: String,
    pub unit_id: String,
    pub month: String,
    /// Of the questions.
    pub version: String,
    /// How often it was written: who writes says which state they saw.
    pub revision: i64,
    pub due_at: Option<Time>,
    pub handed_in_at: Option<Time>,
    pub handed_in_by: String,
    pub changed_at: Option<Time>,
    pub changed_by: String,
    /// Due and not handed in, or handed in too late.
    pub late: bool,
    pub questions: Vec<Question>,
    /// By the question's code.
    #[schema(value_type = Object)]
    pub answers: Answers,
}

/// The set that asks in a month: the newest that is valid for it; the shipped one is always there.
pub(in crate::department) async fn set_of(db: &Db, month: Month) -> Result<QuestionSet, ReviewError> {
    let month = month.to_string();
    let filed = store::sets(db).await?;
    match filed.iter().rev().find(|(_, from, _)| *from <= month) {
        Some((_, _, toml)) => QuestionSet::parse(toml),
        None => QuestionSet::parse(SHIPPED),
    }
}

async fn set_named(db: &Db, version: &str) -> Result<QuestionSet, ReviewError> {
    match store::sets(db).await?.iter().find(|(known, _, _)| known == version) {
        Some((_, _, toml)) => QuestionSet::parse(toml),
        None => QuestionSet::parse(SHIPPED),
    }
}

/// A filed set of questions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::department) struct SetView {
    pub(in crate::department) version: String,
    /// YYYY-MM.
    pub(in crate::department) valid_from: String,
    pub(in crate::department) questions: Vec<Question>,
}

/// Every set, the first valid first.
pub(in crate::department) async fn set_list(db: &Db) -> Result<Vec<SetView>, ReviewError> {
    let view = |set: QuestionSet| SetView {
        version: set.version,
        valid_from: set.valid_from,
        questions: set.questions,
    };
    let mut sets = vec![view(QuestionSet::parse(SHIPPED)?)];
    for (_, _, toml) in store::sets(db).await? {
        sets.push(view(QuestionSet::parse(&toml)?));
    }
    Ok(sets)
}

/// Files a set of one's own, valid from a month that has not begun.
pub(in crate::department) async fn set_file(
    app: &App,
    actor: &Actor,
    toml: &str,
    reason: &str,
) -> Result<(), ReviewError> {
    let invalid = |field, message: &str| ReviewError::Invalid { field, message: message.to_owned() };
    if reason.trim().is_empty() || reason.len() > 2_000 {
        return Err(invalid("reason", "say why"));
    }
    let set = QuestionSet::parse(toml)?;
    let now = app.now();
    if super::month_named(&set.valid_from)? <= Month::of(now, &GroupDays::load(&app.db).await?) {
        return Err(invalid("text", "valid_from must be a month that has not begun"));
    }
    let mut tx = app.db.begin().await?;
    let row = (set.version.as_str(), set.valid_from.as_str(), toml);
    let is_shipped = set.version == QuestionSet::parse(SHIPPED)?.version;
    if is_shipped || store::set_file(&mut tx, row, now, (actor.display_name(), reason)).await? == 0 {
        let message = format!("questions {} are filed already", set.version);
        return Err(ReviewError::Conflict { code: "questions-filed", message });
    }
    let event = AuditEvent::new(actor, "self-check.questions", "questions", &set.version)
        .after(&json!({ "valid_from": set.valid_from, "questions": set.questions.len() }))
        .reason(reason);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn view(db: &Db, row: CheckRow, now: Time) -> Result<CheckView, ReviewError> {
    let set = set_named(db, &row.version).await?;
    let answers: Answers = serde_json::from_str(&row.answers).map_err(|error| ReviewError::Damaged {
        what: "self-check",
        id: row.id.clone(),
        cause: error.to_string(),
    })?;
    let owed = ledger::of(db, SELF_CHECK, &row.id).await?;
    let due_at = owed.map(|owed| owed.due_at);
    Ok(CheckView {
        late: due_at.is_some_and(|due| row.handed_in_at.unwrap_or(now) > due),
        id: row.id,
        unit_id: row.unit_id.to_string(),
        month: row.month,
        version: row.version,
        revision: row.changes,
        due_at,
        handed_in_at: row.handed_in_at,
        handed_in_by: row.handed_in_by,
        changed_at: row.changed_at,
        changed_by: row.changed_by,
        questions: set.questions,
        answers,
    })
}

/// The self-check that a unit owes for a month.
pub async fn check_get(
    db: &Db,
    scope: &Scope,
    unit: UnitId,
    month: Month,
    now: Time,
) -> Result<CheckView, ReviewError> {
    tree_with(db, scope, unit, now).await?;
    let row = store::check_of(db, unit, &month.to_string()).await?;
    let unknown = || ReviewError::Unknown {
        what: "self-check",
        code: "self-check-not-found",
        id: format!("of {unit} for {month}"),
    };
    view(db, row.ok_or_else(unknown)?, now).await
}

async fn own(db: &Db, scope: &Scope, id: &str) -> Result<CheckRow, ReviewError> {
    let row = store::check_by_id(db, id).await?.filter(|row| scope.contains(row.unit_id));
    row.ok_or_else(|| ReviewError::Unknown {
        what: "self-check",
        code: "self-check-not-found",
        id: id.to_owned(),
    })
}

fn overtaken(id: &str, by: &str) -> ReviewError {
    ReviewError::Conflict {
        code: "self-check-changed",
        message: format!("self-check {id} was changed meanwhile by {by}"),
    }
}

fn handed_in(id: &str) -> ReviewError {
    ReviewError::Conflict {
        code: "self-check-handed-in",
        message: format!("self-check {id} is handed in already"),
    }
}

/// Answers, made from a state of the self-check.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswers {
    /// Of the self-check that they were made from.
    pub revision: i64,
    /// By the question's code.
    #[schema(value_type = Object)]
    pub answers: Answers,
}

/// Keeps a draft.
pub async fn check_save(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: &str,
    new: &NewAnswers,
) -> Result<CheckView, ReviewError> {
    put(app, actor, scope, id, new, false).await
}

/// Hands it in: from then on it stays as it is.
pub async fn check_hand_in(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: &str,
    new: &NewAnswers,
) -> Result<CheckView, ReviewError> {
    put(app, actor, scope, id, new, true).await
}

async fn put(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: &str,
    new: &NewAnswers,
    whole: bool,
) -> Result<CheckView, ReviewError> {
    let row = own(&app.db, scope, id).await?;
    let set = set_named(&app.db, &row.version).await?;
    let answers = &new.answers;
    check_answers(&set, answers, whole)?;
    let now = app.now();
    let text = serde_json::to_string(answers).unwrap_or_default();
    let mut tx = app.db.begin().await?;
    let seen = (id, new.revision);
    if !store::check_put(&mut tx, seen, &text, now, actor.display_name(), whole).await? {
        tx.rollback().await?;
        let row = own(&app.db, scope, id).await?;
        return Err(if row.handed_in_at.is_some() { handed_in(id) } else { overtaken(id, &row.changed_by) });
    }
    if whole {
        ledger::fulfil(&mut tx, SELF_CHECK, id, now, actor.display_name()).await?;
        let event = AuditEvent::new(actor, "self-check.hand-in", "self-check", id)
            .unit(row.unit_id)
            .after(&json!({ "month": row.month, "answers": answers }));
        audit::append(&mut tx, app, event).await?;
    }
    tx.commit().await?;
    let row = store::check_by_id(&app.db, id).await?.ok_or_else(|| unit_unknown(id))?;
    view(&app.db, row, now).await
}
