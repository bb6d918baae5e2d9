// SPDX-License-Identifier: Apache-2.0
//! Systems and assets through their services and over HTTP; which records of many sources are one asset.

#![expect(clippy::unwrap_used, reason = "test set-up: a failure is the test's failure")]

mod company;
mod decide;
mod exports;
mod hosts;
mod inventories;
mod large;
mod lists;
mod over_http;
mod pushes;
mod real_files;
mod reconcile;
mod scans;
mod service;
