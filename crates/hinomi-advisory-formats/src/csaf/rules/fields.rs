// SPDX-License-Identifier: Apache-2.0
//! What the JSON schema (section 3) requires of every document, as far as the tests rely on it.

use serde_json::Value;

use super::{Broken, Rule, Scene, broken, list, text};

pub(super) const RULES: &[Rule] = &[required, revisions];

const REQUIRED: &[&str] = &[
    "category",
    "csaf_version",
    "publisher.category",
    "publisher.name",
    "publisher.namespace",
    "title",
    "tracking.current_release_date",
    "tracking.id",
    "tracking.initial_release_date",
    "tracking.status",
    "tracking.version",
];

fn required(scene: &Scene<'_>) -> Option<Broken> {
    for name in REQUIRED {
        let value = name.split('.').fold(scene.head(), |value, part| &value[part]);
        if value.as_str().is_none_or(str::is_empty) {
            return broken("schema", format!("document.{name}"), "the field is required");
        }
    }
    let version = text(scene.head(), "csaf_version").unwrap_or_default();
    if !matches!(version, "2.0" | "2.1") {
        return broken("schema", "document.csaf_version", "only 2.0 and 2.1 are known");
    }
    let status = text(scene.tracking(), "status").unwrap_or_default();
    if !matches!(status, "draft" | "final" | "interim") {
        return broken("schema", "document.tracking.status", "it is none of draft, final and interim");
    }
    None
}

fn revisions(scene: &Scene<'_>) -> Option<Broken> {
    let history = list(scene.tracking(), "revision_history");
    if history.is_empty() {
        return broken("schema", "document.tracking.revision_history", "at least one revision is required");
    }
    for (index, revision) in history.iter().enumerate() {
        for field in ["date", "number", "summary"] {
            if revision.get(field).and_then(Value::as_str).is_none() {
                let place = format!("document.tracking.revision_history[{index}].{field}");
                return broken("schema", place, "the field is required");
            }
        }
    }
    None
}
