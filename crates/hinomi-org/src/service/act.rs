// SPDX-License-Identifier: Apache-2.0

use hinomi_core::{Actor, Permission, Principal, Scope, Time};
use hinomi_platform::App;

/// Who acts, on which units, when and why: what every change of the organisation, of systems and of assets needs.
#[derive(Clone)]
pub struct Act<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    /// The units that may be changed.
    pub scope: Scope,
    pub now: Time,
    /// For the history; may be empty.
    pub reason: String,
}

impl<'a> Act<'a> {
    pub fn new(app: &'a App, actor: &'a Actor, scope: Scope) -> Self {
        Self { app, actor, scope, now: app.now(), reason: String::new() }
    }

    /// With what `permission` covers for this principal; `None` when they do not have it.
    pub fn permitted(app: &'a App, principal: &'a Principal, permission: Permission) -> Option<Self> {
        Some(Self::new(app, &principal.actor, principal.scope(permission)?))
    }

    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}
