// SPDX-License-Identifier: Apache-2.0
//! The platform's own routes.

mod audit;
mod jobs;
mod me;
mod session;
mod settings;

use hinomi_platform::App;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::session_start, session::session_show, session::session_end))
        .routes(routes!(session::session_start_by_link))
        .routes(routes!(me::own_session_list, me::own_session_end_others))
        .routes(routes!(me::own_session_end))
        .routes(routes!(me::preferences_change))
        .routes(routes!(me::password_change))
        .routes(routes!(settings::setting_list))
        .routes(routes!(settings::setting_show, settings::setting_change))
        .routes(routes!(settings::setting_history))
        .routes(routes!(audit::audit_list))
        .routes(routes!(jobs::job_list))
        .routes(routes!(jobs::job_show))
        .routes(routes!(jobs::job_cancel))
}

/// A list that is always whole.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Items<T> {
    pub(crate) items: Vec<T>,
}
