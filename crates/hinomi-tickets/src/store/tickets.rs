// SPDX-License-Identifier: Apache-2.0
//! Tickets, items, intervals and events as the reconciler reads and writes them.

use super::json_list;
use crate::NEVER;
use crate::model::{Event, IntervalRow, ItemRow, TicketRow, UnitKey};
use crate::plan::Stored;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use std::collections::HashSet;

macro_rules! ticket_columns {
    () => {
        "SELECT id, system_id, unit_id, ecosystem, release, package, is_open, closure, criticality, high_priority, \
         known_exploited, severity, severity_rank, due_at, waiting_for_fix, restart_pending, stale, target_version, \
         started_at, items_open, items_total, assets, assignee, opened_at, closed_at, reopened, policy_id, paused_until FROM ticket "
    };
}

macro_rules! item_columns {
    () => {
        "SELECT ticket_id, vulnerability_id, component_id, first_seen, fix_known_at, due_at, fixed, criticality, \
         closed_at, closure, evidence, standing FROM ticket_item "
    };
}

/// The assignee is people's and never written here; of what people start, the reconciler holds the rows' locks from
/// reading to writing, so that it overwrites nobody.
const TICKETS: BulkTable = BulkTable {
    name: "ticket",
    columns: &[
        Column::int("id"),
        Column::text("system_id"),
        Column::text("unit_id"),
        Column::text("ecosystem"),
        Column::text("release"),
        Column::text("package"),
        Column::bool("is_open"),
        Column::text("closure"),
        Column::int("criticality"),
        Column::bool("high_priority"),
        Column::bool("known_exploited"),
        Column::text("severity"),
        Column::int("severity_rank"),
        Column::int("due_at"),
        Column::bool("waiting_for_fix"),
        Column::bool("restart_pending"),
        Column::bool("stale"),
        Column::text("target_version"),
        Column::int("started_at"),
        Column::int("items_open"),
        Column::int("items_total"),
        Column::int("assets"),
        Column::int("opened_at"),
        Column::int("closed_at"),
        Column::int("reopened"),
        Column::int("policy_id"),
        Column::int("paused_until"),
        Column::int("sequence"),
    ],
    on_conflict: Some(
        "ON CONFLICT (id) DO UPDATE SET unit_id = excluded.unit_id, is_open = excluded.is_open, \
         closure = excluded.closure, criticality = excluded.criticality, high_priority = excluded.high_priority, \
         known_exploited = excluded.known_exploited, severity = excluded.severity, \
         severity_rank = excluded.severity_rank, due_at = excluded.due_at, \
         waiting_for_fix = excluded.waiting_for_fix, restart_pending = excluded.restart_pending, \
         stale = excluded.stale, target_version = excluded.target_version, started_at = excluded.started_at, \
         items_open = excluded.items_open, items_total = excluded.items_total, assets = excluded.assets, \
         closed_at = excluded.closed_at, reopened = excluded.reopened, policy_id = excluded.policy_id, \
         paused_until = excluded.paused_until, sequence = excluded.sequence",
    ),
};

const ITEMS: BulkTable = BulkTable {
    name: "ticket_item",
    columns: &[
        Column::int("ticket_id"),
        Column::int("vulnerability_id"),
        Column::int("component_id"),
        Column::int("first_seen"),
        Column::int("fix_known_at"),
        Column::int("due_at"),
        Column::text("fixed"),
        Column::int("criticality"),
        Column::int("closed_at"),
        Column::text("closure"),
        Column::text("evidence"),
        Column::text("standing"),
    ],
    on_conflict: Some(
        "ON CONFLICT (ticket_id, vulnerability_id) DO UPDATE SET component_id = excluded.component_id, \
         first_seen = excluded.first_seen, fix_known_at = excluded.fix_known_at, due_at = excluded.due_at, \
         fixed = excluded.fixed, criticality = excluded.criticality, closed_at = excluded.closed_at, \
         closure = excluded.closure, evidence = excluded.evidence, standing = excluded.standing",
    ),
};

const INTERVALS: BulkTable = BulkTable {
    name: "case_interval",
    columns: &[
        Column::int("case_id"),
        Column::int("from_at"),
        Column::int("to_at"),
        Column::text("unit_id"),
        Column::text("system_id"),
        Column::int("criticality"),
        Column::int("due_at"),
        Column::int("sequence"),
    ],
    on_conflict: Some(
        "ON CONFLICT (case_id, from_at) DO UPDATE SET to_at = excluded.to_at, due_at = excluded.due_at, \
         sequence = excluded.sequence",
    ),
};

const EVENTS: BulkTable = BulkTable {
    name: "ticket_event",
    columns: &[
        Column::int("id"),
        Column::int("ticket_id"),
        Column::int("at"),
        Column::text("actor"),
        Column::text("kind"),
        Column::text("data"),
    ],
    on_conflict: None,
};

/// Only one process settles tickets at a time; on SQLite the write transaction already says so.
pub(crate) async fn lock(tx: &mut Tx) -> Result<(), DbError> {
    let sql = tx.pick("SELECT 1", "SELECT pg_advisory_xact_lock(7305804402)");
    tx.execute(sql, values![]).await.map(|_| ())
}

/// Everything stored of the systems, or only of some of their units.
pub(crate) async fn stored_of(
    tx: &mut Tx,
    systems: &[&str],
    units: Option<&[UnitKey]>,
) -> Result<Stored, DbError> {
    let list = json_list(systems);
    let mut tickets: Vec<TicketRow> = match units {
        None => {
            let sql = tx.pick(
                concat!(ticket_columns!(), "WHERE system_id IN (SELECT value FROM json_each($1))"),
                concat!(
                    ticket_columns!(),
                    "WHERE system_id IN (SELECT json_array_elements_text($1::json)) ORDER BY id FOR UPDATE"
                ),
            );
            tx.all(sql, values![list]).await?
        }
        Some(units) => {
            let packages: Vec<&str> = units.iter().map(|unit| &*unit.package).collect();
            let sql = tx.pick(
                concat!(
                    ticket_columns!(),
                    "WHERE system_id IN (SELECT value FROM json_each($1)) \
                     AND +package IN (SELECT value FROM json_each($2))"
                ),
                concat!(
                    ticket_columns!(),
                    "WHERE system_id IN (SELECT json_array_elements_text($1::json)) \
                     AND package IN (SELECT json_array_elements_text($2::json)) ORDER BY id FOR UPDATE"
                ),
            );
            tx.all(sql, values![list, json_list(&packages)]).await?
        }
    };
    if let Some(units) = units {
        let wanted: HashSet<(&str, &str, &str)> =
            units.iter().map(|unit| (&*unit.ecosystem, &*unit.release, &*unit.package)).collect();
        tickets.retain(|row| wanted.contains(&(&*row.ecosystem, &*row.release, &*row.package)));
    }
    with_items(tx, tickets).await
}

/// Everything stored of some tickets.
pub(crate) async fn stored_by_number(tx: &mut Tx, numbers: &[i64]) -> Result<Stored, DbError> {
    let tickets = tickets_by_number(tx, numbers).await?;
    with_items(tx, tickets).await
}

/// Some tickets, of their items only those of the pairs (ticket, vulnerability).
pub(crate) async fn stored_in_part(
    tx: &mut Tx,
    numbers: &[i64],
    pairs: &[(i64, i64)],
) -> Result<Stored, DbError> {
    let mut stored = Stored { tickets: tickets_by_number(tx, numbers).await?, ..Stored::default() };
    let items = tx.pick(
        concat!(
            item_columns!(),
            "WHERE (ticket_id, vulnerability_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each($1))"
        ),
        concat!(
            item_columns!(),
            "WHERE (ticket_id, vulnerability_id) IN \
             (SELECT (value ->> 0)::bigint, (value ->> 1)::bigint FROM json_array_elements($1::json))"
        ),
    );
    stored.items = tx.all(items, values![json_list(pairs)]).await?;
    stored.intervals = open_intervals(tx, numbers).await?;
    Ok(stored)
}

async fn tickets_by_number(tx: &mut Tx, numbers: &[i64]) -> Result<Vec<TicketRow>, DbError> {
    let sql = tx.pick(
        concat!(ticket_columns!(), "WHERE id IN (SELECT value FROM json_each($1))"),
        concat!(
            ticket_columns!(),
            "WHERE id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY id FOR UPDATE"
        ),
    );
    tx.all(sql, values![json_list(numbers)]).await
}

async fn open_intervals(tx: &mut Tx, numbers: &[i64]) -> Result<Vec<IntervalRow>, DbError> {
    // The sign keeps SQLite from the index on `to_at`, which holds every open case of the company.
    let sql = tx.pick(
        "SELECT case_id, from_at, to_at, unit_id, system_id, criticality, due_at FROM case_interval \
         WHERE case_id IN (SELECT value FROM json_each($1)) AND +to_at = $2",
        "SELECT case_id, from_at, to_at, unit_id, system_id, criticality, due_at FROM case_interval \
         WHERE case_id IN (SELECT json_array_elements_text($1::json)::bigint) AND to_at = $2",
    );
    tx.all(sql, values![json_list(numbers), NEVER]).await
}

async fn with_items(tx: &mut Tx, tickets: Vec<TicketRow>) -> Result<Stored, DbError> {
    let numbers: Vec<i64> = tickets.iter().map(|ticket| ticket.id).collect();
    let mut stored = Stored { tickets, ..Stored::default() };
    if numbers.is_empty() {
        return Ok(stored);
    }
    let items = tx.pick(
        concat!(item_columns!(), "WHERE ticket_id IN (SELECT value FROM json_each($1))"),
        concat!(item_columns!(), "WHERE ticket_id IN (SELECT json_array_elements_text($1::json)::bigint)"),
    );
    for chunk in numbers.chunks(10_000) {
        stored.items.extend(tx.all::<ItemRow>(items, values![json_list(chunk)]).await?);
        stored.intervals.extend(open_intervals(tx, chunk).await?);
    }
    Ok(stored)
}

/// The next number of a change. Only under [`lock`]: a reader that has seen a number has seen all lower ones.
pub(crate) async fn next_sequence(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(*hinomi_db::ids::next_ids(tx, "ticket_sequence", 1).await?.start())
}

/// Tells who reads on by number that the items of these tickets changed.
pub(crate) async fn tickets_touch(tx: &mut Tx, sequence: i64, numbers: &[i64]) -> Result<(), DbError> {
    let sql = tx.pick(
        "UPDATE ticket SET sequence = $2 WHERE id IN (SELECT value FROM json_each($1))",
        "UPDATE ticket SET sequence = $2 WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    for chunk in numbers.chunks(10_000) {
        tx.execute(sql, values![json_list(chunk), sequence]).await?;
    }
    Ok(())
}

pub(crate) async fn tickets_put(tx: &mut Tx, sequence: i64, rows: Vec<TicketRow>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.id),
            Value::from(row.system_id),
            Value::from(row.unit_id),
            Value::from(row.ecosystem),
            Value::from(row.release),
            Value::from(row.package),
            Value::from(row.is_open),
            Value::from(row.closure),
            Value::from(row.criticality),
            Value::from(row.high_priority),
            Value::from(row.known_exploited),
            Value::from(row.severity),
            Value::from(row.severity_rank),
            Value::from(row.due_at),
            Value::from(row.waiting_for_fix),
            Value::from(row.restart_pending),
            Value::from(row.stale),
            Value::from(row.target_version),
            Value::from(row.started_at),
            Value::from(row.items_open),
            Value::from(row.items_total),
            Value::from(row.assets),
            Value::from(row.opened_at),
            Value::from(row.closed_at),
            Value::from(row.reopened),
            Value::from(row.policy_id),
            Value::from(row.paused_until),
            Value::from(sequence),
        ]
    });
    tx.bulk_insert(&TICKETS, rows).await.map(|_| ())
}

pub(crate) async fn items_put(tx: &mut Tx, rows: Vec<ItemRow>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.ticket_id),
            Value::from(row.vulnerability_id),
            Value::from(row.component_id),
            Value::from(row.first_seen),
            Value::from(row.fix_known_at),
            Value::from(row.due_at),
            Value::from(row.fixed),
            Value::from(row.criticality),
            Value::from(row.closed_at),
            Value::from(row.closure),
            Value::from(row.evidence),
            Value::from(row.standing),
        ]
    });
    tx.bulk_insert(&ITEMS, rows).await.map(|_| ())
}

/// Takes items off their tickets; another ticket has them now.
pub(crate) async fn items_leave(tx: &mut Tx, left: &[(i64, i64)]) -> Result<(), DbError> {
    for &(ticket_id, vulnerability_id) in left {
        tx.execute(
            "DELETE FROM ticket_item WHERE ticket_id = $1 AND vulnerability_id = $2",
            values![ticket_id, vulnerability_id],
        )
        .await?;
    }
    Ok(())
}

/// Only under [`lock`]: a reader that has seen a sequence has seen all lower ones.
pub(crate) async fn intervals_put(tx: &mut Tx, rows: Vec<IntervalRow>) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    let sequence = *hinomi_db::ids::next_ids(tx, "case_sequence", 1).await?.start();
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.case_id),
            Value::from(row.from_at),
            Value::from(row.to_at),
            Value::from(row.unit_id),
            Value::from(row.system_id),
            Value::from(row.criticality),
            Value::from(row.due_at),
            Value::from(sequence),
        ]
    });
    tx.bulk_insert(&INTERVALS, rows).await.map(|_| ())
}

pub(crate) async fn events_put(tx: &mut Tx, events: Vec<Event>) -> Result<(), DbError> {
    if events.is_empty() {
        return Ok(());
    }
    let ids = hinomi_db::ids::next_ids(tx, "ticket_event", events.len() as i64).await?;
    let rows = ids.zip(events).map(|(id, event)| {
        vec![
            Value::from(id),
            Value::from(event.ticket_id),
            Value::from(event.at),
            Value::from(event.actor),
            Value::from(event.kind.as_str()),
            Value::from(event.data.to_string()),
        ]
    });
    tx.bulk_insert(&EVENTS, rows).await.map(|_| ())
}

pub(crate) async fn ticket(db: &Db, id: i64) -> Result<Option<TicketRow>, DbError> {
    db.optional(concat!(ticket_columns!(), "WHERE id = $1"), values![id]).await
}

pub(crate) async fn ticket_for_update(tx: &mut Tx, id: i64) -> Result<Option<TicketRow>, DbError> {
    let sql = tx.pick(
        concat!(ticket_columns!(), "WHERE id = $1"),
        concat!(ticket_columns!(), "WHERE id = $1 FOR UPDATE"),
    );
    tx.optional(sql, values![id]).await
}

/// The versions that close the open items of a ticket, as far as they are known.
pub(crate) async fn open_fixes(tx: &mut Tx, ticket_id: i64) -> Result<Vec<String>, DbError> {
    let sql = "SELECT DISTINCT fixed FROM ticket_item \
               WHERE ticket_id = $1 AND closed_at IS NULL AND fixed IS NOT NULL ORDER BY fixed";
    tx.column(sql, values![ticket_id]).await
}

pub(crate) async fn items_of(db: &Db, ticket_id: i64) -> Result<Vec<ItemRow>, DbError> {
    db.all(
        concat!(
            item_columns!(),
            "WHERE ticket_id = $1 ORDER BY closed_at IS NOT NULL, due_at, vulnerability_id"
        ),
        values![ticket_id],
    )
    .await
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EventRow {
    pub id: i64,
    pub ticket_id: i64,
    pub at: i64,
    pub actor: String,
    pub kind: String,
    pub data: String,
}

pub(crate) async fn events_of(db: &Db, ticket_id: i64) -> Result<Vec<EventRow>, DbError> {
    db.all(
        "SELECT id, ticket_id, at, actor, kind, data FROM ticket_event WHERE ticket_id = $1 ORDER BY id DESC LIMIT 1000",
        values![ticket_id],
    )
    .await
}

pub(crate) async fn events_of_kind(db: &Db, kind: crate::model::EventKind) -> Result<i64, DbError> {
    db.scalar("SELECT count(*) FROM ticket_event WHERE kind = $1", values![kind.as_str()]).await
}

pub(crate) async fn assign(tx: &mut Tx, id: i64, assignee: Option<&str>) -> Result<u64, DbError> {
    tx.execute("UPDATE ticket SET assignee = $2 WHERE id = $1", values![id, assignee.map(str::to_owned)])
        .await
}

pub(crate) async fn start(tx: &mut Tx, id: i64, at: i64, target: &str) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE ticket SET started_at = $2, target_version = $3 WHERE id = $1",
        values![id, at, target],
    )
    .await
}

/// Open items of some vulnerabilities by system: which ticket answers for them there.
pub async fn tickets_of_vulnerabilities(
    db: &Db,
    vulnerabilities: &[i64],
) -> Result<Vec<(String, i64)>, DbError> {
    let sql = db.pick(
        "SELECT t.system_id, t.id FROM ticket_item i JOIN ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT value FROM json_each($1)) AND i.closed_at IS NULL ORDER BY t.id",
        "SELECT t.system_id, t.id FROM ticket_item i JOIN ticket t ON t.id = i.ticket_id \
         WHERE i.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) \
         AND i.closed_at IS NULL ORDER BY t.id",
    );
    db.all(sql, values![json_list(vulnerabilities)]).await
}
