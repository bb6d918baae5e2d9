// SPDX-License-Identifier: Apache-2.0
//! SQL of the organisation's own tables, nothing else: no rules, no clock, no rights.

pub(crate) mod people;
pub(crate) mod seats;
pub(crate) mod units;

#[cfg(test)]
mod tests;
