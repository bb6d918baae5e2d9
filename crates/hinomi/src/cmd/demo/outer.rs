// SPDX-License-Identifier: Apache-2.0
//! What management's decisions became in the demo: two directives with their course, a programme region by region, and
//! whatever the hazard rule finds.

use std::sync::Arc;

use hinomi_core::{Actor, ManualClock, Scope, Time, UnitId};
use hinomi_maturity::model::Month;
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;
use hinomi_review::{
    Addressed, Kind, Measure, NewDirective, NewProgramme, NewRegion, NewStep, ReviewError, directive_issue,
    outer_keep, programme_start,
};

use crate::failure::Told;

const ACTOR: Actor = Actor::Machine { name: "demo" };

fn measure(kind: Kind) -> Measure {
    Measure {
        kind,
        criticalities: Vec::new(),
        package: None,
        internet: false,
        vulnerability: None,
        axis: None,
        indicator: None,
    }
}

/// After the packs were made: the clock goes back to the meetings' days and comes to today again.
pub(super) async fn seed(app: &App, clock: &Arc<ManualClock>, today: Time) -> anyhow::Result<()> {
    let tree = hinomi_org::tree_at(&app.db, today).await.told()?;
    let Some(root) = tree.root().map(|root| root.id) else { return Ok(()) };
    let regions: Vec<UnitId> = tree.children(root).map(|node| node.id).collect();
    let group = vec![Addressed { unit_id: root, subtree: true }];
    let days = GroupDays::load(&app.db).await?;
    let decided = Month::of(today, &days).plus(-2).start(&days).plus_days(8);
    clock.set(decided);
    let due = |days: i64| today.plus_days(days).day().to_string();
    let exploited = NewDirective {
        title: "No known-exploited gap stays open / 悪用確認済みの脆弱性を残さない".to_owned(),
        text: "Update, or take it off the network, and let the next inventory show it. / \
               更新するか、ネットワークから外し、次の構成情報で示すこと。"
            .to_owned(),
        decision_id: None,
        units: group.clone(),
        responsible_id: None,
        measure: measure(Kind::KnownExploited),
        target: 0.0,
        due_on: due(20),
        calendar: Some("jp".to_owned()),
    };
    issue(app, &exploited).await?;
    let overdue = NewDirective {
        title: "Fewer than ten overdue tickets / 期限超過を 10 件未満に".to_owned(),
        text: String::new(),
        measure: measure(Kind::OverdueTickets),
        target: 9.0,
        due_on: due(-5),
        ..exploited
    };
    issue(app, &overdue).await?;
    let programme = NewProgramme {
        name: "A fresh inventory of every asset".to_owned(),
        name_ja: "全資産の最新の構成情報".to_owned(),
        text: "Japan first, then every region. / 日本から始め、全地域へ。".to_owned(),
        fiscal_year: i32::from(today.day().year()),
        steps: vec![
            NewStep {
                name: "Lists not older than 30 days".to_owned(),
                name_ja: "30 日以内の一覧".to_owned(),
                measure: measure(Kind::FreshInventories),
                target: 95.0,
            },
            NewStep {
                name: "Every required seat is held".to_owned(),
                name_ja: "必要な役職がすべて在任".to_owned(),
                measure: measure(Kind::VacantSeats),
                target: 0.0,
            },
        ],
        regions: (0..)
            .zip(&regions)
            .map(|(at, unit)| NewRegion { unit_id: *unit, planned_on: due(at * 40 - 20) })
            .collect(),
    };
    programme_start(app, &ACTOR, &Scope::all(), &programme).await.told()?;
    clock.set(today);
    outer_keep(app).await.told()?;
    Ok(())
}

/// A company that meets the target already needs no directive.
async fn issue(app: &App, new: &NewDirective) -> anyhow::Result<()> {
    match directive_issue(app, &ACTOR, &Scope::all(), new).await {
        Ok(_) | Err(ReviewError::Invalid { field: "target" | "due_on", .. }) => Ok(()),
        Err(error) => Err(error).told(),
    }
}
