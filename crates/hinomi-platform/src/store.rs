// SPDX-License-Identifier: Apache-2.0
//! SQL of this crate's own tables, and nothing else.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod job;
pub(crate) mod outbox;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod turn;
