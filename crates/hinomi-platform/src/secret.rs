// SPDX-License-Identifier: Apache-2.0
//! Tokens and passwords.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hinomi_core::IdSource;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};

const TOKEN_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
/// Each check takes 19 MiB and a core for some 20 ms: a flood of sign-ins must not take the machine.
static HASHING: Semaphore = Semaphore::const_new(2);
/// Checked when there is no account or no password, so that the answer takes as long.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("nobody", b"0123456789abcdef"));

/// A new unguessable text for a cookie or a link.
pub(crate) fn token(ids: &dyn IdSource) -> String {
    let mut bytes = [0_u8; TOKEN_BYTES];
    ids.bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the database keeps of a token. A fast hash is enough: a token has 256 random bits.
pub(crate) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

pub(crate) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

fn hash_now(password: &str, salt: &[u8]) -> Option<String> {
    let hash: PasswordHash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt).ok()?;
    Some(hash.to_string())
}

/// argon2id with the crate's defaults (19 MiB, 2 passes: OWASP Password Storage Cheat Sheet, 2025). `None` never
/// happens with these lengths.
pub(crate) async fn hash_password(ids: &dyn IdSource, password: String) -> Option<String> {
    let mut salt = [0_u8; SALT_BYTES];
    ids.bytes(&mut salt);
    let _permit = HASHING.acquire().await.ok()?;
    tokio::task::spawn_blocking(move || hash_now(&password, &salt)).await.ok()?
}

/// One of the few places at the hashing bench; whoever holds it may verify.
pub(crate) async fn hashing_turn() -> Option<SemaphorePermit<'static>> {
    HASHING.acquire().await.ok()
}

/// Whether the password fits; without a hash it is compared with nobody's, and never fits.
pub(crate) async fn verify_password(
    _turn: &Option<SemaphorePermit<'static>>,
    hash: Option<String>,
    password: String,
) -> bool {
    let checked = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = hash.or_else(|| NOBODY.clone()).unwrap_or_default();
        let fits = PasswordHash::new(&text)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        known && fits
    });
    checked.await.unwrap_or(false)
}
