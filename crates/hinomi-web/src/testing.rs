// SPDX-License-Identifier: Apache-2.0
//! A real server on a free port, and a client that signs in: for the tests of the domains' routes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "test set-up: a failure is the test's failure"
)]

use std::net::SocketAddr;

use hinomi_core::{Grant, PersonId};
use hinomi_platform::App;
use hinomi_platform::testing::TestApp;
use http::{Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use utoipa_axum::router::OpenApiRouter;

use crate::{CSRF_HEADER, SESSION_COOKIE, serve};

/// Whether paper and pictures can be printed here: they need the fonts of the built pages. Where everything must be tested
/// (`CI`, `HINOMI_REQUIRE_PAGES`) a test fails without them; else it says so and leaves that part out.
pub fn prints() -> bool {
    if !crate::fonts().is_empty() {
        return true;
    }
    let is_wanted = ["CI", "HINOMI_REQUIRE_PAGES"].iter().any(|name| std::env::var_os(name).is_some());
    let message =
        "the pages are not built, so nothing is printed: `npm ci && npm run build` in web, then test again";
    assert!(!is_wanted, "{message}");
    // The test's own output.
    println!("{message}");
    false
}

/// A server on 127.0.0.1, stopped when dropped.
#[derive(Debug)]
pub struct TestServer {
    pub test: TestApp,
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl TestServer {
    pub async fn start(test: TestApp, domains: Vec<OpenApiRouter<App>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the port's address");
        let app = test.app.clone();
        let task = tokio::spawn(async move {
            serve(app, domains, listener, std::future::pending()).await.expect("the server runs");
        });
        Self { test, address, task }
    }

    /// A client that is not signed in.
    pub fn client(&self) -> TestClient {
        TestClient { address: self.address, person: None, cookie: None, csrf: None }
    }

    /// A new person with the given grants, signed in.
    pub async fn signed_in(&self, name: &str, grants: Vec<Grant>) -> TestClient {
        let person = self.test.person(name, grants).await;
        let new = self.test.sign_in(person).await;
        TestClient {
            address: self.address,
            person: Some(person),
            cookie: Some(new.token),
            csrf: Some(new.session.csrf_token),
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Speaks just enough HTTP.
#[derive(Debug, Clone)]
pub struct TestClient {
    pub address: SocketAddr,
    pub person: Option<PersonId>,
    pub cookie: Option<String>,
    pub csrf: Option<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The JSON of an answer that must be a success.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem document of an answer that must be a failure with this status.
    pub fn problem(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        self.json()
    }
}

impl TestClient {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], b"").await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], b"").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::PATCH, path, body).await
    }

    async fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(method, path, &headers, body.to_string().as_bytes()).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        // HTTP/1.0: the answer ends with the connection and is never chunked.
        let mut request =
            format!("{method} {path} HTTP/1.0\r\nhost: test\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(token) = &self.cookie {
            request.push_str(&format!("cookie: other=1; {SESSION_COOKIE}={token}\r\n"));
        }
        if let Some(csrf) = &self.csrf {
            request.push_str(&format!("{CSRF_HEADER}: {csrf}\r\n"));
        }
        request.push_str("\r\n");
        let mut stream = TcpStream::connect(self.address).await.expect("the server answers");
        stream.write_all(request.as_bytes()).await.expect("the request is sent");
        // A server that refuses a large body may close before it has read it all.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer).await;
        assert!(read.is_ok() || !answer.is_empty(), "no answer: {read:?}");
        parse(&answer)
    }
}

fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("the end of the headers");
    let head = String::from_utf8_lossy(&answer[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer { status: status.parse().expect("a status"), headers, body: answer[end + 4..].to_vec() }
}
