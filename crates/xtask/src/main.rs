// SPDX-License-Identifier: Apache-2.0
//! The tasks of a developer: `cargo xtask demo` shows Hinomi at work, `cargo xtask test` proves that it works.

mod api_check;
mod bench;
mod browser;
mod build;
mod demo;
mod http;
mod openapi;
mod out;
mod packages;
mod postgres;
mod process;
mod repo;
mod serving;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Builds, tests and shows Hinomi")]
#[command(max_term_width = 100, disable_help_subcommand = true)]
enum Task {
    /// Build everything and serve the demo company; prints the address and a sign-in link
    Demo(demo::DemoArgs),
    /// Run every test, or only the named steps
    Test {
        /// Steps to run, in their own order
        steps: Vec<String>,
        /// Show the steps
        #[arg(long)]
        list: bool,
    },
    /// Check the house rules: crate arrows, table owners, catalogues, generated files, file length, licences
    Tidy {
        /// Only these rules
        rules: Vec<String>,
    },
    /// Build the pages that the binary embeds
    Ui,
    /// Write openapi.json and the pages' client from the binary
    Openapi {
        /// Only fail when a file would change
        #[arg(long)]
        check: bool,
    },
    /// Measure the release build and print one table
    Bench(bench::BenchArgs),
    /// Run one program and print its time and peak memory; `bench` uses it
    #[command(hide = true)]
    Timed {
        /// Where its standard output goes; nowhere when absent
        #[arg(long)]
        out: Option<std::path::PathBuf>,
        #[arg(last = true)]
        program: Vec<std::ffi::OsString>,
    },
}

fn main() -> ExitCode {
    run(Task::parse()).unwrap_or_else(|error| {
        out::say!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(task: Task) -> Result<ExitCode> {
    let root = repo::root()?;
    match task {
        Task::Demo(args) => return demo::demo(&root, &args),
        Task::Test { list: true, .. } => test::list(),
        Task::Test { steps, .. } => return Ok(test::run_steps(&root, &steps)),
        Task::Tidy { rules } => return tidy::run(&rules),
        Task::Ui => web::Web::new(&root).build()?,
        Task::Openapi { check } => openapi::run(&root, &build::binary(&root, "dev")?, check)?,
        Task::Bench(args) => return bench::bench(&root, &args),
        Task::Timed { out, program } => return bench::timed::parent(out.as_deref(), &program),
    }
    Ok(ExitCode::SUCCESS)
}
