// SPDX-License-Identifier: Apache-2.0
//! The fuzz targets on a stable compiler: every input of the corpus, and inputs made from them by chance.
//!
//! ```text
//!   fuzz/corpus/TARGET/* ─┬─────────────────────► run(TARGET), each within its time
//!                         └─► change at random ─► run(TARGET)
//! ```
//! `HINOMI_FUZZ_SECONDS=60` goes on that long with each target; what breaks a law is printed as bytes to be put into
//! the corpus.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// One input takes milliseconds; this is for a busy machine and an unoptimised build.
const MOST_TIME: Duration = Duration::from_secs(10);
/// Changed inputs of each target in an ordinary run.
const CHANGED: u64 = 400;
const LONGEST: usize = 1 << 16;

/// Runs a target by its name.
pub(crate) type Run = fn(&str, &[u8]);

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<(PathBuf, Vec<u8>)> = files
        .map(|file| file.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    found
}

/// Runs one input beside the test, which names it when it breaks a law or does not end.
fn run_in_time(run: Run, target: &'static str, name: &str, bytes: &[u8]) {
    let (sender, done) = channel();
    let input = bytes.to_vec();
    let worker = std::thread::Builder::new()
        // As much as a thread of the server has.
        .stack_size(2 << 20)
        .spawn(move || {
            run(target, &input);
            let _ = sender.send(());
        })
        .unwrap();
    match done.recv_timeout(MOST_TIME) {
        Ok(()) => worker.join().unwrap(),
        Err(RecvTimeoutError::Timeout) => {
            panic!("{target}: {name} runs longer than {MOST_TIME:?}: {bytes:?}")
        }
        Err(RecvTimeoutError::Disconnected) => panic!("{target}: {name} broke a law: {bytes:?}"),
    }
}

pub(crate) fn whole_corpus(targets: &[&'static str], run: Run) {
    for target in targets {
        let inputs = corpus(target);
        assert!(inputs.len() >= 4, "{target} has {} inputs", inputs.len());
        for (path, bytes) in &inputs {
            run_in_time(run, target, &path.display().to_string(), bytes);
        }
    }
}

pub(crate) fn changed_by_chance(targets: &[&'static str], run: Run) {
    let seconds = std::env::var("HINOMI_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    for target in targets {
        let inputs: Vec<Vec<u8>> = corpus(target).into_iter().map(|(_, bytes)| bytes).collect();
        let started = Instant::now();
        let mut round = 0;
        loop {
            let goes_on = match seconds {
                None => round < CHANGED,
                Some(seconds) => started.elapsed() < Duration::from_secs(seconds),
            };
            if !goes_on {
                break;
            }
            let mut random = Random(round);
            let changed = change(&inputs, &mut random);
            run_in_time(run, target, &format!("round {round}"), &changed);
            round += 1;
        }
        if seconds.is_some() {
            eprintln!("{target}: {round} inputs");
        }
    }
}

/// An input with some bytes changed, cut, repeated, or joined with a part of another.
fn change(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    const TELLING: &[&[u8]] = &[
        b"\0", b"\xff", b"\n", b"%", b"0", b"-", b".", b"~", b"|", b"*", b"\"", b"[", b"{", b"]}", b"<!",
        b":",
    ];
    let mut bytes = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len() + 1);
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at),
            2 => {
                let end = (at + random.below(64)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let times = 1 + random.below(40);
                bytes.splice(at..at, part.repeat(times));
            }
            3 => {
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len() + 1);
                bytes.splice(at.., other[from..].iter().copied());
            }
            4 => {
                bytes.splice(at..at, TELLING[random.below(TELLING.len())].iter().copied());
            }
            _ => {
                let end = (at + random.below(16)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

/// SplitMix64 (Steele, Lea, Flood 2014): a round is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % bound.max(1) as u64).unwrap()
    }
}
