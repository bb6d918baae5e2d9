// SPDX-License-Identifier: Apache-2.0
//! The department's page: figures with their causes, improvements with their effect, the self-checks.

use std::collections::{HashMap, HashSet};

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_obligations::{ledger, pauses};
use hinomi_platform::days::GroupDays;
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{FigureView, figures};
use super::{SELF_CHECK, is_department, measure_of, subject, tree_with};
use crate::ReviewError;
use crate::department::store::{self, CauseRow, ImprovementRow};
use crate::measures::{self, Measure, MeasurementView, Taken};

/// A unit as pages name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitRef {
    pub id: String,
    pub name: String,
    pub name_ja: String,
}

/// Why a figure is as it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CauseView {
    pub id: String,
    pub figure: String,
    pub cause: String,
    pub text: String,
    pub responsible_id: Option<String>,
    pub responsible_name: String,
    pub named_at: Time,
    pub named_by: String,
}

impl From<CauseRow> for CauseView {
    fn from(row: CauseRow) -> Self {
        Self {
            id: row.id,
            figure: row.figure,
            cause: row.cause,
            text: row.text,
            responsible_id: row.responsible_id,
            responsible_name: row.responsible_name,
            named_at: row.named_at,
            named_by: row.named_by,
        }
    }
}

/// How a value went, the oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementCourse {
    pub points: Vec<MeasurementView>,
}

/// An improvement with what it did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementView {
    pub id: String,
    pub unit_id: String,
    pub month: String,
    pub title: String,
    pub text: String,
    pub measure: Measure,
    /// `count`, `percent`, `points`.
    pub measure_unit: String,
    /// `fewer` or `more`.
    pub better: String,
    pub target: f64,
    pub responsible_id: Option<String>,
    pub responsible_name: String,
    pub due_at: Time,
    /// `running`, `done`, `dropped`.
    pub state: String,
    pub overdue: bool,
    pub opened_at: Time,
    pub opened_by: String,
    pub closed_at: Option<Time>,
    pub closed_by: String,
    pub result: String,
    /// When it was opened.
    pub then: Option<MeasurementView>,
    /// The newest.
    pub now: Option<MeasurementView>,
    /// The newest value meets the target.
    pub reached: bool,
    /// Since when more than the department's word says that it was done; until then it counts for nothing.
    pub proven_at: Option<Time>,
    /// `measure`, which has moved, or who confirmed it.
    pub proven_by: Option<String>,
    pub course: ImprovementCourse,
}

/// A self-check as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckLine {
    pub month: String,
    pub due_at: Option<Time>,
    pub handed_in_at: Option<Time>,
    pub late: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DepartmentView {
    pub unit: UnitRef,
    pub path: Vec<UnitRef>,
    /// It is one of those that owe a self-check.
    pub owes_check: bool,
    pub month: String,
    /// It still runs.
    pub running: bool,
    pub figures: Vec<FigureView>,
    /// The newest word on each figure first.
    pub causes: Vec<CauseView>,
    pub improvements: Vec<ImprovementView>,
    /// The newest first.
    pub checks: Vec<CheckLine>,
    /// What it and the units below owe and have not done: open, overdue.
    pub owed: i64,
    pub overdue: i64,
}

fn improvement_view(
    scope: &Scope,
    row: ImprovementRow,
    taken: &[Taken],
    proof: Option<(Time, String)>,
    now: Time,
) -> Result<ImprovementView, ReviewError> {
    let measure = measure_of(&row)?;
    let course = measures::course(&measure, scope, taken)?;
    let newest = measures::newest_of(taken);
    let then = taken.first().map(|first| measures::seen(measure.kind, scope, first)).transpose()?;
    let latest = newest.map(|newest| measures::seen(measure.kind, scope, newest)).transpose()?;
    let reached = measure.is_met(newest.and_then(|newest| newest.value), row.target);
    Ok(ImprovementView {
        measure_unit: measure.kind.unit().to_owned(),
        better: measure.kind.better_word().to_owned(),
        overdue: row.state == "running" && row.due_at < now,
        reached,
        proven_at: proof.as_ref().map(|proof| proof.0),
        proven_by: proof.map(|proof| proof.1),
        then,
        now: latest,
        course: ImprovementCourse { points: course.points },
        id: row.id,
        unit_id: row.unit_id.to_string(),
        month: row.month,
        title: row.title,
        text: row.text,
        measure,
        target: row.target,
        responsible_id: row.responsible_id,
        responsible_name: row.responsible_name,
        due_at: row.due_at,
        state: row.state,
        opened_at: row.opened_at,
        opened_by: row.opened_by,
        closed_at: row.closed_at,
        closed_by: row.closed_by,
        result: row.result,
    })
}

/// The month that is looked at when none is named: the newest closed, else the one before this.
async fn default_month(db: &Db, days: &GroupDays, now: Time) -> Result<Month, ReviewError> {
    let closed = hinomi_maturity::service::months(db).await?.into_iter().find(|month| !month.preview);
    match closed {
        Some(closed) => Ok(closed.month.parse()?),
        None => Ok(Month::of(now, days).plus(-1)),
    }
}

/// A unit's own page for a month.
pub async fn department(
    db: &Db,
    scope: &Scope,
    unit: UnitId,
    month: Option<Month>,
    now: Time,
) -> Result<DepartmentView, ReviewError> {
    let tree = tree_with(db, scope, unit, now).await?;
    let days = &GroupDays::load(db).await?;
    let month = match month {
        Some(month) if month.start(days) > now => {
            let message = format!("{month} has not begun");
            return Err(ReviewError::Invalid { field: "month", message });
        }
        Some(month) => month,
        None => default_month(db, days, now).await?,
    };
    let reference = |node: &hinomi_org::model::TreeNode| UnitRef {
        id: node.id.to_string(),
        name: node.name.clone(),
        name_ja: node.name_ja.clone(),
    };
    let node = tree.get(unit).ok_or_else(|| super::unit_unknown(unit))?;
    let rows = store::improvements(db, unit).await?;
    let subjects: Vec<String> = rows.iter().map(|row| subject(&row.id)).collect();
    let mut taken: HashMap<String, Vec<Taken>> = HashMap::new();
    for one in measures::all_of(db, &subjects).await? {
        taken.entry(one.subject.clone()).or_default().push(one);
    }
    let mut proofs = ledger::proofs(db, super::IMPROVEMENT, unit).await?;
    let mut improvements = Vec::with_capacity(rows.len());
    for row in rows.into_iter().filter(|row| row.opened_at <= shown_until(month, days, now)) {
        let taken = taken.remove(&subject(&row.id)).unwrap_or_default();
        let proof = proofs.remove(&row.id);
        improvements.push(improvement_view(scope, row, &taken, proof, now)?);
    }
    let below = Scope::units(tree.subtree(unit)).intersection(scope);
    let owed = ledger::counts(db, &below, now).await?;
    let paused: HashSet<String> = pauses::paused_now(db, now).await?.into_iter().collect();
    let mut checks = Vec::new();
    for row in store::checks_of_unit(db, unit).await? {
        let owed = ledger::of(db, SELF_CHECK, &row.id).await?;
        let due_at = owed.as_ref().map(|owed| owed.due_at);
        let stands_still = row.handed_in_at.is_none() && owed.is_some_and(|owed| paused.contains(&owed.id));
        checks.push(CheckLine {
            late: due_at.is_some_and(|due| row.handed_in_at.unwrap_or(now) > due) && !stands_still,
            month: row.month,
            due_at,
            handed_in_at: row.handed_in_at,
        });
    }
    Ok(DepartmentView {
        unit: reference(node),
        path: tree.path(unit).into_iter().filter(|node| scope.contains(node.id)).map(reference).collect(),
        owes_check: is_department(node.kind),
        running: month.end(days) > now,
        figures: figures(db, days, scope, unit, (month, now)).await?,
        causes: store::causes(db, unit, &month.to_string()).await?.into_iter().map(CauseView::from).collect(),
        improvements,
        checks,
        owed: owed.iter().map(|one| one.open).sum(),
        overdue: owed.iter().map(|one| one.overdue).sum(),
        month: month.to_string(),
    })
}

/// Looking at a past month shows what was known when its review was due, one month later.
fn shown_until(month: Month, days: &GroupDays, now: Time) -> Time {
    month.plus(1).last_instant(days).min(now)
}

/// A department in the list of those who look from above.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::department) struct DepartmentRow {
    unit: UnitRef,
    /// The self-check of the running month.
    check: Option<CheckLine>,
    running_improvements: i64,
    owed: i64,
    overdue: i64,
}

/// Every department that the reader sees.
pub(in crate::department) async fn departments(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    now: Time,
) -> Result<Vec<DepartmentRow>, ReviewError> {
    let tree = hinomi_org::tree_at(db, now).await?;
    let within = match unit {
        Some(unit) if tree.get(unit).is_none() || !scope.contains(unit) => {
            return Err(super::unit_unknown(unit));
        }
        Some(unit) => Scope::units(tree.subtree(unit)).intersection(scope),
        None => scope.clone(),
    };
    let owed: HashMap<UnitId, (i64, i64)> = ledger::counts(db, &within, now)
        .await?
        .into_iter()
        .map(|one| (one.unit_id, (one.open, one.overdue)))
        .collect();
    let standing_still: HashSet<String> =
        ledger::paused_subjects(db, SELF_CHECK, now).await?.into_iter().collect();
    let days = GroupDays::load(db).await?;
    let month = Month::of(now, &days);
    let due: HashMap<String, Time> = ledger::due_of_kind(db, SELF_CHECK, month.start(&days)).await?;
    let month = month.to_string();
    let mut checks: HashMap<UnitId, CheckLine> = HashMap::new();
    for row in store::checks_of_month(db, &month).await? {
        let due_at = due.get(&row.id).copied();
        let late = due_at.is_some_and(|due| row.handed_in_at.unwrap_or(now) > due)
            && !standing_still.contains(&row.id);
        let line = CheckLine { late, month: row.month, due_at, handed_in_at: row.handed_in_at };
        checks.insert(row.unit_id, line);
    }
    let running: HashMap<String, i64> = store::improvements_running(db).await?.into_iter().collect();
    let rows = tree.nodes().iter().filter(|node| is_department(node.kind) && within.contains(node.id));
    Ok(rows
        .map(|node| {
            let (owed, overdue) = owed.get(&node.id).copied().unwrap_or_default();
            DepartmentRow {
                unit: UnitRef {
                    id: node.id.to_string(),
                    name: node.name.clone(),
                    name_ja: node.name_ja.clone(),
                },
                check: checks.get(&node.id).cloned(),
                running_improvements: running.get(&node.id.to_string()).copied().unwrap_or(0),
                owed,
                overdue,
            }
        })
        .collect())
}
