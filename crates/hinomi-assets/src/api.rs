// SPDX-License-Identifier: Apache-2.0
//! HTTP: systems and assets.

mod assets;
mod enrolment;
mod files;
mod history;
mod imports;
mod lists;
mod observations;
mod places;
mod questions;
mod saved;
mod snapshots;
mod systems;
mod upload;

use axum::extract::DefaultBodyLimit;
use hinomi_web::{App, OpenApiRouter, Require, routes};

use crate::service::{Act, quality};

pub use imports::RECONCILE_JOB;
pub use places::ASSET_JOB;

/// The inventory of a large host is about 20 MB; compressed uploads have bounds of their own when expanded.
const LARGEST_UPLOAD_BYTES: usize = 256 << 20;

/// Routes relative to `/api/v1`.
pub fn api() -> OpenApiRouter<App> {
    let imports = OpenApiRouter::new()
        .routes(routes!(imports::inventory_import_create))
        .routes(routes!(files::files_create))
        .routes(routes!(files::preview))
        .routes(routes!(enrolment::push))
        .layer(DefaultBodyLimit::max(LARGEST_UPLOAD_BYTES));
    OpenApiRouter::new()
        .routes(routes!(systems::systems_list, systems::system_create))
        .routes(routes!(systems::system_get, systems::system_change))
        .routes(routes!(systems::system_retire))
        .routes(routes!(systems::system_restore))
        .routes(routes!(history::system_history))
        .routes(routes!(assets::assets_list, assets::asset_create))
        .routes(routes!(assets::assets_assign))
        .routes(routes!(lists::assets_facets))
        .routes(routes!(lists::assets_file))
        .routes(routes!(saved::filters_list, saved::filter_put))
        .routes(routes!(saved::filter_remove))
        .routes(routes!(assets::asset_get, assets::asset_change))
        .routes(routes!(assets::asset_retire))
        .routes(routes!(assets::asset_restore))
        .routes(routes!(history::asset_history))
        .routes(routes!(snapshots::asset_snapshots))
        .routes(routes!(observations::asset_observations))
        .routes(routes!(observations::asset_scans))
        .routes(routes!(snapshots::snapshot_difference))
        .routes(routes!(snapshots::snapshot_confirm))
        .routes(routes!(snapshots::snapshot_reject))
        .routes(routes!(questions::questions_list))
        .routes(routes!(questions::question_get))
        .routes(routes!(questions::question_decide))
        .routes(routes!(questions::asset_merge))
        .routes(routes!(questions::asset_split))
        .routes(routes!(questions::decision_revoke))
        .routes(routes!(questions::asset_sources))
        .routes(routes!(questions::asset_relations, questions::asset_relate))
        .routes(routes!(questions::asset_impact))
        .routes(routes!(questions::data_quality))
        .routes(routes!(places::assignment_rules, places::assignment_rule_create))
        .routes(routes!(places::assignment_rule_remove))
        .routes(routes!(places::sources_list))
        .routes(routes!(places::source_rank))
        .routes(routes!(enrolment::tokens_list, enrolment::token_create))
        .routes(routes!(enrolment::token_revoke))
        .routes(routes!(enrolment::hosts_list))
        .routes(routes!(enrolment::host_revoke))
        .routes(routes!(enrolment::enrol))
        .routes(routes!(files::mappings_list))
        .routes(routes!(files::mapping_put, files::mapping_remove))
        .layer(axum::Extension(quality::Carried::default()))
        .merge(imports)
}

/// What a writer may change.
fn act<'a, P>(app: &'a App, writer: &'a Require<P>) -> Act<'a> {
    Act::new(app, &writer.principal.actor, writer.scope.clone())
}
