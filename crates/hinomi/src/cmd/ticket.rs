// SPDX-License-Identifier: Apache-2.0
//! `hinomi ticket`: what must be done, where, by when.

use std::collections::HashMap;
use std::process::ExitCode;

use hinomi_core::{PageRequest, Scope, SystemId, Time};
use hinomi_tickets::model::{TicketRow, criticality_of_rank};
use hinomi_tickets::service::read::{self, Sort, StateFilter, TicketFilter};
use serde_json::{Value, json};

use super::all_pages;
use crate::config::Settings;
use crate::console::{Format, Table, day, put};
use crate::failure::{Failure, Told};
use crate::wiring;

/// List tickets and show one with its evidence
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi ticket list --overdue")]
pub(crate) struct TicketArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(ListArgs),
    /// Show one ticket with its items, evidence and history, as JSON
    #[command(after_help = "Example:\n  hinomi ticket show T-12")]
    Show {
        /// Its number, with or without `T-`
        number: String,
    },
}

/// List tickets, the earliest due first
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi ticket list --state closed --format csv")]
struct ListArgs {
    #[arg(long, value_enum, default_value_t = State::Open)]
    state: State,
    /// Past their due date
    #[arg(long)]
    overdue: bool,
    /// Code of a system
    #[arg(long, value_name = "CODE")]
    system: Option<String>,
    /// A CVE, alias or record
    #[arg(long, value_name = "ID")]
    vulnerability: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum State {
    Open,
    Closed,
    All,
}

pub(crate) async fn run(settings: &Settings, args: &TicketArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::List(args) => list(settings, args).await,
        Verb::Show { number } => show(settings, number).await,
    }
}

async fn list(settings: &Settings, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let mut filter = TicketFilter {
        state: match args.state {
            State::Open => StateFilter::Open,
            State::Closed => StateFilter::Closed,
            State::All => StateFilter::All,
        },
        overdue: args.overdue,
        ..TicketFilter::default()
    };
    if let Some(code) = &args.system {
        let system = hinomi_assets::system_by_code(&app.db, &Scope::all(), code).await.told()?;
        filter.system = Some(system.id.to_string());
    }
    if let Some(name) = &args.vulnerability {
        filter.vulnerabilities = Some(hinomi_advisories::read::ids_about(&app.db, name).await.told()?);
    }
    let now = app.now();
    let page = async |request: PageRequest| {
        read::ticket_list(&app.db, &Scope::all(), &filter, Sort::Due, now, &request).await.told()
    };
    let tickets = all_pages(page).await?;
    let ids: Vec<SystemId> = tickets.iter().filter_map(|ticket| ticket.system_id.parse().ok()).collect();
    let names = hinomi_assets::system_names(&app.db, &ids).await.told()?;
    let mut table = Table::new(&[
        "number",
        "system",
        "distribution",
        "package",
        "criticality",
        "state",
        "due",
        "target",
        "items_open",
        "assets",
    ]);
    for ticket in tickets {
        table.row(cells(&ticket, &names));
    }
    table.print(args.format)?;
    Ok(ExitCode::SUCCESS)
}

fn cells(ticket: &TicketRow, names: &HashMap<SystemId, (String, String, String)>) -> Vec<String> {
    let system = ticket.system_id.parse().ok().and_then(|id: SystemId| names.get(&id));
    vec![
        format!("T-{}", ticket.id),
        system.map(|(code, ..)| code.clone()).unwrap_or_default(),
        ticket.distribution(),
        ticket.package.clone(),
        criticality_of_rank(ticket.criticality).to_string(),
        state(ticket),
        due(ticket.due_at).map(day).unwrap_or_default(),
        ticket.target_version.clone().unwrap_or_default(),
        format!("{}/{}", ticket.items_open, ticket.items_total),
        ticket.assets.to_string(),
    ]
}

fn state(ticket: &TicketRow) -> String {
    match (ticket.is_open, &ticket.closure) {
        (true, _) if ticket.waiting_for_fix => "waiting for fix".to_owned(),
        (true, _) => "open".to_owned(),
        (false, Some(closure)) => closure.clone(),
        (false, None) => "closed".to_owned(),
    }
}

fn due(at: i64) -> Option<Time> {
    (at != hinomi_tickets::NEVER).then(|| Time::from_micros(at))
}

async fn show(settings: &Settings, number: &str) -> anyhow::Result<ExitCode> {
    let digits = number.trim_start_matches("T-").trim_start_matches("t-");
    let id: i64 = digits.parse().map_err(|_| {
        Failure::new(format!("{number:?} is no ticket number")).hint("write it as T-12").used_wrongly()
    })?;
    let app = wiring::open_existing(settings).await?;
    let ticket = read::ticket(&app.db, &Scope::all(), id).await.told()?;
    let ids: Vec<SystemId> = ticket.system_id.parse().into_iter().collect();
    let names = hinomi_assets::system_names(&app.db, &ids).await.told()?;
    let items = read::items(&app.db, id).await.told()?;
    let vulnerabilities: Vec<i64> = items.iter().map(|item| item.vulnerability_id).collect();
    let known = hinomi_advisories::read::vulnerabilities_by_ids(&app.db, &vulnerabilities).await.told()?;
    let canonical = |id: i64| known.iter().find(|row| row.id == id).map(|row| row.canonical.clone());
    let time = |at: Option<i64>| at.map(Time::from_micros);
    let shown_items: Vec<Value> = items
        .iter()
        .map(|item| {
            let evidence: Option<Value> =
                item.evidence.as_deref().and_then(|evidence| serde_json::from_str(evidence).ok());
            json!({ "vulnerability": canonical(item.vulnerability_id), "first_seen": Time::from_micros(item.first_seen),
                "due_at": due(item.due_at), "fixed_version": item.fixed, "closed_at": time(item.closed_at),
                "closure": item.closure, "evidence": evidence })
        })
        .collect();
    let history: Vec<Value> = read::history(&app.db, id)
        .await
        .told()?
        .into_iter()
        .map(|event| json!({ "at": Time::from_micros(event.at), "actor": event.actor, "kind": event.kind }))
        .collect();
    put(&serde_json::to_string_pretty(&json!({
        "number": format!("T-{id}"), "system": ids.first().and_then(|id| names.get(id)).map(|(code, ..)| code),
        "distribution": ticket.distribution(), "package": ticket.package, "state": state(&ticket),
        "criticality": criticality_of_rank(ticket.criticality).to_string(), "high_priority": ticket.high_priority,
        "known_exploited": ticket.known_exploited, "severity": ticket.severity, "due_at": due(ticket.due_at),
        "target_version": ticket.target_version, "opened_at": Time::from_micros(ticket.opened_at),
        "closed_at": time(ticket.closed_at), "closure": ticket.closure, "items": shown_items, "history": history,
    }))?)?;
    Ok(ExitCode::SUCCESS)
}
