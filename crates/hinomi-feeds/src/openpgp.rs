// SPDX-License-Identifier: Apache-2.0
//! OpenPGP as far as advisories are signed with it: detached signatures and public keys of version 4 (RFC 4880, RFC 9580).
//!
//! ```text
//! key file ─→ packets ─→ primary key ─┐                       signature file ─→ packets ─→ signature
//!                 └─→ subkey + binding ┴─→ keys that may sign ───────────────────────────→ verified with ring
//! ```
//! RSA from 2,048 bits on, Ed25519, and ECDSA on P-256 and P-384, over SHA-256, SHA-384 and SHA-512. Anything else, and
//! any revoked key, is no key here. A subkey counts when its primary key signed for it.

mod packet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::signature::{
    self as ring_signature, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

use packet::{Packet, Reader, packets};

const SIGNATURE: u8 = 2;
const PUBLIC_KEY: u8 = 6;
const PUBLIC_SUBKEY: u8 = 14;

const BINARY_DOCUMENT: u8 = 0x00;
const SUBKEY_BINDING: u8 = 0x18;
const KEY_REVOCATION: u8 = 0x20;
const SUBKEY_REVOCATION: u8 = 0x28;

/// Signatures that are checked of one file: a document has one or two, a key one for each subkey. Each costs a look at
/// the whole of what was signed.
const SIGNATURES_MAX: usize = 64;

/// Public keys of one provider.
#[derive(Debug, Default)]
pub struct Keyring {
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    fingerprint: [u8; 20],
    /// The packet's body: what a binding is signed over.
    body: Vec<u8>,
    material: Material,
}

#[derive(Debug, Clone)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ed25519(Vec<u8>),
    P256(Vec<u8>),
    P384(Vec<u8>),
}

impl Keyring {
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Adds what a key file has; `fingerprint` is what it must be, where the provider says so.
    pub fn add(&mut self, bytes: &[u8], fingerprint: Option<&str>) -> Result<(), String> {
        let bytes = unarmoured(bytes)?;
        let mut found: Vec<Key> = Vec::new();
        let mut primary: Option<Key> = None;
        // A subkey counts once its binding was seen.
        let mut subkey: Option<Key> = None;
        let mut checked = 0;
        for packet in packets(&bytes) {
            let packet = packet?;
            match packet.tag {
                PUBLIC_KEY => {
                    if primary.is_some() {
                        break;
                    }
                    primary = Key::read(&packet);
                    found.extend(primary.clone());
                }
                PUBLIC_SUBKEY => subkey = Key::read(&packet),
                SIGNATURE => {
                    let (Some(primary), Ok(signature)) = (&primary, Signature::read(packet.body)) else {
                        continue;
                    };
                    let is_of_keys =
                        [KEY_REVOCATION, SUBKEY_BINDING, SUBKEY_REVOCATION].contains(&signature.kind);
                    checked += usize::from(is_of_keys);
                    if checked > SIGNATURES_MAX {
                        return Err(format!("it holds more than {SIGNATURES_MAX} signatures of keys"));
                    }
                    match (signature.kind, &subkey) {
                        (KEY_REVOCATION, _) if signature.verifies(primary, &primary.hashed()) => {
                            return Err("the key is revoked".to_owned());
                        }
                        (SUBKEY_BINDING, Some(bound))
                            if signature.verifies(primary, &primary.hashed_with(bound)) =>
                        {
                            found.push(bound.clone());
                        }
                        (SUBKEY_REVOCATION, Some(bound))
                            if signature.verifies(primary, &primary.hashed_with(bound)) =>
                        {
                            let revoked = bound.fingerprint;
                            found.retain(|key| key.fingerprint != revoked);
                            subkey = None;
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        let Some(primary) = primary else { return Err("it holds no key of a known kind".to_owned()) };
        let actual = hex::encode(primary.fingerprint);
        if let Some(expected) = fingerprint {
            let expected: String = expected.chars().filter(char::is_ascii_hexdigit).collect();
            if !actual.eq_ignore_ascii_case(&expected) {
                return Err(format!("its fingerprint is {actual}, not {expected} as published"));
            }
        }
        self.keys.extend(found);
        Ok(())
    }
}

impl Key {
    fn read(packet: &Packet<'_>) -> Option<Self> {
        let mut reader = Reader::new(packet.body);
        if reader.byte()? != 4 {
            return None;
        }
        reader.take(4)?;
        let material = match reader.byte()? {
            1 | 3 => {
                let (n, e) = (reader.integer()?.to_vec(), reader.integer()?.to_vec());
                Material::Rsa { n, e }
            }
            19 => {
                let curve = reader.counted()?.to_vec();
                let point = reader.integer()?.to_vec();
                match curve.as_slice() {
                    [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7] => Material::P256(point),
                    [0x2b, 0x81, 4, 0, 0x22] => Material::P384(point),
                    _ => return None,
                }
            }
            22 => match (reader.counted()?, reader.integer()?) {
                ([0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1], [0x40, point @ ..]) if point.len() == 32 => {
                    Material::Ed25519(point.to_vec())
                }
                _ => return None,
            },
            27 => Material::Ed25519(reader.take(32)?.to_vec()),
            _ => return None,
        };
        let body = packet.body.to_vec();
        let mut hashed = vec![0x99];
        hashed.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
        hashed.extend(&body);
        let fingerprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &hashed).as_ref().try_into().ok()?;
        Some(Self { fingerprint, body, material })
    }

    /// The key as signatures over keys take it in.
    fn hashed(&self) -> Vec<u8> {
        let length = u16::try_from(self.body.len()).unwrap_or(u16::MAX);
        [&[0x99][..], &length.to_be_bytes(), &self.body].concat()
    }

    fn hashed_with(&self, subkey: &Self) -> Vec<u8> {
        [self.hashed(), subkey.hashed()].concat()
    }
}

struct Signature<'a> {
    kind: u8,
    algorithm: u8,
    hash: u8,
    /// From the version to the end of the hashed subpackets.
    hashed: &'a [u8],
    values: &'a [u8],
}

impl<'a> Signature<'a> {
    fn read(body: &'a [u8]) -> Result<Self, String> {
        let broken = || "the signature is cut off".to_owned();
        let mut reader = Reader::new(body);
        let version = reader.byte().ok_or_else(broken)?;
        if version != 4 {
            return Err(format!("the signature has version {version}, and only 4 is read"));
        }
        let kind = reader.byte().ok_or_else(broken)?;
        let algorithm = reader.byte().ok_or_else(broken)?;
        let hash = reader.byte().ok_or_else(broken)?;
        let length = usize::from(reader.short().ok_or_else(broken)?);
        reader.take(length).ok_or_else(broken)?;
        let hashed = body.get(..6 + length).ok_or_else(broken)?;
        let unhashed = usize::from(reader.short().ok_or_else(broken)?);
        reader.take(unhashed).ok_or_else(broken)?;
        reader.take(2).ok_or_else(broken)?;
        Ok(Self { kind, algorithm, hash, hashed, values: reader.rest() })
    }

    fn verifies(&self, key: &Key, content: &[u8]) -> bool {
        self.check(key, content).unwrap_or(false)
    }

    /// `None`: not with this kind of key.
    fn check(&self, key: &Key, content: &[u8]) -> Option<bool> {
        let length = u32::try_from(self.hashed.len()).ok()?;
        let message = [content, self.hashed, &[4, 0xff], &length.to_be_bytes()].concat();
        let mut values = Reader::new(self.values);
        match (&key.material, self.algorithm) {
            (Material::Rsa { n, e }, 1 | 3) => {
                let parameters = match self.hash {
                    8 => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
                    9 => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
                    10 => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
                    _ => return None,
                };
                // As long as the modulus: leading zeros are not written in OpenPGP.
                let value = padded(values.integer()?, n.len())?;
                Some(RsaPublicKeyComponents { n, e }.verify(parameters, &message, &value).is_ok())
            }
            (Material::Ed25519(point), 22 | 27) => {
                // EdDSA of OpenPGP signs the hash, not the message.
                let hash = digest(algorithm(self.hash)?, &message);
                let value = match self.algorithm {
                    22 => [padded(values.integer()?, 32)?, padded(values.integer()?, 32)?].concat(),
                    _ => values.take(64)?.to_vec(),
                };
                let key = UnparsedPublicKey::new(&ring_signature::ED25519, point);
                Some(key.verify(hash.as_ref(), &value).is_ok())
            }
            (Material::P256(point), 19) => {
                let value = [padded(values.integer()?, 32)?, padded(values.integer()?, 32)?].concat();
                let with: &dyn VerificationAlgorithm = match self.hash {
                    8 => &ring_signature::ECDSA_P256_SHA256_FIXED,
                    _ => return None,
                };
                Some(UnparsedPublicKey::new(with, point).verify(&message, &value).is_ok())
            }
            (Material::P384(point), 19) => {
                let value = [padded(values.integer()?, 48)?, padded(values.integer()?, 48)?].concat();
                let with: &dyn VerificationAlgorithm = match self.hash {
                    9 => &ring_signature::ECDSA_P384_SHA384_FIXED,
                    _ => return None,
                };
                Some(UnparsedPublicKey::new(with, point).verify(&message, &value).is_ok())
            }
            _ => None,
        }
    }
}

fn algorithm(hash: u8) -> Option<&'static ring::digest::Algorithm> {
    match hash {
        8 => Some(&ring::digest::SHA256),
        9 => Some(&ring::digest::SHA384),
        10 => Some(&ring::digest::SHA512),
        _ => None,
    }
}

fn padded(value: &[u8], length: usize) -> Option<Vec<u8>> {
    let missing = length.checked_sub(value.len())?;
    Some([vec![0; missing].as_slice(), value].concat())
}

/// Whether one of the keys signed `content`; the reason when none did.
pub fn verify_detached(content: &[u8], signature: &[u8], keys: &Keyring) -> Result<(), String> {
    let bytes = unarmoured(signature)?;
    let mut reason = "it holds no signature".to_owned();
    let mut checked = 0;
    for packet in packets(&bytes) {
        let packet = packet?;
        if packet.tag != SIGNATURE {
            continue;
        }
        checked += 1;
        if checked > SIGNATURES_MAX {
            return Err(format!("it holds more than {SIGNATURES_MAX} signatures"));
        }
        match Signature::read(packet.body) {
            Ok(signature) if signature.kind != BINARY_DOCUMENT => {
                reason = "the signature is not one of a document".to_owned();
            }
            Ok(signature) if keys.keys.iter().any(|key| signature.verifies(key, content)) => return Ok(()),
            Ok(_) => {
                reason =
                    "the signature was made with none of the provider's keys, or for another text".to_owned()
            }
            Err(error) => reason = error,
        }
    }
    Err(reason)
}

/// The bytes within an ASCII armour (RFC 9580, 6.2), or the bytes as they are.
fn unarmoured(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.contains("-----BEGIN PGP ")) else {
        return Ok(bytes.to_vec());
    };
    let mut lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN PGP "));
    lines.next();
    let mut body = String::new();
    let mut in_head = true;
    for line in lines {
        if line.starts_with("-----END PGP ") {
            return STANDARD.decode(&body).map_err(|error| format!("its armour is broken: {error}"));
        }
        if in_head && !line.contains(':') {
            in_head = false;
        }
        // The line with `=` is a checksum against typing errors, not against anybody.
        if !in_head && !line.starts_with('=') {
            body.push_str(line);
        }
    }
    Err("its armour has no end".to_owned())
}

#[cfg(test)]
mod tests;
