// SPDX-License-Identifier: Apache-2.0
//! Real SBOMs of container images, through the service that `hinomi inventory import` uses.

use std::ops::ControlFlow;
use std::time::Instant;

use hinomi_archive::Limits;
use hinomi_assets::import::{Document, ImportRequest, inventory_import};
use hinomi_inventory::Session;

use super::{Bench, against, memory, seconds, tell};
use crate::failure::Told;
use crate::pipeline::Pipeline;
use crate::wiring;

const SBOMS: usize = 300;
/// The archive lists the images' documents by the tool that made them; taking them evenly takes some of each.
const IN_ARCHIVE: usize = 863;

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    let app = bench.app().await?;
    bench.load_records(&app).await?;
    let pipeline = Pipeline::default();
    pipeline.reconcile(&app.db, app.now(), false).await?;
    bench.progress("records loaded");
    let path = bench.real("sboms.tar.zst")?;
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Document>(4);
    let console = wiring::console();
    let act = wiring::act(&app, &console.actor);
    super::made::organisation(&act).await?;
    let started = Instant::now();
    let reader = tokio::task::spawn_blocking(move || {
        let (mut left, mut passed) = (SBOMS, 0);
        hinomi_archive::walk(&path, &Limits::default(), &mut |entry| {
            if !entry.path.contains("container-images-spdx") {
                return ControlFlow::Continue(());
            }
            passed += 1;
            if passed * SBOMS / IN_ARCHIVE == (passed - 1) * SBOMS / IN_ARCHIVE {
                return ControlFlow::Continue(());
            }
            let Ok(bytes) = entry.bytes.map(|bytes| bytes.into_owned()) else {
                return ControlFlow::Continue(());
            };
            let Ok(inventory) = hinomi_inventory_formats::read(&bytes, &entry.path) else {
                return ControlFlow::Continue(());
            };
            if inventory.components.is_empty() {
                return ControlFlow::Continue(());
            }
            left -= 1;
            let sent = sender.blocking_send(Document { path: entry.path, bytes, inventory });
            if sent.is_err() || left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    });
    let mut session = Session::default();
    let (mut count, mut components, mut bytes) = (0usize, 0usize, 0usize);
    while let Some(document) = receiver.recv().await {
        count += 1;
        bytes += document.bytes.len();
        let request = ImportRequest { asset: Some(format!("image-{count:03}")), ..ImportRequest::default() };
        components += inventory_import(&mut session, &act, &document, &request).await.told()?.components;
    }
    reader.await??;
    let import = seconds(started);
    tell("real SBOMs imported (reading the archive included)", import, "s")?;
    tell("SBOMs", count as f64, "")?;
    tell("bytes of SBOMs", bytes as f64 / 1e6, "MB")?;
    tell("components carried", components as f64, "")?;
    tell("SBOMs a second", count as f64 / import, "/s")?;
    let started = Instant::now();
    let outcome = pipeline.reconcile(&app.db, app.now(), false).await?;
    let first = seconds(started);
    tell("distinct components matched", outcome.components as f64, "")?;
    tell("matches found", outcome.matches_began as f64, "")?;
    tell("tickets opened", outcome.tickets_opened as f64, "")?;
    tell("matched and tickets settled", first, "s")?;
    let started = Instant::now();
    pipeline.reconcile(&app.db, app.now(), false).await?;
    against("the same again, nothing changed", seconds(started), "s", ("first time", first))?;
    app.db.close().await;
    tell("database file", bench.size()? / 1e6, "MB")?;
    tell("peak resident memory", memory("VmHWM:"), "MB")
}
