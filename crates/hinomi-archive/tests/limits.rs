// SPDX-License-Identifier: Apache-2.0
//! Every bound, crossed once: what happens, and the words in which it is told.

#![cfg(test)]

use std::io::Write;
use std::ops::ControlFlow;

use hinomi_archive::{Entry, Limits, RATIO_FLOOR_BYTES, walk, walk_bytes};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

/// What is told of an input, errors of members and of the walk itself alike, and how many documents came out.
fn told(bytes: &[u8], limits: &Limits) -> (Vec<String>, usize) {
    let (mut messages, mut documents) = (Vec::new(), 0);
    let walked = walk_bytes("in", bytes, limits, &mut |entry| {
        match entry.bytes {
            Ok(_) => documents += 1,
            Err(error) => messages.push(error.to_string()),
        }
        ControlFlow::Continue(())
    });
    messages.extend(walked.err().map(|error| error.to_string()));
    (messages, documents)
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::strict();
    change(&mut limits);
    limits
}

#[test]
fn an_input_that_is_too_large_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    std::fs::write(&path, [b'x'; 101]).unwrap();
    let mut messages = Vec::new();
    let walked = walk(&path, &limits(|limits| limits.max_input_bytes = 100), &mut |entry| {
        messages.extend(entry.bytes.err().map(|error| error.to_string()));
        ControlFlow::Continue(())
    });
    messages.extend(walked.err().map(|error| error.to_string()));
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].ends_with("large.json: input size in bytes is over the limit of 100"),
        "{messages:?}"
    );
}

#[test]
fn a_document_that_is_too_large_costs_only_itself() {
    let archive = tar(&[("large", &[b'x'; 5_000]), ("small", b"y")]);
    let (messages, documents) = told(&archive, &limits(|limits| limits.max_entry_bytes = 1_000));
    assert_eq!(messages, ["in!large: document size in bytes is over the limit of 1000"]);
    assert_eq!(documents, 1);
}

#[test]
fn everything_together_that_is_too_large_says_so() {
    let archive = gzip(&tar(&[("a", &[b'x'; 3_000]), ("b", &[b'y'; 3_000])]));
    let (messages, _) = told(&archive, &limits(|limits| limits.max_expanded_bytes = 5_000));
    assert!(
        messages.iter().any(|m| m.contains("expanded size in bytes is over the limit of 5000")),
        "{messages:?}"
    );
}

#[test]
fn a_ratio_that_is_too_high_says_so() {
    let bomb = gzip(&vec![0; 2 * RATIO_FLOOR_BYTES as usize]);
    let (messages, documents) = told(&bomb, &limits(|limits| limits.max_ratio = 100));
    assert_eq!(messages, ["in: compression ratio is over the limit of 100"]);
    assert_eq!(documents, 0);
}

#[test]
fn archives_too_deep_in_one_another_say_so() {
    let nested = (0..5).fold(b"document".to_vec(), |inner, _| gzip(&inner));
    let (messages, documents) = told(&nested, &limits(|limits| limits.max_nesting = 2));
    assert_eq!(messages, ["in: nesting of archives is over the limit of 2"]);
    assert_eq!(documents, 0);
}

#[test]
fn too_many_members_say_so() {
    let names: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let (messages, documents) = told(&tar(&members), &limits(|limits| limits.max_entries = 10));
    assert!(messages.iter().any(|m| m.ends_with("is over the limit of 10")), "{messages:?}");
    assert!(documents <= 10);
}

/// Takes what is larger than ten bytes as a stream.
#[derive(Default)]
struct Streaming {
    whole: Vec<String>,
    streamed: Vec<(String, usize)>,
    errors: Vec<String>,
}

impl hinomi_archive::Visitor for Streaming {
    fn entry(&mut self, entry: Entry<'_>) -> ControlFlow<()> {
        match entry.bytes {
            Ok(_) => self.whole.push(entry.path),
            Err(error) => self.errors.push(error.to_string()),
        }
        ControlFlow::Continue(())
    }

    fn stream_from(&self) -> Option<u64> {
        Some(10)
    }

    fn stream(&mut self, path: &str, content: &mut dyn std::io::Read) -> std::io::Result<ControlFlow<()>> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        self.streamed.push((path.to_owned(), bytes.len()));
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn large_documents_come_as_streams_wherever_they_lie() {
    let large = vec![b'x'; 3_000_000];
    let archive = tar(&[("small", &large[..10]), ("large", &large), ("after", b"end")]);
    let folder = tempfile::tempdir().unwrap();
    let packed = folder.path().join("a.tar.zst");
    std::fs::write(&packed, zstd::bulk::compress(&archive, 1).unwrap()).unwrap();
    // The limit of a document in memory does not hold for a stream.
    let limits = Limits { max_entry_bytes: 100, ..Limits::default() };
    let mut visitor = Streaming::default();
    hinomi_archive::walk_large(&packed, &limits, &mut visitor).unwrap();
    let place = |name: &str| format!("{}!{name}", packed.display());
    assert_eq!(visitor.whole, [place("small"), place("after")]);
    assert_eq!(visitor.streamed, [(place("large"), 3_000_000)]);
    assert!(visitor.errors.is_empty(), "{:?}", visitor.errors);

    // One that is cut off is damaged, in memory or not.
    let plain = folder.path().join("cut.tar");
    std::fs::write(&plain, &archive[..1_000_000]).unwrap();
    let mut visitor = Streaming::default();
    let file = std::fs::File::open(&plain).unwrap();
    hinomi_archive::walk_file("cut.tar", file, &limits, &mut visitor).unwrap();
    assert_eq!(visitor.whole, ["cut.tar!small"]);
    assert!(visitor.streamed.is_empty());
    assert!(visitor.errors.len() == 1 && visitor.errors[0].contains("ends early"), "{:?}", visitor.errors);
}
