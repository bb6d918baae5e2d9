// SPDX-License-Identifier: Apache-2.0

use hinomi_core::{Permission, Principal, Scope, Time, UnitId};
use hinomi_db::Db;
use hinomi_maturity::model::Month;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::model::{
    AgendaItem, Attendance, Attendee, DecisionView, MeetingLine, MeetingState, MeetingView, NewDecision,
    NewMeeting,
};
use super::store::{self, AgendaRow, AttendanceRow, DecisionRow, MeetingRow};
use crate::bodies::{self, AgendaTopic, BodyView};
use crate::error::ReviewError;
use crate::pack;

const LONGEST_TEXT: usize = 20_000;
const LONGEST_DECISION: usize = 4_000;
pub(super) const LONGEST_PLACE: usize = 500;

fn unknown(id: &str) -> ReviewError {
    ReviewError::Unknown { what: "meeting", code: "meeting-not-found", id: id.to_owned() }
}

pub(super) fn invalid(field: &'static str, message: impl Into<String>) -> ReviewError {
    ReviewError::Invalid { field, message: message.into() }
}

pub(super) fn overtaken(id: &str) -> ReviewError {
    ReviewError::Conflict { code: "meeting-changed", message: format!("meeting {id} was changed meanwhile") }
}

fn line(row: &MeetingRow, body: &BodyView) -> MeetingLine {
    MeetingLine {
        id: row.id.clone(),
        body_id: row.body_id.clone(),
        body_name: body.name.clone(),
        body_name_ja: body.name_ja.clone(),
        month: row.month.clone(),
        starts_at: Time::from_micros(row.starts_at),
        place: row.place.clone(),
        state: MeetingState::of_name(&row.state),
        members: row.members,
        present: row.present,
        decisions: row.decisions,
    }
}

fn decision_view(row: DecisionRow) -> DecisionView {
    DecisionView {
        id: row.id,
        meeting_id: row.meeting_id,
        number: row.number,
        agenda: row.agenda,
        text: row.text,
        reason: row.reason,
        figure: row.figure,
        replaces_id: row.replaces_id,
        replaced_by_id: row.replaced_by_id,
        decided_at: Time::from_micros(row.decided_at),
        recorded_by: row.recorded_by,
    }
}

/// Meetings of the bodies that somebody may read, the newest first.
pub async fn meeting_list(
    app: &App,
    principal: &Principal,
    body: Option<&str>,
) -> Result<Vec<MeetingLine>, ReviewError> {
    let mut bodies = bodies::body_list(app, principal).await?;
    bodies.retain(|each| body.is_none_or(|wanted| wanted == each.id));
    let ids: Vec<String> = bodies.iter().map(|body| body.id.clone()).collect();
    let rows = store::list(&app.db, &ids).await?;
    let lined = rows.iter().filter_map(|row| {
        let body = bodies.iter().find(|body| body.id == row.body_id)?;
        Some(line(row, body))
    });
    Ok(lined.collect())
}

async fn readable(app: &App, principal: &Principal, id: &str) -> Result<(MeetingRow, BodyView), ReviewError> {
    let row = store::get(&app.db, id).await?.ok_or_else(|| unknown(id))?;
    let body = bodies::body_get(app, principal, &row.body_id).await.map_err(|error| match error {
        ReviewError::Unknown { .. } => unknown(id),
        other => other,
    })?;
    Ok((row, body))
}

pub async fn meeting_get(app: &App, principal: &Principal, id: &str) -> Result<MeetingView, ReviewError> {
    let db = &app.db;
    let (row, body) = readable(app, principal, id).await?;
    let made = store::decisions(db, id).await?;
    let before = match store::before(db, &row).await? {
        Some(before) => store::decisions(db, &before).await?,
        None => Vec::new(),
    };
    let agenda = store::agenda(db, id).await?.into_iter();
    let attendance = attendance_of(db, &row, &body).await?;
    let members: Vec<&AttendanceRow> = attendance.iter().filter(|row| !row.guest).collect();
    let came = |row: &&&AttendanceRow| matches!(row.state.as_str(), "present" | "represented");
    let (present, members) = (members.iter().filter(came).count() as i64, members.len() as i64);
    Ok(MeetingView {
        line: MeetingLine { members, present, ..line(&row, &body) },
        pack_id: pack::pack_id(db, &body.unit_id, &row.month).await?,
        unit_id: body.unit_id,
        agenda: agenda
            .map(|row| AgendaItem { section: row.section, title: row.title, notes: row.notes })
            .collect(),
        attendance: attendance
            .into_iter()
            .map(|row| Attendee {
                person_id: row.person_id,
                name: row.name,
                name_ja: row.name_ja,
                role: row.role,
                chair: row.chair,
                deputy: row.deputy,
                guest: row.guest,
                state: Attendance::of_name(&row.state),
            })
            .collect(),
        minutes: row.minutes,
        decisions_made: made.into_iter().map(decision_view).collect(),
        decisions_before: before.into_iter().map(decision_view).collect(),
        created_by: row.created_by,
        closed_by: row.closed_by,
        closed_at: row.closed_at.map(Time::from_micros),
        reason: row.reason,
        version: row.version,
    })
}

/// Plans a meeting: its agenda is the body's with what the pack has something to say about; whoever sits there is expected.
pub async fn meeting_create(
    app: &App,
    principal: &Principal,
    new: &NewMeeting,
) -> Result<String, ReviewError> {
    let now = app.now();
    let month: Month = new.month.parse()?;
    let body = bodies::body_get(app, principal, &new.body_id).await?;
    let unit = writable(principal, &body.unit_id).ok_or_else(|| bodies_unknown(&new.body_id))?;
    if body.closed_at.is_some() {
        let message = format!("body {} meets no more", body.code);
        return Err(ReviewError::Conflict { code: "body-closed", message });
    }
    if new.place.chars().count() > LONGEST_PLACE {
        return Err(invalid("place", format!("at most {LONGEST_PLACE} characters")));
    }
    let said = pack::sections_with_something(&app.db, &body.unit_id, &new.month).await?;
    let agenda: Vec<AgendaRow> = agenda_of(&body.agenda, said.as_deref());
    let attendance = expected(&body, &[]);
    let row = MeetingRow {
        id: app.ids.uuid7(now).to_string(),
        body_id: body.id.clone(),
        month: month.to_string(),
        starts_at: new.starts_at.as_micros(),
        place: new.place.trim().to_owned(),
        state: MeetingState::Planned.name().to_owned(),
        minutes: String::new(),
        created_at: now.as_micros(),
        created_by: principal.actor.display_name().to_owned(),
        closed_at: None,
        closed_by: None,
        reason: String::new(),
        version: 1,
        members: 0,
        present: 0,
        decisions: 0,
    };
    let mut tx = app.db.begin().await?;
    store::add(&mut tx, &row).await?;
    store::agenda_put(&mut tx, &row.id, &agenda).await?;
    store::attendance_put(&mut tx, &row.id, &attendance).await?;
    let after = json!({ "body": body.code, "month": row.month, "starts_at": new.starts_at });
    let event =
        AuditEvent::new(&principal.actor, "meeting.create", "meeting", &row.id).unit(unit).after(&after);
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// Whoever sits in the body now, with what was said of them already, and who was asked to come. It becomes the meeting's own
/// list when the meeting is opened: offices change between its planning and its day.
fn expected(body: &BodyView, known: &[AttendanceRow]) -> Vec<AttendanceRow> {
    let said = |person: &str| known.iter().find(|row| row.person_id == person).map(|row| row.state.clone());
    let mut all: Vec<AttendanceRow> = bodies::members_of(body)
        .into_iter()
        .map(|(place, member)| AttendanceRow {
            person_id: member.person_id.clone(),
            name: member.name.clone(),
            name_ja: member.name_ja.clone(),
            role: place.role.clone(),
            chair: place.chair,
            deputy: member.deputy,
            guest: false,
            state: said(&member.person_id).unwrap_or_else(|| Attendance::Expected.name().to_owned()),
        })
        .collect();
    let guests = known.iter().filter(|row| row.guest);
    let guests: Vec<AttendanceRow> =
        guests.filter(|guest| all.iter().all(|row| row.person_id != guest.person_id)).cloned().collect();
    all.extend(guests);
    all
}

/// Those of a meeting that is still planned are those of its body.
async fn attendance_of(
    db: &Db,
    row: &MeetingRow,
    body: &BodyView,
) -> Result<Vec<AttendanceRow>, ReviewError> {
    Ok(standing(row, body, store::attendance(db, &row.id).await?))
}

fn standing(row: &MeetingRow, body: &BodyView, known: Vec<AttendanceRow>) -> Vec<AttendanceRow> {
    match MeetingState::of_name(&row.state) {
        MeetingState::Planned => expected(body, &known),
        _ => known,
    }
}

/// Topics without anything to say are left out, once there is a pack to know it from.
fn agenda_of(topics: &[AgendaTopic], said: Option<&[&'static str]>) -> Vec<AgendaRow> {
    let is_wanted = |topic: &&AgendaTopic| {
        matches!(topic.section.as_str(), "" | "follow_up" | "other")
            || said.is_none_or(|said| said.contains(&topic.section.as_str()))
    };
    topics
        .iter()
        .filter(is_wanted)
        .map(|topic| AgendaRow {
            section: topic.section.clone(),
            title: topic.title.clone(),
            notes: String::new(),
        })
        .collect()
}

fn bodies_unknown(id: &str) -> ReviewError {
    ReviewError::Unknown { what: "body", code: "body-not-found", id: id.to_owned() }
}

fn writable(principal: &Principal, unit: &str) -> Option<UnitId> {
    let scope = principal.scope(Permission::ReviewWrite).unwrap_or_else(Scope::none);
    unit.parse().ok().filter(|unit| scope.contains(*unit))
}

/// The meeting, while it may be written.
pub(super) async fn open(
    app: &App,
    principal: &Principal,
    id: &str,
) -> Result<(MeetingRow, BodyView, UnitId), ReviewError> {
    let (row, body) = readable(app, principal, id).await?;
    let unit = writable(principal, &body.unit_id).ok_or_else(|| unknown(id))?;
    match MeetingState::of_name(&row.state) {
        MeetingState::Planned | MeetingState::Held => Ok((row, body, unit)),
        state => Err(ReviewError::Conflict {
            code: "meeting-final",
            message: format!("meeting {id} is {} and stays as it is", state.name()),
        }),
    }
}

/// Writes agenda, notes and minutes.
pub async fn minutes_set(
    app: &App,
    principal: &Principal,
    id: &str,
    version: i64,
    agenda: &[AgendaItem],
    minutes: &str,
) -> Result<(), ReviewError> {
    let (mut row, _, unit) = open(app, principal, id).await?;
    let topics: Vec<AgendaTopic> = agenda
        .iter()
        .map(|item| AgendaTopic { section: item.section.clone(), title: item.title.clone() })
        .collect();
    bodies::topics_checked(&topics)?;
    let texts = agenda.iter().map(|item| item.notes.as_str()).chain([minutes]);
    if texts.map(|text| text.chars().count()).any(|length| length > LONGEST_TEXT) {
        return Err(invalid("minutes", format!("at most {LONGEST_TEXT} characters")));
    }
    row.minutes = minutes.to_owned();
    row.version = version;
    let rows: Vec<AgendaRow> = agenda
        .iter()
        .map(|item| AgendaRow {
            section: item.section.clone(),
            title: item.title.trim().to_owned(),
            notes: item.notes.clone(),
        })
        .collect();
    let mut tx = app.db.begin().await?;
    if !store::change(&mut tx, &row).await? {
        return Err(overtaken(id));
    }
    store::agenda_put(&mut tx, id, &rows).await?;
    let event = AuditEvent::new(&principal.actor, "meeting.minutes", "meeting", id).unit(unit);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// Says who came.
pub async fn attendance_set(
    app: &App,
    principal: &Principal,
    id: &str,
    marks: &[(String, Attendance)],
) -> Result<(), ReviewError> {
    let (row, body, unit) = open(app, principal, id).await?;
    let mut tx = app.db.begin().await?;
    if !store::hold(&mut tx, &row).await? {
        return Err(overtaken(id));
    }
    let attendance = standing(&row, &body, store::attendance_tx(&mut tx, id).await?);
    store::attendance_put(&mut tx, id, &attendance).await?;
    for (person, state) in marks {
        if !store::attendance_set(&mut tx, id, person, state.name()).await? {
            return Err(invalid("person_id", format!("{person} is not expected at meeting {id}")));
        }
    }
    let after: Vec<_> =
        marks.iter().map(|(person, state)| json!({ "person_id": person, "state": state })).collect();
    let event =
        AuditEvent::new(&principal.actor, "meeting.attendance", "meeting", id).unit(unit).after(&after);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// Opens, closes or cancels a meeting. To close it, somebody has said of every member whether they came.
pub async fn meeting_state(
    app: &App,
    principal: &Principal,
    id: &str,
    version: i64,
    next: MeetingState,
    reason: &str,
) -> Result<(), ReviewError> {
    let (mut row, body, unit) = open(app, principal, id).await?;
    let attendance = attendance_of(&app.db, &row, &body).await?;
    let state = MeetingState::of_name(&row.state);
    let refused = |message: String| ReviewError::Conflict { code: "meeting-state", message };
    if !state.may_become(next) {
        return Err(refused(format!("meeting {id} is {} and cannot become {}", state.name(), next.name())));
    }
    if next == MeetingState::Closed {
        let open = attendance.iter().filter(|row| row.state == Attendance::Expected.name()).count();
        if open > 0 {
            return Err(refused(format!("meeting {id}: nobody said whether {open} of its members came")));
        }
        row.closed_at = Some(app.now().as_micros());
        row.closed_by = Some(principal.actor.display_name().to_owned());
    }
    if next == MeetingState::Planned && row.decisions > 0 {
        return Err(refused(format!("meeting {id} has decided already")));
    }
    let reason = reason.trim();
    if next == MeetingState::Cancelled && reason.is_empty() || reason.chars().count() > LONGEST_DECISION {
        return Err(invalid("reason", format!("say why, in at most {LONGEST_DECISION} characters")));
    }
    let before = row.clone();
    row.state = next.name().to_owned();
    row.reason = reason.to_owned();
    row.version = version;
    let mut tx = app.db.begin().await?;
    if !store::change(&mut tx, &row).await? {
        return Err(overtaken(id));
    }
    if next == MeetingState::Held && state == MeetingState::Planned {
        let known = store::attendance_tx(&mut tx, id).await?;
        store::attendance_put(&mut tx, id, &standing(&before, &body, known)).await?;
    }
    let event = AuditEvent::new(&principal.actor, "meeting.state", "meeting", id)
        .unit(unit)
        .before(&json!({ "state": before.state }))
        .after(&json!({ "state": row.state }))
        .reason(reason);
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// Records what a meeting that is held decided.
pub async fn decision_add(
    app: &App,
    principal: &Principal,
    meeting_id: &str,
    new: &NewDecision,
) -> Result<DecisionView, ReviewError> {
    let (row, body, unit) = open(app, principal, meeting_id).await?;
    if MeetingState::of_name(&row.state) != MeetingState::Held {
        return Err(ReviewError::Conflict {
            code: "meeting-not-held",
            message: format!("meeting {meeting_id} is not being held: open it first"),
        });
    }
    let text = new.text.trim();
    if text.is_empty() || [text, &new.reason].iter().any(|text| text.chars().count() > LONGEST_DECISION) {
        return Err(invalid("text", format!("wants 1 to {LONGEST_DECISION} characters")));
    }
    if new.figure.chars().count() > 100 {
        return Err(invalid("figure", "at most 100 characters"));
    }
    let topics = store::agenda(&app.db, meeting_id).await?.len() as i64;
    if new.agenda.is_some_and(|number| !(1..=topics).contains(&number)) {
        return Err(invalid("agenda", format!("the agenda has topics 1 to {topics}")));
    }
    if let Some(replaced) = &new.replaces_id {
        let decision = store::decision(&app.db, replaced).await?;
        let meeting = match &decision {
            Some(decision) => store::get(&app.db, &decision.meeting_id).await?,
            None => None,
        };
        if meeting.is_none_or(|meeting| meeting.body_id != body.id) {
            return Err(invalid("replaces_id", format!("{replaced} is no decision of this body")));
        }
    }
    let decision = DecisionRow {
        id: app.ids.uuid7(app.now()).to_string(),
        meeting_id: meeting_id.to_owned(),
        number: 0,
        agenda: new.agenda,
        text: text.to_owned(),
        reason: new.reason.trim().to_owned(),
        figure: new.figure.clone(),
        replaces_id: new.replaces_id.clone(),
        replaced_by_id: None,
        decided_at: app.now().as_micros(),
        recorded_by: principal.actor.display_name().to_owned(),
    };
    let mut tx = app.db.begin().await?;
    if !store::hold(&mut tx, &row).await? {
        return Err(overtaken(meeting_id));
    }
    if !store::decision_add(&mut tx, &decision).await? {
        return Err(ReviewError::Conflict {
            code: "decision-replaced",
            message: "that decision was replaced meanwhile, or another was recorded at the same time"
                .to_owned(),
        });
    }
    let event = AuditEvent::new(&principal.actor, "decision.record", "decision", &decision.id)
        .unit(unit)
        .after(&json!({ "meeting": meeting_id, "text": decision.text, "replaces": decision.replaces_id }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    let id = &decision.id;
    let stored = store::decision(&app.db, id).await?;
    stored.map(decision_view).ok_or_else(|| decision_unknown(id))
}

fn decision_unknown(id: &str) -> ReviewError {
    ReviewError::Unknown { what: "decision", code: "decision-not-found", id: id.to_owned() }
}

/// A decision, for whoever may read its meeting.
pub async fn decision_get(app: &App, principal: &Principal, id: &str) -> Result<DecisionView, ReviewError> {
    let decision = store::decision(&app.db, id).await?.ok_or_else(|| decision_unknown(id))?;
    let readable = readable(app, principal, &decision.meeting_id).await;
    readable.map_err(|error| match error {
        ReviewError::Unknown { .. } => decision_unknown(id),
        other => other,
    })?;
    Ok(decision_view(decision))
}

/// The unit whose body took a decision.
pub(crate) async fn decision_unit(db: &Db, id: &str) -> Result<Option<UnitId>, ReviewError> {
    let unit = store::decision_unit(db, id).await?;
    Ok(unit.and_then(|unit| unit.parse().ok()))
}
