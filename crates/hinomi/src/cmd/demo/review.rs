// SPDX-License-Identifier: Apache-2.0
//! Management's last months: packs, and what the bodies decided on them. Made after the replay, each on its day.

use std::sync::Arc;

use hinomi_core::{Actor, ManualClock, Principal, Scope, Time};
use hinomi_maturity::model::Month;
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;
use hinomi_review::bodies::{BodyView, NewBody, NewPlace, PlaceView, bodies_ensure, body_change, body_list};
use hinomi_review::meetings::{
    Attendance, MeetingState, NewDecision, NewMeeting, attendance_set, decision_add, meeting_create,
    meeting_get, meeting_state, minutes_set,
};
use hinomi_review::pack::pack_make;

use super::people::{Person, Staff};
use crate::failure::Told;

/// Places that are given by name, and the departments whose people have them.
const NAMED: [(&str, &str); 2] = [("crmo", "legal"), ("cqo", "quality")];
const PACKS: i32 = 6;
const MEETINGS: i32 = 3;

/// What the monthly meeting decided, the newest first; each demo company is spoken to in both languages.
const DECISIONS: [[&str; 2]; 3] = [
    [
        "Every region brings its overdue tickets below half by the end of next month. / 各地域は期限超過を来月末までに半減させる。",
        "What is known to be exploited is patched within a week, also where a release has to wait. / 悪用が確認されたものは 1 週間以内に修正する。",
    ],
    [
        "Hosts without an inventory get the agent this month. / インベントリのないホストには今月中にエージェントを入れる。",
        "The target of the system axis is raised to 80 for the year's end. / システム軸の年末目標を 80 に引き上げる。",
    ],
    [
        "Vacant seats of security managers are filled, or the head of the unit holds them. / 空席の管理者は任命し、それまでは部門長が兼ねる。",
        "End-of-life systems are listed with the day on which each goes. / サポート終了システムは廃止日とともに一覧にする。",
    ],
];

pub(super) async fn seed(
    app: &App,
    clock: &Arc<ManualClock>,
    today: Time,
    staff: &Staff,
) -> anyhow::Result<()> {
    let days = &GroupDays::load(&app.db).await?;
    let newest =
        (1..=2).map(|back| Month::of(today, days).plus(-back)).find(|month| month.closes_at(days) < today);
    let Some(newest) = newest else { return Ok(()) };
    let root = hinomi_org::tree_at(&app.db, today).await.told()?.root().map(|root| root.id);
    let Some(root) = root else { return Ok(()) };
    for back in (0..PACKS).rev() {
        let month = newest.plus(-back);
        clock.set(month.closes_at(days).plus_days(1));
        bodies_ensure(app).await.told()?;
        name_members(app, staff).await?;
        pack_make(app, root, month).await.told()?;
        if let (true, Some(texts)) =
            (back < MEETINGS, usize::try_from(back).ok().and_then(|at| DECISIONS.get(at)))
        {
            let held_at = month.closes_at(days).plus_days(6);
            let held = held_at.plus_days(1) < today;
            meet(app, clock, month, held_at, held.then_some(texts)).await?;
        }
    }
    clock.set(today);
    Ok(())
}

/// Who heads risk management and quality is named, so that both bodies meet in full: the last of a department, who holds no seat.
async fn name_members(app: &App, staff: &Staff) -> anyhow::Result<()> {
    let who = Principal::machine("demo");
    for body in body_list(app, &who).await.told()? {
        let mut places: Vec<NewPlace> = body.places.iter().map(place_of).collect();
        let mut is_changed = false;
        for place in places.iter_mut().filter(|place| place.person_id.is_none()) {
            let of = |person: &&Person, unit: &str| person.unit == unit;
            let named = NAMED.iter().find(|(role, _)| *role == place.role);
            let person = named.and_then(|(_, unit)| staff.people.iter().rfind(|person| of(person, unit)));
            let Some(person) = person else { continue };
            let record = hinomi_org::person_by_code(&app.db, &person.code).await.told()?;
            place.person_id = record.map(|record| record.id.to_string());
            is_changed = true;
        }
        if is_changed {
            let new = NewBody {
                code: body.code,
                unit_id: body.unit_id,
                name: body.name,
                name_ja: body.name_ja,
                purpose: body.purpose,
                cadence: body.cadence,
                agenda: body.agenda,
                places,
            };
            let actor = Actor::Machine { name: "demo" };
            body_change(app, &actor, &Scope::all(), &body.id, body.version, &new).await.told()?;
        }
    }
    Ok(())
}

fn place_of(place: &PlaceView) -> NewPlace {
    NewPlace {
        role: place.role.clone(),
        chair: place.chair,
        filled_by: place.filled_by,
        unit_id: place.unit_id.clone(),
        seat_kind: place.seat_kind.clone(),
        unit_kind: place.unit_kind.clone(),
        person_id: place.person_id.clone(),
    }
}

/// The monthly meeting of a month; without texts it is only planned.
async fn meet(
    app: &App,
    clock: &Arc<ManualClock>,
    month: Month,
    at: Time,
    texts: Option<&[&str; 2]>,
) -> anyhow::Result<()> {
    let who = Principal::machine("demo");
    let bodies: Vec<BodyView> = body_list(app, &who).await.told()?;
    let Some(body) = bodies.iter().find(|body| body.code == "monthly-quality-security") else {
        return Ok(());
    };
    // Ten in the morning where the group's days begin.
    let starts_at = Time::from_micros(at.as_micros() + 10 * 3_600_000_000);
    let new = NewMeeting {
        body_id: body.id.clone(),
        month: month.to_string(),
        starts_at,
        place: "Board room / 役員会議室".to_owned(),
    };
    let id = meeting_create(app, &who, &new).await.told()?;
    let Some(texts) = texts else { return Ok(()) };
    clock.set(starts_at);
    let version = async || Ok::<i64, anyhow::Error>(meeting_get(app, &who, &id).await.told()?.version);
    meeting_state(app, &who, &id, version().await?, MeetingState::Held, "").await.told()?;
    let meeting = meeting_get(app, &who, &id).await.told()?;
    let marks: Vec<(String, Attendance)> = meeting
        .attendance
        .iter()
        .enumerate()
        .map(|(index, one)| {
            let state = if index % 7 == 5 { Attendance::Represented } else { Attendance::Present };
            (one.person_id.clone(), state)
        })
        .collect();
    attendance_set(app, &who, &id, &marks).await.told()?;
    for text in texts {
        let decision = NewDecision {
            text: (*text).to_owned(),
            reason: String::new(),
            agenda: None,
            figure: String::new(),
            replaces_id: None,
        };
        decision_add(app, &who, &id, &decision).await.told()?;
    }
    minutes_set(app, &who, &id, meeting.version, &meeting.agenda, "").await.told()?;
    meeting_state(app, &who, &id, version().await?, MeetingState::Closed, "").await.told()?;
    Ok(())
}
