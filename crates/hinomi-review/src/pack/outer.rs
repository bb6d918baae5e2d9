// SPDX-License-Identifier: Apache-2.0
//! What a pack says of hazards, directives and programmes: asked of the modules that keep them.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_maturity::model::Month;
use hinomi_obligations::ledger::{self, Obligation, ObligationFilter};
use hinomi_org::model::Tree;
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;

use super::document::{PackDirective, PackHazard, PackProgramme, PackRegion, PackUnit};
use crate::error::ReviewError;
use crate::hazards::HazardSystem;
use crate::{directives, hazards, programmes};

pub(super) struct Outer {
    pub(super) hazards: Vec<PackHazard>,
    pub(super) directives: Vec<PackDirective>,
    pub(super) programmes: Vec<PackProgramme>,
}

/// Far more than one a week for each hazard that there was.
const MOST_REPORTS: u64 = 100_000;

/// As of the month's last instant, of a unit and everything below it. What the month's close still measures is measured
/// first.
pub(super) async fn outer(
    app: &App,
    tree: &Tree,
    unit: UnitId,
    (month, last): (Month, Time),
) -> Result<Outer, ReviewError> {
    directives::directives_keep(app).await?;
    programmes::programmes_keep(app).await?;
    let days = GroupDays::load(&app.db).await?;
    let scope = Scope::units(tree.subtree(unit));
    let unit_of = |id: UnitId| {
        let node = tree.get(id);
        PackUnit {
            id: id.to_string(),
            name: node.map_or_else(String::new, |node| node.name.clone()),
            name_ja: node.map_or_else(String::new, |node| node.name_ja.clone()),
        }
    };
    let filter = ObligationFilter { kind: Some("hazard-report".to_owned()), ..ObligationFilter::default() };
    let reports = ledger::list(&app.db, &Scope::all(), &filter, MOST_REPORTS).await?;
    // As it was then: the hazard itself says by when the next report is due now.
    let is_overdue = |hazard: &str| {
        let own = |one: &&Obligation| one.subject.split_once('/').is_some_and(|(id, _)| id == hazard);
        let mut own = reports.iter().filter(own);
        own.any(|one| one.due_at < last && one.done_at.is_none_or(|done| done > last))
    };
    let hazards = hazards::hazards_of(&app.db, &scope, last).await?.into_iter().map(|one| PackHazard {
        report_overdue: is_overdue(&one.id),
        id: one.id,
        title: one.name,
        unit: unit_of(one.unit_ids.first().and_then(|id| id.parse().ok()).unwrap_or(unit)),
        system: Some(names(&one.systems)).filter(|systems| !systems.is_empty()),
        lead: one.lead_name,
        since_on: Some(days.day_of(one.opened_at).to_string()),
        since: one.opened_at,
        state: one.state,
    });
    let directives = directives::directives_and_effect(&app.db, &scope, month).await?.into_iter();
    let directives = directives.map(|one| PackDirective {
        id: one.id,
        title: format!("{} {}", one.number, one.title),
        decision_id: one.decision_id,
        units: one.unit_ids.into_iter().map(unit_of).collect(),
        measure: one.measure,
        value_at_decision: one.before,
        value: one.now,
        target: Some(one.target),
        due: one.due_on,
        state: one.standing,
    });
    let programmes = programmes::programmes_of(&app.db, &scope, last).await?.into_iter();
    let programmes = programmes.map(|one| PackProgramme {
        id: one.id.to_string(),
        name: one.name,
        name_ja: one.name_ja,
        regions: one
            .regions
            .into_iter()
            .map(|(region, completion, planned)| PackRegion {
                unit: unit_of(region),
                completion,
                planned: Some(days.day_of(planned).to_string()),
            })
            .collect(),
    });
    Ok(Outer {
        hazards: hazards.collect(),
        directives: directives.collect(),
        programmes: programmes.collect(),
    })
}

fn names(systems: &[HazardSystem]) -> String {
    systems.iter().map(|system| system.name.as_str()).collect::<Vec<_>>().join(", ")
}
