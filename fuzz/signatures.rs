// SPDX-License-Identifier: Apache-2.0
//! As targets.rs, for what says who published something: key files and detached signatures.

use hinomi_feeds::openpgp::{Keyring, verify_detached};

/// Every target; the corpus has a folder for each.
pub(crate) const TARGETS: [&str; 1] = ["openpgp"];

const KEYS: [&[u8]; 4] = [
    include_bytes!("../crates/hinomi-feeds/src/openpgp/fixtures/rsa.key.asc"),
    include_bytes!("../crates/hinomi-feeds/src/openpgp/fixtures/ec.key.asc"),
    include_bytes!("../crates/hinomi-feeds/src/openpgp/fixtures/ed.key.asc"),
    include_bytes!("../crates/hinomi-feeds/src/openpgp/fixtures/sub.key.asc"),
];

/// Runs one target. Panics when a law is broken.
pub(crate) fn run(target: &str, data: &[u8]) {
    assert_eq!(target, "openpgp", "no target of that name");
    let mut own = Keyring::default();
    if own.add(data, None).is_ok() {
        let _ = verify_detached(b"text", data, &own);
    }
    assert!(own.add(data, Some("0000")).is_err(), "a fingerprint that is none was met");
    let mut known = Keyring::default();
    for key in KEYS {
        known.add(key, None).unwrap_or_else(|error| panic!("a key of ours is refused: {error}"));
    }
    // None of our keys ever signed this, whatever the bytes are.
    assert!(verify_detached(b"a text that nobody signed", data, &known).is_err());
}
