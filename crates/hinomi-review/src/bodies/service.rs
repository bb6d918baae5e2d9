// SPDX-License-Identifier: Apache-2.0

use std::collections::{BTreeSet, HashMap};

use hinomi_core::{Actor, Permission, PersonId, Principal, Scope, SeatKind, Time, UnitId};
use hinomi_db::Db;
use hinomi_org::model::{Tree, UnitKind};
use hinomi_org::{SeatFilter, SeatPerson, SeatView};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::json;

use super::model::{
    AgendaTopic, BodyView, Cadence, FilledBy, Member, NewBody, NewPlace, PlaceView, SECTIONS,
};
use super::store::{self, BodyRow, PlaceRow};
use crate::error::ReviewError;

const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 4_000;
const MOST_PLACES: usize = 100;
const MOST_TOPICS: usize = 40;

/// Everybody who may sit somewhere, read once.
struct House {
    tree: Tree,
    seats: Vec<SeatView>,
    people: HashMap<String, Member>,
}

impl House {
    async fn at(db: &Db, places: &[PlaceRow], now: Time) -> Result<Self, ReviewError> {
        let named: Vec<String> = places.iter().filter_map(|place| place.person_id.clone()).collect();
        let people = store::people(db, &named, now).await?.into_iter().map(|row| {
            let member =
                Member { person_id: row.id.clone(), name: row.name, name_ja: row.name_native, deputy: false };
            (row.id, member)
        });
        Ok(Self {
            tree: hinomi_org::tree_at(db, now).await?,
            seats: hinomi_org::seats_list(db, &Scope::all(), &SeatFilter::default(), now).await?,
            people: people.collect(),
        })
    }

    fn members(&self, place: &PlaceRow) -> Vec<Member> {
        let unit: Option<UnitId> = place.unit_id.as_deref().and_then(|id| id.parse().ok());
        let kind: Option<SeatKind> = place.seat_kind.as_deref().and_then(|kind| kind.parse().ok());
        match FilledBy::of_name(&place.filled_by) {
            FilledBy::Person => {
                place.person_id.iter().filter_map(|id| self.people.get(id)).cloned().collect()
            }
            FilledBy::Seat => {
                let seats = self.seats.iter();
                let held = seats.filter(|seat| Some(seat.unit_id) == unit && Some(seat.kind) == kind);
                held.flat_map(seated).collect()
            }
            FilledBy::SeatsBelow => {
                let below: BTreeSet<UnitId> = unit
                    .map(|unit| self.tree.subtree_nodes(unit))
                    .unwrap_or_default()
                    .iter()
                    .filter(|node| place.unit_kind.as_deref().is_none_or(|kind| kind == node.kind.name()))
                    .map(|node| node.id)
                    .filter(|id| Some(*id) != unit)
                    .collect();
                let seats = self.seats.iter();
                let held = seats.filter(|seat| below.contains(&seat.unit_id) && Some(seat.kind) == kind);
                held.flat_map(seated).collect()
            }
        }
    }
}

fn seated(seat: &SeatView) -> Vec<Member> {
    let member = |person: &SeatPerson, deputy| Member {
        person_id: person.id.to_string(),
        name: person.name.clone(),
        name_ja: person.name_native.clone(),
        deputy,
    };
    let holder = seat.holder.iter().map(|person| member(person, false));
    holder.chain(seat.deputy.iter().map(|person| member(person, true))).collect()
}

/// Every body with whoever sits in it now.
async fn all(db: &Db, now: Time) -> Result<Vec<(BodyRow, BodyView)>, ReviewError> {
    let places = store::places(db, now).await?;
    let house = House::at(db, &places, now).await?;
    let bodies = store::list(db).await?;
    Ok(bodies
        .into_iter()
        .map(|body| {
            let own = places.iter().filter(|place| place.body_id == body.id);
            let view = view(&body, own.map(|place| place_view(place, &house)).collect());
            (body, view)
        })
        .collect())
}

fn place_view(place: &PlaceRow, house: &House) -> PlaceView {
    PlaceView {
        role: place.role.clone(),
        chair: place.chair,
        filled_by: FilledBy::of_name(&place.filled_by),
        unit_id: place.unit_id.clone(),
        seat_kind: place.seat_kind.clone(),
        unit_kind: place.unit_kind.clone(),
        person_id: place.person_id.clone(),
        members: house.members(place),
    }
}

fn view(body: &BodyRow, places: Vec<PlaceView>) -> BodyView {
    BodyView {
        id: body.id.clone(),
        code: body.code.clone(),
        unit_id: body.unit_id.clone(),
        name: body.name.clone(),
        name_ja: body.name_ja.clone(),
        purpose: body.purpose.clone(),
        cadence: Cadence::of_name(&body.cadence),
        agenda: serde_json::from_str(&body.agenda).unwrap_or_default(),
        vacant: places.iter().filter(|place| place.members.iter().all(|member| member.deputy)).count(),
        places,
        shipped: body.shipped,
        created_at: Time::from_micros(body.created_at),
        closed_at: body.closed_at.map(Time::from_micros),
        version: body.version,
    }
}

fn sits(view: &BodyView, person: Option<PersonId>) -> bool {
    let Some(id) = person.map(|id| id.to_string()) else { return false };
    view.places.iter().flat_map(|place| &place.members).any(|member| member.person_id == id)
}

fn reads(principal: &Principal, view: &BodyView) -> bool {
    let scope = principal.scope(Permission::ReviewRead).unwrap_or_else(Scope::none);
    view.unit_id.parse().is_ok_and(|unit: UnitId| scope.contains(unit))
        || sits(view, principal.actor.person_id())
}

/// The bodies that somebody may read: those of units within their right, and those they sit in.
pub async fn body_list(app: &App, principal: &Principal) -> Result<Vec<BodyView>, ReviewError> {
    let bodies = all(&app.db, app.now()).await?;
    Ok(bodies.into_iter().map(|(_, view)| view).filter(|view| reads(principal, view)).collect())
}

pub async fn body_get(app: &App, principal: &Principal, id: &str) -> Result<BodyView, ReviewError> {
    let bodies = body_list(app, principal).await?;
    bodies.into_iter().find(|view| view.id == id).ok_or_else(|| unknown(id))
}

/// Whether somebody sits in a body of a unit, or may read what that unit's bodies read.
pub async fn body_readable(app: &App, principal: &Principal, unit: UnitId) -> Result<bool, ReviewError> {
    let scope = principal.scope(Permission::ReviewRead).unwrap_or_else(Scope::none);
    if scope.contains(unit) {
        return Ok(true);
    }
    let unit = unit.to_string();
    Ok(body_list(app, principal).await?.iter().any(|view| view.unit_id == unit))
}

/// Who sits in a body, the chair's place first, each person once.
pub(crate) fn members_of(body: &BodyView) -> Vec<(&PlaceView, &Member)> {
    let mut seen = BTreeSet::new();
    let chairs = body.places.iter().filter(|place| place.chair);
    let places = chairs.chain(body.places.iter().filter(|place| !place.chair));
    places
        .flat_map(|place| {
            // Where nobody holds the place, who stands in for it sits there.
            let is_held = place.members.iter().any(|member| !member.deputy);
            let seated = place.members.iter().filter(move |member| !is_held || !member.deputy);
            seated.map(move |member| (place, member))
        })
        .filter(|(_, member)| seen.insert(member.person_id.clone()))
        .collect()
}

pub(super) fn unknown(id: &str) -> ReviewError {
    ReviewError::Unknown { what: "body", code: "body-not-found", id: id.to_owned() }
}

fn invalid(field: &'static str, message: impl Into<String>) -> ReviewError {
    ReviewError::Invalid { field, message: message.into() }
}

/// Makes a body of one's own.
pub async fn body_create(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewBody,
) -> Result<String, ReviewError> {
    let now = app.now();
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let unit = within(&tree, scope, &new.unit_id)?;
    checked(&tree, new)?;
    places_within(app, scope, &new.places, &[]).await?;
    let id = app.ids.uuid7(now).to_string();
    let row = row_of(&id, new, now, false)?;
    let places = place_rows(app, &id, &new.places, now);
    let mut tx = app.db.begin().await?;
    if !store::add(&mut tx, &row).await? {
        let message = format!("there is a body {} already", new.code);
        return Err(ReviewError::Conflict { code: "body-exists", message });
    }
    store::places_put(&mut tx, &id, &places, now).await?;
    let event = AuditEvent::new(actor, "body.create", "body", &id).unit(unit).after(&json!(new));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes name, purpose, cadence, agenda and places; the unit and the code stay.
pub async fn body_change(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: &str,
    version: i64,
    new: &NewBody,
) -> Result<(), ReviewError> {
    let now = app.now();
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let before = writable(app, scope, id).await?;
    let unit = within(&tree, scope, &before.unit_id)?;
    if new.unit_id != before.unit_id || new.code != before.code {
        return Err(invalid("code", "a body keeps its code and its unit"));
    }
    checked(&tree, new)?;
    let known: Vec<PlaceRow> =
        store::places(&app.db, now).await?.into_iter().filter(|place| place.body_id == id).collect();
    places_within(app, scope, &new.places, &known).await?;
    let mut row = row_of(id, new, now, before.shipped)?;
    row.version = version;
    let places = place_rows(app, id, &new.places, now);
    let mut tx = app.db.begin().await?;
    if !store::change(&mut tx, &row).await? {
        let message = format!("body {} was changed meanwhile", before.code);
        return Err(ReviewError::Conflict { code: "body-changed", message });
    }
    store::places_put(&mut tx, id, &places, now).await?;
    let event = AuditEvent::new(actor, "body.change", "body", id).unit(unit).after(&json!(new));
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

/// It meets no more; its meetings stay.
pub(super) async fn body_close(app: &App, actor: &Actor, scope: &Scope, id: &str) -> Result<(), ReviewError> {
    let mut row = writable(app, scope, id).await?;
    if row.shipped || row.closed_at.is_some() {
        let message = format!("body {} came with Hinomi or is closed already", row.code);
        return Err(ReviewError::Conflict { code: "body-stays", message });
    }
    row.closed_at = Some(app.now().as_micros());
    let mut tx = app.db.begin().await?;
    if !store::change(&mut tx, &row).await? {
        let message = format!("body {} was changed meanwhile", row.code);
        return Err(ReviewError::Conflict { code: "body-changed", message });
    }
    let mut event = AuditEvent::new(actor, "body.close", "body", id);
    if let Ok(unit) = row.unit_id.parse() {
        event = event.unit(unit);
    }
    audit::append(&mut tx, app, event).await?;
    Ok(tx.commit().await?)
}

async fn writable(app: &App, scope: &Scope, id: &str) -> Result<BodyRow, ReviewError> {
    let row = store::get(&app.db, id).await?;
    let row = row.filter(|row| row.unit_id.parse().is_ok_and(|unit: UnitId| scope.contains(unit)));
    row.ok_or_else(|| unknown(id))
}

fn within(tree: &Tree, scope: &Scope, unit: &str) -> Result<UnitId, ReviewError> {
    let found = unit.parse().ok().filter(|id| tree.get(*id).is_some() && scope.contains(*id));
    found.ok_or_else(|| ReviewError::Unknown { what: "unit", code: "unit-not-found", id: unit.to_owned() })
}

fn checked(tree: &Tree, new: &NewBody) -> Result<(), ReviewError> {
    let is_code = |code: &str| {
        (1..=60).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if !is_code(&new.code) {
        return Err(invalid("code", "wants 1 to 60 of a to z, 0 to 9 and -"));
    }
    if new.name.trim().is_empty() || new.name.chars().count() > LONGEST_NAME {
        return Err(invalid("name", format!("wants 1 to {LONGEST_NAME} characters")));
    }
    if new.name_ja.chars().count() > LONGEST_NAME {
        return Err(invalid("name_ja", format!("at most {LONGEST_NAME} characters")));
    }
    if new.purpose.chars().count() > LONGEST_TEXT {
        return Err(invalid("purpose", format!("at most {LONGEST_TEXT} characters")));
    }
    topics_checked(&new.agenda)?;
    if new.places.is_empty() || new.places.len() > MOST_PLACES {
        return Err(invalid("places", format!("wants 1 to {MOST_PLACES} places")));
    }
    if new.places.iter().filter(|place| place.chair).count() != 1 {
        return Err(invalid("places", "one place is the chair's"));
    }
    new.places.iter().try_for_each(|place| place_checked(tree, place))
}

pub(crate) fn topics_checked(topics: &[AgendaTopic]) -> Result<(), ReviewError> {
    if topics.len() > MOST_TOPICS {
        return Err(invalid("agenda", format!("at most {MOST_TOPICS} topics")));
    }
    for topic in topics {
        let known = topic.section.is_empty() || SECTIONS.contains(&topic.section.as_str());
        let named = !topic.section.is_empty() || !topic.title.trim().is_empty();
        if !known || !named || topic.title.chars().count() > LONGEST_NAME {
            return Err(invalid("agenda", "each topic is a section of the pack or has a title"));
        }
    }
    Ok(())
}

fn place_checked(tree: &Tree, place: &NewPlace) -> Result<(), ReviewError> {
    if place.role.trim().is_empty() || place.role.chars().count() > 60 {
        return Err(invalid("places", "each place names a role of 1 to 60 characters"));
    }
    let unit = place.unit_id.as_deref().and_then(|id| id.parse::<UnitId>().ok());
    let has_unit = unit.is_some_and(|unit| tree.get(unit).is_some());
    let has_kind = place.seat_kind.as_deref().is_some_and(|kind| kind.parse::<SeatKind>().is_ok());
    let unit_kind = place.unit_kind.as_deref();
    let kind_fits = unit_kind.is_none_or(|kind| UnitKind::ALL.iter().any(|known| known.name() == kind));
    let person_fits = place.person_id.as_deref().is_none_or(|id| id.parse::<PersonId>().is_ok());
    let fits = match place.filled_by {
        FilledBy::Person => person_fits,
        FilledBy::Seat | FilledBy::SeatsBelow => has_unit && has_kind && kind_fits,
    };
    match fits {
        true => Ok(()),
        false => Err(invalid("places", format!("place {:?} names no unit, seat or person", place.role))),
    }
}

/// Whoever writes a body learns who sits in it: its places are of units and people that the writer sees. Those that somebody
/// else gave it stay.
async fn places_within(
    app: &App,
    scope: &Scope,
    places: &[NewPlace],
    known: &[PlaceRow],
) -> Result<(), ReviewError> {
    let is_known = |place: &NewPlace| {
        known.iter().any(|row| {
            row.filled_by == place.filled_by.name()
                && (&row.unit_id, &row.seat_kind, &row.unit_kind, &row.person_id)
                    == (&place.unit_id, &place.seat_kind, &place.unit_kind, &place.person_id)
        })
    };
    for place in places.iter().filter(|place| !scope.is_all() && !is_known(place)) {
        let fits = match (place.filled_by, place.person_id.as_deref(), place.unit_id.as_deref()) {
            (FilledBy::Person, Some(person), _) => {
                let person: Option<PersonId> = person.parse().ok();
                match person {
                    Some(id) => hinomi_org::person_get(&app.db, scope, id, app.now()).await.is_ok(),
                    None => false,
                }
            }
            (FilledBy::Person, None, _) => true,
            (_, _, unit) => unit.and_then(|id| id.parse().ok()).is_some_and(|unit| scope.contains(unit)),
        };
        if !fits {
            let message = format!("place {:?} is of a unit or a person that you do not see", place.role);
            return Err(invalid("places", message));
        }
    }
    Ok(())
}

pub(super) fn row_of(id: &str, new: &NewBody, now: Time, shipped: bool) -> Result<BodyRow, ReviewError> {
    let agenda = serde_json::to_string(&new.agenda).map_err(|error| invalid("agenda", error.to_string()))?;
    Ok(BodyRow {
        id: id.to_owned(),
        code: new.code.clone(),
        unit_id: new.unit_id.clone(),
        name: new.name.trim().to_owned(),
        name_ja: new.name_ja.trim().to_owned(),
        purpose: new.purpose.clone(),
        cadence: new.cadence.name().to_owned(),
        agenda,
        shipped,
        created_at: now.as_micros(),
        closed_at: None,
        version: 1,
    })
}

pub(super) fn place_rows(app: &App, body_id: &str, places: &[NewPlace], now: Time) -> Vec<PlaceRow> {
    let row = |(position, place): (i64, &NewPlace)| PlaceRow {
        id: app.ids.uuid7(now).to_string(),
        body_id: body_id.to_owned(),
        role: place.role.trim().to_owned(),
        chair: place.chair,
        filled_by: place.filled_by.name().to_owned(),
        unit_id: place.unit_id.clone(),
        seat_kind: place.seat_kind.clone(),
        unit_kind: place.unit_kind.clone(),
        person_id: place.person_id.clone(),
        position,
    };
    (0..).zip(places).map(row).collect()
}
