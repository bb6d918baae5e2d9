// SPDX-License-Identifier: Apache-2.0
//! The case `match`: the engine's own figures, then its peers on the same work. A part that breaks off costs nothing but
//! itself, and is told at the end.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::tools::Tools;
use super::{Table, debsecan, trivy};
use crate::out::say;
use crate::process::{cargo, run as run_tool};

const CASE: &str = "match";
/// Programs that measure a library from inside.
const EXAMPLES: [(&str, &str); 2] = [("hinomi-match", "measure"), ("hinomi-inventory", "measure_carriers")];

pub(super) fn run(root: &Path, hinomi: &Path, data: &Path, build: bool) -> Result<()> {
    let mut broken: Vec<&str> = Vec::new();
    let mut part = |name: &'static str, outcome: Result<()>| {
        if let Err(error) = outcome {
            say!("{name}: {error:#}");
            broken.push(name);
        }
    };
    for (package, name) in EXAMPLES {
        part(name, example(root, hinomi, data, build.then_some(package), name));
    }
    let mut table = Table(CASE);
    match Tools::prepare(root, data) {
        Ok(tools) => {
            part("Trivy", trivy::run(&tools, hinomi, &mut table));
            part("debsecan", debsecan::run(&tools, hinomi, data, &mut table));
        }
        Err(error) => part("the peers", Err(error)),
    }
    if broken.is_empty() { Ok(()) } else { bail!("broken off: {}", broken.join(", ")) }
}

/// Runs one of the programs; with `package`, builds it first.
fn example(root: &Path, hinomi: &Path, data: &Path, package: Option<&str>, name: &str) -> Result<()> {
    if let Some(package) = package {
        let arguments = ["build", "--release", "--package", package, "--example", name];
        run_tool(cargo().current_dir(root).args(arguments))?;
    }
    let program = hinomi.with_file_name("examples").join(name);
    if !program.exists() {
        say!("{}: not there, left out", program.display());
        return Ok(());
    }
    let mut command = Command::new(program);
    command.arg(data).current_dir(root);
    super::run_case(CASE, command)
}
