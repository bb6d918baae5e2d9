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

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::http::Client;
use crate::out::{put, say};
use crate::process::{TempDir, run, succeeds};
use crate::web::Web;
use crate::{api_check, build, packages};

/// How long seeding may take before the check gives up; real feeds are large.
const READY_LIMIT: Duration = Duration::from_secs(20 * 60);
const STOP_LIMIT: Duration = Duration::from_secs(30);
const LINK_PATH: &str = "/sign-in/link#";
const LABEL: &str = "sign-in";
const MANAGER_LABEL: &str = "sign-in-manager";

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// Folder of the demo's database [default: demo/ in cargo's target folder]
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
    let binary = build::binary(root, "demo")?;
    let data = match &args.data {
        Some(dir) => std::path::absolute(dir)?,
        None => build::target_dir(root)?.join("demo"),
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

/// Runs the pages' browser tests against a demo company of their own.
pub(crate) fn browser_tests(root: &Path) -> Result<()> {
    let web = Web::new(root);
    web.build()?;
    let binary = build::binary_of_tests(root)?;
    let data = TempDir::new("e2e")?;
    let mut command = Command::new(&binary);
    command.arg("demo").arg("--data").arg(data.path()).args(["--listen", "127.0.0.1:0"]);
    let server = Serving::start(command)?;
    let result =
        run(browser(&web, "e2e", &server)?.env("HINOMI_BINARY", &binary).env("HINOMI_DATA", data.path()));
    server.stop()?;
    result
}

fn check(root: &Path, command: Command, started: Instant) -> Result<ExitCode> {
    let server = Serving::start(command)?;
    let served_s = started.elapsed().as_secs_f64();
    say!("served after {served_s:.1} s");
    let mut client = Client::new(&server.base_url);
    client.sign_in(server.manager_link.split(LINK_PATH).nth(1).unwrap_or_default())?;
    let api = api_check::run(&client)?;
    let pages = run(&mut browser(&Web::new(root), "e2e:check", &server)?);
    if let Err(error) = &pages {
        say!("error: {error:#}");
    }
    server.stop()?;
    let works = api.failed == 0 && api.asked > 0 && pages.is_ok();
    put!(
        "demo check: {} API operations asked, {} failed (slowest {} ms: {}); pages {}; {:.1} s",
        api.asked,
        api.failed,
        api.slowest_ms,
        api.slowest,
        if pages.is_ok() { "all opened" } else { "FAILED" },
        started.elapsed().as_secs_f64(),
    );
    Ok(if works { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn browser(web: &Web, script: &str, server: &Serving) -> Result<Command> {
    let chromium =
        packages::chromium().context("Chromium is missing; on Debian: apt-get install chromium")?;
    let mut command = web.npm();
    command
        .args(["run", "--silent", script])
        .env("HINOMI_BASE_URL", &server.base_url)
        .env("HINOMI_SIGN_IN_LINK", &server.link)
        .env("HINOMI_SIGN_IN_LINK_MANAGER", &server.manager_link)
        .env("HINOMI_CHROMIUM", chromium);
    Ok(command)
}

/// A demo that has said where it serves. What it prints is passed on all the time.
struct Serving {
    child: Child,
    base_url: String,
    link: String,
    manager_link: String,
}

impl Serving {
    fn start(mut command: Command) -> Result<Self> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start the demo")?;
        let Some(stdout) = child.stdout.take() else { bail!("the demo has no standard output") };
        let (sender, links) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some((label, link)) = sign_in_link(&line) {
                    let _ = sender.send((label.to_owned(), link.to_owned()));
                }
                put!("{line}");
            }
        });
        let started = Instant::now();
        let (mut link, mut manager_link) = (None, None);
        loop {
            let left = READY_LIMIT.saturating_sub(started.elapsed());
            match links.recv_timeout(left) {
                Ok((label, found)) if label == MANAGER_LABEL => manager_link = Some(found),
                Ok((_, found)) => link = Some(found),
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    bail!("the demo ended before it served ({})", child.wait()?)
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = child.kill();
                    bail!("the demo did not serve within {} s", READY_LIMIT.as_secs())
                }
            }
            if let (Some(link), Some(manager_link)) = (&link, &manager_link) {
                let base_url = link.split(LINK_PATH).next().unwrap_or_default().to_owned();
                return Ok(Self { child, base_url, link: link.clone(), manager_link: manager_link.clone() });
            }
        }
    }

    /// Asks it to stop as Ctrl-C does; to end badly, or not at all, is a failure.
    fn stop(mut self) -> Result<()> {
        let _ = succeeds(Command::new("kill").args(["-INT", &self.child.id().to_string()]));
        let started = Instant::now();
        while started.elapsed() < STOP_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                if !status.success() {
                    bail!("the demo ended with {status}");
                }
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("the demo did not stop within {} s", STOP_LIMIT.as_secs())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The label and the link of a line such as `sign-in http://127.0.0.1:8080/sign-in/link#TOKEN`.
fn sign_in_link(line: &str) -> Option<(&str, &str)> {
    let (label, link) = line.trim().split_once(' ')?;
    let link = link.trim();
    let is_link = link.starts_with("http://") && link.contains(LINK_PATH) && !link.contains(' ');
    (is_link && matches!(label, LABEL | MANAGER_LABEL)).then_some((label, link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_are_found_by_their_labels_and_nothing_else_is() {
        let link = "http://127.0.0.1:8080/sign-in/link#abc-123";
        assert_eq!(sign_in_link(&format!("sign-in {link}")), Some((LABEL, link)));
        assert_eq!(sign_in_link(&format!("sign-in-manager {link}\n")), Some((MANAGER_LABEL, link)));
        for other in [format!("see {link}"), "address http://127.0.0.1:8080".to_owned(), "sign-in".to_owned()]
        {
            assert_eq!(sign_in_link(&other), None);
        }
    }

    #[test]
    fn a_demo_that_serves_is_stopped_and_one_that_dies_is_an_error() {
        let script = "echo sign-in http://127.0.0.1:1/sign-in/link#a; echo sign-in-manager http://127.0.0.1:1/sign-in/link#b
                      trap 'exit 0' INT; while :; do sleep 0.05; done";
        let mut serves = Command::new("sh");
        serves.args(["-c", script]);
        let server = Serving::start(serves).unwrap();
        assert_eq!(server.base_url, "http://127.0.0.1:1");
        assert!(server.link.ends_with("#a") && server.manager_link.ends_with("#b"));
        server.stop().unwrap();
        let mut dies = Command::new("sh");
        dies.args(["-c", "echo no; exit 3"]);
        assert!(Serving::start(dies).is_err_and(|error| error.to_string().contains("before it served")));
    }
}
