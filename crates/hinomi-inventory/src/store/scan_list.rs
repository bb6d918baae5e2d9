// SPDX-License-Identifier: Apache-2.0
//! What people read of scans: lists and counts of one carrier.

use super::scans::{ObservationRow, observation_columns};
use crate::OPEN;
use hinomi_db::{Db, DbError, values};

/// A scanner's newest look at a carrier.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ScanSummary {
    pub source_id: i64,
    pub scanner: String,
    pub target: String,
    pub format: String,
    pub observed_at: i64,
    pub complete_at: i64,
    pub observations: i64,
}

/// Which observations are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScanState {
    #[default]
    Open,
    Ended,
}

#[derive(Debug, Clone, Default)]
pub struct ObservationFilter {
    pub state: ScanState,
    pub kind: Option<String>,
    pub standing: Option<String>,
    /// In lower case: a part of title, check, vulnerability, component or port.
    pub text: Option<String>,
}

/// How many observations of a kind stand so; those without a vulnerability have no standing.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StandingCount {
    pub kind: String,
    pub standing: String,
    pub observations: i64,
}

/// Who else saw a vulnerability on a carrier.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Witness {
    pub vulnerability_id: i64,
    pub scanner: String,
    pub check_id: String,
    pub title: String,
    pub first_at: i64,
}

pub async fn scans_of(db: &Db, carrier: i64) -> Result<Vec<ScanSummary>, DbError> {
    db.all(
        "SELECT s.source_id, n.name AS scanner, s.target, s.format, s.observed_at, s.complete_at, \
         (SELECT count(*) FROM scan_observation o WHERE o.carrier_id = s.carrier_id AND o.source_id = s.source_id \
          AND o.target = s.target AND o.ended_at = $2) AS observations \
         FROM carrier_scan s JOIN inventory_source n ON n.id = s.source_id \
         WHERE s.carrier_id = $1 ORDER BY n.name, s.target, s.id",
        values![carrier, OPEN],
    )
    .await
}

macro_rules! filter {
    () => {
        "WHERE carrier_id = $1 AND (($2 = 0 AND ended_at = 9223372036854775807) \
         OR ($2 = 1 AND ended_at < 9223372036854775807)) AND ($3 = '' OR kind = $3) \
         AND ($4 = '' OR EXISTS (SELECT 1 FROM scan_vulnerability v WHERE v.observation_id = scan_observation.id \
          AND v.standing = $4)) \
         AND ($5 = '' OR lower(title || ' ' || check_id || ' ' || vulnerabilities || ' ' || component || ' ' || port) \
          LIKE $5 ESCAPE '!') "
    };
}

fn parameters(carrier: i64, filter: &ObservationFilter) -> hinomi_db::Values {
    let text = filter
        .text
        .as_deref()
        .filter(|text| !text.is_empty())
        .map(|text| format!("%{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_")));
    let state: i64 = match filter.state {
        ScanState::Open => 0,
        ScanState::Ended => 1,
    };
    values![
        carrier,
        state,
        filter.kind.clone().unwrap_or_default(),
        filter.standing.clone().unwrap_or_default(),
        text.unwrap_or_default()
    ]
}

/// Worst first, then the newest; `after` is the rank and the number of the row before.
pub async fn observations_page(
    db: &Db,
    carrier: i64,
    filter: &ObservationFilter,
    after: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<ObservationRow>, DbError> {
    let (rank, id) = after.unwrap_or((i64::MAX, i64::MAX));
    let mut parameters = parameters(carrier, filter);
    parameters.0.extend([rank.into(), id.into(), limit.into()]);
    db.all(
        concat!(
            observation_columns!(),
            filter!(),
            "AND (severity_rank, id) < ($6, $7) ORDER BY severity_rank DESC, id DESC LIMIT $8"
        ),
        parameters,
    )
    .await
}

pub async fn observation_count(db: &Db, carrier: i64, filter: &ObservationFilter) -> Result<i64, DbError> {
    db.scalar(concat!("SELECT count(*) FROM scan_observation ", filter!()), parameters(carrier, filter)).await
}

pub async fn standing_counts(db: &Db, carrier: i64) -> Result<Vec<StandingCount>, DbError> {
    db.all(
        "SELECT o.kind, COALESCE(v.standing, '') AS standing, count(DISTINCT o.id) AS observations \
         FROM scan_observation o LEFT JOIN scan_vulnerability v ON v.observation_id = o.id \
         WHERE o.carrier_id = $1 AND o.ended_at = $2 GROUP BY o.kind, COALESCE(v.standing, '') \
         ORDER BY o.kind, 2",
        values![carrier, OPEN],
    )
    .await
}

/// Which scanners see these vulnerabilities on a carrier now.
pub async fn witnesses_of(db: &Db, carrier: i64, vulnerabilities: &[i64]) -> Result<Vec<Witness>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT v.vulnerability_id, n.name AS scanner, o.check_id, o.title, o.first_at FROM scan_observation o \
         JOIN scan_vulnerability v ON v.observation_id = o.id JOIN inventory_source n ON n.id = o.source_id \
         WHERE o.carrier_id = $1 AND o.ended_at = $3 AND v.vulnerability_id IN (SELECT value FROM json_each($2)) \
         ORDER BY 1, 2, 3, 5",
        "SELECT DISTINCT v.vulnerability_id, n.name AS scanner, o.check_id, o.title, o.first_at FROM scan_observation o \
         JOIN scan_vulnerability v ON v.observation_id = o.id JOIN inventory_source n ON n.id = o.source_id \
         WHERE o.carrier_id = $1 AND o.ended_at = $3 \
         AND v.vulnerability_id IN (SELECT json_array_elements_text($2::json)::bigint) ORDER BY 1, 2, 3, 5",
    );
    db.all(sql, values![carrier, super::components::json_list(vulnerabilities), OPEN]).await
}
