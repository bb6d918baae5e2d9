// SPDX-License-Identifier: Apache-2.0
//! `hinomi enrolment`: tokens with which hosts of a unit send their own inventory.

use std::process::ExitCode;

use hinomi_assets::enrolment::{NewToken, host_revoke, hosts_list, token_create, token_revoke, tokens_list};
use hinomi_core::Scope;
use serde_json::json;

use crate::config::Settings;
use crate::console::{Format, Table, day, put};
use crate::failure::{Failure, Told};
use crate::wiring;

/// Make, list and revoke tokens with which hosts send their own inventory
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi enrolment create servers --unit D1\n  \
    hinomi inventory collect --push https://hinomi.example --token hinomi-enrol-…")]
pub(crate) struct EnrolmentArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a token; its secret is printed this once
    #[command(after_help = "Example:\n  hinomi enrolment create servers --unit D1 --system portal --days 30")]
    Create {
        /// For people
        name: String,
        /// Code of the unit whose hosts use it
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// Code of the system that new hosts belong to; without one, the unit's own system of discovered assets
        #[arg(long, value_name = "CODE")]
        system: Option<String>,
        /// Valid for so many days; without it, until it is revoked
        #[arg(long, value_name = "N")]
        days: Option<i64>,
    },
    /// List tokens
    #[command(after_help = "Example:\n  hinomi enrolment list --format json")]
    List {
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// List the hosts that came by a token
    #[command(after_help = "Example:\n  hinomi enrolment hosts 0199…")]
    Hosts {
        /// Id of the token
        id: String,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Revoke a token, with --hosts every host that came by it too, or one host
    #[command(after_help = "Example:\n  hinomi enrolment revoke 0199… --reason 'token leaked'")]
    Revoke {
        /// Id of the token, or with --host of the host
        id: String,
        /// The id is a host's
        #[arg(long, conflicts_with = "hosts")]
        host: bool,
        /// The hosts that came by the token may not write any more either; each must be enrolled anew
        #[arg(long)]
        hosts: bool,
        /// Why, for the audit trail
        #[arg(long, default_value = "")]
        reason: String,
    },
}

pub(crate) async fn run(settings: &Settings, args: &EnrolmentArgs) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    let console = wiring::console();
    let act = wiring::act(&app, &console.actor);
    match &args.verb {
        Verb::Create { name, unit, system, days } => {
            let found = hinomi_org::unit_by_code(&app.db, unit, app.now()).await.told()?;
            let unit = found.ok_or_else(|| Failure::new(format!("unit {unit} does not exist")))?;
            let system = match system {
                Some(code) => {
                    Some(hinomi_assets::system_by_code(&app.db, &Scope::all(), code).await.told()?.id)
                }
                None => None,
            };
            let expires_at = days.map(|days| app.now().plus_days(days));
            let new = NewToken { name: name.clone(), unit, system, expires_at };
            let (token, secret) = token_create(&act, new).await.told()?;
            put(&json!({ "id": token.id, "name": token.name, "secret": secret }).to_string())?;
        }
        Verb::List { format } => {
            let mut table = Table::new(&["id", "name", "unit", "created", "expires", "revoked"]);
            for token in tokens_list(&app, &Scope::all()).await.told()? {
                table.row(vec![
                    token.id,
                    token.name,
                    token.unit_id.to_string(),
                    day(token.created_at),
                    token.expires_at.map(day).unwrap_or_default(),
                    token.revoked_at.map(day).unwrap_or_default(),
                ]);
            }
            table.print(*format)?;
        }
        Verb::Hosts { id, format } => {
            let mut table = Table::new(&["id", "host", "asset", "enrolled", "pushed", "revoked"]);
            for host in hosts_list(&app, &Scope::all(), id).await.told()? {
                table.row(vec![
                    host.id,
                    host.host_key,
                    host.asset_id.map(|id| id.to_string()).unwrap_or_default(),
                    day(host.enrolled_at),
                    host.pushed_at.map(day).unwrap_or_default(),
                    host.revoked_at.map(day).unwrap_or_default(),
                ]);
            }
            table.print(*format)?;
        }
        Verb::Revoke { id, host, hosts, reason } => {
            let act = act.because(reason.as_str());
            match host {
                true => host_revoke(&act, id).await.told()?,
                false => token_revoke(&act, id, *hosts).await.told()?,
            }
        }
    }
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}
