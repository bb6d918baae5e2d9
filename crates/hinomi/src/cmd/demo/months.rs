// SPDX-License-Identifier: Apache-2.0
//! The demo company's months: hosts report at each end, departments hand in their self-checks, months are closed, departments
//! name causes and set themselves something to do.

use std::collections::BTreeMap;

use anyhow::Context;
use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_inventory::Session;
use hinomi_maturity::model::Month;
use hinomi_org::model::UnitKind;
use hinomi_platform::days::{GROUP_ZONE, GroupDays};
use hinomi_review::ReviewError;
use hinomi_review::department::{self, Answer, AnswerWord, NewCause, NewImprovement};
use serde_json::json;

use super::host::Host;
use super::seed::{Seeder, lives, mixed};
use crate::failure::Told;

/// Where the group has its seat: its months are those of this zone.
const ZONE: &str = "Asia/Tokyo";
/// Calendars by the regions of the company.
const CALENDARS: [(&str, &str); 4] = [("japan", "jp"), ("americas", "us"), ("europe", "eu"), ("apac", "utc")];
/// So many of the newest months departments look after themselves; before, they had no Hinomi.
const MONTHS_OF_DEPARTMENTS: i64 = 5;
/// Of a hundred departments so many hand in late, and so many not at all.
const LATE_PERCENT: u64 = 12;
const NEVER_PERCENT: u64 = 6;

/// What a month brings, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Ends(Month),
    Closes(Month),
    HandsIn { month: Month, late: bool },
}

/// Everything after `from`, up to `until`.
fn turns(days: &GroupDays, from: Time, until: Time) -> Vec<(Time, Turn)> {
    let mut turns = Vec::new();
    let mut month = Month::of(from, days).plus(-1);
    while month.start(days) <= until {
        turns.push((month.end(days), Turn::Ends(month)));
        turns.push((month.closes_at(days), Turn::Closes(month)));
        turns.push((month.start(days).plus_days(7), Turn::HandsIn { month, late: false }));
        turns.push((month.start(days).plus_days(22), Turn::HandsIn { month, late: true }));
        month = month.plus(1);
    }
    turns.retain(|(at, _)| *at > from && *at <= until);
    turns.sort_unstable();
    turns
}

impl Seeder<'_> {
    /// Chosen once, when the company is founded.
    pub(super) async fn calendars(&self) -> anyhow::Result<()> {
        let tree = hinomi_org::tree_at(&self.app.db, self.app.now()).await.told()?;
        let chosen = json!(ZONE);
        let actor = Actor::Machine { name: "demo" };
        hinomi_platform::settings::put(&self.app, &actor, GROUP_ZONE.name, &chosen, None).await?;
        for (code, calendar) in CALENDARS {
            if let Some(unit) = tree.by_code(code) {
                let actor = Actor::Machine { name: "demo" };
                hinomi_obligations::calendar_set(&self.app, &actor, unit.id, Some(calendar)).await.told()?;
            }
        }
        Ok(())
    }

    /// What the months up to a day bring.
    pub(super) async fn turn_months(
        &self,
        session: &mut Session,
        hosts: &mut [Host<'_>],
        days_ago: i64,
    ) -> anyhow::Result<()> {
        let until = self.today.plus_days(-days_ago);
        let days = &GroupDays::load(&self.app.db).await?;
        let mindful = Month::of(self.today.plus_days(-30 * MONTHS_OF_DEPARTMENTS), days);
        for (at, turn) in turns(days, self.app.now(), until) {
            match turn {
                Turn::Ends(month) => {
                    let ends_days_ago = (self.today.since(month.end(days)).as_secs() / 86_400) as i64 + 1;
                    self.clock.set(Time::from_micros(at.as_micros() - 3_600_000_000));
                    for host in hosts.iter_mut().filter(|host| host.sent && lives(host, ends_days_ago)) {
                        self.report(session, host, self.app.now()).await?;
                    }
                    self.clock.set(at);
                    hinomi_maturity::maturity_keep(&self.app.db, at).await.told()?;
                    if month.plus(1) >= mindful {
                        department::departments_keep(&self.app).await.told()?;
                    }
                }
                Turn::Closes(month) => {
                    self.clock.set(at);
                    hinomi_maturity::maturity_keep(&self.app.db, at).await.told()?;
                    if month >= mindful {
                        department::departments_keep(&self.app).await.told()?;
                        self.departments_act(month).await?;
                        self.direct(month).await?;
                    }
                }
                Turn::HandsIn { month, late } if month >= mindful => {
                    self.clock.set(at);
                    self.hand_in(month, late).await?;
                }
                Turn::HandsIn { .. } => {}
            }
        }
        Ok(())
    }

    /// The office looks at two of three itself; one whose measure has moved needs nobody's word.
    async fn confirm(&self, improvement: &str) -> anyhow::Result<()> {
        if mixed(improvement).is_multiple_of(3) {
            return Ok(());
        }
        let chief = self.chief().await?;
        match department::improvement_confirm(&self.app, &chief, &Scope::all(), improvement).await {
            Ok(()) | Err(ReviewError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error).told(),
        }
    }

    /// The departments with whoever looks after their systems.
    async fn departments(&self) -> anyhow::Result<Vec<(String, UnitId, Actor)>> {
        let tree = hinomi_org::tree_at(&self.app.db, self.app.now()).await.told()?;
        let mut found = Vec::new();
        for node in tree.nodes().iter().filter(|node| node.kind == UnitKind::Department) {
            let Some(person) = self.staff.holder(&node.code, "system_security_manager") else { continue };
            let known = hinomi_org::person_by_code(&self.app.db, &person.code).await.told()?;
            let id = known.with_context(|| format!("no person {}", person.code))?.id;
            found.push((node.code.clone(), node.id, Actor::Person { id, name: person.name.clone() }));
        }
        Ok(found)
    }

    async fn hand_in(&self, month: Month, late: bool) -> anyhow::Result<()> {
        for (code, unit, actor) in self.departments().await? {
            let number = mixed(&format!("{code} {month}")) % 100;
            let is_late = number < NEVER_PERCENT + LATE_PERCENT;
            if number < NEVER_PERCENT || late != is_late {
                continue;
            }
            let now = self.app.now();
            let Ok(check) = department::check_get(&self.app.db, &Scope::all(), unit, month, now).await else {
                continue;
            };
            if check.handed_in_at.is_some() {
                continue;
            }
            let answer = |question: &str| {
                let (answer, text) = match mixed(&format!("{code} {month} {question}")) % 10 {
                    0 => (AnswerWord::Partly, "One team is still missing; it follows next month."),
                    1 => (AnswerWord::No, "Planned for the coming quarter."),
                    _ => (AnswerWord::Yes, "Gone through in the department's meeting; minutes on the share."),
                };
                Answer { answer, text: text.to_owned(), links: Vec::new() }
            };
            let answers: BTreeMap<String, Answer> =
                check.questions.iter().map(|one| (one.code.clone(), answer(&one.code))).collect();
            let new = department::NewAnswers { revision: check.revision, answers };
            department::check_hand_in(&self.app, &actor, &Scope::all(), &check.id, &new).await.told()?;
        }
        Ok(())
    }

    /// A third of the departments name a cause and open an improvement; who has one that is old ends it.
    async fn departments_act(&self, month: Month) -> anyhow::Result<()> {
        for (code, unit, actor) in self.departments().await? {
            let now = self.app.now();
            let view =
                department::department(&self.app.db, &Scope::all(), unit, Some(month), now).await.told()?;
            for one in view.improvements.iter().filter(|one| one.state == "running") {
                if one.due_at <= now.plus_days(20) {
                    let result = "The routine stands; the figure is watched on.";
                    department::improvement_close(&self.app, &actor, &Scope::all(), &one.id, "done", result)
                        .await
                        .told()?;
                    self.confirm(&one.id).await?;
                }
            }
            let number = mixed(&format!("{code} acts {month}"));
            let overdue = view.figures.iter().find(|one| one.figure == "tickets-overdue");
            let overdue = overdue.and_then(|one| one.value).unwrap_or(0.0);
            if !number.is_multiple_of(3) || overdue < 1.0 {
                continue;
            }
            let causes = ["capacity", "change", "supplier", "no-fix"];
            let cause: NewCause = serde_json::from_value(json!({
                "unit_id": unit, "month": month.to_string(), "figure": "tickets-overdue",
                "cause": causes[(number >> 4) as usize % causes.len()],
                "text": "Updates wait for the weekend after the month's close.", "responsible_id": actor.person_id(),
            }))?;
            department::cause_name(&self.app, &actor, &Scope::all(), &cause).await.told()?;
            let improvement: NewImprovement = serde_json::from_value(json!({
                "unit_id": unit, "month": month.to_string(), "title": "A fixed half day for updates each week",
                "measure": {"kind": "overdue_tickets"}, "target": (overdue / 2.0).floor(),
                "responsible_id": actor.person_id(), "due_on": now.plus_days(45).day().to_string(),
            }))?;
            department::improvement_open(&self.app, &actor, &Scope::all(), &improvement).await.told()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_that_ended_before_a_step_is_still_closed_in_the_next() {
        let time = |text: &str| text.parse::<Time>().unwrap();
        let october: Month = "2026-10".parse().unwrap();
        let days = &GroupDays::default();
        let first = turns(days, time("2026-10-26T00:00:00Z"), time("2026-11-02T00:00:00Z"));
        assert_eq!(
            first,
            [(october.end(days), Turn::Ends(october))],
            "it ends where it ends, not when it is closed"
        );
        let second = turns(days, time("2026-11-02T00:00:00Z"), time("2026-11-09T00:00:00Z"));
        let november = october.plus(1);
        assert_eq!(
            second.iter().map(|(_, turn)| *turn).collect::<Vec<_>>(),
            [Turn::Closes(october), Turn::HandsIn { month: november, late: false }]
        );
    }
}
