// SPDX-License-Identifier: Apache-2.0
//! The case `match`: the engine's own figures, then its peers on the same work.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::tools::Tools;
use super::{Table, debsecan, trivy};
use crate::out::say;
use crate::process::{cargo, run as run_tool};

const CASE: &str = "match";
/// Programs that measure a library from inside.
const EXAMPLES: [(&str, &str); 2] = [("hinomi-match", "measure"), ("hinomi-inventory", "measure_carriers")];

pub(super) fn run(root: &Path, hinomi: &Path, data: &Path, build: bool) -> Result<()> {
    for (package, name) in EXAMPLES {
        if build {
            let arguments = ["build", "--release", "--package", package, "--example", name];
            run_tool(cargo().current_dir(root).args(arguments))?;
        }
        let program = hinomi.with_file_name("examples").join(name);
        if !program.exists() {
            say!("{}: not there, left out", program.display());
            continue;
        }
        let mut command = Command::new(program);
        command.arg(data).current_dir(root);
        super::run_case(CASE, command)?;
    }
    let tools = Tools::prepare(root, data)?;
    let mut table = Table(CASE);
    trivy::run(&tools, hinomi, &mut table)?;
    debsecan::run(&tools, hinomi, data, &mut table)
}
