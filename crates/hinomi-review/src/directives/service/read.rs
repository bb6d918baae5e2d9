// SPDX-License-Identifier: Apache-2.0
//! Directives as a reader sees them: those that are addressed to a unit of theirs.

use std::collections::{BTreeSet, HashMap};

use hinomi_core::{PersonId, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_org::model::Tree;

use super::act::value_text;
use crate::ReviewError;
use crate::directives::model::{AddressedView, DirectiveDetail, DirectiveView, EventView, Standing};
use crate::directives::store::{self, DirectiveRow};
use crate::measures::{self, Addressed, Measure, MeasurementView, Taken};

/// A stored directive with its units.
#[derive(Debug, Clone)]
pub(in crate::directives) struct Known {
    pub(in crate::directives) row: DirectiveRow,
    pub(in crate::directives) units: Vec<Addressed>,
}

/// What its measurements are kept under.
pub(in crate::directives) fn subject(id: i64) -> String {
    format!("directive/{id}")
}

pub(in crate::directives) fn measure_of(row: &DirectiveRow) -> Result<Measure, ReviewError> {
    serde_json::from_str(&row.measure).map_err(|error| ReviewError::Damaged {
        what: "directive",
        id: row.id.to_string(),
        cause: error.to_string(),
    })
}

async fn with_units(db: &Db, rows: Vec<DirectiveRow>) -> Result<Vec<Known>, ReviewError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut by_id: HashMap<i64, Vec<Addressed>> = HashMap::new();
    for (id, unit, subtree) in store::units(db, &ids).await? {
        if let Ok(unit_id) = unit.parse::<UnitId>() {
            by_id.entry(id).or_default().push(Addressed { unit_id, subtree });
        }
    }
    Ok(rows.into_iter().map(|row| Known { units: by_id.remove(&row.id).unwrap_or_default(), row }).collect())
}

/// Every directive, the newest first.
pub(in crate::directives) async fn known(db: &Db) -> Result<Vec<Known>, ReviewError> {
    with_units(db, store::all(db).await?).await
}

/// The scope holds a unit that it is addressed to, or one below such a unit.
pub(in crate::directives) fn concerns(tree: &Tree, scope: &Scope, units: &[Addressed]) -> bool {
    let holds = |one: &Addressed| {
        scope.contains(one.unit_id)
            || (one.subtree && tree.subtree(one.unit_id).iter().any(|unit| scope.contains(*unit)))
    };
    scope.is_all() || units.iter().any(holds)
}

/// The directive, if it concerns the reader; others are not told that it exists.
pub(in crate::directives) async fn visible(
    db: &Db,
    scope: &Scope,
    id: i64,
    now: Time,
) -> Result<Known, ReviewError> {
    let unknown =
        || ReviewError::Unknown { what: "directive", code: "directive-not-found", id: id.to_string() };
    let row = store::one(db, id).await?.ok_or_else(unknown)?;
    let known = with_units(db, vec![row]).await?.pop().ok_or_else(unknown)?;
    let tree = hinomi_org::tree_at(db, now).await?;
    if concerns(&tree, scope, &known.units) { Ok(known) } else { Err(unknown()) }
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::directives) struct Wanted<'a> {
    pub(in crate::directives) unit: Option<UnitId>,
    pub(in crate::directives) standing: Option<Standing>,
    pub(in crate::directives) decision: Option<&'a str>,
}

/// Those that concern the reader, the newest first.
pub(in crate::directives) async fn list(
    db: &Db,
    scope: &Scope,
    wanted: Wanted<'_>,
    now: Time,
) -> Result<Vec<DirectiveView>, ReviewError> {
    let tree = hinomi_org::tree_at(db, now).await?;
    let narrow = match wanted.unit {
        Some(unit) => scope.intersection(&Scope::units(tree.subtree(unit))),
        None => scope.clone(),
    };
    let fits = |one: &Known| {
        concerns(&tree, &narrow, &one.units)
            && wanted.decision.is_none_or(|id| one.row.decision_id.as_deref() == Some(id))
            && wanted
                .standing
                .is_none_or(|standing| Standing::of(&one.row.state, one.row.due_at, now) == standing)
    };
    let chosen: Vec<Known> = known(db).await?.into_iter().filter(fits).collect();
    let mut taken = taken_of(db, &chosen).await?;
    let people = names_of_people(db, &chosen).await?;
    chosen
        .iter()
        .map(|one| {
            let taken = taken.remove(&subject(one.row.id)).unwrap_or_default();
            view(&tree, scope, one, &taken, &people, now)
        })
        .collect()
}

/// Measurements by subject.
pub(in crate::directives) async fn taken_of(
    db: &Db,
    all: &[Known],
) -> Result<HashMap<String, Vec<Taken>>, ReviewError> {
    let subjects: Vec<String> = all.iter().map(|one| subject(one.row.id)).collect();
    let mut taken: HashMap<String, Vec<Taken>> = HashMap::new();
    for row in measures::all_of(db, &subjects).await? {
        taken.entry(row.subject.clone()).or_default().push(row);
    }
    Ok(taken)
}

async fn names_of_people(db: &Db, all: &[Known]) -> Result<HashMap<String, String>, ReviewError> {
    let wanted: BTreeSet<&String> = all.iter().filter_map(|one| one.row.responsible_id.as_ref()).collect();
    let mut names = HashMap::new();
    for id in wanted {
        let Ok(person) = id.parse::<PersonId>() else { continue };
        if let Some(account) = hinomi_platform::accounts::by_person(db, person).await? {
            names.insert(id.clone(), account.name);
        }
    }
    Ok(names)
}

pub(in crate::directives) fn view(
    tree: &Tree,
    scope: &Scope,
    known: &Known,
    taken: &[Taken],
    people: &HashMap<String, String>,
    now: Time,
) -> Result<DirectiveView, ReviewError> {
    let row = &known.row;
    let measure = measure_of(row)?;
    let sees = |one: &&Addressed| scope.is_all() || concerns(tree, scope, std::slice::from_ref(*one));
    let units: Vec<AddressedView> = known
        .units
        .iter()
        .filter(sees)
        .map(|one| {
            let node = tree.get(one.unit_id);
            AddressedView {
                unit_id: one.unit_id.to_string(),
                name: node.map_or_else(String::new, |node| node.name.clone()),
                name_ja: node.map_or_else(String::new, |node| node.name_ja.clone()),
                subtree: one.subtree,
            }
        })
        .collect();
    let show = |row: Option<&Taken>| -> Result<Option<MeasurementView>, ReviewError> {
        row.map(|row| measures::seen(measure.kind, scope, row)).transpose()
    };
    Ok(DirectiveView {
        id: row.id.to_string(),
        number: format!("D-{}", row.id),
        decision_id: row.decision_id.clone(),
        title: row.title.clone(),
        text: row.text.clone(),
        issued_at: Time::from_micros(row.issued_at),
        issued_by: row.issued_by.clone(),
        responsible_name: row.responsible_id.as_ref().and_then(|id| people.get(id)).cloned(),
        responsible_id: row.responsible_id.clone(),
        hidden_units: (known.units.len() - units.len()) as i64,
        units,
        unit: measure.kind.unit().to_owned(),
        better: measure.kind.better_word().to_owned(),
        target: row.target,
        due_at: Time::from_micros(row.due_at),
        standing: Standing::of(&row.state, row.due_at, now),
        closed_at: row.closed_at.map(Time::from_micros),
        closed_by: row.closed_by.map(|id| id.to_string()),
        before: show(taken.iter().min_by_key(|row| row.id))?,
        newest: show(measures::newest_of(taken))?,
        measure,
    })
}

/// A directive with its course and its log.
pub(in crate::directives) async fn detail(
    db: &Db,
    scope: &Scope,
    id: i64,
    now: Time,
) -> Result<DirectiveDetail, ReviewError> {
    let known = visible(db, scope, id, now).await?;
    let tree = hinomi_org::tree_at(db, now).await?;
    let taken = measures::all_of(db, &[subject(id)]).await?;
    let people = names_of_people(db, std::slice::from_ref(&known)).await?;
    let measure = measure_of(&known.row)?;
    Ok(DirectiveDetail {
        directive: view(&tree, scope, &known, &taken, &people, now)?,
        course: measures::course(&measure, scope, &taken)?.points,
        events: events(db, scope, id, &measure, &taken).await?,
    })
}

/// The log as a reader may know it: answers of their units, and of each value what they see of it.
async fn events(
    db: &Db,
    scope: &Scope,
    id: i64,
    measure: &Measure,
    taken: &[Taken],
) -> Result<Vec<EventView>, ReviewError> {
    let sees = |unit: &Option<String>| {
        let unit = unit.as_ref().and_then(|unit| unit.parse::<UnitId>().ok());
        unit.is_none_or(|unit| scope.contains(unit))
    };
    // Each of these entries was written together with a measurement, in the one order of both.
    let mut measured = taken.iter();
    let mut newest = None;
    let mut views = Vec::new();
    for row in store::events(db, id).await? {
        if matches!(row.kind.as_str(), "issued" | "measured") {
            newest = measured.next();
        }
        let value = match row.kind.as_str() {
            "issued" | "measured" | "reached" => newest,
            _ => None,
        };
        let value = value.map(|taken| measures::seen(measure.kind, scope, taken)).transpose()?;
        if sees(&row.unit_id) {
            views.push(EventView {
                at: Time::from_micros(row.at),
                actor: row.actor,
                text: match &value {
                    Some(seen) => value_text(if seen.whole { seen.value } else { seen.part }),
                    None => row.text,
                },
                measurement_id: value.map(|seen| seen.id),
                kind: row.kind,
                unit_id: row.unit_id,
            });
        }
    }
    Ok(views)
}
