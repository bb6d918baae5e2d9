// SPDX-License-Identifier: Apache-2.0
//! Settings by name.

use axum::extract::State;
use hinomi_core::Time;
use hinomi_platform::App;
use hinomi_platform::settings::{self, SettingSpec, StoredSetting, Values};
use serde::{Deserialize, Serialize};

use super::Items;
use crate::{ApiResult, Json, Path, Require, perm};

/// A setting with its value and what values it takes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Setting {
    name: String,
    /// The key of its name in the catalogues; with `-help` behind it that of its explanation.
    text_key: String,
    /// A number or a word, as `values` says.
    #[schema(value_type = Object)]
    value: serde_json::Value,
    /// What counts while nobody changed it.
    #[schema(value_type = Object)]
    default: serde_json::Value,
    values: SettingValues,
    /// 0 while nobody changed it.
    version: i64,
    changed_at: Option<Time>,
    changed_by: Option<String>,
}

/// What values a setting takes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SettingValues {
    /// A whole number of `minutes`, `hours`, `days`, `percent` or `components`.
    Whole { unit: String, least: i64, most: i64 },
    /// One of the words.
    Choice { words: Vec<String> },
}

impl From<Values> for SettingValues {
    fn from(values: Values) -> Self {
        match values {
            Values::Whole { unit, least, most } => {
                Self::Whole { unit: unit.as_str().to_owned(), least, most }
            }
            Values::Choice { words } => {
                Self::Choice { words: words.iter().map(|word| (*word).to_owned()).collect() }
            }
        }
    }
}

impl Setting {
    fn new(spec: &SettingSpec, stored: StoredSetting) -> Self {
        let changed = stored.version > 0;
        Self {
            text_key: spec.text_key(),
            value: stored.json(),
            default: spec.default.clone(),
            values: spec.values.into(),
            name: stored.name,
            version: stored.version,
            changed_at: changed.then_some(stored.changed_at),
            changed_by: changed.then_some(stored.changed_by),
        }
    }

    async fn now(app: &App, name: &str) -> Result<Self, settings::SettingError> {
        Ok(Self::new(settings::spec(app, name)?, settings::get(app, name).await?))
    }
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct SettingChange {
    #[schema(value_type = Object)]
    value: serde_json::Value,
    /// Refuse when it is at another version meanwhile.
    #[serde(default)]
    version: Option<i64>,
}

/// Every setting.
#[utoipa::path(get, path = "/settings", tag = "settings", responses((status = 200, body = Items<Setting>)),
    extensions(("x-hinomi-permission" = json!("SettingsRead"))))]
pub(crate) async fn setting_list(
    State(app): State<App>,
    _reader: Require<perm::SettingsRead>,
) -> ApiResult<Items<Setting>> {
    let items = settings::list(&app).await?;
    let items = items.into_iter().map(|(spec, stored)| Setting::new(&spec, stored)).collect();
    Ok(Json(Items { items }))
}

/// A setting's value.
#[utoipa::path(get, path = "/settings/{name}", tag = "settings", params(("name" = String, Path)),
    responses((status = 200, body = Setting)),
    extensions(("x-hinomi-permission" = json!("SettingsRead"))))]
pub(crate) async fn setting_show(
    State(app): State<App>,
    _reader: Require<perm::SettingsRead>,
    Path(name): Path<String>,
) -> ApiResult<Setting> {
    Ok(Json(Setting::now(&app, &name).await?))
}

/// Change a setting.
#[utoipa::path(put, path = "/settings/{name}", tag = "settings", params(("name" = String, Path)),
    request_body = SettingChange, responses((status = 200, body = Setting)),
    extensions(("x-hinomi-permission" = json!("SettingsWrite"))))]
pub(crate) async fn setting_change(
    State(app): State<App>,
    writer: Require<perm::SettingsWrite>,
    Path(name): Path<String>,
    Json(body): Json<SettingChange>,
) -> ApiResult<Setting> {
    writer.everywhere()?;
    settings::put(&app, &writer.principal.actor, &name, &body.value, body.version).await?;
    Ok(Json(Setting::now(&app, &name).await?))
}

/// Every value the setting had, the newest first.
#[utoipa::path(get, path = "/settings/{name}/history", tag = "settings", params(("name" = String, Path)),
    responses((status = 200, body = Items<Setting>)),
    extensions(("x-hinomi-permission" = json!("SettingsRead"))))]
pub(crate) async fn setting_history(
    State(app): State<App>,
    _reader: Require<perm::SettingsRead>,
    Path(name): Path<String>,
) -> ApiResult<Items<Setting>> {
    let spec = settings::spec(&app, &name)?;
    let items = settings::history(&app, &name).await?;
    let items = items.into_iter().map(|stored| Setting::new(spec, stored)).collect();
    Ok(Json(Items { items }))
}
