// SPDX-License-Identifier: Apache-2.0
//! The words every other crate speaks: time, ids, who acts, what they may do, pages of a list, errors.
//!
//! ```text
//! Clock ─→ Time     IdSource ─→ UnitId, PersonId, …
//! Actor + Grant(seat, units) = Principal ── scope(Permission) ─→ Scope ─→ every query
//! PageRequest + Cursor ─→ Page<T>          DomainError ─→ problem document
//! ```
//!
//! Nothing here reads a file, a socket or the environment; clock and randomness are traits so that the
//! caller decides what they are.

mod error;
mod id;
mod page;
mod principal;
mod rights;
mod scope;
#[cfg(feature = "sqlx")]
mod sqlx_columns;
mod time;

pub use error::{DomainError, ErrorKind, FieldError};
pub use id::{
    AssetId, IdError, IdSource, ImportId, JobId, PersonId, RandomIds, SeatId, SeededIds, SessionId,
    SnapshotId, SystemId, UnitId, content_uuid,
};
pub use page::{Cursor, CursorError, DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT, Page, PageRequest};
pub use principal::{Actor, Grant, Principal};
pub use rights::{Permission, PermissionSet, SeatKind, UnknownName};
pub use scope::Scope;
pub use time::{Clock, ManualClock, SystemClock, Time, TimeError};
pub use uuid::Uuid;

#[doc(hidden)]
pub mod reexport {
    pub use serde;
    pub use utoipa;
    pub use uuid;
}
