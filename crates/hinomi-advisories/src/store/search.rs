// SPDX-License-Identifier: Apache-2.0
//! Lists of vulnerabilities, searched and sorted on the server.

use crate::model::VulnerabilityRow;
use hinomi_db::scope::is_one_of;
use hinomi_db::sea_query::{Expr, ExprTrait, Order, Query};
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
    /// Only these.
    pub ids: Option<Vec<i64>>,
}

const COLUMNS: [&str; 16] = [
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
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let folded = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let by_alias = Expr::cust_with_values(
            "id IN (SELECT a.vulnerability_id FROM advisory_name n JOIN advisory a ON a.no = n.advisory_no \
             WHERE n.name = $1 AND n.relation = 0 UNION SELECT vulnerability_id FROM advisory WHERE id = $1)",
            [text.to_owned()],
        );
        let by_text = Expr::cust_with_values(
            "(lower(canonical) LIKE $1 ESCAPE '!' OR lower(title) LIKE $1 ESCAPE '!')",
            [format!("%{folded}%")],
        );
        select.and_where(by_alias.or(by_text));
    }
    if !filter.severities.is_empty() {
        select.and_where(Expr::col("severity").is_in(filter.severities.iter().map(String::as_str)));
    }
    if let Some(known) = filter.known_exploited {
        select.and_where(Expr::col("known_exploited").eq(known));
    }
    if let Some(ids) = &filter.ids {
        select.and_where(is_one_of(Expr::cust("CAST(id AS TEXT)"), ids));
    }
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
