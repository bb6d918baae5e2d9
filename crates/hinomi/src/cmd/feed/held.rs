// SPDX-License-Identifier: Apache-2.0
//! `hinomi feed held | accept | refuse`: what the guard keeps from counting until somebody has looked.

use std::process::ExitCode;
use std::time::Duration;

use hinomi_advisories::held::{self, Decision};
use hinomi_core::Time;

use crate::config::Settings;
use crate::console::{Format, Table, note};
use crate::failure::Told;
use crate::pipeline::Pipeline;
use crate::wiring;

const PAGE: i64 = 1_000;

/// Decide about records that are held back
#[derive(Debug, clap::Args)]
pub(crate) struct DecideArgs {
    /// Numbers as `hinomi feed held` shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
    /// Everything of the same feed that is held for the same reason, too
    #[arg(long)]
    alike: bool,
}

pub(super) async fn list(settings: &Settings, format: Format) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let mut table = Table::new(&["id", "feed", "record", "reason", "detail", "held_at"]);
    let mut after = 0;
    loop {
        let rows = held::held_list(&app.db, None, after, PAGE).await.told()?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows {
            let held_at = Time::from_micros(row.held_at).to_string();
            table.row(vec![row.id.to_string(), row.feed, row.advisory_id, row.reason, row.detail, held_at]);
        }
    }
    table.print(format)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn decide(
    settings: &Settings,
    args: &DecideArgs,
    decision: Decision,
) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let console = wiring::console();
    let mut count = 0;
    for id in &args.ids {
        let what = (decision, args.alike);
        count += held::held_decide(&app, &console.actor, *id, what, Duration::MAX).await.told()?;
    }
    note(&format!("{count} decided"));
    if decision == Decision::Accept {
        Pipeline::default().reconcile(&app.db, app.now(), false).await?;
    }
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}
