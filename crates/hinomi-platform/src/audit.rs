// SPDX-License-Identifier: Apache-2.0
//! The audit trail: who did what, to what, from which state to which, and why.
//!
//! ```text
//! service's Tx ─ append ─→ audit_event        (no waiting for each other)
//! sealer, every half second ─→ audit_seal     hash(n) = SHA-256(hash(n-1) ‖ event n)
//! verify ─→ first broken link
//! ```
//!
//! The chain shows that no sealed event was changed, removed or put in between. It cannot show that its very end was
//! cut off: keep [`Verdict::head`] elsewhere for that.

mod seal;

use hinomi_core::{
    Actor, CursorError, DomainError, ErrorKind, FieldError, Page, PageRequest, Scope, Time, UnitId,
};
use hinomi_db::{Db, DbError, Tx};
use serde::Serialize;

use crate::App;
use crate::store::audit as store;

pub use seal::{Verdict, run_sealer, seal, verify};

const LIST: &str = "audit";

/// What to append. `subject` is the changed thing: its kind and id.
#[derive(Debug, Clone)]
pub struct AuditEvent<'a> {
    actor: &'a Actor,
    action: &'a str,
    subject_kind: &'a str,
    subject_id: String,
    unit_id: Option<UnitId>,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
    reason: Option<String>,
}

impl<'a> AuditEvent<'a> {
    /// `action` is noun first: `ticket.assign`.
    pub fn new(actor: &'a Actor, action: &'a str, subject_kind: &'a str, subject_id: impl ToString) -> Self {
        Self {
            actor,
            action,
            subject_kind,
            subject_id: subject_id.to_string(),
            unit_id: None,
            before: None,
            after: None,
            reason: None,
        }
    }

    /// The unit whose readers may see it; without one, only those who may see everything.
    #[must_use]
    pub fn unit(mut self, unit: UnitId) -> Self {
        self.unit_id = Some(unit);
        self
    }

    #[must_use]
    pub fn before(mut self, state: &impl Serialize) -> Self {
        self.before = serde_json::to_value(state).ok();
        self
    }

    #[must_use]
    pub fn after(mut self, state: &impl Serialize) -> Self {
        self.after = serde_json::to_value(state).ok();
        self
    }

    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// One event as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, hinomi_db::FromRow)]
pub struct AuditRecord {
    pub id: String,
    pub at: Time,
    pub actor_type: String,
    pub actor_id: Option<String>,
    pub actor_name: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub unit_id: Option<String>,
    pub before_json: Option<String>,
    pub after_json: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for AuditError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Cursor(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Cursor(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Cursor(error) => error.fields(),
            Self::Database(_) => Vec::new(),
        }
    }
}

/// Appends an event in the transaction of the change it tells of.
pub async fn append(tx: &mut Tx, app: &App, event: AuditEvent<'_>) -> Result<(), DbError> {
    let at = app.now();
    let record = AuditRecord {
        id: app.ids.uuid7(at).to_string(),
        at,
        actor_type: event.actor.type_name().to_owned(),
        actor_id: event.actor.person_id().map(|id| id.to_string()),
        actor_name: event.actor.display_name().to_owned(),
        action: event.action.to_owned(),
        subject_kind: event.subject_kind.to_owned(),
        subject_id: event.subject_id,
        unit_id: event.unit_id.map(|id| id.to_string()),
        before_json: event.before.map(|state| state.to_string()),
        after_json: event.after.map(|state| state.to_string()),
        reason: event.reason,
    };
    store::insert(tx, &record).await
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub action: Option<String>,
    pub subject_kind: Option<String>,
    pub subject_id: Option<String>,
    pub actor_id: Option<String>,
    pub from: Option<Time>,
    pub to: Option<Time>,
}

/// The newest events first. A scope of units does not show events without a unit.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &AuditFilter,
    request: &PageRequest,
) -> Result<Page<AuditRecord>, AuditError> {
    let rows = store::list(db, scope, filter, request, LIST).await?;
    Ok(Page::from_rows(rows, request, LIST, |last| vec![last.at.as_micros().into(), last.id.clone().into()]))
}
