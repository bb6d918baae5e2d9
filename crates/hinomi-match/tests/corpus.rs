// SPDX-License-Identifier: Apache-2.0
//! The fuzz targets of the engines on a stable compiler; see fuzz/replay.rs.
//! `HINOMI_FUZZ_SECONDS=60 cargo test -p hinomi-match --test corpus` goes on that long with each of them.

#![cfg(test)]

#[path = "../../../fuzz/replay.rs"]
mod replay;
#[path = "../../../fuzz/targets.rs"]
mod targets;

#[test]
fn every_input_of_the_corpus_is_taken_in_time() {
    replay::whole_corpus(&targets::TARGETS, targets::run);
}

#[test]
fn inputs_changed_by_chance_are_taken_in_time() {
    replay::changed_by_chance(&targets::TARGETS, targets::run);
}
