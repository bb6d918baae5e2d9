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

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli::run(cli) {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}
