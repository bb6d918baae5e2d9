// SPDX-License-Identifier: Apache-2.0
//! The one binary: server, worker, administration and every command.
//!
//! ```text
//! command line ─→ cli ─┬─→ cmd/… that need no database (version, cvss, match, inventory read, inventory collect)
//!                      └─→ config ─→ wiring (database, migrations, App) ─→ cmd/… ─→ the domains' services
//!                                                        └─→ pipeline: match ─→ settle tickets
//! ```
//!
//! Data goes to standard output, everything else to standard error. Exit status: 0 done, 1 found or failed, 2 used
//! wrongly.

mod cli;
mod cmd;
mod config;
mod console;
mod failure;
mod feed_jobs;
mod pipeline;
mod shutdown;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

/// Loads and indexes are made on all cores and given back elsewhere: the system's allocator keeps a pool for each thread, and
/// a load of everything took half as much again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli::run(cli) {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}
