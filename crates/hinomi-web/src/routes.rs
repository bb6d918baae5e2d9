// SPDX-License-Identifier: Apache-2.0
//! The platform's own routes.

use hinomi_platform::App;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
