// SPDX-License-Identifier: Apache-2.0
//! A reader who is signed in, and asks the served API over HTTP as a browser would.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hinomi_platform::sessions::Origin;
use hinomi_platform::{App, sign_in};
use hinomi_web::SESSION_COOKIE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{at_most, percentile, tell};
use crate::cmd::admin;
use crate::failure::Told;
use crate::wiring;

const RUNS: usize = 100;
const PAGE_TARGET_MS: f64 = 50.0;

pub(super) struct Reader {
    address: SocketAddr,
    token: String,
}

impl Reader {
    pub(super) async fn sign_in(app: &App, address: SocketAddr, email: &str) -> anyhow::Result<Self> {
        let person = admin::create_account(app, email, "en").await?;
        let token = sign_in::create_link(app, &wiring::console().actor, person, None).await.told()?;
        let origin = Origin { address: "127.0.0.1".to_owned(), user_agent: "bench".to_owned() };
        let session = sign_in::with_link(app, &token, &origin).await.told()?;
        Ok(Self { address, token: session.token })
    }

    /// The JSON behind a path, and how long it took with connecting and reading.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<(serde_json::Value, Duration)> {
        let started = Instant::now();
        let mut stream = TcpStream::connect(self.address).await?;
        // HTTP/1.0: the answer ends with the connection.
        let request = format!(
            "GET /api/v1{path} HTTP/1.0\r\nhost: 127.0.0.1\r\ncookie: {SESSION_COOKIE}={}\r\n\r\n",
            self.token
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let took = started.elapsed();
        let end =
            answer.windows(4).position(|window| window == b"\r\n\r\n").context("an answer without an end")?;
        let head = String::from_utf8_lossy(&answer[..end]);
        if !head.split("\r\n").next().is_some_and(|line| line.contains(" 200")) {
            bail!(
                "{path}: {} {}",
                head.lines().next().unwrap_or_default(),
                String::from_utf8_lossy(&answer[end..])
            );
        }
        let body = serde_json::from_slice(&answer[end + 4..]).with_context(|| format!("{path}: no JSON"))?;
        Ok((body, took))
    }

    /// Asks a page's query again and again; the first answer of all, with cold caches, is told apart.
    pub(super) async fn measure(&self, what: &str, path: &str) -> anyhow::Result<()> {
        let (_, first) = self.get(path).await?;
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            times.push(self.get(path).await?.1);
        }
        at_most(
            &format!("{what}: 95th percentile of {RUNS}"),
            percentile(&mut times, 95),
            "ms",
            PAGE_TARGET_MS,
        )?;
        tell(&format!("{what}: median"), percentile(&mut times, 50), "ms")?;
        let first = first.as_secs_f64() * 1000.0;
        if first > PAGE_TARGET_MS { tell(&format!("{what}: very first"), first, "ms") } else { Ok(()) }
    }
}
