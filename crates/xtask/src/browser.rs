// SPDX-License-Identifier: Apache-2.0
//! The pages' browser tests (`web/e2e`), against a demo company of their own.
//!
//! The loop needs a ticket that it can close: an invented host with an invented vulnerable package is brought into one
//! of the demo's systems, and the command that "fixes" it brings in the same host a day's work later.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{TempDir, run};
use crate::serving::Serving;
use crate::web::Web;
use crate::{build, packages};

const FIXTURES: &str = "crates/hinomi-testkit/fixtures";
/// The invented host, its package as a ticket's title names it, and the demo's system that it joins.
const HOST: &str = "lighthouse-1";
const PACKAGE: &str = "lantern";
const SYSTEM: &str = "library";

pub(crate) fn tests(root: &Path) -> Result<()> {
    Web::new(root).build()?;
    let binary = build::binary_of_tests(root)?;
    let data = TempDir::new("e2e")?;
    let hinomi = || {
        let mut command = Command::new(&binary);
        command.current_dir(root).arg("--data").arg(data.path());
        command
    };
    let mut demo = hinomi();
    demo.args(["demo", "--listen", "127.0.0.1:0"]);
    let server = Serving::start(demo)?;
    let bring = |name: &str, at: &str| {
        let file = root.join(FIXTURES).join("inventories").join(name);
        let words =
            format!("inventory import '{}' --asset {HOST} --system {SYSTEM} --observed-at", file.display());
        format!(
            "'{}' --data '{}' {words} \"$(date -u -d '{at}' +%FT%TZ)\"",
            binary.display(),
            data.path().display()
        )
    };
    run(hinomi().args(["feed", "import", &format!("{FIXTURES}/advisories")]))?;
    run(Command::new("sh").args(["-c", &bring("host-before.cdx.json", "1 hour ago")]))?;
    let result = run(command(root, "run.mjs", &server)?
        .env("HINOMI_LOOP_TICKET", PACKAGE)
        .env("HINOMI_FIX_COMMAND", bring("host-after.cdx.json", "now")));
    server.stop()?;
    result
}

/// A script of `web/e2e` on a running demo.
pub(crate) fn command(root: &Path, script: &str, server: &Serving) -> Result<Command> {
    let chromium =
        packages::chromium().context("Chromium is missing; on Debian: apt-get install chromium")?;
    let mut command = Command::new("node");
    command
        .arg(format!("e2e/{script}"))
        .current_dir(root.join("web"))
        .env("HINOMI_BASE_URL", &server.base_url)
        .env("HINOMI_SIGN_IN_LINK", &server.link)
        .env("HINOMI_SIGN_IN_LINK_MANAGER", &server.manager_link)
        .env("HINOMI_CHROMIUM", chromium);
    Ok(command)
}
