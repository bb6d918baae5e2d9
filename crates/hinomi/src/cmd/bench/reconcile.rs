// SPDX-License-Identifier: Apache-2.0
//! A made-up company of assets as three sources see them, which agree in part: an agent, a CMDB and a scanner.

use std::time::Instant;

use hinomi_assets::reconcile::{Origin, SourceRecord, SourceValue};
use hinomi_assets::{Act, Incoming, SourceName, assets_reconcile, records_put};
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
    for (name, kind) in [("agent", Origin::Agent), ("cmdb", Origin::Cmdb), ("scan", Origin::Scanner)] {
        take(bench, &app, &console.actor, (name, kind), count).await?;
    }
    at_most(&format!("{count} assets from three sources"), seconds(started), "s", 300.0)?;
    let assets: i64 =
        app.db.scalar("SELECT COUNT(*) FROM v_asset WHERE retired_at IS NULL", ()).await.told()?;
    tell("assets", assets as f64, "")?;
    anyhow::ensure!(assets == count as i64, "{assets} assets came of {count} hosts");
    at_most("peak memory", memory("VmHWM:"), "MB", 4_000.0)?;
    let again = Instant::now();
    take(bench, &app, &console.actor, ("scan", Origin::Scanner), count).await?;
    tell("the same source again", seconds(again), "s")?;
    app.db.close().await;
    tell("database", bench.size()? / 1e6, "MB")
}

async fn take(
    bench: &Bench<'_>,
    app: &App,
    actor: &Actor,
    (name, kind): (&str, Origin),
    count: usize,
) -> anyhow::Result<()> {
    let act = Act::new(app, actor, Scope::all());
    for from in (0..count).step_by(AT_ONCE) {
        let upto = (from + AT_ONCE).min(count);
        let incoming = (from..upto).map(|index| Incoming {
            key: index.to_string(),
            record: record(kind, index),
            observed_at: act.now,
        });
        records_put(&act, SourceName { name, kind }, incoming.collect()).await.told()?;
        bench.progress(&format!("{name}: {upto} records"));
    }
    let done = assets_reconcile(&act).await.told()?;
    bench.progress(&format!("{name}: {} created, {} changed", done.created, done.changed));
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
