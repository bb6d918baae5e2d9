// SPDX-License-Identifier: Apache-2.0
//! Reading tickets, within a scope.

use super::due::{level, reachability};
use super::known::{facts_of, facts_of_one};
use crate::model::{ItemRow, TicketError, TicketRow};
use crate::plan::{SystemFacts, VulnerabilityFacts, case_inputs};
use crate::store::by_unit::{self, UnitCountRow};
use crate::store::lists;
pub use crate::store::lists::{
    AssigneeFilter, CountsRow, GroupRow, Moved, RunKey, Sort, StateFilter, TicketFilter,
};
use crate::store::tickets;
pub use crate::store::tickets::{EventRow, tickets_of_vulnerabilities};
use hinomi_core::{PageRequest, Scope, Time, UnitId};
use hinomi_db::{Db, values};
use hinomi_score::policy::{Decision, Importance, Policy};
use serde_json::json;

pub async fn ticket_list(
    db: &Db,
    scope: &Scope,
    filter: &TicketFilter,
    sort: Sort,
    now: Time,
    request: &PageRequest,
) -> Result<hinomi_core::Page<TicketRow>, TicketError> {
    let keys = request
        .after_keys(sort.name(), 2)
        .map_err(|error| TicketError::Invalid { field: "after", message: error.to_string() })?;
    let after = keys.and_then(|keys| Some((keys.first()?.as_i64()?, keys.get(1)?.as_i64()?)));
    let rows = lists::list(db, scope, filter, sort, now, request, after).await?;
    Ok(hinomi_core::Page::from_rows(rows, request, sort.name(), |row| {
        let key = match sort {
            Sort::Due => row.due_at,
            Sort::Criticality => row.criticality,
            Sort::Age | Sort::Opened => row.opened_at,
        };
        vec![json!(key), json!(row.id)]
    }))
}

pub async fn ticket_groups(
    db: &Db,
    scope: &Scope,
    filter: &TicketFilter,
    now: Time,
    request: &PageRequest,
) -> Result<hinomi_core::Page<GroupRow>, TicketError> {
    let offset = groups_before(request)?;
    let rows = lists::groups(db, scope, filter, now, request, offset).await?;
    Ok(groups_page(rows, request, offset))
}

/// Groups are sums: the place of a page is a count of groups before it, not a row's key.
pub(crate) fn groups_before(request: &PageRequest) -> Result<u64, TicketError> {
    let keys = request
        .after_keys("ticket-groups", 1)
        .map_err(|error| TicketError::Invalid { field: "after", message: error.to_string() })?;
    Ok(keys.and_then(|keys| keys.first()?.as_u64()).unwrap_or(0))
}

pub(crate) fn groups_page(
    rows: Vec<GroupRow>,
    request: &PageRequest,
    offset: u64,
) -> hinomi_core::Page<GroupRow> {
    let next = offset + u64::from(request.limit);
    hinomi_core::Page::from_rows(rows, request, "ticket-groups", |_| vec![json!(next)])
}

/// A scope, narrowed to a unit and everything below it at an instant. The whole group stays the whole scope.
pub async fn scope_below(
    db: &Db,
    scope: &Scope,
    unit: Option<UnitId>,
    at: Time,
) -> Result<Scope, TicketError> {
    let Some(unit) = unit else { return Ok(scope.clone()) };
    let tree = hinomi_org::tree_at(db, at).await?;
    if tree.root().is_some_and(|root| root.id == unit) {
        return Ok(scope.clone());
    }
    Ok(Scope::units(tree.subtree(unit)).intersection(scope))
}

pub async fn ticket_counts(
    db: &Db,
    scope: &Scope,
    filter: &TicketFilter,
    now: Time,
) -> Result<CountsRow, TicketError> {
    Ok(lists::counts(db, scope, filter, now).await?)
}

/// The tickets of the filter, of every unit, by the unit that had them.
pub async fn ticket_counts_by_unit(
    db: &Db,
    filter: &TicketFilter,
    now: Time,
) -> Result<Vec<UnitCountRow>, TicketError> {
    Ok(by_unit::counts(db, filter, now).await?)
}

/// By unit, how many tickets that are known to be exploited today were open at each of these instants.
pub async fn exploited_at(
    db: &Db,
    scope: &Scope,
    instants: &[Time],
) -> Result<Vec<(String, Vec<i64>)>, TicketError> {
    Ok(by_unit::exploited_at(db, scope, instants).await?)
}

/// When the first ticket of all was opened.
pub async fn first_ticket_at(db: &Db) -> Result<Option<Time>, TicketError> {
    Ok(by_unit::first_at(db).await?.map(Time::from_micros))
}

/// Open tickets of the filter whose clock stands still.
pub async fn tickets_paused(
    db: &Db,
    scope: &Scope,
    filter: &TicketFilter,
    now: Time,
) -> Result<i64, TicketError> {
    Ok(lists::paused(db, scope, filter, now).await?)
}

/// Of each update run, the packages of its open tickets that can be updated, in the order of their names.
pub async fn packages_of_groups(
    db: &Db,
    groups: &[GroupRow],
) -> Result<std::collections::HashMap<RunKey, Vec<String>>, TicketError> {
    let systems: Vec<&str> = groups.iter().map(|group| group.system_id.as_str()).collect();
    let mut packages: std::collections::HashMap<RunKey, Vec<String>> =
        groups.iter().map(|group| (group.key(), Vec::new())).collect();
    for row in lists::packages_of_systems(db, &systems).await? {
        let key = (row.system_id, row.ecosystem, row.release);
        packages.entry(key).and_modify(|packages| packages.push(row.package));
    }
    Ok(packages)
}

/// The ticket, if the reader may see it; others are not told that it exists.
pub async fn ticket(db: &Db, scope: &Scope, id: i64) -> Result<TicketRow, TicketError> {
    let ticket = tickets::ticket(db, id).await?.ok_or(TicketError::Unknown { id })?;
    let unit = ticket.unit_id.parse::<UnitId>().map_err(|_| TicketError::Unknown { id })?;
    if scope.contains(unit) { Ok(ticket) } else { Err(TicketError::Unknown { id }) }
}

pub async fn items(db: &Db, ticket_id: i64) -> Result<Vec<ItemRow>, TicketError> {
    Ok(tickets::items_of(db, ticket_id).await?)
}

/// How often items were decided otherwise because of what became known of their vulnerabilities.
pub async fn items_rated(db: &Db) -> Result<i64, TicketError> {
    Ok(tickets::events_of_kind(db, crate::model::EventKind::ItemRated).await?)
}

pub async fn history(db: &Db, ticket_id: i64) -> Result<Vec<EventRow>, TicketError> {
    Ok(lists::history(db, ticket_id).await?)
}

/// Why the ticket has its criticality and its date: the decision of its most urgent open item, made again
/// from the same inputs under the same version of the policy.
pub async fn decision(
    db: &Db,
    now: Time,
    ticket: &TicketRow,
    items: &[ItemRow],
) -> Result<Option<Decision>, TicketError> {
    let Some(item) = items
        .iter()
        .filter(|item| item.closed_at.is_none() || !ticket.is_open)
        .max_by_key(|item| (item.criticality, std::cmp::Reverse(item.due_at)))
    else {
        return Ok(None);
    };
    let (_, policy): (i64, Policy) = super::policy::version(db, now, ticket.policy_id).await?;
    let system = system_facts(db, &ticket.system_id).await?;
    let facts = vulnerability_facts(db, item.vulnerability_id).await?;
    let clock = super::clock::load(db, now, &policy).await?.clock;
    Ok(system.map(|system| {
        let inputs =
            case_inputs(&system, facts, (item.first_seen, item.fix_known_at), item.standing.as_deref());
        clock.decide(&policy, &inputs, &system.unit_id, ticket.id)
    }))
}

/// By when a ticket is due with these pauses: the earliest of its open items, as the next reconcile decides them.
pub(crate) async fn due_with(
    db: &Db,
    now: Time,
    ticket: &TicketRow,
    pauses: &[hinomi_obligations::pauses::PauseRow],
) -> Result<i64, TicketError> {
    let (_, policy) = super::policy::current(db, now).await?;
    let clock = super::clock::load(db, now, &policy).await?.clock.with(ticket.id, pauses);
    let Some(system) = system_facts(db, &ticket.system_id).await? else { return Ok(ticket.due_at) };
    let mut due_at = crate::NEVER;
    for item in items(db, ticket.id).await?.iter().filter(|item| item.closed_at.is_none()) {
        let facts = vulnerability_facts(db, item.vulnerability_id).await?;
        let inputs =
            case_inputs(&system, facts, (item.first_seen, item.fix_known_at), item.standing.as_deref());
        let decision = clock.decide(&policy, &inputs, &system.unit_id, ticket.id);
        due_at = due_at.min(decision.due_at.unwrap_or(crate::NEVER));
    }
    Ok(due_at)
}

async fn vulnerability_facts(db: &Db, id: i64) -> Result<VulnerabilityFacts, TicketError> {
    let row = hinomi_advisories::read::vulnerability_by_id(db, id).await?;
    match row {
        Some(row) => facts_of_one(db, &row).await,
        None => Ok(VulnerabilityFacts::NONE),
    }
}

async fn system_facts(db: &Db, id: &str) -> Result<Option<SystemFacts>, TicketError> {
    type Row = (String, i64, i64, i64, i64, bool);
    let row: Option<Row> = db
        .optional(
            "SELECT unit_id, confidentiality, integrity, availability, reachability, sensitive_data \
             FROM v_system WHERE id = $1",
            values![id],
        )
        .await?;
    Ok(row.map(|(unit_id, confidentiality, integrity, availability, reach, sensitive_data)| SystemFacts {
        id: id.to_owned(),
        unit_id,
        reachability: reachability(reach),
        importance: Importance {
            confidentiality: level(confidentiality),
            integrity: level(integrity),
            availability: level(availability),
        },
        sensitive_data,
    }))
}

/// An asset of the ticket's system with an affected component of its unit.
#[derive(Debug, Clone)]
pub struct AffectedAsset {
    pub asset_id: String,
    pub asset_name: String,
    pub component: String,
    pub installed: Option<String>,
    pub running: Option<bool>,
}

/// What a ticket's page shows of findings.
#[derive(Debug, Clone, Default)]
pub struct Affected {
    pub assets: Vec<AffectedAsset>,
    /// The matches of the items' components; for closed items as they were just before.
    pub matches: Vec<hinomi_findings::MatchRow>,
}

/// The assets that show the ticket's unit affected now, and the matches behind its items.
pub async fn affected_of(db: &Db, ticket: &TicketRow, items: &[ItemRow]) -> Result<Affected, TicketError> {
    let mut found = Affected::default();
    let open: Vec<i64> =
        items.iter().filter(|item| item.closed_at.is_none()).map(|item| item.vulnerability_id).collect();
    let at = hinomi_findings::OPEN - 1;
    let matches = hinomi_findings::matches_of_vulnerabilities(db, &open, at).await?;
    for item in items.iter().filter(|item| item.closed_at.is_some()) {
        let before = item.closed_at.unwrap_or(at) - 1;
        let rows = hinomi_findings::matches_of_components(db, &[item.component_id as u32], before).await?;
        found.matches.extend(rows.into_iter().filter(|row| row.vulnerability_id == item.vulnerability_id));
    }
    let wanted: std::collections::HashSet<u32> =
        matches.iter().filter(|row| row.state == "affected").map(|row| row.component_id as u32).collect();
    // Of all that is wanted, only what is of the ticket's unit.
    let wanted: Vec<u32> = wanted.into_iter().collect();
    let unit = (ticket.ecosystem.as_str(), ticket.release.as_str(), ticket.package.as_str());
    let components: std::collections::HashMap<u32, hinomi_inventory::ComponentRow> =
        hinomi_inventory::components_by_ids(db, &wanted)
            .await?
            .into_iter()
            .filter(|row| {
                (row.ecosystem.as_str(), row.release.as_deref().unwrap_or_default(), row.package.as_str())
                    == unit
            })
            .map(|row| (row.id as u32, row))
            .collect();
    let rows: Vec<(String, String, i64)> = db
        .all(
            "SELECT id, name, ordinal FROM v_asset WHERE system_id = $1 AND retired_at IS NULL ORDER BY name",
            values![ticket.system_id.as_str()],
        )
        .await?;
    let carriers: Vec<u32> = rows.iter().map(|(_, _, ordinal)| *ordinal as u32).collect();
    let wanted = components.keys().copied().collect();
    let here =
        hinomi_inventory::service::past::components_at(db, &carriers, &wanted, Time::from_micros(at)).await?;
    for (asset_id, asset_name, ordinal) in rows {
        for row in here.get(&(ordinal as u32)).into_iter().flatten().filter_map(|id| components.get(id)) {
            found.assets.push(AffectedAsset {
                asset_id: asset_id.clone(),
                asset_name: asset_name.clone(),
                component: row.name.clone(),
                installed: row.version.clone(),
                running: row.kernel_running,
            });
        }
    }
    found.matches.extend(matches);
    Ok(found)
}

/// An open ticket and what the policy is asked about each of its open items.
pub struct OpenItems {
    pub id: i64,
    pub unit_id: String,
    pub criticality: i64,
    pub due_at: i64,
    pub inputs: Vec<hinomi_score::policy::CaseInputs>,
}

/// Every open ticket with its inputs, for previews.
pub async fn open_items(db: &Db) -> Result<Vec<OpenItems>, TicketError> {
    let systems: std::collections::HashMap<String, SystemFacts> = crate::store::facts::systems(db)
        .await?
        .iter()
        .map(|row| (row.id.clone(), super::due::facts_of(row)))
        .collect();
    let mut likelihoods = hinomi_advisories::read::Likelihoods::default();
    likelihoods.refresh(db).await?;
    let vulnerabilities: std::collections::HashMap<i64, VulnerabilityFacts> =
        hinomi_advisories::read::vulnerabilities_all(db)
            .await?
            .iter()
            .map(|row| (row.id, facts_of(row, &likelihoods)))
            .collect();
    let mut tickets: std::collections::BTreeMap<i64, OpenItems> = std::collections::BTreeMap::new();
    for row in lists::open_item_rows(db).await? {
        let Some(system) = systems.get(&row.system_id) else { continue };
        let facts = vulnerabilities.get(&row.vulnerability_id).copied().unwrap_or(VulnerabilityFacts::NONE);
        let dates = (row.first_seen, row.fix_known_at);
        let inputs = case_inputs(system, facts, dates, row.standing.as_deref());
        tickets
            .entry(row.ticket_id)
            .or_insert_with(|| OpenItems {
                id: row.ticket_id,
                unit_id: system.unit_id.clone(),
                criticality: row.criticality,
                due_at: row.due_at,
                inputs: Vec::new(),
            })
            .inputs
            .push(inputs);
    }
    Ok(tickets.into_values().collect())
}
