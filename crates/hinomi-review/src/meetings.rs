// SPDX-License-Identifier: Apache-2.0
//! One sitting of a body: agenda, attendance, minutes, decisions.

use hinomi_web::{App, OpenApiRouter};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
