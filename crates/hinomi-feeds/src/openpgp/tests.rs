// SPDX-License-Identifier: Apache-2.0
//! Keys and signatures that GnuPG 2.2 made over one small document (`fixtures/`).

use super::*;

const DOCUMENT: &[u8] = b"{\"document\":{}}\n";

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name, ".asc"))
    };
}

fn ring(key: &[u8]) -> Keyring {
    let mut ring = Keyring::default();
    ring.add(key, None).unwrap();
    ring
}

#[test]
fn signatures_of_every_kind_verify_and_bind_the_text() {
    let cases: [(&[u8], &[u8]); 4] = [
        (fixture!("rsa.key"), fixture!("rsa.sig")),
        (fixture!("ed.key"), fixture!("ed.sig")),
        (fixture!("ec.key"), fixture!("ec.sig")),
        // The primary key of this one only certifies; its subkey signed.
        (fixture!("sub.key"), fixture!("sub.sig")),
    ];
    for (key, signature) in cases {
        let ring = ring(key);
        assert_eq!(verify_detached(DOCUMENT, signature, &ring), Ok(()));
        assert!(verify_detached(b"{\"document\":{}} ", signature, &ring).unwrap_err().contains("none of"));
    }
}

#[test]
fn another_key_does_not_verify() {
    let other = ring(fixture!("ed.key"));
    assert!(verify_detached(DOCUMENT, fixture!("rsa.sig"), &other).is_err());
    assert!(verify_detached(DOCUMENT, fixture!("sub.sig"), &other).is_err());
}

#[test]
fn a_key_must_be_the_one_that_its_provider_names() {
    let mut ring = Keyring::default();
    let wrong = ring.add(fixture!("ed.key"), Some("0000")).unwrap_err();
    assert!(wrong.contains("1b0e3176ddf1afe3f450270b15c1afd8136b8508"), "{wrong}");
    assert!(ring.is_empty());
    ring.add(fixture!("ed.key"), Some("1B0E 3176 DDF1 AFE3 F450  270B 15C1 AFD8 136B 8508")).unwrap();
    assert!(!ring.is_empty());
}

#[test]
fn broken_input_is_an_error() {
    let ring = ring(fixture!("ed.key"));
    let whole: &[u8] = fixture!("ed.sig");
    for length in 0..whole.len() {
        let _ = verify_detached(DOCUMENT, &whole[..length], &ring);
        assert!(verify_detached(DOCUMENT, &whole[..length.min(200)], &ring).is_err());
    }
    let binary = unarmoured(fixture!("rsa.key")).unwrap();
    for length in 0..binary.len() {
        let _ = Keyring::default().add(&binary[..length], None);
    }
    for (at, bit) in (0..binary.len()).flat_map(|at| [(at, 1), (at, 128)]) {
        let mut bent = binary.clone();
        bent[at] ^= bit;
        let _ = Keyring::default().add(&bent, None);
    }
    assert!(Keyring::default().add(b"", None).is_err());
}

#[test]
fn a_file_of_many_signatures_is_not_checked_to_its_end() {
    let (key, ours) = (fixture!("rsa.key"), unarmoured(fixture!("rsa.sig")).unwrap());
    let other = unarmoured(fixture!("ed.sig")).unwrap();
    let behind = |before: usize| [other.repeat(before), ours.clone()].concat();
    assert_eq!(verify_detached(DOCUMENT, &behind(SIGNATURES_MAX - 1), &ring(key)), Ok(()));
    let refused = verify_detached(DOCUMENT, &behind(SIGNATURES_MAX), &ring(key)).unwrap_err();
    assert!(refused.contains("more than"), "{refused}");
}
