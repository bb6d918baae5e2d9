// SPDX-License-Identifier: Apache-2.0
//! What is owed, as lists show it.

use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_core::{Page, PersonId, Principal, Scope, SeatKind, Time, UnitId};
use hinomi_db::Db;
use hinomi_obligations::ledger::{self, Obligation, ObligationFilter};
use hinomi_obligations::settings::REMIND_FIRST_DAYS;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::ReviewError;

/// At most so many at once.
const MOST: u64 = 500;

/// Something that is owed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Duty {
    pub id: String,
    /// `self-check`, `improvement`, `directive`, …
    pub kind: String,
    pub unit_id: String,
    pub unit_name: String,
    pub unit_name_ja: String,
    /// Absent: whoever fills the unit's seats.
    pub person_id: Option<String>,
    pub title: String,
    pub href: String,
    pub began_at: Time,
    pub due_at: Time,
    pub done_at: Option<Time>,
    pub overdue: bool,
    /// Its clock stands still.
    pub paused: bool,
    /// A pause that somebody asked for and nobody approved.
    pub pause_asked: Option<PauseView>,
    /// The one that runs.
    pub pause: Option<PauseView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PauseView {
    pub id: String,
    pub from_at: Time,
    pub to_at: Option<Time>,
    pub reason: String,
    pub asked_by: String,
    pub approved_by: String,
}

impl From<&ledger::PauseRow> for PauseView {
    fn from(row: &ledger::PauseRow) -> Self {
        Self {
            id: row.id.clone(),
            from_at: row.from_at,
            to_at: row.to_at,
            reason: row.reason.clone(),
            asked_by: row.asked_by.clone(),
            approved_by: row.approved_by.clone(),
        }
    }
}

/// Open tickets of a unit: not one line each, or nobody would read the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketDuty {
    pub unit_id: String,
    pub unit_name: String,
    pub unit_name_ja: String,
    /// Due within the time of the first reminder.
    pub near: i64,
    pub overdue: i64,
    /// The earliest of them.
    pub due_at: Time,
    pub href: String,
}

/// What a person must do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct MyDuties {
    pub(super) items: Vec<Duty>,
    pub(super) tickets: Vec<TicketDuty>,
}

/// Seats whose holders do what a unit owes.
pub(super) const MANAGERS: [SeatKind; 3] =
    [SeatKind::SystemSecurityManager, SeatKind::InformationManager, SeatKind::PsirtManager];

/// The units whose managers' seats a person fills, and those where they look after systems.
fn seats_of(principal: &Principal) -> (Vec<UnitId>, Vec<UnitId>) {
    let of = |wanted: &dyn Fn(SeatKind) -> bool| {
        let mut units: Vec<UnitId> = principal
            .grants
            .iter()
            .filter(|grant| wanted(grant.seat))
            .filter_map(|grant| grant.unit)
            .collect();
        units.sort_unstable();
        units.dedup();
        units
    };
    (of(&|seat| MANAGERS.contains(&seat)), of(&|seat| seat == SeatKind::SystemSecurityManager))
}

/// What a signed-in person must do by when.
pub async fn duties_mine(
    db: &Db,
    person: PersonId,
    principal: &Principal,
    now: Time,
) -> Result<(Vec<Duty>, Vec<TicketDuty>), ReviewError> {
    let (units, systems) = seats_of(principal);
    let filter = ObligationFilter { open: true, mine: Some((person, units)), ..ObligationFilter::default() };
    let rows = ledger::list(db, &Scope::all(), &filter, MOST).await?;
    let horizon = now.plus_days(REMIND_FIRST_DAYS.read(db).await?);
    let tickets = tickets(db, Some(&systems), now, horizon).await?;
    Ok((described(db, rows, now).await?, tickets))
}

/// Tickets that are late or near, by unit.
pub(super) async fn tickets(
    db: &Db,
    units: Option<&[UnitId]>,
    now: Time,
    horizon: Time,
) -> Result<Vec<TicketDuty>, ReviewError> {
    if units.is_some_and(<[UnitId]>::is_empty) {
        return Ok(Vec::new());
    }
    let mut sums: BTreeMap<UnitId, (i64, i64, Time)> = BTreeMap::new();
    for row in store::tickets_due(db, units, horizon).await? {
        let sum = sums.entry(row.unit_id).or_insert((0, 0, row.due_at));
        if row.due_at < now {
            sum.1 += row.tickets;
        } else {
            sum.0 += row.tickets;
        }
        sum.2 = sum.2.min(row.due_at);
    }
    let units: Vec<UnitId> = sums.keys().copied().collect();
    let names = hinomi_org::unit_names(db, now, &units).await?;
    let mut found: Vec<TicketDuty> = sums
        .into_iter()
        .map(|(unit, (near, overdue, due_at))| {
            let (name, name_ja) = names.get(&unit).cloned().unwrap_or_default();
            TicketDuty {
                unit_id: unit.to_string(),
                unit_name: name,
                unit_name_ja: name_ja,
                near,
                overdue,
                due_at,
                href: format!("/tickets?view=flat&state=open&sort=due&unit={unit}"),
            }
        })
        .collect();
    found.sort_by_key(|one| one.due_at);
    Ok(found)
}

/// Entries of the ledger with the names of their units and their pauses.
pub(super) async fn described(db: &Db, rows: Vec<Obligation>, now: Time) -> Result<Vec<Duty>, ReviewError> {
    let mut units: Vec<UnitId> = rows.iter().map(|row| row.unit_id).collect();
    units.sort_unstable();
    units.dedup();
    let names = hinomi_org::unit_names(db, now, &units).await?;
    let with_pauses: HashSet<String> = ledger::with_pauses_open(db, now).await?.into_iter().collect();
    let mut pauses: HashMap<String, Vec<ledger::PauseRow>> = HashMap::new();
    for row in rows.iter().filter(|row| with_pauses.contains(&row.id)) {
        pauses.insert(row.id.clone(), ledger::pauses(db, &row.id).await?);
    }
    let duty = |row: Obligation| {
        let (unit_name, unit_name_ja) = names.get(&row.unit_id).cloned().unwrap_or_default();
        let own = pauses.get(&row.id).map_or(&[][..], Vec::as_slice);
        let lasts = |pause: &&ledger::PauseRow| pause.to_at.is_none_or(|to| to > now);
        let pause = own.iter().filter(lasts).find(|pause| pause.approved_at.is_some()).map(PauseView::from);
        let asked = own.iter().filter(lasts).find(|pause| pause.approved_at.is_none()).map(PauseView::from);
        Duty {
            overdue: row.done_at.unwrap_or(now) > row.due_at && pause.is_none(),
            paused: pause.is_some(),
            pause,
            pause_asked: asked,
            id: row.id,
            kind: row.kind,
            unit_id: row.unit_id.to_string(),
            unit_name,
            unit_name_ja,
            person_id: row.person_id.map(|person| person.to_string()),
            title: row.title,
            href: row.href,
            began_at: row.began_at,
            due_at: row.due_at,
            done_at: row.done_at,
        }
    };
    Ok(rows.into_iter().map(duty).collect())
}

/// What units in scope owe.
pub(super) async fn duties(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    filter: &ObligationFilter,
    now: Time,
) -> Result<Page<Duty>, ReviewError> {
    let within = hinomi_org::unit_scope(db, scope, unit, now).await?;
    let rows = ledger::list(db, &within, filter, MOST).await?;
    Ok(Page { items: described(db, rows, now).await?, next: None, total: None })
}
