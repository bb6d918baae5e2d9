// SPDX-License-Identifier: Apache-2.0
//! Settings that people change while the server runs: JSON values under known names, with their history.

use hinomi_core::{Actor, DomainError, ErrorKind, FieldError, Time};
use hinomi_db::{Db, DbError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::App;
use crate::audit::{self, AuditEvent};
use crate::store::setting as store;

/// A setting that exists: its name, its value before anyone changed it, and what values it takes.
#[derive(Debug, Clone)]
pub struct SettingSpec {
    pub name: &'static str,
    pub default: serde_json::Value,
    pub check: fn(&serde_json::Value) -> Result<(), String>,
}

impl SettingSpec {
    /// A setting that takes whatever `T` can be read from.
    pub fn of<T: DeserializeOwned + Serialize + Default>(name: &'static str) -> Self {
        Self {
            name,
            default: serde_json::to_value(T::default()).unwrap_or_default(),
            check: |value| T::deserialize(value).map(|_| ()).map_err(|error| error.to_string()),
        }
    }
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

fn spec<'a>(app: &'a App, name: &str) -> Result<&'a SettingSpec, SettingError> {
    app.settings.iter().find(|spec| spec.name == name).ok_or_else(|| SettingError::Unknown(name.to_owned()))
}

/// The value now, as JSON.
pub async fn get(app: &App, name: &str) -> Result<StoredSetting, SettingError> {
    let spec = spec(app, name)?;
    Ok(store::get(&app.db, name).await?.unwrap_or_else(|| StoredSetting {
        name: name.to_owned(),
        value: spec.default.to_string(),
        version: 0,
        changed_at: Time::EPOCH,
        changed_by: String::new(),
    }))
}

/// The value now, as what the owner reads it as; the default when what is stored no longer fits.
pub async fn read<T: DeserializeOwned + Default>(db: &Db, name: &str) -> Result<T, DbError> {
    let stored = store::get(db, name).await?;
    Ok(stored.and_then(|stored| serde_json::from_str(&stored.value).ok()).unwrap_or_default())
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
    (spec.check)(value).map_err(|cause| SettingError::Invalid { name: name.to_owned(), cause })?;
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
