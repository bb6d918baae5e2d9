// SPDX-License-Identifier: Apache-2.0
//! HTTP of tickets and their policy.

pub mod dto;
mod handlers;
mod params;
mod policy;

pub use dto::{Names, TicketDto};
pub use params::TicketParams;

use crate::OpenTickets;
use hinomi_web::{App, OpenApiRouter, routes};

/// This domain's routes, relative to the API's base; what is open is counted by what others share.
pub fn api(open: OpenTickets) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(handlers::ticket_list))
        .routes(routes!(handlers::ticket_groups))
        .routes(routes!(handlers::ticket_counts))
        .routes(routes!(handlers::ticket_export))
        .routes(routes!(handlers::ticket_bulk))
        .routes(routes!(handlers::ticket_get, handlers::ticket_change))
        .routes(routes!(handlers::ticket_history))
        .routes(routes!(handlers::ticket_start))
        .routes(routes!(handlers::ticket_comment))
        .routes(routes!(policy::policy_get, policy::policy_put))
        .routes(routes!(policy::policy_preview))
        .layer(axum::Extension(open))
}
