// SPDX-License-Identifier: Apache-2.0
//! The one way out to sources.
//!
//! ```text
//! get ─→ address allowed? ─→ ask ─┬─ 3xx ─→ next hop, checked as the first (at most five; never from https to http)
//!                                 ├─ 429, 503 ─→ wait as told, ask again
//!                                 ├─ 5xx, broken ─→ wait, ask again
//!                                 └─ 200, 206, 304 ─→ body, bounded
//! ```
//! Each hop goes directly, or through the configured proxy (module `proxy`).
//! TLS is verified against the public roots. Nothing here trusts what a source says of itself.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{HeaderMap, Response, StatusCode, Uri, header};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Proxy};

use crate::address::{AllowList, Forbidden, GuardedResolver, is_public};
use crate::error::FetchError;
use crate::proxy::{ProxyRule, literal};

const REDIRECTS_AT_MOST: usize = 5;
const CONNECT: Duration = Duration::from_secs(20);
const FIRST_BYTE: Duration = Duration::from_secs(120);
/// A transfer that takes longer is broken off and resumed.
const WHOLE_BODY: Duration = Duration::from_secs(3_600);
/// Waits that a source may ask for within one run; longer ones end the run and move the next.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// How often and how patiently a source is asked again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    pub attempts: u32,
    /// The first wait where the source names none; it doubles.
    pub first_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first_wait: Duration::from_secs(2) }
    }
}

/// A request's own headers and what its answer may be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Sent to the first origin only: keys and tokens.
    pub(crate) secrets: Vec<(String, String)>,
}

impl Ask {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What a source answered: 200, 206, 304 or 416.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    allow: AllowList,
    /// For what is not asked directly.
    proxied: Option<(Agent, ProxyRule)>,
    retry: Retry,
    stop: Arc<AtomicBool>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Client")
    }
}

impl Client {
    pub(crate) fn new(allow: &AllowList, retry: Retry) -> Self {
        let resolver = GuardedResolver { allow: allow.clone(), inner: DefaultResolver::default() };
        let agent = Agent::with_parts(config(None), DefaultConnector::default(), resolver);
        Self { agent, allow: allow.clone(), proxied: None, retry, stop: Arc::default() }
    }

    /// Asks through a proxy, but for what the rule leaves out.
    #[must_use]
    pub(crate) fn through(mut self, rule: Option<&ProxyRule>) -> Self {
        self.proxied = rule.map(|rule| {
            // The proxy itself is the only host that is looked up here: it may well be a private one.
            let connector = DefaultConnector::default();
            let resolver = DefaultResolver::default();
            (Agent::with_parts(config(Some(rule.proxy.clone())), connector, resolver), rule.clone())
        });
        self
    }

    /// Who asks at this address.
    fn agent_for(&self, at: &Uri) -> Result<&Agent, FetchError> {
        let Some((agent, _)) = self.proxied.as_ref().filter(|(_, rule)| !rule.leaves_out(at, &self.allow))
        else {
            return Ok(&self.agent);
        };
        let host = at.host().unwrap_or_default();
        match literal(host).filter(|address| !is_public(*address)) {
            Some(address) => {
                let cause = Forbidden { host: host.to_owned(), address }.to_string();
                Err(FetchError::Address { url: at.to_string(), cause })
            }
            None => Ok(agent),
        }
    }

    /// Set to end every wait and transfer early.
    #[must_use]
    pub(crate) fn stopped_by(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    pub(crate) fn retry(&self) -> Retry {
        self.retry
    }

    /// Asks until there is an answer, as often as the rules allow.
    pub(crate) fn get(&self, url: &str, ask: &Ask) -> Result<Answer, FetchError> {
        let mut wait = self.retry.first_wait;
        let mut attempt = 1;
        loop {
            let error = match self.get_once(url, ask) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let pause = match &error {
                FetchError::Later { seconds, .. } => Duration::from_secs(*seconds),
                error if error.is_passing() => wait,
                _ => return Err(error),
            };
            if attempt >= self.retry.attempts || pause > PATIENCE {
                return Err(error);
            }
            self.pause(pause, url)?;
            wait = (wait * 2).min(PATIENCE);
            attempt += 1;
        }
    }

    /// A small answer as bytes.
    pub(crate) fn bytes(&self, url: &str, ask: &Ask, most: u64) -> Result<(Vec<u8>, HeaderMap), FetchError> {
        let mut attempt = 1;
        loop {
            let answer = self.get(url, ask)?;
            if answer.status != StatusCode::OK {
                return Err(FetchError::Status { url: url.to_owned(), status: answer.status.as_u16() });
            }
            let headers = answer.headers.clone();
            match bounded(url, answer, most) {
                Ok(bytes) => return Ok((bytes, headers)),
                Err(FetchError::CutOff { .. }) if attempt < self.retry.attempts => {
                    self.pause(self.retry.first_wait, url)?;
                }
                Err(error) => return Err(error),
            }
            attempt += 1;
        }
    }

    pub(crate) fn pause(&self, pause: Duration, url: &str) -> Result<(), FetchError> {
        const STEP: Duration = Duration::from_millis(100);
        let mut left = pause;
        while !left.is_zero() {
            self.check(url)?;
            let step = left.min(STEP);
            std::thread::sleep(step);
            left -= step;
        }
        self.check(url)
    }

    pub(crate) fn check(&self, url: &str) -> Result<(), FetchError> {
        match self.stop.load(Ordering::Relaxed) {
            true => Err(FetchError::Stopped { url: url.to_owned() }),
            false => Ok(()),
        }
    }

    fn get_once(&self, url: &str, ask: &Ask) -> Result<Answer, FetchError> {
        let first = parsed(url)?;
        let mut at = first.clone();
        for _ in 0..=REDIRECTS_AT_MOST {
            self.check(url)?;
            let answer = self.ask_at(&at, ask, same_origin(&first, &at))?;
            let status = answer.status();
            if !status.is_redirection() || status == StatusCode::NOT_MODIFIED {
                return taken(&at, answer);
            }
            let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let next = location.ok_or_else(|| FetchError::Redirect {
                url: at.to_string(),
                cause: "it names no place".to_owned(),
            })?;
            at = next_hop(&at, next)?;
        }
        Err(FetchError::Redirect {
            url: url.to_owned(),
            cause: format!("more than {REDIRECTS_AT_MOST} one after the other"),
        })
    }

    fn ask_at(&self, at: &Uri, ask: &Ask, with_secrets: bool) -> Result<Response<Body>, FetchError> {
        let mut request = self.agent_for(at)?.get(at);
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if with_secrets {
            for (name, value) in &ask.secrets {
                request = request.header(name, value);
            }
        }
        request.call().map_err(|error| FetchError::from_ureq(&at.to_string(), error))
    }
}

fn config(proxy: Option<Proxy>) -> Config {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy)
        .user_agent(concat!("hinomi/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(FIRST_BYTE))
        .timeout_recv_body(Some(WHOLE_BODY))
        .max_idle_connections(4)
        .build()
}

fn parsed(url: &str) -> Result<Uri, FetchError> {
    let wrong = |cause: &str| FetchError::Address { url: url.to_owned(), cause: cause.to_owned() };
    let uri: Uri = url.parse().map_err(|_| wrong("it is no URL"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(wrong("only http and https are asked"));
    }
    match uri.host() {
        None | Some("") => Err(wrong("it names no host")),
        Some(_) => Ok(uri),
    }
}

fn same_origin(left: &Uri, right: &Uri) -> bool {
    left.scheme() == right.scheme() && left.authority() == right.authority()
}

fn next_hop(from: &Uri, location: &str) -> Result<Uri, FetchError> {
    let next = parsed(&join(&from.to_string(), location)?)?;
    if from.scheme_str() == Some("https") && next.scheme_str() == Some("http") {
        let cause = format!("it leads from https to {next}");
        return Err(FetchError::Redirect { url: from.to_string(), cause });
    }
    Ok(next)
}

/// A reference against the URL it stands in (RFC 3986, section 5, as far as sources use it).
pub(crate) fn join(base: &str, reference: &str) -> Result<String, FetchError> {
    let wrong =
        || FetchError::Address { url: reference.to_owned(), cause: format!("it is no URL within {base}") };
    if reference.starts_with("http://") || reference.starts_with("https://") {
        return Ok(reference.to_owned());
    }
    let base: Uri = base.parse().map_err(|_| wrong())?;
    let (Some(scheme), Some(authority)) = (base.scheme_str(), base.authority()) else { return Err(wrong()) };
    if let Some(rest) = reference.strip_prefix("//") {
        return Ok(format!("{scheme}://{rest}"));
    }
    if reference.contains("://") {
        return Err(wrong());
    }
    if reference.starts_with('/') {
        return Ok(format!("{scheme}://{authority}{reference}"));
    }
    let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "." => {}
            // Never above the root.
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Ok(format!("{scheme}://{authority}/{}", parts.join("/")))
}

fn taken(at: &Uri, answer: Response<Body>) -> Result<Answer, FetchError> {
    let (parts, body) = answer.into_parts();
    let url = at.to_string();
    match parts.status {
        StatusCode::OK
        | StatusCode::PARTIAL_CONTENT
        | StatusCode::NOT_MODIFIED
        | StatusCode::RANGE_NOT_SATISFIABLE => {
            Ok(Answer { status: parts.status, headers: parts.headers, body })
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::FORBIDDEN => {
            match retry_after(&parts.headers) {
                Some(seconds) => Err(FetchError::Later { url, status: parts.status.as_u16(), seconds }),
                None => Err(FetchError::Status { url, status: parts.status.as_u16() }),
            }
        }
        status => Err(FetchError::Status { url, status: status.as_u16() }),
    }
}

/// RFC 9110, 10.2.3: seconds, or a date, which is taken against the answer's own clock so that neither need be right.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let after = text(header::RETRY_AFTER)?.trim();
    if let Ok(seconds) = after.parse() {
        return Some(seconds);
    }
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second());
    let until = date(after)?;
    let now = text(header::DATE).and_then(date)?;
    Some(u64::try_from(until - now).unwrap_or(0))
}

fn bounded(url: &str, answer: Answer, most: u64) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let mut reader = answer.body.into_reader().take(most + 1);
    reader
        .read_to_end(&mut bytes)
        .map_err(|cause| FetchError::CutOff { url: url.to_owned(), cause: cause.to_string() })?;
    if bytes.len() as u64 > most {
        return Err(FetchError::TooLarge { url: url.to_owned(), most });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_within_their_host() {
        let base = "https://example.com/a/b/feed.json?x=1";
        for (reference, joined) in [
            ("c.json", "https://example.com/a/b/c.json"),
            ("./2026/c.json", "https://example.com/a/b/2026/c.json"),
            ("../../../c.json", "https://example.com/c.json"),
            ("/c.json?y=2", "https://example.com/c.json?y=2"),
            ("//other.example/c", "https://other.example/c"),
            ("http://other.example/c", "http://other.example/c"),
        ] {
            assert_eq!(join(base, reference).unwrap(), joined);
        }
        assert!(join(base, "file:///etc/passwd").is_err());
        assert!(join(base, "ftp://x/y").is_err());
    }

    #[test]
    fn a_redirect_never_leaves_tls() {
        let from: Uri = "https://example.com/x".parse().unwrap();
        assert!(next_hop(&from, "http://example.com/x").is_err());
        assert_eq!(next_hop(&from, "/y").unwrap().to_string(), "https://example.com/y");
    }

    #[test]
    fn a_date_to_wait_for_is_taken_against_the_sources_own_clock() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, "Sun, 06 Nov 1994 08:50:07 GMT".parse().unwrap());
        headers.insert(header::DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers), Some(30));
        headers.insert(header::RETRY_AFTER, "7".parse().unwrap());
        assert_eq!(retry_after(&headers), Some(7));
    }
}
