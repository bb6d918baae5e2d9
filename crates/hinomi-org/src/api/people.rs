// SPDX-License-Identifier: Apache-2.0

use axum::extract::State;
use hinomi_core::{Page, PersonId, Scope, Time, UnitId};
use hinomi_web::{ApiError, ApiResult, App, Json, PageParams, Paging, Path, Query, Require, perm};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{act, moment};
use crate::service::{self, PersonView};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Person {
    id: PersonId,
    /// Staff number.
    code: String,
    name: String,
    /// In the person's own script; empty when it is the same.
    name_native: String,
    email: Option<String>,
    unit_id: UnitId,
    unit_name: String,
    left_at: Option<Time>,
}

impl From<PersonView> for Person {
    fn from(view: PersonView) -> Self {
        let PersonView { person, unit_name } = view;
        Self {
            id: person.id,
            code: person.code,
            name: person.name,
            name_native: person.name_native,
            email: person.email,
            unit_id: person.unit_id,
            unit_name,
            left_at: person.left_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleParams {
    /// Words of the name, native name, staff number or address.
    #[param(required = false)]
    q: Option<String>,
    /// This unit and everything below it.
    #[param(required = false)]
    unit: Option<UnitId>,
}

/// People at work, by name.
#[utoipa::path(get, path = "/people", operation_id = "people_list", tag = "organisation",
    params(PageParams, PeopleParams), responses((status = 200, body = Page<Person>)),
    extensions(("x-hinomi-permission" = json!("OrgRead"))))]
pub(super) async fn people_list(
    State(app): State<App>,
    reader: Require<perm::OrgRead>,
    Paging(request): Paging,
    Query(params): Query<PeopleParams>,
) -> ApiResult<Page<Person>> {
    let query = params.q.unwrap_or_default();
    let now = app.now();
    let page = service::people_list(&app.db, &reader.scope, &query, params.unit, &request, now).await?;
    Ok(Json(page.map(Person::from)))
}

/// One person.
#[utoipa::path(get, path = "/people/{id}", operation_id = "person_get", tag = "organisation",
    params(("id" = PersonId, Path)), responses((status = 200, body = Person)),
    extensions(("x-hinomi-permission" = json!("OrgRead"))))]
pub(super) async fn person_get(
    State(app): State<App>,
    reader: Require<perm::OrgRead>,
    Path(id): Path<PersonId>,
) -> ApiResult<Person> {
    Ok(Json(one(&app, &reader.scope, id).await?))
}

async fn one(app: &App, scope: &Scope, id: PersonId) -> Result<Person, ApiError> {
    Ok(service::person_get(&app.db, scope, id, app.now()).await?.into())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPerson {
    /// Staff number.
    code: String,
    name: String,
    #[serde(default)]
    name_native: String,
    #[serde(default)]
    email: String,
    unit_id: UnitId,
}

/// Adds a person to a unit.
#[utoipa::path(post, path = "/people", operation_id = "person_create", tag = "organisation", request_body = NewPerson,
    responses((status = 201, body = Person)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn person_create(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Json(new): Json<NewPerson>,
) -> Result<(StatusCode, Json<Person>), ApiError> {
    let NewPerson { code, name, name_native, email, unit_id } = new;
    let new = service::NewPerson { code, name, name_native, email, unit_id };
    let id = service::person_create(&act(&app, &writer), new).await?;
    Ok((StatusCode::CREATED, Json(one(&app, &writer.scope, id).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonChange {
    name: Option<String>,
    name_native: Option<String>,
    /// Empty takes the address away.
    email: Option<String>,
    unit_id: Option<UnitId>,
    /// A day or a time: they left, and their seats are vacant from then on.
    left_at: Option<String>,
    /// Why, for the audit trail.
    #[serde(default)]
    reason: String,
}

/// Changes a person; a new unit counts from now on.
#[utoipa::path(patch, path = "/people/{id}", operation_id = "person_change", tag = "organisation",
    params(("id" = PersonId, Path)), request_body = PersonChange, responses((status = 200, body = Person)),
    extensions(("x-hinomi-permission" = json!("OrgWrite"))))]
pub(super) async fn person_change(
    State(app): State<App>,
    writer: Require<perm::OrgWrite>,
    Path(id): Path<PersonId>,
    Json(change): Json<PersonChange>,
) -> ApiResult<Person> {
    let wanted = service::PersonChange {
        left_at: moment("/left_at", change.left_at.as_deref())?,
        name: change.name,
        name_native: change.name_native,
        email: change.email,
        unit_id: change.unit_id,
    };
    service::person_change(&act(&app, &writer).because(change.reason), id, wanted).await?;
    Ok(Json(one(&app, &writer.scope, id).await?))
}
