// SPDX-License-Identifier: Apache-2.0
//! Ed25519 keys in files: the secret one as PKCS #8 in PEM, the public one as a word of base64.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
const PUBLIC_PREFIX: &str = "ed25519:";

/// Who signs bundles.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.public())
    }
}

/// Whose bundles are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl SigningKey {
    /// A new key as the text of its file.
    pub fn generate() -> Result<String, String> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|_| "no randomness for a key".to_owned())?;
        let text = STANDARD.encode(document.as_ref());
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        Ok(format!("{BEGIN}\n{}\n{END}\n", lines.join("\n")))
    }

    /// From the text of a key file, ours or OpenSSL's.
    pub fn read(text: &str) -> Result<Self, String> {
        let body = text.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(body, _)| body);
        let body: String = body.ok_or("it is no private key in PEM")?.split_whitespace().collect();
        let document = STANDARD.decode(body).map_err(|error| error.to_string())?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&document)
            .map_err(|error| format!("it is no Ed25519 key: {error}"))?;
        Ok(Self { pair })
    }

    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(bytes)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl PublicKey {
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PUBLIC_PREFIX}{}", STANDARD.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bytes = STANDARD
            .decode(text.strip_prefix(PUBLIC_PREFIX).unwrap_or(text))
            .map_err(|error| format!("{text:?} is no public key: {error}"))?;
        bytes.try_into().map(Self).map_err(|_| format!("{text:?} is no public key of 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_through_its_file_and_signs() {
        let key = SigningKey::read(&SigningKey::generate().unwrap()).unwrap();
        let public: PublicKey = key.public().to_string().parse().unwrap();
        let signature = key.sign(b"text");
        assert!(public.verifies(b"text", &signature) && !public.verifies(b"test", &signature));
        let other = SigningKey::read(&SigningKey::generate().unwrap()).unwrap();
        assert!(!other.public().verifies(b"text", &signature));
        assert!(SigningKey::read("nothing").is_err() && "ed25519:AAAA".parse::<PublicKey>().is_err());
    }
}
