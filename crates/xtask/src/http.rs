// SPDX-License-Identifier: Apache-2.0
//! A signed-in reader of a Hinomi on this machine.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

/// No page waits as long as this.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    agent: Agent,
    base_url: String,
    cookie: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.text).context("the answer is not JSON")
    }
}

impl Client {
    pub(crate) fn new(base_url: &str) -> Self {
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build();
        Self { agent: config.into(), base_url: base_url.to_owned(), cookie: String::new() }
    }

    /// Signs in with the token of a one-time link; further requests carry the session.
    pub(crate) fn sign_in(&mut self, token: &str) -> Result<()> {
        let url = format!("{}/api/v1/session/link", self.base_url);
        let response = self.agent.post(&url).send_json(json!({ "token": token }))?;
        let cookie =
            response.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let answer = read(response)?;
        if !(200..300).contains(&answer.status) {
            bail!("sign-in answered {}: {}", answer.status, answer.text);
        }
        let cookie = cookie.context("sign-in set no cookie")?;
        self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(())
    }

    /// The session as a browser's storage, in the form that Playwright reads.
    pub(crate) fn browser_storage(&self) -> String {
        let (name, value) = self.cookie.split_once('=').unwrap_or_default();
        let host = self.base_url.trim_start_matches("http://");
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let cookie = json!({ "name": name, "value": value, "domain": host, "path": "/", "expires": -1,
            "httpOnly": true, "secure": false, "sameSite": "Lax" });
        json!({ "cookies": [cookie], "origins": [] }).to_string()
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        let url = format!("{}{path}", self.base_url);
        read(self.agent.get(&url).header("cookie", &self.cookie).call()?)
    }
}

fn read(mut response: Response<Body>) -> Result<Answer> {
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    // The group's full lists and exports are larger than the client's own limit.
    let text = response.body_mut().with_config().limit(1 << 30).read_to_string()?;
    Ok(Answer { status: response.status().as_u16(), content_type, text })
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn the_session_of_the_link_is_carried_on() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let answer = "HTTP/1.1 200 OK\r\nset-cookie: s=1; HttpOnly\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            let requests: Vec<String> = (0..2)
                .map(|_| {
                    let (mut stream, _) = listener.accept().unwrap();
                    let (mut request, mut bytes) = (String::new(), [0; 4096]);
                    while !request.ends_with("\r\n\r\n") && !request.ends_with('}') {
                        let length = stream.read(&mut bytes).unwrap();
                        request.push_str(&String::from_utf8_lossy(&bytes[..length]));
                    }
                    stream.write_all(answer.as_bytes()).unwrap();
                    request
                })
                .collect();
            requests
        });
        let mut client = Client::new(&base_url);
        client.sign_in("t").unwrap();
        let storage: Value = serde_json::from_str(&client.browser_storage()).unwrap();
        let cookie = &storage["cookies"][0];
        assert_eq!(
            (&cookie["name"], &cookie["value"], &cookie["domain"]),
            (&json!("s"), &json!("1"), &json!("127.0.0.1"))
        );
        let answer = client.get("/api/v1/units").unwrap();
        assert_eq!((answer.status, answer.json().unwrap()), (200, json!({})));
        let requests = server.join().unwrap();
        assert!(requests[0].starts_with("POST /api/v1/session/link"));
        assert!(requests[1].contains("cookie: s=1\r\n"));
    }
}
