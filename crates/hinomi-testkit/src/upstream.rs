// SPDX-License-Identifier: Apache-2.0
//! A source on the loopback address that plays any upstream, with its moods: conditional answers, ranges, limits, errors,
//! redirects, bodies that end too early, a clock that is wrong.
//!
//! ```text
//! Upstream::start() ─→ put(path, body) ─→ GET: 200, 304, 206, 404
//!                   ├─→ answer(path, |request| Reply) for what pages, counts or filters
//!                   └─→ fault(path, Fault) once each, before anything else
//! ```
//! Every request is noted, so that a test can say what must not have been asked.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A GET as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    /// Without the question mark; empty when there is none.
    pub query: String,
    headers: HashMap<String, String>,
}

impl Asked {
    /// A header's value, by its name in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A value of the query, decoded.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
    }
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        let hex = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    #[must_use]
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into() }
    }

    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// What goes wrong, once.
#[derive(Debug, Clone)]
pub enum Fault {
    Status(u16),
    /// 429 or 503 with `Retry-After`.
    Later {
        status: u16,
        seconds: u64,
    },
    Redirect(String),
    /// The announced body ends after so many bytes.
    CutOff(usize),
    /// The connection ends without an answer.
    HangUp,
}

type Handler = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

#[derive(Default)]
struct State {
    files: HashMap<String, (Vec<u8>, u64)>,
    handlers: HashMap<String, Handler>,
    faults: HashMap<String, VecDeque<Fault>>,
    asked: Vec<Asked>,
    version: u64,
    /// What `Date` and `Last-Modified` say: HTTP dates.
    date: Option<String>,
}

/// The server; it ends when it is dropped.
pub struct Upstream {
    address: String,
    state: Arc<Mutex<State>>,
    is_over: Arc<AtomicBool>,
}

impl Upstream {
    /// On a free port of the loopback address.
    #[must_use]
    #[track_caller]
    pub fn start() -> Self {
        let listener = match TcpListener::bind("127.0.0.1:0") {
            Ok(listener) => listener,
            Err(error) => panic!("no free port: {error}"),
        };
        let address = match listener.local_addr() {
            Ok(address) => address.to_string(),
            Err(error) => panic!("no address: {error}"),
        };
        let upstream = Self { address, state: Arc::default(), is_over: Arc::default() };
        let (state, is_over) = (Arc::clone(&upstream.state), Arc::clone(&upstream.is_over));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if is_over.load(Ordering::SeqCst) {
                    break;
                }
                let state = Arc::clone(&state);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        upstream
    }

    /// `http://127.0.0.1:PORT` and the path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Under this path lies this file; what lay there before has become another state of it.
    pub fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        let mut state = lock(&self.state);
        state.version += 1;
        let (body, version) = (body.into(), state.version);
        if state.files.get(path).is_none_or(|(old, _)| *old != body) {
            state.files.insert(path.to_owned(), (body, version));
        }
    }

    pub fn remove(&self, path: &str) {
        lock(&self.state).files.remove(path);
    }

    /// This path is answered by a function.
    pub fn answer(&self, path: &str, handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        lock(&self.state).handlers.insert(path.to_owned(), Arc::new(handler));
    }

    /// The next request for this path meets with this; further ones queue up.
    pub fn fault(&self, path: &str, fault: Fault) {
        lock(&self.state).faults.entry(path.to_owned()).or_default().push_back(fault);
    }

    /// Nothing goes wrong any more.
    pub fn calm(&self) {
        lock(&self.state).faults.clear();
    }

    /// What the source believes the time to be, as an HTTP date.
    pub fn set_date(&self, date: &str) {
        lock(&self.state).date = Some(date.to_owned());
    }

    /// Everything that was asked since the last call, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut lock(&self.state).asked)
    }

    /// Their paths.
    #[must_use]
    pub fn asked_paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener so that it sees it.
        let _ = TcpStream::connect(&self.address);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let Ok(reading) = stream.try_clone() else { return };
    let mut reader = BufReader::new(reading);
    let mut writer = stream;
    while let Some(asked) = read(&mut reader) {
        let (fault, reply) = decide(&asked, state);
        match fault {
            Some(Fault::HangUp) => break,
            Some(Fault::CutOff(length)) => {
                let _ = write(&mut writer, &reply, Some(length));
                let _ = writer.shutdown(Shutdown::Both);
                break;
            }
            _ if write(&mut writer, &reply, None).is_err() => break,
            _ => {}
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.by_ref().take(1 << 16).read_line(&mut line).ok().filter(|count| *count > 0)?;
    let target = line.split_whitespace().nth(1)?.to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.by_ref().take(1 << 16).read_line(&mut line).ok().filter(|count| *count > 0)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    Some(Asked { path: path.to_owned(), query: query.to_owned(), headers })
}

fn decide(asked: &Asked, state: &Mutex<State>) -> (Option<Fault>, Reply) {
    let (fault, file, handler, date) = {
        let mut state = lock(state);
        state.asked.push(asked.clone());
        let fault = state.faults.get_mut(&asked.path).and_then(VecDeque::pop_front);
        let file = state.files.get(&asked.path).cloned();
        (fault, file, state.handlers.get(&asked.path).cloned(), state.date.clone())
    };
    let reply = match (&fault, handler, file) {
        (Some(Fault::Status(status)), ..) => Reply::status(*status),
        (Some(Fault::Later { status, seconds }), ..) => {
            Reply::status(*status).header("Retry-After", seconds.to_string())
        }
        (Some(Fault::Redirect(to)), ..) => Reply::status(302).header("Location", to.clone()),
        (_, Some(handler), _) => handler(asked),
        (_, None, Some((body, version))) => of_file(asked, &body, version, date.as_deref()),
        (_, None, None) => Reply::status(404),
    };
    let reply = match date {
        Some(date) => reply.header("Date", date),
        None => reply,
    };
    (fault, reply)
}

fn of_file(asked: &Asked, body: &[u8], version: u64, date: Option<&str>) -> Reply {
    let etag = format!("\"v{version}\"");
    let described = |reply: Reply| {
        let reply = reply.header("ETag", etag.clone()).header("Accept-Ranges", "bytes");
        match date {
            Some(date) => reply.header("Last-Modified", date),
            None => reply,
        }
    };
    if asked.header("if-none-match") == Some(&etag) {
        return described(Reply::status(304));
    }
    let same = asked.header("if-range").is_none_or(|wanted| wanted == etag);
    let from = asked
        .header("range")
        .filter(|_| same)
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match from {
        Some(from) if from >= body.len() => described(Reply::status(416)),
        Some(from) => {
            let part = body.get(from..).unwrap_or_default().to_vec();
            let range = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
            described(Reply { status: 206, headers: Vec::new(), body: part }).header("Content-Range", range)
        }
        None => described(Reply::ok(body)),
    }
}

fn write(stream: &mut TcpStream, reply: &Reply, cut_off: Option<usize>) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} -\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    // An answer without a body says so, too; 304 has the length that it would have had.
    if reply.status != 304 {
        head.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    let length = cut_off.unwrap_or(reply.body.len()).min(reply.body.len());
    stream.write_all(reply.body.get(..length).unwrap_or_default())?;
    stream.flush()
}
