// SPDX-License-Identifier: Apache-2.0
//! Kills, two processes on one file, and records in any order.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop and say where")]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hinomi_testkit::Hinomi;
use serde_json::Value;

use crate::support::{empty, inventory, organised, records, state, write_records};

const RECORDS: usize = 120;
const KILLS: u64 = 50;

/// SplitMix64 (Steele, Lea, Flood 2014): the same moments in every run.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn copy_database(from: &Hinomi, to: &Hinomi) {
    for ending in ["", "-wal", "-shm"] {
        let name = format!("hinomi.db{ending}");
        let _ = std::fs::remove_file(to.folder().join(&name));
        if from.folder().join(&name).exists() {
            std::fs::copy(from.folder().join(&name), to.folder().join(&name)).unwrap();
        }
    }
}

/// Starts the command and kills it after the given time; when it had ended by itself, says how long that took.
fn killed(hinomi: &Hinomi, arguments: &[&str], after: Duration) -> Option<Duration> {
    let mut command = hinomi.command(arguments.iter().copied());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while began.elapsed() < after {
        std::thread::sleep((after - began.elapsed().min(after)).min(Duration::from_millis(2)));
        if child.try_wait().unwrap().is_some() {
            return Some(began.elapsed());
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

#[test]
fn killed_at_fifty_moments_it_ends_in_the_same_state() {
    let start = organised();
    let feed = write_records(&start.folder().join("feed"), &records(RECORDS)).display().to_string();
    let file = |name: &str, version: &str, day: u32| {
        inventory(&start.folder().join(name), "victim", RECORDS, version, day).display().to_string()
    };
    let (old, new) = (file("old.json", "1.0", 1), file("new.json", "3.0", 2));
    let import_old = ["inventory", "import", &old, "--asset", "victim", "--system", "beacon"];
    let import_new = ["inventory", "import", &new, "--asset", "victim"];
    let import_feed = ["feed", "import", &feed, "--name", "feed"];
    let _ = start.run(import_old).expect_code(0);

    let reference = empty();
    copy_database(&start, &reference);
    let began = Instant::now();
    let _ = reference.run(import_feed).expect_code(0);
    let mut feed_time = began.elapsed();
    let affected = empty();
    copy_database(&reference, &affected);
    let began = Instant::now();
    let _ = reference.run(import_new).expect_code(0);
    let mut inventory_time = began.elapsed();
    let wanted = state(&reference);

    let mut moments = Moments(20_261_123);
    let mut hits = 0;
    for round in 0..KILLS {
        let victim = empty();
        let of_feed = round % 2 == 0;
        copy_database(if of_feed { &start } else { &affected }, &victim);
        let (command, usual) =
            if of_feed { (&import_feed[..], &mut feed_time) } else { (&import_new[..], &mut inventory_time) };
        let usual_micros = u64::try_from(usual.as_micros()).unwrap().max(1);
        let after = Duration::from_micros(moments.next() % usual_micros);
        match killed(&victim, command, after) {
            None => hits += 1,
            // The machine has become faster than when the usual time was taken.
            Some(took) => *usual = took,
        }
        let _ = victim.run(import_feed).expect_code(0);
        let _ = victim.run(import_new).expect_code(0);
        // A kill between an import and its match leaves the match to the next reconciliation.
        let _ = victim.run(["admin", "reconcile"]).expect_code(0);
        assert_eq!(state(&victim), wanted, "round {round}, killed after {after:?}");
    }
    assert!(hits * 2 > KILLS, "only {hits} of {KILLS} kills met a running process");
}

#[test]
fn two_processes_on_one_file_are_never_told_that_it_is_locked() {
    let hinomi = organised();
    let feed = write_records(&hinomi.folder().join("feed"), &records(200)).display().to_string();
    let sboms: Vec<String> = (0..6)
        .map(|number| {
            let name = format!("host-{number}");
            inventory(&hinomi.folder().join(format!("{name}.json")), &name, 100, "1.0", 1)
                .display()
                .to_string()
        })
        .collect();
    let start = |arguments: &[&str]| {
        let mut command = hinomi.command(arguments.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let server = hinomi.serve();
    let mut children = vec![
        start(&["feed", "import", &feed, "--name", "one"]),
        start(&["feed", "import", &feed, "--name", "two"]),
    ];
    for sbom in &sboms {
        children.push(start(&["inventory", "import", sbom, "--system", "beacon"]));
    }
    for child in children {
        let ended = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success() && !stderr.contains("locked"), "{stderr}");
    }
    server.stop();
    let _ = hinomi.run(["admin", "reconcile"]).expect_code(0);
    let tickets = hinomi.run(["ticket", "list", "--format", "jsonl"]).expect_code(0);
    assert_eq!(tickets.stdout.lines().count(), 100, "one ticket for each affected package of the system");
}

/// Later versions of half of the records, some without a usable time, and one withdrawn.
fn with_changes(records: &[Value]) -> Vec<Value> {
    let mut all = records.to_vec();
    for (number, record) in records.iter().enumerate().step_by(2) {
        let mut later = record.clone();
        later["summary"] = format!("fault {number}, described anew").into();
        let time = if number % 4 == 0 { "2026-03-09T00:00:00Z" } else { "0001-01-01T00:00:00Z" };
        later["modified"] = time.into();
        all.push(later);
    }
    let mut withdrawn = records[1].clone();
    withdrawn["withdrawn"] = "2026-03-10T00:00:00Z".into();
    withdrawn["modified"] = "2026-03-10T00:00:00Z".into();
    all.push(withdrawn);
    all
}

fn loaded(folder: &Path, batches: &[Vec<Value>]) -> (Hinomi, String) {
    let hinomi = organised();
    let sbom = inventory(&folder.join("host.json"), "host", 40, "1.0", 1).display().to_string();
    let _ = hinomi.run(["inventory", "import", &sbom, "--system", "beacon"]).expect_code(0);
    for (number, batch) in batches.iter().enumerate() {
        let path =
            write_records(&hinomi.folder().join(format!("feed-{number}")), batch).display().to_string();
        let _ = hinomi.run(["feed", "import", &path, "--name", "feed"]).expect_code(0);
    }
    let state = state(&hinomi);
    // Which tickets have meanwhile been closed is history; what is open is the state.
    let current =
        state.lines().filter(|line| !line.contains("\"retracted\"")).map(|line| format!("{line}\n"));
    let current = current.collect();
    (hinomi, current)
}

#[test]
fn the_same_records_in_any_order_twice_or_in_parts_end_in_the_same_state() {
    let scratch = empty();
    let all = with_changes(&records(40));
    let (_whole, wanted) = loaded(scratch.folder(), std::slice::from_ref(&all));
    assert!(wanted.contains("described anew"), "{wanted}");
    let reversed: Vec<Value> = all.iter().rev().cloned().collect();
    let parts: Vec<Vec<Value>> = all.chunks(7).map(<[Value]>::to_vec).collect();
    let backwards: Vec<Vec<Value>> = reversed.chunks(11).map(<[Value]>::to_vec).collect();
    let part_then_whole = vec![all[..20].to_vec(), all.clone(), all.clone()];
    for batches in [vec![reversed.clone()], parts, backwards, part_then_whole] {
        let (_hinomi, state) = loaded(scratch.folder(), &batches);
        assert_eq!(state, wanted, "{} batches", batches.len());
    }
}
