// SPDX-License-Identifier: Apache-2.0
//! Settings that people change while the server runs: what a company decides, each with its type, its bounds and
//! its history.
//!
//! ```text
//! constant of its owner (name, default, bounds) ─→ registered at wiring ─→ API and command line check, keep, audit
//!                       └─→ read where it is used, at each use: a change counts at once, in every process
//! ```

use std::time::Duration;

use hinomi_core::{Actor, DomainError, ErrorKind, FieldError, Time};
use hinomi_db::{Db, DbError};

use crate::audit::{self, AuditEvent};
use crate::store::setting as store;
use crate::{App, Config};

/// What a number counts: pages show it behind the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Percent,
    Components,
}

impl Unit {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Percent => "percent",
            Self::Components => "components",
        }
    }
}

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    Whole { unit: Unit, least: i64, most: i64 },
    Choice { words: &'static [&'static str] },
}

impl Values {
    fn check(self, value: &serde_json::Value) -> Result<(), String> {
        match self {
            Self::Whole { least, most, .. } => match value.as_i64() {
                Some(number) if (least..=most).contains(&number) => Ok(()),
                _ => Err(format!("must be a whole number from {least} to {most}")),
            },
            Self::Choice { words } => match value.as_str() {
                Some(word) if words.contains(&word) => Ok(()),
                _ => Err(format!("must be one of {}", words.join(", "))),
            },
        }
    }
}

/// A setting that exists: its name, its value before anyone changed it, and what values it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingSpec {
    pub name: &'static str,
    pub default: serde_json::Value,
    pub values: Values,
}

impl SettingSpec {
    /// The key of its name in the catalogues; with `-help` behind it that of its explanation.
    pub fn text_key(&self) -> String {
        format!("setting-{}", self.name)
    }
}

/// A whole number that a company decides. A domain declares one as a constant, registers its [`Whole::spec`] where
/// the binary wires everything, and reads it where it is used.
#[derive(Debug, Clone, Copy)]
pub struct Whole {
    pub name: &'static str,
    pub unit: Unit,
    pub default: i64,
    pub least: i64,
    pub most: i64,
}

impl Whole {
    pub fn spec(&self) -> SettingSpec {
        self.spec_from(self.default)
    }

    /// With another default: the configuration file's.
    pub fn spec_from(&self, default: i64) -> SettingSpec {
        let values = Values::Whole { unit: self.unit, least: self.least, most: self.most };
        SettingSpec { name: self.name, default: default.into(), values }
    }

    /// The value now.
    pub async fn read(&self, db: &Db) -> Result<i64, DbError> {
        Ok(self.changed(db).await?.unwrap_or(self.default))
    }

    /// The value that somebody set; `None` while nobody did, or when it no longer fits.
    pub async fn changed(&self, db: &Db) -> Result<Option<i64>, DbError> {
        let stored = store::get(db, self.name).await?.and_then(|stored| stored.json().as_i64());
        Ok(stored.filter(|value| (self.least..=self.most).contains(value)))
    }
}

/// One word out of a few.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    pub name: &'static str,
    pub default: &'static str,
    pub words: &'static [&'static str],
}

impl Choice {
    pub fn spec(&self) -> SettingSpec {
        let values = Values::Choice { words: self.words };
        SettingSpec { name: self.name, default: self.default.into(), values }
    }

    /// The value now.
    pub async fn read(&self, db: &Db) -> Result<&'static str, DbError> {
        let stored = store::get(db, self.name).await?.map(|stored| stored.json());
        let stored = stored.as_ref().and_then(serde_json::Value::as_str);
        Ok(self.words.iter().copied().find(|word| Some(*word) == stored).unwrap_or(self.default))
    }
}

/// The language of a new account until its person chooses another.
pub const DEFAULT_LOCALE: Choice =
    Choice { name: "default-locale", default: "en", words: crate::accounts::LOCALES };
/// A session that is not used for so long ends.
pub const SESSION_IDLE_HOURS: Whole =
    Whole { name: "session-idle-hours", unit: Unit::Hours, default: 12, least: 1, most: 720 };
/// A session ends so long after it began, used or not.
pub const SESSION_LONGEST_DAYS: Whole =
    Whole { name: "session-longest-days", unit: Unit::Days, default: 7, least: 1, most: 90 };
/// How long a one-time sign-in link is good for.
pub const LINK_MINUTES: Whole =
    Whole { name: "sign-in-link-minutes", unit: Unit::Minutes, default: 15, least: 1, most: 1_440 };

/// The platform's own settings; what the configuration file says is their default.
pub fn own(config: &Config) -> Vec<SettingSpec> {
    let whole = |duration: Duration, seconds: u64| {
        i64::try_from(duration.as_secs().div_ceil(seconds)).unwrap_or(i64::MAX)
    };
    vec![
        DEFAULT_LOCALE.spec(),
        crate::days::GROUP_ZONE.spec(),
        SESSION_IDLE_HOURS.spec_from(whole(config.session_idle, 3_600)),
        SESSION_LONGEST_DAYS.spec_from(whole(config.session_longest, 86_400)),
        LINK_MINUTES.spec_from(whole(config.link_lifetime, 60)),
    ]
}

/// How long sessions live now: idle, then at most.
pub(crate) async fn session_lifetimes(app: &App) -> Result<(Duration, Duration), DbError> {
    let idle = SESSION_IDLE_HOURS.changed(&app.db).await?;
    let longest = SESSION_LONGEST_DAYS.changed(&app.db).await?;
    Ok((
        idle.map_or(app.config.session_idle, |hours| seconds(hours, 3_600)),
        longest.map_or(app.config.session_longest, |days| seconds(days, 86_400)),
    ))
}

/// How long a new link is good for.
pub(crate) async fn link_lifetime(app: &App) -> Result<Duration, DbError> {
    let changed = LINK_MINUTES.changed(&app.db).await?;
    Ok(changed.map_or(app.config.link_lifetime, |minutes| seconds(minutes, 60)))
}

fn seconds(count: i64, each: u64) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or_default().saturating_mul(each))
}

/// A value with who set it. Version 0 is the default that nobody changed.
#[derive(Debug, Clone, PartialEq, Eq, hinomi_db::FromRow)]
pub struct StoredSetting {
    pub name: String,
    pub value: String,
    pub version: i64,
    pub changed_at: Time,
    pub changed_by: String,
}

impl StoredSetting {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.value).unwrap_or_default()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    #[error("no setting {0:?}")]
    Unknown(String),
    #[error("setting {name}: {cause}")]
    Invalid { name: String, cause: String },
    #[error("setting {name} is at version {actual} meanwhile, not {expected}")]
    Changed { name: String, expected: i64, actual: i64 },
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for SettingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown(_) => ErrorKind::NotFound,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Changed { .. } => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "setting-not-found",
            Self::Invalid { .. } => "setting-invalid",
            Self::Changed { .. } => "setting-changed",
            Self::Database(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::Changed { .. }).then(|| "load it again and repeat the change".to_owned())
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid { cause, .. } => vec![FieldError::new("/value", cause.clone())],
            _ => Vec::new(),
        }
    }
}

/// What is known of a setting.
pub fn spec<'a>(app: &'a App, name: &str) -> Result<&'a SettingSpec, SettingError> {
    app.settings.iter().find(|spec| spec.name == name).ok_or_else(|| SettingError::Unknown(name.to_owned()))
}

/// The value now, as JSON.
pub async fn get(app: &App, name: &str) -> Result<StoredSetting, SettingError> {
    current(app, spec(app, name)?).await
}

/// Every setting with its value now, in the order in which they were registered.
pub async fn list(app: &App) -> Result<Vec<(SettingSpec, StoredSetting)>, SettingError> {
    let mut found = Vec::with_capacity(app.settings.len());
    for spec in app.settings.iter() {
        found.push((spec.clone(), current(app, spec).await?));
    }
    Ok(found)
}

async fn current(app: &App, spec: &SettingSpec) -> Result<StoredSetting, SettingError> {
    Ok(store::get(&app.db, spec.name).await?.unwrap_or_else(|| StoredSetting {
        name: spec.name.to_owned(),
        value: spec.default.to_string(),
        version: 0,
        changed_at: Time::EPOCH,
        changed_by: String::new(),
    }))
}

/// Changes a value. With `expected`, only when nobody else did meanwhile. Returns the new version.
pub async fn put(
    app: &App,
    actor: &Actor,
    name: &str,
    value: &serde_json::Value,
    expected: Option<i64>,
) -> Result<i64, SettingError> {
    let spec = spec(app, name)?;
    spec.values.check(value).map_err(|cause| SettingError::Invalid { name: name.to_owned(), cause })?;
    let mut tx = app.db.begin().await?;
    let present = store::get_for_change(&mut tx, name).await?;
    let actual = present.as_ref().map_or(0, |present| present.version);
    if let Some(expected) = expected
        && expected != actual
    {
        return Err(SettingError::Changed { name: name.to_owned(), expected, actual });
    }
    let version = actual + 1;
    store::put(&mut tx, name, &value.to_string(), version, app.now(), actor.display_name()).await.map_err(
        |error| {
            if error.is_unique_violation() {
                SettingError::Changed { name: name.to_owned(), expected: actual, actual: version }
            } else {
                error.into()
            }
        },
    )?;
    let before = present.map_or_else(|| spec.default.clone(), |present| present.json());
    let event = AuditEvent::new(actor, "setting.change", "setting", name).before(&before).after(value);
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(version)
}

/// All values it ever had, the newest first.
pub async fn history(app: &App, name: &str) -> Result<Vec<StoredSetting>, SettingError> {
    spec(app, name)?;
    Ok(store::history(&app.db, name).await?)
}
