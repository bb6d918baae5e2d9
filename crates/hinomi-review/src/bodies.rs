// SPDX-License-Identifier: Apache-2.0
//! Committees and meetings that come again, and who sits in them.

use hinomi_web::{App, OpenApiRouter};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
