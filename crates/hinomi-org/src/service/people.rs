// SPDX-License-Identifier: Apache-2.0
//! People and the units they belong to.

use hinomi_core::{Page, PageRequest, PersonId, Scope, Time, UnitId};
use hinomi_db::{Db, DbError, Tx};
use hinomi_platform::accounts::{self, AccountError, PersonFacts};
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::{Value as Json, json};

use super::units::{field, named};
use super::{Act, one_writer, unit_exists_tx, unit_names};
use crate::error::OrgError;
use crate::model::plan::PersonRecord;
use crate::model::{clean_code, clean_email, clean_text};
use crate::store;
use crate::store::people::{LIST, PersonFilter};

/// A person with the name of their unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    pub person: PersonRecord,
    pub unit_name: String,
}

/// People at work in scope, by name. `unit` restricts to a unit and everything below it.
pub async fn people_list(
    db: &Db,
    scope: &Scope,
    query: &str,
    unit: Option<UnitId>,
    request: &PageRequest,
    now: Time,
) -> Result<Page<PersonView>, OrgError> {
    let scope = super::unit_scope(db, scope, unit, now).await?;
    let filter = PersonFilter { query: query.to_owned(), units: None, at_work: now };
    let after = match (&request.after, request.after_keys(LIST, 2)?) {
        (Some(cursor), Some(_)) => Some((cursor.text(0)?.to_owned(), cursor.text(1)?.to_owned())),
        _ => None,
    };
    let rows = store::people::list(db, &scope, &filter, request, after).await?;
    let total = store::people::count(db, &scope, &filter).await?;
    let page = Page::from_rows(rows, request, LIST, |row| {
        vec![row.name_key.clone().into(), row.person.id.to_string().into()]
    });
    let units: Vec<UnitId> = page.items.iter().map(|row| row.person.unit_id).collect();
    let names = unit_names(db, now, &units).await?;
    let view = |row: store::people::ListedPerson| PersonView {
        unit_name: names.get(&row.person.unit_id).map(|(name, _)| name.clone()).unwrap_or_default(),
        person: row.person,
    };
    Ok(page.map(view).with_total(total))
}

pub async fn person_get(db: &Db, scope: &Scope, id: PersonId, now: Time) -> Result<PersonView, OrgError> {
    let found = store::people::get(db, id).await?.filter(|person| scope.contains(person.unit_id));
    let person = found.ok_or(OrgError::PersonNotFound { id })?;
    let names = unit_names(db, now, &[person.unit_id]).await?;
    let unit_name = names.get(&person.unit_id).map(|(name, _)| name.clone()).unwrap_or_default();
    Ok(PersonView { person, unit_name })
}

/// For sign-in and wiring: no scope.
pub async fn person_by_email(db: &Db, email: &str) -> Result<Option<PersonRecord>, DbError> {
    store::people::by_email(db, &email.to_lowercase()).await
}

/// For commands: no scope.
pub async fn person_by_code(db: &Db, code: &str) -> Result<Option<PersonRecord>, DbError> {
    store::people::by_code(db, code).await
}

#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Staff number.
    pub code: String,
    pub name: String,
    pub name_native: String,
    pub email: String,
    pub unit_id: UnitId,
}

pub async fn person_create(act: &Act<'_>, new: NewPerson) -> Result<PersonId, OrgError> {
    let person = PersonRecord {
        id: PersonId::new(&*act.app.ids, act.now),
        code: clean_code(&new.code).map_err(|cause| field("code", cause))?,
        name: named("name", &new.name)?,
        name_native: clean_text(&new.name_native).map_err(|cause| field("name_native", cause))?,
        email: clean_email(&new.email).map_err(|cause| field("email", cause))?,
        unit_id: new.unit_id,
        left_at: None,
    };
    let mut tx = act.app.db.begin().await?;
    if !act.scope.contains(person.unit_id) || !unit_exists_tx(&mut tx, person.unit_id, act.now).await? {
        return Err(OrgError::UnitNotFound { id: person.unit_id });
    }
    if store::people::code_taken_tx(&mut tx, &person.code).await? {
        return Err(OrgError::Taken { field: "code", value: person.code });
    }
    let written = store::people::insert(&mut tx, std::slice::from_ref(&person), act.now).await;
    written.map_err(|error| address_taken(&person, error))?;
    let event = AuditEvent::new(act.actor, "person.create", "person", person.id);
    let event = event.unit(person.unit_id).after(&facts(&person)).reason(&act.reason);
    audit::append(&mut tx, act.app, event).await?;
    tx.commit().await?;
    Ok(person.id)
}

fn address_taken(person: &PersonRecord, error: DbError) -> OrgError {
    if error.is_unique_violation() {
        OrgError::Taken { field: "email", value: person.email.clone().unwrap_or_default() }
    } else {
        error.into()
    }
}

/// Whoever signs in does so as who they are: address, name and leaving go with the person.
pub(super) async fn account_follows<'p>(
    tx: &mut Tx,
    act: &Act<'_>,
    changes: impl Iterator<Item = (&'p PersonRecord, &'p PersonRecord)>,
) -> Result<(), OrgError> {
    let facts = |person: &PersonRecord| PersonFacts {
        email: person.email.clone(),
        name: person.name.clone(),
        left_at: person.left_at,
    };
    let changes: Vec<_> = changes.map(|(before, after)| (after.id, facts(before), facts(after))).collect();
    accounts::follow(tx, act.app, act.actor, &changes).await.map_err(|error| match error {
        AccountError::Exists(value) => OrgError::Taken { field: "email", value },
        AccountError::Database(error) => error.into(),
        other => OrgError::Field { field: "email", cause: other.to_string() },
    })
}

fn facts(person: &PersonRecord) -> Json {
    json!({ "code": person.code, "name": person.name, "name_native": person.name_native, "email": person.email,
        "unit_id": person.unit_id, "left_at": person.left_at })
}

/// What changes of a person; `None` keeps what they have.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    pub name: Option<String>,
    pub name_native: Option<String>,
    pub email: Option<String>,
    pub unit_id: Option<UnitId>,
    /// They left: their seats are vacant from then on.
    pub left_at: Option<Time>,
}

pub async fn person_change(act: &Act<'_>, id: PersonId, change: PersonChange) -> Result<(), OrgError> {
    let mut tx = act.app.db.begin().await?;
    one_writer(&mut tx).await?;
    let found = store::people::get_tx(&mut tx, id).await?.filter(|person| act.scope.contains(person.unit_id));
    let before = found.ok_or(OrgError::PersonNotFound { id })?;
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = named("name", name)?;
    }
    if let Some(name) = &change.name_native {
        after.name_native = clean_text(name).map_err(|cause| field("name_native", cause))?;
    }
    if let Some(email) = &change.email {
        after.email = clean_email(email).map_err(|cause| field("email", cause))?;
    }
    if let Some(unit) = change.unit_id {
        if !act.scope.contains(unit) || !unit_exists_tx(&mut tx, unit, act.now).await? {
            return Err(OrgError::UnitNotFound { id: unit });
        }
        after.unit_id = unit;
    }
    after.left_at = change.left_at.or(after.left_at);
    if after == before {
        return Ok(());
    }
    let written = store::people::update(&mut tx, &before, &after, act.now).await;
    written.map_err(|error| address_taken(&after, error))?;
    if let Some(at) = after.left_at.filter(|_| before.left_at != after.left_at) {
        store::seats::end_all_of(&mut tx, id, at).await?;
    }
    account_follows(&mut tx, act, std::iter::once((&before, &after))).await?;
    let event = AuditEvent::new(act.actor, "person.change", "person", id).unit(after.unit_id);
    let event = event.before(&facts(&before)).after(&facts(&after)).reason(&act.reason);
    audit::append(&mut tx, act.app, event).await?;
    tx.commit().await?;
    Ok(())
}
