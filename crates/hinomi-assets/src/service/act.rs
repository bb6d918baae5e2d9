// SPDX-License-Identifier: Apache-2.0

use hinomi_core::{Actor, IdSource, Scope, Time, Uuid};
use serde_json::Value as Json;

use crate::store::changes::Change;

/// Who acts, on what they may act, when, and where new ids come from: what every change needs.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    pub actor: &'a Actor,
    pub scope: &'a Scope,
    pub ids: &'a dyn IdSource,
    pub now: Time,
    /// Why, for the history; may be empty.
    pub reason: &'a str,
}

impl<'a> Act<'a> {
    pub(crate) fn change(
        &self,
        subject: Uuid,
        action: &'static str,
        before: Json,
        after: Json,
    ) -> Change<'a> {
        Change {
            id: self.ids.uuid7(self.now),
            subject,
            at: self.now,
            actor: self.actor,
            action,
            before,
            after,
            reason: self.reason,
        }
    }
}
