// SPDX-License-Identifier: Apache-2.0
//! Sources behind a company's proxy: a small one that leads every name to the upstream.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use hinomi_db::{Db, both_engines};
use hinomi_feeds::{Common, Kind, Override};
use hinomi_testkit::Upstream;

use crate::scene::*;

/// The heads of what it was asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    fn first_lines(&self) -> Vec<String> {
        let heads = self.0.lock().unwrap();
        heads.iter().map(|head| head.lines().next().unwrap_or_default().to_owned()).collect()
    }
}

/// Serves until the test's process ends.
fn proxy(to: SocketAddr) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Asked::default();
    let log = asked.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let log = log.clone();
            std::thread::spawn(move || lead(client, to, &log));
        }
    });
    (address, asked)
}

fn lead(mut client: TcpStream, to: SocketAddr, log: &Asked) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    log.0.lock().unwrap().push(head.clone());
    if !head.starts_with("CONNECT ") {
        let _ = client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    let Ok(mut server) = TcpStream::connect(to) else { return };
    let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let there = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
    let _ = there.join();
}

fn feed(url: &str) -> BTreeMap<String, Override> {
    let feed = Override {
        kind: Some(Kind::File),
        url: Some(url.to_owned()),
        enabled: Some(true),
        ..Override::default()
    };
    BTreeMap::from([("test".to_owned(), feed)])
}

/// An upstream with one record, and where it listens.
fn upstream() -> (Upstream, SocketAddr) {
    let upstream = Upstream::start();
    upstream
        .put("/all.zip", zip(&[("a.json", record("DEMO-1", "2026-05-01T00:00:00Z", "demo").to_string())]));
    let url = upstream.url("/");
    let address = url.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    (upstream, address)
}

both_engines! { SETS;
    async fn a_source_that_only_the_proxy_can_find_is_read_through_it(db: Db) {
        let (upstream, address) = upstream();
        let (proxy, asked) = proxy(address);
        let common = Common { proxy: Some(format!("http://me:secret@{proxy}")), ..common(&[]) };
        let scene = scene_with(upstream, feed("http://feeds.example.test/all.zip"), common);
        assert_eq!(scene.counts(&db).await, [1, 1, 0, 0, 0, 0]);
        assert_eq!(ids(&db).await, ["DEMO-1"]);
        assert_eq!(asked.first_lines(), ["CONNECT feeds.example.test:80 HTTP/1.1"]);
        let head = asked.0.lock().unwrap()[0].to_ascii_lowercase();
        assert!(head.contains("proxy-authorization: basic bwu6c2vjcmv0"), "{head}");
        assert!(scene.upstream.asked().iter().all(|asked| asked.header("proxy-authorization").is_none()));
    }

    async fn what_is_excepted_goes_directly_and_a_private_address_goes_nowhere(db: Db) {
        let (upstream, address) = upstream();
        let (proxy, asked) = proxy(address);
        let url = upstream.url("/all.zip");
        let with = |no_proxy: &str, allowed: &[&str]| Common {
            proxy: Some(format!("http://{proxy}")),
            no_proxy: Some(no_proxy.to_owned()),
            ..common(allowed)
        };
        // Neither allowed nor excepted: the proxy is not even asked.
        let scene = scene_with(upstream, feed(&url), with("corp.example", &[]));
        let error = scene.sync(&db).await.unwrap_err().to_string();
        assert!(error.contains("127.0.0.1, which is no public address"), "{error}");
        // Excepted alone does not make it allowed.
        let scene = scene_with(scene.upstream, feed(&url), with("127.0.0.0/8", &[]));
        assert!(scene.sync(&db).await.unwrap_err().to_string().contains("no public address"));
        let scene = scene_with(scene.upstream, feed(&url), with("", &["127.0.0.1"]));
        assert_eq!(scene.counts(&db).await, [1, 1, 0, 0, 0, 0]);
        assert_eq!(asked.first_lines(), Vec::<String>::new());
    }
}
