// SPDX-License-Identifier: Apache-2.0
//! A department's own loop.

use hinomi_web::{App, OpenApiRouter};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
