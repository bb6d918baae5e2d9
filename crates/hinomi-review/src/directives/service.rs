// SPDX-License-Identifier: Apache-2.0
//! Issuing, reading, measuring, answering, withdrawing.

mod act;
mod effect;
mod picture;
mod read;

pub(super) use act::{
    MANAGERS, OWED, answer, apply, due_on, entries, insiders, issue, letter_of, measure_now, owed, tell,
    withdraw,
};
pub use effect::{DirectiveEffect, directives_and_effect, directives_of_decision};
pub(super) use picture::course;
pub(super) use read::{Known, Wanted, detail, known, list, measure_of, subject, visible};

use hinomi_core::{Actor, Time};

use super::store::EventRow;

pub(super) fn event(at: Time, actor: &Actor, kind: &str, text: impl Into<String>) -> EventRow {
    EventRow {
        at: at.as_micros(),
        actor: actor.display_name().to_owned(),
        kind: kind.to_owned(),
        text: text.into(),
        unit_id: None,
    }
}
