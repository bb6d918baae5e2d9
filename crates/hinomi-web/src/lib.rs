// SPDX-License-Identifier: Apache-2.0
//! The HTTP kit: how a domain speaks to browsers and programs.
//!
//! ```text
//! request ─ frame (id, panic, headers, metrics) ─ Require<perm::X> ─ handler ─ service
//!                                                  └─ 401 / 403        └─ DomainError ─→ problem document (RFC 9457)
//! domain::api() -> OpenApiRouter<App>, paths relative to /api/v1 ─┬─→ serve()
//!                                                                 └─→ openapi.json
//! ```
//!
//! A handler looks like this:
//!
//! ```ignore
//! #[utoipa::path(get, path = "/tickets", params(PageParams, TicketParams),
//!     responses((status = 200, body = Page<TicketRow>)),
//!     extensions(("x-hinomi-permission" = json!("TicketRead"))))]
//! async fn ticket_list(
//!     State(app): State<App>, reader: Require<perm::TicketRead>, Paging(page): Paging, Query(filter): Query<TicketParams>,
//! ) -> ApiResult<Page<TicketRow>> {
//!     Ok(Json(service::ticket_list(&app, &reader.scope, &filter, &page).await?))
//! }
//! ```
//!
//! What must stay true: every operation names its permission, or is one of [`openapi::PUBLIC_OPERATIONS`]; every error
//! is a problem document with the request's id; an unsafe method needs the session's CSRF token.

mod auth;
mod error;
mod export;
mod extract;
mod frame;
mod health;
pub mod openapi;
mod origin;
mod routes;
mod server;
#[cfg(feature = "testing")]
pub mod testing;
mod ui;
mod upload;

pub use auth::{CSRF_HEADER, Needs, Require, SESSION_COOKIE, perm};
pub use error::{ApiError, ApiResult, Problem};
pub use export::{Csv, conditional, etag_of, safe_cell};
pub use extract::{Json, PageParams, Paging, Path, Query};
pub use origin::Client;
pub use server::{API_BASE, router, serve};
pub use ui::fonts;
pub use upload::Upload;

pub use hinomi_platform::App;
pub use utoipa_axum::router::OpenApiRouter;
pub use utoipa_axum::routes;
