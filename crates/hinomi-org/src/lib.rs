// SPDX-License-Identifier: Apache-2.0
//! The organisation.
pub mod model;
