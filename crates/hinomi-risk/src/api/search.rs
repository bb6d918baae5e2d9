// SPDX-License-Identifier: Apache-2.0
//! One box for everything: the command palette.

use crate::error::RiskError;
use crate::state::{RiskState, visible};
use axum::Extension;
use axum::extract::State;
use hinomi_advisories::read::{VulnerabilityFilter, VulnerabilitySort};
use hinomi_core::{PageRequest, Permission, Scope, UnitId};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Expr, ExprTrait, Query as Select};
use hinomi_tickets::service::read::{self as tickets, Sort, StateFilter, TicketFilter};
use hinomi_web::{ApiResult, App, Json, Query, Require, perm};
use serde::{Deserialize, Serialize};

/// How many of each kind.
const EACH: u64 = 5;
const COMPONENTS_LOOKED_AT: i64 = 500;

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchParams {
    /// What to look for.
    q: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Hit {
    id: String,
    label: String,
    label_ja: String,
    /// What stands beside it: a title, a system, a kind.
    hint: String,
}

#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(super) struct SearchAnswer {
    vulnerabilities: Vec<Hit>,
    systems: Vec<Hit>,
    assets: Vec<Hit>,
    tickets: Vec<Hit>,
    units: Vec<Hit>,
    components: Vec<Hit>,
}

/// The first of each kind that a text finds, within what the reader may see of each.
#[utoipa::path(get, path = "/search", tag = "risk", params(SearchParams),
    responses((status = 200, body = SearchAnswer)),
    extensions(("x-hinomi-permission" = json!("ProfileRead"))))]
pub(super) async fn search(
    State(app): State<App>,
    Extension(state): Extension<RiskState>,
    reader: Require<perm::ProfileRead>,
    Query(params): Query<SearchParams>,
) -> ApiResult<SearchAnswer> {
    let text = params.q.trim();
    let mut answer = SearchAnswer::default();
    if text.is_empty() {
        return Ok(Json(answer));
    }
    let scope = |permission| reader.principal.scope(permission);
    if scope(Permission::VulnerabilityRead).is_some() {
        let filter = VulnerabilityFilter { text: Some(text.to_owned()), ..VulnerabilityFilter::default() };
        let known = state.vulnerabilities();
        let rows = known.list(&app.db, &filter, VulnerabilitySort::Severity, None, EACH).await?;
        answer.vulnerabilities = rows
            .into_iter()
            .map(|row| Hit {
                id: row.id.to_string(),
                label: row.canonical,
                label_ja: String::new(),
                hint: row.title,
            })
            .collect();
    }
    if let Some(scope) = scope(Permission::AssetRead) {
        answer.systems = named(&app, "v_system", text, &scope).await?;
        answer.assets = named(&app, "v_asset", text, &scope).await?;
    }
    if let Some(scope) = scope(Permission::TicketRead) {
        answer.tickets = ticket_hits(&app, text, &scope).await?;
    }
    if let Some(scope) = scope(Permission::OrgRead) {
        answer.units = unit_hits(&app, text, &scope).await?;
    }
    if let Some(scope) = scope(Permission::InventoryRead) {
        answer.components = component_hits(&app, &state, text, &scope).await?;
    }
    Ok(Json(answer))
}

async fn named(app: &App, view: &'static str, text: &str, scope: &Scope) -> Result<Vec<Hit>, RiskError> {
    let is_system = view == "v_system";
    let pattern =
        format!("%{}%", text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    let condition = match is_system {
        true => {
            "(lower(name) LIKE $1 ESCAPE '!' OR lower(name_ja) LIKE $1 ESCAPE '!' OR lower(code) LIKE $1 ESCAPE '!')"
        }
        false => "lower(name) LIKE $1 ESCAPE '!'",
    };
    let mut select = Select::select();
    select.columns(["id", "name"]);
    match is_system {
        true => select.column("name_ja").column("code"),
        false => select.expr(Expr::val("")).column("kind"),
    };
    select
        .from(view)
        .and_where(Expr::col("retired_at").is_null())
        .and_where(Expr::cust_with_values(condition, [pattern]))
        .within("unit_id", scope)
        .order_by("name", hinomi_db::sea_query::Order::Asc)
        .limit(EACH);
    let rows: Vec<(String, String, String, String)> = app.db.select_all(&select).await?;
    Ok(rows.into_iter().map(|(id, label, label_ja, hint)| Hit { id, label, label_ja, hint }).collect())
}

/// Components by name that something in the scope carries. The first few hundred names are looked at; the list of
/// components looks at all.
async fn component_hits(
    app: &App,
    state: &RiskState,
    text: &str,
    scope: &Scope,
) -> Result<Vec<Hit>, RiskError> {
    let limit = if scope.is_all() { EACH as i64 } else { COMPONENTS_LOOKED_AT };
    let rows = hinomi_inventory::service::read::component_list(&app.db, text, None, ("", 0), limit).await?;
    let mut hits = Vec::new();
    if rows.is_empty() {
        return Ok(hits);
    }
    let on = visible(&app.db, scope).await?;
    let mut carried = state.fresh(&app.db).await?;
    for row in rows {
        if scope.is_all() || !carried.carriers_of(row.id as u32).is_disjoint(&on) {
            hits.push(Hit {
                id: row.id.to_string(),
                label: row.label(),
                label_ja: String::new(),
                hint: row.ecosystem,
            });
        }
        if hits.len() as u64 == EACH {
            break;
        }
    }
    Ok(hits)
}

async fn ticket_hits(app: &App, text: &str, scope: &Scope) -> Result<Vec<Hit>, RiskError> {
    let filter =
        TicketFilter { state: StateFilter::All, text: Some(text.to_owned()), ..TicketFilter::default() };
    let page = PageRequest::new(EACH as u32, None);
    let rows = tickets::ticket_list(&app.db, scope, &filter, Sort::Due, app.now(), &page).await?;
    Ok(rows
        .items
        .into_iter()
        .map(|row| Hit {
            label: format!("T-{}", row.id),
            label_ja: String::new(),
            hint: format!("{} · {}", row.package, row.distribution()),
            id: row.id.to_string(),
        })
        .collect())
}

async fn unit_hits(app: &App, text: &str, scope: &Scope) -> Result<Vec<Hit>, RiskError> {
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    let text = text.to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&text);
    Ok(tree
        .nodes()
        .iter()
        .filter(|node| scope.contains(node.id))
        .filter(|node| fits(&node.name) || fits(&node.name_ja) || fits(&node.code))
        .take(EACH as usize)
        .map(|node| Hit {
            id: UnitId::to_string(&node.id),
            label: node.name.clone(),
            label_ja: node.name_ja.clone(),
            hint: node.code.clone(),
        })
        .collect())
}
