// SPDX-License-Identifier: Apache-2.0
//! What a body gets to read about a month: made once, on the day after the month is closed, and never changed.
//!
//! ```text
//! month closed ─→ maturity of the close ─┐
//! cases at both ends of the month ───────┤─→ one document ─┬─→ page      every figure opens the rows
//! hazards · directives · programmes ─────┘    + rows       ├─→ PDF         that were counted
//!                                                          └─→ mail
//! ```
//! Page, PDF and mail read the same stored document; none of them counts anything.

mod api;
pub mod document;
mod keep;
mod make;
mod moved;
mod outer;
mod paper;
mod pictures;
mod read;
mod store;
mod texts;

pub(crate) use api::api;
pub use document::PackDocument;
pub use keep::{PACK_JOB, PacksKept, packs_keep};
pub use make::pack_make;
pub use paper::{Language, pack_pdf};
pub use read::{PackLine, PackRow, PackRows, PackView, pack_get, pack_list, pack_of, pack_rows};
pub(crate) use read::{pack_id, sections_with_something};
