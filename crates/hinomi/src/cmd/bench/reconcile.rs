// SPDX-License-Identifier: Apache-2.0
//! A made-up company of assets as three sources see them, which agree in part: an agent, a CMDB and a scanner.
//!
//! As `hinomi inventory import` does it with three files: all are taken in, then they are reconciled once. Afterwards one
//! source changes a hundredth of its records, then says the same again.

use std::ops::Range;
use std::time::Instant;

use hinomi_assets::reconcile::{Origin, SourceRecord, SourceValue};
use hinomi_assets::{Act, Incoming, SourceName, assets_reconcile_timed, records_put};
use hinomi_core::{Actor, Scope};
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::org_import;
use hinomi_platform::App;

use super::{Bench, at_most, memory, seconds, tell};
use crate::failure::Told;
use crate::wiring;

const UNITS: &str = "code,kind,name,name_ja,parent_code,valid_from\nHQ,group,Head Office,本社,,2025-01-01\n";
/// Records handed over at once: what one file may bring.
const AT_ONCE: usize = 100_000;

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    let app = bench.app().await?;
    let console = wiring::console();
    let act = Act::new(&app, &console.actor, Scope::all());
    org_import(&act, SheetKind::Units, UNITS.as_bytes(), false).await.told()?;
    let count = bench.args.assets;
    let started = Instant::now();
    for source in [("agent", Origin::Agent), ("cmdb", Origin::Cmdb), ("scan", Origin::Scanner)] {
        take(bench, &app, &console.actor, source, 0..count).await?;
    }
    tell("records of three sources taken in", seconds(started), "s")?;
    reconcile(bench, &app, &console.actor, "of these: ").await?;
    at_most(&format!("{count} assets from three sources"), seconds(started), "s", 300.0)?;
    let assets: i64 =
        app.db.scalar("SELECT COUNT(*) FROM v_asset WHERE retired_at IS NULL", ()).await.told()?;
    tell("assets", assets as f64, "")?;
    anyhow::ensure!(assets == count as i64, "{assets} assets came of {count} hosts");
    at_most("peak memory", memory("VmHWM:"), "MB", 4_000.0)?;
    let again = Instant::now();
    take(bench, &app, &console.actor, ("scan", Origin::Scanner), 0..count).await?;
    reconcile(bench, &app, &console.actor, "").await?;
    tell("the same source again", seconds(again), "s")?;
    let later = Instant::now();
    take(bench, &app, &console.actor, ("cloud", Origin::Cloud), 0..count / 100).await?;
    reconcile(bench, &app, &console.actor, "").await?;
    tell("a fourth source that knows a hundredth of them", seconds(later), "s")?;
    app.db.close().await;
    tell("database", bench.size()? / 1e6, "MB")
}

async fn take(
    bench: &Bench<'_>,
    app: &App,
    actor: &Actor,
    (name, kind): (&str, Origin),
    of: Range<usize>,
) -> anyhow::Result<()> {
    let act = Act::new(app, actor, Scope::all());
    for from in of.clone().step_by(AT_ONCE) {
        let upto = (from + AT_ONCE).min(of.end);
        let incoming = (from..upto).map(|index| Incoming {
            key: index.to_string(),
            record: record(kind, index),
            observed_at: act.now,
        });
        records_put(&act, SourceName { name, kind }, incoming.collect()).await.told()?;
        bench.progress(&format!("{name}: {upto} records"));
    }
    Ok(())
}

/// Reconciles what changed; where the time went is told when the figures have a name.
async fn reconcile(bench: &Bench<'_>, app: &App, actor: &Actor, named: &str) -> anyhow::Result<()> {
    let act = Act::new(app, actor, Scope::all());
    let (done, times) = assets_reconcile_timed(&act).await.told()?;
    bench.progress(&format!("{} records: {} created, {} changed", done.records, done.created, done.changed));
    let parts = [
        ("keys written in their order", times.keys),
        ("batches read", times.read),
        ("identified, beside", times.identify),
        ("assets written", times.write),
    ];
    for (part, time) in parts.iter().filter(|_| !named.is_empty()) {
        tell(&format!("{named}{part}"), time.as_secs_f64(), "s")?;
    }
    Ok(())
}

fn record(kind: Origin, index: usize) -> SourceRecord {
    let name = format!("srv-{index:07}");
    let mut record = SourceRecord { name: name.clone(), ..SourceRecord::default() };
    let identifiers = &mut record.identifiers;
    match kind {
        Origin::Agent => {
            identifiers.agent_ids.push(format!("glpi:{index}"));
            identifiers.serial = Some(format!("SN{index:08}"));
            identifiers.vendor = Some("Dell Inc.".to_owned());
            identifiers.macs.push(format!(
                "00:00:{:02x}:{:02x}:{:02x}:{:02x}",
                index >> 24,
                index >> 16 & 255,
                index >> 8 & 255,
                index & 255
            ));
            identifiers.hostnames.push(name);
            "Debian GNU/Linux 12 (bookworm)".clone_into(&mut record.os.name);
        }
        Origin::Cloud => {
            identifiers.cloud_id = Some(format!("aws:i-{index:017x}"));
            identifiers.fqdns.push(format!("{name}.corp.example"));
        }
        Origin::Cmdb => {
            identifiers.serial = Some(format!("sn{index:08}"));
            identifiers.vendor = Some("DELL".to_owned());
            identifiers.fqdns.push(format!("{name}.corp.example"));
            let owner = SourceValue { value: format!("team-{}", index % 50), origin: "owner".to_owned() };
            record.attributes.insert("owner".to_owned(), owner);
        }
        _ => {
            identifiers.fqdns.push(format!("{name}.corp.example"));
            identifiers.ips.push(format!("10.{}.{}.{}", index >> 16 & 255, index >> 8 & 255, index & 255));
        }
    }
    record
}
