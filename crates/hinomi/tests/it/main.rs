// SPDX-License-Identifier: Apache-2.0
//! The binary from outside: what it prints, how it ends, and what survives when it is killed.

mod background;
mod binary;
mod commands;
mod faults;
mod feeds;
mod help;
mod match_hostile;
mod match_outputs;
mod push;
mod remediation;
mod scanners;
mod schema;
mod support;
