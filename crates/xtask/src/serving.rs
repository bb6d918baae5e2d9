// SPDX-License-Identifier: Apache-2.0
//! A demo that runs beside this process: started, heard until it serves, stopped as Ctrl-C does.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::out::put;
use crate::process::succeeds;

/// How long seeding may take before the check gives up; real feeds are large.
const READY_LIMIT: Duration = Duration::from_secs(20 * 60);
const STOP_LIMIT: Duration = Duration::from_secs(30);
const LINK_PATH: &str = "/sign-in/link#";
const LABEL: &str = "sign-in";
const MANAGER_LABEL: &str = "sign-in-manager";

/// A demo that has said where it serves. What it prints is passed on all the time.
pub(crate) struct Serving {
    child: Child,
    pub(crate) base_url: String,
    /// Signs the administrator in, once.
    pub(crate) link: String,
    /// Signs one department's System Security Manager in, once.
    pub(crate) manager_link: String,
}

impl Serving {
    pub(crate) fn start(mut command: Command) -> Result<Self> {
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

    /// The token of the administrator's link.
    pub(crate) fn token(&self) -> &str {
        self.link.split(LINK_PATH).nth(1).unwrap_or_default()
    }

    /// Asks it to stop as Ctrl-C does; to end badly, or not at all, is a failure.
    pub(crate) fn stop(mut self) -> Result<()> {
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
        // Ready for the signal before it says that it serves.
        let script = "trap 'exit 0' INT
                      echo sign-in http://127.0.0.1:1/sign-in/link#a
                      echo sign-in-manager http://127.0.0.1:1/sign-in/link#b
                      while :; do sleep 0.05; done";
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
