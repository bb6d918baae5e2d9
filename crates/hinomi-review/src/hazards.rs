// SPDX-License-Identifier: Apache-2.0
//! Particularly dangerous risks under the CISO's control.

use hinomi_web::{App, OpenApiRouter};

pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
