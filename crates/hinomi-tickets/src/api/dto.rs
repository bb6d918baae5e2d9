// SPDX-License-Identifier: Apache-2.0
//! What the API says of tickets.

use crate::model::{Closure, ItemRow, TicketError, TicketRow, criticality_of_rank};
use crate::store::lists::due;
use hinomi_core::{Time, UnitId};
use hinomi_db::{Db, values};
use hinomi_findings::why::Why;
use hinomi_score::policy::Decision;
use std::collections::HashMap;

#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct PersonRef {
    pub id: String,
    pub name: String,
    pub name_native: String,
}

/// A ticket as lists show it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TicketDto {
    pub id: i64,
    /// What people call it: `T-1042`.
    pub number: String,
    pub system_id: String,
    pub system_name: String,
    pub system_name_ja: String,
    pub unit_id: String,
    pub unit_name: String,
    pub unit_name_ja: String,
    pub ecosystem: String,
    pub release: Option<String>,
    pub package: String,
    /// The update run that closes it: `Debian 12`, `PyPI`.
    pub distribution: String,
    pub title: String,
    /// `open` or `closed`.
    pub state: String,
    /// `critical`, `high`, `medium` or `low`.
    pub criticality: String,
    pub high_priority: bool,
    pub known_exploited: bool,
    pub severity: String,
    pub due_at: Option<Time>,
    /// The end of its last approved pause of the clock; it may have passed.
    pub paused_until: Option<Time>,
    pub overdue: bool,
    pub waiting_for_fix: bool,
    pub restart_pending: bool,
    pub stale: bool,
    pub target_version: Option<String>,
    pub items_open: i64,
    pub items_total: i64,
    pub assets_affected: i64,
    pub assignee: Option<PersonRef>,
    pub opened_at: Time,
    pub closed_at: Option<Time>,
    pub closure: Option<Closure>,
    pub work_started_at: Option<Time>,
    /// How often it came back after it was closed.
    pub reopened: i64,
}

/// Names of what tickets refer to, looked up once for a page.
pub struct Names {
    systems: HashMap<String, (String, String)>,
    units: HashMap<String, (String, String)>,
    people: HashMap<String, PersonRef>,
}

impl Names {
    pub async fn of<'a>(
        db: &Db,
        now: Time,
        rows: impl Iterator<Item = (&'a str, &'a str, Option<&'a str>)>,
    ) -> Result<Self, TicketError> {
        let (mut systems, mut units, mut people) = (Vec::new(), Vec::new(), Vec::new());
        for (system, unit, person) in rows {
            systems.push(system);
            units.extend(unit.parse::<UnitId>().ok());
            people.extend(person);
        }
        systems.sort_unstable();
        systems.dedup();
        units.sort_unstable();
        units.dedup();
        people.sort_unstable();
        people.dedup();
        let found: Vec<(String, String, String)> = db
            .all(
                "SELECT id, name, name_ja FROM v_system WHERE id IN (SELECT value FROM json_each($1))",
                values![crate::store::json_list(&systems)],
            )
            .await?;
        let systems = found.into_iter().map(|(id, name, ja)| (id, (name, ja))).collect();
        let units = hinomi_org::unit_names(db, now, &units)
            .await?
            .into_iter()
            .map(|(id, names)| (id.to_string(), names))
            .collect();
        let found: Vec<(String, String, String)> = match people.is_empty() {
            true => Vec::new(),
            false => {
                db.all(
                    "SELECT id, name, name_native FROM v_person WHERE id IN (SELECT value FROM json_each($1))",
                    values![crate::store::json_list(&people)],
                )
                .await?
            }
        };
        let people = found
            .into_iter()
            .map(|(id, name, name_native)| (id.clone(), PersonRef { id, name, name_native }))
            .collect();
        Ok(Self { systems, units, people })
    }

    pub async fn of_tickets(db: &Db, now: Time, rows: &[TicketRow]) -> Result<Self, TicketError> {
        let named =
            rows.iter().map(|row| (row.system_id.as_str(), row.unit_id.as_str(), row.assignee.as_deref()));
        Self::of(db, now, named).await
    }

    pub fn system(&self, id: &str) -> (String, String) {
        self.systems.get(id).cloned().unwrap_or_default()
    }

    pub fn unit(&self, id: &str) -> (String, String) {
        self.units.get(id).cloned().unwrap_or_default()
    }

    pub fn person(&self, id: &str) -> Option<PersonRef> {
        self.people.get(id).cloned()
    }
}

impl TicketDto {
    pub fn new(row: &TicketRow, names: &Names, now: Time) -> Self {
        let (system_name, system_name_ja) = names.system(&row.system_id);
        let (unit_name, unit_name_ja) = names.unit(&row.unit_id);
        let distribution = row.distribution();
        let due_at = due(row.due_at);
        Self {
            id: row.id,
            number: format!("T-{}", row.id),
            system_id: row.system_id.clone(),
            system_name,
            system_name_ja,
            unit_id: row.unit_id.clone(),
            unit_name,
            unit_name_ja,
            ecosystem: row.ecosystem.clone(),
            release: Some(row.release.clone()).filter(|release| !release.is_empty()),
            package: row.package.clone(),
            title: format!("{} on {distribution}", row.package),
            distribution,
            state: if row.is_open { "open" } else { "closed" }.to_owned(),
            criticality: criticality_of_rank(row.criticality).as_str().to_owned(),
            high_priority: row.high_priority,
            known_exploited: row.known_exploited,
            severity: row.severity.clone(),
            overdue: row.is_open && due_at.is_some_and(|due| due < now),
            due_at,
            paused_until: row.paused_until.map(Time::from_micros),
            waiting_for_fix: row.waiting_for_fix,
            restart_pending: row.restart_pending,
            stale: row.stale,
            target_version: row.target_version.clone(),
            items_open: row.items_open,
            items_total: row.items_total,
            assets_affected: row.assets,
            assignee: row.assignee.as_deref().and_then(|id| names.person(id)),
            opened_at: Time::from_micros(row.opened_at),
            closed_at: row.closed_at.map(Time::from_micros),
            closure: row.closure.as_deref().and_then(Closure::from_stored),
            work_started_at: row.started_at.map(Time::from_micros),
            reopened: row.reopened,
        }
    }
}

#[derive(Debug, Clone, Default, serde::Serialize, utoipa::ToSchema)]
pub struct ByCriticality {
    pub critical: i64,
    pub high: i64,
    pub medium: i64,
    pub low: i64,
}

/// Tickets of one system that one update run closes.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TicketGroupDto {
    pub system_id: String,
    pub system_name: String,
    pub system_name_ja: String,
    pub unit_id: String,
    pub unit_name: String,
    pub unit_name_ja: String,
    pub distribution: String,
    pub tickets: i64,
    pub by_criticality: ByCriticality,
    pub overdue: i64,
    pub earliest_due: Option<Time>,
    /// Brings the packages of all its tickets up to date; absent where no such command is known.
    pub update_command: Option<String>,
}

#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TicketCountsDto {
    pub open: i64,
    pub overdue: i64,
    /// Flags are known of now only: none of a past day, nor of tickets as they were when they opened or closed.
    pub waiting_for_fix: Option<i64>,
    /// As for `waiting_for_fix`.
    pub high_priority: Option<i64>,
    /// As for `waiting_for_fix`.
    pub known_exploited: Option<i64>,
    /// Their clock stands still by an approved pause; as for `waiting_for_fix`.
    pub paused: Option<i64>,
    pub by_criticality: ByCriticality,
}

#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct VulnerabilityRef {
    pub id: i64,
    pub canonical: String,
    pub title: String,
    pub severity: String,
    pub score: Option<f64>,
    pub known_exploited: bool,
}

impl From<&hinomi_advisories::VulnerabilityRow> for VulnerabilityRef {
    fn from(row: &hinomi_advisories::VulnerabilityRow) -> Self {
        Self {
            id: row.id,
            canonical: row.canonical.clone(),
            title: row.title.clone(),
            severity: row.severity.clone(),
            score: row.score,
            known_exploited: row.known_exploited,
        }
    }
}

/// One vulnerability of a ticket.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ItemDto {
    pub vulnerability: VulnerabilityRef,
    pub first_seen: Time,
    pub due_at: Option<Time>,
    pub fixed_version: Option<String>,
    /// `open` or `closed`.
    pub state: String,
    pub criticality: String,
    pub closed_at: Option<Time>,
    pub closure: Option<Closure>,
    /// What closed it: `before`, `after`, `why`, `asset_name`, `snapshot_id`, `observed_at`.
    #[schema(value_type = Option<Object>)]
    pub evidence: Option<serde_json::Value>,
    /// Why it is held to be affected, one entry a record.
    pub why: Vec<Why>,
}

impl ItemDto {
    pub fn new(row: &ItemRow, vulnerability: VulnerabilityRef, why: Vec<Why>) -> Self {
        Self {
            vulnerability,
            first_seen: Time::from_micros(row.first_seen),
            due_at: due(row.due_at),
            fixed_version: row.fixed.clone(),
            state: if row.closed_at.is_none() { "open" } else { "closed" }.to_owned(),
            criticality: criticality_of_rank(row.criticality).as_str().to_owned(),
            closed_at: row.closed_at.map(Time::from_micros),
            closure: row.closure.as_deref().and_then(Closure::from_stored),
            evidence: row.evidence.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            why,
        }
    }
}

/// Why a ticket has its criticality and due date.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct DecisionDto {
    pub policy_version: i64,
    pub policy: String,
    /// The policy's row that decided.
    pub row: String,
    /// The rule that gave the date.
    pub due_rule: String,
    /// `severity`, `known_exploited`, `epss_score`, `epss_percentile`, `exploitation`, `automatable`, `technical_impact`
    /// (absent where nobody decided), `reachability`, `importance`, `sensitive_data`, `fix_available`.
    #[schema(value_type = Object)]
    pub inputs: serde_json::Value,
    /// Each step in words, in order.
    pub reasons: Vec<String>,
    pub high_priority: bool,
    /// The parts of the high-priority rule with what was found.
    #[schema(value_type = Vec<Object>)]
    pub high_priority_inputs: serde_json::Value,
}

/// What a decision was made from; what nobody knows is left out.
fn inputs_told(inputs: &hinomi_score::policy::CaseInputs) -> serde_json::Value {
    let mut told = serde_json::json!({
        "severity": inputs.severity.as_str(),
        "known_exploited": inputs.known_exploited.is_some(),
        "epss_score": inputs.likelihood.map(|likelihood| likelihood.score.value()),
        "epss_percentile": inputs.likelihood.map(|likelihood| likelihood.percentile.value()),
        "exploitation": inputs.ssvc.exploitation.map(|point| point.as_str()),
        "automatable": inputs.ssvc.automatable,
        "technical_impact": inputs.ssvc.technical_impact.map(|point| point.as_str()),
        "reachability": inputs.reachability.as_str(),
        "importance": inputs.importance.high_water_mark().as_str(),
        "sensitive_data": inputs.sensitive_data,
        "fix_available": inputs.fix_known_at.is_some(),
    });
    if let Some(told) = told.as_object_mut() {
        told.retain(|_, value| !value.is_null());
    }
    told
}

impl DecisionDto {
    pub fn new(policy_version: i64, decision: &Decision) -> Self {
        let inputs = &decision.inputs;
        Self {
            policy_version,
            policy: decision.policy.clone(),
            row: decision.row.clone(),
            due_rule: serde_json::to_value(decision.due_rule)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default(),
            inputs: inputs_told(inputs),
            reasons: decision.reasons.iter().map(ToString::to_string).collect(),
            high_priority: decision.high_priority,
            high_priority_inputs: serde_json::to_value(&decision.high_priority_conditions)
                .unwrap_or_default(),
        }
    }
}

/// An asset on which a ticket's unit is, or was, affected.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TicketAssetDto {
    pub id: String,
    pub name: String,
    /// The affected component.
    pub component: String,
    pub installed: Option<String>,
    pub running: Option<bool>,
}

/// A ticket with everything about it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TicketDetailDto {
    #[serde(flatten)]
    pub ticket: TicketDto,
    pub decision: Option<DecisionDto>,
    pub items: Vec<ItemDto>,
    /// The first 200, by name.
    pub assets: Vec<TicketAssetDto>,
    /// How many assets there are in all.
    pub assets_total: usize,
    pub update_command: Option<String>,
}

#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct EventDto {
    pub at: Time,
    pub actor: String,
    /// `opened`, `item_added`, `item_closed`, `item_reopened`, `item_moved`, `closed`, `reopened`, `criticality_changed`,
    /// `owner_changed`, `fix_available`, `restart_pending`, `restarted`, `assigned`, `started`, `commented`.
    pub kind: String,
    /// The key of its text in the catalogues.
    pub text_key: String,
    /// What it speaks of; `vulnerability` is the name of `vulnerability_id`.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}
