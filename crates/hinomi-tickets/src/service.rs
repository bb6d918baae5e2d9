// SPDX-License-Identifier: Apache-2.0
//! Use cases: settling tickets, acting on them, the policy they are decided under.

pub mod act;
mod anew;
pub mod clock;
mod due;
mod known;
pub mod owed;
pub mod pause;
pub mod policy;
mod proof;
pub mod read;
mod reconcile;
mod said;
mod wanted;

pub use reconcile::{Outcome, Settler};

/// The job that brings matches and tickets up to date; enqueued by whatever changes something.
pub const RECONCILE_JOB: &str = "reconcile";

/// One such job waits at most; a second request while it waits changes nothing.
pub fn reconcile_job() -> hinomi_platform::jobs::NewJob {
    hinomi_platform::jobs::NewJob::new(RECONCILE_JOB).key(RECONCILE_JOB)
}
