// SPDX-License-Identifier: Apache-2.0
//! Opening, reading, leading, telling, releasing.

mod act;
mod merge;
mod open;
mod picture;
mod read;
mod rule;
mod standing;

pub(super) use act::{Entry, lead, log, release, tell};
pub(super) use merge::follow_merges;
pub(super) use open::{open, open_by_hand, tell_letter};
pub use read::hazards_of;
pub(super) use read::{detail, list};
pub(super) use rule::rules;
pub(super) use standing::Standing;

use hinomi_core::{Actor, Time};

use super::store::EventRow;

/// What brings hazards up to date.
pub(super) const RULE: Actor = Actor::Machine { name: "hazard rule" };

pub(super) fn event(at: Time, actor: &Actor, kind: &str, text: impl Into<String>) -> EventRow {
    EventRow {
        at: at.as_micros(),
        actor: actor.display_name().to_owned(),
        kind: kind.to_owned(),
        text: text.into(),
        unit_ids: None,
    }
}
