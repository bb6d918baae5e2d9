// SPDX-License-Identifier: Apache-2.0
//! Starting, reading, measuring, ending programmes.

use std::collections::HashMap;

use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_org::model::Tree;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use hinomi_platform::days::GroupDays;
use serde_json::json;

use super::model::{CellView, NewProgramme, ProgrammeView, RegionView, StepView, planned_at};
use super::store::{self, ProgrammeRow, RegionRow, StepRow};
use crate::ReviewError;
use crate::measures::{self, Addressed, Measure, Measured, Occasion, Taken};

/// A programme with its parts.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) row: ProgrammeRow,
    pub(super) steps: Vec<StepRow>,
    pub(super) regions: Vec<RegionRow>,
}

/// What a step's measurements in a region are kept under.
pub(super) fn subject(programme: i64, step: i64, unit: &str) -> String {
    format!("programme/{programme}/{step}/{unit}")
}

pub(super) fn measure_of(step: &StepRow) -> Result<Measure, ReviewError> {
    serde_json::from_str(&step.measure).map_err(|error| ReviewError::Damaged {
        what: "programme",
        id: step.programme_id.to_string(),
        cause: error.to_string(),
    })
}

pub(super) async fn known(db: &Db) -> Result<Vec<Known>, ReviewError> {
    let steps = store::steps(db).await?;
    let regions = store::regions(db).await?;
    let with_parts = |row: ProgrammeRow| Known {
        steps: steps.iter().filter(|step| step.programme_id == row.id).cloned().collect(),
        regions: regions.iter().filter(|region| region.programme_id == row.id).cloned().collect(),
        row,
    };
    Ok(store::all(db).await?.into_iter().map(with_parts).collect())
}

/// The reader sees the region or something below it.
fn sees(tree: &Tree, scope: &Scope, region: &RegionRow) -> bool {
    let Ok(unit) = region.unit_id.parse::<UnitId>() else { return false };
    scope.is_all() || scope.contains(unit) || tree.subtree(unit).iter().any(|unit| scope.contains(*unit))
}

pub(super) async fn list(db: &Db, scope: &Scope, now: Time) -> Result<Vec<ProgrammeView>, ReviewError> {
    let tree = hinomi_org::tree_at(db, now).await?;
    let mut views = Vec::new();
    for one in known(db).await? {
        if one.regions.iter().any(|region| sees(&tree, scope, region)) {
            views.push(view(db, &tree, scope, &one, now).await?);
        }
    }
    Ok(views)
}

pub(super) async fn get(db: &Db, scope: &Scope, id: i64, now: Time) -> Result<ProgrammeView, ReviewError> {
    let found = list(db, scope, now).await?.into_iter().find(|view| view.id == id.to_string());
    found.ok_or_else(|| unknown(id))
}

fn unknown(id: i64) -> ReviewError {
    ReviewError::Unknown { what: "programme", code: "programme-not-found", id: id.to_string() }
}

async fn view(
    db: &Db,
    tree: &Tree,
    scope: &Scope,
    one: &Known,
    now: Time,
) -> Result<ProgrammeView, ReviewError> {
    let subjects: Vec<String> = one
        .regions
        .iter()
        .flat_map(|region| one.steps.iter().map(|step| subject(one.row.id, step.no, &region.unit_id)))
        .collect();
    let mut taken: HashMap<String, Vec<Taken>> = HashMap::new();
    for row in measures::all_of(db, &subjects).await? {
        taken.entry(row.subject.clone()).or_default().push(row);
    }
    let mut regions = Vec::new();
    for region in one.regions.iter().filter(|region| sees(tree, scope, region)) {
        regions.push(region_view(tree, scope, one, region, &mut taken, now)?);
    }
    let steps: Result<Vec<StepView>, ReviewError> = one.steps.iter().map(step_view).collect();
    Ok(ProgrammeView {
        id: one.row.id.to_string(),
        number: format!("P-{}", one.row.id),
        name: one.row.name.clone(),
        name_ja: one.row.name_ja.clone(),
        text: one.row.text.clone(),
        fiscal_year: one.row.fiscal_year,
        created_at: Time::from_micros(one.row.created_at),
        created_by: one.row.created_by.clone(),
        ended_at: one.row.ended_at.map(Time::from_micros),
        steps: steps?,
        hidden_regions: (one.regions.len() - regions.len()) as i64,
        complete: regions.iter().filter(|region| region.state == "complete").count() as i64,
        regions,
    })
}

fn step_view(step: &StepRow) -> Result<StepView, ReviewError> {
    let measure = measure_of(step)?;
    Ok(StepView {
        no: step.no,
        name: step.name.clone(),
        name_ja: step.name_ja.clone(),
        unit: measure.kind.unit().to_owned(),
        better: measure.kind.better_word().to_owned(),
        target: step.target,
        measure,
    })
}

fn region_view(
    tree: &Tree,
    scope: &Scope,
    one: &Known,
    region: &RegionRow,
    taken: &mut HashMap<String, Vec<Taken>>,
    now: Time,
) -> Result<RegionView, ReviewError> {
    let mut cells = Vec::with_capacity(one.steps.len());
    for step in &one.steps {
        let mut rows = taken.remove(&subject(one.row.id, step.no, &region.unit_id)).unwrap_or_default();
        rows.sort_by_key(|row| (row.as_of, row.id));
        cells.push(cell(scope, step, &rows)?);
    }
    let is_complete = cells.iter().all(|cell| cell.complete);
    let complete_since = cells.iter().map(|cell| cell.complete_since).max().flatten();
    let node = region.unit_id.parse::<UnitId>().ok().and_then(|unit| tree.get(unit));
    Ok(RegionView {
        unit_id: region.unit_id.clone(),
        name: node.map_or_else(String::new, |node| node.name.clone()),
        name_ja: node.map_or_else(String::new, |node| node.name_ja.clone()),
        planned_at: Time::from_micros(region.planned_at),
        state: if is_complete {
            "complete"
        } else if region.planned_at < now.as_micros() {
            "late"
        } else {
            "planned"
        }
        .to_owned(),
        complete_since: complete_since.filter(|_| is_complete),
        cells,
    })
}

/// Whether a step is complete does not depend on who asks; its values do.
fn cell(scope: &Scope, step: &StepRow, rows: &[Taken]) -> Result<CellView, ReviewError> {
    let measure = measure_of(step)?;
    let is_met = |row: &Taken| measure.is_met(row.value, step.target);
    // Since when every measurement met it.
    let since = rows.iter().rev().take_while(|row| is_met(row)).last();
    let course = measures::course(&measure, scope, rows)?.points;
    Ok(CellView {
        step: step.no,
        complete: since.is_some(),
        complete_since: since.map(|row| Time::from_micros(row.as_of)),
        newest: course.last().cloned(),
        course,
    })
}

/// Measures every step in every region, then writes the programme and its first values down at once: what cannot be measured is
/// not started.
pub(super) async fn start(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewProgramme,
) -> Result<i64, ReviewError> {
    new.check()?;
    let now = app.now();
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let days = GroupDays::load(&app.db).await?;
    let mut regions = Vec::new();
    for region in &new.regions {
        if tree.get(region.unit_id).is_none() || !scope.contains(region.unit_id) {
            let id = region.unit_id.to_string();
            return Err(ReviewError::Unknown { what: "unit", code: "unit-not-found", id });
        }
        let unit_id = region.unit_id.to_string();
        if regions.iter().any(|known: &RegionRow| known.unit_id == unit_id) {
            let message = format!("{unit_id} is named twice");
            return Err(ReviewError::Invalid { field: "regions", message });
        }
        let planned = planned_at(&days, &region.planned_on)?;
        regions.push(RegionRow { programme_id: 0, unit_id, planned_at: planned.as_micros() });
    }
    let steps: Vec<StepRow> = (1..)
        .zip(&new.steps)
        .map(|(no, step)| StepRow {
            programme_id: 0,
            no,
            name: step.name.trim().to_owned(),
            name_ja: step.name_ja.trim().to_owned(),
            measure: serde_json::to_string(&step.measure).unwrap_or_default(),
            target: step.target,
        })
        .collect();
    let row = ProgrammeRow {
        id: 0,
        name: new.name.trim().to_owned(),
        name_ja: new.name_ja.trim().to_owned(),
        text: new.text.trim().to_owned(),
        fiscal_year: i64::from(new.fiscal_year),
        created_at: now.as_micros(),
        created_by: actor.display_name().to_owned(),
        ended_at: None,
    };
    let mut first = Vec::new();
    for region in &regions {
        for step in &steps {
            first.push((step.no, &region.unit_id, evaluated(&app.db, step, region, now, None).await?));
        }
    }
    let mut tx = app.db.begin().await?;
    let id = store::add(&mut tx, &row, &steps, &regions).await?;
    for (step, unit, measured) in &first {
        let Some(measured) = measured else { continue };
        let subject = subject(id, *step, unit);
        let occasion = Occasion { subject: &subject, as_of: now, now, month: None, actor };
        measures::keep(&mut tx, occasion, measured).await?;
    }
    let after = json!({ "name": row.name, "steps": steps.len(), "regions": regions.len() });
    audit::append(&mut tx, app, AuditEvent::new(actor, "programme.start", "programme", id).after(&after))
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// What a step says of a region; nothing where there is no figure of it yet.
async fn evaluated(
    db: &Db,
    step: &StepRow,
    region: &RegionRow,
    as_of: Time,
    month: Option<hinomi_maturity::model::Month>,
) -> Result<Option<Measured>, ReviewError> {
    let Ok(unit_id) = region.unit_id.parse::<UnitId>() else { return Ok(None) };
    let addressed = [Addressed { unit_id, subtree: true }];
    match measures::evaluate(db, &measure_of(step)?, &addressed, as_of, month).await {
        Ok(measured) => Ok(Some(measured)),
        Err(ReviewError::Invalid { .. } | ReviewError::Maturity(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Measures every step in every region that the actor sees, now.
pub(super) async fn measure_now(app: &App, actor: &Actor, scope: &Scope, id: i64) -> Result<(), ReviewError> {
    let now = app.now();
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let one = known(&app.db).await?.into_iter().find(|one| one.row.id == id).ok_or_else(|| unknown(id))?;
    if !one.regions.iter().any(|region| sees(&tree, scope, region)) {
        return Err(unknown(id));
    }
    for region in one.regions.iter().filter(|region| sees(&tree, scope, region)) {
        for step in &one.steps {
            measure_cell(app, actor, (&one, step, region), (now, now), None).await?;
        }
    }
    Ok(())
}

/// Measures one step in one region, at an instant or for a closed month. One that cannot be measured keeps no other from it.
pub(super) async fn measure_cell(
    app: &App,
    actor: &Actor,
    (one, step, region): (&Known, &StepRow, &RegionRow),
    (as_of, now): (Time, Time),
    month: Option<hinomi_maturity::model::Month>,
) -> Result<bool, ReviewError> {
    let subject = subject(one.row.id, step.no, &region.unit_id);
    let measured = match evaluated(&app.db, step, region, as_of, month).await {
        Ok(Some(measured)) => measured,
        Ok(None) => return Ok(false),
        Err(error) => {
            measures::only_this(&subject, error)?;
            return Ok(false);
        }
    };
    let mut tx = app.db.begin().await?;
    let occasion = Occasion { subject: &subject, as_of, now, month, actor };
    let kept = measures::keep(&mut tx, occasion, &measured).await?;
    tx.commit().await?;
    Ok(kept.is_some())
}

/// Ends a programme, with a reason; it stays to be read.
pub(super) async fn end(app: &App, actor: &Actor, id: i64, reason: &str) -> Result<(), ReviewError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ReviewError::Invalid { field: "reason", message: "is missing".to_owned() });
    }
    let mut tx = app.db.begin().await?;
    if !store::end(&mut tx, id, app.now()).await? {
        return Err(unknown(id));
    }
    audit::append(&mut tx, app, AuditEvent::new(actor, "programme.end", "programme", id).reason(reason))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// How far a programme was at an instant, for packs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ProgrammeAt {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) name_ja: String,
    /// Unit, of a hundred steps those complete (absent before the first measurement), planned by.
    pub(crate) regions: Vec<(UnitId, Option<f64>, Time)>,
}

/// Programmes that ran at an instant, as they had been measured by then.
pub(crate) async fn programmes_of(db: &Db, scope: &Scope, at: Time) -> Result<Vec<ProgrammeAt>, ReviewError> {
    let tree = hinomi_org::tree_at(db, at).await?;
    let micros = at.as_micros();
    let mut found = Vec::new();
    for one in known(db).await? {
        let ran = one.row.created_at <= micros && one.row.ended_at.is_none_or(|ended| ended > micros);
        let visible: Vec<&RegionRow> =
            one.regions.iter().filter(|region| sees(&tree, scope, region)).collect();
        if !ran || visible.is_empty() {
            continue;
        }
        let mut regions = Vec::new();
        for region in visible {
            let Ok(unit) = region.unit_id.parse::<UnitId>() else { continue };
            regions.push((
                unit,
                completion(db, &one, region, micros).await?,
                Time::from_micros(region.planned_at),
            ));
        }
        let (name, name_ja) = (one.row.name.clone(), one.row.name_ja.clone());
        found.push(ProgrammeAt { id: one.row.id, name, name_ja, regions });
    }
    Ok(found)
}

async fn completion(db: &Db, one: &Known, region: &RegionRow, at: i64) -> Result<Option<f64>, ReviewError> {
    let (mut complete, mut measured) = (0, 0);
    for step in &one.steps {
        let mut rows = measures::all_of(db, &[subject(one.row.id, step.no, &region.unit_id)]).await?;
        rows.retain(|row| row.as_of <= at);
        if let Some(newest) = measures::newest_of(&rows) {
            measured += 1;
            complete += i32::from(measure_of(step)?.is_met(newest.value, step.target));
        }
    }
    let share = f64::from(complete) * 100.0 / (one.steps.len().max(1) as f64);
    Ok((measured > 0).then_some((share * 10.0).round() / 10.0))
}
