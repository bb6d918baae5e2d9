// SPDX-License-Identifier: Apache-2.0
//! HTTP: systems and assets.

mod assets;
mod history;
mod systems;

use hinomi_web::{App, OpenApiRouter, Require, routes};

use crate::service::Act;

/// Routes relative to `/api/v1`.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(systems::systems_list, systems::system_create))
        .routes(routes!(systems::system_get, systems::system_change))
        .routes(routes!(systems::system_retire))
        .routes(routes!(history::system_history))
        .routes(routes!(assets::assets_list, assets::asset_create))
        .routes(routes!(assets::assets_assign))
        .routes(routes!(assets::asset_get, assets::asset_change))
        .routes(routes!(assets::asset_retire))
        .routes(routes!(history::asset_history))
}

/// What a writer may change.
fn act<'a, P>(app: &'a App, writer: &'a Require<P>) -> Act<'a> {
    Act::new(app, &writer.principal.actor, writer.scope.clone())
}
