// SPDX-License-Identifier: Apache-2.0
//! Directives in the ledger of what is owed: each unit addressed owes it, until a measurement reaches the target.

use std::collections::HashSet;

use hinomi_core::{Actor, Scope, Time};
use hinomi_obligations::Calendar;
use hinomi_obligations::ledger::{self, Deadline, NewObligation, ObligationFilter};
use hinomi_platform::App;

use super::service::known;
use crate::ReviewError;

/// The kind of their obligations.
const DIRECTIVE: &str = "directive";

/// Brings the ledger up to date; returns how many entries were made or ended. May run any number of times.
pub(crate) async fn directives_owed(app: &App) -> Result<usize, ReviewError> {
    let there: HashSet<String> =
        ledger::due_of_kind(&app.db, DIRECTIVE, Time::EPOCH).await?.into_keys().collect();
    let filter = ObligationFilter { kind: Some(DIRECTIVE.to_owned()), open: true, ..Default::default() };
    let open: HashSet<String> = ledger::list(&app.db, &Scope::all(), &filter, 100_000)
        .await?
        .into_iter()
        .map(|one| one.subject)
        .collect();
    let actor = Actor::Machine { name: "directives" };
    let mut changed = 0;
    for one in known(&app.db).await? {
        let (title, href) =
            (format!("D-{} {}", one.row.id, one.row.title), format!("/directives/{}", one.row.id));
        let mut tx = app.db.begin().await?;
        for unit in &one.units {
            let subject = format!("{}/{}", one.row.id, unit.unit_id);
            let is_new = !there.contains(&subject);
            if is_new {
                let new = NewObligation {
                    kind: DIRECTIVE,
                    subject: &subject,
                    unit: unit.unit_id,
                    person: one.row.responsible_id.as_ref().and_then(|id| id.parse().ok()),
                    title: &title,
                    href: &href,
                    start: Time::from_micros(one.row.issued_at),
                    deadline: Deadline::At(Time::from_micros(one.row.due_at)),
                };
                ledger::owe(&mut tx, app, &new, &Calendar::weekdays()).await?;
                changed += 1;
            }
            if !is_new && !open.contains(&subject) {
                continue;
            }
            let closed_at = Time::from_micros(one.row.closed_at.unwrap_or(one.row.issued_at));
            match one.row.state.as_str() {
                "reached" => {
                    ledger::fulfil(&mut tx, DIRECTIVE, &subject, closed_at, "measurement").await?;
                    changed += 1;
                }
                "withdrawn" => {
                    ledger::withdraw(&mut tx, app, &actor, (DIRECTIVE, &subject), "withdrawn").await?;
                    changed += 1;
                }
                _ => {}
            }
        }
        tx.commit().await?;
    }
    Ok(changed)
}
