// SPDX-License-Identifier: Apache-2.0
//! The API client's types carry the digest of the document they were made from, so that a changed `openapi.json`
//! with the old client is seen without Node. (`cargo xtask openapi --check` compares the document with the binary.)

use super::Violation;
use crate::repo::Repo;

pub(crate) const DOCUMENT: &str = "openapi.json";
pub(crate) const CLIENT: &str = "web/src/lib/api/schema.d.ts";

const MARK: &str = "// Made by `cargo xtask openapi` from openapi.json, digest ";

pub(crate) fn is_generated(path: &str) -> bool {
    path == CLIENT
}

/// The first lines of the client's types.
pub(crate) fn client_header(document: &str) -> String {
    format!("// SPDX-License-Identifier: Apache-2.0\n{MARK}{:016x}\n", digest(document))
}

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    const REMEDY: &str = "run `cargo xtask openapi` and commit both files";
    let (Some(document), Some(client)) = (repo.text(DOCUMENT), repo.text(CLIENT)) else {
        let missing = if repo.text(DOCUMENT).is_none() { DOCUMENT } else { CLIENT };
        return vec![Violation::new(missing, 1, "the file is missing", REMEDY)];
    };
    if client.starts_with(&client_header(document)) {
        return Vec::new();
    }
    vec![Violation::new(CLIENT, 2, "made from another openapi.json", REMEDY)]
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): it tells versions apart, it protects nothing.
fn digest(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!((digest(""), digest("a")), (0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c));
    }

    #[test]
    fn a_fresh_client_passes_a_stale_or_missing_one_does_not() {
        let client = format!("{}export type A = 1;\n", client_header("{}"));
        assert_eq!(check(&Repo::of(&[(DOCUMENT, "{}"), (CLIENT, &client)])), []);
        assert_eq!(check(&Repo::of(&[(DOCUMENT, "{ }"), (CLIENT, &client)])).len(), 1);
        assert_eq!(check(&Repo::of(&[(DOCUMENT, "{}")]))[0].file, CLIENT);
        assert_eq!(check(&Repo::of(&[(CLIENT, &client)]))[0].file, DOCUMENT);
    }
}
