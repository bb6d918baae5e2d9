// SPDX-License-Identifier: Apache-2.0
//! All real records into an empty database, and the same again: the second run must write no content.

use std::time::Instant;

use hinomi_db::values;
use hinomi_platform::App;

use super::{Bench, against, at_most, memory, seconds, tell};
use crate::failure::Told;

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    let app = bench.app().await?;
    let started = Instant::now();
    let first = bench.load_records(&app).await?;
    let first_seconds = seconds(started);
    tell("records read", first.read as f64, "")?;
    tell("documents refused", first.refused as f64, "")?;
    tell("load into an empty database", first_seconds, "s")?;
    tell("records a second", first.read as f64 / first_seconds, "/s")?;
    let before = rows_written(&app).await?;
    let started = Instant::now();
    let second = bench.load_records(&app).await?;
    against("the same again", seconds(started), "s", ("first load", first_seconds))?;
    let feed_rows = 2.0;
    at_most(
        "rows written by the same again (the feed's own row, at start and end)",
        (rows_written(&app).await? - before) as f64,
        "",
        feed_rows,
    )?;
    at_most("records added or changed by the same again", (second.added + second.changed) as f64, "", 0.0)?;
    app.db.close().await;
    tell("database file", bench.size()? / 1e6, "MB")?;
    tell("peak resident memory", memory("VmHWM:"), "MB")
}

/// Rows inserted, updated or deleted on the one connection that writes, by SQLite's own count.
async fn rows_written(app: &App) -> anyhow::Result<i64> {
    let mut tx = app.db.begin().await.told()?;
    let count = tx.scalar("SELECT total_changes()", values![]).await.told()?;
    tx.rollback().await.told()?;
    Ok(count)
}
