// SPDX-License-Identifier: Apache-2.0
//! Measures each closed month that has no value yet. Takes no input and may run any number of times.

use std::collections::HashSet;

use hinomi_core::{Actor, Time};
use hinomi_platform::App;
use hinomi_platform::days::GroupDays;

use super::service::{known, measure_cell, subject};
use crate::ReviewError;
use crate::measures;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ProgrammesKept {
    pub measured: usize,
}

pub async fn programmes_keep(app: &App) -> Result<ProgrammesKept, ReviewError> {
    let actor = Actor::Machine { name: "programmes" };
    let now = app.now();
    let days = GroupDays::load(&app.db).await?;
    let mut kept = ProgrammesKept::default();
    for one in known(&app.db).await?.iter().filter(|one| one.row.ended_at.is_none()) {
        let months = measures::closed_months(&app.db, Time::from_micros(one.row.created_at)).await?;
        for region in &one.regions {
            for step in &one.steps {
                let taken =
                    measures::all_of(&app.db, &[subject(one.row.id, step.no, &region.unit_id)]).await?;
                let known: HashSet<&str> = taken.iter().filter_map(|row| row.month.as_deref()).collect();
                for month in months.iter().filter(|month| !known.contains(month.to_string().as_str())) {
                    let as_of = month.last_instant(&days);
                    let parts = (one, step, region);
                    let is_new = measure_cell(app, &actor, parts, (as_of, now), Some(*month)).await?;
                    kept.measured += usize::from(is_new);
                }
            }
        }
    }
    Ok(kept)
}
