// SPDX-License-Identifier: Apache-2.0
//! Tables `carrier_scan`, `scan_observation` and `scan_vulnerability`.

use super::components::json_list;
use crate::OPEN;
use crate::scans::{Seen, severity_rank};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ScanRow {
    pub id: i64,
    pub carrier_id: i64,
    pub home_id: i64,
    pub target: String,
    pub observed_at: i64,
    pub complete_at: i64,
    pub content: String,
}

/// An observation as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ObservationRow {
    pub id: i64,
    pub carrier_id: i64,
    pub home_id: i64,
    pub source_id: i64,
    pub target: String,
    pub identity: String,
    pub kind: String,
    pub check_id: String,
    pub title: String,
    pub severity: String,
    pub severity_rank: i64,
    pub state: String,
    pub component: String,
    pub package: String,
    pub fixed: String,
    pub port: String,
    pub service: String,
    /// JSON arrays of texts.
    pub vulnerabilities: String,
    pub weaknesses: String,
    pub scores: String,
    pub solution: String,
    pub evidence: String,
    pub first_at: i64,
    pub last_at: i64,
    pub ended_at: i64,
}

impl ObservationRow {
    pub fn is_open(&self) -> bool {
        self.ended_at == OPEN
    }

    /// What a person reads of it, and what it means.
    pub fn seen(&self) -> Seen {
        let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
        Seen {
            kind: self.kind.clone(),
            check_id: self.check_id.clone(),
            title: self.title.clone(),
            severity: self.severity.clone(),
            severity_rank: self.severity_rank,
            state: self.state.clone(),
            component: self.component.clone(),
            package: self.package.clone(),
            fixed: self.fixed.clone(),
            port: self.port.clone(),
            service: self.service.clone(),
            vulnerabilities: list(&self.vulnerabilities),
            weaknesses: list(&self.weaknesses),
            scores: list(&self.scores),
            solution: self.solution.clone(),
            evidence: self.evidence.clone(),
        }
    }
}

const OBSERVATIONS: BulkTable = BulkTable {
    name: "scan_observation",
    columns: &[
        Column::int("id"),
        Column::int("carrier_id"),
        Column::int("home_id"),
        Column::int("source_id"),
        Column::text("target"),
        Column::text("identity"),
        Column::text("kind"),
        Column::text("check_id"),
        Column::text("title"),
        Column::text("severity"),
        Column::int("severity_rank"),
        Column::text("state"),
        Column::text("component"),
        Column::text("package"),
        Column::text("fixed"),
        Column::text("port"),
        Column::text("service"),
        Column::text("vulnerabilities"),
        Column::text("weaknesses"),
        Column::text("scores"),
        Column::text("solution"),
        Column::text("evidence"),
        Column::int("first_at"),
        Column::int("last_at"),
        Column::int("ended_at"),
        Column::int("sequence"),
    ],
    on_conflict: None,
};

const VULNERABILITIES: BulkTable = BulkTable {
    name: "scan_vulnerability",
    columns: &[
        Column::int("observation_id"),
        Column::text("name"),
        Column::text("standing"),
        Column::int("vulnerability_id"),
    ],
    on_conflict: Some(
        "ON CONFLICT (observation_id, name) DO UPDATE SET standing = excluded.standing, \
         vulnerability_id = excluded.vulnerability_id",
    ),
};

macro_rules! observation_columns {
    () => {
        "SELECT id, carrier_id, home_id, source_id, target, identity, kind, check_id, title, severity, severity_rank, \
         state, component, package, fixed, port, service, vulnerabilities, weaknesses, scores, solution, evidence, \
         first_at, last_at, ended_at FROM scan_observation "
    };
}
pub(crate) use observation_columns;

pub(crate) async fn scan(
    tx: &mut Tx,
    source: i64,
    carrier: i64,
    target: &str,
) -> Result<Option<ScanRow>, DbError> {
    if target.is_empty() {
        let sql = "SELECT id, carrier_id, home_id, target, observed_at, complete_at, content FROM carrier_scan \
                   WHERE carrier_id = $1 AND source_id = $2 AND target = '' ORDER BY observed_at DESC, id LIMIT 1";
        return tx.optional(sql, values![carrier, source]).await;
    }
    // The scanner's own name of a thing is the same thing, whichever asset that is by now.
    let sql = "SELECT id, carrier_id, home_id, target, observed_at, complete_at, content FROM carrier_scan \
               WHERE source_id = $1 AND target = $2 AND target <> '' ORDER BY observed_at DESC, id LIMIT 1";
    tx.optional(sql, values![source, target]).await
}

pub(crate) async fn scan_insert(
    tx: &mut Tx,
    source: i64,
    format: &str,
    row: &ScanRow,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO carrier_scan (id, carrier_id, home_id, source_id, target, format, observed_at, complete_at, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            row.id, row.carrier_id, row.home_id, source, &row.target, format, row.observed_at, row.complete_at,
            &row.content
        ],
    )
    .await
    .map(|_| ())
}

pub(crate) async fn scan_update(tx: &mut Tx, row: &ScanRow) -> Result<(), DbError> {
    tx.execute(
        "UPDATE carrier_scan SET carrier_id = $2, observed_at = $3, complete_at = $4, content = $5 WHERE id = $1",
        values![row.id, row.carrier_id, row.observed_at, row.complete_at, &row.content],
    )
    .await
    .map(|_| ())
}

/// The observations of a scanner's target that still hold.
pub(crate) async fn open_of_target(
    tx: &mut Tx,
    source: i64,
    carrier: i64,
    target: &str,
) -> Result<Vec<ObservationRow>, DbError> {
    match target.is_empty() {
        true => {
            let sql = concat!(
                observation_columns!(),
                "WHERE carrier_id = $1 AND ended_at = $2 AND source_id = $3 AND target = '' ORDER BY id"
            );
            tx.all(sql, values![carrier, OPEN, source]).await
        }
        false => {
            let sql = concat!(
                observation_columns!(),
                "WHERE source_id = $1 AND target = $2 AND ended_at = $3 ORDER BY id"
            );
            tx.all(sql, values![source, target, OPEN]).await
        }
    }
}

/// What must be written of one scan.
#[derive(Default)]
pub(crate) struct Changes {
    pub begun: Vec<(i64, i64, String, String, Seen)>,
    pub at: i64,
    pub ended: Vec<i64>,
    /// Seen again by a scan that does not say everything.
    pub again: Vec<i64>,
    /// Seen again, in other words.
    pub reworded: Vec<(i64, Seen)>,
    /// Now on another carrier.
    pub moved: Vec<i64>,
}

pub(crate) async fn write(
    tx: &mut Tx,
    source: i64,
    carrier: i64,
    changes: Changes,
    sequence: i64,
) -> Result<(), DbError> {
    let at = changes.at;
    let end = tx.pick(
        "UPDATE scan_observation SET ended_at = $2, sequence = $3 WHERE id IN (SELECT value FROM json_each($1))",
        "UPDATE scan_observation SET ended_at = $2, sequence = $3 \
         WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    for chunk in changes.ended.chunks(5_000) {
        tx.execute(end, values![json_list(chunk), at, sequence]).await?;
    }
    let again = tx.pick(
        "UPDATE scan_observation SET last_at = $2 WHERE id IN (SELECT value FROM json_each($1)) AND last_at < $2",
        "UPDATE scan_observation SET last_at = $2 \
         WHERE id IN (SELECT json_array_elements_text($1::json)::bigint) AND last_at < $2",
    );
    for chunk in changes.again.chunks(5_000) {
        tx.execute(again, values![json_list(chunk), at]).await?;
    }
    let moved = tx.pick(
        "UPDATE scan_observation SET carrier_id = $2, sequence = $3 WHERE id IN (SELECT value FROM json_each($1))",
        "UPDATE scan_observation SET carrier_id = $2, sequence = $3 \
         WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    for chunk in changes.moved.chunks(5_000) {
        tx.execute(moved, values![json_list(chunk), carrier, sequence]).await?;
    }
    for (id, seen) in &changes.reworded {
        tx.execute(
            "UPDATE scan_observation SET severity = $2, severity_rank = $3, state = $4, fixed = $5, solution = $6, \
             evidence = $7, sequence = $8 WHERE id = $1",
            values![
                *id, &seen.severity, severity_rank(&seen.severity), &seen.state, &seen.fixed, &seen.solution,
                &seen.evidence, sequence
            ],
        )
        .await?;
    }
    let named: Vec<Vec<Value>> = changes
        .begun
        .iter()
        .flat_map(|(id, _, _, _, seen)| seen.vulnerabilities.iter().map(|name| (*id, name.clone())))
        .map(|(id, name)| vec![Value::from(id), Value::from(name), Value::from("new"), Value::from(0_i64)])
        .collect();
    let rows = changes.begun.into_iter().map(|(id, last_at, target, identity, seen)| {
        vec![
            Value::from(id),
            Value::from(carrier),
            Value::from(carrier),
            Value::from(source),
            Value::from(target),
            Value::from(identity),
            Value::from(seen.kind),
            Value::from(seen.check_id),
            Value::from(seen.title),
            Value::from(seen.severity),
            Value::from(seen.severity_rank),
            Value::from(seen.state),
            Value::from(seen.component),
            Value::from(seen.package),
            Value::from(seen.fixed),
            Value::from(seen.port),
            Value::from(seen.service),
            Value::from(json_list(&seen.vulnerabilities)),
            Value::from(json_list(&seen.weaknesses)),
            Value::from(json_list(&seen.scores)),
            Value::from(seen.solution),
            Value::from(seen.evidence),
            Value::from(at),
            Value::from(last_at),
            Value::from(OPEN),
            Value::from(sequence),
        ]
    });
    tx.bulk_insert(&OBSERVATIONS, rows).await?;
    tx.bulk_insert(&VULNERABILITIES, named.into_iter()).await.map(|_| ())
}

/// Everything of one carrier is one of another's; of the latter's own nothing changes.
pub(crate) async fn follow(tx: &mut Tx, whole: i64, part: i64, sequence: i64) -> Result<u64, DbError> {
    tx.execute("UPDATE carrier_scan SET carrier_id = $1 WHERE carrier_id = $2", values![whole, part]).await?;
    tx.execute(
        "UPDATE scan_observation SET carrier_id = $1, sequence = $3 WHERE carrier_id = $2 AND ended_at = $4",
        values![whole, part, sequence, OPEN],
    )
    .await
}

/// What came from a carrier returns to it.
pub(crate) async fn give_back(tx: &mut Tx, whole: i64, part: i64, sequence: i64) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE carrier_scan SET carrier_id = home_id WHERE carrier_id = $1 AND home_id = $2",
        values![whole, part],
    )
    .await?;
    tx.execute(
        "UPDATE scan_observation SET carrier_id = home_id, sequence = $3 \
         WHERE carrier_id = $1 AND home_id = $2 AND ended_at = $4",
        values![whole, part, sequence, OPEN],
    )
    .await
}

pub(crate) async fn highest_sequence(db: &Db) -> Result<i64, DbError> {
    db.scalar("SELECT COALESCE(max(sequence), 0) FROM scan_observation", values![]).await
}

/// Carriers whose observations changed after `sequence`.
pub(crate) async fn carriers_changed(db: &Db, sequence: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT carrier_id FROM scan_observation WHERE sequence > $1 \
               UNION SELECT home_id FROM scan_observation WHERE sequence > $1 ORDER BY 1";
    db.column(sql, values![sequence]).await
}

/// Carriers of which a scanner names any vulnerability now.
pub(crate) async fn carriers_with_vulnerabilities(db: &Db) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT DISTINCT o.carrier_id FROM scan_vulnerability v JOIN scan_observation o ON o.id = v.observation_id \
               WHERE o.ended_at = $1 ORDER BY 1";
    db.column(sql, values![OPEN]).await
}

/// Carriers of which a scanner names any of these vulnerabilities now.
pub(crate) async fn carriers_naming(db: &Db, names: &[String]) -> Result<Vec<i64>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT o.carrier_id FROM scan_vulnerability v JOIN scan_observation o ON o.id = v.observation_id \
         WHERE o.ended_at = $2 AND v.name IN (SELECT value FROM json_each($1)) ORDER BY 1",
        "SELECT DISTINCT o.carrier_id FROM scan_vulnerability v JOIN scan_observation o ON o.id = v.observation_id \
         WHERE o.ended_at = $2 AND v.name IN (SELECT json_array_elements_text($1::json)) ORDER BY 1",
    );
    let mut found = Vec::new();
    for chunk in names.chunks(10_000) {
        found.extend(db.column::<i64>(sql, values![json_list(chunk), OPEN]).await?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The worst that scanners have ever said of each of these vulnerabilities.
pub(crate) async fn worst_of(db: &Db, names: &[String]) -> Result<Vec<(String, i64)>, DbError> {
    let sql = db.pick(
        "SELECT v.name, max(o.severity_rank) FROM scan_vulnerability v JOIN scan_observation o \
         ON o.id = v.observation_id WHERE v.name IN (SELECT value FROM json_each($1)) GROUP BY v.name ORDER BY v.name",
        "SELECT v.name, max(o.severity_rank) FROM scan_vulnerability v JOIN scan_observation o \
         ON o.id = v.observation_id WHERE v.name IN (SELECT json_array_elements_text($1::json)) \
         GROUP BY v.name ORDER BY v.name",
    );
    let mut found = Vec::new();
    for chunk in names.chunks(10_000) {
        found.extend(db.all::<(String, i64)>(sql, values![json_list(chunk)]).await?);
    }
    Ok(found)
}

/// Carriers of which a scanner names any of these vulnerabilities now, by number.
pub(crate) async fn carriers_of(db: &Db, vulnerabilities: &[i64]) -> Result<Vec<i64>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT o.carrier_id FROM scan_vulnerability v JOIN scan_observation o ON o.id = v.observation_id \
         WHERE o.ended_at = $2 AND v.vulnerability_id IN (SELECT value FROM json_each($1)) ORDER BY 1",
        "SELECT DISTINCT o.carrier_id FROM scan_vulnerability v JOIN scan_observation o ON o.id = v.observation_id \
         WHERE o.ended_at = $2 AND v.vulnerability_id IN (SELECT json_array_elements_text($1::json)::bigint) \
         ORDER BY 1",
    );
    let mut found = Vec::new();
    for chunk in vulnerabilities.chunks(10_000) {
        found.extend(db.column::<i64>(sql, values![json_list(chunk), OPEN]).await?);
    }
    Ok(found)
}

/// What holds of these carriers and names a vulnerability.
pub(crate) async fn open_of(db: &Db, carriers: &[i64]) -> Result<Vec<ObservationRow>, DbError> {
    let sql = db.pick(
        concat!(
            observation_columns!(),
            "WHERE carrier_id IN (SELECT value FROM json_each($1)) AND ended_at = $2 AND vulnerabilities <> '[]' \
             ORDER BY id"
        ),
        concat!(
            observation_columns!(),
            "WHERE carrier_id IN (SELECT json_array_elements_text($1::json)::bigint) AND ended_at = $2 \
             AND vulnerabilities <> '[]' ORDER BY id"
        ),
    );
    db.all(sql, values![json_list(carriers), OPEN]).await
}

/// A vulnerability of an observation, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct StandingRow {
    pub observation_id: i64,
    pub name: String,
    pub standing: String,
    pub vulnerability_id: i64,
}

/// How each vulnerability of the carriers' open observations stands.
pub(crate) async fn standings_of(db: &Db, carriers: &[i64]) -> Result<Vec<StandingRow>, DbError> {
    let sql = db.pick(
        "SELECT v.observation_id, v.name, v.standing, v.vulnerability_id FROM scan_observation o \
         JOIN scan_vulnerability v ON v.observation_id = o.id \
         WHERE o.carrier_id IN (SELECT value FROM json_each($1)) AND o.ended_at = $2",
        "SELECT v.observation_id, v.name, v.standing, v.vulnerability_id FROM scan_observation o \
         JOIN scan_vulnerability v ON v.observation_id = o.id \
         WHERE o.carrier_id IN (SELECT json_array_elements_text($1::json)::bigint) AND o.ended_at = $2",
    );
    db.all(sql, values![json_list(carriers), OPEN]).await
}

/// How each vulnerability of these observations stands.
pub(crate) async fn standings_of_observations(db: &Db, ids: &[i64]) -> Result<Vec<StandingRow>, DbError> {
    let sql = db.pick(
        "SELECT observation_id, name, standing, vulnerability_id FROM scan_vulnerability \
         WHERE observation_id IN (SELECT value FROM json_each($1)) ORDER BY observation_id, name",
        "SELECT observation_id, name, standing, vulnerability_id FROM scan_vulnerability \
         WHERE observation_id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY observation_id, name",
    );
    db.all(sql, values![json_list(ids)]).await
}

pub(crate) async fn standings_put(tx: &mut Tx, rows: Vec<StandingRow>) -> Result<(), DbError> {
    let rows = rows.into_iter().map(|row| {
        vec![
            Value::from(row.observation_id),
            Value::from(row.name),
            Value::from(row.standing),
            Value::from(row.vulnerability_id),
        ]
    });
    tx.bulk_insert(&VULNERABILITIES, rows).await.map(|_| ())
}
