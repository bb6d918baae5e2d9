// SPDX-License-Identifier: Apache-2.0
//! `hinomi admin setting`: the same settings as the pages', with the same checks and the same audit trail.

use std::process::ExitCode;

use hinomi_platform::settings::{self, SettingSpec, StoredSetting, Values};
use serde_json::Value;

use crate::config::Settings;
use crate::console::{Format, Table, note, put};
use crate::failure::Told;
use crate::wiring;

#[derive(Debug, clap::Subcommand)]
pub(super) enum SettingVerb {
    /// Every setting with its value and what values it takes
    #[command(after_help = "Example:\n  hinomi admin setting list --format json")]
    List {
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Print a setting's value
    #[command(after_help = "Example:\n  hinomi admin setting get asset-stale-days")]
    Get { name: String },
    /// Change a setting; counts at once, also in a server that runs
    #[command(after_help = "Example:\n  hinomi admin setting set feed-old-hours 24")]
    Set { name: String, value: String },
}

pub(super) async fn run(settings: &Settings, verb: &SettingVerb) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    match verb {
        SettingVerb::List { format } => {
            let mut table = Table::new(&["name", "value", "default", "values", "changed_at", "changed_by"]);
            for (spec, stored) in settings::list(&app).await.told()? {
                table.row(row(&spec, stored));
            }
            table.print(*format)?;
        }
        SettingVerb::Get { name } => {
            put(&shown(&settings::get(&app, name).await.told()?.json()))?;
        }
        SettingVerb::Set { name, value } => {
            let before = settings::get(&app, name).await.told()?.json();
            let value = read(settings::spec(&app, name).told()?, value);
            settings::put(&app, &wiring::console().actor, name, &value, None).await.told()?;
            note(&format!("{name}: {} \u{2192} {}", shown(&before), shown(&value)));
        }
    }
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn row(spec: &SettingSpec, stored: StoredSetting) -> Vec<String> {
    let values = match spec.values {
        Values::Whole { unit, least, most } => format!("{least} to {most} {}", unit.as_str()),
        Values::Choice { words } => words.join(", "),
    };
    let changed_at = if stored.version > 0 { stored.changed_at.to_string() } else { String::new() };
    vec![
        spec.name.to_owned(),
        shown(&stored.json()),
        shown(&spec.default),
        values,
        changed_at,
        stored.changed_by,
    ]
}

/// A word without its quotes.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number where one is wanted; whether it fits is for the check that everybody passes.
fn read(spec: &SettingSpec, text: &str) -> Value {
    let number = match spec.values {
        Values::Whole { .. } => text.parse::<i64>().ok(),
        Values::Choice { .. } => None,
    };
    number.map_or_else(|| text.into(), Value::from)
}
