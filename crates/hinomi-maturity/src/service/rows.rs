// SPDX-License-Identifier: Apache-2.0
//! The rows behind a figure, as they were counted.

use hinomi_core::{Scope, UnitId};
use hinomi_db::Db;
use serde::Serialize;
use utoipa::ToSchema;

use super::formulas_named;
use super::read::is_withheld;
use super::tree::Tree;
use crate::error::MaturityError;
use crate::model::{BESIDE, CountedRow, Month, Side, Subject, decode, side};
use crate::store::{figures, labels};

/// One counted row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowView {
    /// `asset`, `ticket`, `seat`, `duty`, `unit`, `attendance`.
    pub kind: String,
    /// For its page; absent when it is no longer known.
    pub id: Option<String>,
    pub name: String,
    /// The system of a ticket, the vulnerability of an item.
    pub detail: Option<String>,
    /// Its page, where the kind does not say.
    pub href: Option<String>,
    pub unit_id: String,
    /// The share it brings, or its value such as days.
    pub amount: f64,
    pub in_scope: bool,
    /// `for` or `against`.
    pub side: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowsPage {
    pub month: String,
    pub indicator: String,
    pub rows_for: i64,
    pub rows_against: i64,
    /// Rows of units that the reader does not see.
    pub hidden: i64,
    pub items: Vec<RowView>,
    /// Where the next page starts.
    pub next: Option<i64>,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Copy)]
pub struct RowsWanted<'a> {
    pub unit: Option<UnitId>,
    pub month: Option<Month>,
    pub indicator: &'a str,
    pub side: Option<Side>,
    pub offset: usize,
    pub limit: usize,
}

/// Rows of an indicator of a unit's subtree with the unit each belongs to, and how many the reader may not see.
pub(super) async fn visible_rows(
    db: &Db,
    scope: &Scope,
    tree: &Tree,
    no: usize,
    indicator: &str,
) -> Result<(Vec<(usize, CountedRow)>, i64), MaturityError> {
    let range = (no as i64, tree.end_of(no) as i64);
    let (mut visible, mut hidden) = (Vec::new(), 0);
    for (unit_no, data) in figures::rows(db, tree.close.id, indicator, range).await? {
        let rows = decode(&data).map_err(|cause| MaturityError::Damaged {
            close_id: tree.close.id,
            unit_no,
            indicator: indicator.to_owned(),
            cause,
        })?;
        let owner = unit_no as usize;
        let sees = tree.units.get(owner).and_then(|unit| unit.unit_id.parse::<UnitId>().ok());
        if sees.is_some_and(|id| scope.contains(id)) {
            visible.extend(rows.into_iter().map(|row| (owner, row)));
        } else {
            hidden += rows.len() as i64;
        }
    }
    Ok((visible, hidden))
}

/// A page of the rows for and against a figure.
pub async fn rows(db: &Db, scope: &Scope, wanted: RowsWanted<'_>) -> Result<RowsPage, MaturityError> {
    let tree = Tree::of(db, wanted.month).await?;
    let no = tree.find(scope, wanted.unit)?;
    let set = formulas_named(db, &tree.close.formula).await?;
    // A count beside the score speaks neither for nor against; its rows are shown as what to look at.
    let indicator = set.indicator(wanted.indicator);
    if indicator.is_none() && !BESIDE.contains(&wanted.indicator) {
        return Err(MaturityError::IndicatorUnknown { code: wanted.indicator.to_owned() });
    }
    let withheld = indicator.is_some_and(|one| is_withheld(&set, one.axis, tree.units[no].people));
    let (all, hidden) = match withheld {
        true => (Vec::new(), 0),
        false => visible_rows(db, scope, &tree, no, wanted.indicator).await?,
    };
    let is_for = |row: &CountedRow| indicator.is_some_and(|one| side(one, row) == Side::For);
    let rows_for = all.iter().filter(|(_, row)| is_for(row)).count() as i64;
    let chosen: Vec<&(usize, CountedRow)> = all
        .iter()
        .filter(|(_, row)| wanted.side.is_none_or(|side| (side == Side::For) == is_for(row)))
        .collect();
    let page: Vec<(usize, CountedRow)> =
        chosen.iter().skip(wanted.offset).take(wanted.limit).map(|row| **row).collect();
    let end = wanted.offset + page.len();
    let is_median = indicator.is_some_and(|one| one.shape.name() == "median_falling");
    let mut items = described(db, &tree, &page).await?;
    for (view, (_, row)) in items.iter_mut().zip(&page) {
        view.amount = if is_median { row.amount as f64 } else { row.amount as f64 / 1_000.0 };
        view.side = if is_for(row) { "for" } else { "against" }.to_owned();
    }
    Ok(RowsPage {
        month: tree.close.month.clone(),
        indicator: wanted.indicator.to_owned(),
        rows_against: all.len() as i64 - rows_for,
        rows_for,
        hidden,
        items,
        next: (end < chosen.len()).then_some(end as i64),
    })
}

/// Names what rows are about.
pub(super) async fn described(
    db: &Db,
    tree: &Tree,
    rows: &[(usize, CountedRow)],
) -> Result<Vec<RowView>, MaturityError> {
    let (mut assets, mut tickets, mut items, mut seats, mut duties, mut brought) =
        (vec![], vec![], vec![], vec![], vec![], vec![]);
    for (_, row) in rows {
        match row.subject {
            Subject::Asset(ordinal) => assets.push(ordinal),
            Subject::Ticket(ticket) => tickets.push(ticket),
            Subject::Item { ticket, vulnerability } => {
                tickets.push(ticket);
                items.push(vulnerability);
            }
            Subject::Seat(id) => seats.push(id.to_string()),
            Subject::Duty(id) => duties.push(id.to_string()),
            Subject::Brought(id) => brought.push(id.to_string()),
            Subject::Unit(_) => {}
        }
    }
    let assets = labels::assets(db, &assets).await?;
    let tickets = labels::tickets(db, &tickets).await?;
    let seats = labels::seats(db, &seats).await?;
    let duties = labels::duties(db, &duties).await?;
    let brought = crate::store::brought::labels(db, &brought).await?;
    items.sort_unstable();
    items.dedup();
    let vulnerabilities: std::collections::HashMap<i64, String> =
        hinomi_advisories::read::vulnerabilities_by_ids(db, &items)
            .await?
            .into_iter()
            .map(|row| (row.id, row.canonical))
            .collect();
    let view = |(unit_no, row): &(usize, CountedRow)| {
        let (kind, id, name, detail) = match row.subject {
            Subject::Asset(ordinal) => match assets.get(&ordinal) {
                Some((id, name)) => ("asset", Some(id.clone()), name.clone(), None),
                None => ("asset", None, format!("#{ordinal}"), None),
            },
            Subject::Ticket(ticket) => {
                let known = tickets.get(&ticket);
                let system = known.map(|label| label.system.clone());
                let name = known.map_or_else(String::new, |label| label.package.clone());
                ("ticket", Some(ticket.to_string()), name, system)
            }
            Subject::Item { ticket, vulnerability } => {
                let name = tickets.get(&ticket).map_or_else(String::new, |label| label.package.clone());
                ("ticket", Some(ticket.to_string()), name, vulnerabilities.get(&vulnerability).cloned())
            }
            Subject::Seat(id) => {
                let kind = seats.get(&id.to_string()).map_or_else(String::new, |(kind, _)| kind.clone());
                ("seat", Some(id.to_string()), kind, None)
            }
            Subject::Duty(id) => {
                let known = duties.get(&id.to_string());
                let name = known.map_or_else(String::new, |duty| duty.title.clone());
                ("duty", Some(id.to_string()), name, known.map(|duty| duty.kind.clone()))
            }
            // Pages name the unit of a row beside it.
            Subject::Unit(id) => ("unit", Some(id.to_string()), String::new(), None),
            Subject::Brought(id) => {
                let known = brought.get(&id.to_string());
                (
                    "attendance",
                    Some(id.to_string()),
                    known.map_or_else(String::new, |row| row.0.clone()),
                    None,
                )
            }
        };
        let href = match row.subject {
            Subject::Duty(id) => duties.get(&id.to_string()).map(|duty| duty.href.clone()),
            Subject::Unit(id) => Some(format!("/department?unit={id}")),
            Subject::Brought(id) => brought.get(&id.to_string()).map(|row| row.1.clone()),
            _ => None,
        };
        RowView {
            href,
            kind: kind.to_owned(),
            id,
            name,
            detail,
            unit_id: tree.units.get(*unit_no).map_or_else(String::new, |unit| unit.unit_id.clone()),
            amount: 0.0,
            in_scope: row.in_scope,
            side: String::new(),
        }
    };
    Ok(rows.iter().map(view).collect())
}
