// SPDX-License-Identifier: Apache-2.0
//! What the demo company measures itself by: targets, approved procedures, ratings by others, and each month a directive
//! to every region, so that the outer loop has something to be on time with.

use hinomi_core::{Actor, Scope, UnitId};
use hinomi_maturity::model::Month;
use hinomi_maturity::service::{NewApproval, NewRating, NewTarget, approval_add, rating_import, target_set};
use hinomi_platform::days::GroupDays;
use hinomi_review::{Addressed, Kind, Measure, NewDirective, ReviewError, directive_issue, directives_keep};

use super::seed::Seeder;
use crate::failure::Told;

/// Unit, axis, index, months from today; the month 0 is the next March.
const TARGETS: [(&str, &str, f64, i32); 7] = [
    ("hoshimine", "system", 60.0, -3),
    ("hoshimine", "system", 80.0, 0),
    ("hoshimine", "governance", 75.0, 0),
    ("japan", "system", 85.0, 0),
    ("americas", "governance", 65.0, 0),
    ("europe", "system", 70.0, 2),
    ("cloud-operations", "system", 90.0, 1),
];

/// Unit, axis, title. Asia Pacific's own is still being written: it has the group's.
const PROCEDURES: [(&str, &str, &str); 3] = [
    ("hoshimine", "system", "Vulnerability handling / 脆弱性対応手順"),
    ("hoshimine", "governance", "Rules of the risk committee / リスク委員会規程"),
    ("japan", "incident", "Incident handbook, Japan / インシデント対応手引（日本）"),
];

/// Unit, agency, ratings of the last quarters (the newest last), scale.
const RATINGS: [(&str, &str, [&str; 3], &str); 3] = [
    ("hoshimine", "Fuji Outside-In", ["640", "660", "690"], "250 – 900"),
    ("hoshimine", "Cyber Grade", ["C", "B", "B"], "A – F"),
    ("americas", "Cyber Grade", ["C", "C", "B"], "A – F"),
];

/// The regions of the company: each gets its own directives.
const REGIONS: [&str; 4] = ["japan", "americas", "europe", "apac"];

impl Seeder<'_> {
    /// Decided when the company begins to measure itself.
    pub(super) async fn yardstick(&self) -> anyhow::Result<()> {
        let (app, all) = (&self.app, Scope::all());
        let actor = self.chief().await?;
        let tree = hinomi_org::tree_at(&app.db, app.now()).await.told()?;
        let unit = |code: &str| tree.by_code(code).map(|node| node.id);
        let running = Month::of(self.today, &GroupDays::load(&app.db).await?);
        let march = (0..12).map(|later| running.plus(later)).find(|month| month.to_string().ends_with("-03"));
        for (code, axis, score, later) in TARGETS {
            let Some(unit_id) = unit(code) else { continue };
            let month = if later == 0 { march.unwrap_or(running) } else { running.plus(later) };
            let target = NewTarget {
                unit_id,
                axis: axis.to_owned(),
                score: Some(score),
                month: month.to_string(),
                reason: "Plan of the fiscal year / 年度計画".to_owned(),
            };
            target_set(app, &actor, &all, &target).await.told()?;
        }
        for (code, axis, title) in PROCEDURES {
            let Some(unit_id) = unit(code) else { continue };
            let approval = NewApproval {
                unit_id,
                axis: axis.to_owned(),
                title: title.to_owned(),
                link: "https://intra.hoshimine.example/rules".to_owned(),
                approved_on: app.now().day().to_string(),
                approved_by: actor.display_name().to_owned(),
                expires_on: Some(self.today.plus_days(400).day().to_string()),
            };
            approval_add(app, &actor, &all, &approval).await.told()?;
        }
        Ok(())
    }

    /// What agencies said in the last quarters, taken in today.
    pub(super) async fn ratings(&self) -> anyhow::Result<()> {
        let rating = |(unit, provider, values, scale): (&str, &str, [&'static str; 3], &str)| {
            let (unit, provider, scale) = (unit.to_owned(), provider.to_owned(), scale.to_owned());
            values.into_iter().enumerate().map(move |(at, value)| NewRating {
                unit: unit.clone(),
                provider: provider.clone(),
                rated_on: self.today.plus_days(at as i64 * 91 - 200).day().to_string(),
                value: value.to_owned(),
                scale: scale.clone(),
            })
        };
        let ratings: Vec<NewRating> = RATINGS.into_iter().flat_map(rating).collect();
        rating_import(&self.app, &self.chief().await?, &Scope::all(), &ratings).await.told()?;
        Ok(())
    }

    /// After a month's close: what earlier directives brought, and a new one to two of the regions, each in its turn.
    pub(super) async fn direct(&self, month: Month) -> anyhow::Result<()> {
        let app = &self.app;
        directives_keep(app).await.told()?;
        let tree = hinomi_org::tree_at(&app.db, app.now()).await.told()?;
        let actor = self.chief().await?;
        let turn: usize = month.to_string().bytes().map(usize::from).sum();
        for code in REGIONS.iter().cycle().skip(turn % REGIONS.len()).take(2) {
            let Some(node) = tree.by_code(code) else { continue };
            let directive = overdue(node.id, &node.name, &node.name_ja, month);
            match directive_issue(app, &actor, &Scope::all(), &directive).await {
                // A region that meets the target already needs no directive.
                Ok(_) | Err(ReviewError::Invalid { field: "target" | "due_on", .. }) => {}
                Err(error) => return Err(error).told(),
            }
        }
        Ok(())
    }

    pub(super) async fn chief(&self) -> anyhow::Result<Actor> {
        let Some(person) = self.staff.holder("hoshimine", "ciso") else {
            return Ok(Actor::Machine { name: "demo" });
        };
        let known = hinomi_org::person_by_code(&self.app.db, &person.code).await.told()?;
        Ok(known.map_or(Actor::Machine { name: "demo" }, |known| Actor::Person {
            id: known.id,
            name: person.name.clone(),
        }))
    }
}

/// To be shown by the figures of the next month's end, which are there when it is due.
fn overdue(unit_id: UnitId, name: &str, name_ja: &str, month: Month) -> NewDirective {
    NewDirective {
        title: format!("{name}: at most one overdue ticket / {name_ja}：期限超過は 1 件以下"),
        text: String::new(),
        decision_id: None,
        units: vec![Addressed { unit_id, subtree: true }],
        responsible_id: None,
        measure: Measure {
            kind: Kind::OverdueTickets,
            criticalities: Vec::new(),
            package: None,
            internet: false,
            vulnerability: None,
            axis: None,
            indicator: None,
        },
        target: 1.0,
        due_on: format!("{}-20", month.plus(2)),
        calendar: Some("jp".to_owned()),
    }
}
