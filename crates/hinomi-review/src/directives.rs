// SPDX-License-Identifier: Apache-2.0
//! What units were told to do, with the measure that says whether it worked.
//!
//! ```text
//! decision ─→ directive to units ─┬─ measure now: the value at the decision, kept with its rows
//!                                 ├─ each closed month, and on demand: measured again
//!                                 └─ target met by a measurement ─→ reached;  due and not met ─→ missed, escalated
//! ```
//! **Owns** `directive`, `directive_unit`, `directive_event`.
//!
//! **Rules that must stay true**
//! - Only a measurement closes a directive; nobody can say that it is done. Who issued it may withdraw it, with a reason.
//! - The value at the decision is kept with its rows before anything else is told about it.
//! - Its log is only ever added to.

mod api;
mod estate;
mod keep;
mod model;
mod service;
mod store;

pub(crate) use api::api;
pub(crate) use estate::{held, pass_on};
pub use keep::{DirectivesKept, directives_keep};
pub use service::{DirectiveEffect, directives_and_effect, directives_of_decision};

use hinomi_core::{Actor, Scope};
use hinomi_platform::App;

use crate::ReviewError;

pub use model::NewDirective;

/// Issues a directive; its number.
pub async fn directive_issue(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    new: &NewDirective,
) -> Result<i64, ReviewError> {
    service::issue(app, actor, scope, new).await
}
