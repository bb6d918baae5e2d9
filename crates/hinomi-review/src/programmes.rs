// SPDX-License-Identifier: Apache-2.0
//! Measures rolled out region by region.

use hinomi_web::{App, OpenApiRouter};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
