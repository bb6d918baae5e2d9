// SPDX-License-Identifier: Apache-2.0
//! The fuzz target of signatures on a stable compiler; see fuzz/replay.rs.

#![cfg(test)]

#[path = "../../../fuzz/replay.rs"]
mod replay;
#[path = "../../../fuzz/signatures.rs"]
mod signatures;

#[test]
fn every_input_of_the_corpus_is_taken_in_time() {
    replay::whole_corpus(&signatures::TARGETS, signatures::run);
}

#[test]
fn inputs_changed_by_chance_are_taken_in_time() {
    replay::changed_by_chance(&signatures::TARGETS, signatures::run);
}
