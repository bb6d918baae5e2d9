// SPDX-License-Identifier: Apache-2.0
//! SQL of this crate's tables.

pub(crate) mod calendars;
pub(crate) mod ledger;
pub(crate) mod pauses;
