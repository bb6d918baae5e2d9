// SPDX-License-Identifier: Apache-2.0
//! HTTP of the Risk Monitor and of the pages that join several domains.

mod affected_assets;
mod asset_counts;
mod assets;
mod changes;
mod components;
mod monitor;
mod params;
mod question;
mod search;
mod threats;
mod vulnerabilities;
mod vulnerability;

use crate::state::RiskState;
use hinomi_web::{App, OpenApiRouter, routes};

/// This crate's routes, relative to the API's base.
pub fn api(state: RiskState) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(monitor::risk_heatmap))
        .routes(routes!(monitor::risk_residual))
        .routes(routes!(monitor::risk_trend))
        .routes(routes!(monitor::risk_summary))
        .routes(routes!(question::affected_by))
        .routes(routes!(question::affected_by_assets))
        .routes(routes!(vulnerabilities::vulnerability_list))
        .routes(routes!(vulnerabilities::vulnerability_facets))
        .routes(routes!(vulnerability::vulnerability_get))
        .routes(routes!(changes::vulnerability_changes))
        .routes(routes!(threats::threat_list))
        .routes(routes!(threats::threat_get))
        .routes(routes!(affected_assets::vulnerability_affected))
        .routes(routes!(components::component_list))
        .routes(routes!(components::component_get))
        .routes(routes!(components::component_matches))
        .routes(routes!(components::unknown_list))
        .routes(routes!(assets::asset_components))
        .routes(routes!(assets::asset_findings))
        .routes(routes!(assets::asset_overview))
        .routes(routes!(asset_counts::asset_overviews))
        .routes(routes!(assets::system_overview))
        .routes(routes!(assets::system_overviews))
        .routes(routes!(search::search))
        .layer(axum::Extension(state))
}
