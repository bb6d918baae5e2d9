// SPDX-License-Identifier: Apache-2.0
//! `cargo xtask demo`: from a clone to a page that shows Hinomi at work.
//!
//! ```text
//! npm packages ─→ pages ─┐
//!                        ├─→ hinomi demo: seeds the company, collects this machine, matches, opens tickets, serves
//! crates ─→ binary ──────┘        └─ --check: every API, every page, counts, exit 0 or 1
//! ```
//!
//! The seeding lives in the binary (`hinomi demo`), so that it goes through the same services as everyone. When it
//! serves, it says on standard output `sign-in LINK` (an administrator, once) and `sign-in-manager LINK` (one
//! department's System Security Manager, once).

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;

use crate::http::Client;
use crate::out::{put, say};
use crate::process::run;
use crate::serving::Serving;
use crate::web::Web;
use crate::{api_check, browser, build};

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// Folder of the demo's database [default: hinomi-demo/ in cargo's target folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address to serve on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Real advisories besides the starter set: a folder, .zip or .tar.zst; may be repeated
    #[arg(long, value_name = "PATH")]
    feed: Vec<PathBuf>,
    /// Ask every API and open every page once, print counts and stop: 0 = works
    #[arg(long)]
    check: bool,
}

pub(crate) fn demo(root: &Path, args: &DemoArgs) -> Result<ExitCode> {
    let started = Instant::now();
    Web::new(root).build()?;
    // The development build is the quickest to make, and quick enough: it reads 23,000 real records in ten seconds.
    let binary = build::binary(root, "dev")?;
    let data = match &args.data {
        Some(dir) => std::path::absolute(dir)?,
        None => build::target_dir(root)?.join("hinomi-demo"),
    };
    say!("built in {:.1} s", started.elapsed().as_secs_f64());
    let mut command = Command::new(binary);
    command.arg("demo").arg("--data").arg(&data).args(["--listen", &args.listen]);
    for feed in &args.feed {
        command.arg("--feed").arg(std::path::absolute(feed)?);
    }
    if !args.check {
        // The demo takes this process over: Ctrl-C reaches it alone, and its exit status is ours.
        return Err(anyhow::Error::from(std::os::unix::process::CommandExt::exec(&mut command)))
            .context("cannot start the demo");
    }
    check(root, command, started)
}

fn check(root: &Path, command: Command, started: Instant) -> Result<ExitCode> {
    let server = Serving::start(command)?;
    let served_s = started.elapsed().as_secs_f64();
    say!("served after {served_s:.1} s");
    let mut client = Client::new(&server.base_url);
    client.sign_in(server.token())?;
    let api = api_check::run(&client)?;
    // The link works once, so the browser goes on with the session that asked the API.
    let mut pages = browser::command(root, "check.mjs", &server)?;
    pages.env("HINOMI_STORAGE", client.browser_storage()).env("HINOMI_CHECK_QUICK", "1");
    let pages = run(&mut pages);
    if let Err(error) = &pages {
        say!("error: {error:#}");
    }
    server.stop()?;
    let works = api.failed == 0 && api.asked > 0 && pages.is_ok();
    put!(
        "demo check: {} API operations asked, {} of them without an example, {} failed (slowest {} ms: {}); pages {}; {:.1} s",
        api.asked,
        api.refused,
        api.failed,
        api.slowest_ms,
        api.slowest,
        if pages.is_ok() { "all opened" } else { "FAILED" },
        started.elapsed().as_secs_f64(),
    );
    Ok(if works { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
