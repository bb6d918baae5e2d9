// SPDX-License-Identifier: Apache-2.0
//! Hosts that send their own inventory: the real command against the real server, with a counter between the two.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop and say where")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hinomi_db::{DatabaseUrl, Db, DbOptions};
use hinomi_testkit::{Ended, Hinomi};
use serde_json::Value;

use crate::support::organised;

/// What went through towards the server: connections and bytes.
#[derive(Clone, Default)]
struct Traffic {
    connections: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
    received: Arc<AtomicU64>,
}

impl Traffic {
    fn take(&self) -> (u64, u64, u64) {
        let read = |counter: &AtomicU64| counter.swap(0, Ordering::SeqCst);
        (read(&self.connections), read(&self.sent), read(&self.received))
    }
}

/// A way to the server that counts what takes it. It ends with the test's process.
fn counted(server: &str) -> (String, Traffic) {
    let target = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let traffic = Traffic::default();
    let counters = traffic.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            counters.connections.fetch_add(1, Ordering::SeqCst);
            let Ok(server) = TcpStream::connect(&target) else { continue };
            pump(client.try_clone().unwrap(), server.try_clone().unwrap(), counters.sent.clone());
            pump(server, client, counters.received.clone());
        }
    });
    (url, traffic)
}

fn pump(mut from: TcpStream, mut to: TcpStream, counter: Arc<AtomicU64>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            counter.fetch_add(count as u64, Ordering::SeqCst);
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
}

/// A made-up host of Debian packages.
fn host(folder: &Path, name: &str, machine: &str, packages: usize) -> PathBuf {
    let root = folder.join(machine);
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n");
    put("etc/hostname", &format!("{name}\n"));
    put("etc/machine-id", &format!("{machine}\n"));
    let status: String = (0..packages)
        .map(|number| {
            format!("Package: p{number}\nStatus: install ok installed\nVersion: 1.0-1\nArchitecture: all\n\n")
        })
        .collect();
    put("var/lib/dpkg/status", &status);
    root
}

struct Scene {
    hinomi: Hinomi,
    token: String,
}

impl Scene {
    fn new() -> Self {
        let hinomi = organised();
        let made = hinomi.run(["enrolment", "create", "servers", "--unit", "lights", "--system", "beacon"]);
        let token = made.expect_code(0).last_json()["secret"].as_str().unwrap().to_owned();
        Self { hinomi, token }
    }

    fn state(&self, machine: &str) -> PathBuf {
        self.hinomi.folder().join(format!("state-{machine}"))
    }

    fn push(&self, url: &str, root: &Path, token: bool) -> Ended {
        let machine = root.file_name().unwrap().to_str().unwrap();
        let state = self.state(machine);
        let root = root.display().to_string();
        let state = state.display().to_string();
        let mut arguments =
            vec!["inventory", "collect", "--root", &root, "--push", url, "--state", &state, "--tries", "1"];
        if token {
            arguments.extend(["--token", &self.token]);
        }
        self.hinomi.run(arguments)
    }

    fn asset(&self, name: &str) -> Value {
        let shown = self.hinomi.run(["asset", "show", name]).expect_code(0);
        serde_json::from_str(&shown.stdout).unwrap()
    }
}

const M1: &str = "11111111111111111111111111111111";
const M2: &str = "22222222222222222222222222222222";

#[test]
fn a_host_enrols_sends_what_changed_and_an_unchanged_inventory_costs_one_small_request() {
    let scene = Scene::new();
    let server = scene.hinomi.serve();
    let (url, traffic) = counted(server.base_url());
    let root = host(scene.hinomi.folder(), "web-1", M1, 400);

    let unknown = scene.push(&url, &root, false).expect_code(2);
    assert!(unknown.stderr.contains("hint: give --token"), "{unknown:?}");
    let first = scene.push(&url, &root, true).expect_code(0);
    assert!(first.stderr.contains("taken as \"web-1\""), "{first:?}");
    assert!(first.stdout.is_empty(), "{first:?}");
    let secret = scene.state(M1).join("host.json");
    assert_eq!(std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    let shown = scene.asset("web-1");
    assert_eq!(shown["system"], "Beacon", "{shown}");

    let rows = rows(&scene.hinomi);
    let _ = traffic.take();
    let again = scene.push(&url, &root, false).expect_code(0);
    assert!(again.stderr.contains("unchanged since the last report"), "{again:?}");
    let (connections, sent, received) = traffic.take();
    assert_eq!(connections, 1);
    assert!(sent < 1_000 && received < 2_000, "{sent} bytes sent, {received} received");
    assert_eq!(self::rows(&scene.hinomi), rows, "an unchanged report wrote rows");

    let _ = host(scene.hinomi.folder(), "web-1", M1, 401);
    let changed = scene.push(&url, &root, false).expect_code(0);
    assert!(changed.stderr.contains("taken as"), "{changed:?}");
    let (_, sent, _) = traffic.take();
    assert!(sent < 40_000, "the changed inventory took {sent} bytes");
    server.stop();
}

/// Rows of everything that a report may write.
fn rows(hinomi: &Hinomi) -> Vec<i64> {
    let url = DatabaseUrl::sqlite(&hinomi.folder().join("hinomi.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::open(&url, &DbOptions::default()).await.unwrap();
        let mut counts = Vec::new();
        for sql in [
            "SELECT COUNT(*) FROM snapshot",
            "SELECT COUNT(*) FROM inventory_interval",
            "SELECT COUNT(*) FROM inventory_document",
            "SELECT COUNT(*) FROM component",
            "SELECT COUNT(*) FROM asset_record",
            "SELECT COUNT(*) FROM cmdb_change",
            "SELECT COALESCE(MAX(received_at), 0) FROM inventory_observation",
        ] {
            counts.push(db.scalar(sql, ()).await.unwrap());
        }
        db.close().await;
        counts
    })
}

#[test]
fn what_cannot_be_sent_is_kept_and_the_next_run_sends() {
    let scene = Scene::new();
    let root = host(scene.hinomi.folder(), "web-1", M1, 30);
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let away = scene.push(&closed, &root, true).expect_code(1);
    assert!(away.stderr.contains("not reached; the inventory is kept in"), "{away:?}");
    let kept = scene.state(M1).join("unsent.cdx.json.zst");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    // What is kept is the inventory itself, and can be taken in by hand.
    let read = scene.hinomi.run(["inventory", "read", &kept.display().to_string()]).expect_code(0);
    assert!(read.stdout.contains("p29"), "{read:?}");

    let server = scene.hinomi.serve();
    let sent = scene.push(server.base_url(), &root, true).expect_code(0);
    assert!(sent.stderr.contains("taken as"), "{sent:?}");
    assert!(!kept.exists());
    server.stop();
}

#[test]
fn a_host_writes_its_own_inventory_only_and_stops_when_it_is_revoked() {
    let scene = Scene::new();
    let server = scene.hinomi.serve();
    let url = server.base_url();
    let first = host(scene.hinomi.folder(), "web-1", M1, 30);
    let _ = scene.push(url, &first, true).expect_code(0);
    // Another machine that goes by the same name does not write the first one's inventory.
    let rows_before = rows(&scene.hinomi);
    let twin = host(scene.hinomi.folder(), "web-1", M2, 3);
    let refused = scene.push(url, &twin, true).expect_code(1);
    assert!(refused.stderr.contains("has another host that writes its inventory"), "{refused:?}");
    assert_eq!(rows(&scene.hinomi)[..3], rows_before[..3], "snapshots, intervals, documents");
    let other = host(scene.hinomi.folder(), "web-2", M2, 3);
    let _ = scene.push(url, &other, false).expect_code(0);
    let list = scene.hinomi.run(["asset", "list", "--format", "json"]).expect_code(0);
    let assets: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(assets.len(), 2, "{list:?}");
    let again = scene.push(url, &first, false).expect_code(0);
    assert!(again.stderr.contains("unchanged"), "{again:?}");

    // The same machine cannot be enrolled twice while its secret is good.
    std::fs::remove_dir_all(scene.state(M1)).unwrap();
    let refused = scene.push(url, &first, true).expect_code(1);
    assert!(refused.stderr.contains("enrolled already") && refused.stderr.contains("hint: "), "{refused:?}");

    let tokens = scene.hinomi.run(["enrolment", "list", "--format", "json"]).expect_code(0);
    let tokens: Vec<Value> = serde_json::from_str(&tokens.stdout).unwrap();
    let id = tokens[0]["id"].as_str().unwrap();
    let hosts = scene.hinomi.run(["enrolment", "hosts", id, "--format", "json"]).expect_code(0);
    let hosts: Vec<Value> = serde_json::from_str(&hosts.stdout).unwrap();
    assert_eq!(hosts.len(), 2, "{hosts:?}");
    let _ = scene.hinomi.run(["enrolment", "revoke", id, "--hosts", "--reason", "leaked"]).expect_code(0);
    let revoked = scene.push(url, &twin, false).expect_code(1);
    assert!(revoked.stderr.contains("refused (401)"), "{revoked:?}");
    server.stop();
}

#[test]
fn lists_of_assets_come_in_by_command_line_too() {
    let scene = Scene::new();
    let hinomi = &scene.hinomi;
    let table = hinomi.folder().join("ours.csv");
    std::fs::write(&table, "Box,No,Maker\nweb-1,A1,Dell\nweb-2,A2,Dell\nweb-3,A3,Dell\n").unwrap();
    let mapping = hinomi.folder().join("mapping.json");
    let columns = r#"{"columns": {"Box": "name", "No": "serial_number", "Maker": "vendor"}}"#;
    std::fs::write(&mapping, columns).unwrap();
    let (table, mapping) = (table.display().to_string(), mapping.display().to_string());
    let import = ["inventory", "import", &table, "--mapping", &mapping, "--source", "ours"];
    let done = hinomi.run(import).expect_code(0);
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["records"]["new"], 3, "{done:?}");
    assert_eq!(lines[1]["reconciled"]["created"], 3, "{done:?}");
    let again = hinomi.run(import).expect_code(0);
    let lines: Vec<Value> = again.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&lines[0]["records"]["unchanged"], &lines[1]["reconciled"]["created"]),
        (&3.into(), &0.into())
    );
    let _ = hinomi.run(["inventory", "import", &table, "--kind", "manual"]).expect_code(2);
}
