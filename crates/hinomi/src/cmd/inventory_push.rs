// SPDX-License-Identifier: Apache-2.0
//! Sending this host's inventory: the part of `hinomi inventory collect` behind `--push`.
//!
//! ```text
//! --token ─ first time ─→ POST enrol ─→ the host's own secret ─→ state file
//! document ─ hash ─→ POST push (no body) ─┬─ unchanged: done, one small request
//!                                         └─ wanted: POST push (document, compressed)
//! the server cannot be reached ──→ spool file ──→ sent by the next run, before its own
//! ```
//! The hash leaves out what differs at every run (time, serial number), so that it stays as long as the host does.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::console::note;
use crate::failure::Failure;

/// The first wait between tries; each further one is four times as long, up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A spooled inventory larger than this is not kept: the next run makes a new one anyway.
const LARGEST_SPOOL_BYTES: usize = 64 << 20;
const LONGEST_ANSWER_BYTES: u64 = 16 << 20;

/// Where to, and as whom.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PushArgs {
    /// Send the inventory to this Hinomi, such as https://hinomi.example
    #[arg(long, value_name = "URL")]
    push: Option<String>,
    /// Enrolment token of the unit; needed the first time only
    #[arg(long, value_name = "TOKEN", env = "HINOMI_ENROLMENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Folder that remembers the host's own secret and what could not be sent
    #[arg(long, value_name = "DIR", default_value = "/var/lib/hinomi-agent")]
    state: PathBuf,
    /// Give up after so many tries while the server cannot be reached or is overloaded
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=20))]
    tries: u32,
}

/// What a run leaves for the next one.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    url: String,
    secret: String,
}

impl PushArgs {
    pub(crate) fn is_wanted(&self) -> bool {
        self.push.is_some()
    }

    /// Sends a document. `stable` is the same document without what differs at every run.
    pub(crate) fn send(&self, root: &Path, document: &str, stable: &str) -> anyhow::Result<()> {
        let Some(url) = &self.push else { return Ok(()) };
        let url = url.trim_end_matches('/').to_owned();
        std::fs::create_dir_all(&self.state)
            .with_context(|| format!("{}: cannot make", self.state.display()))?;
        let client = Client::new(self.tries);
        let hash = blake3::hash(stable.as_bytes()).to_hex().to_string();
        match self.deliver(&client, &url, root, document, &hash) {
            Ok(()) => {
                // What was kept is older than what has just been sent.
                let _removed = std::fs::remove_file(self.spool());
                Ok(())
            }
            Err(Outcome::Refused(error)) => Err(error),
            Err(Outcome::Unreachable(error)) => {
                self.keep(document)?;
                Err(error.context(format!(
                    "{url}: not reached; the inventory is kept in {}",
                    self.spool().display()
                )))
            }
        }
    }

    fn deliver(
        &self,
        client: &Client,
        url: &str,
        root: &Path,
        document: &str,
        hash: &str,
    ) -> Result<(), Outcome> {
        let secret = self.secret(client, url, root)?;
        if self.spool().exists() {
            note("an earlier inventory that could not be sent is replaced by this one");
        }
        let asked = client.post(&format!("{url}/api/v1/inventory/push"), &secret, Some(hash), Body::Empty)?;
        match asked["state"].as_str() {
            Some("unchanged") => {
                note("unchanged since the last report");
                return Ok(());
            }
            Some("wanted") => {}
            _ => return Err(Outcome::Refused(anyhow::anyhow!("{url}: answered {asked}"))),
        }
        let packed =
            zstd::bulk::compress(document.as_bytes(), 3).map_err(|error| Outcome::Refused(error.into()))?;
        let taken = client.post(
            &format!("{url}/api/v1/inventory/push"),
            &secret,
            Some(hash),
            Body::Bytes(&packed),
        )?;
        let imported = &taken["imported"];
        note(&format!("taken as {}: {} components", imported["asset"], imported["components"]));
        if taken["state"] == "held" {
            note("it lists so much less than the last one that a person must confirm it first");
        }
        Ok(())
    }

    /// The host's own secret: remembered, or given for the token.
    fn secret(&self, client: &Client, url: &str, root: &Path) -> Result<String, Outcome> {
        let path = self.state.join("host.json");
        let known: State = std::fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        if known.url == url && !known.secret.is_empty() {
            return Ok(known.secret);
        }
        let missing = || {
            let failure = Failure::new(format!("this host is not known at {url} yet")).hint("give --token");
            Outcome::Refused(failure.used_wrongly().into())
        };
        let token = self.token.as_deref().ok_or_else(missing)?;
        let body = json!({ "host": host_key(root) }).to_string();
        let answer = client.post(&format!("{url}/api/v1/inventory/enrol"), token, None, Body::Json(&body))?;
        let secret = answer["secret"].as_str().unwrap_or_default().to_owned();
        let state = State { url: url.to_owned(), secret: secret.clone() };
        let text = serde_json::to_vec(&state).map_err(|error| Outcome::Refused(error.into()))?;
        write_private(&path, &text).map_err(Outcome::Refused)?;
        Ok(secret)
    }

    fn spool(&self) -> PathBuf {
        self.state.join("unsent.cdx.json.zst")
    }

    /// One document at most: an inventory is a state, so only the last one matters.
    fn keep(&self, document: &str) -> anyhow::Result<()> {
        let packed = zstd::bulk::compress(document.as_bytes(), 3)?;
        anyhow::ensure!(packed.len() <= LARGEST_SPOOL_BYTES, "the inventory is too large to be kept");
        write_private(&self.spool(), &packed)
    }
}

/// What the host calls itself: its machine id, else its name.
fn host_key(root: &Path) -> String {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok().map(|text| text.trim().to_owned());
    let places = ["etc/machine-id", "var/lib/dbus/machine-id", "proc/sys/kernel/hostname", "etc/hostname"];
    let found = places.into_iter().filter_map(read);
    found.into_iter().find(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Beside the target first, then renamed; nobody else may read it.
fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let place = || format!("{}: cannot write", path.display());
    let mut file = std::fs::File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&part)
        .with_context(place)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).with_context(place)?;
    std::fs::rename(&part, path).with_context(place)
}

/// Why it was not delivered.
enum Outcome {
    /// Trying again does not help.
    Refused(anyhow::Error),
    Unreachable(anyhow::Error),
}

enum Body<'a> {
    Empty,
    Json(&'a str),
    Bytes(&'a [u8]),
}

struct Client {
    agent: ureq::Agent,
    tries: u32,
}

impl Client {
    fn new(tries: u32) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(120)))
            .timeout_connect(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("hinomi/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), tries }
    }

    /// Tries again while the server cannot be reached or is overloaded.
    fn post(&self, url: &str, bearer: &str, hash: Option<&str>, body: Body<'_>) -> Result<Value, Outcome> {
        let mut wait = FIRST_WAIT;
        let mut left = self.tries;
        loop {
            let cause = match self.once(url, bearer, hash, &body) {
                Ok((200, answer)) => return Ok(answer),
                Ok((status @ (429 | 500..=599), _)) => anyhow::anyhow!("{url}: answered {status}"),
                Ok((status, answer)) => {
                    let detail = answer["detail"].as_str().unwrap_or_default().to_owned();
                    let mut failure = Failure::new(format!("{url}: refused ({status}): {detail}"));
                    if let Some(hint) = answer["hint"].as_str() {
                        failure = failure.hint(hint);
                    }
                    return Err(Outcome::Refused(failure.into()));
                }
                Err(error) => anyhow::Error::new(error).context(format!("{url}: no answer")),
            };
            left = left.saturating_sub(1);
            if left == 0 {
                return Err(Outcome::Unreachable(cause));
            }
            std::thread::sleep(wait);
            wait = (wait * 4).min(LONGEST_WAIT);
        }
    }

    fn once(
        &self,
        url: &str,
        bearer: &str,
        hash: Option<&str>,
        body: &Body<'_>,
    ) -> Result<(u16, Value), ureq::Error> {
        let mut request = self.agent.post(url).header("authorization", format!("Bearer {bearer}"));
        if let Some(hash) = hash {
            request = request.header("x-hinomi-document", hash);
        }
        let mut answer = match body {
            Body::Empty => request.send_empty()?,
            Body::Json(text) => request.header("content-type", "application/json").send(*text)?,
            Body::Bytes(bytes) => request.header("content-type", "application/octet-stream").send(*bytes)?,
        };
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(LONGEST_ANSWER_BYTES).read_to_string()?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }
}
