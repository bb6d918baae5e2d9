// SPDX-License-Identifier: Apache-2.0
//! What a body gets to read about a month: made once, never changed.

use hinomi_web::{App, OpenApiRouter};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
