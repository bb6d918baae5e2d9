// SPDX-License-Identifier: Apache-2.0
//! One place that writes down a change: in the history of the system or asset, and in the audit trail.

use hinomi_core::{AssetId, SystemId, UnitId, Uuid};
use hinomi_db::{DbError, Tx};
use hinomi_platform::audit::{self, AuditEvent};
use serde_json::{Map, Value as Json};

use super::Act;
use crate::store;
use crate::store::changes::Change;

/// What a change is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    System(SystemId),
    Asset(AssetId),
}

impl Subject {
    fn uuid(self) -> Uuid {
        match self {
            Self::System(id) => id.uuid(),
            Self::Asset(id) => id.uuid(),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::System(_) => "system",
            Self::Asset(_) => "asset",
        }
    }
}

/// Writes one change down; fields that stayed the same are left out.
pub(crate) async fn record(
    tx: &mut Tx,
    act: &Act<'_>,
    subject: Subject,
    unit: UnitId,
    action: &'static str,
    before: &Json,
    after: &Json,
) -> Result<(), DbError> {
    let (before, after) = difference(before, after);
    let audited = format!("{}.{}", subject.kind(), audit_verb(action));
    let event = AuditEvent::new(act.actor, &audited, subject.kind(), subject.uuid()).unit(unit);
    let event = event.before(&before).after(&after).reason(&act.reason);
    audit::append(tx, act.app, event).await?;
    store::changes::append(tx, &[change(act, subject.uuid(), action, before, after)]).await
}

/// The audit trail names what was done, the history what came of it.
fn audit_verb(action: &'static str) -> &'static str {
    match action {
        "created" => "create",
        "changed" => "change",
        "assigned" => "assign",
        "retired" => "retire",
        "restored" => "restore",
        "returned" => "return",
        other => other,
    }
}

/// One event for many changes of one kind; what happened to each is in its own history.
pub(crate) async fn audit_many(
    tx: &mut Tx,
    act: &Act<'_>,
    action: &'static str,
    after: &Json,
) -> Result<(), DbError> {
    let event = AuditEvent::new(act.actor, action, "assets", "many").after(after).reason(&act.reason);
    audit::append(tx, act.app, event).await
}

pub(crate) fn change<'a>(
    act: &'a Act<'_>,
    subject: Uuid,
    action: &'static str,
    before: Json,
    after: Json,
) -> Change<'a> {
    // By the clock: the changes of one instant keep the order in which they were made.
    let id = act.app.ids.uuid7(act.app.now());
    Change { id, subject, at: act.now, actor: act.actor, action, before, after, reason: &act.reason }
}

/// The fields of two objects that differ.
pub(crate) fn difference(before: &Json, after: &Json) -> (Json, Json) {
    let empty = Map::new();
    let old = before.as_object().unwrap_or(&empty);
    let new = after.as_object().unwrap_or(&empty);
    let differing = |from: &Map<String, Json>, other: &Map<String, Json>| -> Json {
        let fields = from.iter().filter(|(name, value)| other.get(*name) != Some(*value));
        Json::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    (differing(old, new), differing(new, old))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_kept() {
        let (before, after) = difference(&json!({"a": 1, "b": 2}), &json!({"a": 1, "b": 3, "c": null}));
        assert_eq!(before, json!({"b": 2}));
        assert_eq!(after, json!({"b": 3, "c": null}));
        assert_eq!(difference(&json!({}), &json!({"a": 1})), (json!({}), json!({"a": 1})));
    }
}
