// SPDX-License-Identifier: Apache-2.0
//! A blocking HTTP client for tests: signed in as somebody, with the CSRF token on every writing request.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

const TIMEOUT: Duration = Duration::from_secs(60);

/// Asks one server as one person (or as nobody). Panics when the server cannot be reached: a test ends there.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base_url: String,
    cookie: Option<String>,
    csrf_token: Option<String>,
}

/// What a server said.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub text: String,
    set_cookie: Option<String>,
}

impl Answer {
    /// The body as JSON; panics with the whole answer when it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.text) {
            Ok(value) => value,
            Err(error) => panic!("not JSON ({error}): {self:?}"),
        }
    }

    /// The same answer when its status is as expected; panics with the whole answer otherwise.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl Client {
    /// Somebody who has not signed in.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build();
        Self { agent: config.into(), base_url: base_url.to_owned(), cookie: None, csrf_token: None }
    }

    /// Signs in with a password.
    #[track_caller]
    pub fn sign_in(&mut self, email: &str, password: &str) {
        let answer = self.post("/api/v1/session", &json!({ "email": email, "password": password }));
        self.begin_session(&answer);
    }

    /// Signs in with a one-time link.
    #[track_caller]
    pub fn sign_in_by_link(&mut self, link: &str) {
        let token = link.split_once('#').map_or(link, |(_, token)| token);
        let answer = self.post("/api/v1/session/link", &json!({ "token": token }));
        self.begin_session(&answer);
    }

    #[track_caller]
    fn begin_session(&mut self, answer: &Answer) {
        assert!((200..300).contains(&answer.status), "sign-in refused: {answer:?}");
        let Some(cookie) = &answer.set_cookie else { panic!("sign-in set no cookie: {answer:?}") };
        self.cookie = cookie.split(';').next().map(str::to_owned);
        let session = self.get("/api/v1/session").expect_status(200).json();
        self.csrf_token = session["csrf_token"].as_str().map(str::to_owned);
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", Vec::new())
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, "application/json", body.to_string().into_bytes())
    }

    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, "application/json", body.to_string().into_bytes())
    }

    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, "application/json", body.to_string().into_bytes())
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, "", Vec::new())
    }

    /// A request with a body of any kind: an inventory, a CSV file, something broken.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(token) = self.csrf_token.as_ref().filter(|_| method != "GET") {
            request = request.header("x-csrf-token", token);
        }
        let sent = match request.body(body) {
            Ok(request) => self.agent.run(request),
            Err(error) => panic!("{method} {path} is no request: {error}"),
        };
        match sent {
            Ok(response) => read(response),
            Err(error) => panic!("{method} {path} was not answered: {error}"),
        }
    }
}

#[track_caller]
fn read(mut response: Response<Body>) -> Answer {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (content_type, set_cookie) = (header("content-type").unwrap_or_default(), header("set-cookie"));
    match response.body_mut().with_config().limit(1 << 30).read_to_string() {
        Ok(text) => Answer { status: response.status().as_u16(), content_type, text, set_cookie },
        Err(error) => panic!("the answer ended early: {error}"),
    }
}
