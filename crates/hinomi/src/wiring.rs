// SPDX-License-Identifier: Apache-2.0
//! Where the parts meet: migrations of every domain, their routes, and the application over one database.

use std::sync::Arc;

use hinomi_core::{Actor, Clock, Principal, RandomIds, Scope, SystemClock};
use hinomi_db::{Db, DbOptions, Migration, migrate};
use hinomi_org::{Act, SeatGrants};
use hinomi_platform::App;
use hinomi_platform::estate::Estate;
use hinomi_platform::settings::SettingSpec;
use hinomi_risk::RiskState;
use hinomi_web::OpenApiRouter;

use crate::config::Settings;
use crate::failure::{Failure, Told};

/// Every domain's migrations.
pub(crate) const MIGRATIONS: &[&[Migration]] = &[
    hinomi_platform::MIGRATIONS,
    hinomi_obligations::MIGRATIONS,
    hinomi_org::MIGRATIONS,
    hinomi_assets::MIGRATIONS,
    hinomi_inventory::MIGRATIONS,
    hinomi_advisories::MIGRATIONS,
    hinomi_findings::MIGRATIONS,
    hinomi_tickets::MIGRATIONS,
    hinomi_maturity::MIGRATIONS,
    hinomi_review::MIGRATIONS,
];

/// Every domain's routes; the platform's own are added by the HTTP kit. What is kept in memory of what is open and carried is
/// the one of the whole process.
pub(crate) fn routes(risk: &RiskState) -> Vec<OpenApiRouter<App>> {
    vec![
        hinomi_org::api(),
        hinomi_assets::api(),
        hinomi_advisories::api::api(),
        hinomi_tickets::api::api(risk.open_tickets().clone()),
        hinomi_risk::api::api(risk.clone()),
        hinomi_maturity::api(),
        hinomi_review::api(),
    ]
}

/// What a company decides in each domain; the platform's own are registered with the application.
pub(crate) fn domain_settings() -> Vec<SettingSpec> {
    [
        hinomi_assets::settings::settings(),
        hinomi_advisories::settings(),
        hinomi_obligations::settings::settings(),
        hinomi_maturity::settings(),
        hinomi_review::settings(),
    ]
    .concat()
}

/// What the domains keep for units: it passes on when a unit ends.
pub(crate) fn estates() -> Vec<Arc<dyn Estate>> {
    vec![Arc::new(hinomi_assets::AssetEstate), Arc::new(hinomi_review::ReviewEstate)]
}

/// Opens the database, makes it when there is none, and brings its schema up to date.
pub(crate) async fn open(settings: &Settings) -> anyhow::Result<App> {
    settings.make_folder()?;
    start(settings, &DbOptions::default(), Arc::new(SystemClock)).await
}

/// As [`open`], but a database must exist: a command that only reads must not make one.
pub(crate) async fn open_existing(settings: &Settings) -> anyhow::Result<App> {
    if let Some(path) = settings.database.sqlite_path()
        && !path.exists()
    {
        let failure = Failure::new(format!("{}: there is no database", path.display()));
        return Err(failure
            .hint("name its folder with --data, or make one with `hinomi admin migrate`")
            .into());
    }
    open(settings).await
}

/// With a clock of the caller's choice.
pub(crate) async fn start(
    settings: &Settings,
    options: &DbOptions,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<App> {
    let db = Db::open(&settings.database, options).await.told()?;
    migrate::run(&db, MIGRATIONS).await.told()?;
    let grants = Arc::new(SeatGrants::new(db.clone()));
    let app = App::with(db, settings.platform.clone(), grants, clock, Arc::new(RandomIds));
    Ok(app.with_settings(domain_settings()).with_estates(estates()))
}

/// Who acts when a command runs on the server itself.
pub(crate) fn console() -> Principal {
    let user = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    Principal::console(user.unwrap_or_else(|| "console".to_owned()))
}

/// The console may change everything.
pub(crate) fn act<'a>(app: &'a App, actor: &'a Actor) -> Act<'a> {
    Act::new(app, actor, Scope::all())
}
