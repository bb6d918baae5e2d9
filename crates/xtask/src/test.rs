// SPDX-License-Identifier: Apache-2.0
//! `cargo xtask test`: every proof that the project has, one step after another. A failed step does not stop the
//! next ones, so that one run shows all that is wrong; the closing table says how long each took.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::out::say;
use crate::process::{cargo, find, run, run_status, succeeds};
use crate::web::Web;
use crate::{packages, postgres, tidy};

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Path) -> Result<Outcome>,
}

enum Outcome {
    Passed,
    /// Not done, and why; not a failure.
    Skipped(&'static str),
}

const STEPS: &[Step] = &[
    Step {
        name: "packages",
        what: "install or name what the tests need from the system",
        run: system_packages,
    },
    Step { name: "fmt", what: "formatting", run: fmt },
    Step { name: "tidy", what: "house rules", run: house_rules },
    Step {
        name: "deny",
        what: "licences, bans and sources of dependencies, where cargo-deny is installed",
        run: deny,
    },
    Step { name: "ui", what: "build the pages, type check, unit tests", run: ui },
    Step { name: "clippy", what: "lints, warnings are errors", run: clippy },
    Step { name: "rust", what: "Rust tests; stores on SQLite and PostgreSQL", run: rust },
    Step { name: "doc", what: "examples in the documentation", run: doc },
    Step { name: "openapi", what: "openapi.json and the pages' client are fresh", run: openapi },
    Step { name: "e2e", what: "browser tests in Chromium against the demo company", run: e2e },
];

pub(crate) fn list() {
    for step in STEPS {
        crate::out::put!("{:<10} {}", step.name, step.what);
    }
}

pub(crate) fn run_steps(root: &Path, only: &[String]) -> ExitCode {
    for name in only {
        if !STEPS.iter().any(|step| step.name == name) {
            say!("no step named {name:?}; `cargo xtask test --list` shows them");
            return ExitCode::from(2);
        }
    }
    let started = Instant::now();
    let mut lines = Vec::new();
    let mut failed = 0;
    for step in STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)) {
        say!("\n== {}: {}", step.name, step.what);
        let step_started = Instant::now();
        let verdict = match (step.run)(root) {
            Ok(Outcome::Passed) => "ok".to_owned(),
            Ok(Outcome::Skipped(why)) => {
                say!("skipped: {why}");
                format!("skipped: {why}")
            }
            Err(error) => {
                failed += 1;
                say!("error: {error:#}");
                format!("FAILED: {error}")
            }
        };
        lines.push(format!("{:<10} {:>7.1} s  {verdict}", step.name, step_started.elapsed().as_secs_f64()));
    }
    say!("\n== summary");
    for line in &lines {
        say!("{line}");
    }
    let total = started.elapsed().as_secs_f64();
    say!("{} of {} steps failed, {total:.1} s in all", failed, lines.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn in_root(root: &Path, mut command: Command) -> Command {
    command.current_dir(root);
    command
}

fn system_packages(_root: &Path) -> Result<Outcome> {
    packages::ensure()?;
    Ok(Outcome::Passed)
}

fn fmt(root: &Path) -> Result<Outcome> {
    run(in_root(root, cargo()).args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

fn house_rules(_root: &Path) -> Result<Outcome> {
    if tidy::run(&[])? != ExitCode::SUCCESS {
        bail!("house rules are broken");
    }
    Ok(Outcome::Passed)
}

fn deny(root: &Path) -> Result<Outcome> {
    if find("cargo-deny").is_none() {
        return Ok(Outcome::Skipped("cargo-deny is not installed (tidy checks the licences all the same)"));
    }
    // `--offline`: nothing here needs the network, and the machine may have none.
    run(in_root(root, cargo())
        .args(["deny", "--offline", "check", "--hide-inclusion-graph"])
        .args(["bans", "licenses", "sources"]))?;
    Ok(Outcome::Passed)
}

fn ui(root: &Path) -> Result<Outcome> {
    let web = Web::new(root);
    web.build()?;
    web.script("check")?;
    web.script("test")?;
    Ok(Outcome::Passed)
}

fn clippy(root: &Path) -> Result<Outcome> {
    let args = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run(in_root(root, cargo()).args(args))?;
    Ok(Outcome::Passed)
}

fn rust(root: &Path) -> Result<Outcome> {
    let server = postgres::Server::start()?;
    let mut command = in_root(root, cargo());
    if succeeds(cargo().args(["nextest", "--version"])) {
        command.args(["nextest", "run", "--workspace", "--cargo-quiet"]);
        if std::env::var_os("CI").is_some() {
            command.args(["--profile", "ci"]);
        }
    } else {
        say!(
            "cargo-nextest is not installed: using cargo test, which runs one crate's tests after another's"
        );
        command.args(["test", "--quiet", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    // Built pages carry the fonts that paper is printed with: a test that finds none has found a fault.
    if root.join("web/build/index.html").is_file() {
        command.env("HINOMI_REQUIRE_PAGES", "1");
    }
    let status = run_status(command.env("HINOMI_TEST_PG_URL", server.url()))?;
    drop(server);
    if !status.success() {
        bail!("Rust tests failed ({status})");
    }
    Ok(Outcome::Passed)
}

fn doc(root: &Path) -> Result<Outcome> {
    run(in_root(root, cargo()).args(["test", "--quiet", "--workspace", "--doc", "--no-fail-fast"]))?;
    Ok(Outcome::Passed)
}

fn openapi(root: &Path) -> Result<Outcome> {
    crate::openapi::run(root, &crate::build::binary_of_tests(root)?, true)?;
    Ok(Outcome::Passed)
}

fn e2e(root: &Path) -> Result<Outcome> {
    crate::browser::tests(root)?;
    // Two months take a clock that a test turns: a Rust test holds it and plays the scenes. As the tests were built before.
    let story = ["test", "--workspace", "--test", "outer_loop", "two_months_in_the_browser::sqlite"];
    run(in_root(root, cargo()).args(story).env("HINOMI_BROWSER", "1"))?;
    Ok(Outcome::Passed)
}
