// SPDX-License-Identifier: Apache-2.0
//! What units were told to do, with the measure that says whether it worked.

use hinomi_web::{App, OpenApiRouter};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
