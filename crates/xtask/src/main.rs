// SPDX-License-Identifier: Apache-2.0
//! The tasks of a developer: `cargo xtask demo` shows Hinomi at work, `cargo xtask test` proves that it works.

mod out;
mod repo;
mod tidy;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, tests and shows Hinomi", max_term_width = 100)]
enum Task {
    /// Check the house rules: crate arrows, table owners, catalogues, generated files, file length, licences
    Tidy {
        /// Only these rules
        rules: Vec<String>,
    },
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Tidy { rules } => tidy::run(&rules),
    };
    result.unwrap_or_else(|error| {
        out::say!("error: {error:#}");
        ExitCode::FAILURE
    })
}
