// SPDX-License-Identifier: Apache-2.0
//! Lists of vulnerabilities, searched and sorted on the server.

use crate::model::VulnerabilityRow;
use hinomi_db::scope::is_one_of;
use hinomi_db::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use hinomi_db::search::fold;
use hinomi_db::{Db, DbError};

/// What a list is sorted by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VulnerabilitySort {
    /// Worst first.
    #[default]
    Severity,
    /// Latest change first.
    Modified,
}

impl VulnerabilitySort {
    pub fn name(self) -> &'static str {
        match self {
            Self::Severity => "vulnerabilities-severity",
            Self::Modified => "vulnerabilities-modified",
        }
    }

    /// The sort key of a row.
    pub fn key(self, row: &VulnerabilityRow) -> i64 {
        match self {
            Self::Severity => row.severity_rank,
            Self::Modified => row.modified.unwrap_or(i64::MIN),
        }
    }
}

/// Which vulnerabilities are wanted.
#[derive(Debug, Clone, Default)]
pub struct VulnerabilityFilter {
    pub text: Option<String>,
    pub severities: Vec<String>,
    pub known_exploited: Option<bool>,
    /// At least this step of likelihood (EPSS): 1 from 1 %, 2 from 10 %, 3 from 50 %, 4 from 90 %.
    pub likelihood_from: Option<i64>,
    /// Named by a report of attackers that was not taken back.
    pub reported: Option<bool>,
    pub withdrawn: Option<bool>,
    /// Only these.
    pub ids: Option<Vec<i64>>,
}

const COLUMNS: [&str; 17] = [
    "id",
    "canonical",
    "title",
    "severity",
    "severity_rank",
    "severity_reason",
    "score",
    "known_exploited",
    "kev_added",
    "kev_due",
    "epss_band",
    "ssvc",
    "published",
    "modified",
    "withdrawn",
    "merged_into",
    "sequence",
];

pub(crate) async fn list(
    db: &Db,
    filter: &VulnerabilityFilter,
    sort: VulnerabilitySort,
    after: Option<(i64, i64)>,
    limit: u64,
) -> Result<Vec<VulnerabilityRow>, DbError> {
    let mut select = Query::select();
    select.columns(COLUMNS).from("vulnerability").and_where(Expr::col("merged_into").is_null());
    restrict(&mut select, filter);
    let key = match sort {
        VulnerabilitySort::Severity => Expr::col("severity_rank"),
        VulnerabilitySort::Modified => Expr::cust("COALESCE(modified, -9223372036854775808)"),
    };
    if let Some((value, id)) = after {
        let keys = Expr::tuple([key.clone(), Expr::col("id")]);
        select.and_where(keys.lt(Expr::tuple([Expr::value(value), Expr::value(id)])));
    }
    select.order_by_expr(key, Order::Desc).order_by("id", Order::Desc).limit(limit);
    db.select_all(&select).await
}

const REPORTED: &str = "canonical IN (SELECT c.cve FROM threat_cve c JOIN threat t ON t.id = c.threat_id \
    WHERE NOT t.revoked)";

fn restrict(select: &mut SelectStatement, filter: &VulnerabilityFilter) {
    // Words are looked for by LIKE, not by an index of bigrams: titles and the Japanese words of 400,000 vulnerabilities
    // are read in a fraction of a second, while their bigrams would be tens of millions of rows written at every load.
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let escaped = |text: &str| text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        // Titles lie as they were written, so both are looked for: what was typed, and its plain letters.
        let (typed, words) = (escaped(&text.to_lowercase()), escaped(&fold(text)));
        let by_alias = Expr::cust_with_values(
            "id IN (SELECT a.vulnerability_id FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
             WHERE n.name IN ($1, $2) AND n.relation = 0 \
             UNION SELECT vulnerability_id FROM advisory WHERE id IN ($1, $2))",
            [text.to_owned(), fold(text).to_uppercase()],
        );
        let by_text = Expr::cust_with_values(
            "(lower(canonical) LIKE $2 ESCAPE '!' OR lower(title) LIKE $1 ESCAPE '!' \
             OR ($1 <> $2 AND lower(title) LIKE $2 ESCAPE '!'))",
            [format!("%{typed}%"), format!("%{words}%")],
        );
        let by_words = Expr::cust_with_values(
            "id IN (SELECT a.vulnerability_id FROM advisory_text x JOIN advisory a ON a.no = x.advisory_no \
             WHERE x.folded LIKE $1 ESCAPE '!')",
            [format!("%{words}%")],
        );
        select.and_where(by_alias.or(by_text).or(by_words));
    }
    if !filter.severities.is_empty() {
        select.and_where(Expr::col("severity").is_in(filter.severities.iter().map(String::as_str)));
    }
    if let Some(known) = filter.known_exploited {
        select.and_where(Expr::col("known_exploited").eq(known));
    }
    if let Some(step) = filter.likelihood_from {
        select.and_where(Expr::col("epss_band").gte(step));
    }
    if let Some(reported) = filter.reported {
        let named = Expr::cust(REPORTED);
        select.and_where(if reported { named } else { named.not() });
    }
    if let Some(withdrawn) = filter.withdrawn {
        let column = Expr::col("withdrawn");
        select.and_where(if withdrawn { column.is_not_null() } else { column.is_null() });
    }
    if let Some(ids) = &filter.ids {
        select.and_where(is_one_of(Expr::cust("CAST(id AS TEXT)"), ids));
    }
}

/// How many of the wanted vulnerabilities have which value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    pub total: i64,
    /// By severity, in no order.
    pub severities: Vec<(String, i64)>,
    /// By step of likelihood.
    pub likelihoods: Vec<(i64, i64)>,
    pub known_exploited: i64,
    pub reported: i64,
    pub withdrawn: i64,
}

pub(crate) async fn facets(db: &Db, filter: &VulnerabilityFilter) -> Result<Facets, DbError> {
    let base = || {
        let mut select = Query::select();
        select.from("vulnerability").and_where(Expr::col("merged_into").is_null());
        select
    };
    let mut flags = base();
    restrict(&mut flags, filter);
    flags.expr(Expr::cust("COUNT(*)"));
    flags.expr(Expr::cust("COALESCE(SUM(CASE WHEN known_exploited THEN 1 ELSE 0 END), 0)"));
    flags.expr(Expr::cust("COALESCE(SUM(CASE WHEN withdrawn IS NULL THEN 0 ELSE 1 END), 0)"));
    flags.expr(Expr::cust(format!("COALESCE(SUM(CASE WHEN {REPORTED} THEN 1 ELSE 0 END), 0)")));
    let mut facets = Facets::default();
    if let Some((total, known_exploited, withdrawn, reported)) =
        db.select_all::<(i64, i64, i64, i64)>(&flags).await?.into_iter().next()
    {
        (facets.total, facets.known_exploited) = (total, known_exploited);
        (facets.withdrawn, facets.reported) = (withdrawn, reported);
    }
    // What a facet would give instead: its own choice restricts it not.
    let mut severities = base();
    restrict(&mut severities, &VulnerabilityFilter { severities: Vec::new(), ..filter.clone() });
    severities.column("severity").expr(Expr::cust("COUNT(*)")).group_by_col("severity");
    facets.severities = db.select_all(&severities).await?;
    let mut likelihoods = base();
    restrict(&mut likelihoods, &VulnerabilityFilter { likelihood_from: None, ..filter.clone() });
    likelihoods.column("epss_band").expr(Expr::cust("COUNT(*)")).group_by_col("epss_band");
    facets.likelihoods = db.select_all(&likelihoods).await?;
    Ok(facets)
}
