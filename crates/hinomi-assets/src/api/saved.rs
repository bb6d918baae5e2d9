// SPDX-License-Identifier: Apache-2.0
//! Named filters of lists: a person's own, and those that others share.
//!
//! A filter is only the query of an address: whoever opens it sees what their own rights show.

use axum::extract::State;
use hinomi_core::{PersonId, Time};
use hinomi_web::{ApiError, ApiResult, App, Json, Path, Query, Require, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::store::saved::{self, SavedRow};

const LISTS: [&str; 4] = ["assets", "systems", "tickets", "vulnerabilities"];
const MOST_OF_A_LIST: i64 = 100;
const LONGEST_NAME: usize = 60;
const LONGEST_QUERY: usize = 2_000;

/// A named filter of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedFilter {
    id: String,
    list: String,
    name: String,
    /// The query of the list's address.
    query: String,
    /// Everybody who may see the list sees the filter.
    shared: bool,
    /// The reader's own, who may change and remove it.
    own: bool,
    /// Whose it is.
    person: String,
    changed_at: Time,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListParams {
    /// assets, systems, tickets or vulnerabilities.
    list: String,
}

fn person_of(reader: &Require<perm::AssetRead>) -> Result<PersonId, ApiError> {
    let refused = || ApiError::invalid("person-needed", "only a signed-in person has filters");
    reader.principal.actor.person_id().ok_or_else(refused)
}

fn known(list: &str) -> Result<(), ApiError> {
    match LISTS.contains(&list) {
        true => Ok(()),
        false => {
            Err(ApiError::invalid("list-unknown", format!("no list {list:?}")).field("/list", "unknown"))
        }
    }
}

/// The reader's own filters of a list and those that others share, by name.
#[utoipa::path(get, path = "/saved-filters", operation_id = "saved_filters_list", tag = "assets",
    params(ListParams), responses((status = 200, body = Vec<SavedFilter>)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn filters_list(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Query(params): Query<ListParams>,
) -> ApiResult<Vec<SavedFilter>> {
    known(&params.list)?;
    let person = person_of(&reader)?;
    let rows = saved::seen_by(&app.db, person, &params.list).await.map_err(ApiError::from)?;
    let shown = |row: SavedRow| SavedFilter {
        own: row.person_id == person,
        id: row.id,
        list: row.list,
        name: row.name,
        query: row.query,
        shared: row.shared,
        person: row.person_name,
        changed_at: row.changed_at,
    };
    Ok(Json(rows.into_iter().map(shown).collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSavedFilter)]
pub(super) struct FilterBody {
    list: String,
    name: String,
    query: String,
    #[serde(default)]
    shared: bool,
}

/// Keeps a filter under a name; the same name again replaces what it stood for.
#[utoipa::path(post, path = "/saved-filters", operation_id = "saved_filter_put", tag = "assets",
    request_body = FilterBody, responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn filter_put(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Json(body): Json<FilterBody>,
) -> Result<StatusCode, ApiError> {
    known(&body.list)?;
    let person_id = person_of(&reader)?;
    let name: String = body.name.trim().chars().filter(|character| !character.is_control()).collect();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let text = format!("the name is empty or longer than {LONGEST_NAME} characters");
        return Err(ApiError::invalid("filter-invalid", text.clone()).field("/name", text));
    }
    if body.query.len() > LONGEST_QUERY || body.query.chars().any(char::is_control) {
        let text = format!("the query is longer than {LONGEST_QUERY} bytes or holds control characters");
        return Err(ApiError::invalid("filter-invalid", text.clone()).field("/query", text));
    }
    let mut tx = app.db.begin().await?;
    if saved::own(&mut tx, person_id, &body.list).await? >= MOST_OF_A_LIST {
        let text = format!("a person keeps at most {MOST_OF_A_LIST} filters of a list");
        return Err(ApiError::invalid("filters-too-many", text));
    }
    let row = SavedRow {
        id: app.ids.uuid7(app.now()).to_string(),
        list: body.list,
        name,
        query: body.query,
        person_id,
        person_name: reader.principal.actor.display_name().to_owned(),
        shared: body.shared,
        changed_at: app.now(),
    };
    saved::put(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets one of the reader's own filters.
#[utoipa::path(delete, path = "/saved-filters/{id}", operation_id = "saved_filter_remove", tag = "assets",
    params(("id" = String, Path)), responses((status = 204)),
    extensions(("x-hinomi-permission" = json!("AssetRead"))))]
pub(super) async fn filter_remove(
    State(app): State<App>,
    reader: Require<perm::AssetRead>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    if saved::remove(&mut tx, person_of(&reader)?, &id).await? == 0 {
        return Err(ApiError::not_found("filter-not-found", format!("no filter {id} of yours")));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
