// SPDX-License-Identifier: Apache-2.0
//! Who comes to a meeting without sitting in its body: on the list with a mark, and counted apart from its members.

use hinomi_core::{Permission, PersonId, Principal, Scope};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::model::{Attendance, MeetingState, NewGuest};
use super::service::{LONGEST_PLACE, invalid, open, overtaken};
use super::store::{self, AttendanceRow};
use crate::error::ReviewError;

/// Asks somebody to come; who is added while the meeting is held is there.
pub async fn guest_add(
    app: &App,
    principal: &Principal,
    id: &str,
    new: &NewGuest,
) -> Result<(), ReviewError> {
    let (row, _, unit) = open(app, principal, id).await?;
    let mut guest = guest_of(app, principal, new).await?;
    if MeetingState::of_name(&row.state) == MeetingState::Held {
        guest.state = Attendance::Present.name().to_owned();
    }
    let mut tx = app.db.begin().await?;
    if !store::hold(&mut tx, &row).await? {
        return Err(overtaken(id));
    }
    let is_member =
        store::attendance_tx(&mut tx, id).await?.iter().any(|one| one.person_id == guest.person_id);
    if is_member || !store::guest_add(&mut tx, id, &guest).await? {
        let message = format!("{} is on the list of meeting {id} already", guest.name);
        return Err(ReviewError::Conflict { code: "guest-known", message });
    }
    let after = json!({ "person_id": guest.person_id, "name": guest.name, "role": guest.role });
    let event = AuditEvent::new(&principal.actor, "meeting.guest", "meeting", id).unit(unit).after(&after);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// Takes a guest off the list again.
pub async fn guest_remove(
    app: &App,
    principal: &Principal,
    id: &str,
    person: &str,
) -> Result<(), ReviewError> {
    let (row, _, unit) = open(app, principal, id).await?;
    let mut tx = app.db.begin().await?;
    if !store::hold(&mut tx, &row).await? {
        return Err(overtaken(id));
    }
    if !store::guest_remove(&mut tx, id, person).await? {
        let id = format!("{person} of meeting {id}");
        return Err(ReviewError::Unknown { what: "guest", code: "guest-not-found", id });
    }
    let before = json!({ "person_id": person });
    let event =
        AuditEvent::new(&principal.actor, "meeting.guest_off", "meeting", id).unit(unit).before(&before);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// Somebody of the group whom the writer may know of, or a name from outside.
async fn guest_of(app: &App, principal: &Principal, new: &NewGuest) -> Result<AttendanceRow, ReviewError> {
    let role = new.role.trim().to_owned();
    if role.chars().count() > LONGEST_PLACE || new.name.chars().count() > LONGEST_PLACE {
        return Err(invalid("role", format!("at most {LONGEST_PLACE} characters")));
    }
    let now = app.now();
    let (person_id, name, name_ja) = match new.person_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => {
            let scope = principal.scope(Permission::ReviewWrite).unwrap_or_else(Scope::none);
            let person: PersonId = id.parse().map_err(|_| invalid("person_id", "no id of a person"))?;
            let found = hinomi_org::person_get(&app.db, &scope, person, now).await?.person;
            (found.id.to_string(), found.name, found.name_native)
        }
        None => (format!("guest:{}", app.ids.uuid7(now)), new.name.trim().to_owned(), String::new()),
    };
    if name.is_empty() {
        return Err(invalid("name", "say who comes"));
    }
    let state = Attendance::Expected.name().to_owned();
    Ok(AttendanceRow { person_id, name, name_ja, role, chair: false, deputy: false, guest: true, state })
}
