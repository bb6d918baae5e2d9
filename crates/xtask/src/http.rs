// SPDX-License-Identifier: Apache-2.0
//! Just enough HTTP/1.1 to ask a Hinomi on this machine: one request a connection, answers of known or chunked length.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    /// `host:port`
    authority: String,
    cookie: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).context("the answer is not JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

impl Client {
    pub(crate) fn new(base_url: &str) -> Result<Self> {
        let authority = base_url.strip_prefix("http://").context("the address is not http://…")?;
        let authority = authority.split('/').next().unwrap_or(authority).to_owned();
        Ok(Self { authority, cookie: String::new() })
    }

    /// Signs in with the token of a one-time link; further requests carry the session.
    pub(crate) fn sign_in(&mut self, token: &str) -> Result<()> {
        let body = serde_json::json!({ "token": token }).to_string();
        let answer = self.send("POST", "/api/v1/session/link", Some(&body))?;
        if answer.status != 200 {
            bail!("sign-in answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        let cookie = answer.header("set-cookie").context("sign-in set no cookie")?;
        self.cookie = cookie.split(';').next().unwrap_or(cookie).to_owned();
        Ok(())
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, None)
    }

    fn send(&self, method: &str, path: &str, body: Option<&str>) -> Result<Answer> {
        let mut stream =
            TcpStream::connect(&self.authority).with_context(|| format!("nobody at {}", self.authority))?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.authority);
        if !self.cookie.is_empty() {
            head.push_str(&format!("cookie: {}\r\n", self.cookie));
        }
        let body = body.unwrap_or_default();
        if !body.is_empty() {
            head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .with_context(|| format!("{method} {path} was not answered to its end"))?;
        read_answer(&bytes).with_context(|| format!("{method} {path}"))
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn read_answer(bytes: &[u8]) -> Result<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").context("the answer has no head")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status =
        head.split(' ').nth(1).and_then(|text| text.parse().ok()).context("the answer has no status")?;
    let rest = &bytes[end + 4..];
    let body = if header(&head, "transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        dechunk(rest)?
    } else {
        rest.to_vec()
    };
    Ok(Answer { status, head, body })
}

fn dechunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line_end =
            rest.windows(2).position(|window| window == b"\r\n").context("a chunk has no length")?;
        let line = std::str::from_utf8(&rest[..line_end]).context("a chunk's length is not text")?;
        let size = line.split(';').next().unwrap_or(line).trim();
        let size = usize::from_str_radix(size, 16).context("a chunk's length is not a number")?;
        rest = &rest[line_end + 2..];
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(..size).context("a chunk is cut short")?);
        rest = rest.get(size + 2..).context("a chunk is cut short")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_chunked_answers_are_read() {
        let plain =
            read_answer(b"HTTP/1.1 404 Not Found\r\nSet-Cookie: a=b; Path=/\r\n\r\n{\"x\":1}").unwrap();
        assert_eq!((plain.status, plain.header("set-cookie")), (404, Some("a=b; Path=/")));
        assert_eq!(plain.json().unwrap()["x"], 1);
        let chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nHino\r\n2;x=y\r\nmi\r\n0\r\n\r\n";
        assert_eq!(read_answer(chunked).unwrap().body, b"Hinomi");
    }

    #[test]
    fn answers_cut_short_are_errors() {
        for bad in ["", "HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nHino"]
        {
            assert!(read_answer(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
