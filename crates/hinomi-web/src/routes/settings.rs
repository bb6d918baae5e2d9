// SPDX-License-Identifier: Apache-2.0
//! Settings by name.

use axum::extract::State;
use hinomi_core::Time;
use hinomi_platform::App;
use hinomi_platform::settings::{self, StoredSetting};
use serde::{Deserialize, Serialize};

use super::Items;
use crate::{ApiResult, Json, Path, Require, perm};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Setting {
    name: String,
    #[schema(value_type = Object)]
    value: serde_json::Value,
    /// 0 while nobody changed it.
    version: i64,
    changed_at: Option<Time>,
    changed_by: Option<String>,
}

impl From<StoredSetting> for Setting {
    fn from(stored: StoredSetting) -> Self {
        let changed = stored.version > 0;
        Self {
            value: stored.json(),
            name: stored.name,
            version: stored.version,
            changed_at: changed.then_some(stored.changed_at),
            changed_by: changed.then_some(stored.changed_by),
        }
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

/// A setting's value.
#[utoipa::path(get, path = "/settings/{name}", tag = "settings", params(("name" = String, Path)),
    responses((status = 200, body = Setting)),
    extensions(("x-hinomi-permission" = json!("SettingsRead"))))]
pub(crate) async fn setting_show(
    State(app): State<App>,
    _reader: Require<perm::SettingsRead>,
    Path(name): Path<String>,
) -> ApiResult<Setting> {
    Ok(Json(settings::get(&app, &name).await?.into()))
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
    Ok(Json(settings::get(&app, &name).await?.into()))
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
    let items = settings::history(&app, &name).await?.into_iter().map(Setting::from).collect();
    Ok(Json(Items { items }))
}
