// SPDX-License-Identifier: Apache-2.0
//! `hinomi admin`: what only somebody on the server may do.

mod setting;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use hinomi_core::PersonId;
use hinomi_db::Engine;
use hinomi_platform::accounts::{self, NewAccount};
use hinomi_platform::{App, audit, sign_in};
use serde_json::json;

use crate::config::Settings;
use crate::console::{note, put};
use crate::failure::{Failure, Told};
use crate::pipeline::Pipeline;
use crate::wiring;

/// Migrate, back up, restore, make accounts, verify
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi admin backup /backup/hinomi-$(date +%F).db")]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make the database or bring its schema up to date
    #[command(after_help = "Example:\n  hinomi admin migrate --data /var/lib/hinomi")]
    Migrate,
    /// Copy the SQLite database to a new file while work goes on
    #[command(after_help = "Example:\n  hinomi admin backup /backup/monday.db")]
    Backup { file: PathBuf },
    /// Put a backup in the place of the database; no other process may have it open
    #[command(after_help = "Example:\n  hinomi admin restore /backup/monday.db\n\n\
        The present database is kept beside it as hinomi.db.before-restore.")]
    Restore { file: PathBuf },
    /// Give a person of the organisation an account
    #[command(after_help = "Example:\n  hinomi admin create-user hanako.sato@hoshimine.example --locale ja")]
    CreateUser {
        /// The address under which the organisation knows the person
        email: String,
        /// Language of the pages: en or ja [default: the setting default-locale]
        #[arg(long)]
        locale: Option<String>,
    },
    /// Print a link that signs a person in once
    #[command(after_help = "Example:\n  hinomi admin sign-in-link hanako.sato@hoshimine.example --minutes 5")]
    SignInLink {
        email: String,
        /// How long it is good for [default: 15]
        #[arg(long)]
        minutes: Option<u64>,
        /// The address that people use [default: public_url of the configuration, else http://127.0.0.1:8080]
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// The audit trail
    #[command(subcommand)]
    Audit(AuditVerb),
    /// What the company decides: list, get, set
    #[command(subcommand)]
    Setting(setting::SettingVerb),
    /// Match what changed and settle tickets now
    #[command(after_help = "Example:\n  hinomi admin reconcile --full")]
    Reconcile {
        /// Everything again, not only what changed; ends in the same state
        #[arg(long)]
        full: bool,
    },
}

#[derive(Debug, clap::Subcommand)]
enum AuditVerb {
    /// Check the chain of hashes; status 1 when it is broken
    #[command(after_help = "Example:\n  hinomi admin audit verify")]
    Verify,
}

pub(crate) async fn run(settings: &Settings, args: &AdminArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::Migrate => migrate(settings).await,
        Verb::Backup { file } => {
            let app = wiring::open_existing(settings).await?;
            app.db.backup_to(file).await.told()?;
            note(&format!("backup written to {}", file.display()));
            Ok(ExitCode::SUCCESS)
        }
        Verb::Restore { file } => {
            settings.make_folder()?;
            hinomi_db::restore(file, &settings.database).await.told()?;
            // Opening it brings an older schema up to date and shows at once whether it can be read.
            wiring::open(settings).await?.db.close().await;
            note(&format!("restored from {}", file.display()));
            Ok(ExitCode::SUCCESS)
        }
        Verb::CreateUser { email, locale } => {
            let app = wiring::open_existing(settings).await?;
            let locale = match locale {
                Some(locale) => locale.as_str(),
                None => hinomi_platform::settings::DEFAULT_LOCALE.read(&app.db).await.told()?,
            };
            let person = create_account(&app, email, locale).await?;
            put(&json!({ "person_id": person, "email": email }).to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::SignInLink { email, minutes, url } => {
            let app = wiring::open_existing(settings).await?;
            let lifetime = minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
            let base = url.clone().or_else(|| settings.platform.public_url.clone());
            let base = base.unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
            put(&sign_in_link(&app, email, lifetime, &base).await?)?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Audit(AuditVerb::Verify) => verify(settings).await,
        Verb::Setting(verb) => setting::run(settings, verb).await,
        Verb::Reconcile { full } => {
            let app = wiring::open_existing(settings).await?;
            let outcome = Pipeline::default().reconcile(&app.db, app.now(), *full).await?;
            put(&serde_json::to_string(&outcome)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn migrate(settings: &Settings) -> anyhow::Result<ExitCode> {
    settings.make_folder()?;
    let db = hinomi_db::Db::open(&settings.database, &hinomi_db::DbOptions::default()).await.told()?;
    let applied = hinomi_db::migrate::run(&db, wiring::MIGRATIONS).await.told()?;
    let engine = db.engine();
    db.close().await;
    for id in &applied {
        put(id)?;
    }
    let name = if engine == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
    note(&format!("{} migrations applied to {name} database {}", applied.len(), settings.database));
    Ok(ExitCode::SUCCESS)
}

async fn verify(settings: &Settings) -> anyhow::Result<ExitCode> {
    let app = wiring::open_existing(settings).await?;
    // A command that ended before the server's sealer ran has left its events open.
    audit::seal(&app).await.told()?;
    let verdict = audit::verify(&app.db, app.now()).await.told()?;
    let (at, cause) = match &verdict.broken {
        Some((at, cause)) => (Some(at), Some(cause)),
        None => (None, None),
    };
    put(&json!({ "sound": verdict.is_sound(), "sealed": verdict.sealed, "unsealed": verdict.unsealed,
        "head": verdict.head, "broken_at": at, "broken_how": cause })
    .to_string())?;
    Ok(if verdict.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The account of the organisation's person with this address; made when there is none yet.
pub(crate) async fn create_account(app: &App, email: &str, locale: &str) -> anyhow::Result<PersonId> {
    let console = wiring::console();
    let person = hinomi_org::person_by_email(&app.db, email).await.told()?.ok_or_else(|| {
        Failure::new(format!("nobody in the organisation has the address {email:?}"))
            .hint("import people first: hinomi org import people FILE")
    })?;
    let new = NewAccount {
        person_id: person.id,
        email: email.to_owned(),
        name: person.name.clone(),
        locale: locale.to_owned(),
    };
    let mut tx = app.db.begin().await.told()?;
    accounts::create(&mut tx, app, &console.actor, new).await.told()?;
    tx.commit().await.told()?;
    Ok(person.id)
}

/// A link that signs the account's person in once.
pub(crate) async fn sign_in_link(
    app: &App,
    email: &str,
    lifetime: Option<Duration>,
    base: &str,
) -> anyhow::Result<String> {
    let account = accounts::by_email(&app.db, email).await.told()?.ok_or_else(|| {
        Failure::new(format!("no account has the address {email:?}"))
            .hint(format!("make one: hinomi admin create-user {email}"))
    })?;
    let console = wiring::console();
    let token = sign_in::create_link(app, &console.actor, account.person_id, lifetime).await.told()?;
    Ok(format!("{}/sign-in/link#{token}", base.trim_end_matches('/')))
}
