// SPDX-License-Identifier: Apache-2.0
//! What is owed, as lists show it.

use std::collections::HashSet;

use hinomi_core::{Page, PersonId, Principal, Scope, SeatKind, Time, UnitId};
use hinomi_db::Db;
use hinomi_obligations::ledger::{self, Obligation, ObligationFilter};
use hinomi_obligations::pauses::{self, PauseRow};
use hinomi_obligations::settings::REMIND_FIRST_DAYS;
use hinomi_tickets::service::clock::{pause_key, paused_ticket};
use hinomi_tickets::service::owed::{OwedFilter, OwedTicket, tickets_owed, units_owing};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ReviewError;

/// At most so many at once.
const MOST: u64 = 500;
/// The kind under which tickets stand beside the ledger's entries.
const TICKET: &str = "ticket";

/// Something that is owed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Duty {
    pub id: String,
    /// `self-check`, `improvement`, `directive`, `ticket`, …
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

impl From<&PauseRow> for PauseView {
    fn from(row: &PauseRow) -> Self {
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
    /// Their clock stands still.
    pub paused: i64,
    /// The earliest of them.
    pub due_at: Time,
    pub href: String,
}

/// Which of what is owed to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DutyState {
    #[default]
    Open,
    Overdue,
    /// With a pause that lasts, approved or asked for.
    Paused,
    /// Also what was done in the last year.
    All,
}

#[derive(Debug, Clone, Default)]
pub(super) struct DutyFilter {
    pub(super) kind: Option<String>,
    pub(super) state: DutyState,
}

/// What a person must do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct MyDuties {
    pub(super) items: Vec<Duty>,
    pub(super) tickets: Vec<TicketDuty>,
}

/// Seats whose holders do what a unit owes.
pub(crate) const MANAGERS: [SeatKind; 3] =
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
    Ok((described(db, rows.into_iter().map(entry).collect(), now).await?, tickets))
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
    let owing = units_owing(db, units, now, horizon).await?;
    let ids: Vec<UnitId> = owing.iter().map(|one| one.unit_id).collect();
    let names = hinomi_org::unit_names(db, now, &ids).await?;
    let duty = |one: hinomi_tickets::service::owed::OwedUnit| {
        let unit = one.unit_id;
        let (unit_name, unit_name_ja) = names.get(&unit).cloned().unwrap_or_default();
        TicketDuty {
            unit_id: unit.to_string(),
            unit_name,
            unit_name_ja,
            near: one.near,
            overdue: one.overdue,
            paused: one.paused,
            due_at: one.due_at,
            href: format!("/tickets?view=flat&state=open&sort=due&unit={unit}"),
        }
    };
    Ok(owing.into_iter().map(duty).collect())
}

/// What is owed, an entry of the ledger or a ticket, before its unit has a name.
fn entry(row: Obligation) -> Duty {
    Duty {
        id: row.id,
        kind: row.kind,
        unit_id: row.unit_id.to_string(),
        unit_name: String::new(),
        unit_name_ja: String::new(),
        person_id: row.person_id.map(|person| person.to_string()),
        title: row.title,
        href: row.href,
        began_at: row.began_at,
        due_at: row.due_at,
        done_at: row.done_at,
        overdue: false,
        paused: false,
        pause_asked: None,
        pause: None,
    }
}

fn ticket(row: OwedTicket) -> Duty {
    Duty {
        id: pause_key(row.id),
        kind: TICKET.to_owned(),
        unit_id: row.unit_id.to_string(),
        unit_name: String::new(),
        unit_name_ja: String::new(),
        person_id: None,
        title: format!("T-{} {}", row.id, row.package),
        href: format!("/tickets/{}", row.id),
        began_at: row.opened_at,
        due_at: row.due_at,
        done_at: row.closed_at,
        overdue: false,
        paused: false,
        pause_asked: None,
        pause: None,
    }
}

/// With the names of their units, their pauses, and whether they are late.
async fn described(db: &Db, mut duties: Vec<Duty>, now: Time) -> Result<Vec<Duty>, ReviewError> {
    let mut units: Vec<UnitId> = duties.iter().filter_map(|one| one.unit_id.parse().ok()).collect();
    units.sort_unstable();
    units.dedup();
    let names = hinomi_org::unit_names(db, now, &units).await?;
    let with_pauses: HashSet<String> = pauses::open_ones(db, now).await?.into_iter().collect();
    for duty in &mut duties {
        let name = duty.unit_id.parse().ok().and_then(|unit: UnitId| names.get(&unit));
        if let Some((unit_name, unit_name_ja)) = name {
            duty.unit_name.clone_from(unit_name);
            duty.unit_name_ja.clone_from(unit_name_ja);
        }
        if with_pauses.contains(&duty.id) {
            let own = pauses::of(db, &duty.id).await?;
            let lasts = |pause: &&PauseRow| pause.to_at.is_none_or(|to| to > now);
            let first = |is_approved: bool| {
                let of_kind = |pause: &&PauseRow| pause.approved_at.is_some() == is_approved;
                own.iter().filter(lasts).find(of_kind).map(PauseView::from)
            };
            (duty.pause, duty.pause_asked) = (first(true), first(false));
        }
        duty.paused = duty.pause.is_some();
        duty.overdue = duty.done_at.unwrap_or(now) > duty.due_at && !duty.paused;
    }
    Ok(duties)
}

/// What units in scope owe, tickets among it: by due date, at most so many.
pub(super) async fn duties(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    wanted: &DutyFilter,
    now: Time,
) -> Result<Page<Duty>, ReviewError> {
    let within = hinomi_org::unit_scope(db, scope, unit, now).await?;
    let mut found = Vec::new();
    let is_paused = wanted.state == DutyState::Paused;
    if wanted.kind.as_deref() != Some(TICKET) {
        let mut filter = ObligationFilter { kind: wanted.kind.clone(), ..ObligationFilter::default() };
        match wanted.state {
            DutyState::Open | DutyState::Paused => filter.open = true,
            DutyState::Overdue => filter.overdue_at = Some(now),
            DutyState::All => filter.due_since = Some(now.plus_days(-366)),
        }
        let mut rows = ledger::list(db, &within, &filter, if is_paused { 200_000 } else { MOST }).await?;
        if is_paused {
            let paused: HashSet<String> = pauses::open_ones(db, now).await?.into_iter().collect();
            rows.retain(|row| paused.contains(&row.id));
        }
        found.extend(rows.into_iter().map(entry));
    }
    if wanted.kind.as_deref().is_none_or(|kind| kind == TICKET) {
        let mut filter = OwedFilter::default();
        match wanted.state {
            DutyState::Open => filter.open = true,
            DutyState::Paused => {
                let paused = pauses::open_ones(db, now).await?;
                let numbers = paused.iter().filter_map(|key| paused_ticket(key)).collect();
                (filter.open, filter.only) = (true, Some(numbers));
            }
            DutyState::Overdue => filter.overdue_at = Some(now),
            DutyState::All => filter.due_since = Some(now.plus_days(-366)),
        }
        found.extend(tickets_owed(db, &within, &filter, MOST).await?.into_iter().map(ticket));
    }
    found.sort_by(|left, right| (left.due_at, &left.id).cmp(&(right.due_at, &right.id)));
    found.truncate(MOST as usize);
    Ok(Page { items: described(db, found, now).await?, next: None, total: None })
}
