// SPDX-License-Identifier: Apache-2.0
//! HTTP: systems and assets.

mod assets;
mod history;
mod imports;
mod snapshots;
mod systems;

use axum::extract::DefaultBodyLimit;
use hinomi_web::{App, OpenApiRouter, Require, routes};

use crate::service::Act;

pub use imports::RECONCILE_JOB;

/// The inventory of a large host is about 20 MB; compressed uploads have bounds of their own when expanded.
const LARGEST_UPLOAD_BYTES: usize = 256 << 20;

/// Routes relative to `/api/v1`.
pub fn api() -> OpenApiRouter<App> {
    let imports = OpenApiRouter::new()
        .routes(routes!(imports::inventory_import_create))
        .layer(DefaultBodyLimit::max(LARGEST_UPLOAD_BYTES));
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
        .routes(routes!(snapshots::asset_snapshots))
        .routes(routes!(snapshots::snapshot_difference))
        .routes(routes!(snapshots::snapshot_confirm))
        .routes(routes!(snapshots::snapshot_reject))
        .merge(imports)
}

/// What a writer may change.
fn act<'a, P>(app: &'a App, writer: &'a Require<P>) -> Act<'a> {
    Act::new(app, &writer.principal.actor, writer.scope.clone())
}
