// SPDX-License-Identifier: Apache-2.0
//! What a service is given: the database, the clock, randomness, the job queue, the configuration.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hinomi_core::{Clock, Grant, IdSource, PersonId, RandomIds, SeatKind, SystemClock, Time, UnitId};
use hinomi_db::{Db, DbError};

use crate::estate::Estate;
use crate::jobs::Jobs;
use crate::settings::SettingSpec;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a person's rights come from: the organisation's seats.
pub trait GrantSource: Send + Sync + 'static {
    /// The seats a person holds now, each with its unit's subtree.
    fn grants(&self, person: PersonId, now: Time) -> BoxFuture<'_, Result<Vec<Grant>, DbError>>;

    /// How pages show the person; `None` when the organisation does not know them.
    fn profile(&self, _person: PersonId, _now: Time) -> BoxFuture<'_, Result<Option<Profile>, DbError>> {
        Box::pin(async { Ok(None) })
    }
}

/// A person as the organisation knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub name_native: String,
    pub seats: Vec<SeatView>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatView {
    pub unit_id: UnitId,
    pub unit_name: String,
    pub kind: SeatKind,
}

/// Nobody holds a seat: everyone has their own profile only.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoGrants;

impl GrantSource for NoGrants {
    fn grants(&self, _person: PersonId, _now: Time) -> BoxFuture<'_, Result<Vec<Grant>, DbError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// What does not change while the process runs.
#[derive(Debug, Clone)]
pub struct Config {
    pub instance_name: String,
    pub version: String,
    /// A demo company: pages say so.
    pub demo: bool,
    /// The address people use, such as `https://hinomi.example`; https makes the cookie `Secure`.
    pub public_url: Option<String>,
    /// Take the client's address from `X-Forwarded-For`: only behind a proxy that sets it.
    pub trust_proxy: bool,
    pub session_idle: Duration,
    pub session_longest: Duration,
    pub link_lifetime: Duration,
    /// The largest request body, unless a route says otherwise.
    pub body_limit_bytes: usize,
    /// Somebody sends what is written: otherwise no mail is written down, or the first day with a server would send them all.
    pub mail: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            instance_name: "Hinomi".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo: false,
            public_url: None,
            trust_proxy: false,
            session_idle: Duration::from_secs(12 * 3_600),
            session_longest: Duration::from_secs(7 * 86_400),
            link_lifetime: Duration::from_secs(15 * 60),
            body_limit_bytes: 2 << 20,
            mail: true,
        }
    }
}

impl Config {
    pub fn secure_cookies(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// The running application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub jobs: Jobs,
    pub grants: Arc<dyn GrantSource>,
    pub config: Arc<Config>,
    pub settings: Arc<[SettingSpec]>,
    /// What the domains keep for units.
    pub estates: Arc<[Arc<dyn Estate>]>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("App")
            .field("db", &self.db)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl App {
    /// With the machine's clock and randomness.
    pub fn new(db: Db, config: Config, grants: Arc<dyn GrantSource>) -> Self {
        Self::with(db, config, grants, Arc::new(SystemClock), Arc::new(RandomIds))
    }

    pub fn with(
        db: Db,
        config: Config,
        grants: Arc<dyn GrantSource>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        let jobs = Jobs::new(clock.clone(), ids.clone());
        let settings = crate::settings::own(&config).into();
        let estates = Arc::from(Vec::new());
        Self { db, clock, ids, jobs, grants, config: Arc::new(config), settings, estates }
    }

    /// The domains' settings besides the platform's own.
    #[must_use]
    pub fn with_settings(mut self, settings: Vec<SettingSpec>) -> Self {
        self.settings = self.settings.iter().cloned().chain(settings).collect();
        self
    }

    /// The domains that keep things for units.
    #[must_use]
    pub fn with_estates(mut self, estates: Vec<Arc<dyn Estate>>) -> Self {
        self.estates = estates.into();
        self
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }
}
